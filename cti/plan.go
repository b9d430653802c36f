package cti

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"sansheng/cti/flow"
	"sansheng/cti/hours"
	"sansheng/cti/place"
	"sansheng/cti/sheet"
	"sansheng/pbx"
)

// Plan is the published configuration of the hotlines: what an operator owns.
// It is plain data; Check finds what is wrong with it before it is used.
type Plan struct {
	Companies []Company `yaml:"companies" json:"companies"`
	Lines     []Line    `yaml:"lines" json:"lines"`
	Queues    []Queue   `yaml:"queues" json:"queues"`
	Agents    []Agent   `yaml:"agents" json:"agents"`
	Contacts  []Contact `yaml:"contacts,omitempty" json:"contacts,omitempty"`
	// Calendars say when people answer, Holidays are tables of public holidays beside
	// those that are shipped, or in place of one of the same name.
	Calendars []hours.Calendar `yaml:"calendars,omitempty" json:"calendars,omitempty"`
	Holidays  []hours.Table    `yaml:"holidays,omitempty" json:"holidays,omitempty"`
	// Flows are what callers meet before a person.
	Flows []flow.Flow `yaml:"flows,omitempty" json:"flows,omitempty"`
}

// Company is one of the group's companies (requirement K1).
type Company struct {
	ID       CompanyID `yaml:"id" json:"id"`
	Name     string    `yaml:"name" json:"name"`
	Country  string    `yaml:"country" json:"country"`   // ring cadence, key of RingPlans
	Language string    `yaml:"language" json:"language"` // zh or en
	// Zone is its time zone, as in Asia/Shanghai; that of its country where it is empty
	// and the country has one.
	Zone string `yaml:"zone,omitempty" json:"zone,omitempty"`
	// VIPs are callers' numbers that are served before others of their queue.
	VIPs []string `yaml:"vips,omitempty" json:"vips,omitempty"`
	// Refused are callers' numbers that are refused on every line but emergency lines.
	Refused []string `yaml:"refused,omitempty" json:"refused,omitempty"`
	// Conduct has the voices of its talks measured: silence, overlap, callers who are
	// not heard (requirements A3, A11).
	Conduct bool `yaml:"conduct,omitempty" json:"conduct,omitempty"`
	// Lamps shows what its agents do on the keys of their desk phones.
	Lamps bool `yaml:"lamps,omitempty" json:"lamps,omitempty"`
	// Lookups are its services that its flows may ask about a caller.
	Lookups []Lookup `yaml:"lookups,omitempty" json:"lookups,omitempty"`
	// Customers says which of its look-ups knows its customers; none where it is absent.
	Customers *CustomerRule `yaml:"customers,omitempty" json:"customers,omitempty"`
	// Voicemail is how callers leave messages for its queues.
	Voicemail *Voicemail `yaml:"voicemail,omitempty" json:"voicemail,omitempty"`
	// Survey is what its callers are asked when their talk is over; nothing where there is none.
	Survey *Survey `yaml:"survey,omitempty" json:"survey,omitempty"`
	// Outside are the numbers outside that its people may dial or pass calls on to;
	// none where it is empty, but contacts.
	Outside []DialRule `yaml:"outside,omitempty" json:"outside,omitempty"`
	// Departments are those to which matters are forwarded. Calendar is the one by whose
	// working days the deadlines of matters are counted; each day is one where it is empty.
	Departments []Department `yaml:"departments,omitempty" json:"departments,omitempty"`
	Calendar    string       `yaml:"calendar,omitempty" json:"calendar,omitempty"`
	// Forms are those of its record sheets, all versions; of kinds without one those with
	// which each company begins.
	Forms sheet.Forms `yaml:"forms,omitempty" json:"forms,omitempty"`
	// FollowUps are the rules by which its callers are called back about what was done for
	// them; those of the regulations where there are none.
	FollowUps *FollowUps `yaml:"follow_ups,omitempty" json:"follow_ups,omitempty"`
	// Scripts are what its agents say; in situations without one what the regulations ask for.
	Scripts []Script `yaml:"scripts,omitempty" json:"scripts,omitempty"`
}

// zones are those of countries that have one.
var zones = map[string]string{
	"cn": "Asia/Shanghai", "uk": "Europe/London", "de": "Europe/Berlin", "fr": "Europe/Paris", "jp": "Asia/Tokyo",
}

// zone is the name of a company's time zone; empty where nobody has said.
func (c Company) zone() string { return cmp.Or(c.Zone, zones[c.Country]) }

// Location is a company's time zone; UTC where nobody has said.
func (c Company) Location() *time.Location {
	if z, err := hours.Zone(c.zone()); err == nil {
		return z
	}
	return time.UTC
}

// Line is a published number and what its callers meet.
type Line struct {
	DID       string    `yaml:"did" json:"did"`
	Company   CompanyID `yaml:"company" json:"company"`
	Mode      Mode      `yaml:"mode" json:"mode"`
	Queue     QueueID   `yaml:"queue" json:"queue"`
	Emergency bool      `yaml:"emergency,omitempty" json:"emergency,omitempty"`
	// Flow is what its callers meet first; those of a greeted line without one are
	// greeted and wait for a person.
	Flow string `yaml:"flow,omitempty" json:"flow,omitempty"`
	// Greeting is the prompt greeted lines open with; its file is chosen by language.
	Greeting string `yaml:"greeting,omitempty" json:"greeting,omitempty"`
	// Announce tells the caller the agent's number before the two are joined.
	Announce bool `yaml:"announce,omitempty" json:"announce,omitempty"`
	// Survey is what its callers are asked, in place of its company's; without questions, nothing.
	Survey *Survey `yaml:"survey,omitempty" json:"survey,omitempty"`
}

// Queue is a group of agents and its waiting callers.
type Queue struct {
	ID      QueueID   `yaml:"id" json:"id"`
	Company CompanyID `yaml:"company" json:"company"`
	Members []AgentID `yaml:"members" json:"members"`
	// Skill lets agents serve it who have this skill at Level or above, beside its
	// Members; who has the higher level is asked first.
	Skill string `yaml:"skill,omitempty" json:"skill,omitempty"`
	Level int    `yaml:"level,omitempty" json:"level,omitempty"`
	// Strategy chooses among idle agents of one level; longest_idle where empty.
	Strategy Strategy `yaml:"strategy,omitempty" json:"strategy,omitempty"`
	// RingAtOnce is how many agents' phones ring for one caller at the same time, with
	// agents whom nobody else needs; one where it is 0.
	RingAtOnce int `yaml:"ring_at_once,omitempty" json:"ring_at_once,omitempty"`
	// LastAgent asks him first who spoke to the caller last.
	LastAgent bool `yaml:"last_agent,omitempty" json:"last_agent,omitempty"`
	// Priority of its callers over those of other queues; higher goes first.
	Priority int `yaml:"priority,omitempty" json:"priority,omitempty"`
	// Overflow are the queues whose members help when a direct line overruns.
	Overflow []QueueID `yaml:"overflow,omitempty" json:"overflow,omitempty"`
	// Ageing raises a caller's priority by one each time he has waited so long, never
	// above an emergency caller's; 0 does not.
	Ageing Span `yaml:"ageing,omitempty" json:"ageing,omitempty"`
	// OverflowTo takes over the callers who have waited OverflowAfter, and those who
	// find OverflowLength or more waiting; where these are 0, none.
	OverflowTo QueueID `yaml:"overflow_to,omitempty" json:"overflow_to,omitempty"`
	// OverflowNumber and OverflowVoicemail do the same in place of OverflowTo: a contact
	// or a number outside, once for each caller, and the voicemail.
	OverflowNumber    string `yaml:"overflow_number,omitempty" json:"overflow_number,omitempty"`
	OverflowVoicemail bool   `yaml:"overflow_voicemail,omitempty" json:"overflow_voicemail,omitempty"`
	// OverflowCallback promises them a call, where Callback allows it for their number.
	OverflowCallback bool `yaml:"overflow_callback,omitempty" json:"overflow_callback,omitempty"`
	OverflowAfter    Span `yaml:"overflow_after,omitempty" json:"overflow_after,omitempty"`
	OverflowLength   int  `yaml:"overflow_length,omitempty" json:"overflow_length,omitempty"`
	// Callback lets a caller press 1, when he is told of it, to be called back in his turn.
	Callback *CallbackRule `yaml:"callback,omitempty" json:"callback,omitempty"`
	// Voicemail is how callers leave messages for it; as for its company where it has none.
	Voicemail *Voicemail `yaml:"voicemail,omitempty" json:"voicemail,omitempty"`
	// OnCall are called for its emergency callers where nobody is on duty.
	OnCall *OnCall `yaml:"on_call,omitempty" json:"on_call,omitempty"`
	// Tell is how often a waiting caller is told his place and about how long it will
	// take; 0 never.
	Tell Span `yaml:"tell,omitempty" json:"tell,omitempty"`
	// MaxWait sends a caller to the native fallback after so long; 0 is never.
	MaxWait Span `yaml:"max_wait,omitempty" json:"max_wait,omitempty"`
	// Leaders are the people who may listen to its calls; where none is named, all
	// leaders of the company may.
	Leaders []string `yaml:"leaders,omitempty" json:"leaders,omitempty"`
	// HoldLimit is how long an agent may leave a caller on hold before his phone beeps, and
	// beeps again each time; 0 never.
	HoldLimit Span `yaml:"hold_limit,omitempty" json:"hold_limit,omitempty"`
	// WrapUp is the time an agent has for his notes after a call.
	WrapUp Span `yaml:"wrap_up,omitempty" json:"wrap_up,omitempty"`
}

// Strategy is how the next agent is chosen.
type Strategy string

// Strategies.
const (
	LongestIdle Strategy = "longest_idle"
	RoundRobin  Strategy = "round_robin"
	// LeastCalls is who has answered fewest since he came to work.
	LeastCalls Strategy = "least_calls"
)

// Agent is a person who answers, with the phone he answers on.
type Agent struct {
	ID      AgentID   `yaml:"id" json:"id"`
	Company CompanyID `yaml:"company" json:"company"`
	Name    string    `yaml:"name,omitempty" json:"name,omitempty"`
	// Skills are what he can do, each with a level of 1 to 10.
	Skills map[string]int `yaml:"skills,omitempty" json:"skills,omitempty"`
	// AutoReady makes the agent ready as soon as his phone registers.
	AutoReady bool `yaml:"auto_ready,omitempty" json:"auto_ready,omitempty"`
	// AutoAnswer asks the phone to answer by itself; a beep tells the agent.
	AutoAnswer bool `yaml:"auto_answer,omitempty" json:"auto_answer,omitempty"`
	// WebRTC phones speak SIP over WebSocket from a browser.
	WebRTC bool `yaml:"webrtc,omitempty" json:"webrtc,omitempty"`
	// Leader makes it a shift leader's phone, by which he listens: it answers by itself when
	// he does, and he takes no callers and counts as nobody at work.
	Leader bool `yaml:"leader,omitempty" json:"leader,omitempty"`
}

// Endpoint is the device the agent's phone registers as.
func (a Agent) Endpoint() pbx.EndpointID { return pbx.EndpointID("PJSIP/" + string(a.ID)) }

// Span is a duration written as in 90s or 10m.
type Span time.Duration

// UnmarshalText reads a duration; the error says what is allowed.
func (s *Span) UnmarshalText(b []byte) error {
	d, err := time.ParseDuration(string(b))
	if err != nil {
		return fmt.Errorf("%q is no duration: write it as in 90s, 10m or 1h30m", b)
	}
	if d < 0 {
		return fmt.Errorf("%q is not allowed: a duration of 0s or more", b)
	}
	*s = Span(d)
	return nil
}

// MarshalText implements encoding.TextMarshaler.
func (s Span) MarshalText() ([]byte, error) { return []byte(time.Duration(s).String()), nil }

var (
	numberForm = regexp.MustCompile(`^[0-9]{3,15}$`)
	nameForm   = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,31}$`)
	promptForm = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,63}$`)
	languages  = []string{"en", "zh"}
	modes      = []string{string(Direct), string(Greeted)}
	strategies = []string{"", string(LongestIdle), string(RoundRobin), string(LeastCalls)}
	callerForm = regexp.MustCompile(`^[+]?[0-9]{2,20}$`)
	digitForm  = regexp.MustCompile(`^[0-9]$`)
	headerForm = regexp.MustCompile(`^[A-Za-z0-9-]{1,64}$`)
	prefixForm = regexp.MustCompile(`^[+]?[0-9]{1,20}$`)

	variableForm = regexp.MustCompile(`^SANSHENG_LOOKUP_[A-Z0-9_]{1,48}$`)
)

// Check returns everything that is wrong with the plan as joined *place.Error,
// each naming its place and what is allowed there; nil if the plan can be used.
func (p *Plan) Check() error {
	c := checker{companies: map[CompanyID]bool{}, queues: map[QueueID]bool{}, agents: map[AgentID]bool{}}
	for i, co := range p.Companies {
		at := fmt.Sprintf("companies[%d]", i)
		c.form(at+".id", string(co.ID), nameForm, "1 to 32 of a-z 0-9 _ -")
		c.once(at+".id", string(co.ID), c.companies[co.ID])
		c.companies[co.ID] = true
		c.oneOf(at+".country", co.Country, slices.Sorted(maps.Keys(RingPlans)))
		c.oneOf(at+".language", co.Language, languages)
		if _, err := hours.Zone(co.zone()); err != nil && co.Zone != "" {
			c.Fail(at+".zone", "%v", err)
		}
		for j, n := range co.VIPs {
			c.form(fmt.Sprintf("%s.vips[%d]", at, j), n, callerForm, "2 to 20 digits")
		}
		for j, n := range co.Refused {
			c.form(fmt.Sprintf("%s.refused[%d]", at, j), n, callerForm, "2 to 20 digits")
		}
		checkLookups(&c, at+".lookups", co.Lookups)
		p.checkWork(&c, at, co)
		checkCustomers(&c, at+".customers", co)
		checkSurvey(&c, at+".survey", co.Survey)
		checkFollowUps(&c, at+".follow_ups", co.FollowUps)
		for j, r := range co.Outside {
			c.oneOf(fmt.Sprintf("%s.outside[%d].role", at, j), r.Role, []string{DialAgent, DialLeader})
			for k, n := range r.Prefixes {
				c.form(fmt.Sprintf("%s.outside[%d].prefixes[%d]", at, j, k), n, prefixForm, "1 to 20 digits")
			}
		}
	}
	for i, a := range p.Agents {
		at := fmt.Sprintf("agents[%d]", i)
		c.form(at+".id", string(a.ID), numberForm, "3 to 15 digits")
		c.once(at+".id", string(a.ID), c.agents[a.ID])
		c.agents[a.ID] = true
		known(&c, at+".company", a.Company, c.companies)
		for s, level := range a.Skills {
			c.form(at+".skills", s, nameForm, "1 to 32 of a-z 0-9 _ -")
			c.between(at+".skills."+s, level, 1, 10)
		}
	}
	for i, q := range p.Queues {
		at := fmt.Sprintf("queues[%d]", i)
		c.form(at+".id", string(q.ID), nameForm, "1 to 32 of a-z 0-9 _ -")
		c.once(at+".id", string(q.ID), c.queues[q.ID])
		c.queues[q.ID] = true
		known(&c, at+".company", q.Company, c.companies)
		for j, m := range q.Members {
			known(&c, fmt.Sprintf("%s.members[%d]", at, j), m, c.agents)
		}
	}
	p.checkLeaders(&c)
	for i, q := range p.Queues {
		p.checkQueue(&c, fmt.Sprintf("queues[%d]", i), q)
		p.checkVoicemail(&c, fmt.Sprintf("queues[%d].voicemail", i), q.Company, q.Voicemail)
	}
	for i, co := range p.Companies {
		p.checkVoicemail(&c, fmt.Sprintf("companies[%d].voicemail", i), co.ID, co.Voicemail)
	}
	p.checkHours(&c)
	p.checkFlows(&c)
	p.checkLines(&c)
	p.checkContacts(&c)
	return c.Err()
}

// waitLeast is for how long the hotline looks for somebody, at least.
const waitLeast = time.Minute

// checkQueue checks how a queue's callers come to an agent, or to another queue.
func (p *Plan) checkQueue(c *checker, at string, q Queue) {
	for j, o := range q.Overflow {
		known(c, fmt.Sprintf("%s.overflow[%d]", at, j), o, c.queues)
	}
	c.between(at+".ring_at_once", q.RingAtOnce, 0, 20)
	if wait := time.Duration(q.MaxWait); wait != 0 && wait < waitLeast {
		c.Fail(at+".max_wait", "%s is not allowed: %s or more, or 0s for no end; whom it sends away does not come back", wait, waitLeast)
	}
	c.oneOf(at+".strategy", string(q.Strategy), strategies)
	if q.Skill != "" {
		c.form(at+".skill", q.Skill, nameForm, "1 to 32 of a-z 0-9 _ -")
		c.between(at+".level", q.Level, 1, 10)
	}
	ways := 0
	for name, given := range map[string]bool{
		".overflow_to": q.OverflowTo != "", ".overflow_number": q.OverflowNumber != "", ".overflow_voicemail": q.OverflowVoicemail,
		".overflow_callback": q.OverflowCallback,
	} {
		if given && q.OverflowAfter == 0 && q.OverflowLength == 0 {
			c.Fail(at+name, "it takes nobody: give overflow_after, overflow_length, or both")
		}
		if given {
			ways++
		}
	}
	if ways > 1 {
		c.Fail(at+".overflow_to", "callers cannot overflow to two places; allowed: one of overflow_to, overflow_number, overflow_voicemail, overflow_callback")
	}
	p.checkCallback(c, at, q)
	p.checkOnCall(c, at, q)
	if q.OverflowNumber != "" && !slices.ContainsFunc(p.Contacts, func(o Contact) bool { return o.Company == q.Company && o.ID == q.OverflowNumber }) {
		c.form(at+".overflow_number", q.OverflowNumber, callerForm, "a contact of its company, or 2 to 20 digits")
	}
	if q.OverflowTo == "" {
		return
	}
	known(c, at+".overflow_to", q.OverflowTo, c.queues)
	next := map[QueueID]QueueID{}
	for _, o := range p.Queues {
		next[o.ID] = o.OverflowTo
	}
	way := []QueueID{q.ID}
	for to := q.OverflowTo; to != "" && len(way) <= len(p.Queues); to = next[to] {
		if way = append(way, to); to == q.ID {
			c.Fail(at+".overflow_to", "callers would go in a circle: %v; one of these must overflow to none", way)
			return
		}
	}
}

// checkCallback checks a queue's rule for calling back.
func (p *Plan) checkCallback(c *checker, at string, q Queue) {
	if q.Callback == nil {
		if q.OverflowCallback {
			c.Fail(at+".overflow_callback", "there is no rule by which callers are called back: give callback")
		}
		return
	}
	rule := at + ".callback"
	c.between(rule+".attempts", q.Callback.Attempts, 1, 10)
	for name, d := range map[string]Span{".retry": q.Callback.Retry, ".keep": q.Callback.Keep} {
		if d < Span(time.Minute) || d > Span(24*time.Hour) {
			c.Fail(rule+name, "%s is not allowed: 1m to 24h", time.Duration(d))
		}
	}
	switch i := slices.IndexFunc(p.Companies, func(co Company) bool { return co.ID == q.Company }); {
	case i >= 0 && !slices.ContainsFunc(p.Companies[i].Outside, func(r DialRule) bool { return r.Role == DialAgent }):
		c.Fail(rule, "nobody could be called: company %s allows its agents no numbers outside (companies[%d].outside, role agent)", q.Company, i)
	case q.Tell == 0 && !q.OverflowCallback:
		c.Fail(rule, "callers would not know of it: give tell, or overflow_callback")
	case q.OverflowCallback && q.OverflowLength > 0:
		c.Fail(at+".overflow_callback", "callers are greeted first: give overflow_after, not overflow_length")
	}
}

// Serve are the agents of a queue: its members, and who has its skill.
func (p *Plan) Serve(q Queue) []AgentID {
	all := slices.Clone(q.Members)
	for _, a := range p.Agents {
		if q.Skill != "" && a.Company == q.Company && a.Skills[q.Skill] >= q.Level && !slices.Contains(all, a.ID) {
			all = append(all, a.ID)
		}
	}
	return all
}

// companyOf is a line's company, in a plan that has passed Check.
func (p *Plan) companyOf(l Line) Company {
	return p.Companies[slices.IndexFunc(p.Companies, func(c Company) bool { return c.ID == l.Company })]
}

// flowOf is a line's flow; nil where it has none.
func (p *Plan) flowOf(l Line) *flow.Flow {
	if i := slices.IndexFunc(p.Flows, func(f flow.Flow) bool { return f.ID == l.Flow }); i >= 0 {
		return &p.Flows[i]
	}
	return nil
}

func (p *Plan) checkLines(c *checker) {
	dids := map[string]bool{}
	for i, l := range p.Lines {
		at := fmt.Sprintf("lines[%d]", i)
		c.form(at+".did", l.DID, numberForm, "3 to 15 digits")
		c.once(at+".did", l.DID, dids[l.DID])
		dids[l.DID] = true
		known(c, at+".company", l.Company, c.companies)
		known(c, at+".queue", l.Queue, c.queues)
		c.oneOf(at+".mode", string(l.Mode), modes)
		switch {
		case l.Flow == "":
		case l.Emergency || l.Mode != Greeted:
			c.Fail(at+".flow", "an emergency line, or a direct one, has none: it rings a person at once")
		case !slices.ContainsFunc(p.Flows, func(f flow.Flow) bool { return f.ID == l.Flow && f.Company == string(l.Company) }):
			c.Fail(at+".flow", "company %s has no flow %q", l.Company, l.Flow)
		}
		if l.Emergency && l.Survey != nil {
			c.Fail(at+".survey", "an emergency line has none: its callers are let go")
		}
		checkSurvey(c, at+".survey", l.Survey)
		if l.Mode == Greeted {
			c.form(at+".greeting", l.Greeting, promptForm, "a prompt's name: 1 to 64 of a-z 0-9 _ -")
		}
	}
}

// holidays are the tables of public holidays that count.
func (p *Plan) holidays() []hours.Table {
	all := slices.Clone(p.Holidays)
	if cn := hours.China(); !slices.ContainsFunc(all, func(t hours.Table) bool { return t.ID == cn.ID }) {
		all = append(all, cn)
	}
	return all
}

// checkHours checks calendars and tables of holidays.
func (p *Plan) checkHours(c *checker) {
	seen := map[string]bool{}
	for i, t := range p.Holidays {
		at := fmt.Sprintf("holidays[%d]", i)
		c.form(at+".id", t.ID, nameForm, "1 to 32 of a-z 0-9 _ -")
		c.once(at+".id", t.ID, seen[t.ID])
		seen[t.ID] = true
		c.Within(at, t.Check())
	}
	clear(seen)
	tables := p.holidays()
	for i, cal := range p.Calendars {
		at := fmt.Sprintf("calendars[%d]", i)
		c.form(at+".id", cal.ID, nameForm, "1 to 32 of a-z 0-9 _ -")
		c.once(at+".id", cal.ID, seen[cal.ID])
		seen[cal.ID] = true
		if slices.ContainsFunc(p.Lines, func(l Line) bool { return l.DID == cal.ID }) {
			c.Fail(at+".id", "%q is a line's number; allowed: another name, for who closes one of the two must not close the other", cal.ID)
		}
		c.Within(at, cal.Check(tables))
	}
}

// checkFlows checks flows against all else that they name.
func (p *Plan) checkFlows(c *checker) {
	k := flow.Known{Languages: languages, Prompt: promptForm.MatchString}
	for _, q := range p.Queues {
		k.Queues = append(k.Queues, string(q.ID))
	}
	for _, cal := range p.Calendars {
		k.Calendars = append(k.Calendars, cal.ID)
	}
	for _, l := range p.Lines {
		if l.Emergency {
			k.Emergency = append(k.Emergency, l.DID)
		}
	}
	seen := map[string]bool{}
	for i, f := range p.Flows {
		at := fmt.Sprintf("flows[%d]", i)
		known(c, at+".company", CompanyID(f.Company), c.companies)
		c.once(at+".id", f.ID, seen[f.ID])
		seen[f.ID] = true
		k.Lookups = p.lookups(CompanyID(f.Company))
		k.Contacts, k.Zone = nil, slices.ContainsFunc(p.Companies, func(co Company) bool { return string(co.ID) == f.Company && co.zone() != "" })
		for _, o := range p.Contacts {
			if string(o.Company) == f.Company {
				k.Contacts = append(k.Contacts, o.ID)
			}
		}
		c.Within(at, f.Check(k))
	}
}

// lookups are what a company's flows may ask, with what each may say.
func (p *Plan) lookups(co CompanyID) map[string][]string {
	all := map[string][]string{}
	for _, c := range p.Companies {
		for _, l := range c.Lookups {
			if c.ID == co {
				all[l.ID] = l.Results
			}
		}
	}
	return all
}

func (p *Plan) checkContacts(c *checker) {
	seen := map[string]bool{}
	for i, o := range p.Contacts {
		at := fmt.Sprintf("contacts[%d]", i)
		c.form(at+".id", o.ID, nameForm, "1 to 32 of a-z 0-9 _ -")
		known(c, at+".company", o.Company, c.companies)
		c.form(at+".number", o.Number, callerForm, "2 to 20 digits")
		c.once(at+".id", o.ID, seen[string(o.Company)+" "+o.ID] || c.queues[QueueID(o.ID)])
		seen[string(o.Company)+" "+o.ID] = true
		if c.agents[AgentID(o.Number)] {
			c.Fail(at+".number", "%q is an agent's; a contact is outside", o.Number)
		}
	}
}

type checker struct {
	companies map[CompanyID]bool
	queues    map[QueueID]bool
	agents    map[AgentID]bool
	place.Errors
}

func (c *checker) form(at, v string, form *regexp.Regexp, allowed string) {
	if !form.MatchString(v) {
		c.Fail(at, "%q is not allowed: %s", v, allowed)
	}
}

func (c *checker) between(at string, v, least, most int) {
	if v < least || v > most {
		c.Fail(at, "%d is not allowed: %d to %d", v, least, most)
	}
}

func (c *checker) once(at, v string, seen bool) {
	if seen {
		c.Fail(at, "%q is there twice", v)
	}
}

func (c *checker) oneOf(at, v string, allowed []string) {
	if !slices.Contains(allowed, v) {
		c.Fail(at, "%q is unknown; allowed: %s", v, strings.Join(allowed, ", "))
	}
}

func known[K ~string](c *checker, at string, id K, ids map[K]bool) {
	if ids[id] {
		return
	}
	names := make([]string, 0, len(ids))
	for k := range ids {
		names = append(names, string(k))
	}
	slices.Sort(names)
	if len(names) > 12 {
		names = append(names[:12], "…")
	}
	c.Fail(at, "%q is unknown; allowed: %s", id, strings.Join(names, ", "))
}

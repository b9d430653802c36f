package cti

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"time"
	"unicode"
	"unicode/utf8"

	"sansheng/cti/flow"
	"sansheng/pbx"
)

// A flow asks a service of the company's about a caller: who he is by his number and the
// digits he pressed. The request is not made here: an Ask goes out with the outcome, and
// an input LookedUp brings the answer. The caller hears prompts or music meanwhile. Where
// no answer comes in time, whatever the reason, he leaves the node by failed; an engine
// that takes over or starts anew asks again.

// Lookup is a service of a company's that its flows may ask.
type Lookup struct {
	ID string `yaml:"id" json:"id"`
	// URL takes the question, as JSON in a POST; TicketsURL asks the hotline's own tickets.
	URL string `yaml:"url" json:"url"`
	// Header goes with it, its value is that of the environment variable HeaderEnv.
	Header    string `yaml:"header,omitempty" json:"header,omitempty"`
	HeaderEnv string `yaml:"header_env,omitempty" json:"header_env,omitempty"`
	// Deadline is how long the answer may take; 500ms where it is 0.
	Deadline Span `yaml:"deadline,omitempty" json:"deadline,omitempty"`
	// Results are the words that it may answer: the exits of the nodes that ask it.
	Results []string `yaml:"results" json:"results"`
}

// TicketsURL is a Lookup that needs no service: it says TicketOpen of a caller whose number
// has a ticket that is not closed, with its id and kind, else TicketNone.
const (
	TicketsURL = "store:tickets"
	TicketOpen = "open"
	TicketNone = "none"
)

// TicketQuestion is the one of the node Caller, where it has an exit for who has a ticket.
func TicketQuestion(co CompanyID, caller string) Ask {
	return Ask{
		Lookup:  Lookup{ID: TicketsURL, URL: TicketsURL, Results: []string{TicketOpen, TicketNone}},
		Company: co, Caller: caller,
	}
}

const (
	lookupDeadline = 500 * time.Millisecond
	lookupLongest  = 3 * time.Second
	lookupLate     = time.Second // how much later the answer may reach us
	lookupsMost    = 20
	resultsMost    = 20
)

// Patience is how long its answer may take.
func (l Lookup) Patience() time.Duration {
	if l.Deadline == 0 {
		return lookupDeadline
	}
	return time.Duration(l.Deadline)
}

// Ask is a question to a Lookup about a caller; Outcome has it.
type Ask struct {
	// Call and N are in its answer: N tells the questions of a call apart.
	Call   CallID
	N      string
	Lookup Lookup
	// Company, Line and Caller are whom it is about, Digits what he has pressed.
	Company CompanyID
	Line    string
	Caller  string
	Digits  Sheet
}

// LookedUp is the input that answers an Ask.
type LookedUp struct {
	Call CallID
	N    string
	// Result is the word that it says; empty where there is no answer, Failure says why.
	Result  string
	Failure string
	Data    Sheet
}

// Bounds of what a look-up may say of a caller; bytes of a value.
const (
	LookupDataMost  = 8
	lookupValueMost = 200
)

// CheckAnswer tells whether what a look-up has said can be taken.
func CheckAnswer(result string, data Sheet) error {
	if !nameForm.MatchString(result) {
		return fmt.Errorf("result %.40q is not allowed: a word, 1 to 32 of a-z 0-9 _ -", result)
	}
	if len(data) > LookupDataMost {
		return fmt.Errorf("%d data are too many; allowed: %d", len(data), LookupDataMost)
	}
	for _, d := range data {
		switch {
		case !nameForm.MatchString(d.Name):
			return fmt.Errorf("data %.40q is not allowed: a name, 1 to 32 of a-z 0-9 _ -", d.Name)
		case len(d.Value) > lookupValueMost || !utf8.ValidString(d.Value) || slices.ContainsFunc([]rune(d.Value), unicode.IsControl):
			return fmt.Errorf("data %s is not allowed: a line of at most %d bytes of UTF-8", d.Name, lookupValueMost)
		}
	}
	return nil
}

// LookedUpData: a service of the company's was asked about the caller.
type LookedUpData struct {
	data
	Node    string `json:"node"`
	Service string `json:"service"`
	// Result is what it said, or failed: of a Lookup the exit by which he leaves.
	Result flow.Exit `json:"result"`
	// Failure is why there is no answer.
	Failure string `json:"failure,omitempty"`
	// Data is what it says of him. Personal data.
	Data Sheet `json:"data,omitempty"`
}

// lookUp asks about a caller, who hears prompts or music meanwhile.
func (h *Hotline) lookUp(at time.Time, c *call) {
	w := c.Walk
	i := slices.IndexFunc(h.companies[c.Company].Lookups, func(l Lookup) bool { return l.ID == w.node.Service })
	if i < 0 { // it is in the plan no more
		h.lookedUp(at, c, LookedUp{Failure: "there is no such service"})
		return
	}
	h.inquire(at, c, Ask{
		Lookup: h.companies[c.Company].Lookups[i], Company: c.Company, Line: c.Line.DID, Caller: c.Caller.Number, Digits: slices.Clone(c.Keyed),
	})
	if len(w.node.Say) > 0 {
		h.speak(at, c)
		return
	}
	h.soothe(at, c)
}

// inquire has a question about a caller asked.
func (h *Hotline) inquire(at time.Time, c *call, a Ask) {
	w := c.Walk
	w.told++
	w.asked, w.answer = fmt.Sprintf("%d-%d", h.seq, w.told), nil
	w.answerBy = at.Add(a.Lookup.Patience() + lookupLate)
	a.Call, a.N = c.ID, w.asked
	h.out.Asks = append(h.out.Asks, a)
}

// asksTickets tells whether it is to be asked whether a caller has a ticket: the node in which
// he is has an exit for that, he goes by none before it, and nobody has asked yet.
func (h *Hotline) asksTickets(at time.Time, c *call) bool {
	n := c.Walk.node
	if n.Kind != flow.Caller || n.Exits[flow.Ticket] == "" || c.Tickets != "" || c.Caller.Number == "" {
		return false
	}
	e, _ := n.Through(nil, func(e flow.Exit) bool { return h.is(at, c, e) })
	return e != flow.VIP && e != flow.Ticket
}

// ticketsTold goes on in the node Caller. Where there is no answer the calls that are owed are
// all that is known.
func (h *Hotline) ticketsTold(at time.Time, c *call, in LookedUp) {
	d := &LookedUpData{Node: c.Walk.node.ID, Service: TicketsURL, Result: flow.Exit(in.Result)}
	switch in.Result {
	case TicketOpen:
		d.Data = c.room(in.Data)
	case TicketNone:
	default:
		d.Result, d.Failure = flow.Failed, cmp.Or(in.Failure, fmt.Sprintf("it says %q", in.Result))
	}
	h.emitCall(at, c, CallLookedUp, "", d)
	h.stand(at, c)
}

// lookupAnswer takes the answer to a question that still stands.
func (h *Hotline) lookupAnswer(at time.Time, in LookedUp) {
	c := h.calls[in.Call]
	if c == nil || c.State != CallInFlow || c.leaving() || !h.linked || c.Walk.asked == "" || c.Walk.asked != in.N {
		return // he has gone on, or is asked about anew when the switch is heard again
	}
	c.Walk.asked, c.Walk.answerBy = "", time.Time{}
	if c.Prompt != "" {
		c.Walk.answer = &in // he hears the prompt's end first
		return
	}
	h.lookedUp(at, c, in)
}

// lookedUp lets a caller leave by what was said of him.
func (h *Hotline) lookedUp(at time.Time, c *call, in LookedUp) {
	w := c.Walk
	w.asked, w.answerBy, w.answer = "", time.Time{}, nil
	if w.node.Kind == flow.Caller {
		h.ticketsTold(at, c, in)
		return
	}
	e, why := w.node.Answered(flow.Exit(in.Result))
	d := &LookedUpData{Node: w.node.ID, Service: w.node.Service, Result: e}
	if e == flow.Failed {
		if d.Failure = in.Failure; d.Failure == "" {
			d.Failure = why
		}
	} else {
		d.Data = c.room(in.Data)
	}
	h.emitCall(at, c, CallLookedUp, "", d)
	h.do(pbx.StopMusic{Channel: c.Channel})
	h.leaveBy(at, c, e)
}

// room is what of data a call's sheet has room for.
func (c *call) room(data Sheet) Sheet {
	var kept Sheet
	all := c.Keyed.with(c.Told)
	for _, d := range data {
		if more := append(slices.Clone(all), d); all.has(d.Name) || more.Check() == nil {
			kept, all = append(kept, d), all.set(d.Name, d.Value)
		}
	}
	return kept
}

// checkLookups checks the services that a company's flows may ask.
func checkLookups(c *checker, at string, lookups []Lookup) {
	if len(lookups) > lookupsMost {
		c.Fail(at, "%d are too many; allowed: %d", len(lookups), lookupsMost)
		return
	}
	seen := map[string]bool{}
	for i, l := range lookups {
		at := fmt.Sprintf("%s[%d]", at, i)
		c.form(at+".id", l.ID, nameForm, "1 to 32 of a-z 0-9 _ -")
		c.once(at+".id", l.ID, seen[l.ID])
		seen[l.ID] = true
		if l.URL == TicketsURL {
			if l.Header != "" || l.HeaderEnv != "" {
				c.Fail(at+".header", "%s has no use for it", TicketsURL)
			}
			for j, r := range l.Results {
				c.oneOf(fmt.Sprintf("%s.results[%d]", at, j), r, []string{TicketOpen, TicketNone})
			}
		} else if u, err := url.Parse(l.URL); err != nil || u.Host == "" || u.User != nil || u.Scheme != "http" && u.Scheme != "https" {
			c.Fail(at+".url", "%q is not allowed: an http or https address without a password, as in http://crm.example/callers, or %s", l.URL, TicketsURL)
		}
		if l.Header != "" || l.HeaderEnv != "" {
			c.form(at+".header", l.Header, headerForm, "a header's name, as in Authorization; its value is that of header_env")
			c.form(at+".header_env", l.HeaderEnv, variableForm, "an environment variable's name, as in SANSHENG_LOOKUP_CRM: no other is given away")
		}
		if p := l.Patience(); p < 50*time.Millisecond || p > lookupLongest {
			c.Fail(at+".deadline", "%s is not allowed: 50ms to %s", p, lookupLongest)
		}
		if len(l.Results) == 0 || len(l.Results) > resultsMost {
			c.Fail(at+".results", "%d results are not allowed: 1 to %d, the words that it may answer", len(l.Results), resultsMost)
			continue
		}
		said := map[string]bool{string(flow.Failed): true}
		for j, r := range l.Results {
			at := fmt.Sprintf("%s.results[%d]", at, j)
			c.form(at, r, nameForm, "1 to 32 of a-z 0-9 _ -")
			c.once(at, r, said[r] && r != string(flow.Failed))
			if r == string(flow.Failed) {
				c.Fail(at, "%q is the exit for no answer; allowed: another word", r)
			}
			said[r] = true
		}
	}
}

package asterisk

import (
	"errors"
	"fmt"
	"net/netip"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"sansheng/deploy/debian"
	"sansheng/deploy/process"
)

// Config says how the local switch is set up. Its zero value with Data set is
// a switch on loopback with the standard ports and no lines.
type Config struct {
	// Data is the switch's own folder; it is made if missing. A switch that
	// still runs with it is adopted.
	Data string
	// Bind is the address everything listens on; the zero value is 127.0.0.1.
	Bind netip.Addr
	// Ports are the ports before Offset; zero fields mean the standard ones.
	Ports Ports
	// Offset shifts every port, so that several stacks run side by side.
	Offset int
	// FreePorts takes ports that are free now instead of Ports, and takes the
	// same ones again for the same Data.
	FreePorts bool
	// TLS adds an encrypted listener for ARI and browsers; nil means none.
	TLS *TLS
	// Origins are the web origins whose pages may use ARI; empty means none.
	Origins []string
	// Carriers are the addresses calls come from without registration; empty
	// means loopback.
	Carriers []netip.Prefix
	// Gateway is where calls to outside go; the zero value lets none leave.
	Gateway netip.AddrPort
	// SystemName prefixes channel ids; empty means one made up once for Data.
	SystemName string
	// Language of prompts where a line names none: zh (the default) or en.
	Language string
	// Country of tones, one of those in indications.conf; cn by default.
	Country string

	// Lines, Queues and Duty are what the switch does by itself when the
	// hotline is not there.
	Lines  []Line
	Queues []Queue
	// Duty are the agents on emergency duty, rung all at once as a last resort, each once.
	Duty []string
	// Lamps are the agents, by company, whose states its phones may watch: context
	// LampContext(company) has a hint for each.
	Lamps map[string][]string
	// MessageLamps are numbers that such a company's phones may watch beside them: on while
	// messages are untaken.
	MessageLamps map[string][]string
	// Companies are spoken names for greetings, by company and language.
	Companies map[string]map[string]string
	// OrdinaryCalls is how many calls the lines that are no emergency lines may
	// have at once; further ones are refused with Q.850 cause 17. 0 means 80 % of
	// what the RTP ports carry.
	OrdinaryCalls int
	// Unprotected turns guards off, by name. It is for the drill, which shows by it
	// what they prevent.
	Unprotected []string

	// FallbackTries is how often the fallback tries again, 5 s apart, where no phone
	// can be rung, before it takes a message; 0 means 12, a minute, and -1 not at all.
	FallbackTries int

	// OnCrash is told of each end of the switch that nobody ordered; it is
	// restarted. It must not block.
	OnCrash func(process.Crash)
	// Environ is added to the environment of a switch that is started, not of one
	// that is adopted: NAME=value. Drills use it.
	Environ []string
	// Finder finds the packages; its zero value is right outside tests.
	Finder debian.Finder
}

// Ports of a switch.
type Ports struct {
	SIP, HTTP         int
	RTPFirst, RTPLast int
}

// TLS is an encrypted listener beside the plain one.
type TLS struct {
	Port      int
	Cert, Key string // files
}

// Line is one public number.
type Line struct {
	DID     string
	Company string
	// Queue is the queue's name; empty goes to those on duty.
	Queue string
	// Language of its prompts; empty means Config.Language.
	Language string
	// Direct lines ring until a person answers; others are greeted.
	Direct bool
	// Emergency lines are never refused for want of room.
	Emergency bool
}

// Guards: three of the dialplan, and one of the process.
const (
	LeaseGuard     = "lease"     // a hotline that does nothing loses the caller again
	HeartbeatGuard = "heartbeat" // an old heartbeat keeps callers from the hotline
	ReserveGuard   = "reserve"   // ordinary calls leave room for emergencies
	HangGuard      = "hang"      // a switch that lives and does nothing is ended
)

// Guards are the names of all.
var Guards = []string{LeaseGuard, HeartbeatGuard, ReserveGuard, HangGuard}

// guards tell the templates which of them are on.
type guards struct{ Lease, Heartbeat, Reserve bool }

func (c Config) guards() guards {
	on := func(name string) bool { return !slices.Contains(c.Unprotected, name) }
	return guards{Lease: on(LeaseGuard), Heartbeat: on(HeartbeatGuard), Reserve: on(ReserveGuard)}
}

// A call has about two legs, and a leg an RTP and an RTCP port. Of what fits,
// ordinary calls get so much.
const (
	portsPerCall    = 4
	ordinaryPercent = 80
)

// ordinaryCalls is the limit on ordinary calls, one at least.
func (c Config) ordinaryCalls(p Ports) int {
	if c.OrdinaryCalls != 0 {
		return c.OrdinaryCalls
	}
	return max(1, (p.RTPLast-p.RTPFirst+1)/portsPerCall*ordinaryPercent/100)
}

// Queue is a native queue of the fallback.
type Queue struct {
	Name    string
	Members []string // agents' numbers
	// Helpers are further agents, asked where no member can be.
	Helpers []string
	// OnCall are called for its emergency callers where none of them is there.
	OnCall OnCall
	// Emergency queues' callers go before others' at agents whom both share.
	Emergency bool
}

// OnCall is a chain of people, each of whom takes a call by pressing Key, a digit.
type OnCall struct {
	Chain    []Callee
	Together bool // all at once, not one after the other
	Key      string
}

// Callee is one of a chain: an agent, or a number outside, reached by the gateway.
type Callee struct {
	Number  string
	Outside bool
}

// LampContext is the dialplan's context with the hints for a company's lamps.
func LampContext(company string) string { return "lamps-" + company }

// ValueError says that a value of the configuration cannot be used.
type ValueError struct {
	What, Value, Want string
}

func (e *ValueError) Error() string {
	return fmt.Sprintf("check switch configuration: %s %q: %s", e.What, e.Value, e.Want)
}

// standardPorts are those of the contract.
var standardPorts = Ports{SIP: 5060, HTTP: 8088, RTPFirst: 10000, RTPLast: 11999}

var (
	languages = []string{"zh", "en"}
	countries = []string{"cn", "us", "uk", "de", "fr", "jp"}
)

func (c Config) normal() (Config, error) {
	if c.Data == "" {
		return c, errors.New("check switch configuration: no data folder")
	}
	dir, err := filepath.Abs(c.Data)
	if err != nil {
		return c, fmt.Errorf("check switch configuration: %w", err)
	}
	c.Data = dir
	if !c.Bind.IsValid() {
		c.Bind = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	if c.Language == "" {
		c.Language = "zh"
	}
	if c.Country == "" {
		c.Country = "cn"
	}
	switch c.FallbackTries {
	case 0:
		c.FallbackTries = 12
	case -1:
		c.FallbackTries = 0
	}
	if len(c.Carriers) == 0 {
		c.Carriers = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	}
	if !c.FreePorts {
		c.Ports = c.Ports.or(standardPorts).plus(c.Offset)
	}
	return c.fallback()
}

// fallback completes and checks the lines and queues.
func (c Config) fallback() (Config, error) {
	c.Lines = slices.Clone(c.Lines)
	for i := range c.Lines {
		if c.Lines[i].Language == "" {
			c.Lines[i].Language = c.Language
		}
	}
	// Who is on duty for two lines has one phone.
	c.Duty = slices.Compact(slices.Sorted(slices.Values(c.Duty)))
	return c, c.check()
}

func (p Ports) or(d Ports) Ports {
	for _, f := range []struct{ have, want *int }{{&p.SIP, &d.SIP}, {&p.HTTP, &d.HTTP}, {&p.RTPFirst, &d.RTPFirst}, {&p.RTPLast, &d.RTPLast}} {
		if *f.have == 0 {
			*f.have = *f.want
		}
	}
	return p
}

func (p Ports) plus(n int) Ports {
	return Ports{p.SIP + n, p.HTTP + n, p.RTPFirst + n, p.RTPLast + n}
}

// check refuses what would be evaluated or break out of its line, and what
// cannot work, each by name.
func (c Config) check() error {
	if _, err := pathValue(c.Data); err != nil {
		return &ValueError{"data folder", c.Data, "letters, digits, spaces and ._-+@=~/ only"}
	}
	if !slices.Contains(languages, c.Language) {
		return &ValueError{"language", c.Language, "zh or en"}
	}
	if !slices.Contains(countries, c.Country) {
		return &ValueError{"country", c.Country, strings.Join(countries, ", ")}
	}
	if c.SystemName != "" && !wordPattern.MatchString(c.SystemName) {
		return &ValueError{"system name", c.SystemName, wordWant}
	}
	for _, o := range c.Origins {
		if !originPattern.MatchString(o) {
			return &ValueError{"origin", o, "scheme://host:port"}
		}
	}
	for company, names := range c.Companies {
		if !wordPattern.MatchString(company) {
			return &ValueError{"company", company, wordWant}
		}
		for language := range names {
			if !slices.Contains(languages, language) {
				return &ValueError{"language of company " + company, language, "zh or en"}
			}
		}
	}
	if c.OrdinaryCalls < 0 {
		return &ValueError{"ordinary calls", strconv.Itoa(c.OrdinaryCalls), "0 or more"}
	}
	for _, name := range c.Unprotected {
		if !slices.Contains(Guards, name) {
			return &ValueError{"guard to turn off", name, strings.Join(Guards, ", ")}
		}
	}
	queues := map[string]bool{}
	for _, q := range c.Queues {
		switch {
		case !wordPattern.MatchString(q.Name), q.Name == "general":
			return &ValueError{"queue", q.Name, wordWant + `, not "general"`}
		case queues[q.Name]:
			return &ValueError{"queue", q.Name, "it is there twice"}
		}
		queues[q.Name] = true
		for _, m := range slices.Concat(q.Members, q.Helpers) {
			if !agentPattern.MatchString(m) {
				return &ValueError{"member of queue " + q.Name, m, agentWant}
			}
		}
		if err := q.checkOnCall(); err != nil {
			return err
		}
	}
	for _, d := range c.Duty {
		if !agentPattern.MatchString(d) {
			return &ValueError{"agent on duty", d, agentWant}
		}
	}
	if err := c.checkLamps(); err != nil {
		return err
	}
	dids := map[string]bool{}
	for _, l := range c.Lines {
		switch {
		case !didPattern.MatchString(l.DID):
			return &ValueError{"number", l.DID, fmt.Sprintf("2 to %d digits", longestDID)}
		case dids[l.DID]:
			return &ValueError{"number", l.DID, "it is there twice"}
		case !wordPattern.MatchString(l.Company):
			return &ValueError{"company of " + l.DID, l.Company, wordWant}
		case !slices.Contains(languages, l.Language):
			return &ValueError{"language of " + l.DID, l.Language, "zh or en"}
		case l.Queue != "" && !queues[l.Queue]:
			return &ValueError{"queue of " + l.DID, l.Queue, "no such queue"}
		}
		dids[l.DID] = true
	}
	return nil
}

func (q Queue) checkOnCall() error {
	for _, o := range q.OnCall.Chain {
		if !calleePattern.MatchString(o.Number) || !o.Outside && !agentPattern.MatchString(o.Number) {
			return &ValueError{"on call for queue " + q.Name, o.Number, "an agent's " + agentWant + ", or 2 to 20 outside"}
		}
	}
	if len(q.OnCall.Chain) > 0 && !keyPattern.MatchString(q.OnCall.Key) {
		return &ValueError{"key of those on call for queue " + q.Name, q.OnCall.Key, "a digit"}
	}
	return nil
}

func (c Config) checkLamps() error {
	for company, numbers := range c.MessageLamps {
		for _, n := range numbers {
			if !didPattern.MatchString(n) {
				return &ValueError{"lamp of messages of company " + company, n, "2 to 20 digits"}
			}
		}
	}
	for company, agents := range c.Lamps {
		if !wordPattern.MatchString(company) {
			return &ValueError{"company of lamps", company, wordWant}
		}
		for _, a := range agents {
			if !agentPattern.MatchString(a) {
				return &ValueError{"lamp of company " + company, a, agentWant}
			}
		}
	}
	return nil
}

const (
	longestDID = 20
	wordWant   = "1 to 64 of the letters a-z, A-Z, digits, _ and -"
	agentWant  = "1 to 15 digits"
)

var (
	wordPattern   = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
	didPattern    = regexp.MustCompile(`^[0-9]{2,20}$`)
	agentPattern  = regexp.MustCompile(`^[0-9]{1,15}$`)
	calleePattern = regexp.MustCompile(`^[+]?[0-9]{1,20}$`)
	keyPattern    = regexp.MustCompile(`^[0-9]$`)
	originPattern = regexp.MustCompile(`^https?://[A-Za-z0-9.\[\]:-]+$`)
)

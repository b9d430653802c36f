package cti

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"sansheng/cti/flow"
	"sansheng/cti/hours"
)

// Every number is walked through at each moment at which anything changes for its callers,
// and there by each key: a way that ends nowhere is found before a caller goes it.

// Way is one way that callers of a number may go.
type Way struct {
	DID string `json:"did"`
	// At is the first moment of those looked at at which it can be gone.
	At   time.Time `json:"at"`
	Path flow.Path `json:"path"`
	// Open says why it ends nowhere; empty where somebody, or something, takes the caller.
	Open string `json:"open,omitempty"`
}

func (w Way) String() string {
	return fmt.Sprintf("%s at %s: %s: %s", w.DID, w.At.Format("2006-01-02 15:04 MST"), w.Path.Line(), w.Open)
}

// Survey walks every number through so many days from a moment on, with what is closed.
// The plan has passed Check. Who serves is as planned: leaders may have moved agents.
func (p *Plan) Survey(from time.Time, days int, closed Closures) []Way {
	var all []Way
	open := schedules(p)
	for _, l := range p.Lines {
		co, f := p.companyOf(l), p.flowOf(l)
		if f == nil {
			end := flow.Node{ID: string(l.Queue), Kind: flow.Queue, To: string(l.Queue)}
			path := flow.Path{Steps: []flow.Step{{Node: end.ID, Kind: end.Kind}}, End: end}
			all = append(all, Way{DID: l.DID, At: from.In(co.Location()), Path: path, Open: p.nowhere(l, nil, end)})
			continue
		}
		c, seen := conditions(l, co, open, closed), map[string]bool{}
		for _, at := range moments(l, f, co.Location(), from, days, open, closed) {
			for _, c.Caller = range f.Callers() {
				c.At = at
				for _, path := range f.Ways(c) {
					if line := path.Line(); !seen[line] {
						seen[line] = true
						all = append(all, Way{DID: l.DID, At: at.In(co.Location()), Path: path, Open: p.nowhere(l, f, path.End)})
					}
				}
			}
		}
	}
	return all
}

// moments are those at which something changes for the callers of a line: its calendars
// with what is closed, and the times of its prompts.
func moments(l Line, f *flow.Flow, zone *time.Location, from time.Time, days int, open map[string]*hours.Schedule, closed Closures) []time.Time {
	all, until := []time.Time{from}, from.AddDate(0, 0, days)
	for _, calendar := range f.Calendars() {
		all = append(all, open[calendar].Changes(from, until, closed.of(calendar, l.DID))...)
	}
	first := hours.DateOf(from.In(zone))
	for _, n := range f.Nodes {
		for _, t := range n.Times {
			for i := range days + 1 {
				d := first.Add(i)
				for _, c := range []hours.Clock{t.From, t.To} {
					if at := time.Date(d.Year, d.Month, d.Day, 0, int(c), 0, 0, zone); at.After(from) && at.Before(until) {
						all = append(all, at)
					}
				}
			}
		}
	}
	slices.SortFunc(all, time.Time.Compare)
	return slices.CompactFunc(all, time.Time.Equal)
}

// nowhere says why an end takes nobody; empty where it does.
func (p *Plan) nowhere(l Line, f *flow.Flow, end flow.Node) string {
	person := l.Queue
	if f != nil {
		person = QueueID(f.Person)
	}
	switch end.Kind {
	case flow.Queue:
		return p.unserved(QueueID(cmp.Or(end.To, string(person))), l)
	case flow.Transfer: // whom nobody outside takes is there
		return p.unserved(person, l)
	case flow.Emergency:
		i := slices.IndexFunc(p.Lines, func(o Line) bool { return o.DID == end.To && o.Emergency })
		if i < 0 {
			return "there is no emergency line " + end.To
		}
		return p.unserved(p.Lines[i].Queue, p.Lines[i])
	case flow.Voicemail, flow.HangUp:
		return ""
	}
	return "it has no end"
}

// unserved says why nobody ever takes the callers of a line who wait in a queue: nobody
// serves it, and no time or number ends their wait. Emergency callers overflow to nobody.
func (p *Plan) unserved(id QueueID, l Line) string {
	for range p.Queues { // Check lets none overflow in a circle
		i := slices.IndexFunc(p.Queues, func(q Queue) bool { return q.ID == id })
		if i < 0 {
			return fmt.Sprintf("there is no queue %q", id)
		}
		q := p.Queues[i]
		helps := func(o QueueID) bool {
			return slices.ContainsFunc(p.Queues, func(q Queue) bool { return q.ID == o && len(p.Serve(q)) > 0 })
		}
		l.Emergency = l.Emergency || p.takesEmergencies(id) // who comes there is an emergency caller
		overflows := !l.Emergency && q.OverflowAfter > 0
		switch {
		case l.Emergency && q.OnCall != nil:
			return ""
		case len(p.Serve(q)) > 0, q.MaxWait > 0, overflows && (q.OverflowNumber != "" || q.OverflowVoicemail):
			return ""
		case (l.Emergency || l.Mode == Direct) && slices.ContainsFunc(q.Overflow, helps):
			return ""
		case l.Emergency:
			return fmt.Sprintf("nobody serves queue %s, and nothing ends the wait of an emergency caller there; allowed: members, a skill that somebody has, max_wait, overflow", id)
		case !overflows || q.OverflowTo == "":
			return fmt.Sprintf("nobody serves queue %s, and nothing ends the wait there; allowed: members, a skill that somebody has, max_wait, overflow_after with overflow_to, overflow_number or overflow_voicemail", id)
		}
		id = q.OverflowTo
	}
	return ""
}

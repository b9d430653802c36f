package cti

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"sansheng/cti/flow"
	"sansheng/cti/hours"
)

// Walk is what would happen to a call to a number: the way through its flow at a moment,
// for who calls and what he presses (flow.Conditions.Keys), with what is closed, and where
// it ends, with the survey that follows the talk; with says more of him. The plan has passed
// Check.
func (p *Plan) Walk(did string, at time.Time, caller, keys string, closed Closures, with ...func(*flow.Conditions)) (flow.Path, error) {
	i := slices.IndexFunc(p.Lines, func(l Line) bool { return l.DID == did })
	if i < 0 {
		var dids []string
		for _, l := range p.Lines {
			dids = append(dids, l.DID)
		}
		return flow.Path{}, fmt.Errorf("%q is no number of the hotline's; allowed: %s", did, strings.Join(dids, ", "))
	}
	path := p.walk(p.Lines[i], at, caller, keys, closed, with)
	if s := p.SurveyOf(p.Lines[i]); s != nil && path.End.Kind == flow.Queue {
		for _, q := range s.Questions {
			path.Survey = append(path.Survey, q.Say)
		}
	}
	return path, nil
}

func (p *Plan) walk(line Line, at time.Time, caller, keys string, closed Closures, with []func(*flow.Conditions)) flow.Path {
	co := p.companyOf(line)
	end := func(n flow.Node, why string) flow.Path {
		return flow.Path{Steps: []flow.Step{{Kind: n.Kind, Node: n.To, Why: why}}, End: n}
	}
	if !line.Emergency && slices.Contains(co.Refused, caller) {
		return end(flow.Node{Kind: flow.HangUp}, "company "+string(co.ID)+" refuses his number")
	}
	f := p.flowOf(line)
	if f == nil {
		return end(flow.Node{Kind: flow.Queue, To: string(line.Queue)}, "the line has no flow: he waits for a person")
	}
	c := conditions(line, co, schedules(p), closed)
	c.At, c.Keys = at, keys
	if slices.Contains(co.VIPs, caller) {
		c.Caller = []flow.Exit{flow.VIP}
	}
	for _, w := range with {
		w(&c)
	}
	return f.Walk(c)
}

// conditions are those that a line's callers meet whoever they are: its company's zone, and
// calendars with what is closed.
func conditions(l Line, co Company, open map[string]*hours.Schedule, closed Closures) flow.Conditions {
	return flow.Conditions{Zone: co.Location(), Hours: func(calendar string, at time.Time) hours.Status {
		return open[calendar].At(at, closed.of(calendar, l.DID))
	}}
}

// HolidaysAhead is how many days before a year its holidays must be known: from 1 November
// on, about when they are announced.
const HolidaysAhead = 61

// HolidaysUnknown says of which years, of so many days from a moment on, a calendar's
// table of holidays knows nothing: it would be open on each of them.
func (p *Plan) HolidaysUnknown(at time.Time, days int) []string {
	var all []string
	open := schedules(p)
	for _, c := range p.Calendars {
		for _, year := range open[c.ID].Unknown(at, days) {
			all = append(all, fmt.Sprintf("calendar %s: table %s knows no holidays of %d", c.ID, c.Holidays, year))
		}
	}
	return all
}

package cti

import (
	"slices"
	"strings"
	"testing"
	"time"

	"sansheng/cti/flow"
	"sansheng/cti/hours"
)

// openOf are the ways of a survey that end nowhere, and at which moments.
func openOf(p *Plan, from time.Time, days int, closed Closures) []string {
	var all []string
	for _, w := range p.Survey(from, days, closed) {
		if w.Open != "" {
			why, _, _ := strings.Cut(w.Open, ",")
			all = append(all, w.DID+" "+w.At.Format("01-02 15:04")+" "+w.Path.Line()+": "+why)
		}
	}
	return all
}

func TestSurvey(t *testing.T) {
	shanghai := time.FixedZone("", 8*3600)
	day := time.Date(2026, 3, 2, 10, 0, 0, 0, shanghai) // a Monday
	unserved := func(p *Plan) {
		p.Queues[0].Members, p.Queues[0].MaxWait = nil, 0
	}
	for name, c := range map[string]struct {
		change func(*Plan)
		from   time.Time
		days   int
		closed Closures
		want   []string
	}{
		"all is well": {func(*Plan) {}, day, 7, nil, nil},
		"nobody serves, from now on": {unserved, day, 1, nil, []string{
			"800100 03-02 10:00 service: nobody serves queue service",
			"800200 03-02 10:00 hours (open) → people: nobody serves queue service",
			"800200 03-02 17:00 hours (closed) → closed (0) → the person: nobody serves queue service",
		}},
		"it opens at the week's first edge": {unserved, day.AddDate(0, 0, 5), 3, nil, []string{
			"800100 03-07 10:00 service: nobody serves queue service",
			"800200 03-07 10:00 hours (closed) → closed (0) → the person: nobody serves queue service",
			"800200 03-09 09:00 hours (open) → people: nobody serves queue service",
		}},
		"closed by hand": {unserved, day, 1, Closures{"800200": {Until: day.Add(time.Hour)}}, []string{
			"800100 03-02 10:00 service: nobody serves queue service",
			"800200 03-02 10:00 hours (closed) → closed (0) → the person: nobody serves queue service",
			"800200 03-02 11:00 hours (open) → people: nobody serves queue service",
		}},
		"the wait ends": {func(p *Plan) { unserved(p); p.Queues[0].MaxWait = Span(time.Minute) }, day, 7, nil, nil},
		"who overflows is taken": {func(p *Plan) {
			unserved(p)
			p.Queues[0].OverflowTo, p.Queues[0].OverflowAfter = "repair", Span(time.Minute)
		}, day, 7, nil, nil},
		"only who finds too many overflows": {func(p *Plan) {
			p.Queues[2].Members, p.Queues[2].MaxWait, p.Queues[2].OverflowVoicemail, p.Queues[2].OverflowLength = nil, 0, true, 3
			p.Lines[0].Queue = "repair"
		}, day, 1, nil, []string{
			"800100 03-02 10:00 repair: nobody serves queue repair",
		}},
		"who overflows in time is taken": {func(p *Plan) {
			p.Queues[2].Members, p.Queues[2].MaxWait, p.Queues[2].OverflowVoicemail, p.Queues[2].OverflowAfter = nil, 0, true, Span(time.Minute)
			p.Lines[0].Queue = "repair"
		}, day, 1, nil, nil},
		"a holiday opens it": {func(p *Plan) {
			p.Calendars[0].HolidayHours = []hours.Hours{{From: 10 * 60, To: 12 * 60}}
			p.Flows[0].Nodes[1].To = "spare"
			p.Queues = append(p.Queues, Queue{ID: "spare", Company: "demo2"})
		}, time.Date(2026, 9, 30, 18, 0, 0, 0, shanghai), 1, nil, []string{
			"800200 10-01 10:00 hours (open) → people: nobody serves queue spare",
		}},
		"the emergency line has helpers":                 {func(p *Plan) { p.Queues[1].Members = nil }, day, 1, nil, nil},
		"those on call are there for the emergency line": {func(p *Plan) { p.Queues[1].Members, p.Queues[1].Overflow = nil, nil }, day, 1, nil, nil},
		"who overflows to it is an emergency caller": {func(p *Plan) {
			unserved(p)
			p.Queues[0].OverflowTo, p.Queues[0].OverflowAfter = "emergency", Span(time.Minute)
			p.Queues[1].Members, p.Queues[1].Overflow, p.Queues[1].OnCall = nil, nil, nil
			p.Queues[1].OverflowVoicemail, p.Queues[1].OverflowAfter = true, Span(time.Minute)
			p.Lines = p.Lines[:1:1]
			p.Lines = append(p.Lines, Line{DID: "800119", Company: "demo", Mode: Direct, Queue: "emergency", Emergency: true})
		}, day, 1, nil, []string{
			"800100 03-02 10:00 service: nobody serves queue emergency",
			"800119 03-02 10:00 emergency: nobody serves queue emergency",
		}},
		"nobody helps the emergency line": {func(p *Plan) { p.Queues[1].Members, p.Queues[1].Overflow, p.Queues[1].OnCall = nil, nil, nil }, day, 1, nil, []string{
			"800200 03-02 17:00 hours (closed) → closed (1) → emergency: nobody serves queue emergency",
			"800119 03-02 10:00 emergency: nobody serves queue emergency",
		}},
		"emergency callers overflow to nobody": {func(p *Plan) {
			p.Queues[1].Members, p.Queues[1].Overflow, p.Queues[1].OverflowTo, p.Queues[1].OverflowAfter = nil, nil, "service", Span(time.Minute)
			p.Queues[1].OnCall = nil
		}, day.Add(8 * time.Hour), 1, nil, []string{
			"800200 03-02 18:00 hours (closed) → closed (1) → emergency: nobody serves queue emergency",
			"800119 03-02 18:00 emergency: nobody serves queue emergency",
		}},
	} {
		p := DemoPlan(0)
		c.change(p)
		if err := p.Check(); err != nil {
			t.Fatal(name, err)
		}
		if got := openOf(p, c.from, c.days, c.closed); !slices.Equal(got, c.want) {
			t.Errorf("%s:\n%s\nwant\n%s", name, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
		}
	}
}

// TestSurveyMoments: a line is looked at at each edge, and each time at which a prompt
// changes; VIPs go ways of their own.
func TestSurveyMoments(t *testing.T) {
	p := DemoPlan(0)
	f := &p.Flows[0]
	f.Start = "greet"
	f.Nodes = append(f.Nodes,
		flow.Node{ID: "greet", Kind: flow.Say, Say: []string{"closed"}, Exits: exits("next", "who"), Times: []flow.Times{{From: 6 * 60, To: 12 * 60, Say: []string{"closed"}}}},
		flow.Node{ID: "who", Kind: flow.Caller, Exits: exits("vip", "people", "other", "hours")})
	if err := p.Check(); err != nil {
		t.Fatal(err)
	}
	from := time.Date(2026, 3, 2, 6, 0, 0, 0, p.Companies[1].Location())
	var got []string
	for _, m := range moments(p.Lines[1], f, p.Companies[1].Location(), from, 1, schedules(p), Closures{"office": {Until: from.Add(4 * time.Hour)}}) {
		got = append(got, m.In(from.Location()).Format("02 15:04"))
	}
	if want := "02 06:00 02 10:00 02 12:00 02 17:00"; strings.Join(got, " ") != want {
		t.Errorf("%v, want %s", got, want)
	}
	var ways []string
	for _, w := range p.Survey(from, 1, nil) {
		if w.DID == "800200" {
			ways = append(ways, w.At.Format("15:04 ")+w.Path.Line())
		}
	}
	want := []string{
		"06:00 greet (failed) → the person",
		"06:00 greet (next) → who (other) → hours (closed) → closed (1) → emergency",
		"06:00 greet (next) → who (other) → hours (closed) → closed (no_input) → message",
		"06:00 greet (next) → who (vip) → people",
		"09:00 greet (next) → who (other) → hours (open) → people",
	}
	if slices.Sort(ways); !slices.Equal(ways, want) {
		t.Errorf("ways\n%s\nwant\n%s", strings.Join(ways, "\n"), strings.Join(want, "\n"))
	}
}

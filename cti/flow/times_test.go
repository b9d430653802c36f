package flow

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"sansheng/cti/hours"
	"sansheng/cti/place"
)

func clock(t *testing.T, text string) hours.Clock {
	t.Helper()
	var c hours.Clock
	if err := c.UnmarshalText([]byte(text)); err != nil {
		t.Fatal(err)
	}
	return c
}

// at is "06:00-12:00 greeting-morning".
func at(t *testing.T, text string) Times {
	t.Helper()
	span, say, _ := strings.Cut(text, " ")
	from, to, _ := strings.Cut(span, "-")
	return Times{From: clock(t, from), To: clock(t, to), Say: strings.Fields(say)}
}

// greets greets by the time of day: at night by what it says else.
func greets(t *testing.T) *Flow {
	return &Flow{ID: "day", Company: "demo", Person: "service", Start: "greet", Nodes: []Node{
		{
			ID: "greet", Kind: Say, Say: []string{"greeting-night"}, Exits: map[Exit]string{Next: "people"},
			Times: []Times{at(t, "06:00-12:00 greeting-morning"), at(t, "12:00-18:00 greeting-noon"), at(t, "18:00-00:30 greeting-evening")},
		},
		{ID: "people", Kind: Queue, To: "service"},
	}}
}

func TestGreetsByTime(t *testing.T) {
	f := greets(t)
	if err := f.Check(world); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ zone, at, says, why string }{
		{"Asia/Shanghai", "2026-03-02T05:59:59.999+08:00", "greeting-night", ""},
		{"Asia/Shanghai", "2026-03-02T06:00:00+08:00", "greeting-morning", "06:00–12:00 in Asia/Shanghai"},
		{"Asia/Shanghai", "2026-03-02T11:59:59.999+08:00", "greeting-morning", "06:00–12:00 in Asia/Shanghai"},
		{"Asia/Shanghai", "2026-03-02T04:00:00Z", "greeting-noon", "12:00–18:00 in Asia/Shanghai"},
		{"Asia/Shanghai", "2026-03-02T18:00:00+08:00", "greeting-evening", "18:00–00:30 in Asia/Shanghai"},
		{"Asia/Shanghai", "2026-03-03T00:00:00+08:00", "greeting-evening", "18:00–00:30 in Asia/Shanghai"},
		{"Asia/Shanghai", "2026-03-03T00:29:59+08:00", "greeting-evening", "18:00–00:30 in Asia/Shanghai"},
		{"Asia/Shanghai", "2026-03-03T00:30:00+08:00", "greeting-night", ""},
		// The clock on the wall decides, also where it shows a time twice.
		{"America/New_York", "2026-11-01T00:29:00-04:00", "greeting-evening", "18:00–00:30 in America/New_York"},
		{"America/New_York", "2026-11-01T05:59:59-05:00", "greeting-night", ""},
		{"America/New_York", "2026-11-01T06:00:00-05:00", "greeting-morning", "06:00–12:00 in America/New_York"},
		{"America/New_York", "2026-03-08T06:00:00-04:00", "greeting-morning", "06:00–12:00 in America/New_York"},
		{"", "2026-03-02T06:00:00Z", "greeting-morning", "06:00–12:00 in UTC"},
	} {
		moment, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		p := f.Walk(Conditions{At: moment, Zone: zone})
		if s := p.Steps[0]; !slices.Equal(s.Says, []string{c.says}) || s.Why != c.why || p.End.To != "service" {
			t.Errorf("%s in %s: %+v, want %s %q", c.at, c.zone, s, c.says, c.why)
		}
	}
	var all []string
	for _, s := range f.Said("zh") {
		all = append(all, s.Prompt)
	}
	if want := "greeting-night greeting-morning greeting-noon greeting-evening"; strings.Join(all, " ") != want {
		t.Errorf("it may say %v, want %s", all, want)
	}
}

func TestTimesCheck(t *testing.T) {
	for _, c := range []struct {
		change func(*Flow)
		says   string
	}{
		{func(f *Flow) { f.Nodes[0].Times[1].From = clock(t, "11:59") },
			`nodes[0].times[1]: 11:59–18:00, [greeting-noon], overlaps 06:00–12:00, [greeting-morning], of times[0]; allowed: times that are apart`},
		{func(f *Flow) { f.Nodes[0].Times[2].To = clock(t, "06:01") }, "times[2]: 18:00–06:01, [greeting-evening], overlaps 06:00–12:00"},
		{func(f *Flow) { f.Nodes[0].Times[2].To = f.Nodes[0].Times[2].From }, "overlaps 06:00–12:00"},
		{func(f *Flow) { f.Nodes[0].Times[0].From = -1 }, "times[0]: from"},
		{func(f *Flow) { f.Nodes[0].Times[0].Say = nil }, "nodes[0].times[0].say: it needs a prompt"},
		{func(f *Flow) { f.Nodes[0].Times[0].Say = []string{"nothing"} }, `nodes[0].times[0].say[0]: there is no prompt "nothing"`},
		{func(f *Flow) { f.Nodes[0].Say = nil }, `nodes[0].say: say "greet" needs it`},
		{func(f *Flow) { f.Nodes[1].Times = f.Nodes[0].Times }, "nodes[1].times: queue has no use for it"},
		{func(f *Flow) { f.Nodes[0].Times = slices.Repeat(f.Nodes[0].Times, 5) }, "nodes[0].times: 15 are too many"},
	} {
		f := greets(t)
		c.change(f)
		err := f.Check(world)
		if !errors.As(err, new(*place.Error)) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%v, want %q", err, c.says)
		}
	}
	placeless := world
	placeless.Zone = false
	if err := greets(t).Check(placeless); err == nil || !strings.Contains(err.Error(), "nodes[0].times: company demo has no time zone") {
		t.Errorf("without a time zone: %v", err)
	}
}

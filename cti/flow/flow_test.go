package flow

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sansheng/cti/hours"
	"sansheng/cti/place"
)

// night is open by day; by night it tells the hours, and has a key for the emergency
// line before it takes a message.
func night() *Flow {
	return &Flow{ID: "night", Company: "demo", Person: "service", Start: "hours", Nodes: []Node{
		{ID: "hours", Kind: Hours, Calendar: "office", Exits: map[Exit]string{Open: "greet", Closed: "closed"}},
		{ID: "greet", Kind: Say, Say: []string{"greeting-demo"}, Exits: map[Exit]string{Next: "queue"}},
		{ID: "queue", Kind: Queue, To: "service"},
		{ID: "closed", Kind: Menu, Say: []string{"closed", SayOpens, SayEmergency}, Exits: map[Exit]string{"1": "gas", "9": "closed", NoInput: "message", Wrong: "message"}},
		{ID: "gas", Kind: Emergency, To: "800119"},
		{ID: "message", Kind: Voicemail},
	}}
}

var world = Known{
	Queues: []string{"repair", "service"}, Calendars: []string{"office"}, Contacts: []string{"water"}, Emergency: []string{"800119"},
	Languages: []string{"en", "zh"}, Zone: true, Lookups: map[string][]string{"crm": {"debtor", "known"}}, Prompt: func(name string) bool { return name == "closed" || strings.HasPrefix(name, "greeting-") },
}

// by day it is open, else closed.
func byDay(_ string, at time.Time) hours.Status {
	h := at.Hour()
	return hours.Status{Open: h >= 9 && h < 17, Rule: "week[0]"}
}

func TestWalk(t *testing.T) {
	day, evening := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC), time.Date(2026, 3, 2, 20, 0, 0, 0, time.UTC)
	f := night()
	if err := f.Check(world); err != nil {
		t.Fatal(err)
	}
	known := night()
	known.Start = "who"
	known.Nodes = append(known.Nodes, Node{ID: "who", Kind: Caller, Exits: map[Exit]string{VIP: "repair", Other: "hours"}}, Node{ID: "repair", Kind: Queue, To: "repair"})
	for _, c := range []struct {
		f    *Flow
		with Conditions
		way  string
		end  string
	}{
		{f, Conditions{At: day}, "hours greet queue", "queue service"},
		{f, Conditions{At: evening}, "hours closed message", "voicemail "},
		{f, Conditions{At: evening, Keys: "1"}, "hours closed gas", "emergency 800119"},
		{f, Conditions{At: evening, Keys: "991"}, "hours closed closed closed gas", "emergency 800119"},
		{f, Conditions{At: evening, Keys: "5"}, "hours closed message", "voicemail "},
		{f, Conditions{At: evening, Keys: "51"}, "hours closed gas", "emergency 800119"}, // told again
		{f, Conditions{At: evening, Keys: "551"}, "hours closed message", "voicemail "},
		{f, Conditions{At: evening, Keys: ".1"}, "hours closed gas", "emergency 800119"},
		{f, Conditions{At: evening, Keys: "0"}, "hours closed ", "queue service"},
		{known, Conditions{At: evening, Caller: []Exit{VIP}}, "who repair", "queue repair"},
		{known, Conditions{At: evening}, "who hours closed message", "voicemail "},
	} {
		c.with.Hours = byDay
		p := c.f.Walk(c.with)
		var way []string
		for _, s := range p.Steps {
			way = append(way, s.Node)
		}
		if got := strings.Join(way, " "); got != c.way || string(p.End.Kind)+" "+p.End.To != c.end {
			t.Errorf("%+v: %s, %s %s; want %s, %s\n%s", c.with, got, p.End.Kind, p.End.To, c.way, c.end, p)
		}
	}
	p := f.Walk(Conditions{At: evening, Hours: byDay, Keys: strings.Repeat("9", 100)})
	if !p.Astray || p.End.To != "service" || len(p.Steps) != StepsMost+1 {
		t.Errorf("round and round: %d steps, %+v", len(p.Steps), p.End)
	}
	if text := f.Walk(Conditions{At: evening, Hours: byDay, Keys: "1"}).String(); !strings.Contains(text, "menu       closed [closed, @opens, @emergency] → 1  (he presses 1)\n") {
		t.Errorf("as people read it:\n%s", text)
	}
}

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		change func(*Flow)
		says   []string
	}{
		{func(f *Flow) { f.ID = "Night!" }, []string{`id: "Night!" is not allowed`}},
		{func(f *Flow) { f.Person = "nobody" }, []string{`person: there is no "nobody"; allowed: repair, service`}},
		{func(f *Flow) { f.Start = "" }, []string{`start: there is no node ""; allowed: hours, greet`}},
		{func(f *Flow) { f.Nodes[1].ID = "hours" }, []string{`nodes[1].id: "hours" is there already`}},
		{func(f *Flow) { f.Nodes[1].Kind = "sing" }, []string{`nodes[1].kind: "sing" is unknown; allowed: [caller digits emergency`}},
		{func(f *Flow) { delete(f.Nodes[0].Exits, Closed) }, []string{`nodes[0]: hours "hours" has no exit closed`}},
		{func(f *Flow) { f.Nodes[0].Exits[VIP] = "queue" }, []string{"nodes[0].exits.vip: hours has no such exit; allowed: [open closed]"}},
		{func(f *Flow) { f.Nodes[3].Exits["1"] = "gsa" }, []string{`nodes[3].exits.1: there is no node "gsa"`}},
		{func(f *Flow) { f.Nodes[3].Exits = map[Exit]string{NoInput: "message"} }, []string{`nodes[3].exits: menu "closed" has no key`}},
		{func(f *Flow) { f.Nodes[2].Exits = map[Exit]string{Next: "greet"} }, []string{"nodes[2].exits.next: queue has no such exit"}},
		{func(f *Flow) { f.Nodes[1].Calendar = "office" }, []string{"nodes[1].calendar: say has no use for it"}},
		{func(f *Flow) { f.Nodes[0].Calendar = "home" }, []string{`nodes[0].calendar: there is no "home"; allowed: office`}},
		{func(f *Flow) { f.Nodes[0].Calendar = "" }, []string{`nodes[0].calendar: hours "hours" needs it`}},
		{func(f *Flow) { f.Nodes[1].Say = []string{"greeting-demo", "nothing"} }, []string{`nodes[1].say[1]: there is no prompt "nothing"`}},
		{func(f *Flow) { f.Nodes[4].To = "800100" }, []string{`nodes[4].to: there is no "800100"; allowed: 800119`}},
		{func(f *Flow) { f.Nodes[3].Tries, f.Nodes[3].Wait = 9, 60 }, []string{"nodes[3].tries: 9 is not allowed: 1 to 5", "nodes[3].wait: 60 s is not allowed"}},
		{func(f *Flow) { f.Nodes = append(f.Nodes, Node{ID: "island", Kind: Voicemail}) }, []string{`nodes[6]: no caller comes to "island"`}},
		{func(f *Flow) { f.Nodes[3].Exits[NoInput] = "hours" }, []string{"a caller who presses nothing goes in a circle: hours → closed → hours"}},
		{func(f *Flow) { f.Nodes[3].Exits[NoInput] = "closed" }, []string{"in a circle: closed → closed"}},
		{func(f *Flow) { f.Nodes = slices.Repeat(f.Nodes, 50) }, []string{"nodes: 300 are too many; allowed: 200"}},
		{func(f *Flow) { farewell(f, 3, "0") }, []string{`nodes[3].exits.0: who chooses nothing is hung up at "bye"; allowed: a way to a person, an emergency line or a message`}},
		{func(f *Flow) { farewell(f, 3, NoInput) }, []string{`nodes[3].exits.no_input: who chooses nothing is hung up at "bye"`}},
		{func(f *Flow) { farewell(f, 1, Failed) }, []string{`nodes[1].exits.failed: who chooses nothing is hung up at "bye"`}},
		{func(f *Flow) { farewell(f, 1, Next); f.Nodes[3].Exits["2"] = "queue" }, []string{`start: who chooses nothing is hung up at "bye"`}},
		{func(f *Flow) {
			f.Nodes[3].Exits[NoInput] = "last"
			f.Nodes = append(f.Nodes, Node{ID: "last", Kind: Say, Say: []string{"closed"}, Exits: map[Exit]string{}})
			farewell(f, 6, Next)
		}, []string{`nodes[3].exits.no_input: who chooses nothing is hung up at "bye"`}},
	} {
		f := night()
		c.change(f)
		err := f.Check(world)
		var fault *place.Error
		if !errors.As(err, &fault) {
			t.Errorf("%v, want %q", err, c.says)
			continue
		}
		for _, want := range c.says {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%v, want %q", err, want)
			}
		}
	}
}

// farewell lets an exit of a node lead to good-bye.
func farewell(f *Flow, node int, e Exit) {
	f.Nodes[node].Exits[e] = "bye"
	f.Nodes = append(f.Nodes, Node{ID: "bye", Kind: HangUp, Say: []string{"closed"}})
}

// TestFarewell: who chooses it is hung up, by a key, by what he has pressed, or by what a
// service says of him.
func TestFarewell(t *testing.T) {
	for _, e := range []Exit{"2", Wrong} {
		f := night()
		if farewell(f, 3, e); f.Check(world) != nil {
			t.Errorf("by %s: %v", e, f.Check(world))
		}
	}
	f := night()
	f.Start, f.Nodes = "crm", append(f.Nodes, Node{ID: "crm", Kind: Lookup, Service: "crm", Exits: map[Exit]string{"debtor": "bye", Failed: "hours"}}, Node{ID: "bye", Kind: HangUp, Say: []string{"closed"}})
	if err := f.Check(world); err != nil {
		t.Error(err)
	}
}

// TestEverybodyComesToAnEnd: a flow, however it was drawn, is refused, or leads everybody
// to an end, who presses nothing past no node twice, and to one that takes him.
func TestEverybodyComesToAnEnd(t *testing.T) {
	passed := 0
	rapid.Check(t, func(r *rapid.T) {
		f := &Flow{ID: "x", Company: "demo", Person: "service", Start: "n0"}
		n := rapid.IntRange(1, 7).Draw(r, "nodes")
		for i := range n {
			node := Node{ID: fmt.Sprint("n", i), Kind: rapid.SampledFrom(Kinds()).Draw(r, "kind"), Exits: map[Exit]string{}}
			k := kinds[node.Kind]
			for _, e := range k.needs {
				node.Exits[e] = drawNode(r, n)
			}
			for _, e := range k.may {
				if rapid.Bool().Draw(r, "drawn") {
					node.Exits[e] = drawNode(r, n)
				}
			}
			if k.keys {
				for _, e := range rapid.SliceOfNDistinct(rapid.SampledFrom(keys), 1, 4, rapid.ID).Draw(r, "keys") {
					node.Exits[e] = drawNode(r, n)
				}
			}
			if k.words {
				node.Exits["known"], node.Exits["debtor"] = drawNode(r, n), drawNode(r, n)
			}
			if slices.Contains(k.fields, "say") {
				node.Say = []string{"closed"}
			}
			switch node.Kind {
			case Hours:
				node.Calendar = "office"
			case Language:
				node.Language = "en"
			case Digits:
				node.Name, node.Most = "account", 4
			case Lookup:
				node.Service = "crm"
			case Queue:
				node.To = "service"
			case Emergency:
				node.To = "800119"
			case Transfer:
				node.To = "water"
			}
			f.Nodes = append(f.Nodes, node)
		}
		if f.Check(world) != nil {
			return
		}
		passed++
		c := Conditions{
			At:    time.Date(2026, 3, 2, rapid.IntRange(0, 23).Draw(r, "hour"), 0, 0, 0, time.UTC),
			Keys:  rapid.StringOfN(rapid.SampledFrom([]rune("0123456789*#.")), 0, 60, -1).Draw(r, "keys"),
			Hours: byDay, Caller: rapid.SliceOf(rapid.SampledFrom([]Exit{VIP, Ticket, Repeat})).Draw(r, "caller"),
			Answers: map[string]Exit{"crm": rapid.SampledFrom([]Exit{"", "known", "debtor", Failed}).Draw(r, "answer")},
		}
		if p := f.Walk(c); !p.End.Ends() || len(p.Steps) > StepsMost+1 {
			r.Fatalf("no end:\n%s", p)
		}
		c.Keys = ""
		p, seen := f.Walk(c), map[string]bool{}
		for _, s := range p.Steps {
			if seen[s.Node] {
				r.Fatalf("%s twice, with no key pressed:\n%s", s.Node, p)
			}
			seen[s.Node] = true
		}
		if c.Answers = nil; f.Walk(c).End.Kind == HangUp {
			r.Fatalf("who chooses nothing is hung up:\n%s", f.Walk(c))
		}
		for _, n := range f.Nodes {
			if f.Start = n.ID; n.Exits["0"] == "" || n.Kind != Menu {
				continue
			}
			if c.Keys = "0"; f.Walk(c).End.Kind == HangUp {
				r.Fatalf("who asks for a person is hung up:\n%s", f.Walk(c))
			}
		}
	})
	if passed == 0 {
		t.Error("no flow was taken")
	}
}

func drawNode(r *rapid.T, n int) string {
	return fmt.Sprint("n", rapid.IntRange(0, n-1).Draw(r, "to"))
}

package flow

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"sansheng/cti/place"
)

// asking asks for an account, and a service about it.
func asking() *Flow {
	return &Flow{ID: "asking", Company: "demo", Person: "service", Start: "account", Nodes: []Node{
		{ID: "account", Kind: Digits, Name: "account", Least: 4, Most: 6, Pattern: "[1-9].*", Say: []string{"closed"}, Exits: map[Exit]string{Done: "crm", NoInput: "queue", Wrong: "message"}},
		{ID: "crm", Kind: Lookup, Service: "crm", Exits: map[Exit]string{"known": "who", Failed: "queue"}},
		{ID: "who", Kind: Caller, Exits: map[Exit]string{Ticket: "ticket", Repeat: "queue", Other: "menu"}},
		{ID: "menu", Kind: Menu, Say: []string{"closed"}, Exits: map[Exit]string{"1": "queue", "#": "ticket"}},
		{ID: "queue", Kind: Queue, To: "service"},
		{ID: "ticket", Kind: Queue, To: "repair"},
		{ID: "message", Kind: Voicemail},
	}}
}

func TestWalkAsks(t *testing.T) {
	f := asking()
	if err := f.Check(world); err != nil {
		t.Fatal(err)
	}
	known := map[string]Exit{"crm": "known"}
	for _, c := range []struct {
		with Conditions
		way  string
	}{
		{Conditions{}, "account (no_input) → queue"},
		{Conditions{Keys: "."}, "account (no_input) → queue"},
		{Conditions{Keys: "123#12#"}, "account (wrong) → message"},
		{Conditions{Keys: "01234#01234#"}, "account (wrong) → message"},
		{Conditions{Keys: "123#"}, "account (no_input) → queue"}, // asked again, he presses nothing
		{Conditions{Keys: "123#1234#"}, "account (done) → crm (failed) → queue"},
		{Conditions{Keys: "1234#"}, "account (done) → crm (failed) → queue"},
		{Conditions{Keys: "1234", Answers: map[string]Exit{"crm": "debtor"}}, "account (done) → crm (failed) → queue"},
		{Conditions{Keys: "1234.1", Answers: known}, "account (done) → crm (known) → who (other) → menu (1) → queue"},
		{Conditions{Keys: "1234561", Answers: known}, "account (done) → crm (known) → who (other) → menu (1) → queue"},
		{Conditions{Keys: "99*123456##", Answers: known}, "account (done) → crm (known) → who (other) → menu (#) → ticket"},
		{Conditions{Keys: "1234#", Answers: known, Caller: []Exit{Repeat, Ticket}}, "account (done) → crm (known) → who (ticket) → ticket"},
		{Conditions{Keys: "1234#", Answers: known, Caller: []Exit{VIP, Repeat}}, "account (done) → crm (known) → who (repeat) → queue"},
	} {
		if got := f.Walk(c.with).Line(); got != c.way {
			t.Errorf("%+v: %s, want %s", c.with, got, c.way)
		}
	}
	var ends []string
	for _, p := range f.Ways(Conditions{}) {
		ends = append(ends, p.Line())
	}
	if want := []string{
		"account (no_input) → queue", "account (wrong) → message", "account (failed) → the person",
		"account (done) → crm (known) → who (other) → menu (#) → ticket",
	}; !slices.Equal(ends, want) {
		t.Errorf("ways %q, want %q", ends, want)
	}
	if sets := f.Callers(); len(sets) != 4 {
		t.Errorf("callers: %v", sets)
	}
}

// TestDigitsToThePerson: what is not drawn of a node that asks for digits leads to the person.
func TestDigitsToThePerson(t *testing.T) {
	f := asking()
	delete(f.Nodes[0].Exits, NoInput)
	delete(f.Nodes[0].Exits, Wrong)
	f.Nodes = f.Nodes[:6] // without the message
	if err := f.Check(world); err != nil {
		t.Fatal(err)
	}
	for keys, way := range map[string]string{"": "account (no_input) → the person", "1#1#": "account (wrong) → the person"} {
		if got := f.Walk(Conditions{Keys: keys}).Line(); got != way {
			t.Errorf("%q: %s, want %s", keys, got, way)
		}
	}
}

func TestCheckAsks(t *testing.T) {
	for _, c := range []struct {
		change func(*Flow)
		says   string
	}{
		{func(f *Flow) { delete(f.Nodes[0].Exits, Done) }, `nodes[0]: digits "account" has no exit done; it needs [done]`},
		{func(f *Flow) { f.Nodes[0].Exits["1"] = "queue" }, "nodes[0].exits.1: digits has no such exit; allowed: [done no_input wrong failed]"},
		{func(f *Flow) { f.Nodes[0].Name = "" }, `nodes[0].name: "" is not allowed`},
		{func(f *Flow) { f.Nodes[0].Say = nil }, `nodes[0].say: digits "account" needs it`},
		{func(f *Flow) { f.Nodes[0].Least = 7 }, "nodes[0].min: 7 is not allowed: 1 to 6"},
		{func(f *Flow) { f.Nodes[0].Most = 21 }, "nodes[0].max: 21 is not allowed: 1 to 20"},
		{func(f *Flow) { f.Nodes[0].Most = -1 }, "nodes[0].max: -1 is not allowed"},
		{func(f *Flow) { f.Nodes[0].Pattern = "(" }, "nodes[0].pattern: error parsing regexp"},
		{func(f *Flow) { f.Nodes[0].Pattern = strings.Repeat("1", 101) }, "nodes[0].pattern: 101 bytes are too many; allowed: 100"},
		{func(f *Flow) { f.Nodes[0].Exits[NoInput] = "account" }, "goes in a circle: account → account"},
		{func(f *Flow) { delete(f.Nodes[1].Exits, Failed) }, `nodes[1]: lookup "crm" has no exit failed; it needs [failed]`},
		{func(f *Flow) { delete(f.Nodes[1].Exits, "known") }, `nodes[1].exits: lookup "crm" has no exit for an answer; allowed: [failed debtor known]`},
		{func(f *Flow) { f.Nodes[1].Exits["unknown"] = "queue" }, "nodes[1].exits.unknown: lookup has no such exit; allowed: [failed debtor known]"},
		{func(f *Flow) { f.Nodes[1].Exits[NoInput] = "queue" }, "nodes[1].exits.no_input: lookup has no such exit"},
		{func(f *Flow) { f.Nodes[1].Exits["known"] = "crm" }, "goes in a circle: crm → crm"},
		{func(f *Flow) { f.Nodes[1].Service = "erp" }, `nodes[1].service: there is no "erp"; allowed: crm`},
		{func(f *Flow) { f.Nodes[2].Exits["regular"] = "queue" }, "nodes[2].exits.regular: caller has no such exit; allowed: [other vip ticket repeat]"},
		{func(f *Flow) { f.Nodes[6] = Node{ID: "message", Kind: HangUp} }, `nodes[6].say: hang_up "message" needs it`},
		{func(f *Flow) { f.Nodes[6] = Node{ID: "message", Kind: HangUp, Say: []string{SayOpens}} }, "nodes[6].say: @opens alone may say nothing"},
	} {
		f := asking()
		c.change(f)
		if err := f.Check(world); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%v, want %q", err, c.says)
		}
	}
}

// FuzzFlow: whatever is drawn, a flow is refused with the place of each fault, or leads
// everybody to an end.
func FuzzFlow(f *testing.F) {
	for _, seed := range []*Flow{night(), asking()} {
		text, err := json.Marshal(seed)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text, "1")
		f.Add(text, "1234#1")
	}
	f.Add([]byte(`{"start": "a", "nodes": [{"id": "a", "kind": "hang_up", "say": ["@opens"]}]}`), ".")
	f.Fuzz(func(t *testing.T, text []byte, keys string) {
		var drawn Flow
		if json.Unmarshal(text, &drawn) != nil || !Keys(keys) {
			return
		}
		if err := drawn.Check(world); err != nil {
			placed(t, err)
			return
		}
		for _, at := range []time.Time{time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC), time.Date(2026, 3, 2, 20, 0, 0, 0, time.UTC)} {
			c := Conditions{At: at, Keys: keys, Hours: byDay, Answers: map[string]Exit{"crm": "known"}}
			if p := drawn.Walk(Conditions{At: at, Hours: byDay}); p.End.Kind == HangUp {
				t.Fatalf("who chooses nothing is hung up: %s", p.Line())
			}
			for _, c.Caller = range drawn.Callers() {
				for _, p := range append(drawn.Ways(c), drawn.Walk(c)) {
					if !p.End.Ends() || p.End.Kind == HangUp && len(p.End.Say) == 0 {
						t.Fatalf("it has no end, or one without a word: %s", p.Line())
					}
				}
			}
		}
	})
}

// placed wants each fault to name its place, and what is wrong there.
func placed(t *testing.T, err error) {
	t.Helper()
	for _, e := range place.Split(err) {
		var fault *place.Error
		if !errors.As(e, &fault) || fault.Place == "" || fault.Text == "" {
			t.Errorf("a fault without a place: %v", e)
		}
	}
}

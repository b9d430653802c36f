package cti

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sansheng/cti/flow"
	"sansheng/pbx"
)

func digitsNode(pairs ...string) flow.Node {
	return flow.Node{ID: "account", Kind: flow.Digits, Name: "account", Say: []string{"closed"}, Tries: 2, Wait: 3, Least: 4, Most: 6, Pattern: "[1-9][0-9]*", Exits: exits(pairs...)}
}

var (
	peopleNode = flow.Node{ID: "people", Kind: flow.Queue, To: "service"}
	mailNode   = flow.Node{ID: "mail", Kind: flow.Voicemail}
)

func (r *ride) pressAll(keys string) {
	for _, k := range keys {
		r.press(string(k))
	}
}

// keyed are the numbers that are kept of the call.
func (r *ride) keyed() string {
	var all []string
	for _, f := range r.seen {
		if d, ok := f.Data.(*KeyedData); ok {
			all = append(all, d.Name+"="+d.Digits)
		}
	}
	return strings.Join(all, " ")
}

func TestFlowDigits(t *testing.T) {
	for name, c := range map[string]struct {
		do        func(r *ride)
		way, kept string
	}{
		"while the prompt plays, ended": {func(r *ride) { r.pressAll("1234#") }, "[account people]", "account=1234"},
		"whole without an end":          {func(r *ride) { r.pressAll("123456") }, "[account people]", "account=123456"},
		"behind the prompt, by time": {func(r *ride) {
			r.over(false)
			r.pressAll("12345")
			r.handle(r.at.Add(3*time.Second), Tick{})
		}, "[account people]", "account=12345"},
		"begun anew":            {func(r *ride) { r.pressAll("99*1234#") }, "[account people]", "account=1234"},
		"too short, then right": {func(r *ride) { r.pressAll("12#1234#") }, "[account people]", "account=1234"},
		"too short twice":       {func(r *ride) { r.pressAll("12#13#") }, "[account mail]", ""},
		"not by the pattern":    {func(r *ride) { r.pressAll("0123#0123#") }, "[account mail]", ""},
		"an end alone":          {func(r *ride) { r.pressAll("##") }, "[account mail]", ""},
		"nothing": {func(r *ride) {
			for range 2 {
				r.over(false)
				r.handle(r.at.Add(3*time.Second), Tick{})
			}
		}, "[account mends]", ""},
		"nothing that counts": {func(r *ride) {
			for range 2 {
				r.over(false)
				r.press("*")
				r.handle(r.at.Add(3*time.Second), Tick{})
			}
		}, "[account mends]", ""},
		"the prompt fails": {func(r *ride) { r.over(true) }, "[account ]", ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := rideOn(t, "13800138000", digitsNode("done", "people", "no_input", "mends", "wrong", "mail"), peopleNode, mailNode,
				flow.Node{ID: "mends", Kind: flow.Queue, To: "repair"})
			c.do(r)
			if r.way() != c.way || r.keyed() != c.kept {
				t.Errorf("his way: %s, want %s; kept %q, want %q", r.way(), c.way, r.keyed(), c.kept)
			}
		})
	}
}

// The end of a number that was whole without it is no key of the menu behind it.
func TestFlowDigitsEndTwice(t *testing.T) {
	menu := flow.Node{ID: "menu", Kind: flow.Menu, Say: []string{"closed"}, Exits: exits("1", "people", "#", "mail")}
	r := rideOn(t, "13800138000", digitsNode("done", "menu", "no_input", "mail", "wrong", "mail"), menu, mailNode, peopleNode)
	r.pressAll("123456#")
	if r.way() != "[account menu]" {
		t.Errorf("his way: %s", r.way())
	}
	r.press("#")
	r.wants("[account menu mail]", CallMailStepped)
}

// Whoever is rung for a caller sees what he pressed before the phone rings.
func TestFlowDigitsAreBriefed(t *testing.T) {
	r := rideOn(t, "13800138000", digitsNode("done", "people", "no_input", "mail", "wrong", "mail"), peopleNode, mailNode)
	r.pressAll("123456")
	r.wants("[account people]", AgentBriefed)
	for _, f := range r.seen {
		if d, ok := f.Data.(*BriefedData); ok && (d.Transfer != FromFlow || f.Agent != "1001" || !slices.Equal(d.Sheet, Sheet{{"account", "123456"}}) || d.Caller.Number != "13800138000") {
			t.Errorf("briefed: %+v", f)
		}
	}
}

func lookupNode(say ...string) flow.Node {
	return flow.Node{ID: "crm", Kind: flow.Lookup, Service: "crm", Say: say, Exits: exits("known", "people", "failed", "mail")}
}

func (r *ride) answer(a Ask, result string, data ...SheetField) {
	r.handle(r.at.Add(100*time.Millisecond), LookedUp{Call: a.Call, N: a.N, Result: result, Data: data})
}

func hears[C pbx.Command](o Outcome) bool {
	return slices.ContainsFunc(o.Commands, func(c pbx.Command) bool { _, ok := c.(C); return ok })
}

func TestFlowLookup(t *testing.T) {
	r := rideOn(t, "13800138000", digitsNode("done", "crm", "no_input", "mail", "wrong", "mail"), lookupNode(), peopleNode, mailNode)
	r.pressAll("1234#")
	if !hears[pbx.StartMusic](r.out) || len(r.asks) != 1 {
		t.Fatalf("he is not soothed, or nobody is asked: %v, %v", r.out.Commands, r.asks)
	}
	a := r.asks[0]
	if a.Caller != "13800138000" || a.Line != "800200" || a.Company != "demo2" || a.Lookup.ID != "crm" || !slices.Equal(a.Digits, Sheet{{"account", "1234"}}) {
		t.Errorf("asked: %+v", a)
	}
	r.answer(Ask{Call: "c1", N: "of another time"}, "known")
	r.answer(Ask{Call: "c2", N: a.N}, "known")
	if r.way() != "[account crm]" {
		t.Fatalf("his way: %s", r.way())
	}
	r.answer(a, "known", SheetField{"name", "Wang"})
	r.wants("[account crm people]", CallLookedUp)
	r.answer(a, "known") // once more
	if c := r.h.calls["c1"]; fmt.Sprint(c.Told) != "[{name Wang}]" || c.State != CallWaiting {
		t.Errorf("he is %s, known of him: %v", c.State, c.Told)
	}
}

// Whatever the service says or does not say, he goes on; a prompt is heard to its end.
func TestFlowLookupFails(t *testing.T) {
	for name, c := range map[string]struct {
		say  []string
		do   func(r *ride)
		way  string
		says string
	}{
		"no answer":                  {nil, func(r *ride) { r.handle(r.at.Add(lookupDeadline+lookupLate), Tick{}) }, "[crm mail]", "no answer in time"},
		"an error":                   {nil, func(r *ride) { r.handle(r.at, LookedUp{Call: "c1", N: r.asks[0].N, Failure: "status 500"}) }, "[crm mail]", "status 500"},
		"a word without an exit":     {nil, func(r *ride) { r.answer(r.asks[0], "debtor") }, "[crm mail]", `crm says "debtor", which is none of [known]`},
		"the word of the other exit": {nil, func(r *ride) { r.answer(r.asks[0], "failed") }, "[crm mail]", `crm says "failed", which is none of [known]`},
		"a prompt":                   {[]string{"closed"}, func(r *ride) { r.answer(r.asks[0], "known"); r.over(false) }, "[crm people]", ""},
		"a prompt that is missing":   {[]string{"closed"}, func(r *ride) { r.over(true); r.answer(r.asks[0], "known") }, "[crm people]", ""},
		"no answer behind a prompt": {[]string{"closed"}, func(r *ride) {
			r.over(false)
			if !hears[pbx.StartMusic](r.out) {
				r.t.Error("he hears nothing behind the prompt")
			}
			r.handle(r.at.Add(lookupDeadline+lookupLate), Tick{})
		}, "[crm mail]", "no answer in time"},
	} {
		t.Run(name, func(t *testing.T) {
			r := rideOn(t, "13800138000", lookupNode(c.say...), peopleNode, mailNode)
			c.do(r)
			r.wants(c.way, CallLookedUp)
			for _, f := range r.seen {
				if d, ok := f.Data.(*LookedUpData); ok && d.Failure != c.says {
					t.Errorf("it says %q, want %q", d.Failure, c.says)
				}
			}
		})
	}
}

// An engine that starts anew asks anew; what the first question brings does not count.
func TestFlowLookupAfterRestart(t *testing.T) {
	r := rideOn(t, "13800138000", lookupNode(), peopleNode, mailNode)
	first := r.asks[0]
	r.feed("2s lost")
	r.answer(first, "known")
	if r.way() != "[crm]" {
		t.Fatalf("while the switch is away: %s", r.way())
	}
	r.feed("4s up PJSIP/1001:on c1")
	if len(r.asks) != 2 || !hears[pbx.StartMusic](r.out) {
		t.Fatalf("asked %d times: %v", len(r.asks), r.out.Commands)
	}
	r.answer(first, "known")
	if r.way() != "[crm]" {
		t.Fatalf("by an answer to the first question: %s", r.way())
	}
	r.answer(r.asks[1], "known")
	r.wants("[crm people]", CallQueued)
}

// What a service says is bounded, and so is what is kept of it.
func TestLookupBounds(t *testing.T) {
	for _, c := range []struct {
		result string
		data   Sheet
		says   string
	}{
		{"known", Sheet{{"name", "王"}}, ""},
		{"", nil, `result "" is not allowed`},
		{"K!", nil, `result "K!" is not allowed`},
		{"known", slices.Repeat(Sheet{{"a", "b"}}, 9), "9 data are too many; allowed: 8"},
		{"known", Sheet{{"Name", "b"}}, `data "Name" is not allowed`},
		{"known", Sheet{{"name", strings.Repeat("x", 201)}}, "data name is not allowed: a line of at most 200 bytes"},
		{"known", Sheet{{"name", "a\nb"}}, "data name is not allowed"},
		{"known", Sheet{{"name", "\xff"}}, "data name is not allowed"},
	} {
		err := CheckAnswer(c.result, c.data)
		if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	c := &call{Keyed: Sheet{{"account", "1234"}}}
	for i := range 100 {
		c.learn(&LookedUpData{Data: c.room(Sheet{{fmt.Sprint("n", i), strings.Repeat("x", 200)}, {"same", fmt.Sprint(i)}})})
	}
	if all := c.Keyed.with(c.Told); all.Check() != nil || len(c.Told) < 10 || c.Told[1].Value != "99" {
		t.Errorf("kept: %v, %v", all.Check(), c.Told)
	}
}

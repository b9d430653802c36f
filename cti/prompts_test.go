package cti

import (
	"slices"
	"strings"
	"testing"

	"sansheng/cti/flow"
)

// TestPrompts: each prompt that a plan may play is named at each of its places once, in the
// languages in which it may be played, with what the made-up ones are made of.
func TestPrompts(t *testing.T) {
	p := DemoPlan(0)
	p.Flows[0].Nodes = append(p.Flows[0].Nodes, flow.Node{ID: "english", Kind: flow.Language, Language: "en", Exits: exits("next", "closed")})
	p.Flows[0].Nodes[2].Exits["2"] = "english"
	p.Queues[0].Tell = 1
	var all, places []string
	for _, u := range p.Prompts() {
		all, places = append(all, u.Language+"/"+u.Name), append(places, string(u.Company)+" "+u.String())
	}
	if sorted := slices.Compact(slices.Sorted(slices.Values(places))); len(sorted) != len(all) {
		t.Errorf("some are there twice: %v", places)
	}
	for _, want := range []string{"demo zh/please-hold (line 800100)", "demo2 zh/please-hold (line 800200)", "demo zh/digits/1 (line 800100)", "demo zh/digits/1 (queue service)"} {
		if !slices.Contains(places, want) {
			t.Errorf("%s is not among %v", want, places)
		}
	}
	for _, want := range []string{
		"zh/greeting-demo", "zh/greeting-demo2", "zh/closed", "en/closed", "en/weekday/sun", "zh/hour/23", "zh/minute/45", "en/digits/9",
		"zh/please-hold", "zh/emergency-hold", "zh/at-your-service", "zh/digits/7", "zh/wait-10", "zh/place-is",
	} {
		if !slices.Contains(all, want) {
			t.Errorf("%s is not among them", want)
		}
	}
	if slices.Contains(all, "en/greeting-demo2") || slices.ContainsFunc(all, func(s string) bool { return strings.Contains(s, "@") }) {
		t.Errorf("among them is what nobody plays: %v", all)
	}
}

// TestPromptsBehind: so are those that callers hear where they come by their line's flow, or
// overflow to, in each language that the flow speaks: a queue's, the emergency line's, the
// voicemail's.
func TestPromptsBehind(t *testing.T) {
	p := DemoPlan(0)
	p.Flows[0].Nodes = append(p.Flows[0].Nodes, flow.Node{ID: "english", Kind: flow.Language, Language: "en", Exits: exits("next", "people")})
	p.Flows[0].Nodes[2].Exits["2"] = "english"
	p.Flows[0].Nodes[1].To = "repair"
	p.Queues[2].OverflowTo, p.Queues[2].OverflowAfter = "late", 1
	p.Queues = append(p.Queues, Queue{ID: "late", Company: "demo", Tell: 1, Members: numbers(1001, 1001), Voicemail: &Voicemail{Greeting: "late-greeting"}})
	if err := p.Check(); err != nil {
		t.Fatal(err)
	}
	var places []string
	for _, u := range p.Prompts() {
		places = append(places, string(u.Company)+" "+u.String())
	}
	for _, want := range []string{
		"demo2 zh/place-is (queue late)", "demo2 en/place-is (queue late)", "demo2 en/emergency-hold (queue emergency)", "demo2 zh/on-call-calling (queue emergency)",
		"demo2 en/late-greeting (voicemail of line 800200)", "demo2 en/at-your-service (line 800200)",
	} {
		if !slices.Contains(places, want) {
			t.Errorf("%s is not among %v", want, places)
		}
	}
	if slices.Contains(places, "demo zh/place-is (queue late)") || slices.Contains(places, "demo en/at-your-service (line 800100)") {
		t.Errorf("callers of the other line do not come there: %v", places)
	}
}

func TestPromptsMissing(t *testing.T) {
	p := DemoPlan(0)
	for _, c := range []struct {
		has  func(PromptUse) bool
		want string
	}{
		{func(PromptUse) bool { return true }, ""},
		{func(u PromptUse) bool { return u.Name != "closed" && u.Name != "greeting-demo" }, "zh/closed (flow night, node closed), zh/greeting-demo (line 800100)"},
		{func(u PromptUse) bool { return u.Name != "please-hold" || u.Voice() == "zh_own_demo" }, "zh/please-hold (line 800200)"},
		{func(PromptUse) bool { return false }, " more"},
	} {
		if got := p.PromptsMissing(c.has); got != c.want && (c.want == "" || !strings.Contains(got, c.want)) {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

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

package cti

import (
	"slices"
	"strings"
	"testing"

	"sansheng/cti/flow"
)

// TestPrompts: each prompt that a plan may play is named once, in the languages in which
// it may be played, with what the made-up ones are made of.
func TestPrompts(t *testing.T) {
	p := DemoPlan(0)
	p.Flows[0].Nodes = append(p.Flows[0].Nodes, flow.Node{ID: "english", Kind: flow.Language, Language: "en", Exits: exits("next", "closed")})
	p.Flows[0].Nodes[2].Exits["2"] = "english"
	p.Queues[0].Tell = 1
	var all []string
	for _, u := range p.Prompts() {
		all = append(all, u.Language+"/"+u.Name)
	}
	if sorted := slices.Compact(slices.Clone(all)); len(sorted) != len(all) {
		t.Errorf("some are there twice: %v", all)
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
		has  func(language, name string) bool
		want string
	}{
		{func(string, string) bool { return true }, ""},
		{func(_, name string) bool { return name != "closed" && name != "greeting-demo" }, "zh/closed (flow night, node closed), zh/greeting-demo (line 800100)"},
		{func(string, string) bool { return false }, " more"},
	} {
		if got := p.PromptsMissing(c.has); got != c.want && (c.want == "" || !strings.Contains(got, c.want)) {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

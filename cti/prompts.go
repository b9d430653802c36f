package cti

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"sansheng/cti/flow"
)

// PromptUse is a prompt that the plan lets callers hear, and the first place that does.
type PromptUse struct {
	Language, Name string
	// Where is for a person to read, as in "flow night, node closed".
	Where string
}

func (u PromptUse) String() string { return u.Language + "/" + u.Name + " (" + u.Where + ")" }

// Prompts are those that callers of the plan may hear, by name: greetings, those of the
// flows in each language that is spoken there, with what @opens and @emergency are made
// up of, and what waiting callers are told. The plan has passed Check.
func (p *Plan) Prompts() []PromptUse {
	seen, all := map[string]bool{}, []PromptUse{}
	add := func(language, where string, names ...string) {
		for _, name := range names {
			if key := language + "/" + name; !seen[key] {
				seen[key], all = true, append(all, PromptUse{language, name, where})
			}
		}
	}
	for _, l := range p.Lines {
		language, where := p.companyOf(l).Language, "line "+l.DID
		if l.Mode == Greeted {
			add(language, where, l.Greeting)
		}
		if l.Announce {
			add(language, where, announcement("0123456789")...)
		}
		add(language, where, holdPrompt(l.Emergency))
		if f := p.flowOf(l); f != nil {
			for _, said := range f.Said(language) {
				add(said.Language, fmt.Sprintf("flow %s, node %s", l.Flow, said.Node), p.spokenOf(f, said.Prompt)...)
			}
		}
		if p.leavesMessages(l) {
			add(language, "voicemail of line "+l.DID, p.messagePrompts()...)
		}
		for _, q := range p.Queues {
			if q.ID == l.Queue {
				add(language, "queue "+string(q.ID), q.tells()...)
			}
		}
	}
	slices.SortFunc(all, func(a, b PromptUse) int {
		return cmp.Or(cmp.Compare(a.Language, b.Language), cmp.Compare(a.Name, b.Name))
	})
	return all
}

// spokenOf are the files that a prompt of a flow may be made up of.
func (p *Plan) spokenOf(f *flow.Flow, prompt string) []string {
	switch prompt {
	case flow.SayOpens:
		names := []string{"opens-at", "today", "tomorrow", "minute/15", "minute/30", "minute/45"}
		for _, day := range []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"} {
			names = append(names, "weekday/"+day)
		}
		for hour := range 24 {
			names = append(names, fmt.Sprintf("hour/%d", hour))
		}
		return names
	case flow.SayEmergency:
		names := []string{"emergency-number"}
		for _, d := range f.Emergency() {
			names = append(names, "digits/"+string(d))
		}
		return names
	}
	return []string{prompt}
}

// tells are the prompts of what a queue's waiting callers are told.
func (q Queue) tells() []string {
	var names []string
	if q.Tell > 0 {
		names = append(names, "all-agents-busy", "place-is", "place-end", "wait-long")
		for _, w := range waits {
			names = append(names, w.name)
		}
		for place := range 9 {
			names = append(names, fmt.Sprintf("digits/%d", place+1))
		}
	}
	if q.Callback != nil {
		names = append(names, "press-callback", "callback-promised")
	}
	return names
}

// PromptsMissing are those of the plan's that there are not, as people read it; empty
// where none is missing.
func (p *Plan) PromptsMissing(has func(language, name string) bool) string {
	const most = 10 // are named
	var missing []string
	for _, u := range p.Prompts() {
		if !has(u.Language, u.Name) {
			missing = append(missing, u.String())
		}
	}
	text := strings.Join(missing[:min(most, len(missing))], ", ")
	if more := len(missing) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

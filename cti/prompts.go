package cti

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"sansheng/cti/flow"
	"sansheng/pbx"
)

// PromptUse is a place at which callers of the plan hear a prompt.
type PromptUse struct {
	Language, Name string
	// Company whose callers they are.
	Company CompanyID
	// Where is for a person to read, as in "flow night, node closed".
	Where string
	// Most is how much of it they hear: then the call goes on.
	Most time.Duration
}

// Voice is where the switch looks for it.
func (u PromptUse) Voice() string { return pbx.Voice(u.Language, string(u.Company)) }

func (u PromptUse) String() string { return u.Language + "/" + u.Name + " (" + u.Where + ")" }

// Prompts are the places at which callers of the plan may hear prompts, by language and
// name: greetings, the flows in each language that is spoken there, with what @opens and
// @emergency are made up of, what waiting callers and those on call are told, surveys. The plan
// has passed Check.
func (p *Plan) Prompts() []PromptUse {
	seen, all := map[PromptUse]bool{}, []PromptUse{}
	for _, l := range p.Lines {
		add := func(language, where string, most time.Duration, names ...string) {
			for _, name := range names {
				if u := (PromptUse{language, name, l.Company, where, most}); !seen[u] {
					seen[u], all = true, append(all, u)
				}
			}
		}
		language, where := p.companyOf(l).Language, "line "+l.DID
		if l.Mode == Greeted {
			add(language, where, promptLimit, l.Greeting)
		}
		add(language, where, promptLimit, holdPrompt(l.Emergency))
		languages := []string{language}
		if f := p.flowOf(l); f != nil {
			for _, said := range f.Said(language) {
				add(said.Language, fmt.Sprintf("flow %s, node %s", l.Flow, said.Node), flowPrompt, p.spokenOf(f, said.Prompt)...)
			}
			for _, n := range f.Nodes {
				if n.Language != "" && !slices.Contains(languages, n.Language) {
					languages = append(languages, n.Language)
				}
			}
		}
		for _, language := range languages { // what a flow speaks is spoken behind it, too
			if l.Announce {
				add(language, where, promptLimit, announcement("0123456789")...)
			}
			if p.leavesMessages(l) {
				add(language, "voicemail of line "+l.DID, flowPrompt, p.messagePrompts()...)
			}
			if s := p.SurveyOf(l); s != nil {
				add(language, "survey of line "+l.DID, flowPrompt, s.prompts()...)
			}
			for _, q := range p.waitsIn(l) {
				add(language, "queue "+string(q.ID), promptLimit, q.tells()...)
				if p.takesEmergencies(q.ID) {
					add(language, "queue "+string(q.ID), promptLimit, holdPrompt(true))
				}
			}
		}
	}
	slices.SortFunc(all, func(a, b PromptUse) int {
		return cmp.Or(cmp.Compare(a.Language, b.Language), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Company, b.Company), cmp.Compare(a.Where, b.Where))
	})
	return all
}

// waitsIn are the queues in which a line's callers may come to wait: its own, those of its flow,
// and those to which these overflow.
func (p *Plan) waitsIn(l Line) []Queue {
	ids := []QueueID{l.Queue}
	if f := p.flowOf(l); f != nil {
		ids = append(ids, QueueID(f.Person))
		for _, n := range f.Nodes {
			switch n.Kind {
			case flow.Queue:
				ids = append(ids, QueueID(n.To))
			case flow.Emergency:
				for _, o := range p.Lines {
					if o.DID == n.To {
						ids = append(ids, o.Queue)
					}
				}
			}
		}
	}
	var all []Queue
	for ; len(ids) > 0; ids = ids[1:] {
		i := slices.IndexFunc(p.Queues, func(q Queue) bool { return q.ID == ids[0] })
		if i < 0 || slices.ContainsFunc(all, func(q Queue) bool { return q.ID == ids[0] }) {
			continue
		}
		all = append(all, p.Queues[i])
		ids = append(ids, p.Queues[i].OverflowTo)
	}
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
		for month := range 12 {
			names = append(names, fmt.Sprintf("month/%d", month+1))
		}
		for day := range 31 {
			names = append(names, fmt.Sprintf("day/%d", day+1))
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
	if q.OnCall != nil {
		names = append(names, "on-call-calling", "on-call-take", "beep", "digits/"+q.OnCall.TakeKey())
	}
	return names
}

// PromptsMissing are those of the plan's that there are not, as people read it, each with a
// place that plays it; empty where none is missing.
func (p *Plan) PromptsMissing(has func(PromptUse) bool) string {
	const most = 10 // are named
	var missing []string
	var last PromptUse
	for _, u := range p.Prompts() {
		if u.Voice() == last.Voice() && u.Name == last.Name || has(u) {
			continue
		}
		missing, last = append(missing, u.String()), u
	}
	text := strings.Join(missing[:min(most, len(missing))], ", ")
	if more := len(missing) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// announcement is "agent 1 0 0 1 at your service" as prompts.
func announcement(a AgentID) []string {
	names := []string{"agent-number"}
	for _, d := range string(a) {
		names = append(names, "digits/"+string(d))
	}
	return append(names, "at-your-service")
}

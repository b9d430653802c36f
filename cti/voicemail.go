package cti

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"sansheng/cti/flow"
	"sansheng/cti/hours"
)

// Voicemail is how callers leave messages: for a queue, or for all queues of a company
// that have none of their own. What is not given is as in voicemailDefault.
type Voicemail struct {
	// Greeting is the prompt before the tone.
	Greeting string `yaml:"greeting,omitempty" json:"greeting,omitempty"`
	// Silence ends a recording, as Longest does, which is its length.
	Silence Span `yaml:"silence,omitempty" json:"silence,omitempty"`
	Longest Span `yaml:"longest,omitempty" json:"longest,omitempty"`
	// Least is what a recording must have to be a message.
	Least Span `yaml:"least,omitempty" json:"least,omitempty"`
	// Untaken is how long a message may lie within hours before that is an alarm; one that
	// has lain since before is one at opening time.
	Untaken Span `yaml:"untaken,omitempty" json:"untaken,omitempty"`
	// Calendar has those hours; where none is named, the one that the flow asked last.
	Calendar string `yaml:"calendar,omitempty" json:"calendar,omitempty"`
	// Lamp is a number that the company's phones may watch with a key: it is on while a
	// message is untaken.
	Lamp string `yaml:"lamp,omitempty" json:"lamp,omitempty"`
}

// voicemailDefault is what holds where nothing else is said. Nobody is in silence for 5 s:
// who has said everything hears the menu before.
var voicemailDefault = Voicemail{
	Greeting: "leave-message", Silence: Span(4 * time.Second), Longest: Span(3 * time.Minute), Least: Span(2 * time.Second),
	Untaken: Span(15 * time.Minute),
}

func (v Voicemail) whole() Voicemail {
	d := voicemailDefault
	v.Greeting, v.Silence, v.Longest = cmp.Or(v.Greeting, d.Greeting), cmp.Or(v.Silence, d.Silence), cmp.Or(v.Longest, d.Longest)
	v.Least, v.Untaken = cmp.Or(v.Least, d.Least), cmp.Or(v.Untaken, d.Untaken)
	return v
}

// Voicemail is how callers leave messages for a queue.
func (p *Plan) Voicemail(q Queue) Voicemail {
	if q.Voicemail != nil {
		return q.Voicemail.whole()
	}
	i := slices.IndexFunc(p.Companies, func(c Company) bool { return c.ID == q.Company })
	if i < 0 || p.Companies[i].Voicemail == nil {
		return voicemailDefault
	}
	return p.Companies[i].Voicemail.whole()
}

// MessageLamps are the numbers of the messages' lamps that a company's phones may watch.
func (p *Plan) MessageLamps(co CompanyID) []string {
	var all []string
	for _, q := range p.Queues {
		if v := p.Voicemail(q); q.Company == co && v.Lamp != "" && !slices.Contains(all, v.Lamp) {
			all = append(all, v.Lamp)
		}
	}
	return all
}

// checkVoicemail checks how callers leave messages.
func (p *Plan) checkVoicemail(c *checker, at string, co CompanyID, v *Voicemail) {
	if v == nil {
		return
	}
	if v.Greeting != "" {
		c.form(at+".greeting", v.Greeting, promptForm, "a prompt's name: 1 to 64 of a-z 0-9 _ -")
	}
	whole := v.whole()
	for _, b := range []struct {
		name        string
		is          Span
		least, most time.Duration
		why         string
	}{
		{".silence", whole.Silence, time.Second, 5 * time.Second, "longer than that nobody is left in silence"},
		{".longest", whole.Longest, 10 * time.Second, 10 * time.Minute, "of a length that somebody listens to"},
		{".least", whole.Least, time.Second, 10 * time.Second, "enough to say who calls"},
		{".untaken", whole.Untaken, time.Minute, 24 * time.Hour, "a time in which somebody can take it"},
	} {
		if is := time.Duration(b.is); is < b.least || is > b.most || is%time.Second != 0 {
			c.Fail(at+b.name, "%s is not allowed: %s to %s in whole seconds, %s", is, b.least, b.most, b.why)
		}
	}
	if v.Calendar != "" && !slices.ContainsFunc(p.Calendars, func(cal hours.Calendar) bool { return cal.ID == v.Calendar }) {
		c.Fail(at+".calendar", "there is no calendar %q", v.Calendar)
	}
	if v.Lamp == "" {
		return
	}
	c.form(at+".lamp", v.Lamp, numberForm, "3 to 15 digits")
	i := slices.IndexFunc(p.Companies, func(o Company) bool { return o.ID == co })
	switch {
	case c.agents[AgentID(v.Lamp)]:
		c.Fail(at+".lamp", "%q is an agent's, whose lamp it is; allowed: a number that nobody has", v.Lamp)
	case i >= 0 && !p.Companies[i].Lamps:
		c.Fail(at+".lamp", "phones of company %s may watch no lamps: give it lamps: true", co)
	}
	if other := p.lampOf(v.Lamp, co); other != "" {
		c.Fail(at+".lamp", "%q is a lamp of company %s, which would be on for this one's messages; allowed: a number that nobody has", v.Lamp, other)
	}
}

// lampOf is a company, but for one, whose messages have a lamp; empty where there is none.
func (p *Plan) lampOf(lamp string, but CompanyID) CompanyID {
	for _, o := range p.Companies {
		if o.ID != but && o.Voicemail != nil && o.Voicemail.Lamp == lamp {
			return o.ID
		}
	}
	for _, q := range p.Queues {
		if q.Company != but && q.Voicemail != nil && q.Voicemail.Lamp == lamp {
			return q.Company
		}
	}
	return ""
}

// leavesMessages tells whether a line's callers may come to leave a message.
func (p *Plan) leavesMessages(l Line) bool {
	f := p.flowOf(l)
	return f != nil && slices.ContainsFunc(f.Nodes, func(n flow.Node) bool { return n.Kind == flow.Voicemail }) ||
		slices.ContainsFunc(p.Queues, func(q Queue) bool { return q.OverflowVoicemail })
}

// messagePrompts are what is said to who leaves a message.
func (p *Plan) messagePrompts() []string {
	names := []string{
		"message-unheard", "message-menu", "message-kept", "message-none", "number-is", "number-menu", "number-enter", "number-wrong",
	}
	for _, q := range p.Queues {
		if g := p.Voicemail(q).Greeting; !slices.Contains(names, g) {
			names = append(names, g)
		}
	}
	for digit := range 10 {
		names = append(names, fmt.Sprintf("digits/%d", digit))
	}
	return names
}

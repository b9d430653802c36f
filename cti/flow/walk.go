package flow

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"sansheng/cti/hours"
)

// Conditions are those under which a caller goes his way.
type Conditions struct {
	At time.Time
	// Keys are what he presses: one each time a menu is told, a number each time digits are
	// asked for, a dot where he presses nothing; behind their end he presses nothing.
	Keys string
	// Hours asks a calendar.
	Hours func(calendar string, at time.Time) hours.Status
	// Zone is the company's; UTC where it is nil.
	Zone *time.Location
	// Caller is what is known of him, of VIP, Ticket and Repeat.
	Caller []Exit
	// Answers are what look-ups say of him, by service; of others they fail.
	Answers map[string]Exit
}

// Step is one node on a way.
type Step struct {
	Node string `json:"node"`
	Kind Kind   `json:"kind"`
	// Says are the prompts that he hears there.
	Says []string `json:"says,omitempty"`
	// Exit is how he left it, Why what led him there, for a person to read.
	Exit Exit   `json:"exit,omitempty"`
	Why  string `json:"why,omitempty"`
}

// Path is the way of one caller; its last step is an end.
type Path struct {
	Steps []Step `json:"steps"`
	// End is where he comes to.
	End Node `json:"end"`
	// Astray: he went round, and was passed to a person.
	Astray bool `json:"astray,omitempty"`
	// Survey are the prompts by which he is asked how it was, when his talk is over.
	Survey []string `json:"survey,omitempty"`
}

// Walk goes the way of one caller through a flow that passed Check.
func (f *Flow) Walk(c Conditions) Path {
	var p Path
	n := f.First()
	for len(p.Steps) < StepsMost {
		says, when := n.SaysAt(c.At, c.Zone)
		s := Step{Node: n.ID, Kind: n.Kind, Says: says}
		if n.Ends() {
			if n.To != "" {
				s.Why = "to " + n.To
			}
			p.Steps, p.End = append(p.Steps, s), n
			return p
		}
		if s.Exit, s.Why = c.leave(n); s.Why == "" {
			s.Why = when
		}
		p.Steps = append(p.Steps, s)
		n = f.Next(n, s.Exit)
	}
	p.End, p.Astray = f.person(), true
	p.Steps = append(p.Steps, Step{Kind: Queue, Why: fmt.Sprintf("%d nodes are enough", StepsMost)})
	return p
}

// leave tells by which exit he leaves a node, and why.
func (c *Conditions) leave(n Node) (e Exit, text string) {
	switch n.Kind {
	case Menu:
		return c.choose(n, c.press)
	case Digits:
		return c.choose(n, c.enter)
	case Lookup:
		return n.Answered(c.Answers[n.Service])
	}
	e, _ = n.Through(func(calendar string) bool {
		s := c.Hours(calendar, c.At)
		text = why(calendar, s)
		return s.Open
	}, func(e Exit) bool { return slices.Contains(c.Caller, e) })
	return e, text
}

// choose lets him press as often as the node asks: of what leads nowhere the last counts.
func (c *Conditions) choose(n Node, press func(Node) (Exit, string)) (e Exit, text string) {
	tries, _ := n.Asked()
	for range tries {
		if e, text = press(n); e != Wrong && e != NoInput {
			break
		}
	}
	return e, text
}

// press takes the next key he presses at a menu.
func (c *Conditions) press(n Node) (Exit, string) {
	if c.Keys == "" {
		return NoInput, "he presses nothing"
	}
	key := Exit(c.Keys[:1])
	c.Keys = c.Keys[1:]
	return n.Pressed(key)
}

// Pressed is the exit of a menu for a key, a dot for none, and what it means.
func (n Node) Pressed(key Exit) (Exit, string) {
	switch _, drawn := n.Exits[key]; {
	case key == ".":
		return NoInput, "he presses nothing"
	case drawn:
		return key, "he presses " + string(key)
	case key == "0":
		return key, "he presses 0: the person"
	}
	return Wrong, fmt.Sprintf("he presses %s, which is none of %v", key, n.keys())
}

// keys are those of a menu.
func (n Node) keys() []Exit {
	return slices.DeleteFunc(slices.Clone(keys), func(k Exit) bool { _, drawn := n.Exits[k]; return !drawn })
}

func why(calendar string, s hours.Status) string {
	text := calendar + ": " + s.Rule
	if s.Name != "" {
		text += ", " + s.Name
	}
	if !s.Until.IsZero() {
		text += ", until " + s.Until.Format("2006-01-02 15:04")
	}
	return text
}

// Keys tells whether a text is what a caller can press.
func Keys(text string) bool {
	for _, r := range text {
		if r != '.' && !slices.Contains(keys, Exit(r)) {
			return false
		}
	}
	return true
}

// String is a way as people read it.
func (p Path) String() string {
	var b strings.Builder
	for _, s := range p.Steps {
		name := s.Node
		if name == "" {
			name = "the person"
		}
		fmt.Fprintf(&b, "%-10s %s", s.Kind, name)
		if len(s.Says) > 0 {
			fmt.Fprintf(&b, " [%s]", strings.Join(s.Says, ", "))
		}
		if s.Exit != "" {
			fmt.Fprintf(&b, " → %s", s.Exit)
		}
		if s.Why != "" {
			fmt.Fprintf(&b, "  (%s)", s.Why)
		}
		b.WriteByte('\n')
	}
	if len(p.Survey) > 0 {
		fmt.Fprintf(&b, "%-10s [%s]  (when the talk is over and he stays)\n", "survey", strings.Join(p.Survey, ", "))
	}
	return b.String()
}

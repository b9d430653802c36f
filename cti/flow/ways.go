package flow

import (
	"maps"
	"slices"
	"strings"
)

// Ways are the ways of a caller through a flow at one moment, whatever he presses and
// whatever prompt is missing: to each end that he can come to by a shortest one. Keys of
// the conditions do not count.
func (f *Flow) Ways(c Conditions) []Path {
	type place struct {
		node  Node
		steps []Step
	}
	first := f.First()
	come, all := map[string]bool{first.ID: true}, []Path{}
	for next := []place{{node: first}}; len(next) > 0; {
		at := next[0]
		next = next[1:]
		says, when := at.node.SaysAt(c.At, c.Zone)
		step := Step{Node: at.node.ID, Kind: at.node.Kind, Says: says, Why: when}
		if at.node.Ends() {
			all = append(all, Path{Steps: append(slices.Clip(at.steps), step), End: at.node})
			continue
		}
		for _, e := range c.exits(at.node) {
			if to := f.Next(at.node, e); !come[to.ID] {
				come[to.ID] = true
				step.Exit = e
				next = append(next, place{to, append(slices.Clip(at.steps), step)})
			}
		}
	}
	return all
}

// exits are those by which a caller may leave a node.
func (c *Conditions) exits(n Node) []Exit {
	switch n.Kind {
	case Menu:
		return slices.Concat(n.keys(), []Exit{"0", NoInput, Wrong, Failed})
	case Digits:
		return []Exit{Done, NoInput, Wrong, Failed}
	case Lookup:
		return slices.Sorted(maps.Keys(n.Exits)) // failed is one of them
	case Say:
		return []Exit{Next, Failed}
	}
	e, _ := c.leave(n)
	return []Exit{e}
}

// Line is a way in one line, as in "hours (closed) → menu (1) → gas".
func (p Path) Line() string {
	var b strings.Builder
	for _, s := range p.Steps {
		name := s.Node
		if name == "" {
			name = "the person"
		}
		b.WriteString(name)
		if s.Exit != "" {
			b.WriteString(" (" + string(s.Exit) + ") → ")
		}
	}
	return b.String()
}

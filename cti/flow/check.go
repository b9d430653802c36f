package flow

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"sansheng/cti/place"
)

// Known is what a flow may name: the operator's other configuration.
type Known struct {
	// Queues, Calendars and Contacts are those of the flow's company; Emergency are the
	// numbers of emergency lines.
	Queues, Calendars, Contacts, Emergency []string
	Languages                              []string
	// Lookups are those of the flow's company, with what each may say.
	Lookups map[string][]string
	// Zone: the company has a time zone.
	Zone bool
	// Prompt tells whether there is one of that name.
	Prompt func(name string) bool
}

var (
	idForm = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,31}$`)
	idText = "1 to 32 of a-z 0-9 _ -"
)

// Bounds of a flow.
const (
	nodesMost = 200
	saysMost  = 8
)

// checker collects what is wrong with a flow.
type checker struct {
	*Flow
	known Known
	place.Errors
}

// Check returns everything that is wrong with a flow as joined *place.Error, each naming
// its place and what is allowed there; nil if calls can take it.
func (f *Flow) Check(known Known) error {
	c := &checker{Flow: f, known: known}
	if !idForm.MatchString(f.ID) {
		c.Fail("id", "%q is not allowed: %s", f.ID, idText)
	}
	c.oneOf("person", f.Person, known.Queues)
	if len(f.Nodes) > nodesMost {
		c.Fail("nodes", "%d are too many; allowed: %d", len(f.Nodes), nodesMost)
		return c.Err()
	}
	if f.node(f.Start) == nil {
		c.Fail("start", "there is no node %q; allowed: %s", f.Start, f.names())
	}
	seen := map[string]bool{}
	for i, n := range f.Nodes {
		at := fmt.Sprintf("nodes[%d]", i)
		switch {
		case !idForm.MatchString(n.ID):
			c.Fail(at+".id", "%q is not allowed: %s", n.ID, idText)
		case seen[n.ID]:
			c.Fail(at+".id", "%q is there already; allowed: a name of its own", n.ID)
		}
		seen[n.ID] = true
		k, ok := kinds[n.Kind]
		if !ok {
			c.Fail(at+".kind", "%q is unknown; allowed: %v", n.Kind, Kinds())
			continue
		}
		c.exits(at, n, k)
		c.fields(at, n, k)
	}
	if c.Err() == nil {
		c.reach()
		c.loops()
	}
	if c.Err() == nil {
		c.hangsUp()
	}
	return c.Err()
}

func (f *Flow) names() string {
	names := make([]string, len(f.Nodes))
	for i, n := range f.Nodes {
		names[i] = n.ID
	}
	return strings.Join(names, ", ")
}

func (c *checker) oneOf(at, got string, allowed []string) {
	if !slices.Contains(allowed, got) {
		c.Fail(at, "there is no %q; allowed: %s", got, strings.Join(allowed, ", "))
	}
}

// exits checks where a node leads.
func (c *checker) exits(at string, n Node, k kind) {
	allowed := slices.Concat(k.needs, k.may)
	if k.keys {
		allowed = append(allowed, keys...)
	}
	if k.words {
		allowed = append(allowed, words(c.known.Lookups[n.Service])...)
	}
	for _, e := range k.needs {
		if n.Exits[e] == "" {
			c.Fail(at, "%s %q has no exit %s; it needs %v", n.Kind, n.ID, e, k.needs)
		}
	}
	pressed := false
	for _, e := range slices.Sorted(maps.Keys(n.Exits)) {
		exit := at + ".exits." + string(e)
		switch {
		case !slices.Contains(allowed, e):
			c.Fail(exit, "%s has no such exit; allowed: %v", n.Kind, allowed)
		case c.node(n.Exits[e]) == nil:
			c.Fail(exit, "there is no node %q; allowed: %s", n.Exits[e], c.names())
		}
		pressed = pressed || slices.Contains(keys, e)
	}
	if k.keys && !pressed {
		c.Fail(at+".exits", "menu %q has no key; allowed: %v", n.ID, keys)
	}
	if k.words && len(n.Exits) < 2 {
		c.Fail(at+".exits", "lookup %q has no exit for an answer; allowed: %v", n.ID, allowed)
	}
}

// fields checks what else a node says.
func (c *checker) fields(at string, n Node, k kind) {
	given := map[string]bool{
		"say": len(n.Say) > 0, "calendar": n.Calendar != "", "tries": n.Tries != 0, "wait": n.Wait != 0,
		"language": n.Language != "", "to": n.To != "", "times": len(n.Times) > 0,
		"name": n.Name != "", "min": n.Least != 0, "max": n.Most != 0, "pattern": n.Pattern != "", "service": n.Service != "",
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if given[name] && !slices.Contains(k.fields, name) {
			c.Fail(at+"."+name, "%s has no use for it; allowed: %v", n.Kind, k.fields)
		}
	}
	if len(k.fields) > 0 && !given[k.fields[0]] && n.Kind != Voicemail {
		c.Fail(at+"."+k.fields[0], "%s %q needs it", n.Kind, n.ID)
		return
	}
	c.says(at, n.Say)
	c.times(at, n)
	if n.Tries < 0 || n.Tries > 5 {
		c.Fail(at+".tries", "%d is not allowed: 1 to 5", n.Tries)
	}
	if n.Wait < 0 || n.Wait > 10 {
		c.Fail(at+".wait", "%d s is not allowed: 1 to 10", n.Wait)
	}
	switch n.Kind {
	case Hours:
		c.oneOf(at+".calendar", n.Calendar, c.known.Calendars)
	case Language:
		c.oneOf(at+".language", n.Language, c.known.Languages)
	case Queue:
		c.oneOf(at+".to", n.To, c.known.Queues)
	case Emergency:
		c.oneOf(at+".to", n.To, c.known.Emergency)
	case Transfer:
		c.oneOf(at+".to", n.To, c.known.Contacts)
	case Lookup:
		c.oneOf(at+".service", n.Service, slices.Sorted(maps.Keys(c.known.Lookups)))
	case Digits:
		c.digits(at, n)
	case HangUp:
		if !slices.ContainsFunc(n.Say, func(p string) bool { return p != SayOpens }) {
			c.Fail(at+".say", "%s alone may say nothing, and nobody is hung up without a word; allowed: a prompt beside it", SayOpens)
		}
	}
}

// says checks prompts of a node.
func (c *checker) says(at string, say []string) {
	if len(say) > saysMost {
		c.Fail(at+".say", "%d prompts are too many; allowed: %d", len(say), saysMost)
	}
	for i, p := range say {
		switch {
		case p == SayOpens, p == SayEmergency && c.Emergency() != "":
		case p == SayEmergency:
			c.Fail(fmt.Sprintf("%s.say[%d]", at, i), "no node of the flow leads to an emergency line")
		case !c.known.Prompt(p):
			c.Fail(fmt.Sprintf("%s.say[%d]", at, i), "there is no prompt %q", p)
		}
	}
}

// reach finds nodes that no caller comes to.
func (c *checker) reach() {
	come := map[string]bool{c.Start: true}
	for next := []string{c.Start}; len(next) > 0; {
		n := c.node(next[0])
		next = next[1:]
		for _, to := range n.Exits {
			if !come[to] {
				come[to], next = true, append(next, to)
			}
		}
	}
	for i, n := range c.Nodes {
		if !come[n.ID] {
			c.Fail(fmt.Sprintf("nodes[%d]", i), "no caller comes to %q; allowed: one that an exit leads to", n.ID)
		}
	}
}

// loops finds ways back to a node that a caller goes without pressing a key: he would
// go round for ever.
func (c *checker) loops() {
	done := map[string]bool{}
	var way []string
	var visit func(id string)
	visit = func(id string) {
		if i := slices.Index(way, id); i >= 0 {
			at := slices.IndexFunc(c.Nodes, func(n Node) bool { return n.ID == id })
			c.Fail(fmt.Sprintf("nodes[%d]", at), "a caller who presses nothing goes in a circle: %s; one of them must lead to an end", strings.Join(append(way[i:], id), " → "))
			return
		}
		if done[id] {
			return
		}
		done[id] = true
		n := c.node(id)
		way = append(way, id)
		for _, e := range n.alone() {
			if to := n.Exits[e]; to != "" {
				visit(to)
			}
		}
		way = way[:len(way)-1]
	}
	for _, n := range c.Nodes {
		visit(n.ID)
	}
}

// hangsUp finds where a caller is hung up who has chosen nothing: who presses nothing, asks
// for a person by 0, or whom a prompt or a service fails. Only a key, a number that he has
// pressed, and what a service says of him may end in good-bye.
func (c *checker) hangsUp() {
	byes := map[string]string{}
	var bye func(id string) string // there are no circles
	bye = func(id string) string {
		if at, known := byes[id]; known {
			return at
		}
		n, at := c.node(id), ""
		if n.Kind == HangUp {
			at = id
		}
		for _, e := range kinds[n.Kind].alone {
			if to := n.Exits[e]; to != "" && at == "" {
				at = bye(to)
			}
		}
		byes[id] = at
		return at
	}
	fail := func(where, id string) {
		if at := bye(id); at != "" {
			c.Fail(where, "who chooses nothing is hung up at %q; allowed: a way to a person, an emergency line or a message", at)
		}
	}
	for i, n := range c.Nodes {
		for _, e := range []Exit{"0", NoInput, Failed} {
			if to := n.Exits[e]; to != "" {
				fail(fmt.Sprintf("nodes[%d].exits.%s", i, e), to)
			}
		}
	}
	if c.Err() == nil {
		fail("start", c.Start)
	}
}

package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"sansheng/cti"
)

// Change is one difference between two configurations.
type Change struct {
	// Place is as in hotline.queues[service].max_wait: what is in a list has its name.
	Place string
	// Old is empty where it is added, New where it is removed; both are written on one
	// line.
	Old, New string
	// Live changes are taken while the service runs; others need a restart.
	Live bool
	// Company is whose the changed part is; empty where it is not one company's alone.
	Company cti.CompanyID
}

// What tells what happens to the place.
func (c Change) What() string {
	switch {
	case c.Old == "":
		return "added"
	case c.New == "":
		return "removed"
	}
	return "changed"
}

func (c Change) String() string {
	how := "live"
	if !c.Live {
		how = "needs a restart"
	}
	text := fmt.Sprintf("%s %s (%s): ", c.What(), c.Place, how)
	switch c.What() {
	case "added":
		return text + c.New
	case "removed":
		return text + c.Old
	}
	return text + c.Old + " → " + c.New
}

// Diff compares two configurations, in the order of the document. Secrets are not in it:
// that one has changed is told without them.
func Diff(old, next *Config) ([]Change, error) {
	a, err := treeOf(old.hidden())
	if err != nil {
		return nil, err
	}
	b, err := treeOf(next.hidden())
	if err != nil {
		return nil, err
	}
	var d differ
	d.compare("", a, b)
	d.secrets(old, next)
	for i, c := range d.all {
		d.all[i].Live = c.Place == "hotline" || strings.HasPrefix(c.Place, "hotline.")
		d.all[i].Company = ownerOf(c.Place, old.Hotline, next.Hotline)
	}
	return d.all, nil
}

type differ struct{ all []Change }

func (d *differ) add(place string, old, next *yaml.Node) {
	says := func(n *yaml.Node) string {
		// A voicemail of which nothing is said stands in place of the company's.
		if isEmpty(n) && (n == nil || !strings.HasSuffix(place, ".voicemail")) {
			return ""
		}
		return inline(n)
	}
	c := Change{Place: place, Old: says(old), New: says(next)}
	if c.Old != c.New {
		d.all = append(d.all, c)
	}
}

// secrets adds what differs in secrets alone.
func (d *differ) secrets(old, next *Config) {
	o, n := old.hidden(), next.hidden()
	for _, s := range []struct {
		place        string
		hidden, real bool // the same
		shown        string
	}{
		{"asterisk.environ", slices.Equal(o.Asterisk.Environ, n.Asterisk.Environ), slices.Equal(old.Asterisk.Environ, next.Asterisk.Environ), strings.Join(n.Asterisk.Environ, ", ")},
		{"nats.url", o.NATS.URL == n.NATS.URL, old.NATS.URL == next.NATS.URL, n.NATS.URL},
		{"alarms.webhook", o.Alarms.Webhook == n.Alarms.Webhook, old.Alarms.Webhook == next.Alarms.Webhook, n.Alarms.Webhook},
		{"witness.urls", slices.Equal(o.Witness.URLs, n.Witness.URLs), slices.Equal(old.Witness.URLs, next.Witness.URLs), strings.Join(n.Witness.URLs, ", ")},
	} {
		if s.hidden && !s.real {
			d.all = append(d.all, Change{Place: s.place, Old: s.shown, New: s.shown + " (another secret)"})
		}
	}
	for i, w := range n.Webhooks {
		k := slices.IndexFunc(o.Webhooks, func(r Webhook) bool { return r.Name == w.Name })
		if k >= 0 && o.Webhooks[k].URL == w.URL && old.Webhooks[k].URL != next.Webhooks[i].URL {
			d.all = append(d.all, Change{Place: "webhooks[" + w.Name + "].url", Old: w.URL, New: w.URL + " (another secret)"})
		}
	}
}

func (d *differ) compare(place string, a, b *yaml.Node) {
	switch {
	case isEmpty(a) || isEmpty(b) || a.Kind != b.Kind:
		d.add(place, a, b)
	case a.Kind == yaml.MappingNode:
		for _, key := range keysOf(a, b) {
			at := key
			if place != "" {
				at = place + "." + key
			}
			d.compare(at, valueOf(a, key), valueOf(b, key))
		}
	case a.Kind == yaml.SequenceNode:
		d.compareLists(place, a, b)
	default:
		d.add(place, a, b)
	}
}

// compareLists compares what has the same name in both; lists without names as a whole.
func (d *differ) compareLists(place string, a, b *yaml.Node) {
	old, next := namesIn(a), namesIn(b)
	if old == nil || next == nil {
		d.add(place, a, b)
		return
	}
	at := func(name string) string { return place + "[" + name + "]" }
	for i, name := range old {
		var to *yaml.Node
		if k := slices.Index(next, name); k >= 0 {
			to = b.Content[k]
		}
		d.compare(at(name), a.Content[i], to)
	}
	for k, name := range next {
		if !slices.Contains(old, name) {
			d.add(at(name), nil, b.Content[k])
		}
	}
	// What is in both may stand in another order, which counts for agents and lines.
	stay := func(names, others []string) []string {
		return slices.DeleteFunc(slices.Clone(names), func(n string) bool { return !slices.Contains(others, n) })
	}
	if o, n := stay(old, next), stay(next, old); !slices.Equal(o, n) {
		d.all = append(d.all, Change{Place: place + " order", Old: strings.Join(o, ", "), New: strings.Join(n, ", ")})
	}
}

// namesIn are the names of what is in a list, by its id, number, date or name; nil where it has
// none, or one twice.
func namesIn(list *yaml.Node) []string {
	for _, key := range []string{"id", "did", "date", "name"} {
		var names []string
		for _, v := range list.Content {
			if n := valueOf(v, key); n != nil && !slices.Contains(names, n.Value) {
				names = append(names, n.Value)
			}
		}
		if len(names) == len(list.Content) {
			return names
		}
	}
	return nil
}

// keysOf are the keys of two groups.
func keysOf(groups ...*yaml.Node) []string {
	var keys []string
	for _, g := range groups {
		for i := 0; i+1 < len(g.Content); i += 2 {
			if !slices.Contains(keys, g.Content[i].Value) {
				keys = append(keys, g.Content[i].Value)
			}
		}
	}
	return keys
}

// isEmpty tells whether a value says nothing: it might as well not be there.
func isEmpty(n *yaml.Node) bool {
	switch {
	case n == nil:
		return true
	case n.Kind == yaml.ScalarNode:
		return n.Tag == "!!null" || n.Value == "" || n.Tag == "!!bool" && n.Value == "false" || n.Tag == "!!int" && n.Value == "0"
	}
	return len(n.Content) == 0
}

// inline writes a value on one line.
func inline(n *yaml.Node) string {
	var parts []string
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			if !isEmpty(n.Content[i+1]) {
				parts = append(parts, n.Content[i].Value+": "+inline(n.Content[i+1]))
			}
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case yaml.SequenceNode:
		for _, v := range n.Content {
			parts = append(parts, inline(v))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	if strings.ContainsAny(n.Value, " ,:{}[]\"'\n#") {
		return strconv.Quote(n.Value)
	}
	return n.Value
}

// ownerOf is the company whose part of the plan a place is, by both plans; empty where it
// is not one company's alone.
func ownerOf(place string, plans ...*cti.Plan) cti.CompanyID {
	kind, rest, _ := strings.Cut(strings.TrimPrefix(place, "hotline."), "[")
	name, _, _ := strings.Cut(rest, "]")
	owners := map[cti.CompanyID]bool{}
	for _, p := range plans {
		if p == nil {
			continue
		}
		for _, o := range ownersIn(p, kind, name) {
			owners[o] = true
		}
	}
	for o := range owners {
		if len(owners) == 1 {
			return o
		}
	}
	return ""
}

func ownersIn(p *cti.Plan, kind, name string) (owners []cti.CompanyID) {
	has := func(id string, co cti.CompanyID) {
		if id == name {
			owners = append(owners, co)
		}
	}
	switch kind {
	case "companies":
		for _, o := range p.Companies {
			has(string(o.ID), o.ID)
		}
	case "lines":
		for _, o := range p.Lines {
			has(o.DID, o.Company)
		}
	case "queues":
		for _, o := range p.Queues {
			has(string(o.ID), o.Company)
		}
	case "agents":
		for _, o := range p.Agents {
			has(string(o.ID), o.Company)
		}
	case "contacts":
		for _, o := range p.Contacts {
			has(o.ID, o.Company)
		}
	case "flows":
		for _, o := range p.Flows {
			has(o.ID, cti.CompanyID(o.Company))
		}
	case "calendars": // whose flows ask it, whose deadlines and messages go by it
		for _, f := range p.Flows {
			if slices.Contains(f.Calendars(), name) {
				owners = append(owners, cti.CompanyID(f.Company))
			}
		}
		for _, o := range p.Companies {
			has(o.Calendar, o.ID)
			if o.Voicemail != nil {
				has(o.Voicemail.Calendar, o.ID)
			}
		}
		for _, o := range p.Queues {
			if o.Voicemail != nil {
				has(o.Voicemail.Calendar, o.Company)
			}
		}
	}
	return owners
}

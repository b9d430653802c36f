package config

import (
	"bytes"
	"maps"
	"math/rand/v2"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"sansheng/cti"
	"sansheng/cti/flow"
	"sansheng/pbx"
)

// demoPlan is the demo's, with every kind of node and of ways on.
func demoPlan() *cti.Plan {
	p := cti.DemoPlan(0)
	p.Companies[0].VIPs = []string{"13900000009"}
	p.Companies[0].Outside = []cti.DialRule{{Role: cti.DialAgent, Prefixes: []string{"021"}, PerHour: 20}}
	p.Companies[0].Lookups = []cti.Lookup{{ID: "crm", URL: "http://crm.example/callers", Deadline: cti.Span(time.Second), Results: []string{"debtor", "known"}}}
	p.Companies[0].Scripts = []cti.Script{p.ScriptOf("demo", cti.SayRepeat)}
	p.Contacts = []cti.Contact{{ID: "water", Company: "demo", Number: "02188880000"}}
	p.Lines[0].Flow = "day"
	to := func(pairs ...string) map[flow.Exit]string {
		m := map[flow.Exit]string{}
		for i := 0; i < len(pairs); i += 2 {
			m[flow.Exit(pairs[i])] = pairs[i+1]
		}
		return m
	}
	p.Flows = append(p.Flows, flow.Flow{ID: "day", Company: "demo", Person: "service", Start: "greet", Nodes: []flow.Node{
		{
			ID: "greet", Kind: flow.Say, Say: []string{"greeting-demo"}, Exits: to("next", "who", "failed", "who"),
			Times: []flow.Times{{From: 6 * 60, To: 12 * 60, Say: []string{"greeting-demo2"}}},
		},
		{ID: "who", Kind: flow.Caller, Exits: to("vip", "people", "ticket", "mends", "repeat", "people", "other", "tongue")},
		{ID: "tongue", Kind: flow.Menu, Say: []string{"greeting-demo"}, Tries: 1, Wait: 3, Exits: to("2", "english", "*", "tongue", "no_input", "account", "wrong", "account", "failed", "account")},
		{ID: "english", Kind: flow.Language, Language: "en", Exits: to("next", "account")},
		{ID: "account", Kind: flow.Digits, Name: "account", Least: 4, Most: 8, Pattern: "[1-9].*", Say: []string{"closed"}, Tries: 3, Wait: 4, Exits: to("done", "crm", "no_input", "hours", "wrong", "bye")},
		{ID: "crm", Kind: flow.Lookup, Service: "crm", Say: []string{"please-hold"}, Exits: to("known", "people", "debtor", "water", "failed", "hours")},
		{ID: "hours", Kind: flow.Hours, Calendar: "office", Exits: to("open", "people", "closed", "message")},
		{ID: "people", Kind: flow.Queue, To: "service"},
		{ID: "mends", Kind: flow.Queue, To: "repair"},
		{ID: "water", Kind: flow.Transfer, To: "water", Say: []string{"please-hold"}},
		{ID: "message", Kind: flow.Voicemail},
		{ID: "bye", Kind: flow.HangUp, Say: []string{"goodbye"}},
	}})
	return p
}

// demoText is that as a configuration file.
func demoText(t testing.TB) []byte {
	text, err := yaml.Marshal(struct {
		Data       string    `yaml:"data"`
		PortOffset int       `yaml:"port_offset"`
		Roles      []string  `yaml:"roles"`
		Hotline    *cti.Plan `yaml:"hotline"`
	}{"/srv/hotline", 100, []string{"engine", "store"}, demoPlan()})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// mutator spoils a document.
type mutator struct {
	*rand.Rand
	root *yaml.Node
	// all are the document's nodes, groups and lists those of them with something in them.
	all, groups, lists, values []*yaml.Node
	// alike are values of one meaning: of one key, or in groups of one name.
	alike map[string][]*yaml.Node
}

func newMutator(r *rand.Rand, good *yaml.Node) *mutator {
	m := &mutator{Rand: r, root: clone(good)}
	m.collect()
	return m
}

// collect finds the document's nodes anew.
func (m *mutator) collect() {
	m.all, m.groups, m.lists, m.values, m.alike = nil, nil, nil, nil, map[string][]*yaml.Node{}
	m.within(m.root.Content[0], "")
}

func (m *mutator) within(n *yaml.Node, name string) {
	m.all = append(m.all, n)
	switch {
	case n.Kind == yaml.ScalarNode:
		m.values = append(m.values, n)
	case n.Kind == yaml.MappingNode && len(n.Content) > 0:
		m.groups = append(m.groups, n)
	case len(n.Content) > 0:
		m.lists = append(m.lists, n)
	}
	for i, c := range n.Content {
		key := name
		if n.Kind == yaml.MappingNode {
			key = n.Content[i&^1].Value
			if c.Kind == yaml.ScalarNode && i%2 == 1 {
				m.alike[key], m.alike[name+"."] = append(m.alike[key], c), append(m.alike[name+"."], c)
			}
		}
		m.within(c, key)
	}
}

func some[T any](m *mutator, of []T) T { return of[m.IntN(len(of))] }

// wrong are values that fit hardly anywhere.
var wrong = []string{
	"nobody", "", "~", "true", "[]", "{}", "[nobody]", "{nobody: 1}", "1.5", "-1", "0", "9223372036854775807", "99999999999999999999", "0xffffffffffffffff", "1e309", ".inf",
	"2562047h", "999999999h", "-5s", "1ns", "24:00", "25:61", "9999-12-31", "0000-00-00", "mon", "800119", "'800100&x'", "@opens", "'@emergency'", "!!binary aGk=", "'*'", "!x y", "2026-02-30",
	"Mars/Olympus", "file:///etc/passwd", "(", "hang_up", "lookup", "digits", "no_input", "failed", "\"\\0\"", "\"\\u2028\"",
}

func (m *mutator) value() *yaml.Node {
	if m.IntN(3) == 0 {
		return clone(some(m, m.all))
	}
	var n yaml.Node
	if err := yaml.Unmarshal([]byte(some(m, wrong)), &n); err != nil || len(n.Content) == 0 {
		return &yaml.Node{Kind: yaml.ScalarNode}
	}
	return n.Content[0]
}

// clone copies a part, so that no part is in two places, or in itself.
func clone(n *yaml.Node) *yaml.Node {
	c := *n
	c.Content = make([]*yaml.Node, len(n.Content))
	for i, part := range n.Content {
		c.Content[i] = clone(part)
	}
	return &c
}

// spoil changes the document in one way.
func (m *mutator) spoil() {
	switch m.IntN(12) {
	case 0: // a key is missing
		g := some(m, m.groups)
		i := m.IntN(len(g.Content)/2) * 2
		g.Content = slices.Delete(slices.Clone(g.Content), i, i+2)
	case 1: // a key is another
		g := some(m, m.groups)
		g.Content[m.IntN(len(g.Content)/2)*2] = clone(some(m, m.values))
	case 2: // a key is there twice
		g := some(m, m.groups)
		i := m.IntN(len(g.Content)/2) * 2
		g.Content = append(g.Content, clone(g.Content[i]), some(m, []*yaml.Node{clone(g.Content[i+1]), m.value()}))
	case 3: // an item is missing
		l := some(m, m.lists)
		i := m.IntN(len(l.Content))
		l.Content = slices.Delete(slices.Clone(l.Content), i, i+1)
	case 4: // an item is there twice
		l := some(m, m.lists)
		l.Content = append(l.Content, clone(some(m, l.Content)))
	case 5: // two values are swapped
		a, b := some(m, m.values), some(m, m.values)
		*a, *b = *b, *a
	case 6: // a reference is another
		*some(m, m.values) = *some(m, m.values)
	case 7, 8, 9: // a reference is another that could stand there
		of := m.alike[some(m, slices.Sorted(maps.Keys(m.alike)))]
		*some(m, of) = *some(m, of)
	default: // a value, or a whole part, is something else
		g := some(m, append(slices.Clone(m.groups), m.lists...))
		i := m.IntN(len(g.Content))
		if g.Kind == yaml.MappingNode {
			i |= 1
		}
		g.Content[i] = m.value()
	}
}

// text is the document, sometimes cut off, or with a byte that is another.
func (m *mutator) text() []byte {
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	if err := e.Encode(m.root); err != nil {
		return nil // it has a key that is none
	}
	text := b.Bytes()
	switch m.IntN(10) {
	case 0:
		return text[:m.IntN(len(text))]
	case 1:
		text[m.IntN(len(text))] = byte(m.IntN(256))
	case 2:
		i := m.IntN(len(text))
		text = slices.Insert(text, m.IntN(len(text)), text[i:min(len(text), i+m.IntN(80))]...)
	}
	return text
}

// TestMutations: whatever happens to a configuration, it is refused with the place of each
// fault, or everybody who calls comes to an end that takes him.
func TestMutations(t *testing.T) {
	n := 10_000
	if testing.Short() {
		n = 500
	}
	good, tree := demoText(t), yaml.Node{}
	if err := yaml.Unmarshal(good, &tree); err != nil {
		t.Fatal(err)
	}
	if c, err := read(good); err != nil {
		t.Fatal(err)
	} else {
		everyWayEnds(t, good, c.Hotline)
	}
	defer debug.SetGCPercent(debug.SetGCPercent(1000)) // it makes many small things
	refused, taken := 0, 0
	for i := range n {
		m := newMutator(rand.New(rand.NewPCG(20260302, uint64(i))), &tree) //nolint:gosec // the same each time
		for range 1 + m.IntN(5)/3 {
			m.spoil()
			if m.collect(); len(m.groups) == 0 || len(m.lists) == 0 || len(m.values) == 0 {
				break
			}
		}
		text := m.text()
		if text == nil {
			continue
		}
		c, err := read(text)
		if err != nil {
			refused++
			told(t, text, err)
			continue
		}
		taken++
		if c.Hotline != nil {
			everyWayEnds(t, text, c.Hotline)
			everyCallEnds(t, m.Rand, text, c.Hotline)
		}
		if t.Failed() {
			t.Fatalf("mutation %d", i)
		}
	}
	t.Logf("%d refused, %d taken", refused, taken)
	if refused < n/4 || taken < n/20 {
		t.Errorf("of %d %d were refused and %d taken: it proves little", n, refused, taken)
	}
}

// everyWayEnds walks each number of a plan through a week, by each key and none.
func everyWayEnds(t *testing.T, text []byte, p *cti.Plan) {
	t.Helper()
	ends := map[string]bool{}
	for _, w := range p.Survey(time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC), 7, nil) {
		ends[w.DID] = true
		end := w.Path.End
		spoken := slices.ContainsFunc(end.Say, func(s string) bool { return s != flow.SayOpens })
		switch end.Kind {
		case flow.Queue, flow.Emergency, flow.Transfer, flow.Voicemail:
			if w.Open != "" && !strings.HasPrefix(w.Open, "nobody serves") { // which is told by an alarm, for it may be staffed later
				t.Errorf("%s ends nowhere: %s; of\n%s", w, w.Open, text)
			}
		case flow.HangUp:
			if !spoken {
				t.Errorf("%s hangs up without a word; of\n%s", w, text)
			}
		default:
			t.Errorf("%s has no end; of\n%s", w, text)
		}
	}
	for _, l := range p.Lines {
		if !ends[l.DID] {
			t.Errorf("line %s leads nowhere; of\n%s", l.DID, text)
		}
		for _, hour := range []int{3, 11, 20} {
			for _, keys := range []string{"", "0"} {
				path, err := p.Walk(l.DID, time.Date(2026, 3, 2, hour, 0, 0, 0, time.UTC), "13800138000", keys, nil)
				chosen := keys == "0" && slices.ContainsFunc(path.Steps, func(s flow.Step) bool { return s.Kind == flow.Digits && s.Exit != flow.NoInput })
				if err != nil || path.End.Kind == flow.HangUp && !chosen {
					t.Errorf("who presses %q on %s is taken by nobody: %v %s; of\n%s", keys, l.DID, err, path.Line(), text)
				}
			}
		}
	}
}

// everyCallEnds brings a call to each number of a plan that has a flow, and lets anything
// happen to it: keys, prompts that end or fail, services that say something or nothing.
func everyCallEnds(t *testing.T, r *rand.Rand, text []byte, p *cti.Plan) {
	t.Helper()
	for _, l := range p.Lines {
		if l.Flow == "" {
			continue
		}
		now := time.Date(2026, 3, 2, r.IntN(24), r.IntN(60), 0, 0, time.UTC)
		h, id := cti.NewHotline("e1", p), pbx.ChannelID("c1")
		h.Handle(now, pbx.LinkUp{At: pbx.At(now), Snapshot: pbx.Snapshot{At: now, StartedAt: now}})
		var in cti.Input = pbx.ChannelEntered{At: pbx.At(now), Channel: pbx.Channel{
			ID: id, State: pbx.ChannelRing, InApp: true, CreatedAt: now, Args: []string{"inbound", l.DID, string(id)}, Caller: pbx.Party{Number: []string{"13900000009", "13800138000", "13800138001"}[r.IntN(3)]},
		}}
		var plays []pbx.PlaybackID
		var asks []cti.Ask
		heard, ended := false, false
		for range 3000 {
			out := h.Handle(now, in)
			for _, c := range out.Commands {
				if play, ok := c.(pbx.Play); ok {
					plays, heard = append(plays, play.Playback), false
				}
			}
			asks = append(asks, out.Asks...)
			for _, f := range out.Facts {
				switch f.Kind {
				case cti.CallQueued, cti.CallFellBack, cti.CallMailStepped:
					ended = true
				case cti.CallHungUp:
					if ended = true; !heard {
						t.Errorf("a caller of %s is hung up and has not heard why; of\n%s", l.DID, text)
					}
				}
			}
			if ended {
				break
			}
			now = now.Add(time.Duration(r.IntN(3000)) * time.Millisecond)
			in = cti.Tick{}
			switch at := pbx.At(now); r.IntN(4) {
			case 0:
				in = pbx.DigitPressed{At: at, Channel: id, Digit: string("0123456789*#"[r.IntN(12)])}
			case 1:
				if len(plays) > 0 {
					failed := r.IntN(5) == 0
					heard = !failed
					in = pbx.PlaybackFinished{At: at, Channel: id, Playback: plays[len(plays)-1], Failed: failed}
				}
			case 2:
				if len(asks) > 0 {
					a := asks[len(asks)-1]
					in = cti.LookedUp{Call: a.Call, N: a.N, Result: []string{"", "known", "debtor"}[r.IntN(3)]}
				}
			}
		}
		if !ended {
			t.Errorf("a call to %s does not end; of\n%s", l.DID, text)
		}
	}
}

package web

import (
	"maps"
	"reflect"
	"slices"
)

// changes are what is not in a scene as it was in the one before. They are looked for once, and
// then told to each audience as far as it sees them: many follow, little changes at a time.
type changes struct {
	last, now *scene
	linked    bool // is another
	// agents, calls and queues are the names of those that are new, another or gone.
	agents, calls, queues []string
	// holding are agents beside them whose call has changed: whether it may be seen may have.
	holding []string
	// agentSaid and callSaid are patches for those who see all there is of something.
	agentSaid, callSaid map[string]Patch
}

func changesOf(last, now *scene) *changes {
	if last == nil {
		last = &scene{linked: now.linked}
	}
	c := &changes{last: last, now: now, linked: last.linked != now.linked, agentSaid: map[string]Patch{}, callSaid: map[string]Patch{}}
	c.agents, c.queues = differ(last.agents, now.agents), differ(last.queues, now.queues)
	// Floors are told of watchers, desks of briefs.
	c.calls = slices.Concat(differ(last.masked, now.masked), differ(last.whole, now.whole))
	slices.Sort(c.calls)
	c.calls = slices.Compact(c.calls)
	moved := map[string]bool{}
	for _, id := range c.calls {
		moved[id] = last.masked[id].Queue != now.masked[id].Queue
	}
	for _, id := range slices.Sorted(maps.Keys(now.agents)) {
		if moved[now.agents[id].Call] && !slices.Contains(c.agents, id) {
			c.holding = append(c.holding, id)
		}
	}
	return c
}

// differ are the names of what is new, another or gone, in order.
func differ[T any](before, now map[string]T) []string {
	var names []string
	for name, v := range now {
		if was, there := before[name]; !there || !reflect.DeepEqual(was, v) {
			names = append(names, name)
		}
	}
	for name := range before {
		if _, there := now[name]; !there {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// seenBy is what an audience is told.
func (c *changes) seenBy(a *audience) (d Delta, err error) {
	if c.linked {
		d.Linked = &c.now.linked
	}
	if a.agent != "" {
		err = c.toDesk(a, &d)
		return d, err
	}
	agents := c.agents
	if a.within.Bounded() {
		agents = slices.Concat(agents, c.holding)
	}
	for _, id := range agents {
		was, now := a.agentOf(c.last, at(c.last.agents, id)), a.agentOf(c.now, at(c.now.agents, id))
		if err := say(&d.Agents, &d.GoneAgents, "agent", id, was, now, c.agentSaid, !a.within.Bounded() && was != nil); err != nil {
			return d, err
		}
	}
	for _, id := range c.calls {
		was, now := a.callOf(c.last, at(c.last.masked, id)), a.callOf(c.now, at(c.now.masked, id))
		if err := say(&d.Calls, &d.GoneCalls, "call", id, was, now, c.callSaid, !a.within.Bounded() && was != nil); err != nil {
			return d, err
		}
	}
	for _, id := range c.queues {
		if err := say(&d.Queues, nil, "queue", id, a.queueOf(at(c.last.queues, id)), a.queueOf(at(c.now.queues, id)), nil, false); err != nil {
			return d, err
		}
	}
	return d, nil
}

// toDesk says what has changed of an agent, and of the calls that his desk has or had.
func (c *changes) toDesk(a *audience, d *Delta) error {
	if err := say(&d.Agents, &d.GoneAgents, "agent", a.agent, at(c.last.agents, a.agent), at(c.now.agents, a.agent), nil, false); err != nil {
		return err
	}
	ids := slices.Concat(c.last.desks[a.agent], c.now.desks[a.agent])
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		was, now := a.callOf(c.last, at(c.last.whole, id)), a.callOf(c.now, at(c.now.whole, id))
		if err := say(&d.Calls, &d.GoneCalls, "call", id, was, now, nil, false); err != nil {
			return err
		}
	}
	return nil
}

// at is what has a name; nil where nothing has.
func at[T any](all map[string]T, name string) *T {
	if v, there := all[name]; there {
		return &v
	}
	return nil
}

// say adds what has become of something to what is said. said keeps patches; it is used where
// shared tells that many are told the same.
func say[T any](changed *[]Patch, gone *[]string, field, id string, was, now *T, said map[string]Patch, shared bool) error {
	if now == nil {
		if was != nil && gone != nil {
			*gone = append(*gone, id)
		}
		return nil
	}
	p, there := said[id]
	if !there || !shared {
		var err error
		if p, err = patchOf(field, was, now); err != nil {
			return err
		}
		if shared {
			said[id] = p
		}
	}
	if p != nil {
		*changed = append(*changed, p)
	}
	return nil
}

// empty tells that nothing is said but that the server is there.
func (d Delta) empty() bool {
	return d.Linked == nil && len(d.Agents)+len(d.GoneAgents)+len(d.Calls)+len(d.GoneCalls)+len(d.Queues) == 0
}

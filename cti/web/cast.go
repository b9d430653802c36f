package web

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"sync"
	"time"

	"go.uber.org/zap"

	"sansheng/store"
)

const (
	// castEvery is how often the engine is asked while somebody follows, beatEvery how
	// often an audience is told that nothing has changed.
	castEvery = 100 * time.Millisecond
	beatEvery = 2 * time.Second
	// audienceKept is how long one is told after it has asked last.
	audienceKept = 15 * time.Minute
)

// cast tells browsers what changes: it asks the engine how all stands, compares that with
// what it has said, and says the difference, numbered, to each audience what is for its
// eyes. So a screen shows what the engine says, and nothing that was reckoned beside it.
type cast struct {
	floor  func(context.Context) (Floor, error)
	server LiveServer
	epoch  string
	log    *zap.Logger

	mu        sync.Mutex // protects the following
	now       *scene
	audiences map[string]*audience
}

// audience is who hears the same: an agent's desk, or the floor of a company, of all
// where it is empty, within some queues of it.
type audience struct {
	subject        string
	agent, company string
	within         store.Within
	seq            uint64
	said, asked    time.Time
}

// scene is how all stands at a moment.
type scene struct {
	at     time.Time
	linked bool
	agents map[string]AgentState
	// masked and whole are the calls; parties are whose desks have them.
	masked, whole map[string]LiveCall
	parties       map[string][]string
	queues        map[string]LiveQueue
}

func newCast(floor func(context.Context) (Floor, error), server LiveServer, log *zap.Logger) *cast {
	return &cast{floor: floor, server: server, epoch: rand.Text(), log: log, audiences: map[string]*audience{}}
}

// run tells what changes until ctx ends. Where the engine cannot be asked nothing is said,
// and the screens see that they are stale.
func (c *cast) run(ctx context.Context) {
	t := time.NewTicker(castEvery)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		if !c.server.Followed() {
			continue
		}
		if err := c.step(ctx); err != nil && ctx.Err() == nil {
			c.log.Debug("live data stands still", zap.Error(err))
		}
	}
}

// step looks once, and says what has changed.
func (c *cast) step(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, liveTime)
	defer cancel()
	floor, err := c.floor(ctx)
	if err != nil {
		return err
	}
	next := sceneOf(floor)
	c.mu.Lock()
	defer c.mu.Unlock()
	last := c.now
	c.now = next
	for key, a := range c.audiences {
		if next.at.Sub(a.asked) > audienceKept { // a page that is there has asked again with its next pass
			delete(c.audiences, key)
			continue
		}
		d, changed := next.since(last, a)
		if !changed && next.at.Sub(a.said) < beatEvery {
			continue
		}
		a.seq, a.said = a.seq+1, next.at
		d.Epoch, d.Seq, d.At = c.epoch, a.seq, next.at
		b, err := json.Marshal(d)
		if err != nil {
			return err
		}
		if err := c.server.Publish(a.subject, b); err != nil {
			return err
		}
	}
	return nil
}

// snapshot is how all stands for an audience, which is told of changes from then on.
func (c *cast) snapshot(ctx context.Context, who audience) (Snapshot, error) {
	if err := c.step(ctx); err != nil {
		return Snapshot{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	a := c.audiences[who.subject]
	if a == nil {
		a = &who
		c.audiences[who.subject] = a
	}
	a.asked = c.now.at
	d, _ := c.now.since(nil, a)
	return Snapshot{
		Epoch: c.epoch, Seq: a.seq, At: c.now.at, Linked: c.now.linked,
		Agents: orEmpty(d.Agents), Calls: orEmpty(d.Calls), Queues: orEmpty(d.Queues),
	}, nil
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func sceneOf(f Floor) *scene {
	s := &scene{
		at: time.Now().UTC(), linked: f.Linked, agents: make(map[string]AgentState, len(f.Agents)), masked: make(map[string]LiveCall, len(f.Calls)),
		whole: make(map[string]LiveCall, len(f.Calls)), parties: make(map[string][]string, len(f.Calls)), queues: make(map[string]LiveQueue, len(f.Queues)),
	}
	for _, a := range f.Agents {
		s.agents[string(a.ID)] = agentState(a)
	}
	for _, v := range f.Calls {
		id := string(v.ID)
		s.masked[id], s.whole[id] = liveCall(v, true), liveCall(v, false)
		parties := []string{string(v.Agent)}
		for _, b := range v.Beside {
			parties = append(parties, string(b))
		}
		if v.Consult != nil {
			parties = append(parties, v.Consult.To)
		}
		s.parties[id] = parties
	}
	for _, a := range f.Agents { // a leader's phone, a receiver's that rings
		if id := string(a.Call); id != "" && s.parties[id] != nil && !slices.Contains(s.parties[id], string(a.ID)) {
			s.parties[id] = append(s.parties[id], string(a.ID))
		}
	}
	for _, q := range f.Queues {
		s.queues[string(q.ID)] = liveQueue(q)
	}
	return s
}

// calls are those for an audience's eyes.
func (s *scene) calls(a *audience) map[string]LiveCall {
	if s == nil {
		return nil
	}
	seen := map[string]LiveCall{}
	if a.agent != "" {
		for id, c := range s.whole {
			if slices.Contains(s.parties[id], a.agent) {
				seen[id] = c
			}
		}
		return seen
	}
	for id, c := range s.masked {
		if (a.company == "" || c.Company == a.company) && a.within.Has(c.Queue) {
			seen[id] = c
		}
	}
	return seen
}

// people are the agents for an audience's eyes.
func (s *scene) people(a *audience) map[string]AgentState {
	if s == nil {
		return nil
	}
	seen := map[string]AgentState{}
	for id, p := range s.agents {
		if a.agent == id || a.agent == "" && (a.company == "" || p.Company == a.company) && serves(a.within, p.Queues) {
			if a.within.Bounded() && !a.within.Has(s.masked[p.Call].Queue) {
				p.Call = "" // he has one of another queue
			}
			seen[id] = p
		}
	}
	return seen
}

func (s *scene) lines(a *audience) map[string]LiveQueue {
	if s == nil || a.agent != "" {
		return nil
	}
	seen := map[string]LiveQueue{}
	for id, q := range s.queues {
		if (a.company == "" || q.Company == a.company) && a.within.Has(id) {
			seen[id] = q
		}
	}
	return seen
}

// since is what has changed for an audience; all where there is no scene before.
func (s *scene) since(last *scene, a *audience) (d Delta, changed bool) {
	d.Agents, d.GoneAgents = differ(last.people(a), s.people(a))
	d.Calls, d.GoneCalls = differ(last.calls(a), s.calls(a))
	d.Queues, _ = differ(last.lines(a), s.lines(a))
	if last == nil || last.linked != s.linked {
		d.Linked = &s.linked
	}
	slices.SortFunc(d.Calls, func(a, b LiveCall) int { return cmp.Or(a.StartedAt.Compare(b.StartedAt), cmp.Compare(a.Call, b.Call)) })
	return d, d.Linked != nil || len(d.Agents)+len(d.GoneAgents)+len(d.Calls)+len(d.GoneCalls)+len(d.Queues) > 0
}

// differ lists what is new or another than before, by key, and the keys that are gone.
func differ[T any](before, now map[string]T) (changed []T, gone []string) {
	for _, key := range slices.Sorted(maps.Keys(now)) {
		if was, ok := before[key]; !ok || !reflect.DeepEqual(was, now[key]) {
			changed = append(changed, now[key])
		}
	}
	for key := range before {
		if _, ok := now[key]; !ok {
			gone = append(gone, key)
		}
	}
	slices.Sort(gone)
	return changed, gone
}

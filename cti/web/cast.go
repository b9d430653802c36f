package web

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"maps"
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

	// turnC is held by who asks the engine: what it says is taken in the order in which it was said.
	turnC chan struct{}

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
	said, asked    time.Time // by the clock that nobody sets
}

// scene is how all stands at a moment.
type scene struct {
	at     time.Time
	looked time.Time // the same, by the clock that nobody sets
	linked bool
	agents map[string]AgentState
	// masked and whole are the calls; desks are the calls that an agent's desk has.
	masked, whole map[string]LiveCall
	desks         map[string][]string
	queues        map[string]LiveQueue
}

func newCast(floor func(context.Context) (Floor, error), server LiveServer, log *zap.Logger) *cast {
	return &cast{floor: floor, server: server, epoch: rand.Text(), log: log, turnC: make(chan struct{}, 1), audiences: map[string]*audience{}}
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
func (c *cast) step(ctx context.Context) error { return c.look(ctx, 0) }

// look is step, unless somebody has looked within an age: after a hand-over all pages begin anew at
// once, and each question stops the engine's loop for it.
func (c *cast) look(ctx context.Context, age time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, liveTime)
	defer cancel()
	select {
	case c.turnC <- struct{}{}:
		defer func() { <-c.turnC }()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	if c.lookedWithin(age) {
		return nil
	}
	floor, err := c.floor(ctx)
	if err != nil {
		return err
	}
	next := sceneOf(floor)
	c.mu.Lock()
	defer c.mu.Unlock()
	last := c.now
	c.now = next
	changed := changesOf(last, next)
	var errs error
	for key, a := range c.audiences {
		if next.looked.Sub(a.asked) > audienceKept { // a page that is there has asked again with its next pass
			delete(c.audiences, key)
			continue
		}
		d, err := changed.seenBy(a)
		if err == nil && d.empty() && next.looked.Sub(a.said) < beatEvery {
			continue
		}
		// What cannot be said has its number all the same: who misses it reads all anew.
		a.seq, a.said = a.seq+1, next.looked
		d.Epoch, d.Seq, d.At = c.epoch, a.seq, next.at
		var b []byte
		if err == nil {
			b, err = json.Marshal(d)
		}
		if err == nil {
			err = c.server.Publish(a.subject, b)
		}
		errs = errors.Join(errs, err)
	}
	return errs
}

func (c *cast) lookedWithin(age time.Duration) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now != nil && time.Since(c.now.looked) < age
}

// snapshot is how all stands for an audience, which is told of changes from then on.
func (c *cast) snapshot(ctx context.Context, who audience) (Snapshot, error) {
	if err := c.look(ctx, castEvery); err != nil {
		return Snapshot{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	a := c.audiences[who.subject]
	if a == nil {
		a = &who
		c.audiences[who.subject] = a
	}
	a.asked = c.now.looked
	s := Snapshot{Epoch: c.epoch, Seq: a.seq, At: c.now.at, Linked: c.now.linked}
	s.Agents = seenAll(c.now.agents, func(p AgentState) *AgentState { return a.agentOf(c.now, &p) })
	s.Calls = seenAll(a.callsOf(c.now), func(l LiveCall) *LiveCall { return a.callOf(c.now, &l) })
	s.Queues = seenAll(c.now.queues, func(q LiveQueue) *LiveQueue { return a.queueOf(&q) })
	slices.SortFunc(s.Calls, func(a, b LiveCall) int { return cmp.Or(a.StartedAt.Compare(b.StartedAt), cmp.Compare(a.Call, b.Call)) })
	return s, nil
}

// seenAll are those of all that are seen, by name.
func seenAll[T any](all map[string]T, seen func(T) *T) []T {
	list := []T{}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if v := seen(all[name]); v != nil {
			list = append(list, *v)
		}
	}
	return list
}

func sceneOf(f Floor) *scene {
	now := time.Now()
	s := &scene{
		at: inMillis(now), looked: now, linked: f.Linked, agents: make(map[string]AgentState, len(f.Agents)), masked: make(map[string]LiveCall, len(f.Calls)),
		whole: make(map[string]LiveCall, len(f.Calls)), desks: make(map[string][]string, len(f.Agents)), queues: make(map[string]LiveQueue, len(f.Queues)),
	}
	for _, a := range f.Agents {
		s.agents[string(a.ID)] = agentState(a)
	}
	for _, v := range f.Calls {
		id := string(v.ID)
		s.masked[id], s.whole[id] = liveCall(v, true), liveCall(v, false)
		s.seat(string(v.Agent), id)
		for _, b := range v.Beside {
			s.seat(string(b), id)
		}
		if v.Consult != nil {
			s.seat(v.Consult.To, id)
		}
	}
	for _, a := range f.Agents { // a leader's phone, a receiver's that rings
		if _, there := s.masked[string(a.Call)]; there {
			s.seat(string(a.ID), string(a.Call))
		}
	}
	for _, q := range f.Queues {
		s.queues[string(q.ID)] = liveQueue(q)
	}
	return s
}

// seat puts a call on a desk.
func (s *scene) seat(agent, call string) {
	if !slices.Contains(s.desks[agent], call) {
		s.desks[agent] = append(s.desks[agent], call)
	}
}

// agentOf, callOf and queueOf are what an audience sees of something in a scene; nil where it
// sees nothing. What they are given stays as it is.
func (a *audience) agentOf(s *scene, p *AgentState) *AgentState {
	switch {
	case p == nil || a.agent != "" && a.agent != p.Agent, a.agent == "" && a.company != "" && a.company != p.Company, !serves(a.within, p.Queues):
		return nil
	case a.within.Bounded() && p.Call != "" && !a.within.Has(s.masked[p.Call].Queue):
		shown := *p
		shown.Call = "" // he has one of another queue
		return &shown
	}
	return p
}

func (a *audience) callOf(s *scene, l *LiveCall) *LiveCall {
	switch {
	case l == nil:
		return nil
	case a.agent != "":
		if !slices.Contains(s.desks[a.agent], l.Call) {
			return nil
		}
	case a.company != "" && a.company != l.Company, !a.within.Has(l.Queue):
		return nil
	}
	return l
}

func (a *audience) queueOf(q *LiveQueue) *LiveQueue {
	if q == nil || a.agent != "" || a.company != "" && a.company != q.Company || !a.within.Has(q.Queue) {
		return nil
	}
	return q
}

// callsOf are the calls of a scene as an audience may see them: whole on a desk.
func (a *audience) callsOf(s *scene) map[string]LiveCall {
	if a.agent != "" {
		return s.whole
	}
	return s.masked
}

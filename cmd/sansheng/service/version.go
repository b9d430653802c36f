package service

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"sansheng/cti"
	"sansheng/cti/web"
	"sansheng/pbx"
	"sansheng/pbx/ari"
	"sansheng/pbx/asterisk"
)

// A plan that comes into force while the service runs is followed by everything that is
// made from the plan: the phones that the switch knows, its configuration for when the
// hotline is not there, accounts, alarms, the sentinel. The engine's loop only says that
// there is a plan; one goroutine follows the newest, as often as it takes. Each step may be
// done again, and none touches a call: who is taken off the switch has hung up before.

// adoption is how the parts of this process take over the plan that is in force.
type adoption struct {
	newsC chan struct{} // of a next one

	mu     sync.Mutex // protects the following
	next   *cti.Plan
	seq    uint64 // of the fact that tells of it; 0 where none of ours does
	done   *cti.Plan
	why    error         // it is not followed yet
	movedC chan struct{} // closed when one of these changes

	// led is the plan with which the engine here began to lead last: the link gives the
	// switch what it lacks of that one.
	led atomic.Pointer[cti.Plan]

	// onSwitch are the phones as they were given to the switch, since is led then; the
	// goroutine's own.
	onSwitch map[cti.AgentID]pushed
	since    *cti.Plan
	sentinel []byte // what it was told
}

// pushed is what of an agent the switch knows.
type pushed struct{ webRTC, lamps bool }

// phones are the agents' phones of a plan.
type phones struct {
	endpoints []pbx.EndpointID
	// passwords are what they register with.
	passwords map[cti.AgentID]string
}

const (
	// adoptRetry is the time between two tries to follow, leaveEvery that between two
	// looks whether an agent who was removed has finished his call.
	adoptRetry = 2 * time.Second
	leaveEvery = 500 * time.Millisecond
	// durableWithin is how long the fact of a plan may take to the disk before the plan
	// is followed all the same, as commands are.
	durableWithin = time.Second
	// adoptWithin bounds one step at the switch.
	adoptWithin = 20 * time.Second
)

// plan is the one in force, as far as this process has followed.
func (s *Service) plan() *cti.Plan { return s.inForce.Load() }

// password is what an agent's phone registers with.
func (s *Service) password(a cti.AgentID) string { return s.phones.Load().passwords[a] }

// take makes a plan the one by which this process goes, before its phones are given to a
// switch.
func (s *Service) take(p *cti.Plan) error {
	ids, ph := make([]cti.AgentID, len(p.Agents)), &phones{}
	for i, a := range p.Agents {
		ids[i], ph.endpoints = a.ID, append(ph.endpoints, a.Endpoint())
	}
	s.secrets.Lock()
	defer s.secrets.Unlock()
	if known := s.phones.Load(); known != nil {
		lacks := func(id cti.AgentID) bool { return known.passwords[id] == "" }
		if !slices.ContainsFunc(ids, lacks) { // no need to ask a disk that may hang
			ph.passwords = known.passwords
			s.phones.Store(ph)
			s.inForce.Store(p)
			return nil
		}
	}
	var err error
	if ph.passwords, err = web.SIPPasswords(filepath.Join(s.cfg.Data, web.SIPPasswordsFile), ids); err != nil {
		return err
	}
	s.phones.Store(ph)
	s.inForce.Store(p)
	return nil
}

// announce says that another plan is in force. It does not block.
func (s *Service) announce(p *cti.Plan, seq uint64) {
	f := &s.adoption
	f.mu.Lock()
	f.next, f.seq = p, seq
	f.mu.Unlock()
	select {
	case f.newsC <- struct{}{}:
	default:
	}
}

// adoptPlans follows the newest plan until the service ends.
func (s *Service) adoptPlans(run context.Context) {
	f := &s.adoption
	var againC <-chan time.Time
	for {
		select {
		case <-f.newsC:
		case <-againC:
		case <-run.Done():
			return
		}
		f.mu.Lock()
		p, seq := f.next, f.seq
		f.mu.Unlock()
		leaving, err := s.adopt(run, p, seq)
		if run.Err() != nil {
			return
		}
		if err != nil {
			s.log.Error("the plan is not followed by everything; trying again", zap.Error(err))
		}
		s.alarms.Set("plan_unfollowed", err)
		f.mu.Lock()
		if f.why = err; err == nil {
			f.done = p
		}
		close(f.movedC)
		f.movedC = make(chan struct{})
		f.mu.Unlock()
		switch againC = nil; {
		case err != nil:
			againC = time.After(adoptRetry)
		case leaving:
			againC = time.After(leaveEvery)
		}
	}
}

// awaitAdopted waits until a plan is followed, or says what keeps it from being.
func (s *Service) awaitAdopted(ctx context.Context, p *cti.Plan) error {
	f := &s.adoption
	for {
		f.mu.Lock()
		next, done, why, movedC := f.next, f.done, f.why, f.movedC
		f.mu.Unlock()
		if done == p || next != p && next != nil {
			return nil // or another one is in force already
		}
		select {
		case <-movedC:
		case <-ctx.Done():
			return errors.Join(errors.New("it is in force; the switch has not taken all of it yet, and is told again until it has"), why)
		}
	}
}

// adopt makes everything as a plan wants it. leaving tells that agents whom it has no more
// are in a call still: their phones are taken off the switch later.
func (s *Service) adopt(run context.Context, p *cti.Plan, seq uint64) (leaving bool, err error) {
	ctx, cancel := context.WithTimeout(run, adoptWithin)
	defer cancel()
	if seq > 0 {
		wait, done := context.WithTimeout(ctx, durableWithin)
		_ = s.journal.Wait(wait, seq) // late, it is not on disk before its effects
		done()
	}
	if err := s.take(p); err != nil {
		return false, err
	}
	var errs []error
	if s.opts.Demo && s.people != nil {
		errs = append(errs, s.people.FollowDemo(s.cfg.Data, p.Agents))
	}
	link, _, _ := s.leading()
	if led := s.adoption.led.Load(); led != s.adoption.since {
		s.adoption.since, s.adoption.onSwitch = led, pushedOf(led)
	}
	if link != nil {
		errs = append(errs, s.pushChanged(ctx, link, p))
	}
	if s.asterisk != nil {
		errs = append(errs, s.asterisk.Reconfigure(ctx, switchPlan(p)))
	}
	if link != nil {
		var err error
		if leaving, err = s.takeAway(ctx, link, p); err != nil {
			errs = append(errs, err)
		}
	}
	if s.cfg.Has("engine") {
		errs = append(errs, s.tellSentinel())
	}
	return leaving, errors.Join(errs...)
}

// pushedOf is what the switch is to know of a plan's agents.
func pushedOf(p *cti.Plan) map[cti.AgentID]pushed {
	lamps, all := lampsOf(p), map[cti.AgentID]pushed{}
	for _, a := range p.Agents {
		all[a.ID] = pushed{webRTC: a.WebRTC, lamps: lamps[string(a.Company)] != nil}
	}
	return all
}

// rememberPushed takes note of what the switch has: the plan's phones, and perhaps those of
// agents who were removed just before this service ended, which are taken away then.
func (s *Service) rememberPushed() error {
	known, err := web.SIPNumbers(filepath.Join(s.cfg.Data, web.SIPPasswordsFile))
	if err != nil {
		return err
	}
	has := pushedOf(s.plan())
	plan := len(has)
	for _, id := range known {
		if _, planned := has[id]; !planned {
			has[id] = pushed{}
		}
	}
	if s.adoption.onSwitch = has; len(has) > plan {
		s.announce(s.plan(), 0)
	}
	return nil
}

// pushChanged gives the switch the phones that are new to it, or others than before.
func (s *Service) pushChanged(ctx context.Context, link *ari.Link, p *cti.Plan) error {
	want := pushedOf(p)
	var changed, others []cti.Agent // others: their phones are of another kind now
	for _, a := range p.Agents {
		switch have, known := s.adoption.onSwitch[a.ID]; {
		case known && have.webRTC != want[a.ID].webRTC:
			others = append(others, a)
		case !known || have != want[a.ID]:
			changed = append(changed, a)
		}
	}
	if err := s.pushAgents(ctx, link.Client(), p, changed, true); err != nil {
		return err
	}
	if err := s.pushAgents(ctx, link.Client(), p, others, false); err != nil {
		return err
	}
	for _, a := range append(changed, others...) {
		s.adoption.onSwitch[a.ID] = want[a.ID]
	}
	return nil
}

// takeAway takes phones off the switch whose agents are in the plan no more, once they are
// in no call, and has it watch the others.
func (s *Service) takeAway(ctx context.Context, link *ari.Link, p *cti.Plan) (leaving bool, err error) {
	_, leader, _ := s.leading()
	if leader == nil {
		return false, nil
	}
	v, err := leader.View(ctx)
	if err != nil {
		return false, fmt.Errorf("look who is in a call: %w", err)
	}
	want, watch := pushedOf(p), slices.Clone(s.phones.Load().endpoints)
	for _, id := range slices.Sorted(maps.Keys(s.adoption.onSwitch)) {
		if _, stays := want[id]; stays {
			continue
		}
		if slices.ContainsFunc(v.Agents, func(a cti.AgentView) bool { return a.ID == id }) {
			leaving = true
			watch = append(watch, cti.Agent{ID: id}.Endpoint())
			continue
		}
		if err := s.insist(ctx, func() error { return link.Client().RemoveAgent(ctx, string(id)) }); err != nil {
			return leaving, err
		}
		delete(s.adoption.onSwitch, id)
	}
	return leaving, link.WatchEndpoints(ctx, watch)
}

// switchPlan is what of a plan the switch's configuration is made from.
func switchPlan(p *cti.Plan) asterisk.Config {
	var c asterisk.Config
	fallback(&c, p)
	c.Lamps, c.MessageLamps = lampsOf(p), messageLampsOf(p)
	return c
}

// switchable says why our own switch could not take a plan.
func (s *Service) switchable(p *cti.Plan) error {
	if s.asterisk == nil {
		return nil
	}
	return s.asterisk.CheckPlan(switchPlan(p))
}

// needRestart names the places of changes that are not taken live.
func needRestart(changes []web.ConfigChange) string {
	var places []string
	for _, c := range changes {
		if !c.Live {
			places = append(places, c.Place)
		}
	}
	return strings.Join(places, ", ")
}

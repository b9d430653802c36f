package service

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"sansheng/cti"
	"sansheng/cti/web"
	"sansheng/pbx/sip/phone"
	"sansheng/pbx/sip/tone"
	"sansheng/store"
)

// demoTalk is how long the demo call's two parties talk.
const demoTalk = 4 * time.Second

// StartDemoAgents starts simulated agents' phones from 1001 on, which answer
// after one ring, talk until the caller hangs up, and returns when all of them take
// calls. Who was logged off or paused in an earlier run, or had a browser for a phone, is told
// of, and logged on again.
// They end with the service.
func (s *Service) StartDemoAgents(ctx context.Context, n int, say func(string)) error {
	fleet, err := phone.NewFleet(phone.FleetConfig{
		Size: n, First: 1001,
		Password: func(number string) string { return s.password(cti.AgentID(number)) },
		Phone:    phone.Config{Server: s.SIPAddr(), KeepEvents: 200, Lines: 1, Logger: s.log.Named("phone")},
	})
	if err != nil {
		return fmt.Errorf("start demo agents: %w", err)
	}
	s.fleet = fleet
	for _, p := range fleet.Phones() {
		if err := s.backToDesk(ctx, cti.AgentID(p.Number()), say); err != nil {
			return err
		}
	}
	if err := fleet.Start(ctx, 0); err != nil {
		return fmt.Errorf("start demo agents: %w", err)
	}
	return s.awaitReady(ctx, n, say)
}

// backToDesk gives a robot its number back that somebody has used in a browser, which has
// left a password there that no robot knows.
func (s *Service) backToDesk(ctx context.Context, agent cti.AgentID, say func(string)) error {
	phones := agentPhones{s}
	p, err := phones.Phone(ctx, agent)
	if err == nil && p.Kind == web.BrowserPhone {
		say(fmt.Sprintf("agent %s was on a browser's phone and is on the robot's again", agent))
		_, err = phones.ChoosePhone(ctx, agent, web.DeskPhone)
	}
	if err != nil {
		return fmt.Errorf("give robot %s its phone: %w", agent, err)
	}
	return nil
}

// awaitReady returns when n agents are ready or busy. Whose phone is registered and who takes
// no calls has been sent away by somebody, for his phone alone makes him ready.
func (s *Service) awaitReady(ctx context.Context, n int, say func(string)) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	called := map[cti.AgentID]bool{}
	for {
		v, err := s.engine.View(ctx)
		if err != nil {
			return fmt.Errorf("wait for demo agents: %w", err)
		}
		ready := 0
		for _, a := range v.Agents {
			switch away := a.State == cti.LoggedOff || a.State == cti.Paused; {
			case !away:
				ready++
			case a.Reachable && !a.Leader && !called[a.ID]:
				called[a.ID] = true
				say(fmt.Sprintf("agent %s was away (%s, %q) and is logged on again", a.ID, a.State, a.Reason))
				if err := s.engine.SetState(ctx, cti.SetState{Agent: a.ID, State: cti.Ready, Reason: "demo"}); err != nil {
					return fmt.Errorf("log agent %s on: %w", a.ID, err)
				}
			}
		}
		if ready >= n {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("wait for demo agents: %d of %d are ready: %w", ready, n, ctx.Err())
		}
	}
}

// DemoCall places a call through real SIP and tells its story, line by line,
// ending in its record.
func (s *Service) DemoCall(ctx context.Context, say func(string)) error {
	ctx, cancel := context.WithTimeout(ctx, 90*time.Second)
	defer cancel()
	if err := s.awaitDatabase(ctx); err != nil {
		return err
	}
	const number = "13800138000"
	lines, stop := s.follow(ctx, number)
	defer stop()
	caller, err := phone.New(phone.Config{Number: number, Server: s.SIPAddr(), Tone: tone.Caller(0), Logger: s.log.Named("phone")})
	if err != nil {
		return fmt.Errorf("place demo call: %w", err)
	}
	defer caller.Die()
	call, err := caller.Call(ctx, "800100", phone.Options{})
	if err != nil {
		return fmt.Errorf("place demo call: %w", err)
	}
	return s.tellDemoCall(ctx, call, lines, say)
}

// followed is a fact with its line.
type followed struct {
	fact cti.Fact
	line string
}

// follow gives the lines of the next call from a number.
func (s *Service) follow(ctx context.Context, number string) (<-chan followed, func()) {
	ctx, cancel := context.WithCancel(ctx)
	c := make(chan followed, 200)
	readyC := make(chan struct{})
	doneC := make(chan struct{})
	var id cti.CallID
	var began time.Time
	go func() {
		defer close(doneC)
		defer close(c)
		err := s.public.Subscribe(ctx, "hotline.*.call.>", func() { close(readyC) }, func(f cti.Fact) error {
			if d, ok := f.Data.(*cti.Arrived); ok && id == "" && d.Caller.Number == number {
				id, began = f.Call, f.At
			}
			if f.Call != id {
				return nil
			}
			select {
			case c <- followed{f, story(f, began)}:
			case <-ctx.Done():
			}
			return nil
		})
		if err != nil && ctx.Err() == nil {
			s.log.Sugar().Warnw("demo call cannot be followed", "error", err)
		}
	}()
	select {
	case <-readyC:
	case <-ctx.Done():
	}
	return c, func() { cancel(); <-doneC }
}

func (s *Service) tellDemoCall(ctx context.Context, call *phone.Call, lines <-chan followed, say func(string)) error {
	for {
		select {
		case l, ok := <-lines:
			if !ok {
				return errors.New("demo call: its facts ended")
			}
			if l.line != "" {
				say(l.line)
			}
			switch l.fact.Kind {
			case cti.CallJoined:
				if err := s.talk(ctx, call, l.fact.Agent, say); err != nil {
					return err
				}
			case cti.CallEnded:
				return s.tellRecord(ctx, string(l.fact.Call), say)
			}
		case <-ctx.Done():
			return fmt.Errorf("demo call: %w; the caller's side: %s", ctx.Err(), call.Story())
		}
	}
}

// talk proves that the caller hears the agent, and hangs up.
func (s *Service) talk(ctx context.Context, call *phone.Call, a cti.AgentID, say func(string)) error {
	n, err := strconv.Atoi(string(a))
	if err != nil {
		return fmt.Errorf("demo call: agent %q: %w", a, err)
	}
	hz := float64(tone.Agent(n - 1001).Hz)
	if err := call.WaitTone(ctx, hz); err != nil {
		return fmt.Errorf("demo call: the caller does not hear the agent: %w", err)
	}
	say(fmt.Sprintf("          the caller hears agent %s (%.0f Hz)", a, hz))
	select {
	case <-time.After(demoTalk):
	case <-ctx.Done():
	}
	if err := call.Hangup(ctx); err != nil {
		return fmt.Errorf("demo call: hang up: %w", err)
	}
	return nil
}

// tellRecord waits for the call's record and tells what is on it.
func (s *Service) tellRecord(ctx context.Context, id string, say func(string)) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		r, err := s.database.store.Record(ctx, id)
		switch {
		case err == nil && r.Hash != nil:
			tell(r, say)
			return nil
		case err != nil && !errors.Is(err, store.ErrNoCall):
			return fmt.Errorf("demo call: read its record: %w", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("demo call: its record is not there: %w", ctx.Err())
		}
	}
}

func (s *Service) awaitDatabase(ctx context.Context) error {
	if s.database == nil {
		return errors.New("demo call: this process does not keep records")
	}
	select {
	case <-s.database.readyC:
		return nil
	case err := <-s.failC:
		return err
	case <-ctx.Done():
		return fmt.Errorf("demo call: wait for the database: %w", ctx.Err())
	}
}

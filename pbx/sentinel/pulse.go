package sentinel

import (
	"context"
	"fmt"
	"time"

	"go.uber.org/zap"

	"sansheng/deploy/systemd"
)

// pulse tells for how long the heartbeat has stood still. It counts the time
// between two successful readings, and of that no more than stepMost: neither a
// switch that did not answer nor a sentinel that was stopped itself is a silent
// hotline. A switch that answers now and then is no excuse for one; one that was away
// for silentAfter kept the hotline from beating too, and the count begins anew.
type pulse struct {
	value string
	at    time.Time // of the last reading that counts; zero before the first
	still time.Duration
	begun bool
}

const stepMost = time.Second

// read takes a reading and tells whether the heart has beaten since the last.
func (p *pulse) read(value string, at time.Time) (beat bool) {
	switch {
	case !p.begun:
		p.begun = true
	case value != p.value:
		beat, p.still = true, 0
	case !p.at.IsZero():
		p.still += min(at.Sub(p.at), stepMost)
	}
	p.value, p.at = value, at
	return beat
}

func (p *pulse) failed(now time.Time) {
	if now.Sub(p.at) >= silentAfter {
		p.at, p.still = time.Time{}, 0
	}
}

func (p *pulse) silent() bool { return p.still >= silentAfter }

// flap holds an alarm that comes and goes: the second time within a minute it ends
// only when there was no cause for a while. Each rise by itself is too short for a
// person to pick up the phone, and long enough to wake him.
type flap struct {
	stands, again bool
	caused, ended time.Time
}

const (
	flapWithin = time.Minute
	calmFor    = 10 * time.Second
)

// stand takes what is found and tells whether the alarm stands.
func (f *flap) stand(cause bool, now time.Time) bool {
	switch {
	case cause:
		if !f.stands {
			f.again = !f.ended.IsZero() && now.Sub(f.ended) < flapWithin
		}
		f.stands, f.caused = true, now
	case f.stands && (!f.again || now.Sub(f.caused) >= calmFor):
		f.stands, f.ended = false, now
	}
	return f.stands
}

// watch reads the heartbeat until ctx ends, and looks after callers while it is
// missing.
func (s *Sentinel) watch(ctx context.Context) {
	tick := time.NewTicker(readEvery)
	defer tick.Stop()
	answered := time.Now() // when the switch last answered
	for {
		answered = s.look(ctx, answered)
		s.goesOn(ctx)
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// goesOn notes that the watching goroutine does, and tells the service manager
// when that is due.
func (s *Sentinel) goesOn(ctx context.Context) {
	now := time.Now()
	s.mu.Lock()
	s.looked = now
	s.mu.Unlock()
	if every := systemd.WatchdogEvery(); every > 0 && now.Sub(s.told) >= every {
		s.told = now
		s.tell(ctx, systemd.Alive)
	}
}

// look reads the heartbeat once and draws the consequences. It takes and returns
// when the switch last answered.
func (s *Sentinel) look(ctx context.Context, answered time.Time) time.Time {
	value, err := s.heartbeat(ctx)
	now := time.Now()
	switch {
	case ctx.Err() != nil:
		return answered
	case err != nil:
		s.pulse.failed(now)
		s.metrics.reads.WithLabelValues("failed").Inc()
		if away := now.Sub(answered); away >= silentAfter {
			s.set(func(st *Status) { st.Switch = silent })
			s.unheard.stand(true, now)
			s.board.Set("switch_silent", fmt.Errorf("no answer for %.0f s: %w", away.Seconds(), err))
		}
		return answered
	}
	s.metrics.reads.WithLabelValues("answered").Inc()
	beat := s.pulse.read(value, now)
	s.metrics.still.Set(s.pulse.still.Seconds())
	if !s.unheard.stand(false, now) {
		s.board.Set("switch_silent", nil)
	}
	s.set(func(st *Status) { st.Switch = alive })
	if beat {
		s.set(func(st *Status) { st.Hotline = alive })
		clear(s.pushed)
	}
	if !s.pulse.silent() {
		if !s.silence.stand(false, now) {
			s.board.Set("hotline_silent", nil)
		}
		return now
	}
	s.silence.stand(true, now)
	s.set(func(st *Status) { st.Hotline = silent })
	s.board.Set("hotline_silent", fmt.Errorf("its heartbeat has not changed for %.1f s", s.pulse.still.Seconds()))
	if err := s.rescue(ctx, value); err != nil && ctx.Err() == nil {
		s.log.Warn("callers of the silent hotline cannot be looked after; it is tried again", zap.Error(err))
	}
	return now
}

func (s *Sentinel) heartbeat(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	return s.ari.Asterisk.GlobalVar(ctx, s.cfg.Heartbeat)
}

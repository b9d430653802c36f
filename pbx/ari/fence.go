package ari

import (
	"context"
	"crypto/rand"
	"fmt"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap"
)

const fencePrefix = "fence-"

// fenceMark is a fence that came back.
type fenceMark struct {
	name     string
	at       time.Time     // switch's clock
	received time.Time     // ours, monotonic
	lag      time.Duration // from before its sending to its return
}

// fence sends a fence and waits for it.
func (s *session) fence(ctx context.Context) (fenceMark, error) {
	name := fencePrefix + strings.ToLower(rand.Text())
	c := make(chan fenceMark, 1)
	s.mu.Lock()
	s.fences[name] = c
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.fences, name)
		s.mu.Unlock()
	}()

	sent := time.Now()
	ctx, cancel := context.WithTimeoutCause(ctx, s.link.options.FenceTimeout, ErrFence)
	defer cancel()
	if err := s.link.control.Events.User(ctx, name, s.link.options.App, nil); err != nil {
		return fenceMark{}, fmt.Errorf("send fence: %w", err)
	}
	select {
	case m := <-c:
		m.lag = m.received.Sub(sent)
		s.link.mu.Lock()
		s.link.fence = m
		s.link.mu.Unlock()
		return m, nil
	case <-ctx.Done():
		return fenceMark{}, context.Cause(ctx)
	}
}

// returned gives a fence that came back to who waits for it.
func (s *session) returned(m *ChannelUserevent) {
	if !strings.HasPrefix(m.EventName, fencePrefix) {
		return
	}
	s.mu.Lock()
	c := s.fences[m.EventName]
	s.mu.Unlock()
	if c != nil {
		c <- fenceMark{name: m.EventName, at: m.Timestamp.Time, received: time.Now()}
	}
}

// heartbeat fences for as long as the session lives and returns why it ended.
func (s *session) heartbeat(ctx context.Context, mark fenceMark) error {
	o := &s.link.options
	for {
		began := time.Now()
		if err := s.announce(ctx, mark); err != nil && !o.Unfenced {
			return err
		}
		// From beat to beat, however long the switch takes to answer.
		if err := sleep(ctx, o.HeartbeatInterval-time.Since(began)); err != nil {
			return err
		}
		if o.Unfenced {
			mark.at = s.link.Now()
			continue
		}
		if s.stalled() {
			return ErrStalled
		}
		var err error
		if mark, err = s.fence(ctx); err != nil {
			return err
		}
	}
}

// announce tells the dialplan that the hotline lived at the time of the fence.
func (s *session) announce(ctx context.Context, mark fenceMark) error {
	o := &s.link.options
	if o.HeartbeatVariable == "" {
		return nil
	}
	if o.Alive != nil {
		if err := o.Alive(); err != nil {
			o.Log.Error("no heartbeat is written", zap.Error(err))
			return nil
		}
	}
	ctx, cancel := context.WithTimeout(ctx, o.FenceTimeout)
	defer cancel()
	return s.link.control.Asterisk.SetGlobalVar(ctx, o.HeartbeatVariable, strconv.FormatInt(mark.at.Unix(), 10))
}

// Fence returns when everything the switch had queued for the application
// before the call has been given to the FIFO.
func (l *Link) Fence(ctx context.Context) error {
	l.mu.Lock()
	s := l.current
	l.mu.Unlock()
	if err := l.Up(); err != nil || s == nil {
		return fmt.Errorf("fence: %w", err)
	}
	_, err := s.fence(ctx)
	return err
}

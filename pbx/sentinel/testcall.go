package sentinel

import (
	"context"
	"time"

	"go.uber.org/zap"

	"sansheng/pbx/sip/probe"
	"sansheng/pbx/sip/tone"
)

// A test call hears its own tone, which nobody else's is. Its parts are bounded so
// that two failed calls and the time between two tests are less than a minute.
const (
	testNumber = "test"
	testTone   = 1200 // Hz
	testAnswer = 4 * time.Second
	testAudio  = 2 * time.Second
	testAtMost = 7 * time.Second
)

// testCalls places one test call after the other until ctx ends.
func (s *Sentinel) testCalls(ctx context.Context) {
	tick := time.NewTicker(s.cfg.TestCall)
	defer tick.Stop()
	for {
		err := s.testCall(ctx)
		if err != nil && ctx.Err() == nil {
			err = s.testCall(ctx) // a single lost packet is no alarm
		}
		if ctx.Err() != nil {
			return
		}
		s.board.Set("sip_dead", err)
		s.set(func(st *Status) {
			st.SIP = alive
			if err != nil {
				st.SIP = dead
			}
		})
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

func (s *Sentinel) testCall(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, testAtMost)
	defer cancel()
	r, err := probe.Call(ctx,
		probe.Target{Server: s.cfg.SIP, User: s.cfg.User, Password: s.cfg.Password},
		probe.Order{
			To: testNumber, From: s.cfg.User, Answer: testAnswer, Audio: testAudio,
			Expect: testTone, Send: tone.Tone{Hz: testTone},
		})
	if err != nil {
		s.metrics.testCalls.WithLabelValues("failed").Inc()
		s.log.Warn("a test call failed", zap.Error(err))
		return err
	}
	s.metrics.testCalls.WithLabelValues("heard").Inc()
	s.metrics.testAnswer.Set(r.Answered.Seconds())
	s.metrics.testAudio.Set(r.Audio.Seconds())
	return nil
}

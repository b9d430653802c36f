package ari

import (
	"context"
	"strings"
	"time"

	"go.uber.org/zap"

	"sansheng/pbx"
)

// silenceLooks is how often a phone is listened to within SilentAfter, heldFactor how
// much longer one may be silent that holds its call.
const (
	silenceLooks = 15
	heldFactor   = 20
)

// ear knows how long the watched phones have sent no audio. The switch has a look of
// its own (rtp_timeout), which asks the time of day: where that is set forward it
// takes every talk for silent at once, and drops them. Here only the switch's counts
// of packets are asked, against our monotonic clock.
type ear struct {
	session *session
	phones  map[string]*phoneAudio
}

// phoneAudio is what the switch has received from a channel, and since when no more.
type phoneAudio struct {
	packets int64
	since   time.Time
	held    bool // when last asked; it is, once the phone has been silent
}

// listen hangs up the channels of watched endpoints that are answered and have sent
// no audio for SilentAfter, as by a phone without power or network, until ctx ends. What
// is left of the call is the engine's to decide, which learns of it by event.
func (s *session) listen(ctx context.Context) {
	after := s.link.options.SilentAfter
	if after < 0 {
		return
	}
	e := &ear{session: s, phones: map[string]*phoneAudio{}}
	for sleep(ctx, after/silenceLooks) == nil {
		if err := e.look(ctx); err != nil && ctx.Err() == nil {
			s.link.options.Log.Warn("phones are not listened to", zap.Error(err))
		}
	}
}

func (e *ear) look(ctx context.Context) error {
	l := e.session.link
	channels, err := l.control.Channels.List(ctx)
	if err != nil {
		return err
	}
	up := make(map[string]*phoneAudio, len(e.phones))
	for i := range channels {
		c := &channels[i]
		if c.State != "Up" || !l.watches(endpointOf(c.Name)) {
			continue
		}
		a, err := e.hear(ctx, c.ID)
		if err != nil {
			// Gone meanwhile, or not told: what is not known counts from the next look.
			continue
		}
		up[c.ID] = a
		if silent := time.Since(a.since); silent >= l.options.SilentAfter {
			e.end(ctx, c, a, silent)
		}
	}
	e.phones = up
	return nil
}

// hear asks what a channel has received.
func (e *ear) hear(ctx context.Context, id string) (*phoneAudio, error) {
	stat, err := e.session.link.control.Channels.RTPStatistics(ctx, id)
	if err != nil {
		return nil, err
	}
	if a := e.phones[id]; a != nil && a.packets == stat.RxCount {
		return a, nil
	}
	return &phoneAudio{packets: stat.RxCount, since: time.Now()}, nil
}

// end hangs a silent channel up, unless its phone holds the call: most send nothing
// then. Who has just ended a hold gets the whole time for his first packet.
func (e *ear) end(ctx context.Context, c *Channel, a *phoneAudio, silent time.Duration) {
	l := e.session.link
	was := a.held
	held, err := l.control.Channels.Var(ctx, c.ID, "CHANNEL(rtp,hold)")
	if err != nil {
		return
	}
	switch a.held = held == "1"; {
	case a.held && silent < heldFactor*l.options.SilentAfter:
		return
	case was && !a.held:
		a.since = time.Now()
		return
	}
	l.options.Log.Warn("a phone sends no audio: its call is ended", zap.String("channel", c.Name), zap.Duration("silent", silent))
	if err := l.client.Channels.Hangup(ctx, c.ID, int(pbx.CauseLost)); err != nil && !Gone(err) {
		l.options.Log.Warn("a silent phone's call is not ended", zap.String("channel", c.Name), zap.Error(err))
	}
}

// watches tells whether an endpoint is one of WatchEndpoints.
func (l *Link) watches(id pbx.EndpointID) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.watched[id]
}

// endpointOf is the endpoint in a channel's name, as in PJSIP/1001-00000003.
func endpointOf(channel string) pbx.EndpointID {
	i := strings.LastIndexByte(channel, '-')
	return pbx.EndpointID(channel[:max(i, 0)])
}

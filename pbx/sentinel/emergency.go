package sentinel

import (
	"context"
	"slices"
	"strings"
	"time"

	"sansheng/pbx/ari"
)

// Those on call are, more often than not, those who answer the emergency lines: an
// alarm's call takes a phone that a caller may need.
const (
	yieldEvery = time.Second
	// yieldMost is how long an alarm's call waits for callers at a time, and
	// yieldTimes how often it gives way on one phone. Callers who wait longer than
	// that are an alarm of their own, which does not give way.
	yieldMost  = 15 * time.Second
	yieldTimes = 3
)

// pressing are the alarms that say that nobody looks after emergency callers, so
// that somebody must be called: they go first and give way to nobody.
var pressing = []string{"emergency_waiting", "no_agents"}

// emergencyWaits tells whether a caller on an emergency line is with nobody yet, in
// the hotline or in a queue of the fallback.
func (s *Sentinel) emergencyWaits(ctx context.Context) bool {
	if len(s.cfg.Emergency) == 0 {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	channels, err := s.ari.Channels.List(ctx)
	if err != nil || !slices.ContainsFunc(channels, s.onEmergency) {
		return false
	}
	bridges, err := s.ari.Bridges.List(ctx)
	if err != nil {
		return false
	}
	joined := map[string]bool{}
	for _, b := range bridges {
		for _, id := range b.Channels {
			joined[id] = len(b.Channels) > 1
		}
	}
	return slices.ContainsFunc(channels, func(c ari.Channel) bool { return s.onEmergency(c) && !joined[c.ID] })
}

// onEmergency tells whether it is the channel of a caller on an emergency line.
func (s *Sentinel) onEmergency(c ari.Channel) bool {
	if args, inApp := arguments(&c, s.cfg.App); inApp {
		return len(args) == 3 && args[0] == "inbound" && (isEmergency(&c) || slices.Contains(s.cfg.Emergency, args[1]))
	}
	if isEmergency(&c) && slices.Contains(waits, c.Dialplan.AppName) {
		return true
	}
	queue, _, _ := strings.Cut(c.Dialplan.AppData, ",")
	return c.Dialplan.AppName == "Queue" && slices.Contains(s.cfg.EmergencyQueues, queue)
}

// waits are the applications of the fallback in which a caller waits: in its queue, for those
// on duty or on call, and between two rounds.
var waits = []string{"Queue", "Dial", "MusicOnHold"}

// isEmergency tells whether a channel is an emergency caller's by what the dialplan or the
// hotline has set on it: he may have come from another line, by a key or a transfer.
func isEmergency(c *ari.Channel) bool { return c.ChannelVars["LINE_EMERGENCY"] == "1" }

// clear waits until no emergency caller does, or an alarm says so; at most for
// yieldMost.
func (c *chain) clear(ctx context.Context, name string) {
	ctx, cancel := context.WithTimeout(ctx, yieldMost)
	defer cancel()
	for !c.overtaken(name) && c.needed(ctx) && sleep(ctx, yieldEvery) {
	}
}

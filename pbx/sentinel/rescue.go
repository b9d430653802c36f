package sentinel

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"

	"go.uber.org/zap"

	"sansheng/pbx"
	"sansheng/pbx/ari"
)

// place is where in the dialplan a caller is sent.
type place struct{ context, extension string }

// Where callers are sent: to the fallback, whose ledger has it that it was by us, and who leaves
// a message to where he is told that it is kept.
var (
	toFallback = place{"fallback", "sentinel"}
	toKept     = place{"message", "kept"}
)

// pushAgain is how long a caller who was sent away may still be on his way: a
// channel obeys after the prompt it plays.
const pushAgain = 5 * time.Second

// stepTime bounds the looks and the act of one step.
const stepTime = 4 * time.Second

// talkBridge and agentLeg are how the hotline names the bridges of those who talk, two or
// three, and the agents' channels.
var (
	talkBridge = regexp.MustCompile(`^.+-(?:talk|party)\d+$`)
	agentLeg   = regexp.MustCompile(`^.+-agent\d+$`)
)

// stranded are those whom a silent hotline leaves waiting: agents' legs that
// nobody was joined to, and callers.
type stranded struct {
	emergencies, callers []string // in the order in which they are sent away
	legs                 []string
	messages             []string // callers who leave one
}

// talkingIn are those who are in a talk bridge with another.
func talkingIn(bridges []ari.Bridge) map[string]bool {
	talking := map[string]bool{}
	for _, b := range bridges {
		if !talkBridge.MatchString(b.ID) || len(b.Channels) < 2 {
			continue
		}
		for _, id := range b.Channels {
			talking[id] = true
		}
	}
	return talking
}

// strandedIn finds them.
func strandedIn(channels []ari.Channel, bridges []ari.Bridge, app string, emergency []string) stranded {
	talking := talkingIn(bridges)
	var out stranded
	type caller struct {
		id   string
		late bool // no emergency
		at   time.Time
	}
	var callers []caller
	for i := range channels {
		c := &channels[i]
		if talking[c.ID] {
			continue
		}
		args, inApp := arguments(c, app)
		switch {
		case inApp && len(args) == 3 && args[0] == "inbound":
			callers = append(callers, caller{c.ID, !isEmergency(c) && !slices.Contains(emergency, args[1]), c.CreationTime.Time})
		case inApp && args[0] == "outbound" && c.ChannelVars["role"] == "caller" && c.ChannelVars["number"] == "":
			// He has called: who was called has a number there. His recording was paused or
			// resumed, and his line is not told since: he may be an emergency.
			callers = append(callers, caller{c.ID, false, c.CreationTime.Time})
		case inApp && args[0] == "message":
			out.messages = append(out.messages, c.ID)
		case agentLeg.MatchString(c.ID) && (c.ChannelVars["role"] == "agent" || inApp && args[0] == "offer"):
			out.legs = append(out.legs, c.ID)
		}
	}
	slices.SortStableFunc(callers, func(a, b caller) int {
		if a.late != b.late {
			if b.late {
				return -1
			}
			return 1
		}
		return a.at.Compare(b.at)
	})
	for _, c := range callers {
		if c.late {
			out.callers = append(out.callers, c.id)
		} else {
			out.emergencies = append(out.emergencies, c.id)
		}
	}
	return out
}

// arguments are those a channel is in the application with.
func arguments(c *ari.Channel, app string) ([]string, bool) {
	args := strings.Split(c.Dialplan.AppData, ",")
	if c.Dialplan.AppName != "Stasis" || len(args) < 2 || args[0] != app {
		return nil, false
	}
	return args[1:], true
}

// rescue sends the callers to the fallback, and frees the phones before: but emergency
// callers wait for nothing, for each step takes long where the switch is slow. It goes
// on as long as the heartbeat is the one of before. Its error is what keeps it from
// looking.
func (s *Sentinel) rescue(ctx context.Context, heartbeat string) error {
	found, err := s.stranded(ctx)
	if err != nil {
		return err
	}
	s.goesOn(ctx)
	s.push(ctx, heartbeat, toFallback, found.emergencies)
	for _, id := range found.legs {
		s.step(ctx, heartbeat, "leg", id, func(ctx context.Context) error {
			return s.ari.Channels.Hangup(ctx, id, int(pbx.CauseNormal))
		})
	}
	s.push(ctx, heartbeat, toFallback, found.callers)
	s.push(ctx, heartbeat, toKept, found.messages)
	return nil
}

// push sends callers to a place.
func (s *Sentinel) push(ctx context.Context, heartbeat string, to place, callers []string) {
	for _, id := range callers {
		if time.Since(s.pushed[id]) < pushAgain {
			continue
		}
		s.step(ctx, heartbeat, "caller", id, func(ctx context.Context) error {
			err := s.ari.Channels.Continue(ctx, id, to.context, to.extension, 1)
			if err == nil {
				s.pushed[id] = time.Now()
			}
			return err
		})
	}
}

// stranded looks who is.
func (s *Sentinel) stranded(ctx context.Context) (stranded, error) {
	ctx, cancel := context.WithTimeout(ctx, stepTime)
	defer cancel()
	channels, err := s.ari.Channels.List(ctx)
	if err != nil {
		return stranded{}, err
	}
	bridges, err := s.ari.Bridges.List(ctx)
	if err != nil {
		return stranded{}, err
	}
	return strandedIn(channels, bridges, s.cfg.App, s.cfg.Emergency), nil
}

// step does something to one channel, if it is called for. Where many wait and the
// switch is slow all steps together take long: we go on meanwhile.
func (s *Sentinel) step(ctx context.Context, heartbeat, what, id string, do func(context.Context) error) {
	bounded, cancel := context.WithTimeout(ctx, stepTime)
	defer cancel()
	if s.called(bounded, heartbeat, id) {
		s.done(what, id, do(bounded))
	}
	s.goesOn(ctx)
}

// called looks once more, just before a step: is the channel still in its
// application, was nobody joined to it meanwhile, and is the hotline still silent?
// The heart is last: one that beats late does not beat before it joins people.
func (s *Sentinel) called(ctx context.Context, heartbeat, id string) bool {
	c, err := s.ari.Channels.Get(ctx, id)
	if err != nil {
		return false
	}
	if _, inApp := arguments(c, s.cfg.App); !inApp && !agentLeg.MatchString(id) {
		return false
	}
	bridges, err := s.ari.Bridges.List(ctx)
	if err != nil || talkingIn(bridges)[id] {
		return false
	}
	now, err := s.heartbeat(ctx)
	return err == nil && now == heartbeat
}

// done counts a step. One that met a channel's end is none.
func (s *Sentinel) done(what, id string, err error) {
	switch {
	case ari.Gone(err):
	case err != nil:
		s.metrics.rescues.WithLabelValues(what, "failed").Inc()
		s.log.Warn("a step for callers of the silent hotline failed", zap.String("of", what), zap.String("channel", id), zap.Error(err))
	default:
		s.metrics.rescues.WithLabelValues(what, "done").Inc()
		s.log.Info("taken from the silent hotline", zap.String("what", what), zap.String("channel", id))
	}
}

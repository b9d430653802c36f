package ari

import (
	"strings"
	"time"

	"sansheng/pbx"
)

// allowed are the types of events the switch is asked to send. ApplicationReplaced
// is subject to the filter too; RESTResponse is there so that others may use the
// same application name with requests over a WebSocket of their own.
var allowed = []string{
	"StasisStart", "StasisEnd", "ChannelDestroyed", "ChannelStateChange", "ChannelHangupRequest",
	"ChannelDtmfReceived", "ChannelTalkingStarted", "ChannelTalkingFinished", "ChannelHold", "ChannelUnhold", "ChannelUserevent", "ChannelTransfer", "Dial",
	"ChannelEnteredBridge", "ChannelLeftBridge", "BridgeDestroyed",
	"PlaybackStarted", "PlaybackFinished",
	"EndpointStateChange", "PeerStatusChange", "ContactStatusChange",
	"ApplicationReplaced", "RESTResponse",
}

var wanted = func() map[string]bool {
	m := map[string]bool{}
	for _, t := range allowed {
		m[t] = t != "RESTResponse"
	}
	return m
}()

// translator turns one connection's messages into pbx events and drops what
// repeats. It belongs to its session's mutex.
type translator struct {
	app string
	// rank holds the highest state told of a channel, until it is gone or has
	// left. ChannelStateChange and Dial tell the same from different threads of
	// the switch, in no fixed order.
	rank map[string]rank
	// gone holds the last channels that ended: what a slow thread of the switch
	// says of them afterwards is dropped.
	gone    map[string]bool
	goneIDs [256]string
	goneAt  int
	playing map[string]bool
	reach   map[pbx.EndpointID]bool
}

type rank int

const (
	rankAlerting rank = iota + 1
	rankUp
)

func newTranslator(app string) *translator {
	return &translator{
		app: app, rank: map[string]rank{}, gone: map[string]bool{},
		playing: map[string]bool{}, reach: map[pbx.EndpointID]bool{},
	}
}

func (t *translator) events(ms []Message) []pbx.Event {
	var out []pbx.Event
	for _, m := range ms {
		out = append(out, t.event(m)...)
	}
	return out
}

// event translates one message into none or one event.
func (t *translator) event(m Message) []pbx.Event {
	at := pbx.At(m.Head().Timestamp.Time)
	if e := t.channelEvent(at, m); e != nil {
		return []pbx.Event{e}
	}
	if e := t.otherEvent(at, m); e != nil {
		return []pbx.Event{e}
	}
	return nil
}

func (t *translator) channelEvent(at pbx.At, m Message) pbx.Event {
	switch m := m.(type) {
	case *StasisStart:
		return t.entered(at, m)
	case *StasisEnd:
		if m.Channel != nil {
			delete(t.rank, m.Channel.ID)
			return pbx.ChannelLeft{At: at, Channel: pbx.ChannelID(m.Channel.ID)}
		}
	case *ChannelDestroyed:
		return t.ended(at, m)
	case *ChannelStateChange:
		return t.state(at, m.Channel)
	case *Dial:
		return t.dial(at, m)
	case *ChannelHangupRequest:
		if m.Channel != nil {
			return pbx.HangupRequested{At: at, Channel: pbx.ChannelID(m.Channel.ID), Cause: pbx.Cause(m.Cause), TechCause: int(m.TechCause)}
		}
	case *ChannelDtmfReceived:
		if m.Channel != nil {
			return pbx.DigitPressed{At: at, Channel: pbx.ChannelID(m.Channel.ID), Digit: m.Digit, Duration: time.Duration(m.DurationMS) * time.Millisecond}
		}
	case *ChannelTransfer:
		if c := m.ReferredBy.SourceChannel; c != nil {
			asked := pbx.TransferAsked{At: at, Channel: pbx.ChannelID(c.ID)}
			if m.ReferTo.DestinationChannel == nil { // else it would have two of its calls joined
				asked.To = m.ReferTo.RequestedDestination.Destination
			}
			return asked
		}
	case *ChannelTalkingStarted:
		if m.Channel != nil {
			return pbx.VoiceBegan{At: at, Channel: pbx.ChannelID(m.Channel.ID)}
		}
	case *ChannelTalkingFinished:
		if m.Channel != nil {
			return pbx.VoiceEnded{At: at, Channel: pbx.ChannelID(m.Channel.ID)}
		}
	case *ChannelHold:
		if m.Channel != nil {
			return pbx.Held{At: at, Channel: pbx.ChannelID(m.Channel.ID)}
		}
	case *ChannelUnhold:
		if m.Channel != nil {
			return pbx.Unheld{At: at, Channel: pbx.ChannelID(m.Channel.ID)}
		}
	}
	return nil
}

func (t *translator) otherEvent(at pbx.At, m Message) pbx.Event {
	switch m := m.(type) {
	case *ChannelEnteredBridge:
		if m.Bridge != nil && m.Channel != nil {
			return pbx.BridgeEntered{At: at, Bridge: pbx.BridgeID(m.Bridge.ID), Channel: pbx.ChannelID(m.Channel.ID)}
		}
	case *ChannelLeftBridge:
		if m.Bridge != nil && m.Channel != nil {
			return pbx.BridgeLeft{At: at, Bridge: pbx.BridgeID(m.Bridge.ID), Channel: pbx.ChannelID(m.Channel.ID)}
		}
	case *BridgeDestroyed:
		if m.Bridge != nil {
			return pbx.BridgeGone{At: at, Bridge: pbx.BridgeID(m.Bridge.ID)}
		}
	case *PlaybackStarted:
		if !t.playing[m.Playback.ID] { // one is sent for each medium of the list
			t.playing[m.Playback.ID] = true
			return pbx.PlaybackStarted{At: at, Playback: pbx.PlaybackID(m.Playback.ID), Channel: target(&m.Playback)}
		}
	case *PlaybackFinished:
		delete(t.playing, m.Playback.ID)
		return pbx.PlaybackFinished{At: at, Playback: pbx.PlaybackID(m.Playback.ID), Channel: target(&m.Playback), Failed: m.Playback.State == "failed"}
	case *EndpointStateChange:
		return t.endpoint(at, m.Endpoint)
	case *PeerStatusChange:
		return t.endpoint(at, m.Endpoint)
	case *ContactStatusChange:
		return t.endpoint(at, m.Endpoint)
	}
	return nil
}

func (t *translator) entered(at pbx.At, m *StasisStart) pbx.Event {
	if m.Channel == nil {
		return nil
	}
	e := pbx.ChannelEntered{At: at, Channel: channelOf(m.Channel, t.app)}
	e.Channel.InApp, e.Channel.Args = true, m.Args
	if m.ReplaceChannel != nil {
		e.Replaces = pbx.ChannelID(m.ReplaceChannel.ID)
	}
	return e
}

func (t *translator) ended(at pbx.At, m *ChannelDestroyed) pbx.Event {
	if m.Channel == nil || t.gone[m.Channel.ID] {
		return nil
	}
	id := m.Channel.ID
	delete(t.rank, id)
	delete(t.gone, t.goneIDs[t.goneAt])
	t.goneIDs[t.goneAt], t.gone[id] = id, true
	t.goneAt = (t.goneAt + 1) % len(t.goneIDs)
	return pbx.ChannelGone{At: at, Channel: pbx.ChannelID(id), Cause: pbx.Cause(m.Cause), TechCause: int(m.TechCause)}
}

func (t *translator) state(at pbx.At, c *Channel) pbx.Event {
	if c == nil {
		return nil
	}
	switch pbx.ChannelState(c.State) {
	case pbx.ChannelRinging:
		return t.rise(at, c, rankAlerting)
	case pbx.ChannelUp:
		return t.rise(at, c, rankUp)
	}
	return nil
}

func (t *translator) dial(at pbx.At, m *Dial) pbx.Event {
	if m.Peer == nil {
		return nil
	}
	switch m.Dialstatus {
	case "RINGING", "PROGRESS":
		return t.rise(at, m.Peer, rankAlerting)
	case "ANSWER":
		return t.rise(at, m.Peer, rankUp)
	}
	return nil
}

// rise tells a state once, and never one below what was told.
func (t *translator) rise(at pbx.At, c *Channel, r rank) pbx.Event {
	if t.gone[c.ID] || t.rank[c.ID] >= r {
		return nil
	}
	t.rank[c.ID] = r
	id, endpoint := pbx.ChannelID(c.ID), pbx.Channel{Name: c.Name}.Endpoint()
	if r == rankUp {
		return pbx.ChannelAnswered{At: at, Channel: id, Endpoint: endpoint}
	}
	return pbx.ChannelAlerting{At: at, Channel: id, Endpoint: endpoint}
}

// endpoint tells changes only. All three kinds of events carry the endpoint's
// state, and the switch sends all three for one registration.
func (t *translator) endpoint(at pbx.At, e *Endpoint) pbx.Event {
	if e == nil || e.Technology == "" {
		return nil
	}
	id, now := endpointID(e), reachable(e)
	if was, known := t.reach[id]; known && was == now {
		return nil
	}
	t.reach[id] = now
	return pbx.EndpointChanged{At: at, Endpoint: id, Reachable: now}
}

func (t *translator) reached(all []pbx.Endpoint) {
	for _, e := range all {
		t.reach[e.ID] = e.Reachable
	}
}

// target is the channel a playback is played to, empty for a bridge.
func target(p *Playback) pbx.ChannelID {
	id, _ := strings.CutPrefix(p.TargetURI, "channel:")
	if id == p.TargetURI {
		return ""
	}
	return pbx.ChannelID(id)
}

func endpointID(e *Endpoint) pbx.EndpointID { return pbx.EndpointID(e.Technology + "/" + e.Resource) }

func reachable(e *Endpoint) bool { return e.State == "online" }

func (c *Client) channelOf(ch *Channel) pbx.Channel { return channelOf(ch, c.config.App) }

// channelOf tells from the dialplan's place whether a channel is in the application.
func channelOf(c *Channel, app string) pbx.Channel {
	out := pbx.Channel{
		ID: pbx.ChannelID(c.ID), Name: c.Name, State: pbx.ChannelState(c.State),
		Caller: pbx.Party{Number: c.Caller.Number, Name: c.Caller.Name}, CreatedAt: c.CreationTime.Time, Context: c.Dialplan.Context, Vars: c.ChannelVars,
	}
	if c.Dialplan.AppName == "Stasis" {
		args := strings.Split(c.Dialplan.AppData, ",")
		if args[0] == app {
			out.InApp, out.Args = true, args[1:]
		}
	}
	return out
}

package cti

import (
	"time"

	"sansheng/pbx"
)

// featureCode carries out what an agent dialled on his own phone: *11 ready,
// *10 not ready, *12 wrap-up done. He is told what he is then.
func (h *Hotline) featureCode(at time.Time, ch pbx.Channel) {
	a := h.agents[AgentID(ch.Args[2])]
	prompt := "sound:now-ready"
	switch {
	case a == nil:
		h.do(pbx.Hangup{Channel: ch.ID, Cause: pbx.CauseRejected})
		return
	case a.Leader:
		prompt = "sound:code-refused"
	case ch.Args[1] == "*11" || ch.Args[1] == "*12" && a.State == WrapUp:
		h.setState(at, SetState{Agent: a.ID, State: Ready, Reason: "feature code " + ch.Args[1]})
	case ch.Args[1] == "*10":
		h.setState(at, SetState{Agent: a.ID, State: Paused, Reason: "feature code *10"})
		prompt = "sound:now-paused"
	default:
		prompt = "sound:code-refused"
	}
	h.do(
		pbx.Answer{Channel: ch.ID},
		pbx.Play{Channel: ch.ID, Playback: pbx.PlaybackID(string(ch.ID) + "-code"), Media: []string{prompt}},
		pbx.Continue{Channel: ch.ID, Done: true},
	)
}

// CodePrompt tells whether a prompt is what agents' phones say to codes.
func CodePrompt(name string) bool {
	return name == "now-ready" || name == "now-paused" || name == "code-refused"
}

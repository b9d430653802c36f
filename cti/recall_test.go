package cti

import (
	"fmt"
	"testing"
	"time"

	"sansheng/cti/flow"
	"sansheng/pbx"
)

func whoNode() []flow.Node {
	return []flow.Node{
		{ID: "who", Kind: flow.Caller, Exits: exits("vip", "vips", "ticket", "owed", "repeat", "again", "other", "first")},
		{ID: "vips", Kind: flow.Queue, To: "repair"},
		{ID: "owed", Kind: flow.Queue, To: "repair"},
		{ID: "again", Kind: flow.Queue, To: "service"},
		{ID: "first", Kind: flow.Queue, To: "service"},
	}
}

// comesAgain ends his call, and comes again after a while.
func (r *ride) comesAgain(after time.Duration, id, number string) {
	r.handle(r.at.Add(time.Second), pbx.HangupRequested{At: pbx.At(r.at.Add(time.Second)), Channel: "c1"})
	for _, ch := range []pbx.ChannelID{"c1", "c1-agent1"} {
		r.handle(r.at, pbx.ChannelGone{At: pbx.At(r.at), Channel: ch, Cause: pbx.CauseNormal})
	}
	r.seen = nil
	r.feed(fmt.Sprintf("%s arrives %s 800200 %s", r.at.Sub(epoch)+after, id, number))
}

func TestFlowKnowsWhoCallsAgain(t *testing.T) {
	for _, c := range []struct {
		after  time.Duration
		number string
		way    string
	}{
		{time.Minute, "13800138000", "[who again]"},
		{23*time.Hour + 59*time.Minute, "13800138000", "[who again]"},
		{24 * time.Hour, "13800138000", "[who first]"},
		{time.Minute, "13800138001", "[who first]"},
	} {
		r := rideOn(t, "13800138000", whoNode()...)
		r.wants("[who first]", CallQueued)
		r.comesAgain(c.after, "c2", c.number)
		r.wants(c.way, CallQueued)
	}
	r := rideOn(t, "13900000009", whoNode()...)
	r.comesAgain(time.Minute, "c2", "13900000009")
	r.wants("[who vips]", CallQueued) // first, whatever else he is

	r = rideOn(t, "13800138000", flow.Node{ID: "bye", Kind: flow.HangUp, Say: []string{"goodbye"}})
	r.over(false) // he has had his answer
	r.comesAgain(time.Minute, "c2", "13800138000")
	if r.h.is(r.at, r.h.calls["c2"], flow.Repeat) {
		t.Error("whom the flow has hung up has called before")
	}
}

// Whom a call is owed has a ticket until he is called.
func TestFlowKnowsTickets(t *testing.T) {
	r := rideOn(t, "13800138000", whoNode()...)
	r.handle(r.at, SetState{Agent: "1001", State: Paused})
	r.h.emitCall(r.at, r.h.calls["c1"], CallbackAsked, "", &CallbackAskedData{Queue: "service", Number: "13800138000"})
	r.comesAgain(time.Minute, "c2", "13800138000")
	r.wants("[who owed]", CallQueued)
	if got := r.h.Caller(r.at, "800200", "13800138000"); fmt.Sprint(got) != "[ticket]" {
		t.Errorf("known of him: %v", got)
	}
}

// The memory is bounded by numbers and by time, and goes with a clock that is set.
func TestRecalls(t *testing.T) {
	var r recalls
	o := func(i int) origin { return origin{"demo", fmt.Sprint(i)} }
	for i := range recallMost + 5 {
		r.note(o(i), epoch.Add(time.Duration(i)*time.Second))
	}
	now := epoch.Add(recallMost * time.Second)
	if len(r.at) != recallMost || len(r.order) != recallMost || r.called(o(4), now) || !r.called(o(5), now) {
		t.Errorf("%d of %d numbers", len(r.at), len(r.order))
	}
	r.note(o(5), now)
	r.note(o(6), now.Add(recallFor-time.Second))
	if !r.called(o(5), now.Add(recallFor-time.Second)) || r.called(o(5), now.Add(recallFor)) || len(r.order) != 7 {
		t.Errorf("%d are remembered a day later", len(r.order))
	}
	r.step(-time.Hour)
	if r.called(o(5), now.Add(recallFor-time.Hour)) || !r.called(o(6), now.Add(recallFor-time.Hour)) {
		t.Error("the clock was set, and the memory was not")
	}
	if r.note(origin{"demo", ""}, now); r.called(origin{"demo", ""}, now) {
		t.Error("who has no number has called")
	}
	var back recalls
	back.recall(r.fact().Data.(*RecalledData))
	if fmt.Sprint(back) != fmt.Sprint(r) {
		t.Errorf("from a snapshot: %v, want %v", back, r)
	}
}

package cti

import (
	"errors"
	"slices"
	"testing"
	"time"

	"sansheng/pbx"
)

// linked is a hotline that agrees with an empty switch, with one phone registered
// where reachable names it.
func linked(reachable pbx.EndpointID) *Hotline {
	h := NewHotline("e1", DemoPlan(0))
	up := pbx.LinkUp{At: pbx.At(epoch), Snapshot: pbx.Snapshot{At: epoch, StartedAt: epoch}}
	if reachable != "" {
		up.Snapshot.Endpoints = []pbx.Endpoint{{ID: reachable, Reachable: true}}
	}
	h.Handle(epoch, up)
	return h
}

func commandsOf[C pbx.Command](out Outcome) []C {
	var all []C
	for _, c := range out.Commands {
		if c, ok := c.(C); ok {
			all = append(all, c)
		}
	}
	return all
}

// TestArrivedTwice: a caller of whom two engines told, because the second had not
// read of him, is one caller: he keeps his place, one phone is rung for him, and
// none once he has left.
func TestArrivedTwice(t *testing.T) {
	t.Parallel()
	told := linked("")
	var facts []Fact
	for _, id := range []string{"c1", "c2"} {
		ch := pbx.Channel{ID: pbx.ChannelID(id), CreatedAt: epoch, InApp: true, Args: []string{"inbound", "800119", id}}
		facts = append(facts, told.Handle(epoch, pbx.ChannelEntered{At: pbx.At(epoch), Channel: ch}).Facts...)
	}
	h := linked("PJSIP/1007")
	for _, engine := range []string{"a", "b"} {
		for _, f := range facts {
			if f.Engine = engine; engine == "b" && f.Call == "c2" {
				continue
			}
			h.Apply(f)
		}
	}
	if live, waiting := h.Calls(); live != 2 || waiting != 2 {
		t.Fatalf("%d calls, %d wait", live, waiting)
	}
	at := epoch.Add(time.Second)
	dialled := 0
	for range 3 {
		for _, d := range commandsOf[pbx.Create](h.Handle(at, Tick{})) {
			if dialled++; d.Originator != "c1" {
				t.Errorf("a phone is rung for %s: the first caller has lost his place", d.Originator)
			}
		}
	}
	if dialled != 1 {
		t.Errorf("%d phones are rung for one caller", dialled)
	}
	for _, id := range []pbx.ChannelID{"c1-agent1", "c1", "c2"} {
		h.Handle(at, pbx.ChannelGone{At: pbx.At(at), Channel: id, Cause: pbx.CauseNormal})
	}
	later := at.Add(time.Minute)
	if live, _ := h.Calls(); live != 0 || len(commandsOf[pbx.Dial](h.Handle(later, Tick{}))) > 0 {
		t.Errorf("%d calls live on without a caller", live)
	}
}

// TestGreetedOnce: a caller whom another engine has answered, and of whom nothing
// else is known, is not greeted a second time, and hears music when his greeting
// must be over.
func TestGreetedOnce(t *testing.T) {
	t.Parallel()
	h := linked("")
	at := epoch.Add(2 * time.Second)
	out := h.Handle(at, pbx.LinkUp{At: pbx.At(at), Snapshot: pbx.Snapshot{At: at, StartedAt: epoch, Channels: []pbx.Channel{
		{ID: "c1", State: pbx.ChannelUp, CreatedAt: epoch, InApp: true, Args: []string{"inbound", "800100", "c1"}},
	}}})
	if p := commandsOf[pbx.Play](out); len(p) > 0 {
		t.Errorf("greeted anew: %+v", p)
	}
	if len(commandsOf[pbx.Watch](out)) != 1 || len(commandsOf[pbx.Lease](out)) != 1 {
		t.Errorf("not taken care of: %+v", out.Commands)
	}
	out = h.Handle(at.Add(snapshotPrompt), Tick{})
	if len(commandsOf[pbx.StartMusic](out)) != 1 {
		t.Errorf("silence: %+v", out.Commands)
	}
}

// TestAnsweredTooLate: an agent who answers while his phone is being hung up,
// because nobody knew whether it had been dialled, is not given the caller, who
// would be cut off with him.
func TestAnsweredTooLate(t *testing.T) {
	t.Parallel()
	h := linked("PJSIP/1007")
	ch := pbx.Channel{ID: "c1", CreatedAt: epoch, InApp: true, Args: []string{"inbound", "800119", "c1"}}
	dials := commandsOf[pbx.Dial](h.Handle(epoch, pbx.ChannelEntered{At: pbx.At(epoch), Channel: ch}))
	if len(dials) != 1 {
		t.Fatalf("dialled: %+v", dials)
	}
	at := epoch.Add(time.Second)
	h.Handle(at, pbx.CommandFailed{At: pbx.At(at), Command: dials[0], Err: pbx.ErrUncertain})
	out := h.Handle(at, pbx.ChannelAnswered{At: pbx.At(at), Channel: dials[0].Channel})
	if len(out.Facts) > 0 {
		t.Errorf("taken as answered: %+v", out.Facts)
	}
	out = h.Handle(at, pbx.ChannelGone{At: pbx.At(at), Channel: dials[0].Channel, Cause: pbx.CauseNormal})
	if hangups := commandsOf[pbx.Hangup](out); len(hangups) > 0 {
		t.Errorf("the caller is hung up: %+v", hangups)
	}
	if live, waiting := h.Calls(); live != 1 || waiting != 1 {
		t.Errorf("%d calls, %d wait", live, waiting)
	}
}

// TestRefusedAndMade: a switch that makes a channel and says that it did not is told to
// take it down: nobody else knows of it.
func TestRefusedAndMade(t *testing.T) {
	t.Parallel()
	h := linked("PJSIP/1007")
	ch := pbx.Channel{ID: "c1", CreatedAt: epoch, InApp: true, Args: []string{"inbound", "800119", "c1"}}
	creates := commandsOf[pbx.Create](h.Handle(epoch, pbx.ChannelEntered{At: pbx.At(epoch), Channel: ch}))
	if len(creates) != 1 {
		t.Fatalf("made: %+v", creates)
	}
	out := h.Handle(epoch, pbx.CommandFailed{At: pbx.At(epoch), Command: creates[0], Err: errors.New("status 500")})
	if hangups := commandsOf[pbx.Hangup](out); len(hangups) != 1 || hangups[0].Channel != creates[0].Channel {
		t.Errorf("hung up: %+v", hangups)
	}
	h = linked("PJSIP/1007")
	creates = commandsOf[pbx.Create](h.Handle(epoch, pbx.ChannelEntered{At: pbx.At(epoch), Channel: ch}))
	out = h.Handle(epoch, pbx.CommandFailed{At: pbx.At(epoch), Command: creates[0], Err: pbx.ErrUnreachable})
	if hangups := commandsOf[pbx.Hangup](out); len(hangups) != 0 {
		t.Errorf("there was nothing, and %+v", hangups)
	}
}

// TestMusicAfterAnswer: the switch ends a caller's music with each answer that it is
// ordered, so none comes after the music, or the music begins anew.
func TestMusicAfterAnswer(t *testing.T) {
	t.Parallel()
	h := linked("")
	ch := pbx.Channel{ID: "c1", CreatedAt: epoch, InApp: true, Args: []string{"inbound", "800119", "c1"}}
	h.Handle(epoch, pbx.ChannelEntered{At: pbx.At(epoch), Channel: ch})
	at := epoch.Add(15 * time.Second)
	last := func(out Outcome) (order string, answer pbx.Answer) { // what the last of both orders was
		for _, c := range out.Commands {
			switch c := c.(type) {
			case pbx.Answer:
				order, answer = "answer", c
			case pbx.StartMusic:
				order = "music"
			}
		}
		return order, answer
	}
	order, answer := last(h.Handle(at, Tick{}))
	if order != "answer" {
		t.Fatal("not answered after the third ring")
	}
	refused := pbx.CommandFailed{Command: answer, Err: errors.New("status 500")}
	h.Handle(at, refused)
	h.Handle(at, pbx.ChannelLeft{At: pbx.At(at), Channel: ch.ID}) // his lease ended at that moment
	at = at.Add(time.Minute)
	h.Handle(at, Tick{})
	if order, _ = last(h.Handle(at, pbx.ChannelEntered{At: pbx.At(at), Channel: ch})); order != "music" {
		t.Fatalf("he comes back to %q", order)
	}
	if order, _ = last(h.Handle(at.Add(retryDelay), Tick{})); order != "" {
		t.Errorf("of before he left there is still ordered: %q", order)
	}
	at = at.Add(retryDelay)
	h.Handle(at, pbx.PlaybackFinished{At: pbx.At(at), Channel: ch.ID, Playback: "c1-hold"})
	h.Handle(at, refused)
	if order, _ = last(h.Handle(at.Add(retryDelay), Tick{})); order != "music" {
		t.Errorf("answered again, he hears %q", order)
	}
}

// TestTakeOverBrokenOff: the facts of a leader who takes a call over may break off after any of
// them. Where the switch still has the agent in the talk no transfer is left on it: a call with
// one does not overflow, and those on call are not called for it.
func TestTakeOverBrokenOff(t *testing.T) {
	t.Parallel()
	_, facts, _ := enact(t, listened+`> 10s order 1010 take_over
`)
	began := slices.IndexFunc(facts, func(f Fact) bool { return f.Kind == TransferBegan })
	for n, last := range facts[began : began+2] {
		h, _, out := takenOver(t, facts[:began+n+1], "11s up c1:Up:app:inbound,800100 c1-agent1 c1-super2 c1-talk1=c1+c1-agent1 PJSIP/1001:on PJSIP/1002:on PJSIP/1010:on")
		c := h.calls["c1"]
		if c.Transfer != nil || c.State != CallTalking || c.Agent != "1001" || hungUp(out.Commands, "c1") || hungUp(out.Commands, "c1-agent1") {
			t.Errorf("after %s he is %s of %s, with the transfer %+v: %v", last.Kind, c.State, c.Agent, c.Transfer, out.Commands)
		}
	}
}

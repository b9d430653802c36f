package cti

import (
	"testing"
	"time"

	"sansheng/pbx"
)

// TestUnseen: a caller whom the switch refused for want of room, and two whom the
// sentinel took from a silent hotline, one of them known to it, each have a record
// that says so.
func TestUnseen(t *testing.T) {
	t.Parallel()
	h := NewHotline("e1", DemoPlan(0))
	h.Handle(epoch, pbx.LinkUp{At: pbx.At(epoch)})
	known := pbx.Channel{ID: "k", CreatedAt: epoch, InApp: true, Args: []string{"inbound", "800100", "known"}}
	h.Handle(epoch, pbx.ChannelEntered{At: pbx.At(epoch), Channel: known})
	at := epoch.Add(time.Second)
	for _, c := range []struct {
		in          Unseen
		reason      FallBackReason
		by          Role
		disposition Disposition
		abandoned   bool
	}{
		{Unseen{Call: "refused", Channel: "r", Cause: pbx.CauseBusy}, "", RoleSwitch, DispositionBusy, false},
		{Unseen{Call: "new", Channel: "n", Cause: pbx.CauseNormal, FellBackAt: at, BySentinel: true}, FellBySentinel, RoleCaller, DispositionNoAnswer, true},
		{Unseen{Call: "late", Channel: "l", Cause: pbx.CauseNormal, FellBackAt: at}, FellUnseen, RoleCaller, DispositionNoAnswer, true},
		{Unseen{Call: "known", Channel: "k", Cause: pbx.CauseNormal, FellBackAt: at, BySentinel: true}, FellBySentinel, RoleCaller, DispositionNoAnswer, true},
	} {
		c.in.DID, c.in.At, c.in.EndedAt = "800100", epoch, at
		var reason FallBackReason
		var ended *Ended
		for _, f := range h.Handle(at, c.in).Facts {
			switch d := f.Data.(type) {
			case *FellBack:
				reason = d.Reason
			case *Ended:
				ended = d
			}
		}
		if ended == nil || ended.Disposition != c.disposition || ended.By != c.by || ended.Abandoned != c.abandoned || reason != c.reason {
			t.Errorf("%s: fell back by %q, ended %+v", c.in.Call, reason, ended)
		}
	}
}

// TestUnseenServed: a caller whom the switch serves by itself stays there when the
// hotline is back.
func TestUnseenServed(t *testing.T) {
	t.Parallel()
	h := NewHotline("e1", DemoPlan(0))
	h.Handle(epoch, pbx.LinkUp{At: pbx.At(epoch)})
	at := epoch.Add(time.Second)
	h.Handle(at, Unseen{Call: "native", Channel: "n", DID: "800100", At: epoch, FellBackAt: at, BySentinel: true})
	out := h.Handle(at.Add(time.Second), pbx.LinkUp{At: pbx.At(at.Add(time.Second)), Snapshot: pbx.Snapshot{
		At: at.Add(time.Second), Channels: []pbx.Channel{{ID: "n", CreatedAt: epoch, Args: []string{"inbound", "800100", "native"}}},
	}})
	for _, f := range out.Facts {
		if f.Call == "native" {
			t.Errorf("%s of a caller who is served: %+v", f.Kind, f.Data)
		}
	}
}

// A caller who came right after the switch had been asked what it has, and whom the
// ledger told of before that was looked at, was put down as one whom the old switch had
// lost when it died, before he had come.
func TestUnseenYounger(t *testing.T) {
	t.Parallel()
	h := NewHotline("e1", DemoPlan(0))
	h.Handle(epoch, pbx.LinkUp{At: pbx.At(epoch), Snapshot: pbx.Snapshot{At: epoch, StartedAt: epoch}})
	h.Handle(epoch.Add(time.Second), pbx.LinkLost{At: pbx.At(epoch.Add(4 * time.Second)), HeardAt: epoch.Add(time.Second)})
	at := epoch.Add(10 * time.Second)
	came := at.Add(3 * time.Millisecond)
	h.Handle(came, Unseen{Call: "native", Channel: "n", DID: "800100", At: came, FellBackAt: came})
	out := h.Handle(at, pbx.LinkUp{At: pbx.At(at), Snapshot: pbx.Snapshot{At: at, StartedAt: at.Add(-time.Second)}})
	for _, f := range out.Facts {
		if f.Call == "native" {
			t.Errorf("%s of a caller who waits: %+v", f.Kind, f.Data)
		}
	}
}

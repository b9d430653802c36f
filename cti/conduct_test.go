package cti

import (
	"slices"
	"testing"
	"time"

	"sansheng/pbx"
)

// TestMeasure: two people talk for ten seconds; who was heard when, by seconds.
func TestMeasure(t *testing.T) {
	t.Parallel()
	spans := func(seconds ...float64) []span {
		var s []span
		for i := 0; i < len(seconds); i += 2 {
			at := func(x float64) time.Time { return epoch.Add(time.Duration(x * float64(time.Second))) }
			s = append(s, span{at(seconds[i]), at(seconds[i+1])})
		}
		return s
	}
	for name, c := range map[string]struct {
		talks, caller, agent []span
		want                 *ConductData
	}{
		"no talk": {},
		"nobody":  {talks: spans(0, 10), want: &ConductData{TalkMs: 10000, SilenceMs: 10000, LongestSilenceMs: 10000, CallerSilent: true}},
		"by turns": {
			talks: spans(0, 10), caller: spans(0, 4), agent: spans(5, 10),
			want: &ConductData{TalkMs: 10000, CallerMs: 4000, AgentMs: 5000, SilenceMs: 1000, LongestSilenceMs: 1000},
		},
		"at once": {
			talks: spans(0, 10), caller: spans(0, 6), agent: spans(4, 7),
			want: &ConductData{TalkMs: 10000, CallerMs: 6000, AgentMs: 3000, OverlapMs: 2000, SilenceMs: 3000, LongestSilenceMs: 3000},
		},
		"with a hold": {
			talks: spans(0, 4, 14, 20), caller: spans(0, 1, 19, 20), agent: spans(1, 2),
			want: &ConductData{TalkMs: 10000, CallerMs: 2000, AgentMs: 1000, SilenceMs: 7000, LongestSilenceMs: 5000},
		},
	} {
		got := measure(c.talks, c.caller, c.agent)
		if (got == nil) != (c.want == nil) || got != nil && *got != *c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

// TestMeasureTurns: of a transfer that is announced what the agent says to his caller is
// measured, also by turns and with the receiver; what he says to the receiver is not.
func TestMeasureTurns(t *testing.T) {
	t.Parallel()
	voice := func(d *desk, ch pbx.ChannelID) { // for 3 s, as each input takes one
		d.do(pbx.VoiceBegan{At: pbx.At(d.now), Channel: ch})
		d.passes(2)
		d.do(pbx.VoiceEnded{At: pbx.At(d.now.Add(voiceHang)), Channel: ch})
	}
	left := func(d *desk, b pbx.BridgeID, chs ...pbx.ChannelID) {
		for _, ch := range chs {
			d.do(pbx.BridgeLeft{At: pbx.At(d.now), Bridge: b, Channel: ch})
		}
	}
	d := newDesk(t, func(p *Plan, _ *Queue) { p.Companies[0].Conduct = true })
	d.register("1001", "1002")
	d.arrive("c1", "800100", "13800138000")
	d.talk("c1", 1)
	voice(d, "c1")
	d.must(Order{Agent: "1001", Verb: OrderTransfer, To: "1002"})
	left(d, "c1-talk1", "c1", "c1-agent1")
	d.do(pbx.ChannelAnswered{At: pbx.At(d.now), Channel: "c1-agent2"})
	d.bridged("c1-consult2", "c1-agent1", "c1-agent2")
	voice(d, "c1-agent1")
	d.must(Order{Agent: "1001", Verb: OrderSwap})
	left(d, "c1-consult2", "c1-agent2", "c1-agent1")
	d.bridged("c1-talk1", "c1", "c1-agent1")
	voice(d, "c1")
	d.must(Order{Agent: "1001", Verb: OrderConference})
	left(d, "c1-talk1", "c1", "c1-agent1")
	d.bridged("c1-party2", "c1", "c1-agent1", "c1-agent2")
	voice(d, "c1-agent1")
	d.must(Order{Agent: "1001", Verb: OrderSwap}) // to the receiver
	left(d, "c1-party2", "c1", "c1-agent1", "c1-agent2")
	d.bridged("c1-consult2", "c1-agent1", "c1-agent2")
	voice(d, "c1-agent1")
	d.gone("c1", pbx.CauseNormal)
	d.gone("c1-agent1", pbx.CauseNormal)
	d.gone("c1-agent2", pbx.CauseNormal)
	i := slices.IndexFunc(d.all, func(f Fact) bool { return f.Kind == CallMeasured })
	if i < 0 {
		t.Fatal("nothing is measured")
	}
	m := d.all[i].Data.(*ConductData)
	if m.CallerMs != 6000 || m.AgentMs != 3000 {
		t.Errorf("the caller was heard for %d ms, his agent for %d: %+v", m.CallerMs, m.AgentMs, m)
	}
}

// TestQuietAgent: leaders see since when an agent says nothing to his caller, and not what a
// hold keeps him from saying.
func TestQuietAgent(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		unmeasured bool
		does       func(*desk)
		quiet      bool
	}{
		"for a moment":    {does: func(d *desk) { d.passes(8) }},
		"from the start":  {does: func(d *desk) { d.passes(12) }, quiet: true},
		"the caller only": {does: func(d *desk) { d.passes(9); d.speaks(); d.passes(3) }, quiet: true},
		"who speaks on": {does: func(d *desk) {
			d.do(pbx.VoiceBegan{At: pbx.At(d.now), Channel: "c1-agent1"})
			d.passes(30)
		}},
		"who has spoken": {does: func(d *desk) {
			d.passes(12)
			d.do(pbx.VoiceBegan{At: pbx.At(d.now), Channel: "c1-agent1"})
			d.do(pbx.VoiceEnded{At: pbx.At(d.now.Add(voiceHang)), Channel: "c1-agent1"})
			d.passes(8)
		}},
		"on hold": {does: func(d *desk) { d.passes(12); d.must(Order{Agent: "1001", Verb: OrderHold}); d.passes(20) }},
		"after the hold": {does: func(d *desk) {
			d.passes(12)
			d.must(Order{Agent: "1001", Verb: OrderHold})
			d.do(pbx.BridgeLeft{At: pbx.At(d.now), Bridge: "c1-talk1", Channel: "c1"})
			d.must(Order{Agent: "1001", Verb: OrderUnhold})
			d.bridged("c1-talk1", "c1")
			d.passes(5)
		}},
		"long after it": {does: func(d *desk) { d.holds(); d.passes(12) }, quiet: true},
		"unmeasured":    {unmeasured: true, does: func(d *desk) { d.passes(60) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, func(p *Plan, _ *Queue) { p.Companies[0].Conduct = !c.unmeasured })
			d.register("1001")
			d.arrive("c1", "800100", "13800138000")
			d.talk("c1", 1)
			c.does(d)
			since := d.h.CallViews()[0].QuietSince
			if since.IsZero() == c.quiet {
				t.Errorf("quiet since %v at %v; want %t", since, d.now, c.quiet)
			}
			if c.quiet && d.now.Sub(since) < quietTold {
				t.Errorf("told after %v", d.now.Sub(since))
			}
		})
	}
}

// TestProceduresShown: a desk sees the steps of A3 and A6 as the hotline counts them, until the
// caller is heard.
func TestProceduresShown(t *testing.T) {
	t.Parallel()
	d := newDesk(t, func(p *Plan, _ *Queue) { p.Companies[0].Conduct = true })
	d.register("1001")
	d.arrive("c1", "800100", "13800138000")
	d.talk("c1", 1)
	began := d.now
	view := func() CallView { return d.h.CallViews()[0] }
	if v := view(); !v.SilentSince.IsZero() || !v.LingersSince.IsZero() {
		t.Errorf("at once: %v, %v", v.SilentSince, v.LingersSince)
	}
	d.passes(4)
	if since := view().SilentSince; since.IsZero() || since.After(began) || began.Sub(since) > 2*time.Second {
		t.Errorf("silent since %v, with his agent at %v", since, began)
	}
	d.speaks()
	if v := view(); !v.SilentSince.IsZero() {
		t.Errorf("he was heard, and is silent since %v", v.SilentSince)
	}
	d.lingers()
	asked := d.now
	for range 7 {
		if since := view().LingersSince; since.Sub(asked).Abs() > 2*time.Second {
			t.Errorf("lingers since %v, asked at %v", since, asked)
		}
		d.passes(1)
	}
	d.speaks()
	if v := view(); !v.LingersSince.IsZero() {
		t.Errorf("he has spoken again, and lingers since %v", v.LingersSince)
	}
}

// TestConductTakenOver: an engine that takes over in a talk hears it too: what is measured is
// partial, and a caller who lingers and speaks again is heard.
func TestConductTakenOver(t *testing.T) {
	t.Parallel()
	for name, joined := range map[string]bool{"in their bridge": true, "to be joined again": false} {
		d := newDesk(t, func(p *Plan, _ *Queue) { p.Companies[0].Conduct = true })
		d.register("1001")
		d.arrive("c1", "800100", "13800000000")
		d.talk("c1", 1)
		d.speaks()
		d.restart()
		out := d.relinked(true, joined)
		if detects := commandsOf[pbx.DetectVoice](out); len(detects) > 0 {
			t.Errorf("%s: ordered anew: %v", name, detects)
		}
		d.bridged("c1-talk1", "c1", "c1-agent1")
		d.lingers()
		d.passes(7)
		d.speaks()
		d.must(Order{Agent: "1001", Verb: OrderHangUp})
		d.gone("c1", pbx.CauseNormal)
		d.gone("c1-agent1", pbx.CauseNormal)
		measured := false
		for _, f := range d.all {
			switch data := f.Data.(type) {
			case *HungUp:
				if !data.Early {
					t.Errorf("%s: he had spoken again, and to hang up on him was not early", name)
				}
			case *SilentData:
				t.Errorf("%s: told as silent, who had spoken before", name)
			case *ConductData:
				measured = data.Partial && data.TalkMs > 0
			}
		}
		if !measured {
			t.Errorf("%s: it is not measured in part", name)
		}
	}
}

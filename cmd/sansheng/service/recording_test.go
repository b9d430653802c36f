package service

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"sansheng/cti"
	"sansheng/pbx/sip/phone"
	"sansheng/pbx/sip/tone"
	"sansheng/store"
)

// checked waits until the recording of a call was looked at.
func (st *stack) checked(caller string) (r store.Record, c store.RecordingCheck) {
	st.t.Helper()
	until(st.t, func(context.Context) (bool, string) {
		r = st.record(caller)
		return len(r.RecordingChecks) > 0, "the recording of " + caller + "'s call is not looked at"
	})
	return r, r.RecordingChecks[0]
}

// TestRecordingChecked: a recording is looked at after the call, paused and resumed by
// order; its hash is in the chain, what is wrong with one is on its record, and one
// that is too old is destroyed, with proof.
func TestRecordingChecked(t *testing.T) {
	const from = "13900000011"
	st := hotline(t, cti.DemoPlan(0))
	caller, agent, _ := st.talk(from)
	st.order("1001", cti.OrderPauseRecording, "")
	st.fact(from, cti.RecordingPaused, 1)
	st.hears(caller, agentTone("1001"))
	secret := tone.Agent(6)
	agent.Send(secret)
	st.hears(caller, secret)
	agent.Send(agentTone("1001"))
	st.hearsNo(caller, secret)
	st.inAsHeCame(from)
	st.order("1001", cti.OrderResumeRecording, "")
	st.fact(from, cti.RecordingResumed, 1)
	st.hears(caller, agentTone("1001"))
	st.hears(agent, callerTone)
	st.hearsFor(caller, agentTone("1001"), 2*time.Second) // so that there is enough of it to be found in the file
	st.hearsFor(agent, callerTone, 2*time.Second)
	st.hangup(caller)
	r, c := st.checked(from)
	if c.Result != store.RecordingGood || len(c.SHA256) != 64 || c.LengthMs == 0 || c.LoudMs == 0 {
		t.Errorf("looked at: %+v", c)
	}
	heard := func(want tone.Tone) bool {
		return slices.ContainsFunc(recorded(t, st.recording(r)), func(s tone.Sound) bool { return s.Is(float64(want.Hz)) })
	}
	if !heard(agentTone("1001")) || heard(secret) {
		t.Errorf("on the recording: agent %v, what was said in the pause %v", heard(agentTone("1001")), heard(secret))
	}
	// Each leg is in a file of its own, in step with the other.
	if len(c.Sides) != 2 {
		t.Fatalf("sides: %+v", c.Sides)
	}
	for i, tones := range [][2]tone.Tone{{callerTone, agentTone("1001")}, {agentTone("1001"), callerTone}} {
		side := c.Sides[i]
		sounds := recorded(t, st.recordingFile(side.Name))
		has := func(x tone.Tone) bool {
			return slices.ContainsFunc(sounds, func(s tone.Sound) bool { return s.Is(float64(x.Hz)) })
		}
		if side.Side != store.Sides[i] || len(side.SHA256) != 64 || !has(tones[0]) || has(tones[1]) || has(secret) {
			t.Errorf("side %+v: its own voice %v, the other's %v", side, has(tones[0]), has(tones[1]))
		}
		if d := side.LengthMs - c.LengthMs; d < -500 || d > 500 {
			t.Errorf("side %s is %d ms long, the whole %d", side.Side, side.LengthMs, c.LengthMs)
		}
	}
	if !slices.ContainsFunc(r.Amendments, func(a store.Amendment) bool { return a.Reason == "recording checked" && a.Hash != "" }) {
		t.Errorf("the look is not in the chain: %+v", r.Amendments)
	}

	// What is wrong with one.
	records, client := st.records(), st.svc.link.Client()
	u := store.Unchecked{Call: r.ID, Name: r.Recordings[0].Name, EndedAt: *r.EndedAt, Talk: time.Hour}
	if c, _, err := lookAt(deadline(t), client, u); err != nil || c.Result != store.RecordingShort {
		t.Errorf("of a talk of an hour: %+v, %v", c, err)
	}
	if err := os.WriteFile(st.recording(r), []byte("no sound"), 0o600); err != nil {
		t.Fatal(err)
	}
	if c, _, err := lookAt(deadline(t), client, u); err != nil || c.Result != store.RecordingBroken {
		t.Errorf("of a file that is none: %+v, %v", c, err)
	}

	// Destroyed by rule; then it is missing, and the chain is whole.
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	if err := st.svc.destroyRecordings(ctx, client, records, -1); err != nil {
		t.Fatal(err)
	}
	if c, _, err := lookAt(ctx, client, u); err != nil || c.Result != store.RecordingMissing {
		t.Errorf("of one that is gone: %+v, %v", c, err)
	}
	if r, _ := st.checked(from); r.RecordingChecks[0].DestroyedAt == nil {
		t.Errorf("%+v", r.RecordingChecks)
	}
	checks, err := records.Verify(ctx, "demo")
	if err != nil || len(checks) != 1 || len(checks[0].Faults) > 0 {
		t.Errorf("the chain: %+v, %v", checks, err)
	}
}

// inAsHeCame: a caller is with the hotline by his line and his call, also after a visit to the
// dialplan: an engine that takes over without a fact of him knows who he is.
func (st *stack) inAsHeCame(from string) {
	st.t.Helper()
	channels, err := st.svc.link.Client().Channels.List(deadline(st.t))
	if err != nil {
		st.t.Fatal(err)
	}
	for _, c := range channels {
		if c.Caller.Number == from {
			if want := "sansheng,inbound,800100,"; !strings.HasPrefix(c.Dialplan.AppData, want) || len(c.Dialplan.AppData) == len(want) {
				st.t.Errorf("%s is with the hotline as %q", from, c.Dialplan.AppData)
			}
			return
		}
	}
	st.t.Errorf("%s has no channel", from)
}

// TestConduct: who is heard when is measured; a caller who says nothing is noticed.
func TestConduct(t *testing.T) {
	const from, mute = "13900000012", "13900000013"
	plan := cti.DemoPlan(0)
	plan.Companies[0].Conduct = true
	st := hotline(t, plan)
	caller, _, first := st.talk(from)
	caller.Send(tone.Tone{Hz: callerTone.Hz, Level: -60}) // too low to be a voice
	st.order("1001", cti.OrderLinger, "")
	st.fact(from, cti.CallerLingers, 2)
	caller.Send(callerTone)
	if f := st.fact(from, cti.CallerLingers, 3); f.Data.(*cti.LingersData).Step != 0 {
		t.Errorf("a caller who speaks again: %+v", f.Data)
	}
	st.hangup(caller)
	if c := st.record(from).Conduct; c == nil || c.CallerMs == 0 || c.AgentMs == 0 || c.OverlapMs == 0 || c.CallerSilent {
		t.Errorf("two who speak at once: %+v", c)
	}
	p, err := phone.New(phone.Config{Number: mute, Server: st.sip})
	if err != nil {
		t.Fatal(err)
	}
	st.phones[mute] = p
	silent, err := p.Call(deadline(t), "800100", phone.Options{})
	if err != nil {
		t.Fatal(err)
	}
	st.next(first)
	for n := 1; n <= 3; n++ {
		if f := st.fact(mute, cti.CallerSilent, n); f.Data.(*cti.SilentData).Step != n {
			t.Errorf("step %+v", f.Data)
		}
	}
	st.hangup(silent)
	if c := st.record(mute).Conduct; c == nil || !c.CallerSilent || c.CallerMs != 0 || c.AgentMs == 0 || c.LongestSilenceMs > 2000 {
		t.Errorf("a caller who says nothing: %+v", c)
	}
}

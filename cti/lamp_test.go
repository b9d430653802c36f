package cti

import (
	"errors"
	"testing"
	"time"

	"sansheng/pbx"
)

// newLampDesk has one company whose agents' lamps are lit.
func newLampDesk(t *testing.T) *desk {
	t.Helper()
	return newDesk(t, func(p *Plan, q *Queue) {
		p.Companies[0].Lamps = true
		q.WrapUp = Span(30 * time.Second)
	})
}

// shows fails the test where 1001's lamp shows something else.
func (d *desk) shows(when string, want pbx.LampState) {
	d.t.Helper()
	if got := d.lamps["agent-1001"]; got != want {
		d.t.Errorf("%s the lamp shows %q, not %q", when, got, want)
	}
}

// TestLamp follows one agent through his day.
func TestLamp(t *testing.T) {
	t.Parallel()
	d := newLampDesk(t)
	d.do(Tick{})
	d.shows("before his phone registers", pbx.LampAbsent)
	d.register("1001")
	d.shows("ready,", pbx.LampIdle)
	d.arrive("c1", "800100", "13800000000")
	d.shows("reserved,", pbx.LampRinging)
	d.do(pbx.ChannelAlerting{At: pbx.At(d.now), Channel: "c1-agent1"})
	d.shows("ringing,", pbx.LampRinging)
	d.talk("c1", 1)
	d.shows("talking,", pbx.LampInUse)
	d.must(Order{Agent: "1001", Verb: OrderHold})
	d.shows("with his caller on hold", pbx.LampOnHold)
	d.must(Order{Agent: "1001", Verb: OrderUnhold})
	d.shows("talking again,", pbx.LampInUse)
	d.gone("c1-agent1", pbx.CauseNormal)
	d.gone("c1", pbx.CauseNormal)
	d.shows("in wrap-up", pbx.LampBusy)
	d.now = d.now.Add(time.Minute)
	d.do(Tick{})
	d.shows("ready after it,", pbx.LampIdle)
	d.do(SetState{Agent: "1001", State: Paused, Reason: "lunch"})
	d.shows("paused,", pbx.LampBusy)
	d.do(SetState{Agent: "1001", State: LoggedOff})
	d.shows("logged off,", pbx.LampAbsent)
	if lights := commandsOf[pbx.Light](d.do(Tick{})); len(lights) != 0 {
		t.Errorf("ordered without a change: %+v", lights)
	}
}

// TestLampOff: a company without lamps has none.
func TestLampOff(t *testing.T) {
	t.Parallel()
	d := newDesk(t, func(*Plan, *Queue) {})
	d.register("1001")
	d.arrive("c1", "800100", "13800000000")
	d.talk("c1", 1)
	if len(d.lamps) != 0 {
		t.Errorf("lit: %v", d.lamps)
	}
}

// TestLampFails: what the switch did not light is ordered again after 5 s, as it is by then.
func TestLampFails(t *testing.T) {
	t.Parallel()
	d := newLampDesk(t)
	d.register("1001")
	for _, then := range []struct {
		state AgentState
		shows pbx.LampState
	}{{Ready, pbx.LampIdle}, {Paused, pbx.LampBusy}} {
		failed := d.now
		d.do(pbx.CommandFailed{At: pbx.At(failed), Command: pbx.Light{Lamp: "agent-1001", Shows: pbx.LampIdle}, Err: errors.New("500")})
		clear(d.lamps)
		d.do(SetState{Agent: "1001", State: then.state})
		d.shows("at once", "")
		d.now = failed.Add(lampRetry - time.Second)
		d.do(Tick{})
		d.shows("after 5 s", then.shows)
		if len(d.lamps) != 1 {
			t.Errorf("others, too: %v", d.lamps)
		}
	}
}

// TestLampRelit: after the link was lost all lamps are ordered anew, also by an engine that
// takes over; none while it is lost, and not all at once where there are many.
func TestLampRelit(t *testing.T) {
	t.Parallel()
	d := newLampDesk(t)
	d.register("1001")
	up := pbx.LinkUp{At: pbx.At(d.now), Snapshot: pbx.Snapshot{
		At: d.now, StartedAt: epoch, Endpoints: []pbx.Endpoint{{ID: "PJSIP/1001", Reachable: true}},
	}}
	clear(d.lamps)
	d.do(pbx.LinkLost{At: pbx.At(d.now)})
	d.do(SetState{Agent: "1001", State: Paused})
	if len(d.lamps) != 0 {
		t.Errorf("lit without a link: %v", d.lamps)
	}
	d.do(up)
	d.shows("after it", pbx.LampBusy)
	if len(d.lamps) != len(d.plan.Agents) {
		t.Errorf("lit anew: %v", d.lamps)
	}

	d.plan.Agents = DemoPlan(2 * lampsAtOnce).Agents
	h := NewHotline("e2", d.plan)
	for _, f := range d.all {
		h.Apply(f)
	}
	if d.h = h; len(commandsOf[pbx.Light](h.Handle(d.now, Tick{}))) != 0 {
		t.Error("an engine that follows lights lamps")
	}
	clear(d.lamps)
	if n := len(commandsOf[pbx.Light](d.do(up))); n != lampsAtOnce {
		t.Errorf("%d are ordered at once", n)
	}
	d.shows("after the takeover", pbx.LampBusy)
	for range len(d.plan.Agents) {
		d.do(Tick{})
	}
	if len(d.lamps) != len(d.plan.Agents) {
		t.Errorf("%d of %d are lit in the end", len(d.lamps), len(d.plan.Agents))
	}
}

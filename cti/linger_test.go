package cti

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"sansheng/pbx"
)

// TestLinger: everything is said and the caller stays. The agent asks, asks again after
// 3 s, and after 3 s more he may hang up; sooner it is early (requirement A6).
func TestLinger(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		does  func(*desk)
		steps []int
		early bool
	}{
		"at once":                 {func(*desk) {}, nil, true},
		"after one ask":           {func(d *desk) { d.lingers(); d.passes(1) }, []int{1}, true},
		"after two":               {func(d *desk) { d.lingers(); d.passes(4) }, []int{1, 2}, true},
		"at the end":              {func(d *desk) { d.lingers(); d.passes(6) }, []int{1, 2, 3}, false},
		"begun anew":              {func(d *desk) { d.lingers(); d.passes(4); d.lingers(); d.passes(1) }, []int{1, 2, 1}, true},
		"when he has spoken":      {func(d *desk) { d.lingers(); d.passes(7); d.speaks(); d.passes(60) }, []int{1, 2, 3, 0}, true},
		"when he was on hold":     {func(d *desk) { d.lingers(); d.passes(7); d.holds(); d.passes(9) }, []int{1, 2, 3}, true},
		"when the key held him":   {func(d *desk) { d.lingers(); d.passes(7); d.key(true); d.passes(9) }, []int{1, 2, 3}, true},
		"at the end, by the key":  {func(d *desk) { d.presses("*5"); d.passes(6) }, []int{1, 2, 3}, false},
		"after one ask, by phone": {func(d *desk) { d.lingers(); d.passes(1); d.goodbye() }, []int{1}, true},
		"at the end, by phone":    {func(d *desk) { d.lingers(); d.passes(6); d.goodbye() }, []int{1, 2, 3}, false},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, func(p *Plan, _ *Queue) { p.Companies[0].Conduct = true })
			d.register("1001")
			d.arrive("c1", "800100", "13800000000")
			d.talk("c1", 1)
			d.speaks()
			c.does(d)
			if !strings.HasSuffix(name, "by phone") {
				d.must(Order{Agent: "1001", Verb: OrderHangUp})
			}
			var steps []int
			early := false
			for _, f := range d.all {
				switch data := f.Data.(type) {
				case *LingersData:
					steps = append(steps, data.Step)
				case *HungUp:
					early = data.Early
				}
			}
			if !slices.Equal(steps, c.steps) || early != c.early {
				t.Errorf("steps %v, early %t; want %v, %t", steps, early, c.steps, c.early)
			}
		})
	}
}

func (d *desk) lingers() { d.must(Order{Agent: "1001", Verb: OrderLinger}) }

func (d *desk) holds() {
	d.must(Order{Agent: "1001", Verb: OrderHold})
	d.must(Order{Agent: "1001", Verb: OrderUnhold})
	d.bridged("c1-talk1", "c1", "c1-agent1")
}

// key: the agent's phone holds the caller by its own key, or lets him go.
func (d *desk) key(held bool) Outcome {
	if held {
		return d.do(pbx.Held{At: pbx.At(d.now), Channel: "c1-agent1"})
	}
	return d.do(pbx.Unheld{At: pbx.At(d.now), Channel: "c1-agent1"})
}

// passes lets so many seconds pass.
func (d *desk) passes(seconds int) {
	for range seconds {
		d.do(Tick{})
	}
}

// speaks lets the caller be heard for a moment.
func (d *desk) speaks() {
	d.do(pbx.VoiceBegan{At: pbx.At(d.now), Channel: "c1"})
	d.do(pbx.VoiceEnded{At: pbx.At(d.now), Channel: "c1"})
}

// goodbye: the agent's phone hangs up.
func (d *desk) goodbye() {
	d.do(pbx.HangupRequested{At: pbx.At(d.now), Channel: "c1-agent1", Cause: pbx.CauseNormal})
}

func (d *desk) presses(code string) {
	for _, key := range code {
		d.do(pbx.DigitPressed{At: pbx.At(d.now), Channel: "c1-agent1", Digit: string(key)})
	}
}

// TestNotHeard: who was never heard may be left when that procedure has ended (requirement A3).
func TestNotHeard(t *testing.T) {
	t.Parallel()
	for seconds, early := range map[int]bool{5: true, 9: false} {
		d := newDesk(t, func(p *Plan, _ *Queue) { p.Companies[0].Conduct = true })
		d.register("1001")
		d.arrive("c1", "800100", "13800000000")
		d.talk("c1", 1)
		d.passes(seconds)
		d.must(Order{Agent: "1001", Verb: OrderHangUp})
		i := slices.IndexFunc(d.all, func(f Fact) bool { return f.Kind == CallHungUp })
		if i < 0 || d.all[i].Data.(*HungUp).Early != early {
			t.Errorf("left after %d s of silence: %+v, want early %t", seconds, d.all[i:], early)
		}
	}
}

// TestKeyHeld: whom the phone's own key holds hears music. He counts as silent to nobody, is no
// part of the talk that is measured, and the lamp shows it.
func TestKeyHeld(t *testing.T) {
	t.Parallel()
	d := newDesk(t, func(p *Plan, _ *Queue) { p.Companies[0].Conduct, p.Companies[0].Lamps = true, true })
	d.register("1001")
	d.arrive("c1", "800100", "13800000000")
	d.talk("c1", 1)
	d.key(true)
	d.passes(20)
	d.shows("held by the key,", pbx.LampOnHold)
	var refused *OrderError
	if out := d.do(Order{Agent: "1001", Verb: OrderLinger}); !errors.As(out.Refused, &refused) || refused.Why != RefusedOnHold {
		t.Errorf("he lingers while he hears music: %v", out.Refused)
	}
	d.bridged("c1-talk1", "c1", "c1-agent1") // once more: he is no less on hold
	d.passes(20)
	d.key(false)
	d.passes(3)
	d.shows("let go,", pbx.LampInUse)
	d.speaks()
	d.gone("c1", pbx.CauseNormal)
	d.gone("c1-agent1", pbx.CauseNormal)
	measured := false
	for _, f := range d.all {
		switch data := f.Data.(type) {
		case *SilentData:
			t.Errorf("he is told as silent, step %d", data.Step)
		case *ConductData:
			measured = true
			if data.TalkMs > 10_000 || data.LongestSilenceMs > 6_000 || data.CallerSilent {
				t.Errorf("measured: %+v", data)
			}
		}
	}
	if !measured {
		t.Error("nothing is measured")
	}
}

package service

import (
	"errors"
	"strings"
	"testing"
	"time"

	"sansheng/cti"
	"sansheng/pbx/sip/phone"
)

// lampPlan is the demo hotline whose first company has lamps; the second one has an agent too.
func lampPlan() *cti.Plan {
	plan := cti.DemoPlan(0)
	plan.Companies[0].Lamps = true
	plan.Queues[0].WrapUp = cti.Span(time.Second)
	plan.Agents = append(plan.Agents, cti.Agent{ID: "1101", Company: "demo2", AutoReady: true})
	return plan
}

const dialogInfo = "application/dialog-info+xml"

// key is a phone's key with the lamp of agent 1001: what the phone is told of it.
type key struct {
	st *stack
	p  *phone.Phone
}

// watchLamp has a phone watch agent 1001, who is not there, as both kinds of keys do.
func (st *stack) watchLamp(p *phone.Phone) key {
	st.t.Helper()
	k := key{st, p}
	if err := p.Subscribe(deadline(st.t), "1001", "presence", "application/pidf+xml", time.Minute); err != nil {
		st.t.Fatal(err)
	}
	// The engine may be lighting it just now.
	if _, err := p.WaitFunc(deadline(st.t), "absent", func(e phone.Event) bool {
		return e.Kind == phone.Notified && strings.Contains(e.Body, "<note>Unavailable</note>")
	}); err != nil {
		st.t.Fatal(err)
	}
	if err := p.Subscribe(deadline(st.t), "1001", "dialog", dialogInfo, time.Minute); err != nil {
		st.t.Fatal(err)
	}
	k.told("dialog", "<state>terminated</state>")
	return k
}

// told wants the next news of a kind to be this.
func (k key) told(event, body string) {
	k.st.t.Helper()
	e, err := k.p.WaitFunc(deadline(k.st.t), event, func(e phone.Event) bool {
		return e.Kind == phone.Notified && e.Headers.Get("Event") == event
	})
	if err != nil {
		k.st.t.Fatal(err)
	}
	if !strings.Contains(e.Body, body) {
		k.st.t.Errorf("the %s key is told no %s but\n%s", event, body, e.Body)
	}
}

// shows wants the next news of either kind to be these.
func (k key) shows(state, note string) {
	k.st.t.Helper()
	k.told("dialog", "<state>"+state+"</state>")
	k.told("presence", "<note>"+note+"</note>")
}

// TestLamps: a colleague's desk phone shows what an agent does, from his coming to his
// going; nobody else may watch, and a lamp cannot be called.
func TestLamps(t *testing.T) {
	st := hotline(t, lampPlan())
	k := st.watchLamp(st.agent("1010", phone.NoAnswer()))
	agent := st.agent("1001", phone.Policy{})
	k.shows("terminated", "Ready")
	call := st.dial("13900000001", "800100")
	k.shows("early", "Ringing")
	if err := st.next(agent).Answer(deadline(t)); err != nil {
		t.Fatal(err)
	}
	k.shows("confirmed", "On the phone")
	st.hears(call, agentTone("1001"))
	st.order("1001", cti.OrderHold, "")
	k.shows("confirmed", "On hold")
	st.order("1001", cti.OrderUnhold, "")
	k.shows("confirmed", "On the phone")
	st.hangup(call)
	k.shows("confirmed", "On the phone") // his notes
	k.shows("terminated", "Ready")
	st.order("1001", cti.OrderPause, "")
	k.shows("confirmed", "On the phone")
	st.order("1001", cti.OrderReady, "")
	k.shows("terminated", "Ready")
	if err := agent.Unregister(deadline(t)); err != nil {
		t.Fatal(err)
	}
	k.shows("terminated", "Unavailable")
	t.Run("refused", st.lampsRefused)
}

// lampsRefused tries who must not watch, and what must not be watched or called.
func (st *stack) lampsRefused(t *testing.T) {
	colleague, stranger := st.phones["1010"], st.agent("1101", phone.NoAnswer())
	open := func(cfg phone.Config) *phone.Phone {
		cfg.Server = st.sip
		p, err := phone.New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(p.Die)
		return p
	}
	caller := open(phone.Config{Number: "13900000002"})
	for name, tt := range map[string]struct {
		p      *phone.Phone
		target string
		status int
	}{
		"a caller":                {caller, "1001", 603},
		"no password":             {open(phone.Config{Number: "1002"}), "1001", 401},
		"a wrong password":        {open(phone.Config{Number: "1002", Password: "guess"}), "1001", 401},
		"a company without lamps": {stranger, "1001", 603},
		"another company's agent": {colleague, "1101", 404},
		"a line":                  {colleague, "800100", 404},
	} {
		var refused *phone.RejectedError
		if err := tt.p.Subscribe(deadline(t), tt.target, "dialog", dialogInfo, time.Minute); !errors.As(err, &refused) || refused.Status != tt.status {
			t.Errorf("%s subscribes to %s: %v", name, tt.target, err)
		}
		if e, told := tt.p.Find(phone.Notified); told && tt.p != colleague {
			t.Errorf("%s is told %s", name, e.Body)
		}
	}
	for _, p := range []*phone.Phone{caller, colleague} {
		call, err := p.Call(deadline(t), "1001", phone.Options{})
		if err != nil {
			t.Fatal(err)
		}
		var refused *phone.RejectedError
		if err := call.WaitAnswered(deadline(t)); !errors.As(err, &refused) || refused.Status != 404 {
			t.Errorf("%s calls a lamp: %v", p.Number(), err)
		}
	}
}

// TestLampsTakenOver: the engine that leads alone lights the lamps; the one that takes over
// lights them as they are by then.
func TestLampsTakenOver(t *testing.T) {
	p := startPair(t, lampPlan())
	k := p.watchLamp(p.agent("1010", phone.NoAnswer()))
	agent := p.agent("1001", phone.NoAnswer())
	k.shows("terminated", "Ready")
	if n := p.b.lights(); n > 0 {
		t.Errorf("the engine that stands by has lit %d lamps", n)
	}
	p.a.kill()
	if err := agent.Unregister(deadline(t)); err != nil {
		t.Fatal(err)
	}
	p.leads(p.b, 1)
	k.shows("terminated", "Unavailable")
	if p.b.lights() == 0 {
		t.Error("nothing is seen of the engine that lights lamps")
	}
}

// lights counts how often an engine has lit a lamp.
func (x *twin) lights() int {
	n := 0
	for _, r := range x.orders(time.Time{}) {
		if strings.Contains(r.Path, "/deviceStates/") {
			n++
		}
	}
	return n
}

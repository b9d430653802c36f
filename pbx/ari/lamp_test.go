package ari

import (
	"strings"
	"testing"
	"time"

	"sansheng/pbx"
	"sansheng/pbx/asterisk"
	"sansheng/pbx/sip/phone"
)

// What a phone that watches a lamp is told of each state, for either kind of key.
func TestLiveLight(t *testing.T) {
	v := openLive(t, nil)
	watcher := AgentEndpoint{
		Number: "1002", Password: "pw", Context: "from-agent", Lamps: asterisk.LampContext("test"), MediaAddress: "127.0.0.1", Qualify: -1,
	}
	if err := v.Client().PushAgent(v.ctx, watcher); err != nil {
		t.Fatal(err)
	}
	p, err := phone.New(phone.Config{Number: watcher.Number, Password: watcher.Password, Server: v.pbx.SIPAddr})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Die)
	told := func(event, body string) {
		t.Helper()
		if _, err := p.WaitFunc(v.ctx, event+" "+body, func(e phone.Event) bool {
			return e.Kind == phone.Notified && e.Headers.Get("Event") == event && strings.Contains(e.Body, body)
		}); err != nil {
			t.Fatal(err)
		}
	}
	for event, accept := range map[string]string{"dialog": "application/dialog-info+xml", "presence": "application/pidf+xml"} {
		if err := p.Subscribe(v.ctx, "1001", event, accept, time.Minute); err != nil {
			t.Fatal(err)
		}
	}
	told("dialog", `version="0"`)
	told("presence", "<note>Ready</note>")
	for _, tt := range []struct {
		shows            pbx.LampState
		dialog, presence string
	}{
		{pbx.LampRinging, "<state>early</state>", "<note>Ringing</note>"},
		{pbx.LampInUse, "<state>confirmed</state>", "<note>On the phone</note>"},
		{pbx.LampOnHold, `pname="+sip.rendering" pvalue="no"`, "<note>On hold</note>"},
		{pbx.LampBusy, "<state>confirmed</state>", "<note>On the phone</note>"},
		{pbx.LampAbsent, "<state>terminated</state>", "<basic>closed</basic>"},
		{pbx.LampIdle, "<state>terminated</state>", "<basic>open</basic>"},
	} {
		v.do(pbx.Light{Lamp: "agent-1001", Shows: tt.shows})
		told("dialog", tt.dialog)
		told("presence", tt.presence)
		kept, err := v.Client().DeviceStates.Get(v.ctx, "Stasis:agent-1001")
		if err != nil || kept.State != string(tt.shows) {
			t.Errorf("%s: the switch has %+v, %v", tt.shows, kept, err)
		}
	}
}

// A switch that runs already learns of lamps, and of their end, when it is adopted.
func TestLiveLampsChange(t *testing.T) {
	v := openLive(t, nil)
	a := AgentEndpoint{Number: "1002", Password: "pw", Context: "from-agent", MediaAddress: "127.0.0.1", Qualify: -1}
	p, err := phone.New(phone.Config{Number: a.Number, Password: a.Password, Server: v.pbx.SIPAddr})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Die)
	inst := v.pbx
	t.Cleanup(func() {
		if err := inst.Stop(); err != nil {
			t.Error(err)
		}
	})
	for _, lamps := range []map[string][]string{{}, {"gas": {"1001"}}, {}} {
		if err := inst.Release(); err != nil {
			t.Fatal(err)
		}
		next, err := asterisk.Start(v.ctx, asterisk.Config{Data: inst.Data, FreePorts: true, Lamps: lamps})
		if err != nil {
			t.Fatal(err)
		}
		inst = next
		if a.Lamps = ""; len(lamps) > 0 {
			a.Lamps = asterisk.LampContext("gas")
		}
		if err := v.Client().PushAgent(v.ctx, a); err != nil {
			t.Fatal(err)
		}
		err = p.Subscribe(v.ctx, "1001", "dialog", "application/dialog-info+xml", time.Minute)
		if !inst.Adopted() || (err == nil) != (len(lamps) > 0) {
			t.Errorf("adopted: %v; lamps %v: %v", inst.Adopted(), lamps, err)
		}
	}
}

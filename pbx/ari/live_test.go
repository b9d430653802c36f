package ari

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap/zaptest"

	"sansheng/pbx"
	"sansheng/pbx/asterisk"
	"sansheng/pbx/pbxtest"
)

// liveTest is a link on a private real switch, with a proxy between them.
type liveTest struct {
	*linkTest
	pbx   *asterisk.Instance
	proxy *pbxtest.Proxy
}

func openLive(t *testing.T, change func(*Options)) *liveTest {
	t.Helper()
	inst := pbxtest.Asterisk(t)
	proxy := pbxtest.NewProxy(t, inst.HTTPAddr)
	o := Options{
		Config: Config{
			URL:  strings.Replace(inst.ARIURL, inst.HTTPAddr, proxy.Addr(), 1),
			User: inst.ARIUser, Password: inst.ARIPassword, App: pbxtest.App,
		},
		HeartbeatVariable: "CTI_HB",
		Log:               zaptest.NewLogger(t),
	}
	if change != nil {
		change(&o)
	}
	l, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	v := &liveTest{linkTest: &linkTest{Link: l, t: t, ctx: pbxtest.Context(t)}, pbx: inst, proxy: proxy}
	next[pbx.LinkUp](v.linkTest)
	return v
}

// agent pushes an agent's phone, watches and registers it.
func (v *liveTest) agent(number string) *pbxtest.Phone {
	v.t.Helper()
	a := AgentEndpoint{Number: number, Password: "pw-" + number, DisplayName: "Agent " + number, Context: "from-agent", Qualify: -1}
	if err := v.Client().PushAgent(v.ctx, a); err != nil {
		v.t.Fatal(err)
	}
	p := pbxtest.NewPhone(v.t, v.pbx.SIPAddr, number, a.Password)
	if err := p.Register(v.ctx, 60); err != nil {
		v.t.Fatal(err)
	}
	return p
}

// do carries out a command that must succeed.
func (v *liveTest) do(c pbx.Command) {
	v.t.Helper()
	if err := v.Do(v.ctx, c); err != nil {
		v.t.Fatalf("%T: %v", c, err)
	}
}

// call places a call from the carrier and returns it with its channel.
func (v *liveTest) call(number string) (*pbxtest.PhoneCall, pbx.Channel) {
	v.t.Helper()
	carrier := pbxtest.NewPhone(v.t, v.pbx.SIPAddr, "carrier", "")
	c := carrier.Call(number, "13800000000", "张三")
	return c, until[pbx.ChannelEntered](v, nil).Channel
}

// until passes over events to the next of type E for which ok holds.
func until[E pbx.Event](v *liveTest, ok func(E) bool) E {
	v.t.Helper()
	for {
		e, err := v.Next(v.ctx)
		if err != nil {
			v.t.Fatalf("wait for %T: %v", *new(E), err)
		}
		if e, is := e.(E); is && (ok == nil || ok(e)) {
			return e
		}
	}
}

// Registration, its renewal, its end and a dead phone, each told once.
func TestLiveReachability(t *testing.T) {
	v := openLive(t, nil)
	a := AgentEndpoint{Number: "1001", Password: "pw", Context: "from-agent", Qualify: time.Second}
	if err := v.Client().PushAgent(v.ctx, a); err != nil {
		t.Fatal(err)
	}
	if err := v.WatchEndpoints(v.ctx, []pbx.EndpointID{a.EndpointID()}); err != nil {
		t.Fatal(err)
	}
	expect := func(what string, want bool) {
		t.Helper()
		if e := next[pbx.EndpointChanged](v.linkTest); e.Endpoint != a.EndpointID() || e.Reachable != want {
			t.Errorf("%s: %+v, want %v", what, e, want)
		}
	}
	expect("watched", false)
	phone := pbxtest.NewPhone(t, v.pbx.SIPAddr, "1001", "pw")
	register := func(seconds int) {
		t.Helper()
		if err := phone.Register(v.ctx, seconds); err != nil {
			t.Fatal(err)
		}
	}
	register(60)
	expect("registered", true)
	register(60) // renewed: nothing is told
	register(0)
	expect("unregistered", false)
	register(60)
	expect("registered again", true)
	phone.Deaf(true)
	expect("cable cut", false)
	phone.Deaf(false)
	expect("cable back", true)
	if err := v.Client().PushAgent(v.ctx, a); err != nil { // changing it keeps the registration
		t.Fatal(err)
	}
	phone.Close()
	expect("gone", false)
	if err := v.Client().RemoveAgent(v.ctx, "1001"); err != nil {
		t.Fatal(err)
	}
	if err := v.Client().RemoveAgent(v.ctx, "1001"); err != nil {
		t.Errorf("removed twice: %v", err)
	}
}

// What the phone shows at its first ring, and that its unreachability has a
// name of its own, also on a connection that has seen a true 409.
func TestLiveDial(t *testing.T) {
	v := openLive(t, nil)
	phone := v.agent("1001")
	_, ch := v.call(pbxtest.Greeted)
	create := pbx.Create{
		Channel: "leg-1", Endpoint: "PJSIP/1001", Originator: ch.ID, Caller: pbx.Party{Number: "138****0000", Name: `张 "三"`},
		Args: []string{"agent", "1001"}, Report: map[string]string{"ROLE": "agent"},
	}
	dial := pbx.Dial{Channel: "leg-1", Ring: 15 * time.Second}
	v.do(create)
	v.do(dial)
	in, err := phone.Incoming(v.ctx)
	if err != nil {
		t.Fatal(err)
	}
	from := in.Invite.Get("From")
	if !strings.Contains(from, "张 ") || !strings.Contains(from, "138") || strings.Contains(from, "13800000000") {
		t.Errorf("the phone shows %s", from)
	}
	v.do(create)
	v.do(dial) // repeated: nothing more happens
	in.Ring()
	if e := until[pbx.ChannelAlerting](v, nil); e.Channel != "leg-1" {
		t.Errorf("%+v", e)
	}
	// A true 409 on each connection of the pool, then an endpoint without a phone.
	if err := v.Client().PushAgent(v.ctx, AgentEndpoint{Number: "1002", Password: "x", Context: "from-agent"}); err != nil {
		t.Fatal(err)
	}
	for _, endpoint := range []pbx.EndpointID{"PJSIP/1002", "PJSIP/nobody"} {
		err := v.Do(v.ctx, pbx.Create{Channel: pbx.ChannelID("to-" + endpoint), Endpoint: endpoint})
		if f := v.Failed(nil, err); !Unreachable(f.Err) || f.Gone {
			t.Errorf("%s: %v", endpoint, err)
		}
	}
	// The originator has left meanwhile: the leg can still be made.
	v.do(pbx.Hangup{Channel: "leg-1", Cause: pbx.CauseNormal})
	if _, err := in.Wait(v.ctx, "CANCEL"); err != nil {
		t.Error(err)
	}
	if e := until[pbx.ChannelGone](v, nil); e.Channel != "leg-1" {
		t.Errorf("%+v", e)
	}
}

// After a loss the snapshot has what was missed, and events go on.
func TestLiveReconnect(t *testing.T) {
	v := openLive(t, func(o *Options) {
		o.HeartbeatInterval = 100 * time.Millisecond
		o.FenceTimeout = 500 * time.Millisecond
	})
	v.agent("1001")
	call, ch := v.call(pbxtest.Greeted)
	v.do(pbx.Watch{Channel: ch.ID})
	v.do(pbx.Lease{Channel: ch.ID})
	v.do(pbx.Answer{Channel: ch.ID})
	v.do(pbx.SetVars{Channel: ch.ID, Report: map[string]string{"ROLE": "caller"}})
	if _, err := call.Wait(v.ctx, "200"); err != nil {
		t.Fatal(err)
	}
	for name, cut := range map[string]func(){
		"cut":    v.proxy.Cut,
		"frozen": v.proxy.Freeze, // half-open: nothing closes, nothing comes
	} {
		cut()
		if e := until[pbx.LinkLost](v, nil); e.Err == nil {
			t.Errorf("%s: no reason", name)
		}
		v.proxy.Thaw()
		up := until[pbx.LinkUp](v, nil)
		if s := up.Snapshot; len(s.Channels) != 1 || s.Channels[0].ID != ch.ID || !s.Channels[0].InApp || s.Channels[0].Vars["ROLE"] != "caller" ||
			s.Channels[0].State != pbx.ChannelUp || len(s.Endpoints) < 2 || s.StartedAt.After(s.At) {
			t.Errorf("%s: %+v", name, s)
		}
	}
	call.Bye()
	if e := until[pbx.HangupRequested](v, nil); e.Channel != ch.ID {
		t.Errorf("%+v", e)
	}
	if e := until[pbx.ChannelGone](v, nil); e.Channel != ch.ID {
		t.Errorf("%+v", e)
	}
}

// The later of two hotlines has the application; the earlier falls silent.
func TestLiveTakeover(t *testing.T) {
	first := openLive(t, func(o *Options) { o.HeartbeatInterval = 50 * time.Millisecond })
	o := first.options
	second, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(second.Close)
	if e := until[pbx.LinkLost](first, nil); e.Err == nil {
		t.Error("no reason")
	}
	if _, err := first.Next(first.ctx); !errors.Is(err, ErrReplaced) {
		t.Errorf("next: %v", err)
	}
	l := &linkTest{Link: second, t: t, ctx: first.ctx}
	next[pbx.LinkUp](l)
	first.Close() // does not disturb the second
	if err := second.Fence(l.ctx); err != nil {
		t.Error(err)
	}
	if s := second.Stats(); s.Losses != 0 {
		t.Errorf("%+v", s)
	}
	// The heartbeat variable is the switch's own time.
	hb, err := second.Client().Asterisk.GlobalVar(l.ctx, "CTI_HB")
	at, lag := second.LastFence()
	if sec := fmt.Sprint(at.Unix()); err != nil || len(hb) != len(sec) || hb > sec && lag < time.Second {
		t.Errorf("CTI_HB %q at %s, %v", hb, sec, err)
	}
}

// A phone that was a browser's speaks plain SIP again, with all that goes with it; the
// browser's password is not the desk's, and keeps it out.
func TestLiveBrowserAndBack(t *testing.T) {
	v := openLive(t, nil)
	desk := AgentEndpoint{Number: "1001", Password: "pw-desk", Context: "from-agent", Qualify: -1}
	if browser, err := v.Client().AgentWebRTC(v.ctx, "1001"); err != nil || browser {
		t.Fatalf("before it is there: %v, %v", browser, err)
	}
	push := func(a AgentEndpoint) map[string]string {
		t.Helper()
		if err := v.Client().PushAgent(v.ctx, a); err != nil {
			t.Fatal(err)
		}
		fields, err := v.Client().Dynamic.Get(v.ctx, sorceryClass, "endpoint", "1001")
		if err != nil {
			t.Fatal(err)
		}
		m := map[string]string{}
		for _, f := range fields {
			m[f.Attribute] = f.Value
		}
		return m
	}
	before := push(desk)
	phone := pbxtest.NewPhone(t, v.pbx.SIPAddr, "1001", desk.Password)
	if err := phone.Register(v.ctx, 60); err != nil {
		t.Fatal(err)
	}
	web := desk
	web.WebRTC, web.Password = true, "pw-browser"
	if in := push(web); in["webrtc"] != "yes" || in["use_avpf"] != "true" || in["ice_support"] != "true" || !strings.Contains(in["allow"], "opus") {
		t.Errorf("as a browser: %v", in)
	}
	if browser, err := v.Client().AgentWebRTC(v.ctx, "1001"); err != nil || !browser {
		t.Errorf("as a browser: %v, %v", browser, err)
	}
	if err := phone.Register(v.ctx, 60); err == nil {
		t.Error("the desk phone registers in the browser's place")
	}
	again := web
	again.Password = "" // pushed anew, as at a restart
	push(again)
	other := pbxtest.NewPhone(t, v.pbx.SIPAddr, "1001", web.Password)
	if err := other.Register(v.ctx, 60); err != nil {
		t.Errorf("the browser's password is gone: %v", err)
	}
	after := push(desk)
	for k, want := range before {
		if after[k] != want && k != "callerid" { // nobody's, which it writes in two ways
			t.Errorf("%s is %q when it is a desk phone again, was %q", k, after[k], want)
		}
	}
	if err := phone.Register(v.ctx, 60); err != nil {
		t.Errorf("the desk phone again: %v", err)
	}
}

package sentinel

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"go.uber.org/goleak"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest"

	"sansheng/deploy/alarm"
	"sansheng/pbx/ari"
	"sansheng/pbx/asterisk"
	"sansheng/pbx/pbxtest"
	"sansheng/pbx/sip/phone"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const patience = 30 * time.Second

// beside is what a sentinel beside a switch is told.
func beside(t *testing.T, i *asterisk.Instance) Config {
	return Config{
		URL: i.ARIURL, User: asterisk.SentinelUser, Password: i.SentinelPassword, SIP: i.SIPAddr,
		App: pbxtest.App, Heartbeat: "CTI_HB", TestCall: time.Second, Listen: "127.0.0.1:0",
		Log: zaptest.NewLogger(t, zaptest.Level(zap.ErrorLevel)),
	}
}

// watching runs a sentinel until the test ends.
func watching(t *testing.T, c Config) *Sentinel {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	s, err := New(ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	doneC := make(chan error, 1)
	go func() { doneC <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-doneC; err != nil {
			t.Errorf("run: %v", err)
		}
	})
	return s
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for over := time.After(patience); ; {
		if ok() {
			return
		}
		select {
		case <-tick.C:
		case <-over:
			t.Fatalf("waited %s for: %s", patience, what)
		}
	}
}

func raised(s *Sentinel, name string) bool { return slices.Contains(s.Status().Alarms, name) }

// TestWatch: a hotline that beats is alive, one that stops is silent; a test call
// proves the SIP side, and misses it; a switch that is gone is silent, and its
// hotline is not called so for that.
func TestWatch(t *testing.T) {
	t.Parallel()
	i := pbxtest.Asterisk(t)
	client, err := ari.NewClient(ari.Config{URL: i.ARIURL, User: i.ARIUser, Password: i.ARIPassword})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	s := watching(t, beside(t, i))
	beat := func(value string) {
		t.Helper()
		if err := client.Asterisk.SetGlobalVar(t.Context(), "CTI_HB", value); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "the first reading", func() bool { return s.Status().Switch == alive })
	beat("1")
	eventually(t, "a beat", func() bool { return s.Status().Hotline == alive })
	eventually(t, "the test call", func() bool { return s.Status().SIP == alive })
	eventually(t, "the silence", func() bool { return raised(s, "hotline_silent") && s.Status().Hotline == silent })
	beat("2")
	eventually(t, "its end", func() bool { return !raised(s, "hotline_silent") && s.Status().Hotline == alive })

	res, err := http.Get("http://" + s.listen.Addr().String() + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var status Status
	if err := json.NewDecoder(res.Body).Decode(&status); err != nil || res.StatusCode != http.StatusOK || status.SIP != alive {
		t.Errorf("healthz: %s %+v, %v", res.Status, status, err)
	}
	http.DefaultClient.CloseIdleConnections()

	if err := i.Stop(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the switch's silence", func() bool { return raised(s, "switch_silent") && s.Status().Switch == silent })
	if raised(s, "hotline_silent") {
		t.Error("the hotline is called silent although nobody could hear it")
	}
}

// TestSIPDead: the switch's process lives and its ARI answers, but nothing answers
// where its SIP should be.
func TestSIPDead(t *testing.T) {
	t.Parallel()
	i := pbxtest.Asterisk(t)
	deaf, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer deaf.Close()
	c := beside(t, i)
	c.SIP = deaf.LocalAddr().String()
	began := time.Now()
	s := watching(t, c)
	eventually(t, "the alarm", func() bool { return raised(s, "sip_dead") && s.Status().SIP == dead })
	// With the time between two tests it must stay within a minute.
	if took := time.Since(began); took > 60*time.Second-testDefault {
		t.Errorf("two failed calls take %v", took)
	}
	if s.Status().Switch != alive {
		t.Errorf("status %+v", s.Status())
	}
}

// TestOnCall: an alarm of the hotline's rings those on call one after the other;
// who is away or does not take it is passed over, who presses 1 has it, and nobody
// is rung after him.
func TestOnCall(t *testing.T) {
	t.Parallel()
	i := pbxtest.Asterisk(t)
	client, err := ari.NewClient(ari.Config{URL: i.ARIURL, User: i.ARIUser, Password: i.ARIPassword, App: pbxtest.App})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	phones := map[string]*phone.Phone{}
	for number, policy := range map[string]phone.Policy{"1001": phone.Decline(), "1002": phone.AnswerAfter(0), "1003": phone.AnswerAfter(0)} {
		if err := client.PushAgent(ctx, ari.AgentEndpoint{Number: number, Password: "secret", Context: "from-agent", MediaAddress: "127.0.0.1"}); err != nil {
			t.Fatal(err)
		}
		p, err := phone.New(phone.Config{Number: number, Password: "secret", Server: i.SIPAddr, Policy: policy})
		if err != nil {
			t.Fatal(err)
		}
		defer p.Die()
		if err := p.Register(ctx); err != nil {
			t.Fatal(err)
		}
		phones[number] = p
	}
	c := beside(t, i)
	c.SIP, c.OnCall = "", []string{"1009", "1001", "1002", "1003"}
	c.HotlineAlarms = filepath.Join(t.TempDir(), "alarms.json")
	hotline := alarm.NewBoard(alarm.Options{Source: "e1", File: c.HotlineAlarms})
	defer func() { _ = hotline.Close(context.Background()) }()
	s := watching(t, c)
	alive := make(chan struct{})
	go func() { // a hotline that beats
		defer close(alive)
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for ctx.Err() == nil {
			_ = client.Asterisk.SetGlobalVar(ctx, "CTI_HB", time.Now().String())
			select {
			case <-tick.C:
			case <-ctx.Done():
			}
		}
	}()
	hotline.Set("database_down", net.ErrClosed) // is no page
	hotline.Set("no_agents", net.ErrClosed)
	if _, err := phones["1001"].NextCall(ctx); err != nil {
		t.Fatalf("the first in reach is not rung: %v", err)
	}
	rung, err := phones["1002"].NextCall(ctx)
	if err != nil {
		t.Fatalf("the second is not rung: %v", err)
	}
	if err := rung.WaitSound(ctx); err != nil {
		t.Fatalf("nothing is told: %v", err)
	}
	if err := rung.Press(ctx, "1", phone.RFC4733); err != nil {
		t.Fatal(err)
	}
	taken := func() bool {
		s.chain.mu.Lock()
		defer s.chain.mu.Unlock()
		_, ok := s.chain.taken["no_agents"]
		return ok
	}
	eventually(t, "the alarm to be taken", taken)
	_, err = rung.Wait(ctx, phone.Ended)
	if err != nil {
		t.Fatal(err)
	}
	if _, rung := phones["1003"].Find(phone.Incoming); rung {
		t.Errorf("the third was rung as well: %s", phones["1003"].Story())
	}
	cancel()
	<-alive
}

// TestGivesWay: an alarm's call leaves the phone of the only person on duty to a
// caller on the emergency line, and comes back when he has been served.
func TestGivesWay(t *testing.T) {
	t.Parallel()
	i := pbxtest.AsteriskWith(t, asterisk.Config{
		Language: "en",
		Queues:   []asterisk.Queue{{Name: "emergency", Members: []string{"1001"}}},
		Lines:    []asterisk.Line{{DID: pbxtest.Direct, Company: "test", Queue: "emergency", Direct: true, Emergency: true}},
	})
	client, err := ari.NewClient(ari.Config{URL: i.ARIURL, User: i.ARIUser, Password: i.ARIPassword, App: pbxtest.App})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := client.PushAgent(ctx, ari.AgentEndpoint{Number: "1001", Password: "secret", Context: "from-agent", MediaAddress: "127.0.0.1"}); err != nil {
		t.Fatal(err)
	}
	duty, err := phone.New(phone.Config{Number: "1001", Password: "secret", Server: i.SIPAddr, Policy: phone.NoAnswer()})
	if err != nil {
		t.Fatal(err)
	}
	defer duty.Die()
	if err := duty.Register(ctx); err != nil {
		t.Fatal(err)
	}
	c := beside(t, i)
	c.SIP, c.OnCall, c.HotlineAlarms = "", []string{"1001"}, filepath.Join(t.TempDir(), "alarms.json")
	c.Emergency, c.EmergencyQueues = []string{pbxtest.Direct}, []string{"emergency"}
	hotline := alarm.NewBoard(alarm.Options{Source: "e1", File: c.HotlineAlarms})
	defer func() { _ = hotline.Close(context.Background()) }()
	watching(t, c)
	hotline.Set("disk_low", net.ErrClosed)
	told, err := duty.NextCall(ctx)
	if err != nil {
		t.Fatalf("the alarm does not ring: %v", err)
	}
	duty.SetPolicy(phone.AnswerAfter(0))
	caller, err := phone.New(phone.Config{Number: "13900000001", Server: i.SIPAddr})
	if err != nil {
		t.Fatal(err)
	}
	defer caller.Die()
	call, err := caller.Call(ctx, pbxtest.Direct, phone.Options{})
	if err != nil {
		t.Fatal(err)
	}
	dialled := time.Now()
	if err := call.WaitAnswered(ctx); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(dialled); took > 5*time.Second {
		t.Errorf("the caller is answered after %v", took)
	}
	// At once where the caller has come before the switch knew that the phone rings: then
	// the alarm's call, to which nobody need give way, rings on.
	if _, err := told.WaitEnded(ctx); err != nil {
		t.Fatalf("the alarm's call goes on: %v", err)
	}
	served, err := duty.NextCall(ctx)
	if err != nil || served.Caller().Number != "13900000001" {
		t.Fatalf("next on the phone is %+v, %v", served, err)
	}
	if err := call.Hangup(ctx); err != nil {
		t.Fatal(err)
	}
	again, err := duty.NextCall(ctx)
	if err != nil || again.Caller().Number == "13900000001" {
		t.Errorf("the alarm does not ring again: %+v, %v", again, err)
	}
}

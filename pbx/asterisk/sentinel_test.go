package asterisk

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"sansheng/pbx/ari"
	sip "sansheng/pbx/sip/phone"
	"sansheng/pbx/sip/probe"
	"sansheng/pbx/sip/tone"
)

// testCall is the sentinel's, to a number.
func testCall(t *testing.T, i *Instance, password, to string) (probe.Result, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	return probe.Call(ctx, probe.Target{Server: i.SIPAddr, User: SentinelUser, Password: password},
		probe.Order{To: to, From: SentinelUser, Expect: 1200, Send: tone.Tone{Hz: 1200}})
}

// The sentinel's test call hears itself, needs the password, reaches nothing else
// and is no call of the hotline's. A switch from before there was a sentinel is
// adopted and knows it then.
func TestSentinelCalls(t *testing.T) {
	c := demo()
	c.Data = t.TempDir()
	before, err := Start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = before.Stop() })
	forgetSentinel(t, before)
	if _, err := testCall(t, before, before.SentinelPassword, "test"); err == nil {
		t.Fatal("the switch still knows the sentinel")
	}
	if err := before.Release(); err != nil {
		t.Fatal(err)
	}
	i := startSwitch(t, c)
	if !i.Adopted() || i.ARIPassword != before.ARIPassword || i.SentinelPassword == "" {
		t.Errorf("adopted %t, the same password %t", i.Adopted(), i.ARIPassword == before.ARIPassword)
	}
	var r probe.Result
	eventually(t, "a test call", func() bool { r, err = testCall(t, i, i.SentinelPassword, "test"); return err == nil })
	if r.Audio <= 0 || r.Ended <= 0 {
		t.Errorf("test call %+v", r)
	}
	var fault *probe.StageError
	if _, err := testCall(t, i, "guessed", "test"); !errors.As(err, &fault) || fault.Status != http.StatusUnauthorized {
		t.Errorf("with a wrong password: %v", err)
	}
	for _, to := range []string{"800100", "1001", "s", "T", "*11"} {
		if _, err := testCall(t, i, i.SentinelPassword, to); !errors.As(err, &fault) || fault.Status != http.StatusNotFound {
			t.Errorf("to %s: %v", to, err)
		}
	}
	sentinel := &Instance{ARIURL: i.ARIURL, ARIUser: SentinelUser, ARIPassword: i.SentinelPassword, client: i.client}
	if status, body := ask(t, sentinel, http.MethodGet, "/channels", nil); status != http.StatusOK {
		t.Errorf("the sentinel's ARI: %d %s", status, body)
	}
	for _, e := range ledger(t, i) {
		if e.UserEvent != "" {
			t.Errorf("in the ledger: %+v", e)
		}
	}
}

// forgetSentinel makes a running switch one from before there was a sentinel.
func forgetSentinel(t *testing.T, i *Instance) {
	t.Helper()
	for name, section := range map[string]string{"ari.conf": `(?s)\[sentinel\].*`, "pjsip.conf": `(?s)\[sentinel\].*`} {
		path := filepath.Join(i.Data, "etc", name)
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, regexp.MustCompile(section).ReplaceAll(b, nil), 0o640); err != nil {
			t.Fatal(err)
		}
	}
	if err := i.reload(t.Context(), []string{"ari.conf", "pjsip.conf"}); err != nil {
		t.Fatal(err)
	}
	old := i.secrets
	old.SentinelPassword = ""
	if err := old.keep(filepath.Join(i.Data, secretsFile)); err != nil {
		t.Fatal(err)
	}
}

// Ordinary calls beyond their share are refused with busy, and are in the
// ledger; an emergency call is not. Without the reserve nobody is refused.
func TestReserve(t *testing.T) {
	c := demo()
	c.OrdinaryCalls = 1
	c.Lines[1].Emergency = true
	i := startSwitch(t, c)
	call(t, i, "800100", time.Minute)
	eventually(t, "the first call", func() bool { return find(ledger(t, i), "fallback") != nil })
	caller, err := sip.New(sip.Config{Number: "13900000002", Server: i.SIPAddr})
	if err != nil {
		t.Fatal(err)
	}
	defer caller.Die()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	began := time.Now()
	refused, err := caller.Call(ctx, "800100", sip.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var rejected *sip.RejectedError
	if err := refused.WaitAnswered(ctx); !errors.As(err, &rejected) || rejected.Status != 486 {
		t.Fatalf("the second call: %v, want 486", err)
	}
	if took := time.Since(began); took > time.Second {
		t.Errorf("refused after %v", took)
	}
	eventually(t, "the refused call in the ledger", func() bool {
		for _, e := range ledger(t, i) {
			if e.UserEvent == "arrived" && strings.HasSuffix(e.Extra, "|800100|13900000002") {
				id := e.ID
				for _, end := range ledger(t, i) {
					if end.Event == "HANGUP" && end.ID == id {
						return strings.Contains(end.Extra, `"hangupcause":17`)
					}
				}
			}
		}
		return false
	})
	call(t, i, "800119", time.Minute)
	eventually(t, "the emergency call", func() bool {
		for _, e := range ledger(t, i) {
			if e.UserEvent == "fallback" && strings.Contains(e.Extra, "|800119|") {
				return true
			}
		}
		return false
	})
}

// TestReserveOutbound: who was called takes from the ordinary calls' share, too.
func TestReserveOutbound(t *testing.T) {
	c := demo()
	c.OrdinaryCalls = 1
	i := startSwitch(t, c)
	listen(t, i)
	caller, err := sip.New(sip.Config{Number: "13900000002", Server: i.SIPAddr})
	if err != nil {
		t.Fatal(err)
	}
	defer caller.Die()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	status, body := ask(t, i, http.MethodPost, "/channels", map[string]any{
		"endpoint": "Local/s@outbound/n", "app": "sansheng", "variables": map[string]string{"call": "called"},
	})
	if status != http.StatusOK {
		t.Fatalf("call: %d %s", status, body)
	}
	eventually(t, "who was called to be the hotline's", func() bool {
		_, body := ask(t, i, http.MethodGet, "/channels", nil)
		return strings.Contains(body, "sansheng,outbound,called")
	})
	refused, err := caller.Call(ctx, "800100", sip.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var rejected *sip.RejectedError
	if err := refused.WaitAnswered(ctx); !errors.As(err, &rejected) || rejected.Status != 486 {
		t.Fatalf("a call beside it: %v, want 486", err)
	}
}

// What is turned off is not in the dialplan, and what is not turned off is.
func TestUnprotected(t *testing.T) {
	marks := map[string]string{LeaseGuard: "TIMEOUT(absolute)=6)\n same => n,Stasis(sansheng,inbound", HeartbeatGuard: "CTI_HB)", ReserveGuard: "GROUP_COUNT"}
	for off := range marks {
		c := demo()
		c.Data, c.Unprotected = "/tmp/x", []string{off}
		c, err := c.normal()
		if err != nil {
			t.Fatal(err)
		}
		i := &Instance{config: c, Data: c.Data, SpoolRecordingDir: "/tmp/x/rec", LedgerPath: "/tmp/x/l.csv", modules: "/m", run: "/r",
			ARIUser: "sansheng", ARIPassword: "p", SentinelPassword: "q", SystemName: "s1", Ports: standardPorts}
		i.secrets.EntityID = "02:00:00:00:00:01"
		i.tree.Root = "/t"
		files, err := render(i.values(c))
		if err != nil {
			t.Fatal(err)
		}
		for guard, mark := range marks {
			if has := strings.Contains(string(files["extensions.conf"]), mark); has != (guard != off) {
				t.Errorf("without %s: %s is there: %t", off, guard, has)
			}
		}
	}
	c := demo()
	c.Data, c.Unprotected = "/tmp/x", []string{"walls"}
	var bad *ValueError
	if _, err := c.normal(); !errors.As(err, &bad) {
		t.Errorf("an unknown guard: %v", err)
	}
	// 2000 ports carry 500 calls.
	if n := demo().ordinaryCalls(standardPorts); n != 400 {
		t.Errorf("%d ordinary calls", n)
	}
}

// An alarm's call is told to a person, who takes it with key 1 and with no other.
func TestAlarmCall(t *testing.T) {
	c := demo()
	c.Language = "en"
	i := startSwitch(t, c)
	push(t, i, ari.AgentEndpoint{Number: "1001", Password: "secret"})
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	p, err := sip.New(sip.Config{Number: "1001", Password: "secret", Server: i.SIPAddr, Policy: sip.AnswerAfter(0)})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Die()
	if err := p.Register(ctx); err != nil {
		t.Fatal(err)
	}
	order := map[string]any{
		"endpoint": "PJSIP/1001", "context": "alarm", "extension": "s", "priority": 1, "callerId": "Alarm",
		"variables": map[string]string{"ALARM": "hotline_silent", "ALARM_ID": "abc123"},
	}
	if status, body := ask(t, i, http.MethodPost, "/channels/alarm-1", order); status != http.StatusOK {
		t.Fatalf("originate: %d %s", status, body)
	}
	rung, err := p.NextCall(ctx)
	if err != nil {
		t.Fatal(err)
	}
	taken := func() string {
		status, body := ask(t, i, http.MethodGet, "/asterisk/variable?variable=ALARM_TAKEN", nil)
		var v struct{ Value string }
		if status != http.StatusOK || json.Unmarshal([]byte(body), &v) != nil {
			t.Fatalf("read ALARM_TAKEN: %d %s", status, body)
		}
		return v.Value
	}
	if err := rung.WaitSound(ctx); err != nil {
		t.Fatalf("nothing is told: %v", err)
	}
	if err := rung.Press(ctx, "5", sip.RFC4733); err != nil {
		t.Fatal(err)
	}
	if err := rung.Press(ctx, "1", sip.RFC4733); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the alarm to be taken", func() bool { return taken() == "abc123" })
}

package service

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"sansheng/cmd/sansheng/config"
	"sansheng/cti"
	"sansheng/pbx/sip/phone"
	"sansheng/store"
)

const hookSecret = "SANSHENG_WEBHOOK_TEST"

// The environment is everybody's, so it is set before any test runs.
func init() {
	_ = os.Setenv(hookSecret, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
}

// taker is a company's own system: it takes what is signed, and nothing else.
type taker struct {
	*httptest.Server
	t     *testing.T
	factC chan cti.Fact
	// held were told before somebody asked for them: no order is promised.
	held []cti.Fact
	// refuseC has how many posts are to be refused first.
	refuseC chan struct{}

	mu sync.Mutex
	// seen are the ids that were taken: what comes again is known.
	seen map[string]bool
}

func newTaker(t *testing.T) *taker {
	t.Helper()
	key, err := base64.StdEncoding.DecodeString("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	if err != nil {
		t.Fatal(err)
	}
	k := &taker{t: t, factC: make(chan cti.Fact, 1000), refuseC: make(chan struct{}, 100), seen: map[string]bool{}}
	k.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		h := hmac.New(sha256.New, key)
		h.Write([]byte(r.Header.Get("webhook-id") + "." + r.Header.Get("webhook-timestamp") + "." + string(body)))
		var f cti.Fact
		if err := errors.Join(err, json.Unmarshal(body, &f)); err != nil || r.Header.Get("webhook-signature") != "v1,"+base64.StdEncoding.EncodeToString(h.Sum(nil)) {
			t.Errorf("not signed, or no fact: %v %s: %v", r.Header, body, err)
		}
		if strings.Contains(string(body), "1390000") {
			t.Errorf("a whole number: %s", body)
		}
		select {
		case <-k.refuseC:
			w.WriteHeader(http.StatusServiceUnavailable)
		default:
			k.mu.Lock()
			defer k.mu.Unlock()
			if id := r.Header.Get("webhook-id"); !k.seen[id] {
				k.seen[id] = true
				k.factC <- f
			}
		}
	}))
	t.Cleanup(k.Close)
	return k
}

// takes waits for a fact of a kind, which is not given again.
func (k *taker) takes(kind cti.Kind) cti.Fact {
	k.t.Helper()
	ctx := deadline(k.t)
	for {
		if i := slices.IndexFunc(k.held, func(f cti.Fact) bool { return f.Kind == kind }); i >= 0 {
			f := k.held[i]
			k.held = slices.Delete(k.held, i, i+1)
			return f
		}
		select {
		case f := <-k.factC:
			k.held = append(k.held, f)
		case <-ctx.Done():
			k.t.Fatalf("no %s was told", kind)
		}
	}
}

// TestWebhooks: calls and tickets are told to a company's own system, signed and masked, also
// after it has refused them and after the database has died, while another's system hangs;
// a message that is no fact keeps nothing up, and is an alarm until somebody has put it away.
func TestWebhooks(t *testing.T) {
	t.Parallel()
	k, releaseC := newTaker(t), make(chan struct{})
	hanging := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-releaseC }))
	t.Cleanup(hanging.Close)
	t.Cleanup(func() { close(releaseC) })
	cfg := config.Default()
	cfg.Data = dataFolder(t)
	cfg.Hotline = cti.DemoPlan(0)
	cfg.Webhooks = []config.Webhook{
		{Name: "crm", Company: "demo", URL: k.URL, Facts: []string{"call.ended", "call.arrived", "ticket.*"}, SecretEnv: hookSecret},
		{Name: "slow", Company: "demo", URL: hanging.URL, Facts: []string{"call.*", "agent.*"}, SecretEnv: hookSecret, WholeNumbers: true},
	}
	st := startStack(t, cfg)
	st.database(deadline(t))
	agent := st.agent("1001", phone.AnswerAfter(0))
	talk := func(from string) {
		t.Helper()
		call := st.dial(from, "800100")
		st.next(agent)
		st.hears(call, agentTone("1001"))
		st.hangup(call)
		st.state("1001", cti.Ready)
	}
	talk("13900000081")
	if f := k.takes(cti.CallArrived); f.Data.(*cti.Arrived).Caller.Number != "139****0081" || f.Company != "demo" || f.Seq == 0 {
		t.Errorf("arrived: %+v", f)
	}
	ended := k.takes(cti.CallEnded)
	if d := ended.Data.(*cti.Ended); d.Disposition != cti.Disposition("ANSWERED") {
		t.Errorf("ended: %+v", d)
	}
	if f := k.takes("ticket.opened"); f.Call != ended.Call {
		t.Errorf("ticket of call %s, not %s", f.Call, ended.Call)
	}

	// A message that is no fact, a receiver that refuses, and a database that dies.
	if _, err := st.svc.nats.JetStream().Publish(deadline(t), "hotline.demo.call.poison.ended", []byte(`{"v":99,"caller":"13900000082"}`)); err != nil {
		t.Fatal(err)
	}
	k.refuseC <- struct{}{}
	if err := syscall.Kill(st.svc.database.cluster.PID(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	talk("13900000083")
	again := k.takes(cti.CallEnded)
	if again.Call == ended.Call {
		t.Error("the first call is told twice")
	}
	if _, err := st.svc.records.store.Load().Record(deadline(t), string(again.Call)); err != nil {
		t.Error(err)
	}
	st.stands("dead_letters", true)
	records := st.svc.records.store.Load()
	list, err := records.DeadLettersOf(deadline(t), store.DeadLetterFilter{Open: true})
	if err != nil || len(list) != 1 {
		t.Fatalf("%+v %v", list, err)
	}
	keeper := outside{&st.svc.records}
	if _, err := keeper.RetryDeadLetter(deadline(t), list[0].Journal, list[0].Position, "9001"); !errors.As(err, new(*store.DeadLetterError)) {
		t.Error(err)
	}
	if err := keeper.CloseDeadLetter(deadline(t), list[0].Journal, list[0].Position, "9001", "no fact"); err != nil {
		t.Error(err)
	}
	st.stands("dead_letters", false)

	if d, err := keeper.TestWebhook(deadline(t), "crm", "9001"); err != nil || d.Webhook != "crm" {
		t.Errorf("%+v %v", d, err)
	}
	k.takes(store.KindTested)
	hooks, err := keeper.Webhooks(deadline(t))
	if err != nil || len(hooks) != 2 || hooks[1].Waiting == 0 || hooks[1].DeliveredAt != nil || hooks[0].DeliveredAt == nil {
		t.Errorf("%+v %v", hooks, err)
	}
}

// stands waits until an alarm stands, or stands no more.
func (st *stack) stands(name string, raised bool) {
	st.t.Helper()
	ctx := deadline(st.t)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		there := false
		for _, a := range st.svc.standing(context.Background()) {
			if there = there || a.Name == name; a.Name == name && strings.Contains(a.Cause, "13900000") {
				st.t.Errorf("the alarm shows a number: %s", a.Cause)
			}
		}
		if there == raised {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			st.t.Fatalf("alarm %s does not become raised %t", name, raised)
		}
	}
}

// TestWebhookRefused: a webhook that refuses is an alarm after its time, and while something was given up.
func TestWebhookRefused(t *testing.T) {
	t.Parallel()
	now := time.Now()
	since := func(d time.Duration) *time.Time { at := now.Add(-d); return &at }
	for i, c := range []struct {
		w    store.WebhookStanding
		says string
	}{
		{store.WebhookStanding{Name: "crm", Waiting: 9}, ""},
		{store.WebhookStanding{Name: "crm", Waiting: 9, Refused: 2, RefusedSince: since(9 * time.Minute)}, ""},
		{store.WebhookStanding{Name: "crm", Waiting: 9, Refused: 2, RefusedSince: since(11 * time.Minute), LastError: "status 500"}, "crm: 2 refused, the oldest of "},
		{store.WebhookStanding{Name: "crm", Failed: 3}, "crm: 3 given up"},
		{store.WebhookStanding{Name: "crm", Failed: 3, EndedAt: since(0)}, ""},
	} {
		err := refused([]store.WebhookStanding{c.w}, now)
		if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("case %d: %v, want %q", i, err, c.says)
		}
	}
}

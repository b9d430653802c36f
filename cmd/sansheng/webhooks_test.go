package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"sansheng/cti/web"
	"sansheng/store"
)

// TestOutsideCommands: what is told outside, and what could not become rows, is listed from
// the records; what changes something is asked of the service, in an account's name.
func TestOutsideCommands(t *testing.T) {
	t.Parallel()
	_, s, _ := recordsRoot(t)
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	send := func(context.Context, store.Delivery) error { return nil }
	if err := s.SetWebhooks(t.Context(), []store.Webhook{{Name: "crm", Company: "demo", Facts: []string{"call.*"}}}, send); err != nil {
		t.Fatal(err)
	}
	if _, err := s.TestWebhook(t.Context(), "crm", "9001"); err != nil {
		t.Fatal(err)
	}
	poison := &store.FactSource{Journal: "HOTLINE", Messages: []store.Message{{Position: 4711, Subject: "hotline.x", Payload: []byte(`{"v":99}`)}}}
	if err := s.Projector(poison, store.ProjectorConfig{}).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	open := func(context.Context) (*store.Store, func(), error) { return s, func() {}, nil }
	run := func(args ...string) (string, error) {
		var out bytes.Buffer
		c := &cobra.Command{Use: "sansheng", SilenceUsage: true, SilenceErrors: true}
		c.AddCommand(webhooksCommand(open), deadLettersCommand(open))
		c.SetOut(&out)
		c.SetErr(&out)
		c.SetArgs(args)
		err := c.ExecuteContext(t.Context())
		return out.String(), err
	}
	for _, c := range []struct{ args, says string }{
		{"webhooks list", "crm"}, {"webhooks list --json", `"waiting": 1`}, {"webhooks failed", "HAPPENED"}, {"webhooks failed --json --webhook crm", "[]"},
		{"deadletters list", "4711"}, {"deadletters list --json --all", `"position": 4711`}, {"deadletters show 4711", `"v": 99`},
	} {
		if out, err := run(strings.Fields(c.args)...); err != nil || !strings.Contains(out, c.says) {
			t.Errorf("%s: %v\n%s", c.args, err, out)
		}
	}
	for args, says := range map[string]string{
		"deadletters show x": "allowed: a whole number", "deadletters show 5": "no such dead letter", "deadletters retry -- -1": "allowed: a whole number",
		"webhooks retry": "accepts 1 arg",
	} {
		if out, err := run(strings.Fields(args)...); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v\n%s", args, err, out)
		}
	}
}

// TestOutsideOrders: the commands that ask the service.
func TestOutsideOrders(t *testing.T) {
	t.Setenv(passwordVariable, "secret")
	good, bad := uuid.New(), uuid.New()
	asked := []string{}
	answer := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		if err := json.NewEncoder(w).Encode(v); err != nil {
			t.Error(err)
		}
	}
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if by, password, _ := r.BasicAuth(); by != "9001" || password != "secret" {
			t.Errorf("asked by %q", by)
		}
		body := new(bytes.Buffer)
		if _, err := body.ReadFrom(r.Body); err != nil {
			t.Error(err)
		}
		asked = append(asked, strings.TrimSpace(r.Method+" "+r.URL.RequestURI()+" "+body.String()))
		switch r.URL.Path {
		case "/api/v1/webhooks/crm/retry":
			answer(w, web.Retried{Retried: 3})
		case "/api/v1/webhooks/crm/test":
			answer(w, store.Delivery{ID: good})
		case "/api/v1/webhooks/dead/test":
			answer(w, store.Delivery{ID: bad})
		case "/api/v1/deliveries":
			d := store.Delivery{ID: good, State: store.Delivered, Tries: 1}
			if r.URL.Query().Get("id") == bad.String() {
				d = store.Delivery{ID: bad, State: store.DeliveryWaiting, Tries: 1, Error: "status 500"}
			}
			answer(w, web.Deliveries{Deliveries: []store.Delivery{d}})
		case "/api/v1/dead-letters/HOTLINE/7/retry":
			answer(w, web.Projected{Outcome: store.OutcomeProjected})
		case "/api/v1/dead-letters/HOTLINE/7/close":
			w.WriteHeader(http.StatusNoContent)
		default:
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(http.StatusNotFound)
			answer(w, map[string]string{"detail": "nothing there"})
		}
	}))
	defer api.Close()
	run := func(args ...string) (string, error) {
		var out bytes.Buffer
		c := rootCommand()
		c.SetOut(&out)
		c.SetErr(&out)
		c.SetArgs(append(args, "--as", "9001", "--url", api.URL))
		err := c.ExecuteContext(t.Context())
		return out.String(), err
	}
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"webhooks", "retry", "crm"}, "3 deliveries to crm are tried again"},
		{[]string{"webhooks", "retry", "crm", "--delivery", good.String()}, "3 deliveries"},
		{[]string{"webhooks", "test", "crm"}, "crm has taken it"},
		{[]string{"deadletters", "retry", "7"}, "dead letter 7: projected"},
		{[]string{"deadletters", "close", "7", "--reason", "no fact"}, "dead letter 7 is closed"},
	} {
		if out, err := run(c.args...); err != nil || !strings.Contains(out, c.says) {
			t.Errorf("%v: %v\n%s", c.args, err, out)
		}
	}
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"webhooks", "test", "dead"}, "not taken: status 500"},
		{[]string{"webhooks", "retry", "nobody"}, "nothing there"},
		{[]string{"deadletters", "retry", "8"}, "nothing there"},
	} {
		if out, err := run(c.args...); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%v: %v\n%s", c.args, err, out)
		}
	}
	want := fmt.Sprintf(`POST /api/v1/webhooks/crm/retry; POST /api/v1/webhooks/crm/retry?id=%s; POST /api/v1/webhooks/crm/test; GET /api/v1/deliveries?id=%s; `+
		`POST /api/v1/dead-letters/HOTLINE/7/retry; POST /api/v1/dead-letters/HOTLINE/7/close {"reason":"no fact"}`, good, good)
	if got := strings.Join(asked, "; "); !strings.HasPrefix(got, want) {
		t.Errorf("asked\n%s\nwant\n%s", got, want)
	}
}

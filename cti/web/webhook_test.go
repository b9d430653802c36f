package web

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/google/uuid"

	"sansheng/store"
)

// hooksKeeper has webhooks of two companies, and what was asked of it.
type hooksKeeper struct {
	filter  store.DeliveryFilter
	retried []string
	tested  []string
}

func (*hooksKeeper) Webhooks(context.Context) ([]store.WebhookStanding, error) {
	return []store.WebhookStanding{{Name: "crm", Company: "demo"}, {Name: "crm2", Company: "demo2"}, {Name: "old", Company: "demo", EndedAt: &day}}, nil
}

func (h *hooksKeeper) Deliveries(_ context.Context, f store.DeliveryFilter) ([]store.Delivery, error) {
	h.filter = f
	return []store.Delivery{{ID: uuid.New(), Webhook: "crm", Company: f.Company, State: store.DeliveryFailed, Body: []byte(number1)}}, nil
}

func (h *hooksKeeper) RetryDeliveries(_ context.Context, name, id string) (int, error) {
	h.retried = append(h.retried, name+" "+id)
	return 3, nil
}

func (h *hooksKeeper) TestWebhook(_ context.Context, name, by string) (store.Delivery, error) {
	h.tested = append(h.tested, name+" "+by)
	return store.Delivery{ID: uuid.New(), Webhook: name}, nil
}

// An operator sees and drives his company's webhooks, an administrator all, others none;
// what is posted is shown to nobody.
func TestWebhookRoutes(t *testing.T) {
	st := newStand(t)
	h := &hooksKeeper{}
	st.webhooks = h
	for account, want := range map[string]int{"3001": 2, "9001": 3, "5001": 3} {
		if got := st.get(account, "/api/v1/webhooks").json(t)["webhooks"].([]any); len(got) != want {
			t.Errorf("%s sees %d webhooks, want %d", account, len(got), want)
		}
	}
	for account, want := range map[string]string{"3001": "demo", "9001": ""} {
		a := st.get(account, "/api/v1/deliveries?state=failed&webhook=crm&limit=5")
		if a.StatusCode != http.StatusOK || strings.Contains(a.text, number1) || !reflect.DeepEqual(h.filter, store.DeliveryFilter{Webhook: "crm", State: store.DeliveryFailed, Limit: 5, Company: want}) {
			t.Errorf("%s: %d %s, asked %+v", account, a.StatusCode, a.text, h.filter)
		}
	}
	id := uuid.NewString()
	for _, c := range []struct {
		account, path string
		status        int
	}{
		{"3001", "/api/v1/webhooks/crm/retry?id=" + id, 200}, {"3001", "/api/v1/webhooks/crm2/retry", 404}, {"9001", "/api/v1/webhooks/crm2/retry", 200},
		{"3001", "/api/v1/webhooks/crm/test", 200}, {"3001", "/api/v1/webhooks/crm2/test", 404}, {"9001", "/api/v1/webhooks/old/test", 404},
		{"9001", "/api/v1/webhooks/nobody/retry", 404}, {"9001", "/api/v1/webhooks/crm/retry?id=x", 422}, {"5001", "/api/v1/webhooks/crm/test", 403}, {"2001", "/api/v1/webhooks/crm/test", 403},
	} {
		if a := st.post(c.account, c.path, ""); a.StatusCode != c.status {
			t.Errorf("%s %s: %d %s, want %d", c.account, c.path, a.StatusCode, a.text, c.status)
		}
	}
	if got := fmt.Sprint(h.retried, h.tested); got != "[crm "+id+" crm2 ] [crm 3001]" {
		t.Errorf("ordered %s", got)
	}
	st.webhooks = nobodysWebhooks{}
	if a := st.get("9001", "/api/v1/webhooks"); a.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("without a store: %d", a.StatusCode)
	}
}

// letters has one dead letter, at 7, and one that stays as it is, at 8.
type letters struct{ done []string }

func (*letters) DeadLetters(_ context.Context, f store.DeadLetterFilter) ([]store.DeadLetter, error) {
	list := []store.DeadLetter{{Journal: "HOTLINE", Position: 7, Subject: "hotline.demo.call.c1.ended", Error: "no company of " + number1, Payload: []byte(number1)}}
	if !f.Open {
		list = append(list, store.DeadLetter{Journal: "HOTLINE", Position: 6, ClosedBy: "9001"})
	}
	return list, nil
}

func (*letters) DeadLetter(_ context.Context, journal string, position uint64) (store.DeadLetter, error) {
	if journal != "HOTLINE" || position != 7 {
		return store.DeadLetter{}, store.ErrNoDeadLetter
	}
	return store.DeadLetter{Journal: journal, Position: position, Error: "no company", Payload: []byte(`{"v":1,"from":"` + number1 + `","data":{"caller":{"number":"` + number1 + `"}}}`)}, nil
}

func (l *letters) RetryDeadLetter(_ context.Context, _ string, position uint64, by string) (string, error) {
	l.done = append(l.done, fmt.Sprint("retry ", position, " ", by))
	if position == 8 {
		return "", fmt.Errorf("retry: %w", &store.DeadLetterError{Text: "schema version 2"})
	}
	return store.OutcomeProjected, nil
}

func (l *letters) CloseDeadLetter(_ context.Context, _ string, position uint64, by, reason string) error {
	l.done = append(l.done, fmt.Sprint("close ", position, " ", by, " ", reason))
	return nil
}

// Administrators see dead letters, masked unless they say why, and have them tried again.
func TestDeadLetterRoutes(t *testing.T) {
	st := newStand(t)
	l := &letters{}
	st.letters = l
	for path, want := range map[string]int{"/api/v1/dead-letters": 1, "/api/v1/dead-letters?all=true": 2} {
		a := st.get("9001", path)
		if got := a.json(t)["dead_letters"].([]any); len(got) != want || strings.Contains(a.text, number1) {
			t.Errorf("%s: %s", path, a.text)
		}
	}
	one := "/api/v1/dead-letters/HOTLINE/7"
	if a := st.get("9001", one); a.StatusCode != 200 || strings.Contains(a.text, number1) || !strings.Contains(a.text, "138****8000") {
		t.Errorf("%d %s", a.StatusCode, a.text)
	}
	if a := st.get("9001", one+"?reveal=why+it+died"); a.StatusCode != 200 || !strings.Contains(a.text, number1) || len(st.logs.FilterMessage("numbers revealed").All()) != 1 {
		t.Errorf("%d %s", a.StatusCode, a.text)
	}
	for _, c := range []struct {
		account, path, body string
		status              int
	}{
		{"9001", one + "/retry", "", 200}, {"9001", "/api/v1/dead-letters/HOTLINE/8/retry", "", 409}, {"5001", one + "/retry", "", 403}, {"3001", one + "/retry", "", 403},
		{"9001", one + "/close", `{"reason":"no fact"}`, 204}, {"9001", one + "/close", `{"reason":"12"}`, 422}, {"9001", one + "/close", `{}`, 422},
		{"9001", "/api/v1/dead-letters/HOTLINE/x/retry", "", 422},
	} {
		if a := st.post(c.account, c.path, c.body); a.StatusCode != c.status {
			t.Errorf("%s %s %s: %d %s, want %d", c.account, c.path, c.body, a.StatusCode, a.text, c.status)
		}
	}
	if a := st.get("9001", "/api/v1/dead-letters/HOTLINE/9"); a.StatusCode != http.StatusNotFound {
		t.Errorf("one that is not there: %d", a.StatusCode)
	}
	if got := fmt.Sprint(l.done); got != "[retry 7 9001 retry 8 9001 close 7 9001 no fact]" {
		t.Errorf("done: %s", got)
	}
}

package service

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sansheng/cmd/sansheng/config"
	"sansheng/cti"
	"sansheng/cti/lookup"
	"sansheng/cti/web"
	"sansheng/pbx/sip/phone"
	"sansheng/store"
)

// TestCompanySystem: a company's own system is asked for a customer's card as its flows ask
// it, and for no longer than an agent waits.
func TestCompanySystem(t *testing.T) {
	var said string
	var asked map[string]any
	deafC := make(chan struct{})
	system := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if json.NewDecoder(r.Body).Decode(&asked) != nil || r.Method != http.MethodPost {
			t.Errorf("asked by %s with %v", r.Method, asked)
		}
		if said == "" {
			select {
			case <-deafC:
			case <-r.Context().Done():
			}
			return
		}
		_, _ = io.WriteString(w, said)
	}))
	defer system.Close()
	defer close(deafC)
	plan := cti.DemoPlan(0)
	co := &plan.Companies[0]
	co.Lookups = []cti.Lookup{{ID: "crm", URL: system.URL, Deadline: cti.Span(3 * time.Second), Results: []string{"known", "unknown"}}}
	co.Customers = &cti.CustomerRule{Lookup: "crm", Fields: map[string]string{"name": "kunde"}}
	if err := plan.Check(); err != nil {
		t.Fatal(err)
	}
	c := companySystems{plan: func() *cti.Plan { return plan }, client: lookup.New()}

	said = `{"result": "known", "data": {"kunde": "王伟", "address": "Street 7", "debt": "12"}}`
	card, err := c.ask(t.Context(), string(co.ID), "13800138000")
	if err != nil || card.Name != "王伟" || card.Address != "Street 7" || len(card.Rest) != 1 || card.Rest[0].Name != "debt" || asked["caller"] != "13800138000" || asked["company"] != string(co.ID) {
		t.Errorf("%+v, %v; asked %v", card, err, asked)
	}
	for answer, want := range map[string]string{
		`{"result": "rich"}`: "none of its words", `<html>`: "no JSON", `{"result": "known", "data": {"name": "a\nb"}}`: "not allowed",
	} {
		said = answer
		if card, err := c.ask(t.Context(), string(co.ID), "1"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %+v, %v", answer, card, err)
		}
	}
	said = ""
	began := time.Now()
	_, err = c.ask(t.Context(), string(co.ID), "13800138000")
	if took := time.Since(began); err == nil || !strings.Contains(err.Error(), "no answer within 500ms") || took > 2*time.Second {
		t.Errorf("%v after %v", err, took)
	}
	co.Customers = nil
	if _, err := c.ask(context.Background(), string(co.ID), "1"); !errors.Is(err, web.ErrNoSystem) {
		t.Errorf("no system: %v", err)
	}
	if _, err := c.ask(context.Background(), "nobody", "1"); !errors.Is(err, web.ErrNoSystem) {
		t.Errorf("no company: %v", err)
	}
}

// TestCustomerOnTheLine: an agent sees the whole card of the caller at his phone, what the
// company's own system says of him, and this call; a colleague of his does not.
func TestCustomerOnTheLine(t *testing.T) {
	const from = "13900000091"
	t.Parallel()
	system := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"result": "known", "data": {"name": "Wang Wei"}}`)
	}))
	defer system.Close()
	cfg := config.Default()
	cfg.Data, cfg.Hotline = dataFolder(t), cti.DemoPlan(0)
	cfg.Hotline.Companies[0].Lookups = []cti.Lookup{{ID: "crm", URL: system.URL, Results: []string{"known"}}}
	cfg.Hotline.Companies[0].Customers = &cti.CustomerRule{Lookup: "crm"}
	_, made, err := web.CreateAccounts(filepath.Join(cfg.Data, web.AccountsFile), []web.Account{
		{Number: "1001", Role: web.Agent, Company: "demo"}, {Number: "1002", Role: web.Agent, Company: "demo"},
	})
	if err != nil {
		t.Fatal(err)
	}
	st := startStack(t, cfg)
	st.agent("1001", phone.AnswerAfter(0))
	call := st.dial(from, "800100")
	st.fact(from, cti.CallAnswered, 1)
	<-st.svc.database.readyC
	if _, err := st.records().CreateCustomer(t.Context(), "demo", store.Card{Numbers: []string{from}, Name: "王伟"}, store.Editor{Person: "2001", Reason: "a customer of old"}); err != nil {
		t.Fatal(err)
	}
	ask := func(i int) (int, string) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+st.svc.web.Addr()+"/api/v1/customers/by-number/"+from+"?reveal=he+is+on+the+line", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.SetBasicAuth(made[i].Number, made[i].Password)
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, string(b)
	}
	until(t, func(context.Context) (bool, string) { // the store reads facts a moment later
		status, text := ask(0)
		return status == http.StatusOK && strings.Contains(text, "王伟") && strings.Contains(text, "Wang Wei") && strings.Contains(text, `"agent":"1001"`), text
	})
	if status, text := ask(1); status != http.StatusForbidden {
		t.Errorf("a colleague sees %d %s", status, text)
	}
	st.hangup(call)
	list, err := st.records().Accesses(t.Context(), store.AccessFilter{Person: "1001"})
	if err != nil || len(list) == 0 || list[0].Reason != "he is on the line" {
		t.Errorf("written down %+v, %v", list, err)
	}
}

package web

import (
	"cmp"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"sansheng/cti"
	"sansheng/cti/sheet"
	"sansheng/store"
)

func TestMain(m *testing.M) {
	hashCost = cost{memory: 64, passes: 1, threads: 1}
	goleak.VerifyTestMain(m)
}

const (
	number1 = "13800138000"
	number2 = "+862112345678"
)

var day = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// memory is a RecordReader with a few records of two companies.
type memory struct {
	calls   []store.Record
	tickets []store.Ticket
	owed    []store.OwedCallback // one of the company asked about, where it is nil
	fail    error
	hold    chan struct{} // when set, reads wait for it or their context
	asked   store.Filter
}

func (m *memory) wait(ctx context.Context) error {
	if m.hold == nil {
		return m.fail
	}
	select {
	case <-m.hold:
		return m.fail
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (m *memory) Calls(ctx context.Context, f store.Filter) ([]store.Record, error) {
	if err := m.wait(ctx); err != nil {
		return nil, err
	}
	m.asked = f
	var out []store.Record
	for _, r := range m.calls {
		if (f.Company == "" || f.Company == r.Company) && (f.DID == "" || f.DID == r.DID) && (f.Caller == "" || f.Caller == r.Caller) &&
			(f.Agent == "" || r.Agent != nil && *r.Agent == f.Agent) && (f.Answered == nil || *f.Answered == (r.AnsweredAt != nil)) &&
			(f.Since.IsZero() || !r.StartedAt.Before(f.Since)) && (f.Until.IsZero() || r.StartedAt.Before(f.Until)) {
			out = append(out, r)
		}
	}
	if f.Limit > 0 && len(out) > f.Limit {
		out = out[len(out)-f.Limit:]
	}
	return out, nil
}

func (m *memory) Record(ctx context.Context, id string) (store.Record, error) {
	if err := m.wait(ctx); err != nil {
		return store.Record{}, err
	}
	i := slices.IndexFunc(m.calls, func(r store.Record) bool { return r.ID == id })
	if i < 0 {
		return store.Record{}, store.ErrNoCall
	}
	return m.calls[i], nil
}

func (m *memory) Tickets(ctx context.Context, f store.TicketFilter) ([]store.Ticket, error) {
	var out []store.Ticket
	for _, t := range m.tickets {
		if (f.ID == "" || f.ID == t.ID.String()) && (f.Company == "" || f.Company == t.Company) && (f.Owner == "" || t.Owner != nil && *t.Owner == f.Owner) {
			out = append(out, t)
		}
	}
	return out, m.wait(ctx)
}

func (m *memory) Callbacks(ctx context.Context, f store.CallbackFilter) ([]store.OwedCallback, error) {
	if m.owed != nil {
		return slices.Clone(m.owed), m.wait(ctx)
	}
	return []store.OwedCallback{{Company: cmp.Or(f.Company, "demo"), Queue: "service", Call: "c1", Number: "13900000001"}}, m.wait(ctx)
}

func (m *memory) Agents(ctx context.Context, company string, _ time.Time) ([]store.Agent, error) {
	return []store.Agent{{Company: cmp.Or(company, "demo"), Agent: "1001", State: "Ready"}}, m.wait(ctx)
}

func (m *memory) Queues(ctx context.Context, company string, _ time.Time) ([]store.Queue, error) {
	return []store.Queue{{Company: cmp.Or(company, "demo"), Queue: "service"}}, m.wait(ctx)
}

func record(id, company, agent, caller string, at time.Time) store.Record {
	r := store.Record{}
	r.ID, r.Company, r.DID, r.Caller, r.CallerName, r.StartedAt = id, company, "800100", caller, caller, at
	r.Tickets = []store.Ticket{{ID: uuid.New(), Company: company, Call: id, Caller: caller}}
	if agent != "" {
		r.Agent, r.AnsweredAt = &agent, &at
		r.Tickets[0].Owner = &agent
		r.Sheet = &store.Sheet{Agent: agent, Said: sheet.Values{"matter": "call " + caller + " back", "name": caller}, Hidden: []string{"name"}}
	}
	return r
}

// stand is a server under test.
type stand struct {
	*Server
	t         testing.TB
	web       *httptest.Server
	memory    *memory
	passwords map[string]string
	logs      *observer.ObservedLogs
	// clock is that of its database; the machine's where it is nil.
	clock func() time.Time
}

func people() []Account {
	return []Account{
		{Number: "1001", Role: Agent, Company: "demo"}, {Number: "1002", Role: Agent, Company: "demo2"},
		{Number: "2001", Role: ShiftLeader, Company: "demo"}, {Number: "3001", Role: Operator, Company: "demo"},
		{Number: "9001", Role: Administrator, Company: "demo"}, {Number: "4001", Role: Finance, Company: "demo"},
		{Number: "5001", Role: Auditor, Company: "demo"}, {Number: "6001", Role: Clerk, Company: "demo", Department: "gas"},
	}
}

// newStand serves three calls: two of demo (1001's and one unanswered), one of demo2.
func newStand(t testing.TB) *stand {
	t.Helper()
	accounts, made, err := CreateAccounts(filepath.Join(t.TempDir(), "accounts.json"), people())
	if err != nil {
		t.Fatal(err)
	}
	core, logs := observer.New(zapcore.DebugLevel)
	m := &memory{calls: []store.Record{
		record("c1", "demo", "1001", number1, day),
		record("c2", "demo", "", number2, day.Add(time.Hour)),
		record("c3", "demo2", "1002", number1, day.Add(2*time.Hour)),
	}}
	for _, c := range m.calls {
		m.tickets = append(m.tickets, c.Tickets...)
	}
	reg := prometheus.NewRegistry()
	reg.MustRegister(prometheus.NewGauge(prometheus.GaugeOpts{Name: "sansheng_try", Help: "A gauge."}))
	s, err := New(Config{
		Addr: "127.0.0.1:0", Records: m, Metrics: reg, Accounts: accounts, Log: zap.New(core),
		Live: func(context.Context) (Floor, error) {
			return Floor{Linked: true, Live: 2, Waiting: 1, Agents: []cti.AgentView{
				{ID: "1002", Company: "demo2", State: "Ready"}, {ID: "1001", Company: "demo", State: "Talking"},
			}}, nil
		},
		Readiness: func(context.Context) []Part { return []Part{{Name: "switch", OK: true}} },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	st := &stand{Server: s, t: t, memory: m, passwords: map[string]string{}, logs: logs}
	for _, c := range made {
		st.passwords[c.Number] = c.Password
	}
	st.web = httptest.NewServer(s.http.Handler)
	t.Cleanup(st.web.Close)
	return st
}

// answer is what came back.
type answer struct {
	*http.Response
	text string
}

func (a answer) json(t *testing.T) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal([]byte(a.text), &v); err != nil {
		t.Fatalf("%s: %v", a.text, err)
	}
	return v
}

func (st *stand) request(method, path, body string) *http.Request {
	st.t.Helper()
	r, err := http.NewRequest(method, st.web.URL+path, strings.NewReader(body))
	if err != nil {
		st.t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	return r
}

func (st *stand) do(r *http.Request) answer {
	st.t.Helper()
	client := &http.Client{Transport: st.web.Client().Transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(r)
	if err != nil {
		st.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		st.t.Fatal(err)
	}
	return answer{Response: res, text: string(b)}
}

// get asks with Basic credentials, or without any for the empty account.
func (st *stand) get(account, path string) answer {
	st.t.Helper()
	r := st.request("GET", path, "")
	if account != "" {
		r.SetBasicAuth(account, st.passwords[account])
	}
	return st.do(r)
}

// enter logs in and answers the cookie.
func (st *stand) enter(account string) (answer, *http.Cookie) {
	st.t.Helper()
	a := st.do(st.request("POST", "/api/v1/login", `{"account":"`+account+`","password":"`+st.passwords[account]+`"}`))
	if len(a.Cookies()) == 0 {
		return a, nil
	}
	return a, a.Cookies()[0]
}

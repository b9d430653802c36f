package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sansheng/cti"
	"sansheng/store"
	"sansheng/store/cluster"
	"sansheng/store/table"
)

// withStore gives a server a database of its own, with the call in which 1001 of demo spoke
// to number1.
func withStore(t *testing.T, st *stand) *store.Store {
	t.Helper()
	dir, err := os.MkdirTemp("", "web-test-") // not t.TempDir: PostgreSQL's account must reach it
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	pg, err := cluster.Start(t.Context(), cluster.Config{Data: filepath.Join(dir, "pg")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := pg.Stop(); err != nil {
			t.Error(err)
		}
	})
	db, err := store.Open(t.Context(), store.Config{URL: pg.DSN, Now: st.clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	fact := func(seq uint64, kind cti.Kind, agent cti.AgentID, d cti.Data) cti.Fact {
		return cti.Fact{
			Version: cti.SchemaVersion, ID: fmt.Sprint("e-", seq), Engine: "e", Seq: seq, At: day.Add(time.Duration(seq) * time.Second), Kind: kind,
			Company: "demo", Call: "c1", Agent: agent, Data: d,
		}
	}
	arrived := &cti.Arrived{DID: "800100", Channel: "ch1", Direction: cti.Inbound}
	arrived.Caller.Number = number1
	err = db.Replay(t.Context(), "story",
		fact(1, cti.CallArrived, "", arrived),
		fact(2, cti.CallOffered, "1001", &cti.Offered{Queue: "service", Channel: "c1-agent1", Offer: 1}),
		fact(3, cti.CallAnswered, "1001", &cti.Answered{Queue: "service", Channel: "c1-agent1", Offer: 1}),
	)
	if err != nil {
		t.Fatal(err)
	}
	st.store = func() (*store.Store, error) { return db, nil }
	return db
}

// TestCustomers: customers are made, found, seen and changed by those who may, of their own
// company, and every card that was seen is written down.
func TestCustomers(t *testing.T) {
	st := newStand(t)
	db := withStore(t, st)
	t.Run("orders", st.customerOrders)
	t.Run("views", func(t *testing.T) { st.customerViews(t, db) })
	t.Run("system", st.customerSystem)
	t.Run("tables", func(t *testing.T) { st.customerTables(t, db) })
	t.Run("reveals", st.reveals)
}

func (st *stand) customerOrders(t *testing.T) {
	a := st.change("1001", "POST", "/api/v1/customers", `{"numbers":["138 0013 8000","021-65520001"],"name":"王伟","address":"中山路 12 号","account":"A7","flags":["vip"],"reason":"first call"}`)
	if a.StatusCode != 201 || strings.Contains(a.text, number1) || strings.Contains(a.text, "中山") || !strings.Contains(a.text, "138****8000") {
		t.Fatalf("%d %s", a.StatusCode, a.text)
	}
	id := a.json(t)["id"].(string)
	other := st.change("9001", "POST", "/api/v1/customers", `{"company":"demo2","numbers":["13800138000"],"reason":"first call"}`).json(t)["id"].(string)
	second := st.change("2001", "POST", "/api/v1/customers", `{"numbers":["13900000001"],"reason":"second call"}`).json(t)["id"].(string)
	for _, c := range []struct {
		account, method, path, body string
		status                      int
		says                        string
	}{
		{"9001", "POST", "", `{"name":"x","reason":"why"}`, 422, "company is missing"},
		{"1001", "POST", "", `{"company":"demo2","name":"x","reason":"why"}`, 403, "allowed: demo"},
		{"1001", "POST", "", `{"name":"x"}`, 422, "reason"},
		{"1001", "POST", "", `{"numbers":["1;2"],"reason":"why"}`, 422, "body.numbers[0]"},
		{"1001", "POST", "", `{"numbers":["13800138000"],"reason":"why"}`, 409, "is that of customer " + id},
		{"1001", "POST", "", `{"flags":["rich"],"name":"x","reason":"why"}`, 422, "vip do_not_call"},
		{"3001", "POST", "", `{"name":"x","reason":"why"}`, 403, "allowed: agent"},
		{"1001", "PATCH", "/" + other, `{"version":1,"name":"x","reason":"why"}`, 404, "there is no customer"},
		{"1001", "PATCH", "/c1", `{"version":1,"name":"x","reason":"why"}`, 422, "path.id"},
		{"1001", "PATCH", "/" + id, `{"version":1,"name":"王**","reason":"why"}`, 422, "it is masked"},
		{"1001", "PATCH", "/" + id, `{"version":1,"address":"人民路","reason":"moved"}`, 200, `"version":2`},
		{"1001", "PATCH", "/" + second, `{"version":1,"numbers":["13700000000"],"reason":"why"}`, 403, "whom you have, or had, at your phone"},
		{"2001", "PATCH", "/" + id, `{"version":1,"address":"南京路","reason":"moved"}`, 409, "version 2 is there, version 1 was read"},
		{"1001", "POST", "/" + id + "/merge", `{"from":"` + second + `","version":2,"from_version":1,"reason":"why"}`, 403, "allowed: shift_leader"},
		{"2001", "POST", "/" + id + "/merge", `{"from":"` + other + `","version":2,"from_version":1,"reason":"why"}`, 404, "there is no customer"},
		{"2001", "POST", "/" + id + "/merge", `{"from":"` + second + `","version":2,"from_version":1,"reason":"the same"}`, 200, `"version":3`},
	} {
		a := st.change(c.account, c.method, "/api/v1/customers"+c.path, c.body)
		if a.StatusCode != c.status || !strings.Contains(a.text, c.says) {
			t.Errorf("%s %s %s %s: %d %s", c.account, c.method, c.path, c.body, a.StatusCode, a.text)
		}
	}
	a = st.get("2001", "/api/v1/customers/"+second+"?history=true&reveal=checking+the+merge")
	if a.StatusCode != 200 || !strings.Contains(a.text, `"merged":["`+second+`"]`) || !strings.Contains(a.text, "人民路") || strings.Count(a.text, `"why":`) != 5 {
		t.Errorf("%d %s", a.StatusCode, a.text)
	}
}

// TestSearchByNumber: who may see no whole numbers finds nobody by his.
func TestSearchByNumber(t *testing.T) {
	st := newStand(t)
	for account, status := range map[string]int{"1001": 503, "2001": 503, "3001": 403, "5001": 503} { // 503 is by the database, which is not there
		if a := st.get(account, "/api/v1/customers?number="+number1); a.StatusCode != status {
			t.Errorf("%s: %d %s", account, a.StatusCode, a.text)
		}
	}
	if a := st.get("3001", "/api/v1/customers?name=Wang"); a.StatusCode != 503 {
		t.Errorf("by name: %d %s", a.StatusCode, a.text)
	}
}

func (st *stand) customerViews(t *testing.T, db *store.Store) {
	find := func(account, query string) []any {
		a := st.get(account, "/api/v1/customers"+query)
		if a.StatusCode != 200 {
			t.Fatalf("%s %s: %d %s", account, query, a.StatusCode, a.text)
		}
		return a.json(t)["customers"].([]any)
	}
	for _, c := range []struct {
		account, query string
		found          int
	}{
		{"9001", "", 2}, {"1001", "", 1}, {"1002", "", 1}, {"2001", "?name=" + url.QueryEscape("王伟"), 1}, {"2001", "?address=" + url.QueryEscape("人民"), 1},
		{"1001", "?number=13800138000", 1}, {"1001", "?account=A7&flag=vip", 1}, {"1001", "?account=A", 0}, {"9001", "?limit=1", 1},
	} {
		if got := find(c.account, c.query); len(got) != c.found {
			t.Errorf("%s %s: %v, want %d", c.account, c.query, got, c.found)
		}
	}
	id := find("1001", "?number=13800138000")[0].(map[string]any)["id"].(string)
	for _, c := range []struct {
		account, path string
		status        int
		says, hides   string
	}{
		{"1001", "/" + id, 200, `"c1"`, number1},
		{"1001", "/" + id + "?reveal=he+is+on+the+line", 200, number1, "****"},
		{"1002", "/" + id, 404, "there is no customer", ""},
		{"3001", "/" + id + "?reveal=looking+for+a+fault", 403, "may not see whole numbers", number1},
		{"3001", "/" + id, 200, "138****8000", number1},
		{"5001", "/" + id + "?reveal=yearly+audit", 200, number1, "****"},
		{"4001", "/" + id, 403, "allowed", ""},
		{"1001", "?reveal=all+of+them", 403, "one by one", number1},
		{"2001", "?reveal=all+of+them", 200, number1, "****"},
		{"2001", "?name=x", 422, "allowed: 2 letters", ""},
		{"1001", "/by-number/13800138000?reveal=he+is+on+the+line", 200, number1, "****"},
		{"1001", "/by-number/13900009999", 200, `"ours":null`, ""},
		{"1001", "/by-number/13900009999?reveal=who+is+that", 403, "at your phone", ""},
		{"9001", "/by-number/13800138000", 422, "company is missing", ""},
		{"9001", "/by-number/13800138000?company=demo", 200, "138****8000", number1},
		{"1001", "/by-number/1;2", 422, "path.number", ""},
	} {
		a := st.get(c.account, "/api/v1/customers"+c.path)
		if a.StatusCode != c.status || !strings.Contains(a.text, c.says) || c.hides != "" && strings.Contains(a.text, c.hides) {
			t.Errorf("%s %s: %d %s", c.account, c.path, a.StatusCode, a.text)
		}
	}
	list, err := db.Accesses(t.Context(), store.AccessFilter{Of: id, Person: "1001"})
	var seen []string
	for _, a := range list {
		seen = append(seen, a.What+": "+a.Reason)
	}
	if want := "customer, by number 138****8000: he is on the line|customer: he is on the line|customer, masked: "; err != nil || strings.Join(seen, "|") != want {
		t.Errorf("written down %q, %v; want %q", seen, err, want)
	}
	a := st.get("5001", "/api/v1/access?person=1001&limit=1")
	if a.StatusCode != 200 || !strings.Contains(a.text, `"more":true`) || !strings.Contains(a.text, `"role":"agent"`) {
		t.Errorf("%d %s", a.StatusCode, a.text)
	}
	if a := st.get("2001", "/api/v1/access"); a.StatusCode != 403 {
		t.Errorf("a leader sees who has looked: %d", a.StatusCode)
	}
}

// customerSystem: what the company's own system says is beside ours, and where it is late
// nobody waits for it.
func (st *stand) customerSystem(t *testing.T) {
	defer func() { st.system = nil }()
	ask := func(system func(context.Context) (TheirCard, error), query string) (answer, time.Duration) {
		st.system = func(ctx context.Context, company, number string) (TheirCard, error) {
			if company != "demo" || number != number1 {
				t.Errorf("asked about %s of %s", number, company)
			}
			return system(ctx)
		}
		began := time.Now()
		a := st.get("1001", "/api/v1/customers/by-number/13800138000"+query)
		return a, time.Since(began)
	}
	said := func(context.Context) (TheirCard, error) {
		return TheirCard{Result: "known", Name: "Wang Wei", Address: "Street 7", Rest: cti.Sheet{{Name: "debt", Value: "12"}}}, nil
	}
	if a, _ := ask(said, ""); a.StatusCode != 200 || strings.Contains(a.text, "Street 7") || strings.Contains(a.text, `"12"`) || !strings.Contains(a.text, "W**") {
		t.Errorf("masked: %d %s", a.StatusCode, a.text)
	}
	if a, _ := ask(said, "?reveal=he+is+on+the+line"); a.StatusCode != 200 || !strings.Contains(a.text, "Street 7") || !strings.Contains(a.text, "人民路") {
		t.Errorf("whole: %d %s", a.StatusCode, a.text)
	}
	broken := func(context.Context) (TheirCard, error) { return TheirCard{}, errors.New("status 500") }
	if a, _ := ask(broken, ""); a.StatusCode != 200 || !strings.Contains(a.text, `"theirs_missing":"status 500"`) || !strings.Contains(a.text, "138****8000") {
		t.Errorf("broken: %d %s", a.StatusCode, a.text)
	}
	deafC := make(chan struct{})
	deaf := func(context.Context) (TheirCard, error) { <-deafC; return TheirCard{}, nil }
	a, took := ask(deaf, "")
	close(deafC)
	if a.StatusCode != 200 || !strings.Contains(a.text, `"theirs_missing":"no answer within 500ms"`) || !strings.Contains(a.text, "138****8000") || took < cardTime || took > 2*cardTime {
		t.Errorf("late: %d %s after %v", a.StatusCode, a.text, took)
	}
}

func (st *stand) customerTables(t *testing.T, db *store.Store) {
	good := "numbers,name\n'+8613900000007,=1+1\n"
	for _, c := range []struct {
		account, query, body string
		status               int
		says                 string
	}{
		{"1001", "?reason=why", good, 403, "allowed"},
		{"3001", "", good, 422, "reason"},
		{"3001", "?reason=why&known=maybe", good, 422, "known"},
		{"3001", "?reason=why&dry=true", good + "13800138000,x\n", 200, `"line 3, numbers"`},
		{"3001", "?reason=why", good + "13800138000,x\n", 422, `"location":"line 3, numbers"`},
		{"3001", "?reason=why", "\xff\xff,\n", 422, "is no text in GB18030"},
		{"3001", "?reason=why&dry=true", good, 200, `"created":1`},
		{"3001", "?reason=why", good, 200, `"done":true`},
		{"3001", "?reason=why", strings.Repeat("x", table.FileMost+1), 413, "allowed: at most"},
	} {
		a := st.change(c.account, "POST", "/api/v1/customers/import"+c.query, c.body)
		if a.StatusCode != c.status || !strings.Contains(a.text, c.says) {
			t.Errorf("%s %s: %d %.500s", c.account, c.query, a.StatusCode, a.text)
		}
	}
	if c, err := db.CustomerByNumber(t.Context(), "demo", "+8613900000007"); err != nil || c.Name != "=1+1" {
		t.Errorf("%+v, %v", c, err)
	}
	for what, want := range map[string]int{"calls": 2, "tickets": 2, "customers": 3} {
		for _, format := range table.Formats() {
			a := st.get("2001", "/api/v1/exports/"+what+"?reason=monthly+report&format="+string(format))
			if a.StatusCode != 200 || a.Header.Get("Content-Type") != format.Type() || !strings.Contains(a.Header.Get("Content-Disposition"), what+"."+string(format)) {
				t.Fatalf("%s: %d %v %.300s", what, a.StatusCode, a.Header, a.text)
			}
			r, err := table.Open(bytes.NewReader([]byte(a.text)))
			if err != nil {
				t.Fatal(err)
			}
			lines := 0
			for {
				if _, err := r.Next(); err != nil {
					break
				}
				lines++
			}
			if r.Close() != nil || lines != want {
				t.Errorf("%s as %s has %d lines, want %d", what, format, lines, want)
			}
		}
	}
	for path, status := range map[string]int{
		"customers": 422, "customers?reason=1234567": 422, "agents?reason=report": 422, "calls?reason=report&since=2026-03-02T08:00:00Z&until=2026-03-02T08:00:00Z": 422,
		"calls?reason=report&company=demo2": 403, "calls?reason=report&format=pdf": 422,
	} {
		if a := st.get("2001", "/api/v1/exports/"+path); a.StatusCode != status {
			t.Errorf("%s: %d %s", path, a.StatusCode, a.text)
		}
	}
	for _, account := range []string{"1001", "3001", "4001"} {
		if a := st.get(account, "/api/v1/exports/calls?reason=report"); a.StatusCode != 403 {
			t.Errorf("%s exports calls: %d", account, a.StatusCode)
		}
	}
	list, err := db.Accesses(t.Context(), store.AccessFilter{Person: "2001", Limit: 1})
	if err != nil || len(list) != 1 || !strings.HasPrefix(list[0].What, "export of ") || list[0].Reason != "monthly report" {
		t.Errorf("written down %+v, %v", list, err)
	}
}

// reveals: whole numbers of calls and tickets are written down too, and where that cannot be
// they are not shown.
func (st *stand) reveals(t *testing.T) {
	for _, path := range []string{"calls", "calls/c1", "tickets"} {
		if a := st.get("1001", "/api/v1/"+path+"?reveal=complaint+of+today"); a.StatusCode != 200 {
			t.Errorf("%s: %d %s", path, a.StatusCode, a.text)
		}
	}
	a := st.get("9001", "/api/v1/access?person=1001&limit=3")
	for _, want := range []string{`"what":"calls"`, `"what":"call"`, `"what":"tickets"`, `"reason":"complaint of today"`} {
		if !strings.Contains(a.text, want) {
			t.Errorf("%s is missing: %s", want, a.text)
		}
	}
	st.store = func() (*store.Store, error) { return nil, errors.New("the database is not there yet") }
	for path, status := range map[string]int{
		"calls": 200, "calls?reveal=complaint+of+today": 503, "tickets?reveal=complaint+of+today": 503, "customers": 503, "access": 503,
	} {
		if a := st.get("9001", "/api/v1/"+path); a.StatusCode != status {
			t.Errorf("%s without a database: %d %s", path, a.StatusCode, a.text)
		}
	}
	if a := st.get("9001", "/api/v1/calls/c1?reveal=complaint+of+today"); a.StatusCode != http.StatusServiceUnavailable || strings.Contains(a.text, number1) {
		t.Errorf("%d %s", a.StatusCode, a.text)
	}
}

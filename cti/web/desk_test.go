package web

import (
	"strings"
	"testing"
	"time"

	"sansheng/cti"
	"sansheng/store"
)

// planned gives a server the plan of the demonstration.
func planned(st *stand) {
	plan := cti.DemoPlan(0)
	st.plan = func() *cti.Plan { return plan }
}

func (st *stand) send(account, method, path, body string) answer {
	st.t.Helper()
	r := st.request(method, path, body)
	r.SetBasicAuth(account, st.passwords[account])
	return st.do(r)
}

func TestForms(t *testing.T) {
	st := newStand(t)
	planned(st)
	a := st.get("1001", "/api/v1/forms")
	if a.StatusCode != 200 || !strings.Contains(a.text, `"kind":"emergency"`) || !strings.Contains(a.text, `"departments":[{"id":"gas"`) {
		t.Errorf("%d %s", a.StatusCode, a.text)
	}
	for _, k := range a.json(t)["kinds"].([]any) {
		k := k.(map[string]any)
		for _, f := range k["fields"].([]any) {
			if f := f.(map[string]any); k["kind"] == "repair" && f["id"] == "place" && f["required"] != true {
				t.Error("a repair's place is not required (C5)")
			}
		}
	}
	if a := st.get("1001", "/api/v1/forms?company=demo2"); a.StatusCode != 403 {
		t.Errorf("another company's forms: %d", a.StatusCode)
	}
}

// What is said follows from what the call is to the agent.
func TestScripts(t *testing.T) {
	st := newStand(t)
	planned(st)
	all := st.get("1001", "/api/v1/scripts")
	if all.StatusCode != 200 || len(all.json(t)["scripts"].([]any)) != len(cti.Situations()) || strings.ContainsAny(strings.Trim(all.json(t)["scripts"].([]any)[0].(map[string]any)["opening"].(string), ""), "{}") {
		t.Errorf("%d %s", all.StatusCode, all.text)
	}
	for _, c := range []struct {
		want   cti.Situation
		change func(*store.Record)
	}{
		{cti.SayEmergency, func(r *store.Record) { r.Emergency = true }},
		{cti.SayTransferred, func(r *store.Record) { r.Transfers = []store.Transfer{{From: "1003", To: "1001"}} }},
		{cti.SayCallback, func(r *store.Record) { r.Dial = &store.Dial{By: "1001", For: cti.ForCallback + "c0"} }},
		{cti.SayFollowUp, func(r *store.Record) { r.Dial = &store.Dial{By: "1001", For: store.FollowUpPrefix + "x"} }},
		{cti.SayOutbound, func(r *store.Record) { r.Dial = &store.Dial{By: "1001"} }},
		{cti.SayComplaint, func(r *store.Record) { r.Tickets[0].Kind = "complaint" }},
	} {
		was := st.memory.calls[0]
		r := was
		r.Tickets = append([]store.Ticket(nil), was.Tickets...)
		c.change(&r)
		st.memory.calls[0] = r
		a := st.get("1001", "/api/v1/scripts?call=c1")
		if a.StatusCode != 200 || a.json(t)["situation"] != string(c.want) || a.json(t)["opening"] == "" {
			t.Errorf("%s: %d %s", c.want, a.StatusCode, a.text)
		}
		st.memory.calls[0] = was
	}
	for _, id := range []string{"c2", "c3", "c9"} {
		if a := st.get("1001", "/api/v1/scripts?call="+id); a.StatusCode != 404 {
			t.Errorf("call %s, which is not his: %d", id, a.StatusCode)
		}
	}
}

// A notice is read by whom it is for, confirmed once, and its writer sees by whom.
func TestNotices(t *testing.T) {
	st := newStand(t)
	planned(st)
	withStore(t, st)
	if a := st.send("1001", "POST", "/api/v1/notices", `{"title":"t","text":"x"}`); a.StatusCode != 403 {
		t.Errorf("an agent writes a notice: %d", a.StatusCode)
	}
	const body = `{"id":"5e4ac1de-3a0d-4b1a-9d6e-0a5a4e5e5a33","title":"停气通知","text":"明天八点\n西区"}`
	for range 2 { // again is as once
		if a := st.send("2001", "POST", "/api/v1/notices", body); a.StatusCode != 201 {
			t.Fatalf("write: %d %s", a.StatusCode, a.text)
		}
	}
	if a := st.send("2001", "POST", "/api/v1/notices", strings.Replace(body, "西区", "东区", 1)); a.StatusCode != 409 {
		t.Errorf("another notice of the same id: %d", a.StatusCode)
	}
	if a := st.send("2001", "POST", "/api/v1/notices", `{"title":"t","text":"x","queue":"moon"}`); a.StatusCode != 422 {
		t.Errorf("a queue that is not there: %d", a.StatusCode)
	}
	const at = "/api/v1/notices/5e4ac1de-3a0d-4b1a-9d6e-0a5a4e5e5a33"
	if a := st.send("1002", "POST", at+"/confirm", ""); a.StatusCode != 404 {
		t.Errorf("another company's agent confirms: %d", a.StatusCode)
	}
	for range 2 {
		if a := st.send("1001", "POST", at+"/confirm", ""); a.StatusCode != 204 {
			t.Errorf("confirm: %d %s", a.StatusCode, a.text)
		}
	}
	if a := st.get("1001", "/api/v1/notices"); strings.Count(a.text, `"title"`) != 1 || !strings.Contains(a.text, "confirmed_at") || strings.Contains(a.text, `"confirmed":`) {
		t.Errorf("his own: %s", a.text)
	}
	if a := st.get("2001", "/api/v1/notices"); !strings.Contains(a.text, `"confirmed":[{"agent":"1001"`) || !strings.Contains(a.text, `"missing"`) {
		t.Errorf("a leader's: %s", a.text)
	}
	if a := st.send("2001", "DELETE", at, ""); a.StatusCode != 204 {
		t.Errorf("withdraw: %d", a.StatusCode)
	}
	if a := st.send("1001", "POST", at+"/confirm", ""); a.StatusCode != 404 {
		t.Errorf("confirm one that is withdrawn: %d", a.StatusCode)
	}
}

func TestDeskDay(t *testing.T) {
	st := newStand(t)
	planned(st)
	db := withStore(t, st)
	if a := st.get("1001", "/api/v1/desk/day"); a.StatusCode != 200 || a.json(t)["answered"] != 0.0 {
		t.Errorf("%d %s", a.StatusCode, a.text)
	}
	d, err := db.DeskDay(t.Context(), "demo", "1001", day, day.AddDate(0, 0, 1), day.AddDate(0, 0, 1))
	if err != nil || d.Answered != 1 || d.Missed != 0 {
		t.Errorf("%+v, %v", d, err)
	}
	if a := st.get("1001", "/api/v1/desk/day?agent=1003"); a.StatusCode != 403 {
		t.Errorf("another agent's day: %d", a.StatusCode)
	}
	st.dayOfZone(t, db)
	if a := st.get("2001", "/api/v1/desk/day?agent=1001"); a.StatusCode != 200 {
		t.Errorf("a leader: %d", a.StatusCode)
	}
}

// dayOfZone: the day begins by the company's clock. In the two zones it is never the same day, and
// the call came when one of them had begun and the other had not.
func (st *stand) dayOfZone(t *testing.T, db *store.Store) {
	t.Helper()
	zones, early := []string{"Etc/GMT-14", "Etc/GMT+12"}, 0
	var began [2]time.Time
	for i, zone := range zones {
		st.plan().Companies[0].Zone = zone
		began[i] = st.dayBegan("demo")
	}
	if began[1].Before(began[0]) {
		early = 1
	}
	at := began[early].Add(began[1-early].Sub(began[early]) / 2)
	arrived := &cti.Arrived{DID: "800100", Channel: "today", Direction: cti.Inbound}
	arrived.Caller.Number = number2
	facts := []cti.Fact{
		{Kind: cti.CallArrived, Data: arrived},
		{Kind: cti.CallOffered, Agent: "1001", Data: &cti.Offered{Queue: "service", Channel: "today-agent1", Offer: 1}},
		{Kind: cti.CallAnswered, Agent: "1001", Data: &cti.Answered{Queue: "service", Channel: "today-agent1", Offer: 1}},
	}
	for i := range facts {
		f := &facts[i]
		f.Version, f.ID, f.Engine, f.Seq, f.Company, f.Call, f.At = cti.SchemaVersion, "today-"+string(f.Kind), "today", uint64(i+1), "demo", "today", at
	}
	if err := db.Replay(t.Context(), "today", facts...); err != nil {
		t.Fatal(err)
	}
	for i, zone := range zones {
		st.plan().Companies[0].Zone = zone
		want := 0.0
		if i == early {
			want = 1
		}
		if a := st.get("1001", "/api/v1/desk/day"); a.StatusCode != 200 || a.json(t)["answered"] != want {
			t.Errorf("%s: %d %s, want %v", zone, a.StatusCode, a.text, want)
		}
	}
}

// Whoever reads a script and had the caller never at his phone is not told the caller's whole name.
func TestScriptNamesCaller(t *testing.T) {
	st := newStand(t)
	planned(st)
	r := &st.memory.calls[0]
	r.CallerName, r.Dial = "王伟", &store.Dial{By: "1001"}
	for account, whole := range map[string]bool{"1001": true, "2001": false, "3001": false, "5001": false} {
		a := st.get(account, "/api/v1/scripts?call=c1")
		if a.StatusCode != 200 || strings.Contains(a.text, "王伟") != whole || !whole && !strings.Contains(a.text, "王**") {
			t.Errorf("%s: %d %s", account, a.StatusCode, a.text)
		}
	}
}

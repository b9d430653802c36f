package web

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"sansheng/cti"
	"sansheng/pbx"
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

// A notice for a queue reaches whoever serves it: also who does by skill, and who is of another
// company.
func TestNoticesOfQueues(t *testing.T) {
	st := newStand(t)
	planned(st)
	withStore(t, st)
	plan := st.plan()
	repair := &plan.Queues[slices.IndexFunc(plan.Queues, func(q cti.Queue) bool { return q.ID == "repair" })]
	repair.Members, repair.Skill, repair.Level = nil, "pipes", 1
	for i := range plan.Agents {
		switch a := &plan.Agents[i]; a.ID {
		case "1001":
			a.Skills = map[string]int{"pipes": 2}
		case "1002": // a member of service, which is demo's
			a.Company = "demo2"
		}
	}
	for queue, id := range map[string]string{"repair": "5e4ac1de-3a0d-4b1a-9d6e-0a5a4e5e5a41", "service": "5e4ac1de-3a0d-4b1a-9d6e-0a5a4e5e5a42", "": "5e4ac1de-3a0d-4b1a-9d6e-0a5a4e5e5a43"} {
		a := st.send("2001", "POST", "/api/v1/notices", `{"id":"`+id+`","queue":"`+queue+`","title":"for `+cmp.Or(queue, "everybody")+`","text":"x"}`)
		if a.StatusCode != 201 || queue == "repair" && !strings.Contains(a.text, `"missing":["1001"]`) {
			t.Fatalf("write for %q: %d %s", queue, a.StatusCode, a.text)
		}
	}
	for agent, seen := range map[string][]string{"1001": {"for repair", "for service", "for everybody"}, "1002": {"for service"}} {
		a := st.get(agent, "/api/v1/notices")
		for _, title := range []string{"for repair", "for service", "for everybody"} {
			if strings.Contains(a.text, title) != slices.Contains(seen, title) {
				t.Errorf("%s is shown %s", agent, a.text)
			}
		}
	}
	for _, c := range []struct {
		agent, notice string
		status        int
	}{
		{"1001", "5e4ac1de-3a0d-4b1a-9d6e-0a5a4e5e5a41", 204}, {"1002", "5e4ac1de-3a0d-4b1a-9d6e-0a5a4e5e5a42", 204},
		{"1002", "5e4ac1de-3a0d-4b1a-9d6e-0a5a4e5e5a41", 404}, {"1002", "5e4ac1de-3a0d-4b1a-9d6e-0a5a4e5e5a43", 404},
	} {
		if a := st.send(c.agent, "POST", "/api/v1/notices/"+c.notice+"/confirm", ""); a.StatusCode != c.status {
			t.Errorf("%s confirms %s: %d %s", c.agent, c.notice, a.StatusCode, a.text)
		}
	}
}

func TestDeskDay(t *testing.T) {
	st := newStand(t)
	planned(st)
	db := withStore(t, st)
	if a := st.get("1001", "/api/v1/desk/day"); a.StatusCode != 200 || a.json(t)["answered"] != 0.0 {
		t.Errorf("%d %s", a.StatusCode, a.text)
	}
	lent := answeredBy1001("demo2", "lent", day.Add(time.Hour)) // by a line of another company
	if err := db.Replay(t.Context(), "lent", lent...); err != nil {
		t.Fatal(err)
	}
	d, err := db.DeskDay(t.Context(), "demo", "1001", day, day.AddDate(0, 0, 1), day.AddDate(0, 0, 1))
	if err != nil || d.Answered != 2 || d.Missed != 0 {
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

// answeredBy1001 are the facts of a call of a company that 1001 has answered.
func answeredBy1001(company cti.CompanyID, call cti.CallID, at time.Time) []cti.Fact {
	channel := pbx.ChannelID(call)
	arrived := &cti.Arrived{DID: "800100", Channel: channel, Direction: cti.Inbound}
	arrived.Caller.Number = number2
	facts := []cti.Fact{
		{Kind: cti.CallArrived, Data: arrived},
		{Kind: cti.CallOffered, Agent: "1001", Data: &cti.Offered{Queue: "service", Channel: channel + "-agent1", Offer: 1}},
		{Kind: cti.CallAnswered, Agent: "1001", Data: &cti.Answered{Queue: "service", Channel: channel + "-agent1", Offer: 1}},
	}
	for i := range facts {
		f := &facts[i]
		f.Version, f.ID, f.Engine, f.Seq = cti.SchemaVersion, string(call)+"-"+string(f.Kind), string(call), uint64(i+1)
		f.Company, f.Call, f.At = company, call, at
	}
	return facts
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
	facts := answeredBy1001("demo", "today", at)
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

// The caller of another company who is at an agent's phone is shown to him with what he says to
// him, who he is and what he is owed, and nobody else of that company.
func TestLentCall(t *testing.T) {
	st := newStand(t)
	planned(st)
	withStore(t, st)
	call := cti.CallView{ID: "c3", Company: "demo2", Queue: "service", Agent: "1001", Caller: pbx.Party{Number: number1}}
	state := cti.AgentView{ID: "1001", Company: "demo", State: cti.Talking, Call: "c3"}
	st.live = func(context.Context) (Floor, error) {
		return Floor{Linked: true, Agents: []cti.AgentView{state}, Calls: []cti.CallView{call}}, nil
	}
	st.memory.owed = []store.OwedCallback{{Call: "c3", Company: "demo2", Number: number1}, {Call: "c4", Company: "demo2", Number: number2}}
	const script, owed = "/api/v1/scripts?call=c3", "/api/v1/callbacks?company=demo2&owed=true"
	const card = "/api/v1/customers/by-number/" + number1 + "?company=demo2"
	for _, path := range []string{script, card, owed} {
		if a := st.get("1001", path); a.StatusCode != 200 {
			t.Errorf("in the call %s: %d %s", path, a.StatusCode, a.text)
		}
	}
	if a := st.get("1001", owed); !strings.Contains(a.text, `"c3"`) || strings.Contains(a.text, `"c4"`) {
		t.Errorf("owed: %s", a.text)
	}
	if a := st.get("1001", "/api/v1/customers/by-number/"+number2+"?company=demo2"); a.StatusCode != 403 {
		t.Errorf("another caller's card: %d %s", a.StatusCode, a.text)
	}
	if a := st.get("1001", card+"&reveal=he+is+on+the+line"); a.StatusCode != 403 {
		t.Errorf("a whole card of who was never at his phone on record: %d %s", a.StatusCode, a.text)
	}
	state.State, state.Call = cti.Ready, ""
	for path, status := range map[string]int{script: 404, card: 403, owed: 403} {
		if a := st.get("1001", path); a.StatusCode != status {
			t.Errorf("after the call %s: %d %s", path, a.StatusCode, a.text)
		}
	}
}

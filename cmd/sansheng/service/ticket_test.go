package service

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sansheng/cmd/sansheng/config"
	"sansheng/cti"
	"sansheng/cti/bus"
	"sansheng/cti/callback"
	"sansheng/cti/web"
	"sansheng/pbx/sip/phone"
	"sansheng/store"
	"sansheng/store/ticket"
)

// people ask the API, each with his own account.
type people struct {
	st        *stack
	passwords map[string]string
}

// peopled is a stack whose people have accounts.
func peopled(t *testing.T, cfg *config.Config, accounts ...web.Account) people {
	t.Helper()
	cfg.Data = dataFolder(t)
	_, made, err := web.CreateAccounts(filepath.Join(cfg.Data, web.AccountsFile), accounts)
	if err != nil {
		t.Fatal(err)
	}
	p := people{startStack(t, cfg), map[string]string{}}
	for _, c := range made {
		p.passwords[c.Number] = c.Password
	}
	return p
}

// ask wants a status of the API, and reads the answer.
func (p people) ask(who string, status int, method, path string, body, into any) {
	t := p.st.t
	t.Helper()
	var text []byte
	if body != nil {
		var err error
		if text, err = json.Marshal(body); err != nil {
			t.Fatal(err)
		}
	}
	r, err := http.NewRequestWithContext(deadline(t), method, "http://"+p.st.svc.web.Addr()+"/api/v1/"+path, bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	r.SetBasicAuth(who, p.passwords[who])
	r.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	said, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != status {
		t.Fatalf("%s: %s %s %s: %s %s %v, want %d", who, method, path, text, res.Status, said, err, status)
	}
	if into != nil {
		if err := json.Unmarshal(said, into); err != nil {
			t.Fatal(err)
		}
	}
}

// order has somebody do something to a ticket.
func (p people) order(who, id, order string, said map[string]any) (t store.Ticket) {
	p.st.t.Helper()
	p.ask(who, http.StatusOK, "POST", "tickets/"+id+"/orders", map[string]any{"order": order, "said": said}, &t)
	return t
}

// refused wants an order to be refused with a status.
func (p people) refused(who string, status int, id, order string, said map[string]any) {
	p.st.t.Helper()
	p.ask(who, status, "POST", "tickets/"+id+"/orders", map[string]any{"order": order, "said": said}, nil)
}

// draft waits for the ticket that a call has opened by itself, of agent 1001.
func (p people) draft(call string) (id string) {
	t := p.st.t
	t.Helper()
	until(t, func(context.Context) (bool, string) {
		var list web.Tickets
		p.ask("1001", http.StatusOK, "GET", "tickets?call="+call, nil, &list)
		if len(list.Tickets) != 1 || list.Tickets[0].State != ticket.Draft || *list.Tickets[0].Owner != "1001" {
			return false, fmt.Sprintf("tickets %+v", list.Tickets)
		}
		id = list.Tickets[0].ID.String()
		return true, ""
	})
	return id
}

// files puts a file to a ticket, and reads it again as it is.
func (p people) files(id string) {
	t := p.st.t
	t.Helper()
	url := "http://" + p.st.svc.web.Addr() + "/api/v1/tickets/" + id + "/files/"
	send := func(who, method, url string, body []byte) *http.Response {
		r, err := http.NewRequestWithContext(deadline(t), method, url, bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.SetBasicAuth(who, p.passwords[who])
		r.Header.Set("Content-Type", "image/png")
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		return res
	}
	photo := bytes.Repeat([]byte{0, 1, '<', 0xff}, 200_000)
	sum := sha256.Sum256(photo)
	hash := hex.EncodeToString(sum[:])
	for who, want := range map[string]int{"6001": http.StatusOK, "6002": http.StatusNotFound} {
		res := send(who, "PUT", url+"photo%20of%20it.png", photo)
		if res.Body.Close(); res.StatusCode != want {
			t.Fatalf("%s attaches: %s, want %d", who, res.Status, want)
		}
	}
	res := send("1001", "GET", url+hash, nil)
	defer res.Body.Close()
	got, err := io.ReadAll(res.Body)
	if err != nil || !bytes.Equal(got, photo) || res.Header.Get("Content-Type") != "application/octet-stream" || !strings.Contains(res.Header.Get("Content-Disposition"), `"photo of it.png"`) {
		t.Errorf("%s, %d bytes, %v, %v", res.Status, len(got), res.Header, err)
	}
}

// told waits for a fact of a ticket in the public stream.
func (p people) told(id, verb string) {
	t := p.st.t
	t.Helper()
	r := p.st.svc.public.Reader(bus.ReaderOptions{})
	defer r.Close()
	want := "hotline.demo.ticket." + id + "." + verb
	for {
		m, err := r.NextRaw(deadline(t))
		if err != nil {
			t.Fatalf("%s is not told: %v", want, err)
		}
		if m.Subject == want {
			return
		}
	}
}

// TestMatter: a call becomes a sheet and a ticket, which a department works on and who
// answered the call closes; each sees and does what is his.
func TestMatter(t *testing.T) {
	t.Parallel()
	const from = "13900000091"
	cfg := config.Default()
	cfg.Hotline = cti.DemoPlan(0)
	p := peopled(t, cfg,
		web.Account{Number: "1001", Role: web.Agent, Company: "demo"}, web.Account{Number: "1002", Role: web.Agent, Company: "demo"},
		web.Account{Number: "2001", Role: web.ShiftLeader, Company: "demo"}, web.Account{Number: "2002", Role: web.ShiftLeader, Company: "demo2"},
		web.Account{Number: "6001", Role: web.Clerk, Company: "demo", Department: "gas"}, web.Account{Number: "6002", Role: web.Clerk, Company: "demo", Department: "repair"})
	st := p.st
	caller, _, _ := st.talk(from)
	st.hangup(caller)
	call := st.record(from)
	id := p.draft(call.ID)
	sheet := map[string]any{"place": "Nanjing Rd 1", "phone": from, "happened": "no hot water"}
	x := p.order("1001", id, "fill", map[string]any{"kind": "repair", "said": sheet})
	if x.Kind != ticket.Repair || x.State != ticket.Open || x.DueAt == nil || x.Phone == from {
		t.Errorf("begun: %+v", x)
	}
	p.refused("1001", http.StatusConflict, id, "fill", map[string]any{"said": sheet, "final": true}) // nothing was done yet
	sheet["charged"], sheet["done"], sheet["result"] = true, "sent somebody", "visit tomorrow"
	p.order("1001", id, "fill", map[string]any{"said": sheet, "final": true})
	p.refused("1001", http.StatusConflict, id, "fill", map[string]any{"said": sheet})
	p.refused("1001", http.StatusConflict, id, "forward", map[string]any{"department": "moon", "reason": "far"})
	p.refused("1001", http.StatusUnprocessableEntity, id, "forward", map[string]any{"department": "gas", "raeson": "typo"})
	p.refused("6001", http.StatusNotFound, id, "take", nil) // not theirs yet
	p.order("1001", id, "forward", map[string]any{"department": "gas", "reason": "boiler"})
	p.refused("1001", http.StatusConflict, id, "close", map[string]any{"result": "x"})
	p.refused("1001", http.StatusForbidden, id, "finish", map[string]any{"result": "x"})
	p.refused("6002", http.StatusNotFound, id, "take", nil)
	p.refused("2002", http.StatusNotFound, id, "urge", nil)
	p.order("2001", id, "urge", map[string]any{"text": "an old lady"})
	p.order("6001", id, "take", nil)
	for who, sees := range map[string]int{"6001": 1, "6002": 0, "2001": 1, "2002": 0, "1002": 1} {
		var list web.Tickets
		p.ask(who, http.StatusOK, "GET", "tickets?kind=repair", nil, &list)
		if len(list.Tickets) != sees {
			t.Errorf("%s sees %d tickets, want %d", who, len(list.Tickets), sees)
		}
	}
	p.order("6001", id, "finish", map[string]any{"result": "pump changed"})
	p.files(id)
	p.refused("1002", http.StatusConflict, id, "close", nil) // whose matter it is closes it
	if x := p.order("1001", id, "close", nil); x.State != ticket.Closed || x.Result != "pump changed" {
		t.Errorf("closed: %+v", x)
	}
	sheet["place"] = "Nanjing Rd 2"
	p.order("1001", id, "amend", map[string]any{"said": sheet, "reason": "wrong house"})
	p.told(id, "amended")
	correction := map[string]any{"reason": "wrong name", "text": "she is his wife"}
	p.ask("1001", http.StatusForbidden, "POST", "calls/"+call.ID+"/amendments", correction, nil)
	p.ask("2001", http.StatusAccepted, "POST", "calls/"+call.ID+"/amendments", correction, nil)

	var story web.TicketStory
	p.ask("2001", http.StatusOK, "GET", "tickets/"+id, nil, &story)
	var verbs []string
	for _, a := range story.Acts {
		verbs = append(verbs, a.By+" "+a.Verb)
		if strings.Contains(string(a.Said), from) {
			t.Errorf("%s tells the number: %s", a.Verb, a.Said)
		}
	}
	want := []string{
		"system opened", "1001 filled", "1001 filled", "1001 forwarded", "2001 urged", "6001 taken", "6001 finished", "6001 attached", "1001 closed", "1001 amended",
	}
	if !slices.Equal(verbs, want) {
		t.Errorf("acts %q, want %q", verbs, want)
	}
	until(t, func(ctx context.Context) (bool, string) {
		r, err := st.svc.records.Record(ctx, call.ID)
		// What the engine told after the call's end is beside them, as the system's.
		reasons := []string{}
		for _, a := range r.Amendments {
			if a.Author != ticket.System {
				reasons = append(reasons, a.Author+" "+a.Reason)
			}
		}
		slices.Sort(reasons) // the sheet is told by way of the outbox
		return err == nil && slices.Equal(reasons, []string{"1001 record sheet", "1001 wrong house", "2001 wrong name"}) && r.Sheet.Said["place"] == "Nanjing Rd 2",
			fmt.Sprintf("sheet %+v, amendments %+v, %v", r.Sheet, r.Amendments, err)
	})
	for _, who := range []string{"2001", "6001"} { // the other department has none of it
		var day store.Summary
		p.ask(who, http.StatusOK, "GET", "summaries/today", nil, &day)
		if len(day.Kinds) != 1 || day.Kinds[0].Kind != ticket.Repair || day.Kinds[0].Closed != 1 || (day.Calls == nil) != (who == "6001") ||
			len(day.Departments) != 1 || day.Departments[0].Name != "燃气部" || day.Departments[0].Finished != 1 {
			t.Errorf("%s: the day was %+v", who, day)
		}
	}
	chains, err := st.records().Verify(deadline(t), "demo")
	if err != nil || len(chains) != 1 || len(chains[0].Faults) > 0 {
		t.Errorf("the records do not verify: %v %+v", err, chains)
	}
}

// noonZone is a zone in which it is about noon: people may be called back.
func noonZone() string {
	behind := time.Now().UTC().Hour() - 12 // of it, in the sense of the names of these zones
	return fmt.Sprintf("Etc/GMT%+d", behind)
}

// TestFollowedUp is a complaint's whole way: call, sheet, ticket, department, closed; then he is
// called back. What the line says is noted by itself; he says that it is not solved, and the leader
// sees that he is dissatisfied.
func TestFollowedUp(t *testing.T) {
	t.Parallel()
	const from = "13900000092"
	out, err := phone.New(phone.Config{Number: "carrier", Policy: phone.AnswerAfter(200 * time.Millisecond), Tone: outsideTone})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(out.Die)
	cfg := config.Default()
	cfg.Asterisk.Gateway = out.Addr()
	cfg.Hotline = cti.DemoPlan(0)
	cfg.Hotline.Companies[0].Zone, cfg.Hotline.Companies[0].Calendar = noonZone(), ""
	p := peopled(t, cfg, web.Account{Number: "1001", Role: web.Agent, Company: "demo"}, web.Account{Number: "2001", Role: web.ShiftLeader, Company: "demo"},
		web.Account{Number: "6001", Role: web.Clerk, Company: "demo", Department: "gas"})
	st := p.st
	caller, agent, first := st.talk(from)
	st.hangup(caller)
	if _, err := agent.WaitEnded(deadline(t)); err != nil {
		t.Fatal(err)
	}
	id := p.draft(st.record(from).ID)
	p.order("1001", id, "fill", map[string]any{"kind": "complaint", "final": true, "said": map[string]any{
		"matter": "the fitter was rude", "about": "attitude", "done": "listened", "result": "they will call",
	}})
	p.order("1001", id, "forward", map[string]any{"department": "gas", "reason": "their fitter"})
	p.order("6001", id, "take", nil)
	p.order("6001", id, "finish", map[string]any{"result": "said sorry"})
	p.order("1001", id, "close", nil)
	var list web.FollowUps
	p.ask("1001", http.StatusOK, "GET", "follow_ups?owed=true", nil, &list)
	if len(list.FollowUps) != 1 || list.FollowUps[0].Numbers[0] == from || len(list.FollowUps[0].Tickets) != 1 {
		t.Fatalf("callbacks %+v", list.FollowUps)
	}
	owed := list.FollowUps[0].ID
	st.state("1001", cti.Ready)
	var dealt web.Dealt
	if p.ask("2001", http.StatusOK, "POST", "follow_ups/deal", nil, &dealt); dealt.Dealt != 1 {
		t.Errorf("%d callbacks dealt", dealt.Dealt)
	}
	p.ask("1001", http.StatusOK, "GET", "follow_ups?agent=1001", nil, &list)
	if len(list.FollowUps) != 1 {
		t.Errorf("%d callbacks on his list", len(list.FollowUps))
	}
	p.ask("1001", http.StatusOK, "POST", "agents/1001/orders", map[string]any{"verb": "dial", "for": "follow_up:" + owed}, nil)
	desk, called := st.next(first), st.next(out)
	if called.Called() != from {
		t.Errorf("dialled %s", called.Called())
	}
	st.hears(desk, outsideTone)
	st.hangup(called)
	attempt := ""
	until(t, func(context.Context) (bool, string) {
		p.ask("1001", http.StatusOK, "GET", "follow_ups?owed=true", nil, &list)
		f := list.FollowUps[0]
		if len(f.Attempts) != 1 || f.Attempts[0].Line != callback.LineReached {
			return false, fmt.Sprintf("attempts %+v", f.Attempts)
		}
		attempt = f.Attempts[0].Call
		return true, ""
	})
	say := func(status int, said map[string]any) {
		p.ask("1001", status, "POST", "follow_ups/"+owed+"/orders", map[string]any{"order": "answer", "said": said}, nil)
	}
	say(http.StatusUnprocessableEntity, map[string]any{"call": attempt}) // nothing was answered
	say(http.StatusOK, map[string]any{"call": attempt, "answers": []map[string]any{
		{"question": "solved", "ticket": id, "yes": false}, {"question": "satisfied", "ticket": id, "number": 1}, {"question": "attitude", "number": 2},
	}})
	p.ask("2001", http.StatusOK, "GET", "follow_ups?dissatisfied=true", nil, &list)
	if len(list.FollowUps) != 1 || list.FollowUps[0].ID != owed || list.FollowUps[0].State != callback.Done {
		t.Errorf("dissatisfied %+v", list.FollowUps)
	}
	p.told(id, "follow_up_dissatisfied")
	var story web.TicketStory
	p.ask("2001", http.StatusOK, "GET", "tickets/"+id, nil, &story)
	if story.Ticket.State != ticket.Open {
		t.Errorf("it is not solved, and the ticket %s", story.Ticket.State)
	}
	var rates store.FollowUpMonth
	p.ask("2001", http.StatusOK, "GET", "follow_ups/rates?kind=complaint", nil, &rates)
	if rates.Done != 1 {
		t.Errorf("%+v", rates)
	}
}

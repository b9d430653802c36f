package service

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"sansheng/cti"
	"sansheng/cti/flow"
	"sansheng/cti/lookup"
	"sansheng/cti/web"
	"sansheng/pbx/sip/phone"
	"sansheng/pbx/sip/tone"
	"sansheng/store"
)

func flowExits(pairs ...string) map[flow.Exit]string {
	m := map[flow.Exit]string{}
	for i := 0; i < len(pairs); i += 2 {
		m[flow.Exit(pairs[i])] = pairs[i+1]
	}
	return m
}

// askingPlan is the demo's with a flow of the second company's that asks for an account,
// and a service about it.
func askingPlan(url string) *cti.Plan {
	p := cti.DemoPlan(0)
	p.Companies[1].Lookups = []cti.Lookup{{ID: "crm", URL: url, Deadline: cti.Span(2 * time.Second), Results: []string{"debtor", "known"}}}
	p.Flows[0].Start = "account"
	p.Flows[0].Nodes = []flow.Node{
		{
			ID: "account", Kind: flow.Digits, Name: "account", Least: 4, Most: 6, Pattern: "[1-9].*", Tries: 2, Wait: 2, Say: []string{"closed"},
			Exits: flowExits("done", "crm", "no_input", "message", "wrong", "bye"),
		},
		{ID: "crm", Kind: flow.Lookup, Service: "crm", Exits: flowExits("known", "people", "debtor", "mends", "failed", "message")},
		{ID: "people", Kind: flow.Queue, To: "service"},
		{ID: "mends", Kind: flow.Queue, To: "repair"},
		{ID: "message", Kind: flow.Voicemail},
		{ID: "bye", Kind: flow.HangUp, Say: []string{"goodbye"}},
	}
	return p
}

// crm is a company's service: it answers by the account, of 1234 when it is told to, of 5000
// with an error, and of 6000 it says nothing before the test ends.
func crm(t *testing.T, answer <-chan struct{}) *httptest.Server {
	t.Helper()
	over := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var asked struct {
			Line, Caller string
			Digits       map[string]string
		}
		if err := json.NewDecoder(r.Body).Decode(&asked); err != nil || asked.Line != "800200" || !strings.HasPrefix(asked.Caller, "139") {
			t.Errorf("asked %+v, %v", asked, err)
		}
		switch asked.Digits["account"] {
		case "1234":
			select {
			case <-answer:
			case <-over:
			}
			fmt.Fprint(w, `{"result": "known", "data": {"name": "Wang <b>"}}`)
		case "222222":
			fmt.Fprint(w, `{"result": "debtor"}`)
		case "5000":
			w.WriteHeader(http.StatusInternalServerError)
		default:
			<-over
		}
	}))
	t.Cleanup(func() { close(over); s.Close() })
	return s
}

// keys presses a caller's keys as soon as he hears something.
func (st *stack) keys(call *phone.Call, keys string) {
	st.t.Helper()
	if err := call.WaitSound(deadline(st.t)); err != nil {
		st.t.Fatal(err)
	}
	if err := call.Press(deadline(st.t), keys, phone.RFC4733); err != nil {
		st.t.Fatal(err)
	}
}

// learnt is what a record says was learnt of a caller.
func learnt(r store.Record) string {
	var all []string
	for _, s := range r.FlowPath {
		if s.Step == store.StepData || s.Step == "lookup" {
			all = append(all, s.Detail)
		}
	}
	return strings.Join(all, "; ")
}

// TestFlowAsksAndLooksUp: a number that is pressed while the prompt plays counts; the
// service is asked about it, and he hears music until it answers. Who is rung for him
// knows both before his phone rings.
func TestFlowAsksAndLooksUp(t *testing.T) {
	const from = "13900000071"
	answer := make(chan struct{})
	p := askingPlan(crm(t, answer).URL)
	p.Companies[1].Lookups[0].Deadline = cti.Span(3 * time.Second)
	st := hotline(t, p)
	agent := st.agent("1001", phone.AnswerAfter(0))
	caller := st.dial(from, "800200")
	st.keys(caller, "1234#")
	st.fact(from, cti.CallKeyed, 1)
	until(t, func(context.Context) (bool, string) { // his keys have ended the prompt
		return caller.Heard().SilentFor < 50*time.Millisecond, "he hears nothing while the service is asked"
	})
	close(answer)
	talk := st.next(agent)
	st.hears(caller, agentTone("1001"))
	st.hears(talk, callerTone)
	st.hangup(caller)
	r := st.record(from)
	if want := "account, digits; done: crm, lookup; known: people, queue"; walked(r) != want {
		t.Errorf("his way: %s, want %s", walked(r), want)
	}
	if want := "account=1234; crm: known; name=Wang <b>"; learnt(r) != want {
		t.Errorf("on record: %s, want %s", learnt(r), want)
	}
	briefed := st.fact(from, cti.AgentBriefed, 1)
	d := briefed.Data.(*cti.BriefedData)
	if want := (cti.Sheet{{Name: "account", Value: "1234"}, {Name: "name", Value: "Wang <b>"}}); briefed.Agent != "1001" || d.Transfer != cti.FromFlow || !slices.Equal(d.Sheet, want) {
		t.Errorf("briefed: %s %+v", briefed.Agent, d)
	}
	if alerted := st.fact(from, cti.CallAlerted, 1); alerted.Seq < briefed.Seq {
		t.Error("his phone rang before he was told")
	}
	st.seamless()
}

// TestFlowExits: every other exit of digits and look-up.
func TestFlowExits(t *testing.T) {
	st := hotline(t, askingPlan(crm(t, nil).URL))
	const silent, wrong, debtor, fails, never = "13900000072", "13900000073", "13900000074", "13900000075", "13900000076"
	calls := map[string]*phone.Call{}
	for _, from := range []string{silent, wrong, debtor, fails, never} {
		calls[from] = st.dial(from, "800200")
	}
	st.keys(calls[wrong], "12#0123#")
	st.keys(calls[debtor], "222222") // whole without an end
	st.keys(calls[fails], "5000#")
	st.keys(calls[never], "6000#")
	if _, err := calls[wrong].WaitEnded(deadline(t)); err != nil {
		t.Fatal(err)
	}
	st.fact(debtor, cti.CallQueued, 1)
	for _, from := range []string{silent, fails, never} {
		st.fact(from, cti.CallMailStepped, 1)
	}
	if asked, left := st.fact(never, cti.CallKeyed, 1).At, st.fact(never, cti.CallLookedUp, 1).At; left.Sub(asked) > 3500*time.Millisecond {
		t.Errorf("a service that says nothing took him %v", left.Sub(asked))
	}
	for _, from := range []string{silent, debtor, fails, never} {
		st.hangup(calls[from])
	}
	for from, want := range map[string][2]string{
		silent: {"account, digits; no_input: message, voicemail", ""},
		wrong:  {"account, digits; wrong: bye, hang_up", ""},
		debtor: {"account, digits; done: crm, lookup; debtor: mends, queue", "account=222222; crm: debtor"},
		fails:  {"account, digits; done: crm, lookup; failed: message, voicemail", "account=5000; crm: failed, status 500"},
		never:  {"account, digits; done: crm, lookup; failed: message, voicemail", "account=6000; crm: failed, no answer within 2s"},
	} {
		if r := st.record(from); walked(r) != want[0] || learnt(r) != want[1] {
			t.Errorf("%s: his way: %s, want %s; on record: %s, want %s", from, walked(r), want[0], learnt(r), want[1])
		}
	}
}

// TestFlowKnowsCallers: a VIP, whom a call is owed, who has a ticket, by the store, and who has
// none; the dry run tells the same.
func TestFlowKnowsCallers(t *testing.T) {
	const vip, owed, gaveUp = "13900000077", "13900000078", "13900000079"
	p := cti.DemoPlan(0)
	for i := range p.Companies {
		p.Companies[i].Outside = []cti.DialRule{{Role: cti.DialAgent, Prefixes: []string{"139"}, PerHour: 20}}
	}
	p.Companies[1].VIPs = []string{vip}
	p.Queues[0].Tell = cti.Span(time.Second)
	p.Queues[0].Callback = &cti.CallbackRule{Attempts: 2, Retry: cti.Span(time.Minute), Keep: cti.Span(time.Hour)}
	p.Flows[0].Start = "who"
	p.Flows[0].Nodes = []flow.Node{
		{ID: "who", Kind: flow.Caller, Exits: flowExits("vip", "vips", "ticket", "mends", "repeat", "known", "other", "people")},
		{ID: "vips", Kind: flow.Queue, To: "repair"},
		{ID: "mends", Kind: flow.Queue, To: "repair"},
		{ID: "known", Kind: flow.Queue, To: "service"},
		{ID: "people", Kind: flow.Queue, To: "service"},
	}
	st := hotline(t, p)
	way := func(from string, n int) string {
		return st.fact(from, cti.CallStepped, n).Data.(*cti.SteppedData).Node
	}
	first := map[string]*phone.Call{}
	for _, from := range []string{vip, owed, gaveUp} {
		first[from] = st.dial(from, "800200")
		st.fact(from, cti.CallGreeted, 1)
	}
	st.asksBack(first[owed], owed)
	for _, from := range []string{vip, gaveUp} {
		st.hangup(first[from])
	}
	id := string(st.fact(gaveUp, cti.CallEnded, 1).Call)
	until(t, func(ctx context.Context) (bool, string) { // nobody has spoken to him: he is to be called
		list, err := st.svc.records.Tickets(ctx, store.TicketFilter{Call: id})
		return err == nil && len(list) == 1, fmt.Sprintf("tickets %+v, %v", list, err)
	})
	path, err := lineHours{st.svc}.Walk(deadline(t), web.Walk{DID: "800200", Caller: gaveUp})
	if err != nil || path.End.To != "repair" {
		t.Errorf("the dry run: %+v, %v", path, err)
	}
	for from, ways := range map[string][2]string{vip: {"vips", "vips"}, owed: {"people", "mends"}, gaveUp: {"people", "mends"}} {
		st.fact(from, cti.CallEnded, 1)
		call := st.dial(from, "800200")
		if got := [2]string{way(from, 2), way(from, 4)}; got != ways {
			t.Errorf("%s went %v, want %v", from, got, ways)
		}
		st.hangup(call)
		st.fact(from, cti.CallEnded, 2)
	}
}

// TestFlowLookupKilled: the program is killed while a service is asked; the next one asks
// anew, and who has called before is known to it.
func TestFlowLookupKilled(t *testing.T) {
	const from, before = "13900000080", "13900000081"
	var asked atomic.Int32
	over := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1) == 1 {
			select {
			case <-over:
			case <-r.Context().Done():
			}
			return
		}
		fmt.Fprint(w, `{"result": "known"}`)
	}))
	t.Cleanup(func() { close(over); s.Close() })
	p := askingPlan(s.URL)
	p.Companies[1].Lookups[0].Deadline = cti.Span(3 * time.Second)
	p.Flows[0].Start = "who"
	p.Flows[0].Nodes = append(p.Flows[0].Nodes, flow.Node{ID: "who", Kind: flow.Caller, Exits: flowExits("repeat", "mends", "other", "account")})
	st := remoteHotline(t, p)
	earlier := st.dial(before, "800200")
	st.fact(before, cti.CallStepped, 1)
	st.hangup(earlier)
	st.fact(before, cti.CallEnded, 1)
	caller := st.dial(from, "800200")
	st.keys(caller, "1234#")
	st.fact(from, cti.CallKeyed, 1)
	until(t, func(context.Context) (bool, string) { return asked.Load() == 1, "nobody is asked" })
	st.signal(syscall.SIGKILL)
	<-st.diedC
	st.start()
	st.fact(from, cti.CallQueued, 1)
	agent := st.agent("1001", phone.AnswerAfter(0))
	st.next(agent)
	st.hears(caller, agentTone("1001"))
	st.hangup(caller)
	if r := st.record(from); walked(r) != "who, caller; other: account, digits; done: crm, lookup; known: people, queue" || learnt(r) != "account=1234; crm: known" {
		t.Errorf("his way: %s; on record: %s", walked(r), learnt(r))
	}
	again := st.dial(before, "800200")
	second := st.fact(before, cti.CallArrived, 2).Call
	st.await("who has called before to wait for who mends", func(facts []cti.Fact) bool {
		for _, f := range facts {
			if d, ok := f.Data.(*cti.Queued); ok && f.Call == second {
				if d.Queue != "repair" {
					t.Errorf("he waits in %s; what was told of everybody:", d.Queue)
					for _, f := range facts {
						t.Logf("%s %s %s %+v", f.At.Format("05.000"), f.Kind, f.Call, f.Data)
					}
				}
				return true
			}
		}
		return false
	})
	st.hangup(again)
}

// TestFlowTickets: who has an open ticket goes another way, by the hotline's own tickets;
// without the store he leaves by failed.
func TestFlowTickets(t *testing.T) {
	const from = "13900000082"
	p := askingPlan(cti.TicketsURL)
	p.Companies[1].Lookups[0].Results = []string{cti.TicketOpen, cti.TicketNone}
	p.Flows[0].Start = "crm"
	p.Flows[0].Nodes[1].Exits = flowExits("open", "mends", "none", "people", "failed", "message")
	p.Flows[0].Nodes = p.Flows[0].Nodes[1:5]
	st := hotline(t, p)
	until(t, func(ctx context.Context) (bool, string) {
		_, err := st.svc.records.Tickets(ctx, store.TicketFilter{})
		return err == nil, fmt.Sprint("the store is not there: ", err)
	})
	st.agent("1001", phone.AnswerAfter(0))
	first := st.dial(from, "800200")
	st.fact(from, cti.CallJoined, 1)
	st.hangup(first)
	call := st.record(from)
	until(t, func(ctx context.Context) (bool, string) {
		list, err := st.svc.records.Tickets(ctx, store.TicketFilter{Call: call.ID})
		return err == nil && len(list) == 1, fmt.Sprintf("tickets %+v, %v", list, err)
	})
	again := st.dial(from, "800200")
	if d := st.fact(from, cti.CallQueued, 2).Data.(*cti.Queued); d.Queue != "repair" {
		t.Errorf("who has an open ticket waits in %s", d.Queue)
	}
	st.hangup(again)

	gone := lookups{lookup.New(), func() (*store.Store, error) { return nil, errNoRecords }}
	if up := gone.Ask(t.Context(), cti.Ask{Lookup: p.Companies[1].Lookups[0], Company: "demo2", Caller: from}); up.Result != "" || up.Failure == "" {
		t.Errorf("without the store: %+v", up)
	}
}

// TestFlowOtherWays: the nodes and exits that no other journey takes: a language, whose own
// prompt is heard, a number outside, a wrong key, good-bye by a key, and at each kind that plays
// a prompt the exit of whom it fails.
func TestFlowOtherWays(t *testing.T) {
	const english, outside, wrong = "13900000091", "13900000092", "13900000093"
	hello := tone.Tone{Hz: 900}
	st, out := withOutside(t, phone.AnswerAfter(200*time.Millisecond), func(p *cti.Plan) {
		missing := []string{"not-there"}
		p.Contacts = append(p.Contacts, cti.Contact{ID: "water", Company: "demo2", Number: "02188880000"})
		p.Flows[0].Start = "greet"
		p.Flows[0].Nodes = []flow.Node{
			{ID: "greet", Kind: flow.Say, Say: missing, Exits: flowExits("next", "people", "failed", "ask")},
			{ID: "ask", Kind: flow.Menu, Say: missing, Exits: flowExits("1", "people", "failed", "number")},
			{ID: "number", Kind: flow.Digits, Name: "account", Say: missing, Exits: flowExits("done", "people", "failed", "choose")},
			{ID: "choose", Kind: flow.Menu, Tries: 1, Say: []string{"closed"}, Exits: flowExits("1", "english", "2", "water", "wrong", "message")},
			{ID: "english", Kind: flow.Language, Language: "en", Exits: flowExits("next", "hello")},
			{ID: "hello", Kind: flow.Say, Say: []string{"hello"}, Exits: flowExits("next", "bye")},
			{ID: "bye", Kind: flow.HangUp, Say: []string{"goodbye"}},
			{ID: "water", Kind: flow.Transfer, To: "water"},
			{ID: "message", Kind: flow.Voicemail},
			{ID: "people", Kind: flow.Queue, To: "service"},
		}
	})
	id := web.PromptID{Language: "en", Company: "demo2", Name: "hello"}
	if _, err := (promptKeeper{st.svc}).Upload(deadline(t), id, "9001", bytes.NewReader(recordingOf(hello))); err != nil {
		t.Fatal(err)
	}
	calls := map[string]*phone.Call{}
	for _, from := range []string{english, outside, wrong} {
		calls[from] = st.dial(from, "800200")
	}
	st.keys(calls[english], "1")
	st.keys(calls[outside], "2")
	st.keys(calls[wrong], "7")
	st.hears(calls[english], hello)
	if _, err := calls[english].WaitEnded(deadline(t)); err != nil {
		t.Fatal(err)
	}
	water := st.next(out)
	if water.Called() != "02188880000" || water.Caller().Number != "800200" {
		t.Errorf("dialled %q, showing %q", water.Called(), water.Caller().Number)
	}
	st.hears(calls[outside], outsideTone)
	st.hears(water, callerTone)
	st.fact(wrong, cti.CallMailStepped, 1)
	for _, from := range []string{outside, wrong} {
		st.hangup(calls[from])
	}
	const before = "greet, say; failed: ask, menu; failed: number, digits; failed: choose, menu; "
	for from, want := range map[string]string{
		english: "1: english, language; next: hello, say; next: bye, hang_up",
		outside: "2: water, transfer",
		wrong:   "wrong: message, voicemail",
	} {
		if r := st.record(from); walked(r) != before+want {
			t.Errorf("%s: his way: %s, want %s", from, walked(r), before+want)
		}
	}
}

package service

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"sansheng/cmd/sansheng/config"
	"sansheng/cti"
	"sansheng/cti/web"
	"sansheng/pbx/sip/phone"
	"sansheng/store"
)

// TestEmergencyAgain: who is called back about an emergency says that it is not solved. When
// that is written down after the talk, an agent of the emergency line is rung at once and the
// number dialled; when he is on the phone still, he is handed over by one order.
func TestEmergencyAgain(t *testing.T) {
	t.Parallel()
	const from = "13900000093"
	out, err := phone.New(phone.Config{Number: "carrier", Policy: phone.AnswerAfter(200 * time.Millisecond), Tone: outsideTone})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(out.Die)
	cfg := config.Default()
	cfg.Asterisk.Gateway = out.Addr()
	cfg.Hotline = cti.DemoPlan(0)
	cfg.Hotline.Companies[0].Zone, cfg.Hotline.Companies[0].Calendar = noonZone(), ""
	p := peopled(t, cfg, web.Account{Number: "1001", Role: web.Agent, Company: "demo"})
	st := p.st
	caller, agent, first := st.talk(from)
	st.hangup(caller)
	if _, err := agent.WaitEnded(deadline(t)); err != nil {
		t.Fatal(err)
	}
	call := st.record(from)
	var opened store.Ticket
	p.ask("1001", http.StatusCreated, "POST", "tickets", map[string]any{"call": call.ID, "kind": "emergency", "matter": map[string]any{"summary": "smells of gas", "place": "Nanjing Rd 1", "phone": from}}, &opened)
	id := opened.ID.String()
	emergency := st.agent("1007", phone.AnswerAfter(0))
	owed := func() string {
		p.order("1001", id, "close", map[string]any{"result": "valve closed"})
		var list web.FollowUps
		p.ask("1001", http.StatusOK, "GET", "follow_ups?owed=true", nil, &list)
		if len(list.FollowUps) != 1 {
			t.Fatalf("callbacks %+v", list.FollowUps)
		}
		st.state("1001", cti.Ready)
		p.ask("1001", http.StatusOK, "POST", "agents/1001/orders", map[string]any{"verb": "dial", "for": "follow_up:" + list.FollowUps[0].ID}, nil)
		return list.FollowUps[0].ID
	}
	unsolved := func(followUp string) (attempt string) {
		until(t, func(context.Context) (bool, string) {
			var list web.FollowUps
			p.ask("1001", http.StatusOK, "GET", "follow_ups?owed=true", nil, &list)
			if len(list.FollowUps) != 1 || len(list.FollowUps[0].Attempts) != 1 {
				return false, fmt.Sprintf("callbacks %+v", list.FollowUps)
			}
			attempt = list.FollowUps[0].Attempts[0].Call
			return true, ""
		})
		p.ask("1001", http.StatusOK, "POST", "follow_ups/"+followUp+"/orders", map[string]any{"order": "answer", "said": map[string]any{
			"call": attempt, "answers": []map[string]any{
				{"question": "solved", "ticket": id, "yes": false}, {"question": "satisfied", "ticket": id, "number": 4}, {"question": "attitude", "number": 5},
			},
		}}, nil)
		return attempt
	}

	followUp := owed()
	desk, called := st.next(first), st.next(out)
	st.hears(desk, outsideTone)
	st.hangup(called)
	if _, err := desk.WaitEnded(deadline(t)); err != nil {
		t.Fatal(err)
	}
	attempt := unsolved(followUp)
	desk, called = st.next(emergency), st.next(out)
	if called.Called() != from || called.Caller().Number != "800119" {
		t.Errorf("dialled %q, showing %q", called.Called(), called.Caller().Number)
	}
	st.hears(desk, outsideTone)
	st.hears(called, agentTone("1007"))
	st.hangup(called)
	if b := st.callback(attempt); b.Result != "reached" || !b.Emergency || b.Matter != store.FollowUpPrefix+followUp || b.Queue != "emergency" {
		t.Errorf("callback %+v", b)
	}
	st.state("1007", cti.Ready)

	followUp = owed()
	desk, called = st.next(first), st.next(out)
	st.hears(desk, outsideTone)
	st.hears(called, agentTone("1001"))
	p.ask("1001", http.StatusOK, "POST", "agents/1001/orders", map[string]any{"verb": "emergency", "reason": "it smells again"}, nil)
	desk = st.next(emergency)
	st.hears(called, agentTone("1007"))
	st.hears(desk, outsideTone)
	attempt = unsolved(followUp)
	p.told(id, "follow_up_emergency_again")
	st.hangup(called)
	until(t, func(ctx context.Context) (bool, string) {
		r, err := st.svc.records.Record(ctx, attempt)
		if err != nil || r.EndedAt == nil {
			return false, fmt.Sprintf("%+v %v", r, err)
		}
		if !r.Emergency || len(r.Transfers) != 1 || r.Transfers[0].Queue != "emergency" || r.Transfers[0].Reason != "it smells again" ||
			fmt.Sprint(r.Transfers[0].Sheet) != "[{ticket "+id+"}]" {
			t.Errorf("the record: emergency %t, transfers %+v", r.Emergency, r.Transfers)
		}
		return true, ""
	})
	list, err := st.svc.records.Callbacks(deadline(t), store.CallbackFilter{Company: "demo", Owed: true})
	if err != nil || len(list) != 0 {
		t.Errorf("who was handed over is owed a call, too: %+v, %v", list, err)
	}
}

// TestHandedOverFrozen: the hotline is stopped while somebody whom an agent had called, and
// handed over as an emergency, waits for the people of the emergency line: the switch brings him
// to them by itself, and he is owed no call.
func TestHandedOverFrozen(t *testing.T) {
	const number = "13900000094"
	out, err := phone.New(phone.Config{Number: "carrier", Policy: phone.AnswerAfter(0), Tone: outsideTone})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(out.Die)
	plan := cti.DemoPlan(0)
	plan.Companies[0].Outside = []cti.DialRule{{Role: cti.DialAgent, Prefixes: []string{"139"}, PerHour: 3}}
	plan.Queues[1].Overflow, plan.Queues[1].OnCall = nil, nil
	var password string
	st := remoteHotline(t, plan, func(cfg *config.Config) {
		cfg.Asterisk.Gateway = out.Addr()
		_, made, err := web.CreateAccounts(filepath.Join(cfg.Data, web.AccountsFile), []web.Account{{Number: "1001", Role: web.Agent, Company: "demo"}})
		if err != nil {
			t.Fatal(err)
		}
		password = made[0].Password
	})
	order := func(said string) {
		t.Helper()
		r, err := http.NewRequestWithContext(deadline(t), http.MethodPost, fmt.Sprintf("http://127.0.0.1:%d/api/v1/agents/1001/orders", st.cfg.Ports.Web), strings.NewReader(said))
		if err != nil {
			t.Fatal(err)
		}
		r.SetBasicAuth("1001", password)
		r.Header.Set("Content-Type", "application/json")
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		if b, _ := io.ReadAll(res.Body); res.StatusCode != http.StatusOK {
			t.Fatalf("%s: %s %s", said, res.Status, b)
		}
	}
	first := st.agent("1001", phone.AnswerAfter(0))
	order(`{"verb":"dial","to":"` + number + `"}`)
	desk, called := st.next(first), st.next(out)
	st.hears(desk, outsideTone)
	st.hears(called, agentTone("1001"))
	order(`{"verb":"emergency","reason":"it smells again"}`)
	st.fact(number, cti.CallQueued, 1)
	st.signal(syscall.SIGSTOP)
	duty, err := phone.New(phone.Config{Number: "1007", Password: st.passwords["1007"], Server: st.sip, Policy: phone.AnswerAfter(0), Tone: agentTone("1007")})
	if err != nil {
		t.Fatal(err)
	}
	st.phones["1007"] = duty
	if err := duty.Register(deadline(t)); err != nil {
		t.Fatal(err)
	}
	talk := st.next(duty)
	st.hears(called, agentTone("1007"))
	st.hears(talk, outsideTone)
	st.signal(syscall.SIGCONT)
	st.hangup(called)
	r := st.record(number)
	if r.Fallback == nil || r.Fallback.Agent != "1007" || !r.Emergency {
		t.Errorf("fallback %+v, emergency %t", r.Fallback, r.Emergency)
	}
	list, err := st.records().Callbacks(deadline(t), store.CallbackFilter{Company: "demo", Owed: true})
	if err != nil || len(list) != 0 {
		t.Errorf("he is owed a call: %+v, %v", list, err)
	}
}

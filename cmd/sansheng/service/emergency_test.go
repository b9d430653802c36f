package service

import (
	"context"
	"fmt"
	"net/http"
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

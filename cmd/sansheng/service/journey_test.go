package service

import (
	"fmt"
	"os"
	"testing"
	"time"

	"sansheng/cti"
	"sansheng/pbx"
	"sansheng/pbx/sip/phone"
	"sansheng/store"
)

// TestAnsweredAtOnce is the main journey: greeted, rung, answered within three
// rings, told the agent's number, joined with sound both ways, hung up, on record.
func TestAnsweredAtOnce(t *testing.T) {
	st := hotline(t, cti.DemoPlan(0))
	agent := st.agent("1001", phone.AnswerAfter(time.Second))
	call := st.dial("13800138000", "800100")
	if err := call.WaitAnswered(deadline(t)); err != nil {
		t.Fatalf("the line does not answer: %v", err)
	}
	talk := st.next(agent)
	if got := talk.Caller().Number; got != "13800138000" {
		t.Errorf("the agent's phone shows %q, not the caller's number", got)
	}
	st.fact("13800138000", cti.CallJoined, 1)
	st.hears(call, agentTone("1001"))
	st.hears(talk, callerTone)
	st.hangup(call)
	if _, err := talk.WaitEnded(deadline(t)); err != nil {
		t.Fatalf("the agent's phone goes on: %v", err)
	}
	r := st.record("13800138000")
	if r.Agent == nil || *r.Agent != "1001" || !*r.WithinThreeRings || *r.Rings != 1 {
		t.Errorf("answer on record: %+v", r.Answer)
	}
	if *r.EndedBy != "caller" || *r.Disposition != "ANSWERED" || *r.Cause != int32(pbx.CauseNormal) {
		t.Errorf("ending on record: by %s, %s, cause %d", *r.EndedBy, *r.Disposition, *r.Cause)
	}
	if len(r.Legs) != 2 || len(r.Offers) != 1 || r.Offers[0].Result == nil || *r.Offers[0].Result != "answered" || len(r.QueueEntries) != 1 {
		t.Errorf("legs, offers and queue entries on record: %+v %+v %+v", r.Legs, r.Offers, r.QueueEntries)
	}
	if len(r.Tickets) != 1 || r.Tickets[0].Owner == nil || *r.Tickets[0].Owner != "1001" {
		t.Errorf("tickets: %+v", r.Tickets)
	}
	if r.Greeting == nil || len(r.Announcements) != 1 {
		t.Errorf("greeting %+v, announcements %+v", r.Greeting, r.Announcements)
	}
	if info, err := os.Stat(st.recording(r)); err != nil || info.Size() < 1000 {
		t.Errorf("recording: %v, %+v", err, info)
	}
	st.seamless()
	chains, err := st.records().Verify(deadline(t), "demo")
	if err != nil || len(chains) != 1 || len(chains[0].Faults) != 0 {
		t.Errorf("the chain does not verify: %v %+v", err, chains)
	}
}

// TestServedInOrder: one agent, four callers: each served once, in the order of
// arrival.
func TestServedInOrder(t *testing.T) {
	st := hotline(t, cti.DemoPlan(0))
	agent := st.agent("1001", phone.AnswerAfter(0))
	var calls []*phone.Call
	for i := range 4 {
		from := fmt.Sprintf("1390000000%d", i)
		calls = append(calls, st.dial(from, "800100"))
		st.fact(from, cti.CallArrived, 1)
	}
	for i, call := range calls {
		from := fmt.Sprintf("1390000000%d", i)
		talk := st.next(agent)
		if got := talk.Caller().Number; got != from {
			t.Fatalf("caller %d to be served is %s, not %s", i, got, from)
		}
		// Greeting, then music: nobody waits in silence.
		if heard := call.Heard(); i == 3 && (!heard.Audible() || heard.LongestGap > 1500*time.Millisecond || heard.SilentFor > 1500*time.Millisecond) {
			t.Errorf("the last caller waited in silence: longest gap %v, silent for %v", heard.LongestGap, heard.SilentFor)
		}
		st.fact(from, cti.CallJoined, 1)
		st.hears(call, agentTone("1001"))
		st.hangup(call)
	}
	for i := range 4 {
		if r := st.record(fmt.Sprintf("1390000000%d", i)); len(r.Offers) != 1 {
			t.Errorf("caller %d was offered %d times", i, len(r.Offers))
		}
	}
	st.seamless()
}

// TestSharedAgent: agent 1007 serves both the emergency and the repair queue;
// the emergency caller who came later overtakes.
func TestSharedAgent(t *testing.T) {
	plan := cti.DemoPlan(0)
	plan.Lines = append(plan.Lines, cti.Line{
		DID: "800300", Company: "demo", Mode: cti.Greeted, Queue: "repair", Greeting: "greeting", Announce: true,
	})
	st := hotline(t, plan)
	agent := st.agent("1007", phone.AnswerAfter(0))
	first := st.dial("13900000001", "800300")
	st.fact("13900000001", cti.CallJoined, 1)
	st.next(agent)
	st.dial("13900000002", "800300")
	st.fact("13900000002", cti.CallArrived, 1)
	emergency := st.dial("13900000003", "800119")
	st.fact("13900000003", cti.CallArrived, 1)
	st.hangup(first)
	if got := st.next(agent).Caller().Number; got != "13900000003" {
		t.Fatalf("served next is %s, not the emergency", got)
	}
	st.hears(emergency, agentTone("1007"))
	st.hangup(emergency)
	if got := st.next(agent).Caller().Number; got != "13900000002" {
		t.Fatalf("served last is %s", got)
	}
}

// TestDeclined: an agent declines, the next one is asked at once.
func TestDeclined(t *testing.T) {
	st := hotline(t, cti.DemoPlan(0))
	st.agent("1001", phone.Decline())
	second := st.agent("1002", phone.AnswerAfter(0))
	call := st.dial("13900000001", "800100")
	st.next(second)
	st.hears(call, agentTone("1002"))
	declined := st.fact("13900000001", cti.CallOfferEnded, 1)
	again := st.fact("13900000001", cti.CallOffered, 2)
	if d, _ := declined.Data.(*cti.OfferEnded); d.Result != cti.OfferDeclined {
		t.Errorf("first offer ended %q", d.Result)
	}
	if d := again.At.Sub(declined.At); d > 200*time.Millisecond {
		t.Errorf("the next agent was asked after %v", d)
	}
	st.hangup(call)
	st.record("13900000001")
}

// TestMissed: an agent lets it ring three times, twice: each time the next agent
// takes the call, and then he is paused with the reason.
func TestMissed(t *testing.T) {
	st := hotline(t, quickRings(0))
	st.agent("1001", phone.NoAnswer())
	second := st.agent("1002", phone.AnswerAfter(0))
	for i := range 2 {
		from := fmt.Sprintf("1390000000%d", i)
		call := st.dial(from, "800100")
		ended := st.fact(from, cti.CallOfferEnded, 1)
		d, _ := ended.Data.(*cti.OfferEnded)
		if ended.Agent != "1001" || d.Result != cti.OfferMissed || d.Rings != 3 {
			t.Fatalf("call %d: %s %+v", i, ended.Agent, d)
		}
		st.next(second)
		st.hears(call, agentTone("1002"))
		st.hangup(call)
		st.record(from)
		// 1002 has been idle shorter than 1001 now, so 1001 is asked first again.
		st.state("1002", cti.Ready)
	}
	paused := st.state("1001", cti.Paused)
	if d, _ := paused.Data.(*cti.StateData); d.Reason != cti.ReasonMisses {
		t.Errorf("paused because of %q", d.Reason)
	}
}

// TestPhoneDead: the first agent's phone died without a goodbye; the caller
// reaches the next agent within the limit for a phone that does not react.
func TestPhoneDead(t *testing.T) {
	st := hotline(t, cti.DemoPlan(0))
	st.agent("1001", phone.AnswerAfter(0)).Die()
	second := st.agent("1002", phone.AnswerAfter(0))
	call := st.dial("13900000001", "800100")
	st.next(second)
	st.hears(call, agentTone("1002"))
	r := st.fact("13900000001", cti.CallOfferEnded, 1)
	if d, _ := r.Data.(*cti.OfferEnded); r.Agent != "1001" || d.Result != cti.OfferUnreachable {
		t.Errorf("first offer: %s %+v", r.Agent, d)
	}
	st.state("1001", cti.Paused)
	st.hangup(call)
	st.record("13900000001")
}

// TestUnregistered: an agent whose phone unregisters is not offered anything.
func TestUnregistered(t *testing.T) {
	st := hotline(t, cti.DemoPlan(0))
	first := st.agent("1001", phone.AnswerAfter(0))
	if err := first.Unregister(deadline(t)); err != nil {
		t.Fatal(err)
	}
	st.state("1001", cti.LoggedOff)
	call := st.dial("13900000001", "800100")
	st.fact("13900000001", cti.CallGreeted, 1)
	second := st.agent("1002", phone.AnswerAfter(0))
	st.next(second)
	st.hears(call, agentTone("1002"))
	st.hangup(call)
	if r := st.record("13900000001"); len(r.Offers) != 1 || r.Offers[0].Agent != "1002" {
		t.Errorf("offers: %+v", r.Offers)
	}
}

// TestCallerLeaves: during the greeting, while waiting, while the phone rings
// (which stops at once) and at the very moment of the answer.
func TestCallerLeaves(t *testing.T) {
	st := hotline(t, cti.DemoPlan(0))
	t.Run("greeting", func(t *testing.T) {
		call := st.dial("13900000001", "800100")
		if err := call.WaitAnswered(deadline(t)); err != nil {
			t.Fatal(err)
		}
		st.hangup(call)
		abandoned(t, st.record("13900000001"))
	})
	t.Run("waiting", func(t *testing.T) {
		call := st.dial("13900000002", "800100")
		st.fact("13900000002", cti.CallGreeted, 1)
		st.hangup(call)
		abandoned(t, st.record("13900000002"))
	})
	agent := st.agent("1001", phone.NoAnswer())
	t.Run("ringing", func(t *testing.T) {
		call := st.dial("13900000003", "800100")
		ringing := st.next(agent)
		if _, err := ringing.Wait(deadline(t), phone.Ringing); err != nil {
			t.Fatal(err)
		}
		hungUp := time.Now()
		st.hangup(call)
		stopped, err := ringing.Wait(deadline(t), phone.Cancelled)
		if err != nil {
			t.Fatalf("the phone rings on: %v", err)
		}
		if d := stopped.At.Sub(hungUp); d > 500*time.Millisecond {
			t.Errorf("a ghost rang for %v", d)
		}
		abandoned(t, st.record("13900000003"))
		st.state("1001", cti.Ready)
	})
	t.Run("answering", func(t *testing.T) {
		for i := range 5 {
			from := fmt.Sprintf("1390000001%d", i)
			call := st.dial(from, "800100")
			ringing := st.next(agent)
			if _, err := ringing.Wait(deadline(t), phone.Ringing); err != nil {
				t.Fatal(err)
			}
			go ringing.Answer(deadline(t)) // which may well be too late
			st.hangup(call)
			if _, err := ringing.WaitEnded(deadline(t)); err != nil {
				t.Fatalf("the agent's phone is left in a call: %v", err)
			}
			st.record(from)
			st.state("1001", cti.Ready)
		}
	})
	st.seamless()
}

func abandoned(t *testing.T, r store.Record) {
	t.Helper()
	if *r.Disposition != "NO ANSWER" || !r.Abandoned || *r.EndedBy != "caller" {
		t.Errorf("ending: %s, abandoned %t, by %s", *r.Disposition, r.Abandoned, *r.EndedBy)
	}
	if len(r.Tickets) != 1 || r.Tickets[0].Kind != "callback" {
		t.Errorf("tickets of an abandoned call: %+v", r.Tickets)
	}
}

// TestAgentHangsUpFirst is flagged on the record.
func TestAgentHangsUpFirst(t *testing.T) {
	st := hotline(t, cti.DemoPlan(0))
	agent := st.agent("1001", phone.AnswerAfter(0))
	call := st.dial("13900000001", "800100")
	talk := st.next(agent)
	st.fact("13900000001", cti.CallJoined, 1)
	st.hangup(talk)
	if _, err := call.WaitEnded(deadline(t)); err != nil {
		t.Fatal(err)
	}
	if r := st.record("13900000001"); *r.EndedBy != "agent" || !r.EarlyHangUp {
		t.Errorf("ended by %s, early %t", *r.EndedBy, r.EarlyHangUp)
	}
}

// TestUnknownNumber is refused by SIP, and nothing of it is a call.
func TestUnknownNumber(t *testing.T) {
	st := hotline(t, cti.DemoPlan(0))
	call := st.dial("13900000001", "800999")
	rejected, err := call.Wait(deadline(t), phone.Rejected)
	if err != nil || rejected.Status != 404 {
		t.Fatalf("answer %d, %v", rejected.Status, err)
	}
}

// TestDirectLine: the caller hears the real ringback until a person answers.
func TestDirectLine(t *testing.T) {
	st := hotline(t, cti.DemoPlan(0))
	agent := st.agent("1007", phone.AnswerAfter(time.Second))
	call := st.dial("13900000001", "800119")
	if _, err := call.Wait(deadline(t), phone.Ringing); err != nil {
		t.Fatalf("no ringback: %v", err)
	}
	if _, early := call.Find(phone.Answered); early {
		t.Error("answered before a person was there")
	}
	talk := st.next(agent)
	st.hears(call, agentTone("1007"))
	st.hears(talk, callerTone)
	st.hangup(call)
	r := st.record("13900000001")
	if *r.Rings != 1 || !*r.WithinThreeRings || r.OverranAt != nil {
		t.Errorf("answer: %+v", r.Answer)
	}
}

// TestDirectLineOverrun: when the third ring ends unanswered the system answers
// itself, the overflow group is asked, and the breach is on record.
func TestDirectLineOverrun(t *testing.T) {
	st := hotline(t, quickRings(0))
	st.agent("1007", phone.NoAnswer())
	helper := st.agent("1001", phone.AnswerAfter(0))
	call := st.dial("13900000001", "800119")
	began, err := call.Wait(deadline(t), phone.Ringing)
	if err != nil {
		t.Fatal(err)
	}
	answered, err := call.Wait(deadline(t), phone.Answered)
	if err != nil {
		t.Fatal(err)
	}
	if d := answered.At.Sub(began.At); d < 8*time.Second || d > 10*time.Second {
		t.Errorf("the system answered after %v; three rings are 9 s", d)
	}
	st.next(helper)
	st.hears(call, agentTone("1001"))
	st.hangup(call)
	r := st.record("13900000001")
	if r.OverranAt == nil || *r.WithinThreeRings {
		t.Errorf("the breach is not on record: %+v", r.Answer)
	}
}

// TestFiftyCallers on five agents: each served once, in order, and no agent is
// offered two at a time.
func TestFiftyCallers(t *testing.T) {
	st := hotline(t, cti.DemoPlan(0))
	fleet, err := phone.NewFleet(phone.FleetConfig{
		Size: 5, First: 1001, Password: func(n string) string { return st.passwords[cti.AgentID(n)] },
		Phone: phone.Config{Server: st.sip, Policy: phone.AnswerAfter(0)},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer fleet.Die()
	if err := fleet.Start(deadline(t), 0); err != nil {
		t.Fatal(err)
	}
	for i := range 5 {
		st.state(cti.AgentID(fmt.Sprint(1001+i)), cti.Ready)
	}
	const n = 50
	carrier := st.caller("carrier")
	calls := make([]*phone.Call, n)
	for i := range n {
		if calls[i], err = carrier.Call(deadline(t), "800100", phone.Options{From: fmt.Sprintf("139000001%02d", i)}); err != nil {
			t.Fatal(err)
		}
	}
	// Each caller hangs up as soon as he talks.
	st.await("all to talk", func(facts []cti.Fact) bool {
		joined := 0
		for _, f := range facts {
			if f.Kind == cti.CallJoined {
				joined++
				for i := range n {
					if d := callsOf(facts, fmt.Sprintf("139000001%02d", i)); d[f.Call] && calls[i] != nil {
						go calls[i].Hangup(deadline(t)) // its end is checked below
						calls[i] = nil
					}
				}
			}
		}
		return joined == n
	})
	facts := st.await("all to end", func(facts []cti.Fact) bool {
		ended := 0
		for _, f := range facts {
			if f.Kind == cti.CallEnded {
				ended++
			}
		}
		return ended == n
	})
	inOrder(t, facts)
	if s := fleet.Stats(); s.Overlaps != 0 || s.Incoming != n {
		t.Errorf("phones: %+v; want %d calls and no overlap", s, n)
	}
	st.seamless()
}

// inOrder checks that first offers follow the order of arrival.
func inOrder(t *testing.T, facts []cti.Fact) {
	t.Helper()
	var arrived, offered []cti.CallID
	seen := map[cti.CallID]bool{}
	for _, f := range facts {
		switch {
		case f.Kind == cti.CallArrived:
			arrived = append(arrived, f.Call)
		case f.Kind == cti.CallOffered && !seen[f.Call]:
			seen[f.Call] = true
			offered = append(offered, f.Call)
		}
	}
	for i := range offered {
		if offered[i] != arrived[i] {
			t.Fatalf("caller %d to be offered came as another: %v", i, offered)
		}
	}
}

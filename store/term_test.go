package store

import (
	"fmt"
	"testing"
	"time"

	"sansheng/cti"
	"sansheng/pbx"
)

// TestLateEngine: an engine dies with facts of its last moments untold, another
// goes on with its calls, and the first tells them when it is back: there is one
// record, it says what the engine says that went on, the late facts are kept
// beside it, an agent's state is not set back, and a call that only the first one
// knew has its record too.
func TestLateEngine(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	seqs := map[string]uint64{}
	var facts []cti.Fact
	tell := func(engine string, term uint64, ms int, k cti.Kind, call cti.CallID, agent cti.AgentID, d cti.Data) {
		seqs[engine]++
		facts = append(facts, cti.Fact{
			Version: cti.SchemaVersion, ID: fmt.Sprintf("%s-%d", engine, seqs[engine]), Seq: seqs[engine], Engine: engine,
			Term: term, At: storyStart.Add(time.Duration(ms) * time.Millisecond), Kind: k, Company: "demo", Call: call, Agent: agent, Data: d,
		})
	}
	arrived := func(id string) *cti.Arrived {
		return &cti.Arrived{DID: "800100", Caller: pbx.Party{Number: "1"}, Channel: pbx.ChannelID(id), Direction: "inbound", Mode: cti.Greeted}
	}
	tell("a", 1, 0, cti.CallArrived, "c1", "", arrived("c1"))
	tell("a", 1, 0, cti.CallQueued, "c1", "", &cti.Queued{Queue: "service"})
	tell("a", 1, 0, cti.AgentReady, "", "1003", &cti.StateData{From: cti.LoggedOff})
	// a dies; what it did then is told below.
	tell("b", 2, 3000, cti.EngineStarted, "", "", &cti.EngineData{Text: "b"})
	tell("b", 2, 3000, cti.CallOffered, "c1", "1001", &cti.Offered{Queue: "service", Channel: "c1-agent2", Offer: 2})
	tell("b", 2, 3100, cti.AgentPaused, "", "1003", &cti.StateData{From: cti.Ready})
	tell("b", 2, 4000, cti.CallAnswered, "c1", "1001", &cti.Answered{Queue: "service", Channel: "c1-agent2", Offer: 2, WaitMs: 4000})
	tell("a", 1, 500, cti.CallOffered, "c1", "1003", &cti.Offered{Queue: "service", Channel: "c1-agent1", Offer: 1})
	tell("a", 1, 500, cti.AgentReserved, "c1", "1003", &cti.StateData{From: cti.Ready, Call: "c1"})
	tell("a", 1, 600, cti.CallFellBack, "c1", "", &cti.FellBack{Reason: cti.FellByLease})
	tell("a", 1, 700, cti.AgentLost, "", "1003", &cti.RegisteredData{Endpoint: "PJSIP/1003"})
	tell("a", 1, 800, cti.CallArrived, "c2", "", arrived("c2"))
	tell("a", 1, 900, cti.CallHungUp, "c2", "", &cti.HungUp{By: cti.RoleCaller})
	tell("a", 1, 950, cti.CallEnded, "c2", "", &cti.Ended{By: cti.RoleCaller, Disposition: cti.DispositionNoAnswer, Cause: 16, Abandoned: true})
	tell("b", 2, 9000, cti.CallHungUp, "c1", "", &cti.HungUp{By: cti.RoleCaller})
	tell("b", 2, 9100, cti.CallEnded, "c1", "1001", &cti.Ended{By: cti.RoleCaller, Disposition: cti.DispositionAnswered, Cause: 16})
	tell("a", 1, 990, cti.CallWidened, "c1", "", &cti.WidenedData{Queues: []cti.QueueID{"repair"}})

	ctx := t.Context()
	if err := s.Replay(ctx, "terms", facts...); err != nil {
		t.Fatal(err)
	}
	noFaults(t, s)
	r, err := s.Record(ctx, "c1")
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Offers) != 1 || r.Agent == nil || *r.Agent != "1001" || r.Fallback != nil || *r.Disposition != "ANSWERED" {
		t.Errorf("the call as it went on: %d offers, agent %v, fallback %v, %s", len(r.Offers), r.Agent, r.Fallback, *r.Disposition)
	}
	if len(r.Amendments) != 3 || r.Hash == nil {
		t.Errorf("%d late facts are kept, want 3; sealed %t", len(r.Amendments), r.Hash != nil)
	}
	if r, err := s.Record(ctx, "c2"); err != nil || r.Hash == nil || len(r.Amendments) != 0 {
		t.Errorf("the call that only the first engine knew: %v, %d amendments", err, len(r.Amendments))
	}
	agents, err := s.Agents(ctx, "demo", storyStart)
	if err != nil || len(agents) != 1 || agents[0].State != string(cti.Paused) {
		t.Errorf("agents %+v, %v: the state was set back", agents, err)
	}
	// Once: read again from the beginning nothing changes.
	before := show(t, s)
	if err := s.Replay(ctx, "terms again", facts...); err != nil {
		t.Fatal(err)
	}
	if after := show(t, s); after != before {
		t.Errorf("read twice:\n%s\nonce:\n%s", after, before)
	}
}

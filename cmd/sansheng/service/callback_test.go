package service

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"sansheng/cti"
	"sansheng/pbx/sip/phone"
	"sansheng/store"
)

// asksBack has a caller press 1 until he is promised a call, as he is when he has been told of it.
func (st *stack) asksBack(call *phone.Call, from string) {
	st.t.Helper()
	until(st.t, func(ctx context.Context) (bool, string) {
		_ = call.Press(ctx, "1", phone.RFC4733) // he may have been let go by then
		for _, f := range st.all() {
			if d, ok := f.Data.(*cti.CallbackAskedData); ok && d.Number == from {
				return true, ""
			}
		}
		return false, from + " is promised nothing"
	})
	if _, err := call.WaitEnded(deadline(st.t)); err != nil {
		st.t.Fatal(err)
	}
}

// TestCallback: a caller who would rather not wait presses 1; he is hung up, and called in
// his turn: after who came before him and before who came later.
func TestCallback(t *testing.T) {
	const first, second, third = "13900000041", "13900000042", "13900000043"
	st, out := withOutside(t, phone.AnswerAfter(200*time.Millisecond), func(p *cti.Plan) {
		p.Queues[0].Tell = cti.Span(time.Second)
		p.Queues[0].Callback = &cti.CallbackRule{Attempts: 2, Retry: cti.Span(time.Minute), Keep: cti.Span(time.Hour)}
		p.Lines[0].Announce = false
	})
	before := st.dial(first, "800100")
	st.fact(first, cti.CallGreeted, 1)
	caller := st.dial(second, "800100")
	st.fact(second, cti.CallGreeted, 1)
	after := st.dial(third, "800100")
	st.fact(third, cti.CallGreeted, 1)
	st.asksBack(caller, second)
	asked := st.fact(second, cti.CallEnded, 1)
	if d := asked.Data.(*cti.Ended); d.Abandoned || d.Disposition != cti.DispositionNoAnswer {
		t.Errorf("ended %+v", d)
	}

	agent := st.agent("1001", phone.AnswerAfter(0))
	call := st.next(agent)
	if got := call.Caller().Number; got != first {
		t.Fatalf("the agent is rung for %s before %s", got, first)
	}
	st.hears(before, agentTone("1001"))
	st.hangup(before)
	call = st.next(agent)
	called := st.next(out)
	if called.Called() != second || called.Caller().Number != "800100" {
		t.Errorf("dialled %q, showing %q", called.Called(), called.Caller().Number)
	}
	st.hears(called, agentTone("1001"))
	st.hears(call, outsideTone)
	st.hangup(called)
	if got := st.next(agent).Caller().Number; got != third {
		t.Errorf("the agent is rung for %s, not %s", got, third)
	}
	st.hears(after, agentTone("1001"))
	st.hangup(after)
	b := st.callback(string(asked.Call))
	if b.Result != "reached" || b.Number != second || b.Queue != "service" || b.By == "" {
		t.Errorf("callback %+v", b)
	}
	list, err := st.svc.records.store.Load().Tickets(deadline(t), store.TicketFilter{Call: string(asked.Call)})
	if err != nil || len(list) != 0 {
		t.Errorf("tickets of who was called back: %+v, %v", list, err)
	}
	st.seamless()
}

// callback waits until one has ended.
func (st *stack) callback(call string) (ended store.OwedCallback) {
	st.t.Helper()
	until(st.t, func(ctx context.Context) (bool, string) {
		records := st.svc.records.store.Load()
		if records == nil {
			return false, "there is no database yet"
		}
		list, err := records.Callbacks(ctx, store.CallbackFilter{})
		if err != nil {
			st.t.Fatal(err)
		}
		i := slices.IndexFunc(list, func(b store.OwedCallback) bool { return b.Call == call && b.EndedAt != nil })
		if i >= 0 {
			ended = list[i]
		}
		return i >= 0, fmt.Sprintf("the callback of %s does not end: %+v", call, list)
	})
	return ended
}

// TestPromisedCall: an agent promises his caller a call; when the caller has hung up the
// agent is rung, the caller is dialled, and the promise is kept.
func TestPromisedCall(t *testing.T) {
	const caller = "13900000051"
	st, out := withOutside(t, phone.AnswerAfter(200*time.Millisecond), func(p *cti.Plan) { p.Lines[0].Announce = false })
	agent := st.agent("1001", phone.AnswerAfter(0))
	first := st.dial(caller, "800100")
	st.next(agent)
	st.hears(first, agentTone("1001"))
	if err := st.svc.order(deadline(t), cti.Order{Agent: "1001", Verb: cti.OrderPromise, Due: time.Now().Add(3 * time.Minute)}); err != nil {
		t.Fatal(err)
	}
	promised := st.fact(caller, cti.CallbackPromised, 1)
	st.hangup(first)
	call := st.next(agent)
	called := st.next(out)
	if called.Called() != caller || called.Caller().Number != "800100" {
		t.Errorf("dialled %q, showing %q", called.Called(), called.Caller().Number)
	}
	st.hears(called, agentTone("1001"))
	st.hears(call, outsideTone)
	st.hangup(called)
	if b := st.callback(string(promised.Call)); b.Result != "reached" || b.PromisedBy != "1001" || b.PromisedUntil == nil || b.By == "" {
		t.Errorf("callback %+v", b)
	}
	st.seamless()
}

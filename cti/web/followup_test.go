package web

import (
	"context"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"sansheng/cti"
	"sansheng/store"
	"sansheng/store/ticket"
)

// TestFollowUpDialled: a callback is dialled while people are called, and by a number of its own. A
// call that would count for nothing is refused, and he is told from when it may be.
func TestFollowUpDialled(t *testing.T) {
	st := newStand(t)
	var now atomic.Int64
	st.clock = func() time.Time { return time.UnixMilli(now.Load()) }
	at := func(hour int) { now.Store(day.Add(time.Duration(hour-8) * time.Hour).UnixMilli()) }
	at(12)
	db := withStore(t, st)
	k, err := db.OpenTicket(t.Context(), "1001", ticket.Opened{
		Company: "demo", Kind: ticket.Complaint, Owner: "1001", Call: "c1", Matter: ticket.Matter{Summary: "rude"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Act(t.Context(), k.ID, "1001", &ticket.ClosedWith{Result: "said sorry"}, store.Anybody); err != nil {
		t.Fatal(err)
	}
	owed, err := db.FollowUps(t.Context(), store.FollowUpFilter{Owed: true})
	if err != nil || len(owed) != 1 {
		t.Fatalf("%d callbacks, %v", len(owed), err)
	}
	var dialled []string
	st.orders = func(_ context.Context, o cti.Order) error {
		dialled = append(dialled, o.To)
		return nil
	}
	for _, c := range []struct {
		hour, status int
		to, says     string
	}{
		{7, 409, "", `"code":"too-early","args":["2026-03-02 09:00"]`},
		{20, 409, "", `"code":"too-early","args":["2026-03-03 09:00"]`},
		{20, 409, number1, `"code":"too-early"`},
		{12, 409, "13900000009", "not one of this callback"},
		{12, 200, number1, `"verb":"dial"`},
		{12, 200, "", `"verb":"dial"`},
	} {
		at(c.hour)
		a := st.post("1001", "/api/v1/agents/1001/orders", `{"verb":"dial","to":"`+c.to+`","for":"follow_up:`+owed[0].ID+`"}`)
		if a.StatusCode != c.status || !strings.Contains(a.text, c.says) {
			t.Errorf("at %d, %q: %d %s, want %d and %s", c.hour, c.to, a.StatusCode, a.text, c.status, c.says)
		}
	}
	if !slices.Equal(dialled, []string{number1, number1}) {
		t.Errorf("dialled %q", dialled)
	}
}

// TestFollowUpNumber: a number that an agent has written down needs a rule for numbers outside, the
// one from which the caller called does not.
func TestFollowUpNumber(t *testing.T) {
	st := newStand(t)
	st.clock = func() time.Time { return day.Add(4 * time.Hour) }
	db := withStore(t, st)
	var got []cti.Order
	st.orders = func(_ context.Context, o cti.Order) error { got = append(got, o); return nil }
	for _, phone := range []string{"", "0019005551234"} {
		k, err := db.OpenTicket(t.Context(), "1001", ticket.Opened{
			Company: "demo", Kind: ticket.Complaint, Owner: "1001", Call: "c1", Matter: ticket.Matter{Summary: "rude", Place: "No. 7" + phone, Phone: phone},
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.Act(t.Context(), k.ID, "1001", &ticket.ClosedWith{Result: "said sorry"}, store.Anybody); err != nil {
			t.Fatal(err)
		}
		list, err := db.FollowUps(t.Context(), store.FollowUpFilter{Owed: true})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range list {
			if f.Tickets[0].Ticket != k.ID.String() {
				continue
			}
			if a := st.post("1001", "/api/v1/agents/1001/orders", `{"verb":"dial","for":"follow_up:`+f.ID+`"}`); a.StatusCode != 200 {
				t.Fatalf("%d %s", a.StatusCode, a.text)
			}
		}
	}
	if len(got) != 2 || got[0].To != number1 || !got[0].Known || got[1].To != "0019005551234" || got[1].Known {
		t.Errorf("ordered %+v", got)
	}
}

// TestAtWork: callbacks are dealt among those who may dial: who serves an emergency line may not.
func TestAtWork(t *testing.T) {
	st := newStand(t)
	st.live = func(context.Context) (Floor, error) {
		return Floor{
			Queues: []cti.QueueView{{ID: "service", Company: "demo"}, {ID: "gas", Company: "demo", Emergency: true}},
			Agents: []cti.AgentView{
				{ID: "1001", Company: "demo", State: cti.Paused, Queues: []cti.QueueID{"service"}},
				{ID: "1002", Company: "demo", State: cti.LoggedOff, Queues: []cti.QueueID{"service"}},
				{ID: "1003", Company: "demo", State: cti.Ready, Queues: []cti.QueueID{"service", "gas"}},
				{ID: "1004", Company: "demo", State: cti.Talking, Leaving: true},
				{ID: "1005", Company: "demo2", State: cti.Ready},
			},
		}, nil
	}
	if agents := st.atWork(t.Context(), "demo"); !slices.Equal(agents, []string{"1001"}) {
		t.Errorf("at work %v", agents)
	}
}

package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sansheng/cti"
)

// told is a webhook's receiver: it keeps what it is sent, and answers as it is told to.
type told struct {
	sentC  chan Delivery
	answer func(Delivery) error
}

func newTold() *told { return &told{sentC: make(chan Delivery, 1000)} }

func (r *told) send(_ context.Context, d Delivery) error {
	r.sentC <- d
	if r.answer == nil {
		return nil
	}
	return r.answer(d)
}

func (r *told) next(t *testing.T) Delivery {
	t.Helper()
	select {
	case d := <-r.sentC:
		return d
	case <-time.After(time.Minute):
		t.Fatal("nothing was sent")
		return Delivery{}
	}
}

// hooked is a store with webhooks that began before the stories.
func hooked(t testing.TB, url string, send func(context.Context, Delivery) error, list ...Webhook) *Store {
	t.Helper()
	s, err := Open(t.Context(), Config{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	began(t, s, list...)
	if err := s.SetWebhooks(t.Context(), list, send); err != nil {
		t.Fatal(err)
	}
	return s
}

// began has webhooks be there since the day before the stories.
func began(t testing.TB, s *Store, list ...Webhook) {
	t.Helper()
	for _, w := range list {
		const add = "INSERT INTO webhook (name, company, began_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"
		if _, err := s.pool.Exec(t.Context(), add, w.Name, w.Company, storyStart.AddDate(0, 0, -1)); err != nil {
			t.Fatal(err)
		}
	}
}

// eventually waits until something holds in the database.
func eventually(t *testing.T, holds func() bool) {
	t.Helper()
	tick, end := time.NewTicker(10*time.Millisecond), time.After(time.Minute)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-end:
			t.Fatal("it does not come to hold")
		}
	}
}

// working has a store's jobs run until the test ends.
func working(t *testing.T, s *Store) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	endC := make(chan error, 1)
	go func() { endC <- s.Jobs().Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-endC; err != nil {
			t.Error(err)
		}
	})
}

func deliveries(t *testing.T, s *Store, f DeliveryFilter) []Delivery {
	t.Helper()
	list, err := s.Deliveries(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

var everything = []Webhook{
	{Name: "crm", Company: "demo", Facts: []string{"call.*", "ticket.*"}},
	{Name: "wall", Company: "demo", Facts: []string{"call.arrived", "call.ended"}, WholeNumbers: true},
	{Name: "other", Company: "demo2", Facts: []string{"call.*"}},
}

// Each webhook is told of what it wants of its company, once however often the journal is
// read, masked unless it is to have whole numbers.
func TestDeliveries(t *testing.T) {
	t.Parallel()
	r := newTold()
	s := hooked(t, newDatabase(t, template), r.send, everything...)
	facts := firstStory(t)
	calls := 0
	for _, f := range facts {
		if strings.HasPrefix(string(f.Kind), "call.") {
			calls++
		}
	}
	for _, journal := range []string{"journal", "copy", "journal"} {
		if err := s.Replay(t.Context(), journal, facts...); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]int{"crm": calls, "wall": 2, "other": 0} {
		if list := deliveries(t, s, DeliveryFilter{Webhook: name}); len(list) != want {
			t.Errorf("%d for %s, want %d", len(list), name, want)
		}
	}
	working(t, s)
	bodies := map[string]cti.Fact{}
	for range calls + 2 {
		d := r.next(t)
		var f cti.Fact
		if err := json.Unmarshal(d.Body, &f); err != nil || f.ID != d.Fact || string(f.Kind) != d.Kind || f.Seq == 0 {
			t.Fatalf("%s: %v", d.Body, err)
		}
		key := d.Webhook + " " + d.Kind + " " + f.ID
		if _, twice := bodies[key]; twice || d.ID != deliveryID(d.Webhook, f.ID) {
			t.Errorf("%s: %t, %s", key, twice, d.ID)
		}
		bodies[key] = f
		if whole := strings.Contains(string(d.Body), "13800138000"); whole && d.Webhook != "wall" {
			t.Errorf("%s is told the whole number: %s", d.Webhook, d.Body)
		}
		if a, ok := f.Data.(*cti.Arrived); ok && a.Caller.Number != map[string]string{"crm": Mask("13800138000"), "wall": "13800138000"}[d.Webhook] {
			t.Errorf("%s is told of %q", d.Webhook, a.Caller.Number)
		}
	}
	standing := func() []WebhookStanding {
		list, err := s.Webhooks(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	eventually(t, func() bool { return standing()[0].Waiting+standing()[2].Waiting == 0 })
	if w := standing(); len(w) != 3 || w[0].Name != "crm" || w[0].DeliveredAt == nil || w[0].Failed != 0 || w[1].DeliveredAt != nil || w[0].LastError != "" {
		t.Errorf("%+v", w)
	}
	if len(deliveries(t, s, DeliveryFilter{State: Delivered})) != calls+2 {
		t.Errorf("not all are delivered")
	}
}

// An old journal that is read into an empty database fires nothing: a webhook begins with
// the facts of now. A store that was away tells what happened meanwhile.
func TestDeliveriesBegin(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	if err := s.SetWebhooks(t.Context(), everything, newTold().send); err != nil {
		t.Fatal(err)
	}
	facts := firstStory(t)
	if err := s.Replay(t.Context(), "journal", facts...); err != nil {
		t.Fatal(err)
	}
	if list := deliveries(t, s, DeliveryFilter{}); len(list) != 0 {
		t.Fatalf("%d facts of an old journal are told: %+v", len(list), list[0])
	}
	// Another start changes nothing; one without a webhook ends it, and with it, it begins anew.
	first := webhook(t, s, "wall").BeganAt
	if err := s.SetWebhooks(t.Context(), everything, newTold().send); err != nil {
		t.Fatal(err)
	}
	if w := webhook(t, s, "wall"); !w.BeganAt.Equal(first) || w.EndedAt != nil {
		t.Errorf("after a restart %+v, began %v", w, first)
	}
	late := slices.Clone(facts)
	for i := range late {
		late[i].At, late[i].Seq, late[i].ID = time.Now().Add(time.Second), late[i].Seq+1000, "late-"+late[i].ID
		late[i].Call += "-late"
	}
	if err := s.Replay(t.Context(), "later", late...); err != nil {
		t.Fatal(err)
	}
	if list := deliveries(t, s, DeliveryFilter{Webhook: "wall"}); len(list) != 2 {
		t.Errorf("%d of today's facts are told, want 2", len(list))
	}
	if err := s.SetWebhooks(t.Context(), everything[:1], newTold().send); err != nil {
		t.Fatal(err)
	}
	if w := webhook(t, s, "wall"); w.EndedAt == nil || w.Waiting != 0 {
		t.Errorf("after it was taken out %+v", w)
	}
	if list := deliveries(t, s, DeliveryFilter{Webhook: "wall", State: DeliveryDropped}); len(list) != 2 {
		t.Errorf("%d are dropped, want 2", len(list))
	}
	if n, err := s.RetryDeliveries(t.Context(), "wall", ""); n != 0 || err != nil {
		t.Errorf("%d of a webhook that is gone are tried again: %v", n, err)
	}
	if err := s.SetWebhooks(t.Context(), everything, newTold().send); err != nil {
		t.Fatal(err)
	}
	if w := webhook(t, s, "wall"); w.EndedAt != nil || !w.BeganAt.After(first) {
		t.Errorf("put in again %+v, began %v at first", w, first)
	}
}

func webhook(t *testing.T, s *Store, name string) WebhookStanding {
	t.Helper()
	list, err := s.Webhooks(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range list {
		if w.Name == name {
			return w
		}
	}
	t.Fatalf("there is no webhook %s", name)
	return WebhookStanding{}
}

// What a receiver does not take is tried with growing pauses for a day, then it is a dead
// letter, until somebody has it tried again.
func TestDeliveryFails(t *testing.T) {
	t.Parallel()
	r := newTold()
	r.answer = func(Delivery) error { return errors.New("status 500") }
	s := hooked(t, newDatabase(t, template), r.send, everything[1])
	if err := s.Replay(t.Context(), "journal", firstStory(t)...); err != nil {
		t.Fatal(err)
	}
	list := deliveries(t, s, DeliveryFilter{})
	d := list[0]
	if left := time.Until(d.ExpiresAt); len(list) != 2 || left < 23*time.Hour || left > 25*time.Hour {
		t.Fatalf("%d, the first is tried for %v", len(list), left)
	}
	before := time.Duration(0)
	for n := 1; n < 12; n++ {
		again, err := s.deliver(t.Context(), d.ID.String(), r.send)
		if err != nil || again < before*8/10 || again > longestPause*11/10 || again == 0 {
			t.Fatalf("try %d: again after %v, %v before that, %v", n, again, before, err)
		}
		before = again
	}
	got := deliveries(t, s, DeliveryFilter{ID: d.ID.String()})[0]
	if got.State != DeliveryWaiting || got.Tries != 11 || got.Error != "status 500" || got.TriedAt == nil {
		t.Errorf("%+v", got)
	}
	if w := webhook(t, s, "wall"); w.Waiting != 2 || w.Refused != 1 || w.RefusedSince == nil || w.LastError != "status 500" || w.Failed != 0 {
		t.Errorf("%+v", w)
	}
	set := func(expires string) {
		t.Helper()
		if _, err := s.pool.Exec(t.Context(), "UPDATE delivery SET expires_at = "+expires+" WHERE id = $1", d.ID); err != nil {
			t.Fatal(err)
		}
	}
	set("now() + interval '3 seconds'")
	if again, err := s.deliver(t.Context(), d.ID.String(), r.send); again > 3*time.Second || again <= 0 || err != nil {
		t.Errorf("the last try is after %v, %v", again, err)
	}
	set("now()")
	if again, err := s.deliver(t.Context(), d.ID.String(), r.send); again != 0 || err != nil {
		t.Errorf("a day later again after %v, %v", again, err)
	}
	if w := webhook(t, s, "wall"); w.Failed != 1 || w.Waiting != 1 {
		t.Errorf("%+v", w)
	}
	sent := len(r.sentC)
	if again, err := s.deliver(t.Context(), d.ID.String(), r.send); again != 0 || err != nil || len(r.sentC) != sent {
		t.Errorf("what was given up was sent: %v, %v", again, err)
	}
	r.answer = nil
	if n, err := s.RetryDeliveries(t.Context(), "wall", d.ID.String()); n != 1 || err != nil {
		t.Fatalf("%d are tried again: %v", n, err)
	}
	working(t, s)
	eventually(t, func() bool { return deliveries(t, s, DeliveryFilter{ID: d.ID.String()})[0].State == Delivered })
}

// A try that was cut off because we end says nothing of the receiver.
func TestDeliveryCutOff(t *testing.T) {
	t.Parallel()
	s := hooked(t, newDatabase(t, template), newTold().send, everything[1])
	if err := s.Replay(t.Context(), "journal", firstStory(t)...); err != nil {
		t.Fatal(err)
	}
	d := deliveries(t, s, DeliveryFilter{})[0]
	ctx, stop := context.WithCancel(t.Context())
	_, err := s.deliver(ctx, d.ID.String(), func(context.Context, Delivery) error {
		stop()
		return ctx.Err()
	})
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if got := deliveries(t, s, DeliveryFilter{ID: d.ID.String()})[0]; got.Tries != 0 || got.State != DeliveryWaiting {
		t.Errorf("%+v", got)
	}
}

// A receiver that hangs delays neither the records nor another receiver.
func TestDeliveryHangs(t *testing.T) {
	t.Parallel()
	r, releaseC := newTold(), make(chan struct{})
	slow := Webhook{Name: "slow", Company: "demo", Facts: []string{"call.*"}}
	s := hooked(t, newDatabase(t, template), func(ctx context.Context, d Delivery) error {
		if d.Webhook != "slow" {
			return r.send(ctx, d)
		}
		select {
		case <-releaseC:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}, slow, everything[1])
	working(t, s)
	const n = 20
	for i := range n {
		facts := firstStory(t)
		for k := range facts {
			facts[k].Call += cti.CallID(fmt.Sprint("-", i))
			facts[k].Engine = fmt.Sprint("e", i)
			facts[k].ID = facts[k].Engine + "-" + facts[k].ID
		}
		if err := s.Replay(t.Context(), fmt.Sprint("journal ", i), facts...); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 * n {
		r.next(t)
	}
	if w := webhook(t, s, "slow"); w.DeliveredAt != nil || w.Waiting < n {
		t.Errorf("the slow one: %+v", w)
	}
	close(releaseC)
}

// However a projector's connection breaks, each fact has one delivery, and each delivery one job.
func TestDeliveriesCut(t *testing.T) {
	t.Parallel()
	facts := firstStory(t)
	url := newDatabase(t, template)
	c := &chaos{}
	s := shaky(t, url, c)
	began(t, s, everything...)
	if err := s.SetWebhooks(t.Context(), everything, newTold().send); err != nil {
		t.Fatal(err)
	}
	next, step, mode := int64(20), int64(1), cutBefore
	c.onWrite = func(n int64) fate {
		if n < next {
			return spared
		}
		step = step%67 + 1
		next, mode = n+step, cutBefore+cutAfter-mode
		return mode
	}
	p := s.Projector(journal(t, facts), quick)
	if err := p.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.calm()
	if p.Stats().Retries < 10 {
		t.Errorf("only %d transactions were cut", p.Stats().Retries)
	}
	noFaults(t, s)
	want := 0
	for _, f := range facts {
		for _, w := range everything {
			if w.wants(f) {
				want++
			}
		}
	}
	var rows, jobs, ids int
	const query = `SELECT (SELECT count(*) FROM delivery), (SELECT count(*) FROM river_job), (SELECT count(DISTINCT args->>'id') FROM river_job)`
	if err := s.pool.QueryRow(t.Context(), query).Scan(&rows, &jobs, &ids); err != nil {
		t.Fatal(err)
	}
	if rows != want || jobs != want || ids != want {
		t.Errorf("%d deliveries, %d jobs for %d of them; want %d", rows, jobs, ids, want)
	}
}

// A test reaches the receiver like a fact, and is nobody's loss when it does not.
func TestWebhookTested(t *testing.T) {
	t.Parallel()
	r := newTold()
	s := hooked(t, newDatabase(t, template), r.send, everything[1])
	working(t, s)
	d, err := s.TestWebhook(t.Context(), "wall", "9001")
	if err != nil || d.State == "" {
		t.Fatalf("%+v %v", d, err)
	}
	got := r.next(t)
	var f cti.Fact
	if err := json.Unmarshal(got.Body, &f); err != nil || f.Kind != KindTested || got.ID != d.ID || !strings.Contains(string(got.Body), `"by":"9001"`) {
		t.Errorf("%s %v", got.Body, err)
	}
	if _, err := s.TestWebhook(t.Context(), "nobody", "9001"); !errors.Is(err, ErrNoWebhook) {
		t.Error(err)
	}
	r.answer = func(Delivery) error { return errors.New("status 404") }
	if d, err = s.TestWebhook(t.Context(), "wall", "9001"); err != nil {
		t.Fatal(err)
	}
	r.next(t)
	if _, err := s.pool.Exec(t.Context(), "UPDATE delivery SET expires_at = now() WHERE id = $1", d.ID); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() bool { return webhook(t, s, "wall").Waiting == 0 })
	if w := webhook(t, s, "wall"); w.Failed != 0 {
		t.Errorf("%+v", w)
	}
}

func TestCheckPattern(t *testing.T) {
	t.Parallel()
	for pattern, says := range map[string]string{
		"call.ended": "", "call.*": "", "ticket.opened": "", "ticket.due": "", "agent.*": "", "hours.closed": "",
		"": "is not allowed", "*": "is not allowed", "call": "is not allowed", "plan.*": "is not allowed", "plan.published": "is not allowed",
		"engine.*": "is not allowed", "callers.recalled": "is not allowed", "call.ended.now": "is not allowed", "Call.Ended": "is not allowed",
		"call.answer": "is unknown; allowed: call.*, call.alerted",
	} {
		err := CheckPattern(pattern)
		if says == "" && err != nil || says != "" && (err == nil || !strings.Contains(err.Error(), says)) {
			t.Errorf("%q: %v, want %q", pattern, err, says)
		}
	}
}

// What was delivered long ago is forgotten, what was given up later.
func TestForgetDeliveries(t *testing.T) {
	t.Parallel()
	s := hooked(t, newDatabase(t, template), newTold().send, everything...)
	if err := s.Replay(t.Context(), "journal", firstStory(t)...); err != nil {
		t.Fatal(err)
	}
	all := len(deliveries(t, s, DeliveryFilter{}))
	for _, statement := range []string{
		"UPDATE delivery SET state = 'failed', ended_at = now() - interval '10 days' WHERE webhook = 'wall'",
		"UPDATE delivery SET state = 'delivered', ended_at = now() - interval '8 days' WHERE kind = 'call.arrived' AND webhook = 'crm'",
		"UPDATE delivery SET state = 'delivered', ended_at = now() - interval '6 days' WHERE kind = 'call.ended' AND webhook = 'crm'",
	} {
		if _, err := s.pool.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := s.ForgetDeliveries(t.Context()); n != 1 || err != nil || len(deliveries(t, s, DeliveryFilter{})) != all-1 {
		t.Errorf("%d forgotten, %v", n, err)
	}
}

// What was told of a call, or is to be told, goes with what its record says of a person; what
// comes late of it is told to nobody.
func TestDeliveriesErased(t *testing.T) {
	t.Parallel()
	whole := Webhook{Name: "whole", Company: "demo", Facts: []string{"call.*", "callback.*", "agent.*"}, WholeNumbers: true}
	s := hooked(t, newDatabase(t, template), newTold().send, whole)
	facts := personalFacts(true)
	if err := s.Replay(t.Context(), "journal", facts...); err != nil {
		t.Fatal(err)
	}
	told := func(call string) (n int) {
		for _, d := range deliveries(t, s, DeliveryFilter{}) {
			if d.Call == call {
				n++
			}
		}
		return n
	}
	kept := told("p1")
	if kept == 0 || told("p2") == 0 {
		t.Fatalf("%d of p1, %d of p2 are told", kept, told("p2"))
	}
	if err := s.Replay(t.Context(), "journal", erased(facts)...); err != nil {
		t.Fatal(err)
	}
	if told("p1") != kept || told("p2") != 0 {
		t.Errorf("after p2 was erased %d of p1, %d of p2 are told", told("p1"), told("p2"))
	}
}

// A webhook whose name is another company's by now is told nothing of the first one's calls,
// whatever waited for it or was given up.
func TestDeliveriesOfOtherCompany(t *testing.T) {
	t.Parallel()
	r := newTold()
	s := hooked(t, newDatabase(t, template), r.send, everything[1])
	if err := s.Replay(t.Context(), "journal", firstStory(t)...); err != nil {
		t.Fatal(err)
	}
	list := deliveries(t, s, DeliveryFilter{State: DeliveryWaiting})
	if len(list) != 2 {
		t.Fatalf("%d wait", len(list))
	}
	if _, err := s.pool.Exec(t.Context(), "UPDATE delivery SET state = 'failed', ended_at = now() WHERE id = $1", list[0].ID); err != nil {
		t.Fatal(err)
	}
	first := webhook(t, s, "wall").BeganAt
	if err := s.SetWebhooks(t.Context(), []Webhook{{Name: "wall", Company: "demo2", Facts: []string{"call.*"}}}, r.send); err != nil {
		t.Fatal(err)
	}
	if w := webhook(t, s, "wall"); w.Company != "demo2" || !w.BeganAt.After(first) || w.Waiting != 0 || w.Failed != 0 {
		t.Errorf("%+v, began %s", w, first)
	}
	if n, err := s.RetryDeliveries(t.Context(), "wall", ""); n != 0 || err != nil {
		t.Errorf("%d are tried again, %v", n, err)
	}
	for _, d := range list {
		if again, err := s.deliver(t.Context(), d.ID.String(), r.send); again != 0 || err != nil || len(r.sentC) != 0 {
			t.Errorf("%s is told, %v, %v", d.Kind, again, err)
		}
	}
	if dropped := deliveries(t, s, DeliveryFilter{State: DeliveryDropped}); len(dropped) != len(list) {
		t.Errorf("%d are dropped", len(dropped))
	}
}

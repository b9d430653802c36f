package bus_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"pgregory.net/rapid"

	"sansheng/cti"
	"sansheng/cti/bus"
	"sansheng/cti/bus/journal"
)

func TestSubject(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		fact cti.Fact
		want string
	}{
		{cti.Fact{Kind: cti.CallAnswered, Company: "demo", Call: "17-a"}, "hotline.demo.call.17-a.answered"},
		{cti.Fact{Kind: cti.AgentReady, Company: "demo", Agent: "1001"}, "hotline.demo.agent.1001.ready"},
		{cti.Fact{Kind: cti.SwitchLost, Engine: "e1"}, "hotline._.engine.e1.switch_lost"},
		{cti.Fact{Kind: "queue.opened", Company: "demo", Engine: "e1"}, "hotline.demo.engine.e1.queue%2Eopened"},
		{cti.Fact{Kind: cti.CallEnded, Company: "a.b", Call: "x.>.*\r\n 三"}, "hotline.a%2Eb.call.x%2E%3E%2E%2A%0D%0A%20%E4%B8%89.ended"},
		{cti.Fact{Kind: cti.CallEnded, Company: "_", Call: ""}, "hotline.%5F.call._.ended"},
	} {
		if got := bus.Subject(&c.fact); got != c.want {
			t.Errorf("subject %s, want %s", got, c.want)
		}
	}
}

func TestToken(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		name := string(rapid.SliceOf(rapid.Byte()).Draw(rt, "name"))
		token := bus.Token(name)
		if token == "" || len(token) > 128 || strings.ContainsAny(token, ".*> \t\r\n") {
			rt.Fatalf("token %q of %q", token, name)
		}
		back, ok := bus.Name(token)
		if ok && back != name || !ok && len(name)*3 < 128 {
			rt.Fatalf("token %q of %q reads back as %q, %t", token, name, back, ok)
		}
	})
	long := strings.Repeat("长", 100)
	if a, b := bus.Token(long+"a"), bus.Token(long+"b"); a == b {
		t.Errorf("two names have the token %s", a)
	}
}

// TestRelay: what is appended is in HOTLINE, in order, once, under its subject.
func TestRelay(t *testing.T) {
	t.Parallel()
	s := start(t, bus.Options{})
	p := public(t, s, bus.StreamLimits{})
	j := open(t, s, journal.Options{Public: p})
	r := relay(t, j, p)
	for i := range uint64(50) {
		j.Append(facts(i*7+1, i*7+7), nil)
	}
	rd := reader(t, p, bus.ReaderOptions{})
	at := expect(t, rd, 1, 350)
	if at != 350 {
		t.Errorf("fact 350 is message %d", at)
	}
	if err := r.Wait(limit(t), 350); err != nil {
		t.Fatal(err)
	}
	if n := stored(t, s.Conn()); n != 350 {
		t.Errorf("%d messages", n)
	}
	one := reader(t, p, bus.ReaderOptions{Filters: []string{bus.CallSubjects("demo", "c4")}})
	m, err := one.NextRaw(limit(t))
	if err != nil || m.Subject != "hotline.demo.call.c4.queued" || m.ID != "e1-40" || m.Position() != (bus.Position{Seq: 40, ID: "e1-40", At: m.At}) {
		t.Errorf("message %+v, %v", m, err)
	}
	if j.Relayed() != 350 {
		t.Errorf("journal thinks %d are published", j.Relayed())
	}
}

// TestRelayRestarts: closed and started again at any time, with everything else
// too, nothing is missing and nothing is double, whatever the dedupe window.
func TestRelayRestarts(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	next := uint64(1)
	for round := range 6 {
		s := start(t, bus.Options{StoreDir: dir})
		p := public(t, s, bus.StreamLimits{Duplicates: 100 * time.Millisecond})
		j := open(t, s, journal.Options{Public: p})
		add(t, j, next, next+99)
		for k := range 3 {
			r := relay(t, j, p)
			if err := r.Wait(limit(t), next+uint64(15*round+5*k)); err != nil {
				t.Fatal(err)
			}
			r.Close()
		}
		next += 100
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
		s.Close()
	}
	s := start(t, bus.Options{StoreDir: dir})
	p := public(t, s, bus.StreamLimits{})
	j := open(t, s, journal.Options{Public: p})
	if err := relay(t, j, p).Wait(limit(t), next-1); err != nil {
		t.Fatal(err)
	}
	expect(t, reader(t, p, bus.ReaderOptions{}), 1, next-1)
	if n := stored(t, s.Conn()); n != next-1 {
		t.Errorf("%d messages of %d facts", n, next-1)
	}
}

// TestExternal: the external NATS goes away for longer than the dedupe window,
// in the middle of publishing; afterwards every fact is there once, in order, and
// a reader that went through it saw the same.
func TestExternal(t *testing.T) {
	t.Parallel()
	out := external(t)
	p := out.dial(bus.StreamLimits{Duplicates: 100 * time.Millisecond})
	s := start(t, bus.Options{})
	j := open(t, s, journal.Options{Public: p})
	r := relay(t, j, p)
	rd := reader(t, p, bus.ReaderOptions{})
	var seq uint64
	for range 3 {
		add(t, j, seq+1, seq+500)
		if err := r.Wait(limit(t), seq+100); err != nil {
			t.Fatal(err)
		}
		at := time.Now()
		out.stop()
		seq += 500
		add(t, j, seq+1, seq+500) // not held up
		<-time.After(time.Until(at.Add(150 * time.Millisecond)))
		out.start()
		seq += 500
		if err := r.Wait(limit(t), seq); err != nil {
			t.Fatal(err)
		}
	}
	expect(t, rd, 1, seq)
	if n := stored(t, out.conn()); n != seq {
		t.Errorf("%d messages of %d facts", n, seq)
	}
}

// TestExternalAbsent: an engine starts and works without its external NATS.
func TestExternalAbsent(t *testing.T) {
	t.Parallel()
	out := external(t)
	out.stop()
	p := out.dial(bus.StreamLimits{})
	s := start(t, bus.Options{})
	j := open(t, s, journal.Options{Public: p})
	alarmC := make(chan journal.Alarm, 2)
	r := bus.StartRelay(j, p, bus.RelayOptions{RetryMin: time.Millisecond, Alarm: func(a journal.Alarm) { alarmC <- a }})
	defer r.Close()
	add(t, j, 1, 20)
	if a := <-alarmC; a.Kind != bus.AlarmRelay || !a.Raised {
		t.Errorf("alarm %+v", a)
	}
	out.start()
	if err := r.Wait(limit(t), 20); err != nil {
		t.Fatal(err)
	}
	if a := <-alarmC; a.Kind != bus.AlarmRelay || a.Raised {
		t.Errorf("alarm %+v", a)
	}
	expect(t, reader(t, p, bus.ReaderOptions{}), 1, 20)
}

// TestTickets: two publishers in one stream, each in order and once.
func TestTickets(t *testing.T) {
	t.Parallel()
	s := start(t, bus.Options{})
	p := public(t, s, bus.StreamLimits{Duplicates: 100 * time.Millisecond})
	j := open(t, s, journal.Options{Public: p})
	r := relay(t, j, p)
	const n = 300
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := range uint64(n) {
			j.Append(facts(i*2+1, i*2+2), nil)
		}
	})
	ticket := func(seq uint64) bus.TicketFact {
		return bus.TicketFact{Seq: seq, ID: fmt.Sprintf("t-%d", seq), Company: "demo", Ticket: "T.1", Fact: "noted",
			JSON: fmt.Appendf(nil, `{"v":1,"id":"t-%d","kind":"ticket.noted","company":"demo"}`, seq)}
	}
	tickets := p.Tickets()
	for seq := uint64(2); seq <= n; seq += 2 {
		if seq%50 == 0 {
			tickets = p.Tickets() // the store started again, unsure of the last ones
		}
		last, err := tickets.Publish(limit(t), []bus.TicketFact{ticket(max(seq, 3) - 1), ticket(seq)})
		if err != nil || last != seq {
			t.Fatalf("publish %d: %d %v", seq, last, err)
		}
	}
	wg.Wait()
	if err := r.Wait(limit(t), 2*n); err != nil {
		t.Fatal(err)
	}
	if last, err := p.Tickets().Last(limit(t)); err != nil || last != n {
		t.Errorf("last ticket fact %d, %v", last, err)
	}
	rd := reader(t, p, bus.ReaderOptions{})
	var gotFacts, gotTickets []string
	for range stored(t, s.Conn()) {
		m, err := rd.NextRaw(limit(t))
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(m.Subject, "hotline.demo.ticket.T%2E1.") {
			gotTickets = append(gotTickets, m.ID)
		} else {
			gotFacts = append(gotFacts, m.ID)
		}
	}
	var wantFacts, wantTickets []string
	for i := range 2 * n {
		wantFacts = append(wantFacts, fmt.Sprintf("e1-%d", i+1))
	}
	wantTickets = append(wantTickets, "t-2")
	for i := 3; i <= n; i++ {
		wantTickets = append(wantTickets, fmt.Sprintf("t-%d", i))
	}
	if !slices.Equal(gotFacts, wantFacts) {
		t.Errorf("%d facts, from %v", len(gotFacts), gotFacts[:5])
	}
	if !slices.Equal(gotTickets, wantTickets) {
		t.Errorf("tickets %v", gotTickets)
	}
}

// TestAgedOut: the last message has left the stream; nothing is published again.
func TestAgedOut(t *testing.T) {
	t.Parallel()
	s := start(t, bus.Options{})
	p := public(t, s, bus.StreamLimits{})
	j := open(t, s, journal.Options{Public: p})
	r := relay(t, j, p)
	add(t, j, 1, 30)
	if err := r.Wait(limit(t), 30); err != nil {
		t.Fatal(err)
	}
	r.Close()
	strm, err := s.JetStream().Stream(limit(t), bus.Stream)
	if err != nil {
		t.Fatal(err)
	}
	if err := strm.Purge(limit(t)); err != nil {
		t.Fatal(err)
	}
	add(t, j, 31, 40)
	r = relay(t, j, p)
	if err := r.Wait(limit(t), 40); err != nil {
		t.Fatal(err)
	}
	if n := stored(t, s.Conn()); n != 10 {
		t.Errorf("%d messages, want the last 10", n)
	}
	// A reader who was at 10 is told what it missed, then goes on.
	rd := reader(t, p, bus.ReaderOptions{After: bus.Position{Seq: 10, ID: "e1-10"}})
	_, _, err = rd.Next(limit(t))
	var ge *bus.GapError
	if !errors.As(err, &ge) || ge.From != 11 || ge.To != 30 {
		t.Fatalf("gap: %v", err)
	}
	expect(t, rd, 31, 40)
}

// TestReaderPositions: a reader goes on where it was, and begins anew where its
// position has become another's.
func TestReaderPositions(t *testing.T) {
	t.Parallel()
	s := start(t, bus.Options{})
	p := public(t, s, bus.StreamLimits{})
	j := open(t, s, journal.Options{Public: p})
	r := relay(t, j, p)
	add(t, j, 1, 30)
	if err := r.Wait(limit(t), 30); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		after   bus.Position
		first   uint64
		rewound bool
	}{
		{bus.Position{}, 1, false},
		{bus.Position{Seq: 12, ID: "e1-12"}, 13, false},
		{bus.Position{Seq: 12}, 13, false},
		{bus.Position{Seq: 12, ID: "e1-11"}, 1, true},
		{bus.Position{Seq: 12, ID: "e1-12", At: time.Now()}, 1, true},
		{bus.Position{Seq: 31, ID: "e1-31"}, 1, true},
	} {
		rd := reader(t, p, bus.ReaderOptions{After: c.after})
		if err := rd.Prepare(limit(t)); errors.As(err, new(*bus.RewoundError)) != c.rewound || !c.rewound && err != nil {
			t.Errorf("position %+v: %v", c.after, err)
		}
		expect(t, rd, c.first, 30)
	}
}

func TestSubscribe(t *testing.T) {
	t.Parallel()
	s := start(t, bus.Options{})
	p := public(t, s, bus.StreamLimits{})
	j := open(t, s, journal.Options{Public: p})
	r := relay(t, j, p)
	add(t, j, 1, 10)
	if err := r.Wait(limit(t), 10); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(limit(t))
	readyC, endC := make(chan struct{}), make(chan error, 1)
	var got []uint64
	go func() {
		endC <- p.Subscribe(ctx, bus.AgentSubjects("demo", "1001"), func() { close(readyC) }, func(f cti.Fact) error {
			if got = append(got, f.Seq); f.Seq == 43 {
				cancel()
			}
			return nil
		})
	}()
	<-readyC
	add(t, j, 11, 50)
	if err := <-endC; !errors.Is(err, context.Canceled) {
		t.Errorf("subscribe ended with %v", err)
	}
	if !slices.Equal(got, []uint64{13, 23, 33, 43}) {
		t.Errorf("got %v", got)
	}
}

// TestRecoveredFromPublic: facts that the journal's files lost come back out of
// HOTLINE in the same server.
func TestRecoveredFromPublic(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := start(t, bus.Options{StoreDir: dir})
	p := public(t, s, bus.StreamLimits{})
	j := open(t, s, journal.Options{Public: p})
	r := relay(t, j, p)
	add(t, j, 1, 50)
	if err := r.Wait(limit(t), 50); err != nil {
		t.Fatal(err)
	}
	r.Close()
	add(t, j, 51, 60)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	s.Close()
	loseJournal(t, dir)
	s = start(t, bus.Options{StoreDir: dir})
	p = public(t, s, bus.StreamLimits{})
	j = open(t, s, journal.Options{Public: p})
	rep := j.Report()
	if !slices.Equal(rep.Recovered, []journal.Range{{From: 1, To: 50}}) || !slices.Equal(rep.Lost, []journal.Range{{From: 51, To: 60}}) {
		t.Errorf("report %+v", rep)
	}
	add(t, j, 61, 70)
	r = relay(t, j, p)
	if err := r.Wait(limit(t), 70); err != nil {
		t.Fatal(err)
	}
	rd := reader(t, p, bus.ReaderOptions{})
	expect(t, rd, 1, 50)
	expect(t, rd, 61, 70)
}

// TestAhead: an external HOTLINE knows more than a journal that could not ask it.
func TestAhead(t *testing.T) {
	t.Parallel()
	out := external(t)
	p := out.dial(bus.StreamLimits{})
	first := start(t, bus.Options{})
	j := open(t, first, journal.Options{})
	r := relay(t, j, p)
	add(t, j, 1, 10)
	if err := r.Wait(limit(t), 10); err != nil {
		t.Fatal(err)
	}
	r.Close()
	other := open(t, start(t, bus.Options{}), journal.Options{})
	add(t, other, 1, 3)
	alarmC := make(chan journal.Alarm, 1)
	r = bus.StartRelay(other, p, bus.RelayOptions{Alarm: func(a journal.Alarm) { alarmC <- a }})
	defer r.Close()
	if a := <-alarmC; a.Kind != bus.AlarmAhead || !a.Raised {
		t.Errorf("alarm %+v", a)
	}
	if n := stored(t, out.conn()); n != 10 {
		t.Errorf("%d messages", n)
	}
}

// fetch reads HOTLINE as a program of somebody else's would.
func fetch(ctx context.Context, nc *nats.Conn, name string) (int, error) {
	js, err := jetstream.New(nc)
	if err != nil {
		return 0, err
	}
	strm, err := js.Stream(ctx, name)
	if err != nil {
		return 0, err
	}
	c, err := strm.OrderedConsumer(ctx, jetstream.OrderedConsumerConfig{})
	if err != nil {
		return 0, err
	}
	b, err := c.FetchNoWait(100)
	if err != nil {
		return 0, err
	}
	n := 0
	for range b.Messages() {
		n++
	}
	return n, b.Error()
}

// TestStreamLost: HOTLINE loses what it had while the relay runs; the relay fills
// it again from the journal.
func TestStreamLost(t *testing.T) {
	t.Parallel()
	s := start(t, bus.Options{})
	p := public(t, s, bus.StreamLimits{})
	j := open(t, s, journal.Options{Public: p})
	r := relay(t, j, p)
	add(t, j, 1, 100)
	if err := r.Wait(limit(t), 100); err != nil {
		t.Fatal(err)
	}
	if err := s.JetStream().DeleteStream(limit(t), bus.Stream); err != nil {
		t.Fatal(err)
	}
	add(t, j, 101, 120)
	if err := r.Wait(limit(t), 120); err != nil {
		t.Fatal(err)
	}
	rd := reader(t, p, bus.ReaderOptions{After: bus.Position{Seq: 100, ID: "e1-100"}})
	expect(t, rd, 101, 120) // what is at 100 is the same fact again
	expect(t, reader(t, p, bus.ReaderOptions{}), 1, 120)
	if n := stored(t, s.Conn()); n != 120 {
		t.Errorf("%d messages", n)
	}
}

// TestLast: what was purged, or has left the stream by age, is not waited for.
func TestLast(t *testing.T) {
	t.Parallel()
	s := start(t, bus.Options{})
	p := public(t, s, bus.StreamLimits{})
	j := open(t, s, journal.Options{Public: p})
	r := relay(t, j, p)
	last := func(want uint64) {
		t.Helper()
		if got, err := p.Last(limit(t)); err != nil || got != want {
			t.Errorf("the last message is %d, %v; want %d", got, err, want)
		}
	}
	last(0)
	add(t, j, 1, 20)
	if err := r.Wait(limit(t), 20); err != nil {
		t.Fatal(err)
	}
	last(20)
	strm, err := s.JetStream().Stream(limit(t), bus.Stream)
	if err != nil {
		t.Fatal(err)
	}
	// Of the newest facts, all of one call and then everything.
	if err := strm.Purge(limit(t), jetstream.WithPurgeSubject("hotline.demo.call.c2.*")); err != nil {
		t.Fatal(err)
	}
	last(19)
	if err := strm.Purge(limit(t)); err != nil {
		t.Fatal(err)
	}
	last(0)
}

package store

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"sansheng/cti"
	"sansheng/store/ticket"
)

// A dead letter stays open until it can be projected, or somebody closes it; it is
// projected once, and its call's record has it.
func TestRetryDeadLetter(t *testing.T) {
	t.Parallel()
	s := hooked(t, newDatabase(t, template), newTold().send, everything[0])
	facts := firstStory(t)
	last := len(facts) - 1
	for facts[last].Kind != cti.CallEnded {
		last--
	}
	newer := message(t, facts[last])
	newer.Payload = []byte(strings.Replace(string(newer.Payload), `"v":1`, `"v":2`, 1)) // as a later program would tell it
	var messages []Message
	for i, f := range facts {
		m := message(t, f)
		if i == last {
			m = newer
		}
		messages = append(messages, m)
	}
	messages = append(messages, Message{Subject: "hotline.x", Payload: []byte("{")})
	if stats := project(t, s, messages...); stats.DeadLetters != 2 {
		t.Fatalf("%d dead letters", stats.DeadLetters)
	}
	position, broken := uint64(last)+1, uint64(len(messages))
	open := func(want int) {
		t.Helper()
		n, why, err := s.CountDeadLetters(t.Context())
		list, lerr := s.DeadLettersOf(t.Context(), DeadLetterFilter{Open: true})
		if n != want || len(list) != want || err != nil || lerr != nil || (why == "") != (want == 0) {
			t.Errorf("%d open (%q), %d listed, want %d: %v %v", n, why, len(list), want, err, lerr)
		}
	}
	open(2)
	var stays *DeadLetterError
	if _, err := s.RetryDeadLetter(t.Context(), "journal", position, "9001"); !errors.As(err, &stays) || !strings.Contains(err.Error(), "schema version 2") {
		t.Errorf("a later program's: %v", err)
	}
	if _, err := s.RetryDeadLetter(t.Context(), "journal", 999, "9001"); !errors.Is(err, ErrNoDeadLetter) {
		t.Error(err)
	}
	open(2)
	// The program learns that version.
	if _, err := s.pool.Exec(t.Context(), "UPDATE dead_letter SET payload = $1 WHERE position = $2", message(t, facts[last]).Payload, int64(position)); err != nil {
		t.Fatal(err)
	}
	told := len(deliveries(t, s, DeliveryFilter{}))
	outcome, err := s.RetryDeadLetter(t.Context(), "journal", position, "9001")
	if err != nil || outcome != OutcomeProjected {
		t.Fatalf("%q %v", outcome, err)
	}
	open(1)
	r, err := s.Record(t.Context(), "c1")
	if err != nil || r.EndedAt == nil || r.Hash == nil {
		t.Errorf("the call's record is not closed: %+v, %v", r, err)
	}
	if now := len(deliveries(t, s, DeliveryFilter{})); now != told+1 {
		t.Errorf("%d deliveries before, %d after", told, now)
	}
	if _, err := s.RetryDeadLetter(t.Context(), "journal", position, "9001"); !errors.As(err, &stays) || !strings.Contains(err.Error(), "9001 closed it") {
		t.Errorf("a second time: %v", err)
	}
	if err := s.CloseDeadLetter(t.Context(), "journal", broken, "9001", "no fact at all"); err != nil {
		t.Fatal(err)
	}
	open(0)
	d, err := s.DeadLetter(t.Context(), "journal", broken)
	if err != nil || d.ClosedBy != "9001" || d.Outcome != "no fact at all" || d.ClosedAt == nil || string(d.Payload) != "{" {
		t.Errorf("%+v %v", d, err)
	}
	if err := s.CloseDeadLetter(t.Context(), "journal", broken, "9001", "again"); !errors.As(err, &stays) {
		t.Errorf("closed twice: %v", err)
	}
	if p, err := s.Place(t.Context(), "journal"); err != nil || p.Position != broken {
		t.Errorf("the journal's place has moved to %d, %v", p.Position, err)
	}
}

// An act that came before the one that it follows stays put aside until that one is there, and is
// projected then, with its seal.
func TestRetryEarlyAct(t *testing.T) {
	t.Parallel()
	d, _ := readDay(t)
	list, err := d.Tickets(t.Context(), TicketFilter{Call: "e1-c1"})
	if err != nil || len(list) != 1 {
		t.Fatalf("%d tickets, %v", len(list), err)
	}
	id := list[0].ID
	for _, a := range []ticket.Act{&ticket.Noted{Text: "rang again"}, &ticket.Filled{Kind: ticket.Repair, Said: repair("Nanjing Rd 1"), Final: true}} {
		if _, err := d.Act(t.Context(), id, "1001", a, Anybody); err != nil {
			t.Fatal(err)
		}
	}
	d.read(t)
	messages := slices.Clone(d.src.Messages)
	last := len(messages)
	messages[last-2], messages[last-1] = messages[last-1], messages[last-2]
	again := newStore(t)
	read := func(n int) {
		t.Helper()
		src := &FactSource{Journal: "day", Messages: slices.Clone(messages[:n])}
		for i := range src.Messages {
			src.Messages[i].Position = uint64(i) + 1
		}
		if err := again.Projector(src, quick).Run(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	missing := func() (n int64) {
		t.Helper()
		if err := again.pool.QueryRow(t.Context(), "SELECT missing FROM engine WHERE name = $1", OutboxEngine).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	read(last - 1)
	early := uint64(last) - 1
	var stays *DeadLetterError
	if _, err := again.RetryDeadLetter(t.Context(), "day", early, "9001"); !errors.As(err, &stays) || !strings.Contains(err.Error(), "act 3 of ticket") {
		t.Errorf("before the act that it follows: %v", err)
	}
	if n := missing(); n != 2 {
		t.Errorf("%d facts are missing, want both", n)
	}
	read(last)
	if n := missing(); n != 1 {
		t.Errorf("%d facts are missing, want the early one", n)
	}
	outcome, err := again.RetryDeadLetter(t.Context(), "day", early, "9001")
	if err != nil || outcome != OutcomeProjected {
		t.Fatalf("%q %v", outcome, err)
	}
	if n := missing(); n != 0 {
		t.Errorf("%d facts are missing", n)
	}
	r, err := again.Record(t.Context(), "e1-c1")
	if err != nil || r.Sheet == nil || r.Sheet.ClosedAt == nil || r.Sheet.Said["place"] != "Nanjing Rd 1" || len(r.Amendments) != 1 || r.Amendments[0].Hash == "" {
		t.Errorf("%+v, %+v, %v", r.Sheet, r.Amendments, err)
	}
	history, err := again.History(t.Context(), id)
	if err != nil || len(history) != 3 || history[2].Verb != "filled" {
		t.Errorf("%+v, %v", history, err)
	}
	if _, faults := verified(t, again, Evidence{}); faults != "" {
		t.Error(faults)
	}
}

// A fact that was projected meanwhile is not projected again.
func TestRetryKnownFact(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	facts := firstStory(t)
	project(t, s, message(t, facts[0]), Message{Payload: []byte("{")}, Message{Payload: []byte("[")})
	other := facts[0]
	other.At = other.At.AddDate(0, 0, 1)
	for position, f := range map[int64]cti.Fact{2: facts[0], 3: other} {
		if _, err := s.pool.Exec(t.Context(), "UPDATE dead_letter SET payload = $1 WHERE position = $2", message(t, f).Payload, position); err != nil {
			t.Fatal(err)
		}
	}
	if outcome, err := s.RetryDeadLetter(t.Context(), "journal", 2, "9001"); err != nil || outcome != OutcomeKnown {
		t.Errorf("%q %v", outcome, err)
	}
	var stays *DeadLetterError
	if _, err := s.RetryDeadLetter(t.Context(), "journal", 3, "9001"); !errors.As(err, &stays) || !strings.Contains(err.Error(), "another fact under the id") {
		t.Error(err)
	}
}

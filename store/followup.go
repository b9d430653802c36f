package store

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"sansheng/cti/callback"
	"sansheng/cti/hours"
	"sansheng/store/internal/sql"
	"sansheng/store/ticket"
)

// ErrNoFollowUp: nobody is called back under this id, or it is none that may be seen.
var ErrNoFollowUp = errors.New("no such follow-up")

// FollowUpPrefix is before a follow-up's id where a call says what it is made for.
const FollowUpPrefix = "follow_up:"

// FollowUpFilter chooses callbacks about what was done; empty fields choose all.
type FollowUpFilter struct {
	ID, Company, Agent, State string
	// Owed keeps those that are still to be made, Dissatisfied those whose caller is.
	Owed, Dissatisfied bool
	// Since and Until keep those that ended from the one to before the other, for the lists of a
	// week and a month (requirement F7).
	Since, Until time.Time
	Within
	// Limit keeps those that are due last, of those that are still to be made those that are due
	// first; 0 keeps all.
	Limit int
}

// FollowUps lists callers who are called back about what was done for them (requirements F1
// to F7), in the order in which they are due.
func (s *Store) FollowUps(ctx context.Context, f FollowUpFilter) ([]callback.Callback, error) {
	p := sql.FollowUpsParams{
		Company: wanted(f.Company), Agent: wanted(f.Agent), State: wanted(f.State), Owed: f.Owed, Dissatisfied: f.Dissatisfied, Count: limit(f.Limit),
		Since: given(f.Since), Until: given(f.Until), Queues: f.Queues, Person: wanted(f.Person),
	}
	if f.ID != "" {
		id, err := uuid.Parse(f.ID)
		if err != nil {
			return nil, nil
		}
		p.ID = &id
	}
	rows, err := s.q.FollowUps(ctx, s.pool, p)
	if err != nil {
		return nil, fmt.Errorf("list follow-ups: %w", err)
	}
	if !f.Owed {
		slices.Reverse(rows)
	}
	list := make([]callback.Callback, len(rows))
	for i, said := range rows {
		if err := json.Unmarshal(said, &list[i]); err != nil {
			return nil, fmt.Errorf("read follow-up: %w", err)
		}
	}
	return list, nil
}

// FollowUp has somebody do something about a callback. The error Is ErrNoFollowUp, As
// *callback.RefusedError or *place.Error, or what may says.
func (s *Store) FollowUp(ctx context.Context, id uuid.UUID, by string, c callback.Command, may func(callback.Callback) error) (callback.Callback, error) {
	var after callback.Callback
	err := s.acting(ctx, func(tx pgx.Tx) error {
		f, err := s.lockFollowUp(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := may(f.Callback); err != nil {
			return err
		}
		err = s.follow(ctx, tx, &f, by, c, s.now())
		after = f.Callback
		return err
	})
	if errors.Is(err, errUnread) {
		err = &callback.RefusedError{Verb: "change", Text: errUnread.Reason}
	}
	return after, err
}

// followUp is a callback with the number of its facts.
type followUp struct {
	callback.Callback
	facts int
}

func (s *Store) lockFollowUp(ctx context.Context, tx pgx.Tx, id uuid.UUID) (followUp, error) {
	r, err := s.q.LockFollowUp(ctx, tx, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return followUp{}, ErrNoFollowUp
	}
	f := followUp{facts: int(r.Facts)}
	if err == nil {
		err = json.Unmarshal(r.Said, &f.Callback)
	}
	return f, err
}

// follow carries out a command, and what follows from it for the tickets.
func (s *Store) follow(ctx context.Context, tx pgx.Tx, f *followUp, by string, c callback.Command, now time.Time) error {
	company := f.Company
	if p, ok := c.(callback.Plan); ok {
		company = p.Company
	}
	facts, err := s.office(company).Decide(f.Callback, c, now.UTC().Truncate(time.Millisecond))
	if err != nil {
		return err
	}
	called := f.State == callback.Calling || f.State == callback.Confirming
	for _, fact := range facts {
		if err := s.keepFollowUp(ctx, tx, f, fact, by, nil); err != nil {
			return err
		}
		if err := s.reopen(ctx, tx, fact); err != nil {
			return err
		}
	}
	if called && f.State == callback.Waiting {
		return s.takeMeeting(ctx, tx, f, now)
	}
	return nil
}

// takeMeeting puts the callbacks to one that waits again that were planned while its caller was
// called, and for which its call is enough, too: he is not called twice (requirement F5).
func (s *Store) takeMeeting(ctx context.Context, tx pgx.Tx, f *followUp, now time.Time) error {
	if err := s.q.LockGroup(ctx, tx, f.Company); err != nil {
		return err
	}
	meeting, err := s.q.Meeting(ctx, tx, f.Company, s.reach(f.Callback))
	if err != nil {
		return err
	}
	for _, id := range meeting {
		if id.String() == f.ID {
			continue
		}
		other, err := s.lockFollowUp(ctx, tx, id)
		if err != nil {
			return err
		}
		if other.State != callback.Waiting {
			continue // it may have been dialled since
		}
		if err := s.follow(ctx, tx, f, ticket.System, callback.Take{From: other.Callback}, now); err != nil {
			return err
		}
		if err := s.follow(ctx, tx, &other, ticket.System, callback.Merge{Into: f.ID}, now); err != nil {
			return err
		}
	}
	return nil
}

// keepFollowUp writes what a fact makes of a callback. seq is the fact's number in the journal,
// nil where it is not there yet.
func (s *Store) keepFollowUp(ctx context.Context, tx pgx.Tx, f *followUp, fact callback.Fact, by string, seq *int64) error {
	f.Callback = callback.Apply(f.Callback, fact)
	f.facts++
	said, err := json.Marshal(f.Callback)
	if err != nil {
		return fmt.Errorf("encode follow-up %s: %w", f.ID, err)
	}
	data, err := json.Marshal(fact.Data)
	if err != nil {
		return fmt.Errorf("encode act of follow-up %s: %w", f.ID, err)
	}
	id, first := uuid.MustParse(f.ID), uuid.MustParse(f.Tickets[0].Ticket)
	p := sql.SaveFollowUpParams{
		ID: id, Company: f.Company, State: string(f.State), Agent: f.Agent, Reach: s.reach(f.Callback), PlannedAt: f.PlannedAt,
		DueAt: f.Due, Overdue: f.Overdue, NextAt: given(f.NextAt), EndedAt: given(f.EndedAt),
		Dissatisfied: f.Outcome != nil && len(f.Outcome.Dissatisfied) > 0, Facts: small(f.facts), Said: said,
	}
	for _, o := range f.Tickets {
		p.Tickets = append(p.Tickets, o.Ticket)
	}
	if err := s.q.SaveFollowUp(ctx, tx, p); err != nil {
		return err
	}
	t, err := s.q.LockTicket(ctx, tx, first)
	if err != nil {
		return err
	}
	return s.q.AddAct(ctx, tx, sql.AddActParams{
		FactID: fmt.Sprintf("follow_up.%s.%d", f.ID, f.facts), At: fact.At, Kind: string(fact.Data.Kind()), Company: f.Company, CallID: t.CallID,
		Agent: f.Agent, TicketID: first, FollowUpID: &id, N: small(f.facts), ByPerson: cmp.Or(by, ticket.System), Data: data, Seq: seq,
	})
}

var dialledForm = regexp.MustCompile(`^[+]?[0-9]{2,20}$`)

// dialled is a number as it is dialled: what people write between its digits is left out. It is
// empty where that is none, as of two numbers in a row, or of a caller who has hidden his.
func dialled(number string) string {
	n := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '+' {
			return r
		}
		return -1
	}, number)
	if !dialledForm.MatchString(n) {
		return ""
	}
	return n
}

// reach is what is compared to find calls that are enough for several tickets.
func (s *Store) reach(c callback.Callback) []string {
	keys := []string{}
	for _, o := range c.Tickets {
		keys = append(keys, s.reachOf(c.Company, o.Number, o.Place)...)
	}
	return keys
}

func (s *Store) reachOf(company, number, place string) []string {
	r := s.office(company).Rules.ReachOf(number, place)
	keys := []string{}
	if r.Number != "" {
		keys = append(keys, "number:"+r.Number)
	}
	if r.Place != "" {
		keys = append(keys, "place:"+r.Place)
	}
	return keys
}

// plan plans the callback of a ticket that was closed, if its caller is owed one: together with
// another that waits, where one call is enough for both (requirement F5).
func (s *Store) plan(ctx context.Context, tx pgx.Tx, t ticket.Ticket, untraceable bool) error {
	caller, err := s.q.CallerOf(ctx, tx, t.Calls[0])
	if err != nil {
		return err
	}
	m := callback.Matter{
		Ticket: string(t.ID), Kind: string(t.Kind), Charged: t.Matter.Charged, Untraceable: untraceable,
		Number: cmp.Or(dialled(t.Matter.Phone), dialled(caller)), Place: t.Matter.Place, WorkedAt: t.WorkedAt, ClosedAt: t.ClosedAt,
	}
	if _, owed := s.office(t.Company).Owes(m); !owed {
		return nil
	}
	if err := s.q.LockGroup(ctx, tx, t.Company); err != nil {
		return err
	}
	meeting, err := s.q.Meeting(ctx, tx, t.Company, s.reachOf(t.Company, m.Number, m.Place))
	if err != nil {
		return err
	}
	for _, id := range meeting {
		f, err := s.lockFollowUp(ctx, tx, id)
		if err != nil {
			return err
		}
		if f.State == callback.Waiting { // it may have been dialled since
			return s.follow(ctx, tx, &f, ticket.System, callback.Add{Matters: []callback.Matter{m}}, t.ClosedAt)
		}
	}
	p := callback.Plan{ID: uuid.NewString(), Company: t.Company, Matters: []callback.Matter{m}}
	return s.follow(ctx, tx, &followUp{}, ticket.System, p, t.ClosedAt)
}

// unplan takes back the callback of a ticket that was opened again, unless it is about others
// too: it will be planned when the ticket is closed.
func (s *Store) unplan(ctx context.Context, tx pgx.Tx, id, by string) error {
	waiting, err := s.q.WaitingFollowUps(ctx, tx, id)
	if err != nil {
		return err
	}
	for _, w := range waiting {
		f, err := s.lockFollowUp(ctx, tx, w)
		if err != nil {
			return err
		}
		if f.State != callback.Waiting || len(f.Tickets) > 1 {
			continue
		}
		if err := s.follow(ctx, tx, &f, by, callback.Waive{By: by, Reason: "the ticket was opened again"}, s.now()); err != nil {
			return err
		}
	}
	return nil
}

// reopen opens the tickets again that were found unsolved: an emergency is one at once
// (requirement F6).
func (s *Store) reopen(ctx context.Context, tx pgx.Tx, fact callback.Fact) error {
	var ids []string
	switch d := fact.Data.(type) {
	case *callback.EmergencyAgainData:
		ids = d.Tickets
	case *callback.UnsolvedData:
		ids = d.Tickets
	}
	for _, id := range ids {
		t, err := s.lockTicket(ctx, tx, uuid.MustParse(id), Anybody)
		if err != nil {
			return err
		}
		if _, err = s.act(ctx, tx, t, ticket.System, &ticket.Reopened{Reason: "unsolved, says the caller who was called back"}); refused(err) {
			continue // somebody has opened it before
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func refused(err error) bool {
	var r *ticket.RefusedError
	return errors.As(err, &r)
}

// everyHour is the office of a company whose calendar nobody knows: each day is worked, by UTC.
func everyHour() *callback.Office {
	s, err := hours.Calendar{
		ID: "always", Zone: "UTC", Week: []hours.Shift{{Days: []hours.Weekday{0, 1, 2, 3, 4, 5, 6}, To: 24 * 60}},
	}.Schedule(nil)
	if err != nil {
		panic(err) // it is right
	}
	rules, questions := callback.Default(), callback.DefaultQuestions()
	return &callback.Office{Rules: &rules, Hours: s, Questions: &questions}
}

// Tick tells of callbacks what the clock and the calls made for them have to tell, each page in a
// transaction of its own. Attempts are read from the calls' own records.
func (s *Store) Tick(ctx context.Context) error {
	p := sql.TickingFollowUpsParams{Count: lapsePage}
	for {
		p.At = s.now()
		var rows []sql.TickingFollowUpsRow
		err := s.acting(ctx, func(tx pgx.Tx) (err error) {
			if rows, err = s.q.TickingFollowUps(ctx, tx, p); err != nil {
				return err
			}
			for _, r := range rows {
				f, err := s.lockFollowUp(ctx, tx, r.ID)
				if err != nil {
					return err
				}
				if err := s.tick(ctx, tx, &f, p.At); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || len(rows) < lapsePage {
			return err
		}
		last := rows[len(rows)-1]
		p.AfterDue, p.AfterID = last.DueAt, last.ID
	}
}

func (s *Store) tick(ctx context.Context, tx pgx.Tx, f *followUp, now time.Time) error {
	dials, err := s.q.FollowUpDials(ctx, tx, FollowUpPrefix+f.ID)
	if err != nil {
		return err
	}
	for _, d := range dials {
		dial := callback.Dial{Agent: d.Agent, Number: d.CallerNumber, Call: d.ID}
		if f.attempted(d.ID) == nil {
			// When he had it dialled, as he was let: his own phone has rung before the number was.
			err = s.follow(ctx, tx, f, d.Agent, dial, d.StartedAt.UTC())
			if errors.As(err, new(*callback.RefusedError)) {
				continue // a call as any other: it was no time for it
			}
			if err != nil {
				return err
			}
		}
		if a := f.attempted(d.ID); a != nil && a.Line == "" && d.Result != "" {
			end := callback.EndLine{Call: d.ID, Line: callback.Line(d.Result), Rang: time.Duration(d.RingMs) * time.Millisecond}
			if err := s.follow(ctx, tx, f, ticket.System, end, now); err != nil {
				return err
			}
		}
	}
	return s.follow(ctx, tx, f, ticket.System, callback.Tick{}, now)
}

// attempted is the attempt that a call was; nil where it was none.
func (f *followUp) attempted(call string) *callback.Attempt {
	for i := range f.Attempts {
		if f.Attempts[i].Call == call {
			return &f.Attempts[i]
		}
	}
	return nil
}

// Dialable tells why a number of a callback may not be dialled now; the error is a
// *callback.RefusedError.
func (s *Store) Dialable(f callback.Callback, number string) error {
	return s.office(f.Company).Dialable(f, number, s.now())
}

// HasCalledFrom tells whether a number is one from which a callback's tickets came, and not one
// that somebody has written down.
func (s *Store) HasCalledFrom(ctx context.Context, f callback.Callback, number string) (bool, error) {
	tickets := make([]string, len(f.Tickets))
	for i := range f.Tickets {
		tickets[i] = f.Tickets[i].Ticket
	}
	callers, err := s.q.CallersOf(ctx, s.pool, tickets)
	if err != nil {
		return false, fmt.Errorf("read callers of follow-up %s: %w", f.ID, err)
	}
	return slices.ContainsFunc(callers, func(c string) bool { return number != "" && dialled(c) == number }), nil
}

// FollowUpRules are those by which a company's callers are called back, and what they are asked.
func (s *Store) FollowUpRules(company string) (callback.Rules, callback.Questionnaire) {
	o := s.office(company)
	return *o.Rules, *o.Questions
}

// FollowUpMonth is how a month's callbacks stand (requirement F2).
type FollowUpMonth struct {
	callback.Month
	Rate     float64           `json:"rate"`
	KeptRate float64           `json:"kept_rate"`
	Forecast callback.Forecast `json:"forecast"`
	// Quota is how many are to be made today, Shares how many of them are each agent's.
	Quota  int             `json:"quota"`
	Shares []FollowUpShare `json:"shares"`
}

// FollowUpShare is how many of a day's callbacks are an agent's.
type FollowUpShare callback.Part

// FollowUpMonth counts the month of a moment, of one kind of tickets where it is named, and
// deals today's calls among agents.
func (s *Store) FollowUpMonth(ctx context.Context, company, kind string, of time.Time, agents []string) (FollowUpMonth, error) {
	office, now := s.office(company), s.now()
	day := of.In(office.Hours.Zone())
	rows, err := s.q.ClosedTickets(ctx, s.pool, sql.ClosedTicketsParams{
		Kind: wanted(kind), Company: company, Since: of.AddDate(0, -2, 0), Until: time.Date(day.Year(), day.Month()+1, 1, 0, 0, 0, 0, day.Location()),
	})
	if err != nil {
		return FollowUpMonth{}, fmt.Errorf("count follow-ups: %w", err)
	}
	ended := make([]callback.Ended, len(rows))
	for i, r := range rows {
		ended[i] = callback.Ended{Kind: r.Kind, ClosedAt: r.ClosedAt.UTC(), Owed: r.Owed, Due: r.DueAt, State: callback.State(r.State)}
		if ended[i].State == callback.Done {
			ended[i].DoneAt = r.EndedAt
		}
	}
	dues, err := s.q.OwedFollowUps(ctx, s.pool, company)
	if err != nil {
		return FollowUpMonth{}, fmt.Errorf("count follow-ups: %w", err)
	}
	m := FollowUpMonth{Month: office.Count(hours.DateOf(day), ended), Quota: office.Quota(dues, now)}
	m.Rate, m.KeptRate, m.Forecast = m.Month.Rate(), m.Month.KeptRate(), office.Forecast(m.Month, now)
	for _, p := range callback.Deal(m.Quota, agents, hours.DateOf(now.In(office.Hours.Zone()))) {
		m.Shares = append(m.Shares, FollowUpShare(p))
	}
	return m, nil
}

// Deal puts today's callbacks of a company that are nobody's on agents' lists, those that are due
// first before others, until each has his share (requirement F2). It answers how many it dealt.
func (s *Store) Deal(ctx context.Context, company string, agents []string, by string) (int, error) {
	dealt := 0
	err := s.acting(ctx, func(tx pgx.Tx) error {
		dealt = 0
		office, now := s.office(company), s.now()
		rows, err := s.q.WaitingOf(ctx, tx, company)
		if err != nil {
			return err
		}
		dues, has := make([]time.Time, len(rows)), map[string]int{}
		for i, r := range rows {
			dues[i] = r.DueAt
			has[r.Agent]++
		}
		for _, p := range callback.Deal(office.Quota(dues, now), agents, hours.DateOf(now.In(office.Hours.Zone()))) {
			for i := range rows {
				r := &rows[i]
				if has[p.Agent] >= p.Calls {
					break
				}
				if r.Agent != "" {
					continue
				}
				f, err := s.lockFollowUp(ctx, tx, r.ID)
				if err != nil {
					return err
				}
				if err := s.follow(ctx, tx, &f, by, callback.Assign{Agent: p.Agent, By: by}, now); err != nil {
					return err
				}
				r.Agent = p.Agent
				has[p.Agent]++
				dealt++
			}
		}
		return nil
	})
	return dealt, err
}

// readFollowUp does again what the database does not know, from the fact alone.
func (b *batch) readFollowUp(ctx context.Context, e entry, said actFact) error {
	id, err := uuid.Parse(said.FollowUp)
	var fact callback.Fact
	if err == nil {
		fact, err = callback.Decode(callback.Kind(e.Kind), e.At, said.Data)
	}
	if err == nil {
		err = brings(id.String(), string(e.Company), fact)
	}
	if err != nil {
		return b.unread(ctx, e, err.Error())
	}
	f, err := b.s.lockFollowUp(ctx, b.tx, id)
	if err != nil && !errors.Is(err, ErrNoFollowUp) {
		return err
	}
	_, begins := fact.Data.(*callback.PlannedData)
	if said.N != f.facts+1 || begins != (f.facts == 0) {
		return b.unread(ctx, e, fmt.Sprintf("act %d of follow-up %s, which has %d", said.N, id, f.facts))
	}
	seq := int64(e.Seq)
	return b.s.keepFollowUp(ctx, b.tx, &f, fact, said.By, &seq)
}

// brings tells what is wrong with a fact that begins a callback, or adds tickets to one: all that
// is done about it later goes by these.
func brings(id, company string, fact callback.Fact) error {
	var tickets []callback.Owed
	switch d := fact.Data.(type) {
	case *callback.PlannedData:
		if d.ID != id || d.Company != company || len(d.Tickets) == 0 {
			return fmt.Errorf("follow-up %s of company %s is planned as %q of %q, about %d tickets", id, company, d.ID, d.Company, len(d.Tickets))
		}
		tickets = d.Tickets
	case *callback.AddedData:
		tickets = d.Tickets
	}
	for _, o := range tickets {
		if known, err := uuid.Parse(o.Ticket); err != nil || known.String() != o.Ticket {
			return fmt.Errorf("follow-up %s is about %q, which is no ticket's id", id, o.Ticket)
		}
	}
	return nil
}

package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"sansheng/cti/sheet"
	"sansheng/store/internal/sql"
	"sansheng/store/ticket"
)

// Act is what somebody did to a ticket, as its history has it.
type Act struct {
	// N counts a ticket's acts from 1.
	N    int       `json:"n"`
	At   time.Time `json:"at"`
	By   string    `json:"by"`
	Verb string    `json:"verb"`
	// Said are the act's own words.
	Said json.RawMessage `json:"said"`
	// Hidden are the fields of the sheet in it that tell who somebody is.
	Hidden []string `json:"-"`
}

// ErrNoTicket: no ticket has this id, or it is none that may be seen.
var ErrNoTicket = errors.New("no such ticket")

// May tells whether somebody may act on a ticket as it stands; its error is what he is told.
type May func(ticket.Ticket) error

// Anybody may.
func Anybody(ticket.Ticket) error { return nil }

// History is what was done to a ticket, oldest first.
func (s *Store) History(ctx context.Context, id uuid.UUID) ([]Act, error) {
	rows, err := s.q.Acts(ctx, s.pool, id)
	if err != nil {
		return nil, fmt.Errorf("list acts of ticket %s: %w", id, err)
	}
	list := make([]Act, len(rows))
	var form ticket.Filled // an amendment goes by the form of what it amends
	for i, r := range rows {
		_, verb, _ := strings.Cut(r.Kind, ".")
		list[i] = Act{N: int(r.N), At: r.At.UTC(), By: r.ByPerson, Verb: verb, Said: r.Data}
		if verb == "filled" || verb == "amended" {
			form.Said = nil
			if err := json.Unmarshal(r.Data, &form); err != nil {
				return nil, fmt.Errorf("list acts of ticket %s: %w", id, err)
			}
			list[i].Hidden = s.hidden(r.Company, form.Kind, form.Version, form.Said)
		}
	}
	return list, nil
}

// Act does something to a ticket, and makes the fact of it, in one transaction. The error Is
// ErrNoTicket, ErrNoCall where it names none of the ticket's company, As *ticket.RefusedError, or
// what may says of the ticket as it stands.
func (s *Store) Act(ctx context.Context, id uuid.UUID, by string, a ticket.Act, may May) (Ticket, error) {
	var after Ticket
	err := s.acting(ctx, func(tx pgx.Tx) error {
		t, err := s.lockTicket(ctx, tx, id, may)
		if err != nil {
			return err
		}
		after, err = s.act(ctx, tx, t, by, a)
		return err
	})
	return after, err
}

// OpenTicket opens one by a person, from a call that there is. The error Is ErrNoCall or As
// *ticket.RefusedError.
func (s *Store) OpenTicket(ctx context.Context, by string, o ticket.Opened) (Ticket, error) {
	var after Ticket
	err := s.acting(ctx, func(tx pgx.Tx) (err error) {
		after, err = s.openTicket(ctx, tx, by, o)
		return err
	})
	return after, err
}

func (s *Store) openTicket(ctx context.Context, tx pgx.Tx, by string, o ticket.Opened) (Ticket, error) {
	if err := s.callOf(ctx, tx, o.Company, o.Call); err != nil {
		return Ticket{}, err
	}
	t := ticket.Ticket{ID: ticket.ID(uuid.NewString()), Company: o.Company}
	return s.act(ctx, tx, t, by, &o)
}

// callOf tells whether there is such a call of a company. The error Is ErrNoCall.
func (s *Store) callOf(ctx context.Context, tx pgx.Tx, company, call string) error {
	c, err := s.q.CallForAmendment(ctx, tx, call)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && c.Company != company {
		return ErrNoCall
	}
	return err
}

// Merge ends a ticket for another one of its company, which gets its calls.
func (s *Store) Merge(ctx context.Context, id, into uuid.UUID, by, reason string, may May) (Ticket, error) {
	var after Ticket
	err := s.acting(ctx, func(tx pgx.Tx) error {
		both := map[uuid.UUID]ticket.Ticket{}
		order := []uuid.UUID{id, into}
		slices.SortFunc(order, func(a, b uuid.UUID) int { return strings.Compare(a.String(), b.String()) })
		for _, one := range order { // so that two who merge never wait for each other in a circle
			t, err := s.lockTicket(ctx, tx, one, may)
			if err != nil {
				return err
			}
			both[one] = t
		}
		from, to := both[id], both[into]
		if from.Company != to.Company {
			return ErrNoTicket
		}
		if _, err := s.act(ctx, tx, from, by, &ticket.MergedInto{Into: to.ID, Reason: reason}); err != nil {
			return err
		}
		var err error
		after, err = s.act(ctx, tx, to, by, ticket.AbsorbedOf(from))
		return err
	})
	return after, err
}

// Split opens another ticket for a matter that came up in the same call as a ticket's.
func (s *Store) Split(ctx context.Context, id uuid.UUID, by string, o ticket.Opened, may May) (Ticket, error) {
	var after Ticket
	err := s.acting(ctx, func(tx pgx.Tx) error {
		t, err := s.lockTicket(ctx, tx, id, may)
		if err != nil {
			return err
		}
		o.Company, o.From, o.State = t.Company, t.ID, ticket.Open
		if o.Owner == "" {
			o.Owner = t.Owner
		}
		if o.Call == "" {
			o.Call = t.Calls[0]
		}
		if after, err = s.openTicket(ctx, tx, by, o); err != nil {
			return err
		}
		_, err = s.act(ctx, tx, t, by, &ticket.Noted{Text: "split: " + after.ID.String() + ", " + o.Matter.Summary})
		return err
	})
	return after, err
}

// acting is a transaction in which somebody acts; the outbox learns of it.
// One that the database ends for a deadlock with another's is made again. Nobody acts before all
// acts that the journal has are read.
func (s *Store) acting(ctx context.Context, f func(pgx.Tx) error) error {
	if reading(s.acts.Load()) == actsUnread {
		return errUnread
	}
	for tries := 1; ; tries++ {
		err := pgx.BeginFunc(ctx, s.pool, f)
		var refused *pgconn.PgError
		if errors.As(err, &refused) && refused.Code == deadlock && tries < actTries {
			continue
		}
		if err == nil {
			s.wakeOutbox()
		}
		return err
	}
}

// actTries is how often an act is tried.
const actTries = 10

// wakeOutbox tells the outbox that facts wait in it.
func (s *Store) wakeOutbox() {
	select {
	case s.outboxC <- struct{}{}:
	default:
	}
}

// lockTicket reads a ticket for somebody who will act on it.
func (s *Store) lockTicket(ctx context.Context, tx pgx.Tx, id uuid.UUID, may May) (ticket.Ticket, error) {
	r, err := s.q.LockTicket(ctx, tx, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return ticket.Ticket{}, ErrNoTicket
	}
	if err != nil {
		return ticket.Ticket{}, err
	}
	t := loadTicket(r)
	if t.Sheet, err = s.loadSheet(ctx, tx, id); err != nil {
		return ticket.Ticket{}, err
	}
	return t, may(t)
}

// loadSheet reads a ticket's sheet; none where none was opened.
func (s *Store) loadSheet(ctx context.Context, tx pgx.Tx, id uuid.UUID) (ticket.Sheet, error) {
	r, err := s.q.SheetByTicket(ctx, tx, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return ticket.Sheet{}, nil
	}
	if err != nil {
		return ticket.Sheet{}, err
	}
	values, err := readSheet(r.Said)
	return ticket.Sheet{Kind: ticket.Kind(r.Kind), Version: int(r.Version), Said: values, Final: at(r.ClosedAt), Amended: int(r.Amended)}, err
}

// saveSheet writes a ticket's sheet.
func (s *Store) saveSheet(ctx context.Context, tx pgx.Tx, t ticket.Ticket, f ticket.Fact, id uuid.UUID) error {
	values, err := json.Marshal(t.Sheet.Said)
	if err != nil {
		return fmt.Errorf("encode sheet of ticket %s: %w", id, err)
	}
	return s.q.SaveSheet(ctx, tx, sql.SaveSheetParams{
		TicketID: id, CallID: t.Calls[0], Company: t.Company, Agent: f.By, OpenedAt: f.At, Kind: string(t.Sheet.Kind), Version: small(t.Sheet.Version),
		Said: values, ClosedAt: given(t.Sheet.Final), Amended: small(t.Sheet.Amended),
	})
}

// act does something to a ticket that is locked, or opens it.
func (s *Store) act(ctx context.Context, tx pgx.Tx, t ticket.Ticket, by string, a ticket.Act) (Ticket, error) {
	if j, ok := a.(*ticket.Joined); ok && j.Call != "" {
		if err := s.callOf(ctx, tx, t.Company, j.Call); err != nil {
			return Ticket{}, err
		}
	}
	m := ticket.Moment{Now: s.now(), Calendar: s.calendar(t.Company), Forms: s.forms(t.Company)}
	if m.Calendar == nil {
		m.Calendar = ticket.EveryDay(s.office(t.Company).Hours.Zone())
	}
	f, err := ticket.Do(t, by, a, m)
	if err != nil {
		return Ticket{}, err
	}
	after, err := s.keepAct(ctx, tx, t, f, nil)
	if err != nil {
		return Ticket{}, err
	}
	switch a := a.(type) {
	case *ticket.ClosedWith:
		err = s.plan(ctx, tx, ticket.Apply(t, f), a.Untraceable || t.Sheet.Said[sheet.Traceable] == false)
	case *ticket.Reopened:
		err = s.unplan(ctx, tx, string(t.ID), by)
	}
	return after, err
}

// keepAct writes what a fact makes of a ticket. seq is the fact's number in the journal,
// nil where it is not there yet.
func (s *Store) keepAct(ctx context.Context, tx pgx.Tx, t ticket.Ticket, f ticket.Fact, seq *int64) (Ticket, error) {
	said, err := json.Marshal(f.Act)
	if err != nil {
		return Ticket{}, fmt.Errorf("encode act %s: %w", f.ID(), err)
	}
	after := ticket.Apply(t, f)
	row := saveTicket(after)
	if f.N == 1 {
		err = s.q.AddTicket(ctx, tx, sql.AddTicketParams{
			ID: row.ID, Company: after.Company, Kind: row.Kind, State: row.State, CallID: after.Calls[0], At: f.At,
		})
	}
	if err == nil {
		err = s.q.SaveTicket(ctx, tx, row)
	}
	switch f.Act.(type) {
	case *ticket.Filled, *ticket.Amended:
		err = errors.Join(err, s.saveSheet(ctx, tx, after, f, row.ID))
	}
	if err == nil {
		err = s.q.AddAct(ctx, tx, sql.AddActParams{
			FactID: f.ID(), At: f.At, Kind: "ticket." + string(f.Act.Verb()), Company: after.Company, CallID: after.Calls[0],
			Agent: after.Owner, TicketID: row.ID, N: small(f.N), ByPerson: f.By, Data: said, Seq: seq,
		})
	}
	if err != nil {
		return Ticket{}, err
	}
	r, err := s.q.LockTicket(ctx, tx, row.ID)
	return showTicket(r), err
}

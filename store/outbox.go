package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"go.uber.org/zap"

	"sansheng/cti"
	"sansheng/store/internal/sql"
	"sansheng/store/ticket"
)

// Publisher is the journal as the outbox needs it.
type Publisher interface {
	// Last is the number of the store's last fact in the journal, 0 for none.
	Last(ctx context.Context) (uint64, error)
	// Publish adds facts in order, each once, leaving out those the journal has,
	// and answers the number of the last one it holds durably.
	Publish(ctx context.Context, facts []TicketFact) (uint64, error)
}

// OutboxEngine is the name under which the store's own facts count.
const OutboxEngine = "store"

// TicketFact is a fact of the store as it goes to the journal.
type TicketFact struct {
	// Seq counts from 1 without gaps.
	Seq uint64
	// ID is unique for all time and made from the ticket: a store built anew from
	// the journal gives the same.
	ID      string
	Company cti.CompanyID
	Ticket  uuid.UUID
	Call    cti.CallID
	// Fact is the kind's verb, as opened; of a callback about the ticket with the kind before
	// it, as follow_up_planned.
	Fact string
	// JSON is the whole fact in the form of cti.Fact.
	JSON []byte
}

// Outbox publishes the store's own facts: each once, in order, however often
// the process or the journal dies in between.
type Outbox struct {
	s   *Store
	pub Publisher
	// poll is the longest time a fact is overlooked that another process wrote.
	poll time.Duration
}

// Outbox makes the publisher of the store's facts; Run starts it.
func (s *Store) Outbox(pub Publisher) *Outbox {
	return &Outbox{s: s, pub: pub, poll: 500 * time.Millisecond}
}

// Run publishes until its context ends, which is no error. Failures of the
// database or the journal are waited out. One Run at a time.
func (o *Outbox) Run(ctx context.Context) error {
	return o.s.again(ctx, "outbox waits", o.poll, o.s.outboxC, func(ctx context.Context) (bool, error) {
		n, err := o.Publish(ctx)
		return n > 0, err
	})
}

// again does something until its context ends, which is no error: at once where there is more
// of it, else when it is woken or so much time has passed. Failures are told, with growing
// pauses, and waited out.
func (s *Store) again(ctx context.Context, failing string, every time.Duration, wakeC <-chan struct{}, do func(context.Context) (more bool, err error)) error {
	cfg := ProjectorConfig{Pause: 50 * time.Millisecond, MaxPause: 5 * time.Second}
	var pause pauses
	look := time.NewTicker(every)
	defer look.Stop()
	for ctx.Err() == nil {
		more, err := do(ctx)
		if err != nil {
			if ctx.Err() != nil {
				break
			}
			s.log.Warn(failing, zap.Error(err))
			pause.wait(ctx, cfg)
			continue
		}
		pause = pauses{}
		if more {
			continue
		}
		select {
		case <-ctx.Done():
		case <-wakeC:
		case <-look.C:
		}
	}
	return nil
}

// outboxPage is how many facts are published at a time.
const outboxPage = 256

// Publish publishes what the journal lacks, up to a page, and answers how many
// facts it tried.
func (o *Outbox) Publish(ctx context.Context) (int, error) {
	last, err := o.pub.Last(ctx)
	if err != nil {
		return 0, fmt.Errorf("ask for last ticket fact: %w", err)
	}
	if read, err := o.read(ctx, int64(last)); err != nil || !read {
		return 0, err
	}
	if err := o.number(ctx, int64(last)); err != nil {
		return 0, fmt.Errorf("number acts: %w", err)
	}
	rows, err := o.s.q.ActsAfter(ctx, o.s.pool, int64(last), outboxPage)
	if err != nil {
		return 0, fmt.Errorf("read outbox: %w", err)
	}
	if len(rows) == 0 {
		return 0, nil
	}
	facts := make([]TicketFact, len(rows))
	for i, r := range rows {
		if facts[i], err = newTicketFact(r); err != nil {
			return 0, err
		}
	}
	if _, err := o.pub.Publish(ctx, facts); err != nil {
		return 0, fmt.Errorf("publish ticket facts from %d: %w", facts[0].Seq, err)
	}
	return len(facts), nil
}

// reading is whether a database has all acts that the journal has.
type reading int32

const (
	actsUnasked reading = iota // the journal was not asked yet
	actsUnread
	actsRead
)

// presentWithin is how long ago the journal may have stored what was read last, for it to be read
// to its end.
const presentWithin = 5 * time.Second

// read tells whether the database has the acts that the journal has, up to last. One that was
// brought back from a backup, or is filled anew, has not: who acted on it would give an act the id
// of one that is read later, and that one would be lost. What has left the journal by age is not
// read any more: once the journal is read to its end, nobody waits for it.
func (o *Outbox) read(ctx context.Context, last int64) (bool, error) {
	given, err := o.s.q.GivenActs(ctx, o.s.pool)
	if err == nil && given < last && o.s.present.Load() {
		err = o.s.q.PassActs(ctx, o.s.pool, last)
		given = last
	}
	if err != nil {
		return false, fmt.Errorf("look which acts are read: %w", err)
	}
	if given < last {
		if reading(o.s.acts.Swap(int32(actsUnread))) != actsUnread {
			o.s.log.Warn("acts on tickets are read again from the journal; until then nobody acts", zap.Int64("read", given), zap.Int64("of", last))
		}
		return false, nil
	}
	o.s.acts.Store(int32(actsRead))
	return true, nil
}

// errUnread refuses what somebody would do before all acts are read.
var errUnread = &ticket.RefusedError{
	Reason: "the records were brought back, and what was done since is being read again; allowed: when that has ended, in some minutes",
}

// number gives a page of acts their numbers. A database that was filled anew first reads
// those that the journal has, up to last: till then it gives none.
func (o *Outbox) number(ctx context.Context, last int64) error {
	some, err := o.s.q.SomeUnnumbered(ctx, o.s.pool)
	if err != nil || !some {
		return err
	}
	return pgx.BeginFunc(ctx, o.s.pool, func(tx pgx.Tx) error {
		given, err := o.s.q.LastAct(ctx, tx)
		if err != nil || given < last {
			return err
		}
		_, err = o.s.q.NumberActs(ctx, tx, outboxPage)
		return err
	})
}

// actFact is an act in the form of cti.Fact, with what tickets have beside.
type actFact struct {
	Version int       `json:"v"`
	ID      string    `json:"id"`
	Seq     int64     `json:"seq"`
	Engine  string    `json:"engine"`
	At      time.Time `json:"at"`
	Kind    string    `json:"kind"`
	Company string    `json:"company"`
	Call    string    `json:"call"`
	Agent   string    `json:"agent,omitempty"`
	// Ticket is whose act it is, FollowUp the callback about it where it is that one's; N is
	// its number there, By who acted.
	Ticket   string          `json:"ticket"`
	FollowUp string          `json:"follow_up,omitempty"`
	N        int             `json:"n"`
	By       string          `json:"by"`
	Data     json.RawMessage `json:"data"`
}

func newTicketFact(r sql.Act) (TicketFact, error) {
	subject, verb, _ := strings.Cut(r.Kind, ".")
	followUp := ""
	if r.FollowUpID != nil {
		followUp, verb = r.FollowUpID.String(), subject+"_"+verb
	}
	text, err := json.Marshal(actFact{
		Version: cti.SchemaVersion, ID: r.FactID, Seq: *r.Seq, Engine: OutboxEngine, At: r.At.UTC(), Kind: r.Kind,
		Company: r.Company, Call: r.CallID, Agent: r.Agent, Ticket: r.TicketID.String(), FollowUp: followUp, N: int(r.N), By: r.ByPerson, Data: r.Data,
	})
	if err != nil {
		return TicketFact{}, fmt.Errorf("encode fact %s: %w", r.FactID, err)
	}
	return TicketFact{
		Seq: uint64(*r.Seq), ID: r.FactID, Company: cti.CompanyID(r.Company), Ticket: r.TicketID,
		Call: cti.CallID(r.CallID), Fact: verb, JSON: text,
	}, nil
}

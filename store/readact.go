package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"sansheng/cti"
	"sansheng/store/ticket"
)

// readActs are the store's own facts, met again in the journal. Most are in the database, for
// that is where they come from; those of a database that was lost are done again.
type readActs struct {
	known map[string]bool
	ids   []string
	seqs  []int64
}

// isAct tells whether a fact is one of the store's own.
func isAct(f cti.Fact) bool {
	subject, _, _ := strings.Cut(string(f.Kind), ".")
	return f.Engine == OutboxEngine && (subject == "ticket" || subject == "follow_up")
}

// ofSheet tells whether an act is one that fills in a sheet.
func ofSheet(k cti.Kind) bool { return k == "ticket.filled" || k == "ticket.amended" }

// knownActs finds out which of the acts in a batch are in the database.
func (b *batch) knownActs(ctx context.Context, entries []entry) (*readActs, error) {
	r := &readActs{known: map[string]bool{}}
	var ids []string
	for _, e := range entries {
		if isAct(e.Fact) {
			ids = append(ids, e.ID)
		}
	}
	return r, r.ask(ctx, b, ids)
}

// ask learns which of some acts are known.
func (r *readActs) ask(ctx context.Context, b *batch, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	known, err := b.s.q.KnownActs(ctx, b.tx, ids)
	for _, id := range known {
		r.known[id] = true
	}
	return err
}

// numberActs queues the numbers that the acts of a batch have in the journal.
func (b *batch) numberActs(ctx context.Context, r *readActs) error {
	if len(r.ids) == 0 {
		return nil
	}
	return b.s.q.ReadActs(ctx, b.out, r.ids, r.seqs)
}

// applyAct does again what the database does not know, from the fact alone.
func (b *batch) applyAct(ctx context.Context, e entry, r *readActs) error {
	r.ids, r.seqs = append(r.ids, e.ID), append(r.seqs, int64(e.Seq))
	if !r.known[e.ID] {
		// The call's own facts in this batch may have opened the ticket.
		if err := b.out.flush(ctx); err != nil {
			return err
		}
		if err := r.ask(ctx, b, []string{e.ID}); err != nil {
			return err
		}
	}
	if r.known[e.ID] && !ofSheet(e.Kind) {
		b.stats.ignored++
		return nil
	}
	var said actFact
	if err := json.Unmarshal(e.message.Payload, &said); err != nil {
		return b.unread(ctx, e, err.Error())
	}
	if said.FollowUp != "" {
		return b.readFollowUp(ctx, e, said)
	}
	f, err := readAct(e, said)
	if err != nil {
		return b.unread(ctx, e, err.Error())
	}
	if r.known[e.ID] {
		return b.sealSheet(ctx, e, f)
	}
	if err := b.out.flush(ctx); err != nil {
		return err
	}
	row, err := b.s.q.LockTicket(ctx, b.tx, uuid.MustParse(string(f.Ticket)))
	t := ticket.Ticket{ID: f.Ticket, Company: string(e.Company)}
	switch {
	case err == nil:
		t = loadTicket(row)
		if t.Sheet, err = b.s.loadSheet(ctx, b.tx, row.ID); err != nil {
			return err
		}
	case !errors.Is(err, pgx.ErrNoRows):
		return err
	}
	if f.N != t.Facts+1 {
		return b.unread(ctx, e, fmt.Sprintf("act %d of ticket %s, which has %d", f.N, f.Ticket, t.Facts))
	}
	seq := int64(e.Seq)
	if _, err = b.s.keepAct(ctx, b.tx, t, f, &seq); err != nil {
		return err
	}
	return b.sealSheet(ctx, e, f)
}

// readAct reads an act from its fact in the journal.
func readAct(e entry, said actFact) (ticket.Fact, error) {
	id, err := uuid.Parse(said.Ticket)
	if err != nil {
		return ticket.Fact{}, fmt.Errorf("read act %s: ticket %q: %w", e.ID, said.Ticket, err)
	}
	_, verb, _ := strings.Cut(string(e.Kind), ".")
	a, err := ticket.Decode(ticket.Verb(verb), said.Data, false)
	if err != nil {
		return ticket.Fact{}, fmt.Errorf("read act %s: %w", e.ID, err)
	}
	if o, ok := a.(*ticket.Opened); ok != (said.N == 1) || ok && o.Call == "" {
		return ticket.Fact{}, fmt.Errorf("read act %s: number %d of kind %s", e.ID, said.N, e.Kind)
	}
	return ticket.Fact{Ticket: ticket.ID(id.String()), N: said.N, At: e.At, By: said.By, Act: a}, nil
}

package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"sansheng/cti"
	"sansheng/store/internal/sql"
)

// batchStats counts what became of a batch's messages.
type batchStats struct {
	facts, duplicates, ignored, dead, late uint64
	missing                                int64
}

// entry is one fact of a batch with the message it came in.
type entry struct {
	cti.Fact
	message Message
}

// batch is a transaction's work on some facts.
type batch struct {
	s    *Store
	name string
	tx   pgx.Tx
	// out gathers statements; nothing may be read from tx between them and flush.
	out *pipeline
	// calls holds what is known of the batch's calls; absent is unknown.
	calls map[cti.CallID]*callStanding
	// seals are the calls and amendments this batch closes, in order.
	seals []sealing
	stats batchStats
	// died is why the last dead letter is one.
	died string
}

// callStanding is what a batch must know of a call before its facts.
type callStanding struct {
	company        cti.CompanyID
	closed, erased bool
	// term is the highest of the call's facts.
	term uint64
}

// late tells whether a fact is of an engine that did not lead any more.
func (c *callStanding) late(f cti.Fact) bool { return f.Term > 0 && f.Term < c.term }

// projectBatch writes the rows of messages and the place of the last of them, or
// nothing.
func (s *Store) projectBatch(ctx context.Context, name string, messages []Message) (batchStats, error) {
	var stats batchStats
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		b := batch{s: s, name: name, tx: tx, out: &pipeline{tx: tx}, calls: map[cti.CallID]*callStanding{}}
		err := b.project(ctx, messages)
		stats = b.stats
		return err
	})
	return stats, err
}

func (b *batch) project(ctx context.Context, messages []Message) error {
	if err := b.s.lockPlace(ctx, b.tx, b.name); err != nil {
		return err
	}
	entries, err := b.decode(ctx, messages)
	if err != nil {
		return err
	}
	if entries, err = b.fresh(ctx, entries); err != nil {
		return err
	}
	if err := b.write(ctx, entries); err != nil {
		return err
	}
	if err := b.s.movePlace(ctx, b.out, b.name, messages[len(messages)-1]); err != nil {
		return err
	}
	return b.out.flush(ctx)
}

// write makes the rows of facts that are new.
func (b *batch) write(ctx context.Context, entries []entry) error {
	if err := b.lockCalls(ctx, entries); err != nil {
		return err
	}
	acts, err := b.knownActs(ctx, entries)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := b.apply(ctx, e, acts); err != nil {
			return err
		}
	}
	if err := b.numberActs(ctx, acts); err != nil {
		return err
	}
	if err := b.out.flush(ctx); err != nil {
		return err
	}
	if err := b.deliver(ctx, entries); err != nil {
		return err
	}
	return b.seal(ctx)
}

// decode reads the messages; those that are no facts go to the dead letters.
func (b *batch) decode(ctx context.Context, messages []Message) ([]entry, error) {
	entries := make([]entry, 0, len(messages))
	for _, m := range messages {
		f, err := decodeFact(m)
		if err == nil {
			entries = append(entries, entry{Fact: f, message: m})
			continue
		}
		if err := b.dead(ctx, m, err.Error()); err != nil {
			return nil, err
		}
	}
	return entries, nil
}

func (b *batch) dead(ctx context.Context, m Message, reason string) error {
	b.stats.dead++
	b.died = reason
	return b.s.addDeadLetter(ctx, b.out, b.name, m, &FactError{Position: m.Position, Reason: reason})
}

// unread puts a fact aside that is in the ledger already, as one that was never read: it can be
// projected once what it waits for is there.
func (b *batch) unread(ctx context.Context, e entry, reason string) error {
	b.stats.missing++
	return errors.Join(
		b.s.q.ForgetFact(ctx, b.out, e.ID),
		b.s.q.SetEngine(ctx, b.out, e.Engine, int64(e.Seq), 1),
		b.dead(ctx, e.message, reason),
	)
}

// decodeFact reads one fact and checks what every fact must say.
func decodeFact(m Message) (cti.Fact, error) {
	var f cti.Fact
	if err := json.Unmarshal(m.Payload, &f); err != nil {
		return f, err
	}
	f.ID, f.Engine = clean(f.ID), clean(f.Engine)
	f.Company, f.Call, f.Agent = clean(f.Company), clean(f.Call), clean(f.Agent)
	f.At = f.At.UTC().Truncate(time.Millisecond)
	subject, _, _ := strings.Cut(string(f.Kind), ".")
	lacks := ""
	switch {
	case f.Version < 1 || f.Version > cti.SchemaVersion:
		return f, fmt.Errorf("decode fact %q: schema version %d, this program knows 1 to %d", f.ID, f.Version, cti.SchemaVersion)
	case f.ID == "":
		lacks = "id"
	case f.Engine == "":
		lacks = "engine"
	case f.Seq == 0 || f.Seq > math.MaxInt64:
		lacks = "seq"
	case f.At.IsZero():
		lacks = "at"
	case f.Kind == "":
		lacks = "kind"
	case (subject == "call" || subject == "record") && f.Call == "":
		lacks = "call"
	case subject == "agent" && f.Agent == "":
		lacks = "agent"
	case (subject == "call" || subject == "agent" || subject == "record") && f.Company == "":
		lacks = "company"
	case (subject == "call" || subject == "record") && f.Data == nil && cti.NewData(f.Kind) != nil:
		lacks = "data"
	}
	if lacks != "" {
		return f, fmt.Errorf("decode fact %q: no %s", f.ID, lacks)
	}
	return f, nil
}

// fresh enters the facts in the ledger and answers those that were not there.
func (b *batch) fresh(ctx context.Context, entries []entry) ([]entry, error) {
	if len(entries) == 0 {
		return nil, nil
	}
	var p sql.AddFactsParams
	for _, e := range entries {
		p.Ids, p.Engines = append(p.Ids, e.ID), append(p.Engines, e.Engine)
		p.Seqs, p.Kinds = append(p.Seqs, int64(e.Seq)), append(p.Kinds, clean(string(e.Kind)))
		p.Calls, p.Ats = append(p.Calls, string(e.Call)), append(p.Ats, e.At)
	}
	ids, err := b.s.q.AddFacts(ctx, b.tx, p)
	if err != nil {
		return nil, err
	}
	isNew := make(map[string]bool, len(ids))
	for _, id := range ids {
		isNew[id] = true
	}
	news, seen := entries[:0:0], entries[:0:0]
	for _, e := range entries {
		if isNew[e.ID] {
			news = append(news, e)
			delete(isNew, e.ID)
		} else {
			seen = append(seen, e)
		}
	}
	if err := b.repeated(ctx, seen); err != nil {
		return nil, err
	}
	return news, b.sequence(ctx, news)
}

// repeated counts facts met before. One that is another fact under the same id
// (an engine that lost its journal and counts anew) is no repetition: dropping
// it in silence would be a loss.
func (b *batch) repeated(ctx context.Context, seen []entry) error {
	if len(seen) == 0 {
		return nil
	}
	ids := make([]string, len(seen))
	for i, e := range seen {
		ids[i] = e.ID
	}
	rows, err := b.s.q.FactsByID(ctx, b.tx, ids)
	if err != nil {
		return err
	}
	known := make(map[string]sql.FactsByIDRow, len(rows))
	for _, r := range rows {
		known[r.ID] = r
	}
	for _, e := range seen {
		k := known[e.ID]
		if k.Kind == string(e.Kind) && k.CallID == string(e.Call) && k.At.Equal(e.At) {
			b.stats.duplicates++
			continue
		}
		reason := fmt.Sprintf("another fact under the id %q: %s of call %q at %s is known", e.ID, k.Kind, k.CallID, k.At.UTC())
		if err := b.dead(ctx, e.message, reason); err != nil {
			return err
		}
	}
	return nil
}

// sequence notes gaps in the numbers of each engine. A fact that comes later
// than its successors closes one.
func (b *batch) sequence(ctx context.Context, entries []entry) error {
	last, missing := map[string]uint64{}, map[string]int64{}
	names := []string{}
	for _, e := range entries {
		if _, ok := last[e.Engine]; !ok {
			last[e.Engine] = 0
			names = append(names, e.Engine)
		}
	}
	rows, err := b.s.q.Engines(ctx, b.tx, names)
	if err != nil {
		return err
	}
	for _, r := range rows {
		last[r.Name] = uint64(r.LastSeq)
	}
	for _, e := range entries {
		switch l := last[e.Engine]; {
		case e.Seq > l:
			missing[e.Engine] += int64(e.Seq - l - 1)
			last[e.Engine] = e.Seq
		default:
			missing[e.Engine]--
		}
	}
	for _, n := range names {
		b.stats.missing += missing[n]
		if err := b.s.q.SetEngine(ctx, b.out, n, int64(last[n]), missing[n]); err != nil {
			return err
		}
	}
	return nil
}

// lockCalls learns which of the calls are there and which are closed.
func (b *batch) lockCalls(ctx context.Context, entries []entry) error {
	ids := make([]string, 0, len(entries))
	for _, e := range entries {
		if e.Call != "" {
			ids = append(ids, string(e.Call))
		}
	}
	if len(ids) == 0 {
		return nil
	}
	rows, err := b.s.q.LockCalls(ctx, b.tx, ids)
	if err != nil {
		return err
	}
	for _, r := range rows {
		b.calls[cti.CallID(r.ID)] = &callStanding{company: cti.CompanyID(r.Company), closed: r.Closed, erased: r.Erased, term: uint64(r.Term)}
	}
	return nil
}

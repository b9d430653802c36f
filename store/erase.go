package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"sansheng/cti"
	"sansheng/store/internal/sql"
)

// Erasure is that what a record says of its caller was taken from it: by whom, when, why.
type Erasure struct {
	Call   string    `json:"call"`
	By     string    `json:"by"`
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
	// amendment is what says so, n its seal; 0 where it has none.
	amendment uuid.UUID
	n         int64
	left      map[int64]string
}

// erasedBody is the body of an erasure's amendment. Left has the hashes of what is left of
// what was sealed in the first form, by the number of its seal.
type erasedBody struct {
	Erased bool             `json:"erased"`
	Left   map[int64]string `json:"left,omitempty"`
}

// erasures reads those of some calls.
func (s *Store) erasures(ctx context.Context, db sql.DBTX, ids []string) (map[string]Erasure, error) {
	rows, err := s.q.ErasuresByCall(ctx, db, ids)
	if err != nil {
		return nil, err
	}
	list := make(map[string]Erasure, len(rows))
	for _, r := range rows {
		e := Erasure{Call: r.CallID, By: r.Author, Reason: r.Reason, At: r.MadeAt.UTC(), amendment: r.AmendmentID}
		if r.N != nil {
			e.n = *r.N
		}
		var body erasedBody
		if json.Unmarshal([]byte(r.Body), &body) == nil { // else its hash shows that it was changed
			e.left = body.Left
		}
		list[r.CallID] = e
	}
	return list, nil
}

// applyErased queues that a record is erased. What lives on beside the record is emptied at
// this place of the order; the record itself once it is sealed (sealer.erase).
func (b *batch) applyErased(ctx context.Context, e entry) error {
	d, ok := e.Data.(*cti.ErasedData)
	standing := b.calls[e.Call]
	refused := func(why string) error {
		return &FactError{Position: e.message.Position, Reason: fmt.Sprintf("erase the record of call %q: %s", e.Call, why)}
	}
	switch {
	case !ok:
		return refused("the fact has no data")
	case standing == nil || !standing.closed:
		return refused("it is not closed here")
	case standing.company != e.Company:
		return refused(fmt.Sprintf("it is company %s's, not %s's", standing.company, e.Company))
	case standing.erased:
		b.stats.ignored++
		return nil
	}
	standing.erased = true
	a := Amendment{
		ID: uuid.NewSHA1(ticketSpace, []byte("erased/"+e.ID)), Call: string(e.Call), Company: string(e.Company),
		Author: clean(d.By), Reason: clean(d.Reason), MadeAt: e.At,
	}
	b.seals = append(b.seals, sealing{company: e.Company, call: e.Call, amendment: &a, erases: true})
	call := string(e.Call)
	return errors.Join(
		b.s.q.EraseSheet(ctx, b.out, call),
		b.s.q.EraseTranscript(ctx, b.out, call),
		b.s.q.EraseTickets(ctx, b.out, call),
		b.s.q.EraseAttachments(ctx, b.out, call),
		b.s.q.EraseActs(ctx, b.out, call),
		b.s.q.EraseFollowUps(ctx, b.out, call),
		b.s.q.EraseCallback(ctx, b.out, call),
		b.s.q.EraseMessage(ctx, b.out, call),
		b.s.q.EraseSurvey(ctx, b.out, call),
		b.s.q.EraseOrders(ctx, b.out, call),
		b.s.q.EraseDeliveries(ctx, b.out, call),
		b.s.q.AddOrder(ctx, b.out, sql.AddOrderParams{
			FactID: e.ID, Company: string(e.Company), CallID: call, At: e.At, ByPerson: a.Author, Verb: "erase", Reason: a.Reason,
		}),
	)
}

// erase writes the erasure's amendment, with the hashes of what will be left of seals in the
// first form; wipe then takes what is personal.
func (w *sealer) erase(ctx context.Context, a *Amendment) error {
	if err := w.out.flush(ctx); err != nil { // seals of this batch count
		return err
	}
	left, err := w.s.left(ctx, w.tx, a.Call)
	if err != nil {
		return err
	}
	body, err := json.Marshal(erasedBody{Erased: true, Left: left})
	if err != nil {
		return fmt.Errorf("erase call %s: %w", a.Call, err)
	}
	a.Body = string(body)
	return errors.Join(w.s.addAmendment(ctx, w.out, *a), w.s.q.AddErasure(ctx, w.out, a.Call, a.ID))
}

// left has the hashes of what an erasure leaves of a call's seals in the first form.
func (s *Store) left(ctx context.Context, tx pgx.Tx, call string) (map[int64]string, error) {
	seals, err := s.q.SealsOfCall(ctx, tx, call)
	if err != nil {
		return nil, err
	}
	bodies, err := s.bodies(ctx, tx, []string{call})
	if err != nil {
		return nil, err
	}
	rows, err := s.q.AmendmentsByCall(ctx, tx, []string{call})
	if err != nil {
		return nil, err
	}
	amendments := make(map[uuid.UUID]Amendment, len(rows))
	for _, r := range rows {
		amendments[r.ID] = newAmendment(r)
	}
	left := map[int64]string{}
	for _, l := range seals {
		if l.Form != plainForm {
			continue
		}
		var open any
		if l.AmendmentID == nil {
			open, _ = bodies[call].split()
		} else if a := amendments[*l.AmendmentID]; a.aboutRecording() {
			continue
		} else {
			open, _ = a.split()
		}
		if left[l.N], err = leftOf(open); err != nil {
			return nil, err
		}
	}
	return left, nil
}

// aboutRecording tells whether an amendment is what was found in a recording, or that it
// was destroyed: nothing of it is personal.
func (a Amendment) aboutRecording() bool {
	return a.Author == systemAuthor && (a.Reason == recordingChecked || a.Reason == recordingDestroyed)
}

// wipe queues what takes all that is personal from a record whose erasure has the seal n.
func (s *Store) wipe(ctx context.Context, out *pipeline, call string, n int64) error {
	return errors.Join(
		s.q.EraseCall(ctx, out, call),
		s.q.EraseOffers(ctx, out, call),
		s.q.EraseTransfers(ctx, out, call),
		s.q.EraseDial(ctx, out, call),
		s.q.EraseSteps(ctx, out, call),
		s.q.EraseAmendments(ctx, out, call, n),
		s.q.EraseSecret(ctx, out, call),
	)
}

// ErasedRecordings lists recordings of erased records that are not destroyed yet,
// without as many as are skipped.
func (s *Store) ErasedRecordings(ctx context.Context, most, skip int) ([]DestroyedRecording, error) {
	rows, err := s.q.ErasedRecordings(ctx, s.pool, int64(skip), int64(most))
	if err != nil {
		return nil, fmt.Errorf("list recordings of erased records: %w", err)
	}
	list := make([]DestroyedRecording, len(rows))
	for i, r := range rows {
		list[i] = DestroyedRecording{Call: r.CallID, Name: r.Name}
	}
	return list, nil
}

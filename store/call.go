package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"sansheng/cti"
	"sansheng/store/internal/sql"
	"sansheng/store/ticket"
)

// Filter chooses calls; zero fields choose all.
type Filter struct {
	Company, DID, Caller string
	// Queue in which it waited, also before or after another.
	Queue string
	// Emergency: on an emergency line, or on none.
	Emergency *bool
	// Disposition of a call that has ended.
	Disposition cti.Disposition
	// Agent who answered first.
	Agent string
	// Since and Until bound started_at: Since ≤ started_at < Until.
	Since, Until time.Time
	// Ended false chooses calls still going on.
	Ended *bool
	// Answered by a person.
	Answered *bool
	Within
	// Limit keeps the newest; 0 keeps all.
	Limit int
}

// page is how many records are read at a time.
const page = 500

// Calls lists whole records, newest last, calls still going on among them.
func (s *Store) Calls(ctx context.Context, f Filter) ([]Record, error) {
	list := []Record{}
	err := s.EachCall(ctx, f, func(r Record) error {
		list = append(list, r)
		return nil
	})
	return list, err
}

// EachCall is Calls for as many records as there are: it reads them page by
// page, all at one moment of the database, and stops at f's first error.
func (s *Store) EachCall(ctx context.Context, f Filter, do func(Record) error) error {
	err := s.read(ctx, func(tx pgx.Tx) error {
		ids, err := s.callIDs(ctx, tx, f)
		if err != nil {
			return err
		}
		slices.Reverse(ids)
		for ids := range slices.Chunk(ids, page) {
			records, err := s.records(ctx, tx, ids)
			if err != nil {
				return err
			}
			for _, r := range records {
				if err := do(r); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("list calls: %w", err)
	}
	return nil
}

// callIDs are the calls that a filter chooses, newest first. Each way in has a statement of its
// own, which a plan made for all of them would not have its index for.
func (s *Store) callIDs(ctx context.Context, tx pgx.Tx, f Filter) ([]string, error) {
	company, did, since, until, count := wanted(f.Company), wanted(f.DID), given(f.Since), given(f.Until), limit(f.Limit)
	queue, disposition := wanted(f.Queue), wanted(string(f.Disposition))
	if f.Queue != "" || f.Emergency != nil || f.Disposition != "" { // planned for what is asked, each time
		if _, err := tx.Exec(ctx, "SET LOCAL plan_cache_mode = force_custom_plan"); err != nil {
			return nil, err
		}
	}
	switch {
	case f.Caller != "":
		return s.q.CallIDsOfCaller(ctx, tx, sql.CallIDsOfCallerParams{
			Company: company, Did: did, Caller: clean(f.Caller), Agent: wanted(f.Agent), Since: since, Until: until, Ended: f.Ended, Answered: f.Answered,
			Queue: queue, Emergency: f.Emergency, Disposition: disposition, Queues: f.Queues, Person: wanted(f.Person), Count: count,
		})
	case f.Agent != "":
		return s.q.CallIDsOfAgent(ctx, tx, sql.CallIDsOfAgentParams{
			Company: company, Did: did, Agent: clean(f.Agent), Since: since, Until: until, Ended: f.Ended, Answered: f.Answered,
			Queue: queue, Emergency: f.Emergency, Disposition: disposition, Queues: f.Queues, Person: wanted(f.Person), Count: count,
		})
	case f.Queue == "" && (f.Emergency != nil || f.Disposition != ""):
		return s.q.CallIDsChosen(ctx, tx, sql.CallIDsChosenParams{
			Company: company, Did: did, Since: since, Until: until, Ended: f.Ended, Answered: f.Answered,
			Emergency: f.Emergency, Disposition: disposition, Queues: f.Queues, Person: wanted(f.Person), Count: count,
		})
	case f.Queue != "":
		return s.q.CallIDsOfQueue(ctx, tx, sql.CallIDsOfQueueParams{
			Company: company, Did: did, Queue: clean(f.Queue), Since: since, Until: until, Ended: f.Ended, Answered: f.Answered,
			Emergency: f.Emergency, Disposition: disposition, Queues: f.Queues, Person: wanted(f.Person), Count: count,
		})
	}
	return s.q.CallIDs(ctx, tx, sql.CallIDsParams{
		Company: company, Did: did, Since: since, Until: until, Ended: f.Ended, Answered: f.Answered,
		Queues: f.Queues, Person: wanted(f.Person), Count: count,
	})
}

// Record is one call's whole record; ErrNoCall when there is none.
func (s *Store) Record(ctx context.Context, id string) (Record, error) {
	var r Record
	err := s.read(ctx, func(tx pgx.Tx) error {
		records, err := s.records(ctx, tx, []string{clean(id)})
		if err != nil {
			return err
		}
		if len(records) == 0 {
			return ErrNoCall
		}
		r = records[0]
		return nil
	})
	if err != nil {
		return Record{}, fmt.Errorf("read record %s: %w", id, err)
	}
	return r, nil
}

// records reads whole records in the order of ids, leaving out unknown ones.
func (s *Store) records(ctx context.Context, tx pgx.Tx, ids []string) ([]Record, error) {
	bodies, err := s.bodies(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	list := make([]Record, 0, len(bodies))
	for _, id := range ids {
		if b, ok := bodies[id]; ok {
			list = append(list, Record{Body: b, Tickets: []Ticket{}, Amendments: []Amendment{}})
		}
	}
	byID := make(map[string]*Record, len(list))
	for i := range list {
		byID[list[i].ID] = &list[i]
	}
	return list, s.surroundings(ctx, tx, ids, byID)
}

// surroundings adds what goes on living beside a body.
func (s *Store) surroundings(ctx context.Context, tx pgx.Tx, ids []string, byID map[string]*Record) error {
	sheets, err := s.q.SheetsByCall(ctx, tx, ids)
	if err != nil {
		return err
	}
	of := func(id string) *Record {
		if r, ok := byID[id]; ok {
			return r
		}
		return &Record{} // its call was removed behind our back
	}
	for _, r := range sheets { // that of a call's first matter is the last of them
		values, err := readSheet(r.Said)
		if err != nil {
			return err
		}
		of(r.CallID).Sheet = &Sheet{
			Hidden: s.hidden(r.Company, ticket.Kind(r.Kind), int(r.Version), values),
			Ticket: r.TicketID, Agent: r.Agent, OpenedAt: r.OpenedAt.UTC(), Kind: ticket.Kind(r.Kind), Version: int(r.Version), Said: values,
			ClosedAt: utc(r.ClosedAt), Amended: int(r.Amended),
		}
	}
	tickets, err := s.q.TicketsByCall(ctx, tx, ids)
	if err != nil {
		return err
	}
	for _, r := range tickets {
		for _, call := range r.Calls {
			if rec := of(call); rec.ID == call && rec.Company == r.Company { // others' is not theirs to see
				rec.Tickets = append(rec.Tickets, showTicket(r))
			}
		}
	}
	amendments, err := s.q.AmendmentsByCall(ctx, tx, ids)
	if err != nil {
		return err
	}
	for _, r := range amendments {
		rec := of(r.CallID)
		rec.Amendments = append(rec.Amendments, newAmendment(r))
	}
	checks, err := s.recordingChecks(ctx, tx, ids)
	if err != nil {
		return err
	}
	for id, list := range checks {
		of(id).RecordingChecks = list
	}
	erasures, err := s.erasures(ctx, tx, ids)
	if err != nil {
		return err
	}
	for id, e := range erasures {
		of(id).Erased = &e
	}
	seals, err := s.q.SealsByCall(ctx, tx, ids)
	for _, r := range seals {
		rec := of(r.CallID)
		rec.Hash, rec.PrevHash = &r.Hash, &r.PrevHash
	}
	return err
}

func newAmendment(r sql.AmendmentsByCallRow) Amendment {
	a := Amendment{
		ID: r.ID, Call: r.CallID, Company: r.Company, Author: r.Author, Reason: r.Reason, Body: r.Body,
		MadeAt: r.MadeAt.UTC(),
	}
	if r.Hash != nil {
		a.Hash, a.PrevHash = *r.Hash, *r.PrevHash
	}
	return a
}

package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"sansheng/store/internal/sql"
	"sansheng/store/table"
)

// Export chooses what goes into a table, all with whole numbers; zero fields choose all.
type Export struct {
	// What is calls, tickets or customers.
	What    ExportKind
	Company string
	// Since and Until bound when calls began and tickets were opened.
	Since, Until time.Time
	// Within bounds calls and tickets; customers are of the whole company.
	Within
}

// ExportKind is what a table is of.
type ExportKind string

// What can be exported.
const (
	ExportCalls     ExportKind = "calls"
	ExportTickets   ExportKind = "tickets"
	ExportCustomers ExportKind = "customers"
)

// ExportKinds lists them.
func ExportKinds() []ExportKind { return []ExportKind{ExportCalls, ExportTickets, ExportCustomers} }

// exportPage is how many rows are in memory at a time.
const exportPage = 1000

// WriteTable writes rows into a table, the first of which are the columns' names, and tells
// how many there are beside it. Calls are as at one moment; tickets and customers that come
// meanwhile may or may not be among them. It does not close the table.
func (s *Store) WriteTable(ctx context.Context, e Export, w table.Writer) (int, error) {
	var n int
	var err error
	switch e.What {
	case ExportCalls:
		n, err = s.writeCalls(ctx, e, w)
	case ExportTickets:
		n, err = s.writeTickets(ctx, e, w)
	case ExportCustomers:
		n, err = s.writeCustomers(ctx, e, w)
	default:
		return 0, refuse("%q cannot be exported; allowed: %v", e.What, ExportKinds())
	}
	if err != nil {
		return n, fmt.Errorf("export %s: %w", e.What, err)
	}
	return n, nil
}

func (s *Store) writeCalls(ctx context.Context, e Export, w table.Writer) (n int, err error) {
	err = w.Write("id", "company", "did", "direction", "caller", "caller_name", "emergency", "started_at", "answered_at", "agent", "wait_s", "rings",
		"within_three_rings", "ended_at", "ended_by", "disposition", "abandoned")
	if err != nil {
		return 0, err
	}
	err = s.EachCall(ctx, Filter{Company: e.Company, Since: e.Since, Until: e.Until, Within: e.Within}, func(r Record) error {
		n++
		return w.Write(r.ID, r.Company, r.DID, r.Direction, r.Caller, r.CallerName, strconv.FormatBool(r.Emergency), stamp(&r.StartedAt), stamp(r.AnsweredAt),
			said(r.Agent), secondsOf(r.WaitMs), said(r.Rings), said(r.WithinThreeRings), stamp(r.EndedAt), said(r.EndedBy), said(r.Disposition),
			strconv.FormatBool(r.Abandoned))
	})
	return n, err
}

func (s *Store) writeTickets(ctx context.Context, e Export, w table.Writer) (n int, err error) {
	if err := w.Write("id", "company", "kind", "state", "owner", "department", "summary", "place", "phone", "result", "call", "did", "caller", "opened_at", "due_at", "closed_at"); err != nil {
		return 0, err
	}
	p := sql.TicketsAfterParams{Company: wanted(e.Company), Since: given(e.Since), Until: given(e.Until), Queues: e.Queues, Person: wanted(e.Person), Count: exportPage}
	for {
		rows, err := s.q.TicketsAfter(ctx, s.pool, p)
		if err != nil {
			return n, err
		}
		for _, r := range rows {
			n++
			t := r.Ticket
			if err := w.Write(t.ID.String(), t.Company, t.Kind, t.State, said(t.Owner), t.Department, t.Summary, t.Place, t.Phone, t.Result,
				t.CallID, r.Did, r.CallerNumber, stamp(&t.OpenedAt), stamp(t.DueAt), stamp(t.ClosedAt)); err != nil {
				return n, err
			}
		}
		if len(rows) < exportPage {
			return n, nil
		}
		p.After = rows[len(rows)-1].Ticket.ID
	}
}

func (s *Store) writeCustomers(ctx context.Context, e Export, w table.Writer) (n int, err error) {
	if err := w.Write(slices.Concat([]string{"id", "company"}, cardColumns, []string{"version", "created_at", "changed_at"})...); err != nil {
		return 0, err
	}
	f := CustomerFilter{Company: e.Company, After: uuid.Nil, Limit: exportPage}
	for {
		list, err := s.Customers(ctx, f)
		if err != nil {
			return n, err
		}
		for _, c := range list {
			n++
			if err := w.Write(c.ID.String(), c.Company, strings.Join(c.Numbers, "/"), c.Name, c.Address, c.Account, strings.Join(c.flagTexts(), "/"), c.Note,
				strconv.FormatInt(c.Version, 10), stamp(&c.CreatedAt), stamp(&c.ChangedAt)); err != nil {
				return n, err
			}
		}
		if len(list) < exportPage {
			return n, nil
		}
		f.After = list[len(list)-1].ID
	}
}

// stamp is a time as a table has it.
func stamp(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func secondsOf(ms *int64) string {
	if ms == nil {
		return ""
	}
	return strconv.FormatFloat(float64(*ms)/1000, 'f', 1, 64)
}

// said is a value as a table has it; empty where there is none.
func said[T any](v *T) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(*v)
}

package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"sansheng/cti"
	"sansheng/store"
)

// Page is how long people waited for a page.
type Page struct {
	Name string  `json:"name"`
	Runs int     `json:"runs"`
	P50  float64 `json:"p50_ms"`
	P99  float64 `json:"p99_ms"`
	Most float64 `json:"max_ms"`
	// Rows is how many entries it had at most.
	Rows int `json:"rows"`
}

// listMost is what the API asks for, for a page of 100 and whether there is more.
const listMost = 101

// samples are things that there are.
type samples struct {
	calls, numbers []string
	tickets        []uuid.UUID
	days           []time.Time
}

func look(ctx context.Context, s *store.Store, r *rand.Rand) (samples, error) {
	var a samples
	var n int64
	if err := s.Pool().QueryRow(ctx, "SELECT count(*) FROM call").Scan(&n); err != nil {
		return a, fmt.Errorf("look for calls: %w", err)
	}
	if n == 0 {
		return a, errors.New("measure pages: there are no calls; allowed: a database that `bench seed` has filled")
	}
	percent := min(100, 100*2000/float64(n))
	rows, err := s.Pool().Query(ctx, "SELECT id, caller_number, started_at FROM call TABLESAMPLE BERNOULLI ($1) REPEATABLE (1)", percent)
	if err != nil {
		return a, fmt.Errorf("look for calls: %w", err)
	}
	var id, number string
	var at time.Time
	_, err = pgx.ForEachRow(rows, []any{&id, &number, &at}, func() error {
		y, m, d := at.UTC().Date()
		a.calls, a.numbers, a.days = append(a.calls, id), append(a.numbers, number), append(a.days, time.Date(y, m, d, 0, 0, 0, 0, time.UTC))
		return nil
	})
	if err != nil {
		return a, fmt.Errorf("look for calls: %w", err)
	}
	rows, err = s.Pool().Query(ctx, "SELECT id FROM ticket TABLESAMPLE BERNOULLI ($1) REPEATABLE (1)", percent)
	if err != nil {
		return a, fmt.Errorf("look for tickets: %w", err)
	}
	if a.tickets, err = pgx.CollectRows(rows, pgx.RowTo[uuid.UUID]); err != nil {
		return a, fmt.Errorf("look for tickets: %w", err)
	}
	if len(a.calls) == 0 || len(a.tickets) == 0 {
		return a, errors.New("measure pages: there is too little to choose from; allowed: more calls")
	}
	r.Shuffle(len(a.days), func(i, j int) { a.days[i], a.days[j] = a.days[j], a.days[i] })
	return a, nil
}

// page is something that is asked for; ask answers how many entries there were.
type page struct {
	name string
	ask  func(ctx context.Context, s *store.Store, r *rand.Rand, a *samples) (int, error)
}

func tickets(name string, filter func(r *rand.Rand, a *samples) store.TicketFilter) page {
	return page{"tickets " + name, func(ctx context.Context, s *store.Store, r *rand.Rand, a *samples) (int, error) {
		f := filter(r, a)
		f.Limit = listMost
		list, err := s.Tickets(ctx, f)
		return len(list), err
	}}
}

func calls(name string, filter func(r *rand.Rand, a *samples) store.Filter) page {
	return page{"calls " + name, func(ctx context.Context, s *store.Store, r *rand.Rand, a *samples) (int, error) {
		f := filter(r, a)
		f.Limit = listMost
		list, err := s.Calls(ctx, f)
		return len(list), err
	}}
}

func followUps(name string, filter func(r *rand.Rand, a *samples) store.FollowUpFilter) page {
	return page{"follow-ups " + name, func(ctx context.Context, s *store.Store, r *rand.Rand, a *samples) (int, error) {
		f := filter(r, a)
		f.Limit = listMost
		list, err := s.FollowUps(ctx, f)
		return len(list), err
	}}
}

// pages are what people look at.
func pages() []page {
	states := []string{"draft", "open", "forwarded", "done", "closed"}
	yes, no := true, false
	return slices.Concat(ticketPages(states), []page{
		calls("newest, all companies", func(*rand.Rand, *samples) store.Filter { return store.Filter{} }),
		calls("newest", func(r *rand.Rand, _ *samples) store.Filter { return store.Filter{Company: choice(r, companies).id} }),
		calls("of a number", func(r *rand.Rand, a *samples) store.Filter { return store.Filter{Caller: choice(r, a.numbers)} }),
		calls("of an agent", func(r *rand.Rand, _ *samples) store.Filter {
			co := choice(r, companies)
			return store.Filter{Company: co.id, Agent: co.agent(r)}
		}),
		calls("of an agent, a day", func(r *rand.Rand, a *samples) store.Filter {
			co, day := choice(r, companies), choice(r, a.days)
			return store.Filter{Company: co.id, Agent: co.agent(r), Since: day, Until: day.AddDate(0, 0, 1)}
		}),
		calls("of a day", func(r *rand.Rand, a *samples) store.Filter {
			day := choice(r, a.days)
			return store.Filter{Company: choice(r, companies).id, Since: day, Until: day.AddDate(0, 0, 1)}
		}),
		calls("unanswered", func(r *rand.Rand, _ *samples) store.Filter {
			return store.Filter{Company: choice(r, companies).id, Answered: &no}
		}),
		calls("answered on a line", func(r *rand.Rand, _ *samples) store.Filter {
			co := choice(r, companies)
			return store.Filter{Company: co.id, DID: co.did, Answered: &yes}
		}),
		calls("of a queue", func(r *rand.Rand, _ *samples) store.Filter {
			return store.Filter{Company: choice(r, companies).id, Queue: choice(r, queues)}
		}),
		calls("of emergencies", func(r *rand.Rand, _ *samples) store.Filter {
			return store.Filter{Company: choice(r, companies).id, Emergency: &yes}
		}),
		calls("not answered by their disposition", func(r *rand.Rand, _ *samples) store.Filter {
			return store.Filter{Company: choice(r, companies).id, Disposition: choice(r, []cti.Disposition{cti.DispositionNoAnswer, cti.DispositionBusy, cti.DispositionFailed})}
		}),
		{"record of a call", func(ctx context.Context, s *store.Store, r *rand.Rand, a *samples) (int, error) {
			_, err := s.Record(ctx, choice(r, a.calls))
			return 1, err
		}},
		followUps("owed", func(r *rand.Rand, _ *samples) store.FollowUpFilter {
			return store.FollowUpFilter{Company: choice(r, companies).id, Owed: true}
		}),
		followUps("newest", func(r *rand.Rand, _ *samples) store.FollowUpFilter {
			return store.FollowUpFilter{Company: choice(r, companies).id}
		}),
		followUps("dissatisfied", func(r *rand.Rand, _ *samples) store.FollowUpFilter {
			return store.FollowUpFilter{Company: choice(r, companies).id, Dissatisfied: true}
		}),
		{"callbacks owed", func(ctx context.Context, s *store.Store, r *rand.Rand, _ *samples) (int, error) {
			list, err := s.Callbacks(ctx, store.CallbackFilter{Company: choice(r, companies).id, Owed: true, Limit: listMost})
			return len(list), err
		}},
		{"queues of a day", func(ctx context.Context, s *store.Store, r *rand.Rand, a *samples) (int, error) {
			list, err := s.Queues(ctx, choice(r, companies).id, slices.MaxFunc(a.days, time.Time.Compare))
			return len(list), err
		}},
		{"agents of a day", func(ctx context.Context, s *store.Store, r *rand.Rand, a *samples) (int, error) {
			list, err := s.Agents(ctx, choice(r, companies).id, slices.MaxFunc(a.days, time.Time.Compare))
			return len(list), err
		}},
		{"summary of a day", func(ctx context.Context, s *store.Store, r *rand.Rand, a *samples) (int, error) {
			day := choice(r, a.days)
			sum, err := s.Summary(ctx, store.SummaryFilter{Company: choice(r, companies).id, From: day, Until: day.AddDate(0, 0, 1)})
			return len(sum.Important), err
		}},
		{"board of a day", func(ctx context.Context, s *store.Store, r *rand.Rand, a *samples) (int, error) {
			day := choice(r, a.days)
			b, err := s.Board(ctx, store.SummaryFilter{Company: choice(r, companies).id, From: day, Until: day.AddDate(0, 0, 1)})
			return len(b.Queues), err
		}},
	})
}

func ticketPages(states []string) []page {
	return []page{
		tickets("newest, all companies", func(*rand.Rand, *samples) store.TicketFilter { return store.TicketFilter{} }),
		tickets("newest", func(r *rand.Rand, _ *samples) store.TicketFilter {
			return store.TicketFilter{Company: choice(r, companies).id}
		}),
		tickets("in a state", func(r *rand.Rand, _ *samples) store.TicketFilter {
			return store.TicketFilter{Company: choice(r, companies).id, State: choice(r, states)}
		}),
		tickets("of a kind", func(r *rand.Rand, _ *samples) store.TicketFilter {
			return store.TicketFilter{Company: choice(r, companies).id, Kind: string(choice(r, kinds))}
		}),
		tickets("emergencies", func(r *rand.Rand, _ *samples) store.TicketFilter {
			return store.TicketFilter{Company: choice(r, companies).id, Kind: "emergency"}
		}),
		tickets("with a department", func(r *rand.Rand, _ *samples) store.TicketFilter {
			return store.TicketFilter{Company: choice(r, companies).id, Department: choice(r, departments), State: "forwarded"}
		}),
		tickets("of a department", func(r *rand.Rand, _ *samples) store.TicketFilter {
			return store.TicketFilter{Company: choice(r, companies).id, Department: choice(r, departments)}
		}),
		tickets("overdue", func(r *rand.Rand, _ *samples) store.TicketFilter {
			return store.TicketFilter{Company: choice(r, companies).id, Overdue: true}
		}),
		tickets("of an owner", func(r *rand.Rand, _ *samples) store.TicketFilter {
			co := choice(r, companies)
			return store.TicketFilter{Company: co.id, Owner: co.agent(r)}
		}),
		tickets("of an owner, open", func(r *rand.Rand, _ *samples) store.TicketFilter {
			co := choice(r, companies)
			return store.TicketFilter{Company: co.id, Owner: co.agent(r), State: "open"}
		}),
		tickets("of a call", func(r *rand.Rand, a *samples) store.TicketFilter { return store.TicketFilter{Call: choice(r, a.calls)} }),
		{"ticket with its history", func(ctx context.Context, s *store.Store, r *rand.Rand, a *samples) (int, error) {
			id := choice(r, a.tickets)
			if _, err := s.Tickets(ctx, store.TicketFilter{ID: id.String()}); err != nil {
				return 0, err
			}
			acts, err := s.History(ctx, id)
			return len(acts), err
		}},
	}
}

// Pages asks for each page so many times, by so many at once, and answers in the order in which
// they are listed.
func Pages(ctx context.Context, s *store.Store, seed uint64, runs, clients int) ([]Page, error) {
	a, err := look(ctx, s, rand.New(rand.NewPCG(seed, 2)))
	if err != nil {
		return nil, err
	}
	var all []Page
	for _, p := range pages() {
		measured, err := measure(ctx, s, p, &a, seed, runs, clients)
		if err != nil {
			return nil, fmt.Errorf("measure %s: %w", p.name, err)
		}
		all = append(all, measured)
	}
	return all, nil
}

func measure(ctx context.Context, s *store.Store, p page, a *samples, seed uint64, runs, clients int) (Page, error) {
	took := make([]time.Duration, runs)
	var next, most atomic.Int64
	g, ctx := errgroup.WithContext(ctx)
	for c := range clients {
		g.Go(func() error {
			r := rand.New(rand.NewPCG(seed, uint64(100+c)))
			for i := next.Add(1) - 1; int(i) < runs; i = next.Add(1) - 1 {
				began := time.Now()
				n, err := p.ask(ctx, s, r, a)
				if err != nil {
					return err
				}
				took[i] = time.Since(began)
				for m := most.Load(); int64(n) > m && !most.CompareAndSwap(m, int64(n)); m = most.Load() {
				}
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return Page{}, err
	}
	slices.Sort(took)
	at := func(share float64) float64 {
		return float64(took[min(int(share*float64(runs)), runs-1)].Microseconds()) / 1000
	}
	return Page{Name: p.name, Runs: runs, P50: at(0.5), P99: at(0.99), Most: at(1), Rows: int(most.Load())}, nil
}

package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"sansheng/cti/callback"
	"sansheng/cti/hours"
	"sansheng/cti/sheet"
	"sansheng/store"
)

// Config says what is generated.
type Config struct {
	Calls int
	// Seed gives the same rows when it is the same.
	Seed uint64
	// Until is when the year ends.
	Until time.Time
	// Progress is told how many calls are in the database; nil is nobody.
	Progress func(calls int)
}

// part is how many calls are copied at a time.
const part = 5000

// Seed fills a store whose tables are there and empty.
func Seed(ctx context.Context, s *store.Store, cfg Config) error {
	conn, err := s.Pool().Acquire(ctx)
	if err != nil {
		return fmt.Errorf("seed: %w", err)
	}
	defer conn.Release()
	c := conn.Conn()
	var there int
	if err := c.QueryRow(ctx, "SELECT count(*) FROM (SELECT 1 FROM call LIMIT 1) first").Scan(&there); err != nil {
		return fmt.Errorf("seed: %w", err)
	}
	if there > 0 {
		return errors.New("seed: the database has calls; allowed: an empty one")
	}
	restore, err := bare(ctx, c)
	if err != nil {
		return fmt.Errorf("seed: %w", err)
	}
	y, err := newYear(cfg)
	if err != nil {
		return fmt.Errorf("seed: %w", err)
	}
	partC := make(chan *rows, 1)
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		defer close(partC)
		return y.generate(gctx, partC)
	})
	g.Go(func() error {
		for p := range partC {
			if err := p.copy(gctx, c); err != nil {
				return err
			}
			if cfg.Progress != nil {
				cfg.Progress(p.done)
			}
		}
		return nil
	})
	if err := g.Wait(); err != nil {
		return fmt.Errorf("seed: %w", err)
	}
	if err := restore(ctx); err != nil {
		return fmt.Errorf("seed: %w", err)
	}
	return nil
}

// bare takes away what slows copying down; restore brings it back and has the planner look.
func bare(ctx context.Context, c *pgx.Conn) (restore func(context.Context) error, err error) {
	if _, err := c.Exec(ctx, "SET session_replication_role = replica"); err != nil {
		return nil, err
	}
	rows, err := c.Query(ctx, `SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)
		FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname = 'public' AND c.relname NOT LIKE 'goose%' AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid) ORDER BY 1`)
	if err != nil {
		return nil, err
	}
	var defs []string
	var drop []string
	var name, def string
	if _, err := pgx.ForEachRow(rows, []any{&name, &def}, func() error {
		defs, drop = append(defs, def), append(drop, "DROP INDEX "+name)
		return nil
	}); err != nil {
		return nil, err
	}
	for _, statement := range drop {
		if _, err := c.Exec(ctx, statement); err != nil {
			return nil, err
		}
	}
	return func(ctx context.Context) error {
		for _, statement := range append(append([]string{"SET maintenance_work_mem = '512MB'"}, defs...),
			"RESET maintenance_work_mem", "RESET session_replication_role", "VACUUM ANALYZE", "CHECKPOINT") {
			if _, err := c.Exec(ctx, statement); err != nil {
				return fmt.Errorf("%s: %w", statement, err)
			}
		}
		return nil
	}, nil
}

// year is what is generated, as far as it has come.
type year struct {
	cfg    Config
	r      *rand.Rand
	bytes  *rand.ChaCha8
	forms  sheet.Forms
	office *callback.Office
	// people is how many callers there are.
	people int
	calls  int
	// acts is the number of the last act.
	acts int64
	// waiting are the callbacks that are still to be made, by company, oldest first.
	waiting map[string][]*followUp
	out     *rows
}

func newYear(cfg Config) (*year, error) {
	always, err := hours.Calendar{
		ID: "always", Zone: "UTC", Week: []hours.Shift{{Days: []hours.Weekday{0, 1, 2, 3, 4, 5, 6}, To: 24 * 60}},
	}.Schedule(nil)
	if err != nil {
		return nil, err
	}
	var seed [32]byte
	for i := range 8 {
		seed[i] = byte(cfg.Seed >> (8 * i))
	}
	rules, questions := callback.Default(), callback.DefaultQuestions()
	return &year{
		cfg: cfg, r: rand.New(rand.NewPCG(cfg.Seed, 1)), bytes: rand.NewChaCha8(seed), forms: sheet.Default(),
		office: &callback.Office{Rules: &rules, Hours: always, Questions: &questions},
		people: max(cfg.Calls/4, 10), waiting: map[string][]*followUp{}, out: newRows(),
	}, nil
}

// id is a new one, the same whenever the seed is.
func (y *year) id() (uuid.UUID, error) { return uuid.NewRandomFromReader(y.bytes) }

// generate makes the year, day by day, and sends it in parts.
func (y *year) generate(ctx context.Context, partC chan<- *rows) error {
	const days = 365
	first := y.cfg.Until.UTC().Truncate(24*time.Hour).AddDate(0, 0, -days)
	all := 0.0
	for d := range days {
		all += weekday(first.AddDate(0, 0, d).Weekday())
	}
	weight, given := 0.0, 0
	for d := range days {
		day := first.AddDate(0, 0, d)
		weight += weekday(day.Weekday())
		due := int(float64(y.cfg.Calls)*weight/all + 0.5)
		for _, at := range moments(y.r, day, due-given) {
			if err := y.call(at); err != nil {
				return err
			}
			if y.calls++; y.calls%part == 0 {
				if err := y.send(ctx, partC); err != nil {
					return err
				}
			}
		}
		given = due
	}
	for _, co := range companies {
		for _, f := range y.waiting[co.id] {
			if err := y.addFollowUp(f); err != nil {
				return err
			}
		}
	}
	y.addStates(first)
	return y.send(ctx, partC)
}

func (y *year) send(ctx context.Context, partC chan<- *rows) error {
	y.out.done, y.out.acts = y.calls, y.acts
	select {
	case partC <- y.out:
	case <-ctx.Done():
		return ctx.Err()
	}
	y.out = newRows()
	return nil
}

// addStates has each agent be ready at last.
func (y *year) addStates(since time.Time) {
	for _, co := range companies {
		for n := range co.agents {
			y.out.add("agent_state", co.id, fmt.Sprint(co.first+n), "Ready", since)
		}
	}
}

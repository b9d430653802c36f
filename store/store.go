package store

import (
	"cmp"
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/zap"

	"sansheng/cti/callback"
	"sansheng/cti/sheet"
	"sansheng/store/internal/sql"
	"sansheng/store/job"
	"sansheng/store/ticket"
)

// Config says where the database is. Only URL must be set.
type Config struct {
	// URL is a PostgreSQL connection string, as URL or as keywords.
	URL string
	// MaxConns bounds the connections held; 0 means 12.
	MaxConns int32
	// Log gets warnings and dead letters; nil means none.
	Log *zap.Logger
	// Calendar is what a company's calendar says of working days; nil, and where it answers
	// nil, each day of its office's zone is one.
	Calendar func(company string) ticket.Calendar
	// Forms are a company's, for its record sheets; nil means those with which each begins.
	Forms func(company string) sheet.Forms
	// Office is what a company decides callbacks by; nil means the rules of the regulations,
	// with each day worked.
	Office func(company string) *callback.Office
	// Process names this process over its restarts (job.Config); empty where it has no name.
	Process string
	// Now is the clock by which people act on tickets; nil means the machine's.
	Now func() time.Time
}

// Store is the database of the hotline.
type Store struct {
	pool *pgxpool.Pool
	q    *sql.Queries
	log  *zap.Logger
	// calendar, forms, office and now are the configuration's.
	calendar func(company string) ticket.Calendar
	forms    func(company string) sheet.Forms
	office   func(company string) *callback.Office
	now      func() time.Time
	// jobs does what has a time of its own.
	jobs *job.Jobs
	// hooks are told of facts; nil before SetWebhooks.
	hooks atomic.Pointer[[]hook]
	// outboxC wakes the outbox; written by the projector and by who acts,
	// read by Outbox.Run.
	outboxC chan struct{}
	// acts is a reading, which the outbox tells; present that the journal was read to its end,
	// which the projector tells.
	acts    atomic.Int32
	present atomic.Bool
}

// Open prepares a store. It does not connect: a server that is down is met, and
// waited for, by what uses the store. An error means that the URL is wrong.
func Open(ctx context.Context, cfg Config) (*Store, error) {
	pc, err := pgxpool.ParseConfig(cfg.URL)
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	pc.MaxConns = cmp.Or(cfg.MaxConns, 12)
	if pc.ConnConfig.ConnectTimeout == 0 {
		pc.ConnConfig.ConnectTimeout = 5 * time.Second
	}
	if pc.ConnConfig.RuntimeParams["application_name"] == "" {
		pc.ConnConfig.RuntimeParams["application_name"] = "sansheng"
	}
	// A list is asked for by what is chosen, and by nothing else: a plan for whatever may be
	// chosen reads the whole table for it.
	if pc.ConnConfig.RuntimeParams["plan_cache_mode"] == "" {
		pc.ConnConfig.RuntimeParams["plan_cache_mode"] = "force_custom_plan"
	}
	// A host that dies in the middle of a transaction would keep its locks, for which projectors and
	// outboxes of others wait, until TCP gives it up: hours.
	if pc.ConnConfig.RuntimeParams[idleGUC] == "" {
		pc.ConnConfig.RuntimeParams[idleGUC] = "30s"
	}
	return openPool(ctx, pc, cfg)
}

// idleGUC is PostgreSQL's name for how long a transaction may wait for its client.
const idleGUC = "idle_in_transaction_session_timeout"

// complete fills in what is left out.
func (c *Config) complete() {
	if c.Log == nil {
		c.Log = zap.NewNop()
	}
	if c.Calendar == nil {
		c.Calendar = func(string) ticket.Calendar { return nil }
	}
	if c.Forms == nil {
		begin := sheet.Default()
		c.Forms = func(string) sheet.Forms { return begin }
	}
	if c.Office == nil {
		always := everyHour()
		c.Office = func(string) *callback.Office { return always }
	}
	if c.Now == nil {
		c.Now = time.Now
	}
}

func openPool(ctx context.Context, pc *pgxpool.Config, cfg Config) (*Store, error) {
	cfg.complete()
	pool, err := pgxpool.NewWithConfig(ctx, pc)
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	jobs, err := job.New(job.Config{Pool: pool, Process: cfg.Process, Log: cfg.Log.Named("job")})
	if err != nil {
		pool.Close()
		return nil, fmt.Errorf("open store: %w", err)
	}
	return &Store{
		pool: pool, q: sql.New(), log: cfg.Log.Named("store"), calendar: cfg.Calendar, forms: cfg.Forms, office: cfg.Office, now: cfg.Now, jobs: jobs,
		outboxC: make(chan struct{}, 1),
	}, nil
}

// Close ends all connections. It waits for those in use.
func (s *Store) Close() { s.pool.Close() }

// Ping tells whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.pool.Ping(ctx); err != nil {
		return fmt.Errorf("ping store: %w", err)
	}
	return nil
}

// ServerVersion is the database server's own version, as in 15.14.
func (s *Store) ServerVersion(ctx context.Context) (string, error) {
	var v string
	if err := s.pool.QueryRow(ctx, "SHOW server_version").Scan(&v); err != nil {
		return "", fmt.Errorf("ask for the database's version: %w", err)
	}
	return v, nil
}

// Jobs does what has a time of its own; its Run is one goroutine of who plays store.
func (s *Store) Jobs() *job.Jobs { return s.jobs }

// Pool is the connection pool, for packages that bring tables of their own.
func (s *Store) Pool() *pgxpool.Pool { return s.pool }

// beginRead begins a transaction that changes nothing, and may wait for whoever reads: who takes an
// export in slowly holds no lock.
const beginRead = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL " + idleGUC + " = 0"

// read runs f on one moment of the database, however many queries it makes.
func (s *Store) read(ctx context.Context, f func(tx pgx.Tx) error) error {
	return pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{BeginQuery: beginRead}, f)
}

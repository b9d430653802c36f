package store

import (
	"context"
	stdsql "database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"sansheng/store/job"
)

//go:embed migration/*.sql
var migrations embed.FS

// Migration is one numbered change of the tables.
type Migration struct {
	Version int64     `json:"version"`
	Name    string    `json:"name"`
	Applied bool      `json:"applied"`
	At      time.Time `json:"at,omitzero"`
}

// Migrate brings the tables up to this program's version. Programs that start
// at the same time take turns. A projector may be at work meanwhile, of this program
// or of one of an earlier version: where the database ends a deadlock with it at the
// migration's cost, the migration, which has changed nothing, is made again.
func (s *Store) Migrate(ctx context.Context) error {
	return s.goose(ctx, func(p *goose.Provider) error {
		for tries := 1; ; tries++ {
			_, err := p.Up(ctx)
			var refused *pgconn.PgError
			if !errors.As(err, &refused) || refused.Code != deadlock || tries == migrateTries {
				return err
			}
		}
	})
}

const (
	deadlock     = "40P01" // PostgreSQL's code
	migrateTries = 10
)

// MigrateDown takes the last applied migration back, or, with all, every one of
// them. The data in the tables dropped is lost.
func (s *Store) MigrateDown(ctx context.Context, all bool) error {
	return s.goose(ctx, func(p *goose.Provider) error {
		if all {
			_, err := p.DownTo(ctx, 0)
			return err
		}
		_, err := p.Down(ctx)
		return err
	})
}

// Migrations lists this program's migrations, oldest first.
func (s *Store) Migrations(ctx context.Context) ([]Migration, error) {
	list := []Migration{}
	err := s.goose(ctx, func(p *goose.Provider) error {
		status, err := p.Status(ctx)
		for _, m := range status {
			list = append(list, Migration{
				Version: m.Source.Version,
				Name:    nameOf(m.Source),
				Applied: m.State == goose.StateApplied,
				At:      m.AppliedAt,
			})
		}
		return err
	})
	return list, err
}

// jobTablesVersion is the migration that makes River's tables, which River knows itself.
const jobTablesVersion = 25

// jobTables is that migration. River makes each of its versions in a transaction of its own
// and notes it, so that one that was cut off goes on where it was.
func (s *Store) jobTables() *goose.Migration {
	up := func(ctx context.Context, _ *stdsql.DB) error { return job.Migrate(ctx, s.pool) }
	down := func(ctx context.Context, _ *stdsql.DB) error { return job.MigrateDown(ctx, s.pool) }
	return goose.NewGoMigration(jobTablesVersion, &goose.GoFunc{RunDB: up}, &goose.GoFunc{RunDB: down})
}

// nameOf is a migration's file, or its name where it has none.
func nameOf(s *goose.Source) string {
	if s.Version == jobTablesVersion {
		return "00025_river"
	}
	return s.Path
}

func (s *Store) goose(ctx context.Context, f func(*goose.Provider) error) error {
	files, err := fs.Sub(migrations, "migration")
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	turns, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 120))
	if err != nil {
		return fmt.Errorf("migrate store: %w", err)
	}
	db := stdlib.OpenDBFromPool(s.pool)
	defer func() { _ = db.Close() }() // returns its connections; the pool stays
	p, err := goose.NewProvider(goose.DialectPostgres, db, files, goose.WithSessionLocker(turns), goose.WithGoMigrations(s.jobTables()))
	if err != nil {
		return fmt.Errorf("migrate store: %w", err)
	}
	if err := f(p); err != nil {
		return fmt.Errorf("migrate store: %w", err)
	}
	return nil
}

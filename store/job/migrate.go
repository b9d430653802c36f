package job

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

// Version is that of River's tables which Migrate makes. A River that wants a later one
// needs a migration of its own behind this one; a test says so.
const Version = 8

// Migrate makes River's tables as of Version. What is there already stays.
func Migrate(ctx context.Context, pool *pgxpool.Pool) error {
	m, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return fmt.Errorf("make tables of jobs: %w", err)
	}
	have, err := m.ExistingVersions(ctx)
	if err != nil {
		return fmt.Errorf("make tables of jobs: %w", err)
	}
	if len(have) > 0 && have[len(have)-1].Version >= Version {
		return nil
	}
	if _, err := m.Migrate(ctx, rivermigrate.DirectionUp, &rivermigrate.MigrateOpts{TargetVersion: Version}); err != nil {
		return fmt.Errorf("make tables of jobs: %w", err)
	}
	return nil
}

// MigrateDown takes River's tables away, with all that is planned.
func MigrateDown(ctx context.Context, pool *pgxpool.Pool) error {
	m, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err == nil {
		_, err = m.Migrate(ctx, rivermigrate.DirectionDown, &rivermigrate.MigrateOpts{TargetVersion: -1})
	}
	if err != nil {
		return fmt.Errorf("drop tables of jobs: %w", err)
	}
	return nil
}

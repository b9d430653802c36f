package store

import (
	"context"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// pipeline gathers statements and sends them in one round trip. It stands where
// the generated queries expect a connection, for statements that answer nothing.
type pipeline struct {
	tx    pgx.Tx
	batch pgx.Batch
}

var errPipelineAnswers = errors.New("query in pipeline: only statements without an answer")

// Exec queues a statement. Its error comes from flush.
func (p *pipeline) Exec(_ context.Context, query string, args ...any) (pgconn.CommandTag, error) {
	for i, a := range args {
		if s, ok := a.(string); ok {
			args[i] = clean(s)
		}
	}
	p.batch.Queue(query, args...)
	return pgconn.CommandTag{}, nil
}

// Query implements the generated code's interface and refuses.
func (p *pipeline) Query(context.Context, string, ...any) (pgx.Rows, error) {
	return nil, errPipelineAnswers
}

// QueryRow implements the generated code's interface and refuses.
func (p *pipeline) QueryRow(context.Context, string, ...any) pgx.Row { return refusedRow{} }

type refusedRow struct{}

func (refusedRow) Scan(...any) error { return errPipelineAnswers }

// flush runs what was queued, in order, and answers the first error.
func (p *pipeline) flush(ctx context.Context) error {
	if p.batch.Len() == 0 {
		return nil
	}
	b := p.batch
	p.batch = pgx.Batch{}
	return p.tx.SendBatch(ctx, &b).Close()
}

// clean makes foreign text storable: PostgreSQL holds any valid UTF-8 but the
// NUL character, for which its picture stands.
func clean[S ~string](s S) S {
	return S(strings.ReplaceAll(strings.ToValidUTF8(string(s), "\uFFFD"), "\x00", "\u2400"))
}

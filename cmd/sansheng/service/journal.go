package service

import (
	"context"
	"errors"
	"fmt"

	"sansheng/cti"
	"sansheng/cti/bus/journal"
	"sansheng/cti/engine"
)

// engineJournal is the journal as the engine needs it.
type engineJournal struct{ *journal.Journal }

// Append implements engine.Journal.
func (j engineJournal) Append(facts []cti.Fact, done func(error)) {
	j.Journal.Append(facts, func(err error) {
		var delayed *journal.DelayedError
		if err != nil && !errors.As(err, &delayed) {
			err = fmt.Errorf("%w: %w", engine.ErrJournalLost, err)
		}
		done(err)
	})
}

// PutSnapshot implements engine.Journal.
func (j engineJournal) PutSnapshot(ctx context.Context, seq uint64, state []byte) error {
	if err := j.Wait(ctx, seq); err != nil {
		return err
	}
	return j.Journal.PutSnapshot(ctx, seq, state)
}

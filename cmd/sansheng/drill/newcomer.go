package drill

import (
	"context"
	"time"
)

// Newcomers lets the time of a fault pass, in which further callers come to the
// waiting line: one at once, one in the middle, one towards the end. They wait
// with the others.
func (t *Trial) Newcomers(ctx context.Context, d time.Duration) error {
	for _, part := range []time.Duration{d / 8, d / 2, d - d/2 - d/8} {
		if err := t.Wait(ctx, part); err != nil {
			return err
		}
		c, err := t.Callers.Call(ctx, waitLine)
		if err != nil {
			return err
		}
		t.newcomers = append(t.newcomers, c)
	}
	return nil
}

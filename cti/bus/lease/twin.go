package lease

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"
)

// ErrTwin: another process with this engine's name holds the lease, and renews it.
// Their facts would have the same ids.
var ErrTwin = errors.New("another process has this engine's name")

// twinsMost is how many renewals prove that another process has our name: one may
// be our own last life's, still under way.
const twinsMost = 3

// twin tells whether another process renews the lease under our name.
func (w *watch) twin(r Record, revision uint64, engine, life string) bool {
	if r.Holder != engine || r.Life == life || r.Released {
		w.twinAt, w.twins = 0, 0
		return false
	}
	if w.twinAt > 0 && revision > w.twinAt {
		w.twins++
	}
	w.twinAt = revision
	return w.twins >= twinsMost
}

// CheckTwin looks, before an engine does anything, whether another process leads
// under its name: the error Is ErrTwin then, else the context's. It costs time
// only where the engine's name holds the lease and its memory knows nothing of it.
// Without the store it finds nothing; Claim looks again.
func CheckTwin(ctx context.Context, o Options) error {
	o.defaults()
	var m memory
	if b, err := os.ReadFile(o.Memory); err == nil && json.Unmarshal(b, &m) == nil && slices.Contains(m.Engines, o.Engine) {
		return nil
	}
	k := &Keeper{o: o}
	var w watch
	for began := time.Now(); time.Since(began) < (twinsMost+2)*o.Renew; {
		r, revision, err := k.read(ctx)
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err != nil || r.Holder != o.Engine || r.Released:
			return nil
		case w.twin(r, revision, o.Engine, ""):
			return fmt.Errorf("look at lease %s: %w: %s", o.Name, ErrTwin, o.Engine)
		}
		if err := pause(ctx, o.Poll); err != nil {
			return err
		}
	}
	return nil
}

package drill

import (
	"context"
	"time"
)

// Nothing is broken: what the machine does by itself, which every other row's
// figures are to be read against.
var _ = register(&Row{
	Name: "quiet", Fault: "none, for 10 s", Promise: "what the other rows' figures are read against", Bounds: Bounds{Sighted: true},
	Run: func(ctx context.Context, t *Trial) error { return t.Wait(ctx, 10*time.Second) },
})

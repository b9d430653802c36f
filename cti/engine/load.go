package engine

import (
	"context"

	"sansheng/cti"
)

// Loads asks the loop how much each company's hotline has to do.
func (e *Engine) Loads(ctx context.Context) ([]cti.Load, error) {
	reply := make(chan []cti.Load, 1)
	err := e.post(ctx, message{ask: func(h *cti.Hotline) { reply <- h.Loads(e.cfg.Switch.Now()) }})
	if err != nil {
		return nil, err
	}
	select {
	case l := <-reply:
		return l, nil
	case <-e.inbox.closed:
		return nil, ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

package engine

import (
	"context"

	"sansheng/cti"
)

// Loads asks the loop how much each company's hotline has to do.
func (e *Engine) Loads(ctx context.Context) ([]cti.Load, error) {
	var loads []cti.Load
	if err := e.look(ctx, func(h *cti.Hotline) { loads = h.Loads(e.cfg.Switch.Now()) }); err != nil {
		return nil, err
	}
	return loads, nil
}

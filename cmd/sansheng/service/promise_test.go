package service

import (
	"strings"
	"testing"
	"time"

	"sansheng/cti"
)

// TestOverduePromises: a promise is late when its time is over, and the first is named.
func TestOverduePromises(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	all := []cti.PromiseView{
		{Call: "c1", Queue: "service", By: "1001", Until: now.Add(-time.Minute)},
		{Call: "c2", Queue: "service", By: "1002", Until: now},
	}
	if err := overduePromises(all, now); err == nil || !strings.HasPrefix(err.Error(), "1; the first is of call c1") {
		t.Errorf("%v", err)
	}
	if err := overduePromises(all[1:], now); err != nil {
		t.Errorf("in time: %v", err)
	}
}

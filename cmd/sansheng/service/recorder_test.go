package service

import (
	"testing"

	"sansheng/pbx/ari"
)

// TestSwitchClient: recordings are looked at whichever engine leads. A process that
// stands by and keeps the records has no link, and died of that.
func TestSwitchClient(t *testing.T) {
	t.Parallel()
	probe := &ari.Client{}
	d := &duty{probe: probe}
	s := &Service{duty: d}
	if s.switchClient() != nil {
		t.Error("a switch that is not reached is asked")
	}
	d.reaches.Store(true)
	if s.switchClient() != probe {
		t.Error("who stands by does not ask the switch")
	}
	if (&Service{}).switchClient() != nil {
		t.Error("a store without a switch asks one")
	}
}

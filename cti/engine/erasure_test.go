package engine

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"sansheng/cti"
	"sansheng/pbx"
)

// TestSecrets: each end of a call is told with a secret of its own; the order to erase a
// record is told, and refused for a call that goes on.
func TestSecrets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j, s := &memoryJournal{}, newScriptSwitch()
		e := run(t, j, s, nil)
		s.eventC <- up()
		for _, id := range []string{"c1", "c2", "c3"} {
			s.eventC <- arrival(id)
			if id != "c1" { // whose agent is being rung
				s.eventC <- pbx.ChannelGone{At: pbx.At(time.Now()), Channel: pbx.ChannelID(id), Cause: pbx.CauseNormal}
			}
		}
		synctest.Wait()
		why := cti.ErasedData{By: "9001", Reason: "by law"}
		if err := e.EraseRecord(context.Background(), cti.EraseRecord{Call: "c1", Company: "demo", ErasedData: why}); err == nil {
			t.Error("a call that goes on was erased")
		}
		if err := e.EraseRecord(context.Background(), cti.EraseRecord{Call: "c2", Company: "demo", ErasedData: why}); err != nil {
			t.Error(err)
		}
		secrets, erased := map[string]bool{}, 0
		synctest.Wait()
		j.mu.Lock()
		defer j.mu.Unlock()
		for _, f := range j.facts {
			switch d := f.Data.(type) {
			case *cti.Ended:
				if len(d.Secret) != 64 {
					t.Errorf("secret %q", d.Secret)
				}
				secrets[d.Secret] = true
			case *cti.ErasedData:
				erased++
			}
		}
		if len(secrets) != 2 || erased != 1 {
			t.Errorf("%d secrets of 2, %d erasures of 1", len(secrets), erased)
		}
	})
}

package engine

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"sansheng/cti"
	"sansheng/pbx"
)

// failingLedger does not answer so many times.
type failingLedger struct {
	Ledger
	left int
}

func (l *failingLedger) Since(ctx context.Context, t time.Time) ([]pbx.LedgerEntry, error) {
	if l.left > 0 {
		l.left--
		return nil, errors.New("the mount does not answer")
	}
	return l.Ledger.Since(ctx, t)
}

// TestLedgerLongAway: whoever called in all the time in which nobody heard the switch has a
// record, and who was in a call then has ended when the switch says, however long ago, whatever
// was told meanwhile, and where the ledger does not answer at once.
func TestLedgerLongAway(t *testing.T) {
	const away = 3 * time.Hour
	for name, c := range map[string]struct {
		dead  bool // the engine, or the link alone
		fails int  // looks into the ledger
	}{"engine dead": {dead: true}, "link lost": {}, "ledger late": {dead: true, fails: 2}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				j, s, l := &memoryJournal{}, newScriptSwitch(), &growingLedger{}
				first, end := lead(t, Config{Name: "e1", Switch: s, Journal: j, Ledger: l})
				begun := up()
				s.eventC <- begun
				s.eventC <- arrival("known")
				synctest.Wait()
				gone := time.Now().Add(time.Minute)
				l.add(
					pbx.LedgerEntry{At: gone, Kind: pbx.LedgerHangup, Channel: "known", Cause: pbx.CauseNormal},
					pbx.LedgerEntry{At: gone, Kind: pbx.LedgerArrived, Channel: "ch9", Call: "c9", DID: "800100", Caller: "138"},
					pbx.LedgerEntry{At: gone, Kind: pbx.LedgerFallback, Channel: "ch9", Call: "c9", DID: "800100", Caller: "138"},
					pbx.LedgerEntry{At: gone, Kind: pbx.LedgerHangup, Channel: "ch9", Cause: pbx.CauseNormal},
				)
				if c.dead {
					if err := end(); err != nil {
						t.Fatal(err)
					}
				} else {
					s.eventC <- pbx.LinkLost{At: pbx.At(time.Now())}
				}
				<-time.After(away)
				if c.dead {
					_, end = lead(t, Config{Name: "e1", Switch: s, Journal: j, Ledger: &failingLedger{Ledger: l, left: c.fails}})
				} else if err := first.SetState(t.Context(), cti.SetState{Agent: "1002", State: cti.Ready}); err != nil {
					t.Fatal(err)
				}
				back := up()
				back.Snapshot.StartedAt = begun.Snapshot.StartedAt
				s.eventC <- back
				<-time.After(time.Duration(c.fails+1) * auditEvery)
				synctest.Wait()
				if err := end(); err != nil {
					t.Fatal(err)
				}
				ended := map[cti.CallID][]time.Time{}
				for _, f := range relayed(j) {
					if f.Kind == cti.CallEnded {
						ended[f.Call] = append(ended[f.Call], f.At)
					}
				}
				if at := ended["c9"]; len(at) != 1 || !at[0].Equal(gone.Truncate(time.Millisecond)) {
					t.Errorf("who called while nobody heard ended on record at %v, the ledger says once, at %v", at, gone)
				}
				if at := ended["known"]; c.fails == 0 && (len(at) != 1 || !at[0].Equal(gone.Truncate(time.Millisecond))) {
					t.Errorf("who was in a call ended on record at %v, the ledger says once, at %v", at, gone)
				}
			})
		})
	}
}

// TestAwaySnapshot: a snapshot tells until when the switch was heard, which no fact in it need
// tell: nobody has a second record because the ledger is read from too early.
func TestAwaySnapshot(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 30, 8, 0, 0, 0, time.UTC)
	m := newMemory()
	for i, f := range []cti.Fact{
		{At: at, Kind: cti.SwitchFound, Data: &cti.EngineData{}},
		{At: at.Add(72 * time.Hour), Kind: cti.CallArrived, Call: "c1", Data: &cti.Arrived{}},
		{At: at.Add(73 * time.Hour), Kind: cti.CallEnded, Call: "c1", Data: &cti.Ended{}},
		{At: at.Add(81 * time.Hour), Kind: cti.EngineStarted, Data: &cti.EngineData{FileHash: "1"}},
		{At: at.Add(82 * time.Hour), Kind: cti.AgentReady, Agent: "1001", Data: &cti.StateData{}},
	} {
		f.Seq = uint64(i + 1)
		m.note(f)
	}
	again := newMemory()
	state := m.state()
	for _, f := range state.Facts {
		again.note(f)
	}
	again.recall(state)
	want := at.Add(73 * time.Hour)
	if !m.heard.Equal(want) || !again.heard.Equal(want) || !again.away || !again.seen("c1") {
		t.Errorf("heard until %v, from the snapshot until %v, away %v, seen %v; want %v", m.heard, again.heard, again.away, again.seen("c1"), want)
	}
	// A switch that was given up for its silence had been heard before: deadlines ran since.
	again.note(cti.Fact{At: at.Add(83 * time.Hour), Kind: cti.SwitchFound, Data: &cti.EngineData{}})
	again.note(cti.Fact{At: at.Add(90 * time.Hour), Kind: cti.SwitchLost, Data: &cti.EngineData{HeardAt: at.Add(89 * time.Hour)}})
	if want := at.Add(89 * time.Hour); !again.heard.Equal(want) || !again.away {
		t.Errorf("a silent switch was heard until %v, want %v; away %v", again.heard, want, again.away)
	}
}

package store

import (
	"testing"
	"time"

	"sansheng/cti"
)

// TestPublications: who published which version is kept among the orders, without the plan.
func TestPublications(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	h := cti.NewHotline("e1", cti.DemoPlan(0))
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	var facts []cti.Fact
	for _, in := range []cti.Input{
		cti.Publish{Plan: &cti.Plan{}, Due: at.Add(time.Hour), By: "3001", Note: "nobody"}, cti.CancelPlan{Version: 2, By: "9001"},
	} {
		out := h.Handle(at, in)
		if facts = append(facts, out.Facts...); out.Refused != nil {
			t.Fatal(out.Refused)
		}
	}
	if err := s.Replay(t.Context(), "journal", facts...); err != nil {
		t.Fatal(err)
	}
	var got string
	const kept = `SELECT string_agg(concat_ws('|', company, by_person, verb, target, reason), ';' ORDER BY fact_id) FROM agent_order`
	if err := s.pool.QueryRow(t.Context(), kept).Scan(&got); err != nil {
		t.Fatal(err)
	}
	if want := "|file|published|version 1|;|3001|planned|version 2 for 2026-03-02T10:00:00Z|nobody;|9001|cancelled|version 2|"; got != want {
		t.Errorf("kept is %q, want %q", got, want)
	}
}

// TestClosures: who closed a line, until when and why, who opened it, and who changed a
// prompt, is kept once among the orders, however often the facts come.
func TestClosures(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	fact := func(seq uint64, k cti.Kind, d cti.Data) cti.Fact {
		return cti.Fact{Version: 1, ID: "e1-" + string(rune('0'+seq)), Seq: seq, Engine: "e1", At: at, Kind: k, Company: "demo", Data: d}
	}
	facts := []cti.Fact{
		fact(1, cti.HoursClosed, &cti.ClosureData{Line: "800200", Until: at.Add(time.Hour), By: "3001", Reason: "burst pipe"}),
		fact(2, cti.HoursOpened, &cti.ClosureData{Calendar: "office", By: "2001"}),
		fact(3, cti.PromptChanged, &cti.PromptData{Language: "zh", Name: "closed", Version: 2, How: "spoken", By: "3001", SHA256: "ab", Text: "我们休息了"}),
	}
	for range 2 {
		if err := s.Replay(t.Context(), "journal", facts...); err != nil {
			t.Fatal(err)
		}
	}
	var got string
	const kept = `SELECT string_agg(concat_ws('|', company, agent, by_person, verb, target, reason), ';' ORDER BY fact_id) FROM agent_order`
	if err := s.pool.QueryRow(t.Context(), kept).Scan(&got); err != nil {
		t.Fatal(err)
	}
	if want := "demo||3001|close|800200 until 2026-03-02T10:00:00Z|burst pipe;demo||2001|open|office|;demo||3001|prompt_spoken|zh/closed version 2 sha256 ab|我们休息了"; got != want {
		t.Errorf("kept is %q, want %q", got, want)
	}
}

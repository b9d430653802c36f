package web

import (
	"context"
	"strings"
	"testing"
	"time"

	"sansheng/cti"
	"sansheng/store"
)

// TestErase: an administrator, and nobody else, has an ended call's record erased, once, for
// a reason without a number; it is in the log.
func TestErase(t *testing.T) {
	st := newStand(t)
	var got []cti.EraseRecord
	st.erase = func(_ context.Context, r cti.EraseRecord) error {
		got = append(got, r)
		if r.Call == "c3" {
			return &cti.RecordError{Text: "call c3 goes on"}
		}
		return nil
	}
	ended := day.Add(time.Hour)
	st.memory.calls[0].EndedAt, st.memory.calls[2].EndedAt = &ended, &ended
	gone := record("c4", "demo", "1001", "", day)
	gone.EndedAt, gone.Erased = &ended, &store.Erasure{By: "9009", At: day}
	st.memory.calls = append(st.memory.calls, gone)
	const reason = `{"reason":"asked for by letter, PIPL article 47"}`
	for _, c := range []struct {
		account, call, body string
		status              int
		says                string
	}{
		{"9001", "c1", reason, 202, ""},
		{"9001", "c2", reason, 409, "call c2 goes on"},
		{"9001", "c3", reason, 409, "call c3 goes on"},
		{"9001", "c4", reason, 409, "was erased by 9009 on 2026-03-02"},
		{"9001", "c9", reason, 404, "no call has the id c9"},
		{"9001", "c1", `{}`, 422, "reason"},
		{"9001", "c1", `{"reason":"123456"}`, 422, "words"},
		{"9001", "c1", `{"reason":"asked for by 13800138000"}`, 422, "what may be a telephone number"},
		{"9001", "c1", `{"reason":"two\nlines"}`, 422, "one line"},
		{"2001", "c1", reason, 403, "allowed: administrator"},
		{"3001", "c1", reason, 403, "allowed: administrator"},
		{"5001", "c1", reason, 403, "allowed: administrator"},
	} {
		a := st.post(c.account, "/api/v1/calls/"+c.call+"/erasure", c.body)
		if a.StatusCode != c.status || !strings.Contains(a.text, c.says) {
			t.Errorf("%s %s %s: %d %s", c.account, c.call, c.body, a.StatusCode, a.text)
		}
	}
	if len(got) != 2 || got[0] != (cti.EraseRecord{Call: "c1", Company: "demo", ErasedData: cti.ErasedData{By: "9001", Reason: "asked for by letter, PIPL article 47"}}) || got[1].Company != "demo2" {
		t.Errorf("erased %+v", got)
	}
	told := st.logs.FilterMessage("record erased").All()
	if len(told) != 2 || told[0].LoggerName != "audit" || told[0].ContextMap()["account"] != "9001" || told[0].ContextMap()["call"] != "c1" {
		t.Errorf("log %+v", told)
	}
}

package web

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap/zapcore"

	"sansheng/cti"
)

// TestAmendRecord: a leader corrects an ended call's record of his company, with his reason; the
// words go to the engine as they are, and not into the log.
func TestAmendRecord(t *testing.T) {
	st := newStand(t)
	var got []cti.AmendRecord
	st.amend = func(_ context.Context, r cti.AmendRecord) error {
		got = append(got, r)
		if r.Call == "c3" {
			return &cti.RecordError{Text: "call c3 goes on"}
		}
		return nil
	}
	ended := day.Add(time.Hour)
	st.memory.calls[0].EndedAt, st.memory.calls[2].EndedAt = &ended, &ended
	const body = `{"reason":"wrong matter","text":" he asked for the meter,\nfrom 13800138000 "}`
	for _, c := range []struct {
		account, call, body string
		status              int
		says                string
	}{
		{"2001", "c1", body, 202, ""},
		{"2001", "c2", body, 409, "call c2 goes on"},
		{"2001", "c3", body, 404, "no call has the id c3"},
		{"9001", "c3", body, 409, "call c3 goes on"},
		{"2001", "c1", `{"reason":"wrong matter","text":"  "}`, 422, "allowed: what is right"},
		{"2001", "c1", `{"reason":"12345","text":"x"}`, 422, "words"},
		{"2001", "c1", `{"text":"x"}`, 422, "reason"},
		{"1001", "c1", body, 403, "allowed: shift_leader, administrator"},
		{"5001", "c1", body, 403, "allowed: shift_leader, administrator"},
	} {
		a := st.post(c.account, "/api/v1/calls/"+c.call+"/amendments", c.body)
		if a.StatusCode != c.status || !strings.Contains(a.text, c.says) {
			t.Errorf("%s %s %s: %d %s", c.account, c.call, c.body, a.StatusCode, a.text)
		}
	}
	want := cti.AmendedData{By: "2001", Reason: "wrong matter", Text: "he asked for the meter,\nfrom 13800138000"}
	if len(got) != 2 || got[0] != (cti.AmendRecord{Call: "c1", Company: "demo", AmendedData: want}) || got[1].Company != "demo2" {
		t.Errorf("amended %+v", got)
	}
	for _, l := range st.logs.All() {
		if slices.ContainsFunc(l.Context, func(f zapcore.Field) bool { return strings.Contains(f.String, "meter") }) {
			t.Errorf("the log says %+v", l)
		}
	}
}

package cti

import (
	"errors"
	"testing"
)

// TestAmendRecord: the record of a call that goes on is not amended; of any other the fact is
// told, by whom, why and what, and nothing else changes.
func TestAmendRecord(t *testing.T) {
	t.Parallel()
	d := newCallbackDesk(t)
	d.register("1004")
	id := rung(d.must(Order{Agent: "1004", Verb: OrderDial, To: "0219999"}))
	what := AmendedData{By: "2001", Reason: "wrong matter", Text: "he asked for the meter"}
	out := d.h.Handle(d.now, AmendRecord{Call: id, Company: "demo", AmendedData: what})
	if refused := (*RecordError)(nil); !errors.As(out.Refused, &refused) || len(out.Facts) != 0 {
		t.Errorf("of a call that goes on: %v, %+v", out.Refused, out.Facts)
	}
	out = d.h.Handle(d.now, AmendRecord{Call: "before", Company: "demo", AmendedData: what})
	if out.Refused != nil || len(out.Facts) != 1 || len(out.Commands) != 0 {
		t.Fatalf("%v, %+v, %+v", out.Refused, out.Facts, out.Commands)
	}
	f := out.Facts[0]
	if d, ok := f.Data.(*AmendedData); !ok || *d != what || f.Kind != RecordAmended || f.Call != "before" || f.Company != "demo" {
		t.Errorf("told: %+v, %+v", f, f.Data)
	}
}

package cti

import (
	"errors"
	"testing"
)

// TestEraseRecord: the record of a call that goes on is not erased; of any other the fact is
// told, by whom and why, and nothing else changes.
func TestEraseRecord(t *testing.T) {
	t.Parallel()
	d := newCallbackDesk(t)
	d.register("1004")
	id := rung(d.must(Order{Agent: "1004", Verb: OrderDial, To: "0219999"}))
	why := ErasedData{By: "9001", Reason: "asked for by letter"}
	out := d.h.Handle(d.now, EraseRecord{Call: id, Company: "demo", ErasedData: why})
	if refused := (*RecordError)(nil); !errors.As(out.Refused, &refused) || len(out.Facts) != 0 {
		t.Errorf("of a call that goes on: %v, %+v", out.Refused, out.Facts)
	}
	out = d.h.Handle(d.now, EraseRecord{Call: "before", Company: "demo", ErasedData: why})
	if out.Refused != nil || len(out.Facts) != 1 || len(out.Commands) != 0 {
		t.Fatalf("%v, %+v, %+v", out.Refused, out.Facts, out.Commands)
	}
	f := out.Facts[0]
	if d, ok := f.Data.(*ErasedData); !ok || *d != why || f.Kind != RecordErased || f.Call != "before" || f.Company != "demo" {
		t.Errorf("told: %+v, %+v", f, f.Data)
	}
}

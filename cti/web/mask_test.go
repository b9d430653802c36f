package web

import (
	"encoding/json"
	"strings"
	"testing"

	"sansheng/store"
)

// TestMaskedTwice: what is masked in a sheet is so, too, where it was sealed, where it came late,
// and in what was done to its ticket.
func TestMaskedTwice(t *testing.T) {
	t.Parallel()
	secret := []string{"王伟", "中山路", "1234", "13800138000"}
	r := maskRecord(store.Record{Amendments: []store.Amendment{
		{Author: "1001", Reason: "record sheet", Body: `{"kind":"repair","said":{"name":"王伟","place":"中山路 12 号","phone":"13800138000"},"version":1}`},
		{Author: "system", Reason: "late", Body: `{"kind":"call.keyed","call":"c1","data":{"name":"pin","digits":"1234"}}`},
		{Author: "1001", Reason: "wrong number", Body: "he is at 13800138000"},
	}})
	acts := []store.Act{
		{Verb: "filled", Said: json.RawMessage(`{"kind":"repair","version":1,"said":{"name":"王伟","place":"中山路 12 号","pin":"1234"}}`), Hidden: []string{"name", "pin", "place"}},
		{Verb: "noted", Said: json.RawMessage(`{"text":"call 13800138000"}`)},
	}
	var all strings.Builder
	for _, a := range r.Amendments {
		all.WriteString(a.Body)
	}
	for _, a := range acts {
		all.Write(maskAct(a).Said)
	}
	for _, s := range secret {
		if strings.Contains(all.String(), s) {
			t.Errorf("%q is among %s", s, all.String())
		}
	}
	if got := maskBody(`{"name":"c1","result":"good","sha256":"ab"}`); got != `{"name":"c1","result":"good","sha256":"ab"}` {
		t.Errorf("what was found in a recording became %s", got)
	}
}

// What a caller was told when he was passed on is text as any other.
func TestMaskTransfer(t *testing.T) {
	t.Parallel()
	r := store.Record{}
	r.Transfers = []store.Transfer{{From: "1001", To: "1003", Reason: "call him at 13800138000"}}
	if got := maskRecord(r).Transfers[0]; got.Reason != "call him at 138****8000" || got.From != "1001" || got.To != "1003" {
		t.Errorf("%+v", got)
	}
}

// A number is one whichever digits and dashes it was typed with.
func TestScrubDigits(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]string{
		"请回电 13800138000":    "请回电 138****8000",
		"请回电１３８００１３８０００。":    "请回电１３８****８０００。",
		"１３８－００１３－８０００":      "１３８****８０００",
		"138 0013 8000":      "138****8000",
		"＋８６（２１）１２３４５６７８":    "＋８６****５６７８",
		"021–1234–5678":      "021****5678",
		"中山路１２号３室，２０２６年３月２日": "中山路１２号３室，２０２６年３月２日",
	} {
		if got := scrub(said); got != want {
			t.Errorf("scrub(%q) = %q, want %q", said, got, want)
		}
	}
}

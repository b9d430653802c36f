package cti

import (
	"slices"
	"strings"
	"testing"

	"sansheng/pbx"
)

// Everybody who is rung for a caller who was passed on is told of it first, once per
// ring, but not the one who passed him on.
func TestBriefedBeforeRung(t *testing.T) {
	for name, c := range map[string]struct {
		script string
		want   []AgentID
	}{
		"announced": {consultation, []AgentID{"1002"}},
		"blind, declined and given back": {
			talk + "> 20s order 1001 blind_transfer 1002\n> 20.1s alerting c1-agent2\n> 21s gone c1-agent2 21 603\n", []AgentID{"1002"},
		},
		"blind, to a queue": {talk + "> 20s order 1001 blind_transfer service\n", []AgentID{"1002"}},
	} {
		_, facts, _ := enact(t, c.script)
		var told []AgentID
		for i, f := range facts {
			d, ok := f.Data.(*BriefedData)
			if !ok {
				continue
			}
			told = append(told, f.Agent)
			if next := facts[i+1]; next.Kind != CallOffered || next.Agent != f.Agent {
				t.Errorf("%s: %s follows", name, next.Kind)
			}
			if d.By != "1001" || d.Caller != (pbx.Party{Number: "13800138000"}) || d.DID != "800100" || d.Reason != "asked" || !d.Consent {
				t.Errorf("%s: %+v", name, d)
			}
		}
		if len(told) != len(c.want) || told[0] != c.want[0] {
			t.Errorf("%s: told %v, want %v", name, told, c.want)
		}
	}
}

func TestSheetCheck(t *testing.T) {
	field := SheetField{Name: "matter", Value: "gas"}
	for _, c := range []struct {
		sheet Sheet
		says  string
	}{
		{nil, ""},
		{Sheet{field}, ""},
		{Sheet{field, {Value: "nameless"}}, "sheet[1].name is empty"},
		{Sheet{{Name: "matter", Value: strings.Repeat("x", sheetBytesMost)}}, "4006 bytes"},
		{slices.Repeat(Sheet{field}, 41), "41 fields"},
	} {
		err := c.sheet.Check()
		if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%.60v: %v, want %q", c.sheet, err, c.says)
		}
	}
}

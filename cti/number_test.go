package cti

import (
	"strings"
	"testing"
)

func TestReadNumber(t *testing.T) {
	for in, want := range map[string]string{
		"13800138000": "13800138000", "+8613800138000": "+8613800138000", "+86 138-0013-8000": "+8613800138000",
		"（021）6552 0001": "02165520001", "０１０－６５５２．０００１": "01065520001", "＋86\u00a0138\u30000013 8000": "+8613800138000", "12": "12",
	} {
		if got, err := ReadNumber(in); got != want || err != nil {
			t.Errorf("%q is read as %q, %v; want %q", in, got, err, want)
		}
	}
	for _, in := range []string{"", "1", "+", "138****8000", "1.3800138E+10", "12345678901234567890123", "86+138", "1;2", "ext 12", "١٢٣٤", "sip:100"} {
		if got, err := ReadNumber(in); err == nil || !strings.Contains(err.Error(), "allowed") {
			t.Errorf("%q is read as %q, %v", in, got, err)
		}
	}
}

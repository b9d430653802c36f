package ical

import (
	"fmt"
	"strings"
	"testing"
)

func calendar(events ...string) string {
	var b strings.Builder
	b.WriteString("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n")
	for _, e := range events {
		b.WriteString("BEGIN:VEVENT\r\nUID:x\r\nDTSTAMP:20260101T000000Z\r\n" + strings.ReplaceAll(e, "\n", "\r\n") + "\r\nEND:VEVENT\r\n")
	}
	b.WriteString("END:VCALENDAR\r\n")
	return b.String()
}

func TestRead(t *testing.T) {
	table, err := Read(strings.NewReader(calendar(
		"DTSTART;VALUE=DATE:20271002\nDTEND;VALUE=DATE:20271003\nSUMMARY:国庆节（休）",
		"DTSTART;VALUE=DATE:20271001\nDTEND;VALUE=DATE:20271002\nSUMMARY:国庆节（休）",
		"DTSTART;VALUE=DATE:20271001\nDTEND;VALUE=DATE:20271002\nSUMMARY:国庆节（休）",
		"DTSTART;VALUE=DATE:20271003\nDTEND;VALUE=DATE:20271008\nSUMMARY:国庆节（休）",
		"DTSTART;VALUE=DATE:20271009\nSUMMARY:国庆节（班）",
	)), "cn")
	if err != nil {
		t.Fatal(err)
	}
	if len(table.Days) != 2 || table.ID != "cn" {
		t.Fatalf("%+v", table)
	}
	if h := table.Days[0]; h.Date.String() != "2027-10-01" || h.Until.String() != "2027-10-07" || h.Name != "国庆节" || h.Works {
		t.Errorf("the holiday: %+v", h)
	}
	if h := table.Days[1]; h.Date.String() != "2027-10-09" || !h.Until.IsZero() || h.Name != "国庆节" || !h.Works {
		t.Errorf("the day that is worked: %+v", h)
	}
}

// Days that are only of note are none, where the file tells them apart.
func TestReadSpecial(t *testing.T) {
	table, err := Read(strings.NewReader(calendar(
		"DTSTART;VALUE=DATE:20270308\nDTEND;VALUE=DATE:20270309\nSUMMARY:妇女节",
		"DTSTART;VALUE=DATE:20270501\nDTEND;VALUE=DATE:20270502\nSUMMARY:劳动节\nX-APPLE-SPECIAL-DAY:WORK-HOLIDAY",
		"DTSTART;VALUE=DATE:20270508\nDTEND;VALUE=DATE:20270509\nSUMMARY:劳动节\nX-APPLE-SPECIAL-DAY:ALTERNATE-WORKDAY",
	)), "cn")
	if err != nil || len(table.Days) != 2 || table.Days[0].Works || !table.Days[1].Works {
		t.Errorf("%+v, %v", table, err)
	}
}

// An entry may tell how long it lasts, and that it takes place no more.
func TestReadDuration(t *testing.T) {
	table, err := Read(strings.NewReader(calendar(
		"DTSTART;VALUE=DATE:20271001\nDURATION:P7D\nSUMMARY:国庆节",
		"DTSTART;VALUE=DATE:20270129\nDURATION:P1W\nSUMMARY:春节",
		"DTSTART;VALUE=DATE:20270501\nDURATION:P1D\nSUMMARY:劳动节",
		"DTSTART;VALUE=DATE:20271225\nSTATUS:CANCELLED\nSUMMARY:圣诞节",
	)), "cn")
	if err != nil || len(table.Days) != 3 {
		t.Fatalf("%+v, %v", table, err)
	}
	if got := fmt.Sprint(table.Days[0].Until, " ", table.Days[1].Until.IsZero(), " ", table.Days[2].Until); got != "2027-02-04 true 2027-10-07" {
		t.Errorf("they last until %s", got)
	}
}

func TestReadRefuses(t *testing.T) {
	for _, c := range []struct{ file, says string }{
		{"", "no whole days"},
		{"name,date\n", "no iCalendar file"},
		{calendar(), "no whole days"},
		{calendar("DTSTART:20271001T090000Z\nSUMMARY:meeting"), `entry 1, "meeting": begins at "20271001T090000Z"; allowed: whole days`},
		{calendar("DTSTART;VALUE=DATE:20271001\nRRULE:FREQ=YEARLY\nSUMMARY:国庆节"), "it repeats"},
		{calendar("DTSTART;VALUE=DATE:20271001\nDTEND;VALUE=DATE:20271001\nSUMMARY:x"), `ends at "20271001"`},
		{calendar("DTSTART;VALUE=DATE:20271001\nDURATION:PT8H\nSUMMARY:x"), `lasts "PT8H"; allowed: whole days or weeks`},
		{calendar("DTSTART;VALUE=DATE:20271001\nDURATION:P0D\nSUMMARY:x"), `lasts "P0D"`},
		{calendar("DTSTART;VALUE=DATE:20271001\nDTEND;VALUE=DATE:20271002\nDURATION:P7D\nSUMMARY:x"), `lasts "P7D"`},
		{calendar("DTSTART;VALUE=DATE:20271001\nSUMMARY:a", "DTSTART;VALUE=DATE:20271001\nSUMMARY:b 班"), "are on one day"},
	} {
		if _, err := Read(strings.NewReader(c.file), "cn"); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%.80q: %v, want %q", c.file, err, c.says)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(calendar("DTSTART;VALUE=DATE:20271001\nSUMMARY:国庆节"))
	f.Fuzz(func(t *testing.T, file string) {
		if table, err := Read(strings.NewReader(file), "cn"); err == nil && table.Check() != nil {
			t.Errorf("%+v was taken", table)
		}
	})
}

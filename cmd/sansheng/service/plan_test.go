package service

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sansheng/cmd/sansheng/config"
	"sansheng/cti"
	"sansheng/cti/hours"
	"sansheng/pbx"
)

// TestHolidaysUnknown: from 1 November on, by the calendar's clock, next year must be
// known, until it is.
func TestHolidaysUnknown(t *testing.T) {
	t.Parallel()
	known := hours.China()
	known.Days = append(known.Days, hours.Holiday{Date: hours.Date{Year: 2027, Month: 1, Day: 1}, Name: "new year"})
	for at, want := range map[string]string{
		"2026-10-31T23:59:59+08:00": "",
		"2026-11-01T00:00:00+08:00": "calendar office: table cn knows no holidays of 2027",
		"2026-12-31T23:59:59+08:00": "calendar office: table cn knows no holidays of 2027",
		"2027-01-01T00:00:00+08:00": "calendar office: table cn knows no holidays of 2027",
		"2024-12-31T00:00:00+08:00": "calendar office: table cn knows no holidays of 2024",
	} {
		moment, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		p := cti.DemoPlan(0)
		if got := holidaysUnknown(p, moment); (got == nil) != (want == "") || got != nil && got.Error() != want {
			t.Errorf("%s: %v, want %q", at, got, want)
		}
		p.Holidays = []hours.Table{known}
		if got := holidaysUnknown(p, moment); got != nil && moment.Year() > 2024 {
			t.Errorf("%s, with the year imported: %v", at, got)
		}
	}
}

// TestPromptMissing: a prompt that a line names and nobody has recorded is told at the
// start, until somebody does; no caller has to find it.
func TestPromptMissing(t *testing.T) {
	t.Parallel()
	h := newHook(t)
	cfg := config.Default()
	cfg.Data = dataFolder(t)
	cfg.Hotline = cti.DemoPlan(0)
	cfg.Hotline.Lines[0].Greeting = "greeting-spring"
	cfg.Alarms.Webhook = h.URL
	st := startStack(t, cfg)
	if a := h.await("prompt_missing", true, 1); a.Cause != "zh/greeting-spring (line 800100)" {
		t.Errorf("its cause is %q", a.Cause)
	}
	made, err := os.ReadFile(filepath.Join(st.svc.asterisk.SoundsDir, "zh", "greeting.wav"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(st.svc.asterisk.SoundsDir, pbx.Voice("zh", ""), "greeting-spring.wav"), made, 0o644); err != nil {
		t.Fatal(err)
	}
	st.svc.watchPrompts(t.Context())
	if a := h.await("prompt_missing", false, 1); strings.Contains(a.Cause, "spring") {
		t.Errorf("it ends with %q", a.Cause)
	}
}

// TestNextSurvey: it is made at 03:00 by each company's clock, once a night.
func TestNextSurvey(t *testing.T) {
	t.Parallel()
	p := cti.DemoPlan(0)
	two := cti.DemoPlan(0)
	two.Companies[1].Zone = "America/New_York"
	for _, c := range []struct {
		plan      *cti.Plan
		now, want string
	}{
		{p, "2026-03-02T02:59:59+08:00", "2026-03-02T03:00:00+08:00"},
		{p, "2026-03-02T03:00:00+08:00", "2026-03-03T03:00:00+08:00"},
		{p, "2026-12-31T23:59:59+08:00", "2027-01-01T03:00:00+08:00"},
		{two, "2026-03-02T03:00:00+08:00", "2026-03-02T03:00:00-05:00"},
		{two, "2026-03-08T01:59:59-05:00", "2026-03-08T03:00:00-04:00"}, // the clock goes from 02:00 to 03:00
	} {
		now, err := time.Parse(time.RFC3339, c.now)
		if err != nil {
			t.Fatal(err)
		}
		want, err := time.Parse(time.RFC3339, c.want)
		if err != nil {
			t.Fatal(err)
		}
		if got := nextSurvey(c.plan, now); !got.Equal(want) {
			t.Errorf("after %s comes %s, want %s", c.now, got, c.want)
		}
	}
}

// TestOpenPaths: ways that end nowhere are named with number, moment and way, and not
// looked for again before the night.
func TestOpenPaths(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC)
	p := cti.DemoPlan(0)
	if err := openPaths(p, at, nil); err != nil {
		t.Errorf("all is well, and %v", err)
	}
	p.Queues[0].Members, p.Queues[0].MaxWait = nil, 0
	err := openPaths(p, at, nil)
	if want := "800200 at 2026-03-02 10:00 CST: hours (open) → people: nobody serves queue service"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%v, want %q", err, want)
	}
}

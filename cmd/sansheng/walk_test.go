package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// said runs a command and gives what it prints, and its error's text.
func said(t *testing.T, args ...string) (out, failed string) {
	t.Helper()
	var b strings.Builder
	c := rootCommand()
	c.SetArgs(args)
	c.SetOut(&b)
	c.SetErr(&b)
	if err := c.ExecuteContext(t.Context()); err != nil {
		failed = err.Error()
	}
	return b.String(), failed
}

func TestWalkCommand(t *testing.T) {
	t.Parallel()
	out, failed := said(t, "walk", "800200", "--at", "2026-10-01T20:00:00+08:00", "--keys", "1")
	for _, want := range []string{"office: holidays[22], 国庆节, until 2026-10-08 09:00", "he presses 1", "to 800119"} {
		if failed != "" || !strings.Contains(out, want) {
			t.Errorf("%s %s, want %q", out, failed, want)
		}
	}
	out, failed = said(t, "walk", "800200", "--at", "2026-03-02T10:00:00+08:00", "--closed", "office=2026-03-02T10:00:01+08:00")
	if want := "office: closure, --closed, until 2026-03-02 10:00"; failed != "" || !strings.Contains(out, want) {
		t.Errorf("%s %s, want %q", out, failed, want)
	}
	out, failed = said(t, "walk", "--all", "--days", "3", "--at", "2026-10-07T20:00:00+08:00")
	for _, want := range []string{
		"800200     2026-10-07 20:00  hours (closed) → closed (1) → emergency: emergency 800119\n", "800200     2026-10-08 09:00  hours (open) → people: queue service\n", "800119 ",
	} {
		if failed != "" || !strings.Contains(out, want) {
			t.Errorf("%s %s, want %q", out, failed, want)
		}
	}
	for says, args := range map[string][]string{
		"--days 32":         {"walk", "--all", "--days", "32"},
		"unknown command":   {"walk", "800200", "--all"},
		"accepts 1 arg":     {"walk"},
		`--closed "office"`: {"walk", "800200", "--closed", "office"},
		"it must end":       {"hours", "close", "office", "--reason", "fire"},
		"is no time":        {"hours", "close", "office", "--until", "noon"},
		"--as":              {"hours", "open", "office"},
	} {
		if _, failed := said(t, args...); !strings.Contains(failed, says) {
			t.Errorf("%v: %q, want %q", args, failed, says)
		}
	}
	for _, c := range []struct{ says, at, keys, did string }{
		{`--at "noon" is no time`, "noon", "", "800200"},
		{`--keys "a"`, "2026-10-01T20:00:00+08:00", "a", "800200"},
		{"is no number of the hotline's", "2026-10-01T20:00:00+08:00", "", "112"},
	} {
		if _, failed := said(t, "walk", c.did, "--at", c.at, "--keys", c.keys); !strings.Contains(failed, c.says) {
			t.Errorf("%q, want %q", failed, c.says)
		}
	}
}

// TestWalkAsks: what he presses where digits are asked for, what is known of him and what
// a service says.
func TestWalkAsks(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "hotline.yaml")
	const text = `hotline:
  companies: [{id: gas, name: gas, country: cn, language: zh, lookups: [{id: crm, url: "http://crm.example/callers", results: [known]}]}]
  agents: [{id: 1001, company: gas}]
  queues: [{id: service, company: gas, members: [1001]}, {id: repair, company: gas, members: [1001]}]
  lines: [{did: "800100", company: gas, mode: greeted, queue: service, greeting: hello, flow: ask}]
  flows:
    - id: ask
      company: gas
      person: service
      start: who
      nodes:
        - {id: who, kind: caller, exits: {ticket: mends, other: account}}
        - {id: account, kind: digits, name: account, min: 4, max: 6, say: [account], exits: {done: crm, no_input: people, wrong: people}}
        - {id: crm, kind: lookup, service: crm, exits: {known: mends, failed: people}}
        - {id: people, kind: queue, to: service}
        - {id: mends, kind: queue, to: repair}
`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for want, args := range map[string][]string{
		"no_input  (he presses nothing)":                        {},
		"wrong  (he presses 2 digits; allowed: 4 to 6)":         {"--keys", "12#12#"},
		"failed  (crm does not answer)":                         {"--keys", "1234#"},
		"known  (crm says known)":                               {"--keys", "1234#", "--answer", "crm=known"},
		`failed  (crm says "debtor", which is none of [known])`: {"--keys", "1234#", "--answer", "crm=debtor"},
		"ticket\nqueue      mends":                              {"--is", "ticket"},
	} {
		if out, failed := said(t, append([]string{"walk", "800100", "--config", file}, args...)...); failed != "" || !strings.Contains(out, want) {
			t.Errorf("%v: %s %s, want %q", args, out, failed, want)
		}
	}
	if _, failed := said(t, "walk", "800100", "--config", file, "--is", "vip"); failed != `--is "vip": allowed are ticket, repeat` {
		t.Error(failed)
	}
	out, failed := said(t, "walk", "--all", "--config", file)
	for _, way := range []string{
		"who (other) → account (done) → crm (known) → mends: queue repair", "who (ticket) → mends: queue repair", "who (other) → account (failed) → the person: queue",
	} {
		if failed != "" || !strings.Contains(out, way) {
			t.Errorf("%s %s, want %q", out, failed, way)
		}
	}
}

// TestHolidays: what is printed is what a configuration takes.
func TestHolidays(t *testing.T) {
	t.Parallel()
	out, failed := said(t, "holidays", "show")
	if failed != "" {
		t.Fatal(failed)
	}
	file := filepath.Join(t.TempDir(), "hotline.yaml")
	const rest = `  companies: [{id: gas, name: gas, country: cn, language: zh}]
  agents: [{id: 1001, company: gas}]
  queues: [{id: service, company: gas, members: [1001]}]
  lines: [{did: "800100", company: gas, mode: direct, queue: service}]
  calendars: [{id: office, zone: Asia/Shanghai, holidays: cn, week: [{days: [mon], from: "09:00", to: "17:00"}]}]
`
	text := out + rest
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, failed := said(t, "walk", "800100", "--config", file, "--at", "2026-03-02T10:00:00+08:00"); failed != "" || !strings.Contains(out, "he waits for a person") {
		t.Errorf("%s %s", out, failed)
	}
	nobody := strings.Replace(text, "members: [1001]", "members: []", 1)
	if err := os.WriteFile(file, []byte(nobody), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, failed := said(t, "walk", "--all", "--config", file); failed != "1 of 1 ways end nowhere" || !strings.Contains(out, "service: queue service\n  ENDS NOWHERE: nobody serves queue service") {
		t.Errorf("%s %s", out, failed)
	}
	sounds := filepath.Join(filepath.Dir(file), "asterisk/data/sounds/zh")
	if err := os.MkdirAll(sounds, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"beep.wav", "please-hold.gsm"} {
		if err := os.WriteFile(filepath.Join(sounds, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	text = "data: " + filepath.Dir(file) + "\n" + strings.Replace(text, "mode: direct", "mode: greeted, greeting: hello", 1)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, failed := said(t, "walk", "800100", "--config", file, "--at", "2026-03-02T10:00:00+08:00"); failed != "" || !strings.Contains(out, "note: prompts are missing: zh/hello (line 800100)\n") {
		t.Errorf("%s %s", out, failed)
	}
	next := filepath.Join(t.TempDir(), "2027.ics")
	const event = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:x\r\nDTSTAMP:20260101T000000Z\r\nDTSTART;VALUE=DATE:20270101\r\nSUMMARY:元旦\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
	if err := os.WriteFile(next, []byte(event), 0o600); err != nil {
		t.Fatal(err)
	}
	read, failed := said(t, "holidays", "import", next)
	if failed != "" || !strings.HasPrefix(read, strings.TrimSpace(out)) || !strings.Contains(read, "2027-01-01") {
		t.Errorf("with the years that the file does not tell: %s %s", read, failed)
	}
	if read, failed = said(t, "holidays", "import", next, "--id", "own"); failed != "" || strings.Contains(read, "2026") {
		t.Errorf("another table: %s %s", read, failed)
	}
	if _, failed := said(t, "holidays", "import", filepath.Join(t.TempDir(), "none.ics")); !strings.Contains(failed, "import holidays") {
		t.Errorf("a file that is not there: %q", failed)
	}
}

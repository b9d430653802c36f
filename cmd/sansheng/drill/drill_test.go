package drill

import (
	"context"
	"errors"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"sansheng/cmd/sansheng/config"
)

// program builds the real thing, which the drill breaks.
func program(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "sansheng")
	if out, err := exec.Command("go", "build", "-o", file, "sansheng/cmd/sansheng").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return file
}

// TestShort is the drill's short form: every row holds.
func TestShort(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 8*time.Minute)
	defer cancel()
	var rows []*Row
	for _, row := range Shorts(Rows()) {
		lenient := *row
		// Tests share their machine with others; the full drill measures.
		lenient.Bounds.Gap, lenient.Bounds.HandOver = time.Second, 10
		rows = append(rows, &lenient)
	}
	report, err := Run(ctx, Options{Program: program(t), Size: Small, Rows: rows})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := report.WriteTable(&b); err != nil {
		t.Fatal(err)
	}
	t.Log(b.String())
	if !report.Held() {
		t.Error("not every row held")
	}
}

// TestGuards: without a protection the drill sees what it prevents. A drill that
// cannot fail would prove nothing.
func TestGuards(t *testing.T) {
	bin := program(t)
	for _, row := range Rows() {
		for _, guard := range row.Guards {
			t.Run(row.Name+" without "+guard.Off, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
				defer cancel()
				impatient := *row
				// The machine is not what is to be seen here.
				impatient.Bounds.Gap = time.Minute
				if !guard.Patient {
					impatient.Bounds.Drained = 4 * time.Second
				}
				report, err := Run(ctx, Options{
					Program: bin, Size: guardSize, Rows: []*Row{&impatient}, Unprotected: strings.Split(guard.Off, ","), Patience: 2 * time.Second,
				})
				if err != nil {
					t.Fatal(err)
				}
				res := report.Results[0]
				if res.Held || res.Error != "" {
					t.Errorf("held: %t, error %q; notes %q", res.Held, res.Error, res.Notes)
				}
				if !slices.ContainsFunc(res.Measures, func(m Measure) bool { return !m.Held && strings.HasPrefix(m.What, guard.Breaks) }) {
					t.Errorf("%q did not break:\n%s", guard.Breaks, res.Broken())
				}
				if testing.Verbose() {
					t.Log("\n" + res.Broken())
				}
			})
		}
	}
}

// guardSize is as little traffic as shows a loss.
var guardSize = Size{Talking: 8, Waiting: 4, Ringing: 2, Toned: 4}

// TestRows: names are what people type, and every guard is one that exists.
func TestRows(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, r := range Rows() {
		if seen[r.Name] || strings.ToLower(r.Name) != r.Name || strings.ContainsAny(r.Name, " _") || r.Fault == "" || r.Promise == "" {
			t.Errorf("row %q: twice, oddly named or without words", r.Name)
		}
		seen[r.Name] = true
		for _, g := range r.Guards {
			for _, name := range strings.Split(g.Off, ",") {
				if !slices.Contains(config.Protections, name) {
					t.Errorf("row %s: protection %q does not exist", r.Name, name)
				}
			}
		}
	}
	if _, err := Find([]string{"no-such-row"}); err == nil || !strings.Contains(err.Error(), "service-killed") {
		t.Errorf("unknown row: %v", err)
	}
}

// TestSetups: the configuration of each row's stage is one that the service takes.
func TestSetups(t *testing.T) {
	for _, r := range Rows() {
		cfg := config.Default()
		cfg.Data, cfg.Hotline = t.TempDir(), plan(guardSize)
		if r.Setup != nil {
			r.Setup(cfg)
		}
		if r.Upstream {
			cfg.NATS.URL = "nats://127.0.0.1:4222"
		}
		if r.Told {
			receivers, err := newReceivers(t.Context(), cfg)
			if err := errors.Join(err, closeReceivers(receivers)); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := read(cfg); err != nil {
			t.Errorf("row %s: %v", r.Name, err)
		}
	}
}

// TestPublishPlan: what its row publishes is taken while the hotline runs, and changes it.
func TestPublishPlan(t *testing.T) {
	t.Parallel()
	var versions []*config.Config
	for n := range 4 {
		cfg := config.Default()
		cfg.Data, cfg.Hotline = t.TempDir(), plan(Small)
		publishPlan(cfg.Hotline, n)
		if n > 0 {
			cfg.Data = versions[0].Data
		}
		next, err := read(cfg)
		if err != nil {
			t.Fatal(err)
		}
		versions = append(versions, next)
	}
	for n, next := range versions[1:] {
		changes, err := config.Diff(versions[n], next)
		if err != nil || len(changes) == 0 {
			t.Errorf("version %d changes nothing: %v", n+1, err)
		}
		for _, c := range changes {
			if !c.Live {
				t.Errorf("version %d needs a restart: %s", n+1, c)
			}
		}
	}
}

// read is a configuration as the service reads it.
func read(cfg *config.Config) (*config.Config, error) {
	text, err := yaml.Marshal(cfg)
	if err != nil {
		return nil, err
	}
	return config.Read("drill.yaml", text, nil)
}

package pbxtest

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"sansheng/pbx/asterisk"
)

// App is the Stasis application the switch's dialplan calls.
const App = "sansheng"

// Greeted and Direct are public numbers of the private switch.
const (
	Greeted = "800100"
	Direct  = "800119"
)

// Asterisk starts a real switch of the test's own on free ports, with two lines
// a fallback queue and two lamps, and ends it with the test. Its log is kept with the
// test's output when the test fails. A switch that cannot be had fails the test.
func Asterisk(t testing.TB) *asterisk.Instance {
	t.Helper()
	return AsteriskWith(t, asterisk.Config{
		Language: "en",
		Queues:   []asterisk.Queue{{Name: "main", Members: []string{"1001", "1002"}}},
		Lamps:    map[string][]string{"test": {"1001", "1002"}},
		Lines: []asterisk.Line{
			{DID: Greeted, Company: "test", Queue: "main"},
			{DID: Direct, Company: "test", Queue: "main", Direct: true},
		},
	})
}

// AsteriskWith is Asterisk with a configuration of the test's own; Data and
// ports are filled in.
func AsteriskWith(t testing.TB, c asterisk.Config) *asterisk.Instance {
	t.Helper()
	c.Data, c.FreePorts = t.TempDir(), true
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute) // it may have to be fetched first
	defer cancel()
	i, err := asterisk.Start(ctx, c)
	if err != nil {
		t.Fatalf("start asterisk: %v", err)
	}
	t.Cleanup(func() {
		if err := i.Stop(); err != nil {
			t.Errorf("stop asterisk: %v", err)
		}
		if t.Failed() {
			logs(t, i.LogDir)
		}
	})
	return i
}

// logs shows the end of each log file.
func logs(t testing.TB, dir string) {
	files, _ := filepath.Glob(filepath.Join(dir, "*"))
	for _, f := range files {
		if b, err := os.ReadFile(f); err == nil {
			t.Logf("%s:\n%s", filepath.Base(f), b[max(0, len(b)-8000):])
		}
	}
}

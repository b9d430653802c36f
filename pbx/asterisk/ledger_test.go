package asterisk

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestTornLedger: a line that was cut off anywhere, and written on from there,
// costs itself and at most the line it runs into; the rest is read.
func TestTornLedger(t *testing.T) {
	t.Parallel()
	line := func(n int) string {
		return fmt.Sprintf(`"USER_DEFINED","17953333%02d.124686","s-%d","s-1","PJSIP/trunk-00000000","{""extra"":""c%d|800119|139""}","arrived"`+"\n", n, n, n)
	}
	file := filepath.Join(t.TempDir(), "ledger.csv")
	since := time.Unix(1795333303, 0)
	for cut := range len(line(3)) {
		text := line(1) + line(2) + line(3)[:cut] + line(4) + line(5) + line(6)[:cut]
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		for want, from := range map[string]time.Time{"c1 c2 c5": {}, "c5": since} {
			entries, err := ReadLedgerSince(file, from)
			var got []string
			for _, e := range entries {
				if call, _, ok := strings.Cut(e.Extra, "|"); ok && e.Event == "USER_DEFINED" {
					got = append(got, call)
				}
			}
			if cut == 0 {
				want = strings.Replace(want, "c5", "c4 c5", 1)
			}
			if strings.Join(got, " ") != want || err != nil {
				t.Errorf("cut at %d: %v, %v; want %s", cut, got, err, want)
			}
		}
	}
}

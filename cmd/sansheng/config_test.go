package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestConfigCheck: each fault is a line with file, line and what is allowed, and the
// command fails; a document without one passes.
func TestConfigCheck(t *testing.T) {
	const good = "hotline:\n  companies:\n    - {id: gas, name: Gas, country: cn, language: zh}\n"
	for _, c := range []struct {
		text   string
		faults []string
	}{
		{good, nil},
		{good + "  qeues: []\n", []string{":4: hotline.qeues: unknown key; allowed: "}},
		{good + "  lines:\n    - {did: 1, company: gas, mode: direct, queue: x}\n", []string{`:5: hotline.lines[0].did: "1" is not allowed`, `:5: hotline.lines[0].queue: "x" is unknown`}},
	} {
		file := filepath.Join(t.TempDir(), "hotline.yaml")
		if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		root := rootCommand()
		var out, said bytes.Buffer
		root.SetOut(&out)
		root.SetErr(&said)
		root.SetArgs([]string{"config", "check", file})
		err := root.ExecuteContext(t.Context())
		if failed := errors.Is(err, errQuiet); failed != (c.faults != nil) || err != nil && !failed {
			t.Errorf("%q: %v", c.text, err)
		}
		lines := strings.Split(strings.TrimSpace(said.String()), "\n")
		for i, f := range c.faults {
			if len(lines) != len(c.faults) || !strings.HasPrefix(lines[i], file+f) {
				t.Errorf("said is %q, want %q", lines, c.faults)
			}
		}
		if c.faults == nil && !strings.Contains(out.String(), "can be used: 0 lines, 0 queues, 0 agents, 0 flows") {
			t.Errorf("out is %q", out.String())
		}
	}
}

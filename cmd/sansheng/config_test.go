package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sansheng/cti"
	"sansheng/cti/web"
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

// TestVersionsWait: why a planned version has not come into force is told whole, for it says
// what is to be done.
func TestVersionsWait(t *testing.T) {
	t.Setenv(passwordVariable, "secret")
	const waits = "queue service must stay: 2 callers wait in it or are to be called back, 1 more are in talks or flows from which they may come to it"
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(web.ConfigVersions{Versions: []web.ConfigVersion{{Version: 7, State: cti.VersionPlanned, By: "3001", Note: "less", Waits: waits}}})
	}))
	defer srv.Close()
	root := rootCommand()
	var out bytes.Buffer
	root.SetOut(&out)
	root.SetArgs([]string{"config", "versions", "--as", "3001", "--url", srv.URL})
	if err := root.ExecuteContext(t.Context()); err != nil || !strings.Contains(out.String(), "version 7 waits: "+waits+"\n") {
		t.Errorf("%v, %q", err, out.String())
	}
}

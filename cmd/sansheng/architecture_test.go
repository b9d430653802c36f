package main

import (
	"os/exec"
	"strings"
	"testing"
)

// forbidden lists what a package, or any package under it, must not import.
// The design rests on it: the domain is pure, the switch's words know nobody.
var forbidden = []struct {
	from, to, why string
}{
	{"sansheng/pbx", "sansheng/cti", "the switch's side knows nothing of hotlines"},
	{"sansheng/pbx", "sansheng/store", "the switch's side keeps no records"},
	{"sansheng/cti", "sansheng/cmd", "nobody imports the commands"},
	{"sansheng/store", "sansheng/cti/engine", "the store reads facts, it does not decide"},
	{"sansheng/store", "sansheng/cti/bus", "the store is given its source"},
	{"sansheng/store", "sansheng/pbx/ari", "the store does not speak to the switch"},
	{"sansheng/cti/engine", "sansheng/pbx/ari", "the engine knows the switch as an interface"},
	{"sansheng/cti/engine", "sansheng/cti/bus", "the engine knows the journal as an interface"},
	{"sansheng/cti/engine", "sansheng/store", "calls need no database"},
	{"sansheng/cti/web", "sansheng/cti/engine", "commands reach the engine over the bus"},
	{"sansheng/deploy", "sansheng/pbx", "programs and processes are below the switch"},
	{"sansheng/deploy", "sansheng/cti", "programs and processes are below the domain"},
}

// pure packages import the standard library and the named packages only.
var pure = map[string][]string{
	"sansheng/pbx":       nil,
	"sansheng/cti":       {"sansheng/pbx", "sansheng/cti/callback", "sansheng/cti/flow", "sansheng/cti/hours", "sansheng/cti/place", "sansheng/cti/sheet"},
	"sansheng/cti/flow":  {"sansheng/cti/hours", "sansheng/cti/place"},
	"sansheng/cti/hours": {"sansheng/cti/place"},
	"sansheng/cti/place": nil,
	"sansheng/cti/sheet": {"sansheng/cti/hours", "sansheng/cti/place"},
	// A ticket's rules ask no clock and no database.
	"sansheng/store/ticket": {"sansheng/cti/sheet"},
	// Nor do those of callbacks, which an operator configures.
	"sansheng/cti/callback": {"sansheng/cti/hours", "sansheng/cti/place"},
}

// impure parts of the standard library have no place in the domain.
var impure = []string{"os", "net", "net/http", "log", "io/fs", "database/sql", "sync", "context"}

func imports(t *testing.T) map[string][]string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "sansheng/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	all := map[string][]string{}
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		all[f[0]] = f[1:]
	}
	return all
}

func within(pkg, tree string) bool { return pkg == tree || strings.HasPrefix(pkg, tree+"/") }

func TestDependencies(t *testing.T) {
	all := imports(t)
	for pkg, list := range all {
		for _, to := range list {
			for _, rule := range forbidden {
				if within(pkg, rule.from) && within(to, rule.to) {
					t.Errorf("%s imports %s: %s", pkg, to, rule.why)
				}
			}
			allowed, isPure := pure[pkg]
			if !isPure {
				continue
			}
			if first, _, _ := strings.Cut(to, "/"); strings.Contains(first, ".") || first == "sansheng" && !contains(allowed, to) {
				t.Errorf("%s imports %s: it is values and rules only", pkg, to)
			}
			if contains(impure, to) {
				t.Errorf("%s imports %s: no I/O, no goroutine, no clock here", pkg, to)
			}
		}
	}
	for pkg := range pure {
		if _, ok := all[pkg]; !ok {
			t.Errorf("package %s is gone, and its rule with it", pkg)
		}
	}
}

func contains(list []string, s string) bool {
	for _, e := range list {
		if e == s {
			return true
		}
	}
	return false
}

// TestPackageComments: every package says what it is.
func TestPackageComments(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-f", "{{.ImportPath}}|{{.Doc}}", "sansheng/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	for line := range strings.Lines(string(out)) {
		pkg, doc, _ := strings.Cut(strings.TrimSpace(line), "|")
		if doc == "" {
			t.Errorf("package %s has no comment", pkg)
		}
	}
}

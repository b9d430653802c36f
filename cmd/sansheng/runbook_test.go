package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sansheng/deploy"
	"sansheng/deploy/alarm"
)

// TestAlarmsInTable: whoever raises an alarm raises one of the table, and each of
// the table is raised by somebody.
func TestAlarmsInTable(t *testing.T) {
	raise := regexp.MustCompile(`\b(?:alarms?|board)\.Set\("([^"]*)"`)
	var source strings.Builder
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && (d.Name() == ".git" || path == filepath.Join("../..", "deploy", "alarm")) {
			return skip(err)
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		text, err := os.ReadFile(path)
		source.Write(text)
		for _, m := range raise.FindAllSubmatch(text, -1) {
			if _, known := alarm.KindOf(string(m[1])); !known {
				t.Errorf("%s raises %q, which is not in the table", path, m[1])
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range alarm.Kinds {
		if !strings.Contains(source.String(), `"`+k.Name+`"`) {
			t.Errorf("nobody raises %s", k.Name)
		}
	}
}

func skip(err error) error {
	if err != nil {
		return err
	}
	return fs.SkipDir
}

// TestRunbookCommands: the commands an operator is told to give are there.
func TestRunbookCommands(t *testing.T) {
	root := rootCommand()
	for _, m := range regexp.MustCompile("`sansheng ([a-z][^`]*)`").FindAllStringSubmatch(deploy.Runbook, -1) {
		c, rest, err := root.Find(strings.Fields(m[1]))
		given := rest
		if i := slices.IndexFunc(rest, func(word string) bool { return strings.HasPrefix(word, "-") }); i >= 0 {
			given = rest[:i]
		}
		if err != nil || c == root || len(given) > 0 && c.ValidateArgs(given) != nil {
			t.Errorf("there is no command %q: %v", m[0], err)
		}
		for _, word := range rest {
			if name, is := strings.CutPrefix(word, "--"); is && c.Flags().Lookup(name) == nil && c.InheritedFlags().Lookup(name) == nil {
				t.Errorf("%q: no flag --%s", m[0], name)
			}
		}
	}
}

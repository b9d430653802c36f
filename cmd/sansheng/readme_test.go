package main

import (
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"sansheng/deploy"
)

// readmes are the documents for people who begin, by their places from here.
var readmes = []string{"../../README.md", "../../README.zh-CN.md", "../../deploy/README.md"}

func readDocument(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// blocks matches what stands in fences or between backticks; commands what is given there, a
// command of the program up to its comment; argument each of its arguments, quoted or not.
var (
	blocks   = regexp.MustCompile("(?s)```sh\n(.*?)```|`([^`\n]+)`")
	commands = regexp.MustCompile(`(?m)(?:^|[ /])sansheng ([a-z].*?)(?:\s+[#>|].*|\s+\\)?$`)
	argument = regexp.MustCompile(`(?:'[^']*'|\[[^\]]*\]|\S)+`)
)

// TestReadmeCommands: the commands that a reader is told to give are there, with their flags.
func TestReadmeCommands(t *testing.T) {
	root := rootCommand()
	for _, file := range readmes {
		found := 0
		for _, b := range blocks.FindAllStringSubmatch(readDocument(t, file), -1) {
			for _, m := range commands.FindAllStringSubmatch(b[1]+b[2], -1) {
				if strings.HasPrefix(m[1], "sansheng") {
					continue // the account and the unit are called so too
				}
				found++
				given := strings.ReplaceAll(strings.ReplaceAll(m[1], "[", ""), "]", "")
				c, rest, err := root.Find(argument.FindAllString(given, -1))
				if err != nil || c == root {
					t.Errorf("%s: there is no command %q: %v", file, m[1], err)
					continue
				}
				for _, word := range rest {
					name, _, _ := strings.Cut(strings.TrimPrefix(word, "--"), "=")
					if strings.HasPrefix(word, "--") && c.Flags().Lookup(name) == nil && c.InheritedFlags().Lookup(name) == nil {
						t.Errorf("%s: %q: no flag --%s", file, m[1], name)
					}
				}
			}
		}
		if found < 3 {
			t.Errorf("%s: %d commands were found in it", file, found)
		}
	}
}

// TestReadmeRoutes: the API's paths that documents name are there.
func TestReadmeRoutes(t *testing.T) {
	var api struct{ Paths map[string]any }
	if err := json.Unmarshal([]byte(readDocument(t, "../../cti/web/console/openapi.json")), &api); err != nil {
		t.Fatal(err)
	}
	var routes []*regexp.Regexp
	for path := range api.Paths {
		form := regexp.MustCompile(`\\\{[a-z0-9]+\\\}`).ReplaceAllString(regexp.QuoteMeta(path), `[^/]+`)
		routes = append(routes, regexp.MustCompile("^"+form+"$"))
	}
	for _, file := range readmes {
		for _, path := range regexp.MustCompile(`/api/v1/[A-Za-z0-9_{}/-]+`).FindAllString(readDocument(t, file)+deploy.Runbook, -1) {
			if !slices.ContainsFunc(routes, func(r *regexp.Regexp) bool { return r.MatchString(path) }) {
				t.Errorf("%s names %s, which the API does not have", file, path)
			}
		}
	}
}

// TestReadmeLinks: links within and between the documents lead to a heading, or to a file.
func TestReadmeLinks(t *testing.T) {
	for _, file := range readmes {
		for _, m := range regexp.MustCompile(`\]\(([^)\s]+)\)`).FindAllStringSubmatch(readDocument(t, file), -1) {
			link, err := url.Parse(m[1])
			if err != nil || link.Scheme != "" {
				continue
			}
			to := file
			if link.Path != "" {
				to = filepath.Join(filepath.Dir(file), link.Path)
			}
			if _, err := os.Stat(to); err != nil {
				t.Errorf("%s: %s leads nowhere: %v", file, m[1], err)
			} else if link.Fragment != "" && !slices.Contains(anchors(readDocument(t, to)), link.Fragment) {
				t.Errorf("%s: %s: there is no such heading", file, m[1])
			}
		}
	}
}

// anchors are the names under which a document's headings are reached.
func anchors(text string) []string {
	var all []string
	for _, h := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(text, -1) {
		all = append(all, strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
				return unicode.ToLower(r)
			}
			return -1
		}, h[1]))
	}
	return all
}

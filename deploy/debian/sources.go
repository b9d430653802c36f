package debian

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// keyring is Debian's own; every Debian has it.
const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg"

// source is one suite of one mirror.
type source struct {
	uri, suite string
}

func (s source) String() string {
	return fmt.Sprintf("deb [signed-by=%s] %s %s main", keyring, s.uri, s.suite)
}

// machineSources reads the machine's own apt sources and returns Debian's
// entries for its release: the archive itself first, then updates and security.
func machineSources() ([]source, error) {
	codename, err := codename("/etc/os-release")
	if err != nil {
		return nil, err
	}
	files := []string{"/etc/apt/sources.list"}
	for _, pattern := range []string{"/etc/apt/sources.list.d/*.list", "/etc/apt/sources.list.d/*.sources"} {
		found, _ := filepath.Glob(pattern)
		files = append(files, found...)
	}
	var all []source
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			continue // unreadable to this user, or not there: another file may serve
		}
		if strings.HasSuffix(name, ".sources") {
			all = append(all, parseDeb822(string(b))...)
		} else {
			all = append(all, parseLines(string(b))...)
		}
	}
	chosen := debianOf(codename, all)
	if len(chosen) == 0 {
		return nil, fmt.Errorf("read apt sources: no Debian mirror for %s in %s", codename, strings.Join(files, ", "))
	}
	return chosen, nil
}

// debianOf keeps what belongs to a release, the release itself first. Other
// vendors' repositories use the same release names, but not these suites with
// the component main and Debian's key; those that still slip through fail their
// signature and do no harm.
func debianOf(codename string, all []source) []source {
	rank := []string{codename, codename + "-updates", codename + "-security"}
	if codename == "sid" {
		rank = []string{"sid", "unstable"}
	}
	var chosen []source
	for _, suite := range rank {
		for _, s := range all {
			if s.suite == suite && !slices.Contains(chosen, s) {
				chosen = append(chosen, s)
			}
		}
	}
	if len(chosen) == 0 || chosen[0].suite != rank[0] {
		// A machine that follows "stable" names no release in its sources.
		for _, s := range all {
			if slices.Contains([]string{"stable", "testing", "unstable"}, s.suite) {
				return append([]source{s}, chosen...)
			}
		}
		if len(chosen) == 0 || chosen[0].suite != rank[0] {
			return nil
		}
	}
	return chosen
}

func codename(osRelease string) (string, error) {
	f, err := os.Open(osRelease)
	if err != nil {
		return "", fmt.Errorf("read release: %w", err)
	}
	defer func() { _ = f.Close() }()
	id, name := "", ""
	for lines := bufio.NewScanner(f); lines.Scan(); {
		key, value, _ := strings.Cut(lines.Text(), "=")
		value = strings.Trim(value, `"'`)
		switch key {
		case "ID":
			id = value
		case "VERSION_CODENAME":
			name = value
		}
	}
	switch {
	case id != "debian":
		return "", fmt.Errorf("read release: this is %q; programs are unpacked on Debian only, elsewhere install them yourself", id)
	case name == "":
		return "sid", nil
	}
	return name, nil
}

func parseLines(text string) []source {
	var found []source
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		line = strings.TrimSpace(line)
		rest, ok := strings.CutPrefix(line, "deb ")
		if !ok {
			continue
		}
		rest = strings.TrimSpace(rest)
		if strings.HasPrefix(rest, "[") {
			options, after, ok := strings.Cut(rest[1:], "]")
			if !ok || foreignKey(options) {
				continue
			}
			rest = after
		}
		words := strings.Fields(rest)
		if len(words) < 3 || !slices.Contains(words[2:], "main") || !fetchable(words[0]) {
			continue
		}
		found = append(found, source{strings.TrimSuffix(words[0], "/"), strings.TrimSuffix(words[1], "/")})
	}
	return found
}

func parseDeb822(text string) []source {
	var found []source
	text = strings.ReplaceAll(text, "\r\n", "\n")
	for stanza := range strings.SplitSeq(text, "\n\n") {
		fields := map[string]string{}
		last := ""
		for line := range strings.Lines(stanza) {
			line = strings.TrimRight(line, "\n")
			switch {
			case strings.HasPrefix(line, "#"):
			case strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t"):
				fields[last] += " " + strings.TrimSpace(line)
			default:
				key, value, ok := strings.Cut(line, ":")
				if ok {
					last = strings.ToLower(strings.TrimSpace(key))
					fields[last] = strings.TrimSpace(value)
				}
			}
		}
		if !slices.Contains(strings.Fields(fields["types"]), "deb") ||
			!slices.Contains(strings.Fields(fields["components"]), "main") ||
			slices.Contains([]string{"no", "false", "0", "off"}, strings.ToLower(fields["enabled"])) ||
			foreignKey("signed-by="+fields["signed-by"]) {
			continue
		}
		for _, uri := range strings.Fields(fields["uris"]) {
			if !fetchable(uri) {
				continue
			}
			for _, suite := range strings.Fields(fields["suites"]) {
				found = append(found, source{strings.TrimSuffix(uri, "/"), strings.TrimSuffix(suite, "/")})
			}
		}
	}
	return found
}

// foreignKey tells that a source is signed by somebody else than Debian.
func foreignKey(options string) bool {
	for _, o := range strings.Fields(options) {
		if key, ok := strings.CutPrefix(strings.ToLower(o), "signed-by="); ok && key != "" {
			return !strings.Contains(key, "debian-archive")
		}
	}
	return false
}

// fetchable leaves out media that are not there, cdrom: for one.
func fetchable(uri string) bool {
	scheme, _, ok := strings.Cut(uri, ":")
	return ok && slices.Contains([]string{"http", "https", "file", "copy", "ftp", "mirror", "mirror+file", "tor+http"}, scheme)
}

package debian

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// apt is a private apt: own state, own sources, no installed packages, so that
// the whole closure of a set is fetched whatever the machine has.
type apt struct {
	dir  string // its state
	debs string // where .deb files are kept
}

// pkg is one package of a set's closure.
type pkg struct {
	name, version, arch string
}

// file is the name apt gives the package's file.
func (p pkg) file() string {
	return fmt.Sprintf("%s_%s_%s.deb", p.name, strings.ReplaceAll(p.version, ":", "%3a"), p.arch)
}

func newApt(ctx context.Context, cache string, set Set, sources []source) (*apt, error) {
	for _, program := range []string{"apt-get", "apt-config", "dpkg-deb"} {
		if _, err := exec.LookPath(program); err != nil {
			return nil, fmt.Errorf("prepare apt: %w; packages are unpacked with Debian's own tools", err)
		}
	}
	if _, err := os.Stat(keyring); err != nil {
		return nil, fmt.Errorf("prepare apt: %w; install debian-archive-keyring", err)
	}
	a := &apt{dir: filepath.Join(cache, "apt", set.name), debs: filepath.Join(cache, "debs", set.name)}
	for _, dir := range []string{a.dir + "/state/lists/partial", a.dir + "/etc", a.debs + "/partial"} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return nil, fmt.Errorf("prepare apt: %w", err)
		}
	}
	var list strings.Builder
	for _, s := range sources {
		fmt.Fprintln(&list, s)
	}
	conf := fmt.Sprintf(`Dir::State "%[1]s/state"; Dir::State::status "%[1]s/status"; Dir::State::lists "%[1]s/state/lists";
Dir::Cache "%[1]s/cache"; Dir::Cache::archives "%[2]s"; Dir::Cache::pkgcache ""; Dir::Cache::srcpkgcache ""; Dir::Log "%[1]s";
Dir::Etc "%[1]s/etc"; Dir::Etc::sourcelist "%[1]s/etc/sources.list"; Dir::Etc::sourceparts "none"; Dir::Etc::parts "none"; Dir::Etc::preferencesparts "none";
Dir::Etc::netrc "/etc/apt/auth.conf"; Dir::Etc::netrcparts "/etc/apt/auth.conf.d";
Acquire::Check-Valid-Until "false"; Acquire::Languages "none"; Acquire::Retries "3"; Acquire::http::Timeout "20"; Acquire::https::Timeout "20";
APT::Install-Recommends "false"; APT::Immediate-Configure "false"; APT::Get::AllowUnauthenticated "false";
Debug::NoLocking "true"; APT::Sandbox::User "";
`, a.dir, a.debs)
	// A mirror's release file may be past its date and still be what it signed:
	// hence Check-Valid-Until above. Proxies are the machine's.
	conf += proxies(ctx)
	for name, text := range map[string]string{"etc/sources.list": list.String(), "apt.conf": conf, "status": ""} {
		if err := os.WriteFile(filepath.Join(a.dir, name), []byte(text), 0o644); err != nil {
			return nil, fmt.Errorf("prepare apt: %w", err)
		}
	}
	return a, nil
}

// proxies repeats how the machine's apt reaches its mirrors.
func proxies(ctx context.Context) string {
	out, err := exec.CommandContext(ctx, "apt-config", "dump").Output()
	if err != nil {
		return ""
	}
	var kept strings.Builder
	for line := range strings.Lines(string(out)) {
		for _, p := range []string{"Acquire::http::", "Acquire::https::", "Acquire::ftp::"} {
			if strings.HasPrefix(line, p) && !strings.Contains(line, "::Timeout") {
				kept.WriteString(line)
			}
		}
	}
	return kept.String()
}

func (a *apt) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "apt-get", args...)
	cmd.Env = append(os.Environ(), "APT_CONFIG="+filepath.Join(a.dir, "apt.conf"), "LC_ALL=C", "DEBIAN_FRONTEND=noninteractive")
	return cmd
}

// run runs apt-get to its end. An error carries what apt said.
func (a *apt) run(ctx context.Context, args ...string) ([]byte, error) {
	cmd := a.command(ctx, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("apt-get %s: %w: %s", args[len(args)-1], err, complaint(stderr.Bytes()))
	}
	return stdout.Bytes(), nil
}

// update refreshes the lists of packages. It fails when no source could be read.
func (a *apt) update(ctx context.Context) error {
	_, err := a.run(ctx, "-qq", "-o", "APT::Update::Error-Mode=any", "-o", "Acquire::Retries=1", "update")
	return err
}

var instLine = regexp.MustCompile(`(?m)^Inst (\S+) (?:\[\S+\] )?\((\S+) .*\[(\w+)\]\)`)

// resolve lists the closure of packages, without fetching anything.
func (a *apt) resolve(ctx context.Context, packages []string) ([]pkg, error) {
	out, err := a.run(ctx, append([]string{"-qq", "-s", "-y", "install"}, packages...)...)
	if err != nil {
		return nil, err
	}
	var found []pkg
	for _, m := range instLine.FindAllSubmatch(out, -1) {
		name, _, _ := strings.Cut(string(m[1]), ":")
		found = append(found, pkg{name, string(m[2]), string(m[3])})
	}
	if len(found) == 0 {
		return nil, errors.New("apt-get install: it named no package")
	}
	return found, nil
}

// fetch downloads what is not there yet of exactly these packages; apt checks
// each file's hash against the signed lists.
func (a *apt) fetch(ctx context.Context, packages []pkg, at func(percent int)) error {
	args := []string{"-qq", "-y", "-o", "APT::Status-Fd=3", "-o", "APT::Keep-Downloaded-Packages=true", "--download-only", "install"}
	for _, p := range packages {
		args = append(args, p.name+"="+p.version)
	}
	cmd := a.command(ctx, args...)
	var stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = io.Discard, &stderr
	r, w, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("fetch packages: %w", err)
	}
	defer func() { _ = r.Close() }()
	cmd.ExtraFiles = []*os.File{w}
	err = cmd.Start()
	_ = w.Close()
	if err != nil {
		return fmt.Errorf("fetch packages: %w", err)
	}
	for lines := bufio.NewScanner(r); lines.Scan(); {
		// dlstatus:1:20.4:Retrieving file 28 of 135 (12s remaining)
		part := strings.SplitN(lines.Text(), ":", 4)
		if len(part) == 4 && part[0] == "dlstatus" {
			if f, err := strconv.ParseFloat(part[2], 64); err == nil {
				at(int(f))
			}
		}
	}
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("fetch packages: %w: %s", err, complaint(stderr.Bytes()))
	}
	for _, p := range packages {
		if _, err := os.Stat(filepath.Join(a.debs, p.file())); err != nil {
			return fmt.Errorf("fetch packages: %w", err)
		}
	}
	return nil
}

// complaint is the end of what apt wrote, on one line.
func complaint(stderr []byte) string {
	var said []string
	for line := range strings.Lines(string(stderr)) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "E:") || strings.HasPrefix(line, "Err:") {
			said = append(said, line)
		}
	}
	if len(said) == 0 {
		said = []string{strings.Join(strings.Fields(string(stderr)), " ")}
	}
	if len(said) > 3 {
		said = said[:3]
	}
	return strings.Join(said, "; ")
}

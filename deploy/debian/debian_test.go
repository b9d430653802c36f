package debian

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestAsteriskBounds(t *testing.T) {
	for said, good := range map[string]bool{
		"1:22.10.1+dfsg+~cs6.17.60671434-1": true,
		"1:22.10.0+dfsg-1":                  false,
		"1:22.9.2-1":                        false,
		"1:22.11.0~dfsg+1":                  false,
		"1:22.11.1-1":                       true,
		"1:23.4.1-1":                        true,
		"1:20.20.1-1":                       false,
	} {
		v, err := parseVersion(said)
		if err != nil {
			t.Fatal(err)
		}
		if err := checkAsterisk(v); (err == nil) != good {
			t.Errorf("asterisk %s: %v, want good %v", said, err, good)
		}
	}
}

func TestParseVersion(t *testing.T) {
	for said, want := range map[string]version{
		"15+248+deb12u2": {15},
		"1:3.6.1-1+b2":   {3, 6, 1},
		"v20.19.2":       {20, 19, 2},
		"18.20.4+dfsg-1": {18, 20, 4},
		"2:1.2-3":        {1, 2},
		"postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)": {15, 18},
	} {
		if v, err := parseVersion(said); err != nil || v != want {
			t.Errorf("%s: %v, %v; want %v", said, v, err, want)
		}
	}
	if _, err := parseVersion("unknown"); err == nil {
		t.Error("a version without numbers is taken")
	}
}

func TestSources(t *testing.T) {
	const modern = `# the archive
Types: deb deb-src
URIs: http://mirror.example/debian/
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main contrib

Enabled: no
Types: deb
URIs: http://off.example/debian
Suites: bookworm
Components: main

Types: deb
URIs: https://other.example/deb
Suites: bookworm
Components: main
Signed-By: /etc/apt/keyrings/other.gpg
`
	const classic = `
deb cdrom:[Debian]/ bookworm main
#deb http://off.example/debian bookworm main
deb [arch=amd64 signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] https://second.example/debian bookworm main non-free # why
deb [signed-by=/etc/apt/keyrings/docker.gpg] https://docker.example/linux bookworm stable
deb http://pg.example/pub bookworm-pgdg main
deb-src http://src.example/debian bookworm main
deb http://back.example/debian bookworm-backports main`
	got := debianOf("bookworm", append(parseDeb822(modern), parseLines(classic)...))
	want := []source{
		{"http://mirror.example/debian", "bookworm"},
		{"https://second.example/debian", "bookworm"},
		{"http://mirror.example/debian", "bookworm-updates"},
		{"http://mirror.example/debian-security", "bookworm-security"},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
	if got := debianOf("bookworm", parseLines("deb http://m.example/debian stable main")); len(got) != 1 {
		t.Errorf("a machine that follows stable: got %v", got)
	}
	if got := debianOf("bookworm", parseLines("deb http://m.example/debian jammy main")); got != nil {
		t.Errorf("a foreign release: got %v", got)
	}
}

// cutOff takes the network away from apt: it goes through a proxy that is not there.
func cutOff(t *testing.T) {
	t.Helper()
	for _, name := range []string{"http_proxy", "https_proxy"} {
		t.Setenv(name, "http://127.0.0.1:9")
	}
}

// One set through its whole life: fetched once although two ask for it, used
// without network, made anew when half of it is missing, and a clear word when
// there is nothing to make it from.
func TestLifeOfATree(t *testing.T) {
	ctx := t.Context()
	cache := t.TempDir()
	var said [2]bytes.Buffer
	var both sync.WaitGroup
	for n := range said {
		both.Go(func() {
			if _, err := (Finder{Cache: cache, Progress: &said[n], Unpack: true}).Find(ctx, SIPp); err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
	if t.Failed() {
		t.FailNow()
	}
	if n := strings.Count(said[0].String()+said[1].String(), "is unpacked in"); n != 1 {
		t.Errorf("two askers, %d trees made:\n%s%s", n, said[0].String(), said[1].String())
	}

	cutOff(t)
	offline := Finder{Cache: cache, Progress: &bytes.Buffer{}, Unpack: true}
	tree, err := offline.Find(ctx, SIPp)
	if err != nil {
		t.Fatal("second start without network:", err)
	}
	if out, _ := tree.Command(ctx, "sipp", "-v").CombinedOutput(); !bytes.Contains(out, []byte("SIPp v3")) {
		t.Errorf("sipp -v: %s", out)
	}
	list, err := os.ReadFile(filepath.Join(tree.Root, versionsFile))
	if err != nil || !strings.Contains(string(list), "sip-tester "+tree.Versions["sip-tester"]+"\n") {
		t.Errorf("versions file: %v\n%s", err, list)
	}

	// What a power cut leaves: files, but no mark; and a tree begun beside it.
	path, err := tree.Path("sipp")
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{
		os.Remove(path), os.Remove(filepath.Join(tree.Root, markFile)),
		os.MkdirAll(tree.Root+".half/usr/bin", 0o755),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if tree, err = offline.Find(ctx, SIPp); err != nil {
		t.Fatal("half a tree, packages kept, no network:", err)
	}
	if _, err = tree.Path("sipp"); err != nil {
		t.Error("the tree was not made anew:", err)
	}
	if exists(tree.Root + ".half") {
		t.Error("the half tree is still there")
	}

	for _, dir := range []string{"trees", "debs", "apt"} {
		if err := os.RemoveAll(filepath.Join(cache, dir)); err != nil {
			t.Fatal(err)
		}
	}
	_, err = offline.Find(ctx, SIPp)
	if !errors.Is(err, ErrUnavailable) || !strings.Contains(err.Error(), "find sipp") || !strings.Contains(err.Error(), "127.0.0.1:9") {
		t.Errorf("nothing to make it from: %v", err)
	}
}

// A cancelled wait for another process ends at once.
func TestLockIsCancelled(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x.lock")
	held, err := lockFile(t.Context(), name, func() {})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = held.Close() }()
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := lockFile(ctx, name, cancel); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// The machine's own programs are taken where they serve.
func TestMachineFirst(t *testing.T) {
	dir := t.TempDir()
	for name, version := range map[string]string{"node": "v20.1.0", "npm": "10"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\necho "+version+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir+":/usr/bin:/bin")
	tree, err := machine(t.Context(), Node)
	if err != nil || tree.Root != "" || tree.Versions["node"] != "v20.1.0" {
		t.Errorf("%+v, %v", tree, err)
	}
	if err := os.WriteFile(filepath.Join(dir, "node"), []byte("#!/bin/sh\necho v12.22.1\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := machine(t.Context(), Node); err == nil || !strings.Contains(err.Error(), "too old") {
		t.Errorf("an old node: %v", err)
	}
}

// Speech works from its tree, data and plug-ins included.
func TestSpeechTree(t *testing.T) {
	ctx := t.Context()
	tree, err := Finder{Unpack: true}.Find(ctx, Speech)
	if err != nil {
		t.Fatal(err)
	}
	speak := tree.Command(ctx, "espeak-ng", "-v", "cmn-latn-pinyin", "--stdin", "--stdout")
	speak.Stdin = strings.NewReader("nin2 hao3")
	speech, err := speak.Output()
	if err != nil {
		t.Fatal(err)
	}
	sox := tree.Command(ctx, "sox", "-q", "-t", "wav", "-", "-t", "raw", "-r", "8000", "-b", "16", "-")
	sox.Stdin = bytes.NewReader(speech)
	if raw, err := sox.Output(); err != nil || len(raw) < 8000 {
		t.Errorf("%d bytes of speech, %v", len(raw), err)
	}
}

// Node and npm work from their tree, though a folder of the machine is compiled
// into Debian's.
func TestNodeTree(t *testing.T) {
	ctx := t.Context()
	tree, err := Finder{Unpack: true}.Find(ctx, Node)
	if err != nil {
		t.Fatal(err)
	}
	out, err := tree.Command(ctx, "node", "-e", "console.log(process.execPath, require('semver').major('18.2.0'))").CombinedOutput()
	if err != nil || !strings.HasPrefix(string(out), tree.Root) || !strings.HasSuffix(string(out), " 18\n") {
		t.Errorf("node: %v: %.300s", err, out)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "package.json"), []byte(`{"name":"x","version":"1.0.0","scripts":{"where":"node -p process.execPath"}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	npm := tree.Command(ctx, "npm", "run", "--silent", "where")
	npm.Dir = dir
	npm.Env = append(npm.Env, "HOME="+dir)
	if out, err := npm.CombinedOutput(); err != nil || !strings.HasPrefix(string(out), tree.Root) {
		t.Errorf("npm: %v: %.300s", err, out)
	}
}

// A set of files has them in its tree, or says what is to be installed.
func TestFontTree(t *testing.T) {
	tree, err := Finder{Unpack: true}.Find(t.Context(), Font)
	if err != nil {
		t.Fatal(err)
	}
	file, err := tree.File(FontFile)
	if err != nil {
		t.Fatal(err)
	}
	if st, err := os.Stat(file); err != nil || st.Size() < 1<<20 || !strings.HasPrefix(file, tree.Root) {
		t.Errorf("%s: %v", file, err)
	}
	if _, err := (Tree{Root: t.TempDir(), set: Font}).File(FontFile); err == nil || !strings.Contains(err.Error(), "install fonts-wqy-microhei") {
		t.Errorf("a tree without it: %v", err)
	}
}

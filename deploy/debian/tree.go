package debian

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
)

// Tree is a set ready to run. The zero Tree is not usable.
type Tree struct {
	// Root is the folder the set is unpacked in; empty for the machine's own
	// programs.
	Root string
	// Versions are package versions by package name; for the machine's own
	// programs the program's answer by program name.
	Versions map[string]string

	set    Set
	libs   []string
	loader string
	env    []string
}

// Path is the absolute file name of one of the set's programs.
func (t Tree) Path(name string) (string, error) {
	if t.Root == "" {
		return lookMachine(name)
	}
	for _, pattern := range []string{"usr/bin", "usr/sbin", "usr/lib/postgresql/*/bin", "bin", "sbin"} {
		found, _ := filepath.Glob(filepath.Join(t.Root, pattern, name))
		sort.Strings(found)
		for i := len(found) - 1; i >= 0; i-- {
			// Absolute links of a package point outside the tree; such a
			// program is reached by another name.
			if st, err := os.Stat(found[i]); err == nil && st.Mode().IsRegular() {
				return found[i], nil
			}
		}
	}
	return "", fmt.Errorf("find program %s: not in %s", name, t.Root)
}

// Command is exec.CommandContext for one of the set's programs, run so that it
// finds the libraries and data it was packed with. A missing program is
// reported when the command is started, as exec does.
func (t Tree) Command(ctx context.Context, name string, args ...string) *exec.Cmd {
	path, err := t.Path(name)
	if err != nil {
		cmd := exec.CommandContext(ctx, name, args...)
		cmd.Err = err
		return cmd
	}
	var cmd *exec.Cmd
	if t.loader != "" {
		// Only this process gets the tree's libraries: programs it starts in
		// turn are the machine's and must not see them.
		load := []string{"--library-path", strings.Join(t.libs, ":"), "--argv0", path, path}
		cmd = exec.CommandContext(ctx, t.loader, append(load, args...)...)
	} else {
		cmd = exec.CommandContext(ctx, path, args...)
	}
	cmd.Env = append(os.Environ(), t.env...)
	return cmd
}

// File is one of the set's files, by its name below the root.
func (t Tree) File(name string) (string, error) {
	path := filepath.Join("/", t.Root, name)
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("find file of %s: %w; install %s", t.set, err, strings.Join(t.set.packages, ", "))
	}
	return path, nil
}

// Env is what Command adds to the environment.
func (t Tree) Env() []string { return append([]string(nil), t.env...) }

// Glob lists files of the tree by a pattern relative to its root.
func (t Tree) Glob(pattern string) []string {
	found, _ := filepath.Glob(filepath.Join(t.Root, pattern))
	return found
}

// machine is the tree of the machine's own programs.
func machine(ctx context.Context, set Set) (Tree, error) {
	t := Tree{set: set, Versions: map[string]string{}}
	for _, name := range set.files {
		path, err := t.File(name)
		if err != nil {
			return Tree{}, err
		}
		t.Versions[filepath.Base(name)] = path
	}
	for _, p := range set.programs {
		path, err := lookMachine(p)
		if err != nil {
			return Tree{}, err
		}
		t.Versions[p] = path
	}
	if len(set.version) == 0 {
		return t, nil
	}
	out, err := t.Command(ctx, set.version[0], set.version[1:]...).Output()
	if err != nil {
		return Tree{}, fmt.Errorf("ask %s for its version: %w", set.version[0], err)
	}
	said := strings.TrimSpace(string(out))
	v, err := parseVersion(said)
	if err != nil {
		return Tree{}, err
	}
	t.Versions[set.version[0]] = said
	if set.check != nil {
		if err := set.check(v); err != nil {
			return Tree{}, err
		}
	}
	return t, nil
}

// lookMachine finds a program in PATH or where Debian keeps server programs,
// which are not in PATH: the newest PostgreSQL first.
func lookMachine(name string) (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	sort.Slice(found, func(i, j int) bool {
		a, _ := parseVersion(strings.TrimPrefix(found[i], "/usr/lib/postgresql/"))
		b, _ := parseVersion(strings.TrimPrefix(found[j], "/usr/lib/postgresql/"))
		return b.less(a)
	})
	if len(found) > 0 {
		return found[0], nil
	}
	path, err := exec.LookPath(name)
	if err == nil {
		return filepath.Abs(path)
	}
	for _, dir := range []string{"/usr/local/bin", "/usr/bin", "/usr/sbin", "/usr/local/sbin"} {
		path := filepath.Join(dir, name)
		if st, err := os.Stat(path); err == nil && st.Mode().IsRegular() && st.Mode()&0o111 != 0 {
			return path, nil
		}
	}
	return "", fmt.Errorf("find program %s: %w", name, exec.ErrNotFound)
}

// open makes the Tree of an unpacked folder.
func open(root string, set Set, versions map[string]string) (Tree, error) {
	t := Tree{Root: root, Versions: versions, set: set}
	if len(set.files) > 0 {
		for _, name := range set.files {
			if _, err := t.File(name); err != nil {
				return Tree{}, err
			}
		}
		return t, nil
	}
	for _, pattern := range []string{"usr/lib/*-linux-gnu*", "lib/*-linux-gnu*"} {
		t.libs = append(t.libs, t.Glob(pattern)...)
	}
	// Private libraries of packages that Debian finds by run path.
	for _, dir := range []string{"blas", "lapack", "pulseaudio"} {
		t.libs = append(t.libs, t.Glob("usr/lib/*-linux-gnu*/"+dir)...)
	}
	if len(t.libs) == 0 {
		return Tree{}, fmt.Errorf("open tree %s: no libraries in it", root)
	}
	first := func(pattern string) string {
		if found := t.Glob(pattern); len(found) > 0 {
			return found[0]
		}
		return ""
	}
	add := func(name, value string) {
		if value != "" {
			t.env = append(t.env, name+"="+value)
		}
	}
	if set.closed {
		if t.loader = first("usr/lib/*-linux-gnu*/ld-linux*.so*"); t.loader == "" {
			return Tree{}, fmt.Errorf("open tree %s: no loader in it", root)
		}
		add("OPENSSL_MODULES", first("usr/lib/*-linux-gnu*/ossl-modules"))
		add("GCONV_PATH", first("usr/lib/*-linux-gnu*/gconv"))
		add("OPENSSL_CONF", "/dev/null")
		return t, nil
	}
	add("LD_LIBRARY_PATH", strings.Join(t.libs, ":"))
	if data := first("usr/lib/*-linux-gnu*/espeak-ng-data"); data != "" {
		add("ESPEAK_DATA_PATH", filepath.Dir(data))
	}
	return t, nil
}

// load opens the complete tree of a set in the cache.
func load(cache string, set Set) (Tree, error) {
	root := place(cache, set)
	m, err := readMark(root)
	if err != nil {
		return Tree{}, err
	}
	if err := m.fits(set); err != nil {
		return Tree{}, err
	}
	t, err := open(root, set, m.Packages)
	if err == nil && set.opened != nil {
		err = set.opened(&t)
	}
	return t, err
}

func place(cache string, set Set) string { return filepath.Join(cache, "trees", set.name) }

func exists(path string) bool {
	_, err := os.Lstat(path)
	return !errors.Is(err, fs.ErrNotExist)
}

package debian

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sort"
	"strings"
)

// layout changes when a tree of the same packages is laid out differently, so
// that older trees are made anew.
const layout = 1

// mark says that a tree is complete. It is the last file written into it.
type mark struct {
	Set      string            `json:"set"`
	Layout   int               `json:"layout"`
	Arch     string            `json:"arch"`
	Packages map[string]string `json:"packages"`
}

const (
	markFile     = "COMPLETE"
	versionsFile = "VERSIONS"
)

func readMark(root string) (mark, error) {
	var m mark
	b, err := os.ReadFile(filepath.Join(root, markFile))
	if err != nil {
		return m, fmt.Errorf("read mark: %w", err)
	}
	if err := json.Unmarshal(b, &m); err != nil {
		return m, fmt.Errorf("read mark of %s: %w", root, err)
	}
	return m, nil
}

func (m mark) fits(set Set) error {
	switch {
	case m.Set != set.name:
		return fmt.Errorf("open tree: it holds %s, not %s", m.Set, set)
	case m.Layout != layout, m.Arch != runtime.GOARCH:
		return fmt.Errorf("open tree: layout %d for %s, not %d for %s", m.Layout, m.Arch, layout, runtime.GOARCH)
	}
	for _, p := range set.packages {
		if m.Packages[p] == "" {
			return fmt.Errorf("open tree: package %s is not in it", p)
		}
	}
	return judge(set, m.Packages)
}

// judge checks the bounds of the set's first package.
func judge(set Set, versions map[string]string) error {
	if set.check == nil {
		return nil
	}
	v, err := parseVersion(versions[set.packages[0]])
	if err != nil {
		return fmt.Errorf("judge %s: %w", set.packages[0], err)
	}
	return set.check(v)
}

// complete records the versions, readable for people, and then the mark. The
// contents reach the disk before the mark does: a power cut must not leave a
// marked tree with empty files.
func complete(root string, m mark) error {
	names := make([]string, 0, len(m.Packages))
	for name := range m.Packages {
		names = append(names, name)
	}
	sort.Strings(names)
	var list strings.Builder
	for _, name := range names {
		fmt.Fprintf(&list, "%s %s\n", name, m.Packages[name])
	}
	if err := os.WriteFile(filepath.Join(root, versionsFile), []byte(list.String()), 0o644); err != nil {
		return fmt.Errorf("record versions: %w", err)
	}
	if err := flush(root); err != nil {
		return err
	}
	b, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("mark tree: %w", err)
	}
	half := filepath.Join(root, markFile+".new")
	if err := writeSynced(half, b); err != nil {
		return fmt.Errorf("mark tree: %w", err)
	}
	if err := os.Rename(half, filepath.Join(root, markFile)); err != nil {
		return fmt.Errorf("mark tree: %w", err)
	}
	return nil
}

func writeSynced(path string, b []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	if _, err := f.Write(b); err != nil {
		_ = f.Close()
		return err
	}
	if err := f.Sync(); err != nil {
		_ = f.Close()
		return err
	}
	return f.Close()
}

package debian

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// Debian's Node reads a few of its own modules from this folder, by a name that
// is compiled in. A tree lies elsewhere, so the name is replaced by one of the
// same length: that of a link to the tree's folder.
const (
	nodeModules = "/usr/share/nodejs"
	linkPrefix  = "/tmp/nodejs-"
	linkFile    = "LINK"
)

// relinkNode makes up a link's name, which nobody can foresee, and writes it
// into the tree's Node.
func relinkNode(root string) error {
	random := make([]byte, 4)
	_, _ = rand.Read(random) // never fails
	link := linkPrefix + hex.EncodeToString(random)[:len(nodeModules)-len(linkPrefix)]
	libs, _ := filepath.Glob(filepath.Join(root, "usr/lib/*/libnode.so.*"))
	replaced := 0
	for _, name := range append(libs, filepath.Join(root, "usr/bin/node")) {
		info, err := os.Lstat(name)
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		b, err := os.ReadFile(name)
		if err != nil {
			return fmt.Errorf("relink node: %w", err)
		}
		old := []byte("\x00" + nodeModules + "/")
		n := bytes.Count(b, old)
		if n == 0 {
			continue
		}
		replaced += n
		if err := os.WriteFile(name, bytes.ReplaceAll(b, old, []byte("\x00"+link+"/")), info.Mode().Perm()); err != nil {
			return fmt.Errorf("relink node: %w", err)
		}
	}
	if replaced == 0 {
		return nil // a Node that brings its modules along
	}
	if err := os.WriteFile(filepath.Join(root, linkFile), []byte(link), 0o644); err != nil {
		return fmt.Errorf("relink node: %w", err)
	}
	return nil
}

// openNode makes the link where it is missing: it lies in the temporary folder.
// Somebody else's link is not followed.
func openNode(t *Tree) error {
	t.env = append(t.env,
		"PATH="+filepath.Join(t.Root, "usr/bin")+":"+os.Getenv("PATH"),
		"NODE_PATH="+filepath.Join(t.Root, nodeModules),
		// Node's own default is a folder of a package that is not unpacked.
		"SSL_CERT_DIR=/etc/ssl/certs")
	b, err := os.ReadFile(filepath.Join(t.Root, linkFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("open node: %w", err)
	}
	link, target := string(b), filepath.Join(t.Root, nodeModules)
	if !strings.HasPrefix(link, linkPrefix) || len(link) != len(nodeModules) {
		return fmt.Errorf("open node: %q is no link of ours", link)
	}
	if err := os.Symlink(target, link); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("open node: %w", err)
	}
	info, err := os.Lstat(link)
	if err != nil {
		return fmt.Errorf("open node: %w", err)
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if to, err := os.Readlink(link); err != nil || to != target || !ok || int(st.Uid) != os.Geteuid() {
		return fmt.Errorf("open node: %s is there and not ours; remove it", link)
	}
	return nil
}

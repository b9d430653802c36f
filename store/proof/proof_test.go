package proof

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var at = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func newKey(t *testing.T) *Key {
	t.Helper()
	k, err := OpenKey(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func leaf(n int) string {
	sum := sha256.Sum256(fmt.Append(nil, n))
	return hex.EncodeToString(sum[:])
}

func treeOf(t *testing.T, size int, wanted ...Path) *Tree {
	t.Helper()
	tree := NewTree(wanted...)
	for n := range size {
		if err := tree.Append(leaf(n)); err != nil {
			t.Fatal(err)
		}
	}
	return tree
}

func headOf(t *testing.T, k *Key, company string, size int) Head {
	t.Helper()
	h, err := k.Sign(Head{Company: company, Size: uint64(size), Root: treeOf(t, size).Root(), At: at})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// The tree of nothing and of one leaf are as RFC 9162 says.
func TestRoots(t *testing.T) {
	t.Parallel()
	if got := hex.EncodeToString(treeOf(t, 0).Root()); got != "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" {
		t.Errorf("of nothing: %s", got)
	}
	tree := NewTree()
	if err := tree.Append(""); err != nil {
		t.Fatal(err)
	}
	if got := hex.EncodeToString(tree.Root()); got != "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d" {
		t.Errorf("of one empty leaf: %s", got)
	}
	if err := tree.Append("no hex"); err == nil {
		t.Error("a leaf that is no hash was added")
	}
}

// Every leaf of every small tree is proven, and no other leaf in its place; every tree grew
// from each smaller one, and from no other.
func TestPaths(t *testing.T) {
	t.Parallel()
	k := newKey(t)
	const most = 20
	for size := 1; size <= most; size++ {
		newer := headOf(t, k, "demo", size)
		for n := range size {
			p, err := InclusionPath(uint64(n), uint64(size))
			if err != nil {
				t.Fatal(err)
			}
			path, err := treeOf(t, size, p).Hashes(p)
			if err != nil {
				t.Fatal(err)
			}
			if err := CheckInclusion(newer, uint64(n), leaf(n), path); err != nil {
				t.Errorf("leaf %d of %d: %v", n, size, err)
			}
			if CheckInclusion(newer, uint64(n), leaf(n+1), path) == nil {
				t.Errorf("leaf %d of %d passes for another", n+1, size)
			}
			older := headOf(t, k, "demo", n+1)
			if p, err = GrowthPath(older.Size, newer.Size); err != nil {
				t.Fatal(err)
			}
			if path, err = treeOf(t, size, p).Hashes(p); err != nil {
				t.Fatal(err)
			}
			if err := CheckGrowth(older, newer, path); err != nil {
				t.Errorf("%d from %d: %v", size, n+1, err)
			}
			other := older
			other.Root = treeOf(t, n).Root()
			if CheckGrowth(other, newer, path) == nil {
				t.Errorf("%d from another %d", size, n+1)
			}
		}
	}
}

// A key is made once, for its owner alone, and is the same for all who open it.
func TestKey(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := ReadKey(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("read before it was made: %v", err)
	}
	type opened struct {
		key *Key
		err error
	}
	openedC := make(chan opened)
	const many = 8
	for range many {
		go func() {
			k, err := OpenKey(dir)
			openedC <- opened{k, err}
		}()
	}
	public := ""
	for range many {
		o := <-openedC
		if o.err != nil {
			t.Fatal(o.err)
		}
		if public == "" {
			public = o.key.Public.String()
		}
		if o.key.Public.String() != public {
			t.Error("two keys were made")
		}
	}
	info, err := os.Stat(filepath.Join(dir, keyFile))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("left in the folder: %v, %v", left, err)
	}
	if p, err := ParsePublicKey(public + "\n"); err != nil || p.String() != public {
		t.Errorf("public key %q, %v", p, err)
	}
	for _, text := range []string{"", "x", public[:len(public)-4]} {
		if _, err := ParsePublicKey(text); err == nil || !strings.Contains(err.Error(), "allowed: NAME+HASH+BASE64") {
			t.Errorf("key %q: %v", text, err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, keyFile), []byte("one line"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenKey(dir); err == nil || !strings.Contains(err.Error(), "no two lines") {
		t.Errorf("a broken key: %v", err)
	}
}

// A folder keeps every head that it was given, whatever a cut has left between, and whatever
// people have written around a head that they copied from paper.
func TestFolder(t *testing.T) {
	t.Parallel()
	k, dir := newKey(t), t.TempDir()
	f := Folder(dir)
	if _, err := ReadHeads(dir, k.Public); !errors.Is(err, ErrNoHeads) {
		t.Errorf("an empty folder: %v", err)
	}
	for _, size := range []int{1, 3} {
		if err := f.Give(t.Context(), headOf(t, k, "demo", size)); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Give(t.Context(), headOf(t, k, "demo2", 2)); err != nil {
		t.Fatal(err)
	}
	demo := headFile(dir, "demo")
	torn, err := os.OpenFile(demo, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = torn.WriteString("\n" + headOf(t, k, "demo", 5).Text[:40])
	torn.Close()
	if err := f.Give(t.Context(), headOf(t, k, "demo", 7)); err != nil {
		t.Fatal(err)
	}
	var got []string
	heads, err := ReadHeads(dir, k.Public)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range heads {
		if !h.At.Equal(at) || !strings.HasPrefix(h.Place, dir) {
			t.Errorf("%+v", h)
		}
		got = append(got, fmt.Sprint(h.Company, h.Size))
	}
	if s := strings.Join(got, " "); s != "demo1 demo3 demo7 demo22" {
		t.Errorf("kept: %s", s)
	}
	newest, err := f.Newest(k.Public)
	if err != nil || len(newest) != 2 || newest[0].Size+newest[1].Size != 9 {
		t.Errorf("newest: %+v, %v", newest, err)
	}
	paper := filepath.Join(t.TempDir(), "paper")
	text := "Monday, in the safe:\r\n" + strings.ReplaceAll(headOf(t, k, "demo", 3).Text, "\n", "\r\n") + "signed by Li"
	if err := os.WriteFile(paper, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if heads, err := ReadHeads(paper, k.Public); err != nil || len(heads) != 1 || heads[0].Size != 3 {
		t.Errorf("from paper: %+v, %v", heads, err)
	}
	if err := Folder(filepath.Join(dir, "away")).Give(t.Context(), heads[0]); err == nil {
		t.Error("a folder that is not there took a head")
	}
}

// A head that was changed, or is another's, is an error that names its place.
func TestForeignHeads(t *testing.T) {
	t.Parallel()
	k, other := newKey(t), newKey(t)
	good := headOf(t, k, "demo", 12).Text
	for name, c := range map[string]struct{ text, want string }{
		"size":       {strings.Replace(good, "\n12\n", "\n13\n", 1), "invalid signature"},
		"time":       {strings.Replace(good, "09:00", "10:00", 1), "invalid signature"},
		"company":    {strings.Replace(good, "/demo\n", "/demo2\n", 1), "invalid signature"},
		"other key":  {headOf(t, other, "demo", 12).Text, ErrForeign.Error()},
		"other name": {strings.ReplaceAll(good, k.signer.Name(), other.signer.Name()), ErrForeign.Error()},
	} {
		file := filepath.Join(t.TempDir(), "x.heads")
		if err := os.WriteFile(file, []byte("\n"+good+"\n"+c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadHeads(file, k.Public); err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), file+":9") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// An address gets the head as it is; what it refuses is an error that does not tell the
// address's secrets.
func TestLink(t *testing.T) {
	t.Parallel()
	k := newKey(t)
	h := headOf(t, k, "demo", 3)
	status, got := http.StatusNoContent, ""
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		got = string(b)
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(status)
	}))
	l := NewLink(server.URL + "/heads?token=geheim")
	if err := l.Give(t.Context(), h); err != nil || got != h.Text {
		t.Errorf("given: %q, %v", got, err)
	}
	if o, err := Open(got, k.Public); err != nil || o.Size != 3 || o.Company != "demo" {
		t.Errorf("what arrived: %+v, %v", o, err)
	}
	refused := func(what string) {
		t.Helper()
		err := l.Give(t.Context(), h)
		if err == nil || strings.Contains(err.Error(), "geheim") || !strings.Contains(err.Error(), l.Name()) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for _, s := range []int{http.StatusFound, http.StatusForbidden, http.StatusInternalServerError} {
		status = s
		refused(http.StatusText(s))
	}
	server.Close()
	refused("away")
}

// Whatever stands in a witness's file or a proof's head, reading it ends, and finds nothing
// that the key has not signed.
func FuzzHeads(f *testing.F) {
	dir := f.TempDir()
	k, err := OpenKey(dir)
	if err != nil {
		f.Fatal(err)
	}
	h, err := k.Sign(Head{Company: "demo", Size: 3, Root: make([]byte, 32), At: at})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(h.Text)
	f.Add("\n\n\n\n\n— x y\n")
	f.Fuzz(func(t *testing.T, text string) {
		heads, err := parseHeads("f", text, k.Public)
		if err != nil {
			return
		}
		for _, o := range heads {
			if o.Company != h.Company || o.Size != h.Size {
				t.Errorf("found %+v", o)
			}
		}
	})
}

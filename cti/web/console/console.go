// Package console serves the web application: the agents' desk, the leaders' floor and
// the operators' workshop. Its sources stand beside it (`make build` builds them into
// dist, which is embedded); a program built without them says so.
//
// Every page is index.html: the application finds its page by the address itself. What
// index.html loads has its hash in its name and may be kept for ever; index.html may not.
//
// Nothing but what was built runs in a page: scripts are of this origin only, styles too,
// or have the nonce that each page is given anew.
package console

import (
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"embed"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"
)

//go:embed all:dist
var dist embed.FS

// placeholder stands in index.html where the page's nonce belongs.
const placeholder = "__NONCE__"

const unbuilt = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Sansheng</title>
<p>This program was built without its console. <code>make build</code> builds both.</p>
<p>这个程序没有包含控制台。请用 <code>make build</code> 重新构建。</p>`

// Console is the application, ready to be served by any goroutine.
type Console struct {
	index  []byte
	assets map[string]asset
}

type asset struct {
	kind         string
	plain, small []byte // small is gzip's, nil where it saves nothing
}

// New takes in what was built.
func New() (*Console, error) {
	built, err := fs.Sub(dist, "dist")
	if err != nil {
		return nil, err
	}
	return open(built)
}

func open(built fs.FS) (*Console, error) {
	c := &Console{index: []byte(unbuilt), assets: map[string]asset{}}
	err := fs.WalkDir(built, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(path.Base(name), ".") {
			return err
		}
		b, err := fs.ReadFile(built, name)
		if err != nil {
			return err
		}
		if name == "index.html" {
			c.index = b
			return nil
		}
		c.assets["/"+name] = asset{kind: mime.TypeByExtension(path.Ext(name)), plain: b, small: squeeze(b)}
		return nil
	})
	return c, err
}

func squeeze(b []byte) []byte {
	var out bytes.Buffer
	w, _ := gzip.NewWriterLevel(&out, gzip.BestCompression) // the level is a valid one
	_, _ = w.Write(b)                                       // a buffer takes everything
	_ = w.Close()
	if out.Len() >= len(b) {
		return nil
	}
	return out.Bytes()
}

// Serves tells whether a request is the console's: everything that is asked for by
// reading and is not one of the given prefixes.
func Serves(r *http.Request, not ...string) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	for _, prefix := range not {
		if r.URL.Path == prefix || strings.HasPrefix(r.URL.Path, prefix+"/") {
			return false
		}
	}
	return path.Clean(r.URL.Path) == r.URL.Path
}

// ServeHTTP answers a file that was built, or the page.
func (c *Console) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	if a, ok := c.assets[r.URL.Path]; ok {
		h.Set("Content-Type", a.kind)
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		if !strings.HasPrefix(r.URL.Path, "/assets/") { // no hash in its name
			h.Set("Cache-Control", "public, max-age=3600")
		}
		body := a.plain
		if a.small != nil {
			h.Set("Vary", "Accept-Encoding")
			if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
				h.Set("Content-Encoding", "gzip")
				body = a.small
			}
		}
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
		return
	}
	if strings.HasPrefix(r.URL.Path, "/assets/") { // of another version: a page would be no script
		http.NotFound(w, r)
		return
	}
	nonce := rand.Text()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", policy(nonce))
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(bytes.ReplaceAll(c.index, []byte(placeholder), []byte(nonce))))
}

// policy is what a page may do: load what was built, speak to this origin, play what it
// has been given.
func policy(nonce string) string {
	return strings.Join([]string{
		"default-src 'none'", "script-src 'self'", "style-src 'self' 'nonce-" + nonce + "'", "img-src 'self' data: blob:", "font-src 'self'",
		"connect-src 'self'", "media-src 'self' blob:", "worker-src 'self' blob:", "manifest-src 'self'",
		"base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
	}, "; ")
}

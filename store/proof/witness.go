package proof

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Witness keeps heads where those who administer the database cannot write.
type Witness interface {
	// Name is how it is called in words, without what may be secret.
	Name() string
	Give(ctx context.Context, h Head) error
}

// Folder is a witness that has a file for each company. It must be there: where a disk of
// another host is away, the folder below it is not made in its place.
type Folder string

// Name implements Witness.
func (f Folder) Name() string { return string(f) }

func headFile(folder, company string) string {
	return filepath.Join(folder, url.PathEscape(company)+headExt)
}

// Give implements Witness. The head is on the disk when it returns.
func (f Folder) Give(_ context.Context, h Head) error {
	if info, err := os.Stat(string(f)); err != nil || !info.IsDir() {
		return errors.Join(fmt.Errorf("witness %s: it is no folder", f), err)
	}
	file, err := os.OpenFile(headFile(string(f), h.Company), os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
	if err != nil {
		return fmt.Errorf("witness %s: %w", f, err)
	}
	// The empty line ends what a cut has left of the head before.
	_, err = file.WriteString("\n" + h.Text)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return fmt.Errorf("witness %s: %w", f, err)
	}
	return nil
}

// giveWithin bounds one post.
const giveWithin = 10 * time.Second

// Link is a witness at an address: it takes a head by POST and answers with a status below
// 300 once it keeps it.
type Link struct {
	url, name string
	client    *http.Client
}

// NewLink makes the witness at an address.
func NewLink(address string) *Link {
	name := "of the address"
	if u, err := url.Parse(address); err == nil {
		name = u.Scheme + "://" + u.Host // the rest may be a secret
	}
	return &Link{url: address, name: name, client: &http.Client{
		Timeout: giveWithin,
		// Heads go once an hour: no connection waits for the next.
		Transport:     &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Name implements Witness.
func (l *Link) Name() string { return l.name }

// Give implements Witness.
func (l *Link) Give(ctx context.Context, h Head) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, l.url, strings.NewReader(h.Text))
	if err != nil {
		return fmt.Errorf("witness %s: the address cannot be asked", l.name)
	}
	req.Header.Set("Content-Type", "text/plain; charset=utf-8")
	res, err := l.client.Do(req)
	if err != nil {
		if named := (*url.Error)(nil); errors.As(err, &named) {
			err = named.Err
		}
		return fmt.Errorf("witness %s: %w", l.name, err)
	}
	defer res.Body.Close()
	_, _ = io.CopyN(io.Discard, res.Body, 64<<10)
	if res.StatusCode >= 300 {
		return fmt.Errorf("witness %s: %s", l.name, res.Status)
	}
	return nil
}

// Newest are the largest heads of each company in the folder.
func (f Folder) Newest(key PublicKey) ([]Head, error) {
	heads, err := ReadHeads(string(f), key)
	if errors.Is(err, ErrNoHeads) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	newest := map[string]Head{}
	for _, h := range heads {
		if h.Size >= newest[h.Company].Size {
			newest[h.Company] = h
		}
	}
	return slices.Collect(maps.Values(newest)), nil
}

// Package webhook posts to companies' own systems, signed as Standard Webhooks has it
// (github.com/standard-webhooks/standard-webhooks), so that receivers may use its
// libraries.
//
// A post has the headers
//
//	webhook-id         names what is told: told again, it has the same
//	webhook-timestamp  when this post was made, in seconds since 1970
//	webhook-signature  v1,<base64 of HMAC-SHA256 of "id.timestamp.body">; one for each key
//
// A receiver takes what was signed with a key of his within the last 5 minutes, each id
// once, and answers 2xx. Everything else is a failure: another status, a redirect, which is
// not followed, or no answer within 10 s. What is answered is not looked at.
//
// A Sender may be used from any goroutine. It keeps nothing; who sends tries again.
package webhook

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	// Within is how long a receiver may take to answer.
	Within = 10 * time.Second
	// answerMost and headersMost are how many bytes of an answer are read at most.
	answerMost  = 4 << 10
	headersMost = 16 << 10
	// keyLeast and keyMost bound a key, in bytes; Standard Webhooks says so.
	keyLeast, keyMost = 24, 64
	keysMost          = 2
	keyPrefix         = "whsec_"
)

// Key signs.
type Key []byte

// ReadKeys reads one key, or the new and the old one while receivers change over, with a
// space between. What it says of a bad one does not show it.
func ReadKeys(text string) ([]Key, error) {
	const allowed = "allowed: whsec_ and 24 to 64 bytes as base64, one or two with a space between"
	var keys []Key
	for _, word := range strings.Fields(text) {
		coded, ok := strings.CutPrefix(word, keyPrefix)
		key, err := base64.StdEncoding.DecodeString(coded)
		if !ok || err != nil || len(key) < keyLeast || len(key) > keyMost {
			return nil, fmt.Errorf("key %d is not allowed; %s", len(keys)+1, allowed)
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 || len(keys) > keysMost {
		return nil, fmt.Errorf("%d keys; %s", len(keys), allowed)
	}
	return keys, nil
}

// Sign is the signature of a body by each key.
func Sign(keys []Key, id string, at time.Time, body []byte) string {
	signatures := make([]string, len(keys))
	for i, k := range keys {
		h := hmac.New(sha256.New, k)
		fmt.Fprintf(h, "%s.%d.", id, at.Unix())
		h.Write(body)
		signatures[i] = "v1," + base64.StdEncoding.EncodeToString(h.Sum(nil))
	}
	return strings.Join(signatures, " ")
}

// CheckURL tells whether a post may go to an address.
func CheckURL(text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.Fragment != "" {
		return errors.New("allowed: an http or https address, without user and #")
	}
	return nil
}

// Sender posts. Make it with New.
type Sender struct{ http *http.Client }

// New makes a sender. It posts to the address that it is given, and to no other: no proxy,
// no redirect, and none of the addresses at which machines keep their own secrets.
func New() *Sender {
	dialer := &net.Dialer{Timeout: Within, Control: refuse}
	return &Sender{&http.Client{
		Timeout: Within,
		Transport: &http.Transport{
			DialContext: dialer.DialContext, TLSHandshakeTimeout: Within, ForceAttemptHTTP2: true,
			MaxIdleConnsPerHost: 8, IdleConnTimeout: time.Minute, MaxResponseHeaderBytes: headersMost, DisableCompression: true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// refuse looks at the address after the name was resolved. Link-local ones are where a
// cloud's machines ask for their credentials.
func refuse(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("address %q: %w", address, err)
	}
	if a := at.Addr().Unmap(); a.IsLinkLocalUnicast() || a.IsMulticast() || a.IsUnspecified() {
		return fmt.Errorf("address %s is not allowed: link-local, of a group, or of nobody", a)
	}
	return nil
}

// Close gives connections back that wait for another post.
func (s *Sender) Close() { s.http.CloseIdleConnections() }

// Post posts JSON once. Its error does not show the path and the query, which may have a key in
// them.
func (s *Sender) Post(ctx context.Context, address string, keys []Key, id string, body []byte) error {
	ctx, cancel := context.WithTimeout(ctx, Within)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return plain(err)
	}
	now := time.Now()
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "sansheng")
	r.Header.Set("webhook-id", id)
	r.Header.Set("webhook-timestamp", strconv.FormatInt(now.Unix(), 10))
	r.Header.Set("webhook-signature", Sign(keys, id, now, body))
	resp, err := s.http.Do(r)
	switch {
	case errors.Is(err, context.DeadlineExceeded) || isTimeout(err):
		return fmt.Errorf("no answer within %s", Within)
	case err != nil:
		return plain(err)
	}
	defer resp.Body.Close()
	_, _ = io.CopyN(io.Discard, resp.Body, answerMost) // so that the connection can be used again
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("status %d", resp.StatusCode)
	}
	return nil
}

func isTimeout(err error) bool {
	var network net.Error
	return errors.As(err, &network) && network.Timeout()
}

// plain is an error without path and query.
func plain(err error) error {
	var at *url.Error
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}

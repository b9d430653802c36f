// Package lookup asks the companies' services about callers, over HTTP: it carries a
// cti.Ask out and brings what the service says.
//
// The question is a POST with JSON, as in
//
//	{"call": "1700000000.1", "company": "gas", "line": "800100", "caller": "13800138000", "digits": {"account": "1234"}}
//
// and the answer is 200 with
//
//	{"result": "known", "data": {"name": "Wang"}}
//
// Everything else is no answer: another status, a redirect, what is too long, no JSON, or
// comes too late. Nothing is tried again: the caller waits.
package lookup

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"slices"
	"time"

	"sansheng/cti"
)

const (
	// answerMost is how many bytes an answer may have, headersMost its headers.
	answerMost  = 16 << 10
	headersMost = 16 << 10
	// failureMost is how many bytes say why there is none.
	failureMost = 200
)

// Client asks. Make it with New; it may be used by several goroutines.
type Client struct{ http *http.Client }

// New makes a client. It asks the address that is configured, and no other: no proxy, and
// no redirect is followed.
func New() *Client {
	return &Client{&http.Client{
		Transport: &http.Transport{
			MaxIdleConnsPerHost: 4, IdleConnTimeout: time.Minute, MaxResponseHeaderBytes: headersMost, DisableCompression: true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

type question struct {
	Call    cti.CallID        `json:"call"`
	Company cti.CompanyID     `json:"company"`
	Line    string            `json:"line"`
	Caller  string            `json:"caller"`
	Digits  map[string]string `json:"digits"`
}

type answer struct {
	Result string            `json:"result"`
	Data   map[string]string `json:"data"`
}

// Ask asks, and returns within the service's deadline.
func (c *Client) Ask(ctx context.Context, a cti.Ask) cti.LookedUp {
	up := cti.LookedUp{Call: a.Call, N: a.N}
	ctx, cancel := context.WithTimeout(ctx, a.Lookup.Patience())
	defer cancel()
	said, err := c.ask(ctx, a)
	if err != nil {
		if errors.Is(err, context.DeadlineExceeded) {
			err = fmt.Errorf("no answer within %s", a.Lookup.Patience())
		}
		text := err.Error()
		up.Failure = text[:min(len(text), failureMost)]
		return up
	}
	up.Result = said.Result
	for _, name := range slices.Sorted(maps.Keys(said.Data)) {
		up.Data = append(up.Data, cti.SheetField{Name: name, Value: said.Data[name]})
	}
	if err := cti.CheckAnswer(up.Result, up.Data); err != nil {
		return cti.LookedUp{Call: a.Call, N: a.N, Failure: err.Error()}
	}
	return up
}

func (c *Client) ask(ctx context.Context, a cti.Ask) (*answer, error) {
	q := question{Call: a.Call, Company: a.Company, Line: a.Line, Caller: a.Caller, Digits: map[string]string{}}
	for _, d := range a.Digits {
		q.Digits[d.Name] = d.Value
	}
	body, err := json.Marshal(q)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, a.Lookup.URL, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json")
	if a.Lookup.Header != "" {
		key := os.Getenv(a.Lookup.HeaderEnv)
		if key == "" {
			return nil, fmt.Errorf("environment variable %s is not set", a.Lookup.HeaderEnv)
		}
		r.Header.Set(a.Lookup.Header, key)
	}
	resp, err := c.http.Do(r)
	if err != nil {
		return nil, plain(err)
	}
	defer resp.Body.Close()
	return read(resp)
}

// read takes an answer that is whole and as it should be.
func read(resp *http.Response) (*answer, error) {
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("status %d", resp.StatusCode)
	}
	text, err := io.ReadAll(io.LimitReader(resp.Body, answerMost+1))
	switch {
	case err != nil:
		return nil, plain(err)
	case len(text) > answerMost:
		return nil, fmt.Errorf("the answer has more than %d bytes", answerMost)
	}
	var said answer
	if json.Unmarshal(text, &said) != nil {
		return nil, errors.New("the answer is no JSON with result and data")
	}
	return &said, nil
}

// plain is an error without the address, which may have a key in it.
func plain(err error) error {
	var at *url.Error
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}

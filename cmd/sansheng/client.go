package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/spf13/cobra"
)

// passwordVariable is the environment's name of the account's password.
const passwordVariable = "SANSHENG_PASSWORD"

// answerMost bounds an answer, askWithin the time until it is there.
const (
	answerMost = 4 << 20
	askWithin  = 20 * time.Second
)

// client asks the running service's API for something, as a person.
type client struct{ url, as string }

func (c *client) addFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&c.url, "url", "http://127.0.0.1:8080", "where the service's API is")
	f.StringVar(&c.as, "as", "", "the account that orders")
}

// do sends body as JSON, nil for none. An answer that is no success is an error in the
// service's own words.
func (c *client) do(ctx context.Context, method, path string, body any, header http.Header) error {
	_, err := c.ask(ctx, method, path, body, header)
	return err
}

// get reads the answer to a question.
func (c *client) get(ctx context.Context, path string, into any) error {
	return c.order(ctx, http.MethodGet, path, nil, into)
}

// order sends body and reads the answer.
func (c *client) order(ctx context.Context, method, path string, body, into any) error {
	said, err := c.ask(ctx, method, path, body, nil)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(said, into); err != nil {
		return fmt.Errorf("read the service's answer: %w", err)
	}
	return nil
}

// ask is do with what was answered.
func (c *client) ask(ctx context.Context, method, path string, body any, header http.Header) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	if body == nil {
		return c.send(ctx, method, path, nil, header)
	}
	text, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	whole := http.Header{"Content-Type": {"application/json"}}
	for name, values := range header {
		whole[name] = values
	}
	return c.send(ctx, method, path, bytes.NewReader(text), whole)
}

// sendWithin is how long the service may take to receive a file and to take it.
const sendWithin = 5 * time.Minute

// send is ask with a body as it is.
func (c *client) send(ctx context.Context, method, path string, body io.Reader, header http.Header) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, sendWithin)
	defer cancel()
	res, err := c.open(ctx, method, path, body, header)
	if err != nil {
		return nil, err
	}
	defer res.Close()
	said, err := io.ReadAll(io.LimitReader(res, answerMost+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("the service broke off: %w", err)
	case len(said) > answerMost: // a part would pass for the whole
		return nil, fmt.Errorf("the answer has more than %d MB; allowed: less at a time", answerMost>>20)
	}
	return said, nil
}

// fetch writes an answer of any length into w; ctx bounds it.
func (c *client) fetch(ctx context.Context, path string, w io.Writer) error {
	res, err := c.open(ctx, http.MethodGet, path, nil, nil)
	if err != nil {
		return err
	}
	defer res.Close()
	if _, err := io.Copy(w, res); err != nil {
		return fmt.Errorf("the service broke off: %w", err)
	}
	return nil
}

// open is send with the answer as it comes.
func (c *client) open(ctx context.Context, method, path string, body io.Reader, header http.Header) (io.ReadCloser, error) {
	password := os.Getenv(passwordVariable)
	if c.as == "" || password == "" {
		return nil, errors.New("name the account with --as, and its password in the environment's " + passwordVariable)
	}
	r, err := http.NewRequestWithContext(ctx, method, c.url+path, body)
	if err != nil {
		return nil, err
	}
	if f, ok := body.(*os.File); ok {
		if info, err := f.Stat(); err == nil {
			r.ContentLength = info.Size()
		}
	}
	r.SetBasicAuth(c.as, password)
	for name, values := range header {
		r.Header[name] = values
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, fmt.Errorf("is the service running? %w", err)
	}
	if res.StatusCode/100 == 2 {
		return res.Body, nil
	}
	defer res.Body.Close()
	said, err := io.ReadAll(io.LimitReader(res.Body, answerMost))
	if err != nil {
		return nil, err
	}
	var problem struct {
		Detail string
		Errors []struct{ Location, Message string }
	}
	if json.Unmarshal(said, &problem) != nil || problem.Detail == "" {
		problem.Detail = res.Status
	}
	for _, e := range problem.Errors { // what is wrong, and where
		if problem.Detail += "; "; e.Location != "body.document" { // whose faults have their line
			problem.Detail += e.Location + ": "
		}
		problem.Detail += e.Message
	}
	return nil, errors.New(printable(problem.Detail))
}

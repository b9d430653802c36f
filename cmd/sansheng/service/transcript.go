package service

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"go.uber.org/zap"

	"sansheng/cmd/sansheng/config"
	"sansheng/pbx/ari"
	"sansheng/store"
)

// Where a machine is configured it writes down the messages that callers leave: each is sent
// to it once its file is whole, and again, ever later, until it has answered or the message is
// a week old. What is still to be sent is in the database, so a restart loses nothing. Two
// processes on one database share the work.
const (
	transcribeEvery = 2 * time.Second
	transcribedFor  = 7 * 24 * time.Hour
	// soundMost and answerMost bound, in bytes, what is sent and what is taken; textMost what
	// is kept of it.
	soundMost  = 32 << 20
	answerMost = 64 << 10
	textMost   = 8000
)

// transcriber asks the machine.
type transcriber struct {
	cfg  config.Transcription
	http *http.Client
}

// newTranscriber makes one that asks the address that is configured, and no other: no proxy,
// and no redirect is followed.
func newTranscriber(cfg config.Transcription) *transcriber {
	return &transcriber{cfg, &http.Client{
		Transport:     &http.Transport{MaxIdleConnsPerHost: 1, IdleConnTimeout: time.Minute, DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// refusedError: the machine will not take this message, however often it is asked.
type refusedError struct{ status int }

func (e *refusedError) Error() string { return fmt.Sprintf("refused with status %d", e.status) }

// keepTranscripts runs until the service ends.
func (s *Service) keepTranscripts(run context.Context) {
	t := newTranscriber(s.cfg.Transcription)
	tick := time.NewTicker(transcribeEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-run.Done():
			return
		}
		client, records := s.switchClient(), s.records.store.Load()
		for more := client != nil && records != nil; more && run.Err() == nil; {
			var err error
			if more, err = s.transcribeNext(run, client, records, t); err != nil {
				s.log.Debug("messages cannot be transcribed now", zap.Error(err))
			}
		}
	}
}

// transcribeNext has the next message written down, and tells whether there may be more.
func (s *Service) transcribeNext(run context.Context, client *ari.Client, records *store.Store, t *transcriber) (more bool, err error) {
	now := time.Now()
	u, ok, err := records.NextUntranscribed(run, now.Add(-transcribedFor), now, t.cfg.Patience())
	if err != nil || !ok {
		return false, err
	}
	text, failed := t.of(run, client, u)
	if run.Err() != nil {
		return false, nil
	}
	if failed == nil {
		return true, records.Transcribed(run, u.Call, text, time.Now())
	}
	final := errors.As(failed, new(*refusedError)) || errors.Is(failed, errNoFile)
	s.log.Warn("a message has no transcript", zap.String("call", u.Call), zap.Int32("attempt", u.Attempt), zap.Bool("given up", final), zap.Error(failed))
	return true, records.NotTranscribed(run, u.Call, failed.Error(), final)
}

// of fetches a message from the switch and asks the machine, within its deadline.
func (t *transcriber) of(ctx context.Context, client *ari.Client, u store.Untranscribed) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, t.cfg.Patience())
	defer cancel()
	file, err := client.Recordings.File(ctx, u.Recording)
	switch {
	case ari.Gone(err):
		return "", errNoFile
	case err != nil:
		return "", fmt.Errorf("fetch the recording: %w", err)
	}
	defer file.Close()
	sound, err := io.ReadAll(io.LimitReader(file, soundMost))
	if err != nil {
		return "", fmt.Errorf("fetch the recording: %w", err)
	}
	return t.ask(ctx, sound, u)
}

// ask sends a message's sound and takes the text. Who has called is not told.
func (t *transcriber) ask(ctx context.Context, sound []byte, u store.Untranscribed) (string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, t.cfg.URL, bytes.NewReader(sound))
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", "audio/wav")
	r.Header.Set("Accept", "application/json")
	r.Header.Set("Sansheng-Call", u.Call)
	r.Header.Set("Sansheng-Company", u.Company)
	r.Header.Set("Sansheng-Language", u.Language)
	if t.cfg.Header != "" {
		key, err := os.ReadFile(t.cfg.HeaderFile)
		if err != nil {
			return "", fmt.Errorf("read the key: %w", err)
		}
		r.Header.Set(t.cfg.Header, strings.TrimSpace(string(key)))
	}
	resp, err := t.http.Do(r)
	var at *url.Error
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return "", fmt.Errorf("no answer within %s", t.cfg.Patience())
	case errors.As(err, &at): // without the address
		return "", at.Err
	case err != nil:
		return "", err
	}
	defer resp.Body.Close()
	return readText(resp)
}

// readText takes an answer: 200 with text as JSON.
func readText(resp *http.Response) (string, error) {
	switch code := resp.StatusCode; {
	case code == http.StatusOK:
	case code == http.StatusRequestTimeout, code == http.StatusTooEarly, code == http.StatusTooManyRequests, code == http.StatusUnauthorized, code == http.StatusForbidden,
		code == http.StatusNotFound: // these are put right elsewhere
		return "", fmt.Errorf("status %d", code)
	case code >= 400 && code < 500:
		return "", &refusedError{code}
	default:
		return "", fmt.Errorf("status %d", code)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, answerMost+1))
	if err != nil {
		return "", fmt.Errorf("read the answer: %w", err)
	}
	var answer struct {
		Text *string `json:"text"`
	}
	switch {
	case len(body) > answerMost:
		return "", fmt.Errorf("the answer has more than %d bytes", answerMost)
	case json.Unmarshal(body, &answer) != nil || answer.Text == nil:
		return "", errors.New(`the answer is no JSON as in {"text": "…"}`)
	}
	return cut(*answer.Text, textMost), nil
}

// cut shortens a text to so many bytes, between two letters.
func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most] + "…"
}

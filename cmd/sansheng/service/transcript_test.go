package service

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sansheng/cmd/sansheng/config"
	"sansheng/cti"
	"sansheng/store"
)

// TestTranscript: a message that a caller has left is sent to the machine with its key, whole
// and without his number, and what it has made of it is kept with the message.
func TestTranscript(t *testing.T) {
	const from = "13900000081"
	t.Parallel()
	cfg := config.Default()
	cfg.Data, cfg.Hotline = dataFolder(t), messagePlan()
	key := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(key, []byte("Bearer s3cret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	type sent struct {
		header http.Header
		sound  []byte
	}
	sentC := make(chan sent, 10)
	machine := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sound, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		sentC <- sent{r.Header, sound}
		_, _ = io.WriteString(w, `{"text": "请回电 13800138000，水表漏水", "confidence": 0.9}`)
	}))
	defer machine.Close()
	cfg.Transcription = config.Transcription{URL: machine.URL, Header: "Authorization", HeaderFile: key}
	st := startStack(t, cfg)
	caller := st.leaving(from)
	st.speaks(st.mailStep(from, 2, cti.MailRecording))
	st.press(caller, "#")
	st.mailStep(from, 3, cti.MailMenu)
	st.hangup(caller)
	left := st.fact(from, cti.CallMessageLeft, 1)
	m := st.voicemail(left.Call, func(x store.Ticket) bool { return x.Message.Transcript != nil && x.Message.Transcript.MadeAt != nil }).Message
	if m.Transcript.Text != "请回电 13800138000，水表漏水" || m.Transcript.By != "machine" || m.Transcript.Attempts != 1 {
		t.Errorf("transcript %+v", m.Transcript)
	}
	s := <-sentC
	file, err := os.ReadFile(st.recordingFile(m.Recording))
	if err != nil || !bytes.Equal(s.sound, file) {
		t.Errorf("sent are %d bytes of %d, %v", len(s.sound), len(file), err)
	}
	if h := s.header; h.Get("Authorization") != "Bearer s3cret" || h.Get("Sansheng-Call") != string(left.Call) || h.Get("Sansheng-Language") != "zh" || h.Get("Content-Type") != "audio/wav" {
		t.Errorf("sent with %v", h)
	}
	for name, values := range s.header {
		if strings.Contains(strings.Join(values, " "), from) {
			t.Errorf("%s tells who has called", name)
		}
	}
	if n := len(sentC); n > 0 {
		t.Errorf("sent %d times more", n)
	}
}

// TestTranscriberAnswers: what is no text is a failure, and only a refusal of the message
// itself is the last word.
func TestTranscriberAnswers(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		status int
		body   string
		want   string
		final  bool
	}{
		"a text":       {200, `{"text": "hello"}`, "", false},
		"nothing said": {200, `{"text": ""}`, "", false},
		"no text":      {200, `{"words": []}`, `no JSON as in {"text"`, false},
		"no JSON":      {200, `<html>`, `no JSON as in {"text"`, false},
		"too much":     {200, `{"text": "` + strings.Repeat("x", answerMost) + `"}`, "more than 65536 bytes", false},
		"away":         {503, "", "status 503", false},
		"busy":         {429, "", "status 429", false},
		"a wrong key":  {401, "", "status 401", false},
		"redirected":   {307, "", "status 307", false},
		"refused":      {415, "", "refused with status 415", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			machine := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				if tt.status == 307 {
					w.Header().Set("Location", "http://127.0.0.1:1/")
				}
				w.WriteHeader(tt.status)
				_, _ = io.WriteString(w, tt.body)
			}))
			defer machine.Close()
			_, err := newTranscriber(config.Transcription{URL: machine.URL}).ask(t.Context(), []byte("RIFF"), store.Untranscribed{Call: "c1"})
			switch {
			case tt.want == "" && err != nil, tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("got %v, want %q", err, tt.want)
			case errors.As(err, new(*refusedError)) != tt.final:
				t.Errorf("%v is the last word: %t", err, !tt.final)
			}
		})
	}
	if got := cut("三声三声", 7); got != "三声…" {
		t.Errorf("cut to %q", got)
	}
}

// TestTranscriberLate: one that does not answer is waited for no longer than its deadline.
func TestTranscriberLate(t *testing.T) {
	t.Parallel()
	doneC := make(chan struct{})
	machine := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-doneC:
		}
	}))
	defer machine.Close()
	defer close(doneC)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err := newTranscriber(config.Transcription{URL: machine.URL}).ask(ctx, []byte("RIFF"), store.Untranscribed{Call: "c1"})
	if err == nil || !strings.Contains(err.Error(), "no answer within") {
		t.Errorf("got %v", err)
	}
}

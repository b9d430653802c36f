package web

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// deadlines notes until when a request may be read and answered.
type deadlines struct {
	*httptest.ResponseRecorder
	read, write time.Time
}

func (d *deadlines) SetReadDeadline(t time.Time) error {
	d.read = t
	return nil
}

func (d *deadlines) SetWriteDeadline(t time.Time) error {
	d.write = t
	return nil
}

// TestFilesTakeTheirTime: what is sent over a slow line is not cut off as other requests are; so
// many come at a time, and others are told when to come again.
func TestFilesTakeTheirTime(t *testing.T) {
	st := newStand(t)
	st.prompts = &toyPrompts{}
	put := func(path string) *deadlines {
		r := httptest.NewRequest("PUT", path, strings.NewReader("sound"))
		r.SetBasicAuth("9001", st.passwords["9001"])
		r.Header.Set("Content-Type", "application/octet-stream")
		w := &deadlines{ResponseRecorder: httptest.NewRecorder()}
		st.http.Handler.ServeHTTP(w, r)
		return w
	}
	const prompt = "/api/v1/prompts/closed/audio"
	for path, long := range map[string]bool{
		prompt: true, "/api/v1/tickets/5e4ac1de-3a0d-4b1a-9d6e-0a5a4e5e5a33/files/leak.jpg": true, "/api/v1/prompts/closed/text": false,
	} {
		late := time.Now().Add(fileTime / 2)
		if w := put(path); w.read.After(late) != long || w.write.After(late) != long {
			t.Errorf("%s is read until %s, answered until %s: %d %s", path, w.read, w.write, w.Code, w.Body)
		}
	}
	for range filesMost {
		st.files <- struct{}{}
	}
	if w := put(prompt); w.Code != 503 || w.Header().Get("Retry-After") == "" || !w.read.IsZero() {
		t.Errorf("one more than may be: %d %s", w.Code, w.Body)
	}
	<-st.files
	for range 2 { // whose place is given back
		if w := put(prompt); w.Code != 200 {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	}
}

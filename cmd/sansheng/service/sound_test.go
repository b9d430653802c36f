package service

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"sansheng/cti/web"
	"sansheng/pbx/ari"
)

// TestSoundIsReceived: who hears a message slowly, or not at all, keeps no connection to the
// switch; what the switch breaks off is not heard as the whole.
func TestSoundIsReceived(t *testing.T) {
	t.Parallel()
	whole := bytes.Repeat([]byte("sound"), 4<<20) // more than is on the way between the two
	sentC := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, "/good/file"):
			_, _ = w.Write(whole)
			close(sentC)
		case strings.HasSuffix(r.URL.Path, "/broken-off/file"):
			w.Header().Set("Content-Length", strconv.Itoa(len(whole)))
			_, _ = w.Write(whole[:1000])
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	defer srv.Close()
	link, err := ari.Open(ari.Options{Config: ari.Config{URL: srv.URL + "/ari", App: application}})
	if err != nil {
		t.Fatal(err)
	}
	defer link.Close()
	messages := callersMessages{&Service{link: link}}
	sound, err := messages.Sound(deadline(t), "good")
	if err != nil {
		t.Fatal(err)
	}
	defer sound.Close()
	select {
	case <-sentC:
	case <-deadline(t).Done():
		t.Fatal("the switch waits for who hears it")
	}
	if heard, err := io.ReadAll(sound); err != nil || !bytes.Equal(heard, whole) {
		t.Errorf("heard are %d bytes of %d: %v", len(heard), len(whole), err)
	}
	if _, err := messages.Sound(deadline(t), "broken-off"); err == nil {
		t.Error("what was broken off is heard")
	}
	if _, err := messages.Sound(deadline(t), "none"); !errors.Is(err, web.ErrNoSound) {
		t.Errorf("of one that there is not: %v", err)
	}
}

package service

import (
	"encoding/binary"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"sansheng/pbx/ari"
	"sansheng/store"
)

// TestSwitchClient: recordings are looked at whichever engine leads. A process that
// stands by and keeps the records has no link, and died of that.
func TestSwitchClient(t *testing.T) {
	t.Parallel()
	probe := &ari.Client{}
	d := &duty{probe: probe}
	s := &Service{duty: d}
	if s.switchClient() != nil {
		t.Error("a switch that is not reached is asked")
	}
	d.reaches.Store(true)
	if s.switchClient() != probe {
		t.Error("who stands by does not ask the switch")
	}
	if (&Service{}).switchClient() != nil {
		t.Error("a store without a switch asks one")
	}
}

// soundFile is ten seconds of a recording with something to hear.
func soundFile() []byte {
	const rate, length = 8000, 10 * 8000 * 2
	le := binary.LittleEndian
	b := append([]byte("RIFF"), le.AppendUint32(nil, 36+length)...)
	b = append(append(b, "WAVEfmt "...), 16, 0, 0, 0, 1, 0, 1, 0)
	b = le.AppendUint32(le.AppendUint32(b, rate), 2*rate)
	b = append(b, 2, 0, 16, 0)
	b = le.AppendUint32(append(b, "data"...), length)
	for i := range length / 2 {
		b = le.AppendUint16(b, uint16(i%2*20000))
	}
	return b
}

// TestRecordingHeldUp: a recording that the switch breaks off, or does not give out, is sealed
// as nothing, and holds up no other. Where the switch does not answer that is all for now.
func TestRecordingHeldUp(t *testing.T) {
	t.Parallel()
	whole := soundFile()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch name := strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, "/ari/recordings/stored/"), "/file"); name {
		case "unreadable":
			w.WriteHeader(http.StatusInternalServerError)
		case "broken-off", "broken-off-early":
			w.Header().Set("Content-Length", strconv.Itoa(len(whole)))
			_, _ = w.Write(whole[:map[string]int{"broken-off": len(whole) / 2, "broken-off-early": 20}[name]])
		case "good":
			_, _ = w.Write(whole)
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	defer srv.Close()
	client, err := ari.NewClient(ari.Config{URL: srv.URL + "/ari"})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	var list []store.Unchecked
	for _, name := range []string{"unreadable", "broken-off", "broken-off-early", "good"} {
		list = append(list, store.Unchecked{Call: name, Name: name, EndedAt: time.Now().Add(-time.Hour), Talk: 10 * time.Second})
	}
	var sealed []string
	seal := func(u store.Unchecked, c store.RecordingCheck) error {
		sealed = append(sealed, u.Name+" "+string(c.Result))
		return nil
	}
	s := &Service{log: zap.NewNop()}
	n, err := s.lookAtEach(t.Context(), client, list, true, seal)
	if want := []string{"good " + string(store.RecordingGood)}; err != nil || n != 1 || !slices.Equal(sealed, want) {
		t.Errorf("%d sealed: %v, %v; want %v", n, sealed, err, want)
	}
	srv.Close()
	if n, err := s.lookAtEach(t.Context(), client, list, true, seal); err == nil || n != 0 {
		t.Errorf("without a switch: %d sealed, %v", n, err)
	}
}

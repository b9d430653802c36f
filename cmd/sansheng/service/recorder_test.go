package service

import (
	"encoding/binary"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"sansheng/pbx/ari"
	"sansheng/pbx/wav"
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

// TestRecordingNeeded: a recording must be there, and be heard, of each call in which somebody
// talked, also where the switch's fallback served; a message's caller may have said nothing.
func TestRecordingNeeded(t *testing.T) {
	t.Parallel()
	silent := wav.Measure{Length: 10 * time.Second}
	for _, c := range []struct {
		u      store.Unchecked
		m      wav.Measure
		needed bool
		want   store.RecordingResult
	}{
		{store.Unchecked{}, silent, false, store.RecordingGood},
		{store.Unchecked{Talk: 10 * time.Second}, silent, true, store.RecordingSilent},
		{store.Unchecked{Served: true}, silent, true, store.RecordingSilent},
		{store.Unchecked{Served: true}, wav.Measure{Length: time.Second, Loud: time.Second}, true, store.RecordingGood},
		{store.Unchecked{Talk: 10 * time.Second, Message: true}, silent, true, store.RecordingGood},
		{store.Unchecked{Talk: 10 * time.Second, Message: true}, wav.Measure{Length: time.Second, Loud: time.Second}, true, store.RecordingShort},
	} {
		if n, got := needed(c.u), judge(c.u, c.m); n != c.needed || got != c.want {
			t.Errorf("%+v, measured %+v: needed %t, %s", c.u, c.m, n, got)
		}
	}
}

// TestDestroyedBehindKept: recordings that cannot be destroyed hold up none behind them, however
// many they are, and are told of; where the switch is not there, nothing more is tried.
func TestDestroyedBehindKept(t *testing.T) {
	t.Parallel()
	var there []store.DestroyedRecording
	for i := range 10 {
		there = append(there, store.DestroyedRecording{Name: strconv.Itoa(i)})
	}
	lists := func(skip int) ([]store.DestroyedRecording, error) {
		return slices.Clone(there[min(skip, len(there)):min(skip+2, len(there))]), nil
	}
	tried := 0
	err := destroyEach(lists, func(d store.DestroyedRecording) (bool, error) {
		if tried++; d.Name < "3" {
			return false, errors.New("read-only")
		}
		there = slices.DeleteFunc(there, func(o store.DestroyedRecording) bool { return o == d })
		return false, nil
	})
	if err == nil || !strings.Contains(err.Error(), "3 recordings, the first: 0: read-only") || len(there) != 3 || tried != 10 {
		t.Errorf("%d tried, %d left: %v", tried, len(there), err)
	}
	tried = 0
	gone := errors.New("gone")
	err = destroyEach(lists, func(store.DestroyedRecording) (bool, error) { tried++; return true, gone })
	if !errors.Is(err, gone) || tried != 1 {
		t.Errorf("without a switch: %d tried, %v", tried, err)
	}
}

package prompt

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var at = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// shelf is a library with its folders.
type shelf struct {
	*Library
	t           *testing.T
	dir, sounds string
	told        []Version
}

func newShelf(t *testing.T) *shelf {
	t.Helper()
	s := &shelf{t: t, dir: filepath.Join(t.TempDir(), "prompts"), sounds: filepath.Join(t.TempDir(), "custom")}
	s.open()
	return s
}

func (s *shelf) open() {
	s.t.Helper()
	var err error
	if s.Library, err = Open(s.dir, s.sounds); err != nil {
		s.t.Fatal(err)
	}
}

func (s *shelf) tell(v Version) error {
	s.told = append(s.told, v)
	return nil
}

func (s *shelf) add(k Key, sound string) Version {
	s.t.Helper()
	v, err := s.Add(k, Version{At: at, By: "3001", How: Uploaded}, []byte(sound), s.tell)
	if err != nil {
		s.t.Fatal(err)
	}
	return v
}

func (s *shelf) undo(k Key, beneath bool) (Version, error) {
	return s.Undo(k, Version{At: at, By: "9001"}, beneath, s.tell)
}

// hears checks what the switch reads, nothing where it is empty.
func (s *shelf) hears(path, want string) {
	s.t.Helper()
	b, err := os.ReadFile(filepath.Join(s.sounds, path))
	if string(b) != want || (err != nil) != (want == "") {
		s.t.Errorf("%s: %q, %v, want %q", path, b, err, want)
	}
}

var closed = Key{Language: "zh", Name: "closed"}

// TestVersions: the newest is heard, each one is kept, and an undone one is a new one.
func TestVersions(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	own := Key{Language: "zh", Company: "gas_works", Name: "closed"}
	s.add(closed, "one")
	s.add(closed, "two")
	if v := s.add(closed, "two"); v.N != 2 {
		t.Errorf("the same again is version %d", v.N)
	}
	s.add(own, "gas")
	s.hears("zh_own/closed.wav", "two")
	s.hears("zh_own_gas.works/closed.wav", "gas")
	for _, want := range []string{"one", ""} {
		if _, err := s.undo(closed, true); err != nil {
			t.Fatal(err)
		}
		s.hears("zh_own/closed.wav", want)
	}
	if _, err := s.undo(closed, true); !errors.As(err, new(*StateError)) {
		t.Errorf("undone before the first: %v", err)
	}
	s.add(closed, "three")
	if _, err := s.Remove(closed, Version{At: at, By: "9001"}, s.tell); err != nil {
		t.Fatal(err)
	}
	s.hears("zh_own/closed.wav", "")
	if _, err := s.Remove(closed, Version{}, s.tell); !errors.As(err, new(*StateError)) {
		t.Errorf("removed twice: %v", err)
	}
	if _, err := s.undo(closed, false); err != nil {
		t.Fatal(err)
	}
	s.hears("zh_own/closed.wav", "three")
	s.open() // as after a restart
	e, err := s.Get(closed)
	var story []string
	for i, v := range e.Versions {
		if v.N != i+1 || v.At.IsZero() || v.By == "" {
			t.Errorf("version %+v", v)
		}
		story = append(story, string(v.How))
	}
	if want := "uploaded uploaded undone undone uploaded removed undone"; err != nil || strings.Join(story, " ") != want || len(s.told) != len(e.Versions)+1 {
		t.Errorf("%v, %v, told %d", story, err, len(s.told))
	}
	if all, err := s.List(); err != nil || len(all) != 2 || all[0].Key != closed || all[1].Key != own {
		t.Errorf("%+v, %v", all, err)
	}
}

// TestNothingBefore: a prompt that callers need is not taken away by undoing its first
// version.
func TestNothingBefore(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.add(closed, "one")
	if _, err := s.undo(closed, false); !errors.As(err, new(*StateError)) {
		t.Errorf("undone: %v", err)
	}
	s.hears("zh_own/closed.wav", "one")
}

// TestUntold: what cannot be put on record is not heard, and not kept.
func TestUntold(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.add(closed, "one")
	away := errors.New("nobody leads")
	if _, err := s.Add(closed, Version{At: at}, []byte("two"), func(Version) error { return away }); !errors.Is(err, away) {
		t.Errorf("added: %v", err)
	}
	s.hears("zh_own/closed.wav", "one")
	if v := s.add(closed, "three"); v.N != 2 {
		t.Errorf("version %d", v.N)
	}
	s.hears("zh_own/closed.wav", "three")
}

// TestMended: what the switch has lost it is given again at the next start; one that plays
// the file before keeps it.
func TestMended(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.add(closed, "one")
	live := filepath.Join(s.sounds, "zh_own/closed.wav")
	playing, err := os.Open(live)
	if err != nil {
		t.Fatal(err)
	}
	defer playing.Close()
	s.add(closed, "two")
	b := make([]byte, 10)
	if n, _ := playing.Read(b); string(b[:n]) != "one" {
		t.Errorf("who listens hears %q", b[:n])
	}
	if err := os.Remove(live); err != nil {
		t.Fatal(err)
	}
	s.open()
	s.hears("zh_own/closed.wav", "two")
	if err := os.WriteFile(filepath.Join(s.dir, "zh_own/closed/versions.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(s.dir, s.sounds); err == nil || !strings.Contains(err.Error(), "versions.json") {
		t.Errorf("damaged: %v", err)
	}
}

// TestByHand: what lay there before the first upload is its first version, and what the
// switch would take in place of an upload is named.
func TestByHand(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	if err := os.MkdirAll(filepath.Join(s.sounds, "zh_own"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(s.sounds, "zh_own/closed.wav"), []byte("by hand"), 0o600); err != nil {
		t.Fatal(err)
	}
	if v := s.add(closed, "one"); v.N != 2 {
		t.Errorf("version %d", v.N)
	}
	if _, err := s.undo(closed, false); err != nil {
		t.Fatal(err)
	}
	s.hears("zh_own/closed.wav", "by hand")
	if err := os.WriteFile(filepath.Join(s.sounds, "zh_own/closed.ulaw"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Add(closed, Version{}, []byte("two"), s.tell); !errors.As(err, new(*StateError)) || !strings.Contains(err.Error(), "closed.ulaw") {
		t.Errorf("beside another: %v", err)
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	for _, k := range []Key{closed, {"en", "gas", "greeting-1"}, {"zh", "", "digits/1"}, {"zh", "", "weekday/mon"}, {"zh", "", "month/10"}, {"zh", "", "day/8"}} {
		if err := k.Check(); err != nil {
			t.Error(err)
		}
	}
	for _, k := range []Key{
		{"zh", "", ""}, {"zh", "", "../closed"}, {"zh", "", "a/b"}, {"zh", "", "digits/../x"}, {"zh", "", "Closed"}, {"zh", "", ".half"}, {"zh", "", "closed.wav"},
		{"zh", "", strings.Repeat("a", 65)}, {"", "", "closed"}, {"de", "", "closed"}, {"zh", "../x", "closed"}, {"zh", "", "您好"}, {"zh", "", "a b"}, {"zh", "", "a\nb"},
	} {
		if k.Check() == nil {
			t.Errorf("%+v is allowed", k)
		}
	}
}

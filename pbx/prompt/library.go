package prompt

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Library is all prompts of operators on one host.
type Library struct {
	dir, sounds string
	mu          sync.Mutex // one change at a time
}

// Tell has a change put on record before it is heard; its error stops it.
type Tell func(Version) error

// Open takes the library in dir, whose newest versions the switch reads from sounds, and
// gives the switch what it has not, as after a copy that was restored or a cut in between.
func Open(dir, sounds string) (*Library, error) {
	l := &Library{dir: dir, sounds: sounds}
	all, err := l.List()
	if err != nil {
		return nil, err
	}
	for _, e := range all {
		if err := l.hang(e.Key, e.Newest()); err != nil {
			return nil, fmt.Errorf("give the switch prompt %s: %w", e.Key, err)
		}
	}
	return l, nil
}

// Entry is a prompt with its versions, the oldest first.
type Entry struct {
	Key
	Versions []Version `json:"versions"`
}

// Newest is the version that counts; the zero value where there is none.
func (e Entry) Newest() Version {
	if len(e.Versions) == 0 {
		return Version{}
	}
	return e.Versions[len(e.Versions)-1]
}

const versionsFile = "versions.json"

func (l *Library) folder(k Key) string { return filepath.Join(l.dir, k.Voice(), k.Name) }

// live is what the switch reads.
func (l *Library) live(k Key) string { return filepath.Join(l.sounds, k.Voice(), k.Name+".wav") }

func (l *Library) sound(k Key, n int) string {
	return filepath.Join(l.folder(k), strconv.Itoa(n)+".wav")
}

// List is all prompts, by language, name and company.
func (l *Library) List() ([]Entry, error) {
	var all []Entry
	err := filepath.WalkDir(l.dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil || d.IsDir() || d.Name() != versionsFile:
			return err
		}
		var e Entry
		b, err := os.ReadFile(path)
		if err == nil {
			err = json.Unmarshal(b, &e)
		}
		if err == nil {
			err = e.Check()
		}
		if err == nil && filepath.Dir(path) != l.folder(e.Key) {
			err = fmt.Errorf("it is of %s, and lies elsewhere", e.Key)
		}
		if err != nil {
			return fmt.Errorf("read %s: %w", path, err)
		}
		all = append(all, e)
		return nil
	})
	slices.SortFunc(all, func(a, b Entry) int {
		return cmp.Or(cmp.Compare(a.Language, b.Language), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Company, b.Company))
	})
	return all, err
}

// Get is a prompt; one that nobody has made has no versions.
func (l *Library) Get(k Key) (Entry, error) {
	e := Entry{Key: k}
	if err := k.Check(); err != nil {
		return e, err
	}
	b, err := os.ReadFile(filepath.Join(l.folder(k), versionsFile))
	if errors.Is(err, fs.ErrNotExist) {
		return e, nil
	}
	if err == nil {
		err = json.Unmarshal(b, &e)
	}
	if err != nil {
		return e, fmt.Errorf("read versions of prompt %s: %w", k, err)
	}
	return e, nil
}

// Add makes sound the newest version. The same sound again makes none.
func (l *Library) Add(k Key, v Version, sound []byte, tell Tell) (Version, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e, err := l.prepare(k)
	if err != nil {
		return Version{}, err
	}
	sum := sha256.Sum256(sound)
	v.SHA256 = hex.EncodeToString(sum[:])
	if now := e.Newest(); now.SHA256 == v.SHA256 {
		return now, l.hang(k, now)
	}
	return l.enter(e, v, sound, tell)
}

// Undo brings back the version before the one that counts, as a new one. beneath tells
// whether callers hear something where it brings back that there was none.
func (l *Library) Undo(k Key, v Version, beneath bool, tell Tell) (Version, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e, err := l.prepare(k)
	if err != nil {
		return Version{}, err
	}
	if e.Newest().base() == 0 {
		return Version{}, &StateError{fmt.Sprintf("prompt %s has no version before; allowed: one that somebody has changed", k)}
	}
	of := Version{}
	if before := e.Newest().base() - 1; before > 0 {
		of = e.Versions[before-1]
	}
	if of.SHA256 == "" && !beneath {
		return Version{}, &StateError{fmt.Sprintf("before version %d there was no prompt %s, and callers would hear nothing; allowed: add another one", e.Newest().base(), k)}
	}
	back := of
	back.At, back.By, back.How, back.Of = v.At, v.By, Undone, of.N
	var sound []byte
	if of.SHA256 != "" {
		if sound, err = os.ReadFile(l.sound(k, of.N)); err != nil {
			return Version{}, fmt.Errorf("read version %d of prompt %s: %w", of.N, k, err)
		}
	}
	return l.enter(e, back, sound, tell)
}

// Remove takes the prompt from the switch; its versions stay.
func (l *Library) Remove(k Key, v Version, tell Tell) (Version, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e, err := l.prepare(k)
	if err != nil {
		return Version{}, err
	}
	if e.Newest().SHA256 == "" {
		return Version{}, &StateError{fmt.Sprintf("there is no prompt %s that somebody has made", k)}
	}
	v.How = Removed
	return l.enter(e, v, nil, tell)
}

// prepare reads what there is, and enters what was put there by hand.
func (l *Library) prepare(k Key) (Entry, error) {
	e, err := l.Get(k)
	if err != nil {
		return e, err
	}
	found, err := filepath.Glob(strings.TrimSuffix(l.live(k), ".wav") + ".*")
	if err != nil {
		return e, err
	}
	for _, path := range found {
		if filepath.Ext(path) != ".wav" { // for some phones the switch would take that one
			return e, &StateError{fmt.Sprintf("beside prompt %s lies %s, put there by hand; allowed: take it away first", k, filepath.Base(path))}
		}
	}
	if len(e.Versions) > 0 || len(found) == 0 {
		return e, nil
	}
	sound, err := os.ReadFile(l.live(k))
	info, serr := os.Stat(l.live(k))
	if err := errors.Join(err, serr); err != nil {
		return e, err
	}
	sum := sha256.Sum256(sound)
	first := Version{N: 1, At: info.ModTime().UTC(), How: Found, SHA256: hex.EncodeToString(sum[:]), Format: "WAV"}
	if err := place(l.sound(k, 1), sound); err != nil {
		return e, err
	}
	e.Versions = []Version{first}
	return e, nil
}

// enter makes v the newest version; see the package comment for the order.
func (l *Library) enter(e Entry, v Version, sound []byte, tell Tell) (Version, error) {
	v.N = len(e.Versions) + 1
	fail := func(err error) (Version, error) {
		return Version{}, fmt.Errorf("keep version %d of prompt %s: %w", v.N, e.Key, err)
	}
	if sound != nil {
		if err := place(l.sound(e.Key, v.N), sound); err != nil {
			return fail(err)
		}
	}
	if err := tell(v); err != nil {
		return fail(err)
	}
	e.Versions = append(e.Versions, v)
	b, err := json.MarshalIndent(e, "", "\t")
	if err != nil {
		return fail(err)
	}
	if err := place(filepath.Join(l.folder(e.Key), versionsFile), b); err != nil {
		return fail(err)
	}
	if err := l.hang(e.Key, v); err != nil {
		return fail(err)
	}
	return v, nil
}

// hang gives the switch a version, or takes the prompt from it.
func (l *Library) hang(k Key, v Version) error {
	path := l.live(k)
	if v.SHA256 == "" {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	if b, err := os.ReadFile(path); err == nil {
		if sum := sha256.Sum256(b); hex.EncodeToString(sum[:]) == v.SHA256 {
			return nil
		}
	}
	b, err := os.ReadFile(l.sound(k, v.N))
	if err != nil {
		return err
	}
	return place(path, b)
}

// place writes a file whole and durable, or not at all. Who plays the one before keeps it.
func place(path string, b []byte) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	half, err := os.CreateTemp(dir, ".half-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(half.Name()) }()
	_, err = half.Write(b)
	if err := errors.Join(err, half.Chmod(0o644), half.Sync(), half.Close()); err != nil {
		return err
	}
	if err := os.Rename(half.Name(), path); err != nil {
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

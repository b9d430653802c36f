package journal_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"sansheng/cti/bus/journal"
)

// streamDir is where the server keeps the journal; blocks its files.
func streamDir(dir string) string {
	return filepath.Join(dir, "jetstream", "$G", "streams", journal.Stream)
}

func block(t *testing.T, dir string) string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(streamDir(dir), "msgs", "*.blk"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no blocks: %v", err)
	}
	return names[len(names)-1]
}

// made writes ten messages of ten facts and closes the store.
func made(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	s := start(t, dir)
	j := open(t, s, journal.Options{})
	for i := range uint64(10) {
		add(t, j, i*10+1, i*10+10)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	s.Close()
	return dir
}

func cut(t *testing.T, path string, n int64) {
	t.Helper()
	fi, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, fi.Size()-n); err != nil {
		t.Fatal(err)
	}
}

// flip inverts one bit at a share of the file.
func flip(t *testing.T, path string, share float64) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b[int(share*float64(len(b)-1))] ^= 1
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.RemoveAll(path); err != nil {
		t.Fatal(err)
	}
}

// shelf is a public stream that holds some facts.
type shelf []journal.Range

func (s shelf) Facts(_ context.Context, _ string, from, to uint64) ([]journal.Entry, error) {
	var es []journal.Entry
	for _, seq := range span(s...) {
		if seq < from || to > 0 && seq > to {
			continue
		}
		b, err := json.Marshal(fact(seq))
		if err != nil {
			return nil, err
		}
		es = append(es, journal.Entry{Seq: seq, JSON: b})
	}
	return es, nil
}

func TestDamage(t *testing.T) {
	t.Parallel()
	type rs = []journal.Range
	for name, c := range map[string]struct {
		harm      func(t *testing.T, dir string)
		public    journal.Public
		kept      rs
		lost      rs
		recovered rs
		last      uint64
		clean     bool
	}{
		"untouched": {harm: func(*testing.T, string) {}, kept: rs{{1, 100}}, last: 100, clean: true},
		"index gone": {
			harm: func(t *testing.T, dir string) { remove(t, filepath.Join(streamDir(dir), "msgs", "index.db")) },
			kept: rs{{1, 100}}, last: 100, clean: true,
		},
		"tail cut in a record": {
			harm: func(t *testing.T, dir string) { cut(t, block(t, dir), 100) },
			kept: rs{{1, 90}}, lost: rs{{91, 100}}, last: 100,
		},
		"tail cut, facts are public": {
			harm:   func(t *testing.T, dir string) { cut(t, block(t, dir), 100) },
			public: shelf{{1, 95}}, kept: rs{{1, 95}}, lost: rs{{96, 100}}, recovered: rs{{91, 95}}, last: 100,
		},
		"tail cut, public has more than the journal knew": {
			harm: func(t *testing.T, dir string) {
				cut(t, block(t, dir), 100)
				remove(t, filepath.Join(dir, "journal.mark"))
			},
			public: shelf{{1, 104}}, kept: rs{{1, 104}}, recovered: rs{{91, 104}}, last: 104,
		},
		"tail cut that nobody was told of": {
			harm: func(t *testing.T, dir string) {
				f, err := os.OpenFile(block(t, dir), os.O_APPEND|os.O_WRONLY, 0)
				if err != nil {
					t.Fatal(err)
				}
				defer f.Close()
				if _, err := f.Write(make([]byte, 500)); err != nil {
					t.Fatal(err)
				}
			},
			kept: rs{{1, 100}}, last: 100,
		},
		"one bit in the last message": {
			harm: func(t *testing.T, dir string) { flip(t, block(t, dir), 0.99) },
			kept: rs{{1, 90}}, lost: rs{{91, 100}}, last: 100,
		},
		"one bit in the middle": {
			harm: func(t *testing.T, dir string) { flip(t, block(t, dir), 0.45) },
			kept: rs{{1, 40}, {51, 100}}, lost: rs{{41, 50}}, last: 100,
		},
		"one bit in the middle, facts are public": {
			harm:   func(t *testing.T, dir string) { flip(t, block(t, dir), 0.45) },
			public: shelf{{1, 100}}, kept: rs{{1, 100}}, recovered: rs{{41, 50}}, last: 100,
		},
		"one bit in a length": {
			harm: func(t *testing.T, dir string) { flip(t, block(t, dir), 0) },
			kept: rs{{11, 100}}, lost: rs{{1, 10}}, last: 100,
		},
		"description damaged": {
			harm: func(t *testing.T, dir string) { flip(t, filepath.Join(streamDir(dir), "meta.inf"), 0.5) },
			kept: rs{{1, 100}}, last: 100, clean: true,
		},
		"block emptied": {
			harm: func(t *testing.T, dir string) {
				if err := os.Truncate(block(t, dir), 0); err != nil {
					t.Fatal(err)
				}
			},
			public: shelf{{1, 100}}, kept: rs{{1, 100}}, recovered: rs{{1, 100}}, last: 100,
		},
		"all zeros": {
			harm: func(t *testing.T, dir string) {
				if err := os.WriteFile(block(t, dir), make([]byte, 30_000), 0o600); err != nil {
					t.Fatal(err)
				}
			},
			lost: rs{{1, 100}}, last: 100,
		},
		"stream folder gone": {
			harm:   func(t *testing.T, dir string) { remove(t, streamDir(dir)) },
			public: shelf{{1, 60}}, kept: rs{{1, 60}}, recovered: rs{{1, 60}}, lost: rs{{61, 100}}, last: 100,
		},
		"mark gone": {
			harm: func(t *testing.T, dir string) { remove(t, filepath.Join(dir, "journal.mark")) },
			kept: rs{{1, 100}}, last: 100, clean: true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := made(t)
			c.harm(t, dir)
			s := start(t, dir)
			j := open(t, s, journal.Options{Public: c.public})
			got, last := seqs(t, j, 0)
			if !slices.Equal(got, span(c.kept...)) || last != c.last {
				t.Errorf("kept %v, last %d", got, last)
			}
			rep := j.Report()
			if !slices.Equal(rep.Lost, c.lost) || !slices.Equal(rep.Recovered, c.recovered) || rep.Clean() != c.clean {
				t.Errorf("report %+v", rep)
			}
			var le *journal.LossError
			if errors.As(rep.Err(), &le) != (len(c.lost) > 0) {
				t.Errorf("error %v", rep.Err())
			}
			if len(rep.Damages) > 0 {
				if _, err := os.Stat(rep.Aside); err != nil {
					t.Errorf("damaged files are not aside: %v", err)
				}
			}
			// The engine goes on, and the next start has nothing to tell.
			add(t, j, last+1, last+5)
			if err := j.Close(); err != nil {
				t.Fatal(err)
			}
			s.Close()
			j = open(t, start(t, dir), journal.Options{Public: c.public})
			got, last = seqs(t, j, 0)
			if want := append(span(c.kept...), span(journal.Range{c.last + 1, c.last + 5})...); !slices.Equal(got, want) || last != c.last+5 {
				t.Errorf("after going on: %v, last %d", got, last)
			}
			if !j.Report().Clean() {
				t.Errorf("second report %+v", j.Report())
			}
		})
	}
}

// TestRebuildIsInterrupted: the process dies after the damaged files were moved
// away, before and while the journal is written anew.
func TestRebuildIsInterrupted(t *testing.T) {
	t.Parallel()
	dir := made(t)
	flip(t, block(t, dir), 0.45)
	if _, err := journal.Inspect(dir); err != nil { // moved aside; dies here
		t.Fatal(err)
	}
	s := start(t, dir) // finds the note; dies with a half-written journal
	if _, err := s.JetStream().Stream(limit(t), journal.Stream); err == nil {
		t.Fatal("stream there before the rebuild")
	}
	half, err := journal.Open(limit(t), s.JetStream(), journal.Options{Engine: engine})
	if err != nil {
		t.Fatal(err)
	}
	add(t, half, 1, 3)
	half.Close()
	s.Close()
	j := open(t, start(t, dir), journal.Options{})
	if got, last := seqs(t, j, 0); !slices.Equal(got, span(journal.Range{1, 40}, journal.Range{51, 100})) || last != 100 {
		t.Errorf("replay gave %v, last %d", got, last)
	}
	if rep := j.Report(); !slices.Equal(rep.Lost, []journal.Range{{41, 50}}) {
		t.Errorf("report %+v", rep)
	}
	if _, err := os.Stat(filepath.Join(dir, "journal.rebuild")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("note still there: %v", err)
	}
}

// TestAnyBit: wherever one bit is wrong, what is not reported as lost is there,
// in order, and nothing else.
func TestAnyBit(t *testing.T) {
	t.Parallel()
	dir := made(t)
	whole, err := os.ReadFile(block(t, dir))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(whole); i += len(whole)/150 + 1 {
		work := t.TempDir()
		if err := os.CopyFS(work, os.DirFS(dir)); err != nil {
			t.Fatal(err)
		}
		b := slices.Clone(whole)
		b[i] ^= 1 << (i % 8)
		if err := os.WriteFile(block(t, work), b, 0o600); err != nil {
			t.Fatal(err)
		}
		in, err := journal.Inspect(work)
		if err != nil {
			t.Fatal(err)
		}
		if len(in.Damages) != 1 || len(in.Missing) != 1 || in.Missing[0].To-in.Missing[0].From != 9 || !in.Rebuild {
			t.Errorf("byte %d: damages %v, missing %v", i, in.Damages, in.Missing)
		}
	}
}

func FuzzInspect(f *testing.F) {
	f.Add([]byte("journal.e1"))
	f.Fuzz(func(t *testing.T, b []byte) {
		dir := t.TempDir()
		msgs := filepath.Join(streamDir(dir), "msgs")
		if err := os.MkdirAll(msgs, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(msgs, "1.blk"), b, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := journal.Inspect(dir); err != nil {
			t.Fatal(err)
		}
	})
}

package store

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestVerifyCall: one call's seals are held against its rows, its neighbours, and the chain's
// head.
func TestVerifyCall(t *testing.T) {
	t.Parallel()
	s := closedStore(t)
	p, err := s.VerifyCall(t.Context(), "e1-c1", "")
	if err != nil {
		t.Fatal(err)
	}
	record, err := s.Record(t.Context(), "e1-c1")
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Faults) > 0 || p.Company != "demo" || len(p.Seals) == 0 || p.Head.N < p.Seals[len(p.Seals)-1].N {
		t.Errorf("%+v", p)
	}
	if l := p.Seals[0]; l.Of != "record" || !l.Good || l.Hash != *record.Hash || l.PrevHash != *record.PrevHash {
		t.Errorf("seal %+v of %s", l, *record.Hash)
	}
	if last := p.Seals[len(p.Seals)-1]; len(record.Amendments) != len(p.Seals)-1 || len(p.Seals) > 1 && last.Of != "amendment" {
		t.Errorf("seals %+v of %d amendments", p.Seals, len(record.Amendments))
	}
	for id, want := range map[string]error{"none": ErrNoCall, "e3-c3": ErrOpenCall} {
		if _, err := s.VerifyCall(t.Context(), id, ""); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", id, err, want)
		}
	}
}

func TestVerifyCallTampered(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ statement, problem string }{
		"rings":           {"UPDATE answer SET rings = 9 WHERE call_id = 'e1-c1'", "record changed"},
		"seal removed":    {"DELETE FROM seal WHERE call_id = 'e1-c1' AND amendment_id IS NULL", "record without a seal"},
		"amendment added": {"INSERT INTO amendment VALUES (gen_random_uuid(), 'e1-c1', 'demo', 'x', 'x', 'x', now())", "amendment without a seal"},
		"hash changed":    {"UPDATE seal SET hash = repeat('a', 64) WHERE call_id = 'e1-c1' AND amendment_id IS NULL", "does not follow"},
		"neighbour gone":  {"DELETE FROM seal WHERE n = (SELECT n - 1 FROM seal WHERE call_id = 'e1-c1' AND amendment_id IS NULL)", "is missing"},
		"sheet changed":   {`UPDATE sheet SET said = '{}' WHERE call_id = 'e1-c1'`, "the sheet changed after it was sealed"},
		"tail gone":       {"DELETE FROM seal WHERE n > (SELECT n FROM seal WHERE call_id = 'e1-c1' AND amendment_id IS NULL)", "seals were removed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := filledStore(t)
			tamper(t, s, c.statement)
			p, err := s.VerifyCall(t.Context(), "e1-c1", "")
			if err != nil {
				t.Fatal(err)
			}
			var found []string
			for _, f := range p.Faults {
				found = append(found, f.Problem)
			}
			if !strings.Contains(strings.Join(found, "\n"), c.problem) {
				t.Errorf("found %q, want %q", found, c.problem)
			}
		})
	}
}

// TestVerifyCallRecording: a recording's files are held against what was sealed.
func TestVerifyCallRecording(t *testing.T) {
	t.Parallel()
	s, folder := recordedStore(t)
	p, err := s.VerifyCall(t.Context(), "e1-c1", folder)
	if err != nil || len(p.Faults) > 0 || p.Recordings == 0 {
		t.Fatalf("%+v, %v", p, err)
	}
	if err := os.WriteFile(filepath.Join(folder, "c1"+recordingExt), []byte("RIFF other"), 0o600); err != nil {
		t.Fatal(err)
	}
	if p, err = s.VerifyCall(t.Context(), "e1-c1", folder); err != nil || len(p.Faults) != 1 || !strings.Contains(p.Faults[0].Problem, "is not the one that was sealed") {
		t.Errorf("%+v, %v", p, err)
	}
}

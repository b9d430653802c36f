package store

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"sansheng/store/internal/sql"
	"sansheng/store/proof"
)

// witnessed gives a witness the heads as they are now, and reads what it has.
func witnessed(t testing.TB, s *Store, key *proof.Key, dir string) []proof.Head {
	t.Helper()
	trees, err := s.Trees(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range trees {
		h, err := key.Sign(g.Head)
		if err != nil {
			t.Fatal(err)
		}
		if err := proof.Folder(dir).Give(t.Context(), h); err != nil {
			t.Fatal(err)
		}
	}
	heads, err := proof.ReadHeads(dir, key.Public)
	if err != nil {
		t.Fatal(err)
	}
	return heads
}

func newKey(t testing.TB) *proof.Key {
	t.Helper()
	key, err := proof.OpenKey(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// rehash makes a chain anew from its rows as they are, with all that somebody can do who has
// every right in the database and this program: numbers, hashes, commitments, the head.
func rehash(t testing.TB, s *Store, company string) {
	t.Helper()
	ctx := t.Context()
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SET LOCAL session_replication_role = replica"); err != nil {
			return err
		}
		seals, err := s.q.Seals(ctx, tx, company, 0, 1000)
		if err != nil {
			return err
		}
		p, err := s.readSeals(ctx, tx, seals)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "DELETE FROM seal WHERE company = $1", company); err != nil {
			return err
		}
		prev := Genesis
		for i, l := range seals {
			e, isErased := p.erasures[l.CallID]
			var personal any
			content := func() sealed { return sealedRecord(p.bodies[l.CallID], l.Commitment) }
			if l.AmendmentID == nil {
				_, personal = p.bodies[l.CallID].split()
			} else {
				a := p.amendments[l.AmendmentID.String()]
				_, personal = a.split()
				content = func() sealed { return sealedAmendment(a, l.Commitment, isErased && e.amendment == a.ID) }
			}
			if secret := p.secrets[l.CallID]; l.Commitment != nil && secret != nil {
				commitment, err := commit(secret, personal)
				if err != nil {
					return err
				}
				l.Commitment = &commitment
			}
			hash, err := content().hash(prev)
			if err != nil {
				return err
			}
			if err := s.q.AddSeal(ctx, tx, sql.AddSealParams{
				Company: company, N: int64(i + 1), CallID: l.CallID, AmendmentID: l.AmendmentID, PrevHash: prev, Hash: hash, Form: l.Form, Commitment: l.Commitment,
			}); err != nil {
				return err
			}
			prev = hash
		}
		return s.q.MoveChain(ctx, tx, int64(len(seals)), prev, company)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// sealedStore has nine seals of company demo, with secrets, and a witness that saw the first
// five and all nine.
func sealedStore(t testing.TB) (*Store, Evidence) {
	t.Helper()
	s, key, dir := newStore(t), newKey(t), t.TempDir()
	facts := withSecrets(theFacts(t))
	half := 0
	for ended := 0; ended < 3; half++ {
		if strings.HasSuffix(string(facts[half].Kind), ".ended") && facts[half].Call != "" {
			ended++
		}
	}
	if err := s.Replay(t.Context(), "journal", facts[:half]...); err != nil {
		t.Fatal(err)
	}
	witnessed(t, s, key, dir)
	if err := s.Replay(t.Context(), "journal", facts...); err != nil {
		t.Fatal(err)
	}
	for _, call := range []string{"e1-c1", "e2-c1"} {
		if err := amend(t.Context(), s, call, "2001", "wrong matter", "the caller asked for the meter"); err != nil {
			t.Fatal(err)
		}
	}
	e := Evidence{Heads: witnessed(t, s, key, dir)}
	if v, faults := verified(t, s, e); faults != "" || v.Witnessed == 0 || int(v.Witnessed) != v.Records+v.Amendments {
		t.Fatalf("before anything was done: %s, %+v", faults, v)
	}
	return s, e
}

// Somebody changes, adds, removes or moves a record and makes all hashes behind it anew:
// the chain alone is whole, the witness shows it, and between which calls it was.
func TestRehashedTail(t *testing.T) {
	t.Parallel()
	for name, statements := range map[string][]string{
		"edited":         {"UPDATE answer SET rings = 2 WHERE call_id = 'e1-c1'"},
		"number edited":  {"UPDATE call SET caller_number = '1' WHERE id = 'e1-c1'"},
		"last edited":    {"UPDATE amendment SET body = 'nothing' WHERE call_id = 'e2-c1' AND author = '2001'"},
		"deleted":        {"DELETE FROM seal WHERE call_id = 'e0-c2'", "DELETE FROM call WHERE id = 'e0-c2'"},
		"tail deleted":   {"DELETE FROM seal WHERE n = (SELECT max(n) FROM seal)", "DELETE FROM amendment WHERE call_id = 'e2-c1' AND author = '2001'"},
		"reordered":      {"UPDATE seal SET n = n + 1000 WHERE n = 2", "UPDATE seal SET n = 2 WHERE n = 3", "UPDATE seal SET n = 3 WHERE n = 1002"},
		"inserted first": {"UPDATE seal SET n = n + 1000", "INSERT INTO call (id, company, started_at, ended_at, ended_by, disposition, cause) VALUES ('z', 'demo', now(), now(), 'caller', 'ANSWERED', 16)", "INSERT INTO seal VALUES ('demo', 1, 'z', NULL, repeat('0', 64), repeat('1', 64))"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, e := sealedStore(t)
			if name == "inserted first" { // it takes the place of the first
				tamper(t, s, "UPDATE seal SET prev_hash = repeat('2', 64) WHERE n = 1")
			}
			tamper(t, s, statements...)
			if name != "tail deleted" {
				if _, faults := verified(t, s, Evidence{}); faults == "" {
					t.Error("before the hashes were made anew, nothing was found")
				}
			}
			rehash(t, s, "demo")
			if _, faults := verified(t, s, Evidence{}); faults != "" {
				t.Fatalf("the attack has a flaw: %s", faults)
			}
			_, faults := verified(t, s, e)
			if !strings.Contains(faults, "not those that a witness saw at") && !strings.Contains(faults, "the newest were removed") {
				t.Errorf("found %q", faults)
			}
			if !strings.Contains(faults, ".heads:") || strings.Contains(faults, "call :") {
				t.Errorf("where: %q", faults)
			}
		})
	}
}

// What was changed between two heads is told as between them.
func TestRehashedWhere(t *testing.T) {
	t.Parallel()
	s, e := sealedStore(t)
	first := e.Heads[0].Size
	tamper(t, s, "UPDATE amendment SET body = 'nothing' WHERE call_id = 'e1-c1' AND author = '2001'")
	rehash(t, s, "demo")
	v, faults := verified(t, s, e)
	if v.Witnessed != first || !strings.Contains(faults, fmt.Sprintf("seal %d, call", first+1)) {
		t.Errorf("witnessed %d of %d: %s", v.Witnessed, first, faults)
	}
}

// Yesterday's database is brought back: as it was, and with today's calls on top.
func TestRestoredDatabase(t *testing.T) {
	t.Parallel()
	yesterday := newDatabase(t, template)
	key, dir := newKey(t), t.TempDir()
	facts := withSecrets(theFacts(t))
	open := func(url string) *Store {
		s, err := Open(t.Context(), Config{URL: url})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := open(yesterday)
	if err := s.Replay(t.Context(), "journal", facts[:len(facts)/2]...); err != nil {
		t.Fatal(err)
	}
	before := witnessed(t, s, key, dir)
	s.Close() // a copy needs it for itself
	name := yesterday[strings.LastIndex(yesterday, "/")+1:]
	if cut := strings.IndexByte(name, '?'); cut >= 0 {
		name = name[:cut]
	}
	today := newDatabase(t, name)
	s = open(today)
	if err := s.Replay(t.Context(), "journal", facts...); err != nil {
		t.Fatal(err)
	}
	heads := witnessed(t, s, key, dir)
	s.Close()
	s = open(yesterday)
	defer s.Close()
	if _, faults := verified(t, s, Evidence{}); faults != "" {
		t.Fatalf("by itself: %s", faults)
	}
	if _, faults := verified(t, s, Evidence{Heads: before}); faults != "" {
		t.Fatalf("by yesterday's heads: %s", faults)
	}
	_, faults := verified(t, s, Evidence{Heads: heads})
	if !strings.Contains(faults, "an older state of the database was brought back") || !strings.Contains(faults, "call e") {
		t.Errorf("found %q", faults)
	}
	// The witness's own look at the next head finds it, too.
	known := map[string]proof.Head{"demo": heads[len(heads)-1]}
	if trees, err := s.Trees(t.Context(), known); err != nil || len(trees) != 1 || !strings.Contains(trees[0].Altered, "seals are left of the") {
		t.Errorf("trees: %+v, %v", trees, err)
	}
	// Other calls come on top, as many as there were.
	for i := range 10 {
		if err := amend(t.Context(), s, "e0-c1", "2001", "r", fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
	}
	if _, faults := verified(t, s, Evidence{Heads: heads}); !strings.Contains(faults, "are not those that a witness saw at") {
		t.Errorf("with other seals on top: %q", faults)
	}
	if trees, err := s.Trees(t.Context(), known); err != nil || len(trees) != 1 || !strings.Contains(trees[0].Altered, "seals are not those of") {
		t.Errorf("trees: %+v, %v", trees, err)
	}
	// The facts are there still: the database follows, and is what it was.
	s.Close()
	s = open(newDatabase(t, template))
	defer s.Close()
	if err := s.Replay(t.Context(), "journal", facts...); err != nil {
		t.Fatal(err)
	}
	if v, faults := verified(t, s, Evidence{Heads: heads}); faults != "" || v.Witnessed != heads[len(heads)-1].Size {
		t.Errorf("made anew from the facts: %s, %+v", faults, v)
	}
}

// All rows of a company are gone: only the witness knows that there were any.
func TestWitnessOfNothing(t *testing.T) {
	t.Parallel()
	_, e := sealedStore(t)
	s := newStore(t)
	checks, err := s.VerifyAgainst(t.Context(), "", e)
	if err != nil || len(checks) != 1 || len(checks[0].Faults) != 1 || !strings.Contains(checks[0].Faults[0].Problem, "here are 0") {
		t.Errorf("%+v, %v", checks, err)
	}
	known := map[string]proof.Head{"demo": e.Heads[0]}
	if trees, err := s.Trees(t.Context(), known); err != nil || len(trees) != 1 || trees[0].Altered == "" {
		t.Errorf("%+v, %v", trees, err)
	}
}

// recordedStore has a call with a recording of two sides, looked at, in a folder.
func recordedStore(t testing.TB) (s *Store, folder string) {
	t.Helper()
	s, folder = newStore(t), t.TempDir()
	if err := s.Replay(t.Context(), "journal", withSecrets(theFacts(t))...); err != nil {
		t.Fatal(err)
	}
	c := RecordingCheck{Name: "c1", CheckedAt: storyStart, Result: RecordingGood, TalkMs: 5000, LengthMs: 5000}
	sum := func(name string) string {
		b := []byte("RIFF " + name)
		if err := os.WriteFile(filepath.Join(folder, name+recordingExt), b, 0o600); err != nil {
			t.Fatal(err)
		}
		h := sha256.Sum256(b)
		return hex.EncodeToString(h[:])
	}
	c.SHA256 = sum("c1")
	for _, side := range Sides {
		name := SideName("c1", side)
		c.Sides = append(c.Sides, RecordingSide{Side: side, Name: name, SHA256: sum(name)})
	}
	if err := s.CheckRecording(t.Context(), "e1-c1", c); err != nil {
		t.Fatal(err)
	}
	if v, faults := verified(t, s, Evidence{Recordings: folder}); faults != "" || v.Recordings != 3 {
		t.Fatalf("before anything was done: %s, %d recordings", faults, v.Recordings)
	}
	return s, folder
}

// A recording that is another than was sealed is found, and one that is gone; so is who
// changes what was found in it, or says that it was destroyed.
func TestSwappedRecording(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ file, statement, problem string }{
		"swapped":        {"c1", "", `recording "c1" is not the one that was sealed`},
		"side swapped":   {"c1-agent", "", `recording "c1-agent" is not the one that was sealed`},
		"removed":        {"-c1", "", `recording "c1" is gone, and no rule has destroyed it`},
		"hash swapped":   {"c1", "UPDATE recording_check SET sha256 = encode(sha256('RIFF other'), 'hex')", `what was found in recording "c1" changed after it was sealed`},
		"result changed": {"", "UPDATE recording_check SET result = 'silent'", `what was found in recording "c1" changed after it was sealed`},
		"result removed": {"", "DELETE FROM recording_check", `what was found in recording "c1" was removed`},
		"said destroyed": {"-c1", "INSERT INTO recording_end VALUES ('e1-c1', 'c1', now())", `recording "c1" is noted as destroyed, and no seal says so`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, folder := recordedStore(t)
			if gone, ok := strings.CutPrefix(c.file, "-"); ok {
				if err := os.Remove(filepath.Join(folder, gone+recordingExt)); err != nil {
					t.Fatal(err)
				}
			} else if c.file != "" {
				if err := os.WriteFile(filepath.Join(folder, c.file+recordingExt), []byte("RIFF other"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if c.statement != "" {
				tamper(t, s, c.statement)
			}
			if _, faults := verified(t, s, Evidence{Recordings: folder}); !strings.Contains(faults, "call e1-c1: "+c.problem) {
				t.Errorf("found %q, want %q", faults, c.problem)
			}
		})
	}
	t.Run("destroyed by rule", func(t *testing.T) {
		t.Parallel()
		s, folder := recordedStore(t)
		if err := s.Destroyed(t.Context(), DestroyedRecording{Call: "e1-c1", Name: "c1", Rule: "keep_days", At: storyStart}); err != nil {
			t.Fatal(err)
		}
		if _, faults := verified(t, s, Evidence{Recordings: folder}); faults != "" {
			t.Errorf("found %q", faults)
		}
	})
	t.Run("destroyed by hand", func(t *testing.T) {
		t.Parallel()
		s, folder := recordedStore(t)
		if err := os.Remove(filepath.Join(folder, "c1"+recordingExt)); err != nil {
			t.Fatal(err)
		}
		a := Amendment{ID: uuid.New(), Call: "e1-c1", Company: "demo", Author: systemAuthor, Reason: recordingDestroyed, Body: `{"name": "c1"}`, MadeAt: storyStart}
		if err := pgx.BeginFunc(t.Context(), s.pool, func(tx pgx.Tx) error { return s.sealAmendment(t.Context(), tx, &a) }); err != nil {
			t.Fatal(err)
		}
		_, faults := verified(t, s, Evidence{Recordings: folder})
		for _, want := range []string{`a seal says that recording "c1" was destroyed, and it is not noted so`, `recording "c1" is gone, and no rule has destroyed it`} {
			if !strings.Contains(faults, want) {
				t.Errorf("found %q, want %q", faults, want)
			}
		}
	})
	t.Run("no folder", func(t *testing.T) {
		t.Parallel()
		s, folder := recordedStore(t)
		if _, err := s.VerifyAgainst(t.Context(), "demo", Evidence{Recordings: folder + "/no"}); err == nil {
			t.Error("a folder that is not there was read")
		}
	})
}

// A proof is checked without the database. It tells nothing personal unless it is to, and
// no change of it passes.
func TestProve(t *testing.T) {
	t.Parallel()
	s, key := erasedStore(t, true), newKey(t)
	part, err := s.Prove(t.Context(), "p1", false, key)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(part)
	if err != nil {
		t.Fatal(err)
	}
	for _, trace := range traces {
		if strings.Contains(string(text), trace) {
			t.Errorf("%q is told", trace)
		}
	}
	read := func(text string) (Checked, error) {
		t.Helper()
		p, _, err := ReadProof([]byte(text))
		if err != nil {
			return Checked{}, err
		}
		return p.Check(key.Public)
	}
	if c, err := read(string(text)); err != nil || c.Hashes != 3 || c.Told != 3 || c.Personal != 0 || c.Erased {
		t.Errorf("without what is personal: %+v, %v", c, err)
	}
	whole, err := s.Prove(t.Context(), "p1", true, key)
	if err != nil {
		t.Fatal(err)
	}
	if text, err = json.MarshalIndent(whole, "", "\t"); err != nil {
		t.Fatal(err)
	}
	if c, err := read(string(text)); err != nil || c.Personal != 3 || !strings.Contains(string(text), "Wang Fang") {
		t.Errorf("whole: %+v, %v", c, err)
	}
	for what, change := range map[string][2]string{
		"rings":   {`"rings": 1`, `"rings": 2`},
		"number":  {`"13912345678"`, `"13912345679"`},
		"secret":  {hexSecret("p1"), hexSecret("p2")},
		"hash":    {`"hash": "` + whole.Seals[0].Hash, `"hash": "` + whole.Seals[1].Hash},
		"place":   {`"n": 1,`, `"n": 2,`},
		"domain":  {`sansheng/record/2`, `sansheng/amendment/2`},
		"head":    {`\n\n—`, `0\n\n—`},
		"call":    {`"call": "p1"`, `"call": "p2"`},
		"company": {`"company": "demo"`, `"company": "demo2"`},
	} {
		changed := strings.Replace(string(text), change[0], change[1], 1)
		if changed == string(text) {
			t.Errorf("%s: %q is not in the proof", what, change[0])
		}
		if _, err := read(changed); err == nil {
			t.Errorf("a proof with another %s passes", what)
		}
	}
	if _, err := whole.Check(newKey(t).Public); err == nil {
		t.Error("it passes under another key")
	}
	gone, err := s.Prove(t.Context(), "p2", true, key)
	if err != nil {
		t.Fatal(err)
	}
	if c, err := gone.Check(key.Public); err != nil || !c.Erased || c.Personal != 0 || c.Told != c.Hashes {
		t.Errorf("of an erased call: %+v, %v", c, err)
	}
	for _, text := range []string{"", "{}", `{"format":"sansheng/proof/2"}`, `{"format":"sansheng/proof/1","seals":1}`} {
		if _, _, err := ReadProof([]byte(text)); err == nil {
			t.Errorf("%q is a proof", text)
		}
	}
	if _, err := s.Prove(t.Context(), "nobody", false, key); err == nil {
		t.Error("a call that is not there was proven")
	}
}

// A record that an older version sealed is proven by its hash, and whole by its content.
func TestProveOld(t *testing.T) {
	t.Parallel()
	s, key := erasedStore(t, false), newKey(t)
	for call, want := range map[string][2]string{
		"p1": {"{Told:0 Personal:0 Hashes:3 Erased:false}", "{Told:3 Personal:0 Hashes:3 Erased:false}"},
		// The recording's check, the erasure, and the fact that came later.
		"p2": {"{Told:2 Personal:0 Hashes:6 Erased:true}", "{Told:3 Personal:0 Hashes:6 Erased:true}"},
	} {
		for i, whole := range []bool{false, true} {
			p, err := s.Prove(t.Context(), call, whole, key)
			if err != nil {
				t.Fatal(err)
			}
			c, err := p.Check(key.Public)
			c.Head = proof.Head{}
			got := fmt.Sprintf("{Told:%d Personal:%d Hashes:%d Erased:%v}", c.Told, c.Personal, c.Hashes, c.Erased)
			if err != nil || got != want[i] {
				t.Errorf("%s, whole %v: %s, %v; want %s", call, whole, got, err, want[i])
			}
		}
	}
}

// That the chain grew from an older head is proven; that it did not, is not.
func TestProveGrowth(t *testing.T) {
	t.Parallel()
	s, _ := sealedStore(t)
	key, dir := newKey(t), t.TempDir()
	older := witnessed(t, s, key, dir)[0]
	for range 2 {
		if err := amend(t.Context(), s, "e1-c1", "2001", "r", "b"); err != nil {
			t.Fatal(err)
		}
	}
	g, err := s.ProveGrowth(t.Context(), older, key)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(g)
	if err != nil {
		t.Fatal(err)
	}
	_, again, err := ReadProof(text)
	if err != nil {
		t.Fatal(err)
	}
	if o, n, err := again.Check(key.Public); err != nil || o.Size != older.Size || n.Size != older.Size+2 {
		t.Errorf("%+v, %+v, %v", o, n, err)
	}
	if _, _, err := again.Check(newKey(t).Public); err == nil {
		t.Error("it passes under another key")
	}
	again.Path[0][0]++
	if _, _, err := again.Check(key.Public); err == nil {
		t.Error("another path passes")
	}
	tamper(t, s, "UPDATE answer SET rings = 2 WHERE call_id = 'e1-c1'")
	rehash(t, s, "demo")
	if _, err := s.ProveGrowth(t.Context(), older, key); err == nil {
		t.Error("a chain that was made anew grew from the old one")
	}
}

package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"

	"sansheng/cti"
	"sansheng/store/ticket"
)

// amend has a person correct a record of company demo, as a journal of its own tells it.
func amend(ctx context.Context, s *Store, call, by, reason, text string) error {
	id := uuid.NewString()
	return s.Replay(ctx, "amended-"+id, cti.Fact{
		Version: cti.SchemaVersion, ID: "amended-" + id, Engine: "amended-" + id, Seq: 1, At: time.Now(), Kind: cti.RecordAmended,
		Company: "demo", Call: cti.CallID(call), Data: &cti.AmendedData{By: by, Reason: reason, Text: text},
	})
}

// closedStore has five closed calls and an amendment of company demo.
func closedStore(t testing.TB) *Store {
	t.Helper()
	s := newStore(t)
	if err := s.Replay(t.Context(), "journal", theFacts(t)...); err != nil {
		t.Fatal(err)
	}
	if err := amend(t.Context(), s, "e1-c1", "2001", "wrong matter", "the caller asked for the meter"); err != nil {
		t.Fatal(err)
	}
	noFaults(t, s)
	return s
}

// filledStore is closedStore with a final sheet of e1-c1, amended once: both are sealed.
func filledStore(t testing.TB) *Store {
	t.Helper()
	s := closedStore(t)
	list, err := s.Tickets(t.Context(), TicketFilter{Call: "e1-c1"})
	if err != nil || len(list) != 1 {
		t.Fatalf("%d tickets, %v", len(list), err)
	}
	d := &recorded{Store: s, src: FactSource{Journal: "acts"}}
	for _, a := range []ticket.Act{
		&ticket.Filled{Kind: ticket.Repair, Said: repair("Nanjing Rd 1"), Final: true},
		&ticket.Amended{Said: repair("Nanjing Rd 2"), Reason: "wrong house"},
	} {
		if _, err := s.Act(t.Context(), list[0].ID, "1001", a, Anybody); err != nil {
			t.Fatal(err)
		}
		noFaults(t, s) // what the journal has not told again is not sealed yet
		d.read(t)
		noFaults(t, s)
	}
	return s
}

// Every change that a person with all rights in the database can make to what
// is sealed is found; the chain's last link needs the head's copy outside.
func TestTampering(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ statement, problem string }{
		"rings":              {"UPDATE answer SET rings = 1, within_three_rings = true WHERE call_id = 'e2-c1'", "record changed"},
		"time":               {"UPDATE call SET started_at = started_at + interval '1 ms' WHERE id = 'e1-c1'", "record changed"},
		"who hung up":        {"UPDATE call SET hung_up_by = 'caller', early_hang_up = false WHERE id = 'e2-c1'", "record changed"},
		"offer":              {"UPDATE offer SET result = 'declined' WHERE call_id = 'e1-c1' AND offer = 1", "record changed"},
		"leg removed":        {"DELETE FROM leg WHERE call_id = 'e1-c1' AND role = 'caller'", "record changed"},
		"hold added":         {"INSERT INTO hold VALUES ('e1-c1', 9, 'x', 'agent', now(), now())", "record changed"},
		"legs swapped":       {"UPDATE leg SET agent = CASE agent WHEN '1001' THEN '1002' ELSE '1001' END WHERE call_id = 'e1-c1' AND role = 'agent'", "record changed"},
		"call removed":       {"DELETE FROM call WHERE id = 'e0-c2'", "record removed"},
		"company changed":    {"UPDATE call SET company = 'demo2' WHERE id = 'e0-c2'", "record changed"},
		"reopened":           {"UPDATE call SET ended_at = NULL, ended_by = NULL, disposition = NULL, cause = NULL WHERE id = 'e0-c2'", "record changed"},
		"amendment changed":  {"UPDATE amendment SET body = 'nothing' WHERE author = '2001'", "amendment changed"},
		"amendment's author": {"UPDATE amendment SET author = '2002' WHERE author = '2001'", "amendment changed"},
		"amendment removed":  {"DELETE FROM amendment WHERE author = '2001'", "amendment removed"},
		"amendment added":    {"INSERT INTO amendment VALUES (gen_random_uuid(), 'e1-c1', 'demo', 'x', 'x', 'x', now())", "amendment without a seal"},
		"call added":         {"INSERT INTO call (id, company, started_at, ended_at, ended_by, disposition, cause) VALUES ('z', 'demo', now(), now(), 'caller', 'ANSWERED', 16)", "record without a seal"},
		"seal removed":       {"DELETE FROM seal WHERE n = 2", "seals 2 to 2 are missing"},
		"tail removed":       {"DELETE FROM seal WHERE n >= 5", "seals were removed or added"},
		"hash changed":       {"UPDATE seal SET hash = repeat('a', 64) WHERE n = 3", "does not follow"},
		"head removed":       {"DELETE FROM chain", "head is missing"},
		"all seals removed":  {"DELETE FROM seal", "record without a seal"},
		"sheet changed":      {`UPDATE sheet SET said = said || '{"place": "Nanjing Rd 3"}' WHERE call_id = 'e1-c1'`, "the sheet changed after it was sealed"},
		"sheet set back":     {`UPDATE sheet SET said = said || '{"place": "Nanjing Rd 1"}' WHERE call_id = 'e1-c1'`, "the sheet changed after it was sealed"},
		"sheet opened":       {"UPDATE sheet SET closed_at = NULL WHERE call_id = 'e1-c1'", "the sheet changed after it was sealed"},
		"sheet closed later": {"UPDATE sheet SET closed_at = closed_at + interval '1 h' WHERE call_id = 'e1-c1'", "the sheet changed after it was sealed"},
		"sheet's form":       {"UPDATE sheet SET kind = 'complaint' WHERE call_id = 'e1-c1'", "the sheet changed after it was sealed"},
		"sheet removed":      {"DELETE FROM sheet WHERE call_id = 'e1-c1'", "the sheet was removed after it was sealed"},
		"sheet put in":       {`UPDATE sheet SET said = '{"happened": "he was told to leave"}', kind = 'emergency', version = 1, closed_at = opened_at WHERE call_id = 'e2-c1'`, "final sheet without a seal"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := filledStore(t)
			tamper(t, s, c.statement)
			checks, err := s.Verify(t.Context(), "")
			if err != nil {
				t.Fatal(err)
			}
			var found []string
			for _, v := range checks {
				for _, f := range v.Faults {
					found = append(found, f.Problem)
				}
			}
			if !strings.Contains(strings.Join(found, "\n"), c.problem) {
				t.Errorf("found %q, want %q", found, c.problem)
			}
		})
	}
}

// What anybody without the right to switch triggers off meets.
func TestClosedRecordsRefuseChange(t *testing.T) {
	t.Parallel()
	s := closedStore(t)
	for _, statement := range []string{
		"UPDATE call SET did = '1' WHERE id = 'e1-c1'",
		"DELETE FROM call WHERE id = 'e1-c1'",
		"UPDATE leg SET cause = 16 WHERE call_id = 'e1-c1'",
		"DELETE FROM leg WHERE call_id = 'e1-c1'",
		"INSERT INTO step VALUES ('e1-c1', 99, now(), 'x', '')",
		"UPDATE answer SET rings = 1 WHERE call_id = 'e2-c1'",
		"UPDATE offer SET call_id = 'e3-c3' WHERE call_id = 'e1-c1'",
		"TRUNCATE leg",
		"TRUNCATE call CASCADE",
		"UPDATE seal SET hash = prev_hash",
		"DELETE FROM seal",
		"TRUNCATE seal",
		"UPDATE amendment SET author = 'x'",
		"DELETE FROM amendment",
	} {
		_, err := s.pool.Exec(t.Context(), statement)
		var pg *pgconn.PgError
		if !errors.As(err, &pg) || pg.Code != "23001" {
			t.Errorf("%s: %v", statement, err)
		}
	}
	noFaults(t, s)
}

func TestAmend(t *testing.T) {
	t.Parallel()
	s := closedStore(t)
	r, err := s.Record(t.Context(), "e1-c1")
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Amendments) != 1 {
		t.Fatalf("amendments: %+v", r.Amendments)
	}
	a := r.Amendments[0]
	if a.Author != "2001" || a.Reason != "wrong matter" || a.Hash == "" || a.MadeAt.IsZero() {
		t.Errorf("amendment: %+v", a)
	}
	if hash, err := HashAmendment(a.PrevHash, a); err != nil || hash != a.Hash {
		t.Errorf("hash %s, %v; want %s", hash, err, a.Hash)
	}
	// What is no correction is put away, and changes nothing.
	for i, c := range []struct{ call, by, want string }{
		{"nobody", "2001", "not closed here"}, {"e3-c3", "2001", "not closed here"}, {"e1-c1", "", "allowed: a person"},
		{"e1-c1", systemAuthor, "allowed: a person"}, {"e1-c1", " System ", "allowed: a person"},
	} {
		if err := amend(t.Context(), s, c.call, c.by, recordingDestroyed, `{"name": "c1"}`); err != nil {
			t.Fatal(err)
		}
		dead, err := s.DeadLettersOf(t.Context(), DeadLetterFilter{Open: true})
		if err != nil || len(dead) != i+1 || !slices.ContainsFunc(dead, func(d DeadLetter) bool { return strings.Contains(d.Error, c.want) }) {
			t.Errorf("%s by %q: %+v, %v", c.call, c.by, dead, err)
		}
	}
	if again, err := s.Record(t.Context(), "e1-c1"); err != nil || len(again.Amendments) != 1 {
		t.Errorf("amendments: %+v, %v", again.Amendments, err)
	}
}

// A correction is a fact: who makes the records anew from the journal has it at its place of the
// chain, with the same id and hash.
func TestAmendmentReplayed(t *testing.T) {
	t.Parallel()
	facts := withSecrets(theFacts(t))
	last := facts[len(facts)-1]
	for i, call := range []cti.CallID{"e1-c1", "e2-c1", "e1-c1"} {
		last.ID, last.Seq, last.At, last.Engine = fmt.Sprintf("e9-%d", i+1), uint64(i+1), last.At.Add(time.Second), "e9"
		last.Kind, last.Call, last.Agent, last.Term = cti.RecordAmended, call, "", 0
		last.Data = &cti.AmendedData{By: "2001", Reason: "wrong matter", Text: fmt.Sprint("he asked for meter ", i)}
		facts = append(facts, last)
	}
	s, again := newStore(t), newStore(t)
	for _, one := range []*Store{s, again} {
		if err := one.Replay(t.Context(), "journal", facts...); err != nil {
			t.Fatal(err)
		}
		noFaults(t, one)
	}
	if err := again.Replay(t.Context(), "copy", facts...); err != nil { // once more, and each counts once
		t.Fatal(err)
	}
	r, err := again.Record(t.Context(), "e1-c1")
	if err != nil || len(r.Amendments) != 2 || r.Amendments[1].Body != "he asked for meter 2" {
		t.Errorf("%+v, %v", r.Amendments, err)
	}
	same(t, dump(t, again), dump(t, s))
}

// Several persons amend while calls end: one chain, no fork.
func TestAmendTogether(t *testing.T) {
	t.Parallel()
	s := closedStore(t)
	errC := make(chan error)
	const people = 8
	for i := range people {
		go func() {
			err := amend(t.Context(), s, "e1-c1", fmt.Sprint(i), "r", "b")
			errC <- err
		}()
	}
	go func() {
		errC <- s.Replay(t.Context(), "more", readStory(t, "testdata/answered.txt").parse(t, "later")...)
	}()
	for range people + 1 {
		if err := <-errC; err != nil {
			t.Error(err)
		}
	}
	noFaults(t, s)
}

// The examples of RFC 8785 that records can meet.
func TestCanonical(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`{"b":1,"a":[true,false,null],"":{}}`:                   `{"":{},"a":[true,false,null],"b":1}`,
		`"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/"`:       `"€$\u000f\nA'B\"\\\\\"/"`,
		`"\u2028<>&\u007f\b\t\f\r"`:                             "\"\u2028<>&\u007f\\b\\t\\f\\r\"",
		`{"\u20ac":1,"\r":2,"1":3,"😀":4,"\u0080":5,"\ufb33":6}`: "{\"\\r\":2,\"1\":3,\"\u0080\":5,\"€\":1,\"😀\":4,\"\ufb33\":6}",
	} {
		got, err := Canonical(json.RawMessage(in))
		if err != nil || string(got) != want {
			t.Errorf("%s: %s, %v; want %s", in, got, err, want)
		}
	}
}

// A record's hash can be checked from its JSON with any program that knows JSON
// and SHA-256, here the shell's.
func TestHashFromOutside(t *testing.T) {
	t.Parallel()
	s := closedStore(t)
	r, err := s.Record(t.Context(), "e1-c1")
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]any
	if err := json.Unmarshal(text, &fields); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"sheet", "tickets", "amendments", "hash", "prev_hash"} {
		delete(fields, name)
	}
	body, err := Canonical(fields)
	if err != nil {
		t.Fatal(err)
	}
	sum := exec.CommandContext(t.Context(), "sha256sum")
	sum.Stdin = strings.NewReader("sansheng/record/1\n" + *r.PrevHash + "\n" + string(body))
	out, err := sum.Output()
	if err != nil {
		t.Fatal(err)
	}
	if got, _, _ := strings.Cut(string(out), " "); got != *r.Hash {
		t.Errorf("outside: %s, record: %s", got, *r.Hash)
	}
}

// Chains of companies do not touch.
func TestChainPerCompany(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	facts := firstStory(t)
	var both []cti.Fact
	for i, company := range []cti.CompanyID{"demo", "demo2"} {
		for _, f := range facts {
			f.Company = company
			f.Engine = string(company)
			f.ID = fmt.Sprintf("%s-%d", company, f.Seq)
			if f.Call != "" {
				f.Call = cti.CallID(fmt.Sprintf("c%d", i))
			}
			both = append(both, f)
		}
	}
	if err := s.Replay(t.Context(), "journal", both...); err != nil {
		t.Fatal(err)
	}
	noFaults(t, s)
	heads, err := s.Heads(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(heads) != 2 || heads[0].N != 1 || heads[1].N != 1 || heads[0].Hash == heads[1].Hash {
		t.Errorf("heads: %+v", heads)
	}
	checks, err := s.Verify(t.Context(), "demo2")
	if err != nil || len(checks) != 1 || checks[0].Records != 1 || checks[0].Head != heads[1].Hash {
		t.Errorf("one company: %+v, %v", checks, err)
	}
}

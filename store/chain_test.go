package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"sansheng/cti"
	"sansheng/store/ticket"
)

// closedStore has five closed calls and an amendment of company demo.
func closedStore(t testing.TB) *Store {
	t.Helper()
	s := newStore(t)
	if err := s.Replay(t.Context(), "journal", theFacts(t)...); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Amend(t.Context(), "e1-c1", "2001", "wrong matter", "the caller asked for the meter"); err != nil {
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
	for _, c := range []struct {
		call, author string
		want         error
	}{{"nobody", "2001", ErrNoCall}, {"e3-c3", "2001", ErrOpenCall}} {
		if _, err := s.Amend(t.Context(), c.call, c.author, "r", "b"); !errors.Is(err, c.want) {
			t.Errorf("amend %s: %v, want %v", c.call, err, c.want)
		}
	}
	if _, err := s.Amend(t.Context(), "e1-c1", "", "r", "b"); err == nil {
		t.Error("amended by nobody")
	}
	for _, author := range []string{systemAuthor, " System "} {
		if _, err := s.Amend(t.Context(), "e1-c1", author, recordingDestroyed, `{"name": "c1"}`); !errors.As(err, new(*AmendError)) || !strings.Contains(err.Error(), "allowed: a person") {
			t.Errorf("amended by %q: %v", author, err)
		}
	}
	noFaults(t, s)
}

// Several persons amend while calls end: one chain, no fork.
func TestAmendTogether(t *testing.T) {
	t.Parallel()
	s := closedStore(t)
	errC := make(chan error)
	const people = 8
	for i := range people {
		go func() {
			_, err := s.Amend(t.Context(), "e1-c1", fmt.Sprint(i), "r", "b")
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

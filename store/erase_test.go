package store

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"sansheng/cti"
	"sansheng/cti/callback"
	"sansheng/pbx"
	"sansheng/store/ticket"
)

// hexSecret is always the same of a call.
func hexSecret(call cti.CallID) string {
	sum := sha256.Sum256([]byte("secret of " + call))
	return hex.EncodeToString(sum[:])
}

// withSecrets gives the ends of calls secrets, as an engine does.
func withSecrets(facts []cti.Fact) []cti.Fact {
	for i, f := range facts {
		if d, ok := f.Data.(*cti.Ended); ok {
			d := *d
			d.Secret = hexSecret(f.Call)
			facts[i].Data = &d
		}
	}
	return facts
}

// traces are all that is personal in the calls of personalFacts. Each is long enough that
// no id and no time of a row has it by chance.
var traces = []string{"13912345678", "Wang Fang", "471147114711", "account-77", "021-6666", "moves house", "Fang's flat", "ticket:9", "Lane 5"}

// personalFacts are those of some calls, in each of which there is something personal at
// every place that may have some. secret tells whether their ends bring one.
func personalFacts(secret bool) []cti.Fact {
	var facts []cti.Fact
	at := storyStart
	tell := func(k cti.Kind, call cti.CallID, agent cti.AgentID, d cti.Data) {
		at = at.Add(time.Second)
		seq := uint64(len(facts)) + 1
		facts = append(facts, cti.Fact{
			Version: cti.SchemaVersion, ID: fmt.Sprintf("p-%d", seq), Seq: seq, Engine: "p", At: at, Kind: k, Company: "demo", Call: call, Agent: agent, Data: d,
		})
	}
	for _, call := range []cti.CallID{"p1", "p2", "p3"} {
		tell(cti.CallArrived, call, "", &cti.Arrived{
			DID: "800100", Caller: pbx.Party{Number: "13912345678", Name: "Wang Fang"}, Channel: pbx.ChannelID(call), Direction: cti.Outbound,
			Mode: cti.Greeted, Recording: string(call), By: "1001", For: "ticket:9",
		})
		tell(cti.CallKeyed, call, "", &cti.KeyedData{Name: "meter", Digits: "471147114711"})
		tell(cti.CallLookedUp, call, "", &cti.LookedUpData{Service: "crm", Result: "known", Data: cti.Sheet{{Name: "account", Value: "account-77"}}})
		tell(cti.CallQueued, call, "", &cti.Queued{Queue: "service"})
		tell(cti.CallOffered, call, cti.Outside, &cti.Offered{Queue: "service", Channel: pbx.ChannelID(call + "-o"), Offer: 1, Number: "021-6666"})
		tell(cti.CallAnswered, call, "1001", &cti.Answered{Queue: "service", Channel: pbx.ChannelID(call + "-a"), Offer: 2, AgentRings: 1, WithinThreeRings: true})
		tell(cti.TransferBegan, call, "1001", &cti.TransferBeganData{
			Transfer: cti.Blind, To: cti.Outside, Number: "021-6666", Reason: "she moves house", Consent: true, Sheet: cti.Sheet{{Name: "place", Value: "Fang's flat"}},
		})
		tell(cti.CallbackAsked, call, "", &cti.CallbackAskedData{Queue: "service", Number: "13912345678"})
		tell(cti.CallbackPromised, call, "1001", &cti.CallbackPromisedData{Queue: "service", DID: "800100", Number: "13912345678", From: at, Until: at})
		tell(cti.CallMessageLeft, call, "", &cti.MessageLeftData{DID: "800100", Box: "service", Caller: "13912345678", Number: "13912345678", Recording: "voicemail-" + string(call)})
		tell(cti.AgentOrdered, call, "1001", &cti.OrderedData{By: "1001", Verb: cti.OrderBlind, To: "021-6666", Reason: "she moves house"})
		end := &cti.Ended{By: cti.RoleCaller, Disposition: cti.DispositionAnswered, Cause: 16}
		if secret {
			end.Secret = hexSecret(call)
		}
		tell(cti.CallEnded, call, "", end)
		// A fact that comes late is an amendment, with all that is in it.
		tell(cti.CallKeyed, call, "", &cti.KeyedData{Name: "meter", Digits: "471147114711"})
	}
	return facts
}

// erased adds that the record of p2 is erased, and what comes late all the same.
func erased(facts []cti.Fact) []cti.Fact {
	last := facts[len(facts)-1]
	tell := func(k cti.Kind, call cti.CallID, d cti.Data) {
		last.Seq++
		last.ID, last.At, last.Kind, last.Call, last.Agent, last.Data = fmt.Sprintf("p-%d", last.Seq), last.At.Add(time.Second), k, call, "", d
		facts = append(facts, last)
	}
	tell(cti.RecordErased, "p2", &cti.ErasedData{By: "9001", Reason: "asked for by letter, PIPL article 47"})
	tell(cti.CallKeyed, "p2", &cti.KeyedData{Name: "meter", Digits: "471147114711"})
	tell(cti.MessageFinished, "p2", &cti.MessageFinishedData{By: "1001", Result: "told Wang Fang"})
	tell(cti.RecordErased, "p2", &cti.ErasedData{By: "9002", Reason: "once more"})
	tell(cti.CallKeyed, "p3", &cti.KeyedData{Name: "meter", Digits: "471147114711"})
	return facts
}

// rowsOf is every row of the database in which a text is, by table.
func rowsOf(t testing.TB, s *Store, text string) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	for _, table := range tables(t, s) {
		rows, err := s.pool.Query(t.Context(), fmt.Sprintf("SELECT r::text FROM %q r WHERE strpos(r::text, $1) > 0", table), text)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			var row string
			if err := rows.Scan(&row); err != nil {
				t.Fatal(err)
			}
			found[table] = append(found[table], row)
		}
		if rows.Err() != nil {
			t.Fatal(rows.Err())
		}
	}
	return found
}

func tables(t testing.TB, s *Store) (names []string) {
	t.Helper()
	rows, err := s.pool.Query(t.Context(), "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'goose%' ORDER BY 1")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	return names
}

// dump is all tables as they are, but for what says when the projector worked.
func dump(t testing.TB, s *Store) string {
	t.Helper()
	var b strings.Builder
	for _, table := range tables(t, s) {
		if table == "projection" {
			continue
		}
		rows, err := s.pool.Query(t.Context(), fmt.Sprintf(`SELECT r::text FROM %q r ORDER BY r::text COLLATE "C"`, table))
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			var row string
			if err := rows.Scan(&row); err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&b, "%s %s\n", table, row)
		}
		if rows.Err() != nil {
			t.Fatal(rows.Err())
		}
	}
	return b.String()
}

// verified is what a check finds, as one text of the faults.
func verified(t testing.TB, s *Store, e Evidence) (Verification, string) {
	t.Helper()
	checks, err := s.VerifyAgainst(t.Context(), "demo", e)
	if err != nil || len(checks) != 1 {
		t.Fatalf("%d checks, %v", len(checks), err)
	}
	var b strings.Builder
	for _, f := range checks[0].Faults {
		fmt.Fprintf(&b, "seal %d, call %s: %s\n", f.N, f.Call, f.Problem)
	}
	return checks[0], b.String()
}

// erasedStore has three calls, of which one was erased, with a person's amendment of each.
func erasedStore(t testing.TB, secret bool) *Store {
	t.Helper()
	s := newStore(t)
	if err := s.Replay(t.Context(), "journal", personalFacts(secret)...); err != nil {
		t.Fatal(err)
	}
	for _, call := range []string{"p1", "p2"} {
		if err := amend(t.Context(), s, call, "2001", "Wang Fang rang again", "she lives in Lane 5"); err != nil {
			t.Fatal(err)
		}
	}
	for call, name := range map[string]string{"p1": "Li", "p2": "Wang Fang"} {
		o := ticket.Opened{Company: "demo", Kind: ticket.Complaint, Call: call, Matter: ticket.Matter{Summary: name + " waited", Place: "Lane 5", Phone: "13912345678"}}
		if call == "p1" {
			o.Matter.Place, o.Matter.Phone = "Lane 6", "13800138000"
		}
		k, err := s.OpenTicket(t.Context(), "1001", o)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Attach(t.Context(), k.ID, "1001", name+".txt", "text/plain", []byte(name), Anybody); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Act(t.Context(), k.ID, "1001", &ticket.ClosedWith{Result: "told " + name}, Anybody); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.CheckRecording(t.Context(), "p2", RecordingCheck{Name: "p2", CheckedAt: storyStart, Result: RecordingGood, SHA256: strings.Repeat("a", 64)}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.pool.Exec(t.Context(), `UPDATE sheet SET said = '{"matter": "Wang Fang moves house"}'`); err != nil {
		t.Fatal(err)
	}
	if err := s.Replay(t.Context(), "journal", erased(personalFacts(secret))...); err != nil {
		t.Fatal(err)
	}
	noFaults(t, s)
	return s
}

// Nothing personal of an erased call is left in any row, the chain is whole, and it is told
// who has erased it, when and why. Other calls' records are as they were.
func TestErasure(t *testing.T) {
	t.Parallel()
	for name, secret := range map[string]bool{"sealed with a secret": true, "sealed without": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := erasedStore(t, secret)
			for _, trace := range traces {
				for table, rows := range rowsOf(t, s, trace) {
					if slices.ContainsFunc(rows, func(r string) bool { return strings.Contains(r, "p2") }) {
						t.Errorf("%q of p2 is still in %s: %s", trace, table, rows)
					}
				}
			}
			if rows := rowsOf(t, s, "p1"); len(rows["record_secret"]) == 1 != secret || !strings.Contains(strings.Join(rows["call"], ""), "Wang Fang") {
				t.Errorf("the other call: %v", rows)
			}
			if rows := rowsOf(t, s, "p2"); len(rows["record_secret"]) != 0 || len(rows["leg"]) == 0 || len(rows["step"]) == 0 {
				t.Errorf("the erased call: %v", rows)
			}
			v, _ := verified(t, s, Evidence{})
			if len(v.Erased) != 1 || v.Erased[0].Call != "p2" || v.Erased[0].By != "9001" || !strings.Contains(v.Erased[0].Reason, "article 47") {
				t.Errorf("erased: %+v", v.Erased)
			}
			r, err := s.Record(t.Context(), "p2")
			if err != nil || r.Erased == nil || r.Erased.By != "9001" || r.Caller != "" || r.AnsweredAt == nil || r.Hash == nil {
				t.Errorf("record: %+v, %v", r, err)
			}
			if !slices.ContainsFunc(r.Amendments, func(a Amendment) bool { return strings.Contains(a.Body, "call.keyed, not kept") }) {
				t.Errorf("a fact that came after the erasure is not there: %+v", r.Amendments)
			}
			list, err := s.ErasedRecordings(t.Context(), 10, 0)
			if err != nil || len(list) != 2 { // the talk and the message
				t.Errorf("recordings to be destroyed: %+v, %v", list, err)
			}
			for _, d := range list {
				d.Rule, d.At = "the record was erased", storyStart
				if err := s.Destroyed(t.Context(), d); err != nil {
					t.Fatal(err)
				}
			}
			if list, err := s.ErasedRecordings(t.Context(), 10, 0); err != nil || len(list) != 0 {
				t.Errorf("once they were destroyed: %+v, %v", list, err)
			}
			if list, err := s.Unchecked(t.Context(), time.Time{}, 10); err != nil || slices.ContainsFunc(list, func(u Unchecked) bool { return u.Call == "p2" }) {
				t.Errorf("recordings to be looked at: %+v, %v", list, err)
			}
			if err := amend(t.Context(), s, "p2", "2001", "a word", "it was erased"); err != nil {
				t.Error(err)
			}
			noFaults(t, s)
		})
	}
}

// The same facts give the same rows and hashes with an erasure among them, wherever the
// batches end, and whoever reads them once more.
func TestErasureReplayed(t *testing.T) {
	t.Parallel()
	for _, secret := range []bool{true, false} {
		facts := erased(personalFacts(secret))
		want := ""
		for _, batch := range []int{256, 1, 2, 3, 5, 11} {
			s := newStore(t)
			cfg := quick
			cfg.Batch = batch
			if err := s.Projector(journal(t, facts), cfg).Run(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := s.Replay(t.Context(), "copy", facts...); err != nil {
				t.Fatal(err)
			}
			noFaults(t, s)
			got := dump(t, s)
			if want == "" {
				want = got
			}
			same(t, got, want)
			if strings.Count(got, "Wang Fang") == 0 || strings.Contains(got, "p2,demo,800100,13912345678") {
				t.Errorf("batches of %d: p2 is not erased, or all are", batch)
			}
		}
	}
}

// A callback about two callers' tickets is of one household: when one of them is erased, nothing
// is left of what was said in it, and nobody outside is told it any more.
func TestErasureOfHousehold(t *testing.T) {
	t.Parallel()
	c := newClocked(t)
	crm := Webhook{Name: "crm", Company: "demo", Facts: []string{"ticket.*", "follow_up.*"}, WholeNumbers: true}
	began(t, c.Store, crm)
	if err := c.SetWebhooks(t.Context(), []Webhook{crm}, newTold().send); err != nil {
		t.Fatal(err)
	}
	if err := c.Replay(t.Context(), "journal", personalFacts(true)...); err != nil {
		t.Fatal(err)
	}
	for _, call := range []string{"p1", "p2"} {
		c.complained(call, "13800138000", "Lane 5", ticket.Complaint)
	}
	f := c.owed(1)[0]
	wrong := c.called(f.ID, cti.DialReached)
	c.command(f.ID, callback.Drop{Call: wrong, Why: "Wang Fang's neighbour answered", By: "1001"})
	yes, score := true, 5
	answers := []callback.Answered{{Question: "attitude", Number: &score}, {Question: "remark", Words: "she moves house"}}
	for _, o := range f.Tickets {
		answers = append(answers, callback.Answered{Question: "solved", Ticket: o.Ticket, Yes: &yes}, callback.Answered{Question: "satisfied", Ticket: o.Ticket, Number: &score})
	}
	right := c.called(f.ID, cti.DialReached)
	if f = c.command(f.ID, callback.Answer{Call: right, By: "1001", Answers: answers}); f.State != callback.Done || len(f.Tickets) != 2 {
		t.Fatalf("%+v", f)
	}
	d := &recorded{Store: c.Store, src: FactSource{Journal: "acts"}}
	d.read(t)
	said := []string{"13800138000", "Lane 5", "Wang Fang", "moves house"}
	look := func() (rows []string, told, others int) {
		t.Helper()
		for _, trace := range said {
			found := rowsOf(t, c.Store, trace)
			for _, row := range slices.Concat(found["act"], found["follow_up"]) {
				if strings.Contains(row, f.ID) {
					rows = append(rows, trace+": "+row)
				}
			}
		}
		for _, o := range deliveries(t, c.Store, DeliveryFilter{}) {
			if strings.HasPrefix(o.Fact, "follow_up."+f.ID) {
				told++
			} else if o.Call == "p1" {
				others++
			}
		}
		return rows, told, others
	}
	rows, told, others := look()
	for _, trace := range said {
		if !slices.ContainsFunc(rows, func(r string) bool { return strings.HasPrefix(r, trace) }) {
			t.Errorf("%q is nowhere before it is erased", trace)
		}
	}
	if told == 0 || others == 0 {
		t.Errorf("%d and %d deliveries before", told, others)
	}
	if err := c.Replay(t.Context(), "journal", erased(personalFacts(true))...); err != nil { // p2, the second
		t.Fatal(err)
	}
	noFaults(t, c.Store)
	if rows, told, left := look(); len(rows) != 0 || told != 0 || left != others {
		t.Errorf("%d deliveries, %d of %d of the other caller's, and %q", told, left, others, rows)
	}
}

// A file that others' tickets have, too, goes with the last of them.
func TestErasureOfSharedFile(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	facts := personalFacts(true)
	if err := s.Replay(t.Context(), "journal", facts...); err != nil {
		t.Fatal(err)
	}
	body, hash := []byte("the form"), ""
	tickets := map[cti.CallID]uuid.UUID{}
	for _, call := range []cti.CallID{"p1", "p2", "p3"} {
		k, err := s.OpenTicket(t.Context(), "1001", ticket.Opened{Company: "demo", Kind: ticket.Complaint, Call: string(call), Matter: ticket.Matter{Summary: "waited"}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Attach(t.Context(), k.ID, "1001", "form.txt", "text/plain", body, Anybody); err != nil {
			t.Fatal(err)
		}
		tickets[call] = k.ID
	}
	if err := s.pool.QueryRow(t.Context(), "SELECT sha256 FROM attachment").Scan(&hash); err != nil {
		t.Fatal(err)
	}
	erase := func(calls ...cti.CallID) {
		t.Helper()
		for _, call := range calls {
			f := facts[len(facts)-1]
			f.Seq++
			f.ID, f.At, f.Kind, f.Call, f.Agent = fmt.Sprintf("p-%d", f.Seq), f.At.Add(time.Second), cti.RecordErased, call, ""
			f.Data = &cti.ErasedData{By: "9001", Reason: "by law"}
			facts = append(facts, f)
		}
		if err := s.Replay(t.Context(), "journal", facts...); err != nil {
			t.Fatal(err)
		}
	}
	erase("p2")
	for call, want := range map[cti.CallID]error{"p1": nil, "p2": ErrNoAttachment, "p3": nil} {
		name, got, err := s.Attachment(t.Context(), tickets[call], hash)
		if !errors.Is(err, want) || want == nil && (name != "form.txt" || string(got) != string(body)) {
			t.Errorf("%s: %q %q, %v", call, name, got, err)
		}
	}
	erase("p1", "p3") // in one batch
	var files int
	if err := s.pool.QueryRow(t.Context(), "SELECT count(*) FROM attachment").Scan(&files); err != nil || files != 0 {
		t.Errorf("%d files are left, %v", files, err)
	}
	noFaults(t, s)
}

// An erasure of a call that is not there, goes on, or is another company's is put aside.
func TestErasureRefused(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	facts := personalFacts(true)
	last := facts[len(facts)-1]
	tell := func(k cti.Kind, company cti.CompanyID, call cti.CallID, d cti.Data) {
		last.Seq++
		last.ID, last.At, last.Kind, last.Company, last.Call, last.Data = fmt.Sprintf("p-%d", last.Seq), last.At.Add(time.Second), k, company, call, d
		facts = append(facts, last)
	}
	d := &cti.ErasedData{By: "9001", Reason: "by law"}
	tell(cti.RecordErased, "demo", "nobody", d)
	tell(cti.CallArrived, "demo", "p9", &cti.Arrived{DID: "800100", Channel: "p9", Direction: "inbound"})
	tell(cti.RecordErased, "demo", "p9", d)
	tell(cti.RecordErased, "demo2", "p1", d)
	tell(cti.RecordErased, "demo", "p1", &cti.ErasedData{Reason: "by nobody"})
	tell(cti.RecordErased, "demo", "p1", nil)
	if err := s.Replay(t.Context(), "journal", facts...); err != nil {
		t.Fatal(err)
	}
	dead, err := s.DeadLetters(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"not closed here", "not closed here", "it is company demo's", "amendment_author_is_given", "no data"} {
		if i >= len(dead) || !strings.Contains(dead[i].Error, want) {
			t.Fatalf("dead letter %d: %+v, want %q", i, dead, want)
		}
	}
	if v, faults := verified(t, s, Evidence{}); faults != "" || len(v.Erased) != 0 {
		t.Errorf("faults %s, erased %+v", faults, v.Erased)
	}
}

// What is not as the erasure left it, or only looks erased, is found.
func TestErasureAttacked(t *testing.T) {
	t.Parallel()
	const blank = "UPDATE call SET caller_number = '', caller_name = '' WHERE id = 'p1'"
	for name, c := range map[string]struct {
		statements []string
		problem    string
	}{
		"number back":           {[]string{"UPDATE call SET caller_number = '13912345678' WHERE id = 'p2'"}, "what is personal is there again"},
		"another number":        {[]string{"UPDATE call SET caller_number = '1' WHERE id = 'p1'"}, "record changed after it was sealed"},
		"amendment back":        {[]string{"UPDATE amendment SET body = 'x' WHERE call_id = 'p2' AND body = '' AND author = '2001'"}, "amendment was erased by \"9001\", and what is personal is there again"},
		"rest changed":          {[]string{"UPDATE answer SET rings = 3 WHERE call_id = 'p2'"}, "record changed after it was"},
		"rest of an amendment":  {[]string{"UPDATE amendment SET author = '2002' WHERE call_id = 'p2' AND author = '2001'"}, "amendment changed after it was"},
		"erasure denied":        {[]string{"DELETE FROM erasure WHERE call_id = 'p2'"}, "amendment changed after it was sealed"},
		"erasure's author":      {[]string{"UPDATE amendment SET author = '9009' WHERE author = '9001'"}, "amendment changed after it was sealed"},
		"erasure's reason":      {[]string{"UPDATE amendment SET reason = 'none' WHERE author = '9001'"}, "amendment changed after it was sealed"},
		"blanked":               {[]string{blank}, "record changed after it was sealed"},
		"blanked, secret taken": {[]string{blank, "DELETE FROM record_secret WHERE call_id = 'p1'"}, "p1"},
		"as by an amendment": {[]string{
			blank, "DELETE FROM record_secret WHERE call_id = 'p1'",
			"INSERT INTO erasure SELECT 'p1', id FROM amendment WHERE call_id = 'p1' AND author = '2001'",
		}, "amendment changed after it was sealed"},
		"as by an unsealed one": {[]string{
			blank, "DELETE FROM record_secret WHERE call_id = 'p1'",
			"INSERT INTO amendment VALUES ('00000000-0000-0000-0000-000000000001', 'p1', 'demo', '9001', 'by law', '{}', now())",
			"INSERT INTO erasure VALUES ('p1', '00000000-0000-0000-0000-000000000001')",
		}, "and no seal says so"},
	} {
		for _, secret := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, secret %v", name, secret), func(t *testing.T) {
				t.Parallel()
				s := erasedStore(t, secret)
				tamper(t, s, c.statements...)
				if _, faults := verified(t, s, Evidence{}); !strings.Contains(faults, c.problem) {
					t.Errorf("found %q, want %q", faults, c.problem)
				}
			})
		}
	}
}

// Guards let an erasure through, and nothing else.
func TestErasureGuards(t *testing.T) {
	t.Parallel()
	s := erasedStore(t, true)
	for _, statement := range []string{
		"UPDATE call SET caller_number = '' WHERE id = 'p1'",
		"UPDATE call SET caller_number = '1' WHERE id = 'p2'",
		"UPDATE call SET caller_number = '', did = '1' WHERE id = 'p2'",
		"UPDATE offer SET number = '' WHERE call_id = 'p1'",
		"UPDATE offer SET number = '', rings = 1 WHERE call_id = 'p2'",
		"UPDATE step SET detail = '' WHERE call_id = 'p2' AND step = 'queue'",
		"UPDATE leg SET agent = '' WHERE call_id = 'p2'",
		"INSERT INTO step VALUES ('p2', 99, now(), 'data', '')",
		"DELETE FROM offer WHERE call_id = 'p2'",
		"UPDATE amendment SET body = '', reason = 'erased' WHERE call_id = 'p1'",
		"UPDATE amendment SET body = 'x' WHERE call_id = 'p2'",
		"DELETE FROM amendment WHERE call_id = 'p2'",
		"UPDATE record_secret SET secret = secret",
		"DELETE FROM record_secret",
		"TRUNCATE record_secret",
		"UPDATE erasure SET call_id = 'p1'",
		"DELETE FROM erasure",
		"TRUNCATE erasure",
	} {
		if _, err := s.pool.Exec(t.Context(), statement); err == nil || !strings.Contains(err.Error(), "23001") {
			t.Errorf("%s: %v", statement, err)
		}
	}
	for _, statement := range []string{
		"INSERT INTO record_secret VALUES ('p2', '\\x00')",
		"INSERT INTO erasure VALUES ('p1', gen_random_uuid())",
	} {
		if _, err := s.pool.Exec(t.Context(), statement); err == nil {
			t.Errorf("%s: it was done", statement)
		}
	}
	noFaults(t, s)
}

// People amend a record while it is erased: nothing personal is left but what they say
// afterwards, and the chain has no fork.
func TestErasedTogether(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	if err := s.Replay(t.Context(), "journal", personalFacts(true)...); err != nil {
		t.Fatal(err)
	}
	errC := make(chan error)
	const people = 8
	for i := range people {
		go func() {
			err := amend(t.Context(), s, "p2", fmt.Sprint(i), "r", "b")
			errC <- err
		}()
	}
	go func() { errC <- s.Replay(t.Context(), "journal", erased(personalFacts(true))...) }()
	for range people + 1 {
		if err := <-errC; err != nil {
			t.Error(err)
		}
	}
	noFaults(t, s)
}

// What was sealed before there were erasures is verified as ever once the tables follow.
func TestOldSeals(t *testing.T) {
	t.Parallel()
	s := closedStore(t)
	before, _ := verified(t, s, Evidence{})
	const erasures = 21
	for at := erasures; at >= erasures; {
		if err := s.MigrateDown(t.Context(), false); err != nil {
			t.Fatal(err)
		}
		if err := s.pool.QueryRow(t.Context(), "SELECT max(version_id) FROM goose_db_version").Scan(&at); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.pool.Exec(t.Context(), "UPDATE call SET caller_number = '' WHERE id = 'e1-c1'"); err == nil {
		t.Error("the guard is gone")
	}
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.pool.Reset() // plans of the tables as they were
	if after, faults := verified(t, s, Evidence{}); faults != "" || after.Head != before.Head || after.Records != before.Records {
		t.Errorf("%s, %+v, before %+v", faults, after, before)
	}
	noFaults(t, s)
}

// A final sheet and its amendments are sealed under the record's secret: what is left of them after
// the erasure tells nobody whether he has guessed what they said.
func TestErasureBehindSheet(t *testing.T) {
	t.Parallel()
	facts := personalFacts(true)
	s := newStore(t)
	if err := s.Replay(t.Context(), "journal", facts...); err != nil {
		t.Fatal(err)
	}
	d := &recorded{Store: s, src: FactSource{Journal: "acts"}}
	for _, a := range []ticket.Act{
		&ticket.Filled{Kind: ticket.Repair, Said: repair("Lane 5"), Final: true}, &ticket.Amended{Said: repair("Lane 6"), Reason: "Wang Fang moves house"},
	} {
		if _, err := s.Act(t.Context(), ticketID("p2", ticket.Consultation), "1001", a, Anybody); err != nil {
			t.Fatal(err)
		}
	}
	d.read(t)
	noFaults(t, s)
	var forms []int
	if err := s.pool.QueryRow(t.Context(), "SELECT array_agg(seal.form) FROM seal JOIN amendment ON amendment.id = seal.amendment_id WHERE amendment.call_id = 'p2' AND amendment.author = '1001'").Scan(&forms); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(forms, []int{committedForm, committedForm}) {
		t.Errorf("the sheet's seals are of forms %v", forms)
	}
	if err := s.Replay(t.Context(), "journal", erased(facts)...); err != nil {
		t.Fatal(err)
	}
	noFaults(t, s)
}

// A final sheet that is read behind its call's erasure, for it was told of in between, is sealed
// without what it says.
func TestErasureBeforeSheet(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	facts := personalFacts(true)
	if err := s.Replay(t.Context(), "journal", facts...); err != nil {
		t.Fatal(err)
	}
	id := ticketID("p2", ticket.Consultation)
	for _, a := range []ticket.Act{
		&ticket.Filled{Kind: ticket.Repair, Said: repair("Lane 5"), Final: true}, &ticket.Amended{Said: repair("Lane 5"), Reason: "Wang Fang moves house"},
	} {
		if _, err := s.Act(t.Context(), id, "1001", a, Anybody); err != nil {
			t.Fatal(err)
		}
	}
	var j fakeJournal
	if n, err := s.Outbox(&j).Publish(t.Context()); n == 0 || err != nil {
		t.Fatalf("%d published, %v", n, err)
	}
	if err := s.Replay(t.Context(), "journal", erased(facts)...); err != nil {
		t.Fatal(err)
	}
	src := &FactSource{Journal: "acts"}
	for i, f := range j.facts {
		src.Messages = append(src.Messages, Message{Position: uint64(i) + 1, ID: f.ID, Payload: f.JSON})
	}
	if err := s.Projector(src, quick).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	noFaults(t, s)
	r, err := s.Record(t.Context(), "p2")
	if err != nil {
		t.Fatal(err)
	}
	sealed := 0
	for _, a := range r.Amendments {
		if strings.HasPrefix(a.Body, "ticket.") && strings.HasSuffix(a.Body, notKept) {
			sealed++
		}
		for _, trace := range traces {
			if strings.Contains(a.Body+a.Reason, trace) {
				t.Errorf("%q is in the amendment %+v", trace, a)
			}
		}
	}
	if sealed != 2 {
		t.Errorf("%d of the sheet's amendments are sealed: %+v", sealed, r.Amendments)
	}
}

// What a machine has heard in a message whose record was erased meanwhile is not kept, and it is
// not asked again.
func TestErasureWhileTranscribing(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	facts := personalFacts(true)
	if err := s.Replay(t.Context(), "journal", facts...); err != nil {
		t.Fatal(err)
	}
	check := RecordingCheck{Name: "voicemail-p2", CheckedAt: storyStart, Result: RecordingGood, SHA256: strings.Repeat("a", 64)}
	if err := s.CheckRecording(t.Context(), "p2", check); err != nil {
		t.Fatal(err)
	}
	since, at := storyStart.Add(-time.Hour), storyStart.Add(time.Hour)
	if u, ok, err := s.NextUntranscribed(t.Context(), since, at, time.Minute); err != nil || !ok || u.Call != "p2" {
		t.Fatalf("%+v, %t, %v", u, ok, err)
	}
	if err := s.Replay(t.Context(), "journal", erased(facts)...); err != nil {
		t.Fatal(err)
	}
	if err := s.Transcribed(t.Context(), "p2", "Wang Fang moves house", at); err != nil {
		t.Fatal(err)
	}
	if rows := rowsOf(t, s, "Wang Fang")["transcript"]; len(rows) != 0 {
		t.Errorf("it is kept: %s", rows)
	}
	if u, ok, err := s.NextUntranscribed(t.Context(), since, at.AddDate(0, 0, 1), time.Minute); err != nil || ok {
		t.Errorf("%+v, %t, %v", u, ok, err)
	}
}

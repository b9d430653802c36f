package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"sansheng/cti"
)

func firstStory(t testing.TB) []cti.Fact {
	t.Helper()
	return readStory(t, "testdata/answered.txt").parse(t, "e")
}

// project runs messages through a new projector of s.
func project(t testing.TB, s *Store, messages ...Message) ProjectorStats {
	t.Helper()
	for i := range messages {
		messages[i].Position = uint64(i) + 1
	}
	p := s.Projector(&FactSource{Journal: "journal", Messages: messages}, quick)
	if err := p.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	return p.Stats()
}

func message(t testing.TB, f cti.Fact) Message {
	t.Helper()
	b, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	return Message{ID: f.ID, Payload: b}
}

// Each message that cannot be used is put aside with its reason; the call
// around it goes on to a whole record.
func TestPoison(t *testing.T) {
	t.Parallel()
	envelope := func(changes string) string {
		fields := map[string]any{
			"v": 1, "id": "x-1", "seq": 1, "engine": "x", "at": "2026-03-02T08:00:00Z", "kind": "call.held",
			"company": "demo", "call": "c1", "data": map[string]any{"channel": "ch-1", "role": "caller"},
		}
		var change map[string]any
		if err := json.Unmarshal([]byte(changes), &change); err != nil {
			t.Fatal(err)
		}
		for k, v := range change {
			fields[k] = v
			if v == nil {
				delete(fields, k)
			}
		}
		b, _ := json.Marshal(fields)
		return string(b)
	}
	cases := map[string]struct{ payload, reason string }{
		"empty":             {"", "unexpected end of JSON"},
		"no JSON":           {"\x00\xff{{", "invalid character"},
		"not an object":     {"[1]", "cannot unmarshal array"},
		"data of a type":    {envelope(`{"data":{"channel":7}}`), "cannot unmarshal number"},
		"newer schema":      {envelope(`{"v":2}`), "schema version 2"},
		"no schema":         {envelope(`{"v":0}`), "schema version 0"},
		"no id":             {envelope(`{"id":""}`), "no id"},
		"no seq":            {envelope(`{"seq":0}`), "no seq"},
		"absurd seq":        {strings.Replace(envelope(`{}`), `"seq":1`, `"seq":9223372036854775808`, 1), "no seq"},
		"no engine":         {envelope(`{"engine":""}`), "no engine"},
		"no time":           {envelope(`{"at":"0001-01-01T00:00:00Z"}`), "no at"},
		"no kind":           {envelope(`{"kind":""}`), "no kind"},
		"no call":           {envelope(`{"call":""}`), "no call"},
		"no company":        {envelope(`{"company":""}`), "no company"},
		"no agent":          {envelope(`{"kind":"agent.ready"}`), "no agent"},
		"no data":           {envelope(`{"data":null}`), "no data"},
		"no disposition":    {envelope(`{"kind":"call.ended","data":{"disposition":"LOST","by":"caller"}}`), "call_disposition_is_asterisks"},
		"no such role":      {envelope(`{"kind":"call.leg_ended","data":{"channel":"z","role":"ghost"}}`), "leg_role_is_a_party"},
		"negative rings":    {envelope(`{"kind":"call.offer_ended","data":{"offer":1,"rings":-1,"result":"missed"}}`), "offer_rings_not_negative"},
		"key beyond bounds": {envelope(`{"kind":"call.leg_ended","data":{"channel":"` + noise(9000) + `","role":"agent"}}`), "index"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStore(t)
			var messages []Message
			facts := firstStory(t)
			for i, f := range facts {
				if i == len(facts)/2 {
					messages = append(messages, Message{Subject: "hotline.\x00", Payload: []byte(c.payload)})
				}
				messages = append(messages, message(t, f))
			}
			stats := project(t, s, messages...)
			dead, err := s.DeadLetters(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if len(dead) != 1 || stats.DeadLetters != 1 {
				t.Fatalf("%d dead letters, %d counted: %v", len(dead), stats.DeadLetters, dead)
			}
			d := dead[0]
			if string(d.Payload) != c.payload || d.Position != uint64(len(facts)/2)+1 {
				t.Errorf("dead letter %d: %q", d.Position, d.Payload)
			}
			if !strings.Contains(d.Error, c.reason) {
				t.Errorf("reason %q, want %q in it", d.Error, c.reason)
			}
			r, err := s.Record(t.Context(), "c1")
			if err != nil {
				t.Fatal(err)
			}
			if r.Hash == nil || len(r.Legs) != 3 || r.Offers[1].Rings != 1 {
				t.Errorf("record after a dead letter: %+v", r)
			}
		})
	}
}

// noise is text that does not compress, so that it stays long in an index.
func noise(n int) string {
	var b strings.Builder
	for i := uint32(1); b.Len() < n; i++ {
		fmt.Fprintf(&b, "%08x", i*2654435761)
	}
	return b.String()[:n]
}

// Foreign text is kept as it came, whatever it holds; the NUL character, which
// PostgreSQL cannot hold, by its picture.
func TestForeignText(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	cases := map[string]string{
		"":                          "",
		"&PJSIP/x":                  "&PJSIP/x",
		"${SHELL(id)}":              "${SHELL(id)}",
		"'; DROP TABLE call; --":    "'; DROP TABLE call; --",
		"a\r\nb":                    "a\r\nb",
		"\u2028\u202e<b>":           "\u2028\u202e<b>",
		"nul\x00nul":                "nul\u2400nul",
		"bad\xffutf8":               "bad\uFFFDutf8",
		`\u0000`:                    `\u0000`,
		strings.Repeat("9", 5000):   strings.Repeat("9", 5000),
		noise(1 << 16):              noise(1 << 16),
		"三声":                        "三声",
		"=cmd|' /C calc'!A0":        "=cmd|' /C calc'!A0",
		strings.Repeat("\x00", 100): strings.Repeat("\u2400", 100),
	}
	var messages []Message
	var numbers []string
	for number := range cases {
		id := fmt.Sprintf("c%d", len(numbers))
		numbers = append(numbers, number)
		for _, f := range firstStory(t) {
			if f.Kind != cti.CallArrived && f.Kind != cti.CallEnded {
				continue
			}
			f.Call = cti.CallID(id)
			f.Seq = uint64(len(messages)) + 1
			f.ID = fmt.Sprintf("e-%d", f.Seq)
			if d, ok := f.Data.(*cti.Arrived); ok {
				d.Caller.Number, d.Caller.Name = number, number
			}
			messages = append(messages, message(t, f))
		}
	}
	project(t, s, messages...)
	noFaults(t, s)
	for i, number := range numbers {
		r, err := s.Record(t.Context(), fmt.Sprintf("c%d", i))
		if err != nil {
			t.Fatal(err)
		}
		if want := cases[number]; r.Caller != want || r.CallerName != want {
			t.Errorf("caller %.60q became %.60q, %.60q", number, r.Caller, r.CallerName)
		}
		if cases[number] == "" {
			continue
		}
		found, err := s.Calls(t.Context(), Filter{Caller: number})
		if err != nil || len(found) != 1 {
			t.Errorf("caller %.60q: found %d, %v", number, len(found), err)
		}
	}
}

// A fact read again counts once, wherever in the journal it stands now: the
// journal lost its end and was filled again, or is read from the beginning.
func TestReadAgain(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	facts := firstStory(t)
	var messages []Message
	for _, f := range facts {
		messages = append(messages, message(t, f))
	}
	n := len(messages)
	twice := append(append([]Message{}, messages[:n-3]...), messages[2:]...)
	stats := project(t, s, twice...)
	if want := uint64(n - 5); stats.Duplicates != want || stats.Facts != uint64(n) || stats.Missing != 0 {
		t.Errorf("%d facts, %d duplicates, %d missing; want %d, %d, 0", stats.Facts, stats.Duplicates, stats.Missing, n, want)
	}
	noFaults(t, s)
	want := show(t, s)
	src := &FactSource{Journal: "copy", Messages: twice}
	if err := s.Projector(src, quick).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	same(t, show(t, s), want)
	same(t, want, straight(t, facts))
}

// An engine that lost its journal counts anew. Its facts have the ids of other
// facts: they must not vanish as repetitions.
func TestOtherFactSameID(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	facts := firstStory(t)
	other := facts[1]
	other.At = other.At.Add(time.Hour)
	stats := project(t, s, message(t, facts[0]), message(t, facts[1]), message(t, other))
	dead, err := s.DeadLetters(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if stats.Duplicates != 0 || len(dead) != 1 || !strings.Contains(dead[0].Error, "another fact under the id") {
		t.Errorf("%+v: %+v", stats, dead)
	}
}

// Numbers jumped over are counted, and counted back when they come late.
func TestMissingNumbers(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	facts := firstStory(t)
	m := func(i int) Message { return message(t, facts[i]) }
	if stats := project(t, s, m(0), m(1), m(4), m(5)); stats.Missing != 2 {
		t.Errorf("missing %d, want 2", stats.Missing)
	}
	p := s.Projector(&FactSource{Journal: "late", Messages: []Message{{Position: 1, Payload: m(2).Payload}}}, quick)
	if err := p.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	missing, err := s.q.MissingFacts(t.Context(), s.pool)
	if err != nil || missing != 1 {
		t.Errorf("missing %d after one came late, want 1 (%v)", missing, err)
	}
}

func TestVerdicts(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]verdict{
		"40P01": again, "57P01": again, "53100": again, "42P01": again, "08006": again, "28000": again,
		"23505": poison, "22021": poison, "23001": poison, "54000": poison,
		"XX000": doubt, "99999": doubt, "": doubt,
	} {
		if got := verdictOf(fmt.Errorf("project: %w", &pgconn.PgError{Code: code})); got != want {
			t.Errorf("%s: %v, want %v", code, got, want)
		}
	}
}

// The place read up to is kept exactly as the journal says it: with the time it was
// stored, a journal filled again is told from the one that was read.
func TestPlaceIsExact(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	m := message(t, firstStory(t)[0])
	m.ID, m.StoredAt = "e1-1", time.Date(2026, 3, 2, 9, 0, 0, 123456789, time.UTC)
	src := &FactSource{Journal: "exact", Messages: []Message{m}}
	src.Messages[0].Position = 7
	if err := s.Projector(src, quick).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	got, err := s.Place(t.Context(), "exact")
	if err != nil || got.Position != 7 || got.ID != m.ID || !got.StoredAt.Equal(m.StoredAt) {
		t.Errorf("kept %+v (%v), want 7 %s %s", got, err, m.ID, m.StoredAt)
	}
}

// A database that is so slow that a batch takes longer than a transaction may gets it in parts: as
// a whole it would be tried for ever.
func TestSlowDatabase(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	for _, q := range []string{
		"CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.15); RETURN NEW; END $$",
		"CREATE TRIGGER slow BEFORE INSERT ON fact FOR EACH ROW EXECUTE FUNCTION slow()",
	} {
		if _, err := s.pool.Exec(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	facts := firstStory(t)
	cfg := quick
	cfg.Batch, cfg.Gather, cfg.Timeout = len(facts), time.Second, 2*time.Second
	ctx, stop := context.WithTimeout(t.Context(), 2*time.Minute)
	defer stop()
	p := s.Projector(journal(t, facts), cfg)
	if err := p.Run(ctx); err != nil || ctx.Err() != nil {
		t.Fatal(err, ctx.Err())
	}
	if st := p.Stats(); st.Facts != uint64(len(facts)) || st.Retries == 0 || st.DeadLetters != 0 {
		t.Errorf("%+v", st)
	}
	noFaults(t, s)
}

// What the journal says of callbacks is not believed where it cannot be: it is put aside, and
// those behind it go on.
func TestPoisonFollowUp(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	const id = "0198e2a4-6c1e-7000-8000-000000000001"
	owed := func(ticket string) string {
		return `[{"ticket":"` + ticket + `","kind":"complaint","due":"2026-03-05T08:00:00Z","percent":100}]`
	}
	planned := func(id, company, tickets string) string {
		return fmt.Sprintf(`{"id":%q,"company":%q,"tickets":%s}`, id, company, tickets)
	}
	cases := map[string]string{
		"no data":           `null`,
		"nothing in it":     `{}`,
		"no tickets":        planned(id, "demo", `[]`),
		"another one":       planned("x", "demo", owed(id)),
		"another company's": planned(id, "demo2", owed(id)),
		"no ticket's id":    planned(id, "demo", owed("17")),
		"no such ticket":    planned(id, "demo", owed(id)),
	}
	var messages []Message
	for name, data := range cases {
		messages = append(messages, Message{Subject: name, Payload: fmt.Appendf(nil,
			`{"v":1,"id":%q,"seq":%d,"engine":"store","at":"2026-03-02T08:00:00Z","kind":"follow_up.planned","company":"demo","call":"c1","ticket":%q,"follow_up":%q,"n":1,"by":"system","data":%s}`,
			"f-"+name, len(messages)+1, id, id, data)})
	}
	for _, f := range firstStory(t) {
		messages = append(messages, message(t, f))
	}
	project(t, s, messages...)
	dead, err := s.DeadLetters(t.Context())
	if err != nil || len(dead) != len(cases) {
		t.Errorf("%d dead letters, want %d, %v", len(dead), len(cases), err)
	}
	if r, err := s.Record(t.Context(), "c1"); err != nil || r.Hash == nil {
		t.Errorf("the call behind them: %+v, %v", r, err)
	}
}

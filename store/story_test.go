package store

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"sansheng/cti"
	"sansheng/store/internal/sql"
)

var rewrite = flag.Bool("rewrite", false, "write what is there as what is expected; read the difference before it is committed")

// storyStart is the time facts of a story count from, in milliseconds.
var storyStart = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// story is a file of testdata: prose, facts as text, the records they must make.
type story struct {
	head, facts, want string
}

func readStory(t testing.TB, name string) story {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(string(b), "----\n")
	for len(parts) < 3 {
		parts = append(parts, "")
	}
	return story{parts[0], parts[1], parts[2]}
}

// parse reads lines of: milliseconds, kind, call, agent, data. engine names the
// teller; several stories in one database need several.
func (s story) parse(t testing.TB, engine string) []cti.Fact {
	t.Helper()
	var facts []cti.Fact
	lines := bufio.NewScanner(strings.NewReader(s.facts))
	for lines.Scan() {
		field := strings.Fields(lines.Text())
		ms, err := strconv.Atoi(field[0])
		if err != nil {
			t.Fatalf("%s: %v", lines.Text(), err)
		}
		none := func(s string) string { return strings.TrimPrefix(s, "-") }
		data := lines.Text()[strings.Index(lines.Text(), "{"):]
		seq := len(facts) + 1
		text := fmt.Sprintf(`{"v":1,"id":"%s-%d","seq":%d,"engine":%q,"at":%q,"kind":%q,"company":"demo","call":%q,"agent":%q,"data":%s}`,
			engine, seq, seq, engine, storyStart.Add(time.Duration(ms)*time.Millisecond).Format(time.RFC3339Nano),
			field[1], none(field[2]), none(field[3]), data)
		var f cti.Fact
		if err := json.Unmarshal([]byte(text), &f); err != nil {
			t.Fatalf("%s: %v", lines.Text(), err)
		}
		facts = append(facts, f)
	}
	return facts
}

func stories(t testing.TB) []string {
	t.Helper()
	names, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(names) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	return names
}

// If this fails, run "go test ./store -run TestStories -rewrite" and read the
// difference. Commit it only if you know its cause and want it.
func TestStories(t *testing.T) {
	t.Parallel()
	for _, name := range stories(t) {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txt"), func(t *testing.T) {
			t.Parallel()
			s := newStore(t)
			told := readStory(t, name)
			facts := told.parse(t, "e")
			if err := s.Replay(t.Context(), "story", facts...); err != nil {
				t.Fatal(err)
			}
			noFaults(t, s)
			got := show(t, s)
			if *rewrite {
				text := told.head + "----\n" + told.facts + "----\n" + got
				if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != told.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, told.want)
			}
		})
	}
}

func noFaults(t testing.TB, s *Store) {
	t.Helper()
	checks, err := s.Verify(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range checks {
		for _, f := range v.Faults {
			t.Errorf("chain of %s: seal %d, call %s: %s", v.Company, f.N, f.Call, f.Problem)
		}
	}
	dead, err := s.DeadLetters(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range dead {
		t.Errorf("dead letter %d: %s", d.Position, d.Error)
	}
}

// show writes all that a store keeps of calls, agents and tickets' facts: a line
// for each field that says something, a line for each entry of a list.
func show(t testing.TB, s *Store) string {
	t.Helper()
	var b strings.Builder
	records, err := s.Calls(t.Context(), Filter{})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		fmt.Fprintf(&b, "record %s\n", r.ID)
		showFields(t, &b, r)
	}
	agents, err := s.Agents(t.Context(), "demo", storyStart)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range agents {
		fmt.Fprintf(&b, "agent %s answered %d\n", a.Agent, a.Answered)
		spans, err := s.AgentHistory(t.Context(), a.Company, a.Agent, storyStart)
		if err != nil {
			t.Fatal(err)
		}
		for _, span := range spans {
			fmt.Fprintf(&b, "  %s\n", compact(t, span))
		}
	}
	queues, err := s.Queues(t.Context(), "", storyStart)
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range queues {
		fmt.Fprintf(&b, "queue %s\n", compact(t, q))
	}
	for _, f := range acts(t, s) {
		fmt.Fprintf(&b, "outbox %s\n", f.JSON)
	}
	return b.String()
}

func showFields(t testing.TB, b *strings.Builder, r Record) {
	t.Helper()
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	if _, err := d.Token(); err != nil {
		t.Fatal(err)
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			t.Fatal(err)
		}
		var value any
		if err := d.Decode(&value); err != nil {
			t.Fatal(err)
		}
		list, isList := value.([]any)
		switch {
		case value == nil || value == "" || value == false || reflect.DeepEqual(value, 0.0):
		case isList:
			for _, e := range list {
				fmt.Fprintf(b, "  %s: %s\n", name, compact(t, e))
			}
		default:
			fmt.Fprintf(b, "  %s: %s\n", name, compact(t, value))
		}
	}
}

// compact is a value in one line, without what is empty.
func compact(t testing.TB, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]any
	if json.Unmarshal(text, &fields) != nil {
		return string(text)
	}
	names := make([]string, 0, len(fields))
	for n, v := range fields {
		if v != nil && v != "" && v != false {
			names = append(names, n)
		}
	}
	slices.Sort(names)
	parts := make([]string, len(names))
	for i, n := range names {
		value, _ := json.Marshal(fields[n])
		parts[i] = n + "=" + string(value)
	}
	return strings.Join(parts, " ")
}

// theFacts are the facts of all stories in one journal, told by as many engines.
func theFacts(t testing.TB) []cti.Fact {
	t.Helper()
	var all []cti.Fact
	for i, name := range stories(t) {
		engine := fmt.Sprintf("e%d", i)
		for _, f := range readStory(t, name).parse(t, engine) {
			if f.Call != "" {
				f.Call = cti.CallID(engine) + "-" + f.Call
			}
			all = append(all, f)
		}
	}
	return all
}

// acts are the store's own facts in the order in which they are published, numbered or not.
func acts(t testing.TB, s *Store) []TicketFact {
	t.Helper()
	rows, err := s.pool.Query(t.Context(), "SELECT * FROM act ORDER BY at, ticket_id, n")
	if err != nil {
		t.Fatal(err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[sql.Act])
	if err != nil {
		t.Fatal(err)
	}
	facts := make([]TicketFact, len(list))
	for i, r := range list {
		n := int64(i) + 1
		r.Seq = &n
		if facts[i], err = newTicketFact(r); err != nil {
			t.Fatal(err)
		}
	}
	return facts
}

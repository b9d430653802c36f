package store

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"sansheng/store/table"
)

func importTable(t testing.TB, s *Store, file string, o CustomerImport) (Imported, error) {
	t.Helper()
	r, err := table.Open(strings.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if o.Company == "" {
		o.Company = "demo"
	}
	if o.Known == "" {
		o.Known = KnownRefused
	}
	o.By = Editor{Person: "9001", Reason: "from the old system"}
	return s.ImportCustomers(t.Context(), r, o)
}

func allCustomers(t testing.TB, s *Store, company string) []Customer {
	t.Helper()
	list, err := s.Customers(t.Context(), CustomerFilter{Company: company, Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// TestImport: a table is taken as a whole, each customer with his history.
func TestImport(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	file := "姓名;电话;地址;标记;备注\n王伟;138-0013-8000/+862165520001;中山路;vip/in_need;\"=1+1\nnext\"\n;010 6552 0002;;;\n李;13900000001\n"
	dry, err := importTable(t, s, file, CustomerImport{Dry: true})
	if err != nil || dry.Done || dry.Lines != 3 || dry.Created != 3 || dry.FaultsCount != 0 || len(allCustomers(t, s, "")) != 0 {
		t.Fatalf("dry: %+v, %v", dry, err)
	}
	done, err := importTable(t, s, file, CustomerImport{})
	if err != nil || !done.Done || done.Created != 3 {
		t.Fatalf("%+v, %v", done, err)
	}
	list := allCustomers(t, s, "demo")
	if len(list) != 3 || list[0].Name != "王伟" || strings.Join(list[0].Numbers, " ") != "13800138000 +862165520001" || list[0].Note != "=1+1\nnext" || len(list[0].Flags) != 2 ||
		list[1].Numbers[0] != "01065520002" {
		t.Errorf("%+v", list)
	}
	history, err := s.CustomerChanges(t.Context(), list[0].ID)
	if err != nil || len(history) != 1 || history[0].What != "imported" || history[0].By != "9001" || !history[0].Card.equal(list[0].Card) {
		t.Errorf("history %+v, %v", history, err)
	}
	if _, err := s.ChangeCustomer(t.Context(), CustomerEdit{ID: list[0].ID, Version: 1, Note: text("")}, editor); err != nil {
		t.Errorf("a change of one who was imported: %v", err)
	}
}

// TestImportFaults: every bad line is told with its place, and nothing is imported.
func TestImportFaults(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	known := newCustomerOf(t, s, "demo", Card{Numbers: []string{"13800138000"}})
	done, err := importTable(t, s, "name,numbers,flags\n王,13900000001,\n李,139****0002,\n张,13900000001,rich\n,,\n赵,13800138000\n,,vip,\n钱,13900000003,vip,odd\n", CustomerImport{})
	if err != nil || done.Done || done.Lines != 6 {
		t.Fatalf("%+v, %v", done, err)
	}
	var got []string
	for _, f := range done.Faults {
		got = append(got, f.Place+": "+f.Text)
	}
	for i, want := range []string{
		"line 3, numbers[0]: \"139****0002\" is not allowed", "line 4, flags[0]: \"rich\" is unknown", "line 4, numbers: 13900000001 is on line 2 as well",
		"line 7, name: a customer without", "line 8, column 4: the column has no name", "line 6, numbers: 13800138000 is that of customer " + known.ID.String(),
	} {
		if i >= len(got) || !strings.HasPrefix(got[i], want) {
			t.Errorf("faults %q, want %q", got, want)
		}
	}
	if len(done.Duplicates) != 1 || done.Duplicates[0] != (Duplicate{Line: 6, Number: "13800138000", Customer: known.ID}) {
		t.Errorf("duplicates %+v", done.Duplicates)
	}
	if n := len(allCustomers(t, s, "")); n != 1 {
		t.Errorf("%d customers", n)
	}
	for file, want := range map[string]string{
		"name,age\nx,1\n": "line 1, column 2: \"age\" is no column's name", "name,姓名\nx,y\n": "two columns for name", "note\nx\n": "no column is for numbers",
	} {
		if done, err := importTable(t, s, file, CustomerImport{}); err != nil || done.FaultsCount != 1 || !strings.Contains(done.Faults[0].Place+": "+done.Faults[0].Text, want) {
			t.Errorf("%q: %+v, %v", file, done, err)
		}
	}
	if _, err := importTable(t, s, "\n", CustomerImport{}); err == nil || !strings.Contains(err.Error(), "the table is empty") {
		t.Errorf("an empty table: %v", err)
	}
}

// TestImportKnown: who is there already is left as he is, or changed, as it was said.
func TestImportKnown(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	first := newCustomerOf(t, s, "demo", Card{Numbers: []string{"13800138000"}, Name: "王伟", Account: "A1"})
	second := newCustomerOf(t, s, "demo", Card{Numbers: []string{"13900000001"}})
	file := "numbers,name,address\n13800138000/13800138001,,中山路\n13900000002,李,\n"
	done, err := importTable(t, s, file, CustomerImport{Known: KnownSkipped, Dry: true})
	if err != nil || done.Created != 1 || done.Skipped != 1 || done.Changed != 0 || done.DuplicatesCount != 1 {
		t.Errorf("skip: %+v, %v", done, err)
	}
	done, err = importTable(t, s, file, CustomerImport{Known: KnownChanged})
	if err != nil || !done.Done || done.Created != 1 || done.Changed != 1 {
		t.Errorf("change: %+v, %v", done, err)
	}
	c, err := s.Customer(t.Context(), "demo", first.ID)
	if err != nil || c.Version != 2 || c.Name != "王伟" || c.Account != "A1" || c.Address != "中山路" || strings.Join(c.Numbers, " ") != "13800138000 13800138001" {
		t.Errorf("%+v, %v", c, err)
	}
	done, err = importTable(t, s, "numbers\n13800138000/13900000001\n13900000009\n", CustomerImport{Known: KnownChanged})
	if err != nil || done.Done || done.FaultsCount != 1 || !strings.Contains(done.Faults[0].Text, "merge the two first") || !strings.Contains(done.Faults[0].Text, second.ID.String()) {
		t.Errorf("two customers: %+v, %v", done, err)
	}
	if n := len(allCustomers(t, s, "")); n != 3 {
		t.Errorf("%d customers", n)
	}
}

// TestExportComesBack: what is exported of one hotline another one imports, card by card.
func TestExportComesBack(t *testing.T) {
	t.Parallel()
	for _, format := range table.Formats() {
		s := newStore(t)
		for i, name := range []string{"=cmd|' /C calc'!A0", "+王", "-1+1", "@SUM(A1)", "'=x", "王伟", "007", "＝1"} {
			newCustomerOf(t, s, "demo", Card{
				Name: name, Numbers: []string{fmt.Sprint("+861380013800", i), fmt.Sprint("0216552000", i)}, Address: "\"x\"; +1", Account: "0012", Note: "a\n=b", Flags: []Flag{FlagVIP, FlagNoSurvey},
			})
		}
		var b bytes.Buffer
		w, err := table.New(&b, format, "customers")
		if err != nil {
			t.Fatal(err)
		}
		if n, err := s.WriteTable(t.Context(), Export{What: ExportCustomers}, w); err != nil || n != 8 {
			t.Fatalf("%d rows, %v", n, err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if done, err := importTable(t, s, b.String(), CustomerImport{Company: "demo2"}); err != nil || !done.Done || done.Created != 8 {
			t.Fatalf("%s: %+v, %v", format, done, err)
		}
		from, to := allCustomers(t, s, "demo"), allCustomers(t, s, "demo2")
		for i := range from {
			if !from[i].equal(to[i].Card) {
				t.Errorf("%s: %+v comes back as %+v", format, from[i].Card, to[i].Card)
			}
		}
	}
}

// TestExports: calls and tickets are written with whole numbers, of one company where one is
// named.
func TestExports(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	if err := s.Replay(t.Context(), "story", theFacts(t)...); err != nil {
		t.Fatal(err)
	}
	calls, err := s.Calls(t.Context(), Filter{})
	if err != nil {
		t.Fatal(err)
	}
	tickets, err := s.Tickets(t.Context(), TicketFilter{})
	if err != nil {
		t.Fatal(err)
	}
	for what, want := range map[ExportKind]int{ExportCalls: len(calls), ExportTickets: len(tickets)} {
		for company, want := range map[string]int{"": want, "nobody": 0} {
			var b bytes.Buffer
			w, err := table.New(&b, table.CSV, string(what))
			if err != nil {
				t.Fatal(err)
			}
			n, err := s.WriteTable(t.Context(), Export{What: what, Company: company}, w)
			if err != nil || n != want || w.Close() != nil {
				t.Errorf("%s of %q: %d rows, want %d, %v", what, company, n, want, err)
			}
			if want > 0 && !strings.Contains(b.String(), ",13800138000,") {
				t.Errorf("%s: %s", what, b.String())
			}
			r, err := table.Open(&b)
			if err != nil {
				t.Fatal(err)
			}
			lines := 0
			for {
				if _, err := r.Next(); err != nil {
					break
				}
				lines++
			}
			if lines != want+1 {
				t.Errorf("%s of %q: %d lines", what, company, lines)
			}
		}
	}
}

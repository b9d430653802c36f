package store

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"
	"pgregory.net/rapid"
)

var editor = Editor{Person: "1001", Reason: "first call"}

func newCustomerOf(t testing.TB, s *Store, company string, c Card) Customer {
	t.Helper()
	made, err := s.CreateCustomer(t.Context(), company, c, editor)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func text(s string) *string { return &s }

// TestCustomerLife: a customer is made, found, changed and looked up in his history.
func TestCustomerLife(t *testing.T) {
	t.Parallel()
	s, ctx := newStore(t), t.Context()
	made := newCustomerOf(t, s, "demo", Card{
		Numbers: []string{"138 0013 8000", "+86 21-6552 0001", "13800138000"}, Name: " 王伟 ", Address: "中山路 12 号", Account: "A-7", Flags: []Flag{FlagInNeed, FlagVIP},
	})
	if want := []string{"13800138000", "+862165520001"}; !slices.Equal(made.Numbers, want) || made.Name != "王伟" || !slices.Equal(made.Flags, []Flag{FlagVIP, FlagInNeed}) {
		t.Errorf("kept as %+v", made)
	}
	for _, number := range made.Numbers {
		if got, err := s.CustomerByNumber(ctx, "demo", number); err != nil || got.ID != made.ID || !got.equal(made.Card) || got.Version != 1 {
			t.Errorf("%s: %+v, %v", number, got, err)
		}
	}
	var e *CustomerError
	for company, number := range map[string]string{"demo": "8613800138000", "demo2": "13800138000"} {
		if got, err := s.CustomerByNumber(ctx, company, number); !errors.As(err, &e) || !e.Unknown {
			t.Errorf("%s of %s: %+v, %v", number, company, got, err)
		}
	}
	if _, err := s.Customer(ctx, "demo2", made.ID); !errors.As(err, &e) || !e.Unknown {
		t.Errorf("another company's: %v", err)
	}
	changed, err := s.ChangeCustomer(ctx, CustomerEdit{ID: made.ID, Company: "demo", Version: 1, Address: text("人民路 1 号"), Numbers: &[]string{"+862165520001", "13900000001"}},
		Editor{Person: "2001", Reason: "moved"})
	if err != nil || changed.Version != 2 || changed.Name != "王伟" {
		t.Fatalf("%+v, %v", changed, err)
	}
	if _, err := s.CustomerByNumber(ctx, "demo", "13800138000"); !errors.As(err, &e) {
		t.Errorf("a number that is his no more: %v", err)
	}
	if same, err := s.ChangeCustomer(ctx, CustomerEdit{ID: made.ID, Version: 2, Name: text("王伟")}, editor); err != nil || same.Version != 2 {
		t.Errorf("a change of nothing: %+v, %v", same, err)
	}
	history, err := s.CustomerChanges(ctx, made.ID)
	if err != nil || len(history) != 2 || history[0].What != "created" || history[0].By != "1001" || history[1].What != "changed" ||
		history[1].By != "2001" || history[1].Why != "moved" || !history[1].Card.equal(changed.Card) || history[0].Card.Address != "中山路 12 号" {
		t.Errorf("history %+v, %v", history, err)
	}
	for _, q := range []string{"UPDATE customer_change SET why = ''", "DELETE FROM customer_change", "TRUNCATE customer_change CASCADE"} {
		var refused *pgconn.PgError
		if _, err := s.pool.Exec(ctx, q); !errors.As(err, &refused) || refused.Code != "23001" {
			t.Errorf("%s: %v", q, err)
		}
	}
}

// TestCustomerRefused: what cannot be kept is refused, with its place and what is allowed.
func TestCustomerRefused(t *testing.T) {
	t.Parallel()
	s, ctx := newStore(t), t.Context()
	made := newCustomerOf(t, s, "demo", Card{Numbers: []string{"13800138000"}})
	many := make([]string, numbersMost+1)
	for i := range many {
		many[i] = fmt.Sprint(13900000000 + i)
	}
	for want, c := range map[string]Card{
		"numbers[1]: \"138****8000\" is not allowed": {Numbers: []string{"139", "138****8000"}},
		"numbers: 21 are too many":                   {Numbers: many},
		"name: it is masked":                         {Name: "王**"},
		"name: it is not allowed: a line":            {Name: "a\nb"},
		"note: it is not allowed: a text of":         {Name: "a", Note: "\x00"},
		"account: it is not allowed":                 {Account: strings.Repeat("x", accountMost+1)},
		`flags[0]: "rich" is unknown`:                {Name: "a", Flags: []Flag{"rich"}},
		"cannot be found again":                      {Address: "somewhere"},
		"is that of customer " + made.ID.String():    {Numbers: []string{"138-0013-8000"}},
	} {
		var e *CustomerError
		if got, err := s.CreateCustomer(ctx, "demo", c, editor); !errors.As(err, &e) || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v, %v; want %s", got, err, want)
		}
	}
	for _, by := range []Editor{{}, {Person: "1001"}, {Reason: "why"}, {Person: "1001", Reason: "a\nb"}} {
		if _, err := s.CreateCustomer(ctx, "demo", Card{Name: "a"}, by); err == nil {
			t.Errorf("made by %+v", by)
		}
	}
	if _, err := s.CreateCustomer(ctx, "demo2", Card{Numbers: []string{"13800138000"}}, editor); err != nil {
		t.Errorf("another company has a customer of its own with the number: %v", err)
	}
}

// TestEditorsNeverOverwrite: of editors who have read the same version one changes it, the
// others are told.
func TestEditorsNeverOverwrite(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	made := newCustomerOf(t, s, "demo", Card{Name: "0"})
	const editors = 8
	var wg sync.WaitGroup
	errs := make([]error, editors)
	for i := range editors {
		wg.Go(func() {
			_, errs[i] = s.ChangeCustomer(t.Context(), CustomerEdit{ID: made.ID, Version: 1, Name: text(fmt.Sprint(i + 1))}, editor)
		})
	}
	wg.Wait()
	done := 0
	for _, err := range errs {
		var e *CustomerError
		switch {
		case err == nil:
			done++
		case !errors.As(err, &e) || !strings.Contains(err.Error(), "version 2 is there"):
			t.Error(err)
		}
	}
	history, err := s.CustomerChanges(t.Context(), made.ID)
	if done != 1 || err != nil || len(history) != 2 {
		t.Errorf("%d have changed it, history %+v, %v", done, history, err)
	}
}

// TestOneNumberOneCustomer: of those who give the same number to a new customer at once one
// does, and the others are told.
func TestOneNumberOneCustomer(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	var wg sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		wg.Go(func() {
			_, errs[i] = s.CreateCustomer(t.Context(), "demo", Card{Numbers: []string{"13800138000"}}, editor)
		})
	}
	wg.Wait()
	made := 0
	for _, err := range errs {
		var e *CustomerError
		if err == nil {
			made++
		} else if !errors.As(err, &e) {
			t.Error(err)
		}
	}
	if list, err := s.Customers(t.Context(), CustomerFilter{}); made != 1 || err != nil || len(list) != 1 {
		t.Errorf("%d were made: %+v, %v", made, list, err)
	}
}

// TestMerge: the numbers, the history and the dealings of the one are the other's, and his id
// leads to him, also over several merges.
func TestMerge(t *testing.T) {
	t.Parallel()
	s, ctx := newStore(t), t.Context()
	if err := s.Replay(ctx, "story", readStory(t, "testdata/answered.txt").parse(t, "e")...); err != nil {
		t.Fatal(err)
	}
	caller := newCustomerOf(t, s, "demo", Card{Numbers: []string{"13800138000"}, Name: "Li", Note: "has a dog"})
	second := newCustomerOf(t, s, "demo", Card{Numbers: []string{"13900000001"}, Flags: []Flag{FlagVIP}, Note: "wants gas"})
	third := newCustomerOf(t, s, "demo", Card{Numbers: []string{"13900000002"}, Name: "Li Wei", Address: "中山路"})
	other := newCustomerOf(t, s, "demo2", Card{Numbers: []string{"13900000002"}})

	by := Editor{Person: "2001", Reason: "the same person"}
	merge := func(into, from Customer, intoVersion, fromVersion int64) (Customer, error) {
		return s.MergeCustomers(ctx, CustomerMerge{Into: into.ID, From: from.ID, IntoVersion: intoVersion, FromVersion: fromVersion}, by)
	}
	for want, do := range map[string]func() (Customer, error){
		"into himself":         func() (Customer, error) { return merge(third, third, 1, 1) },
		"of two companies":     func() (Customer, error) { return merge(third, other, 1, 1) },
		"version 2 was read":   func() (Customer, error) { return merge(third, second, 1, 2) },
		"there is no customer": func() (Customer, error) { return merge(third, Customer{ID: uuid.New()}, 1, 1) },
	} {
		if _, err := do(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if _, err := merge(second, caller, 1, 1); err != nil {
		t.Fatal(err)
	}
	got, err := merge(third, second, 1, 2)
	if err != nil {
		t.Fatal(err)
	}
	if want := (Card{
		Numbers: []string{"13900000002", "13900000001", "13800138000"}, Name: "Li Wei", Address: "中山路", Flags: []Flag{FlagVIP}, Note: "wants gas\nhas a dog",
	}); !got.equal(want) {
		t.Errorf("card %+v, want %+v", got.Card, want)
	}
	for _, id := range []uuid.UUID{caller.ID, second.ID, third.ID} {
		if c, err := s.Customer(ctx, "demo", id); err != nil || c.ID != third.ID || !c.equal(got.Card) {
			t.Errorf("%s leads to %+v, %v", id, c, err)
		}
	}
	if c, err := s.CustomerByNumber(ctx, "demo", "13800138000"); err != nil || c.ID != third.ID {
		t.Errorf("by number: %+v, %v", c, err)
	}
	if _, err := s.ChangeCustomer(ctx, CustomerEdit{ID: caller.ID, Version: 2, Name: text("x")}, by); err == nil || !strings.Contains(err.Error(), "was merged into "+third.ID.String()) {
		t.Errorf("a change of one who was merged: %v", err)
	}
	history, err := s.CustomerChanges(ctx, third.ID)
	var what []string
	for _, h := range history {
		what = append(what, h.What)
	}
	slices.Sort(what)
	if err != nil || strings.Join(what, " ") != "created created created merged_away merged_away merged_in merged_in" {
		t.Errorf("history %q, %v", what, err)
	}
	if ids, err := s.MergedCustomers(ctx, third.ID); err != nil || len(ids) != 2 {
		t.Errorf("merged %v, %v", ids, err)
	}
	d, err := s.Dealings(ctx, "demo", got.Numbers, Within{})
	if err != nil || len(d.Calls) != 1 || d.Calls[0].ID != "c1" || *d.Calls[0].Agent != "1002" || len(d.Tickets) != 1 || d.Tickets[0].Caller != "13800138000" {
		t.Errorf("dealings %+v, %v", d, err)
	}
	for agent, want := range map[string]bool{"1002": true, "1001": false, "1003": false} {
		if served, err := s.HasServed(ctx, "demo", agent, got.Numbers); err != nil || served != want {
			t.Errorf("%s has served him: %v, %v", agent, served, err)
		}
	}
}

// TestCustomersList: pages come by key, each customer once, and searches find parts of names
// and addresses, whatever the script, and nothing else.
func TestCustomersList(t *testing.T) {
	t.Parallel()
	s, ctx := newStore(t), t.Context()
	for i, name := range []string{"王伟", "王 小伟", "Anna Müller", "anna maria", "李%伟", "阿不都热合曼", "O'Neil_1", ""} {
		newCustomerOf(t, s, []string{"demo", "demo2"}[i%2], Card{Name: name, Numbers: []string{fmt.Sprint(13900000000 + i)}, Address: fmt.Sprintf("上海市中山路 %d 号", i), Account: fmt.Sprint("A", i)})
	}
	for want, f := range map[string]CustomerFilter{
		"王伟":                     {Name: "王伟"},
		"王 小伟":                   {Name: "小伟"},
		"Anna Müller|anna maria": {Name: "ANNA"},
		"Anna Müller":            {Name: "anna m", Company: "demo"},
		"李%伟":                    {Name: "%伟"},
		"O'Neil_1":               {Name: "l_1"},
		"阿不都热合曼":                 {Name: "不都 热合"},
		"anna maria":             {Address: "路3号"},
		"王 小伟|":                  {Company: "demo2", Address: "中山路", Limit: 2, Name: ""},
		"李%伟 ":                   {Number: "13900000004"},
		"阿不都热合曼 ":                {Account: "A5"},
		" ":                      {Name: "王大"},
	} {
		list, err := s.Customers(ctx, f)
		var names []string
		for _, c := range list {
			names = append(names, c.Name)
		}
		if f.Limit == 2 {
			names[1] = ""
		}
		if got := strings.Join(names, "|"); err != nil || got != strings.TrimSuffix(want, " ") {
			t.Errorf("%+v finds %q, %v; want %q", f, got, err, want)
		}
	}
	for _, f := range []CustomerFilter{{Name: "王"}, {Address: " 1 "}} {
		var e *CustomerError
		if _, err := s.Customers(ctx, f); !errors.As(err, &e) || !strings.Contains(err.Error(), "allowed: 2 letters") {
			t.Errorf("%+v: %v", f, err)
		}
	}
	var paged []uuid.UUID
	f := CustomerFilter{Limit: 3}
	for {
		list, err := s.Customers(ctx, f)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range list {
			paged = append(paged, c.ID)
		}
		if len(list) < f.Limit {
			break
		}
		f.After = list[len(list)-1].ID
	}
	if seen := slices.Compact(slices.Clone(paged)); len(paged) != 8 || len(seen) != 8 {
		t.Errorf("pages have %v", paged)
	}
}

// TestCardTidy: a tidy card stays as it is.
func TestCardTidy(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := Card{
			Numbers: rapid.SliceOfN(rapid.StringMatching(`[+]?[0-9 ()-]{0,14}`), 0, 4).Draw(t, "numbers"),
			Name:    rapid.String().Draw(t, "name"), Address: rapid.String().Draw(t, "address"), Account: rapid.String().Draw(t, "account"),
			Flags: rapid.SliceOf(rapid.SampledFrom(Flags())).Draw(t, "flags"), Note: rapid.String().Draw(t, "note"),
		}
		tidy, err := c.Tidy()
		if err != nil {
			return
		}
		again, err := tidy.Tidy()
		if err != nil || !again.equal(tidy) {
			t.Fatalf("%+v becomes %+v, %v", tidy, again, err)
		}
	})
}

// TestAccess: who looks is written down in order, and stays.
func TestAccess(t *testing.T) {
	t.Parallel()
	s, ctx := newStore(t), t.Context()
	for i := range 5 {
		err := s.NoteAccess(ctx, Access{
			Person: fmt.Sprint(1001 + i%2), Role: "agent", Company: "demo", What: "customer", IDs: []string{fmt.Sprint("c", i)}, Reason: "complaint \x00", Source: "10.1.2.3",
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	list, err := s.Accesses(ctx, AccessFilter{Person: "1001", Limit: 2})
	if err != nil || len(list) != 2 || list[0].IDs[0] != "c4" || list[1].IDs[0] != "c2" || list[0].Reason != "complaint ␀" || list[0].At.IsZero() {
		t.Fatalf("%+v, %v", list, err)
	}
	if list, err = s.Accesses(ctx, AccessFilter{Person: "1001", Limit: 2, Before: list[1].ID}); err != nil || len(list) != 1 || list[0].IDs[0] != "c0" {
		t.Errorf("the next page: %+v, %v", list, err)
	}
	if list, err = s.Accesses(ctx, AccessFilter{Of: "c3"}); err != nil || len(list) != 1 || list[0].Person != "1002" {
		t.Errorf("of one: %+v, %v", list, err)
	}
	if list, err = s.Accesses(ctx, AccessFilter{Until: list[0].At.AddDate(0, 0, -1)}); err != nil || len(list) != 0 {
		t.Errorf("of yesterday: %+v, %v", list, err)
	}
	for _, q := range []string{"UPDATE access SET reason = ''", "DELETE FROM access", "TRUNCATE access"} {
		var refused *pgconn.PgError
		if _, err := s.pool.Exec(ctx, q); !errors.As(err, &refused) || refused.Code != "23001" {
			t.Errorf("%s: %v", q, err)
		}
	}
}

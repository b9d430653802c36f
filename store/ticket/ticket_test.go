package ticket

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sansheng/cti/hours"
	"sansheng/cti/sheet"
)

var day = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC) // a Monday, 16:00 in Shanghai

// office is open from nine to five on working days in Shanghai.
func office(t testing.TB) Calendar {
	t.Helper()
	s, err := hours.Calendar{
		ID: "office", Zone: "Asia/Shanghai", Holidays: "cn",
		Week: []hours.Shift{{Days: []hours.Weekday{1, 2, 3, 4, 5}, From: 9 * 60, To: 17 * 60}},
	}.Schedule([]hours.Table{hours.China()})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// play does acts one after the other, an hour apart; the error is the last one's.
func play(t testing.TB, tk Ticket, acts ...Act) (Ticket, error) {
	t.Helper()
	at := day
	for i, a := range acts {
		f, err := Do(tk, "1001", a, Moment{Now: at, Calendar: office(t), Forms: sheet.Default()})
		if err != nil {
			if i < len(acts)-1 {
				t.Fatalf("act %d, %s: %v", i, a.Verb(), err)
			}
			return tk, err
		}
		tk = Apply(tk, f)
		at = at.Add(time.Hour)
	}
	return tk, nil
}

// opening opens a ticket of a kind.
func opening(k Kind) *Opened {
	return &Opened{Company: "demo", Kind: k, Owner: "1001", Call: "c1", Matter: Matter{Summary: "no hot water"}}
}

func TestDue(t *testing.T) {
	t.Parallel()
	shanghai := office(t).Zone()
	at := func(month time.Month, day, hour int) time.Time {
		return time.Date(2026, month, day, hour, 0, 0, 0, shanghai)
	}
	for _, c := range []struct {
		name string
		kind Kind
		from time.Time
		want time.Time
	}{
		{"consultation, Monday", Consultation, at(3, 2, 10), at(3, 3, 17)},
		{"consultation, Friday", Consultation, at(3, 6, 10), at(3, 9, 17)},
		{"consultation, at night counts from the next working day", Consultation, at(3, 2, 20), at(3, 4, 17)},
		{"complaint over a weekend", Complaint, at(3, 5, 10), at(3, 9, 17)},
		{"complaint before National Day", Complaint, at(9, 29, 10), at(10, 8, 17)},
		{"emergency on a Saturday", Emergency, at(3, 7, 23), at(3, 8, 9)},
		{"emergency after midnight", Emergency, at(3, 7, 1), at(3, 7, 9)},
		{"emergency before the night ends", Emergency, at(3, 7, 5), at(3, 7, 9)},
		{"emergency in the morning", Emergency, at(3, 7, 6), at(3, 8, 9)},
		{"repair", Repair, at(3, 2, 10), at(3, 9, 17)},
	} {
		if got := dueOf(c.kind, c.from, office(t)); !got.Equal(c.want) {
			t.Errorf("%s: due %s, want %s", c.name, got.In(shanghai), c.want)
		}
	}
}

// A life as it should be: a repair that a department does.
func TestLife(t *testing.T) {
	t.Parallel()
	tk, err := play(t, Ticket{ID: "t1"},
		&Opened{Company: "demo", Kind: Consultation, State: Draft, Owner: "1001", Call: "c1"},
		&Filled{Kind: Repair, Said: sheet.Values{"place": "Nanjing Rd 1", "phone": "138 0013 8000", "happened": "no hot water"}},
		&Filled{Said: sheet.Values{
			"place": "Nanjing Rd 1", "phone": "13800138000", "happened": "no hot water", "charged": true, "done": "sent somebody", "result": "visit tomorrow",
		}, Final: true},
		&ForwardedTo{Department: "gas", Reason: "boiler", WorkAt: day.Add(30 * time.Hour)},
		&Taken{Clerk: "6001"},
		&Urged{},
		&Escalated{Reason: "the caller is old"},
		&Noted{Text: "part ordered", Told: true},
		&Finished{Result: "pump changed"},
		&Urged{Text: "tell him"},
		&ClosedWith{},
		&Rated{Score: 2, Text: "took long"},
		&Amended{Said: sheet.Values{
			"place": "Nanjing Rd 2", "phone": "13800138000", "happened": "no hot water", "charged": true, "done": "sent somebody", "result": "visit tomorrow",
		}, Reason: "wrong house"},
	)
	if err != nil {
		t.Fatal(err)
	}
	if tk.State != Closed || tk.Kind != Repair || tk.Owner != "1001" || tk.Department != "gas" || tk.Clerk != "6001" || tk.Level != 1 || tk.Score != 2 ||
		tk.Result != "pump changed" || tk.Matter != (Matter{Summary: "no hot water", Place: "Nanjing Rd 2", Phone: "13800138000", Charged: true}) ||
		tk.Sheet.Final.IsZero() || tk.Sheet.Amended != 1 || tk.Facts != 13 {
		t.Errorf("%+v", tk)
	}
	if want := day.Add(30*time.Hour).AddDate(0, 0, 3); !tk.Due.At.Equal(want) {
		t.Errorf("due %s, want %s: three days after the work is planned for", tk.Due.At, want)
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	forwarded := []Act{opening(Complaint), &ForwardedTo{Department: "gas", Reason: "theirs"}}
	closed := []Act{opening(Complaint), &ClosedWith{Result: "explained"}}
	with := func(before []Act, a Act) []Act { return append(before[:len(before):len(before)], a) }
	for _, c := range []struct {
		name string
		acts []Act
		want string
	}{
		{"close what a department has", with(forwarded, &ClosedWith{Result: "done"}), "gas"},
		{"close without a result", []Act{opening(Complaint), &ClosedWith{}}, "result is needed"},
		{"close an emergency without a place", []Act{opening(Emergency), &ClosedWith{Result: "sealed"}}, "needs its place"},
		{"close with a sheet half filled in", []Act{opening(Repair), &Filled{Said: sheet.Values{"happened": "leak"}}, &ClosedWith{Result: "x"}}, "draft"},
		{"finish what nobody has", []Act{opening(Complaint), &Finished{Result: "x"}}, "forwarded"},
		{"forward to where it is", with(forwarded, &ForwardedTo{Department: "gas", Reason: "again"}), "already"},
		{"describe what is closed", with(closed, &Described{Matter: Matter{Summary: "x"}}), "closed"},
		{"urge what is closed", with(closed, &Urged{}), "closed"},
		{"promise yesterday", []Act{opening(Complaint), &Promised{Due: day.Add(-time.Hour), Text: "yesterday"}}, "to come"},
		{"promise in ten years", []Act{opening(Complaint), &Promised{Due: day.AddDate(10, 0, 0), Text: "then"}}, "within a year"},
		{"promise a day and minutes", []Act{opening(Complaint), &Promised{Due: day.AddDate(0, 0, 2), Minutes: 3, Text: "x"}}, "one of the two"},
		{"identify by nothing", []Act{opening(Complaint), &Identified{}}, "how is needed"},
		{"promise without telling", []Act{opening(Complaint), &Promised{Due: day.AddDate(0, 0, 9)}}, "text"},
		{"work in the future", with(forwarded, &Finished{Result: "x", WorkedAt: day.AddDate(0, 0, 2)}), "worked_at"},
		{"leave out a step", []Act{opening(Complaint), &Escalated{Level: 2, Reason: "x"}}, "only an emergency"},
		{"above the last", []Act{opening(Emergency), &Escalated{Level: 4, Reason: "x"}}, "nobody above"},
		{"merge with itself", []Act{opening(Complaint), &MergedInto{Into: "t1"}}, "another"},
		{"after a merge", []Act{opening(Complaint), &MergedInto{Into: "t2"}, &Noted{Text: "x"}}, "ticket t2"},
		{"open again what is open", []Act{opening(Complaint), &Reopened{Reason: "x"}}, "closed"},
		{"open twice", []Act{opening(Complaint), opening(Complaint)}, "once"},
		{"note nothing", []Act{opening(Complaint), &Noted{Text: " "}}, "text is needed"},
		{"note a book", []Act{opening(Complaint), &Noted{Text: strings.Repeat("长", textMost+1)}}, "4001"},
		{"a kind there is not", []Act{opening("gossip")}, "consultation"},
		{"a score there is not", with(closed, &Rated{Score: 6}), "1 to 5"},
		{"a call twice", []Act{opening(Complaint), &Joined{Call: "c1"}}, "already"},
		{"amend a draft", []Act{opening(Complaint), &Filled{Said: sheet.Values{"matter": "x"}}, &Amended{Said: sheet.Values{"matter": "y"}, Reason: "x"}}, "filling it in"},
		{"a field there is not", []Act{opening(Complaint), &Filled{Said: sheet.Values{"colour": "red"}}}, "colour"},
	} {
		_, err := play(t, Ticket{ID: "t1"}, c.acts...)
		if refused := (*RefusedError)(nil); !errors.As(err, &refused) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want a refusal with %q", c.name, err, c.want)
		}
	}
}

// An emergency may leave out steps, which is told.
func TestShortCut(t *testing.T) {
	t.Parallel()
	e := &Escalated{Level: 3, Reason: "whole street"}
	if tk, err := play(t, Ticket{ID: "t1"}, opening(Emergency), e); err != nil || tk.Level != 3 || !e.Skipped {
		t.Errorf("%v, level %d, skipped %v", err, tk.Level, e.Skipped)
	}
}

// Who was cut off is called back within three minutes (requirement A5).
func TestPromisedMinutes(t *testing.T) {
	t.Parallel()
	tk, err := play(t, Ticket{ID: "t1"}, opening(Complaint), &Identified{How: "meter number"}, &Promised{Minutes: 3})
	if err != nil {
		t.Fatal(err)
	}
	if want := day.Add(2*time.Hour + 3*time.Minute); !tk.Due.At.Equal(want) || !tk.Due.Promised || !tk.Due.WarnAt.Equal(want.Add(-45*time.Second)) {
		t.Errorf("%+v, want %s", tk.Due, want)
	}
}

// A draft for which a time is promised waits for it as any other ticket does.
func TestPromisedDraft(t *testing.T) {
	t.Parallel()
	tk, err := play(t, Ticket{ID: "t1"}, &Opened{Company: "demo", Kind: Consultation, State: Draft, Owner: "1001", Call: "c1"}, &Promised{Minutes: 3})
	if err != nil {
		t.Fatal(err)
	}
	if tk.State != Open || !tk.Due.Promised {
		t.Errorf("promised, it is %s, due %+v", tk.State, tk.Due)
	}
	if _, err := Do(tk, System, &Lapsed{Due: tk.Due.At, Over: true}, Moment{Now: tk.Due.At.Add(time.Second)}); err != nil {
		t.Errorf("its deadline is over: %v", err)
	}
}

// What a department has said of charges stands, whatever is written on the sheet later.
func TestChargedStays(t *testing.T) {
	t.Parallel()
	said := sheet.Values{"place": "Nanjing Rd 1", "phone": "13800138000", "happened": "no hot water", "charged": false, "done": "sent somebody", "result": "visit"}
	for name, later := range map[string]Act{
		"filled":    &Filled{Said: said},
		"amended":   &Amended{Said: said, Reason: "wrong house"},
		"described": &Described{Kind: Repair, Matter: Matter{Summary: "no hot water"}},
	} {
		tk, err := play(t, Ticket{ID: "t1"}, opening(Repair), &Filled{Said: said, Final: name == "amended"},
			&ForwardedTo{Department: "gas", Reason: "boiler"}, &Finished{Result: "pump changed", Charged: true}, later)
		if err != nil || !tk.Matter.Charged {
			t.Errorf("%s: charged %t, %v", name, tk.Matter.Charged, err)
		}
	}
}

// Who merges two tickets loses nothing that is owed for one of them.
func TestMergedOwed(t *testing.T) {
	t.Parallel()
	from, err := play(t, Ticket{ID: "t2"}, opening(Repair), &Promised{Minutes: 30})
	if err != nil {
		t.Fatal(err)
	}
	from.Matter.Important, from.Matter.Charged = true, true
	draft := &Opened{Company: "demo", Kind: Consultation, State: Draft, Owner: "1001", Call: "c1"}
	for _, o := range []*Opened{opening(Suggestion), draft} {
		tk, err := play(t, Ticket{ID: "t1"}, o, AbsorbedOf(from))
		if err != nil || tk.State != Open || !tk.Due.At.Equal(from.Due.At) || !tk.Due.Promised || !tk.Matter.Important || !tk.Matter.Charged {
			t.Errorf("%+v, %v", tk, err)
		}
	}
	from.Kind = Emergency
	if _, err := play(t, Ticket{ID: "t1"}, opening(Praise), AbsorbedOf(from)); err == nil || !strings.Contains(err.Error(), "into another emergency") {
		t.Errorf("an emergency into praise: %v", err)
	}
	if _, err := play(t, Ticket{ID: "t1"}, opening(Emergency), AbsorbedOf(from)); err != nil {
		t.Errorf("into another: %v", err)
	}
}

// A deadline is told of before and after, once each, and anew where it moves.
func TestLapse(t *testing.T) {
	t.Parallel()
	tk, err := play(t, Ticket{ID: "t1"}, opening(Complaint))
	if err != nil {
		t.Fatal(err)
	}
	lapse := func(now time.Time, over bool) error {
		f, err := Do(tk, System, &Lapsed{Due: tk.Due.At, Over: over}, Moment{Now: now})
		if err == nil {
			tk = Apply(tk, f)
		}
		return err
	}
	due := tk.Due.At
	if tk.Due.WarnAt.After(due) || !tk.Due.WarnAt.After(day) {
		t.Errorf("warned at %s of %s", tk.Due.WarnAt, due)
	}
	for i, c := range []struct {
		at       time.Time
		over, ok bool
	}{
		{tk.Due.WarnAt, false, true}, {tk.Due.WarnAt, false, false}, {due.Add(-1), true, false}, {due, true, true}, {due, true, false}, {due, false, false},
	} {
		if err := lapse(c.at, c.over); (err == nil) != c.ok {
			t.Errorf("lapse %d: %v", i, err)
		}
	}
	f, err := Do(tk, "1001", &Promised{Due: due.Add(100 * time.Hour), Text: "on Friday"}, Moment{Now: due.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	if tk = Apply(tk, f); tk.Due.Warned || tk.Due.Overdue || !tk.Due.Promised {
		t.Errorf("%+v", tk.Due)
	}
	if err := lapse(due, true); err == nil {
		t.Error("the old deadline was told of")
	}
}

// Whatever people do: a fact that was written and read again gives the same ticket, facts are
// numbered, times never go back, and what is over is over.
func TestRandomLives(t *testing.T) {
	t.Parallel()
	cal := office(t)
	rapid.Check(t, func(r *rapid.T) {
		text := rapid.SampledFrom([]string{"", "x", "no hot water"})
		k := rapid.SampledFrom(append(kinds, "gossip"))
		draw := map[Verb]func() Act{
			opened: func() Act {
				return &Opened{Company: "demo", Kind: k.Draw(r, "kind"), Call: "c1", Matter: Matter{Summary: text.Draw(r, "summary")}}
			},
			described: func() Act {
				return &Described{Kind: k.Draw(r, "kind"), Matter: Matter{Summary: text.Draw(r, "summary"), Place: "p", Phone: "1"}}
			},
			noted:      func() Act { return &Noted{Text: text.Draw(r, "text")} },
			identified: func() Act { return &Identified{How: text.Draw(r, "how")} },
			joined:     func() Act { return &Joined{Call: rapid.SampledFrom([]string{"c1", "c2", "c3"}).Draw(r, "call")} },
			promised: func() Act {
				return &Promised{Due: day.Add(time.Duration(rapid.IntRange(-9, 999).Draw(r, "hours")) * time.Hour), Text: "told"}
			},
			forwarded: func() Act {
				return &ForwardedTo{Department: rapid.SampledFrom([]string{"gas", "repair"}).Draw(r, "to"), Reason: text.Draw(r, "why")}
			},
			taken:     func() Act { return &Taken{Clerk: "6001"} },
			finished:  func() Act { return &Finished{Result: text.Draw(r, "result"), Charged: rapid.Bool().Draw(r, "charged")} },
			givenBack: func() Act { return &GivenBack{Reason: "not ours"} },
			entrusted: func() Act { return &Entrusted{Owner: "1002", Reason: "ill"} },
			urged:     func() Act { return &Urged{} },
			escalated: func() Act { return &Escalated{Level: rapid.IntRange(0, 4).Draw(r, "level"), Reason: "x"} },
			closed:    func() Act { return &ClosedWith{Result: text.Draw(r, "result")} },
			reopened:  func() Act { return &Reopened{Reason: "x"} },
			merged:    func() Act { return &MergedInto{Into: rapid.SampledFrom([]ID{"t1", "t2"}).Draw(r, "into")} },
			absorbed:  func() Act { return &Absorbed{From: "t3", Calls: []string{"c1", "c9"}} },
			rated:     func() Act { return &Rated{Score: rapid.IntRange(0, 6).Draw(r, "score")} },
			dated:     func() Act { return &Dated{} },
			attached:  func() Act { return &Attached{Name: text.Draw(r, "name"), SHA256: "ab"} },
			filled: func() Act {
				return &Filled{Kind: k.Draw(r, "kind"), Said: sheet.Values{"done": text.Draw(r, "done"), "result": "x"}, Final: rapid.Bool().Draw(r, "final")}
			},
			amended: func() Act { return &Amended{Said: sheet.Values{"done": "y"}, Reason: text.Draw(r, "why")} },
		}
		var tk Ticket
		draw[lapsed] = func() Act { return &Lapsed{Due: tk.Due.At, Over: rapid.Bool().Draw(r, "over")} }
		if len(draw) != len(acts) {
			t.Fatalf("%d of %d acts are drawn", len(draw), len(acts))
		}
		tk.ID = "t1"
		now := day
		for range rapid.IntRange(1, 60).Draw(r, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(-2, 40).Draw(r, "later")) * time.Hour)
			f, err := Do(tk, "1001", draw[rapid.SampledFrom(Verbs()).Draw(r, "verb")](), Moment{Now: now, Calendar: cal, Forms: sheet.Default()})
			if err != nil {
				continue
			}
			after := Apply(tk, f)
			text, err := json.Marshal(f.Act)
			if err != nil {
				r.Fatal(err)
			}
			again, err := Decode(f.Act.Verb(), text, true)
			if err != nil {
				r.Fatalf("%s is not read again: %v", text, err)
			}
			f.Act = again
			if second := Apply(tk, f); !reflect.DeepEqual(second, after) {
				r.Fatalf("%s gives\n%+v, read again\n%+v", text, after, second)
			}
			switch {
			case after.Facts != tk.Facts+1, after.ChangedAt.Before(tk.ChangedAt):
				r.Fatalf("fact %d at %s after fact %d at %s", after.Facts, after.ChangedAt, tk.Facts, tk.ChangedAt)
			case after.State.Over() != !after.ClosedAt.IsZero(), (after.State == Merged) != (after.Into != ""):
				r.Fatalf("%+v", after)
			case (after.State == Open || after.State == Forwarded) && after.Due.At.IsZero():
				r.Fatalf("no deadline: %+v", after)
			case after.State == Closed && detailed(after.Kind) && (after.Matter.Place == "" || after.Matter.Phone == ""):
				r.Fatalf("closed and not complete: %+v", after)
			}
			tk = after
		}
	})
}

func FuzzDecode(f *testing.F) {
	for _, v := range Verbs() {
		f.Add(string(v), `{"text":"x","due":"2026-03-02T08:00:00Z","said":{"a":[1,null]}}`)
	}
	f.Fuzz(func(t *testing.T, verb, data string) {
		a, err := Decode(Verb(verb), []byte(data), true)
		if err != nil {
			return
		}
		if _, err := Do(Ticket{ID: "t1"}, "1001", a, Moment{Now: day, Forms: sheet.Default()}); err != nil {
			return
		}
		if a.Verb() != opened {
			t.Errorf("%s was done to no ticket", verb)
		}
	})
}

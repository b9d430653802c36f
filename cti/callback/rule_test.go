package callback

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
	"pgregory.net/rapid"

	"sansheng/cti/hours"
	"sansheng/cti/place"
)

var kinds = []string{
	"consultation", "complaint", "repair", "emergency", "installation", "alteration", "suggestion", "praise", "voicemail", "callback",
}

// office is a company in Shanghai that works from nine to five.
func office(t testing.TB) *Office {
	t.Helper()
	c := hours.Calendar{ID: "office", Zone: "Asia/Shanghai", Holidays: "cn", Week: []hours.Shift{
		{Days: []hours.Weekday{1, 2, 3, 4, 5}, From: 9 * 60, To: 17 * 60},
	}}
	s, err := c.Schedule([]hours.Table{hours.China()})
	if err != nil {
		t.Fatal(err)
	}
	rules, questions := Default(), DefaultQuestions()
	return &Office{&rules, s, &questions}
}

// wall reads a moment as in 2026-03-02 17:00 on the company's wall; empty is none.
func wall(t testing.TB, o *Office, text string) time.Time {
	t.Helper()
	if text == "" {
		return time.Time{}
	}
	at, err := time.ParseInLocation("2006-01-02 15:04", text, o.Hours.Zone())
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestDefault(t *testing.T) {
	r, q := Default(), DefaultQuestions()
	if err := errors.Join(r.Check(kinds), q.Check(kinds)); err != nil {
		t.Fatal(err)
	}
}

// TestOwes: who is called back, and by when (requirements F1, F3).
func TestOwes(t *testing.T) {
	o := office(t)
	o.Rules.Others = 0
	for i := range o.Rules.Kinds {
		if k := &o.Rules.Kinds[i]; k.Percent < 100 {
			k.Percent = 0
		}
	}
	for _, c := range []struct {
		m      Matter
		worked string
		closed string
		due    string // empty: he is owed none
	}{
		{Matter{Kind: "complaint"}, "", "2026-03-02 10:00", "2026-03-07 20:00"},
		{Matter{Kind: "complaint"}, "2026-02-27 16:00", "2026-03-02 10:00", "2026-03-04 20:00"},
		{Matter{Kind: "complaint"}, "2026-02-01 16:00", "2026-03-02 10:00", "2026-02-06 20:00"}, // late already
		{Matter{Kind: "complaint", Untraceable: true}, "", "2026-03-02 10:00", "2026-03-07 20:00"},
		{Matter{Kind: "repair", Charged: true}, "", "2026-03-02 10:00", "2026-03-07 20:00"},
		{Matter{Kind: "repair"}, "", "2026-03-02 10:00", ""},
		{Matter{Kind: "alteration", Charged: true}, "", "2026-03-02 10:00", "2026-03-07 20:00"},
		{Matter{Kind: "alteration"}, "", "2026-03-02 10:00", ""},
		{Matter{Kind: "consultation", Charged: true}, "", "2026-03-02 10:00", ""},
		// Emergencies by the next afternoon, which is today's for those of the morning.
		{Matter{Kind: "emergency", Number: "139"}, "", "2026-03-02 08:30", "2026-03-02 18:00"},
		{Matter{Kind: "emergency", Number: "139"}, "2026-03-02 03:00", "2026-03-02 13:00", "2026-03-02 18:00"},
		{Matter{Kind: "emergency", Number: "139"}, "", "2026-03-02 14:00", "2026-03-03 18:00"},
		{Matter{Kind: "emergency", Number: "139"}, "", "2026-03-06 23:00", "2026-03-07 18:00"}, // a Saturday
		{Matter{Kind: "emergency", Number: "139", Untraceable: true}, "", "2026-03-02 08:30", ""},
		{Matter{Kind: "emergency"}, "", "2026-03-02 08:30", ""},
	} {
		c.m.Ticket, c.m.WorkedAt, c.m.ClosedAt = "t1", wall(t, o, c.worked), wall(t, o, c.closed)
		owed, ok := o.Owes(c.m)
		if ok != (c.due != "") || !owed.Due.Equal(wall(t, o, c.due)) {
			t.Errorf("%+v: %t, by %s; want %q", c.m, ok, owed.Due.In(o.Hours.Zone()), c.due)
		}
	}
}

// TestChosen: a rate chooses about so many, always the same, and a higher one these too.
func TestChosen(t *testing.T) {
	const n = 20000
	count := map[int]int{}
	for i := range n {
		ticket := fmt.Sprintf("0198c0de-0000-7000-8000-%012x", i)
		before := false
		for _, percent := range []int{-5, 0, 1, 20, 50, 99, 100, 120} {
			is := chosen(ticket, percent)
			if before && !is {
				t.Fatalf("%s is chosen by a lower rate than %d and not by it", ticket, percent)
			}
			before = is
			if is {
				count[percent]++
			}
		}
	}
	for percent, want := range map[int]int{-5: 0, 0: 0, 1: n / 100, 20: n / 5, 50: n / 2, 99: n * 99 / 100, 100: n, 120: n} {
		if got := count[percent]; got < want-n/100 || got > want+n/100 || (percent <= 0 || percent >= 100) && got != want {
			t.Errorf("%d of a hundred: %d of %d", percent, got, n)
		}
	}
	// What was chosen once stays chosen: these are of the first version.
	var is []int
	for i := range 40 {
		if chosen(fmt.Sprintf("ticket-%d", i), 20) {
			is = append(is, i)
		}
	}
	if want := []int{2, 3, 4, 15, 16, 18, 23, 25, 27, 30, 36}; !slices.Equal(is, want) {
		t.Errorf("of forty tickets %v are chosen, and once were %v", is, want)
	}
}

func TestRulesCheck(t *testing.T) {
	most := 101
	for _, c := range []struct {
		change func(*Rules)
		says   string
	}{
		{func(r *Rules) { r.Kinds[0].Kind = "complain" }, `kinds[0].kind: "complain" is unknown; allowed: [consultation complaint`},
		{func(r *Rules) { r.Kinds[1].Kind = "complaint" }, "kinds[1].kind: complaint has a rule already"},
		{func(r *Rules) { r.Kinds[0].Percent = -1 }, "kinds[0].percent: -1 is not allowed: 0 to 100"},
		{func(r *Rules) { r.Kinds[2].Charged = &most }, "kinds[2].charged: 101 is not allowed"},
		{func(r *Rules) { r.Others = 200 }, "others: 200 is not allowed"},
		{func(r *Rules) { r.Days = 0 }, "days: 0 is not allowed: 1 to 60"},
		{func(r *Rules) { r.Calling = hours.Hours{From: 20 * 60, To: 8 * 60} }, "calling: 20:00–08:00 is not allowed"},
		{func(r *Rules) { r.Afternoon.To = 25 * 60 }, "afternoon: to 25:00 is not allowed"},
		{func(r *Rules) { delete(r.Retry, Busy) }, "retry.busy: 0 is not allowed: 1 to 10080"},
		{func(r *Rules) { r.Retry["asleep"] = 1 }, `retry: "asleep" is no reason; allowed: [busy`},
		{func(r *Rules) { r.DayMost = 0 }, "day_most: 0 is not allowed"},
		{func(r *Rules) { r.RingSeconds = 0 }, "ring_seconds: 0 is not allowed"},
		{func(r *Rules) { r.ConfirmMinutes = 0 }, "confirm_minutes: 0 is not allowed"},
		{func(r *Rules) { r.Country = "+86" }, `country: "+86" is not allowed`},
	} {
		r := Default()
		c.change(&r)
		err := r.Check(kinds)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%v, want %q", err, c.says)
		}
		placed(t, err)
	}
}

// placed: each of joined errors names its place.
func placed(t testing.TB, err error) {
	t.Helper()
	for _, e := range place.Split(err) {
		var p *place.Error
		if !errors.As(e, &p) || p.Place == "" || p.Text == "" {
			t.Errorf("%v names no place", e)
		}
	}
}

func TestReach(t *testing.T) {
	r := Default()
	same := [][]string{
		{"幸福路12号3栋2单元402", "幸福路 12 号 3 号楼 2 单元 402 室", "幸福路１２号３幢２单元４０２", "幸福路十二号三座二单元四〇二户", "幸福路12号，3栋2单元402"},
		{"幸福路12号3-402", "幸福路12号 3—402室"},
		{"幸福路12号3402"},
		{"幸福路12号3栋402"},
		{"幸福路12号3单元402"},
		{"幸福路120号", "幸福路一百二十号"},
		{"12 Main Street, Flat 3B", "12 MAIN STREET flat 3b"},
	}
	for i, list := range same {
		for _, a := range list {
			for j, others := range same {
				for _, b := range others {
					if got := r.ReachOf("", a).Meets(r.ReachOf("", b)); got != (i == j) {
						t.Errorf("%q is where %q is: %t (%q, %q)", a, b, got, placeKey(a), placeKey(b))
					}
				}
			}
		}
	}
	numbers := [][]string{{"13800138000", "+8613800138000", "008613800138000", "138-0013-8000", "１３８００１３８０００"}, {"057112345678", "0571 1234 5678"}, {"+4930123456", "004930123456"}, {"4930123456"}}
	for i, list := range numbers {
		for _, a := range list {
			for j, others := range numbers {
				for _, b := range others {
					if got := r.ReachOf(a, "").Meets(r.ReachOf(b, "")); got != (i == j) {
						t.Errorf("%q is %q: %t", a, b, got)
					}
				}
			}
		}
	}
	for _, nowhere := range []string{"", " ", "幸福路", "-", "——"} {
		if at := r.ReachOf(nowhere, nowhere); at.Meets(at) {
			t.Errorf("%q is one household: %+v", nowhere, at)
		}
	}
}

// TestGroups: who meets somebody is in his group, over others too, and nobody else is.
func TestGroups(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		key := rapid.SampledFrom([]string{"", "", "a", "b", "c", "d", "e", "f"})
		list := make([]Reach, rapid.IntRange(0, 12).Draw(r, "n"))
		for i := range list {
			list[i] = Reach{key.Draw(r, "number"), key.Draw(r, "place")}
		}
		groups := Groups(list)
		of := map[int]int{}
		var all []int
		for g, group := range groups {
			for _, i := range group {
				of[i] = g
			}
			all = append(all, group...)
			if !slices.IsSorted(group) || g > 0 && groups[g-1][0] > group[0] {
				r.Fatalf("not in order: %v", groups)
			}
		}
		if slices.Sort(all); len(all) != len(list) || len(of) != len(list) {
			r.Fatalf("%d in %v", len(list), groups)
		}
		// Slowly: whoever is met joins, until nobody is.
		for i := range list {
			met := map[int]bool{i: true}
			for grown := true; grown; {
				grown = false
				for a := range list {
					for b := range list {
						if met[a] && !met[b] && list[a].Meets(list[b]) {
							met[b], grown = true, true
						}
					}
				}
			}
			for j := range list {
				if met[j] != (of[i] == of[j]) {
					r.Fatalf("%d and %d: %v of %v", i, j, groups, list)
				}
			}
		}
	})
}

func FuzzReach(f *testing.F) {
	f.Add("+86 138", "幸福路十二号")
	f.Add("00", "百百十九")
	f.Fuzz(func(t *testing.T, number, place string) {
		r := Default()
		at := r.ReachOf(number, place)
		if again := r.ReachOf(number, at.Place); again.Place != at.Place {
			t.Errorf("%q is %q and then %q", place, at.Place, again.Place)
		}
	})
}

// FuzzDocuments: an operator's document is refused with a place, or can be decided by.
func FuzzDocuments(f *testing.F) {
	for _, document := range []any{Default(), DefaultQuestions()} {
		text, err := yaml.Marshal(document)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte("kinds: [{kind: repair, percent: 50, charged: 101}]\nretry: {busy: -1, asleep: 2}\ncalling: {from: '24:00', to: '00:00'}"))
	f.Add([]byte("version: 1\nquestions: [{id: a, type: scale, min: 5, max: 1, low: 9}]"))
	f.Fuzz(func(t *testing.T, text []byte) {
		o := office(t)
		var rules Rules
		if yaml.Unmarshal(text, &rules) == nil {
			err := rules.Check(kinds)
			placed(t, err)
			if err == nil {
				o.Rules = &rules
			}
		}
		var questions Questionnaire
		if yaml.Unmarshal(text, &questions) == nil {
			err := questions.Check(kinds)
			placed(t, err)
			if err == nil {
				o.Questions = &questions
			}
		}
		at := wall(t, o, "2026-03-02 10:00")
		_, err := o.Decide(Callback{}, Plan{ID: "c1", Company: "gas", Matters: []Matter{{Ticket: "t1", Kind: "repair", ClosedAt: at}}}, at)
		if err != nil {
			t.Error(err)
		}
		_, err = o.Questions.Fill([]Owed{{Ticket: "t1", Kind: KindEmergency}}, nil)
		placed(t, err)
		if err == nil {
			t.Error("nobody asks whether an emergency is solved")
		}
	})
}

// TestDocuments: rules and questionnaires are the same after YAML and JSON.
func TestDocuments(t *testing.T) {
	type document struct {
		Rules     Rules         `yaml:"rules" json:"rules"`
		Questions Questionnaire `yaml:"questions" json:"questions"`
	}
	whole := document{Default(), DefaultQuestions()}
	text, err := yaml.Marshal(whole)
	if err != nil {
		t.Fatal(err)
	}
	var again document
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(&again); err != nil || !reflect.DeepEqual(whole, again) {
		t.Errorf("YAML gives something else: %v\n%s", err, text)
	}
	text, err = json.Marshal(whole)
	if err != nil {
		t.Fatal(err)
	}
	again = document{}
	if err := json.Unmarshal(text, &again); err != nil || !reflect.DeepEqual(whole, again) {
		t.Errorf("JSON gives something else: %v\n%s", err, text)
	}
}

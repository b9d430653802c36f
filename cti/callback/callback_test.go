package callback

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sansheng/cti/hours"
)

// desk is a callback under test, with the facts that were made.
type desk struct {
	t     testing.TB
	o     *Office
	c     Callback
	facts []Fact
}

// at gives a command at a moment on the wall, and wants facts of these kinds, without
// follow_up, or an error that says so.
func (d *desk) at(when string, command Command, want string) {
	d.t.Helper()
	facts, err := d.o.Decide(d.c, command, wall(d.t, d.o, when))
	var got []string
	for _, f := range facts {
		d.c = Apply(d.c, f)
		got = append(got, strings.TrimPrefix(string(f.Data.Kind()), "follow_up."))
	}
	d.facts = append(d.facts, facts...)
	says := strings.Join(got, " ")
	if err != nil {
		says = err.Error()
	}
	if says != want && (err == nil || want == "" || !strings.Contains(says, want)) {
		d.t.Errorf("%s %T%+v: %q, want %q", when, command, command, says, want)
	}
}

func (d *desk) is(state State) {
	d.t.Helper()
	if d.c.State != state {
		d.t.Errorf("it is %s, want %s: %+v", d.c.State, state, d.c)
	}
}

// last is the newest fact of a kind of data.
func last[D Data](d *desk) D {
	d.t.Helper()
	for _, f := range slices.Backward(d.facts) {
		if data, ok := f.Data.(D); ok {
			return data
		}
	}
	d.t.Fatalf("there is none in %v", d.facts)
	panic("unreachable")
}

// planned is a callback about a complaint, planned on Monday, 2 March 2026; due on Saturday.
func planned(t testing.TB) *desk {
	t.Helper()
	d := &desk{t: t, o: office(t)}
	d.at("2026-03-02 10:00", Plan{"c1", "gas", []Matter{d.matter("t1", "complaint")}}, "planned")
	return d
}

func (d *desk) matter(ticket, kind string) Matter {
	return Matter{Ticket: ticket, Kind: kind, Number: "13800138000", Place: "幸福路12号3-402", ClosedAt: wall(d.t, d.o, "2026-03-02 10:00")}
}

func yes(b bool) *bool { return &b }

func number(n int) *int { return &n }

// content are the answers of a caller who is content about tickets, but for those that
// are unsolved.
func content(unsolved bool, satisfied int, tickets ...string) []Answered {
	all := []Answered{{Question: "attitude", Number: number(5)}}
	for _, ticket := range tickets {
		all = append(all,
			Answered{Question: "solved", Ticket: ticket, Yes: yes(!unsolved)},
			Answered{Question: "satisfied", Ticket: ticket, Number: number(satisfied)})
	}
	return all
}

func TestReached(t *testing.T) {
	d := planned(t)
	d.at("2026-03-02 10:05", Assign{"8001", "1001"}, "assigned")
	d.at("2026-03-02 10:06", Assign{"8001", "1001"}, "")
	d.at("2026-03-02 11:00", Dial{Agent: "8001", Call: "out1"}, "dialled")
	d.is(Calling)
	d.at("2026-03-02 11:00", Dial{Agent: "8001", Call: "out1"}, "") // told twice
	d.at("2026-03-02 11:00", Dial{Agent: "8002", Call: "out2"}, "agent 8001 is at it with call out1; allowed: when he has said what came of it")
	d.at("2026-03-02 11:01", Waive{"1001", "no longer needed"}, "it is calling; allowed: while it is waiting")
	d.at("2026-03-02 11:02", Miss{"out1", Busy, "8001"}, "the call has not ended")
	d.at("2026-03-02 11:03", Answer{Call: "out1", By: "8001", Answers: content(false, 4, "t1")}, "done")
	d.is(Done)
	if d.c.EndedAt.IsZero() || d.c.Outcome == nil || len(d.c.Outcome.Answers) != 3 {
		t.Errorf("%+v", d.c)
	}
	// What comes late or twice changes nothing.
	d.at("2026-03-02 11:04", EndLine{Call: "out1", Line: LineReached}, "")
	d.at("2026-03-02 11:05", Answer{Call: "out1", By: "8001"}, "it was answered; allowed: once")
	d.at("2026-03-02 11:05", Miss{"out1", Busy, "8001"}, "the attempt has ended, talked")
	d.at("2026-03-02 11:05", Dial{Agent: "8001", Call: "out3"}, "it is done")
	d.at("2026-03-02 11:05", Assign{"8002", "1001"}, "it is done")
	d.at("2026-03-02 11:05", Add{[]Matter{d.matter("t2", "complaint")}}, "it is done")
	d.at("2026-03-12 11:05", Tick{}, "")
}

// TestFailed: only attempts on two different days make a failed callback (requirement F4).
func TestFailed(t *testing.T) {
	d := planned(t)
	miss := func(day, call string, line Line, reason Reason, from, until, wants string) {
		t.Helper()
		d.at(day+" "+from, Dial{Agent: "8001", Call: call}, "dialled")
		d.at(day+" "+until, EndLine{Call: call, Line: line, Rang: 30 * time.Second}, "line_ended")
		d.is(Confirming)
		d.at(day+" "+until, Miss{call, reason, "8001"}, wants)
	}
	miss("2026-03-02", "out1", LineBusy, Busy, "11:00", "11:01", "missed")
	d.is(Waiting)
	d.at("2026-03-02 11:10", Dial{Agent: "8001", Call: "out2"}, "it was tried a while ago; allowed: from 2026-03-02 11:16")
	d.at("2026-03-02 11:10", Miss{"out1", Busy, "8001"}, "") // told twice
	d.at("2026-03-02 11:10", Miss{"out1", NoAnswer, "8001"}, "the attempt has ended, missed")
	d.at("2026-03-02 11:20", Dial{Agent: "8001", Call: "out1"}, "call out1 was an attempt already")
	miss("2026-03-02", "out2", LineNoAnswer, NoAnswer, "11:20", "11:21", "missed")
	d.at("2026-03-02 13:20", Dial{Agent: "8001", Call: "out3"}, "allowed: from 2026-03-02 13:21")
	miss("2026-03-02", "out3", LineReached, CallReminder, "14:00", "14:01", "missed")
	d.is(Waiting) // three attempts, and one day
	d.at("2026-03-02 19:59", Dial{Agent: "8001", Call: "out4"}, "allowed: from 2026-03-03 09:00")
	d.at("2026-03-03 08:59", Dial{Agent: "8001", Call: "out4"}, "allowed: from 2026-03-03 09:00")
	miss("2026-03-03", "out4", LineUnreachable, Unreachable, "09:00", "09:01", "missed failed")
	d.is(Failed)
	if f := last[*FailedData](d); f.Attempts != 4 {
		t.Errorf("%+v", f)
	}
	d.at("2026-03-09 09:00", Tick{}, "")
}

// TestDays are the company's: an attempt before midnight and one after are on two.
func TestDays(t *testing.T) {
	d := planned(t)
	d.o.Rules.Calling = hours.Hours{From: 0, To: 24 * 60}
	d.at("2026-03-02 23:50", Dial{Agent: "8001", Call: "out1"}, "dialled")
	d.at("2026-03-02 23:59", EndLine{Call: "out1", Line: LineBusy}, "line_ended")
	d.at("2026-03-03 00:01", Miss{"out1", Busy, "8001"}, "missed")
	d.at("2026-03-03 00:20", Dial{Agent: "8001", Call: "out2"}, "dialled")
	d.at("2026-03-03 00:21", EndLine{Call: "out2", Line: LineBusy}, "line_ended")
	d.at("2026-03-03 00:21", Miss{"out2", Busy, "8001"}, "missed failed")
}

// TestNoAttempt: what the line or the agent broke off counts for nothing.
func TestNoAttempt(t *testing.T) {
	d := planned(t)
	d.at("2026-03-02 11:00", Dial{Agent: "8001", Call: "out1"}, "dialled")
	d.at("2026-03-02 11:01", EndLine{Call: "out1", Line: LineFailed}, "line_ended dropped")
	d.at("2026-03-02 11:01", Miss{"out1", Busy, "8001"}, "the attempt has ended, dropped")
	d.at("2026-03-02 11:02", Dial{Agent: "8001", Call: "out2"}, "allowed: from 2026-03-02 11:06")
	d.at("2026-03-02 11:06", Dial{Agent: "8001", Call: "out2"}, "dialled")
	d.at("2026-03-02 11:07", EndLine{Call: "out9", Line: LineBusy}, "") // another call
	d.at("2026-03-02 11:07", EndLine{Call: "out2", Line: "asleep"}, `a line does not say "asleep"`)
	d.at("2026-03-02 11:07", EndLine{Call: "out2", Line: LineGivenUp, Rang: 4 * time.Second}, "line_ended")
	d.at("2026-03-02 11:07", EndLine{Call: "out2", Line: LineBusy}, "") // told twice
	d.at("2026-03-02 11:07", Miss{"out2", NoAnswer, "8001"}, "it rang for 4 s; allowed: what the network said, drop it, or let it ring for 25 s")
	d.at("2026-03-02 11:07", Miss{"out2", "asleep", "8001"}, `"asleep" is no reason; allowed: [busy`)
	d.at("2026-03-02 11:07", Miss{"out2", Busy, ""}, "nobody confirms it")
	d.at("2026-03-02 11:07", Answer{Call: "out2", By: "8001"}, "the line says given_up")
	d.at("2026-03-02 11:07", Drop{"out2", "", "8001"}, "it needs who drops it and why")
	d.at("2026-03-02 11:08", Drop{"out2", "dialled too soon", "8001"}, "dropped")
	d.at("2026-03-02 11:08", Drop{"out2", "dialled too soon", "8001"}, "")
	// What the network says can be heard before it has rung for long.
	d.at("2026-03-02 11:09", Dial{Agent: "8001", Call: "out3"}, "dialled")
	d.at("2026-03-02 11:10", EndLine{Call: "out3", Line: LineGivenUp, Rang: 4 * time.Second}, "line_ended")
	d.at("2026-03-02 11:10", Miss{"out3", NoSuchNumber, "8001"}, "missed")
	if m := last[*MissedData](d); !m.Next.Equal(wall(t, d.o, "2026-03-03 11:10")) {
		t.Errorf("a number that there is not is dialled again at %s", m.Next)
	}
	// Another number may be known.
	d.at("2026-03-02 12:00", AddNumber{"12a", "8001"}, "the number is none")
	d.at("2026-03-02 12:00", AddNumber{"13900139000", "8001"}, "number_added")
	d.at("2026-03-02 12:00", AddNumber{"13900139000", "8001"}, "")
	d.at("2026-03-03 12:00", Dial{Agent: "8001", Call: "out4", Number: "110"}, "the number is not one of this callback")
	d.at("2026-03-03 12:00", Dial{Agent: "8001", Call: "out4"}, "dialled")
	if n := last[*DialledData](d).Number; n != "13900139000" {
		t.Errorf("%s is dialled first", n)
	}
}

// TestDeadlines: every wait has one, and overdue is told once.
// TestDialable: who would dial too early is told from when he may, and by another reason he is
// refused without.
func TestDialable(t *testing.T) {
	d := planned(t)
	var refused *RefusedError
	for when, from := range map[string]string{
		"2026-03-02 08:59": "2026-03-02 09:00", "2026-03-02 11:00": "", "2026-03-02 20:00": "2026-03-03 09:00",
	} {
		err := d.o.Dialable(d.c, d.c.Numbers[0], wall(t, d.o, when))
		if from == "" && err != nil || from != "" && (!errors.As(err, &refused) || refused.From != from) {
			t.Errorf("%s: %v, want from %q", when, err, from)
		}
	}
	if err := d.o.Dialable(d.c, "110", wall(t, d.o, "2026-03-02 11:00")); !errors.As(err, &refused) || refused.From != "" {
		t.Errorf("another number: %v", err)
	}
}

func TestDeadlines(t *testing.T) {
	d := planned(t)
	deadline := func(want string) {
		t.Helper()
		if at := d.o.Deadline(d.c); !at.Equal(wall(t, d.o, want)) {
			t.Errorf("the next deadline is %s, want %s", at.In(d.o.Hours.Zone()), want)
		}
	}
	deadline("2026-03-07 20:00")
	d.at("2026-03-02 11:00", Dial{Agent: "8001", Call: "out1"}, "dialled")
	deadline("2026-03-02 13:00")
	d.at("2026-03-02 12:59", Tick{}, "")
	d.at("2026-03-02 13:00", Tick{}, "dropped") // nobody told its end
	d.at("2026-03-02 13:01", Dial{Agent: "8001", Call: "out2"}, "dialled")
	d.at("2026-03-02 13:02", EndLine{Call: "out2", Line: LineRefused}, "line_ended")
	deadline("2026-03-02 13:32")
	d.at("2026-03-02 13:31", Tick{}, "")
	d.at("2026-03-02 13:32", Tick{}, "missed") // nobody confirmed it
	if m := last[*MissedData](d); m.By != "" || m.Reason != NoAnswer {
		t.Errorf("%+v", m)
	}
	d.at("2026-03-02 16:00", Dial{Agent: "8001", Call: "out3"}, "dialled")
	d.at("2026-03-02 16:05", EndLine{Call: "out3", Line: LineReached}, "line_ended")
	d.at("2026-03-02 16:35", Tick{}, "dropped") // somebody was reached, and nobody says what he said
	deadline("2026-03-07 20:00")
	d.at("2026-03-07 19:59", Tick{}, "")
	d.at("2026-03-07 20:00", Tick{}, "overdue")
	d.at("2026-03-07 20:01", Tick{}, "")
	deadline("")
	d.at("2026-03-08 10:00", Add{[]Matter{d.matter("t2", "complaint")}}, "added")
	d.at("2026-03-08 10:00", Tick{}, "")
	d.at("2026-03-08 10:00", Dial{Agent: "8001", Call: "out4"}, "dialled")
	d.at("2026-03-08 10:01", Answer{Call: "out4", By: "8001", Declined: true, Answers: content(false, 5, "t1")}, "he did not want to be asked, and has 3 answers")
	d.at("2026-03-08 10:01", Answer{Call: "out4", By: "8001", Declined: true}, "done")
}

// TestTogether: several tickets are one call (requirement F5).
func TestTogether(t *testing.T) {
	d := planned(t)
	emergency := d.matter("t2", "emergency")
	if !d.c.Meets(d.o.Rules, emergency) || d.c.Meets(d.o.Rules, Matter{Number: "139", Place: "长江路1号"}) {
		t.Error("who is at one place is not together, or others are")
	}
	d.at("2026-03-02 10:01", Add{[]Matter{emergency, emergency, d.matter("t1", "complaint"), d.matter("t3", "callback")}}, "added")
	if len(d.c.Tickets) != 2 || !d.c.Due.Equal(wall(t, d.o, "2026-03-02 18:00")) || len(d.c.Numbers) != 1 {
		t.Errorf("%+v", d.c)
	}
	d.at("2026-03-02 10:01", Add{[]Matter{emergency}}, "")
	other := planned(t)
	other.c.ID = "c2"
	other.c.Tickets[0].Ticket = "t4"
	d.at("2026-03-02 10:02", Take{d.c}, "they are the same, or two companies'")
	d.at("2026-03-02 10:02", Take{other.c}, "added")
	d.at("2026-03-02 10:02", Take{other.c}, "")
	other.at("2026-03-02 10:02", Merge{"c2"}, `"c2" is not another one`)
	other.at("2026-03-02 10:02", Merge{"c1"}, "merged")
	other.at("2026-03-02 10:02", Merge{"c1"}, "")
	other.at("2026-03-02 10:03", Dial{Agent: "8001", Call: "out1"}, "it is merged")
	d.at("2026-03-02 11:00", Dial{Agent: "8001", Call: "out1"}, "dialled")
	d.at("2026-03-02 11:00", Add{[]Matter{d.matter("t5", "complaint")}}, "it is calling; allowed: while it is waiting")
	d.at("2026-03-02 11:01", Answer{Call: "out1", By: "8001", Answers: content(false, 5, "t1", "t2")}, "solved[t4]: it is not answered; allowed: yes or no")
	d.is(Calling)
	d.at("2026-03-02 11:02", Answer{Call: "out1", By: "8001", Answers: content(false, 5, "t1", "t2", "t4")}, "done")
}

// TestUnsolved: an emergency is one again, other tickets are open again, and who is not
// content goes to the leader (requirements F6, F7).
func TestUnsolved(t *testing.T) {
	d := planned(t)
	d.at("2026-03-02 10:01", Add{[]Matter{d.matter("t2", "emergency"), d.matter("t3", "complaint")}}, "added")
	d.at("2026-03-02 11:00", Dial{Agent: "8001", Call: "out1"}, "dialled")
	answers := slices.Concat(content(true, 2, "t1", "t2"), content(false, 3, "t3")[1:])
	d.at("2026-03-02 11:01", Answer{Call: "out1", By: "8001", Answers: answers}, "done emergency_again unsolved dissatisfied")
	if f := last[*EmergencyAgainData](d); !slices.Equal(f.Tickets, []string{"t2"}) || f.Number != "13800138000" {
		t.Errorf("%+v", f)
	}
	if f := last[*UnsolvedData](d); !slices.Equal(f.Tickets, []string{"t1"}) {
		t.Errorf("%+v", f)
	}
	if f := last[*DissatisfiedData](d); !slices.Equal(f.Tickets, []string{"t1", "t2"}) || f.Agent != "8001" {
		t.Errorf("%+v", f)
	}
}

func TestPlan(t *testing.T) {
	d := &desk{t: t, o: office(t)}
	d.at("2026-03-02 10:00", Dial{Agent: "8001", Call: "out1"}, "it is not planned")
	d.at("2026-03-02 10:00", Tick{}, "")
	d.at("2026-03-02 10:00", Plan{"c1", "", nil}, "it has no id or no company")
	d.at("2026-03-02 10:00", Plan{"c1", "gas", []Matter{d.matter("t1", "callback")}}, "")
	nowhere := d.matter("t1", "complaint")
	nowhere.Number = ""
	d.at("2026-03-02 10:00", Plan{"c1", "gas", []Matter{nowhere}}, "planned")
	d.at("2026-03-02 10:00", Plan{"c1", "gas", []Matter{nowhere}}, "")
	d.at("2026-03-02 10:00", Plan{"c2", "gas", []Matter{nowhere}}, "it is waiting already, as c1")
	d.at("2026-03-02 10:01", Dial{Agent: "8001", Call: "out1"}, "nobody knows a number; allowed: when one has been added")
	d.at("2026-03-02 10:01", Dial{Agent: "8001"}, "the call has no id or no agent")
	d.at("2026-03-02 10:02", Waive{"1001", "\n"}, "it needs who waives it and why")
	d.at("2026-03-02 10:02", Waive{"1001", "left no number, moved away"}, "waived")
	d.at("2026-03-02 10:02", Waive{"1001", "again"}, "")
	d.is(Waived)
	var refused *RefusedError
	if _, err := d.o.Decide(d.c, Dial{Agent: "8001", Call: "out1"}, wall(t, d.o, "2026-03-02 10:03")); !errors.As(err, &refused) || refused.Verb != "dial" {
		t.Errorf("%v", err)
	}
}

// life is a callback's, as chance has it.
type life struct {
	*desk
	r   *rapid.T
	now time.Time
	n   int
}

// command is any that could come.
func (l *life) command() Command {
	pick := func(name string, of ...string) string { return rapid.SampledFrom(of).Draw(l.r, name) }
	call := pick("call", fmt.Sprintf("out%d", l.n), fmt.Sprintf("out%d", l.n), fmt.Sprintf("out%d", l.n-1), "outX")
	if a := l.c.open(); a != nil && rapid.IntRange(0, 4).Draw(l.r, "the one under way") > 0 {
		call = a.Call
	}
	agent := pick("agent", "8001", "8001", "8002", "")
	matter := l.matter(pick("ticket", "t1", "t2", "t3"), pick("kind", "complaint", "emergency", "repair"))
	matter.ClosedAt = l.now
	line := rapid.SampledFrom([]Line{LineReached, LineBusy, LineNoAnswer, LineGivenUp, LineFailed, LineUnknown, "asleep"})
	switch rapid.IntRange(0, 16).Draw(l.r, "command") {
	case 0, 1, 2:
		if rapid.Bool().Draw(l.r, "another call") {
			l.n++
			call = fmt.Sprintf("out%d", l.n)
		}
		return Dial{Agent: agent, Call: call}
	case 3, 4, 5:
		return EndLine{Call: call, Line: line.Draw(l.r, "line"), Rang: time.Duration(rapid.IntRange(0, 60).Draw(l.r, "rang")) * time.Second}
	case 6, 7, 8:
		return Miss{call, rapid.SampledFrom(Reasons()).Draw(l.r, "reason"), agent}
	case 9:
		return Drop{call, "none", agent}
	case 10:
		var tickets []string
		for _, w := range l.c.Tickets {
			tickets = append(tickets, w.Ticket)
		}
		answers := content(rapid.Bool().Draw(l.r, "unsolved"), rapid.IntRange(1, 6).Draw(l.r, "satisfied"), tickets...)
		if rapid.IntRange(0, 4).Draw(l.r, "one is left out") == 0 {
			answers = answers[1:]
		}
		return Answer{Call: call, By: agent, Answers: answers}
	case 11:
		return Add{[]Matter{matter}}
	case 12:
		return Plan{"c1", "gas", []Matter{matter}}
	case 13, 14, 15:
		if rapid.IntRange(0, 3).Draw(l.r, "ends it") > 0 {
			return Tick{}
		}
		return []Command{
			Assign{agent, "1001"}, AddNumber{"13900139000", agent}, Waive{agent, "so it is"}, Merge{"c2"},
		}[rapid.IntRange(0, 3).Draw(l.r, "which")]
	}
	return Tick{}
}

// step gives a command and holds what is promised.
func (l *life) step() {
	command := l.command()
	before := l.c
	kept, err := json.Marshal(before)
	if err != nil {
		l.r.Fatal(err)
	}
	facts, err := l.o.Decide(l.c, command, l.now)
	if err != nil && len(facts) > 0 {
		l.r.Fatalf("%+v is refused, and makes facts: %v", command, err)
	}
	for _, f := range facts {
		l.c = Apply(l.c, f)
	}
	l.facts = append(l.facts, facts...)
	if now, err := json.Marshal(before); err != nil || string(now) != string(kept) {
		l.r.Fatalf("%+v has changed the state before: %s, now %s", command, kept, now)
	}
	if before.State.Over() && len(facts) > 0 {
		l.r.Fatalf("it was %s, and %+v makes facts", before.State, command)
	}
	// The same again changes nothing more.
	if again, _ := l.o.Decide(l.c, command, l.now); len(again) > 0 {
		l.r.Fatalf("%T%+v twice: %d facts, %s", command, command, len(again), again[0].Data.Kind())
	}
	if at := l.o.Deadline(l.c); l.c.State != "" && !l.c.State.Over() && at.IsZero() && !l.c.Overdue {
		l.r.Fatalf("it waits for ever: %+v", l.c)
	}
	l.invariants()
}

func (l *life) invariants() {
	r, c := l.r, l.c
	open, calls, days := 0, map[string]bool{}, map[hours.Date]bool{}
	for _, a := range c.Attempts {
		if a.Result == "" {
			open++
		}
		if calls[a.Call] {
			r.Fatalf("call %s is two attempts: %+v", a.Call, c)
		}
		calls[a.Call] = true
		if at := hours.ClockOf(a.At.In(l.o.Hours.Zone())); !l.o.Rules.Calling.Has(at) {
			r.Fatalf("somebody was called at %s", at)
		}
		if a.Result == Missed {
			days[l.o.day(a.At)] = true
			if a.Line == "" || a.Line.void() || a.Reason == "" {
				r.Fatalf("nobody was called, and it counts: %+v", a)
			}
		}
	}
	if under := c.State == Calling || c.State == Confirming; open > 1 || (open == 1) != under {
		r.Fatalf("%d attempts are under way: %+v", open, c)
	}
	if (c.State == Failed) != (len(days) > 1) {
		r.Fatalf("missed on %d days, and it is %s", len(days), c.State)
	}
	told := map[Kind]int{}
	ends := 0
	for _, f := range l.facts {
		told[f.Data.Kind()]++
		if k := f.Data.Kind(); k == FactDone || k == FactFailed || k == FactWaived || k == FactMerged {
			ends++
		}
	}
	if told[FactOverdue] > 1 || told[FactPlanned] > 1 || ends > 1 {
		r.Fatalf("told twice: %v", told)
	}
	if c.Overdue != (told[FactOverdue] == 1) || (ends == 1) != c.State.Over() || c.State.Over() == c.EndedAt.IsZero() {
		r.Fatalf("it is %s, ended at %s, overdue %t; told %v", c.State, c.EndedAt, c.Overdue, told)
	}
	for _, w := range c.Tickets {
		if w.Due.Before(c.Due) {
			r.Fatalf("%s is due before all of it: %+v", w.Ticket, c)
		}
	}
}

// TestLife: whatever comes in whatever order, the promises hold; and the facts alone, kept
// as JSON, give the same state.
func TestLife(t *testing.T) {
	o := office(t)
	rapid.Check(t, func(r *rapid.T) {
		l := &life{desk: &desk{t: t, o: o}, r: r, now: wall(t, o, "2026-03-02 08:00"), n: 1}
		for range rapid.IntRange(1, 80).Draw(r, "steps") {
			l.now = l.now.Add(rapid.SampledFrom([]time.Duration{0, time.Second, time.Minute, 17 * time.Minute, 2 * time.Hour, 9 * time.Hour}).Draw(r, "later"))
			l.step()
		}
		var again Callback
		for _, f := range l.facts {
			text, err := json.Marshal(f.Data)
			if err != nil {
				r.Fatal(err)
			}
			kept, err := Decode(f.Data.Kind(), f.At, text)
			if err != nil || !reflect.DeepEqual(kept, f) {
				r.Fatalf("%+v is kept as %+v: %v", f.Data, kept.Data, err)
			}
			again = Apply(again, kept)
		}
		if !reflect.DeepEqual(again, l.c) {
			r.Fatalf("the facts give\n%+v, it was\n%+v", again, l.c)
		}
	})
}

func TestDecode(t *testing.T) {
	for kind, data := range dataOf {
		if got := data().Kind(); got != kind {
			t.Errorf("the data of %s is %s's", kind, got)
		}
		if _, err := Decode(kind, time.Time{}, []byte("{")); err == nil {
			t.Errorf("half of a %s is taken", kind)
		}
	}
	if _, err := Decode("follow_up.forgotten", time.Time{}, []byte("{}")); err == nil || !strings.Contains(err.Error(), `the kind "follow_up.forgotten" is unknown`) {
		t.Errorf("%v", err)
	}
}

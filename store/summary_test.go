package store

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"sansheng/cti"
	"sansheng/cti/callback"
	"sansheng/store/internal/sql"
	"sansheng/store/ticket"
)

// retold is a story of another engine, of calls with its name before theirs.
func retold(t *testing.T, s story, engine string) []cti.Fact {
	t.Helper()
	facts := s.parse(t, engine)
	for i := range facts {
		if facts[i].Call != "" {
			facts[i].Call = cti.CallID(engine) + "-" + facts[i].Call
		}
	}
	return facts
}

// alone is a story of an emergency that the switch had to serve by itself, and of a call to a
// number outside that was answered.
var alone = story{facts: `0     call.arrived   c1  -     {"did":"800119","caller":{"number":"13800138000"},"channel":"ch-1","direction":"inbound","mode":"direct","emergency":true,"language":"zh","ring_period_ms":5000,"ringback_at":"2026-03-02T08:00:00Z","recording":"c1"}
10    call.queued    c1  -     {"queue":"emergency","priority":1,"ahead":0}
2000  call.fell_back c1  -     {"reason":"engine"}
9000  call.served    c1  1007  {}
60000 call.ended     c1  -     {"by":"caller","disposition":"ANSWERED","cause":16}
61000 call.arrived   c2  1001  {"did":"800100","caller":{"number":"13800138001"},"channel":"ch-2","direction":"outbound","by":"1001","mode":"outbound","language":"zh","ring_period_ms":5000}
62000 call.dialled   c2  1001  {"channel":"ch-3"}
70000 call.reached   c2  1001  {"ring_ms":8000}
90000 call.ended     c2  1001  {"by":"agent","disposition":"ANSWERED","cause":16,"dial":"reached"}
`}

// busyDays is a store in which people have worked for some days on what came up in the stories.
func busyDays(t *testing.T) *clocked {
	t.Helper()
	c := newClocked(t)
	for _, told := range []struct {
		engine string
		story
		without int // facts at its end
	}{
		{"left", messages, 0}, {"untaken", messages, 3}, {"promised", promises, 0}, {"owed", promises, 1}, {"alone", alone, 0},
	} {
		facts := retold(t, told.story, told.engine)
		if err := c.Replay(t.Context(), told.engine, facts[:len(facts)-told.without]...); err != nil {
			t.Fatal(err)
		}
	}
	call := c.theCall()
	opened := func(k ticket.Kind, m ticket.Matter) Ticket {
		t.Helper()
		made, err := c.OpenTicket(t.Context(), "1001", ticket.Opened{Company: "demo", Kind: k, Owner: "1001", Call: call, Matter: m})
		if err != nil {
			t.Fatal(err)
		}
		return made
	}
	drafts, err := c.Tickets(t.Context(), TicketFilter{State: string(ticket.Draft)})
	if err != nil || len(drafts) < 2 {
		t.Fatalf("%d drafts, %v", len(drafts), err)
	}
	c.do(drafts[0].ID, &ticket.Filled{Kind: ticket.Repair, Said: repair("Nanjing Rd 1"), Final: true})
	c.do(drafts[0].ID, &ticket.ForwardedTo{Department: "gas", Reason: "boiler"})
	c.do(drafts[1].ID, &ticket.Described{Kind: ticket.Suggestion, Matter: ticket.Matter{Summary: "longer hours", Important: true}})
	emergency := opened(ticket.Emergency, ticket.Matter{Summary: "smell of gas", Place: "Nanjing Rd 9", Phone: "13900000009"})
	complaint := opened(ticket.Complaint, ticket.Matter{Summary: "rude"})
	c.do(complaint.ID, &ticket.Escalated{Reason: "asks for the head"})
	other := opened(ticket.Consultation, ticket.Matter{Summary: "price"})
	c.do(other.ID, &ticket.ForwardedTo{Department: "sales", Reason: "theirs"})
	if err := amend(t.Context(), c.Store, call, "1001", "typing error", "it was the meter"); err != nil {
		t.Fatal(err)
	}
	c.at(14 * time.Hour) // six in the morning of the second day
	c.do(emergency.ID, &ticket.ClosedWith{Result: "valve shut"})
	c.do(drafts[0].ID, &ticket.Finished{Result: "pump changed"})
	c.do(drafts[0].ID, &ticket.ClosedWith{})
	c.do(drafts[0].ID, &ticket.Amended{Said: repair("Nanjing Rd 2"), Reason: "wrong house"})
	c.do(other.ID, &ticket.Finished{Result: "told"})
	c.do(other.ID, &ticket.ForwardedTo{Department: "gas", Reason: "not sales"})
	if _, err := c.Merge(t.Context(), complaint.ID, drafts[1].ID, "1001", "the same", Anybody); err != nil {
		t.Fatal(err)
	}
	lapse(t, c)
	c.at(50 * time.Hour) // ten in the morning by UTC of the third
	for _, f := range c.owed(2) {
		c.command(f.ID, callback.AddNumber{Number: "13800138000", By: "1001"})
		first := c.called(f.ID, cti.DialBusy)
		c.command(f.ID, callback.Miss{Call: first, Reason: callback.Busy, By: "1001"})
	}
	c.at(74 * time.Hour)
	no, score := false, 1
	for i, f := range c.owed(2) {
		if i == 0 {
			second := c.called(f.ID, cti.DialNoAnswer)
			c.command(f.ID, callback.Miss{Call: second, Reason: callback.NoAnswer, By: "1001"})
			continue
		}
		reached := c.called(f.ID, cti.DialReached)
		answers := []callback.Answered{{Question: "attitude", Number: &score}}
		for _, o := range f.Tickets {
			answers = append(answers, callback.Answered{Question: "solved", Ticket: o.Ticket, Yes: &no}, callback.Answered{Question: "satisfied", Ticket: o.Ticket, Number: &score})
		}
		c.command(f.ID, callback.Answer{Call: reached, By: "1001", Answers: answers})
	}
	voicemail := ticketID("left-c1", ticket.Voicemail)
	c.do(voicemail, &ticket.Reopened{Reason: "calls again"})
	c.at(98 * time.Hour)
	lapse(t, c)
	return c
}

func lapse(t *testing.T, c *clocked) {
	t.Helper()
	for n := -1; n != 0; {
		var err error
		if n, err = c.Lapse(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// What a summary says is what the records say, counted one by one: of every day, whoever asks.
func TestSummary(t *testing.T) {
	t.Parallel()
	c := busyDays(t)
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	whole := ""
	for day := 1; day <= 8; day++ {
		from := time.Date(2026, 3, day, 0, 0, 0, 0, shanghai)
		for _, f := range []SummaryFilter{
			{}, {Queues: []string{"service"}, Agents: []string{"1001", "1002"}}, {Queues: []string{"emergency"}, Agents: []string{"1007"}},
			{Queues: []string{}, Agents: []string{}}, {Department: "gas"}, {Department: "sales"}, {Department: "moon"},
		} {
			f.Company, f.From, f.Until = "demo", from, from.AddDate(0, 0, 1)
			got, err := c.Summary(t.Context(), f)
			if err != nil {
				t.Fatal(err)
			}
			if is, want := indented(t, got), indented(t, slowSummary(t, c, f)); is != want {
				t.Errorf("%s, queues %v, department %q: got\n%s\nwant\n%s", got.Day, f.Queues, f.Department, is, want)
			}
			if f.Queues == nil && f.Department == "" {
				whole += indented(t, got)
			}
		}
	}
	if t.Failed() {
		return
	}
	// The days are full enough for each figure to be wrong.
	var all struct{ Sum map[string]float64 }
	all.Sum = map[string]float64{}
	for d := json.NewDecoder(strings.NewReader(whole)); d.More(); {
		var v any
		if err := d.Decode(&v); err != nil {
			t.Fatal(err)
		}
		sum(all.Sum, "", v)
	}
	for name, n := range all.Sum {
		if n == 0 {
			t.Errorf("%s is 0 on each day", name)
		}
	}
	if len(all.Sum) < 35 {
		t.Errorf("%d figures", len(all.Sum))
	}
}

// sum adds up the numbers within a value, by their names.
func sum(into map[string]float64, name string, v any) {
	switch v := v.(type) {
	case float64:
		into[name] += v
	case []any:
		for _, e := range v {
			sum(into, name, e)
		}
	case map[string]any:
		for n, e := range v {
			sum(into, name+"."+n, e)
		}
	}
}

func indented(t *testing.T, s Summary) string {
	t.Helper()
	b, err := json.MarshalIndent(s, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b) + "\n"
}

// counted is a summary that is counted from whole records and histories.
type counted struct {
	t *testing.T
	c *clocked
	f SummaryFilter
	Summary
	records map[string]Record
	tickets []Ticket
	history map[uuid.UUID][]Act
}

func slowSummary(t *testing.T, c *clocked, f SummaryFilter) Summary {
	t.Helper()
	n := &counted{t: t, c: c, f: f, records: map[string]Record{}, history: map[uuid.UUID][]Act{}, Summary: Summary{
		Company: f.Company, Day: f.From.Format(time.DateOnly), From: f.From, Until: f.Until, At: f.Until, Queues: f.Queues, Department: f.Department,
		Kinds: []DayKind{}, Departments: []DayDepartment{}, Important: []DayMatter{}, Amendments: []DayAmendment{},
	}}
	if now := c.Store.now(); now.Before(n.At) {
		n.At = now.In(f.From.Location())
	}
	list, err := c.Calls(t.Context(), Filter{Company: f.Company})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range list {
		n.records[r.ID] = r
	}
	all, err := c.Tickets(t.Context(), TicketFilter{Company: f.Company})
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range all {
		if n.history[k.ID], err = c.History(t.Context(), k.ID); err != nil {
			t.Fatal(err)
		}
		if n.mine(k) {
			n.tickets = append(n.tickets, k)
		}
	}
	if f.Department == "" {
		n.count(list)
		n.countAgents(list)
		n.Messages = &DayMessages{}
		for _, k := range all {
			if m := k.Message; m != nil && m.LeftAt.Before(f.Until) && (f.Queues == nil || slices.Contains(f.Queues, m.Box)) {
				taken := m.TakenAt
				if taken == nil {
					taken = m.FinishedAt
				}
				add(&n.Messages.Left, n.today(m.LeftAt))
				add(&n.Messages.Untaken, taken == nil || !taken.Before(f.Until))
			}
		}
	}
	n.countMatters(all)
	n.countAmendments(list, all)
	n.countCallbacks(all)
	return n.Summary
}

func add(n *int64, is bool) {
	if is {
		*n++
	}
}

func (n *counted) today(at time.Time) bool { return !at.Before(n.f.From) && at.Before(n.f.Until) }

// scoped tells whether a call is within what is asked for.
func (n *counted) scoped(call string) bool {
	r := n.records[call]
	return n.f.Queues == nil || r.Dial != nil && slices.Contains(n.f.Agents, r.Dial.By) ||
		slices.ContainsFunc(r.QueueEntries, func(q QueueEntry) bool { return slices.Contains(n.f.Queues, q.Queue) })
}

func (n *counted) mine(k Ticket) bool {
	return n.scoped(k.Call) && (n.f.Department == "" || k.Department == n.f.Department)
}

func (n *counted) count(list []Record) {
	n.Calls = &DayCalls{}
	c := n.Calls
	for _, r := range list {
		if !n.today(r.StartedAt) || !n.scoped(r.ID) {
			continue
		}
		wait := int64(0)
		for _, q := range r.QueueEntries {
			if q.WaitMs != nil {
				wait += *q.WaitMs
			}
		}
		c.LongestWaitMs = max(c.LongestWaitMs, wait)
		if r.Direction != "inbound" {
			c.Dialled++
			add(&c.Reached, r.Dial != nil && r.Dial.ReachedAt != nil)
			continue
		}
		served := r.Fallback != nil && r.Fallback.Agent != ""
		c.Arrived++
		add(&c.Answered, r.Agent != nil || served)
		add(&c.WithinThreeRings, r.WithinThreeRings != nil && *r.WithinThreeRings)
		add(&c.LeftUnjoined, r.Agent != nil && r.JoinedAt == nil && r.EndedAt != nil)
		add(&c.BySwitch, r.Agent == nil && served)
		add(&c.Abandoned, r.Abandoned)
		add(&c.Emergency, r.Emergency)
	}
}

func (n *counted) countAgents(list []Record) {
	agents := map[string]*DayAgent{}
	of := func(a string) *DayAgent {
		if agents[a] == nil {
			agents[a] = &DayAgent{Agent: a}
		}
		return agents[a]
	}
	rows, err := n.c.pool.Query(n.t.Context(), "SELECT * FROM sheet")
	if err != nil {
		n.t.Fatal(err)
	}
	sheets, err := pgx.CollectRows(rows, pgx.RowToStructByPos[sql.Sheet])
	if err != nil {
		n.t.Fatal(err)
	}
	for _, r := range list {
		if !n.today(r.StartedAt) || !n.scoped(r.ID) {
			continue
		}
		if r.Agent != nil {
			of(*r.Agent).Answered++
		}
		if r.Dial != nil {
			of(r.Dial.By).Dialled++
		}
		for _, l := range r.Legs {
			if l.Role == "agent" && l.JoinedAt != nil && l.EndedAt != nil {
				of(l.Agent).TalkMs += l.EndedAt.Sub(*l.JoinedAt).Milliseconds()
			}
		}
		for _, sh := range sheets {
			if sh.CallID == r.ID {
				add(&of(sh.Agent).Final, sh.ClosedAt != nil)
				add(&of(sh.Agent).Draft, sh.ClosedAt == nil)
			}
		}
	}
	delete(agents, "")
	for _, a := range slices.Sorted(maps.Keys(agents)) {
		n.Agents = append(n.Agents, *agents[a])
	}
}

// ends are when a ticket came to its end, and when it was opened again.
func (n *counted) ends(k Ticket) (ended []time.Time, over func(time.Time) bool) {
	type change struct {
		at   time.Time
		over bool
	}
	var changes []change
	for _, a := range n.history[k.ID] {
		if over := a.Verb == "closed" || a.Verb == "merged"; over || a.Verb == "reopened" {
			changes = append(changes, change{a.At, over})
		}
	}
	if k.Message != nil && k.Message.FinishedAt != nil {
		changes = append(changes, change{*k.Message.FinishedAt, true})
		slices.SortStableFunc(changes, func(a, b change) int { return a.at.Compare(b.at) })
	}
	for _, c := range changes {
		if c.over {
			ended = append(ended, c.at)
		}
	}
	return ended, func(at time.Time) (is bool) {
		for _, c := range changes {
			if c.at.Before(at) {
				is = c.over
			}
		}
		return is
	}
}

func (n *counted) countMatters(all []Ticket) {
	kinds, departments := map[ticket.Kind]*DayKind{}, map[string]*DayDepartment{}
	for _, k := range n.tickets {
		ended, over := n.ends(k)
		d := DayKind{Kind: k.Kind}
		add(&d.Opened, n.today(k.OpenedAt))
		add(&d.Closed, slices.ContainsFunc(ended, n.today))
		if k.OpenedAt.Before(n.f.Until) && !over(n.f.Until) {
			d.Open = 1
			add(&d.Overdue, k.DueAt != nil && !k.DueAt.After(n.At))
		}
		if d.Opened+d.Closed+d.Open > 0 {
			sum := kinds[k.Kind]
			if sum == nil {
				sum = &DayKind{Kind: k.Kind}
				kinds[k.Kind] = sum
			}
			sum.Opened, sum.Closed, sum.Open, sum.Overdue = sum.Opened+d.Opened, sum.Closed+d.Closed, sum.Open+d.Open, sum.Overdue+d.Overdue
		}
	}
	of := func(id string) *DayDepartment {
		if n.f.Department != "" && id != n.f.Department {
			return &DayDepartment{}
		}
		if departments[id] == nil {
			departments[id] = &DayDepartment{Department: id}
		}
		return departments[id]
	}
	for _, k := range all {
		if !n.scoped(k.Call) {
			continue
		}
		with := ""
		for _, a := range n.history[k.ID] {
			switch a.Verb {
			case "forwarded":
				var said ticket.ForwardedTo
				if err := json.Unmarshal(a.Said, &said); err != nil {
					n.t.Fatal(err)
				}
				if with = said.Department; n.today(a.At) {
					of(with).Forwarded++
				}
			case "finished":
				if n.today(a.At) {
					of(with).Finished++
				}
			}
		}
		if k.State == ticket.Forwarded {
			of(k.Department).Held++
			add(&of(k.Department).Overdue, k.Overdue)
		}
	}
	for _, k := range slices.Sorted(maps.Keys(kinds)) {
		n.Kinds = append(n.Kinds, *kinds[k])
	}
	for _, d := range slices.Sorted(maps.Keys(departments)) {
		n.Departments = append(n.Departments, *departments[d])
	}
	n.listImportant()
}

func (n *counted) listImportant() {
	unhappy := map[string]bool{}
	for _, a := range n.followed() {
		if a.Kind == string(callback.FactDissatisfied) && n.today(a.At) {
			var said callback.DissatisfiedData
			if err := json.Unmarshal(a.Data, &said); err != nil {
				n.t.Fatal(err)
			}
			for _, id := range said.Tickets {
				unhappy[id] = true
			}
		}
	}
	for _, k := range n.tickets {
		_, over := n.ends(k)
		there := k.OpenedAt.Before(n.f.Until) && !over(n.f.From)
		m := DayMatter{
			Ticket: k.ID, Kind: k.Kind, Summary: k.Summary, Place: k.Place, Owner: some(k.Owner), Department: k.Department, State: k.State,
			Level: k.Level, Overdue: k.Overdue && !k.State.Over(), OpenedAt: k.OpenedAt, ClosedAt: k.ClosedAt,
		}
		if k.Important {
			m.Causes = append(m.Causes, Marked)
		}
		if k.Kind == ticket.Emergency {
			m.Causes = append(m.Causes, Urgent)
		}
		if k.Kind == ticket.Complaint && k.Level > 0 {
			m.Causes = append(m.Causes, Raised)
		}
		listed := there && len(m.Causes) > 0 || unhappy[k.ID.String()]
		if unhappy[k.ID.String()] {
			m.Causes = append(m.Causes, Dissatisfied)
		}
		if listed {
			n.Important = append(n.Important, m)
		}
	}
	slices.SortFunc(n.Important, func(a, b DayMatter) int {
		return cmp.Or(a.OpenedAt.Compare(b.OpenedAt), slices.Compare(a.Ticket[:], b.Ticket[:]))
	})
}

func some(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func (n *counted) countAmendments(list []Record, all []Ticket) {
	for _, r := range list {
		ours := n.f.Department == "" || slices.ContainsFunc(all, func(k Ticket) bool {
			return k.Department == n.f.Department && slices.Contains(k.Calls, r.ID)
		})
		for _, a := range r.Amendments {
			if ours && n.scoped(r.ID) && n.today(a.MadeAt) && a.Reason != sheetReason && a.Author != ticket.System {
				n.Amendments = append(n.Amendments, DayAmendment{Call: a.Call, Author: a.Author, Reason: a.Reason, MadeAt: a.MadeAt})
			}
		}
	}
	slices.SortStableFunc(n.Amendments, func(a, b DayAmendment) int { return a.MadeAt.Compare(b.MadeAt) })
}

// followed are the acts on callbacks.
func (n *counted) followed() []sql.Act {
	rows, err := n.c.pool.Query(n.t.Context(), "SELECT * FROM act WHERE follow_up_id IS NOT NULL")
	if err != nil {
		n.t.Fatal(err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[sql.Act])
	if err != nil {
		n.t.Fatal(err)
	}
	return list
}

func (n *counted) countCallbacks(all []Ticket) {
	c := &n.Callbacks
	first := map[string]bool{}
	for _, k := range n.tickets {
		first[k.ID.String()] = true
	}
	for _, a := range n.followed() {
		if !n.today(a.At) || !first[a.TicketID.String()] {
			continue
		}
		add(&c.Planned, a.Kind == "follow_up.planned")
		add(&c.Done, a.Kind == "follow_up.done")
		add(&c.Missed, a.Kind == "follow_up.missed")
		add(&c.Failed, a.Kind == "follow_up.failed")
		add(&c.Dissatisfied, a.Kind == "follow_up.dissatisfied")
	}
	list, err := n.c.FollowUps(n.t.Context(), FollowUpFilter{})
	if err != nil {
		n.t.Fatal(err)
	}
	for _, f := range list {
		if first[f.Tickets[0].Ticket] && f.PlannedAt.Before(n.f.Until) && (f.EndedAt.IsZero() || !f.EndedAt.Before(n.f.Until)) {
			c.Owed++
			add(&c.Overdue, !f.Due.After(n.At))
		}
	}
	if n.f.Department != "" {
		return
	}
	promised, err := n.c.Callbacks(n.t.Context(), CallbackFilter{Company: n.f.Company})
	if err != nil {
		n.t.Fatal(err)
	}
	for _, p := range promised {
		if n.f.Queues != nil && !slices.Contains(n.f.Queues, p.Queue) || !p.AskedAt.Before(n.f.Until) {
			continue
		}
		ended := p.EndedAt != nil && n.today(*p.EndedAt)
		add(&c.Promised, n.today(p.AskedAt))
		add(&c.PromisesKept, ended && p.Result == "reached")
		add(&c.PromisesLost, ended && (p.Result == "failed" || p.Result == "expired"))
		add(&c.PromisesOwed, p.EndedAt == nil || !p.EndedAt.Before(n.f.Until))
	}
}

// A day of a zone has the length that its clocks give it.
func TestSummaryOfLongDay(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	from := time.Date(2026, 10, 25, 0, 0, 0, 0, berlin)
	got, err := s.Summary(t.Context(), SummaryFilter{Company: "demo", From: from, Until: from.AddDate(0, 0, 1)})
	if err != nil || got.Day != "2026-10-25" || got.Until.Sub(got.From) != 25*time.Hour || got.Calls.Arrived != 0 || len(got.Kinds) != 0 {
		t.Errorf("%s, %v", fmt.Sprintf("%+v", got), err)
	}
}

package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"sansheng/store/internal/sql"
	"sansheng/store/ticket"
)

// Summary is what happened at a company in a day (requirement C4). Its figures are counted
// anew each time, from the rows that everything else is read from: nothing of it is kept, and
// what is amended later is in it later. Names and Language are the configuration's: who reads
// the summary from the store alone has none.
type Summary struct {
	Company     string `json:"company"`
	CompanyName string `json:"company_name,omitempty"`
	Language    string `json:"language,omitempty"`
	// Day is one of the company's zone, from From up to Until; At is when it is looked at:
	// Until, or now where the day is not over.
	Day   string    `json:"day"`
	From  time.Time `json:"from"`
	Until time.Time `json:"until"`
	At    time.Time `json:"at"`
	// Queues are those to which it is limited; all where there are none.
	Queues []string `json:"queues,omitempty"`
	// Department is the one to which it is limited. Calls, agents and messages are none of
	// its business, and not counted.
	Department     string `json:"department,omitempty"`
	DepartmentName string `json:"department_name,omitempty"`

	Calls       *DayCalls       `json:"calls,omitempty"`
	Agents      []DayAgent      `json:"agents,omitempty"`
	Ratings     []DayRating     `json:"ratings,omitempty"`
	Kinds       []DayKind       `json:"kinds"`
	Departments []DayDepartment `json:"departments"`
	Important   []DayMatter     `json:"important"`
	Amendments  []DayAmendment  `json:"amendments"`
	Callbacks   DayCallbacks    `json:"callbacks"`
	Messages    *DayMessages    `json:"messages,omitempty"`
	// More tells that there were more important matters, or amendments, than are listed.
	More bool `json:"more,omitempty"`
}

// DayCalls are the calls that began on the day.
type DayCalls struct {
	Arrived int64 `json:"arrived"`
	// Answered by a person; of them WithinThreeRings (requirement A1), and LeftUnjoined, who
	// left between the answer and the talk, while they were greeted. BySwitch were served by
	// the switch alone while the hotline was away: their rings were not counted.
	Answered         int64 `json:"answered"`
	WithinThreeRings int64 `json:"within_three_rings"`
	LeftUnjoined     int64 `json:"left_unjoined"`
	BySwitch         int64 `json:"by_switch"`
	Abandoned        int64 `json:"abandoned"`
	Emergency        int64 `json:"emergency"`
	// LongestWaitMs is the longest that one caller waited in queues.
	LongestWaitMs int64 `json:"longest_wait_ms"`
	// Dialled are calls to numbers outside, Reached those of them that were answered.
	Dialled int64 `json:"dialled"`
	Reached int64 `json:"reached"`
}

// DayAgent is what an agent did on the day.
type DayAgent struct {
	Agent string `json:"agent"`
	Name  string `json:"name,omitempty"`
	// Answered are the calls that he was the first to answer, Dialled those that he made.
	Answered int64 `json:"answered"`
	Dialled  int64 `json:"dialled"`
	// TalkMs is how long he was joined with callers.
	TalkMs int64 `json:"talk_ms"`
	// Final and Draft are the record sheets of the day's calls, as they are now.
	Final int64 `json:"sheets_final"`
	Draft int64 `json:"sheets_draft"`
}

// DayRating is what callers said of the day's talks when they were over (requirement F8).
type DayRating struct {
	Question string `json:"question"`
	// Answers were given, each from 1 to Best; Points are their sum, Low so low that somebody is to see to it.
	Answers int64 `json:"answers"`
	Best    int   `json:"best"`
	Points  int64 `json:"points"`
	Low     int64 `json:"low"`
}

// DayKind are the matters of a kind. Closed are those that came to their end on the day, also
// by being merged into another.
type DayKind struct {
	Kind   ticket.Kind `json:"kind"`
	Opened int64       `json:"opened"`
	Closed int64       `json:"closed"`
	// Open were not closed when the day ended; of them Overdue by the deadline that they
	// have now.
	Open    int64 `json:"open"`
	Overdue int64 `json:"overdue"`
}

// DayDepartment is what a department was given and did on the day; Held and Overdue are what
// it has now.
type DayDepartment struct {
	Department string `json:"department"`
	Name       string `json:"name,omitempty"`
	Forwarded  int64  `json:"forwarded"`
	Finished   int64  `json:"finished"`
	Held       int64  `json:"held"`
	Overdue    int64  `json:"overdue"`
}

// Cause is why a matter is reported.
type Cause string

// Causes.
const (
	Marked       Cause = "important" // somebody has marked it
	Urgent       Cause = "emergency"
	Raised       Cause = "escalated" // a complaint that was escalated
	Dissatisfied Cause = "dissatisfied"
)

// DayMatter is a matter that somebody has to know of: one that was not closed when the day
// began, or of which a caller said on it that he is dissatisfied. It is as it stands now.
type DayMatter struct {
	Ticket     uuid.UUID    `json:"ticket"`
	Kind       ticket.Kind  `json:"kind"`
	Causes     []Cause      `json:"causes"`
	Summary    string       `json:"summary,omitempty"`
	Place      string       `json:"place,omitempty"`
	Owner      string       `json:"owner,omitempty"`
	Department string       `json:"department,omitempty"`
	State      ticket.State `json:"state"`
	Level      int          `json:"level,omitempty"`
	Overdue    bool         `json:"overdue,omitempty"`
	OpenedAt   time.Time    `json:"opened_at"`
	ClosedAt   *time.Time   `json:"closed_at"`
}

// DayAmendment is a correction that somebody has made on the day (requirement C3).
type DayAmendment struct {
	Call   string    `json:"call"`
	Author string    `json:"author"`
	Reason string    `json:"reason"`
	MadeAt time.Time `json:"made_at"`
}

// DayCallbacks are calls about what was done for callers (requirements F1 to F7), and those
// that queues have promised.
type DayCallbacks struct {
	Planned int64 `json:"planned"`
	Done    int64 `json:"done"`
	// Missed are attempts that reached nobody, Failed callbacks that were given up for them.
	Missed       int64 `json:"missed"`
	Failed       int64 `json:"failed"`
	Dissatisfied int64 `json:"dissatisfied"`
	// Owed were still to be made when the day ended, of them Overdue.
	Owed    int64 `json:"owed"`
	Overdue int64 `json:"overdue"`
	// Promised are the calls that queues promised on the day; of all promises were kept,
	// broken, or still owed when it ended:
	Promised     int64 `json:"promised"`
	PromisesKept int64 `json:"promises_kept"`
	PromisesLost int64 `json:"promises_lost"`
	PromisesOwed int64 `json:"promises_owed"`
}

// DayMessages are messages that callers left on the day, and those that nobody had taken when
// it ended.
type DayMessages struct {
	Left    int64 `json:"left"`
	Untaken int64 `json:"untaken"`
}

// SummaryFilter says what a summary is of.
type SummaryFilter struct {
	Company string
	// From and Until are the day's ends, in the company's zone.
	From, Until time.Time
	// Queues limit it to the calls that waited in them and those that Agents, who serve
	// them, had dialled, and to what came of these calls; nil is all.
	Queues, Agents []string
	// Department limits it to what was forwarded to it.
	Department string
}

// importantMost is how many matters, and how many amendments, are listed.
const importantMost = 500

// sheetReason is the reason under which a final sheet joins the chain.
const sheetReason = "record sheet"

// Summary sums up a day of a company.
func (s *Store) Summary(ctx context.Context, f SummaryFilter) (Summary, error) {
	day := Summary{
		Company: f.Company, Day: f.From.Format(time.DateOnly), From: f.From, Until: f.Until, At: f.Until,
		Queues: f.Queues, Department: f.Department,
		Kinds: []DayKind{}, Departments: []DayDepartment{}, Important: []DayMatter{}, Amendments: []DayAmendment{},
	}
	if now := s.now(); now.Before(day.At) {
		day.At = now.In(f.From.Location())
	}
	err := s.read(ctx, func(tx pgx.Tx) error {
		if f.Department == "" {
			if err := s.sumCalls(ctx, tx, f, &day); err != nil {
				return err
			}
		}
		if err := s.sumMatters(ctx, tx, f, &day); err != nil {
			return err
		}
		if err := s.listImportant(ctx, tx, f, &day); err != nil {
			return err
		}
		return s.sumCallbacks(ctx, tx, f, &day)
	})
	if err != nil {
		return Summary{}, fmt.Errorf("sum up %s of %s: %w", day.Day, f.Company, err)
	}
	return day, nil
}

// sumCalls counts the calls, what agents did, what callers said of it, and messages.
func (s *Store) sumCalls(ctx context.Context, tx pgx.Tx, f SummaryFilter, day *Summary) error {
	calls, err := s.q.SummaryCalls(ctx, tx, sql.SummaryCallsParams{Company: f.Company, Since: f.From, Until: f.Until, Queues: f.Queues, Agents: f.Agents})
	if err != nil {
		return err
	}
	day.Calls = &DayCalls{
		Arrived: calls.Arrived, Answered: calls.Answered, WithinThreeRings: calls.WithinThreeRings, LeftUnjoined: calls.LeftUnjoined,
		BySwitch: calls.BySwitch, Abandoned: calls.Abandoned, Emergency: calls.Emergency, LongestWaitMs: calls.LongestWaitMs,
		Dialled: calls.Dialled, Reached: calls.Reached,
	}
	agents, err := s.q.SummaryAgents(ctx, tx, sql.SummaryAgentsParams{Company: f.Company, Since: f.From, Until: f.Until, Queues: f.Queues, Agents: f.Agents})
	if err != nil {
		return err
	}
	for _, r := range agents {
		day.Agents = append(day.Agents, DayAgent{
			Agent: r.Agent, Answered: r.Answered, Dialled: r.Dialled, TalkMs: r.TalkMs, Final: r.Final, Draft: r.Draft,
		})
	}
	ratings, err := s.q.SummaryRatings(ctx, tx, sql.SummaryRatingsParams{Company: f.Company, Since: f.From, Until: f.Until, Queues: f.Queues, Agents: f.Agents})
	if err != nil {
		return err
	}
	for _, r := range ratings {
		day.Ratings = append(day.Ratings, DayRating{Question: r.Question, Answers: r.Answers, Best: int(r.Best), Points: r.Points, Low: r.Low})
	}
	messages, err := s.q.SummaryMessages(ctx, tx, sql.SummaryMessagesParams{Since: f.From, Until: f.Until, Company: f.Company, Queues: f.Queues})
	day.Messages = &DayMessages{Left: messages.Arrived, Untaken: messages.Untaken}
	return err
}

// sumMatters counts matters by kind and by department.
func (s *Store) sumMatters(ctx context.Context, tx pgx.Tx, f SummaryFilter, day *Summary) error {
	kinds, err := s.q.SummaryKinds(ctx, tx, sql.SummaryKindsParams{
		Company: f.Company, Since: f.From, Until: f.Until, Moment: day.At, Queues: f.Queues, Agents: f.Agents, Department: wanted(f.Department),
	})
	if err != nil {
		return err
	}
	for _, r := range kinds {
		day.Kinds = append(day.Kinds, DayKind{Kind: ticket.Kind(r.Kind), Opened: r.Opened, Closed: r.Closed, Open: r.Open, Overdue: r.Overdue})
	}
	departments, err := s.q.SummaryDepartments(ctx, tx, sql.SummaryDepartmentsParams{
		Company: f.Company, Since: f.From, Until: f.Until, Queues: f.Queues, Agents: f.Agents, Department: wanted(f.Department),
	})
	for _, r := range departments {
		day.Departments = append(day.Departments, DayDepartment{
			Department: r.Department, Forwarded: r.Forwarded, Finished: r.Finished, Held: r.Held, Overdue: r.Overdue,
		})
	}
	return err
}

// listImportant lists important matters and amendments, the newest last.
func (s *Store) listImportant(ctx context.Context, tx pgx.Tx, f SummaryFilter, day *Summary) error {
	matters, err := s.q.SummaryImportant(ctx, tx, sql.SummaryImportantParams{
		Company: f.Company, Since: f.From, Until: f.Until, Queues: f.Queues, Agents: f.Agents, Department: wanted(f.Department), Count: importantMost + 1,
	})
	if err != nil {
		return err
	}
	for _, r := range matters[:min(len(matters), importantMost)] {
		day.Important = append(day.Important, dayMatter(r.Ticket, r.Dissatisfied))
	}
	amendments, err := s.q.SummaryAmendments(ctx, tx, sql.SummaryAmendmentsParams{
		Company: f.Company, Since: f.From, Until: f.Until, NotBy: ticket.System, NotFor: sheetReason, Queues: f.Queues, Agents: f.Agents,
		Department: wanted(f.Department), Count: importantMost + 1,
	})
	for _, r := range amendments[:min(len(amendments), importantMost)] {
		day.Amendments = append(day.Amendments, DayAmendment{Call: r.CallID, Author: r.Author, Reason: r.Reason, MadeAt: r.MadeAt.UTC()})
	}
	slices.Reverse(day.Important)
	slices.Reverse(day.Amendments)
	day.More = len(matters) > importantMost || len(amendments) > importantMost
	return err
}

func dayMatter(r sql.Ticket, dissatisfied bool) DayMatter {
	t := showTicket(r)
	m := DayMatter{
		Ticket: t.ID, Kind: t.Kind, Summary: t.Summary, Place: t.Place, Department: t.Department, State: t.State,
		Level: t.Level, Overdue: t.Overdue && !t.State.Over(), OpenedAt: t.OpenedAt, ClosedAt: t.ClosedAt,
	}
	if t.Owner != nil {
		m.Owner = *t.Owner
	}
	for _, c := range []struct {
		is    bool
		cause Cause
	}{
		{t.Important, Marked}, {t.Kind == ticket.Emergency, Urgent}, {t.Kind == ticket.Complaint && t.Level > 0, Raised}, {dissatisfied, Dissatisfied},
	} {
		if c.is {
			m.Causes = append(m.Causes, c.cause)
		}
	}
	return m
}

// sumCallbacks counts callbacks, and promises where the summary is not a department's.
func (s *Store) sumCallbacks(ctx context.Context, tx pgx.Tx, f SummaryFilter, day *Summary) error {
	rows, err := s.q.SummaryFollowUps(ctx, tx, sql.SummaryFollowUpsParams{
		Company: f.Company, Since: f.From, Until: f.Until, Queues: f.Queues, Agents: f.Agents, Department: wanted(f.Department),
	})
	if err != nil {
		return err
	}
	c := &day.Callbacks
	for _, r := range rows {
		*map[string]*int64{
			"follow_up.planned": &c.Planned, "follow_up.done": &c.Done, "follow_up.missed": &c.Missed, "follow_up.failed": &c.Failed,
			"follow_up.dissatisfied": &c.Dissatisfied,
		}[r.Kind] = r.Count
	}
	owed, err := s.q.SummaryOwed(ctx, tx, sql.SummaryOwedParams{
		Moment: day.At, Company: f.Company, Until: f.Until, Queues: f.Queues, Agents: f.Agents, Department: wanted(f.Department),
	})
	if err != nil {
		return err
	}
	c.Owed, c.Overdue = owed.Owed, owed.Overdue
	if f.Department != "" {
		return nil
	}
	promised, err := s.q.SummaryPromised(ctx, tx, sql.SummaryPromisedParams{Since: f.From, Until: f.Until, Company: f.Company, Queues: f.Queues})
	c.Promised, c.PromisesKept, c.PromisesLost, c.PromisesOwed = promised.Asked, promised.Reached, promised.Missed, promised.Owed
	return err
}

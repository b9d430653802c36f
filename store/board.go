package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"sansheng/store/internal/sql"
)

// Targets of the rates of requirement B1, of 1.
const (
	AutomaticTarget = 0.98
	ToPersonTarget  = 0.85
	PersonTarget    = 0.90
)

// Board is how a day of a company stands, for a wall screen. It is counted anew from the rows
// that Summary reads, by the same rules: the two cannot disagree.
type Board struct {
	Company     string `json:"company"`
	CompanyName string `json:"company_name,omitempty"`
	// Day is one of the company's zone, from From up to Until; At is when it was counted.
	Day     string       `json:"day"`
	From    time.Time    `json:"from"`
	Until   time.Time    `json:"until"`
	At      time.Time    `json:"at"`
	Figures BoardFigures `json:"figures"`
	// Queues are those that callers have waited in, by name.
	Queues []BoardQueue `json:"queues"`
}

// BoardQueue are the figures of a queue. Who has waited in two counts in both, whoever has
// answered him, and with all that he has waited.
type BoardQueue struct {
	Queue   string       `json:"queue"`
	Figures BoardFigures `json:"figures"`
}

// BoardFigures are of the calls that came in on the day. Those up to LongestWaitMs are what
// DayCalls says of them.
type BoardFigures struct {
	Arrived          int64 `json:"arrived"`
	Answered         int64 `json:"answered"`
	WithinThreeRings int64 `json:"within_three_rings"`
	LeftUnjoined     int64 `json:"left_unjoined"`
	BySwitch         int64 `json:"by_switch"`
	Abandoned        int64 `json:"abandoned"`
	Emergency        int64 `json:"emergency"`
	LongestWaitMs    int64 `json:"longest_wait_ms"`
	// Unanswered are over, and neither a person nor the hotline's own voice has taken them;
	// by requirement B1 there are none. Whom the operator refuses is none of them.
	Unanswered int64  `json:"unanswered"`
	Rates      []Rate `json:"rates"`
}

// RateName is what a Rate is of.
type RateName string

// Rates. Calls that go on count once it is decided what comes of them.
const (
	// RateAutomatic: of the calls to lines that answer by themselves, those that were
	// answered so: greeted, led through a flow, or taken at once by a person.
	RateAutomatic RateName = "automatic"
	// RateToPerson: of the calls to such lines that waited for a person, those that were
	// joined with one. Who left between the answer and the talk was not.
	RateToPerson RateName = "to_person"
	// RatePerson: of the calls to direct lines, those that were joined with a person.
	RatePerson RateName = "person"
	// RateThreeRings: of the calls that an agent answered, those within three rings
	// (requirement A1). What the switch alone gave to somebody has no rings.
	RateThreeRings RateName = "within_three_rings"
)

// Rate is a share of calls, of 1: Value is null where there are none to take it of, Target,
// what it has to be at least, where nothing is asked.
type Rate struct {
	Name        RateName `json:"name"`
	Numerator   int64    `json:"numerator"`
	Denominator int64    `json:"denominator"`
	Value       *float64 `json:"value"`
	Target      *float64 `json:"target"`
}

func rate(name RateName, n, of int64, target float64) Rate {
	r := Rate{Name: name, Numerator: n, Denominator: of}
	if of > 0 {
		v := float64(n) / float64(of)
		r.Value = &v
	}
	if target > 0 {
		r.Target = &target
	}
	return r
}

// Board counts a day of a company. Of the filter it takes company, day and queues.
func (s *Store) Board(ctx context.Context, f SummaryFilter) (Board, error) {
	b := Board{
		Company: f.Company, Day: f.From.Format(time.DateOnly), From: f.From, Until: f.Until,
		Figures: boardFigures(sql.BoardRow{}), Queues: []BoardQueue{},
	}
	err := s.read(ctx, func(tx pgx.Tx) error {
		b.At = s.now().In(f.From.Location())
		rows, err := s.q.Board(ctx, tx, sql.BoardParams{Company: f.Company, Since: f.From, Until: f.Until, Queues: f.Queues})
		if err != nil {
			return err
		}
		for _, r := range rows {
			if r.Queue == "" {
				b.Figures = boardFigures(r)
			} else {
				b.Queues = append(b.Queues, BoardQueue{Queue: r.Queue, Figures: boardFigures(r)})
			}
		}
		return nil
	})
	if err != nil {
		return Board{}, fmt.Errorf("count %s of %s: %w", b.Day, f.Company, err)
	}
	return b, nil
}

// boardFigures are those of a queue, or of all. What answers by itself does so before anybody
// waits in a queue: a queue has no such rate.
func boardFigures(r sql.BoardRow) BoardFigures {
	f := BoardFigures{
		Arrived: r.Arrived, Answered: r.Answered, WithinThreeRings: r.WithinThreeRings, LeftUnjoined: r.LeftUnjoined, BySwitch: r.BySwitch,
		Abandoned: r.Abandoned, Emergency: r.Emergency, LongestWaitMs: r.LongestWaitMs, Unanswered: r.Unanswered, Rates: []Rate{},
	}
	if r.Queue == "" {
		f.Rates = append(f.Rates, rate(RateAutomatic, r.Automatic, r.AutomaticOf, AutomaticTarget))
	}
	f.Rates = append(f.Rates,
		rate(RateToPerson, r.ToPerson, r.ToPersonOf, ToPersonTarget),
		rate(RatePerson, r.Person, r.PersonOf, PersonTarget),
		rate(RateThreeRings, r.WithinThreeRings, r.Rung, 0),
	)
	return f
}

// NoCalls are the figures of a queue in which nobody has waited.
func NoCalls(queue string) BoardQueue {
	return BoardQueue{Queue: queue, Figures: boardFigures(sql.BoardRow{Queue: queue})}
}

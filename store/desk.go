package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"

	"sansheng/cti"
	"sansheng/store/internal/sql"
)

// DeskDay is what an agent has done on a day, counted anew each time from the rows that the
// reports are made of.
type DeskDay struct {
	Answered         int64 `json:"answered" doc:"Calls that he was the first to answer."`
	WithinThreeRings int64 `json:"within_three_rings" doc:"Of them those answered within three rings."`
	Missed           int64 `json:"missed" doc:"Calls that rang at his phone until the rings were over."`
	TalkMs           int64 `json:"talk_ms" doc:"How long he was joined with callers."`
	WrapMs           int64 `json:"wrap_ms" doc:"How long he finished calls afterwards."`
	AverageTalkMs    int64 `json:"average_talk_ms" doc:"Of the calls in which he was joined with a caller; 0 where there are none."`
	CallbacksDue     int64 `json:"callbacks_due" doc:"Callbacks on his list that are due by the end of the day."`
	TicketsOpen      int64 `json:"tickets_open" doc:"Open tickets that he is responsible for."`
}

// DeskDay sums up an agent's day from since to before until, as it is at moment.
func (s *Store) DeskDay(ctx context.Context, company, agent string, since, until, moment time.Time) (DeskDay, error) {
	r, err := s.q.DeskDay(ctx, s.pool, sql.DeskDayParams{
		Company: company, Agent: agent, Since: since, Until: until, Moment: moment, Missed: string(cti.OfferMissed),
	})
	if err != nil {
		return DeskDay{}, fmt.Errorf("sum up day of agent %s: %w", agent, err)
	}
	d := DeskDay{
		Answered: r.Answered, WithinThreeRings: r.WithinThreeRings, Missed: r.Missed, TalkMs: r.TalkMs, WrapMs: r.WrapMs,
		CallbacksDue: r.CallbacksDue, TicketsOpen: r.TicketsOpen,
	}
	if r.Talks > 0 {
		d.AverageTalkMs = r.TalkMs / r.Talks
	}
	return d, nil
}

// Notice is what agents are told, and confirm to have read (requirement G6).
type Notice struct {
	ID      uuid.UUID `json:"id"`
	Company string    `json:"company"`
	// Queue is the one whose agents it is for; all of the company's where it is empty.
	Queue string    `json:"queue,omitempty" doc:"The queue whose agents it is for; all of the company's where it is left out."`
	Title string    `json:"title"`
	Text  string    `json:"text"`
	At    time.Time `json:"at"`
	From  string    `json:"from" doc:"Who wrote it."`
	// Confirmed are those who have read it, in the order in which they said so.
	Confirmed []Confirmation `json:"confirmed,omitempty" doc:"Who has confirmed that he has read it; for leaders."`
}

// Confirmation is an agent's word that he has read a notice.
type Confirmation struct {
	Agent string    `json:"agent"`
	At    time.Time `json:"at"`
}

// ErrNoNotice: no notice has this id, it is withdrawn, or it is none that may be seen.
var ErrNoNotice = errors.New("no such notice")

// NoticeFilter chooses notices that are not withdrawn; empty fields choose all.
type NoticeFilter struct {
	ID      *uuid.UUID
	Company string
	// Queues keeps those for these queues, and those for everybody; nil keeps all.
	Queues []string
	// Others adds those for queues of other companies, each with its company as in
	// demo/service; Queues names them, too.
	Others []string
	Limit  int
}

// noticesMost are the most that are listed.
const noticesMost = 500

// Notices lists notices, newest first, with who has confirmed them.
func (s *Store) Notices(ctx context.Context, f NoticeFilter) ([]Notice, error) {
	if f.Limit <= 0 || f.Limit > noticesMost {
		f.Limit = noticesMost
	}
	rows, err := s.q.Notices(ctx, s.pool, sql.NoticesParams{ID: f.ID, Company: wanted(f.Company), Queues: f.Queues, Others: f.Others, Count: small(f.Limit)})
	if err != nil {
		return nil, fmt.Errorf("list notices: %w", err)
	}
	list, ids, where := make([]Notice, len(rows)), make([]uuid.UUID, len(rows)), map[uuid.UUID]int{}
	for i, r := range rows {
		list[i], ids[i], where[r.ID] = noticeOf(r), r.ID, i
	}
	read, err := s.q.NoticeConfirmations(ctx, s.pool, ids)
	if err != nil {
		return nil, fmt.Errorf("list confirmations of notices: %w", err)
	}
	for _, r := range read {
		n := &list[where[r.NoticeID]]
		n.Confirmed = append(n.Confirmed, Confirmation{Agent: r.Agent, At: r.ConfirmedAt.UTC()})
	}
	return list, nil
}

func noticeOf(r sql.Notice) Notice {
	return Notice{ID: r.ID, Company: r.Company, Queue: r.Queue, Title: r.Title, Text: r.Text, At: r.WrittenAt.UTC(), From: r.WrittenBy}
}

// WriteNotice keeps a notice. One with the same id and text is the same, written once; the
// error Is ErrNoticeThere where another has its id.
func (s *Store) WriteNotice(ctx context.Context, n Notice) (Notice, error) {
	r, err := s.q.AddNotice(ctx, s.pool, sql.AddNoticeParams{
		ID: n.ID, Company: n.Company, Queue: n.Queue, Title: n.Title, Text: n.Text, WrittenBy: n.From,
	})
	var refused *pgconn.PgError
	if errors.As(err, &refused) && refused.Code == taken {
		there, err := s.Notices(ctx, NoticeFilter{ID: &n.ID, Company: n.Company})
		if err != nil {
			return Notice{}, err
		}
		if len(there) == 1 && there[0].Queue == n.Queue && there[0].Title == n.Title && there[0].Text == n.Text && there[0].From == n.From {
			return there[0], nil
		}
		return Notice{}, ErrNoticeThere
	}
	if err != nil {
		return Notice{}, fmt.Errorf("write notice: %w", err)
	}
	return noticeOf(r), nil
}

// ErrNoticeThere: another notice was written with this id.
var ErrNoticeThere = errors.New("another notice has this id")

// ConfirmNotice notes that an agent has read a notice. Again is as once.
func (s *Store) ConfirmNotice(ctx context.Context, id uuid.UUID, agent string) error {
	if err := s.q.ConfirmNotice(ctx, s.pool, id, agent); err != nil {
		return fmt.Errorf("confirm notice %s: %w", id, err)
	}
	return nil
}

// WithdrawNotice takes a notice off the agents' desks: of one company where it is named. Who
// has confirmed it stays known. The error Is ErrNoNotice.
func (s *Store) WithdrawNotice(ctx context.Context, id uuid.UUID, company, by string) error {
	n, err := s.q.WithdrawNotice(ctx, s.pool, by, id, wanted(company))
	if err != nil {
		return fmt.Errorf("withdraw notice %s: %w", id, err)
	}
	if n == 0 {
		return ErrNoNotice
	}
	return nil
}

package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"sansheng/cti"
	"sansheng/store/internal/sql"
)

// bodies reads what the rows say of some calls. It must be the same whenever it
// is read: seals are made and verified with it.
func (s *Store) bodies(ctx context.Context, tx pgx.Tx, ids []string) (map[string]Body, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	calls, err := s.q.CallsByID(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	bodies := make(bodySet, len(calls))
	for _, c := range calls {
		bodies[c.ID] = newBody(c)
	}
	for _, part := range []func(context.Context, pgx.Tx, []string, bodySet) error{
		s.answers, s.legs, s.offers, s.queueEntries, s.holds, s.transfers, s.supervisions, s.dials, s.conducts, s.prompts, s.steps, s.recordings, s.surveys, s.ratings,
	} {
		if err := part(ctx, tx, ids, bodies); err != nil {
			return nil, err
		}
	}
	whole := make(map[string]Body, len(bodies))
	for id, b := range bodies {
		whole[id] = *b
	}
	return whole, nil
}

func newBody(c sql.Call) *Body {
	b := &Body{
		Arrival: Arrival{
			ID: c.ID, Company: c.Company, DID: c.Did, Caller: c.CallerNumber, CallerName: c.CallerName,
			Direction: c.Direction, Mode: c.Mode, Language: c.Language, RingPeriodMs: c.RingPeriodMs,
			Emergency: c.Emergency, Engine: c.Engine, StartedAt: c.StartedAt.UTC(), RingbackAt: utc(c.RingbackAt),
		},
		Answer: Answer{OverranAt: utc(c.OverranAt), JoinedAt: utc(c.JoinedAt)},
		Ending: Ending{
			HungUpAt: utc(c.HungUpAt), HungUpBy: c.HungUpBy, EarlyHangUp: c.EarlyHangUp,
			EndedAt: utc(c.EndedAt), EndedBy: c.EndedBy, Disposition: c.Disposition, Cause: c.Cause,
			Abandoned: c.Abandoned, Estimated: c.Estimated,
		},
		FlowPath: []Step{}, QueueEntries: []QueueEntry{}, Offers: []Offer{}, Announcements: []Prompt{},
		Legs: []Leg{}, Holds: []Hold{}, Transfers: []Transfer{}, Recordings: []Recording{},
	}
	if c.FellBackAt != nil {
		b.Fallback = &Fallback{At: c.FellBackAt.UTC(), Reason: *c.FellBackReason}
		if c.ServedBy != nil {
			b.Fallback.Agent = *c.ServedBy
		}
	}
	return b
}

func (s *Store) answers(ctx context.Context, tx pgx.Tx, ids []string, bodies bodySet) error {
	rows, err := s.q.AnswersByCall(ctx, tx, ids)
	for _, r := range rows {
		a := &bodies.of(r.CallID).Answer
		a.AnsweredAt, a.Agent, a.WaitMs = utc(&r.AnsweredAt), &r.Agent, &r.WaitMs
		a.Rings, a.WithinThreeRings = &r.Rings, &r.WithinThreeRings
		a.AgentRings, a.AgentRingMs = &r.AgentRings, &r.AgentRingMs
		a.CallerRings, a.CallerRingMs = &r.CallerRings, &r.CallerRingMs
	}
	return err
}

func (s *Store) legs(ctx context.Context, tx pgx.Tx, ids []string, bodies bodySet) error {
	rows, err := s.q.LegsByCall(ctx, tx, ids)
	for _, r := range rows {
		b := bodies.of(r.CallID)
		b.Legs = append(b.Legs, Leg{
			Channel: r.Channel, Role: r.Role, Agent: r.Agent, StartedAt: r.StartedAt.UTC(),
			AnsweredAt: utc(r.AnsweredAt), JoinedAt: utc(r.JoinedAt), EndedAt: utc(r.EndedAt),
			Cause: r.Cause, TechCause: r.TechCause, Estimated: r.Estimated,
		})
	}
	return err
}

func (s *Store) offers(ctx context.Context, tx pgx.Tx, ids []string, bodies bodySet) error {
	rows, err := s.q.OffersByCall(ctx, tx, ids)
	for _, r := range rows {
		b := bodies.of(r.CallID)
		b.Offers = append(b.Offers, Offer{
			Offer: r.Offer, Agent: r.Agent, Number: r.Number, Queue: r.Queue, Channel: r.Channel, OfferedAt: r.OfferedAt.UTC(),
			AlertedAt: utc(r.AlertedAt), EndedAt: utc(r.EndedAt), Result: r.Result,
			Rings: r.Rings, RingMs: r.RingMs, Cause: r.Cause, TechCause: r.TechCause,
		})
	}
	return err
}

func (s *Store) queueEntries(ctx context.Context, tx pgx.Tx, ids []string, bodies bodySet) error {
	rows, err := s.q.QueueEntriesByCall(ctx, tx, ids)
	for _, r := range rows {
		b := bodies.of(r.CallID)
		b.QueueEntries = append(b.QueueEntries, QueueEntry{
			Queue: r.Queue, Priority: r.Priority, Ahead: r.Ahead, EnteredAt: r.EnteredAt.UTC(),
			LeftAt: utc(r.LeftAt), WaitMs: r.WaitMs, Result: r.Result,
		})
	}
	return err
}

func (s *Store) holds(ctx context.Context, tx pgx.Tx, ids []string, bodies bodySet) error {
	rows, err := s.q.HoldsByCall(ctx, tx, ids)
	for _, r := range rows {
		b := bodies.of(r.CallID)
		b.Holds = append(b.Holds, Hold{Channel: r.Channel, Role: r.Role, BeganAt: r.BeganAt.UTC(), EndedAt: utc(r.EndedAt)})
	}
	return err
}

func (s *Store) transfers(ctx context.Context, tx pgx.Tx, ids []string, bodies bodySet) error {
	rows, err := s.q.TransfersByCall(ctx, tx, ids)
	for _, r := range rows {
		sheet, err := readList[cti.SheetField](r.Sheet)
		if err != nil {
			return err
		}
		b := bodies.of(r.CallID)
		b.Transfers = append(b.Transfers, Transfer{
			Kind: r.Kind, From: r.FromAgent, To: r.ToAgent, Number: r.Number, Queue: r.Queue, Reason: r.Reason, Consent: r.Consent, Sheet: sheet,
			At: r.BeganAt.UTC(), ConsultedAt: utc(r.ConsultedAt), EndedAt: utc(r.EndedAt), Result: r.Result,
		})
	}
	return err
}

func (s *Store) supervisions(ctx context.Context, tx pgx.Tx, ids []string, bodies bodySet) error {
	rows, err := s.q.SupervisionsByCall(ctx, tx, ids)
	for _, r := range rows {
		b := bodies.of(r.CallID)
		b.Supervisions = append(b.Supervisions, Supervision{
			By: r.ByPerson, Phone: r.Phone, Mode: r.Mode, With: r.WithAgent, BeganAt: r.BeganAt.UTC(), EndedAt: utc(r.EndedAt),
		})
	}
	return err
}

func (s *Store) dials(ctx context.Context, tx pgx.Tx, ids []string, bodies bodySet) error {
	rows, err := s.q.DialsByCall(ctx, tx, ids)
	for _, r := range rows {
		bodies.of(r.CallID).Dial = &Dial{
			By: r.Agent, For: r.Matter, DialledAt: utc(r.DialledAt), ReachedAt: utc(r.ReachedAt), RingMs: r.RingMs, Result: r.Result,
		}
	}
	return err
}

func (s *Store) conducts(ctx context.Context, tx pgx.Tx, ids []string, bodies bodySet) error {
	rows, err := s.q.ConductByCall(ctx, tx, ids)
	for _, r := range rows {
		bodies.of(r.CallID).Conduct = &Conduct{
			TalkMs: r.TalkMs, CallerMs: r.CallerMs, AgentMs: r.AgentMs, OverlapMs: r.OverlapMs, SilenceMs: r.SilenceMs,
			LongestSilenceMs: r.LongestSilenceMs, CallerSilent: r.CallerSilent, Partial: r.Partial,
		}
	}
	return err
}

func (s *Store) prompts(ctx context.Context, tx pgx.Tx, ids []string, bodies bodySet) error {
	rows, err := s.q.PromptsByCall(ctx, tx, ids)
	for _, r := range rows {
		b := bodies.of(r.CallID)
		p := Prompt{
			Prompt: r.Prompt, Agent: r.Agent, BeganAt: utc(r.BeganAt), EndedAt: r.EndedAt.UTC(),
			Whole: r.Whole, Failed: r.Failed,
		}
		if r.Purpose == "greeting" {
			b.Greeting = &p
		} else {
			b.Announcements = append(b.Announcements, p)
		}
	}
	return err
}

func (s *Store) steps(ctx context.Context, tx pgx.Tx, ids []string, bodies bodySet) error {
	rows, err := s.q.StepsByCall(ctx, tx, ids)
	for _, r := range rows {
		b := bodies.of(r.CallID)
		b.FlowPath = append(b.FlowPath, Step{At: r.At.UTC(), Step: r.Step, Detail: r.Detail})
	}
	return err
}

func (s *Store) recordings(ctx context.Context, tx pgx.Tx, ids []string, bodies bodySet) error {
	rows, err := s.q.RecordingsByCall(ctx, tx, ids)
	for _, r := range rows {
		b := bodies.of(r.CallID)
		b.Recordings = append(b.Recordings, Recording{Name: r.Name, BeganAt: r.BeganAt.UTC()})
	}
	return err
}

// bodySet is bodies under way, by call.
type bodySet map[string]*Body

// of is a call's body; a part whose call was removed behind our back gets one
// that nobody reads.
func (s bodySet) of(id string) *Body {
	if b, ok := s[id]; ok {
		return b
	}
	return &Body{}
}

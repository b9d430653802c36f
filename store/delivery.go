package store

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"go.uber.org/zap"

	"sansheng/cti"
	"sansheng/store/internal/sql"
	"sansheng/store/job"
)

// Webhook is a company's own system that is told of facts.
type Webhook struct {
	Name, Company string
	// Facts are patterns: call.ended, ticket.*.
	Facts []string
	// WholeNumbers tells facts as they are; without it they are masked.
	WholeNumbers bool
}

// outward are the subjects that webhooks are told of: what is about a call, a person or
// the hours. Others are the hotline's own, such as plan, with all that is configured.
var outward = []string{"agent", "call", "callback", "follow_up", "hours", "message", "prompt", "ticket"}

var patternForm = regexp.MustCompile(`^([a-z_]+)\.([a-z_]+|\*)$`)

// CheckPattern tells whether a pattern names facts of which webhooks are told.
func CheckPattern(pattern string) error {
	m := patternForm.FindStringSubmatch(pattern)
	if m == nil || !slices.Contains(outward, m[1]) {
		return fmt.Errorf("%q is not allowed: a kind as in call.ended, or all of a subject as in call.*; subjects are %s", pattern, strings.Join(outward, ", "))
	}
	// Of these the store tells, and a later one may tell more.
	if m[2] != "*" && m[1] != "ticket" && m[1] != "follow_up" && cti.NewData(cti.Kind(pattern)) == nil {
		var kinds []string
		for _, k := range cti.Kinds() {
			if strings.HasPrefix(string(k), m[1]+".") {
				kinds = append(kinds, string(k))
			}
		}
		slices.Sort(kinds)
		return fmt.Errorf("%q is unknown; allowed: %s.*, %s", pattern, m[1], strings.Join(kinds, ", "))
	}
	return nil
}

// wants tells whether a webhook is to be told of a fact.
func (w Webhook) wants(f cti.Fact) bool {
	if w.Company != string(f.Company) {
		return false
	}
	subject, _, _ := strings.Cut(string(f.Kind), ".")
	return slices.Contains(w.Facts, string(f.Kind)) || slices.Contains(w.Facts, subject+".*")
}

// hook is a webhook with the time from which on it is told.
type hook struct {
	Webhook
	beganAt time.Time
}

// Times of deliveries.
const (
	// triedFor is how long one is tried before it is given up.
	triedFor = 24 * time.Hour
	// firstPause, pauseFactor and longestPause are the waits between tries.
	firstPause   = 5 * time.Second
	pauseFactor  = 3
	longestPause = 2 * time.Hour
	// keptDone and keptFailed are how long one is kept that has ended.
	keptDone   = 7 * 24 * time.Hour
	keptFailed = 30 * 24 * time.Hour
	// deliveredWithin bounds one try, deliverers is how many of a webhook are under way at a time.
	deliveredWithin = 20 * time.Second
	deliverers      = 8
)

// errandWebhook is the kind of the jobs that deliver.
const errandWebhook = "webhook"

// SetWebhooks says who is told from now on, and by what: send posts a delivery once. It is
// called before projectors and jobs run, and by every process that plays store with the same
// webhooks. One that is new begins with facts of now, and so does one whose name was another
// company's; what waits for one that is gone is dropped.
func (s *Store) SetWebhooks(ctx context.Context, list []Webhook, send func(context.Context, Delivery) error) error {
	names := make([]string, len(list))
	hooks := make([]hook, len(list))
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		for i, w := range list {
			began, err := s.q.KeepWebhook(ctx, tx, w.Name, w.Company)
			if err != nil {
				return err
			}
			names[i], hooks[i] = w.Name, hook{Webhook: w, beganAt: began}
		}
		return errors.Join(s.q.EndWebhooks(ctx, tx, names), s.q.DropDeliveries(ctx, tx))
	})
	if err != nil {
		return fmt.Errorf("set webhooks: %w", err)
	}
	s.hooks.Store(&hooks)
	s.jobs.OnErrand(errandWebhook, job.Errand{
		Queues: names, Workers: deliverers, Within: deliveredWithin,
		Do: func(ctx context.Context, id string) (time.Duration, error) { return s.deliver(ctx, id, send) },
	})
	return nil
}

// deliver writes what webhooks are to be told of facts that are new, and has it sent.
func (b *batch) deliver(ctx context.Context, entries []entry) error {
	hooks := b.s.hooks.Load()
	if hooks == nil || len(*hooks) == 0 {
		return nil
	}
	p := sql.AddDeliveriesParams{TriedForS: int64(triedFor.Seconds())}
	for _, e := range entries {
		for _, h := range *hooks {
			if e.At.Before(h.beganAt) || !h.wants(e.Fact) || b.erased(e.Call) {
				continue
			}
			body := e.message.Payload
			if !h.WholeNumbers {
				var err error
				if body, err = MaskFact(body); err != nil { // it was decoded before
					b.s.log.Error("a fact cannot be masked, and is not told", zap.String("fact", e.ID), zap.String("webhook", h.Name), zap.Error(err))
					continue
				}
			}
			p.Ids, p.Webhooks = append(p.Ids, deliveryID(h.Name, e.ID).String()), append(p.Webhooks, h.Name)
			p.Facts, p.Kinds = append(p.Facts, e.ID), append(p.Kinds, clean(string(e.Kind)))
			p.Companies, p.Calls = append(p.Companies, string(e.Company)), append(p.Calls, string(e.Call))
			p.Ats, p.Bodies = append(p.Ats, e.At), append(p.Bodies, body)
		}
	}
	if len(p.Ids) == 0 {
		return nil
	}
	rows, err := b.s.q.AddDeliveries(ctx, b.tx, p)
	if err != nil {
		return err
	}
	tasks := make([]job.Task, len(rows))
	for i, r := range rows {
		tasks[i] = job.Task{Queue: r.Webhook, ID: r.ID.String()}
	}
	return b.s.jobs.Send(ctx, b.tx, errandWebhook, tasks...)
}

// deliveryID is always the same for a fact and a webhook: a receiver that is told twice knows it.
func deliveryID(webhook, fact string) uuid.UUID {
	return uuid.NewSHA1(ticketSpace, []byte("webhook/"+webhook+"/"+fact))
}

// DeliveryState is how far a delivery has come.
type DeliveryState string

// States of deliveries.
const (
	DeliveryWaiting DeliveryState = "waiting"
	Delivered       DeliveryState = "delivered"
	// DeliveryFailed was tried for a day: it is a dead letter, until somebody has it tried again.
	DeliveryFailed DeliveryState = "failed"
	// DeliveryDropped is of a webhook that was taken out of the configuration, or is another
	// company's by now.
	DeliveryDropped DeliveryState = "dropped"
)

// DeliveryStates are all of them.
var DeliveryStates = []DeliveryState{DeliveryWaiting, Delivered, DeliveryFailed, DeliveryDropped}

// Delivery is one fact for one webhook.
type Delivery struct {
	ID      uuid.UUID     `json:"id"`
	Webhook string        `json:"webhook"`
	Fact    string        `json:"fact"`
	Kind    string        `json:"kind"`
	Company string        `json:"company"`
	Call    string        `json:"call,omitempty"`
	At      time.Time     `json:"at"`
	State   DeliveryState `json:"state"`
	Tries   int           `json:"tries"`
	// Error is why the last try failed.
	Error     string     `json:"error,omitempty"`
	WrittenAt time.Time  `json:"written_at"`
	TriedAt   *time.Time `json:"tried_at"`
	ExpiresAt time.Time  `json:"expires_at"`
	EndedAt   *time.Time `json:"ended_at"`
	// Body is what is posted; lists are without it.
	Body []byte `json:"-"`
}

// deliver makes one try. again is the wait until the next one, 0 where there is none.
func (s *Store) deliver(ctx context.Context, id string, send func(context.Context, Delivery) error) (again time.Duration, err error) {
	key, err := uuid.Parse(id)
	if err != nil {
		return 0, fmt.Errorf("deliver %q: %w", id, err)
	}
	r, err := s.q.TakeDelivery(ctx, s.pool, key)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && r.Delivery.State != string(DeliveryWaiting) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read delivery %s: %w", id, err)
	}
	d := newDelivery(r.Delivery)
	sent := send(ctx, d)
	if sent != nil && ctx.Err() != nil {
		return 0, context.Cause(ctx) // we are to end: it says nothing of the receiver
	}
	state, why := Delivered, ""
	if sent != nil {
		state, why = DeliveryWaiting, clean(sent.Error())
		left := time.Duration(r.LeftMs) * time.Millisecond
		if again = min(job.Pause(d.Tries+1, firstPause, pauseFactor, longestPause), left); left <= 0 {
			if state, again = DeliveryFailed, 0; d.Kind == KindTested { // nobody misses it
				state = DeliveryDropped
			}
			s.log.Error("a webhook is not told of a fact: given up", zap.String("webhook", d.Webhook), zap.String("fact", d.Fact), zap.String("delivery", id), zap.String("error", why))
		}
	}
	if err := s.q.TriedDelivery(ctx, s.pool, string(state), why, key); err != nil {
		return 0, fmt.Errorf("note try of delivery %s: %w", id, err)
	}
	return again, nil
}

func newDelivery(r sql.Delivery) Delivery {
	return Delivery{
		ID: r.ID, Webhook: r.Webhook, Fact: r.FactID, Kind: r.Kind, Company: r.Company, Call: r.CallID, At: r.At.UTC(),
		State: DeliveryState(r.State), Tries: int(r.Tries), Error: r.Error, WrittenAt: r.WrittenAt.UTC(), TriedAt: utc(r.TriedAt),
		ExpiresAt: r.ExpiresAt.UTC(), EndedAt: utc(r.EndedAt), Body: r.Body,
	}
}

// DeliveryFilter chooses deliveries; empty fields choose all.
type DeliveryFilter struct {
	ID, Webhook, Company string
	State                DeliveryState
	Within
	// Limit keeps the newest; 0 keeps all.
	Limit int
}

// Deliveries lists deliveries, newest last.
func (s *Store) Deliveries(ctx context.Context, f DeliveryFilter) ([]Delivery, error) {
	rows, err := s.q.Deliveries(ctx, s.pool, sql.DeliveriesParams{
		ID: wanted(f.ID), Webhook: wanted(f.Webhook), Company: wanted(f.Company), State: wanted(string(f.State)), Queues: f.Queues, Person: wanted(f.Person), Count: limit(f.Limit),
	})
	if err != nil {
		return nil, fmt.Errorf("list deliveries: %w", err)
	}
	list := make([]Delivery, len(rows))
	for i, r := range rows {
		list[len(rows)-1-i] = newDelivery(sql.Delivery{
			ID: r.ID, Webhook: r.Webhook, FactID: r.FactID, Kind: r.Kind, Company: r.Company, CallID: r.CallID, At: r.At, State: r.State,
			Tries: r.Tries, Error: r.Error, WrittenAt: r.WrittenAt, ExpiresAt: r.ExpiresAt, TriedAt: r.TriedAt, EndedAt: r.EndedAt,
		})
	}
	return list, nil
}

// RetryDeliveries has deliveries of a webhook tried again that were given up, or wait for
// another try: all, or one. It answers how many.
func (s *Store) RetryDeliveries(ctx context.Context, webhook, id string) (n int, err error) {
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		ids, err := s.q.RetryDeliveries(ctx, tx, int64(triedFor.Seconds()), webhook, wanted(id))
		if err != nil {
			return err
		}
		tasks := make([]job.Task, len(ids))
		for i, id := range ids {
			tasks[i] = job.Task{Queue: webhook, ID: id.String()}
		}
		n = len(ids)
		return s.jobs.Send(ctx, tx, errandWebhook, tasks...)
	})
	if err != nil {
		return 0, fmt.Errorf("retry deliveries of %s: %w", webhook, err)
	}
	return n, nil
}

// ForgetDeliveries deletes those that ended long ago.
func (s *Store) ForgetDeliveries(ctx context.Context) (int, error) {
	n, err := s.q.ForgetDeliveries(ctx, s.pool, int64(keptDone.Seconds()), int64(keptFailed.Seconds()))
	if err != nil {
		return 0, fmt.Errorf("forget deliveries: %w", err)
	}
	return int(n), nil
}

package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"sansheng/cti"
	"sansheng/store/internal/sql"
	"sansheng/store/job"
)

// WebhookStanding is how a webhook does.
type WebhookStanding struct {
	Name    string `json:"name"`
	Company string `json:"company"`
	// BeganAt is the time from which on it is told of facts; EndedAt is when it was taken out
	// of the configuration.
	BeganAt time.Time  `json:"began_at"`
	EndedAt *time.Time `json:"ended_at"`
	// Waiting are to be told, Refused of them were tried in vain, the oldest was written at
	// RefusedSince. Failed were given up.
	Waiting      int        `json:"waiting"`
	Refused      int        `json:"refused"`
	RefusedSince *time.Time `json:"refused_since"`
	Failed       int        `json:"failed"`
	LastError    string     `json:"last_error,omitempty"`
	DeliveredAt  *time.Time `json:"delivered_at"`
}

// Webhooks tells how each webhook does, also those that have ended.
func (s *Store) Webhooks(ctx context.Context) ([]WebhookStanding, error) {
	rows, err := s.q.Webhooks(ctx, s.pool)
	if err != nil {
		return nil, fmt.Errorf("list webhooks: %w", err)
	}
	list := make([]WebhookStanding, len(rows))
	for i, r := range rows {
		list[i] = WebhookStanding{
			Name: r.Name, Company: r.Company, BeganAt: r.BeganAt.UTC(), EndedAt: utc(r.EndedAt),
			Waiting: int(r.Waiting), Refused: int(r.Refused), Failed: int(r.Failed), LastError: r.LastError, DeliveredAt: utc(r.DeliveredAt),
		}
		if r.Refused > 0 {
			list[i].RefusedSince = utc(&r.RefusedSince)
		}
	}
	return list, nil
}

// ErrNoWebhook: there is none of that name, or it has ended.
var ErrNoWebhook = errors.New("no such webhook")

// KindTested is what TestWebhook tells: no fact of the hotline, and in no journal.
const KindTested = "webhook.tested"

// TestWebhook has a webhook told that it is being tested, by whom, and answers the delivery,
// which is under way then.
func (s *Store) TestWebhook(ctx context.Context, name, by string) (Delivery, error) {
	hooks, err := s.Webhooks(ctx)
	if err != nil {
		return Delivery{}, err
	}
	for _, h := range hooks {
		if h.Name == name && h.EndedAt == nil {
			return s.testWebhook(ctx, h, by)
		}
	}
	return Delivery{}, fmt.Errorf("test webhook %q: %w", name, ErrNoWebhook)
}

func (s *Store) testWebhook(ctx context.Context, h WebhookStanding, by string) (Delivery, error) {
	at := time.Now().UTC().Truncate(time.Millisecond)
	fact := "test-" + uuid.NewString()
	body, err := json.Marshal(map[string]any{
		"v": cti.SchemaVersion, "id": fact, "at": at, "kind": KindTested, "company": h.Company, "data": map[string]string{"by": by},
	})
	if err != nil {
		return Delivery{}, fmt.Errorf("test webhook %s: %w", h.Name, err)
	}
	id := deliveryID(h.Name, fact)
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		_, err := s.q.AddDeliveries(ctx, tx, sql.AddDeliveriesParams{
			Ids: []string{id.String()}, Webhooks: []string{h.Name}, Facts: []string{fact}, Kinds: []string{KindTested},
			Companies: []string{h.Company}, Calls: []string{""}, Ats: []time.Time{at}, Bodies: [][]byte{body}, TriedForS: int64(time.Minute.Seconds()),
		})
		if err != nil {
			return err
		}
		return s.jobs.Send(ctx, tx, errandWebhook, job.Task{Queue: h.Name, ID: id.String()})
	})
	if err != nil {
		return Delivery{}, fmt.Errorf("test webhook %s: %w", h.Name, err)
	}
	list, err := s.Deliveries(ctx, DeliveryFilter{ID: id.String()})
	if err != nil || len(list) == 0 {
		return Delivery{}, errors.Join(err, fmt.Errorf("test webhook %s: its delivery is gone", h.Name))
	}
	return list[0], nil
}

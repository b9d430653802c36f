package service

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"go.uber.org/zap"

	"sansheng/cmd/sansheng/config"
	"sansheng/cti/web"
	"sansheng/store"
	"sansheng/store/webhook"
)

// refusedMost is how long a webhook may refuse a fact before that is an alarm;
// forgetEvery is the time between two looks for deliveries that are old.
const (
	refusedMost = 10 * time.Minute
	forgetEvery = time.Hour
)

// hooks are the webhooks of a configuration as the store knows them, and how each is told.
type hooks struct {
	list   []store.Webhook
	sender *webhook.Sender
	ends   map[string]end
}

// end is where a webhook is, and what signs.
type end struct {
	url  string
	keys []webhook.Key
}

// newHooks reads the keys from the environment.
func newHooks(cfg *config.Config) (*hooks, error) {
	h := &hooks{sender: webhook.New(), ends: map[string]end{}}
	for _, w := range cfg.Webhooks {
		keys, err := webhook.ReadKeys(os.Getenv(w.SecretEnv))
		if err != nil {
			return nil, fmt.Errorf("webhook %s: environment variable %s: %w", w.Name, w.SecretEnv, err)
		}
		h.list = append(h.list, store.Webhook{Name: w.Name, Company: string(w.Company), Facts: w.Facts, WholeNumbers: w.WholeNumbers})
		h.ends[w.Name] = end{url: w.URL, keys: keys}
	}
	return h, nil
}

// send posts a delivery once.
func (h *hooks) send(ctx context.Context, d store.Delivery) error {
	e, ok := h.ends[d.Webhook]
	if !ok {
		return errors.New("it is not in the configuration of this process")
	}
	return h.sender.Post(ctx, e.url, e.keys, d.ID.String(), d.Body)
}

// watchWebhooks looks whether webhooks take what they are told.
func (s *Service) watchWebhooks() func(context.Context) {
	var forgotten time.Time
	return func(run context.Context) {
		records := s.records.store.Load()
		if records == nil {
			return
		}
		ctx, cancel := context.WithTimeout(run, 5*time.Second)
		defer cancel()
		all, err := records.Webhooks(ctx)
		if err != nil {
			return // a database that does not answer is told by others
		}
		s.gauges.webhooks(all)
		s.alarms.Set("webhook_failing", refused(all, time.Now()))
		if time.Since(forgotten) < forgetEvery {
			return
		}
		if _, err := records.ForgetDeliveries(ctx); err != nil {
			s.log.Warn("old deliveries are not forgotten; it is tried again", zap.Error(err))
			return
		}
		forgotten = time.Now()
	}
}

// refused says which webhooks have refused a fact for too long, and what was given up.
func refused(all []store.WebhookStanding, now time.Time) error {
	var bad []string
	for _, w := range all {
		if w.EndedAt != nil {
			continue
		}
		if w.RefusedSince != nil && now.Sub(*w.RefusedSince) > refusedMost {
			bad = append(bad, fmt.Sprintf("%s: %d refused, the oldest of %s, %s", w.Name, w.Refused, w.RefusedSince.UTC().Format(time.RFC3339), w.LastError))
		}
		if w.Failed > 0 {
			bad = append(bad, fmt.Sprintf("%s: %d given up", w.Name, w.Failed))
		}
	}
	if len(bad) == 0 {
		return nil
	}
	return errors.New(strings.Join(bad, "; "))
}

// outside shows webhooks and dead letters, and has them tried again, for the API.
type outside struct{ records *records }

func (o outside) store() (*store.Store, error) {
	if s := o.records.store.Load(); s != nil {
		return s, nil
	}
	return nil, errNoRecords
}

// Webhooks implements web.WebhookKeeper.
func (o outside) Webhooks(ctx context.Context) ([]store.WebhookStanding, error) {
	s, err := o.store()
	if err != nil {
		return nil, err
	}
	return s.Webhooks(ctx)
}

// Deliveries implements web.WebhookKeeper.
func (o outside) Deliveries(ctx context.Context, f store.DeliveryFilter) ([]store.Delivery, error) {
	s, err := o.store()
	if err != nil {
		return nil, err
	}
	return s.Deliveries(ctx, f)
}

// RetryDeliveries implements web.WebhookKeeper.
func (o outside) RetryDeliveries(ctx context.Context, name, id string) (int, error) {
	s, err := o.store()
	if err != nil {
		return 0, err
	}
	return s.RetryDeliveries(ctx, name, id)
}

// TestWebhook implements web.WebhookKeeper.
func (o outside) TestWebhook(ctx context.Context, name, by string) (store.Delivery, error) {
	s, err := o.store()
	if err != nil {
		return store.Delivery{}, err
	}
	return s.TestWebhook(ctx, name, by)
}

// DeadLetters implements web.DeadLetterKeeper.
func (o outside) DeadLetters(ctx context.Context, f store.DeadLetterFilter) ([]store.DeadLetter, error) {
	s, err := o.store()
	if err != nil {
		return nil, err
	}
	return s.DeadLettersOf(ctx, f)
}

// DeadLetter implements web.DeadLetterKeeper.
func (o outside) DeadLetter(ctx context.Context, journal string, position uint64) (store.DeadLetter, error) {
	s, err := o.store()
	if err != nil {
		return store.DeadLetter{}, err
	}
	return s.DeadLetter(ctx, journal, position)
}

// RetryDeadLetter implements web.DeadLetterKeeper.
func (o outside) RetryDeadLetter(ctx context.Context, journal string, position uint64, by string) (string, error) {
	s, err := o.store()
	if err != nil {
		return "", err
	}
	return s.RetryDeadLetter(ctx, journal, position, by)
}

// CloseDeadLetter implements web.DeadLetterKeeper.
func (o outside) CloseDeadLetter(ctx context.Context, journal string, position uint64, by, reason string) error {
	s, err := o.store()
	if err != nil {
		return err
	}
	return s.CloseDeadLetter(ctx, journal, position, by, reason)
}

var (
	_ web.WebhookKeeper    = outside{}
	_ web.DeadLetterKeeper = outside{}
)

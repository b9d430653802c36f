package drill

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"sansheng/deploy/alarm"
)

// Webhook receives the stack's alarms as an operator's system would.
type Webhook struct {
	server *http.Server
	url    string

	mu     sync.Mutex
	alarms []heardAlarm
}

type heardAlarm struct {
	alarm.Alarm
	at time.Time
}

func newWebhook(ctx context.Context) (*Webhook, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for alarms: %w", err)
	}
	w := &Webhook{url: "http://" + l.Addr().String() + "/alarm"}
	w.server = &http.Server{Handler: w, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = w.server.Serve(l) }()
	return w, nil
}

// ServeHTTP implements http.Handler.
func (w *Webhook) ServeHTTP(res http.ResponseWriter, req *http.Request) {
	var a alarm.Alarm
	if err := json.NewDecoder(io.LimitReader(req.Body, 1<<20)).Decode(&a); err != nil {
		http.Error(res, err.Error(), http.StatusBadRequest)
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.alarms = append(w.alarms, heardAlarm{a, time.Now()})
}

// Heard is when an alarm's rise or end was first told after a moment.
func (w *Webhook) Heard(name string, raised bool, after time.Time) (time.Time, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, a := range w.alarms {
		if a.Name == name && a.Raised == raised && a.at.After(after) {
			return a.at, true
		}
	}
	return time.Time{}, false
}

func (w *Webhook) Close() error {
	if err := w.server.Close(); err != nil && !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("close the drill's webhook: %w", err)
	}
	return nil
}

// Alarmed measures how long an alarm took to reach the webhook since the fault
// began.
func (t *Trial) Alarmed(ctx context.Context, name string, limit time.Duration) {
	bounded, cancel := context.WithDeadline(ctx, t.began.Add(limit+10*time.Second))
	defer cancel()
	var at time.Time
	_ = poll(bounded, 50*time.Millisecond, func() (bool, error) {
		var ok bool
		at, ok = t.Webhook.Heard(name, true, t.began)
		return ok, nil
	})
	if at.IsZero() {
		t.Must("alarm "+name+" was told", false)
		return
	}
	t.AtMost("alarm "+name+" told after", at.Sub(t.began), limit)
}

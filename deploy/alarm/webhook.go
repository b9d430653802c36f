package alarm

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
)

// postTime bounds one try to reach the webhook.
const postTime = 5 * time.Second

// poster posts changes to the webhook, one after the other.
type poster struct {
	opts   Options
	log    *zap.Logger
	line   *line
	client *http.Client
	posts  *prometheus.CounterVec
	cancel context.CancelFunc
	doneC  chan struct{}
	hurryC chan struct{} // closed when the board ends: no more long pauses
}

func newPoster(opts Options) *poster {
	ctx, cancel := context.WithCancel(context.Background())
	p := &poster{
		opts: opts, log: opts.Log.Named("webhook"), line: newLine(), cancel: cancel,
		doneC: make(chan struct{}), hurryC: make(chan struct{}),
		client: &http.Client{
			Timeout:   postTime,
			Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, MaxIdleConns: 1, IdleConnTimeout: time.Minute},
			CheckRedirect: func(*http.Request, []*http.Request) error {
				return http.ErrUseLastResponse // what was configured is what is told
			},
		},
		posts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "sansheng_alarm_posts_total",
			Help: "Posts of alarms to the webhook by their end: sent, failed (tried again), refused or overtaken (not tried again)."},
			[]string{"end"}),
	}
	for _, end := range []string{"sent", "failed", "refused", "overtaken"} {
		p.posts.WithLabelValues(end)
	}
	go p.run(ctx)
	return p
}

// run posts until the line is closed and empty, or ctx is over.
func (p *poster) run(ctx context.Context) {
	defer close(p.doneC)
	defer p.client.CloseIdleConnections()
	pause := time.Duration(0)
	for {
		a, ok := p.line.next(ctx)
		if !ok {
			return
		}
		end, err := p.post(ctx, a)
		if end == "failed" && p.line.stale(p.opts.Patience) {
			end = "overtaken"
		}
		p.posts.WithLabelValues(end).Inc()
		if end != "failed" {
			p.line.done()
			if end != "sent" {
				p.log.Warn("an alarm was not taken", zap.String("alarm", a.Name), zap.Bool("raised", a.Raised), zap.Error(err))
			}
			pause = 0
			continue
		}
		if pause == 0 {
			p.log.Warn("the alarms' webhook cannot be reached; it is tried again", zap.Error(err))
		}
		pause = min(max(2*pause, p.opts.RetryMin), p.opts.RetryMax)
		p.wait(ctx, pause)
	}
}

// wait pauses; at the board's end for RetryMin only.
func (p *poster) wait(ctx context.Context, pause time.Duration) {
	hurryC := p.hurryC
	for {
		select {
		case <-time.After(pause):
			return
		case <-hurryC:
			hurryC, pause = nil, p.opts.RetryMin
		case <-ctx.Done():
			return
		}
	}
}

// post makes one try and tells how it ended.
func (p *poster) post(ctx context.Context, a Alarm) (string, error) {
	body, err := json.Marshal(a)
	if err != nil {
		return "refused", fmt.Errorf("encode alarm: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.opts.Webhook, bytes.NewReader(body))
	if err != nil {
		return "refused", fmt.Errorf("post alarm: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := p.client.Do(req)
	if err != nil {
		// Its address is often its password, and the error is logged.
		if named := (*url.Error)(nil); errors.As(err, &named) {
			err = named.Err
		}
		return "failed", fmt.Errorf("post alarm: %w", err)
	}
	defer res.Body.Close()
	_, _ = io.CopyN(io.Discard, res.Body, 64<<10) // so that the connection serves the next
	switch s := res.StatusCode; {
	case s < 300:
		return "sent", nil
	case s >= 500 || s == http.StatusTooManyRequests || s == http.StatusRequestTimeout:
		return "failed", fmt.Errorf("post alarm: %s", res.Status)
	default:
		return "refused", fmt.Errorf("post alarm: %s", res.Status)
	}
}

// end waits until everything is posted or ctx is over.
func (p *poster) end(ctx context.Context) error {
	close(p.hurryC)
	select {
	case <-p.doneC:
	case <-ctx.Done():
	}
	p.cancel()
	<-p.doneC
	if n := p.line.waiting(); n > 0 {
		return fmt.Errorf("close alarms: %d not posted: %w", n, context.Cause(ctx))
	}
	return nil
}

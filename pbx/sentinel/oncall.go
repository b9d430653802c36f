package sentinel

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"

	"sansheng/deploy/alarm"
	"sansheng/pbx/ari"
)

// Times of ringing people.
const (
	// ringAfter lets the fallback have the phones first, and an alarm that ends at
	// once wake nobody.
	ringAfter   = 3 * time.Second
	ringFor     = 20 * time.Second
	callMost    = 90 * time.Second // its ring and its talk, which the dialplan bounds
	askEvery    = 300 * time.Millisecond
	followEvery = time.Second
	// quietFor spares who has taken an alarm its next rises.
	quietFor   = 10 * time.Minute
	rounds     = 2
	roundPause = 5 * time.Second  // a phone that was away may be back
	tryAgain   = 30 * time.Second // where no phone could be rung at all
)

// takenVariable is where the dialplan says which call's alarm was taken.
const takenVariable = "ALARM_TAKEN"

// told are the alarms that have a prompt of their own; the others share one.
var told = []string{"hotline_silent", "switch_silent", "sip_dead", "no_agents", "emergency_waiting"}

// chain rings those on call for each page that stands: one page at a time, the
// pressing ones and then the oldest first.
//
//	risen ──3 s──▶ ringing ──key 1──▶ taken
//	                  │ everybody twice ──▶ given up
//	any ──ended──▶ (none)
type chain struct {
	ari     *ari.Client
	numbers []string
	// needed tells whether the phones are needed for a caller.
	needed  func(context.Context) bool
	metrics *metrics
	log     *zap.Logger

	mu    sync.Mutex
	pages map[string]*page     // that stand, by source and name
	taken map[string]time.Time // by name
	wakeC chan struct{}        // one slot: a page rose
}

// page is an alarm that wakes people.
type page struct {
	name string
	at   time.Time // when we learnt of it
	due  time.Time // when somebody is rung for it
	over bool      // taken, or everybody was tried
}

// before tells whether people are called for it before they are for another.
func (p *page) before(other *page) bool {
	if now := slices.Contains(pressing, p.name); now != slices.Contains(pressing, other.name) {
		return now
	}
	if !p.at.Equal(other.at) {
		return p.at.Before(other.at)
	}
	return p.name < other.name // the same of two, whenever it is asked
}

// sooner tells whether people are rung for it before they are for another: one that was
// put off is none yet.
func (p *page) sooner(other *page, now time.Time) bool {
	off := func(p *page) bool { return now.Before(p.due) && p.due.After(p.at.Add(ringAfter)) }
	switch {
	case off(p) != off(other):
		return off(other)
	case off(p):
		return p.due.Before(other.due)
	}
	return p.before(other)
}

func newChain(c *ari.Client, numbers []string, needed func(context.Context) bool, m *metrics, log *zap.Logger) *chain {
	return &chain{
		ari: c, numbers: numbers, needed: needed, metrics: m, log: log,
		pages: map[string]*page{}, taken: map[string]time.Time{}, wakeC: make(chan struct{}, 1),
	}
}

// own takes a change of our own board.
func (c *chain) own(a alarm.Alarm) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if a.Raised {
		c.rise("sentinel/"+a.Name, a)
	} else {
		delete(c.pages, "sentinel/"+a.Name)
	}
}

// rise notes a page. The caller holds mu.
func (c *chain) rise(key string, a alarm.Alarm) {
	if a.Severity != alarm.Page || c.pages[key] != nil {
		return
	}
	now := time.Now()
	c.pages[key] = &page{name: a.Name, at: now, due: now.Add(ringAfter)}
	select {
	case c.wakeC <- struct{}{}:
	default:
	}
}

// follow reads, until ctx ends, which alarms of the hotline stand.
func (c *chain) follow(ctx context.Context, file string) {
	tick := time.NewTicker(followEvery)
	defer tick.Stop()
	for {
		// Not by its time: two changes within a tick of the disk's clock have the same.
		if err := c.theirs(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
			c.log.Warn("the hotline's alarms cannot be read", zap.Error(err))
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// theirs takes the alarms that stand from the hotline's file.
func (c *chain) theirs(file string) error {
	b, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var standing []alarm.Alarm
	if err := json.Unmarshal(b, &standing); err != nil {
		return fmt.Errorf("read %s: %w", file, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	now := map[string]bool{}
	for _, a := range standing {
		key := "hotline/" + a.Name + a.At.Format(time.RFC3339Nano)
		now[key] = true
		c.rise(key, a)
	}
	for key := range c.pages {
		if strings.HasPrefix(key, "hotline/") && !now[key] {
			delete(c.pages, key)
		}
	}
	return nil
}

// run rings people until ctx ends.
func (c *chain) run(ctx context.Context) {
	if len(c.numbers) == 0 {
		return
	}
	for ctx.Err() == nil {
		key, p, wait := c.next(time.Now())
		if p != nil && wait <= 0 {
			c.alarm(ctx, key, p.name)
			continue
		}
		var timeC <-chan time.Time
		if p != nil {
			timeC = time.After(wait)
		}
		select {
		case <-c.wakeC:
		case <-timeC:
		case <-ctx.Done():
		}
	}
}

// next is the page that somebody is to be rung for next, and how long that must wait.
// One that rises again soon after it was taken waits for whoever is at it; it may end.
func (c *chain) next(now time.Time) (string, *page, time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var first *page
	var key string
	for k, p := range c.pages {
		if at, ok := c.taken[p.name]; ok && now.Sub(at) < quietFor {
			if again := at.Add(quietFor); !p.at.After(at) {
				p.over = true // the same matter
			} else if p.due.Before(again) {
				p.due = again
			}
		}
		if !p.over && (first == nil || p.sooner(first, now)) {
			first, key = p, k
		}
	}
	if first == nil {
		return "", nil, 0
	}
	return key, first, first.due.Sub(now)
}

// alarm rings one after the other for a page until somebody takes it, everybody
// was tried twice, or the alarm has ended. Where no phone could be rung it is put off.
// One that a pressing alarm overtakes begins anew behind it.
func (c *chain) alarm(ctx context.Context, key, name string) {
	rang := false
	for round := range rounds {
		if round > 0 && !sleep(ctx, roundPause) {
			return
		}
		for _, number := range c.numbers {
			if ctx.Err() != nil || !c.stands(key) || c.overtaken(name) {
				return
			}
			// Whoever talks to a caller is left alone as long as there are others.
			if round == 0 && c.busy(ctx, number) {
				continue
			}
			end := c.ring(ctx, key, name, number)
			for n := 0; end == "gave way" && n < yieldTimes && c.stands(key) && !c.overtaken(name); n++ {
				c.clear(ctx, name)
				end = c.ring(ctx, key, name, number)
			}
			rang = rang || end != "unreachable" && end != "gave way"
			if end == "taken" {
				c.metrics.taken.WithLabelValues(name, number).Inc()
				c.log.Info("the alarm is taken", zap.String("alarm", name), zap.String("agent", number))
				c.mu.Lock()
				c.taken[name] = time.Now()
				c.mu.Unlock()
				c.close(key)
				return
			}
		}
	}
	if c.overtaken(name) { // while the last phone was waited for
		return
	}
	if !rang { // as in the minute after a power cut, in which phones register
		c.postpone(key)
		c.log.Warn("nobody can be rung for the alarm yet", zap.String("alarm", name), zap.Duration("again in", tryAgain))
		return
	}
	c.close(key)
	c.log.Error("nobody takes the alarm", zap.String("alarm", name), zap.Int("asked", len(c.numbers)))
}

// sleep waits and tells whether the time was over before the context was.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// postpone puts a page off for which no phone could be rung.
func (c *chain) postpone(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if p := c.pages[key]; p != nil {
		p.due = time.Now().Add(tryAgain)
	}
}

func (c *chain) close(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if p := c.pages[key]; p != nil {
		p.over = true
	}
}

// overtaken tells whether a pressing alarm waits for this one that is none.
func (c *chain) overtaken(name string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, p := range c.pages {
		if at, taken := c.taken[p.name]; taken && time.Since(at) < quietFor {
			continue
		}
		if !p.over && slices.Contains(pressing, p.name) && !slices.Contains(pressing, name) {
			return true
		}
	}
	return false
}

func (c *chain) stands(key string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.pages[key] != nil
}

func (c *chain) busy(ctx context.Context, number string) bool {
	e, err := c.ari.Endpoints.Get(ctx, "PJSIP", number)
	return err == nil && len(e.ChannelIDs) > 0
}

// ring calls one person and tells how that ended.
func (c *chain) ring(ctx context.Context, key, name, number string) string {
	end := c.call(ctx, key, name, number)
	c.metrics.calls.WithLabelValues(end).Inc()
	return end
}

func (c *chain) call(ctx context.Context, key, name, number string) string {
	gives := !slices.Contains(pressing, name)
	if gives && c.needed(ctx) {
		return "gave way"
	}
	ctx, cancel := context.WithTimeout(ctx, callMost)
	defer cancel()
	id, prompt := rand.Text(), name
	if !slices.Contains(told, name) {
		prompt = "other"
	}
	channel := "alarm-" + id
	_, err := c.ari.Channels.Originate(ctx, ari.OriginateChannel{
		ID: channel, Endpoint: "PJSIP/" + number, Context: "alarm", Extension: "s", Priority: 1,
		CallerID: "Alarm", Timeout: ringFor, Vars: map[string]string{"ALARM": prompt, "ALARM_ID": id},
	})
	if err != nil {
		c.log.Warn("a phone on call cannot be rung", zap.String("agent", number), zap.Error(err))
		return "unreachable"
	}
	tick := time.NewTicker(askEvery)
	defer tick.Stop()
	looked := time.Now()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			c.hangup(ctx, channel)
			return "not taken"
		}
		ch, err := c.ari.Channels.Get(ctx, channel)
		taken, _ := c.ari.Asterisk.GlobalVar(ctx, takenVariable)
		switch {
		case taken == id:
			return "taken"
		case ari.Gone(err):
			return "not taken"
		case err == nil && ch.State != "Up" && !c.stands(key):
			c.hangup(ctx, channel) // it is over: let him sleep
			return "not taken"
		case err == nil && ch.State != "Up" && gives && time.Since(looked) >= yieldEvery:
			if looked = time.Now(); c.needed(ctx) {
				c.hangup(ctx, channel)
				return "gave way"
			}
		}
	}
}

func (c *chain) hangup(ctx context.Context, channel string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	if err := c.ari.Channels.Hangup(ctx, channel, 0); err != nil && !ari.Gone(err) {
		c.log.Warn("an alarm's call does not end", zap.Error(err))
	}
}

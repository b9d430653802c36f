package drill

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"time"

	"sansheng/cmd/sansheng/drill/sipp"
	"sansheng/pbx/sip/phone"
	"sansheng/pbx/sip/tone"
)

// Outcome is what the outside saw of one call. Times that did not come are zero.
type Outcome struct {
	From, To string
	// InvitedAt is the first sign that the switch had the INVITE.
	InvitedAt, RingingAt, AnsweredAt, EndedAt time.Time
	// EndedBy is caller, hotline, or empty where nobody said so.
	EndedBy string
	// Status is the final SIP answer where it was no 200.
	Status int
}

// Caller is one call into the hotline: by a telephone of ours, which can send a
// tone and listen, or by sipp.
type Caller struct {
	From, To string
	// Toned callers send a tone and listen.
	Toned bool
	call  *phone.Call // nil where sipp calls
	run   *sipp.Run
	// placedAt is when a telephone dialled, hz what it sends.
	placedAt time.Time
	hz       int
	// spoke: he and his agent were seen to hear one another.
	spoke bool
}

// Outcome is what is known by now.
func (c *Caller) Outcome() Outcome {
	if c.call == nil {
		return c.sippOutcome()
	}
	o := Outcome{From: c.From, To: c.To}
	for _, e := range c.call.All() {
		switch e.Kind {
		case phone.Trying, phone.Progress, phone.EarlyMedia:
			o.InvitedAt = first(o.InvitedAt, e.At)
		case phone.Ringing:
			o.RingingAt = first(o.RingingAt, e.At)
			o.InvitedAt = first(o.InvitedAt, e.At)
		case phone.Answered:
			o.AnsweredAt = first(o.AnsweredAt, e.At)
			o.InvitedAt = first(o.InvitedAt, e.At)
		case phone.Rejected:
			o.Status = e.Status
		case phone.ByeSent, phone.Cancelled:
			o.EndedBy = "caller"
		case phone.ByeReceived:
			o.EndedBy = "hotline"
		case phone.Ended:
			o.EndedAt = e.At
		}
	}
	return o
}

func (c *Caller) sippOutcome() Outcome {
	s, _ := c.run.Outcome(c.From)
	o := Outcome{From: c.From, To: c.To, InvitedAt: s.TryingAt, RingingAt: s.RingingAt, AnsweredAt: s.AnsweredAt, EndedAt: s.EndedAt}
	switch {
	case s.EndedBy == sipp.Caller:
		o.EndedBy = "caller"
	case s.EndedBy == sipp.Switch && s.Answered():
		o.EndedBy = "hotline"
	}
	if s.Status >= 300 {
		o.Status = s.Status
	}
	return o
}

func first(have, next time.Time) time.Time {
	if have.IsZero() {
		return next
	}
	return have
}

// Up tells whether the call is going on, or about to.
func (c *Caller) Up() bool {
	if c.call == nil {
		s, placed := c.run.Outcome(c.From)
		return !placed || !s.Ended()
	}
	select {
	case <-c.call.Done():
		return false
	default:
		return true
	}
}

// Silence is the longest time in which a telephone of ours heard nothing, until now or
// its end: from dialling to the first sign, where ringing is a sound; from the answer to
// the first sound; and between sounds, since listening began.
func (c *Caller) Silence() time.Duration {
	o, h := c.Outcome(), c.call.Heard()
	end := first(o.EndedAt, time.Now())
	audible := first(h.FirstAudible, end)
	longest := earlier(first(o.RingingAt, end), audible).Sub(c.placedAt)
	if !o.AnsweredAt.IsZero() {
		longest = max(longest, audible.Sub(o.AnsweredAt))
	}
	if h.Audible() {
		longest = max(longest, worst(h))
	}
	return longest
}

// heardNothing tells whether a telephone of ours has heard nothing since it dialled, not
// even ringing: that a switch has the INVITE is no sound.
func (c *Caller) heardNothing() bool {
	o := c.Outcome()
	return o.RingingAt.IsZero() && o.AnsweredAt.IsZero() && !c.call.Heard().Audible()
}

// Story is what the outside saw of the call, for a person.
func (c *Caller) Story() string {
	o := c.Outcome()
	s := fmt.Sprintf("to %s, invited %s, rang %s, answered %s", o.To, clock(o.InvitedAt), clock(o.RingingAt), clock(o.AnsweredAt))
	if !c.Up() {
		s += fmt.Sprintf(", ended %s by %s, status %d", clock(o.EndedAt), o.EndedBy, o.Status)
	}
	return s
}

// clock is the second of a moment, for a person who compares several.
func clock(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.UTC().Format("04:05.000")
}

// hangup ends the call and returns when it has ended.
func (c *Caller) hangup(ctx context.Context) error {
	if !c.Up() {
		return nil
	}
	var err error
	if c.call != nil {
		err = c.call.Hangup(ctx)
	} else if err = c.run.Hangup(c.From); err == nil {
		err = c.run.Await(ctx, "the end of "+c.From+"'s call", func(all []sipp.Outcome) bool {
			return slices.ContainsFunc(all, func(o sipp.Outcome) bool { return o.From == c.From && o.Ended() })
		})
	}
	if !c.Up() {
		return nil // it ended meanwhile
	}
	return err
}

// Hangup ends calls, all at once, and returns when they have ended.
func Hangup(ctx context.Context, callers []*Caller) error {
	errC := make(chan error, len(callers))
	for _, c := range callers {
		go func() { errC <- c.hangup(ctx) }()
	}
	var errs []error
	for range callers {
		errs = append(errs, <-errC)
	}
	return errors.Join(errs...)
}

// Callers places calls and keeps them all. Its methods may be called from any
// goroutine.
type Callers struct {
	server, dir string
	phone       *phone.Phone

	mu   sync.Mutex
	next int
	all  []*Caller
	runs []*sipp.Run
}

func newCallers(server, dir string) (*Callers, error) {
	p, err := phone.New(phone.Config{Number: "carrier", Server: server, KeepEvents: 1000})
	if err != nil {
		return nil, fmt.Errorf("open the callers' phone: %w", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		p.Die()
		return nil, fmt.Errorf("make sipp's folder: %w", err)
	}
	return &Callers{server: server, dir: dir, phone: p}, nil
}

// number is one that nobody has called from.
func (cs *Callers) number() int {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	cs.next++
	return cs.next
}

func (cs *Callers) keep(callers ...*Caller) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	cs.all = append(cs.all, callers...)
}

// Call places a call with a telephone, which sends a tone and listens.
func (cs *Callers) Call(ctx context.Context, to string) (*Caller, error) {
	n := cs.number()
	sends := tone.Caller(n)
	c := &Caller{From: callerNumber(n), To: to, Toned: true, placedAt: time.Now(), hz: sends.Hz}
	call, err := cs.phone.Call(ctx, to, phone.Options{From: c.From, Tone: &sends})
	if err != nil {
		return nil, err
	}
	c.call = call
	cs.keep(c)
	return c, nil
}

// Flock places n calls with sipp, at a rate per second, and returns at once.
func (cs *Callers) Flock(ctx context.Context, to string, n int, rate float64) ([]*Caller, error) {
	if n <= 0 {
		return nil, nil
	}
	var callers []*Caller
	var calls []sipp.Call
	for range n {
		c := &Caller{From: callerNumber(cs.number()), To: to}
		callers = append(callers, c)
		calls = append(calls, sipp.Call{From: c.From, To: to})
	}
	dir := filepath.Join(cs.dir, strconv.Itoa(cs.number()))
	// sipp ends with its calls or with the stage, not with the one who placed them.
	run, err := sipp.Start(context.WithoutCancel(ctx), sipp.Config{Server: cs.server, Calls: calls, Rate: rate, Dir: dir})
	if err != nil {
		return nil, err
	}
	for _, c := range callers {
		c.run = run
	}
	cs.mu.Lock()
	cs.runs = append(cs.runs, run)
	cs.mu.Unlock()
	cs.keep(callers...)
	return callers, nil
}

// All are the calls placed so far, in order.
func (cs *Callers) All() []*Caller {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	return append([]*Caller(nil), cs.all...)
}

func (cs *Callers) die() {
	cs.phone.Die()
	cs.mu.Lock()
	defer cs.mu.Unlock()
	for _, r := range cs.runs {
		r.Kill()
	}
}

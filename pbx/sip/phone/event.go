package phone

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"

	"sansheng/pbx"
)

// Kind says what happened.
type Kind string

// What can happen. Each names one moment; which side it means depends on the
// call's direction, as said.
const (
	// Registered: the registrar took our contact (also each refresh).
	Registered Kind = "registered"
	// RegisterFailed: it did not; Status and Err say why. It is tried again.
	RegisterFailed Kind = "register failed"
	// Unregistered: our contact was withdrawn.
	Unregistered Kind = "unregistered"
	// Incoming: an INVITE arrived; Headers are its header fields.
	Incoming Kind = "incoming"
	// Trying: the far side has our INVITE (100).
	Trying Kind = "trying"
	// Ringing: on an outgoing call the first 180 came, on an incoming one ours was sent.
	Ringing Kind = "ringing"
	// EarlyMedia: audio before the answer, a 183 (or 180) with a description.
	EarlyMedia Kind = "early media"
	// Progress: another provisional answer; Status says which.
	Progress Kind = "progress"
	// Answered: 200, theirs on an outgoing call, ours on an incoming one.
	Answered Kind = "answered"
	// Confirmed: the ACK of the answer, sent or received.
	Confirmed Kind = "confirmed"
	// Redirected: a 3xx that is being followed; Headers hold Contact.
	Redirected Kind = "redirected"
	// Rejected: a final answer that is no success; Status, Reason and Cause say which.
	Rejected Kind = "rejected"
	// Cancelled: the caller gave up before the answer (CANCEL, sent or received).
	Cancelled Kind = "cancelled"
	// Failed: no answer at all, or one that cannot be used; Err says why.
	Failed Kind = "failed"
	// Held and Resumed: the far side put us on hold and took us back.
	Held    Kind = "held"
	Resumed Kind = "resumed"
	// HoldSent and ResumeSent: our own, agreed by the far side.
	HoldSent   Kind = "hold sent"
	ResumeSent Kind = "resume sent"
	// Updated: a re-INVITE or UPDATE that changed no direction: a session refresh
	// or a new connected party, see Headers.
	Updated Kind = "updated"
	// ToneBegan and ToneEnded: a tone of Hz is heard, or no more.
	ToneBegan Kind = "tone began"
	ToneEnded Kind = "tone ended"
	// Digit: a key was pressed at the far side; Digit, Duration and Via say which and how.
	Digit Kind = "digit"
	// DigitsSent: our keys are all out.
	DigitsSent Kind = "digits sent"
	// Transferring: our REFER was taken. TransferProgress: a NOTIFY about it with
	// the Status of the new call.
	Transferring     Kind = "transferring"
	TransferProgress Kind = "transfer progress"
	// ByeSent and ByeReceived: an end of a talking call.
	ByeSent     Kind = "bye sent"
	ByeReceived Kind = "bye received"
	// Ended: the call's last event, whatever the reason. By says who ended it.
	Ended Kind = "ended"
	// Notified: a NOTIFY outside a call, of what was subscribed to; see Body.
	Notified Kind = "notified"
	// Died: the phone's sockets were closed without a goodbye.
	Died Kind = "died"
	// Malformed: a datagram was no SIP message a telephone can use and was dropped.
	Malformed Kind = "malformed"
)

// Side is who did something.
type Side string

// The two sides of a call; empty is neither (a timeout, a lost transport).
const (
	Us   Side = "us"
	Them Side = "them"
)

// Event is one thing that happened to a phone or a call. Fields that do not
// belong to the kind are zero.
type Event struct {
	// At is this process's clock when it happened: when the message came in or
	// went out, for tones when the sound was first or last heard.
	At   time.Time
	Kind Kind
	// Phone is the number of the phone.
	Phone string
	// Call is nil for events of the phone itself.
	Call *Call
	// Status and Reason are a SIP answer's.
	Status int
	Reason string
	// Cause is Q.850's, from a Reason header (RFC 3326), 0 when there was none.
	Cause pbx.Cause
	By    Side
	// Headers of the message that was the event.
	Headers Headers
	// Body of a NOTIFY.
	Body string
	// Hz of a tone.
	Hz float64
	// Digit is one key, or the keys sent; Via is how: RFC4733 or INFO.
	Digit    string
	Duration time.Duration
	Via      DigitMethod
	Err      error
}

// String is one line for a person, without time.
func (e Event) String() string {
	var b strings.Builder
	b.WriteString(string(e.Kind))
	if e.Status != 0 {
		fmt.Fprintf(&b, " %d", e.Status)
	}
	if e.Reason != "" {
		b.WriteString(" " + e.Reason)
	}
	if e.Cause != 0 {
		fmt.Fprintf(&b, " (%v)", e.Cause)
	}
	if e.Hz != 0 {
		fmt.Fprintf(&b, " %.0f Hz", e.Hz)
	}
	if e.Digit != "" {
		b.WriteString(" " + e.Digit)
	}
	if e.By != "" {
		b.WriteString(" by " + string(e.By))
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// ErrOver is returned by waits for what can no longer happen, because the call
// has ended or the phone is closed.
var ErrOver = errors.New("nothing more will happen")

// Log is the story of a phone or a call: every event, in order, none lost. It
// never blocks who writes. Any number of goroutines may read and wait.
type Log struct {
	mu      sync.Mutex
	events  []entry
	dropped int
	limit   int
	changed chan struct{} // closed and replaced at each event
	over    bool
}

type entry struct {
	Event
	taken bool
}

func newLog(limit int) *Log { return &Log{limit: limit, changed: make(chan struct{})} }

// add writes an event; it does nothing once the log is over.
func (l *Log) add(e Event) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over {
		return false
	}
	l.events = append(l.events, entry{Event: e})
	if l.limit > 0 && len(l.events) > 2*l.limit {
		drop := len(l.events) - l.limit
		l.events = slices.Clone(l.events[drop:])
		l.dropped += drop
	}
	close(l.changed)
	l.changed = make(chan struct{})
	return true
}

// finish lets waits for what did not happen end.
func (l *Log) finish() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.over {
		l.over = true
		close(l.changed)
		l.changed = make(chan struct{})
	}
}

// Wait returns the first event of one of kinds that no Wait has returned yet,
// and waits for it if need be. Other kinds are left for their own waits, so the
// order of waits need not be the order of events; waiting twice for a kind gives
// its first and its second event. The error is ctx's or ErrOver, with the story so far.
func (l *Log) Wait(ctx context.Context, kinds ...Kind) (Event, error) {
	return l.WaitFunc(ctx, fmt.Sprint(kinds), func(e Event) bool { return slices.Contains(kinds, e.Kind) })
}

// WaitFunc is Wait for events that match; what names them in the error.
func (l *Log) WaitFunc(ctx context.Context, what string, match func(Event) bool) (Event, error) {
	for {
		l.mu.Lock()
		for i := range l.events {
			if e := &l.events[i]; !e.taken && match(e.Event) {
				e.taken = true
				l.mu.Unlock()
				return e.Event, nil
			}
		}
		changed, over := l.changed, l.over
		l.mu.Unlock()
		if over {
			return Event{}, fmt.Errorf("wait %s: %w (%s)", what, ErrOver, l.Story())
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return Event{}, fmt.Errorf("wait %s: %w (%s)", what, context.Cause(ctx), l.Story())
		}
	}
}

// news is closed at the next event; over is true if there will be none.
func (l *Log) news() (changed <-chan struct{}, over bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.changed, l.over
}

// All is a copy of every event so far.
func (l *Log) All() []Event {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := make([]Event, len(l.events))
	for i, e := range l.events {
		out[i] = e.Event
	}
	return out
}

// Find is the first event of kind so far; it takes nothing from Wait.
func (l *Log) Find(kind Kind) (Event, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range l.events {
		if e.Kind == kind {
			return e.Event, true
		}
	}
	return Event{}, false
}

// Follow yields every event from the first on, waiting for new ones, until the
// log is over or ctx ends. It takes nothing from Wait.
func (l *Log) Follow(ctx context.Context) iter.Seq[Event] {
	return func(yield func(Event) bool) {
		for next := 0; ; {
			l.mu.Lock()
			at := max(0, next-l.dropped)
			var fresh []entry
			if at < len(l.events) {
				fresh = slices.Clone(l.events[at:])
			}
			next = l.dropped + len(l.events)
			changed, over := l.changed, l.over
			l.mu.Unlock()
			for _, e := range fresh {
				if !yield(e.Event) {
					return
				}
			}
			if over {
				return
			}
			select {
			case <-changed:
			case <-ctx.Done():
				return
			}
		}
	}
}

// Story is the log in one line, times in ms from the first event.
func (l *Log) Story() string {
	var b strings.Builder
	var first time.Time
	for _, e := range l.All() {
		if first.IsZero() {
			first = e.At
		} else {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%d ms %s", e.At.Sub(first).Milliseconds(), e)
	}
	if b.Len() == 0 {
		return "nothing so far"
	}
	return b.String()
}

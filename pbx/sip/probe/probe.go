// Package probe finds out from outside whether a SIP switch serves: whether it
// answers at all (Ping) and whether a real call goes through with sound (Call).
//
// A probe keeps nothing between two runs, opens its own socket and closes it
// before it returns; any number may run at the same time. Both return within
// their context and a second, whatever the switch does. A fault of the switch
// is a *StageError that names the stage; any other error is the prober's own.
package probe

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sansheng/pbx/sip/media"
	"sansheng/pbx/sip/phone"
	"sansheng/pbx/sip/tone"
)

// Stage is how far a probe came.
type Stage string

// The stages in their order.
const (
	StageReach  Stage = "reach"  // no answer from the switch
	StageAnswer Stage = "answer" // refused, or nobody answered in time
	StageAudio  Stage = "audio"  // answered, but nothing to hear
	StageEnd    Stage = "end"    // our BYE was not confirmed
)

// StageError is a switch that does not serve, and where it failed.
type StageError struct {
	Stage Stage
	// Status is the SIP status where there was one, else 0.
	Status int
	Err    error
}

// Error implements error.
func (f *StageError) Error() string { return fmt.Sprintf("probe failed at %s: %v", f.Stage, f.Err) }

// Unwrap implements errors.Unwrap.
func (f *StageError) Unwrap() error { return f.Err }

// Target is the switch to probe and how.
type Target struct {
	// Server is host:port.
	Server string
	// Transport is udp (default) or tcp.
	Transport string
	// Listen is the prober's own address, by default one that reaches Server.
	Listen string
	// User and Password, if set, are the prober's name and digest password where
	// the switch asks for one.
	User, Password string
}

func (t Target) phone(number string, send tone.Tone) (*phone.Phone, error) {
	listen := t.Listen
	if listen == "" {
		listen = ":0"
	}
	if t.User != "" {
		number = t.User
	}
	return phone.New(phone.Config{Number: number, Password: t.Password, Server: t.Server, Transport: t.Transport, Listen: listen, Tone: send})
}

// Pong is a sign of life.
type Pong struct {
	// Status of the answer: any final one shows a living switch.
	Status int
	Reason string
	// Server is what the switch calls itself, "" if it does not say.
	Server string
	Took   time.Duration
}

// Ping sends OPTIONS (RFC 3261 section 11) and waits for the answer. A switch that
// answers 503 is alive and says that it does not serve: a *StageError with the Pong.
func Ping(ctx context.Context, t Target) (Pong, error) {
	p, err := t.phone("probe", tone.Tone{})
	if err != nil {
		return Pong{}, err
	}
	defer p.Die()
	r, err := p.Options(ctx, "")
	if err != nil {
		return Pong{}, &StageError{Stage: StageReach, Err: err}
	}
	pong := Pong{Status: r.Status, Reason: r.Reason, Server: r.Headers.Get("Server"), Took: r.Took}
	if pong.Server == "" {
		pong.Server = r.Headers.Get("User-Agent")
	}
	if r.Status >= 500 {
		return pong, &StageError{Stage: StageReach, Status: r.Status, Err: fmt.Errorf("answered %d %s", r.Status, r.Reason)}
	}
	return pong, nil
}

// Order is a test call.
type Order struct {
	// To is the number to call, From who calls.
	To, From string
	// Answer bounds the wait for an answer, 30 s by default; Audio that for a
	// sound after it, 5 s by default.
	Answer, Audio time.Duration
	// Expect is the frequency in Hz of the tone that must be heard; 0 takes any
	// sound: a greeting, music, a voice.
	Expect float64
	// Talk is how long the call is held once the sound was heard.
	Talk time.Duration
	// Send is our tone; the zero value sends silence.
	Send tone.Tone
}

// Result is what a test call found; its times are from the INVITE on, 0 for what
// did not happen.
type Result struct {
	Trying, Ringing, EarlyMedia, Answered time.Duration
	// Audio is when the first sound came, or the expected tone.
	Audio time.Duration
	// Ended is when the end was confirmed.
	Ended time.Duration
	// Status is the final SIP status.
	Status int
	Heard  media.Heard
}

// Call places a test call: INVITE, 180 or 183, 200, sound, BYE. The Result is
// filled as far as the call came, also with an error.
func Call(ctx context.Context, t Target, o Order) (Result, error) {
	if o.Answer == 0 {
		o.Answer = 30 * time.Second
	}
	if o.Audio == 0 {
		o.Audio = 5 * time.Second
	}
	p, err := t.phone("probe", o.Send)
	if err != nil {
		return Result{}, err
	}
	defer p.Die()
	start := time.Now()
	call, err := p.Call(ctx, o.To, phone.Options{From: o.From})
	if err != nil {
		return Result{}, &StageError{Stage: StageReach, Err: err}
	}
	fault := run(ctx, call, o)
	goodbye, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	if err := call.Hangup(goodbye); err != nil && fault == nil {
		fault = &StageError{Stage: StageEnd, Err: err}
	}
	r := summary(call, start, o)
	if fault != nil {
		if fault.Status == 0 {
			fault.Status = r.Status
		}
		return r, fault
	}
	return r, nil
}

// run takes a call to its talk and holds it.
func run(ctx context.Context, call *phone.Call, o Order) *StageError {
	answer, cancel := context.WithTimeoutCause(ctx, o.Answer, fmt.Errorf("nobody answered within %v", o.Answer))
	defer cancel()
	if err := call.WaitAnswered(answer); err != nil {
		f := &StageError{Stage: StageAnswer, Err: err}
		var rejected *phone.RejectedError
		var lost *phone.TransportError
		switch {
		case errors.As(err, &rejected):
			f.Status = rejected.Status
		case errors.As(err, &lost):
			f.Stage = StageReach
		}
		return f
	}
	audio, cancel := context.WithTimeoutCause(ctx, o.Audio, fmt.Errorf("nothing heard within %v of the answer", o.Audio))
	defer cancel()
	var err error
	if o.Expect > 0 {
		err = call.WaitTone(audio, o.Expect)
	} else {
		err = call.WaitSound(audio)
	}
	if err != nil {
		return &StageError{Stage: StageAudio, Err: err}
	}
	if o.Talk <= 0 {
		return nil
	}
	talk := time.NewTimer(o.Talk)
	defer talk.Stop()
	select {
	case <-talk.C:
	case <-call.Done():
	case <-ctx.Done():
	}
	return nil
}

func summary(call *phone.Call, start time.Time, o Order) Result {
	r := Result{Heard: call.Heard()}
	for _, e := range call.All() {
		since := e.At.Sub(start)
		switch e.Kind {
		case phone.Trying:
			r.Trying = since
		case phone.Ringing:
			r.Ringing = since
		case phone.EarlyMedia:
			r.EarlyMedia = since
		case phone.Answered:
			r.Answered, r.Status = since, e.Status
		case phone.Rejected:
			r.Status = e.Status
		case phone.Ended:
			r.Ended = since
		}
	}
	if s, ok := r.Heard.Tone(o.Expect); ok && o.Expect > 0 {
		r.Audio = s.First.Sub(start)
	} else if o.Expect == 0 && r.Heard.Audible() {
		r.Audio = r.Heard.FirstAudible.Sub(start)
	}
	return r
}

package ari

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"sansheng/pbx"
)

// Do carries out one command and returns when the switch has replied. It keeps
// no order among calls: the caller does, per Lane. Success means that the switch
// took the order; what came of it is told by events, by them only. An error is
// or wraps *Error, pbx.ErrLinkDown or pbx.ErrReplaced.
func (l *Link) Do(ctx context.Context, command pbx.Command) error {
	if err := l.Up(); err != nil {
		return fmt.Errorf("do %T: %w", command, err)
	}
	s := l.session()
	if s == nil || s.stalled() {
		return fmt.Errorf("do %T: %w: %w", command, pbx.ErrLinkDown, ErrStalled)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stop := context.AfterFunc(s.void, func() { cancel(context.Cause(s.void)) })
	defer stop()
	switch q := command.(type) {
	case pbx.Create:
		entered, forget := s.expect(string(q.Channel))
		defer forget()
		fresh, err := l.client.prepare(ctx, q, entered)
		s.created.Store(q.Channel, fresh)
		return err
	case pbx.Spy:
		entered, forget := s.expect(string(q.Channel))
		defer forget()
		if err := l.client.spy(ctx, q); err != nil {
			return err
		}
		return await(ctx, entered)
	case pbx.Dial:
		fresh, known := s.created.LoadAndDelete(q.Channel)
		switch {
		case !known: // made before the link was lost
			return fmt.Errorf("dial %s: %w: not made over this connection", q.Channel, pbx.ErrUncertain)
		case fresh == false:
			return nil
		}
		wait := time.NewTimer(q.After)
		defer wait.Stop()
		select {
		case <-wait.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		return l.client.ring(ctx, q)
	}
	return l.client.obey(ctx, command)
}

func (l *Link) session() *session {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.current
}

// Failed makes the event of a command that Do could not carry out.
func (l *Link) Failed(command pbx.Command, err error) pbx.CommandFailed {
	return pbx.CommandFailed{At: pbx.At(l.Now()), Command: command, Gone: Gone(err), Err: err}
}

func (c *Client) obey(ctx context.Context, command pbx.Command) error {
	ch := c.Channels
	switch q := command.(type) {
	case pbx.Watch:
		return c.Applications.Subscribe(ctx, c.config.App, "channel:"+string(q.Channel))
	case pbx.Answer:
		return ch.Answer(ctx, string(q.Channel))
	case pbx.Indicate:
		return ch.Ring(ctx, string(q.Channel))
	case pbx.StopIndicate:
		return ch.RingStop(ctx, string(q.Channel))
	case pbx.Play:
		_, err := ch.Play(ctx, string(q.Channel), PlayMedia{ID: string(q.Playback), Media: q.Media, Language: q.Language})
		return err
	case pbx.StopPlay:
		return c.Playbacks.Stop(ctx, string(q.Playback))
	case pbx.AskPlay:
		_, err := c.Playbacks.Get(ctx, string(q.Playback))
		return err
	case pbx.StartMusic:
		return ch.StartMusic(ctx, string(q.Channel), q.Class)
	case pbx.StopMusic:
		return ch.StopMusic(ctx, string(q.Channel))
	case pbx.SetVars:
		return ch.SetVars(ctx, string(q.Channel), q.Report, q.Vars)
	case pbx.DetectVoice:
		return ch.SetVars(ctx, string(q.Channel), nil, map[string]string{"TALK_DETECT(set)": strconv.Itoa(int(q.Hang.Milliseconds()))})
	case pbx.Lease:
		return ch.SetVars(ctx, string(q.Channel), nil, map[string]string{"TIMEOUT(absolute)": leaseSeconds(q.For)})
	case pbx.Join:
		return c.join(ctx, q)
	case pbx.Unjoin:
		return c.Bridges.Remove(ctx, string(q.Bridge), string(q.Channel))
	case pbx.DropBridge:
		return c.Bridges.Destroy(ctx, string(q.Bridge))
	case pbx.Hangup:
		return ch.Hangup(ctx, string(q.Channel), int(q.Cause))
	case pbx.Continue:
		return c.proceed(ctx, q)
	case pbx.TransferTold:
		state := "channel_declined"
		if q.Done {
			state = "channel_answered"
		}
		return ch.TransferProgress(ctx, string(q.Channel), state)
	case pbx.Light:
		return c.DeviceStates.Set(ctx, "Stasis:"+string(q.Lamp), string(q.Shows))
	case pbx.DropRecording:
		if err := c.Recordings.DeleteStored(ctx, q.Recording); err != nil && !Gone(err) {
			return err
		}
		return nil
	}
	return fmt.Errorf("do %T: unknown command", command)
}

// leaseSeconds is whole seconds, rounded up: a short lease must not become
// none, which 0 means.
func leaseSeconds(d time.Duration) string { return strconv.Itoa(seconds(max(d, 0))) }

// prepare makes a channel, tells whether it was this very call that made it, and
// waits until the application has it: the switch answers before that, and refuses
// to dial it until then. The variables are set before the INVITE, so that the
// phone shows them at its first ring.
func (c *Client) prepare(ctx context.Context, q pbx.Create, entered <-chan struct{}) (fresh bool, err error) {
	vars := map[string]string{}
	if q.Caller.Number != "" {
		vars["CONNECTEDLINE(num,i)"] = q.Caller.Number
	}
	if q.Caller.Name != "" {
		vars["CONNECTEDLINE(name,i)"] = q.Caller.Name
	}
	for k, v := range q.Vars {
		vars[k] = v
	}
	_, fresh, err = c.Channels.create(ctx, CreateChannel{
		ID: string(q.Channel), Endpoint: string(q.Endpoint), App: c.config.App, Args: q.Args,
		Originator: string(q.Originator), Report: q.Report, Vars: vars,
	})
	if err != nil || !fresh {
		return false, err
	}
	if err := await(ctx, entered); err != nil {
		return false, fmt.Errorf("create %s: %w", q.Channel, err)
	}
	return true, nil
}

// spy makes a channel that listens to another.
func (c *Client) spy(ctx context.Context, q pbx.Spy) error {
	snoop := SnoopChannel{ID: string(q.Channel), Spy: "none", Whisper: "none", App: c.config.App, Args: strings.Join(q.Args, ",")}
	if q.Does == pbx.SpySpeak {
		snoop.Whisper = "out"
	} else {
		snoop.Spy = "in"
	}
	_, err := c.Channels.Snoop(ctx, string(q.On), snoop)
	return err
}

// await waits until a channel just made has entered the application, or long enough.
func await(ctx context.Context, entered <-chan struct{}) error {
	select {
	case <-entered:
	case <-time.After(enterWithin):
	case <-ctx.Done():
		return fmt.Errorf("%w: %w", pbx.ErrUncertain, context.Cause(ctx))
	}
	return nil
}

// ring dials a channel that was made. When that fails nothing is left behind.
func (c *Client) ring(ctx context.Context, q pbx.Dial) error {
	err := c.dialFresh(ctx, q)
	if err == nil || Gone(err) {
		return err
	}
	if errors.Is(context.Cause(ctx), errVoid) {
		return err // not ours to clear up any more
	}
	// Cleaning up does not depend on the time left for what failed.
	clean, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.config.Timeout)
	defer cancel()
	_ = c.Channels.Hangup(clean, string(q.Channel), int(pbx.CauseTemporaryFailure))
	return err
}

// enterWithin bounds the wait for a channel just made to enter the application.
const enterWithin = 500 * time.Millisecond

// dialFresh dials a channel just made. The switch answers the making before the
// channel is under the application's control, and until then refuses to dial
// it with 409: seen under load, for some milliseconds. prepare waits for its
// entry, so this is for an event that is late.
func (c *Client) dialFresh(ctx context.Context, q pbx.Dial) error {
	began := time.Now()
	for wait := 2 * time.Millisecond; ; wait *= 2 {
		err := c.Channels.Dial(ctx, string(q.Channel), "", q.Ring)
		var refused *Error
		if err == nil || !errors.As(err, &refused) || refused.Status != http.StatusConflict || time.Since(began) > enterWithin {
			return err
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return err
		}
	}
}

// talkType keeps the switch in the path of the sound, where it sees the keys that
// an agent presses.
const talkType = "mixing,dtmf_events"

// mixedType makes the switch mix the sound itself where it would only copy it for two.
const mixedType = talkType + ",video_sfu"

// join makes the bridge and puts the channels in. The phones' displays stay as
// they are: what they show was decided when they rang.
func (c *Client) join(ctx context.Context, q pbx.Join) error {
	kind := talkType
	if q.Mixed {
		kind = mixedType
	}
	if err := c.Bridges.Create(ctx, string(q.Bridge), kind, q.Report); err != nil {
		return err
	}
	ids := make([]string, 0, len(q.Channels))
	for _, id := range q.Channels {
		ids = append(ids, string(id))
	}
	return c.Bridges.Add(ctx, string(q.Bridge), AddChannel{Channels: ids, InhibitConnectedLineUpdates: true})
}

func (c *Client) proceed(ctx context.Context, q pbx.Continue) error {
	if q.Done {
		if err := c.Channels.SetVars(ctx, string(q.Channel), nil, map[string]string{"CTI_DONE": "1"}); err != nil {
			return err
		}
	}
	priority := 0
	if q.Extension != "" {
		priority = 1
	}
	return c.Channels.Continue(ctx, string(q.Channel), q.Context, q.Extension, priority)
}

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sansheng/pbx/sip/phone"
	"sansheng/pbx/sip/tone"
)

// goodbye bounds how long a phone waits for the far side when it leaves.
const goodbye = 5 * time.Second

// phoneCommand is sansheng phone: a SIP telephone to try a hotline with.
func phoneCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "phone",
		Short: "A SIP telephone that calls or answers, sends a tone and says what it hears",
	}
	cmd.AddCommand(phoneCallerCommand(), phoneAgentCommand())
	return cmd
}

// phoneFlags are what caller and agent have in common.
type phoneFlags struct {
	server, transport, listen, codec, record string
	tone                                     int
	json                                     bool
}

func (f *phoneFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.server, "server", "127.0.0.1:5060", "host:port of the switch")
	flags.StringVar(&f.transport, "transport", "udp", "udp or tcp")
	flags.StringVar(&f.listen, "listen", ":0", "own address; an empty host is the one that reaches the server")
	flags.StringVar(&f.codec, "codec", "alaw", "alaw or ulaw, preferred")
	flags.StringVar(&f.record, "record", "", "folder for a WAV file of what each call hears")
	flags.IntVar(&f.tone, "tone", 0, "frequency in Hz of the tone to send; 0 is the default tone, -1 silence")
	flags.BoolVar(&f.json, "json", false, "print JSON lines")
}

func (f *phoneFlags) config(number, password string, standard tone.Tone) (phone.Config, error) {
	codec, err := tone.ParseCodec(f.codec)
	if err != nil {
		return phone.Config{}, err
	}
	switch {
	case f.tone < 0:
		standard = tone.Tone{}
	case f.tone > 3900 || f.tone > 0 && f.tone < 50:
		return phone.Config{}, fmt.Errorf("--tone %d: a telephone carries 50 to 3900 Hz", f.tone)
	case f.tone > 0:
		standard = tone.Tone{Hz: f.tone}
	}
	return phone.Config{Number: number, Password: password, Server: f.server, Transport: f.transport, Listen: f.listen,
		Codec: codec, Record: f.record, Tone: standard}, nil
}

func phoneCallerCommand() *cobra.Command {
	var f phoneFlags
	var to, from, name, keys, method string
	var headers []string
	var talk, wait, pause time.Duration
	cmd := &cobra.Command{
		Use:   "caller",
		Short: "Call a number as a member of the public does; fails if nobody answers",
		Example: "  sansheng phone caller --to 800100 --from 13800138000 --for 10s\n" +
			"  sansheng phone caller --to 800200 --dtmf 1,2 --json",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := f.config("caller", "", tone.Caller(0))
			if err != nil {
				return err
			}
			opts := phone.Options{From: phone.Escape(from), FromName: name, Anonymous: from == ""}
			for _, h := range headers {
				field, value, ok := strings.Cut(h, ":")
				if !ok {
					return fmt.Errorf("--header %q: a header field is Name: value", h)
				}
				opts.Headers = append(opts.Headers, phone.Header{Name: strings.TrimSpace(field), Value: strings.TrimSpace(value)})
			}
			p, err := phone.New(cfg)
			if err != nil {
				return err
			}
			printer := phone.NewPrinter(cmd.OutOrStdout(), f.json)
			script := callerScript{to: to, opts: opts, wait: wait, talk: talk, pause: pause, method: phone.DigitMethod(method)}
			if keys != "" {
				script.keys = strings.Split(keys, ",")
			}
			err = script.run(cmd.Context(), p, printer)
			ctx, cancel := context.WithTimeout(context.WithoutCancel(cmd.Context()), goodbye)
			defer cancel()
			return errors.Join(err, p.Close(ctx), printer.Err())
		},
	}
	f.add(cmd)
	flags := cmd.Flags()
	flags.StringVar(&to, "to", "", "number or sip: address to call")
	flags.StringVar(&from, "from", "13800138000", "caller's number; empty is anonymous")
	flags.StringVar(&name, "name", "", "caller's display name")
	flags.DurationVar(&talk, "for", 0, "hang up that long after the answer; 0 talks until the far side hangs up")
	flags.DurationVar(&wait, "wait", 2*time.Minute, "give up if nobody has answered by then")
	flags.StringVar(&keys, "dtmf", "", "keys to press after the answer; a comma is a pause")
	flags.StringVar(&method, "dtmf-method", string(phone.RFC4733), "rtp (RFC 4733) or info (SIP INFO)")
	flags.DurationVar(&pause, "dtmf-pause", time.Second, "pause before the first key and at each comma")
	flags.StringArrayVar(&headers, "header", nil, "header field to add to the INVITE, as Name: value; may be repeated")
	cobra.CheckErr(cmd.MarkFlagRequired("to"))
	return cmd
}

// callerScript is one call from dialling to hanging up.
type callerScript struct {
	to                string
	opts              phone.Options
	wait, talk, pause time.Duration
	keys              []string
	method            phone.DigitMethod
}

func (s callerScript) run(ctx context.Context, p *phone.Phone, printer *phone.Printer) (err error) {
	call, err := p.Call(ctx, s.to, s.opts)
	if err != nil {
		return err
	}
	told := make(chan struct{})
	go func() {
		defer close(told)
		for e := range call.Follow(context.WithoutCancel(ctx)) {
			printer.Event(e)
		}
	}()
	defer func() {
		over, cancel := context.WithTimeout(context.WithoutCancel(ctx), goodbye)
		defer cancel()
		err = errors.Join(err, call.Hangup(over))
		p.Die() // whatever the far side confirms, the story ends here
		<-told
	}()
	ringing, cancel := context.WithTimeoutCause(ctx, s.wait, fmt.Errorf("nobody answered within %v", s.wait))
	defer cancel()
	if err := call.WaitAnswered(ringing); err != nil {
		return err
	}
	answered := time.Now()
	for _, group := range s.keys {
		if !sleep(ctx, call, s.pause) {
			return nil
		}
		if err := call.Press(ctx, group, s.method); err != nil {
			return err
		}
	}
	if s.talk > 0 {
		sleep(ctx, call, s.talk-time.Since(answered))
		return nil
	}
	if _, err := call.WaitEnded(ctx); ctx.Err() == nil {
		return err
	}
	return nil // interrupted: hang up, the call was answered
}

// sleep waits for d, and reports false if the call or the program ends before.
func sleep(ctx context.Context, call *phone.Call, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-call.Done():
	case <-ctx.Done():
	}
	return false
}

func phoneAgentCommand() *cobra.Command {
	var f phoneFlags
	var number, password, passwordFile string
	var answerAfter, talk time.Duration
	var decline, busy, unavailable, noAnswer, noRinging, early bool
	var calls int
	cmd := &cobra.Command{
		Use:   "agent",
		Short: "Register as an agent's telephone and treat each call as told, until interrupted",
		Example: "  sansheng phone agent --number 1001 --password-file 1001.pw\n" +
			"  sansheng phone agent --number 1002 --password … --decline",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if passwordFile != "" {
				b, err := os.ReadFile(passwordFile)
				if err != nil {
					return fmt.Errorf("read password: %w", err)
				}
				password = strings.TrimRight(string(b), "\r\n")
			}
			cfg, err := f.config(number, password, tone.Agent(0))
			if err != nil {
				return err
			}
			cfg.KeepEvents = 1000
			cfg.Policy = agentPolicy(answerAfter, decline, busy, unavailable, noAnswer)
			cfg.Policy.Talk = talk
			switch {
			case early:
				cfg.Policy.Alert = phone.AlertEarlyMedia
			case noRinging:
				cfg.Policy.Alert = phone.AlertNone
			}
			p, err := phone.New(cfg)
			if err != nil {
				return err
			}
			printer := phone.NewPrinter(cmd.OutOrStdout(), f.json)
			err = runAgent(cmd.Context(), p, printer, calls)
			ctx, cancel := context.WithTimeout(context.WithoutCancel(cmd.Context()), goodbye)
			defer cancel()
			return errors.Join(err, p.Close(ctx), printer.Err())
		},
	}
	f.add(cmd)
	flags := cmd.Flags()
	flags.StringVar(&number, "number", "", "the agent's number")
	flags.StringVar(&password, "password", "", "the phone's password")
	flags.StringVar(&passwordFile, "password-file", "", "file with the phone's password")
	flags.DurationVar(&answerAfter, "answer-after", time.Second, "ring that long, then answer")
	flags.BoolVar(&decline, "decline", false, "refuse each call with 603")
	flags.BoolVar(&busy, "busy", false, "refuse each call with 486")
	flags.BoolVar(&unavailable, "unavailable", false, "refuse each call with 480")
	flags.BoolVar(&noAnswer, "no-answer", false, "ring for ever")
	flags.BoolVar(&noRinging, "no-ringing", false, "send no 180")
	flags.BoolVar(&early, "early-media", false, "send 183 and the tone before the answer")
	flags.DurationVar(&talk, "talk", 0, "hang up that long after the answer; 0 talks until the caller hangs up")
	flags.IntVar(&calls, "calls", 0, "leave after so many calls; 0 stays")
	cobra.CheckErr(cmd.MarkFlagRequired("number"))
	cmd.MarkFlagsMutuallyExclusive("decline", "busy", "unavailable", "no-answer", "answer-after")
	cmd.MarkFlagsMutuallyExclusive("no-ringing", "early-media")
	cmd.MarkFlagsMutuallyExclusive("password", "password-file")
	return cmd
}

func agentPolicy(after time.Duration, decline, busy, unavailable, noAnswer bool) phone.Policy {
	switch {
	case decline:
		return phone.Decline()
	case busy:
		return phone.Busy()
	case unavailable:
		return phone.Unavailable()
	case noAnswer:
		return phone.NoAnswer()
	}
	return phone.AnswerAfter(after)
}

// runAgent registers and tells what happens until ctx ends or calls calls have
// ended. A wrong password is an error at once; a switch that is away is waited for.
func runAgent(ctx context.Context, p *phone.Phone, printer *phone.Printer, calls int) error {
	p.KeepRegistered()
	for e := range p.Follow(ctx) {
		printer.Event(e)
		switch e.Kind {
		case phone.RegisterFailed:
			if e.Status == 401 || e.Status == 403 || e.Status == 404 {
				return fmt.Errorf("register %s: %w", p.Number(), e.Err)
			}
		case phone.Ended:
			if calls--; calls == 0 {
				return nil
			}
		}
	}
	return nil
}

package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sansheng/store"
)

func recordCommand(open opener, configured configurer) *cobra.Command {
	c := &cobra.Command{
		Use:   "record",
		Short: "Show, verify, prove, amend and erase records",
	}
	c.AddCommand(
		recordShowCommand(open), recordVerifyCommand(open, configured), recordAmendCommand(), recordWitnessCommand(open, configured),
		recordProveCommand(open, configured), recordCheckCommand(configured), recordEraseCommand(),
	)
	return c
}

func recordShowCommand(open opener) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "show ID",
		Short: "Show a call's whole record",
		Args:  cobra.ExactArgs(1),
		RunE: revealing(open, func(c *cobra.Command, s *store.Store, args []string) error {
			r, err := s.Record(c.Context(), args[0])
			if errors.Is(err, store.ErrNoCall) {
				return fmt.Errorf("no call has the id %q; `sansheng calls` lists them", args[0])
			}
			if err != nil {
				return err
			}
			if asJSON {
				return encodeJSON(c.OutOrStdout(), r, "  ")
			}
			_, err = io.WriteString(c.OutOrStdout(), story(r))
			return err
		}),
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

// story tells a record line by line, in the order of time where it has one.
func story(r store.Record) string {
	var b strings.Builder
	line := func(name, format string, args ...any) {
		for i, a := range args {
			if s, ok := a.(string); ok {
				args[i] = printable(s) // the whole record, an amendment's text too
			}
		}
		fmt.Fprintf(&b, "%-12s %s\n", name, fmt.Sprintf(format, args...))
	}
	line("call", "%s of %s", r.ID, r.Company)
	line("came", "%s from %s %s to %s, %s line", clock(r.StartedAt), r.Caller, r.CallerName, r.DID, r.Mode)
	for _, s := range r.FlowPath {
		line("", "%s %s %s", s.At.Local().Format("15:04:05.000"), s.Step, s.Detail)
	}
	for _, q := range r.QueueEntries {
		line("queue", "%s, %s, %s", q.Queue, or(seconds(q.WaitMs), "waiting"), or(some(q.Result), "still there"))
	}
	for _, o := range r.Offers {
		line("offer", "agent %s, %d rings in %s, %s", o.Agent, o.Rings, seconds(&o.RingMs), or(some(o.Result), "under way"))
	}
	if r.AnsweredAt != nil {
		kept := "within three rings"
		if !*r.WithinThreeRings {
			kept = "NOT within three rings"
		}
		line("answered", "%s by agent %s after %s, ring %d, %s", clock(*r.AnsweredAt), *r.Agent, seconds(r.WaitMs), *r.Rings, kept)
	}
	for _, l := range r.Legs {
		line("leg", "%s %s %s, %s", l.Role, l.Agent, l.Channel, or(span(&l.StartedAt, l.EndedAt), "still there"))
	}
	for _, h := range r.Holds {
		line("hold", "by %s, %s", h.Role, or(span(&h.BeganAt, h.EndedAt), "still held"))
	}
	if f := r.Fallback; f != nil {
		line("fallback", "%s, %s", clock(f.At), f.Reason)
	}
	ending(r, line)
	return b.String()
}

func ending(r store.Record, line func(name, format string, args ...any)) {
	if r.EndedAt != nil {
		early := ""
		if r.EarlyHangUp {
			early = ", agent hung up on a live caller"
		}
		line("ended", "%s by %s, %s, cause %d%s", clock(*r.EndedAt), *r.EndedBy, *r.Disposition, *r.Cause, early)
	}
	for _, rec := range r.Recordings {
		line("recording", "%s", rec.Name)
	}
	for _, k := range r.RecordingChecks {
		line("checked", "%s is %s: %.1f s for a talk of %.1f s%s", k.Name, string(k.Result), float64(k.LengthMs)/1000, float64(k.TalkMs)/1000, destroyed(k))
	}
	for _, t := range r.Tickets {
		line("ticket", "%s %s, %s, owner %s", t.ID.String(), string(t.Kind), t.State, or(some(t.Owner), "nobody"))
	}
	if e := r.Erased; e != nil {
		line("erased", "%s by %s for %s", clock(e.At), e.By, e.Reason)
	}
	for _, a := range r.Amendments {
		line("amended", "%s by %s: %s: %s", clock(a.MadeAt), a.Author, a.Reason, a.Body)
	}
	if r.Hash != nil {
		line("hash", "%s", (*r.Hash)[:16]+"…")
	}
}

func destroyed(k store.RecordingCheck) string {
	if k.DestroyedAt == nil {
		return ""
	}
	return ", destroyed by rule on " + k.DestroyedAt.Format(time.DateOnly)
}

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

func recordAmendCommand() *cobra.Command {
	var api client
	var body struct {
		Reason string `json:"reason"`
		Text   string `json:"text"`
	}
	c := &cobra.Command{
		Use:   "amend ID TEXT",
		Short: "Add a correction to an ended call's record, with your account, the time and the reason, as a leader may",
		Long: "Add a correction to an ended call's record, which itself stays as it is: the correction stands beside it,\n" +
			"with your account, the time and the reason, and is sealed into the chain. The account's password is read from\n" +
			"the environment's " + passwordVariable + ".",
		Example: "  " + passwordVariable + "=… sansheng record amend 5e4ac1de-3a0d-5b1a-9d6e-0a5a4e5e5a33 'it was the meter' --reason 'typing error' --as 2001",
		Args:    cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			body.Text = args[1]
			if err := api.do(c.Context(), http.MethodPost, "/api/v1/calls/"+url.PathEscape(args[0])+"/amendments", body, nil); err != nil {
				return fmt.Errorf("amend the record of call %s: %w", args[0], err)
			}
			_, err := fmt.Fprintf(c.OutOrStdout(), "the record of call %s is being amended\n", args[0])
			return err
		},
	}
	api.addFlags(c)
	c.Flags().StringVar(&body.Reason, "reason", "", "why, in a line")
	_ = c.MarkFlagRequired("reason") // the flag is there
	return c
}

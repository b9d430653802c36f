package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"github.com/spf13/cobra"

	"sansheng/cti"
	"sansheng/store"
)

// opener opens the records of the hotline a command is about; the function it
// returns closes them.
type opener = func(context.Context) (*store.Store, func(), error)

// reading makes what a command does out of what it does with open records.
func reading(open opener, do func(c *cobra.Command, s *store.Store, args []string) error) func(*cobra.Command, []string) error {
	return func(c *cobra.Command, args []string) error {
		s, closeStore, err := open(c.Context())
		if err != nil {
			return err
		}
		defer closeStore()
		return do(c, s, args)
	}
}

func callsCommand(open opener) *cobra.Command {
	var f store.Filter
	var since time.Duration
	var asJSON, live, ended, answered, unanswered, emergency, ordinary bool
	var disposition string
	c := &cobra.Command{
		Use:   "calls",
		Short: "List the calls' records, newest last",
		Long: "List the calls' records, newest last, calls still going on among them.\n" +
			"With --json the output is one array of whole records, as of `record show --json`.",
		Args: cobra.NoArgs,
		RunE: revealing(open, func(c *cobra.Command, s *store.Store, _ []string) error {
			if since < 0 || f.Limit < 0 {
				return fmt.Errorf("--since %v, --limit %d: allowed are 0 and more", since, f.Limit)
			}
			if since > 0 {
				f.Since = time.Now().Add(-since)
			}
			f.Ended, f.Answered, f.Emergency = either(ended, live), either(answered, unanswered), either(emergency, ordinary)
			if f.Disposition = cti.Disposition(strings.ToUpper(disposition)); disposition != "" && !slices.Contains(cti.Dispositions(), f.Disposition) {
				return fmt.Errorf("--disposition %q is unknown; allowed: answered, 'no answer', busy, failed, congestion", disposition)
			}
			if asJSON {
				return callsJSON(c, s, f)
			}
			return callsTable(c, s, f)
		}),
	}
	flags := c.Flags()
	flags.BoolVar(&asJSON, "json", false, "print whole records as a JSON array")
	flags.StringVar(&f.Company, "company", "", "only this company's")
	flags.StringVar(&f.DID, "did", "", "only calls to this number")
	flags.StringVar(&f.Caller, "caller", "", "only calls from this number")
	flags.StringVar(&f.Agent, "agent", "", "only calls this agent was the first to answer")
	flags.StringVar(&f.Queue, "queue", "", "only calls that waited in this queue")
	flags.StringVar(&disposition, "disposition", "", "only calls that came out so: answered, 'no answer', busy, failed or congestion")
	flags.BoolVar(&emergency, "emergency", false, "only calls on emergency lines")
	flags.BoolVar(&ordinary, "ordinary", false, "only calls on other lines")
	flags.DurationVar(&since, "since", 0, "only calls that began in this time until now, as 24h")
	flags.BoolVar(&live, "live", false, "only calls still going on")
	flags.BoolVar(&ended, "ended", false, "only calls that have ended")
	flags.BoolVar(&answered, "answered", false, "only calls a person answered")
	flags.BoolVar(&unanswered, "unanswered", false, "only calls nobody answered")
	flags.IntVar(&f.Limit, "limit", 0, "only the newest so many; 0 is all")
	c.MarkFlagsMutuallyExclusive("live", "ended")
	c.MarkFlagsMutuallyExclusive("answered", "unanswered")
	c.MarkFlagsMutuallyExclusive("emergency", "ordinary")
	return c
}

// either is a filter of two exclusive flags.
func either(yes, no bool) *bool {
	if !yes && !no {
		return nil
	}
	return &yes
}

func callsJSON(c *cobra.Command, s *store.Store, f store.Filter) error {
	out := c.OutOrStdout()
	before := "[\n"
	err := s.EachCall(c.Context(), f, func(r store.Record) error {
		if _, err := io.WriteString(out, before); err != nil {
			return err
		}
		before = ",\n"
		return encodeJSON(out, r, "")
	})
	if err != nil {
		return err
	}
	if before == "[\n" {
		_, err = io.WriteString(out, "[]\n")
	} else {
		_, err = io.WriteString(out, "\n]\n")
	}
	return err
}

func callsTable(c *cobra.Command, s *store.Store, f store.Filter) error {
	w := table(c, "STARTED", "ID", "CALLER", "DID", "AGENT", "WAIT", "RINGS", "TALK", "RESULT")
	err := s.EachCall(c.Context(), f, func(r store.Record) error {
		result := "going on"
		if r.Disposition != nil {
			result = *r.Disposition
		}
		switch {
		case r.Abandoned:
			result += ", abandoned"
		case r.Fallback != nil:
			result += ", fallback " + r.Fallback.Reason
		}
		return w.row(clock(r.StartedAt), r.ID, r.Caller, r.DID, some(r.Agent), seconds(r.WaitMs), rings(r.Answer),
			span(r.JoinedAt, r.EndedAt), result)
	})
	if err != nil {
		return err
	}
	return w.Flush()
}

// rings is "2", or "4 !" where three rings were not kept.
func rings(a store.Answer) string {
	switch {
	case a.Rings == nil:
		return "-"
	case !*a.WithinThreeRings:
		return fmt.Sprintf("%d !", *a.Rings)
	}
	return strconv.Itoa(int(*a.Rings))
}

// columns is a table with a heading.
type columns struct{ *tabwriter.Writer }

func table(c *cobra.Command, heads ...string) columns {
	w := columns{tabwriter.NewWriter(c.OutOrStdout(), 0, 0, 2, ' ', 0)}
	_ = w.row(heads...) // kept until Flush, which tells
	return w
}

func (w columns) row(cells ...string) error {
	for i, cell := range cells {
		end := "\t"
		if i == len(cells)-1 {
			end = "\n"
		}
		if cell == "" {
			cell = "-"
		}
		if _, err := io.WriteString(w, plain(cell)+end); err != nil {
			return err
		}
	}
	return nil
}

// plain is foreign text as a terminal may show it: nothing in it moves the
// cursor, turns the writing round or fills the screen.
func plain(s string) string {
	const most = 48
	r := []rune(s)
	if len(r) > most {
		r = append(r[:most-1], '…')
	}
	return printable(string(r))
}

// printable is plain of any length: for what the service itself says at length.
func printable(s string) string {
	for _, c := range s {
		if !unicode.IsPrint(c) {
			q := strconv.Quote(s)
			return q[1 : len(q)-1]
		}
	}
	return s
}

func some(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func clock(t time.Time) string { return t.Local().Format("2006-01-02 15:04:05") }

func seconds(ms *int64) string {
	if ms == nil {
		return ""
	}
	return fmt.Sprintf("%.1f s", float64(*ms)/1000)
}

func span(from, to *time.Time) string {
	if from == nil || to == nil {
		return ""
	}
	return to.Sub(*from).Round(100 * time.Millisecond).String()
}

// encodeJSON writes v as JSON, text as it is.
func encodeJSON(w io.Writer, v any, indent string) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	return e.Encode(v)
}

package main

import (
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/spf13/cobra"

	"sansheng/cti/web"
)

func hoursCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "hours",
		Short: "Show which lines are open, close one at once for a time, or open it again",
	}
	c.AddCommand(hoursShowCommand(), hoursCloseCommand(), hoursOpenCommand())
	return c
}

func hoursShowCommand() *cobra.Command {
	var api client
	var asJSON bool
	c := &cobra.Command{
		Use:   "show",
		Short: "Show whether each line whose callers meet hours is open, why, and who has closed it",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			var list web.Hours
			if err := api.get(c.Context(), "/api/v1/hours", &list); err != nil {
				return fmt.Errorf("show hours: %w", err)
			}
			if asJSON {
				return encodeJSON(c.OutOrStdout(), list.Hours, "  ")
			}
			w := table(c, "LINE", "COMPANY", "CALENDAR", "NOW", "BY", "UNTIL", "CLOSED BY", "TO END AT")
			for _, h := range list.Hours {
				now, until, by, end := "closed", "-", "-", "-"
				if h.Open {
					now = "open"
				}
				if h.Until != nil {
					until = clock(*h.Until)
				}
				if h.Closure != nil {
					by, end = h.Closure.By+": "+h.Closure.Reason, clock(h.Closure.Until)
				}
				rule := h.Rule
				if h.Name != "" {
					rule += ", " + h.Name
				}
				if err := w.row(h.Line, h.Company, h.Calendar, now, rule, until, by, end); err != nil {
					return err
				}
			}
			return w.Flush()
		},
	}
	api.addFlags(c)
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func hoursCloseCommand() *cobra.Command {
	var api client
	var until, key string
	var long time.Duration
	var body struct {
		Until  time.Time `json:"until"`
		Reason string    `json:"reason"`
	}
	c := &cobra.Command{
		Use:   "close CALENDAR|NUMBER",
		Short: "Close a line, or every line that asks a calendar, from now until a time",
		Long: "Close a line, or every line that asks a calendar, from now until a time, at most 31 days ahead. Who calls\n" +
			"meets what the flow has for when it is closed; who waits already is served. It opens by itself.\n" +
			"An emergency line cannot be closed.",
		Example: "  " + passwordVariable + "=… sansheng hours close 800200 --for 2h --reason 'burst pipe' --as 9001\n" +
			"  " + passwordVariable + "=… sansheng hours close office --until 2026-10-01T20:00:00+08:00 --reason 'training' --as 9001",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			switch {
			case (until == "") == (long == 0):
				return fmt.Errorf("close %s: it must end: give --until or --for, one of the two", args[0])
			case long != 0:
				body.Until = time.Now().Add(long)
			default:
				var err error
				if body.Until, err = timeOf("--until", until); err != nil {
					return err
				}
			}
			if err := api.do(c.Context(), http.MethodPut, closurePath(args[0]), body, keyed(key)); err != nil {
				return fmt.Errorf("close %s: %w", args[0], err)
			}
			_, err := fmt.Fprintf(c.OutOrStdout(), "%s is closed until %s\n", args[0], clock(body.Until))
			return err
		},
	}
	api.addFlags(c)
	f := c.Flags()
	f.StringVar(&until, "until", "", "when it opens by itself (RFC 3339)")
	f.DurationVar(&long, "for", 0, "for how long, in place of --until")
	f.StringVar(&body.Reason, "reason", "", "why; it is needed")
	f.StringVar(&key, "key", "", "makes it safe to give the order again; needs --until")
	return c
}

func hoursOpenCommand() *cobra.Command {
	var api client
	var reason, key string
	c := &cobra.Command{
		Use:     "open CALENDAR|NUMBER",
		Short:   "Let a line or a calendar that somebody has closed follow its hours again",
		Example: "  " + passwordVariable + "=… sansheng hours open 800200 --as 9001",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			path := closurePath(args[0])
			if reason != "" {
				path += "?reason=" + url.QueryEscape(reason)
			}
			if err := api.do(c.Context(), http.MethodDelete, path, nil, keyed(key)); err != nil {
				return fmt.Errorf("open %s: %w", args[0], err)
			}
			_, err := fmt.Fprintf(c.OutOrStdout(), "%s follows its hours again\n", args[0])
			return err
		},
	}
	api.addFlags(c)
	c.Flags().StringVar(&reason, "reason", "", "why")
	c.Flags().StringVar(&key, "key", "", "makes it safe to give the order again")
	return c
}

func closurePath(what string) string { return "/api/v1/hours/" + url.PathEscape(what) + "/closure" }

// keyed is the header of an order that may be given again.
func keyed(key string) http.Header {
	h := http.Header{}
	if key != "" {
		h.Set("Idempotency-Key", key)
	}
	return h
}

package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"sansheng/cti/callback"
	"sansheng/store"
)

func followUpsCommand(open opener) *cobra.Command {
	var f store.FollowUpFilter
	var since, until string
	var asJSON bool
	c := &cobra.Command{
		Use:     "followups",
		Short:   "List callers who are called back about what was done for them, in the order in which they are due",
		Args:    cobra.NoArgs,
		Example: "  sansheng followups --dissatisfied --since 2026-11-23 --until 2026-11-30",
		RunE: revealing(open, func(c *cobra.Command, s *store.Store, _ []string) error {
			var err error
			if f.Since, err = dayFlag("since", since); err != nil {
				return err
			}
			if f.Until, err = dayFlag("until", until); err != nil {
				return err
			}
			list, err := s.FollowUps(c.Context(), f)
			if err != nil {
				return err
			}
			if asJSON {
				return encodeJSON(c.OutOrStdout(), list, "  ")
			}
			w := table(c, "DUE", "ID", "STATE", "AGENT", "NUMBERS", "ATTEMPTS", "TICKETS")
			for _, f := range list {
				kinds := make([]string, len(f.Tickets))
				for i, t := range f.Tickets {
					kinds[i] = t.Kind + " " + t.Ticket
				}
				late := ""
				if f.Overdue && !f.State.Over() {
					late = " OVERDUE"
				}
				if err := w.row(clock(f.Due)+late, f.ID, string(f.State), f.Agent, strings.Join(f.Numbers, ","), strconv.Itoa(len(f.Attempts)), strings.Join(kinds, ", ")); err != nil {
					return err
				}
			}
			return w.Flush()
		}),
	}
	flags := c.Flags()
	flags.BoolVar(&asJSON, "json", false, "print JSON")
	flags.StringVar(&f.Company, "company", "", "only this company's")
	flags.StringVar(&f.Agent, "agent", "", "only those on this agent's list")
	flags.StringVar(&f.State, "state", "", "only in this state, as waiting or done")
	flags.BoolVar(&f.Owed, "owed", false, "only those that are still to be made")
	flags.BoolVar(&f.Dissatisfied, "dissatisfied", false, "only those whose caller is dissatisfied")
	flags.StringVar(&since, "since", "", "only those that ended on this day or later, as in 2026-11-23")
	flags.StringVar(&until, "until", "", "only those that ended before this day")
	flags.IntVar(&f.Limit, "limit", 0, "only so many, those that are due last; 0 is all")
	c.AddCommand(orderFollowUpCommand(), followUpRatesCommand(), dealFollowUpsCommand())
	return c
}

// dayFlag is the moment, by this machine's clock, at which a day that was named begins; none where
// it is empty.
func dayFlag(name, day string) (time.Time, error) {
	if day == "" {
		return time.Time{}, nil
	}
	at, err := time.ParseInLocation(time.DateOnly, day, time.Local)
	if err != nil {
		return at, fmt.Errorf("--%s %q; allowed: a day as in 2026-11-23", name, day)
	}
	return at, nil
}

func orderFollowUpCommand() *cobra.Command {
	var api client
	c := &cobra.Command{
		Use:   "order ID ORDER [NAME=VALUE ...]",
		Short: "Say what came of a callback, or whose it is: answer, miss, drop, number, assign, waive",
		Example: "  " + passwordVariable + "=… sansheng followups order 5e4a… miss call=1764… reason=busy --as 1001\n" +
			"  " + passwordVariable + `=… sansheng followups order 5e4a… answer call=1764… answers='[{"question": "solved", "ticket": "0b1c…", "yes": true}]' --as 1001` + "\n" +
			"  " + passwordVariable + "=… sansheng followups order 5e4a… assign agent=1001 --as 2001",
		Args: cobra.MinimumNArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			if uuid.Validate(args[0]) != nil {
				return fmt.Errorf("%q is no callback's id; `sansheng followups` lists them", args[0])
			}
			values, err := members(args[2:])
			if err != nil {
				return err
			}
			var f callback.Callback
			path := "/api/v1/follow_ups/" + url.PathEscape(args[0]) + "/orders"
			if err := api.order(c.Context(), http.MethodPost, path, map[string]any{"order": args[1], "said": values}, &f); err != nil {
				return fmt.Errorf("%s callback: %w", args[1], err)
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "callback %s is %s\n", f.ID, f.State)
			return err
		},
	}
	api.addFlags(c)
	return c
}

func followUpRatesCommand() *cobra.Command {
	var api client
	query := url.Values{}
	var company, month, kind string
	c := &cobra.Command{
		Use:     "rates",
		Short:   "How a month's callbacks stand, how it will end, and today's share of each agent",
		Example: "  " + passwordVariable + "=… sansheng followups rates --as 2001",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			for name, value := range map[string]string{"company": company, "month": month, "kind": kind} {
				if value != "" {
					query.Set(name, value)
				}
			}
			var m store.FollowUpMonth
			if err := api.get(c.Context(), "/api/v1/follow_ups/rates?"+query.Encode(), &m); err != nil {
				return fmt.Errorf("ask for rates: %w", err)
			}
			w := table(c, "CLOSED", "OWED", "DONE", "FAILED", "WAITING", "RATE", "OF THOSE OWED", "FORECAST", "TODAY")
			parts := make([]string, len(m.Shares))
			for i, p := range m.Shares {
				parts[i] = fmt.Sprintf("%s %d", p.Agent, p.Calls)
			}
			percent := func(x float64) string { return fmt.Sprintf("%.1f %%", 100*x) }
			if err := w.row(strconv.Itoa(m.Closed), strconv.Itoa(m.Owed), strconv.Itoa(m.Done), strconv.Itoa(m.Failed), strconv.Itoa(m.Waiting),
				percent(m.Rate), percent(m.KeptRate), percent(m.Forecast.Rate), fmt.Sprintf("%d: %s", m.Quota, strings.Join(parts, ", "))); err != nil {
				return err
			}
			return w.Flush()
		},
	}
	api.addFlags(c)
	f := c.Flags()
	f.StringVar(&company, "company", "", "of this company")
	f.StringVar(&month, "month", "", "the month, as in 2026-11; this one where it is left out")
	f.StringVar(&kind, "kind", "", "only of tickets of this kind")
	return c
}

func dealFollowUpsCommand() *cobra.Command {
	var api client
	var company string
	c := &cobra.Command{
		Use:     "deal",
		Short:   "Put today's callbacks that are nobody's on the lists of the agents at work, as a leader may",
		Example: "  " + passwordVariable + "=… sansheng followups deal --as 2001",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			var dealt struct{ Dealt int }
			query := url.Values{}
			if company != "" {
				query.Set("company", company)
			}
			if err := api.order(c.Context(), http.MethodPost, "/api/v1/follow_ups/deal?"+query.Encode(), nil, &dealt); err != nil {
				return fmt.Errorf("deal callbacks: %w", err)
			}
			_, err := fmt.Fprintf(c.OutOrStdout(), "%d callbacks were put on lists\n", dealt.Dealt)
			return err
		},
	}
	api.addFlags(c)
	c.Flags().StringVar(&company, "company", "", "of this company")
	return c
}

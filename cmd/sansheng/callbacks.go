package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/spf13/cobra"

	"sansheng/store"
)

func callbacksCommand(open opener) *cobra.Command {
	var company string
	var owed, asJSON bool
	var most int
	c := &cobra.Command{
		Use:   "callbacks",
		Short: "List callers who are owed a call, as they asked for it or an agent promised, newest last",
		Args:  cobra.NoArgs,
		RunE: revealing(open, func(c *cobra.Command, s *store.Store, _ []string) error {
			list, err := s.Callbacks(c.Context(), store.CallbackFilter{Company: company, Owed: owed, Limit: most})
			if err != nil {
				return err
			}
			if asJSON {
				return encodeJSON(c.OutOrStdout(), list, "  ")
			}
			w := table(c, "ASKED", "QUEUE", "NUMBER", "ATTEMPTS", "LAST", "DUE", "PROMISED", "UNTIL", "RESULT", "CALL")
			for _, b := range list {
				due, until := "-", "-"
				if b.DueAt != nil {
					due = clock(*b.DueAt)
				}
				if b.PromisedUntil != nil {
					until = clock(*b.PromisedUntil)
				}
				if err := w.row(clock(b.AskedAt), b.Queue, b.Number, strconv.Itoa(b.Attempts), or(b.LastResult, "-"), due, or(b.PromisedBy, "-"), until, or(b.Result, "-"), b.Call); err != nil {
					return err
				}
			}
			return w.Flush()
		}),
	}
	flags := c.Flags()
	flags.BoolVar(&asJSON, "json", false, "print JSON")
	flags.BoolVar(&owed, "owed", false, "only those that are still owed")
	flags.StringVar(&company, "company", "", "only this company's")
	flags.IntVar(&most, "limit", 0, "only the newest so many; 0 is all")
	c.AddCommand(cancelCallbackCommand())
	return c
}

func cancelCallbackCommand() *cobra.Command {
	var api client
	var reason string
	c := &cobra.Command{
		Use:     "cancel CALL",
		Short:   "Take back the promise to call a caller, as a leader may",
		Example: "  " + passwordVariable + "=… sansheng callbacks cancel 5e4ac1de-3a0d-5b1a-9d6e-0a5a4e5e5a33 --reason 'he came in person' --as 2001",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			path := "/api/v1/callbacks/" + url.PathEscape(args[0]) + "?reason=" + url.QueryEscape(reason)
			if err := api.do(c.Context(), http.MethodDelete, path, nil, nil); err != nil {
				return fmt.Errorf("cancel the callback of call %s: %w", args[0], err)
			}
			_, err := fmt.Fprintf(c.OutOrStdout(), "the caller of call %s is not called back\n", args[0])
			return err
		},
	}
	api.addFlags(c)
	c.Flags().StringVar(&reason, "reason", "", "why; it is needed")
	return c
}

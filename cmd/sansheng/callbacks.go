package main

import (
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
		Short: "List callers who asked to be called back, newest last",
		Args:  cobra.NoArgs,
		RunE: reading(open, func(c *cobra.Command, s *store.Store, _ []string) error {
			list, err := s.Callbacks(c.Context(), company, owed, most)
			if err != nil {
				return err
			}
			if asJSON {
				return encodeJSON(c.OutOrStdout(), list, "  ")
			}
			w := table(c, "ASKED", "QUEUE", "NUMBER", "ATTEMPTS", "LAST", "DUE", "RESULT", "CALL")
			for _, b := range list {
				due := "-"
				if b.DueAt != nil {
					due = clock(*b.DueAt)
				}
				if err := w.row(clock(b.AskedAt), b.Queue, b.Number, strconv.Itoa(b.Attempts), or(b.LastResult, "-"), due, or(b.Result, "-"), b.Call); err != nil {
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
	return c
}

package main

import (
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"sansheng/store"
)

func queuesCommand(open opener) *cobra.Command {
	var company string
	var asJSON bool
	c := &cobra.Command{
		Use:   "queues",
		Short: "List who waits in each queue, and today's counts",
		Args:  cobra.NoArgs,
		RunE: reading(open, func(c *cobra.Command, s *store.Store, _ []string) error {
			list, err := s.Queues(c.Context(), company, today())
			if err != nil {
				return err
			}
			if asJSON {
				return encodeJSON(c.OutOrStdout(), list, "  ")
			}
			w := table(c, "COMPANY", "QUEUE", "WAITING", "OLDEST", "ENTERED", "ANSWERED", "ABANDONED", "MEAN WAIT", "LONGEST")
			for _, q := range list {
				oldest := ""
				if q.OldestAt != nil {
					oldest = time.Since(*q.OldestAt).Round(time.Second).String()
				}
				if err := w.row(q.Company, q.Queue, number(q.Waiting), oldest, number(q.Entered), number(q.Answered),
					number(q.Abandoned), seconds(&q.MeanWaitMs), seconds(&q.LongestWaitMs)); err != nil {
					return err
				}
			}
			return w.Flush()
		}),
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	c.Flags().StringVar(&company, "company", "", "only this company's")
	return c
}

func number(n int64) string { return strconv.FormatInt(n, 10) }

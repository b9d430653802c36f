package main

import (
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"sansheng/store"
)

func agentsCommand(open opener) *cobra.Command {
	var company string
	var asJSON bool
	c := &cobra.Command{
		Use:   "agents",
		Short: "List what each agent does, and the calls answered today",
		Args:  cobra.NoArgs,
		RunE: reading(open, func(c *cobra.Command, s *store.Store, _ []string) error {
			list, err := s.Agents(c.Context(), company, today())
			if err != nil {
				return err
			}
			if asJSON {
				return encodeJSON(c.OutOrStdout(), list, "  ")
			}
			w := table(c, "COMPANY", "AGENT", "STATE", "REASON", "SINCE", "PHONE", "ANSWERED", "CALL")
			for _, a := range list {
				phone := "gone"
				if a.Reachable {
					phone = "there"
				}
				if err := w.row(a.Company, a.Agent, a.State, a.Reason, clock(a.Since), phone,
					strconv.FormatInt(a.Answered, 10), a.Call); err != nil {
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

// today is when this day began here.
func today() time.Time {
	y, m, d := time.Now().Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.Local)
}

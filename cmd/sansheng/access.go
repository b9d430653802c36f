package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sansheng/cti/web"
)

func accessCommand() *cobra.Command {
	var api client
	var asJSON bool
	var company, person, of, before string
	var since time.Duration
	var limit int
	c := &cobra.Command{
		Use:     "access",
		Short:   "List who has looked at whole numbers, recordings and customers' cards, and why, newest first",
		Example: "  " + passwordVariable + "=… sansheng access --person 1001 --since 24h --as 5001",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			q := map[string]string{"company": company, "person": person, "of": of, "before": before, "limit": strconv.Itoa(limit)}
			if since > 0 {
				q["since"] = time.Now().Add(-since).UTC().Format(time.RFC3339)
			}
			var list web.Accesses
			if err := api.get(c.Context(), "/api/v1/access"+queryOf(q), &list); err != nil {
				return fmt.Errorf("list accesses: %w", err)
			}
			if asJSON {
				return encodeJSON(c.OutOrStdout(), list, "  ")
			}
			w := table(c, "AT", "PERSON", "ROLE", "COMPANY", "FROM", "WHAT", "REASON", "OF")
			for _, a := range list.Accesses {
				if err := w.row(clock(a.At), a.Person, a.Role, a.Company, a.Source, a.What, a.Reason, strings.Join(a.IDs, " ")); err != nil {
					return err
				}
			}
			if err := w.Flush(); err != nil || !list.More {
				return err
			}
			_, err := fmt.Fprintf(c.OutOrStdout(), "there are more: --before %d\n", list.Accesses[len(list.Accesses)-1].ID)
			return err
		},
	}
	api.addFlags(c)
	f := c.Flags()
	f.BoolVar(&asJSON, "json", false, "print JSON")
	f.StringVar(&company, "company", "", "only people of this company")
	f.StringVar(&person, "person", "", "only this account's")
	f.StringVar(&of, "of", "", "only of this call, ticket or customer")
	f.DurationVar(&since, "since", 0, "only of this time until now, as 24h")
	f.StringVar(&before, "before", "", "the last one of the page before")
	f.IntVar(&limit, "limit", 100, "how many at most")
	return c
}

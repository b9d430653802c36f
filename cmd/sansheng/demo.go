package main

import (
	"encoding/json"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"sansheng/cmd/sansheng/config"
	"sansheng/cti/web"
)

func demoCommand() *cobra.Command {
	var asJSON bool
	accounts := &cobra.Command{
		Use:   "accounts",
		Short: "Print the demo's accounts and the phones' passwords",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			dir, _ := c.Flags().GetString("data") // the root defines it
			if dir == "" {
				dir = config.Default().Data
			}
			list, err := web.DemoAccounts(dir)
			if err != nil {
				return fmt.Errorf("no demo in %s (--data names another folder): %w", dir, err)
			}
			if asJSON {
				e := json.NewEncoder(c.OutOrStdout())
				e.SetIndent("", "  ")
				return e.Encode(list)
			}
			w := tabwriter.NewWriter(c.OutOrStdout(), 0, 4, 2, ' ', 0)
			fmt.Fprintln(w, "NUMBER\tROLE\tCOMPANY\tPASSWORD\tPHONE'S PASSWORD")
			for _, a := range list {
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", a.Number, a.Role, a.Company, a.Password, a.SIPPassword)
			}
			return w.Flush()
		},
	}
	accounts.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	demo := &cobra.Command{Use: "demo", Short: "What belongs to the demo hotline"}
	demo.AddCommand(accounts)
	return demo
}

package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"sansheng/cti/hours"
	"sansheng/cti/hours/ical"
)

func holidaysCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "holidays",
		Short: "Show the public holidays that are shipped, or read others from an iCalendar file",
	}
	c.AddCommand(&cobra.Command{
		Use:   "show",
		Short: "Print the tables of public holidays that are shipped, as a configuration has them",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return printTable(c.OutOrStdout(), hours.China())
		},
	})
	var id string
	read := &cobra.Command{
		Use:     "import FILE",
		Short:   "Read public holidays from an iCalendar file and print them as a configuration has them",
		Example: "  sansheng holidays import 2027.ics --id cn",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			f, err := os.Open(args[0])
			if err != nil {
				return fmt.Errorf("import holidays: %w", err)
			}
			defer f.Close() //nolint:errcheck // it was only read
			t, err := ical.Read(f, id)
			if err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			return printTable(c.OutOrStdout(), withShipped(t))
		},
	}
	read.Flags().StringVar(&id, "id", "cn", "the table's name; cn takes the place of the one that is shipped, whose other years are printed too")
	c.AddCommand(read)
	return c
}

// withShipped adds to a table in place of the shipped one what that tells of other years: else
// these would have no holidays.
func withShipped(t hours.Table) hours.Table {
	shipped := hours.China()
	if t.ID != shipped.ID {
		return t
	}
	told := map[int]bool{}
	for _, h := range t.Days {
		told[h.Date.Year] = true
	}
	for _, h := range shipped.Days {
		if !told[h.Date.Year] {
			t.Days = append(t.Days, h)
		}
	}
	slices.SortStableFunc(t.Days, func(a, b hours.Holiday) int { return cmp.Compare(a.Date.String(), b.Date.String()) })
	return t
}

func printTable(w io.Writer, t hours.Table) error {
	e := yaml.NewEncoder(w)
	e.SetIndent(2)
	if err := e.Encode(map[string]map[string][]hours.Table{"hotline": {"holidays": {t}}}); err != nil {
		return fmt.Errorf("print holidays: %w", err)
	}
	return e.Close()
}

package main

import (
	"fmt"
	"io"
	"os"

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
		Example: "  sansheng holidays import 2027.ics --id cn >> hotline.yaml",
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
			return printTable(c.OutOrStdout(), t)
		},
	}
	read.Flags().StringVar(&id, "id", "cn", "the table's name; cn takes the place of the one that is shipped")
	c.AddCommand(read)
	return c
}

func printTable(w io.Writer, t hours.Table) error {
	e := yaml.NewEncoder(w)
	e.SetIndent(2)
	if err := e.Encode(map[string][]hours.Table{"holidays": {t}}); err != nil {
		return fmt.Errorf("print holidays: %w", err)
	}
	return e.Close()
}

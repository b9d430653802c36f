package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// exportWithin is how long an export may take.
const exportWithin = 10 * time.Minute

func exportCommand() *cobra.Command {
	var api client
	var company, out, since, until, reason string
	c := &cobra.Command{
		Use:   "export calls|tickets|customers",
		Short: "Write calls, tickets or customers into a table, CSV or XLSX, with whole numbers",
		Long: "Write calls, tickets or customers into a table, CSV or XLSX by the file's name, with whole numbers. It needs the right\n" +
			"to see them, and is logged. A cell that a spreadsheet would evaluate has an apostrophe before it in CSV, which\n" +
			"`sansheng customers import` takes away again.",
		Example:   "  " + passwordVariable + "=… sansheng export calls --out october.xlsx --since 2026-10-01T00:00:00+08:00 --reason 'monthly report' --as 2001",
		Args:      cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs),
		ValidArgs: []string{"calls", "tickets", "customers"},
		RunE: func(c *cobra.Command, args []string) error {
			format := strings.TrimPrefix(filepath.Ext(out), ".")
			if format != "csv" && format != "xlsx" {
				return fmt.Errorf("export %s: --out %q; allowed: a file's name with .csv or .xlsx", args[0], out)
			}
			path := "/api/v1/exports/" + args[0] + queryOf(map[string]string{
				"company": company, "format": format, "since": since, "until": until, "reason": reason,
			})
			ctx, cancel := context.WithTimeout(c.Context(), exportWithin)
			defer cancel()
			if err := writeWhole(out, func(w io.Writer) error { return api.fetch(ctx, path, w) }); err != nil {
				return fmt.Errorf("export %s: %w", args[0], err)
			}
			_, err := fmt.Fprintf(c.OutOrStdout(), "%s are in %s\n", args[0], out)
			return err
		},
	}
	api.addFlags(c)
	f := c.Flags()
	f.StringVar(&out, "out", "", "the file, with .csv or .xlsx; it is readable by you alone")
	f.StringVar(&company, "company", "", "only this company's")
	f.StringVar(&since, "since", "", "calls begun, tickets opened at or after this time (RFC 3339)")
	f.StringVar(&until, "until", "", "calls begun, tickets opened before this time (RFC 3339)")
	f.StringVar(&reason, "reason", "", "why the numbers are needed; it is needed")
	return c
}

// writeWhole makes a file that is there whole, or not at all.
func writeWhole(name string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".export-*") // mode 0600
	if err != nil {
		return err
	}
	if err := errors.Join(write(f), f.Close()); err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return os.Rename(f.Name(), name)
}

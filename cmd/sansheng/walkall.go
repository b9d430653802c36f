package main

import (
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"sansheng/cti"
)

// walkAll walks every number through so many days, and fails where a way ends nowhere.
func walkAll(c *cobra.Command, plan *cti.Plan, from time.Time, days int, closed cti.Closures, asJSON bool) error {
	if days < 1 || days > 31 {
		return fmt.Errorf("--days %d is not allowed: 1 to 31", days)
	}
	ways := plan.Survey(from, days, closed)
	var err error
	if asJSON {
		err = encodeJSON(c.OutOrStdout(), ways, "  ")
	} else {
		err = printWays(c.OutOrStdout(), ways)
	}
	if err != nil {
		return err
	}
	open := 0
	for _, w := range ways {
		if w.Open != "" {
			open++
		}
	}
	if open > 0 {
		return fmt.Errorf("%d of %d ways end nowhere", open, len(ways))
	}
	return nil
}

// printWays prints each way with the first moment at which it can be gone.
func printWays(w io.Writer, ways []cti.Way) error {
	for _, way := range ways {
		end := string(way.Path.End.Kind)
		if way.Path.End.To != "" {
			end += " " + way.Path.End.To
		}
		if way.Open != "" {
			end += "\n  ENDS NOWHERE: " + way.Open
		}
		if _, err := fmt.Fprintf(w, "%-10s %s  %s: %s\n", way.DID, way.At.Format("2006-01-02 15:04"), way.Path.Line(), end); err != nil {
			return err
		}
	}
	return nil
}

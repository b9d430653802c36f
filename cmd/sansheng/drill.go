package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"sansheng/cmd/sansheng/drill"
)

// drillFlags are what drill is told on the command line.
type drillFlags struct {
	size           drill.Size
	short          bool
	json, markdown string
	dir            string
	keep           bool
}

func drillCommand() *cobra.Command {
	f := drillFlags{size: drill.Standard}
	c := &cobra.Command{
		Use:   "drill",
		Short: "Break a private hotline under live calls and check what the outside saw",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return f.run(c.Context(), nil, c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	flags := c.PersistentFlags()
	flags.IntVar(&f.size.Talking, "talking", f.size.Talking, "pairs that talk")
	flags.IntVar(&f.size.Waiting, "waiting", f.size.Waiting, "callers who wait")
	flags.IntVar(&f.size.Ringing, "ringing", f.size.Ringing, "callers whose agent's phone rings")
	flags.IntVar(&f.size.Toned, "toned", f.size.Toned, "pairs of them, and waiting callers, who send and listen to tones")
	flags.BoolVar(&f.short, "short", false, "the short form: fewer rows, less traffic")
	flags.StringVar(&f.json, "json", "", "write the report to this file, as JSON")
	flags.StringVar(&f.markdown, "markdown", "", "write the report to this file, as Markdown")
	flags.StringVar(&f.dir, "dir", "", "folder for the private stacks; a temporary one by default")
	flags.BoolVar(&f.keep, "keep", false, "leave the stacks' folders where a row did not hold")
	c.AddCommand(
		&cobra.Command{
			Use: "list", Short: "List the rows", Args: cobra.NoArgs,
			RunE: func(c *cobra.Command, _ []string) error {
				for _, r := range drill.Rows() {
					fmt.Fprintf(c.OutOrStdout(), "%-24s %s\n%-24s   %s\n", r.Name, r.Fault, "", r.Promise)
				}
				return nil
			},
		},
		&cobra.Command{
			Use: "run NAME...", Short: "Run some rows", Args: cobra.MinimumNArgs(1),
			RunE: func(c *cobra.Command, names []string) error {
				return f.run(c.Context(), names, c.OutOrStdout(), c.ErrOrStderr())
			},
		},
	)
	return c
}

func (f *drillFlags) run(ctx context.Context, names []string, out, progress io.Writer) error {
	rows, err := drill.Find(names)
	if err != nil {
		return err
	}
	size := f.size
	if f.short {
		rows, size = drill.Shorts(rows), drill.Small
	}
	if err := size.Check(); err != nil {
		return err
	}
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program: %w", err)
	}
	report, err := drill.Run(ctx, drill.Options{
		Program: program, Dir: f.dir, Keep: f.keep, Size: size, Rows: rows,
		Progress: func(done, of int, row *drill.Row, res *drill.Result) { bar(progress, done, of, row, res) },
	})
	if report == nil {
		return err
	}
	err = errors.Join(err, report.WriteTable(out), toFile(f.json, report.WriteJSON), toFile(f.markdown, report.WriteMarkdown))
	if err == nil && !report.Held() {
		err = errQuiet
	}
	return err
}

// bar draws how far the drill is.
func bar(w io.Writer, done, of int, row *drill.Row, res *drill.Result) {
	const wide = 24
	filled := wide * done / of
	state := "…"
	if res != nil {
		state = map[bool]string{true: "held", false: "NOT HELD"}[res.Held] + fmt.Sprintf(" in %.0f s", res.Seconds)
	}
	fmt.Fprintf(w, "\r\033[K[%s%s] %d/%d %s %s", strings.Repeat("#", filled), strings.Repeat(".", wide-filled), done, of, row.Name, state)
	if res == nil {
		return
	}
	fmt.Fprintln(w)
	if !res.Held {
		fmt.Fprintf(w, "%s", res.Broken())
	}
}

func toFile(path string, write func(io.Writer) error) error {
	if path == "" {
		return nil
	}
	file, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return errors.Join(write(file), file.Close())
}

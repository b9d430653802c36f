package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"sansheng/cmd/sansheng/bench"
	"sansheng/store"
	"sansheng/store/cluster"
)

func benchCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "bench",
		Short: "Fill a database of its own with a year of calls and matters, and measure what people see of them",
	}
	c.AddCommand(benchSeedCommand(), benchPagesCommand())
	return c
}

func benchSeedCommand() *cobra.Command {
	var dir, until string
	cfg := bench.Config{}
	c := &cobra.Command{
		Use:     "seed",
		Short:   "Fill a database of its own, in a folder, with a year of calls and matters",
		Example: "  sansheng bench seed --calls 1000000 --dir /var/tmp/million && sansheng bench pages --dir /var/tmp/million",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) (err error) {
			if cfg.Calls < 1 {
				return fmt.Errorf("seed: --calls %d; allowed: 1 and more", cfg.Calls)
			}
			if cfg.Until, err = time.Parse(time.DateOnly, until); err != nil {
				return fmt.Errorf("seed: --until %q; allowed: a day, as in 2026-10-31", until)
			}
			return withBench(c.Context(), dir, func(s *store.Store) error {
				if err := s.Migrate(c.Context()); err != nil {
					return err
				}
				began := time.Now()
				cfg.Progress = progress(c.ErrOrStderr(), cfg.Calls)
				if err := bench.Seed(c.Context(), s, cfg); err != nil {
					return err
				}
				return tellSeed(c, s, time.Since(began))
			})
		},
	}
	f := c.Flags()
	f.StringVar(&dir, "dir", "", "the folder, which nothing else uses")
	f.IntVar(&cfg.Calls, "calls", 1_000_000, "how many calls; of tickets there are about as many")
	f.Uint64Var(&cfg.Seed, "seed", 1, "the same seed gives the same rows")
	f.StringVar(&until, "until", "2026-10-31", "the day before which the year ends")
	_ = c.MarkFlagRequired("dir") // the flag is there
	return c
}

// withBench runs the folder's database while something is done with it.
func withBench(ctx context.Context, dir string, do func(*store.Store) error) (err error) {
	pg, err := cluster.Start(ctx, cluster.Config{Data: filepath.Join(dir, "postgres")})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, pg.Stop()) }()
	s, err := store.Open(ctx, store.Config{URL: pg.DSN})
	if err != nil {
		return err
	}
	defer s.Close()
	return do(s)
}

// progress shows a bar on a terminal, a line at each tenth elsewhere.
func progress(out io.Writer, all int) func(int) {
	if f, ok := out.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		bar := progressbar.NewOptions(all, progressbar.OptionSetWriter(out), progressbar.OptionSetDescription("calls"),
			progressbar.OptionSetWidth(30), progressbar.OptionShowCount(), progressbar.OptionSetPredictTime(true), progressbar.OptionThrottle(200*time.Millisecond))
		return func(n int) {
			_ = bar.Set(n)
			if n == all {
				_, _ = fmt.Fprintln(out, "\nmaking indexes")
			}
		}
	}
	said := 0
	return func(n int) {
		if tenth := 10 * n / max(all, 1); tenth > said {
			said = tenth
			_, _ = fmt.Fprintf(out, "%d of %d calls\n", n, all)
		}
	}
}

func tellSeed(c *cobra.Command, s *store.Store, took time.Duration) error {
	w := table(c, "TABLE", "ROWS")
	for _, name := range []string{"call", "ticket", "act", "sheet", "follow_up", "leg", "message"} {
		var n int64
		if err := s.Pool().QueryRow(c.Context(), "SELECT count(*) FROM "+name).Scan(&n); err != nil {
			return err
		}
		if err := w.row(name, strconv.FormatInt(n, 10)); err != nil {
			return err
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	var size string
	if err := s.Pool().QueryRow(c.Context(), "SELECT pg_size_pretty(pg_database_size(current_database()))").Scan(&size); err != nil {
		return err
	}
	_, err := fmt.Fprintf(c.OutOrStdout(), "%s in %s\n", size, took.Round(time.Second))
	return err
}

func benchPagesCommand() *cobra.Command {
	var dir string
	var seed uint64
	var runs, clients int
	var most time.Duration
	var asJSON bool
	c := &cobra.Command{
		Use:   "pages",
		Short: "Measure how long people wait for the lists that they see, in a database that seed has filled",
		Long: "Measure how long people wait for the lists that they see, in a database that seed has\n" +
			"filled. Ends with an error where one in a hundred waits longer than --most.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if runs < 1 || clients < 1 || clients > 50 {
				return fmt.Errorf("measure pages: --runs %d, --clients %d; allowed: 1 and more runs, 1 to 50 clients", runs, clients)
			}
			return withBench(c.Context(), dir, func(s *store.Store) error {
				list, err := bench.Pages(c.Context(), s, seed, runs, clients)
				if err != nil {
					return err
				}
				return tellPages(c, list, most, asJSON)
			})
		},
	}
	f := c.Flags()
	f.StringVar(&dir, "dir", "", "the folder that was named to seed")
	f.IntVar(&runs, "runs", 300, "how often each page is asked for")
	f.IntVar(&clients, "clients", 4, "how many ask at once")
	f.DurationVar(&most, "most", 200*time.Millisecond, "how long 99 of 100 may wait at most")
	f.Uint64Var(&seed, "seed", 1, "the same seed asks for the same")
	f.BoolVar(&asJSON, "json", false, "print JSON")
	_ = c.MarkFlagRequired("dir") // the flag is there
	return c
}

func tellPages(c *cobra.Command, list []bench.Page, most time.Duration, asJSON bool) error {
	slow := 0
	limit := float64(most.Microseconds()) / 1000
	for _, p := range list {
		if p.P99 > limit {
			slow++
		}
	}
	if asJSON {
		if err := encodeJSON(c.OutOrStdout(), list, "  "); err != nil {
			return err
		}
	} else {
		w := table(c, "PAGE", "P50 MS", "P99 MS", "MOST MS", "ROWS", "")
		for _, p := range list {
			mark := " "
			if p.P99 > limit {
				mark = "TOO SLOW"
			}
			ms := func(x float64) string { return fmt.Sprintf("%.1f", x) }
			if err := w.row(p.Name, ms(p.P50), ms(p.P99), ms(p.Most), strconv.Itoa(p.Rows), mark); err != nil {
				return err
			}
		}
		if err := w.Flush(); err != nil {
			return err
		}
	}
	if slow > 0 {
		return fmt.Errorf("measure pages: %d pages take longer than %s for one in a hundred", slow, most)
	}
	return nil
}

package main

import (
	"fmt"
	"maps"
	"slices"
	"syscall"

	"github.com/spf13/cobra"

	"sansheng/deploy/debian"
)

func fetchCommand() *cobra.Command {
	var unpack bool
	c := &cobra.Command{
		Use:   "fetch",
		Short: "Unpack the programs the hotline stands on into the cache, so that a start needs no network",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			finder := debian.Finder{Unpack: unpack}
			for _, set := range debian.Sets() {
				tree, err := finder.Find(c.Context(), set)
				if err != nil {
					return err
				}
				from := tree.Root
				if from == "" {
					from = "this machine's own"
				}
				for _, name := range slices.Sorted(maps.Keys(tree.Versions)) {
					fmt.Fprintf(c.OutOrStdout(), "%-24s %-28s %s\n", name, tree.Versions[name], from)
				}
			}
			return nil
		},
	}
	c.Flags().BoolVar(&unpack, "unpack", false, "unpack also what this machine has itself")
	return c
}

// withCommand runs a program of a set that fetch unpacks, as make does with npm.
func withCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "with SET PROGRAM [ARGUMENT...]",
		Short:   "Run a program of one of the sets that fetch unpacks",
		Example: "  sansheng with node npm ci",
		Args:    cobra.MinimumNArgs(2), DisableFlagParsing: true,
		RunE: func(c *cobra.Command, args []string) error {
			sets := debian.Sets()
			i := slices.IndexFunc(sets, func(s debian.Set) bool { return s.String() == args[0] })
			if i < 0 {
				return fmt.Errorf("set %q is unknown; allowed: %v", args[0], sets)
			}
			tree, err := debian.Find(c.Context(), sets[i])
			if err != nil {
				return err
			}
			run := tree.Command(c.Context(), args[1], args[2:]...)
			if run.Err != nil {
				return run.Err
			}
			// In this process's place: what it was given, open files too, is the program's.
			if err := syscall.Exec(run.Path, run.Args, run.Env); err != nil {
				return fmt.Errorf("run %s: %w", run.Path, err)
			}
			return nil
		},
	}
}

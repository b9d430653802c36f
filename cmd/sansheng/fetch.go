package main

import (
	"fmt"
	"maps"
	"slices"

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

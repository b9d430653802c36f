package main

import (
	"errors"
	"strconv"

	"github.com/spf13/cobra"

	"sansheng/store"
)

func migrateCommand(open opener) *cobra.Command {
	c := &cobra.Command{
		Use:   "migrate",
		Short: "Bring the database's tables up or back; serve brings them up by itself",
	}
	up := &cobra.Command{
		Use:   "up",
		Short: "Bring the tables up to this program's version",
		Args:  cobra.NoArgs,
		RunE: reading(open, func(c *cobra.Command, s *store.Store, _ []string) error {
			if err := s.Migrate(c.Context()); err != nil {
				return err
			}
			return printMigrations(c, s, false)
		}),
	}
	var all, sure bool
	down := &cobra.Command{
		Use:   "down",
		Short: "Take the last migration back; what its tables hold is lost",
		Args:  cobra.NoArgs,
		RunE: reading(open, func(c *cobra.Command, s *store.Store, _ []string) error {
			if !sure {
				return errors.New("records would be lost; say --yes if that is meant")
			}
			if err := s.MigrateDown(c.Context(), all); err != nil {
				return err
			}
			return printMigrations(c, s, false)
		}),
	}
	down.Flags().BoolVar(&all, "all", false, "take every migration back")
	down.Flags().BoolVar(&sure, "yes", false, "lose the records in the tables dropped")
	var asJSON bool
	status := &cobra.Command{
		Use:   "status",
		Short: "List the migrations",
		Args:  cobra.NoArgs,
		RunE: reading(open, func(c *cobra.Command, s *store.Store, _ []string) error {
			return printMigrations(c, s, asJSON)
		}),
	}
	status.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	c.AddCommand(up, down, status)
	return c
}

func printMigrations(c *cobra.Command, s *store.Store, asJSON bool) error {
	list, err := s.Migrations(c.Context())
	if err != nil {
		return err
	}
	if asJSON {
		return encodeJSON(c.OutOrStdout(), list, "  ")
	}
	w := table(c, "VERSION", "NAME", "APPLIED")
	for _, m := range list {
		applied := "no"
		if m.Applied {
			applied = clock(m.At)
		}
		if err := w.row(strconv.FormatInt(m.Version, 10), m.Name, applied); err != nil {
			return err
		}
	}
	return w.Flush()
}

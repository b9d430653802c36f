package main

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sansheng/cmd/sansheng/config"
	"sansheng/cti/place"
	"sansheng/cti/web"
)

func configCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "config",
		Short: "Check a configuration, compare it with the one in force, and put it in force without a restart",
		Long: "Check a configuration, compare it with the one in force, and put it in force without a restart: all of it\n" +
			"or nothing, and no call is touched. What is under hotline is taken live; all else needs a restart, and\n" +
			"apply refuses it. All but check ask the running service, as an operator or an administrator.",
	}
	c.AddCommand(configCheckCommand(), configExportCommand(), configDiffCommand(), configApplyCommand(),
		configVersionsCommand(), configUndoCommand(), configCancelCommand())
	return c
}

func configCheckCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "check FILE",
		Short: "Tell everything that is wrong with a configuration, with file, line and what is allowed",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			cfg, err := config.Load(args[0])
			if err != nil {
				for _, fault := range place.Split(err) {
					fmt.Fprintln(c.ErrOrStderr(), printable(fault.Error()))
				}
				return errQuiet
			}
			what := "no hotline of its own"
			if p := cfg.Hotline; p != nil {
				what = fmt.Sprintf("%d lines, %d queues, %d agents, %d flows", len(p.Lines), len(p.Queues), len(p.Agents), len(p.Flows))
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "%s can be used: %s\n", args[0], what)
			return err
		},
	}
}

func configExportCommand() *cobra.Command {
	var api client
	var file string
	c := &cobra.Command{
		Use:   "export",
		Short: "Write the configuration in force down as YAML, as apply takes it",
		Long: "Write the configuration in force down as YAML, as apply takes it. What is as by default is left out;\n" +
			config.Kept + " stands for a secret as it is now.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			var d web.ConfigDocument
			if err := api.get(c.Context(), "/api/v1/config", &d); err != nil {
				return fmt.Errorf("export configuration: %w", err)
			}
			if file != "" {
				return os.WriteFile(file, []byte(d.Document), 0o600)
			}
			_, err := fmt.Fprint(c.OutOrStdout(), d.Document)
			return err
		},
	}
	api.addFlags(c)
	c.Flags().StringVarP(&file, "output", "o", "", "the file to write it to")
	return c
}

func configDiffCommand() *cobra.Command {
	var api client
	var asJSON bool
	c := &cobra.Command{
		Use:   "diff FILE",
		Short: "Tell what applying a configuration would change, and what of it needs a restart",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			document, err := documentOf(args[0])
			if err != nil {
				return err
			}
			var list web.ConfigChanges
			if err := api.order(c.Context(), http.MethodPost, "/api/v1/config/diff", map[string]string{"document": document}, &list); err != nil {
				return fmt.Errorf("compare %s: %w", args[0], err)
			}
			if asJSON {
				return encodeJSON(c.OutOrStdout(), list.Changes, "  ")
			}
			return tellChanges(c, list.Changes)
		},
	}
	api.addFlags(c)
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

// tellChanges prints changes, one a line.
func tellChanges(c *cobra.Command, changes []web.ConfigChange) error {
	if len(changes) == 0 {
		_, err := fmt.Fprintln(c.OutOrStdout(), "nothing changes")
		return err
	}
	for _, ch := range changes {
		if _, err := fmt.Fprintln(c.OutOrStdout(), printable(ch.Text)); err != nil {
			return err
		}
	}
	return nil
}

func documentOf(file string) (string, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("read configuration: %w", err)
	}
	if strings.TrimSpace(string(b)) == "" {
		return "", fmt.Errorf("read configuration: %s is empty", file)
	}
	return string(b), nil
}

// configOrder is what apply and undo send.
type configOrder struct {
	Document string    `json:"document,omitempty"`
	Undo     *int      `json:"undo,omitempty"`
	Note     string    `json:"note,omitempty"`
	At       time.Time `json:"at,omitzero"`
}

// give sends an order and tells what came of it.
func (o configOrder) give(c *cobra.Command, api client) error {
	var done web.ConfigApplied
	if err := api.order(c.Context(), http.MethodPost, "/api/v1/config/versions", o, &done); err != nil {
		return err
	}
	if err := tellChanges(c, done.Changes); err != nil {
		return err
	}
	switch {
	case done.At != nil:
		fmt.Fprintf(c.OutOrStdout(), "version %d is planned for %s\n", done.Version, clock(*done.At))
	case len(done.Changes) > 0:
		fmt.Fprintf(c.OutOrStdout(), "version %d is in force\n", done.Version)
	}
	for _, note := range done.Notes {
		fmt.Fprintln(c.ErrOrStderr(), "note:", printable(note))
	}
	return nil
}

func configApplyCommand() *cobra.Command {
	var api client
	var o configOrder
	var at string
	c := &cobra.Command{
		Use:   "apply FILE",
		Short: "Put a configuration in force: all of it, live, or nothing",
		Long: "Put a configuration in force: all of it, live, or nothing. Who is in a flow or talks is not touched; an\n" +
			"agent who is in it no more finishes his call. What callers need who are here now, a queue, an emergency\n" +
			"line, is refused by name. With --at it comes into force later, and waits for such callers then.",
		Example: "  " + passwordVariable + "=… sansheng config apply hotline.yaml --note 'two agents more' --as 3001\n" +
			"  " + passwordVariable + "=… sansheng config apply holidays.yaml --at 2026-10-01T00:00:00+08:00 --as 3001",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) (err error) {
			if o.Document, err = documentOf(args[0]); err != nil {
				return err
			}
			if at != "" {
				if o.At, err = timeOf("--at", at); err != nil {
					return err
				}
			}
			if err := o.give(c, api); err != nil {
				return fmt.Errorf("apply %s: %w", args[0], err)
			}
			return nil
		},
	}
	api.addFlags(c)
	c.Flags().StringVar(&o.Note, "note", "", "what people read beside the version")
	c.Flags().StringVar(&at, "at", "", "when (RFC 3339); now by default")
	return c
}

func configUndoCommand() *cobra.Command {
	var api client
	var o configOrder
	c := &cobra.Command{
		Use:   "undo [VERSION]",
		Short: "Put the version before, or one by its number, in force again, as a new version",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			n := 0
			if len(args) == 1 {
				var err error
				if n, err = strconv.Atoi(args[0]); err != nil || n < 1 {
					return fmt.Errorf("undo %q: allowed is a version's number", args[0])
				}
			}
			if o.Undo = &n; o.Note == "" {
				o.Note = "undo"
				if n > 0 {
					o.Note = fmt.Sprintf("undo: version %d again", n)
				}
			}
			if err := o.give(c, api); err != nil {
				return fmt.Errorf("undo: %w", err)
			}
			return nil
		},
	}
	api.addFlags(c)
	c.Flags().StringVar(&o.Note, "note", "", "what people read beside the version")
	return c
}

func configVersionsCommand() *cobra.Command {
	var api client
	var asJSON bool
	c := &cobra.Command{
		Use:   "versions",
		Short: "List the versions that can be put in force again, and those that are planned",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			var list web.ConfigVersions
			if err := api.get(c.Context(), "/api/v1/config/versions", &list); err != nil {
				return fmt.Errorf("list versions: %w", err)
			}
			if asJSON {
				return encodeJSON(c.OutOrStdout(), list.Versions, "  ")
			}
			w := table(c, "VERSION", "STATE", "SINCE, OR FROM", "BY", "NOTE")
			for _, v := range list.Versions {
				if err := w.row(strconv.Itoa(v.Version), strings.ReplaceAll(string(v.State), "_", " "), clock(v.At), v.By, v.Note); err != nil {
					return err
				}
			}
			if err := w.Flush(); err != nil {
				return err
			}
			for _, v := range list.Versions { // whole: it says what is to be done
				if v.Waits == "" {
					continue
				}
				if _, err := fmt.Fprintf(c.OutOrStdout(), "version %d waits: %s\n", v.Version, printable(v.Waits)); err != nil {
					return err
				}
			}
			return nil
		},
	}
	api.addFlags(c)
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func configCancelCommand() *cobra.Command {
	var api client
	c := &cobra.Command{
		Use:   "cancel VERSION",
		Short: "Take a planned version back",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if n, err := strconv.Atoi(args[0]); err != nil || n < 1 {
				return errors.New("cancel: allowed is a planned version's number; sansheng config versions lists them")
			}
			if err := api.do(c.Context(), http.MethodDelete, "/api/v1/config/versions/"+args[0], nil, nil); err != nil {
				return fmt.Errorf("cancel version %s: %w", args[0], err)
			}
			_, err := fmt.Fprintf(c.OutOrStdout(), "version %s is cancelled\n", args[0])
			return err
		},
	}
	api.addFlags(c)
	return c
}

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/spf13/cobra"

	"sansheng/cti/bus"
	"sansheng/cti/web"
	"sansheng/store"
)

func deadLettersCommand(open opener) *cobra.Command {
	c := &cobra.Command{
		Use:   "deadletters",
		Short: "See facts of which no rows could be made, and have that tried again",
	}
	c.AddCommand(listDeadLettersCommand(open), showDeadLetterCommand(open), retryDeadLetterCommand(), closeDeadLetterCommand())
	return c
}

func listDeadLettersCommand(open opener) *cobra.Command {
	var closed, asJSON bool
	var most int
	c := &cobra.Command{
		Use:   "list",
		Short: "List those that are open, newest last",
		Args:  cobra.NoArgs,
		RunE: reading(open, func(c *cobra.Command, s *store.Store, _ []string) error {
			list, err := s.DeadLettersOf(c.Context(), store.DeadLetterFilter{Open: !closed, Limit: most})
			if err != nil {
				return err
			}
			if asJSON {
				return encodeJSON(c.OutOrStdout(), list, "  ")
			}
			w := table(c, "DIED", "JOURNAL", "POSITION", "SUBJECT", "ERROR", "OUTCOME")
			for _, d := range list {
				outcome := "open"
				if d.ClosedAt != nil {
					outcome = d.ClosedBy + ": " + d.Outcome
				}
				if err := w.row(clock(d.DiedAt), d.Journal, strconv.FormatUint(d.Position, 10), d.Subject, d.Error, outcome); err != nil {
					return err
				}
			}
			return w.Flush()
		}),
	}
	flags := c.Flags()
	flags.BoolVar(&closed, "all", false, "also those that are closed")
	flags.BoolVar(&asJSON, "json", false, "print JSON, with the messages in base64")
	flags.IntVar(&most, "limit", 0, "only the newest so many; 0 is all")
	return c
}

func showDeadLetterCommand(open opener) *cobra.Command {
	var journal string
	c := &cobra.Command{
		Use:   "show POSITION",
		Short: "Show one, whole",
		Args:  cobra.ExactArgs(1),
		RunE: revealing(open, func(c *cobra.Command, s *store.Store, args []string) error {
			position, err := positionOf(args[0])
			if err != nil {
				return err
			}
			d, err := s.DeadLetter(c.Context(), journal, position)
			if err != nil {
				return err
			}
			shown := struct {
				store.DeadLetter
				Payload any `json:"payload"`
			}{DeadLetter: d, Payload: string(d.Payload)}
			if json.Valid(d.Payload) {
				shown.Payload = json.RawMessage(d.Payload)
			}
			return encodeJSON(c.OutOrStdout(), shown, "  ")
		}),
	}
	addJournal(c, &journal)
	return c
}

func retryDeadLetterCommand() *cobra.Command {
	var api client
	var journal string
	c := &cobra.Command{
		Use:     "retry POSITION",
		Short:   "Make its rows after all, as after an upgrade; its call's record gets what comes late as an amendment",
		Example: "  " + passwordVariable + "=… sansheng deadletters retry 4711 --as 9001",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			position, err := positionOf(args[0])
			if err != nil {
				return err
			}
			var done web.Projected
			if err := api.order(c.Context(), http.MethodPost, letterPath(journal, position, "retry"), nil, &done); err != nil {
				return fmt.Errorf("retry dead letter %d: %w", position, err)
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "dead letter %d: %s\n", position, printable(done.Outcome))
			return err
		},
	}
	api.addFlags(c)
	addJournal(c, &journal)
	return c
}

func closeDeadLetterCommand() *cobra.Command {
	var api client
	var journal string
	var body struct {
		Reason string `json:"reason"`
	}
	c := &cobra.Command{
		Use:     "close POSITION",
		Short:   "Put one away for good that cannot be mended, or that nobody needs; it is kept",
		Example: "  " + passwordVariable + "=… sansheng deadletters close 4711 --reason 'no fact: somebody tried the stream' --as 9001",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			position, err := positionOf(args[0])
			if err != nil {
				return err
			}
			if err := api.do(c.Context(), http.MethodPost, letterPath(journal, position, "close"), body, nil); err != nil {
				return fmt.Errorf("close dead letter %d: %w", position, err)
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "dead letter %d is closed\n", position)
			return err
		},
	}
	api.addFlags(c)
	addJournal(c, &journal)
	c.Flags().StringVar(&body.Reason, "reason", "", "why; it is needed")
	return c
}

func addJournal(c *cobra.Command, journal *string) {
	c.Flags().StringVar(journal, "journal", bus.Stream, "the stream that it came from")
}

func positionOf(text string) (uint64, error) {
	position, err := strconv.ParseUint(text, 10, 63)
	if err != nil {
		return 0, errors.New("position " + strconv.Quote(text) + " is not allowed: a whole number, as deadletters list shows it")
	}
	return position, nil
}

func letterPath(journal string, position uint64, verb string) string {
	return "/api/v1/dead-letters/" + url.PathEscape(journal) + "/" + strconv.FormatUint(position, 10) + "/" + verb
}

package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"sansheng/cti/web"
)

func noticesCommand() *cobra.Command {
	var api client
	c := &cobra.Command{
		Use:     "notices",
		Short:   "List notices to agents, and how many have yet to confirm them",
		Example: "  " + passwordVariable + "=… sansheng notices --as 2001",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			var list web.Notices
			if err := api.get(c.Context(), "/api/v1/notices", &list); err != nil {
				return fmt.Errorf("list notices: %w", err)
			}
			w := table(c, "AT", "ID", "FROM", "QUEUE", "CONFIRMED", "MISSING", "TITLE")
			for _, n := range list.Notices {
				if err := w.row(clock(n.At), n.ID.String(), n.From, n.Queue, strconv.Itoa(len(n.Confirmed)), strconv.Itoa(len(n.Missing)), n.Title); err != nil {
					return err
				}
			}
			return w.Flush()
		},
	}
	api.addFlags(c)
	c.AddCommand(writeNoticeCommand(), withdrawNoticeCommand())
	return c
}

func writeNoticeCommand() *cobra.Command {
	var api client
	var queue string
	c := &cobra.Command{
		Use:     "write TITLE TEXT",
		Short:   "Write a notice that each agent is to confirm, as a leader may",
		Example: "  " + passwordVariable + "=… sansheng notices write 'No gas tomorrow' 'From eight to ten, in the west.' --queue service --as 2001",
		Args:    cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			body := map[string]string{"id": uuid.NewString(), "title": args[0], "text": args[1]}
			if queue != "" {
				body["queue"] = queue
			}
			var n web.DeskNotice
			if err := api.order(c.Context(), http.MethodPost, "/api/v1/notices", body, &n); err != nil {
				return fmt.Errorf("write notice: %w", err)
			}
			_, err := fmt.Fprintf(c.OutOrStdout(), "notice %s is written\n", n.ID)
			return err
		},
	}
	api.addFlags(c)
	c.Flags().StringVar(&queue, "queue", "", "only for the agents of this queue")
	return c
}

func withdrawNoticeCommand() *cobra.Command {
	var api client
	c := &cobra.Command{
		Use:     "withdraw ID",
		Short:   "Withdraw a notice; who has confirmed it stays on record",
		Example: "  " + passwordVariable + "=… sansheng notices withdraw 5e4ac1de-3a0d-5b1a-9d6e-0a5a4e5e5a33 --as 2001",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := api.do(c.Context(), http.MethodDelete, "/api/v1/notices/"+url.PathEscape(args[0]), nil, nil); err != nil {
				return fmt.Errorf("withdraw notice %s: %w", args[0], err)
			}
			_, err := fmt.Fprintf(c.OutOrStdout(), "notice %s is withdrawn\n", args[0])
			return err
		},
	}
	api.addFlags(c)
	return c
}

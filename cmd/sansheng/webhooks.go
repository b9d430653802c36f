package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"sansheng/cti/web"
	"sansheng/store"
)

func webhooksCommand(open opener) *cobra.Command {
	c := &cobra.Command{
		Use:   "webhooks",
		Short: "See how webhooks do, and have them told again what they have refused",
	}
	c.AddCommand(listWebhooksCommand(open), failedDeliveriesCommand(open), retryWebhookCommand(), testWebhookCommand())
	return c
}

func listWebhooksCommand(open opener) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "list",
		Short: "List the webhooks, and how each does",
		Args:  cobra.NoArgs,
		RunE: reading(open, func(c *cobra.Command, s *store.Store, _ []string) error {
			list, err := s.Webhooks(c.Context())
			if err != nil {
				return err
			}
			if asJSON {
				return encodeJSON(c.OutOrStdout(), list, "  ")
			}
			w := table(c, "NAME", "COMPANY", "SINCE", "WAITING", "REFUSED", "GIVEN UP", "LAST TAKEN", "LAST ERROR")
			for _, h := range list {
				name := h.Name
				if h.EndedAt != nil {
					name += " (ended)"
				}
				if err := w.row(name, h.Company, clock(h.BeganAt), strconv.Itoa(h.Waiting), strconv.Itoa(h.Refused), strconv.Itoa(h.Failed), clockOr(h.DeliveredAt), or(h.LastError, "-")); err != nil {
					return err
				}
			}
			return w.Flush()
		}),
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

// clockOr is a time that may not be there.
func clockOr(t *time.Time) string {
	if t == nil {
		return "-"
	}
	return clock(*t)
}

func failedDeliveriesCommand(open opener) *cobra.Command {
	var f store.DeliveryFilter
	var asJSON bool
	c := &cobra.Command{
		Use:   "failed",
		Short: "List the facts that webhooks were not told: given up after a day",
		Args:  cobra.NoArgs,
		RunE: reading(open, func(c *cobra.Command, s *store.Store, _ []string) error {
			f.State = store.DeliveryFailed
			list, err := s.Deliveries(c.Context(), f)
			if err != nil {
				return err
			}
			if asJSON {
				return encodeJSON(c.OutOrStdout(), list, "  ")
			}
			w := table(c, "HAPPENED", "WEBHOOK", "KIND", "CALL", "TRIES", "GIVEN UP", "ERROR", "DELIVERY")
			for _, d := range list {
				if err := w.row(clock(d.At), d.Webhook, d.Kind, or(d.Call, "-"), strconv.Itoa(d.Tries), clockOr(d.EndedAt), d.Error, d.ID.String()); err != nil {
					return err
				}
			}
			return w.Flush()
		}),
	}
	flags := c.Flags()
	flags.BoolVar(&asJSON, "json", false, "print JSON")
	flags.StringVar(&f.Webhook, "webhook", "", "only this webhook's")
	flags.StringVar(&f.Company, "company", "", "only this company's")
	flags.IntVar(&f.Limit, "limit", 0, "only the newest so many; 0 is all")
	return c
}

func retryWebhookCommand() *cobra.Command {
	var api client
	var id string
	c := &cobra.Command{
		Use:     "retry NAME",
		Short:   "Tell a webhook again, at once, what it has refused",
		Example: "  " + passwordVariable + "=… sansheng webhooks retry crm --as 9001",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			path := webhookPath(args[0], "retry")
			if id != "" {
				path += "?id=" + url.QueryEscape(id)
			}
			var done web.Retried
			if err := api.order(c.Context(), http.MethodPost, path, nil, &done); err != nil {
				return fmt.Errorf("retry webhook %s: %w", args[0], err)
			}
			_, err := fmt.Fprintf(c.OutOrStdout(), "%d deliveries to %s are tried again\n", done.Retried, args[0])
			return err
		},
	}
	api.addFlags(c)
	c.Flags().StringVar(&id, "delivery", "", "only this delivery")
	return c
}

// testedWithin is how long a receiver that is tested may take, with the way to him.
const testedWithin = 15 * time.Second

func testWebhookCommand() *cobra.Command {
	var api client
	c := &cobra.Command{
		Use:     "test NAME",
		Short:   "Tell a webhook that it is being tested, and wait for what it says",
		Example: "  " + passwordVariable + "=… sansheng webhooks test crm --as 9001",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			var d store.Delivery
			if err := api.order(c.Context(), http.MethodPost, webhookPath(args[0], "test"), nil, &d); err != nil {
				return fmt.Errorf("test webhook %s: %w", args[0], err)
			}
			d, err := tried(c.Context(), &api, d)
			switch {
			case err != nil:
				return fmt.Errorf("test webhook %s: %w", args[0], err)
			case d.State != store.Delivered:
				return fmt.Errorf("test webhook %s: not taken: %s", args[0], printable(d.Error))
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "%s has taken it\n", args[0])
			return err
		},
	}
	api.addFlags(c)
	return c
}

// tried waits until a delivery has been tried once.
func tried(ctx context.Context, api *client, d store.Delivery) (store.Delivery, error) {
	ctx, cancel := context.WithTimeout(ctx, testedWithin)
	defer cancel()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		var list web.Deliveries
		if err := api.get(ctx, "/api/v1/deliveries?id="+d.ID.String(), &list); err != nil {
			return d, err
		}
		if len(list.Deliveries) == 1 && list.Deliveries[0].Tries > 0 {
			return list.Deliveries[0], nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return d, errors.New("it was not tried yet; is a service with the role store running?")
		}
	}
}

func webhookPath(name, verb string) string {
	return "/api/v1/webhooks/" + url.PathEscape(name) + "/" + verb
}

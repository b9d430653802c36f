package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"sansheng/cti/sheet"
	"sansheng/store"
	"sansheng/store/ticket"
)

func showTicketCommand(open opener) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "show ID",
		Short: "Show a ticket and what was done to it",
		Args:  cobra.ExactArgs(1),
		RunE: revealing(open, func(c *cobra.Command, s *store.Store, args []string) error {
			list, err := s.Tickets(c.Context(), store.TicketFilter{ID: args[0]})
			if err != nil {
				return err
			}
			if len(list) == 0 {
				return fmt.Errorf("no ticket has the id %q; `sansheng tickets` lists them", args[0])
			}
			acts, err := s.History(c.Context(), list[0].ID)
			if err != nil {
				return err
			}
			if asJSON {
				return encodeJSON(c.OutOrStdout(), map[string]any{"ticket": list[0], "acts": acts}, "  ")
			}
			_, err = fmt.Fprint(c.OutOrStdout(), ticketStory(list[0], acts))
			return err
		}),
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

// dueBy says by when something is to be done; nothing where nothing is.
func dueBy(t store.Ticket) string {
	if d := due(t); d != "" {
		return ", due " + d
	}
	return ""
}

// ticketStory tells a ticket line by line.
func ticketStory(t store.Ticket, acts []store.Act) string {
	var b strings.Builder
	line := func(name, text string) {
		if text != "" {
			fmt.Fprintf(&b, "%-12s %s\n", name, printable(text))
		}
	}
	line("ticket", fmt.Sprintf("%s of %s, %s, %s", t.ID, t.Company, t.Kind, t.State))
	line("about", t.Summary)
	line("place", t.Place)
	line("phone", t.Phone)
	line("caller", t.Caller)
	line("calls", strings.Join(t.Calls, ", "))
	line("responsible", some(t.Owner))
	line("with", strings.TrimSpace(t.Department+" "+t.Clerk))
	line("due", due(t))
	line("result", t.Result)
	for _, a := range acts {
		line("", fmt.Sprintf("%s %s %s %s", clock(a.At), a.By, a.Verb, words(a.Said)))
	}
	return b.String()
}

// words are what an act says, without what is empty.
func words(text json.RawMessage) string {
	var members map[string]any
	if json.Unmarshal(text, &members) != nil {
		return ""
	}
	var parts []string
	for name, v := range members {
		if v != nil && v != "" && v != false {
			parts = append(parts, fmt.Sprintf("%s=%v", name, v))
		}
	}
	slices.Sort(parts)
	return strings.Join(parts, " ")
}

func openTicketCommand() *cobra.Command {
	var api client
	var body struct {
		Call   string        `json:"call"`
		Kind   string        `json:"kind"`
		Owner  string        `json:"owner,omitempty"`
		Matter ticket.Matter `json:"matter"`
	}
	c := &cobra.Command{
		Use:     "open CALL",
		Short:   "Open a ticket from a call",
		Example: "  " + passwordVariable + "=… sansheng tickets open 5e4ac1de-3a0d-5b1a-9d6e-0a5a4e5e5a33 --kind complaint --summary 'bill twice as high' --as 1001",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			body.Call = args[0]
			var t store.Ticket
			if err := api.order(c.Context(), http.MethodPost, "/api/v1/tickets", body, &t); err != nil {
				return fmt.Errorf("open ticket: %w", err)
			}
			_, err := fmt.Fprintf(c.OutOrStdout(), "ticket %s is %s%s\n", t.ID, t.State, dueBy(t))
			return err
		},
	}
	api.addFlags(c)
	f := c.Flags()
	f.StringVar(&body.Kind, "kind", "", "what it is about: "+names(sheet.Kinds()))
	f.StringVar(&body.Owner, "owner", "", "who is responsible; you where it is left out")
	f.StringVar(&body.Matter.Summary, "summary", "", "what it is about, in a line")
	f.StringVar(&body.Matter.Place, "place", "", "where")
	f.StringVar(&body.Matter.Phone, "phone", "", "where the person is reached")
	f.BoolVar(&body.Matter.Important, "important", false, "mark it in the daily summary")
	return c
}

func orderTicketCommand() *cobra.Command {
	var api client
	c := &cobra.Command{
		Use:   "order ID ORDER [NAME=VALUE ...]",
		Short: "Do something to a ticket, as describe, note, forward, take, finish, close, urge, escalate, merge",
		Example: "  " + passwordVariable + "=… sansheng tickets order 5e4a… forward department=gas reason='leaks again' --as 1001\n" +
			"  " + passwordVariable + "=… sansheng tickets order 5e4a… describe kind=repair matter.summary='no hot water' matter.place='Nanjing Rd 1' --as 1001",
		Args: cobra.MinimumNArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			if uuid.Validate(args[0]) != nil {
				return fmt.Errorf("%q is no ticket's id; `sansheng tickets` lists them", args[0])
			}
			values, err := members(args[2:])
			if err != nil {
				return err
			}
			var t store.Ticket
			path := "/api/v1/tickets/" + url.PathEscape(args[0]) + "/orders"
			if err := api.order(c.Context(), http.MethodPost, path, map[string]any{"order": args[1], "said": values}, &t); err != nil {
				return fmt.Errorf("%s ticket: %w", args[1], err)
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "ticket %s is %s%s\n", t.ID, t.State, dueBy(t))
			return err
		},
	}
	api.addFlags(c)
	return c
}

// literal members are no text.
var literal = []string{"final", "score", "level", "minutes", "told", "charged", "important", "untraceable", "declined", "answers"}

// members reads NAME=VALUE; a dot in the name is a member of a member.
func members(args []string) (map[string]any, error) {
	all := map[string]any{}
	for _, a := range args {
		name, value, ok := strings.Cut(a, "=")
		if !ok {
			return nil, fmt.Errorf("%q: allowed: NAME=VALUE", a)
		}
		into := all
		path := strings.Split(name, ".")
		for _, step := range path[:len(path)-1] {
			inner, ok := into[step].(map[string]any)
			if !ok {
				inner = map[string]any{}
				into[step] = inner
			}
			into = inner
		}
		last := path[len(path)-1]
		into[last] = value
		if slices.Contains(literal, last) {
			var v any
			if err := json.Unmarshal([]byte(value), &v); err != nil {
				return nil, errors.New(name + ": allowed: a number, true or false; of answers a list as JSON")
			}
			into[last] = v
		}
	}
	return all, nil
}

func attachCommand() *cobra.Command {
	var api client
	c := &cobra.Command{
		Use:     "attach ID FILE",
		Short:   "Put a file of up to 10 MB to a ticket",
		Example: "  " + passwordVariable + "=… sansheng tickets attach 5e4ac1de-3a0d-5b1a-9d6e-0a5a4e5e5a33 photo.jpg --as 6001",
		Args:    cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			f, err := os.Open(args[1])
			if err != nil {
				return fmt.Errorf("attach: %w", err)
			}
			defer f.Close() //nolint:errcheck // only read
			name := filepath.Base(args[1])
			path := "/api/v1/tickets/" + url.PathEscape(args[0]) + "/files/" + url.PathEscape(name)
			if _, err := api.send(c.Context(), http.MethodPut, path, f, http.Header{"Content-Type": {"application/octet-stream"}}); err != nil {
				return fmt.Errorf("attach %s: %w", args[1], err)
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "%s is with ticket %s\n", name, args[0])
			return err
		},
	}
	api.addFlags(c)
	return c
}

func fetchAttachedCommand() *cobra.Command {
	var api client
	c := &cobra.Command{
		Use:     "fetch ID SHA256 FILE",
		Short:   "Write a ticket's file into one here; `tickets show` has its name and its hash",
		Example: "  " + passwordVariable + "=… sansheng tickets fetch 5e4ac1de-3a0d-5b1a-9d6e-0a5a4e5e5a33 9f86d081… photo.jpg --as 6001",
		Args:    cobra.ExactArgs(3),
		RunE: func(c *cobra.Command, args []string) error {
			path := "/api/v1/tickets/" + url.PathEscape(args[0]) + "/files/" + url.PathEscape(args[1])
			ctx, cancel := context.WithTimeout(c.Context(), sendWithin)
			defer cancel()
			if err := writeWhole(args[2], func(w io.Writer) error { return api.fetch(ctx, path, w) }); err != nil {
				return fmt.Errorf("fetch %s of ticket %s: %w", args[1], args[0], err)
			}
			_, err := fmt.Fprintf(c.OutOrStdout(), "it is in %s\n", args[2])
			return err
		},
	}
	api.addFlags(c)
	return c
}

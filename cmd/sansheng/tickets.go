package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"sansheng/store"
	"sansheng/store/ticket"
)

// left is how long a message is, the number to be called, and whose it is.
func left(m *store.LeftMessage) string {
	if m == nil {
		return ""
	}
	s := fmt.Sprintf("%d s, call %s", m.LengthMs/1000, cmp.Or(m.Number, "nobody knows whom"))
	switch {
	case m.FinishedAt != nil:
		s += ": " + m.Result
	case m.TakenAt == nil:
		s += ", untaken since " + clock(m.LeftAt)
	}
	if m.Transcript != nil && m.Transcript.MadeAt != nil {
		s += "; by machine: " + short(m.Transcript.Text)
	}
	return s
}

// transcriptShown is how many letters of a message a row of the list has.
const transcriptShown = 60

// short is the beginning of a text, on one line.
func short(text string) string {
	r := []rune(strings.Join(strings.Fields(text), " "))
	if len(r) > transcriptShown {
		return string(r[:transcriptShown]) + "…"
	}
	return string(r)
}

func ticketsCommand(open opener) *cobra.Command {
	var f store.TicketFilter
	var asJSON bool
	c := &cobra.Command{
		Use:   "tickets",
		Short: "List tickets, newest last",
		Args:  cobra.NoArgs,
		RunE: revealing(open, func(c *cobra.Command, s *store.Store, _ []string) error {
			if f.State != "" && !slices.Contains(ticket.States(), ticket.State(f.State)) {
				return fmt.Errorf("list tickets: --state %q; allowed: %s", f.State, names(ticket.States()))
			}
			list, err := s.Tickets(c.Context(), f)
			if err != nil {
				return err
			}
			if asJSON {
				return encodeJSON(c.OutOrStdout(), list, "  ")
			}
			w := table(c, "OPENED", "ID", "KIND", "STATE", "DUE", "OWNER", "WITH", "CALLER", "CALL", "SUMMARY")
			for _, t := range list {
				if err := w.row(clock(t.OpenedAt), t.ID.String(), string(t.Kind), string(t.State), due(t), some(t.Owner), t.Department,
					t.Caller, t.Call, cmp.Or(left(t.Message), t.Summary)); err != nil {
					return err
				}
			}
			return w.Flush()
		}),
	}
	flags := c.Flags()
	flags.BoolVar(&asJSON, "json", false, "print JSON")
	flags.StringVar(&f.Company, "company", "", "only this company's")
	flags.StringVar(&f.Kind, "kind", "", "only of this kind, as callback or voicemail")
	flags.StringVar(&f.State, "state", "", "only in this state: "+names(ticket.States()))
	flags.StringVar(&f.Owner, "owner", "", "only this agent's")
	flags.StringVar(&f.Department, "department", "", "only those that are with this department")
	flags.StringVar(&f.Call, "call", "", "only of this call")
	flags.BoolVar(&f.Overdue, "overdue", false, "only those whose deadline has passed and which are not closed")
	flags.IntVar(&f.Limit, "limit", 0, "only the newest so many; 0 is all")
	c.AddCommand(showTicketCommand(open), openTicketCommand(), orderTicketCommand(), attachCommand(), fetchAttachedCommand())
	return c
}

func names[T ~string](list []T) string {
	s := make([]string, len(list))
	for i, n := range list {
		s[i] = string(n)
	}
	return strings.Join(s, ", ")
}

// due is a ticket's deadline, and that it has passed.
func due(t store.Ticket) string {
	switch {
	case t.DueAt == nil || t.State.Over():
		return ""
	case t.Overdue:
		return clock(*t.DueAt) + " OVERDUE"
	}
	return clock(*t.DueAt)
}

package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sansheng/cti"
)

func orderCommand() *cobra.Command {
	var api client
	var key string
	var body struct {
		Verb    string `json:"verb"`
		To      string `json:"to,omitempty"`
		For     string `json:"for,omitempty"`
		Reason  string `json:"reason,omitempty"`
		Consent bool   `json:"consent,omitempty"`
		// Due is until when a promised call is to be made.
		Due time.Time `json:"due,omitzero"`

		Sheet cti.Sheet `json:"sheet,omitempty"`
	}
	var sheet []string
	var within time.Duration
	verbs := make([]string, 0, len(cti.Verbs()))
	for _, v := range cti.Verbs() {
		verbs = append(verbs, string(v))
	}
	c := &cobra.Command{
		Use:   "order AGENT VERB",
		Short: "Order something for an agent: a state, a hold, a transfer, a leader's listening",
		Long: "Order something for an agent, as his desk and his leader's do. The account's password is read from\n" +
			"the environment's " + passwordVariable + ". Verbs: " + strings.Join(verbs, ", ") + ".",
		Example: "  " + passwordVariable + "=… sansheng order 1001 transfer --to 1002 --reason 'his bill' --consent --as 2001",
		Args:    cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			body.Verb = args[1]
			switch {
			case within < 0:
				return fmt.Errorf("--within %v; allowed: a time to come, as 3m", within)
			case within > 0:
				body.Due = time.Now().Add(within).UTC().Truncate(time.Second)
			}
			for _, f := range sheet {
				name, value, ok := strings.Cut(f, "=")
				if !ok {
					return fmt.Errorf("--sheet %q has no value; allowed: NAME=VALUE", f)
				}
				body.Sheet = append(body.Sheet, cti.SheetField{Name: name, Value: value})
			}
			if err := api.do(c.Context(), http.MethodPost, "/api/v1/agents/"+url.PathEscape(args[0])+"/orders", body, keyed(key)); err != nil {
				return fmt.Errorf("%s for agent %s: %w", body.Verb, args[0], err)
			}
			_, err := fmt.Fprintf(c.OutOrStdout(), "%s for agent %s is being carried out\n", body.Verb, args[0])
			return err
		},
	}
	f := c.Flags()
	api.addFlags(c)
	f.StringVar(&key, "key", "", "makes it safe to give the order again")
	f.DurationVar(&within, "within", 0, "how soon a promised call is to be made, as 3m; half an hour where it is not given")
	f.StringVar(&body.To, "to", "", "whom a transfer goes to, a number to dial or to call back, whose call a leader goes to, or the queues an agent is moved to")
	f.StringVar(&body.For, "for", "", "what a number is dialled for, as in ticket:ID")
	f.StringVar(&body.Reason, "reason", "", "why; a pause needs one")
	f.BoolVar(&body.Consent, "consent", false, "the caller has agreed to the transfer")
	f.StringArrayVar(&sheet, "sheet", nil, "a field of what is written down about the call, NAME=VALUE, which a transfer's receiver sees before his phone rings; may be repeated")
	return c
}

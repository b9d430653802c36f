package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sansheng/cti"
)

// passwordVariable is the environment's name of the password that order gives.
const passwordVariable = "SANSHENG_PASSWORD"

func orderCommand() *cobra.Command {
	var api, as, key string
	var body struct {
		Verb    string `json:"verb"`
		To      string `json:"to,omitempty"`
		For     string `json:"for,omitempty"`
		Reason  string `json:"reason,omitempty"`
		Consent bool   `json:"consent,omitempty"`
	}
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
			password := os.Getenv(passwordVariable)
			if as == "" || password == "" {
				return errors.New("name the account with --as, and its password in the environment's " + passwordVariable)
			}
			body.Verb = args[1]
			b, err := json.Marshal(body)
			if err != nil {
				return fmt.Errorf("order: %w", err)
			}
			r, err := http.NewRequestWithContext(c.Context(), http.MethodPost, api+"/api/v1/agents/"+url.PathEscape(args[0])+"/orders", bytes.NewReader(b))
			if err != nil {
				return fmt.Errorf("order: %w", err)
			}
			r.SetBasicAuth(as, password)
			r.Header.Set("Content-Type", "application/json")
			if key != "" {
				r.Header.Set("Idempotency-Key", key)
			}
			res, err := (&http.Client{Timeout: 10 * time.Second}).Do(r)
			if err != nil {
				return fmt.Errorf("order: is the service running? %w", err)
			}
			defer res.Body.Close()
			text, err := io.ReadAll(io.LimitReader(res.Body, 1<<16))
			if err != nil {
				return fmt.Errorf("order: %w", err)
			}
			if res.StatusCode == http.StatusOK {
				_, err = fmt.Fprintf(c.OutOrStdout(), "%s for agent %s is being carried out\n", body.Verb, args[0])
				return err
			}
			var problem struct{ Detail string }
			if json.Unmarshal(text, &problem) != nil || problem.Detail == "" {
				problem.Detail = res.Status
			}
			return fmt.Errorf("%s for agent %s: %s", body.Verb, args[0], plain(problem.Detail))
		},
	}
	f := c.Flags()
	f.StringVar(&api, "url", "http://127.0.0.1:8080", "where the service's API is")
	f.StringVar(&as, "as", "", "the account that orders")
	f.StringVar(&key, "key", "", "makes it safe to give the order again")
	f.StringVar(&body.To, "to", "", "whom a transfer goes to, a number to dial, or whose call a leader goes to")
	f.StringVar(&body.For, "for", "", "what a number is dialled for, as in ticket:ID")
	f.StringVar(&body.Reason, "reason", "", "why; a pause needs one")
	f.BoolVar(&body.Consent, "consent", false, "the caller has agreed to the transfer")
	return c
}

package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"sansheng/cti/web"
	"sansheng/store"
)

const customersPath = "/api/v1/customers"

func customersCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "customers",
		Short: "Search customers, show one, change, merge and import them",
		Long: "Search customers, show one, change, merge and import them. All of it goes through the service's API, as a\n" +
			"person: what you see is masked unless you give a reason with --reveal, and every card that you see is logged.\n" +
			"`sansheng export customers` writes them into a table.",
	}
	c.AddCommand(
		customersListCommand(), customersShowCommand(), customersFindCommand(), customersCreateCommand(),
		customersChangeCommand(), customersMergeCommand(), customersImportCommand(),
	)
	return c
}

// queryOf is a query without what is empty.
func queryOf(values map[string]string) string {
	q := url.Values{}
	for name, v := range values {
		if v != "" {
			q.Set(name, v)
		}
	}
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}

func customersListCommand() *cobra.Command {
	var api client
	var asJSON bool
	var company, name, address, number, account, flag, after, reveal string
	var limit int
	c := &cobra.Command{
		Use:     "list",
		Short:   "List or search customers, in the order in which they were made",
		Example: "  " + passwordVariable + "=… sansheng customers list --name 王伟 --as 2001",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			var list web.Customers
			err := api.get(c.Context(), customersPath+queryOf(map[string]string{
				"company": company, "name": name, "address": address, "number": number, "account": account, "flag": flag, "after": after, "reveal": reveal,
				"limit": strconv.Itoa(limit),
			}), &list)
			if err != nil {
				return fmt.Errorf("list customers: %w", err)
			}
			if asJSON {
				return encodeJSON(c.OutOrStdout(), list, "  ")
			}
			w := table(c, "ID", "NAME", "NUMBERS", "ADDRESS", "ACCOUNT", "FLAGS", "VERSION")
			for _, k := range list.Customers {
				if err := w.row(k.ID.String(), k.Name, strings.Join(k.Numbers, " "), k.Address, k.Account, flagList(k.Flags), strconv.FormatInt(k.Version, 10)); err != nil {
					return err
				}
			}
			if err := w.Flush(); err != nil || !list.More {
				return err
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "there are more: --after %s\n", list.Customers[len(list.Customers)-1].ID)
			return err
		},
	}
	api.addFlags(c)
	f := c.Flags()
	f.BoolVar(&asJSON, "json", false, "print JSON")
	f.StringVar(&company, "company", "", "only this company's")
	f.StringVar(&name, "name", "", "a part of the name, two letters and more")
	f.StringVar(&address, "address", "", "a part of the address, two letters and more")
	f.StringVar(&number, "number", "", "one of his numbers, the whole of it")
	f.StringVar(&account, "account", "", "the account, the whole of it")
	f.StringVar(&flag, "flag", "", "only those with this flag: vip, do_not_call, no_survey, in_need")
	f.StringVar(&after, "after", "", "the last customer of the page before")
	f.IntVar(&limit, "limit", 100, "how many at most")
	f.StringVar(&reveal, "reveal", "", "show whole cards, for this reason")
	return c
}

func flagList(flags []store.Flag) string {
	texts := make([]string, len(flags))
	for i, f := range flags {
		texts[i] = string(f)
	}
	return strings.Join(texts, " ")
}

func customersShowCommand() *cobra.Command {
	var api client
	var asJSON, history bool
	var reveal string
	c := &cobra.Command{
		Use:   "show ID",
		Short: "Show a customer, his last calls and his open tickets",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			q := map[string]string{"reveal": reveal}
			if history {
				q["history"] = "true"
			}
			var k web.CustomerCard
			if err := api.get(c.Context(), customerPath(args[0], "")+queryOf(q), &k); err != nil {
				return fmt.Errorf("show customer: %w", err)
			}
			if asJSON {
				return encodeJSON(c.OutOrStdout(), k, "  ")
			}
			return showCustomer(c, k)
		},
	}
	api.addFlags(c)
	f := c.Flags()
	f.BoolVar(&asJSON, "json", false, "print JSON")
	f.BoolVar(&history, "history", false, "who has changed what, when and why")
	f.StringVar(&reveal, "reveal", "", "show the whole card, for this reason")
	return c
}

func customerPath(id, behind string) string { return customersPath + "/" + url.PathEscape(id) + behind }

func showCustomer(c *cobra.Command, k web.CustomerCard) error {
	w := table(c, "CUSTOMER", k.Customer.ID.String())
	for _, f := range [][2]string{
		{"company", k.Customer.Company}, {"name", k.Customer.Name}, {"numbers", strings.Join(k.Customer.Numbers, " ")}, {"address", k.Customer.Address},
		{"account", k.Customer.Account}, {"flags", flagList(k.Customer.Flags)}, {"note", k.Customer.Note}, {"version", strconv.FormatInt(k.Customer.Version, 10)},
	} {
		if err := w.row(f[0], f[1]); err != nil {
			return err
		}
	}
	for _, id := range k.Merged {
		if err := w.row("merged", id.String()); err != nil {
			return err
		}
	}
	if err := showDealings(w, k.Dealings); err != nil {
		return err
	}
	for _, h := range k.History {
		what := h.What
		if h.Other != nil {
			what += " " + h.Other.String()
		}
		if err := w.row("history", clock(h.At), what, "by "+h.By, h.Why); err != nil {
			return err
		}
	}
	return w.Flush()
}

func showDealings(w columns, d store.Dealings) error {
	for _, k := range d.Calls {
		if err := w.row("call", clock(k.StartedAt), k.ID, k.DID, some(k.Agent), some(k.Disposition)); err != nil {
			return err
		}
	}
	for _, t := range d.Tickets {
		if err := w.row("ticket", clock(t.OpenedAt), t.ID.String(), string(t.Kind), string(t.State), some(t.Owner)); err != nil {
			return err
		}
	}
	return nil
}

func customersFindCommand() *cobra.Command {
	var api client
	var asJSON bool
	var company, reveal string
	c := &cobra.Command{
		Use:   "find NUMBER",
		Short: "Show who has a number: what we know, and what the company's own system says",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			var k web.NumberCard
			err := api.get(c.Context(), customersPath+"/by-number/"+url.PathEscape(args[0])+queryOf(map[string]string{"company": company, "reveal": reveal}), &k)
			if err != nil {
				return fmt.Errorf("find customer: %w", err)
			}
			if asJSON {
				return encodeJSON(c.OutOrStdout(), k, "  ")
			}
			return showNumber(c, k)
		},
	}
	api.addFlags(c)
	f := c.Flags()
	f.BoolVar(&asJSON, "json", false, "print JSON")
	f.StringVar(&company, "company", "", "whose customer; your own company's by default")
	f.StringVar(&reveal, "reveal", "", "show the whole card, for this reason")
	return c
}

func showNumber(c *cobra.Command, k web.NumberCard) error {
	w := table(c, "", "OURS", "THEIRS")
	ours, theirs := store.Card{}, web.TheirCard{}
	id, result := or(k.OursMissing, "nobody"), or(k.TheirsMissing, "-")
	if k.Ours != nil {
		ours, id = k.Ours.Card, k.Ours.ID.String()
	}
	if k.Theirs != nil {
		theirs, result = *k.Theirs, k.Theirs.Result
	}
	for _, r := range [][3]string{
		{"customer", id, result}, {"name", ours.Name, theirs.Name}, {"numbers", strings.Join(ours.Numbers, " "), ""}, {"address", ours.Address, theirs.Address},
		{"account", ours.Account, theirs.Account}, {"flags", flagList(ours.Flags), ""}, {"note", ours.Note, theirs.Note},
	} {
		if err := w.row(r[:]...); err != nil {
			return err
		}
	}
	for _, f := range theirs.Rest {
		if err := w.row(f.Name, "", f.Value); err != nil {
			return err
		}
	}
	if err := showDealings(w, k.Dealings); err != nil {
		return err
	}
	return w.Flush()
}

// cardFlags are those with which a card is written; only what is given is sent.
type cardFlags struct {
	numbers, flags               []string
	name, address, account, note string
	reason                       string
}

func (k *cardFlags) addFlags(c *cobra.Command) {
	f := c.Flags()
	f.StringSliceVar(&k.numbers, "number", nil, "his numbers, all of them, with commas between; the first is the one to be called")
	f.StringVar(&k.name, "name", "", "his name")
	f.StringVar(&k.address, "address", "", "where he lives")
	f.StringVar(&k.account, "account", "", "his account with the company")
	f.StringSliceVar(&k.flags, "flag", nil, "all that are to hold, of vip, do_not_call, no_survey, in_need, with commas between")
	f.StringVar(&k.note, "note", "", "what else is to be known")
	f.StringVar(&k.reason, "reason", "", "why; it is needed")
}

// body is what was given on the command line.
func (k *cardFlags) body(c *cobra.Command) map[string]any {
	b := map[string]any{"reason": k.reason}
	for name, v := range map[string]any{
		"numbers": k.numbers, "name": k.name, "address": k.address, "account": k.account, "flags": k.flags, "note": k.note,
	} {
		if c.Flags().Changed(strings.TrimSuffix(name, "s")) || c.Flags().Changed(name) {
			b[name] = v
		}
	}
	return b
}

func customersCreateCommand() *cobra.Command {
	var api client
	var card cardFlags
	var company string
	c := &cobra.Command{
		Use:     "create",
		Short:   "Make a customer",
		Example: "  " + passwordVariable + "=… sansheng customers create --number 13800138000,021-65520001 --name 王伟 --reason 'first call' --as 1001",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			body := card.body(c)
			if company != "" {
				body["company"] = company
			}
			var k store.Customer
			if err := api.order(c.Context(), http.MethodPost, customersPath, body, &k); err != nil {
				return fmt.Errorf("make customer: %w", err)
			}
			_, err := fmt.Fprintf(c.OutOrStdout(), "customer %s was made\n", k.ID)
			return err
		},
	}
	api.addFlags(c)
	card.addFlags(c)
	c.Flags().StringVar(&company, "company", "", "whose customer; your own company's by default")
	return c
}

func customersChangeCommand() *cobra.Command {
	var api client
	var card cardFlags
	var version int64
	c := &cobra.Command{
		Use:     "change ID",
		Short:   "Change a customer; what is not given stays",
		Example: "  " + passwordVariable + "=… sansheng customers change 0190c0de-… --version 3 --address '中山路 12 号' --reason 'moved' --as 1001",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			body := card.body(c)
			body["version"] = version
			var k store.Customer
			if err := api.order(c.Context(), http.MethodPatch, customerPath(args[0], ""), body, &k); err != nil {
				return fmt.Errorf("change customer: %w", err)
			}
			_, err := fmt.Fprintf(c.OutOrStdout(), "customer %s is of version %d\n", k.ID, k.Version)
			return err
		},
	}
	api.addFlags(c)
	card.addFlags(c)
	c.Flags().Int64Var(&version, "version", 0, "the version that you have read; it is needed: a newer one is not overwritten")
	return c
}

func customersMergeCommand() *cobra.Command {
	var api client
	var body struct {
		From        string `json:"from"`
		Version     int64  `json:"version"`
		FromVersion int64  `json:"from_version"`
		Reason      string `json:"reason"`
	}
	c := &cobra.Command{
		Use:     "merge ID OTHER",
		Short:   "Make two customers one: OTHER's numbers and history are ID's from now on",
		Example: "  " + passwordVariable + "=… sansheng customers merge 0190c0de-… 0190c0df-… --version 3 --other-version 1 --reason 'the same person' --as 2001",
		Args:    cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			body.From = args[1]
			var k store.Customer
			if err := api.order(c.Context(), http.MethodPost, customerPath(args[0], "/merge"), body, &k); err != nil {
				return fmt.Errorf("merge customers: %w", err)
			}
			_, err := fmt.Fprintf(c.OutOrStdout(), "customer %s leads to %s now\n", args[1], k.ID)
			return err
		},
	}
	api.addFlags(c)
	f := c.Flags()
	f.Int64Var(&body.Version, "version", 0, "the version of ID that you have read")
	f.Int64Var(&body.FromVersion, "other-version", 0, "the version of OTHER that you have read")
	f.StringVar(&body.Reason, "reason", "", "why; it is needed")
	return c
}

func customersImportCommand() *cobra.Command {
	var api client
	var asJSON, dry bool
	var company, known, reason string
	c := &cobra.Command{
		Use:   "import FILE",
		Short: "Take customers from a table, CSV or XLSX: all of it, or nothing",
		Long: "Take customers from a table, CSV or XLSX: all of it, or nothing. The first line names the columns: numbers, name,\n" +
			"address, account, flags, note. Several numbers of one customer have a / between them. With --dry it is only told what\n" +
			"would happen, and what is wrong, with its line.",
		Example: "  " + passwordVariable + "=… sansheng customers import customers.xlsx --dry --reason 'from the old system' --as 9001 --company gas",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			f, err := os.Open(args[0])
			if err != nil {
				return fmt.Errorf("import customers: %w", err)
			}
			defer func() { _ = f.Close() }() // it was read only
			q := map[string]string{"company": company, "known": known, "reason": reason}
			if dry {
				q["dry"] = "true"
			}
			said, err := api.send(c.Context(), http.MethodPost, customersPath+"/import"+queryOf(q), f, http.Header{"Content-Type": {"application/octet-stream"}})
			if err != nil {
				return fmt.Errorf("import customers: %w", err)
			}
			var done store.Imported
			if err := json.Unmarshal(said, &done); err != nil {
				return fmt.Errorf("import customers: read the service's answer: %w", err)
			}
			if asJSON {
				return encodeJSON(c.OutOrStdout(), done, "  ")
			}
			return showImport(c, done)
		},
	}
	api.addFlags(c)
	f := c.Flags()
	f.BoolVar(&asJSON, "json", false, "print JSON")
	f.BoolVar(&dry, "dry", false, "only tell what would happen")
	f.StringVar(&company, "company", "", "whose customers they are; your own company's by default")
	f.StringVar(&known, "known", "refuse", "what becomes of a line whose number a customer has: refuse, skip, change")
	f.StringVar(&reason, "reason", "", "why; it is needed")
	return c
}

func showImport(c *cobra.Command, done store.Imported) error {
	out := c.OutOrStdout()
	for _, f := range done.Faults {
		fmt.Fprintf(out, "%s: %s\n", f.Place, printable(f.Text))
	}
	for _, d := range done.Duplicates {
		fmt.Fprintf(out, "line %d: %s is that of customer %s\n", d.Line, d.Number, d.Customer)
	}
	what := "nothing was taken; it would have been"
	if done.Done {
		what = "taken"
	}
	_, err := fmt.Fprintf(out, "%s: %d lines, %d new customers, %d changed, %d left as they are, %d faults, %d numbers that customers have\n",
		what, done.Lines, done.Created, done.Changed, done.Skipped, done.FaultsCount, done.DuplicatesCount)
	return err
}

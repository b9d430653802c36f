package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"sansheng/cti"
	"sansheng/cti/bus"
	"sansheng/cti/web"
)

const accountsPath = "/api/v1/accounts"

// accountKeeper changes accounts: the running service's, or those in a data folder.
type accountKeeper interface {
	List(ctx context.Context, company, role string) ([]web.AccountView, error)
	Add(context.Context, web.Account) (web.NewAccount, error)
	Change(ctx context.Context, number string, c web.Change) (web.AccountView, error)
	Remove(ctx context.Context, number string) error
	Reset(ctx context.Context, number string) (web.Link, error)
	CodesOff(ctx context.Context, number string) error
}

// accountFlags say whose accounts are meant, and how what comes of it is printed.
type accountFlags struct {
	client
	configured configurer
	asJSON     bool
}

func (f *accountFlags) addFlags(c *cobra.Command) {
	f.client.addFlags(c)
	c.Flags().BoolVar(&f.asJSON, "json", false, "print JSON")
}

// keeper is the service's where somebody asks it, else the data folder's file.
func (f *accountFlags) keeper() (accountKeeper, error) {
	if f.as != "" {
		return apiAccounts{&f.client}, nil
	}
	cfg, err := f.configured()
	if err != nil {
		return nil, err
	}
	if bus.InUse(filepath.Join(cfg.Data, "nats")) {
		return nil, fmt.Errorf("the service with the data folder %s is running: name who asks it with --as, or stop it", cfg.Data)
	}
	accounts, _, err := web.CreateAccounts(filepath.Join(cfg.Data, web.AccountsFile), nil)
	if err != nil {
		return nil, err
	}
	return fileAccounts{accounts: accounts, dir: cfg.Data}, nil
}

func accountsCommand(configured configurer) *cobra.Command {
	c := &cobra.Command{
		Use:   "accounts",
		Short: "Keep the accounts of those who log in",
		Long: "Keep the accounts of those who log in: with --as of the running service, in somebody's name; without,\n" +
			"in the data folder of a service that is stopped, as for the first administrator.",
	}
	c.AddCommand(
		listAccountsCommand(configured), addAccountCommand(configured), setAccountCommand(configured),
		ableAccountCommand(configured, "disable", true), ableAccountCommand(configured, "enable", false),
		accountCommand(configured, "remove NUMBER", "Take an account away; what it has done stays on record", "removed",
			func(ctx context.Context, k accountKeeper, number string) error { return k.Remove(ctx, number) }),
		resetAccountCommand(configured),
		accountCommand(configured, "totp-off NUMBER", "Ask an account for no one-time code any more", "asked for no one-time code",
			func(ctx context.Context, k accountKeeper, number string) error { return k.CodesOff(ctx, number) }),
	)
	return c
}

func listAccountsCommand(configured configurer) *cobra.Command {
	f := accountFlags{configured: configured}
	var company, role string
	c := &cobra.Command{
		Use:   "list",
		Short: "List the accounts",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			k, err := f.keeper()
			if err != nil {
				return err
			}
			list, err := k.List(c.Context(), company, role)
			if err != nil {
				return fmt.Errorf("list accounts: %w", err)
			}
			if f.asJSON {
				return encodeJSON(c.OutOrStdout(), list, "  ")
			}
			w := table(c, "NUMBER", "NAME", "ROLE", "COMPANY", "DEPARTMENT", "QUEUES", "STATE", "CODE")
			for _, a := range list {
				code := "-"
				if a.TOTP {
					code = "yes"
				}
				if err := w.row(a.Number, or(a.Name, "-"), string(a.Role), string(a.Company), or(a.Department, "-"), or(accountQueues(a), "all"), accountState(a), code); err != nil {
					return err
				}
			}
			return w.Flush()
		},
	}
	f.addFlags(c)
	c.Flags().StringVar(&company, "company", "", "only this company's")
	c.Flags().StringVar(&role, "role", "", "only this role's")
	return c
}

// accountQueues are those to which an account is limited; those that are not there are marked.
func accountQueues(a web.AccountView) string {
	names := []string{}
	for _, q := range a.Queues {
		name := string(q)
		if slices.Contains(a.Unknown, q) {
			name += "?"
		}
		names = append(names, name)
	}
	return strings.Join(names, ",")
}

// queuesFlag is what is said of the queues to which an account is limited.
const queuesFlag = "the queues to which it is limited, with commas between; all by default"

// queueIDs are names with commas between.
func queueIDs(names []string) []cti.QueueID {
	ids := []cti.QueueID{}
	for _, n := range names {
		if n = strings.TrimSpace(n); n != "" {
			ids = append(ids, cti.QueueID(n))
		}
	}
	return ids
}

func accountState(a web.AccountView) string {
	switch {
	case a.Disabled:
		return "disabled"
	case a.Password:
		return "in use"
	case a.LinkUntil != nil:
		return "link until " + clock(*a.LinkUntil)
	}
	return "no password; reset it"
}

func addAccountCommand(configured configurer) *cobra.Command {
	f := accountFlags{configured: configured}
	var p web.Account
	var role, company string
	var queues []string
	c := &cobra.Command{
		Use:   "add NUMBER",
		Short: "Make an account, and the link with which its owner sets his password",
		Example: "  sansheng accounts add 9001 --role administrator --company demo\n  " +
			passwordVariable + "=… sansheng accounts add 1011 --role agent --name 王伟 --as 9001",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			k, err := f.keeper()
			if err != nil {
				return err
			}
			p.Number, p.Role, p.Company, p.Queues = args[0], web.Role(role), cti.CompanyID(company), queueIDs(queues)
			made, err := k.Add(c.Context(), p)
			if err != nil {
				return fmt.Errorf("add account %s: %w", args[0], err)
			}
			if f.asJSON {
				return encodeJSON(c.OutOrStdout(), made, "  ")
			}
			return f.tellLink(c.OutOrStdout(), made.Link)
		},
	}
	f.addFlags(c)
	c.Flags().StringVar(&p.Name, "name", "", "the person's name")
	c.Flags().StringVar(&role, "role", "", "one of "+roleList()+"; it is needed")
	c.Flags().StringVar(&company, "company", "", "whose person it is; your own company's by default")
	c.Flags().StringVar(&p.Department, "department", "", "a clerk's")
	c.Flags().StringSliceVar(&queues, "queues", nil, queuesFlag)
	return c
}

func roleList() string {
	names := []string{}
	for _, r := range web.Roles() {
		names = append(names, string(r))
	}
	return strings.Join(names, ", ")
}

// tellLink says the address behind which a password is set.
func (f *accountFlags) tellLink(w io.Writer, l web.Link) error {
	_, err := fmt.Fprintf(w, "account %s sets its password at\n%s/reset#%s\nonce, until %s\n", l.Number, f.url, l.Token, clock(l.Until))
	return err
}

func setAccountCommand(configured configurer) *cobra.Command {
	f := accountFlags{configured: configured}
	var name, role, company, department string
	var queues []string
	c := &cobra.Command{
		Use:   "set NUMBER",
		Short: "Change an account; what is not given stays",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			change := web.Change{}
			given := c.Flags().Changed
			if given("name") {
				change.Name = &name
			}
			if given("role") {
				r := web.Role(role)
				change.Role = &r
			}
			if given("company") {
				co := cti.CompanyID(company)
				change.Company = &co
			}
			if given("department") {
				change.Department = &department
			}
			if given("queues") {
				ids := queueIDs(queues)
				change.Queues = &ids
			}
			if change == (web.Change{}) {
				return errors.New("nothing is to be changed; allowed: --name, --role, --company, --department, --queues")
			}
			return f.change(c, args[0], change, "changed")
		},
	}
	f.addFlags(c)
	c.Flags().StringVar(&name, "name", "", "the person's name")
	c.Flags().StringVar(&role, "role", "", "one of "+roleList())
	c.Flags().StringVar(&company, "company", "", "whose person it is")
	c.Flags().StringVar(&department, "department", "", "a clerk's")
	c.Flags().StringSliceVar(&queues, "queues", nil, queuesFlag+"; \"\" for all")
	return c
}

// change changes an account and says so.
func (f *accountFlags) change(c *cobra.Command, number string, change web.Change, done string) error {
	k, err := f.keeper()
	if err != nil {
		return err
	}
	v, err := k.Change(c.Context(), number, change)
	if err != nil {
		return fmt.Errorf("change account %s: %w", number, err)
	}
	if f.asJSON {
		return encodeJSON(c.OutOrStdout(), v, "  ")
	}
	_, err = fmt.Fprintf(c.OutOrStdout(), "account %s is %s\n", number, done)
	return err
}

func ableAccountCommand(configured configurer, verb string, disabled bool) *cobra.Command {
	f := accountFlags{configured: configured}
	short := "Let an account log in again"
	if disabled {
		short = "Let an account log in no more, and end its login"
	}
	c := &cobra.Command{
		Use:   verb + " NUMBER",
		Short: short,
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return f.change(c, args[0], web.Change{Disabled: &disabled}, verb+"d")
		},
	}
	f.addFlags(c)
	return c
}

func resetAccountCommand(configured configurer) *cobra.Command {
	f := accountFlags{configured: configured}
	c := &cobra.Command{
		Use:   "reset NUMBER",
		Short: "End an account's password and login, and print the link that sets a new one",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			k, err := f.keeper()
			if err != nil {
				return err
			}
			link, err := k.Reset(c.Context(), args[0])
			if err != nil {
				return fmt.Errorf("reset account %s: %w", args[0], err)
			}
			if f.asJSON {
				return encodeJSON(c.OutOrStdout(), link, "  ")
			}
			return f.tellLink(c.OutOrStdout(), link)
		},
	}
	f.addFlags(c)
	return c
}

// accountCommand is one that has nothing to tell but that it is done.
func accountCommand(configured configurer, use, short, done string, do func(context.Context, accountKeeper, string) error) *cobra.Command {
	f := accountFlags{configured: configured}
	c := &cobra.Command{
		Use:   use,
		Short: short,
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			k, err := f.keeper()
			if err == nil {
				err = do(c.Context(), k, args[0])
			}
			if err != nil {
				return fmt.Errorf("account %s: %w", args[0], err)
			}
			if f.asJSON {
				return encodeJSON(c.OutOrStdout(), map[string]string{"number": args[0], "done": done}, "  ")
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "account %s is %s\n", args[0], done)
			return err
		},
	}
	f.addFlags(c)
	return c
}

// apiAccounts are the running service's.
type apiAccounts struct{ api *client }

func accountPath(number, behind string) string {
	return accountsPath + "/" + url.PathEscape(number) + behind
}

func (a apiAccounts) List(ctx context.Context, company, role string) ([]web.AccountView, error) {
	var l web.AccountList
	err := a.api.get(ctx, accountsPath+queryOf(map[string]string{"company": company, "role": role}), &l)
	return l.Accounts, err
}

func (a apiAccounts) Add(ctx context.Context, p web.Account) (web.NewAccount, error) {
	body := map[string]any{"number": p.Number, "role": p.Role}
	for name, v := range map[string]string{"name": p.Name, "company": string(p.Company), "department": p.Department} {
		if v != "" {
			body[name] = v
		}
	}
	if len(p.Queues) > 0 {
		body["queues"] = p.Queues
	}
	var made web.NewAccount
	err := a.api.order(ctx, http.MethodPost, accountsPath, body, &made)
	return made, err
}

func (a apiAccounts) Change(ctx context.Context, number string, c web.Change) (web.AccountView, error) {
	var v web.AccountView
	err := a.api.order(ctx, http.MethodPatch, accountPath(number, ""), c, &v)
	return v, err
}

func (a apiAccounts) Remove(ctx context.Context, number string) error {
	return a.api.do(ctx, http.MethodDelete, accountPath(number, ""), nil, nil)
}

func (a apiAccounts) Reset(ctx context.Context, number string) (web.Link, error) {
	var l web.Link
	err := a.api.order(ctx, http.MethodPost, accountPath(number, "/reset"), nil, &l)
	return l, err
}

func (a apiAccounts) CodesOff(ctx context.Context, number string) error {
	return a.api.do(ctx, http.MethodDelete, accountPath(number, "/totp"), nil, nil)
}

// fileAccounts are those in a data folder.
type fileAccounts struct {
	accounts *web.Accounts
	dir      string
}

func (a fileAccounts) List(_ context.Context, company, role string) ([]web.AccountView, error) {
	out := []web.AccountView{}
	for _, v := range a.accounts.List() {
		if (company == "" || string(v.Company) == company) && (role == "" || string(v.Role) == role) {
			out = append(out, v)
		}
	}
	return out, nil
}

func (a fileAccounts) Add(_ context.Context, p web.Account) (web.NewAccount, error) {
	v, link, err := a.accounts.Add(p)
	return web.NewAccount{Account: v, Link: link}, a.hand(err)
}

func (a fileAccounts) Change(_ context.Context, number string, c web.Change) (web.AccountView, error) {
	v, err := a.accounts.Change(number, c, nil)
	return v, a.hand(err)
}

func (a fileAccounts) Remove(_ context.Context, number string) error {
	return a.hand(a.accounts.Remove(number, nil))
}

func (a fileAccounts) Reset(_ context.Context, number string) (web.Link, error) {
	link, err := a.accounts.Reset(number, nil)
	return link, a.hand(err)
}

func (a fileAccounts) CodesOff(_ context.Context, number string) error {
	return a.hand(a.accounts.CodesOff(number, nil))
}

// hand gives the file that root has written to the folder's owner, who is to read it.
func (a fileAccounts) hand(err error) error {
	if err != nil || os.Geteuid() != 0 {
		return err
	}
	info, err := os.Stat(a.dir)
	if err != nil {
		return err
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return nil
	}
	return os.Lchown(filepath.Join(a.dir, web.AccountsFile), int(owner.Uid), int(owner.Gid))
}

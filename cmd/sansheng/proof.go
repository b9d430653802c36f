package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sansheng/cmd/sansheng/config"
	"sansheng/cmd/sansheng/service"
	"sansheng/store"
	"sansheng/store/proof"
)

// configurer reads the configuration by the flags that say where it is.
type configurer = func() (*config.Config, error)

// keyFlag is whose signatures are taken.
type keyFlag struct{ text string }

func (k *keyFlag) add(c *cobra.Command) {
	c.Flags().StringVar(&k.text, "key", "", "the public key by which heads are signed, or a file that has it; the data folder's by default")
}

// public is the key that was named, or the data folder's.
func (k *keyFlag) public(cfg *config.Config) (proof.PublicKey, error) {
	if k.text == "" {
		key, err := proof.ReadKey(cfg.Data)
		if errors.Is(err, fs.ErrNotExist) {
			return proof.PublicKey{}, fmt.Errorf("no key in %s: name the public one with --key", cfg.Data)
		}
		if err != nil {
			return proof.PublicKey{}, err
		}
		return key.Public, nil
	}
	if text, err := os.ReadFile(k.text); err == nil {
		return proof.ParsePublicKey(string(text))
	}
	return proof.ParsePublicKey(k.text)
}

// privateKey is the data folder's.
func privateKey(cfg *config.Config) (*proof.Key, error) {
	key, err := proof.ReadKey(cfg.Data)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("no key in %s: has `sansheng serve` run with this data folder? (--data names another one)", cfg.Data)
	}
	return key, err
}

// noRecordings leaves recordings' files unread.
const noRecordings = "none"

// evidenceFlags say what the chains are held against.
type evidenceFlags struct {
	key        keyFlag
	witnesses  []string
	recordings string
}

func (e *evidenceFlags) add(c *cobra.Command) {
	e.key.add(c)
	c.Flags().StringArrayVar(&e.witnesses, "witness", nil, "what a witness has: a file, or a folder of .heads files; may be repeated; by default the configuration's witness.folders")
	c.Flags().StringVar(&e.recordings, "recordings", "", "the folder of the recordings' files; by default our own switch's, \"none\" reads none")
}

// evidence reads it.
func (e *evidenceFlags) evidence(cfg *config.Config) (store.Evidence, error) {
	ev := store.Evidence{Recordings: e.recordings}
	switch own := service.RecordingsFolder(cfg); {
	case e.recordings == noRecordings:
		ev.Recordings = ""
	case e.recordings == "" && cfg.Asterisk.URL == "":
		if _, err := os.Stat(own); err == nil {
			ev.Recordings = own
		}
	}
	paths, named := e.witnesses, true
	if len(paths) == 0 {
		paths, named = cfg.Witness.Folders, false
	}
	if len(paths) == 0 {
		return ev, nil
	}
	key, err := e.key.public(cfg)
	if err != nil {
		return ev, err
	}
	for _, path := range paths {
		heads, err := proof.ReadHeads(path, key)
		if err != nil && (named || !errors.Is(err, proof.ErrNoHeads)) {
			return ev, err
		}
		ev.Heads = append(ev.Heads, heads...)
	}
	return ev, nil
}

func recordVerifyCommand(open opener, configured configurer) *cobra.Command {
	var asJSON bool
	var company string
	var flags evidenceFlags
	c := &cobra.Command{
		Use:   "verify",
		Short: "Check that no closed record was changed, added or removed",
		Long: "Check that no closed record was changed, added or removed, by computing every company's\n" +
			"chain of hashes anew, and by the heads that witnesses have: they show what was made anew as a whole,\n" +
			"or brought back from yesterday. Recordings are held against the hashes that were sealed.\n" +
			"Ends with an error where something is not as it was sealed. What was erased by law is told, and is none.",
		Args: cobra.NoArgs,
		RunE: reading(open, func(c *cobra.Command, s *store.Store, _ []string) error {
			cfg, err := configured()
			if err != nil {
				return err
			}
			evidence, err := flags.evidence(cfg)
			if err != nil {
				return err
			}
			checks, err := s.VerifyAgainst(c.Context(), company, evidence)
			if err != nil {
				return err
			}
			if err := whose(company, checks, cfg); err != nil {
				return err
			}
			if asJSON {
				err = encodeJSON(c.OutOrStdout(), checks, "  ")
			} else {
				err = printChecks(c.OutOrStdout(), checks)
			}
			if err != nil {
				return err
			}
			faults := 0
			for _, v := range checks {
				faults += len(v.Faults) + v.MoreFaults
			}
			if faults > 0 {
				return fmt.Errorf("%d faults: the records are not as they were sealed", faults)
			}
			return nil
		}),
	}
	flags.add(c)
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	c.Flags().StringVar(&company, "company", "", "only this company's")
	return c
}

// whose refuses a company of which there is nothing anywhere: who mistypes its name would be told
// that all is well.
func whose(company string, checks []store.Verification, cfg *config.Config) error {
	if company == "" || !slices.ContainsFunc(checks, func(v store.Verification) bool { return v.Nothing() }) {
		return nil
	}
	var known []string
	if cfg.Hotline != nil {
		for _, co := range cfg.Hotline.Companies {
			known = append(known, string(co.ID))
		}
	}
	if slices.Contains(known, company) {
		return nil // it has no records yet
	}
	return fmt.Errorf("company %q is not in the configuration, and has neither records nor a witness's head; allowed: one that has, or %s",
		company, or(strings.Join(known, ", "), "none is configured"))
}

func printChecks(w io.Writer, checks []store.Verification) error {
	var b strings.Builder
	if len(checks) == 0 {
		b.WriteString("no record is sealed here, and no witness has a head\n")
	}
	for _, v := range checks {
		fmt.Fprintf(&b, "%s: %d records, %d amendments, head %s, %d seals as a witness saw them, %d recordings, %d faults\n",
			plain(v.Company), v.Records, v.Amendments, v.Head, v.Witnessed, v.Recordings, len(v.Faults)+v.MoreFaults)
		for _, e := range v.Erased {
			fmt.Fprintf(&b, "  call %s: erased by %s on %s for %s\n", plain(e.Call), plain(e.By), e.At.Format(time.DateOnly), printable(e.Reason))
		}
		for _, f := range v.Faults {
			fmt.Fprintf(&b, "  seal %d, call %s: %s\n", f.N, plain(f.Call), printable(f.Problem))
		}
		if v.MoreFaults > 0 {
			fmt.Fprintf(&b, "  and %d more\n", v.MoreFaults)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func recordWitnessCommand(open opener, configured configurer) *cobra.Command {
	var onPaper bool
	c := &cobra.Command{
		Use:   "witness",
		Short: "Give the chains' signed heads to the witnesses now; the service does so every hour",
		Long: "Give each company's signed head to the witnesses that the configuration names (witness.folders,\n" +
			"witness.urls), or print them with the public key, for paper or a mail.",
		Args: cobra.NoArgs,
		RunE: reading(open, func(c *cobra.Command, s *store.Store, _ []string) error {
			cfg, err := configured()
			if err != nil {
				return err
			}
			all := service.Witnesses(cfg)
			if len(all) == 0 && !onPaper {
				return errors.New("no witness is configured; allowed: witness.folders, witness.urls, or --print")
			}
			key, err := privateKey(cfg)
			if err != nil {
				return err
			}
			trees, err := s.Trees(c.Context(), nil)
			if err != nil {
				return err
			}
			w := c.OutOrStdout()
			if onPaper {
				fmt.Fprintf(w, "public key %s\n", key.Public)
			}
			var failed error
			for _, g := range trees {
				h, err := key.Sign(g.Head)
				if err != nil {
					return err
				}
				if onPaper {
					fmt.Fprintf(w, "\n%s", h.Text)
					continue
				}
				for _, one := range all {
					if err := one.Give(c.Context(), h); err != nil {
						failed = errors.Join(failed, err)
						continue
					}
					fmt.Fprintf(w, "%s: the head of %d seals is with %s\n", plain(h.Company), h.Size, one.Name())
				}
			}
			return failed
		}),
	}
	c.Flags().BoolVar(&onPaper, "print", false, "print the heads and the public key instead")
	return c
}

func recordProveCommand(open opener, configured configurer) *cobra.Command {
	var whole bool
	var since, company string
	var key keyFlag
	c := &cobra.Command{
		Use:   "prove [ID]",
		Short: "Write a proof that a call's record is sealed, or that the chain grew from an older head",
		Long: "Write a proof that can be checked without the database, by `sansheng record check`: that a call's\n" +
			"record and its amendments are in the chain under a head signed now; or, with --since, that the chain\n" +
			"began as an older head says. Without --whole nothing personal is in it: the number, names, and what was\n" +
			"learnt of the caller stand there as a commitment. A record sealed by an older version is then shown by its hash only.",
		Example: "  sansheng record prove 5e4ac1de-3a0d-5b1a-9d6e-0a5a4e5e5a33 > proof.json\n  sansheng record prove --since /mnt/witness/gas.heads --company gas > growth.json",
		Args:    cobra.MaximumNArgs(1),
		RunE: reading(open, func(c *cobra.Command, s *store.Store, args []string) error {
			if (len(args) == 1) == (since != "") {
				return errors.New("allowed: a call's id, or --since with an older head")
			}
			cfg, err := configured()
			if err != nil {
				return err
			}
			private, err := privateKey(cfg)
			if err != nil {
				return err
			}
			if since == "" {
				p, err := s.Prove(c.Context(), args[0], whole, private)
				if err != nil {
					return err
				}
				return encodeJSON(c.OutOrStdout(), p, "  ")
			}
			public, err := key.public(cfg)
			if err != nil {
				return err
			}
			older, err := newest(since, company, public)
			if err != nil {
				return err
			}
			g, err := s.ProveGrowth(c.Context(), older, private)
			if err != nil {
				return err
			}
			return encodeJSON(c.OutOrStdout(), g, "  ")
		}),
	}
	key.add(c)
	c.Flags().BoolVar(&whole, "whole", false, "tell what is personal, too")
	c.Flags().StringVar(&since, "since", "", "a file with an older head, its newest one counts")
	c.Flags().StringVar(&company, "company", "", "whose head, where the file has several companies'")
	return c
}

// newest is a file's newest head, of a company where one is named.
func newest(path, company string, key proof.PublicKey) (proof.Head, error) {
	heads, err := proof.ReadHeads(path, key)
	if err != nil {
		return proof.Head{}, err
	}
	var found proof.Head
	for _, h := range heads {
		switch {
		case company != "" && h.Company != company:
		case found.Company != "" && h.Company != found.Company:
			return found, fmt.Errorf("%s has heads of companies %s and %s; allowed: one of them, with --company", path, found.Company, h.Company)
		case h.Size >= found.Size:
			found = h
		}
	}
	if found.Company == "" {
		return found, fmt.Errorf("%s has no head of company %q", path, company)
	}
	return found, nil
}

func recordCheckCommand(configured configurer) *cobra.Command {
	var key keyFlag
	c := &cobra.Command{
		Use:   "check FILE",
		Short: "Check a proof of `record prove`, without the database",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			text, err := os.ReadFile(args[0])
			if err != nil {
				return err
			}
			cfg, err := configured()
			if err != nil {
				return err
			}
			public, err := key.public(cfg)
			if err != nil {
				return err
			}
			p, g, err := store.ReadProof(text)
			if err != nil {
				return err
			}
			w := c.OutOrStdout()
			if g != nil {
				older, newer, err := g.Check(public)
				if err != nil {
					return fmt.Errorf("check %s: %w", args[0], err)
				}
				_, err = fmt.Fprintf(w, "good: the %d seals of %s at %s begin with the %d of %s\n",
					newer.Size, plain(newer.Company), newer.At.Format(time.RFC3339), older.Size, older.At.Format(time.RFC3339))
				return err
			}
			done, err := p.Check(public)
			if err != nil {
				return fmt.Errorf("check %s: %w", args[0], err)
			}
			erased := ""
			if done.Erased {
				erased = "; what was personal was erased"
			}
			_, err = fmt.Fprintf(w, "good: call %s of %s, %d seals, content of %d, what is personal of %d, under the head of %d seals of %s by %s%s\n",
				plain(p.Call), plain(p.Company), done.Hashes, done.Told, done.Personal, done.Head.Size, done.Head.At.Format(time.RFC3339), public, erased)
			return err
		},
	}
	key.add(c)
	return c
}

func recordEraseCommand() *cobra.Command {
	var api client
	var body struct {
		Reason string `json:"reason"`
	}
	c := &cobra.Command{
		Use:   "erase ID",
		Short: "Take what is personal from an ended call's record, for ever: by law, and by an administrator",
		Long: "Take what is personal from an ended call's record: numbers, names, what was learnt of the caller and\n" +
			"written about him; its recordings are destroyed. It cannot be undone. Who did it, when and why is sealed into\n" +
			"the chain, which stays whole: `sansheng record verify` tells it. The account's password is read from the\n" +
			"environment's " + passwordVariable + ".",
		Example: "  " + passwordVariable + "=… sansheng record erase 5e4ac1de-3a0d-5b1a-9d6e-0a5a4e5e5a33 --reason 'asked for by letter of 2 March, PIPL art. 47' --as 9001",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := api.do(c.Context(), http.MethodPost, "/api/v1/calls/"+url.PathEscape(args[0])+"/erasure", body, nil); err != nil {
				return fmt.Errorf("erase the record of call %s: %w", args[0], err)
			}
			_, err := fmt.Fprintf(c.OutOrStdout(), "the record of call %s is being erased\n", args[0])
			return err
		},
	}
	api.addFlags(c)
	c.Flags().StringVar(&body.Reason, "reason", "", "why; it is kept for ever, so no number and no name of the caller")
	_ = c.MarkFlagRequired("reason") // the flag is there
	return c
}

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"sansheng/cti/web"
)

func promptsCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "prompts",
		Short: "Show what callers hear, change it, hear it on a phone, take a change back",
	}
	c.AddCommand(
		promptsListCommand(), promptsShowCommand(), promptsAddCommand(), promptsSpeakCommand(),
		promptsHearCommand(), promptsUndoCommand(), promptsRemoveCommand(),
	)
	return c
}

// promptOf is which prompt a command is about.
type promptOf struct {
	client
	company, language string
}

func (p *promptOf) addFlags(c *cobra.Command) {
	p.client.addFlags(c)
	c.Flags().StringVar(&p.company, "company", "", "whose callers hear it: your own company's by default, and all companies' for who sees all")
	c.Flags().StringVar(&p.language, "language", "", "zh or en; the company's by default")
}

// path is the address of a prompt, or of all where the name is empty.
func (p *promptOf) path(name, behind string) string {
	path := "/api/v1/prompts"
	if name != "" {
		path += "/" + url.PathEscape(name) + behind
	}
	query := url.Values{}
	if p.company != "" {
		query.Set("company", p.company)
	}
	if p.language != "" {
		query.Set("language", p.language)
	}
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	return path
}

func promptsListCommand() *cobra.Command {
	var p promptOf
	var asJSON bool
	c := &cobra.Command{
		Use:   "list",
		Short: "List what callers hear by name, whose voice it is, and at how many places",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			var list web.Prompts
			if err := p.get(c.Context(), p.path("", ""), &list); err != nil {
				return fmt.Errorf("list prompts: %w", err)
			}
			if asJSON {
				return encodeJSON(c.OutOrStdout(), list.Prompts, "  ")
			}
			w := table(c, "NAME", "LANGUAGE", "COMPANY", "PLAYS", "VERSION", "VOICE", "LASTS", "PLACES")
			for _, r := range list.Prompts {
				version, long := "-", "-"
				if r.Version > 0 {
					version = strconv.Itoa(r.Version)
				}
				if r.LengthMs > 0 {
					long = seconds(&r.LengthMs)
				}
				if err := w.row(r.Name, r.Language, orAll(r.Company), r.Plays, version, orDash(r.Voice), long, strconv.Itoa(len(r.Used))); err != nil {
					return err
				}
			}
			return w.Flush()
		},
	}
	p.client.addFlags(c)
	c.Flags().StringVar(&p.company, "company", "", "whose callers hear them")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func orAll(company string) string {
	if company == "" {
		return "all"
	}
	return company
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func promptsShowCommand() *cobra.Command {
	var p promptOf
	var asJSON bool
	c := &cobra.Command{
		Use:   "show NAME",
		Short: "Show a prompt: where it is played, its length, loudness and voice, and its versions",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			var r web.PromptView
			if err := p.get(c.Context(), p.path(args[0], ""), &r); err != nil {
				return fmt.Errorf("show %s: %w", args[0], err)
			}
			if asJSON {
				return encodeJSON(c.OutOrStdout(), r, "  ")
			}
			return showPrompt(c, r)
		},
	}
	p.addFlags(c)
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func showPrompt(c *cobra.Command, r web.PromptView) error {
	out := c.OutOrStdout()
	fmt.Fprintf(out, "%s, language %s, company %s: %s", r.Name, r.Language, orAll(r.Company), r.Plays)
	if r.Voice != "" {
		fmt.Fprintf(out, ", %s", voice(r.Voice))
	}
	if r.LengthMs > 0 {
		fmt.Fprintf(out, ", %s, %.1f LUFS", seconds(&r.LengthMs), r.Loudness)
	}
	fmt.Fprintln(out)
	for _, u := range r.Used {
		fmt.Fprintf(out, "played by %s, company %s\n", u.Where, orAll(u.Company))
	}
	for _, text := range r.Warnings {
		fmt.Fprintln(out, "note:", text)
	}
	if len(r.Versions) == 0 {
		return nil
	}
	w := table(c, "VERSION", "AT", "BY", "HOW", "VOICE", "LASTS", "LUFS", "SHA-256", "TEXT")
	for i := range r.Versions { // the newest first
		v := r.Versions[len(r.Versions)-1-i]
		long, loud, how := "-", "-", v.How
		if v.SHA256 != "" {
			long, loud = seconds(&v.LengthMs), strconv.FormatFloat(v.Loudness, 'f', 1, 64)
		}
		if v.How == "undone" {
			how = fmt.Sprintf("undone, as %d", v.Of)
		}
		if err := w.row(strconv.Itoa(v.Version), clock(v.At), orDash(v.By), how, voice(orDash(v.Voice)), long, loud, orDash(v.SHA256[:min(12, len(v.SHA256))]), orDash(v.Text)); err != nil {
			return err
		}
	}
	return w.Flush()
}

// voice marks what no person has said.
func voice(v string) string {
	if v == "placeholder" {
		return "placeholder voice"
	}
	return v
}

func promptsAddCommand() *cobra.Command {
	var p promptOf
	c := &cobra.Command{
		Use:   "add NAME FILE",
		Short: "Make a recording what callers hear by a name, from the next caller on",
		Long: "Make a recording what callers hear by a name, from the next caller on: WAV, MP3 or FLAC, of up to 20 MB and\n" +
			"three minutes. It is made 8 kHz of one channel, trimmed at both ends, and levelled to the shipped prompts.",
		Example: "  " + passwordVariable + "=… sansheng prompts add closed closed.wav --as 3001\n" +
			"  " + passwordVariable + "=… sansheng prompts add please-hold hold.mp3 --language en --as 9001",
		Args: cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			f, err := os.Open(args[1])
			if err != nil {
				return err
			}
			defer f.Close() //nolint:errcheck // only read
			said, err := p.send(c.Context(), http.MethodPut, p.path(args[0], "/audio"), f, http.Header{
				"Content-Type": {"application/octet-stream"}, "Expect": {"100-continue"}, // a refusal is heard before all is sent
			})
			return changedPrompt(c, args[0], said, err)
		},
	}
	p.addFlags(c)
	return c
}

// changedPrompt tells what came of a change.
func changedPrompt(c *cobra.Command, name string, said []byte, err error) error {
	var v web.PromptVersion
	if err == nil {
		err = json.Unmarshal(said, &v)
	}
	if err != nil {
		return fmt.Errorf("%s %s: %w", c.Name(), name, err)
	}
	text := "nothing of yours any more"
	if v.SHA256 != "" {
		text = fmt.Sprintf("%s, %.1f LUFS, %s", seconds(&v.LengthMs), v.Loudness, voice(v.Voice))
	}
	fmt.Fprintf(c.OutOrStdout(), "%s is version %d: %s\n", name, v.Version, text)
	for _, w := range v.Warnings {
		fmt.Fprintln(c.OutOrStdout(), "note:", w)
	}
	return nil
}

func promptsSpeakCommand() *cobra.Command {
	var p promptOf
	var body struct {
		Text string `json:"text"`
	}
	c := &cobra.Command{
		Use:     "speak NAME",
		Short:   "Have the voice of the shipped prompts say something, until a person has",
		Example: "  " + passwordVariable + "=… sansheng prompts speak closed --text '我们明天九点见。' --as 3001",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if strings.TrimSpace(body.Text) == "" {
				return errors.New("say what with --text")
			}
			said, err := p.ask(c.Context(), http.MethodPut, p.path(args[0], "/text"), body, nil)
			return changedPrompt(c, args[0], said, err)
		},
	}
	p.addFlags(c)
	c.Flags().StringVar(&body.Text, "text", "", "what is said")
	return c
}

func promptsHearCommand() *cobra.Command {
	var p promptOf
	var body struct {
		Phone string `json:"phone"`
	}
	c := &cobra.Command{
		Use:     "hear NAME",
		Short:   "Ring a registered phone and play a prompt",
		Example: "  " + passwordVariable + "=… sansheng prompts hear closed --phone 1001 --as 3001",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := p.do(c.Context(), http.MethodPost, p.path(args[0], "/hear"), body, nil); err != nil {
				return fmt.Errorf("hear %s: %w", args[0], err)
			}
			_, err := fmt.Fprintf(c.OutOrStdout(), "%s rings\n", body.Phone)
			return err
		},
	}
	p.addFlags(c)
	c.Flags().StringVar(&body.Phone, "phone", "", "an agent's number whose phone is registered")
	return c
}

func promptsUndoCommand() *cobra.Command {
	var p promptOf
	c := &cobra.Command{
		Use:   "undo NAME",
		Short: "Bring back the version before, as a new one; before the first is what was shipped",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			said, err := p.ask(c.Context(), http.MethodPost, p.path(args[0], "/undo"), nil, nil)
			return changedPrompt(c, args[0], said, err)
		},
	}
	p.addFlags(c)
	return c
}

func promptsRemoveCommand() *cobra.Command {
	var p promptOf
	c := &cobra.Command{
		Use:   "remove NAME",
		Short: "Take away a prompt that nothing plays; its versions are kept",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			said, err := p.ask(c.Context(), http.MethodDelete, p.path(args[0], ""), nil, nil)
			return changedPrompt(c, args[0], said, err)
		},
	}
	p.addFlags(c)
	return c
}

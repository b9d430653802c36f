package main

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sansheng/cmd/sansheng/config"
	"sansheng/cti"
	"sansheng/cti/flow"
	"sansheng/cti/hours"
	"sansheng/pbx/asterisk"
)

func walkCommand() *cobra.Command {
	var file, at, caller, keys string
	var closed, is []string
	var answers map[string]string
	var asJSON, all bool
	var days int
	c := &cobra.Command{
		Use:   "walk NUMBER|--all",
		Short: "Tell what happens to a call: the way through a number's flow, without a call",
		Long: "Tell what happens to a call to a number at a moment, for who calls and what he presses: each step\n" +
			"with its reason, and where the call ends. The demo hotline's, where no configuration is given.\n" +
			"What is closed just now by hours close the running service knows: GET /api/v1/lines/NUMBER/walk.",
		Example: "  sansheng walk 800200 --at 2026-10-01T20:00:00+08:00 --keys 1\n  sansheng walk --all --days 7",
		Args: func(c *cobra.Command, args []string) error {
			if all {
				return cobra.NoArgs(c, args)
			}
			return cobra.ExactArgs(1)(c, args)
		},
		RunE: func(c *cobra.Command, args []string) error {
			plan, data, err := planOf(file)
			if err != nil {
				return err
			}
			moment := time.Now()
			if at != "" {
				if moment, err = timeOf("--at", at); err != nil {
					return err
				}
			}
			if !flow.Keys(keys) {
				return fmt.Errorf("--keys %q: allowed are 0 to 9, *, #, and a dot where he presses nothing", keys)
			}
			closures, err := closuresOf(closed)
			if err != nil {
				return err
			}
			if all {
				notePlan(c.ErrOrStderr(), plan, data, moment)
				return walkAll(c, plan, moment, days, closures, asJSON)
			}
			known, err := callerIs(is, answers)
			if err != nil {
				return err
			}
			path, err := plan.Walk(args[0], moment, caller, keys, closures, known)
			if err != nil {
				return err
			}
			notePlan(c.ErrOrStderr(), plan, data, moment)
			if asJSON {
				return encodeJSON(c.OutOrStdout(), path, "  ")
			}
			_, err = fmt.Fprint(c.OutOrStdout(), path)
			return err
		},
	}
	f := c.Flags()
	f.StringVar(&file, "config", "", "configuration file (YAML)")
	f.StringVar(&at, "at", "", "when he calls (RFC 3339); now where it is empty")
	f.StringVar(&caller, "caller", "", "the number he calls from")
	f.StringVar(&keys, "keys", "", "what he presses: a key each time a menu is told, a number with its # each time digits are asked for; a dot presses nothing")
	f.StringSliceVar(&is, "is", nil, "what is known of him: ticket, repeat; vip by --caller")
	f.StringToStringVar(&answers, "answer", nil, "what a look-up says of him, SERVICE=RESULT; one that is not named fails, for none is asked")
	f.StringArrayVar(&closed, "closed", nil, "as if somebody had closed a calendar or a line, CALENDAR=UNTIL or NUMBER=UNTIL; may be repeated")
	f.BoolVar(&all, "all", false, "walk every number through --days from --at on, at each moment at which anything changes, by each key; fails where a way ends nowhere")
	f.IntVar(&days, "days", 7, "how many days --all looks ahead")
	f.BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

// timeOf reads the time that a flag is given.
func timeOf(flag, text string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return t, fmt.Errorf("%s %q is no time: write it as in 2026-10-01T20:00:00+08:00", flag, text)
	}
	return t, nil
}

// planOf is a configuration's hotline and its data folder; the demo's, which has none,
// where no file is named.
func planOf(file string) (plan *cti.Plan, data string, err error) {
	if file == "" {
		return cti.DemoPlan(0), "", nil
	}
	cfg, err := config.Load(file)
	if err != nil {
		return nil, "", err
	}
	if cfg.Hotline == nil {
		return nil, "", fmt.Errorf("%s has no hotline", file)
	}
	return cfg.Hotline, cfg.Data, nil
}

// notePlan says what is not wrong with a plan, but will hurt callers: years whose
// holidays are not known, and prompts that are not there, where the switch has made its
// own already.
func notePlan(w io.Writer, plan *cti.Plan, data string, at time.Time) {
	for _, unknown := range plan.HolidaysUnknown(at, cti.HolidaysAhead) {
		fmt.Fprintf(w, "note: %s; sansheng holidays import reads them from an iCalendar file\n", unknown)
	}
	sounds := filepath.Join(data, "asterisk")
	if data == "" || !asterisk.HasPrompt(sounds, "zh", "beep") {
		return // nothing has been made here
	}
	has := func(u cti.PromptUse) bool { return asterisk.HasPrompt(sounds, u.Voice(), u.Name) }
	if missing := plan.PromptsMissing(has); missing != "" {
		fmt.Fprintf(w, "note: prompts are missing: %s\n", missing)
	}
}

// callerIs is what is known of who calls, and what services say of him.
func callerIs(is []string, answers map[string]string) (func(*flow.Conditions), error) {
	var known []flow.Exit
	for _, what := range is {
		e := flow.Exit(what)
		if e != flow.Ticket && e != flow.Repeat {
			return nil, fmt.Errorf("--is %q: allowed are %s, %s", what, flow.Ticket, flow.Repeat)
		}
		known = append(known, e)
	}
	says := map[string]flow.Exit{}
	for service, result := range answers {
		says[service] = flow.Exit(result)
	}
	return func(c *flow.Conditions) { c.Caller, c.Answers = append(c.Caller, known...), says }, nil
}

// closuresOf reads what --closed names.
func closuresOf(list []string) (cti.Closures, error) {
	all := cti.Closures{}
	for _, text := range list {
		what, until, _ := strings.Cut(text, "=")
		t, err := time.Parse(time.RFC3339, until)
		if what == "" || err != nil {
			return nil, fmt.Errorf("--closed %q: write it as in office=2026-10-01T20:00:00+08:00", text)
		}
		all[what] = hours.Closure{Until: t, Reason: "--closed"}
	}
	return all, nil
}

package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sansheng/cti/web"
	"sansheng/store"
)

func surveysCommand() *cobra.Command {
	var api client
	var company string
	c := &cobra.Command{
		Use:     "surveys",
		Short:   "List quarterly surveys, and how content those are who were asked",
		Example: "  " + passwordVariable + "=… sansheng surveys --as 2001",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			var list web.Surveys
			if err := api.get(c.Context(), "/api/v1/surveys"+queryOf(map[string]string{"company": company}), &list); err != nil {
				return fmt.Errorf("list surveys: %w", err)
			}
			w := table(c, "QUARTER", "COMPANY", "PEOPLE", "OF", "ANSWERED", "REFUSED", "MISSED", "CONTENT", "AVERAGE", "SEED")
			percent := func(x float64) string { return fmt.Sprintf("%.1f %%", 100*x) }
			for _, l := range list.Surveys {
				r := l.Rates
				if err := w.row(l.Quarter, l.Company, strconv.Itoa(r.People), strconv.Itoa(l.Population), fmt.Sprintf("%d (%s)", r.Answered, percent(r.AnswerRate)),
					strconv.Itoa(r.Refused), strconv.Itoa(r.Missed), percent(r.ContentRate), fmt.Sprintf("%.2f", r.Average), l.Seed); err != nil {
					return err
				}
			}
			return w.Flush()
		},
	}
	api.addFlags(c)
	c.Flags().StringVar(&company, "company", "", "only this company's")
	c.AddCommand(drawSurveyCommand(), surveyPeopleCommand(), answerSurveyCommand(), exportSurveyCommand())
	return c
}

// surveyPath is where a quarter's survey is.
func surveyPath(quarter, rest string, query map[string]string) string {
	return "/api/v1/surveys/" + url.PathEscape(quarter) + rest + queryOf(query)
}

func drawSurveyCommand() *cobra.Command {
	var api client
	var company, seed string
	var size int
	c := &cobra.Command{
		Use:   "draw QUARTER",
		Short: "Draw who is asked how content he is, of a quarter that is over",
		Long: "Draw who is asked how content he is, once: of those who were answered and whose tickets were closed each person once, without\n" +
			"who is not to be called or asked. The same size and seed again give the list that there is.",
		Example: "  " + passwordVariable + "=… sansheng surveys draw 2026-Q3 --size 200 --as 2001",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			var list store.SurveyList
			path := surveyPath(args[0], "", map[string]string{"company": company})
			if err := api.order(c.Context(), http.MethodPost, path, map[string]any{"size": size, "seed": seed}, &list); err != nil {
				return fmt.Errorf("draw survey: %w", err)
			}
			_, err := fmt.Fprintf(c.OutOrStdout(), "%d of %d people are asked in %s\n", list.Rates.People, list.Population, list.Quarter)
			return err
		},
	}
	api.addFlags(c)
	c.Flags().StringVar(&company, "company", "", "of this company")
	c.Flags().IntVar(&size, "size", 200, "how many people at most")
	c.Flags().StringVar(&seed, "seed", "", "decides who is drawn; the names of company and quarter where it is left out")
	return c
}

func surveyPeopleCommand() *cobra.Command {
	var api client
	var company, state, reveal string
	c := &cobra.Command{
		Use:     "people QUARTER",
		Short:   "List who is asked in a quarter, and what he has said",
		Example: "  " + passwordVariable + "=… sansheng surveys people 2026-Q3 --state waiting --as 1001",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			var list web.SurveyPeople
			path := surveyPath(args[0], "/people", map[string]string{"company": company, "state": state, "reveal": reveal})
			if err := api.get(c.Context(), path, &list); err != nil {
				return fmt.Errorf("list who is asked: %w", err)
			}
			w := table(c, "N", "NUMBER", "KIND", "SPOKE", "STATE", "SCORE", "REMARK", "CALL")
			for _, p := range list.People {
				score := "-"
				if p.Score > 0 {
					score = strconv.Itoa(p.Score)
				}
				if err := w.row(strconv.Itoa(p.N), p.Number, or(p.Kind, "-"), clock(p.SpokeAt), string(p.State), score, p.Remark, p.Call); err != nil {
					return err
				}
			}
			return w.Flush()
		},
	}
	api.addFlags(c)
	f := c.Flags()
	f.StringVar(&company, "company", "", "of this company")
	f.StringVar(&state, "state", "", "only those who are waiting, answered, refused or missed")
	f.StringVar(&reveal, "reveal", "", "show whole numbers, for this reason; it is logged")
	return c
}

func answerSurveyCommand() *cobra.Command {
	var api client
	var company, remark string
	var score int
	c := &cobra.Command{
		Use:     "answer QUARTER N answered|refused|missed",
		Short:   "Say what came of asking somebody; said again, the last counts",
		Example: "  " + passwordVariable + "=… sansheng surveys answer 2026-Q3 17 answered --score 4 --as 1001",
		Args:    cobra.ExactArgs(3),
		RunE: func(c *cobra.Command, args []string) error {
			path := surveyPath(args[0], "/people/"+url.PathEscape(args[1]), map[string]string{"company": company})
			body := map[string]any{"state": args[2], "score": score, "remark": remark}
			if err := api.do(c.Context(), http.MethodPost, path, body, nil); err != nil {
				return fmt.Errorf("answer survey: %w", err)
			}
			_, err := fmt.Fprintf(c.OutOrStdout(), "%s of %s: %s\n", args[1], args[0], args[2])
			return err
		},
	}
	api.addFlags(c)
	f := c.Flags()
	f.StringVar(&company, "company", "", "of this company")
	f.IntVar(&score, "score", 0, "how content he is, 1 to 5, where he has answered")
	f.StringVar(&remark, "remark", "", "what he has said beside")
	return c
}

func exportSurveyCommand() *cobra.Command {
	var api client
	var company, out, reason string
	c := &cobra.Command{
		Use:     "export QUARTER",
		Short:   "Write who is asked in a quarter into a table, CSV or XLSX, with whole numbers",
		Example: "  " + passwordVariable + "=… sansheng surveys export 2026-Q3 --out q3.xlsx --reason 'quarterly survey' --as 2001",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			format := strings.TrimPrefix(filepath.Ext(out), ".")
			if format != "csv" && format != "xlsx" {
				return fmt.Errorf("export survey: --out %q; allowed: a file's name with .csv or .xlsx", out)
			}
			path := surveyPath(args[0], "/table", map[string]string{"company": company, "format": format, "reason": reason})
			ctx, cancel := context.WithTimeout(c.Context(), time.Minute)
			defer cancel()
			if err := writeWhole(out, func(w io.Writer) error { return api.fetch(ctx, path, w) }); err != nil {
				return fmt.Errorf("export survey: %w", err)
			}
			_, err := fmt.Fprintf(c.OutOrStdout(), "%s is in %s\n", args[0], out)
			return err
		},
	}
	api.addFlags(c)
	f := c.Flags()
	f.StringVar(&out, "out", "", "the file, with .csv or .xlsx; it is readable by you alone")
	f.StringVar(&company, "company", "", "of this company")
	f.StringVar(&reason, "reason", "", "why the numbers are needed; it is needed")
	return c
}

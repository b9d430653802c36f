package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/spf13/cobra"

	"sansheng/cti/web/summary"
	"sansheng/store"
)

func summaryCommand() *cobra.Command {
	var api client
	var day, company, department, html, pdf string
	var asJSON bool
	c := &cobra.Command{
		Use:   "summary",
		Short: "Sum up a day of a company: calls, agents, matters, departments, what is important",
		Long: "Sum up a day of a company. A shift leader sees the queues that he leads, a clerk his\n" +
			"department. Numbers are masked.",
		Example: "  " + passwordVariable + "=… sansheng summary --as 2001\n" +
			"  " + passwordVariable + "=… sansheng summary --day yesterday --pdf day.pdf --as 2001",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			query := url.Values{}
			for name, value := range map[string]string{"company": company, "department": department} {
				if value != "" {
					query.Set(name, value)
				}
			}
			switch {
			case html != "":
				query.Set("format", "html")
			case pdf != "":
				query.Set("format", "pdf")
			}
			path := "/api/v1/summaries/" + url.PathEscape(day) + "?" + query.Encode()
			if file := html + pdf; file != "" { // of any length, and whole
				ctx, cancel := context.WithTimeout(c.Context(), sendWithin)
				defer cancel()
				if err := writeWhole(file, func(w io.Writer) error { return api.fetch(ctx, path, w) }); err != nil {
					return fmt.Errorf("sum up day: %w", err)
				}
				_, err := fmt.Fprintf(c.OutOrStdout(), "the day is in %s\n", file)
				return err
			}
			said, err := api.ask(c.Context(), http.MethodGet, path, nil, nil)
			if err != nil {
				return fmt.Errorf("sum up day: %w", err)
			}
			var s store.Summary
			if err := json.Unmarshal(said, &s); err != nil {
				return fmt.Errorf("read the service's answer: %w", err)
			}
			if asJSON {
				var indented bytes.Buffer
				if err := json.Indent(&indented, said, "", "  "); err != nil {
					return fmt.Errorf("read the service's answer: %w", err)
				}
				_, err := c.OutOrStdout().Write(indented.Bytes())
				return err
			}
			return printSummary(c, s)
		},
	}
	api.addFlags(c)
	f := c.Flags()
	f.StringVar(&day, "day", "today", "the day, in the company's zone: as in 2026-11-29, today, yesterday")
	f.StringVar(&company, "company", "", "of this company; yours where it is left out")
	f.StringVar(&department, "department", "", "only what was forwarded to this department")
	f.BoolVar(&asJSON, "json", false, "print JSON")
	f.StringVar(&html, "html", "", "write a page to this file")
	f.StringVar(&pdf, "pdf", "", "write a PDF to this file")
	c.MarkFlagsMutuallyExclusive("json", "html", "pdf")
	return c
}

// printSummary prints the tables of a summary that have rows.
func printSummary(c *cobra.Command, s store.Summary) error {
	title, scope := summary.Title(s)
	if _, err := fmt.Fprintf(c.OutOrStdout(), "%s\n%s\n", printable(title), printable(scope)); err != nil {
		return err
	}
	for _, t := range summary.Tables(s) {
		if len(t.Rows) == 0 {
			continue
		}
		if _, err := fmt.Fprintf(c.OutOrStdout(), "\n%s\n", t.Title); err != nil {
			return err
		}
		w := table(c, t.Heads...)
		for _, row := range t.Rows {
			if err := w.row(row...); err != nil {
				return err
			}
		}
		if err := w.Flush(); err != nil {
			return err
		}
	}
	return nil
}

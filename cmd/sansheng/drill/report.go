package drill

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
)

// Result is what came of one row.
type Result struct {
	Row      string    `json:"row"`
	Fault    string    `json:"fault"`
	Promise  string    `json:"promise"`
	Held     bool      `json:"held"`
	Measures []Measure `json:"measures"`
	Notes    []string  `json:"notes,omitempty"`
	// Error is what kept the drill from working, if anything did.
	Error   string  `json:"error,omitempty"`
	Seconds float64 `json:"seconds"`
}

// Report is a whole drill.
type Report struct {
	Began    time.Time         `json:"began"`
	Seconds  float64           `json:"seconds"`
	Machine  string            `json:"machine"`
	Versions map[string]string `json:"versions"`
	Size     Size              `json:"size"`
	Results  []Result          `json:"results"`
}

// Held tells whether every row held.
func (r *Report) Held() bool {
	for _, one := range r.Results {
		if !one.Held {
			return false
		}
	}
	return len(r.Results) > 0
}

// WriteJSON writes the report for programs.
func (r *Report) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// WriteTable writes the report for a terminal: one line a row, and what broke.
func (r *Report) WriteTable(w io.Writer) error {
	var b strings.Builder
	wide := 10
	for _, one := range r.Results {
		wide = max(wide, len(one.Row))
	}
	for _, one := range r.Results {
		fmt.Fprintf(&b, "%-*s  %s  %5.1f s  %s\n", wide, one.Row, verdict(one.Held), one.Seconds, one.Promise)
		b.WriteString(one.Broken())
	}
	held := 0
	for _, one := range r.Results {
		if one.Held {
			held++
		}
	}
	fmt.Fprintf(&b, "%d of %d rows held, in %s\n", held, len(r.Results), time.Duration(r.Seconds*float64(time.Second)).Round(time.Second))
	_, err := io.WriteString(w, b.String())
	return err
}

// Broken says what a row did not hold, one thing a line.
func (r *Result) Broken() string {
	var b strings.Builder
	for _, m := range r.Measures {
		if m.Held {
			continue
		}
		fmt.Fprintf(&b, "    NOT HELD %s: %s, limit %s\n", m.What, m.Measured, m.Limit)
		for _, d := range m.Detail {
			fmt.Fprintf(&b, "        %s\n", d)
		}
	}
	if r.Error != "" {
		fmt.Fprintf(&b, "    the drill failed: %s\n", r.Error)
	}
	return b.String()
}

func verdict(held bool) string {
	if held {
		return "held    "
	}
	return "NOT HELD"
}

// WriteMarkdown writes the report as a document.
func (r *Report) WriteMarkdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# Drill of %s\n\n", r.Began.UTC().Format("2006-01-02 15:04 MST"))
	fmt.Fprintf(&b, "Machine: %s. ", r.Machine)
	for _, name := range []string{"sansheng", "asterisk", "postgresql", "sip-tester", "go"} {
		if v := r.Versions[name]; v != "" {
			fmt.Fprintf(&b, "%s %s. ", name, strings.TrimPrefix(v, name))
		}
	}
	fmt.Fprintf(&b, "Traffic: %d talking (%d of them with tones on both legs), %d waiting, %d ringing. It took %s.\n\n",
		r.Size.Talking, r.Size.Toned, r.Size.Waiting, r.Size.Ringing, time.Duration(r.Seconds*float64(time.Second)).Round(time.Second))
	b.WriteString("Made by `sansheng drill --markdown FILE`. Every figure is the worst of its row; the outside (telephones, sipp) is the\n" +
		"truth that records, facts and the live floor are compared with, one to one.\n\n")
	b.WriteString("| row | fault | promise | held |\n|---|---|---|---|\n")
	for _, one := range r.Results {
		fmt.Fprintf(&b, "| [%s](#%s) | %s | %s | %s |\n", one.Row, one.Row, one.Fault, one.Promise, strings.ToLower(strings.TrimSpace(verdict(one.Held))))
	}
	for _, one := range r.Results {
		fmt.Fprintf(&b, "\n## %s\n\n%s. %.1f s.\n\n| measured | limit | held | |\n|---|---|---|---|\n", one.Row, one.Fault, one.Seconds)
		for _, m := range one.Measures {
			held := "yes"
			if !m.Held {
				held = "**no**"
			}
			fmt.Fprintf(&b, "| %s: %s | %s | %s | %s |\n", m.What, m.Measured, m.Limit, held, strings.Join(m.Detail, "; "))
		}
		for _, n := range one.Notes {
			fmt.Fprintf(&b, "\n%s\n", n)
		}
		if one.Error != "" {
			fmt.Fprintf(&b, "\nThe drill failed: %s\n", one.Error)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

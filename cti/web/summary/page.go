package summary

import (
	"cmp"
	"crypto/sha256"
	_ "embed" // the style
	"encoding/base64"
	"fmt"
	"html/template"
	"io"

	"sansheng/store"
)

//go:embed page.css
var style string

//go:embed page.html
var layout string

var page = template.Must(template.New("page").Parse(layout))

// Policy is the Content-Security-Policy under which a page is served: it has its own style,
// and nothing else.
func Policy() string {
	sum := sha256.Sum256([]byte(style))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}

// HTML writes a summary as a page.
func HTML(w io.Writer, s store.Summary) error {
	title, scope := Title(s)
	err := page.Execute(w, map[string]any{
		"Language": map[bool]string{true: "zh-CN", false: cmp.Or(s.Language, "en")}[s.Language == "zh"],
		"Style":    template.CSS(style),
		"Title":    title, "Scope": scope, "Tables": Tables(s), "None": words{"无", "None"}.in(s.Language),
		"More": more(s),
	})
	if err != nil {
		return fmt.Errorf("write summary as HTML: %w", err)
	}
	return nil
}

// more says that not everything is listed.
func more(s store.Summary) string {
	if !s.More {
		return ""
	}
	return words{"重要事项或更正过多，仅列出最新的。", "There are more important matters or amendments; the newest are listed."}.in(s.Language)
}

package summary

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"github.com/go-pdf/fpdf"

	"sansheng/store"
)

// Measures of a sheet of paper, in millimetres; letters in points.
const (
	pageWide, pageHigh = 210.0, 297.0
	margin             = 14.0
	lineHigh           = 4.2
	cellGap            = 1.2
	titleSize          = 15.0
	headSize           = 11.0
	textSize           = 8.5
)

const family = "text"

// PDF writes a summary as a PDF, with the letters that it needs of a TrueType font, or of the
// first font of a collection. Letters that the font lacks are empty boxes.
func PDF(w io.Writer, s store.Summary, font []byte) (err error) {
	defer func() { // the library panics at fonts that are broken
		if r := recover(); r != nil {
			err = fmt.Errorf("write summary as PDF: the font cannot be used: %v", r)
		}
	}()
	if font, err = single(font); err != nil {
		return fmt.Errorf("write summary as PDF: %w", err)
	}
	p := paper{Fpdf: fpdf.New("P", "mm", "A4", "")}
	title, scope := Title(s)
	p.SetMargins(margin, margin, margin)
	p.SetAutoPageBreak(false, margin)
	p.AddUTF8FontFromBytes(family, "", font)
	p.SetTitle(title, true)
	p.SetCreator("Sansheng", true)
	p.SetLang(map[bool]string{true: "zh-CN", false: "en"}[s.Language == "zh"])
	p.SetCatalogSort(true)
	p.SetCreationDate(s.At.In(time.UTC)) // the same summary is the same file
	p.SetModificationDate(s.At.In(time.UTC))
	p.SetFooterFunc(func() {
		p.SetXY(margin, pageHigh-margin+2)
		p.SetFont(family, "", textSize)
		p.SetTextColor(110, 110, 110)
		p.CellFormat(0, lineHigh, drawn(title)+"    "+fmt.Sprint(p.PageNo()), "", 0, "R", false, 0, "")
	})
	p.AddPage()
	p.write(titleSize, 20, drawn(title))
	p.write(textSize, 90, drawn(scope))
	if text := more(s); text != "" {
		p.write(textSize, 20, drawn(text))
	}
	for _, t := range Tables(s) {
		p.table(t, words{"无", "None"}.in(s.Language))
	}
	if err := p.Output(w); err != nil {
		return fmt.Errorf("write summary as PDF: %w", err)
	}
	return nil
}

// paper is a document that is being written.
type paper struct{ *fpdf.Fpdf }

// write writes a text over the whole width.
func (p paper) write(size float64, grey int, text string) {
	p.SetFont(family, "", size)
	p.SetTextColor(grey, grey, grey)
	high := lineHigh * size / textSize
	for _, line := range p.wrap(text, pageWide-2*margin) {
		p.CellFormat(0, high, line, "", 1, "L", false, 0, "")
	}
}

// room makes sure that so much is left on the page, or begins another one.
func (p paper) room(high float64) (begun bool) {
	if p.GetY()+high <= pageHigh-margin {
		return false
	}
	p.AddPage()
	return true
}

func (p paper) table(t Table, none string) {
	p.room(4 + 3*lineHigh) // a title is not left alone
	p.Ln(3)
	p.write(headSize, 20, drawn(t.Title))
	p.SetFont(family, "", textSize)
	if len(t.Rows) == 0 {
		p.write(textSize, 90, none)
		return
	}
	sum := 0.0
	for _, w := range t.Wide {
		sum += w
	}
	wide := make([]float64, len(t.Wide))
	for i, w := range t.Wide {
		wide[i] = w / sum * (pageWide - 2*margin)
	}
	head := func() {
		p.SetTextColor(90, 90, 90)
		p.row(t.Heads, wide, false)
		p.SetTextColor(20, 20, 20)
	}
	head()
	for i, row := range t.Rows {
		if p.room(p.high(row, wide)) {
			p.SetFont(family, "", textSize)
			head()
		}
		p.row(row, wide, t.Marks[i])
	}
}

// high is how much room a row needs.
func (p paper) high(row []string, wide []float64) float64 {
	lines := 1
	for i, cell := range row {
		lines = max(lines, len(p.wrap(drawn(cell), wide[i]-2*cellGap)))
	}
	return float64(lines)*lineHigh + 2*cellGap
}

func (p paper) row(row []string, wide []float64, mark bool) {
	x, y, high := margin, p.GetY(), p.high(row, wide)
	if mark {
		p.SetFillColor(253, 240, 228)
		p.Rect(margin, y, pageWide-2*margin, high, "F")
	}
	for i, cell := range row {
		for j, line := range p.wrap(drawn(cell), wide[i]-2*cellGap) {
			p.SetXY(x+cellGap, y+cellGap+float64(j)*lineHigh)
			p.CellFormat(wide[i]-2*cellGap, lineHigh, line, "", 0, "L", false, 0, "")
		}
		x += wide[i]
	}
	p.SetDrawColor(200, 200, 200)
	p.Line(margin, y+high, pageWide-margin, y+high)
	p.SetXY(margin, y+high)
}

// wrap breaks a text into lines that are not wider than wide: between words, between Chinese
// characters, and within what is wider than a line.
func (p paper) wrap(text string, wide float64) []string {
	var lines []string
	line := ""
	for _, piece := range pieces(text) {
		if line != "" && p.GetStringWidth(line+strings.TrimRight(piece, " ")) > wide {
			lines, line = append(lines, strings.TrimRight(line, " ")), ""
		}
		for p.GetStringWidth(strings.TrimRight(piece, " ")) > wide {
			fits := 1
			r := []rune(piece)
			for fits < len(r) && p.GetStringWidth(string(r[:fits+1])) <= wide {
				fits++
			}
			if fits == len(r) {
				break
			}
			lines, piece = append(lines, string(r[:fits])), string(r[fits:])
		}
		line += piece
	}
	return append(lines, strings.TrimRight(line, " "))
}

// pieces are what a text may be broken between: words with the blank behind them, and each
// character of scripts that are written without.
func pieces(text string) []string {
	var all []string
	word := ""
	for _, r := range text {
		if unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) || r >= 0x3000 && r <= 0x303f || r >= 0xff00 && r <= 0xff60 {
			if word != "" {
				all, word = append(all, word), ""
			}
			all = append(all, string(r))
			continue
		}
		if word += string(r); r == ' ' {
			all, word = append(all, word), ""
		}
	}
	if word != "" {
		all = append(all, word)
	}
	return all
}

// drawn is a text as a font of the library draws it: one line, of characters that have two
// bytes at most in UTF-16, none of them one that turns or hides what follows.
func drawn(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case r > 0xffff || !unicode.IsGraphic(r) || unicode.Is(unicode.Bidi_Control, r):
			return '?'
		}
		return r
	}, text)
}

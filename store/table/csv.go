package table

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// byteOrderMark tells spreadsheets that a CSV file is UTF-8.
const byteOrderMark = "\ufeff"

type csvWriter struct{ w *csv.Writer }

func newCSV(w io.Writer) (Writer, error) {
	if _, err := io.WriteString(w, byteOrderMark); err != nil {
		return nil, fmt.Errorf("write table: %w", err)
	}
	c := &csvWriter{csv.NewWriter(w)}
	c.w.UseCRLF = true // RFC 4180
	return c, nil
}

func (c *csvWriter) Write(cells ...string) error {
	line := make([]string, len(cells))
	for i, cell := range cells {
		line[i] = Guard(strings.ToValidUTF8(cell, "\ufffd"))
	}
	if err := c.w.Write(line); err != nil {
		return fmt.Errorf("write table: %w", err)
	}
	return nil
}

func (c *csvWriter) Close() error {
	c.w.Flush()
	if err := c.w.Error(); err != nil {
		return fmt.Errorf("write table: %w", err)
	}
	return nil
}

func (c *csvWriter) Cancel() error { return nil }

func openCSV(b []byte) (*Reader, error) {
	text, err := decode(b)
	if err != nil {
		return nil, err
	}
	comma := separator(text)
	if err := whole(text, comma); err != nil {
		return nil, err
	}
	r := lines(text, comma)
	return &Reader{next: func() (int, []string, error) {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return 0, nil, io.EOF
		}
		if err != nil {
			return 0, nil, faulty(err)
		}
		n, _ := r.FieldPos(0)
		for i, c := range cells {
			cells[i] = Unguard(c)
		}
		return n, cells, nil
	}}, nil
}

func lines(text []byte, comma rune) *csv.Reader {
	r := csv.NewReader(bytes.NewReader(text))
	r.Comma, r.FieldsPerRecord = comma, -1
	return r
}

// whole tells whether a file can be read to its end.
func whole(text []byte, comma rune) error {
	r := lines(text, comma)
	r.ReuseRecord = true
	for {
		_, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return faulty(err)
		}
	}
}

// faulty is a fault of CSV with its place.
func faulty(err error) error {
	var p *csv.ParseError
	if errors.As(err, &p) {
		return fmt.Errorf("line %d, byte %d: %w; allowed: cells with quotes, separators or line ends in quotes, quotes in them doubled", p.Line, p.Column, p.Err)
	}
	return err
}

// decode is a text file as UTF-8, whatever it was written in.
func decode(b []byte) ([]byte, error) {
	text, encoding := b, "UTF-8"
	var err error
	switch {
	case bytes.HasPrefix(b, []byte(byteOrderMark)):
		text = b[len(byteOrderMark):]
	case bytes.HasPrefix(b, []byte("\xff\xfe")), bytes.HasPrefix(b, []byte("\xfe\xff")):
		encoding = "UTF-16"
		text, err = unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Bytes(b)
	case !utf8.Valid(b):
		encoding = "GB18030, and is not UTF-8"
		text, err = simplifiedchinese.GB18030.NewDecoder().Bytes(b)
	}
	if err != nil {
		return nil, fmt.Errorf("the file cannot be read as %s: %w; allowed: UTF-8, UTF-16 with a byte order mark, GB18030", encoding, err)
	}
	for n, line := range bytes.Split(text, []byte("\n")) {
		switch {
		case !utf8.Valid(line), encoding != "UTF-8" && bytes.ContainsRune(line, utf8.RuneError):
			return nil, fmt.Errorf("line %d is no text in %s; allowed: UTF-8, UTF-16 with a byte order mark, GB18030", n+1, encoding)
		case bytes.IndexByte(line, 0) >= 0:
			return nil, fmt.Errorf("line %d has a zero byte; allowed: text", n+1)
		}
	}
	return text, nil
}

// separator is what separates the cells of a file's first line.
func separator(text []byte) rune {
	first, _ := bufio.NewReader(bytes.NewReader(text[:min(len(text), 64<<10)])).ReadString('\n')
	best, most := ',', 0
	for _, c := range ",;\t" {
		if n := strings.Count(first, string(c)); n > most {
			best, most = c, n
		}
	}
	return best
}

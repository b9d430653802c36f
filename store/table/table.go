// Package table reads and writes tables as people exchange them: CSV and XLSX.
//
// # What it owns
//
// Nothing but the temporary files of a workbook under way, which Close removes; they are
// readable by nobody else. It knows cells of text, no numbers and no dates: a telephone
// number is not to lose its zeros, nor its plus.
//
// # Nothing is evaluated
//
// Spreadsheets take a cell of a CSV file for a formula that begins with = + - @, and what
// they do then ends with a program being started. Such a cell is written with an apostrophe
// before it, and so is what a program with another idea of separators would take for the
// beginning of a cell. Reader takes the apostrophes away again, so that every text comes
// back as it was (Guard, Unguard). In XLSX cells are marked as text, which nobody evaluates;
// of formulas in a file that is read only their last result counts.
//
// # What is read
//
// CSV in UTF-8, UTF-16 with a byte order mark, or GB18030 as Chinese spreadsheets write it,
// with commas, semicolons or tabs; XLSX, of which the first sheet counts. Which it is, is
// told by what is in it. Everything is bounded: the file, what it unpacks to, lines, columns,
// cells. What is broken anywhere is refused as a whole, before the first line is given.
//
// # Order, concurrency, failure
//
// Lines come in their order, without those that are empty, each with its number in the
// file. A Reader or a Writer is one goroutine's. Errors name the place and what is allowed;
// a Writer that has failed leaves a file that is not whole, and says so.
package table

import (
	"errors"
	"fmt"
	"io"
	"strings"
)

// Format of a file.
type Format string

// Formats.
const (
	CSV  Format = "csv"
	XLSX Format = "xlsx"
)

// Formats lists all formats.
func Formats() []Format { return []Format{CSV, XLSX} }

// Type is the media type of a format.
func (f Format) Type() string {
	if f == XLSX {
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	}
	return "text/csv; charset=utf-8"
}

// Bounds of what is read.
const (
	// FileMost bounds a file, unpackedMost what an XLSX file unpacks to, in bytes.
	FileMost     = 32 << 20
	unpackedMost = 256 << 20
	// LinesMost bounds lines, columnsMost columns, cellMost the letters of a cell, which is
	// what spreadsheets can show.
	LinesMost   = 200_000
	columnsMost = 100
	cellMost    = 32767
)

// Line is one line of a table.
type Line struct {
	// N is its number in the file, from 1.
	N int
	// Cells have no blanks around them.
	Cells []string
}

// Reader gives a table's lines. Make it with Open; Close it.
type Reader struct {
	next  func() (int, []string, error) // the error is io.EOF at the end
	close func() error
	lines int
}

// Error is what is wrong with a file that is read.
type Error struct{ Err error }

func (e *Error) Error() string { return "the table cannot be read: " + e.Err.Error() }

func (e *Error) Unwrap() error { return e.Err }

func faultyTable(format string, args ...any) error { return &Error{fmt.Errorf(format, args...)} }

// Open reads a file, CSV or XLSX. Its errors, and those of Next, are *Error where it is the
// file's fault.
func Open(file io.Reader) (*Reader, error) {
	b, err := io.ReadAll(io.LimitReader(file, FileMost+1))
	if err != nil {
		return nil, fmt.Errorf("read table: %w", err)
	}
	if len(b) > FileMost {
		return nil, faultyTable("the file has more than %d MB; allowed: at most so much", FileMost>>20)
	}
	var r *Reader
	switch begins := string(b[:min(len(b), 4)]); begins {
	case "PK\x03\x04":
		r, err = openXLSX(b)
	case "\xd0\xcf\x11\xe0":
		err = errors.New("it is a workbook of the old kind (.xls), or one with a password; allowed: XLSX without a password, or CSV")
	default:
		r, err = openCSV(b)
	}
	if err != nil {
		return nil, &Error{err}
	}
	return r, nil
}

// Next is the next line that is not empty; io.EOF after the last.
func (r *Reader) Next() (Line, error) {
	for {
		n, cells, err := r.next()
		if err == io.EOF { //nolint:errorlint // it is ours, as it is
			return Line{}, err
		}
		if err != nil {
			return Line{}, &Error{err}
		}
		l := Line{N: n, Cells: cells}
		for len(l.Cells) > 0 && strings.TrimSpace(l.Cells[len(l.Cells)-1]) == "" {
			l.Cells = l.Cells[:len(l.Cells)-1]
		}
		if len(l.Cells) == 0 {
			continue
		}
		if r.lines++; r.lines > LinesMost {
			return Line{}, faultyTable("line %d: there are more than %d lines; allowed: at most so many", n, LinesMost)
		}
		if len(l.Cells) > columnsMost {
			return Line{}, faultyTable("line %d has %d columns; allowed: at most %d", n, len(l.Cells), columnsMost)
		}
		for i, c := range l.Cells {
			if len([]rune(c)) > cellMost {
				return Line{}, faultyTable("line %d, column %d: the cell has more than %d letters; allowed: at most so many", n, i+1, cellMost)
			}
			l.Cells[i] = strings.TrimSpace(c)
		}
		return l, nil
	}
}

// Close gives back what reading has taken.
func (r *Reader) Close() error {
	if r.close == nil {
		return nil
	}
	return r.close()
}

// Writer takes a table's lines. Make it with New; the file is whole when Close has returned
// without an error.
type Writer interface {
	Write(cells ...string) error
	Close() error
	// Cancel gives back what writing has taken, in place of Close, where the table is not to
	// be finished.
	Cancel() error
}

// New writes a table to w, in a sheet of that name where the format has sheets.
func New(w io.Writer, f Format, name string) (Writer, error) {
	switch f {
	case CSV:
		return newCSV(w)
	case XLSX:
		return newXLSX(w, name)
	}
	return nil, fmt.Errorf("write table: format %q is unknown; allowed: %v", f, Formats())
}

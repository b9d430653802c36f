package table

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/xuri/excelize/v2"
)

// partsMost bounds the files in a workbook.
const partsMost = 2000

// textFormat is the number format of a cell that is text whatever is in it.
const textFormat = 49

type xlsxWriter struct {
	w     io.Writer
	book  *excelize.File
	sheet *excelize.StreamWriter
	name  string
	style int
	// row is the last one written, sheets how many there are: a sheet has room for so many
	// rows, and the next begins with the same heading.
	row, sheets int
	heading     []string
}

func newXLSX(w io.Writer, name string) (Writer, error) {
	x := &xlsxWriter{w: w, book: excelize.NewFile(), name: name}
	var err error
	if x.style, err = x.book.NewStyle(&excelize.Style{NumFmt: textFormat}); err == nil {
		if err = x.book.SetSheetName(x.book.GetSheetName(0), name); err == nil {
			x.sheets, err = 1, x.begin(name)
		}
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("write table: %w", err), x.book.Close())
	}
	return x, nil
}

func (x *xlsxWriter) begin(sheet string) (err error) {
	x.row = 0
	x.sheet, err = x.book.NewStreamWriter(sheet)
	return err
}

func (x *xlsxWriter) Write(cells ...string) error {
	if x.heading == nil {
		x.heading = cells
	}
	if x.row == excelize.TotalRows {
		if err := x.turn(); err != nil {
			return fmt.Errorf("write table: %w", err)
		}
	}
	if err := x.write(cells); err != nil {
		return fmt.Errorf("write table: %w", err)
	}
	return nil
}

func (x *xlsxWriter) write(cells []string) error {
	x.row++
	at, err := excelize.CoordinatesToCellName(1, x.row)
	if err != nil {
		return err
	}
	line := make([]any, len(cells))
	for i, c := range cells {
		line[i] = excelize.Cell{StyleID: x.style, Value: strings.ToValidUTF8(c, "\ufffd")}
	}
	return x.sheet.SetRow(at, line)
}

// turn goes on with the next sheet.
func (x *xlsxWriter) turn() error {
	if err := x.sheet.Flush(); err != nil {
		return err
	}
	x.sheets++
	sheet := fmt.Sprintf("%s %d", x.name, x.sheets)
	if _, err := x.book.NewSheet(sheet); err != nil {
		return err
	}
	if err := x.begin(sheet); err != nil {
		return err
	}
	return x.write(x.heading)
}

func (x *xlsxWriter) Close() error {
	err := x.sheet.Flush()
	if err == nil {
		err = x.book.Write(x.w)
	}
	if err = errors.Join(err, x.book.Close()); err != nil {
		return fmt.Errorf("write table: %w", err)
	}
	return nil
}

func (x *xlsxWriter) Cancel() error { return x.book.Close() }

func openXLSX(b []byte) (*Reader, error) {
	if err := prove(b); err != nil {
		return nil, err
	}
	book, err := openBook(b)
	if err != nil {
		return nil, err
	}
	rows, err := firstSheet(book)
	if err != nil {
		return nil, errors.Join(err, book.Close())
	}
	n := 0
	return &Reader{
		next: func() (int, []string, error) {
			cells, more, err := nextRow(rows)
			switch {
			case err != nil:
				return 0, nil, fmt.Errorf("row %d cannot be read: %w", n+1, err)
			case !more:
				return 0, nil, io.EOF
			}
			if n++; n > excelize.TotalRows {
				return 0, nil, fmt.Errorf("there are more than %d rows; allowed: at most so many", excelize.TotalRows)
			}
			return n, cells, nil
		},
		close: func() error { return errors.Join(rows.Close(), book.Close()) },
	}, nil
}

// broken is a panic of the library's, over a file that no spreadsheet has made.
func broken(err *error) {
	if v := recover(); v != nil {
		*err = fmt.Errorf("the workbook is broken (%v); allowed: XLSX as spreadsheets write it", v)
	}
}

func openBook(b []byte) (book *excelize.File, err error) {
	defer broken(&err)
	book, err = excelize.OpenReader(bytes.NewReader(b), excelize.Options{
		RawCellValue: true, UnzipSizeLimit: unpackedMost, UnzipXMLSizeLimit: 16 << 20,
	})
	if err != nil {
		return nil, fmt.Errorf("the workbook cannot be read: %w; allowed: XLSX without a password", err)
	}
	return book, nil
}

func firstSheet(book *excelize.File) (rows *excelize.Rows, err error) {
	defer broken(&err)
	sheets := book.GetSheetList()
	if len(sheets) == 0 {
		return nil, errors.New("the workbook has no sheet")
	}
	return book.Rows(sheets[0])
}

func nextRow(rows *excelize.Rows) (cells []string, more bool, err error) {
	defer broken(&err)
	if !rows.Next() {
		return nil, false, rows.Error()
	}
	cells, err = rows.Columns()
	return cells, true, err
}

// prove reads a workbook to its end before anything of it is believed: the library takes
// what is cut off for the end, and would give a part for the whole.
func prove(b []byte) error {
	archive, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return fmt.Errorf("the workbook cannot be unpacked: %w; allowed: XLSX", err)
	}
	if len(archive.File) > partsMost {
		return fmt.Errorf("the workbook has %d parts; allowed: at most %d", len(archive.File), partsMost)
	}
	left, seen := int64(unpackedMost), map[string]bool{}
	for _, f := range archive.File {
		name := strings.ToLower(path.Clean(strings.ReplaceAll(f.Name, `\`, "/")))
		if seen[name] {
			return fmt.Errorf("the workbook has the part %.60q twice", f.Name)
		}
		seen[name] = true
		n, err := provePart(f, left, strings.HasSuffix(name, ".xml") || strings.HasSuffix(name, ".rels"))
		if err != nil {
			return fmt.Errorf("the part %.60q of the workbook: %w", f.Name, err)
		}
		left -= n
	}
	if !seen["xl/workbook.xml"] {
		return errors.New("the file is no workbook; allowed: XLSX or CSV")
	}
	return nil
}

// provePart reads a part of a workbook, and tells how many bytes it has.
func provePart(f *zip.File, most int64, isXML bool) (int64, error) {
	part, err := f.Open()
	if err != nil {
		return 0, err
	}
	defer part.Close()
	bounded := &io.LimitedReader{R: part, N: most + 1}
	if isXML {
		d := xml.NewDecoder(bounded)
		d.CharsetReader = func(charset string, _ io.Reader) (io.Reader, error) {
			return nil, fmt.Errorf("encoding %.20q is not allowed; allowed: UTF-8", charset)
		}
		for err == nil {
			_, err = d.Token()
		}
	}
	if err == nil || errors.Is(err, io.EOF) {
		_, err = io.Copy(io.Discard, bounded) // to its checksum
	}
	if bounded.N <= 0 {
		return 0, fmt.Errorf("unpacked, the workbook has more than %d MB; allowed: at most so much", unpackedMost>>20)
	}
	return most + 1 - bounded.N, err
}

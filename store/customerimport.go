package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"sansheng/cti/place"
	"sansheng/store/table"
)

// Known says what becomes of an imported line whose number a customer has already.
type Known string

// What becomes of it.
const (
	// KnownRefused: it is a fault, and nothing is imported.
	KnownRefused Known = "refuse"
	// KnownSkipped: the customer stays as he is.
	KnownSkipped Known = "skip"
	// KnownChanged: what the line says takes the place of what the card says, and its numbers
	// are added; what it leaves empty stays.
	KnownChanged Known = "change"
)

// Knowns lists them.
func Knowns() []Known { return []Known{KnownRefused, KnownSkipped, KnownChanged} }

// CustomerImport is an order to take customers from a table.
type CustomerImport struct {
	Company string
	Known   Known
	// Dry only tells what would happen.
	Dry bool
	By  Editor
}

// Imported is what came of an import, or would.
type Imported struct {
	Lines   int `json:"lines"`
	Created int `json:"created"`
	Changed int `json:"changed"`
	Skipped int `json:"skipped"`
	// Duplicates are lines whose numbers customers have already, Faults what is wrong; of
	// both the first thousand, and how many there are.
	Duplicates      []Duplicate   `json:"duplicates"`
	DuplicatesCount int           `json:"duplicates_count"`
	Faults          []ImportFault `json:"faults"`
	FaultsCount     int           `json:"faults_count"`
	// Done: it was imported.
	Done bool `json:"done"`
}

// ImportFault is something that is wrong with a table, and where, as in line 7, numbers[0].
type ImportFault struct {
	Place string `json:"place"`
	Text  string `json:"text"`
}

// Duplicate is a line whose number a customer has already.
type Duplicate struct {
	Line     int       `json:"line"`
	Number   string    `json:"number"`
	Customer uuid.UUID `json:"customer"`
}

// shownMost is how many faults and duplicates are told.
const shownMost = 1000

func (i *Imported) fault(at, format string, args ...any) {
	if i.FaultsCount++; i.FaultsCount <= shownMost {
		i.Faults = append(i.Faults, ImportFault{at, fmt.Sprintf(format, args...)})
	}
}

// columns are those of a table of customers, by what people call them.
var columns = map[string]string{
	"numbers": "numbers", "number": "numbers", "phone": "numbers", "电话": "numbers", "号码": "numbers", "联系电话": "numbers", "手机": "numbers", "电话号码": "numbers",
	"name": "name", "姓名": "name", "名称": "name", "客户": "name", "客户名称": "name",
	"address": "address", "地址": "address", "account": "account", "户号": "account", "账号": "account", "客户编号": "account",
	"flags": "flags", "标记": "flags", "note": "note", "备注": "note",
	// Our own exports have these; they are not taken.
	"id": "", "company": "", "version": "", "created_at": "", "changed_at": "",
}

// cardColumns are the columns of a table of customers as we write it.
var cardColumns = []string{"numbers", "name", "address", "account", "flags", "note"}

// importLine is a line on its way.
type importLine struct {
	n    int
	card Card
	// into is the customer it changes; nil makes a new one.
	into *uuid.UUID
}

// ImportCustomers takes customers from a table whose first line names the columns. All of it
// is taken, or nothing: where anything is at fault the faults are told, each with its line.
// The error is that of the table, or a *CustomerError.
func (s *Store) ImportCustomers(ctx context.Context, t *table.Reader, o CustomerImport) (Imported, error) {
	im := Imported{Duplicates: []Duplicate{}, Faults: []ImportFault{}}
	if err := o.By.check(); err != nil {
		return im, err
	}
	if !slices.Contains(Knowns(), o.Known) {
		return im, refuse("known %q is unknown; allowed: %v", o.Known, Knowns())
	}
	list, err := im.readLines(t)
	if err != nil {
		return im, err
	}
	err = s.edit(ctx, func(tx pgx.Tx) error {
		fresh, changes, err := s.sortLines(ctx, tx, &im, list, o)
		if err != nil {
			return err
		}
		im.Created, im.Changed = len(fresh), len(changes)
		if im.FaultsCount > 0 {
			return nil
		}
		if !o.Dry {
			if err := addCustomers(ctx, tx, fresh, o); err != nil {
				return err
			}
		}
		for _, l := range changes {
			if err := s.changeByLine(ctx, tx, &im, l, o); err != nil {
				return err
			}
		}
		if o.Dry || im.FaultsCount > 0 {
			return errTakenBack
		}
		im.Done = true
		return nil
	})
	if errors.Is(err, errTakenBack) {
		return im, nil
	}
	if err != nil {
		im.Done = false
		return im, fmt.Errorf("import customers: %w", err)
	}
	return im, nil
}

// errTakenBack takes an import back that was only tried, or has faults.
var errTakenBack = errors.New("the import is taken back")

// readLines reads the table's lines as cards.
func (i *Imported) readLines(t *table.Reader) ([]importLine, error) {
	heading, err := t.Next()
	if errors.Is(err, io.EOF) {
		return nil, refuse("the table is empty; allowed: a line with the columns' names, %s, and lines below it", strings.Join(cardColumns, ", "))
	}
	if err != nil {
		return nil, err
	}
	names := i.readHeading(heading)
	var list []importLine
	lineOf := map[string]int{}
	for {
		l, err := t.Next()
		if errors.Is(err, io.EOF) {
			return list, nil
		}
		if err != nil {
			return nil, err
		}
		if i.Lines++; i.FaultsCount > 0 && len(names) == 0 {
			continue // nothing can be said of lines whose columns nobody knows
		}
		card, ok := i.readCard(l, names)
		for _, n := range card.Numbers {
			if first, twice := lineOf[n]; twice {
				i.fault(fmt.Sprintf("line %d, numbers", l.N), "%s is on line %d as well; allowed: once", n, first)
				ok = false
				continue
			}
			lineOf[n] = l.N
		}
		if ok {
			list = append(list, importLine{n: l.N, card: card})
		}
	}
}

// readHeading tells which column is what; nothing where that cannot be told.
func (i *Imported) readHeading(l table.Line) []string {
	names, seen := make([]string, len(l.Cells)), map[string]bool{}
	for k, c := range l.Cells {
		name, known := columns[strings.ToLower(c)]
		switch at := fmt.Sprintf("line %d, column %d", l.N, k+1); {
		case !known:
			i.fault(at, "%.40q is no column's name; allowed: %s", c, strings.Join(cardColumns, ", "))
		case name != "" && seen[name]:
			i.fault(at, "there are two columns for %s; allowed: one", name)
		}
		names[k], seen[name] = name, true
	}
	if !seen["numbers"] && !seen["name"] && !seen["account"] && i.FaultsCount == 0 {
		i.fault(fmt.Sprintf("line %d", l.N), "no column is for numbers, name or account; allowed: %s", strings.Join(cardColumns, ", "))
	}
	if i.FaultsCount > 0 {
		return nil
	}
	return names
}

// readCard reads a line; faults are told with it.
func (i *Imported) readCard(l table.Line, names []string) (Card, bool) {
	var c Card
	for k, cell := range l.Cells {
		if k >= len(names) {
			if cell != "" {
				i.fault(fmt.Sprintf("line %d, column %d", l.N, k+1), "the column has no name in the first line; allowed: cells below names")
				return c, false
			}
			continue
		}
		switch names[k] {
		case "numbers":
			c.Numbers = readNumbers(cell)
		case "name":
			c.Name = cell
		case "address":
			c.Address = cell
		case "account":
			c.Account = cell
		case "flags":
			for _, f := range split(cell) {
				c.Flags = append(c.Flags, Flag(f))
			}
		case "note":
			c.Note = cell
		}
	}
	c, err := c.Tidy()
	for _, f := range place.Split(err) {
		var p *place.Error
		if errors.As(f, &p) {
			i.fault(fmt.Sprintf("line %d, %s", l.N, p.Place), "%s", p.Text)
		}
	}
	return c, err == nil
}

// split takes a cell of several apart.
func split(cell string) []string {
	parts := strings.FieldsFunc(cell, func(r rune) bool { return strings.ContainsRune("/;,|、；，\n", r) })
	parts = slices.DeleteFunc(parts, func(p string) bool { return strings.TrimSpace(p) == "" })
	for i, p := range parts {
		parts[i] = strings.TrimSpace(p)
	}
	return parts
}

// readNumbers are the numbers of a cell; an apostrophe before one, as spreadsheets want it,
// is none of its own.
func readNumbers(cell string) []string {
	numbers := split(cell)
	for i, n := range numbers {
		numbers[i] = strings.TrimPrefix(n, "'")
	}
	return numbers
}

// sortLines tells lines that make a customer from those that change one.
func (s *Store) sortLines(ctx context.Context, tx pgx.Tx, im *Imported, list []importLine, o CustomerImport) (fresh, changes []importLine, err error) {
	owners := map[string]uuid.UUID{}
	var numbers []string
	for _, l := range list {
		numbers = append(numbers, l.card.Numbers...)
	}
	for some := range slices.Chunk(numbers, 10_000) {
		rows, err := s.q.CustomersOfNumbers(ctx, tx, o.Company, some)
		if err != nil {
			return nil, nil, err
		}
		for _, r := range rows {
			owners[r.Number] = r.CustomerID
		}
	}
	for _, l := range list {
		for _, n := range l.card.Numbers {
			id, known := owners[n]
			if !known {
				continue
			}
			if im.DuplicatesCount++; im.DuplicatesCount <= shownMost {
				im.Duplicates = append(im.Duplicates, Duplicate{Line: l.n, Number: n, Customer: id})
			}
			at := fmt.Sprintf("line %d, numbers", l.n)
			switch {
			case o.Known == KnownRefused:
				im.fault(at, "%s is that of customer %s; allowed: another number, or to skip or change those who are known", n, id)
			case o.Known == KnownChanged && l.into != nil && *l.into != id:
				im.fault(at, "%s is that of customer %s, and another number that of %s; allowed: to merge the two first", n, id, *l.into)
			}
			l.into = &id
		}
		switch {
		case l.into == nil:
			fresh = append(fresh, l)
		case o.Known == KnownSkipped:
			im.Skipped++
		case o.Known == KnownChanged:
			changes = append(changes, l)
		}
	}
	return fresh, changes, nil
}

// addCustomers makes the customers of lines, all at once.
func addCustomers(ctx context.Context, tx pgx.Tx, fresh []importLine, o CustomerImport) error {
	at := now()
	customers, changes := make([][]any, len(fresh)), make([][]any, len(fresh))
	var numbers [][]any
	for i, l := range fresh {
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		card, err := json.Marshal(l.card)
		if err != nil {
			return err
		}
		c := l.card
		customers[i] = []any{id, o.Company, c.Name, c.Address, c.Account, c.flagTexts(), c.Note, at, at}
		changes[i] = []any{id, int64(1), o.Company, at, o.By.Person, "imported", strings.TrimSpace(o.By.Reason), card}
		for k, n := range c.Numbers {
			numbers = append(numbers, []any{o.Company, n, id, small(k + 1)})
		}
	}
	for _, t := range []struct {
		name    string
		columns []string
		rows    [][]any
	}{
		{"customer", []string{"id", "company", "name", "address", "account", "flags", "note", "created_at", "changed_at"}, customers},
		{"customer_number", []string{"company", "number", "customer_id", "n"}, numbers},
		{"customer_change", []string{"customer_id", "version", "company", "at", "by_person", "what", "why", "card"}, changes},
	} {
		if _, err := tx.CopyFrom(ctx, pgx.Identifier{t.name}, t.columns, pgx.CopyFromRows(t.rows)); err != nil {
			return err
		}
	}
	return nil
}

// changeByLine changes a customer by what a line says of him.
func (s *Store) changeByLine(ctx context.Context, tx pgx.Tx, im *Imported, l importLine, o CustomerImport) error {
	locked, err := s.lockCustomers(ctx, tx, o.Company, *l.into)
	if err != nil {
		return err
	}
	c := locked[0]
	card := c.Card
	for _, f := range []struct {
		to   *string
		from string
	}{{&card.Name, l.card.Name}, {&card.Address, l.card.Address}, {&card.Account, l.card.Account}, {&card.Note, l.card.Note}} {
		if f.from != "" {
			*f.to = f.from
		}
	}
	card.Numbers, card.Flags = slices.Concat(c.Numbers, l.card.Numbers), slices.Concat(c.Flags, l.card.Flags)
	card, err = card.Tidy()
	for _, f := range place.Split(err) {
		im.fault(fmt.Sprintf("line %d", l.n), "with what is known of customer %s: %v", c.ID, f)
	}
	if err != nil {
		return nil //nolint:nilerr // it is told with the others
	}
	if card.equal(c.Card) {
		im.Changed--
		im.Skipped++
		return nil
	}
	numbers := !slices.Equal(card.Numbers, c.Numbers)
	c.Card = card
	return s.rewrite(ctx, tx, &c, numbers, "changed", nil, o.By)
}

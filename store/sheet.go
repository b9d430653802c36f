package store

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"sansheng/cti/sheet"
	"sansheng/store/internal/sql"
	"sansheng/store/ticket"
)

// readSheet reads what was filled in; numbers keep their digits.
func readSheet(said []byte) (sheet.Values, error) {
	var values sheet.Values
	d := json.NewDecoder(bytes.NewReader(said))
	d.UseNumber()
	if err := d.Decode(&values); err != nil {
		return nil, fmt.Errorf("read sheet: %w", err)
	}
	if len(values) == 0 {
		return nil, nil
	}
	return values, nil
}

// hidden are the fields of a sheet that tell who somebody is; all of them where its form is
// gone.
func (s *Store) hidden(company string, k ticket.Kind, version int, said sheet.Values) []string {
	f, err := s.forms(company).Version(k, version)
	var ids []string
	for id := range said {
		if err != nil || f.Field(id) == nil || f.Field(id).Hidden() {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// sheetAmendment is the id of the amendment by which an act on a sheet is sealed.
func sheetAmendment(fact string) uuid.UUID {
	return uuid.NewSHA1(ticketSpace, []byte("sheet/"+fact))
}

// sealSheet has a final sheet, and each amendment of it, join its company's chain (requirement
// C3). That is done when the journal has it: so a chain that is made anew from the journal is
// the same.
func (b *batch) sealSheet(ctx context.Context, e entry, f ticket.Fact) error {
	a := Amendment{
		ID: sheetAmendment(e.ID), Call: string(e.Call), Company: string(e.Company),
		Author: clean(f.By), MadeAt: e.At,
	}
	var said any = f.Act
	switch act := f.Act.(type) {
	case *ticket.Filled:
		if !act.Final {
			return nil
		}
		a.Reason = sheetReason
	case *ticket.Amended:
		a.Reason = clean(act.Reason)
	default:
		return nil
	}
	text, err := Canonical(said)
	if err != nil {
		return err
	}
	a.Body = clean(string(text))
	if b.erased(e.Call) { // it came behind the erasure, as any late fact may
		a.Body = string(e.Kind) + notKept
		if a.Reason != sheetReason {
			a.Reason = erasedReason
		}
	}
	b.seals = append(b.seals, sealing{company: e.Company, call: e.Call, amendment: &a, personal: !b.erased(e.Call)})
	return b.s.addAmendment(ctx, b.out, a)
}

// sealedSheet is a sheet that was final once, as the rows have it now.
type sealedSheet struct {
	sql.SealedSheetsRow
	// first: the amendment is the one by which it became final; last: none came behind it.
	first, last bool
}

// sealedSheets reads those of some calls, by the amendments that seal them. The last may not be
// there yet: it is made when the journal has its act.
func (s *Store) sealedSheets(ctx context.Context, tx pgx.Tx, ids []string) (map[uuid.UUID]sealedSheet, error) {
	rows, err := s.q.SealedSheets(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	sheets := make(map[uuid.UUID]sealedSheet, len(rows))
	for _, r := range rows {
		for i, fact := range r.Facts {
			sheets[sheetAmendment(fact)] = sealedSheet{SealedSheetsRow: r, first: i == 0, last: i == len(r.Facts)-1}
		}
	}
	return sheets, nil
}

// sheet holds a sheet against what was sealed of it: it is final since then, and says what the
// last of its amendments says.
func (v *verification) sheet(l sql.SealsRow, a Amendment, now sealedSheet) error {
	var told struct {
		Kind    string       `json:"kind"`
		Version int32        `json:"version"`
		Said    sheet.Values `json:"said"`
	}
	d := json.NewDecoder(strings.NewReader(a.Body))
	d.UseNumber()
	if d.Decode(&told) != nil {
		return nil // it was changed: its hash has shown it
	}
	if !now.There {
		v.fault(l.N, l.CallID, "the sheet was removed after it was sealed")
		return nil
	}
	if len(told.Said) == 0 {
		told.Said = nil // as a sheet is read
	}
	changed := now.first && (now.Kind != told.Kind || now.ClosedAt == nil || !now.ClosedAt.Equal(a.MadeAt))
	if now.last {
		values, err := readSheet(now.Said)
		if err != nil {
			return err
		}
		is, err := Canonical(values)
		if err != nil {
			return err
		}
		was, err := Canonical(told.Said)
		if err != nil {
			return err
		}
		changed = changed || now.Version != told.Version || !bytes.Equal(is, was)
	}
	if changed {
		v.fault(l.N, l.CallID, "the sheet changed after it was sealed")
	}
	return nil
}

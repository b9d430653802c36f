package store

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"sansheng/cti/sheet"
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

// sealSheet has a final sheet, and each amendment of it, join its company's chain (requirement
// C3). That is done when the journal has it: so a chain that is made anew from the journal is
// the same.
func (b *batch) sealSheet(ctx context.Context, e entry, f ticket.Fact) error {
	a := Amendment{
		ID: uuid.NewSHA1(ticketSpace, []byte("sheet/"+e.ID)), Call: string(e.Call), Company: string(e.Company),
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
	b.seals = append(b.seals, sealing{company: e.Company, call: e.Call, amendment: &a})
	return b.s.addAmendment(ctx, b.out, a)
}

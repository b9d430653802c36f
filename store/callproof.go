package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"sansheng/store/internal/sql"
	"sansheng/store/proof"
)

// CallProof is what a check of one call's seals found: each computed anew from the rows, and
// held against the seals before and behind it. What it cannot see is a chain that was made
// anew as a whole; for that there are witnesses.
type CallProof struct {
	Call    string        `json:"call"`
	Company string        `json:"company"`
	Seals   []CheckedSeal `json:"seals"`
	// Head is where the company's chain stands.
	Head Head `json:"head"`
	// Recordings is how many recordings' files are as they were sealed.
	Recordings int `json:"recordings"`
	// Erased tells that what was personal was erased by law, which is no fault.
	Erased *Erasure `json:"erased,omitempty"`
	Faults []Fault  `json:"faults"`
}

// CheckedSeal is one place in the chain that speaks of the call.
type CheckedSeal struct {
	N int64 `json:"n"`
	// Of is record, amendment or erasure; Amendment is which one.
	Of        string `json:"of"`
	Amendment string `json:"amendment,omitempty"`
	Hash      string `json:"hash"`
	PrevHash  string `json:"prev_hash"`
	// Good tells that the rows are as this seal says, and that its neighbours fit.
	Good bool `json:"good"`
}

// VerifyCall checks the seals of one call: its record's, and those of its amendments.
// recordings is the folder of the recordings' files; empty leaves them unread. The error Is
// ErrNoCall or ErrOpenCall where there is nothing to check.
func (s *Store) VerifyCall(ctx context.Context, call, recordings string) (CallProof, error) {
	p := CallProof{Call: call, Seals: []CheckedSeal{}, Faults: []Fault{}}
	files, err := openRecordings(recordings)
	if err != nil {
		return p, fmt.Errorf("verify call %s: %w", call, err)
	}
	defer files.close()
	err = s.read(ctx, func(tx pgx.Tx) error {
		var err error
		if p.Company, err = s.closedCall(ctx, tx, call); err != nil {
			return err
		}
		v := &verification{
			Verification: Verification{Company: p.Company, Erased: []Erasure{}, Faults: []Fault{}},
			s:            s, tx: tx, tree: proof.NewTree(), files: files,
		}
		if err := v.call(ctx, call, &p); err != nil {
			return err
		}
		p.Faults, p.Recordings = append(p.Faults, v.Faults...), v.Recordings
		if len(v.Erased) > 0 {
			p.Erased = &v.Erased[0]
		}
		return nil
	})
	if err != nil {
		return CallProof{}, fmt.Errorf("verify call %s: %w", call, err)
	}
	return p, nil
}

// call checks each seal of a call, and that what is to be sealed is.
func (v *verification) call(ctx context.Context, call string, p *CallProof) error {
	heads, err := v.s.q.Chains(ctx, v.tx, &v.Company)
	if err != nil {
		return err
	}
	p.Head = Head{Company: v.Company, Hash: Genesis}
	if len(heads) == 1 {
		p.Head.N, p.Head.Hash = heads[0].N, heads[0].Hash
	}
	seals, err := v.s.q.SealsOfCall(ctx, v.tx, call)
	if err != nil {
		return err
	}
	rows := make([]sql.SealsRow, len(seals))
	for i, l := range seals {
		rows[i] = sql.SealsRow(l)
	}
	// Of a call without any seal its amendments are read all the same.
	page, err := v.s.readSeals(ctx, v.tx, append([]sql.SealsRow{{CallID: call}}, rows...))
	if err != nil {
		return err
	}
	recorded := false
	for _, l := range rows {
		before := len(v.Faults)
		if err := v.placed(ctx, l, p.Head, page); err != nil {
			return err
		}
		c := CheckedSeal{N: l.N, Of: "record", Hash: l.Hash, PrevHash: l.PrevHash, Good: len(v.Faults) == before}
		if recorded = recorded || l.AmendmentID == nil; l.AmendmentID != nil {
			c.Of, c.Amendment = "amendment", l.AmendmentID.String()
			if e, ok := page.erasures[call]; ok && e.amendment == *l.AmendmentID {
				c.Of = "erasure"
			}
		}
		p.Seals = append(p.Seals, c)
	}
	if !recorded {
		v.fault(0, call, "record without a seal")
	}
	for _, a := range page.of[call] {
		if a.Hash == "" {
			v.fault(0, call, "amendment without a seal")
		}
	}
	return nil
}

// placed checks one seal among its neighbours in the chain, and against the rows.
func (v *verification) placed(ctx context.Context, l sql.SealsRow, head Head, page sealsPage) error {
	around, err := v.s.q.Seals(ctx, v.tx, v.Company, l.N-2, 3)
	if err != nil {
		return err
	}
	v.n, v.Head = l.N-1, Genesis
	for _, o := range around {
		switch {
		case o.N == l.N-1:
			v.Head = o.Hash
		case o.N == l.N+1 && o.PrevHash != l.Hash:
			v.fault(o.N, o.CallID, "does not follow the seal before it")
		}
	}
	last := around[len(around)-1].N
	switch {
	case l.N > 1 && around[0].N != l.N-1:
		v.fault(l.N, l.CallID, "seal %d is missing", l.N-1)
	case last == l.N && (head.N != l.N || head.Hash != l.Hash):
		v.fault(l.N, l.CallID, "the chain ends at seal %d, its head says %d: seals were removed or added", l.N, head.N)
	}
	return v.seal(l, page)
}

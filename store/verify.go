package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"sansheng/store/internal/sql"
)

// Verification is what a check of one company's chain found.
type Verification struct {
	Company    string `json:"company"`
	Records    int    `json:"records"`
	Amendments int    `json:"amendments"`
	// Head is the last seal's hash, to be compared with a copy kept outside the
	// database: a chain alone cannot show that it was cut, or made anew.
	Head   string  `json:"head"`
	Faults []Fault `json:"faults"`
}

// Fault is one thing that is not as it was sealed.
type Fault struct {
	N       int64  `json:"n,omitempty"` // the seal's number
	Call    string `json:"call,omitempty"`
	Problem string `json:"problem"`
}

// Verify recomputes the chains from the rows: every company's, or one's. Faults
// are no error; an error means that it could not be done.
func (s *Store) Verify(ctx context.Context, company string) ([]Verification, error) {
	list := []Verification{}
	err := s.read(ctx, func(tx pgx.Tx) error {
		companies := []string{company}
		if company == "" {
			var err error
			if companies, err = s.q.SealedCompanies(ctx, tx); err != nil {
				return err
			}
		}
		for _, c := range companies {
			v := verification{s: s, tx: tx, Verification: Verification{Company: c, Head: Genesis, Faults: []Fault{}}}
			if err := v.run(ctx); err != nil {
				return err
			}
			list = append(list, v.Verification)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("verify records: %w", err)
	}
	return list, nil
}

// Head is where a company's chain stands.
type Head struct {
	Company string `json:"company"`
	N       int64  `json:"n"`
	Hash    string `json:"hash"`
}

// Heads lists the chains' heads, for a witness outside the database.
func (s *Store) Heads(ctx context.Context) ([]Head, error) {
	rows, err := s.q.Chains(ctx, s.pool, nil)
	if err != nil {
		return nil, fmt.Errorf("read chains: %w", err)
	}
	list := make([]Head, len(rows))
	for i, r := range rows {
		list[i] = Head{Company: r.Company, N: r.N, Hash: r.Hash}
	}
	return list, nil
}

type verification struct {
	Verification
	s  *Store
	tx pgx.Tx
	n  int64 // last number seen
}

func (v *verification) fault(n int64, call, format string, args ...any) {
	v.Faults = append(v.Faults, Fault{N: n, Call: call, Problem: fmt.Sprintf(format, args...)})
}

func (v *verification) run(ctx context.Context) error {
	for {
		seals, err := v.s.q.Seals(ctx, v.tx, v.Company, v.n, page)
		if err != nil {
			return err
		}
		if err := v.seals(ctx, seals); err != nil {
			return err
		}
		if len(seals) < page {
			break
		}
	}
	if err := v.unsealed(ctx); err != nil {
		return err
	}
	return v.head(ctx)
}

// seals checks one page: numbers without gaps, each seal holding the hash
// before, each hash that of the rows.
func (v *verification) seals(ctx context.Context, seals []sql.SealsRow) error {
	var ids []string
	for _, l := range seals {
		ids = append(ids, l.CallID)
	}
	bodies, err := v.s.bodies(ctx, v.tx, ids)
	if err != nil {
		return err
	}
	rows, err := v.s.q.AmendmentsByCall(ctx, v.tx, ids)
	if err != nil {
		return err
	}
	amendments := make(map[string]Amendment, len(rows))
	for _, r := range rows {
		amendments[r.ID.String()] = newAmendment(r)
	}
	for _, l := range seals {
		if err := v.seal(l, bodies, amendments); err != nil {
			return err
		}
	}
	return nil
}

func (v *verification) seal(l sql.SealsRow, bodies map[string]Body, amendments map[string]Amendment) error {
	if l.N != v.n+1 {
		v.fault(l.N, l.CallID, "seals %d to %d are missing", v.n+1, l.N-1)
	}
	if l.PrevHash != v.Head {
		v.fault(l.N, l.CallID, "does not follow the seal before it")
	}
	v.n, v.Head = l.N, l.Hash
	var hash, what string
	var err error
	if l.AmendmentID != nil {
		what = "amendment"
		a, ok := amendments[l.AmendmentID.String()]
		if !ok {
			v.fault(l.N, l.CallID, "amendment removed")
			return nil
		}
		v.Amendments++
		hash, err = HashAmendment(l.PrevHash, a)
	} else {
		what = "record"
		b, ok := bodies[l.CallID]
		if !ok {
			v.fault(l.N, l.CallID, "record removed")
			return nil
		}
		v.Records++
		hash, err = HashRecord(l.PrevHash, b)
	}
	if err == nil && hash != l.Hash {
		v.fault(l.N, l.CallID, "%s changed after it was sealed", what)
	}
	return err
}

// unsealed finds closed calls and amendments that no seal speaks of.
func (v *verification) unsealed(ctx context.Context) error {
	calls, err := v.s.q.UnsealedCalls(ctx, v.tx, v.Company)
	if err != nil {
		return err
	}
	for _, id := range calls {
		v.fault(0, id, "record without a seal")
	}
	amendments, err := v.s.q.UnsealedAmendments(ctx, v.tx, v.Company)
	for _, a := range amendments {
		v.fault(0, a.CallID, "amendment without a seal")
	}
	return err
}

// head compares the last seal with the chain's own note of it.
func (v *verification) head(ctx context.Context) error {
	heads, err := v.s.q.Chains(ctx, v.tx, &v.Company)
	if err != nil {
		return err
	}
	switch {
	case len(heads) == 0 && v.n > 0:
		v.fault(0, "", "the chain's head is missing")
	case len(heads) == 1 && (heads[0].N != v.n || heads[0].Hash != v.Head):
		v.fault(0, "", "the chain ends at seal %d, its head says %d: seals were removed or added", v.n, heads[0].N)
	}
	return nil
}

package store

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"sansheng/store/internal/sql"
	"sansheng/store/proof"
)

// Verification is what a check of one company's chain found.
type Verification struct {
	Company    string `json:"company"`
	Records    int    `json:"records"`
	Amendments int    `json:"amendments"`
	// Head is the last seal's hash.
	Head string `json:"head"`
	// Witnessed is how many seals the newest head that fits speaks for, of those that
	// witnesses have: a chain alone cannot show that it was cut, or made anew.
	Witnessed uint64 `json:"witnessed"`
	// Recordings is how many recordings' files are as they were sealed.
	Recordings int `json:"recordings"`
	// Erased are the records without what is personal. They are no faults.
	Erased []Erasure `json:"erased"`
	Faults []Fault   `json:"faults"`
	// MoreFaults were found beside those.
	MoreFaults int `json:"more_faults,omitempty"`
}

// Nothing tells that there is no seal of a company, no record without one, and no head that a
// witness has.
func (v *Verification) Nothing() bool {
	return v.Head == Genesis && v.Witnessed == 0 && len(v.Faults) == 0
}

// Fault is one thing that is not as it was sealed.
type Fault struct {
	N       int64  `json:"n,omitempty"` // the seal's number
	Call    string `json:"call,omitempty"`
	Problem string `json:"problem"`
}

// Evidence is what a chain is held against, beside itself.
type Evidence struct {
	// Heads are what witnesses have.
	Heads []proof.Head
	// Recordings is the folder of the recordings' files; empty leaves them unread.
	Recordings string
}

// faultsMost bounds how many faults are kept of a chain.
const faultsMost = 1000

// Verify recomputes the chains from the rows: every company's, or one's. Faults
// are no error; an error means that it could not be done.
func (s *Store) Verify(ctx context.Context, company string) ([]Verification, error) {
	return s.VerifyAgainst(ctx, company, Evidence{})
}

// VerifyAgainst is Verify with what is kept elsewhere. It reads page by page, all at one
// moment of the database.
func (s *Store) VerifyAgainst(ctx context.Context, company string, e Evidence) ([]Verification, error) {
	files, err := openRecordings(e.Recordings)
	if err != nil {
		return nil, fmt.Errorf("verify records: %w", err)
	}
	defer files.close()
	list := []Verification{}
	err = s.read(ctx, func(tx pgx.Tx) error {
		companies := []string{company}
		if company == "" {
			var err error
			if companies, err = s.q.SealedCompanies(ctx, tx); err != nil {
				return err
			}
			for _, h := range e.Heads { // whose rows may all be gone
				companies = append(companies, h.Company)
			}
			slices.Sort(companies)
			companies = slices.Compact(companies)
		}
		for _, c := range companies {
			v := verification{
				Verification: Verification{Company: c, Head: Genesis, Erased: []Erasure{}, Faults: []Fault{}},
				s:            s, tx: tx, tree: proof.NewTree(), files: files,
			}
			v.witnesses(e.Heads)
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

// Heads lists the chains' heads.
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
	s     *Store
	tx    pgx.Tx
	n     int64 // last number seen
	tree  *proof.Tree
	files *recordingFiles
	// heads are those of the company that are still to come, the smallest first.
	heads []proof.Head
	// last is the last seal's call, since the one of the first seal behind the last head
	// that fitted.
	last, since string
}

func (v *verification) fault(n int64, call, format string, args ...any) {
	if len(v.Faults) == faultsMost {
		v.MoreFaults++
		return
	}
	v.Faults = append(v.Faults, Fault{N: n, Call: call, Problem: fmt.Sprintf(format, args...)})
}

// witnesses takes the company's heads, and holds the empty chain against those of nothing.
func (v *verification) witnesses(all []proof.Head) {
	for _, h := range all {
		if h.Company == v.Company {
			v.heads = append(v.heads, h)
		}
	}
	slices.SortStableFunc(v.heads, func(a, b proof.Head) int { return cmp.Compare(a.Size, b.Size) })
	v.compare("")
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
	if len(v.heads) > 0 {
		h := v.heads[len(v.heads)-1]
		v.fault(v.n, v.last, "a witness saw %d seals at %s (%s), here are %d, this call's the last: the newest were removed, or an older state of the database was brought back",
			h.Size, h.At.Format(time.RFC3339), h.Place, v.tree.Size())
	}
	return v.head(ctx)
}

// compare holds the tree against the heads of its size.
func (v *verification) compare(call string) {
	for len(v.heads) > 0 && v.heads[0].Size == v.tree.Size() {
		h := v.heads[0]
		if bytes.Equal(h.Root, v.tree.Root()) {
			v.heads, v.Witnessed, v.since = v.heads[1:], h.Size, ""
			continue
		}
		v.fault(int64(v.Witnessed)+1, v.since, "seals %d to %d, calls %s to %s, are not those that a witness saw at %s (%s): one was changed, and all hashes behind it made anew",
			v.Witnessed+1, h.Size, v.since, call, h.At.Format(time.RFC3339), h.Place)
		v.heads = nil // of what follows none can fit
	}
}

// sealsPage is what the rows say of the calls of one page of seals.
type sealsPage struct {
	bodies     map[string]Body
	amendments map[string]Amendment
	// of has the amendments of each call.
	of       map[string][]Amendment
	secrets  map[string][]byte
	erasures map[string]Erasure
	checks   map[string][]RecordingCheck
	// sheets are those that were final once, by each amendment that has sealed them.
	sheets map[uuid.UUID]sealedSheet
}

func (s *Store) readSeals(ctx context.Context, tx pgx.Tx, seals []sql.SealsRow) (p sealsPage, err error) {
	var ids []string
	for _, l := range seals {
		ids = append(ids, l.CallID)
	}
	if p.bodies, err = s.bodies(ctx, tx, ids); err != nil {
		return p, err
	}
	rows, err := s.q.AmendmentsByCall(ctx, tx, ids)
	if err != nil {
		return p, err
	}
	p.amendments, p.of = make(map[string]Amendment, len(rows)), make(map[string][]Amendment, len(rows))
	for _, r := range rows {
		a := newAmendment(r)
		p.amendments[r.ID.String()] = a
		p.of[r.CallID] = append(p.of[r.CallID], a)
	}
	if p.secrets, err = s.secrets(ctx, tx, ids); err != nil {
		return p, err
	}
	if p.erasures, err = s.erasures(ctx, tx, ids); err != nil {
		return p, err
	}
	if p.sheets, err = s.sealedSheets(ctx, tx, ids); err != nil {
		return p, err
	}
	p.checks, err = s.recordingChecks(ctx, tx, ids)
	return p, err
}

// seals checks one page: numbers without gaps, each seal holding the hash
// before, each hash that of the rows.
func (v *verification) seals(ctx context.Context, seals []sql.SealsRow) error {
	p, err := v.s.readSeals(ctx, v.tx, seals)
	if err != nil {
		return err
	}
	for _, l := range seals {
		if err := v.seal(l, p); err != nil {
			return err
		}
	}
	return nil
}

func (v *verification) seal(l sql.SealsRow, p sealsPage) error {
	if l.N != v.n+1 {
		v.fault(l.N, l.CallID, "seals %d to %d are missing", v.n+1, l.N-1)
	}
	if l.PrevHash != v.Head {
		v.fault(l.N, l.CallID, "does not follow the seal before it")
	}
	v.n, v.Head, v.last = l.N, l.Hash, l.CallID
	v.since = cmp.Or(v.since, l.CallID)
	if err := v.tree.Append(l.Hash); err != nil {
		return err
	}
	v.compare(l.CallID)
	if l.AmendmentID == nil {
		return v.record(l, p)
	}
	a, ok := p.amendments[l.AmendmentID.String()]
	if !ok {
		v.fault(l.N, l.CallID, "amendment removed")
		return nil
	}
	return v.amendment(l, a, p)
}

// record holds a call's rows against its seal.
func (v *verification) record(l sql.SealsRow, p sealsPage) error {
	b, ok := p.bodies[l.CallID]
	if !ok {
		v.fault(l.N, l.CallID, "record removed")
		return nil
	}
	v.Records++
	e, erased := p.erasures[l.CallID]
	if erased {
		v.erased(l, e, p)
	}
	open, personal := b.split()
	return v.content(l, content{
		what: "record", sealed: sealedRecord(b, l.Commitment), open: open, blank: personal.blank(),
		erasure: e, erased: erased, secret: p.secrets[l.CallID],
	})
}

// erased notes an erasure, if it is a sealed one.
func (v *verification) erased(l sql.SealsRow, e Erasure, p sealsPage) {
	v.Erased = append(v.Erased, e)
	if e.n == 0 {
		v.fault(l.N, l.CallID, "erased by %q, and no seal says so", e.By)
	}
	if p.secrets[l.CallID] != nil {
		v.fault(l.N, l.CallID, "erased by %q, and its secret is still there", e.By)
	}
}

// amendment holds an amendment's row against its seal.
func (v *verification) amendment(l sql.SealsRow, a Amendment, p sealsPage) error {
	v.Amendments++
	e, erased := p.erasures[l.CallID]
	isErasure := erased && e.amendment == a.ID
	// What came behind the erasure was sealed without what is personal, or says it anew.
	erased = erased && (e.n == 0 || l.N < e.n) && !isErasure
	open, personal := a.split()
	c := content{
		what: "amendment", sealed: sealedAmendment(a, l.Commitment, isErasure), open: open, blank: personal.blank(),
		erasure: e, erased: erased && !a.aboutRecording(), secret: p.secrets[l.CallID],
	}
	if err := v.content(l, c); err != nil {
		return err
	}
	if s, ok := p.sheets[a.ID]; ok && e.Call == "" {
		if err := v.sheet(l, a, s); err != nil {
			return err
		}
	}
	return v.recording(l, a, p)
}

// content is what a seal speaks of.
type content struct {
	what string
	sealed
	// open is without what is personal; blank tells that nothing is left of that.
	open    any
	blank   bool
	erasure Erasure
	erased  bool
	secret  []byte
}

// content holds what the rows say against the hash, and what is personal against the
// commitment, or against its erasure.
func (v *verification) content(l sql.SealsRow, c content) error {
	if c.erased && !c.blank {
		v.fault(l.N, l.CallID, "%s was erased by %q, and what is personal is there again", c.what, c.erasure.By)
		return nil
	}
	if c.erased && l.Commitment == nil {
		left, err := leftOf(c.open)
		if err == nil && left != c.erasure.left[l.N] {
			v.fault(l.N, l.CallID, "%s changed after it was erased", c.what)
		}
		return err
	}
	hash, err := c.hash(l.PrevHash)
	if err != nil {
		return err
	}
	if hash != l.Hash {
		v.fault(l.N, l.CallID, "%s changed after it was sealed", c.what)
		return nil
	}
	if l.Commitment == nil || c.erased {
		return nil
	}
	if c.secret == nil {
		v.fault(l.N, l.CallID, "%s: its secret was removed, and it was not erased", c.what)
		return nil
	}
	commitment, err := commit(c.secret, c.personal)
	if err == nil && commitment != *l.Commitment {
		v.fault(l.N, l.CallID, "%s changed after it was sealed: what is personal in it", c.what)
	}
	return err
}

// unsealed finds closed calls, amendments and final sheets that no seal speaks of. A sheet's seal
// is made when the journal has its act.
func (v *verification) unsealed(ctx context.Context) error {
	calls, err := v.s.q.UnsealedCalls(ctx, v.tx, v.Company)
	if err != nil {
		return err
	}
	for _, id := range calls {
		v.fault(0, id, "record without a seal")
	}
	amendments, err := v.s.q.UnsealedAmendments(ctx, v.tx, v.Company)
	if err != nil {
		return err
	}
	for _, a := range amendments {
		v.fault(0, a.CallID, "amendment without a seal")
	}
	sheets, err := v.s.q.UnsealedSheets(ctx, v.tx, v.Company)
	for _, id := range sheets {
		v.fault(0, id, "final sheet without a seal")
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

package store

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"sansheng/store/internal/sql"
	"sansheng/store/proof"
)

// hashPage is how many seals' hashes are read at a time.
const hashPage = 10_000

// Grown is a company's tree now, held against a head of before.
type Grown struct {
	// Head is not signed yet.
	Head proof.Head
	// Altered says what is wrong with the chain, empty where it holds what the head of
	// before says.
	Altered string
}

// Trees are the trees of all companies that have seals. known are heads of before, by
// company: where the chain does not begin as one says, it was altered.
func (s *Store) Trees(ctx context.Context, known map[string]proof.Head) ([]Grown, error) {
	var list []Grown
	err := s.read(ctx, func(tx pgx.Tx) error {
		companies, err := s.q.SealedCompanies(ctx, tx)
		if err != nil {
			return err
		}
		companies = slices.AppendSeq(companies, maps.Keys(known)) // whose rows may all be gone
		slices.Sort(companies)
		for _, c := range slices.Compact(companies) {
			before, seen := known[c]
			g := Grown{}
			tree := proof.NewTree()
			err := s.grow(ctx, tx, c, tree, func() {
				if seen && tree.Size() == before.Size && !bytes.Equal(tree.Root(), before.Root) {
					g.Altered = fmt.Sprintf("company %s: the first %d seals are not those of %s", c, before.Size, before.At.Format(time.RFC3339))
				}
			})
			if err != nil {
				return err
			}
			if tree.Size() < before.Size {
				g.Altered = fmt.Sprintf("company %s: %d seals are left of the %d of %s", c, tree.Size(), before.Size, before.At.Format(time.RFC3339))
			}
			if g.Head = newHead(c, tree); tree.Size() > 0 || seen {
				list = append(list, g)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("make tree heads: %w", err)
	}
	return list, nil
}

func newHead(company string, t *proof.Tree) proof.Head {
	return proof.Head{Company: company, Size: t.Size(), Root: t.Root(), At: time.Now()}
}

// grow adds a company's seals to an empty tree; each is called after every one.
func (s *Store) grow(ctx context.Context, tx pgx.Tx, company string, t *proof.Tree, each func()) error {
	for after := int64(0); ; {
		rows, err := s.q.SealHashes(ctx, tx, company, after, hashPage)
		if err != nil {
			return err
		}
		for _, r := range rows {
			if err := t.Append(r.Hash); err != nil {
				return err
			}
			after = r.N
			each()
		}
		if len(rows) < hashPage {
			return nil
		}
	}
}

// Forms of proofs.
const (
	proofFormat  = "sansheng/proof/1"
	growthFormat = "sansheng/growth/1"
)

// Proof shows without the database that a call's seals are in the tree of a head: see
// Proof.Check.
type Proof struct {
	Format  string       `json:"format"`
	Company string       `json:"company"`
	Call    string       `json:"call"`
	Head    string       `json:"head"`
	Seals   []ProvenSeal `json:"seals"`
}

// ProvenSeal is one seal, what it is of, and its way to the tree's root.
type ProvenSeal struct {
	N        int64  `json:"n"`
	Domain   string `json:"domain"`
	PrevHash string `json:"prev_hash"`
	Hash     string `json:"hash"`
	// Content is what is hashed, as JSON; left out where what is personal is in it and was
	// not to be told.
	Content json.RawMessage `json:"content,omitempty"`
	// Personal is what Content commits to, by the secret; both are left out likewise.
	Personal json.RawMessage `json:"personal,omitempty"`
	Secret   string          `json:"secret,omitempty"`
	Path     [][]byte        `json:"path"`
}

// Growth shows that the chain of a newer head began as an older one says.
type Growth struct {
	Format string   `json:"format"`
	Older  string   `json:"older"`
	Newer  string   `json:"newer"`
	Path   [][]byte `json:"path"`
}

// Prove makes the proof of a call's record and its amendments, under a head made and signed
// now. whole tells what is personal, too.
func (s *Store) Prove(ctx context.Context, call string, whole bool, key *proof.Key) (Proof, error) {
	p := Proof{Format: proofFormat, Call: call}
	err := s.read(ctx, func(tx pgx.Tx) error {
		var err error
		if p.Company, err = s.closedCall(ctx, tx, call); err != nil {
			return err
		}
		if p.Seals, err = s.provenSeals(ctx, tx, call, whole); err != nil {
			return err
		}
		p.Head, err = s.addPaths(ctx, tx, &p, key)
		return err
	})
	if err != nil {
		return Proof{}, fmt.Errorf("prove call %s: %w", call, err)
	}
	return p, nil
}

// addPaths completes the seals by their ways to the root, and answers the head.
func (s *Store) addPaths(ctx context.Context, tx pgx.Tx, p *Proof, key *proof.Key) (string, error) {
	size, err := s.q.CountSeals(ctx, tx, p.Company)
	if err != nil {
		return "", err
	}
	paths := make([]proof.Path, len(p.Seals))
	for i, l := range p.Seals {
		if paths[i], err = proof.InclusionPath(uint64(l.N-1), uint64(size)); err != nil {
			return "", err
		}
	}
	tree := proof.NewTree(paths...)
	if err := s.grow(ctx, tx, p.Company, tree, func() {}); err != nil {
		return "", err
	}
	for i := range p.Seals {
		if p.Seals[i].Path, err = tree.Hashes(paths[i]); err != nil {
			return "", err
		}
	}
	head, err := key.Sign(newHead(p.Company, tree))
	return head.Text, err
}

// provenSeals are a call's seals with what they are of.
func (s *Store) provenSeals(ctx context.Context, tx pgx.Tx, call string, whole bool) ([]ProvenSeal, error) {
	seals, err := s.q.SealsOfCall(ctx, tx, call)
	if err != nil {
		return nil, err
	}
	rows := make([]sql.SealsRow, len(seals))
	for i, l := range seals {
		rows[i] = sql.SealsRow(l)
	}
	page, err := s.readSeals(ctx, tx, rows)
	if err != nil {
		return nil, err
	}
	e, erased := page.erasures[call]
	list := make([]ProvenSeal, len(rows))
	for i, l := range rows {
		content, open := sealedRecord(page.bodies[call], l.Commitment), false
		before := erased && l.N < e.n
		if l.AmendmentID != nil {
			a := page.amendments[l.AmendmentID.String()]
			content = sealedAmendment(a, l.Commitment, erased && e.amendment == a.ID)
			open = a.aboutRecording() || erased && e.amendment == a.ID
			before = before && !a.aboutRecording()
		}
		p := ProvenSeal{N: l.N, Domain: strings.TrimSpace(content.domain), PrevHash: l.PrevHash, Hash: l.Hash}
		// Of what was sealed in the first form and erased, nothing makes the hash any more.
		if l.Commitment != nil || open || whole && !before {
			if p.Content, err = Canonical(content.open); err != nil {
				return nil, err
			}
		}
		if secret := page.secrets[call]; whole && l.Commitment != nil && secret != nil {
			p.Secret = hex.EncodeToString(secret)
			if p.Personal, err = Canonical(content.personal); err != nil {
				return nil, err
			}
		}
		list[i] = p
	}
	return list, nil
}

// ProveGrowth proves that a company's chain of now began as an older head says. That it did
// not is an error.
func (s *Store) ProveGrowth(ctx context.Context, older proof.Head, key *proof.Key) (Growth, error) {
	g := Growth{Format: growthFormat, Older: older.Text}
	err := s.read(ctx, func(tx pgx.Tx) error {
		size, err := s.q.CountSeals(ctx, tx, older.Company)
		if err != nil {
			return err
		}
		path, err := proof.GrowthPath(older.Size, uint64(size))
		if err != nil {
			return err
		}
		tree := proof.NewTree(path)
		if err := s.grow(ctx, tx, older.Company, tree, func() {}); err != nil {
			return err
		}
		if g.Path, err = tree.Hashes(path); err != nil {
			return err
		}
		newer, err := key.Sign(newHead(older.Company, tree))
		if err != nil {
			return err
		}
		g.Newer = newer.Text
		return proof.CheckGrowth(older, newer, g.Path)
	})
	if err != nil {
		return Growth{}, fmt.Errorf("prove that company %s's chain grew from %d seals: %w", older.Company, older.Size, err)
	}
	return g, nil
}

// Checked is what a proof shows.
type Checked struct {
	Head proof.Head `json:"-"`
	// Told are the seals whose content the proof tells, Personal those of which it tells
	// what is personal, Hashes all.
	Told, Personal, Hashes int
	Erased                 bool
}

// ReadProof reads a proof or a growth; the other is nil.
func ReadProof(text []byte) (*Proof, *Growth, error) {
	var kind struct {
		Format string `json:"format"`
	}
	err := json.Unmarshal(text, &kind)
	switch {
	case err != nil:
	case kind.Format == proofFormat:
		p := &Proof{}
		err = json.Unmarshal(text, p)
		return p, nil, err
	case kind.Format == growthFormat:
		g := &Growth{}
		err = json.Unmarshal(text, g)
		return nil, g, err
	default:
		err = fmt.Errorf("format %q is unknown; allowed: %s, %s", kind.Format, proofFormat, growthFormat)
	}
	return nil, nil, fmt.Errorf("read proof: %w", err)
}

// domains are what a proven seal may be of.
var domains = []string{recordDomain, committedRecordDomain, amendmentDomain, committedAmendmentDomain, erasureDomain}

// Check needs nothing but the key: the head must be signed by it, each seal in its tree, and
// what is told must be what was sealed.
func (p Proof) Check(key proof.PublicKey) (Checked, error) {
	head, err := proof.Open(p.Head, key)
	if err != nil {
		return Checked{}, fmt.Errorf("the proof's head: %w", err)
	}
	c := Checked{Head: head, Hashes: len(p.Seals)}
	if head.Company != p.Company {
		return c, fmt.Errorf("the proof's head is of company %q, not %q", head.Company, p.Company)
	}
	if len(p.Seals) == 0 {
		return c, errors.New("the proof has no seal")
	}
	for _, l := range p.Seals {
		if err := l.check(p.Call, head, &c); err != nil {
			return c, fmt.Errorf("seal %d: %w", l.N, err)
		}
	}
	return c, nil
}

func (l ProvenSeal) check(call string, head proof.Head, c *Checked) error {
	if l.N < 1 {
		return errors.New("seals count from 1")
	}
	if err := proof.CheckInclusion(head, uint64(l.N-1), l.Hash, l.Path); err != nil {
		return fmt.Errorf("it is not in the tree of the head: %w", err)
	}
	if l.Content == nil {
		return nil
	}
	domain := ""
	for _, d := range domains {
		if strings.TrimSpace(d) == l.Domain {
			domain = d
		}
	}
	if domain == "" {
		return fmt.Errorf("%q is sealed nowhere", l.Domain)
	}
	if hash, err := hashOf(domain, l.PrevHash, l.Content); err != nil || hash != l.Hash {
		return errors.Join(errors.New("what is told is not what was sealed"), err)
	}
	var content struct {
		ID       string  `json:"id"`
		Call     string  `json:"call"`
		Personal *string `json:"personal"`
	}
	if err := json.Unmarshal(l.Content, &content); err != nil {
		return err
	}
	if of := content.Call; of != call && (of != "" || content.ID != call) {
		return fmt.Errorf("it is of call %q, not %q", content.ID, call)
	}
	c.Told++
	c.Erased = c.Erased || domain == erasureDomain
	if l.Personal == nil {
		return nil
	}
	secret, err := hex.DecodeString(l.Secret)
	if err != nil || len(secret) != secretBytes || content.Personal == nil {
		return errors.New("what is personal cannot be checked: it needs a commitment, and a secret of 32 bytes")
	}
	if commitment, err := commit(secret, l.Personal); err != nil || commitment != *content.Personal {
		return errors.Join(errors.New("what is personal is not what was sealed"), err)
	}
	c.Personal++
	return nil
}

// Check is Proof.Check for a growth; the heads are the older and the newer.
func (g Growth) Check(key proof.PublicKey) (older, newer proof.Head, err error) {
	if older, err = proof.Open(g.Older, key); err != nil {
		return older, newer, fmt.Errorf("the older head: %w", err)
	}
	if newer, err = proof.Open(g.Newer, key); err != nil {
		return older, newer, fmt.Errorf("the newer head: %w", err)
	}
	if older.Company != newer.Company {
		return older, newer, fmt.Errorf("the heads are of companies %q and %q", older.Company, newer.Company)
	}
	if err := proof.CheckGrowth(older, newer, g.Path); err != nil {
		return older, newer, fmt.Errorf("the newer chain did not begin as the older: %w", err)
	}
	return older, newer, nil
}

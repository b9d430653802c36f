package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"sansheng/cti"
	"sansheng/store/internal/sql"
)

// Genesis is the hash before a company's first.
var Genesis = strings.Repeat("0", 2*sha256.Size)

// What a hash is of, so that no amendment can pass for a record. The number
// rises when the canonical form changes in a way old records would feel.
const (
	recordDomain             = "sansheng/record/1\n"
	committedRecordDomain    = "sansheng/record/2\n"
	amendmentDomain          = "sansheng/amendment/1\n"
	committedAmendmentDomain = "sansheng/amendment/2\n"
	erasureDomain            = "sansheng/erasure/1\n"
	personalDomain           = "sansheng/personal/2\n"
	leftDomain               = "sansheng/left/1\n"
)

// hashOf is what a seal says: SHA-256 over the domain, the hash before as
// hexadecimal text, a newline and the canonical JSON of what is sealed.
func hashOf(domain, prev string, v any) (string, error) {
	text, err := Canonical(v)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	h.Write([]byte(domain + prev + "\n"))
	h.Write(text)
	return hex.EncodeToString(h.Sum(nil)), nil
}

// HashRecord is the hash of a closed call's record, in the first form, whose predecessor in
// its company's chain has the hash prev. Only Body counts.
func HashRecord(prev string, b Body) (string, error) { return hashOf(recordDomain, prev, b) }

// HashAmendment is HashRecord for an amendment; its own hashes do not count.
func HashAmendment(prev string, a Amendment) (string, error) {
	a.Hash, a.PrevHash = "", ""
	return hashOf(amendmentDomain, prev, a)
}

// sealed is what a seal's hash is of.
type sealed struct {
	domain string
	// open is all that is hashed; personal, in the second form, what it commits to.
	open     any
	personal any
}

func (c sealed) hash(prev string) (string, error) { return hashOf(c.domain, prev, c.open) }

// sealedRecord is what is sealed of a body; with a commitment in the second form.
func sealedRecord(b Body, commitment *string) sealed {
	if commitment == nil {
		return sealed{domain: recordDomain, open: b}
	}
	open, personal := b.split()
	return sealed{domain: committedRecordDomain, open: committedRecord{Body: open, Personal: *commitment}, personal: personal}
}

// sealedAmendment is sealedRecord for an amendment.
func sealedAmendment(a Amendment, commitment *string, erases bool) sealed {
	a.Hash, a.PrevHash = "", ""
	switch {
	case erases:
		return sealed{domain: erasureDomain, open: a}
	case commitment == nil:
		return sealed{domain: amendmentDomain, open: a}
	}
	open, personal := a.split()
	return sealed{domain: committedAmendmentDomain, open: committedAmendment{Amendment: open, Personal: *commitment}, personal: personal}
}

// Canonical is the one JSON form of a value (RFC 8785): members ordered by
// name, no blanks, whole numbers, nothing escaped that need not be.
func Canonical(v any) ([]byte, error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode canonical JSON: %w", err)
	}
	d := json.NewDecoder(bytes.NewReader(plain))
	d.UseNumber()
	var tree any
	if err := d.Decode(&tree); err != nil {
		return nil, fmt.Errorf("encode canonical JSON: %w", err)
	}
	return appendCanonical(nil, tree), nil
}

func appendCanonical(b []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...)
	case bool:
		return fmt.Append(b, v)
	case json.Number: // records hold whole numbers only
		return append(b, v...)
	case string:
		return appendCanonicalString(b, v)
	case []any:
		b = append(b, '[')
		for i, e := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendCanonical(b, e)
		}
		return append(b, ']')
	case map[string]any:
		names := make([]string, 0, len(v))
		for n := range v {
			names = append(names, n)
		}
		slices.SortFunc(names, func(a, b string) int {
			return slices.Compare(utf16.Encode([]rune(a)), utf16.Encode([]rune(b)))
		})
		b = append(b, '{')
		for i, n := range names {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(appendCanonicalString(b, n), ':')
			b = appendCanonical(b, v[n])
		}
		return append(b, '}')
	}
	panic(fmt.Sprintf("canonical JSON of %T", v)) // a decoder makes no other
}

func appendCanonicalString(b []byte, s string) []byte {
	const short = "\b\t\n\f\r"
	b = append(b, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r < 0x20 && strings.ContainsRune(short, r):
			b = append(b, '\\', "btnfr"[strings.IndexRune(short, r)])
		case r < 0x20:
			b = fmt.Appendf(b, `\u%04x`, r)
		default:
			b = append(b, string(r)...)
		}
	}
	return append(b, '"')
}

// sealing is something that joins its company's chain: a call, or an amendment.
type sealing struct {
	company   cti.CompanyID
	call      cti.CallID
	amendment *Amendment
	// personal: the amendment's words may be about the caller.
	personal bool
	// erases: the amendment is the erasure of its call's record.
	erases bool
}

// notKept is what is said of a fact that came for an erased call, behind its kind.
const notKept = ", not kept: the record is erased"

// amendLate keeps a fact that came after its call was closed, or after another
// engine had gone on with the call. Of an erased call only its kind is kept.
func (b *batch) amendLate(ctx context.Context, e entry, reason string) error {
	a := Amendment{
		ID: uuid.NewSHA1(ticketSpace, []byte("late/"+e.ID)), Call: string(e.Call), Company: string(e.Company),
		Author: systemAuthor, Reason: reason,
		Body: clean(string(e.message.Payload)), MadeAt: e.At,
	}
	erased := b.erased(e.Call)
	if erased {
		a.Body = string(e.Kind) + notKept
	}
	b.seals = append(b.seals, sealing{company: e.Company, call: e.Call, amendment: &a, personal: !erased})
	return b.s.addAmendment(ctx, b.out, a)
}

func (s *Store) addAmendment(ctx context.Context, db sql.DBTX, a Amendment) error {
	return s.q.AddAmendment(ctx, db, sql.AddAmendmentParams{
		ID: a.ID, CallID: a.Call, Company: a.Company, Author: a.Author, Reason: a.Reason,
		Body: a.Body, MadeAt: a.MadeAt,
	})
}

// seal continues the chains with what the batch closed, in the order of the facts.
func (b *batch) seal(ctx context.Context) error { return b.s.seal(ctx, b.tx, b.out, b.seals) }

// sealer continues chains within a transaction.
type sealer struct {
	s       *Store
	tx      pgx.Tx
	out     *pipeline
	bodies  map[string]Body
	secrets map[string][]byte
	chains  map[string]*sql.Chain
}

func (s *Store) seal(ctx context.Context, tx pgx.Tx, out *pipeline, seals []sealing) error {
	if len(seals) == 0 {
		return nil
	}
	var companies, closed, calls []string
	for _, l := range seals {
		companies, calls = append(companies, string(l.company)), append(calls, string(l.call))
		if l.amendment == nil {
			closed = append(closed, string(l.call))
		}
	}
	w := sealer{s: s, tx: tx, out: out, chains: map[string]*sql.Chain{}}
	var err error
	if w.bodies, err = s.bodies(ctx, tx, closed); err != nil {
		return err
	}
	slices.Sort(companies)
	companies = slices.Compact(companies)
	if err := s.q.AddChains(ctx, tx, companies, Genesis); err != nil {
		return err
	}
	heads, err := s.q.LockChains(ctx, tx, companies)
	if err != nil {
		return err
	}
	for _, h := range heads {
		w.chains[h.Company] = &h
	}
	// Only now: an erasure that came first has taken them.
	if w.secrets, err = s.secrets(ctx, tx, calls); err != nil {
		return err
	}
	for _, l := range seals {
		if err := w.add(ctx, l); err != nil {
			return err
		}
	}
	for _, h := range heads {
		c := w.chains[h.Company]
		if err := s.q.MoveChain(ctx, out, c.N, c.Hash, c.Company); err != nil {
			return err
		}
	}
	return out.flush(ctx)
}

// secrets reads those of some calls.
func (s *Store) secrets(ctx context.Context, db sql.DBTX, calls []string) (map[string][]byte, error) {
	rows, err := s.q.SecretsByCall(ctx, db, calls)
	if err != nil {
		return nil, err
	}
	list := make(map[string][]byte, len(rows))
	for _, r := range rows {
		list[r.CallID] = r.Secret
	}
	return list, nil
}

// add makes one seal. What an erasure takes it takes behind its own.
func (w *sealer) add(ctx context.Context, l sealing) error {
	call, head := string(l.call), w.chains[string(l.company)]
	if l.erases {
		if err := w.erase(ctx, l.amendment); err != nil {
			return err
		}
	}
	p := sql.AddSealParams{Company: head.Company, N: head.N + 1, CallID: call, PrevHash: head.Hash, Form: plainForm}
	if l.amendment != nil {
		p.AmendmentID = &l.amendment.ID
	}
	if secret := w.secrets[call]; secret != nil && (l.amendment == nil || l.personal) {
		var personal any
		if l.amendment == nil {
			_, personal = w.bodies[call].split()
		} else {
			_, personal = l.amendment.split()
		}
		commitment, err := commit(secret, personal)
		if err != nil {
			return err
		}
		p.Form, p.Commitment = committedForm, &commitment
	}
	content := sealedRecord(w.bodies[call], p.Commitment)
	if l.amendment != nil {
		content = sealedAmendment(*l.amendment, p.Commitment, l.erases)
	}
	var err error
	if p.Hash, err = content.hash(head.Hash); err != nil {
		return err
	}
	head.N, head.Hash = p.N, p.Hash
	if err := w.s.q.AddSeal(ctx, w.out, p); err != nil || !l.erases {
		return err
	}
	return w.s.wipe(ctx, w.out, call, p.N)
}

// sealAmendment adds an amendment in which nothing is personal to a closed call, and to its
// company's chain.
func (s *Store) sealAmendment(ctx context.Context, tx pgx.Tx, a *Amendment) error {
	if err := s.addAmendment(ctx, tx, *a); err != nil {
		return err
	}
	l := sealing{company: cti.CompanyID(a.Company), call: cti.CallID(a.Call), amendment: a}
	return s.seal(ctx, tx, &pipeline{tx: tx}, []sealing{l})
}

// systemAuthor is who amends where no person does.
const systemAuthor = "system"

// ErrNoCall: no call has this id.
var ErrNoCall = errors.New("no such call")

// ErrOpenCall: the call still goes on, its record is not closed.
var ErrOpenCall = errors.New("call not ended")

// closedCall is the company of a call whose record is closed. The error Is ErrNoCall or
// ErrOpenCall.
func (s *Store) closedCall(ctx context.Context, tx pgx.Tx, call string) (company string, err error) {
	c, err := s.q.CallForAmendment(ctx, tx, call)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return "", ErrNoCall
	case err != nil:
		return "", err
	case !c.Closed:
		return "", ErrOpenCall
	}
	return c.Company, nil
}

// applyAmended queues a person's correction of a closed record (requirement C3), which stays as
// it is.
func (b *batch) applyAmended(ctx context.Context, e entry) error {
	d, ok := e.Data.(*cti.AmendedData)
	standing := b.calls[e.Call]
	refused := func(why string) error {
		return &FactError{Position: e.message.Position, Reason: fmt.Sprintf("amend the record of call %q: %s", e.Call, why)}
	}
	switch {
	case !ok:
		return refused("the fact has no data")
	case standing == nil || !standing.closed:
		return refused("it is not closed here")
	case standing.company != e.Company:
		return refused(fmt.Sprintf("it is company %s's, not %s's", standing.company, e.Company))
	}
	a := Amendment{
		ID: uuid.NewSHA1(ticketSpace, []byte("amended/"+e.ID)), Call: string(e.Call), Company: string(e.Company),
		Author: clean(d.By), Reason: clean(d.Reason), Body: clean(d.Text), MadeAt: e.At,
	}
	if by := strings.TrimSpace(a.Author); by == "" || strings.EqualFold(by, systemAuthor) { // what it says of recordings is believed
		return refused(fmt.Sprintf("%q is no author of an amendment; allowed: a person", d.By))
	}
	b.seals = append(b.seals, sealing{company: e.Company, call: e.Call, amendment: &a, personal: !standing.erased})
	return b.s.addAmendment(ctx, b.out, a)
}

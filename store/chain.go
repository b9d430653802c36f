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
	"time"
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
	recordDomain    = "sansheng/record/1\n"
	amendmentDomain = "sansheng/amendment/1\n"
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

// HashRecord is the hash of a closed call's record whose predecessor in its
// company's chain has the hash prev. Only Body counts.
func HashRecord(prev string, b Body) (string, error) { return hashOf(recordDomain, prev, b) }

// HashAmendment is HashRecord for an amendment; its own hashes do not count.
func HashAmendment(prev string, a Amendment) (string, error) {
	a.Hash, a.PrevHash = "", ""
	return hashOf(amendmentDomain, prev, a)
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
}

// amendLate keeps a fact that came after its call was closed, or after another
// engine had gone on with the call.
func (b *batch) amendLate(ctx context.Context, e entry, reason string) error {
	a := Amendment{
		ID: uuid.NewSHA1(ticketSpace, []byte("late/"+e.ID)), Call: string(e.Call), Company: string(e.Company),
		Author: "system", Reason: reason,
		Body: clean(string(e.message.Payload)), MadeAt: e.At,
	}
	b.seals = append(b.seals, sealing{company: e.Company, call: e.Call, amendment: &a})
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

func (s *Store) seal(ctx context.Context, tx pgx.Tx, out *pipeline, seals []sealing) error {
	if len(seals) == 0 {
		return nil
	}
	var companies, calls []string
	for _, l := range seals {
		companies = append(companies, string(l.company))
		if l.amendment == nil {
			calls = append(calls, string(l.call))
		}
	}
	bodies, err := s.bodies(ctx, tx, calls)
	if err != nil {
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
	chains := map[string]*sql.Chain{}
	for _, h := range heads {
		chains[h.Company] = &h
	}
	for _, l := range seals {
		if err := s.addSeal(ctx, out, l, chains[string(l.company)], bodies); err != nil {
			return err
		}
	}
	for _, h := range heads {
		c := chains[h.Company]
		if err := s.q.MoveChain(ctx, out, c.N, c.Hash, c.Company); err != nil {
			return err
		}
	}
	return out.flush(ctx)
}

func (s *Store) addSeal(ctx context.Context, out *pipeline, l sealing, head *sql.Chain, bodies map[string]Body) error {
	p := sql.AddSealParams{Company: head.Company, N: head.N + 1, CallID: string(l.call), PrevHash: head.Hash}
	var err error
	if l.amendment != nil {
		p.AmendmentID = &l.amendment.ID
		p.Hash, err = HashAmendment(head.Hash, *l.amendment)
	} else {
		p.Hash, err = HashRecord(head.Hash, bodies[string(l.call)])
	}
	if err != nil {
		return err
	}
	head.N, head.Hash = p.N, p.Hash
	return s.q.AddSeal(ctx, out, p)
}

// sealAmendment adds an amendment to a closed call, and to its company's chain.
func (s *Store) sealAmendment(ctx context.Context, tx pgx.Tx, a *Amendment) error {
	if err := s.addAmendment(ctx, tx, *a); err != nil {
		return err
	}
	l := sealing{company: cti.CompanyID(a.Company), call: cti.CallID(a.Call), amendment: a}
	return s.seal(ctx, tx, &pipeline{tx: tx}, []sealing{l})
}

// ErrNoCall: no call has this id.
var ErrNoCall = errors.New("no such call")

// ErrOpenCall: the call still goes on, its record is not closed.
var ErrOpenCall = errors.New("call not ended")

// Amend adds a person's correction to a closed record (requirement C3). The
// record itself stays as it is.
func (s *Store) Amend(ctx context.Context, call, author, reason, body string) (Amendment, error) {
	a := Amendment{
		ID: uuid.New(), Call: call, Author: clean(author), Reason: clean(reason), Body: clean(body),
		MadeAt: time.Now().UTC().Truncate(time.Millisecond),
	}
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		c, err := s.q.CallForAmendment(ctx, tx, call)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			return ErrNoCall
		case err != nil:
			return err
		case !c.Closed:
			return ErrOpenCall
		}
		a.Company = c.Company
		return s.sealAmendment(ctx, tx, &a)
	})
	if err != nil {
		return Amendment{}, fmt.Errorf("amend call %s: %w", call, err)
	}
	return a, nil
}

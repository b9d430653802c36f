package web

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"sansheng/store"
)

// ProofKeeper checks that records are as they were sealed.
type ProofKeeper interface {
	// CallProof checks the seals of one call. The error Is store.ErrNoCall or store.ErrOpenCall.
	CallProof(ctx context.Context, call string) (store.CallProof, error)
	// Chains are the chains as they were last held against the heads that witnesses have.
	Chains() ChainState
}

type noProofs struct{}

func (noProofs) CallProof(context.Context, string) (p store.CallProof, err error) {
	return p, errNoStore
}
func (noProofs) Chains() ChainState {
	return ChainState{Witnesses: []string{}, Companies: []CompanyChain{}}
}

// ChainState is what was last found of the chains as wholes.
type ChainState struct {
	// CheckedAt is null before the first look.
	CheckedAt *time.Time     `json:"checked_at" doc:"When the chains were last held against signed heads; null before the first time."`
	Witnesses []string       `json:"witnesses" nullable:"false" doc:"Who keeps heads elsewhere; without any a chain alone cannot show that it was cut or made anew."`
	Late      string         `json:"late,omitempty" doc:"Why some witness lacks the last heads."`
	Companies []CompanyChain `json:"companies" nullable:"false"`
}

// CompanyChain is a company's chain as a whole.
type CompanyChain struct {
	Company string    `json:"company"`
	Seals   uint64    `json:"seals" doc:"How many the last signed head has."`
	Root    string    `json:"root" doc:"The root of their tree, in hexadecimal."`
	At      time.Time `json:"at" doc:"When that head was signed."`
	Altered string    `json:"altered,omitempty" doc:"What is not as an earlier head says; absent where all is."`
}

// of is a company's part; the zero one where there is none.
func (c ChainState) of(company string) CompanyChain {
	for _, one := range c.Companies {
		if one.Company == company {
			return one
		}
	}
	return CompanyChain{}
}

// Verdicts of a call's proof.
const (
	proofGood     = "good"
	proofErased   = "erased"
	proofUnsealed = "unsealed"
	proofAltered  = "altered"
)

// CallProof is what a check of a call's record has found.
type CallProof struct {
	store.CallProof
	Verdict   string       `json:"verdict" enum:"good,erased,unsealed,altered" doc:"As it was sealed; so, but what was personal was erased by law; without a seal; or not as it was sealed."`
	Words     string       `json:"words" doc:"The verdict in words."`
	CheckedAt time.Time    `json:"checked_at"`
	Witness   ProofWitness `json:"witness"`
}

// ProofWitness is what witnesses have of a call's seals.
type ProofWitness struct {
	Names   []string   `json:"names" nullable:"false"`
	Covered bool       `json:"covered" doc:"The last head that was given out speaks of all of them."`
	Seals   uint64     `json:"seals" doc:"How many that head has."`
	At      *time.Time `json:"at" doc:"When it was signed."`
	Late    string     `json:"late,omitempty" doc:"Why some witness lacks it."`
	Altered string     `json:"altered,omitempty" doc:"What is not as an earlier head says."`
}

type proofOutput struct{ Body CallProof }

type callProofInput struct {
	ID string `path:"id" pattern:"^[A-Za-z0-9._:@-]{1,128}$" patternDescription:"1 to 128 of A-Z a-z 0-9 . _ : @ -" doc:"The call's id."`
}

type chainsInput struct{ CompanyFilter }

type chainsOutput struct{ Body ChainState }

func (s *Server) registerProof(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "call-proof", Method: http.MethodGet, Path: "/api/v1/calls/{id}/proof", Tags: []string{"calls"},
		Summary:     "Check that a call's record is as it was sealed.",
		Description: "Its hashes are computed anew from the rows, and held against its neighbours in the company's chain; recordings are held against theirs.",
		Security:    secured, Errors: append([]int{http.StatusNotFound, http.StatusConflict}, readErrors...),
	}, s.callProof)
	huma.Register(api, huma.Operation{
		OperationID: "proof", Method: http.MethodGet, Path: "/api/v1/proof", Tags: []string{"calls"},
		Summary: "Tell how the chains of records stood when they were last held against witnesses' heads.", Security: secured, Errors: readErrors,
	}, s.chains)
}

func (s *Server) callProof(ctx context.Context, in *callProofInput) (*proofOutput, error) {
	r, err := s.seenCall(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	p, err := s.proofs.CallProof(ctx, r.ID)
	switch {
	case errors.Is(err, store.ErrOpenCall):
		return nil, newProblem(http.StatusConflict, badState, "call %s goes on; its record is sealed once it has ended", r.ID)
	case err != nil:
		return nil, s.unread(ctx, "proof", err)
	}
	out := &proofOutput{Body: CallProof{CallProof: p, CheckedAt: time.Now().UTC()}}
	out.Body.witnessed(s.proofs.Chains())
	out.Body.judge()
	return out, nil
}

// witnessed adds what witnesses have.
func (p *CallProof) witnessed(state ChainState) {
	c := state.of(p.Company)
	p.Witness = ProofWitness{Names: state.Witnesses, Seals: c.Seals, Late: state.Late, Altered: c.Altered}
	if !c.At.IsZero() {
		p.Witness.At = &c.At
	}
	p.Witness.Covered = len(state.Witnesses) > 0 && state.Late == "" && len(p.Seals) > 0
	for _, l := range p.Seals {
		p.Witness.Covered = p.Witness.Covered && uint64(max(l.N, 0)) <= c.Seals
	}
}

// judge says what was found.
func (p *CallProof) judge() {
	switch {
	case len(p.Seals) == 0:
		p.Verdict, p.Words = proofUnsealed, "No seal speaks of this record: it was added outside the hotline, or its seal was removed."
	case len(p.Faults) > 0:
		p.Verdict, p.Words = proofAltered, "The record is not as it was sealed."
	case p.Witness.Altered != "":
		p.Verdict, p.Words = proofAltered, "The record fits its seal, but the company's chain is not the one of which a head was signed before."
	case p.Erased != nil:
		p.Verdict, p.Words = proofErased, "The record is as it was sealed; what was personal in it was erased by law."
	default:
		p.Verdict, p.Words = proofGood, "The record is as it was sealed."
	}
}

func (s *Server) chains(ctx context.Context, in *chainsInput) (*chainsOutput, error) {
	company, err := companyOf(ctx, in.Company)
	if err != nil {
		return nil, err
	}
	state := s.proofs.Chains()
	out := &chainsOutput{Body: state}
	out.Body.Companies = []CompanyChain{}
	for _, c := range state.Companies {
		if company == "" || c.Company == company {
			out.Body.Companies = append(out.Body.Companies, c)
		}
	}
	return out, nil
}

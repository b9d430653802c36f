package store

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"github.com/google/uuid"

	"sansheng/cti"
)

// Forms of seals: the number in their domain.
const (
	// plainForm: the hash is of everything.
	plainForm = 1
	// committedForm: what is personal stands in the hash by a commitment.
	committedForm = 2
)

// secretBytes is the length of a call's secret: a fixed one, so that no two keys of the
// HMAC are the same.
const secretBytes = 32

// Personal is what a record says of people who do not work here, in the order of the body's
// lists. It is all that an erasure takes from a body.
type Personal struct {
	Caller     string `json:"caller"`
	CallerName string `json:"caller_name"`
	// Details are what the steps "data" and "lookup" say, Numbers the ones that were dialled
	// for offers.
	Details   []string           `json:"details"`
	Numbers   []string           `json:"numbers"`
	Transfers []PersonalTransfer `json:"transfers"`
	// For is what a number was dialled for.
	For string `json:"for"`
}

// PersonalTransfer is what a transfer says of the caller and of a receiver outside.
type PersonalTransfer struct {
	Number string    `json:"number"`
	Reason string    `json:"reason"`
	Sheet  cti.Sheet `json:"sheet"`
}

// personalSteps are those whose detail is personal.
var personalSteps = []string{StepData, "lookup"}

// split takes the personal parts out of a body, which stays as it is.
func (b Body) split() (open Body, p Personal) {
	open = b
	p = Personal{Caller: b.Caller, CallerName: b.CallerName, Details: []string{}, Numbers: []string{}, Transfers: []PersonalTransfer{}}
	open.Caller, open.CallerName = "", ""
	open.FlowPath = slices.Clone(b.FlowPath)
	for i := range open.FlowPath {
		if s := &open.FlowPath[i]; slices.Contains(personalSteps, s.Step) {
			p.Details = append(p.Details, s.Detail)
			s.Detail = ""
		}
	}
	open.Offers = slices.Clone(b.Offers)
	for i := range open.Offers {
		p.Numbers = append(p.Numbers, open.Offers[i].Number)
		open.Offers[i].Number = ""
	}
	open.Transfers = slices.Clone(b.Transfers)
	for i := range open.Transfers {
		t := &open.Transfers[i]
		p.Transfers = append(p.Transfers, PersonalTransfer{Number: t.Number, Reason: t.Reason, Sheet: t.Sheet})
		t.Number, t.Reason, t.Sheet = "", "", nil
	}
	if b.Dial != nil {
		d := *b.Dial
		p.For, d.For = d.For, ""
		open.Dial = &d
	}
	return open, p
}

// blank tells whether nothing is left of the personal parts.
func (p Personal) blank() bool {
	empty := func(s string) bool { return s == "" }
	return p.Caller == "" && p.CallerName == "" && p.For == "" &&
		!slices.ContainsFunc(p.Details, func(s string) bool { return !empty(s) }) &&
		!slices.ContainsFunc(p.Numbers, func(s string) bool { return !empty(s) }) &&
		!slices.ContainsFunc(p.Transfers, func(t PersonalTransfer) bool { return t.Number != "" || t.Reason != "" || len(t.Sheet) > 0 })
}

// PersonalText is what an amendment says in words: they may be about the caller.
type PersonalText struct {
	// ID is the amendment's, so that equal words do not show as such.
	ID     uuid.UUID `json:"id"`
	Reason string    `json:"reason"`
	Body   string    `json:"body"`
}

// erasedReason stands in an amendment whose words were erased.
const erasedReason = "erased"

func (a Amendment) split() (open Amendment, p PersonalText) {
	open = a
	open.Reason, open.Body, open.Hash, open.PrevHash = "", "", "", ""
	return open, PersonalText{ID: a.ID, Reason: a.Reason, Body: a.Body}
}

func (p PersonalText) blank() bool { return p.Reason == erasedReason && p.Body == "" }

// commit binds to what is personal without telling it: who has not got the secret can
// neither guess the parts nor find others that fit.
func commit(secret []byte, personal any) (string, error) {
	text, err := Canonical(personal)
	if err != nil {
		return "", err
	}
	h := hmac.New(sha256.New, secret)
	h.Write([]byte(personalDomain))
	h.Write(text)
	return hex.EncodeToString(h.Sum(nil)), nil
}

// committedRecord is what the hash of a record in the second form is of.
type committedRecord struct {
	Body            // without what is personal
	Personal string `json:"personal"`
}

// committedAmendment is that of an amendment.
type committedAmendment struct {
	Amendment
	Personal string `json:"personal"`
}

// leftOf is the hash of what an erasure leaves of a record or an amendment that was sealed
// in the first form: its own hash cannot be made any more.
func leftOf(open any) (string, error) { return hashOf(leftDomain, "", open) }

package web

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"sansheng/cti/sheet"
	"sansheng/store"
)

// Reveal is the query parameter that asks for whole numbers.
type Reveal struct {
	Reveal string `query:"reveal" minLength:"4" maxLength:"200" doc:"Show whole numbers, for this reason. It is logged with your account."`
}

// wholeNumber is a text that is a number, and nothing else.
var wholeNumber = regexp.MustCompile(`^[0-9]{7,}$`)

// scrub masks numbers within a text.
func scrub(text string) string { return store.MaskText(text) }

// maskRecord is a record without whole numbers; r stays as it is.
func maskRecord(r store.Record) store.Record {
	r.Caller, r.CallerName = store.Mask(r.Caller), store.MaskName(r.CallerName)
	r.Transfers = slices.Clone(r.Transfers)
	for i := range r.Transfers {
		t := &r.Transfers[i]
		t.From, t.To, t.Number, t.Reason = store.Mask(t.From), store.Mask(t.To), store.Mask(t.Number), scrub(t.Reason)
		t.Sheet = slices.Clone(t.Sheet)
		for j := range t.Sheet {
			t.Sheet[j].Value = scrub(t.Sheet[j].Value)
		}
	}
	r.Offers = slices.Clone(r.Offers)
	for i := range r.Offers {
		r.Offers[i].Number = store.Mask(r.Offers[i].Number)
	}
	if r.Dial != nil {
		d := *r.Dial
		d.For = scrub(d.For)
		r.Dial = &d
	}
	r.FlowPath = slices.Clone(r.FlowPath)
	for i := range r.FlowPath {
		r.FlowPath[i].Detail = maskStep(r.FlowPath[i])
	}
	r.Tickets = maskTickets(r.Tickets)
	r.Amendments = slices.Clone(r.Amendments)
	for i := range r.Amendments {
		a := &r.Amendments[i]
		a.Reason, a.Body = scrub(a.Reason), maskBody(a.Body)
	}
	if r.Sheet != nil {
		s := *r.Sheet
		s.Said = maskSheet(s)
		r.Sheet = &s
	}
	return r
}

// maskBody is what an amendment says: a fact that came late, a record sheet, what was found in a
// recording, or what somebody has written.
func maskBody(body string) string {
	var of struct {
		Kind string          `json:"kind"`
		Data json.RawMessage `json:"data"`
		Said json.RawMessage `json:"said"`
	}
	if json.Unmarshal([]byte(body), &of) != nil {
		return scrub(body)
	}
	mask := func([]byte) ([]byte, error) { return []byte(scrub(body)), nil }
	switch {
	case of.Kind != "" && of.Data != nil:
		mask = store.MaskFact
	case of.Said != nil:
		mask = store.MaskWritten
	}
	masked, err := mask([]byte(body))
	if err != nil {
		return ""
	}
	return string(masked)
}

// maskAct is what was done to a ticket, without whole numbers and without what tells who
// somebody is.
func maskAct(a store.Act) store.Act {
	a.Said = scrubJSON(a.Said)
	var of map[string]json.RawMessage
	var said sheet.Values
	if len(a.Hidden) == 0 || json.Unmarshal(a.Said, &of) != nil || json.Unmarshal(of["said"], &said) != nil {
		return a
	}
	var err error
	if of["said"], err = json.Marshal(maskSheet(store.Sheet{Said: said, Hidden: a.Hidden})); err == nil {
		a.Said, err = json.Marshal(of)
	}
	if err != nil {
		a.Said = nil
	}
	return a
}

// maskStep is a step's detail without whole numbers: of what was learnt of the caller
// only the name is left, however short it is.
func maskStep(s store.Step) string {
	name, value, ok := strings.Cut(s.Detail, "=")
	if s.Step != store.StepData || !ok {
		return scrub(s.Detail)
	}
	if wholeNumber.MatchString(value) {
		return name + "=" + store.Mask(value)
	}
	return name + "=****"
}

// maskSheet is what a sheet says without whole numbers, and without what tells who somebody
// is.
func maskSheet(s store.Sheet) sheet.Values {
	said := maps.Clone(s.Said)
	for id, v := range said {
		text, ok := v.(string)
		switch {
		case ok && slices.Contains(s.Hidden, id) && wholeNumber.MatchString(text):
			said[id] = store.Mask(text)
		case ok && slices.Contains(s.Hidden, id):
			said[id] = store.MaskName(text)
		case ok:
			said[id] = scrub(text)
		case slices.Contains(s.Hidden, id):
			said[id] = "****"
		}
	}
	return said
}

func maskTickets(tickets []store.Ticket) []store.Ticket {
	tickets = slices.Clone(tickets)
	for i := range tickets {
		t := &tickets[i]
		t.Caller, t.Phone = store.Mask(t.Caller), store.Mask(t.Phone)
		t.Summary, t.Place, t.Result = scrub(t.Summary), scrub(t.Place), scrub(t.Result)
		if tickets[i].Message != nil {
			m := *tickets[i].Message
			m.Number, m.Result = store.Mask(m.Number), scrub(m.Result)
			if m.Transcript != nil {
				t := *m.Transcript
				t.Text = scrub(t.Text)
				m.Transcript = &t
			}
			tickets[i].Message = &m
		}
	}
	return tickets
}

// mayReveal tells whether whole numbers are asked for; the error is a problem
// where that is not allowed.
func mayReveal(ctx context.Context, in Reveal) (bool, error) {
	if in.Reveal == "" {
		return false, nil
	}
	p := personOf(ctx)
	if revealing.of(p.Role) == none {
		return false, newProblem(http.StatusForbidden, notAllowed,
			"the role %s may not see whole numbers; allowed: %s", p.Role, join(revealing.allowed()))
	}
	if err := checkReason(in.Reveal); err != nil {
		return false, newProblem(http.StatusUnprocessableEntity, badQuery, "reveal: %v", err)
	}
	return true, nil
}

func checkReason(reason string) error {
	if !utf8.ValidString(reason) || strings.ContainsFunc(reason, unicode.IsControl) {
		return errors.New("a reason is one line of text in UTF-8")
	}
	letters := 0
	for _, r := range reason {
		if unicode.IsLetter(r) {
			letters++
		}
	}
	if letters < 2 {
		return errors.New("a reason has words")
	}
	return nil
}

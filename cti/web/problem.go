package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"sansheng/cti"
)

// problemType is the last part of a problem's type (RFC 9457), for programs to
// tell them apart.
type problemType string

const (
	loginNeeded    problemType = "login-needed"
	loginEnded     problemType = "login-ended"
	badCredentials problemType = "bad-credentials"
	codeNeeded     problemType = "code-needed"
	badCode        problemType = "bad-code"
	badLink        problemType = "bad-link"
	weakPassword   problemType = "weak-password"
	tooMany        problemType = "too-many-attempts"
	notAllowed     problemType = "not-allowed"
	crossOrigin    problemType = "cross-origin"
	notFound       problemType = "not-found"
	badMethod      problemType = "method-not-allowed"
	badQuery       problemType = "bad-query"
	tooLarge       problemType = "too-large"
	badSound       problemType = "bad-sound"
	badTable       problemType = "bad-table"
	badState       problemType = "forbidden-by-state"
	unavailable    problemType = "unavailable"
	broken         problemType = "internal"
)

// problemTypes are all of them.
var problemTypes = []problemType{
	loginNeeded, loginEnded, badCredentials, codeNeeded, badCode, badLink, weakPassword, tooMany, notAllowed, crossOrigin, notFound, badMethod,
	badQuery, tooLarge, badSound, badTable, badState, unavailable, broken,
}

// Problem is what went wrong (RFC 9457), with a code by which it can be told in any language.
type Problem struct { //nolint:errname // RFC 9457's own name, and the schema's in the API
	huma.ErrorModel
	Code Code     `json:"code" doc:"What went wrong, in one word: why an order was refused, or the last part of the type."`
	Args []string `json:"args,omitempty" doc:"What the code is about, in order: what its words in another language name."`
}

// Code is a problem's.
type Code string

// Schema names all codes.
func (Code) Schema(huma.Registry) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeString}
	for _, k := range problemTypes {
		s.Enum = append(s.Enum, string(k))
	}
	for _, r := range cti.Refusals() {
		s.Enum = append(s.Enum, string(r))
	}
	return s
}

func newProblem(status int, kind problemType, format string, args ...any) *Problem {
	return &Problem{Code: Code(kind), ErrorModel: huma.ErrorModel{
		Type:   "urn:sansheng:problem:" + string(kind),
		Title:  http.StatusText(status),
		Status: status,
		Detail: fmt.Sprintf(format, args...),
	}}
}

// What the framework refuses by itself is a problem as all others.
func init() {
	huma.NewError = func(status int, text string, errs ...error) huma.StatusError {
		kind := badQuery
		switch {
		case status == http.StatusRequestEntityTooLarge:
			kind = tooLarge
		case status == http.StatusNotFound:
			kind = notFound
		case status >= http.StatusInternalServerError:
			kind = broken
		}
		p := newProblem(status, kind, "%s", text)
		for _, err := range errs {
			if err != nil {
				p.Add(err)
			}
		}
		return p
	}
}

func writeProblem(w http.ResponseWriter, p *Problem) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // whoever asked is gone
}

// challenge is what a 401 must name (RFC 9110). Browsers ask with their own
// window for Basic, which the console does not want.
func challenge(r *http.Request) string {
	if r.Header.Get("Sec-Fetch-Mode") != "" {
		return `Session realm="sansheng"`
	}
	return `Basic realm="sansheng", charset="UTF-8"`
}

func retryAfter(seconds int) http.Header {
	return http.Header{"Retry-After": {strconv.Itoa(seconds)}}
}

package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
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

func newProblem(status int, kind problemType, format string, args ...any) *huma.ErrorModel {
	return &huma.ErrorModel{
		Type:   "urn:sansheng:problem:" + string(kind),
		Title:  http.StatusText(status),
		Status: status,
		Detail: fmt.Sprintf(format, args...),
	}
}

func writeProblem(w http.ResponseWriter, p *huma.ErrorModel) {
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

package web

import (
	"crypto/rand"
	"net/http"
)

// requestIDHeader names every answer, so that who reports an error can say which one:
// the log's lines of errors have the same id.
const requestIDHeader = "X-Request-Id"

// requestIDLen is short enough to be read out on the telephone.
const requestIDLen = 10

func requestID() string { return rand.Text()[:requestIDLen] }

// teller remembers what was answered.
type teller struct {
	http.ResponseWriter

	status int
}

// WriteHeader notes the final status; those before it (1xx) are not it.
func (t *teller) WriteHeader(status int) {
	if t.status == 0 && (status >= http.StatusOK || status == http.StatusSwitchingProtocols) {
		t.status = status
	}
	t.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach what is behind.
func (t *teller) Unwrap() http.ResponseWriter { return t.ResponseWriter }

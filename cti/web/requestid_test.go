package web

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
)

func TestPanicNamesRequest(t *testing.T) {
	core, logs := observer.New(zap.ErrorLevel)
	s := &Server{log: zap.New(core)}
	w := httptest.NewRecorder()
	func() {
		defer s.recover(w, "ABC")
		panic("boom")
	}()
	if w.Code != http.StatusInternalServerError || logs.Len() != 1 || logs.All()[0].ContextMap()["request"] != "ABC" {
		t.Fatalf("answered %d, logged %v", w.Code, logs.All())
	}
}

func TestTellerNotesFinalStatus(t *testing.T) {
	told := &teller{ResponseWriter: httptest.NewRecorder()}
	told.WriteHeader(http.StatusEarlyHints)
	told.WriteHeader(http.StatusServiceUnavailable)
	if told.status != http.StatusServiceUnavailable {
		t.Fatalf("noted %d", told.status)
	}
	if a, b := requestID(), requestID(); a == b || len(a) != requestIDLen {
		t.Fatalf("ids %q and %q", a, b)
	}
}

package ari

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if url := os.Getenv(frozenURL); url != "" {
		frozenChild(url)
		return
	}
	goleak.VerifyTestMain(m)
}

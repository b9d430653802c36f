package service

import (
	"strings"
	"testing"
	"time"

	"sansheng/cti"
	"sansheng/cti/engine"
)

// TestLookupFailing: a service of the plan that has answered none of the last five questions
// is told of, with why; not one that is asked no more, or was asked long ago.
func TestLookupFailing(t *testing.T) {
	t.Parallel()
	now := time.Now()
	plan := cti.DemoPlan(0)
	plan.Companies[0].Lookups = []cti.Lookup{{ID: "crm"}}
	u := engine.Unanswered{Company: "demo", Service: "crm", N: 5, Since: now.Add(-time.Minute), Last: now, Failure: "status 401"}
	err := failing([]engine.Unanswered{u}, plan, now)
	if err == nil || !strings.Contains(err.Error(), "crm of company demo: 5 questions") || !strings.Contains(err.Error(), "status 401") {
		t.Errorf("told %v", err)
	}
	for name, change := range map[string]func(*engine.Unanswered){
		"four":       func(u *engine.Unanswered) { u.N = 4 },
		"gone":       func(u *engine.Unanswered) { u.Service = "erp" },
		"another's":  func(u *engine.Unanswered) { u.Company = "demo2" },
		"long ago":   func(u *engine.Unanswered) { u.Last = now.Add(-2 * time.Hour) },
		"nobody but": func(u *engine.Unanswered) { u.Company, u.Service = "x", "x" },
	} {
		v := u
		change(&v)
		if err := failing([]engine.Unanswered{v}, plan, now); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

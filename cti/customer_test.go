package cti

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"sansheng/cti/place"
)

// TestCustomerRule: the service that knows customers is one of the company's own.
func TestCustomerRule(t *testing.T) {
	t.Parallel()
	lookup := Lookup{ID: "crm", URL: "http://crm.example/callers", Results: []string{"known"}}
	for want, rule := range map[string]CustomerRule{
		"":                                     {Lookup: "crm", Fields: map[string]string{"name": "kunde", "note": "remark"}},
		`companies[0].customers.lookup: "erp"`: {Lookup: "erp"},
		`companies[0].customers.fields: "age"`: {Lookup: "crm", Fields: map[string]string{"age": "age"}},
		`companies[0].customers.fields.name: "Name 1"`: {Lookup: "crm", Fields: map[string]string{"name": "Name 1"}},
	} {
		p := DemoPlan(0)
		p.Companies[0].Lookups, p.Companies[0].Customers = []Lookup{lookup}, &rule
		err := p.Check()
		if want == "" {
			if err != nil {
				t.Errorf("%+v: %v", rule, err)
			}
			continue
		}
		var fault *place.Error
		if !errors.As(err, &fault) || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// TestCustomerRuleCard: what a service says comes to our fields by its own names.
func TestCustomerRuleCard(t *testing.T) {
	r := CustomerRule{Lookup: "crm", Fields: map[string]string{"name": "kunde", "note": "name"}}
	fields, rest := r.Card(Sheet{{"kunde", "王伟"}, {"name", "pays late"}, {"address", "Street 7"}, {"debt", "12"}})
	if want := map[string]string{"name": "王伟", "note": "pays late", "address": "Street 7"}; !maps.Equal(fields, want) {
		t.Errorf("fields %v, want %v", fields, want)
	}
	if !slices.Equal(rest, Sheet{{"debt", "12"}}) {
		t.Errorf("rest %v", rest)
	}
}

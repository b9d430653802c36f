package cti

import (
	"maps"
	"slices"
	"strings"
)

// CustomerRule says which of a company's services knows its customers: it is asked for a
// customer's card, which is shown beside ours.
type CustomerRule struct {
	// Lookup is one of the company's look-ups.
	Lookup string `yaml:"lookup" json:"lookup"`
	// Fields says, by our card's fields, what the service calls them; as we do where it is
	// not named.
	Fields map[string]string `yaml:"fields,omitempty" json:"fields,omitempty"`
}

// CustomerFields are those of a card that a service may fill.
var CustomerFields = []string{"name", "address", "account", "note"}

// Card takes what a service has said apart: our fields, and the rest.
func (r CustomerRule) Card(said Sheet) (fields map[string]string, rest Sheet) {
	ours := map[string]string{} // by what the service calls it
	for _, f := range CustomerFields {
		name := f
		if n, ok := r.Fields[f]; ok {
			name = n
		}
		ours[name] = f
	}
	fields = map[string]string{}
	for _, s := range said {
		if f, ok := ours[s.Name]; ok {
			fields[f] = s.Value
		} else {
			rest = append(rest, s)
		}
	}
	return fields, rest
}

// checkCustomers checks which service knows a company's customers.
func checkCustomers(c *checker, at string, co Company) {
	if co.Customers == nil {
		return
	}
	var ids []string
	for _, l := range co.Lookups {
		if l.URL != TicketsURL { // the hotline's tickets know no customers
			ids = append(ids, l.ID)
		}
	}
	if !slices.Contains(ids, co.Customers.Lookup) {
		c.Fail(at+".lookup", "%q is not one of the company's look-ups; allowed: %s", co.Customers.Lookup, strings.Join(ids, ", "))
	}
	for _, f := range slices.Sorted(maps.Keys(co.Customers.Fields)) {
		c.oneOf(at+".fields", f, CustomerFields)
		c.form(at+".fields."+f, co.Customers.Fields[f], nameForm, "what the service calls it, 1 to 32 of a-z 0-9 _ -")
	}
}

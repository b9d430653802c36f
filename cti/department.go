package cti

import (
	"cmp"
	"fmt"
	"slices"

	"sansheng/cti/hours"
	"sansheng/cti/sheet"
)

// Department is a part of a company to which matters are forwarded (requirement E3).
type Department struct {
	ID   string `yaml:"id" json:"id"`
	Name string `yaml:"name" json:"name"`
}

// DepartmentsOf are the departments of a company, by id.
func (p *Plan) DepartmentsOf(id CompanyID) []string {
	var ids []string
	for _, co := range p.Companies {
		if co.ID == id {
			for _, d := range co.Departments {
				ids = append(ids, d.ID)
			}
		}
	}
	return ids
}

// WorkOf is the calendar by whose working days the deadlines of a company's matters are
// counted (requirement E2); nil where it has none.
func (p *Plan) WorkOf(id CompanyID) *hours.Schedule {
	i := slices.IndexFunc(p.Companies, func(co Company) bool { return co.ID == id })
	if i < 0 {
		return nil
	}
	for _, cal := range p.Calendars {
		if cal.ID != p.Companies[i].Calendar {
			continue
		}
		if s, err := cal.Schedule(p.holidays()); err == nil {
			return s
		}
	}
	return nil
}

// DaysOf is WorkOf, or every day of the company's zone where it has no calendar.
func (p *Plan) DaysOf(id CompanyID) *hours.Schedule {
	if s := p.WorkOf(id); s != nil {
		return s
	}
	zone := "UTC"
	if i := slices.IndexFunc(p.Companies, func(co Company) bool { return co.ID == id }); i >= 0 {
		zone = cmp.Or(p.Companies[i].zone(), zone)
	}
	always := hours.Calendar{ID: "always", Zone: zone, Week: []hours.Shift{{Days: []hours.Weekday{0, 1, 2, 3, 4, 5, 6}, To: 24 * 60}}}
	s, err := always.Schedule(nil)
	if err != nil {
		panic(err) // it is right, and the zone was checked
	}
	return s
}

// FormsOf are the forms of a company's record sheets: its own, and of kinds for which it has
// none those with which each company begins.
func (p *Plan) FormsOf(id CompanyID) sheet.Forms {
	var forms sheet.Forms
	for _, co := range p.Companies {
		if co.ID == id {
			forms = slices.Clone(co.Forms)
		}
	}
	for _, f := range sheet.Default() {
		if forms.Newest(f.Kind) == nil {
			forms = append(forms, f)
		}
	}
	return forms
}

// checkWork checks a company's departments and forms, and that there is its calendar.
func (p *Plan) checkWork(c *checker, at string, co Company) {
	seen := map[string]bool{}
	for i, d := range co.Departments {
		place := fmt.Sprintf("%s.departments[%d]", at, i)
		c.form(place+".id", d.ID, nameForm, "1 to 32 of a-z 0-9 _ -")
		c.once(place+".id", d.ID, seen[d.ID])
		seen[d.ID] = true
		if d.Name == "" {
			c.Fail(place+".name", "a name is needed: it is what agents choose by")
		}
	}
	c.Within(at, co.Forms.Check())
	c.checkScripts(at, co.Scripts)
	if co.Calendar == "" {
		return
	}
	ids := make([]string, len(p.Calendars))
	for i, cal := range p.Calendars {
		ids[i] = cal.ID
	}
	c.oneOf(at+".calendar", co.Calendar, ids)
}

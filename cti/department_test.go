package cti

import (
	"slices"
	"strings"
	"testing"

	"sansheng/cti/sheet"
)

func TestWorkChecked(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(*Company)
		want   string
	}{
		{"a department twice", func(co *Company) { co.Departments = append(co.Departments, co.Departments[0]) }, "companies[0].departments[2].id"},
		{"a department without a name", func(co *Company) { co.Departments[1].Name = "" }, "companies[0].departments[1].name"},
		{"a department's id", func(co *Company) { co.Departments[0].ID = "Gas!" }, "companies[0].departments[0].id"},
		{"a calendar there is not", func(co *Company) { co.Calendar = "moon" }, "companies[0].calendar"},
		{"a form without fields", func(co *Company) { co.Forms = sheet.Forms{{Kind: sheet.Repair, Version: 1}} }, "companies[0].forms[0].fields"},
	} {
		p := DemoPlan(0)
		c.change(&p.Companies[0])
		if err := p.Check(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s named", c.name, err, c.want)
		}
	}
}

// A company that has nothing of its own has the forms with which each begins, and works each
// day of its zone.
func TestWorkOf(t *testing.T) {
	t.Parallel()
	p := DemoPlan(0)
	own := *sheet.Default().Newest(sheet.Praise)
	own.Name.En = "Thanks"
	p.Companies[0].Forms = sheet.Forms{own}
	if f := p.FormsOf("demo"); f.Newest(sheet.Praise).Name.En != "Thanks" || f.Newest(sheet.Emergency) == nil || len(f) != len(sheet.Kinds()) {
		t.Errorf("%d forms", len(f))
	}
	if d := p.DepartmentsOf("demo"); !slices.Equal(d, []string{"gas", "repair"}) {
		t.Errorf("departments %q", d)
	}
	if p.WorkOf("demo") == nil || p.WorkOf("nobody") != nil {
		t.Error("who has a calendar is not told from who has none")
	}
	p.Companies[1].Calendar = ""
	if days := p.DaysOf("demo2"); days.Zone().String() != "Asia/Shanghai" || !days.At(days.WorkingDays(epoch, 0).Add(-1), nil).Open {
		t.Errorf("zone %s", days.Zone())
	}
}

package hours

import "sansheng/cti/place"

// Table is the public holidays of a country, with the days that are worked to make up
// for them.
type Table struct {
	ID   string    `yaml:"id" json:"id"`
	Days []Holiday `yaml:"days" json:"days"`
}

// Holiday is a public holiday, or several days of one in a row.
type Holiday struct {
	Date Date `yaml:"date" json:"date"`
	// Until is the last of them; one day where it is zero.
	Until Date   `yaml:"until,omitempty" json:"until,omitzero"`
	Name  string `yaml:"name" json:"name"`
	// Works: the days are worked, to make up for it.
	Works bool `yaml:"works,omitempty" json:"works,omitempty"`
}

func (h Holiday) day() Day { return Day{Date: h.Date, Until: h.Until, Name: h.Name} }

// Check returns everything that is wrong with a table, as Calendar.Check does.
func (t *Table) Check() error {
	var w place.Errors
	var days []Day
	for _, h := range t.Days {
		days = append(days, h.day())
		checkDates(&w, days)
	}
	return w.Err()
}

// Knows tells whether a table has been filled for a year: holidays are announced one
// year at a time.
func (t *Table) Knows(year int) bool {
	for _, h := range t.Days {
		if h.Date.Year == year && !h.Works {
			return true
		}
	}
	return false
}

func tableIDs(tables []Table) []string {
	ids := make([]string, len(tables))
	for i, t := range tables {
		ids[i] = t.ID
	}
	return ids
}

// China are the public holidays of mainland China, as the General Office of the State
// Council has announced them for each year, with the weekends that are worked.
func China() Table {
	return Table{ID: "cn", Days: []Holiday{
		{Date: Date{2025, 1, 1}, Name: "元旦"},
		{Date: Date{2025, 1, 26}, Name: "春节", Works: true},
		{Date: Date{2025, 1, 28}, Until: Date{2025, 2, 4}, Name: "春节"},
		{Date: Date{2025, 2, 8}, Name: "春节", Works: true},
		{Date: Date{2025, 4, 4}, Until: Date{2025, 4, 6}, Name: "清明节"},
		{Date: Date{2025, 4, 27}, Name: "劳动节", Works: true},
		{Date: Date{2025, 5, 1}, Until: Date{2025, 5, 5}, Name: "劳动节"},
		{Date: Date{2025, 5, 31}, Until: Date{2025, 6, 2}, Name: "端午节"},
		{Date: Date{2025, 9, 28}, Name: "国庆节、中秋节", Works: true},
		{Date: Date{2025, 10, 1}, Until: Date{2025, 10, 8}, Name: "国庆节、中秋节"},
		{Date: Date{2025, 10, 11}, Name: "国庆节、中秋节", Works: true},

		{Date: Date{2026, 1, 1}, Until: Date{2026, 1, 3}, Name: "元旦"},
		{Date: Date{2026, 1, 4}, Name: "元旦", Works: true},
		{Date: Date{2026, 2, 14}, Name: "春节", Works: true},
		{Date: Date{2026, 2, 15}, Until: Date{2026, 2, 23}, Name: "春节"},
		{Date: Date{2026, 2, 28}, Name: "春节", Works: true},
		{Date: Date{2026, 4, 4}, Until: Date{2026, 4, 6}, Name: "清明节"},
		{Date: Date{2026, 5, 1}, Until: Date{2026, 5, 5}, Name: "劳动节"},
		{Date: Date{2026, 5, 9}, Name: "劳动节", Works: true},
		{Date: Date{2026, 6, 19}, Until: Date{2026, 6, 21}, Name: "端午节"},
		{Date: Date{2026, 9, 20}, Name: "国庆节", Works: true},
		{Date: Date{2026, 9, 25}, Until: Date{2026, 9, 27}, Name: "中秋节"},
		{Date: Date{2026, 10, 1}, Until: Date{2026, 10, 7}, Name: "国庆节"},
		{Date: Date{2026, 10, 10}, Name: "国庆节", Works: true},
	}}
}

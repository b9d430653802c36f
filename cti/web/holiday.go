package web

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"sansheng/cti/hours"
)

// Holiday is a public holiday, or several days of one in a row.
type Holiday struct {
	Date  string `json:"date" format:"date"`
	Until string `json:"until,omitempty" format:"date" doc:"The last of them; one day where it is absent."`
	Name  string `json:"name"`
	Works bool   `json:"works,omitempty" doc:"The days are worked, to make up for it."`
}

// HolidayTable is the public holidays of a country.
type HolidayTable struct {
	ID   string    `json:"id" doc:"As calendars name it; a table of this name in the configuration takes its place."`
	Days []Holiday `json:"days" nullable:"false"`
}

// HolidayTables are those that are shipped.
type HolidayTables struct {
	Tables []HolidayTable `json:"tables" nullable:"false"`
}

type holidaysOutput struct {
	Body HolidayTables
}

func (s *Server) registerHolidays(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "holidays", Method: http.MethodGet, Path: "/api/v1/holidays", Tags: []string{"configuration"},
		Summary: "The public holidays that are shipped.", Security: secured, Errors: []int{http.StatusUnauthorized, http.StatusForbidden},
	}, func(context.Context, *struct{}) (*holidaysOutput, error) {
		return &holidaysOutput{Body: HolidayTables{Tables: []HolidayTable{holidayTable(hours.China())}}}, nil
	})
}

func holidayTable(t hours.Table) HolidayTable {
	out := HolidayTable{ID: t.ID, Days: []Holiday{}}
	for _, h := range t.Days {
		day := Holiday{Date: h.Date.String(), Name: h.Name, Works: h.Works}
		if !h.Until.IsZero() {
			day.Until = h.Until.String()
		}
		out.Days = append(out.Days, day)
	}
	return out
}

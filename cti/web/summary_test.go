package web

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"sansheng/cti"
	"sansheng/store"
	"sansheng/store/ticket"
)

// days is a SummaryKeeper of one day, that of whoever asks.
type days struct {
	asked []store.SummaryFilter
	fail  error
}

func (d *days) Summary(_ context.Context, f store.SummaryFilter) (store.Summary, error) {
	d.asked = append(d.asked, f)
	return store.Summary{
		Company: f.Company, Day: f.From.Format(time.DateOnly), From: f.From, Until: f.Until, At: f.Until, Queues: f.Queues, Department: f.Department,
		Calls: &store.DayCalls{Arrived: 3}, Agents: []store.DayAgent{{Agent: "1001"}},
		Important: []store.DayMatter{{
			Kind: ticket.Emergency, State: ticket.Open, Causes: []store.Cause{store.Urgent}, Department: "gas", OpenedAt: f.From.Add(time.Hour),
			Summary: `<script>alert(1)</script> call ` + number1, Place: "next to " + number2,
		}},
		Amendments:  []store.DayAmendment{{Call: "c1", Author: "1001", Reason: "it was " + number1}},
		Departments: []store.DayDepartment{{Department: "gas", Forwarded: 1}},
	}, d.fail
}

// newDays is a stand with a plan in which 2001 leads one queue of two, and summaries.
func newDays(t *testing.T) (*stand, *days) {
	t.Helper()
	st, d := newStand(t), &days{}
	plan := cti.DemoPlan(0)
	plan.Queues = []cti.Queue{
		{ID: "service", Company: "demo", Members: []cti.AgentID{"1001"}, Leaders: []string{"2001"}},
		{ID: "emergency", Company: "demo", Members: []cti.AgentID{"1007"}, Leaders: []string{"2002"}},
	}
	st.summaries, st.plan = d, func() *cti.Plan { return plan }
	return st, d
}

// Who may see what of a day is what the store is asked for.
func TestSummaryReach(t *testing.T) {
	st, d := newDays(t)
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	first := time.Date(2026, 3, 2, 0, 0, 0, 0, shanghai)
	for _, c := range []struct {
		account, query string
		status         int
		company        string
		queues, agents []string
		department     string
	}{
		{"2001", "", 200, "demo", []string{"service"}, []string{"1001"}, ""},
		{"2001", "?department=gas", 200, "demo", nil, nil, "gas"},
		{"2001", "?company=demo2", 403, "", nil, nil, ""},
		{"3001", "", 200, "demo", nil, nil, ""},
		{"9001", "?company=demo2", 200, "demo2", nil, nil, ""},
		{"9001", "", 200, "demo", nil, nil, ""},
		{"9001", "?company=moon", 404, "", nil, nil, ""},
		{"5001", "?department=moon", 422, "", nil, nil, ""},
		{"5001", "?format=docx", 422, "", nil, nil, ""},
		{"1001", "", 403, "", nil, nil, ""},
		{"4001", "", 403, "", nil, nil, ""},
	} {
		d.asked = nil
		a := st.get(c.account, "/api/v1/summaries/2026-03-02"+c.query)
		if a.StatusCode != c.status {
			t.Errorf("%s %s: %d %s", c.account, c.query, a.StatusCode, a.text)
		}
		if c.status != 200 {
			if len(d.asked) > 0 {
				t.Errorf("%s %s: the store was asked for %+v", c.account, c.query, d.asked)
			}
			continue
		}
		f := d.asked[0]
		if f.Company != c.company || !slices.Equal(f.Queues, c.queues) || !slices.Equal(f.Agents, c.agents) || f.Department != c.department ||
			(f.Queues == nil) != (c.queues == nil) || !f.From.Equal(first) || f.Until.Sub(f.From) != 24*time.Hour {
			t.Errorf("%s %s: asked for %+v", c.account, c.query, f)
		}
	}
	for day, status := range map[string]int{"today": 200, "yesterday": 200, "2999-01-01": 422, "2026-02-30": 422, "x": 422} {
		if a := st.get("2001", "/api/v1/summaries/"+day); a.StatusCode != status {
			t.Errorf("%s: %d %s", day, a.StatusCode, a.text)
		}
	}
}

// A page has the words of its company, masked and escaped, under a policy that lets it have its
// own style and nothing else.
func TestSummaryPage(t *testing.T) {
	st, d := newDays(t)
	a := st.get("2001", "/api/v1/summaries/2026-03-02?format=html")
	if a.StatusCode != 200 || a.Header.Get("Content-Type") != "text/html; charset=utf-8" ||
		!strings.HasPrefix(a.Header.Get("Content-Security-Policy"), "default-src 'none'; style-src 'sha256-") {
		t.Errorf("%d %v", a.StatusCode, a.Header)
	}
	for _, want := range []string{"三声演示", "2026-03-02", "&lt;script&gt;", "138****8000", "业务代表 1001", "燃气部", `lang="zh-CN"`} {
		if !strings.Contains(a.text, want) {
			t.Errorf("the page lacks %s:\n%s", want, a.text)
		}
	}
	for _, format := range []string{"html", "json"} {
		a := st.get("2001", "/api/v1/summaries/2026-03-02?format="+format)
		for _, number := range []string{number1, number2, "<script"} {
			if strings.Contains(a.text, number) {
				t.Errorf("%s has %s", format, number)
			}
		}
	}
	if a := st.get("2001", "/api/v1/summaries/2026-03-02"); a.json(t)["company_name"] != "三声演示" {
		t.Errorf("JSON %s", a.text)
	}
	st.font = func(context.Context) ([]byte, error) { return nil, errors.New("install fonts-wqy-microhei") }
	if a := st.get("2001", "/api/v1/summaries/2026-03-02?format=pdf"); a.StatusCode != 503 || !strings.Contains(a.text, "install fonts-wqy-microhei") {
		t.Errorf("without a font: %d %s", a.StatusCode, a.text)
	}
	d.fail = errors.New("away")
	if a := st.get("2001", "/api/v1/summaries/2026-03-02"); a.StatusCode != 503 {
		t.Errorf("without records: %d", a.StatusCode)
	}
}

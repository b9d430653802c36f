package web

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"sansheng/cti"
	"sansheng/cti/flow"
	"sansheng/cti/hours"
)

// toyHours are two lines of two companies, one of them closed.
type toyHours struct {
	asked  []cti.CloseHours
	walked []Walk
	fail   error
}

func (h *toyHours) Hours(context.Context) ([]cti.HoursView, error) {
	return []cti.HoursView{
		{Line: "800200", Company: "demo2", Calendar: "office", Status: hours.Status{Open: true, Rule: "week[0]"}},
		{
			Line: "800300", Company: "demo", Calendar: "office", Status: hours.Status{Rule: "closure", Name: "fire", Until: day},
			Closure: &hours.Closure{Until: day, By: "3001", Reason: "fire"},
		},
	}, h.fail
}

func (h *toyHours) CloseHours(_ context.Context, c cti.CloseHours) error {
	h.asked = append(h.asked, c)
	return h.fail
}

func (h *toyHours) Walk(_ context.Context, w Walk) (flow.Path, error) {
	h.walked = append(h.walked, w)
	return flow.Path{Steps: []flow.Step{{Node: "closed", Kind: flow.Menu}}}, h.fail
}

func (st *stand) change(account, method, path, body string) answer {
	st.t.Helper()
	r := st.request(method, path, body)
	r.SetBasicAuth(account, st.passwords[account])
	r.Header.Set("Idempotency-Key", "k1")
	return st.do(r)
}

// TestHours: leaders and operators close their company's lines, administrators all.
func TestHours(t *testing.T) {
	st := newStand(t)
	h := &toyHours{}
	st.hours = h
	closes := `{"until":"2026-03-02T12:00:00+08:00","reason":"fire"}`
	for _, c := range []struct {
		account, method, path, body string
		fail                        error
		status                      int
		says                        string
	}{
		{"2001", "PUT", "office/closure", closes, nil, 204, ""},
		{"3001", "DELETE", "office/closure?reason=out", "", nil, 204, ""},
		{"9001", "PUT", "800200/closure", closes, nil, 204, ""},
		{"1001", "PUT", "office/closure", closes, nil, 403, "allowed: shift_leader, operator, administrator"},
		{"4001", "DELETE", "office/closure", "", nil, 403, "may not do this"},
		{"2001", "PUT", "office/closure", `{"reason":"fire"}`, nil, 422, "until"},
		{"2001", "PUT", "office/closure", `{"until":"0001-01-01T00:00:00Z","reason":"fire"}`, nil, 422, "an end is needed"},
		{"2001", "PUT", "office/closure", `{"until":"noon","reason":"fire"}`, nil, 422, "until"},
		{"2001", "PUT", "office/closure", `{"until":"2026-03-02T12:00:00Z"}`, nil, 422, "reason"},
		{"2001", "PUT", "office/closure", closes, &cti.HoursError{Text: "it would end at noon, which is past"}, 409, "which is past"},
		{"2001", "PUT", "office/closure", closes, &cti.HoursError{Unknown: true, Text: "no line asks it"}, 404, "no line asks it"},
		{"2001", "PUT", "office/closure", closes, errors.New("standing by"), 503, "no engine that leads"},
	} {
		h.fail = c.fail
		a := st.change(c.account, c.method, "/api/v1/hours/"+c.path, c.body)
		if a.StatusCode != c.status || !strings.Contains(a.text, c.says) {
			t.Errorf("%s %s %s %s: %d %s, want %d and %q", c.account, c.method, c.path, c.body, a.StatusCode, a.text, c.status, c.says)
		}
	}
	until := time.Date(2026, 3, 2, 4, 0, 0, 0, time.UTC)
	for i := range h.asked {
		h.asked[i].Until = h.asked[i].Until.UTC()
	}
	if want := []cti.CloseHours{
		{What: "office", Until: until, By: "2001", Reason: "fire", Company: "demo", Key: "k1"},
		{What: "office", By: "3001", Reason: "out", Company: "demo", Key: "k1"},
		{What: "800200", Until: until, By: "9001", Reason: "fire", Key: "k1"},
	}; len(h.asked) != 6 || !reflect.DeepEqual(h.asked[:3], want) {
		t.Errorf("the engine was asked %+v", h.asked)
	}
	h.fail = nil
	if a := st.get("3001", "/api/v1/hours"); a.StatusCode != http.StatusOK || !strings.Contains(a.text, `"closure":{"until":"2026-03-02T08:00:00Z","by":"3001","reason":"fire"}`) || strings.Contains(a.text, "800200") {
		t.Errorf("%d %s", a.StatusCode, a.text)
	}
	if a := st.get("9001", "/api/v1/hours"); !strings.Contains(a.text, "800200") || !strings.Contains(a.text, "800300") {
		t.Errorf("%d %s", a.StatusCode, a.text)
	}
}

func TestWalk(t *testing.T) {
	st := newStand(t)
	h := &toyHours{}
	st.hours = h
	for _, c := range []struct {
		account, path string
		fail          error
		status        int
		says          string
	}{
		{"3001", "800200/walk?at=2026-10-01T20:00:00%2B08:00&caller=138&keys=1.", nil, 200, `"node":"closed"`},
		{"9001", "800200/walk", nil, 200, `"kind":"menu"`},
		{"3001", "800200/walk?is=vip,repeat&answer=crm=known,debts=none", nil, 200, `"kind":"menu"`},
		{"3001", "800200/walk?is=rich", nil, 422, "is"},
		{"3001", "800200/walk?answer=crm", nil, 422, "SERVICE=RESULT"},
		{"1001", "800200/walk", nil, 403, "may not"},
		{"3001", "800200/walk?keys=a", nil, 422, "0 to 9"},
		{"3001", "800200/walk?at=noon", nil, 422, "at"},
		{"3001", "x/walk", nil, 422, "3 to 15 digits"},
		{"3001", "112/walk", &cti.HoursError{Unknown: true, Text: "is no number"}, 404, "is no number"},
		{"3001", "800200/walk", errors.New("standing by"), 503, "no engine"},
	} {
		h.fail = c.fail
		if a := st.get(c.account, "/api/v1/lines/"+c.path); a.StatusCode != c.status || !strings.Contains(a.text, c.says) {
			t.Errorf("%s %s: %d %s, want %d and %q", c.account, c.path, a.StatusCode, a.text, c.status, c.says)
		}
	}
	if w := h.walked[0]; w.DID != "800200" || w.Caller != "138" || w.Keys != "1." || w.Company != "demo" || w.At.Hour() != 20 || h.walked[1].Company != "" {
		t.Errorf("walked %+v", h.walked)
	}
	if w := h.walked[2]; !slices.Equal(w.Is, []flow.Exit{flow.VIP, flow.Repeat}) || len(w.Answers) != 2 || w.Answers["crm"] != "known" || w.Answers["debts"] != "none" {
		t.Errorf("walked %+v", w)
	}
}

// TestWalkDraft: a document is walked that is not in force; a faulty one is told.
func TestWalkDraft(t *testing.T) {
	st := newStand(t)
	h := &toyHours{}
	st.hours = h
	const body = `{"document":"hotline: {}","number":"800200","keys":"1","is":["vip"],"answers":{"crm":"known"}}`
	for _, c := range []struct {
		account, body string
		fail          error
		status        int
		says          string
	}{
		{"3001", body, nil, 200, `"node":"closed"`},
		{"9001", body, nil, 200, `"node":"closed"`},
		{"5001", body, nil, 403, "allowed: operator, administrator"},
		{"2001", body, nil, 403, "may not"},
		{"3001", `{"number":"800200"}`, nil, 422, "document"},
		{"3001", `{"document":"x","number":"800200","keys":"a"}`, nil, 422, "0 to 9"},
		{"3001", body, &ConfigError{Text: "faulty", Faults: []string{"document:3: x"}}, 422, "document:3: x"},
		{"3001", body, &cti.HoursError{Unknown: true, Text: "is no number"}, 404, "is no number"},
		{"3001", body, errors.New("standing by"), 503, "no engine"},
	} {
		h.fail = c.fail
		if a := st.change(c.account, "POST", "/api/v1/config/walk", c.body); a.StatusCode != c.status || !strings.Contains(a.text, c.says) {
			t.Errorf("%s %s: %d %s, want %d and %q", c.account, c.body, a.StatusCode, a.text, c.status, c.says)
		}
	}
	if w := h.walked[0]; w.Document != "hotline: {}" || w.DID != "800200" || w.Keys != "1" || w.Company != "demo" || len(w.Is) != 1 || w.Answers["crm"] != "known" {
		t.Errorf("walked %+v", w)
	}
}

// TestHolidays: what is shipped is shown, to who looks at calendars.
func TestHolidays(t *testing.T) {
	st := newStand(t)
	if a := st.get("3001", "/api/v1/holidays"); a.StatusCode != 200 || !strings.Contains(a.text, `{"date":"2026-10-01","until":"2026-10-07","name":"国庆节"}`) || !strings.Contains(a.text, `"works":true`) {
		t.Errorf("%d %s", a.StatusCode, a.text)
	}
}

package web

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"sansheng/store"
)

func (d *days) Board(_ context.Context, f store.SummaryFilter) (store.Board, error) {
	d.asked = append(d.asked, f)
	return store.Board{
		Company: f.Company, Day: f.From.Format(time.DateOnly), From: f.From, Until: f.Until, At: time.Now(),
		Figures: store.BoardFigures{Arrived: int64(len(d.asked)), Rates: []store.Rate{}}, Queues: []store.BoardQueue{{Queue: "service"}},
	}, d.fail
}

// Who may see what of today is what the store is asked for; a queue without calls is shown.
func TestBoardReach(t *testing.T) {
	for _, c := range []struct {
		account, query string
		status         int
		companies      []string
		queues         []string // asked for
		shown          string
	}{
		{"2001", "", 200, []string{"demo"}, []string{"service"}, "service"},
		{"2001", "?company=demo2", 403, nil, nil, ""},
		{"3001", "", 200, []string{"demo"}, nil, "emergency service"},
		{"9001", "", 200, []string{"demo", "demo2"}, nil, "emergency service"},
		{"9001", "?company=demo2", 200, []string{"demo2"}, nil, "service"},
		{"9001", "?company=moon", 404, nil, nil, ""},
		{"9001", "?since=today", 422, nil, nil, ""},
		{"5001", "?company=demo", 200, []string{"demo"}, nil, "emergency service"},
		{"1001", "", 403, nil, nil, ""},
		{"4001", "", 403, nil, nil, ""},
		{"6001", "", 403, nil, nil, ""},
	} {
		st, d := newDays(t)
		a := st.get(c.account, "/api/v1/board"+c.query)
		if a.StatusCode != c.status {
			t.Errorf("%s %s: %d %s", c.account, c.query, a.StatusCode, a.text)
			continue
		}
		if len(d.asked) != len(c.companies) {
			t.Errorf("%s %s: the store was asked for %+v", c.account, c.query, d.asked)
			continue
		}
		for i, f := range d.asked {
			now := time.Now()
			if f.Company != c.companies[i] || !slices.Equal(f.Queues, c.queues) || (f.Queues == nil) != (c.queues == nil) || f.From.After(now) || f.Until.Before(now) ||
				f.From.Location().String() != "Asia/Shanghai" {
				t.Errorf("%s %s: asked for %+v", c.account, c.query, f)
			}
		}
		if c.status != 200 {
			continue
		}
		board := a.json(t)["boards"].([]any)[0].(map[string]any)
		var shown []string
		for _, q := range board["queues"].([]any) {
			shown = append(shown, q.(map[string]any)["queue"].(string))
		}
		if got := strings.Join(shown, " "); got != c.shown || board["company_name"] == "" {
			t.Errorf("%s %s: shows %q of %v", c.account, c.query, got, board["company_name"])
		}
	}
}

// What was counted a moment ago is given again, to each his own; a failure is not.
func TestBoardCountedOnce(t *testing.T) {
	st, d := newDays(t)
	d.fail = errors.New("away")
	if a := st.get("3001", "/api/v1/board"); a.StatusCode != 503 {
		t.Errorf("without records: %d", a.StatusCode)
	}
	d.fail = nil
	for _, account := range []string{"3001", "9001", "5001", "3001"} {
		if a := st.get(account, "/api/v1/board?company=demo"); a.StatusCode != 200 || !strings.Contains(a.text, `"arrived":2,`) {
			t.Errorf("%s: %d %s", account, a.StatusCode, a.text)
		}
	}
	if a := st.get("2001", "/api/v1/board"); !strings.Contains(a.text, `"arrived":3,`) {
		t.Errorf("who leads one queue: %s", a.text)
	}
	yesterday := d.asked[1].From.AddDate(0, 0, -1)
	st.boards.one(store.SummaryFilter{Company: "demo"}).board.From = yesterday
	if a := st.get("3001", "/api/v1/board"); !strings.Contains(a.text, `"arrived":4,`) {
		t.Errorf("after midnight: %s", a.text)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("left"))
	one := st.boards.one(store.SummaryFilter{Company: "demo"})
	one.turnC <- struct{}{}
	if _, err := st.boards.of(ctx, d, store.SummaryFilter{Company: "demo"}); err == nil || err.Error() != "left" {
		t.Errorf("who has left waits for another's count: %v", err)
	}
	<-one.turnC
}

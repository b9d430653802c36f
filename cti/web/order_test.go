package web

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"sansheng/cti"
)

func (st *stand) post(account, path, body string) answer {
	st.t.Helper()
	r := st.request("POST", path, body)
	r.SetBasicAuth(account, st.passwords[account])
	return st.do(r)
}

// TestOrders: an agent orders for himself, a leader for his company's agents; what
// the state forbids is a conflict that says what is allowed.
func TestOrders(t *testing.T) {
	st := newStand(t)
	var got []cti.Order
	st.orders = func(_ context.Context, o cti.Order) error {
		got = append(got, o)
		switch o.Verb {
		case cti.OrderComplete:
			return &cti.OrderError{Order: o, Why: cti.RefusedNoTransfer, About: []string{"1001"}, Text: "no transfer is under way; allowed: hold"}
		case cti.OrderTakeBack:
			return &cti.OrderError{Order: o, Unknown: true, Text: "there is no such agent"}
		case cti.OrderHangUp:
			return errors.New("standing by")
		}
		return nil
	}
	for _, c := range []struct {
		account, agent, body string
		status               int
		says                 string
	}{
		{"1001", "1001", `{"verb":"transfer","call":"c1","to":"1002","reason":"his bill","consent":true}`, 200, `"verb":"transfer"`},
		{"1001", "1002", `{"verb":"hold"}`, 403, "1002 is not yours"},
		{"2001", "1001", `{"verb":"pause","reason":"break"}`, 200, `"agent":"1001"`},
		{"2001", "1002", `{"verb":"pause"}`, 403, "not yours"},
		{"9001", "1002", `{"verb":"ready"}`, 200, "ready"},
		{"3001", "1001", `{"verb":"ready"}`, 403, "allowed: agent, shift_leader, administrator"},
		{"1001", "1001", `{"verb":"complete"}`, 409, "allowed: hold"},
		{"1001", "1001", `{"verb":"complete"}`, 409, `"code":"no-transfer","args":["1001"]`},
		{"1001", "1001", `{"verb":"promise","for":"call:c1","due":"2026-03-02T09:03:00Z"}`, 200, `"verb":"promise"`},
		{"1001", "1001", `{"verb":"promise","due":"soon"}`, 422, "body.due"},
		{"1001", "1001", `{"verb":"dance"}`, 422, `"code":"bad-query"`},
		{"1001", "1001", `{"verb":"take_back"}`, 404, "no such agent"},
		{"1001", "1001", `{"verb":"hang_up"}`, 503, "no engine that leads"},
		{"1001", "1001", `{"verb":"listen","to":"1002"}`, 403, "for leaders"},
		{"2001", "1001", `{"verb":"listen","to":"1002"}`, 200, "listen"},
		{"1001", "1001", `{"verb":"dance"}`, 422, "ready, pause"},
		{"1001", "1001", `{"verb":"dial","to":"13800138000"}`, 200, "dial"},
		{"1001", "1001", `{"verb":"dial","for":"his bill"}`, 422, "as in ticket:"},
		{"1001", "1001", `{"verb":"dial","for":"ticket:00000000-0000-0000-0000-000000000000"}`, 404, "there is no ticket"},
		{"1001", "1001", `{"verb":"hold","too":"1002"}`, 422, "too"},
		{"1001", "x", `{"verb":"hold"}`, 422, "3 to 15 digits"},
	} {
		a := st.post(c.account, "/api/v1/agents/"+c.agent+"/orders", c.body)
		if a.StatusCode != c.status || !strings.Contains(a.text, c.says) {
			t.Errorf("%s for %s %s: %d %s, want %d and %q", c.account, c.agent, c.body, a.StatusCode, a.text, c.status, c.says)
		}
	}
	want := cti.Order{Agent: "1001", Verb: cti.OrderTransfer, Call: "c1", By: "1001", To: "1002", Reason: "his bill", Consent: true}
	if len(got) != 10 || !reflect.DeepEqual(got[0], want) {
		t.Errorf("the engine was given %+v", got)
	}
	promised := cti.Order{Agent: "1001", Verb: cti.OrderPromise, By: "1001", For: "call:c1", Due: time.Date(2026, 3, 2, 9, 3, 0, 0, time.UTC)}
	if !slices.ContainsFunc(got, func(o cti.Order) bool { return reflect.DeepEqual(o, promised) }) {
		t.Errorf("no promise is among %+v", got)
	}
}

// TestEmergencyWaitsForNothing: where neither calls nor tickets can be read, a caller is handed
// over to the emergency queue all the same.
func TestEmergencyWaitsForNothing(t *testing.T) {
	st := newStand(t)
	st.live = func(ctx context.Context) (Floor, error) {
		<-ctx.Done()
		return Floor{}, ctx.Err()
	}
	st.orders = func(ctx context.Context, _ cti.Order) error { return ctx.Err() }
	if a := st.post("1001", "/api/v1/agents/1001/orders", `{"verb":"emergency"}`); a.StatusCode != 200 {
		t.Errorf("it was answered %d %s", a.StatusCode, a.text)
	}
}

// TestRefusedDial: whoever has a matter's number dialled is not told it by a refusal, what he has
// said himself is; neither is in the log.
func TestRefusedDial(t *testing.T) {
	st := newStand(t)
	withMessages(st)
	st.orders = func(_ context.Context, o cti.Order) error {
		return &cti.OrderError{Order: o, Why: cti.RefusedNumberForbidden, About: []string{o.To, "demo"}, Text: fmt.Sprintf("no rule lets him dial %q", o.To)}
	}
	const path, entered = "/api/v1/agents/1001/orders", "02155550001"
	a := st.post("1001", path, `{"verb":"dial","for":"ticket:`+st.memory.tickets[1].ID.String()+`"}`)
	if a.StatusCode != 409 || strings.Contains(a.text, entered) || strings.Count(a.text, "021****0001") != 2 || !strings.Contains(a.text, string(cti.RefusedNumberForbidden)) {
		t.Errorf("a caller's: %d %s", a.StatusCode, a.text)
	}
	if a := st.post("1001", path, `{"verb":"dial","to":"`+number1+`"}`); a.StatusCode != 409 || strings.Count(a.text, number1) != 2 {
		t.Errorf("his own words: %d %s", a.StatusCode, a.text)
	}
	lines := st.logs.FilterMessage("order").All()
	if len(lines) != 2 {
		t.Fatalf("%d lines", len(lines))
	}
	for _, l := range lines {
		if said := fmt.Sprint(l.ContextMap()["error"]); !strings.Contains(said, "no rule lets him dial") || strings.Contains(said, entered) || strings.Contains(said, number1) {
			t.Errorf("the log says %s", said)
		}
	}
	if err := errors.New("away"); !errors.Is(unsaid(err, entered), err) || unsaid(nil, entered) != nil {
		t.Error("what is no refusal became another error")
	}
}

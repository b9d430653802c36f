package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/uuid"

	"sansheng/cti"
	"sansheng/store"
	"sansheng/store/ticket"
)

// box is a MessageKeeper whose message of c1 is 1002's already.
type box struct {
	taken    []cti.TakeMessage
	finished []cti.FinishMessage
}

func (b *box) TakeMessage(_ context.Context, t cti.TakeMessage) error {
	b.taken = append(b.taken, t)
	switch {
	case t.Call == "c1" && t.By != "1002":
		return &cti.MessageError{Text: "1002 has it since 09:00"}
	case t.Call == "c9":
		return &cti.MessageError{Unknown: true, Text: "there is no message of call c9"}
	}
	return nil
}

func (b *box) FinishMessage(_ context.Context, f cti.FinishMessage) error {
	b.finished = append(b.finished, f)
	return nil
}

func (b *box) Sound(_ context.Context, recording string) (io.ReadCloser, error) {
	switch recording {
	case "gone":
		return nil, fmt.Errorf("%w: %s", ErrNoSound, recording)
	case "away":
		return nil, errors.New("the switch cannot be reached")
	}
	return io.NopCloser(strings.NewReader("RIFF")), nil
}

// withMessages gives the first two calls messages, the second with another number.
func withMessages(st *stand) *box {
	for i, recording := range []string{"voicemail-c1-1", "voicemail-c2-1"} {
		t := &st.memory.tickets[i]
		t.Kind, t.Message = ticket.Voicemail, &store.LeftMessage{Number: []string{number1, "02155550001"}[i], Recording: recording}
	}
	b := &box{}
	st.messages = b
	return b
}

// TestMessageOrders: who is first has a message, a second is told who has it.
func TestMessageOrders(t *testing.T) {
	st := newStand(t)
	b := withMessages(st)
	for _, c := range []struct {
		account, path, body string
		status              int
		says                string
	}{
		{"1001", "c1/take", "", 409, "1002 has it"},
		{"1001", "c2/take", "", 204, ""},
		{"1001", "c9/take", "", 404, "no message"},
		{"9001", "c2/take", "", 204, ""},
		{"3001", "c2/take", "", 403, "allowed"},
		{"1001", "c2/finish", `{"result":"called back"}`, 204, ""},
		{"2001", "c2/finish", `{"result":"called back"}`, 204, ""},
		{"1001", "c2/finish", `{"result":""}`, 422, "result"},
		{"1001", "c2/finish", `{}`, 422, "result"},
	} {
		a := st.post(c.account, "/api/v1/messages/"+c.path, c.body)
		if a.StatusCode != c.status || !strings.Contains(a.text, c.says) {
			t.Errorf("%s %s %s: %d %s", c.account, c.path, c.body, a.StatusCode, a.text)
		}
	}
	if len(b.taken) != 4 || b.taken[1] != (cti.TakeMessage{Call: "c2", Company: "demo", By: "1001"}) || b.taken[3].Company != "" {
		t.Errorf("taken %+v", b.taken)
	}
	if len(b.finished) != 2 || b.finished[0].Leader || !b.finished[1].Leader || b.finished[0].Result != "called back" || b.finished[0].Call != "c2" {
		t.Errorf("finished %+v", b.finished)
	}
}

// TestMessageSound: a message is heard by whose company it is, and that is in the log with the
// reason, which only who has taken it need not give.
func TestMessageSound(t *testing.T) {
	st := newStand(t)
	withMessages(st)
	const path, why = "/api/v1/messages/c1/sound", "?reason=he+calls+again"
	for _, without := range []string{"", "?reason=1234567"} {
		if a := st.get("1001", path+without); a.StatusCode != 422 || !strings.Contains(a.text, "reason") {
			t.Errorf("%q: %d %s", without, a.StatusCode, a.text)
		}
	}
	a := st.get("1001", path+why)
	if a.StatusCode != 200 || a.text != "RIFF" || a.Header.Get("Content-Type") != "audio/wav" {
		t.Errorf("%d %q %v", a.StatusCode, a.text, a.Header)
	}
	st.memory.tickets[0].Message.TakenBy = "1001"
	if a := st.get("1001", path); a.StatusCode != 200 {
		t.Errorf("who has taken it: %d %s", a.StatusCode, a.text)
	}
	if a := st.get("2001", path); a.StatusCode != 422 {
		t.Errorf("his leader without a reason: %d %s", a.StatusCode, a.text)
	}
	heard := st.logs.FilterMessage("recording heard").All()
	var reasons []any
	for _, l := range heard {
		reasons = append(reasons, l.ContextMap()["reason"])
	}
	if len(heard) != 2 || heard[0].LoggerName != "audit" || heard[0].ContextMap()["account"] != "1001" || heard[0].ContextMap()["recording"] != "voicemail-c1-1" ||
		reasons[0] != "he calls again" || reasons[1] != "he has taken it" {
		t.Errorf("log %+v", heard)
	}
	for recording, status := range map[string]int{"gone": 404, "away": 503} {
		st.memory.tickets[0].Message.Recording = recording
		if a := st.get("1001", path); a.StatusCode != status {
			t.Errorf("%s: %d %s", recording, a.StatusCode, a.text)
		}
	}
	if a := st.get("4001", path+why); a.StatusCode != 403 {
		t.Errorf("finance: %d", a.StatusCode)
	}
}

// TestMessageDialled: who dials for a message takes it with the order, not before; a number that the caller entered is
// under the rules for numbers outside, the one that he called from is not.
func TestMessageDialled(t *testing.T) {
	st := newStand(t)
	b := withMessages(st)
	var got []cti.Order
	st.orders = func(_ context.Context, o cti.Order) error {
		if o.Message == "c1" {
			return &cti.OrderError{Order: o, Text: "1002 has it since 09:00"}
		}
		got = append(got, o)
		return nil
	}
	dial := func(ticket uuid.UUID) answer {
		return st.post("1001", "/api/v1/agents/1001/orders", `{"verb":"dial","for":"ticket:`+ticket.String()+`"}`)
	}
	if a := dial(st.memory.tickets[0].ID); a.StatusCode != 409 || !strings.Contains(a.text, "1002 has it") {
		t.Errorf("another's: %d %s", a.StatusCode, a.text)
	}
	if a := dial(st.memory.tickets[1].ID); a.StatusCode != 200 {
		t.Errorf("%d %s", a.StatusCode, a.text)
	}
	if len(got) != 1 || got[0].To != "02155550001" || got[0].Known || got[0].Message != "c2" || len(b.taken) != 0 {
		t.Errorf("orders %+v, taken %+v", got, b.taken)
	}
	a := st.get("1001", "/api/v1/tickets")
	if strings.Contains(a.text, "02155550001") || !strings.Contains(a.text, "voicemail-c2-1") {
		t.Errorf("tickets %s", a.text)
	}
}

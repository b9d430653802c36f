package bus_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"sansheng/cti"
	"sansheng/cti/bus"
)

// TestOrders: an order over NATS reaches who carries it out, and the answer says what
// forbids it; a process that does not lead keeps silent.
func TestOrders(t *testing.T) {
	t.Parallel()
	s := start(t, bus.Options{})
	p := public(t, s, bus.StreamLimits{})
	stop, err := p.ServeOrders(t.Context(), func(_ context.Context, c cti.CompanyID, o cti.Order) error {
		switch {
		case o.Verb == cti.OrderHangUp:
			return bus.ErrNotOurs
		case c != "demo" || o.Agent != "1001" || o.Verb != cti.OrderTransfer || o.To != "1002" || !o.Consent:
			return errors.New("not what was ordered")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
	for subject, c := range map[string]struct {
		body, says string
	}{
		bus.OrderSubject("demo", "1001", cti.OrderTransfer): {`{"to":"1002","consent":true,"agent":"1009","verb":"pause"}`, ""},
		bus.OrderSubject("demo", "1001", cti.OrderBlind):    {`{"to":"1002","consents":true}`, "unknown field"},
		bus.OrderSubject("demo", "1001", cti.OrderReady):    {`{} {}`, "something follows"},
		bus.OrderSubject("demo", "1001", cti.OrderHold):     {"", "not what was ordered"},
		bus.OrderSubject("demo", "1001", cti.OrderPause):    {"{", "no JSON of an order"},
		"hotline.demo.cmd.%zz.hold":                         {"", "a name that is none"},
	} {
		m, err := s.Conn().Request(subject, []byte(c.body), 5*time.Second)
		if err != nil {
			t.Fatalf("%s: %v", subject, err)
		}
		var r bus.OrderReply
		if err := json.Unmarshal(m.Data, &r); err != nil || r.OK != (c.says == "") || !strings.Contains(r.Problem, c.says) {
			t.Errorf("%s: %s (%v), want %q", subject, m.Data, err, c.says)
		}
	}
	if m, err := s.Conn().Request(bus.OrderSubject("demo", "1001", cti.OrderHangUp), nil, 300*time.Millisecond); err == nil {
		t.Errorf("answered all the same: %s", m.Data)
	}
}

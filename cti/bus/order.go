package bus

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/nats-io/nats.go"

	"sansheng/cti"
)

// OrderSubject is where an order for an agent is asked for: a request whose body may
// hold an order's other fields, and whose reply is an OrderReply.
func OrderSubject(c cti.CompanyID, a cti.AgentID, v cti.Verb) string {
	return "hotline." + Token(string(c)) + ".cmd." + Token(string(a)) + "." + Token(string(v))
}

// reasonMost and keyMost bound the text of an order.
const (
	reasonMost = 1500
	keyMost    = 64
)

const orderSubjects = "hotline.*.cmd.*.*"

// OrderReply is the answer to an order.
type OrderReply struct {
	OK bool `json:"ok"`
	// Problem says what forbids it and what is allowed; empty where it is OK.
	Problem string `json:"problem,omitempty"`
}

// ErrNotOurs is what an order's handler returns where another process leads: that one
// answers.
var ErrNotOurs = errors.New("not ours to answer")

// ServeOrders answers orders until stop is called. do is called by one goroutine, one
// order at a time; an order for an agent of another company than the subject's is do's
// to refuse.
func (p *Public) ServeOrders(ctx context.Context, do func(context.Context, cti.CompanyID, cti.Order) error) (stop func() error, err error) {
	sub, err := p.nc.Subscribe(orderSubjects, func(m *nats.Msg) {
		company, o, err := readOrder(m)
		if err == nil {
			err = do(ctx, company, o)
		}
		if m.Reply == "" || errors.Is(err, ErrNotOurs) {
			return
		}
		r := OrderReply{OK: err == nil}
		if err != nil {
			r.Problem = err.Error()
		}
		if b, err := json.Marshal(r); err == nil {
			_ = m.Respond(b) // who asked will ask again
		}
	})
	if err != nil {
		return nil, fmt.Errorf("serve orders: %w", err)
	}
	return sub.Unsubscribe, nil
}

func readOrder(m *nats.Msg) (cti.CompanyID, cti.Order, error) {
	var o cti.Order
	// A client may have the server's answers, and a consumer's messages, sent to any subject:
	// they are nobody's order.
	for name := range m.Header {
		if name == "Status" || strings.HasPrefix(name, "Nats-") {
			return "", o, fmt.Errorf("read order: the header %s is the server's; an order has none", name)
		}
	}
	f := strings.Split(m.Subject, ".")
	if len(f) != 5 {
		return "", o, fmt.Errorf("read order: subject %q", m.Subject)
	}
	company, ok1 := Name(f[1])
	agent, ok2 := Name(f[3])
	verb, ok3 := Name(f[4])
	if !ok1 || !ok2 || !ok3 {
		return "", o, fmt.Errorf("read order: subject %q holds a name that is none", m.Subject)
	}
	if len(m.Data) > 0 {
		d := json.NewDecoder(bytes.NewReader(m.Data))
		d.DisallowUnknownFields()
		if err := d.Decode(&o); err != nil {
			return "", o, fmt.Errorf("read order: the body is no JSON of an order: %w", err)
		}
		if d.More() {
			return "", o, errors.New("read order: something follows the order")
		}
	}
	// Who may send here speaks for the agent; the API knows leaders.
	o.Agent, o.Verb, o.By = cti.AgentID(agent), cti.Verb(verb), agent
	o.Leader, o.Known = false, false
	if len(o.Reason) > reasonMost || len(o.Key) > keyMost || len(o.To) > keyMost || len(o.For) > keyMost || len(o.Call) > keyMost {
		return "", o, fmt.Errorf("read order: too long; allowed: a reason of %d bytes, a key, a receiver and a call of %d", reasonMost, keyMost)
	}
	if err := o.Sheet.Check(); err != nil {
		return "", o, fmt.Errorf("read order: %w", err)
	}
	if o.Verb.Leads() {
		return "", o, fmt.Errorf("read order: %s is a leader's, who is known to the HTTP API only", verb)
	}
	return cti.CompanyID(company), o, nil
}

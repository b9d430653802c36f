package bus_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"sansheng/cti"
	"sansheng/cti/bus"
	"sansheng/cti/bus/journal"
)

// companyClient connects with a company's role.
func companyClient(t *testing.T, s *bus.Server, c cti.CompanyID) (*nats.Conn, chan error) {
	t.Helper()
	role := bus.CompanyRole(c)
	creds := s.Credentials(role)
	refusedC := make(chan error, 100)
	nc, err := nats.Connect(s.URL(), nats.UserInfo(creds.User, creds.Password), nats.CustomInboxPrefix(bus.InboxOf(role)),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { refusedC <- err }))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	return nc, refusedC
}

// TestCompanyReader: an integrator reads the facts of his company, each until he has said
// that he has it, over connections; he sees nothing else and can do nothing.
func TestCompanyReader(t *testing.T) {
	t.Parallel()
	s := start(t, bus.Options{Port: -1, Readers: []cti.CompanyID{"demo", "demo2"}})
	p := public(t, s, bus.StreamLimits{})
	for range 2 { // the second finds it there
		for _, c := range []cti.CompanyID{"demo", "demo2"} {
			if err := p.EnsureReader(limit(t), c); err != nil {
				t.Fatal(err)
			}
		}
	}
	j := open(t, s, journal.Options{Public: p})
	r := relay(t, j, p)
	add(t, j, 1, 20)
	if err := r.Wait(limit(t), 20); err != nil {
		t.Fatal(err)
	}
	want := 0
	for _, f := range facts(1, 20) {
		if f.Company == "demo" {
			want++
		}
	}
	nc, _ := companyClient(t, s, "demo")
	if n := take(t, nc, "demo", 5); n != 5 {
		t.Errorf("read %d, want 5", n)
	}
	nc.Close()
	nc, refusedC := companyClient(t, s, "demo")
	if n := take(t, nc, "demo", want); n != want-5 {
		t.Errorf("then read %d, want %d", n, want-5)
	}
	for _, subject := range []string{
		"hotline.demo.call.c1.ended", "hotline.demo.cmd.1001.hang_up", "$JS.API.INFO", "$JS.API.STREAM.INFO.HOTLINE", "$JS.API.STREAM.MSG.GET.HOTLINE",
		"$JS.API.DIRECT.GET.HOTLINE", "$JS.API.CONSUMER.CREATE.HOTLINE", "$JS.API.CONSUMER.CREATE.HOTLINE.company_demo.hotline.demo.>",
		"$JS.API.CONSUMER.CREATE.HOTLINE.company_demo.hotline.demo2.>", "$JS.API.CONSUMER.DURABLE.CREATE.HOTLINE.company_demo",
		"$JS.API.CONSUMER.DELETE.HOTLINE.company_demo", "$JS.API.CONSUMER.INFO.HOTLINE.company_demo2", "$JS.API.CONSUMER.MSG.NEXT.HOTLINE.company_demo2",
		"$JS.API.CONSUMER.NAMES.HOTLINE", "$JS.ACK.HOTLINE.company_demo2.1.1.1.1.1", "journal." + engine, "$KV.RELAY.e1", "_INBOX.x",
	} {
		if err := nc.Publish(subject, nil); err != nil {
			t.Fatal(err)
		}
		if err := <-refusedC; !errors.Is(err, nats.ErrPermissionViolation) {
			t.Errorf("publish %s: %v", subject, err)
		}
	}
	for _, subject := range []string{"hotline.>", "hotline.demo.>", "_INBOX.>", "_INBOX_company_demo2.>", ">", "$JS.>"} {
		if _, err := nc.SubscribeSync(subject); err != nil {
			t.Fatal(err)
		}
		if err := <-refusedC; !errors.Is(err, nats.ErrPermissionViolation) {
			t.Errorf("subscribe %s: %v", subject, err)
		}
	}
}

// take fetches facts of a company and acknowledges them.
func take(t *testing.T, nc *nats.Conn, company cti.CompanyID, most int) (n int) {
	t.Helper()
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	c, err := js.Consumer(limit(t), bus.Stream, string(bus.CompanyRole(company)))
	if err != nil {
		t.Fatal(err)
	}
	batch, err := c.Fetch(most, jetstream.FetchMaxWait(2*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	for m := range batch.Messages() {
		var f cti.Fact
		if err := json.Unmarshal(m.Data(), &f); err != nil || f.Company != company {
			t.Errorf("%s: %s, %v", m.Subject(), m.Data(), err)
		}
		if err := m.Ack(); err != nil {
			t.Error(err)
		}
		n++
	}
	if err := nc.Flush(); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestAnswersAreNoOrders: a client that may only read has the server's answers, and a
// consumer's messages without body, sent to the subject of an order: nobody carries it out.
func TestAnswersAreNoOrders(t *testing.T) {
	t.Parallel()
	s := start(t, bus.Options{Port: -1, AnonymousReader: true, Readers: []cti.CompanyID{"demo"}})
	p := public(t, s, bus.StreamLimits{})
	if err := p.EnsureReader(limit(t), "demo"); err != nil {
		t.Fatal(err)
	}
	doneC := make(chan cti.Order, 100)
	stop, err := p.ServeOrders(t.Context(), func(_ context.Context, _ cti.CompanyID, o cti.Order) error {
		doneC <- o
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stop() })
	order := bus.OrderSubject("demo", "1001", cti.OrderHangUp)
	heardC := make(chan *nats.Msg, 100)
	if _, err := s.Conn().ChanSubscribe(order, heardC); err != nil {
		t.Fatal(err)
	}
	// Nothing is there to be read: the server answers with a status and no body.
	reader, _ := companyClient(t, s, "demo")
	if err := reader.PublishRequest("$JS.API.CONSUMER.MSG.NEXT.HOTLINE."+string(bus.CompanyRole("demo")), order, []byte(`{"batch":1,"no_wait":true}`)); err != nil {
		t.Fatal(err)
	}
	// A consumer of headers alone, which sends to an order's subject.
	j := open(t, s, journal.Options{Public: p})
	r := relay(t, j, p)
	add(t, j, 1, 3)
	if err := r.Wait(limit(t), 3); err != nil {
		t.Fatal(err)
	}
	anybody, err := nats.Connect(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(anybody.Close)
	const create = `{"stream_name":"HOTLINE","config":{"deliver_subject":%q,"deliver_policy":"all","ack_policy":"none","headers_only":true}}`
	if _, err := anybody.Request("$JS.API.CONSUMER.CREATE.HOTLINE", fmt.Appendf(nil, create, order), 5*time.Second); err != nil {
		t.Fatal(err)
	}
	for range 4 { // the status, and three headers
		select {
		case m := <-heardC:
			if len(m.Data) > 0 {
				t.Errorf("it came with a body: %s", m.Data)
			}
		case <-limit(t).Done():
			t.Fatal("the server sends nothing there any more: this test proves nothing")
		}
	}
	// An order that is one comes behind them.
	if _, err := s.Conn().Request(bus.OrderSubject("demo", "1001", cti.OrderReady), nil, 5*time.Second); err != nil {
		t.Fatal(err)
	}
	if o := <-doneC; o.Verb != cti.OrderReady {
		t.Errorf("an answer of the server was carried out as an order: %+v", o)
	}
}

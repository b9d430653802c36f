package bus

import (
	"context"
	"fmt"

	"sansheng/cti"
)

// TicketSource is the publisher's name of the store's outbox.
const TicketSource = "store"

// EmergencyAgainSubject is where the store tells that who was called back says that his
// emergency is not solved.
const EmergencyAgainSubject = "hotline.*.ticket.*.follow_up_emergency_again"

// TicketFact is a fact about a ticket, from the store's outbox.
type TicketFact struct {
	// Seq is the outbox row's number: it rises in the order of publishing.
	Seq uint64
	// ID is unique for all time, as a fact's.
	ID      string
	Company cti.CompanyID
	Ticket  string
	// Fact is the kind without its subject: opened, assigned.
	Fact string
	// JSON is the whole message.
	JSON []byte
}

// Tickets publishes the store's ticket facts. It is used by one goroutine.
type Tickets struct{ x *Publisher }

// Tickets makes the publisher of ticket facts.
func (p *Public) Tickets() *Tickets { return &Tickets{x: p.Publisher(TicketSource)} }

// Last is the outbox number of the last ticket fact in HOTLINE. The outbox
// publishes the rows after it, also those it had marked as published: after a
// power cut they may be missing.
func (t *Tickets) Last(ctx context.Context) (uint64, error) { return t.x.Last(ctx) }

// Publish publishes ticket facts in the order of their numbers, each once, and
// returns the last number that is in HOTLINE.
func (t *Tickets) Publish(ctx context.Context, facts []TicketFact) (uint64, error) {
	msgs := make([]Message, len(facts))
	for i, f := range facts {
		if f.Seq == 0 || f.ID == "" || f.Fact == "" {
			return t.x.last, fmt.Errorf("publish ticket fact: number, id and fact are needed, got %d, %q, %q", f.Seq, f.ID, f.Fact)
		}
		msgs[i] = Message{
			Subject: "hotline." + Token(string(f.Company)) + ".ticket." + Token(f.Ticket) + "." + Token(f.Fact),
			ID:      f.ID, Seq: f.Seq, Data: f.JSON,
		}
	}
	return t.x.Publish(ctx, msgs)
}

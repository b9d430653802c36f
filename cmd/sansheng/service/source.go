package service

import (
	"context"
	"errors"

	"sansheng/cti/bus"
	"sansheng/store"
)

// hotlineSource lets the store read the public stream.
type hotlineSource struct{ public *bus.Public }

func (s hotlineSource) Name() string { return bus.Stream }

func (s hotlineSource) Open(_ context.Context, after store.Place) (store.Reader, error) {
	at := bus.Position{Seq: after.Position, ID: after.ID, At: after.StoredAt}
	return hotlineReader{s.public.Reader(bus.ReaderOptions{After: at})}, nil
}

type hotlineReader struct{ *bus.Reader }

func (r hotlineReader) Next(ctx context.Context) (store.Message, error) {
	m, err := r.NextRaw(ctx)
	for errors.As(err, new(*bus.RewoundError)) { // facts that came before count once
		m, err = r.NextRaw(ctx)
	}
	var gap *bus.GapError
	if errors.As(err, &gap) {
		return store.Message{}, &store.GapError{From: gap.From, To: gap.To}
	}
	return store.Message{Position: m.Seq, ID: m.ID, StoredAt: m.At, Subject: m.Subject, Payload: m.Data}, err
}

// ticketPublisher puts the store's ticket facts into the public stream.
type ticketPublisher struct{ tickets *bus.Tickets }

func (p ticketPublisher) Last(ctx context.Context) (uint64, error) { return p.tickets.Last(ctx) }

func (p ticketPublisher) Publish(ctx context.Context, facts []store.TicketFact) (uint64, error) {
	out := make([]bus.TicketFact, len(facts))
	for i, f := range facts {
		out[i] = bus.TicketFact{
			Seq: f.Seq, ID: f.ID, Company: f.Company, Ticket: f.Ticket.String(), Fact: f.Fact, JSON: f.JSON,
		}
	}
	return p.tickets.Publish(ctx, out)
}

package bus

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"sansheng/cti"
)

// What an integrator's consumer does with facts that are not acknowledged.
const (
	ackWait    = 30 * time.Second
	unackedMax = 1000
)

// EnsureReader makes the durable consumer of a company's role where it is missing: it
// begins with the oldest fact in HOTLINE, and keeps its place whoever is connected. One that
// is there, perhaps changed by an administrator, is left as it is.
func (p *Public) EnsureReader(ctx context.Context, c cti.CompanyID) error {
	call, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	name := string(CompanyRole(c))
	_, err := p.js.Consumer(call, Stream, name)
	if errors.Is(err, jetstream.ErrConsumerNotFound) {
		_, err = p.js.CreateConsumer(call, Stream, jetstream.ConsumerConfig{
			Durable: name, Description: "Facts of one company, for its own systems.", FilterSubject: CompanySubjects(c),
			AckPolicy: jetstream.AckExplicitPolicy, AckWait: ackWait, MaxAckPending: unackedMax, DeliverPolicy: jetstream.DeliverAllPolicy,
		})
	}
	if err != nil {
		return fmt.Errorf("make consumer %s: %w", name, err)
	}
	return nil
}

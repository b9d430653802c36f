package bus

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/nats-io/nats.go/jetstream"

	"sansheng/cti/bus/lease"
)

// leaseBucket holds the engines' leases, in the NATS that carries HOTLINE.
const leaseBucket = "LEASE"

// Leases is the store of the engines' leases.
func (p *Public) Leases() lease.Store { return &leases{p: p} }

// leases keeps the bucket it has opened: a lease is renewed too often to look it
// up each time.
type leases struct {
	p  *Public
	mu sync.Mutex // protects kv
	kv jetstream.KeyValue
}

func (l *leases) bucket(ctx context.Context) (jetstream.KeyValue, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.kv != nil {
		return l.kv, nil
	}
	kv, err := l.p.js.KeyValue(ctx, leaseBucket)
	if errors.Is(err, jetstream.ErrBucketNotFound) {
		kv, err = l.p.js.CreateKeyValue(ctx, jetstream.KeyValueConfig{
			Bucket: leaseBucket, Description: "Which engine leads.",
			Storage: jetstream.FileStorage, Replicas: max(l.p.cfg.Replicas, 1),
		})
	}
	if err != nil {
		return nil, fmt.Errorf("open bucket %s: %w", leaseBucket, err)
	}
	l.kv = kv
	return kv, nil
}

// failed forgets the bucket: it may have been lost with its server.
func (l *leases) failed(err error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.kv = nil
	return err
}

// Get implements lease.Store.
func (l *leases) Get(ctx context.Context, key string) ([]byte, uint64, error) {
	kv, err := l.bucket(ctx)
	if err != nil {
		return nil, 0, err
	}
	e, err := kv.Get(ctx, key)
	switch {
	case errors.Is(err, jetstream.ErrKeyNotFound):
		return nil, 0, nil
	case err != nil:
		return nil, 0, l.failed(err)
	}
	return e.Value(), e.Revision(), nil
}

// Swap implements lease.Store.
func (l *leases) Swap(ctx context.Context, key string, value []byte, revision uint64) (uint64, error) {
	kv, err := l.bucket(ctx)
	if err != nil {
		return 0, err
	}
	if revision == 0 {
		revision, err = kv.Create(ctx, key, value)
	} else {
		revision, err = kv.Update(ctx, key, value, revision)
	}
	switch {
	case errors.Is(err, jetstream.ErrKeyExists) || isConflict(err):
		return 0, fmt.Errorf("%w: %w", lease.ErrConflict, err)
	case err != nil:
		return 0, l.failed(err)
	}
	return revision, nil
}

// Put implements lease.Store.
func (l *leases) Put(ctx context.Context, key string, value []byte) error {
	kv, err := l.bucket(ctx)
	if err != nil {
		return err
	}
	if _, err := kv.Put(ctx, key, value); err != nil {
		return l.failed(err)
	}
	return nil
}

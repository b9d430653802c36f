package journal

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"go.uber.org/zap"
)

// snapshotBucket keeps the two newest snapshots, each with its digest.
const snapshotBucket = "SNAPSHOT"

const snapshotsKept = 2

func (j *Journal) snapshots(ctx context.Context) (jetstream.ObjectStore, error) {
	store, err := j.js.ObjectStore(ctx, snapshotBucket)
	if errors.Is(err, jetstream.ErrBucketNotFound) {
		store, err = j.js.CreateObjectStore(ctx, jetstream.ObjectStoreConfig{
			Bucket: snapshotBucket, Description: "The engine's state after a fact.", Storage: jetstream.FileStorage,
		})
	}
	if err != nil {
		return nil, fmt.Errorf("open snapshots: %w", err)
	}
	return store, nil
}

// snapshotList names the snapshots of this engine, newest first.
func (j *Journal) snapshotList(ctx context.Context, store jetstream.ObjectStore) ([]uint64, error) {
	infos, err := store.List(ctx)
	if err != nil && !errors.Is(err, jetstream.ErrNoObjectsFound) {
		return nil, fmt.Errorf("list snapshots: %w", err)
	}
	var seqs []uint64
	for _, info := range infos {
		rest, ok := strings.CutPrefix(info.Name, j.opts.Engine+".")
		if seq, err := strconv.ParseUint(rest, 10, 64); ok && err == nil {
			seqs = append(seqs, seq)
		}
	}
	slices.Sort(seqs)
	slices.Reverse(seqs)
	return seqs, nil
}

func (j *Journal) snapshotName(seq uint64) string {
	return j.opts.Engine + "." + strconv.FormatUint(seq, 10)
}

// snapshotSeq is the newest snapshot's fact, 0 where there is none. It also
// learns how far the journal may be trimmed.
func (j *Journal) snapshotSeq(ctx context.Context) (uint64, error) {
	store, err := j.snapshots(ctx)
	if err != nil {
		return 0, err
	}
	seqs, err := j.snapshotList(ctx, store)
	if err != nil || len(seqs) == 0 {
		return 0, err
	}
	if len(seqs) >= snapshotsKept {
		j.snapshot.Store(seqs[snapshotsKept-1])
	}
	return seqs[0], nil
}

// PutSnapshot keeps the engine's state after the fact seq, which must be
// durable. The one before is kept too, should this one prove unreadable.
func (j *Journal) PutSnapshot(ctx context.Context, seq uint64, state []byte) error {
	if durable := j.durable.Load(); seq > durable {
		return fmt.Errorf("put snapshot: fact %d is not durable, %d is", seq, durable)
	}
	store, err := j.snapshots(ctx)
	if err != nil {
		return err
	}
	if _, err := store.PutBytes(ctx, j.snapshotName(seq), state); err != nil {
		return fmt.Errorf("put snapshot: %w", err)
	}
	seqs, err := j.snapshotList(ctx, store)
	if err != nil {
		return err
	}
	for _, old := range seqs[min(snapshotsKept, len(seqs)):] {
		if err := store.Delete(ctx, j.snapshotName(old)); err != nil {
			return fmt.Errorf("delete old snapshot: %w", err)
		}
	}
	if len(seqs) >= snapshotsKept {
		j.snapshot.Store(seqs[snapshotsKept-1])
		j.askTrim()
	}
	return nil
}

// Snapshot returns the newest readable snapshot, or 0 and nil where there is none.
func (j *Journal) Snapshot(ctx context.Context) (seq uint64, state []byte, err error) {
	store, err := j.snapshots(ctx)
	if err != nil {
		return 0, nil, err
	}
	seqs, err := j.snapshotList(ctx, store)
	if err != nil {
		return 0, nil, err
	}
	for _, seq := range seqs {
		b, err := store.GetBytes(ctx, j.snapshotName(seq))
		if err == nil {
			return seq, b, nil
		}
		if ctx.Err() != nil {
			return 0, nil, fmt.Errorf("get snapshot: %w", err)
		}
		j.log.Error("snapshot unreadable", zap.Uint64("fact", seq), zap.Error(err))
	}
	return 0, nil, nil
}

// SetRelayed tells that facts up to seq are published; the journal keeps all
// others, whatever its size.
func (j *Journal) SetRelayed(seq uint64) { j.relayed.Store(seq) }

// Relayed is the last fact known to be published.
func (j *Journal) Relayed() uint64 { return j.relayed.Load() }

func (j *Journal) askTrim() {
	select {
	case j.trimC <- struct{}{}:
	default:
	}
}

// trimmer is the goroutine that keeps the journal from growing for ever.
func (j *Journal) trimmer() {
	tick := time.NewTicker(time.Minute)
	defer tick.Stop()
	for {
		select {
		case <-j.ctx.Done():
			return
		case <-tick.C:
		case <-j.trimC:
		}
		if err := j.Trim(j.ctx); err != nil && j.ctx.Err() == nil {
			j.log.Warn("journal not trimmed", zap.Error(err))
		}
	}
}

// Trim removes messages whose facts are published and older than the older
// snapshot, when they are past Keep or the journal is past KeepBytes. It runs by
// itself every minute.
func (j *Journal) Trim(ctx context.Context) error {
	info, err := j.strm.Info(ctx)
	if err != nil {
		return fmt.Errorf("trim journal: %w", err)
	}
	j.opts.Metrics.Bytes.Set(float64(info.State.Bytes))
	upto := min(j.relayed.Load(), j.snapshot.Load())
	if upto == 0 || info.State.Msgs < 2 {
		return nil
	}
	limit, err := j.find(ctx, upto+1)
	if err != nil {
		return err
	}
	limit = min(limit, info.State.LastSeq)
	first := info.State.FirstSeq
	if info.State.Bytes <= uint64(j.opts.KeepBytes) {
		if limit, err = j.findTime(ctx, first, limit, time.Now().Add(-j.opts.Keep)); err != nil {
			return err
		}
	}
	if limit <= first {
		return nil
	}
	m, err := j.strm.GetMsg(ctx, limit)
	if err != nil {
		return fmt.Errorf("trim journal: %w", err)
	}
	r, err := runOf(m.Header.Get)
	if err != nil {
		return &CorruptError{StreamSeq: limit, Err: err}
	}
	// The mark first: facts below it are not missed should we die in between.
	if err := j.mark.update(func(v *markValue) { v.First = r.From }); err != nil {
		return err
	}
	if err := j.mark.sync(); err != nil {
		return fmt.Errorf("trim journal: %w", err)
	}
	if err := j.strm.Purge(ctx, jetstream.WithPurgeSequence(limit)); err != nil {
		return fmt.Errorf("trim journal: %w", err)
	}
	return nil
}

// findTime returns the first stream sequence in [lo, hi) stored at or after t, or hi.
func (j *Journal) findTime(ctx context.Context, lo, hi uint64, t time.Time) (uint64, error) {
	for lo < hi {
		mid := lo + (hi-lo)/2
		m, err := j.strm.GetMsg(ctx, mid)
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			lo++
			continue
		}
		if err != nil {
			return 0, fmt.Errorf("search journal: %w", err)
		}
		if m.Time.Before(t) {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo, nil
}

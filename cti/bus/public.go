package bus

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"go.uber.org/zap"
)

// Stream is the public stream of facts.
const Stream = "HOTLINE"

// Headers of a message in HOTLINE, beside Nats-Msg-Id which is the fact's id.
const (
	headerSource = "Sansheng-Source" // the engine, or another publisher
	headerSeq    = "Sansheng-Seq"    // the source's sequence
)

// relayBucket remembers how far each source had published, for when its last
// message has left the stream by age.
const relayBucket = "RELAY"

const (
	callLimit    = 5 * time.Second
	publishLimit = 5 * time.Second
)

// Remote is an external NATS server or cluster.
type Remote struct {
	// URL is one or more server addresses, separated by commas.
	URL string
	// Credentials is a NATS credentials file; else User and Password.
	Credentials    string
	User, Password string
	// Replicas of HOTLINE should it have to be made; default 1.
	Replicas int
}

// StreamLimits bound HOTLINE. The database is the lasting record; the stream is
// for those who follow.
type StreamLimits struct {
	MaxAge     time.Duration // default 7 days
	MaxBytes   int64         // default 1 GiB
	Duplicates time.Duration // default 2 minutes; nothing rests on it
}

func (l *StreamLimits) defaults() {
	if l.MaxAge <= 0 {
		l.MaxAge = 7 * 24 * time.Hour
	}
	if l.MaxBytes <= 0 {
		l.MaxBytes = 1 << 30
	}
	if l.Duplicates <= 0 {
		l.Duplicates = 2 * time.Minute
	}
}

// Public is a connection to the NATS that carries HOTLINE.
type Public struct {
	nc     *nats.Conn
	js     jetstream.JetStream
	cfg    jetstream.StreamConfig
	own    bool // nc is ours to close
	revive func(context.Context) error
	log    *zap.Logger
}

// Public opens HOTLINE in the embedded server. It shares the server's connection.
func (s *Server) Public(ctx context.Context, limits StreamLimits) (*Public, error) {
	p := &Public{nc: s.nc, js: s.js, revive: s.Revive, log: s.opts.Log.Named("bus")}
	p.cfg = hotlineConfig(limits)
	if err := p.ensure(ctx); err != nil {
		return nil, err
	}
	return p, nil
}

// Dial opens HOTLINE in an external NATS. It returns at once, also where nobody
// answers: the connection is tried for ever.
func Dial(remote Remote, limits StreamLimits, log *zap.Logger) (*Public, error) {
	if log == nil {
		log = zap.NewNop()
	}
	p := &Public{own: true, log: log.Named("bus")}
	opts := []nats.Option{
		nats.Name("sansheng"), nats.RetryOnFailedConnect(true), nats.MaxReconnects(-1),
		nats.ReconnectWait(500 * time.Millisecond), nats.PingInterval(5 * time.Second), nats.MaxPingsOutstanding(2),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) { p.log.Warn("NATS connection lost", zap.Error(err)) }),
		nats.ReconnectHandler(func(*nats.Conn) { p.log.Info("NATS connection is back") }),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
			p.log.Debug("NATS connection error", zap.Error(err))
		}),
	}
	switch {
	case remote.Credentials != "":
		opts = append(opts, nats.UserCredentials(remote.Credentials))
	case remote.User != "":
		opts = append(opts, nats.UserInfo(remote.User, remote.Password))
	}
	nc, err := nats.Connect(remote.URL, opts...)
	if err != nil {
		return nil, fmt.Errorf("connect to NATS: %w", err)
	}
	p.nc = nc
	if p.js, err = jetstream.New(nc, jetstream.WithPublishAsyncTimeout(publishLimit)); err != nil {
		nc.Close()
		return nil, fmt.Errorf("use JetStream: %w", err)
	}
	p.cfg = hotlineConfig(limits)
	p.cfg.Replicas = max(remote.Replicas, 1)
	return p, nil
}

func hotlineConfig(limits StreamLimits) jetstream.StreamConfig {
	limits.defaults()
	return jetstream.StreamConfig{
		Name:        Stream,
		Description: "What happened on the hotline: one message per fact.",
		Subjects:    streamSubjects,
		Storage:     jetstream.FileStorage,
		Replicas:    1,
		Retention:   jetstream.LimitsPolicy,
		Discard:     jetstream.DiscardOld,
		MaxAge:      limits.MaxAge,
		MaxBytes:    limits.MaxBytes,
		Duplicates:  limits.Duplicates,
		DenyDelete:  true,
		AllowDirect: true,
	}
}

// ensure makes the stream where it is missing. One that is there, perhaps made
// by an administrator with other limits, is left as it is.
func (p *Public) ensure(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("open stream %s: %w", Stream, err)
	}
	ctx, cancel := whole(ctx)
	defer cancel()
	_, err := p.js.Stream(ctx, Stream)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		_, err = p.js.CreateStream(ctx, p.cfg)
		if errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) {
			err = nil
		}
	}
	if err != nil {
		return fmt.Errorf("open stream %s: %w", Stream, err)
	}
	return nil
}

// whole lets a call that makes something end before its caller does: a server
// that stops meanwhile would leave the half-made stream's goroutines behind.
func whole(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), callLimit)
}

// bucket opens the key-value bucket of publishers' positions.
func (p *Public) bucket(ctx context.Context) (jetstream.KeyValue, error) {
	ctx, cancel := whole(ctx)
	defer cancel()
	kv, err := p.js.KeyValue(ctx, relayBucket)
	if errors.Is(err, jetstream.ErrBucketNotFound) {
		kv, err = p.js.CreateKeyValue(ctx, jetstream.KeyValueConfig{
			Bucket: relayBucket, Description: "How far each source has published to HOTLINE.",
			Storage: jetstream.FileStorage, Replicas: p.cfg.Replicas,
		})
	}
	if err != nil {
		return nil, fmt.Errorf("open bucket %s: %w", relayBucket, err)
	}
	return kv, nil
}

// Last is the sequence of the newest message in HOTLINE, 0 where there is none:
// what has left it by age, or was purged, nobody can read any more.
func (p *Public) Last(ctx context.Context) (uint64, error) {
	last, _, err := p.Ends(ctx)
	return last, err
}

// Ends are the sequences of the newest message in HOTLINE, as of Last, and of the
// last ever stored in it. Whoever has read more than that has read another stream.
func (p *Public) Ends(ctx context.Context) (last, stored uint64, err error) {
	s, err := p.js.Stream(ctx, Stream)
	if err != nil {
		return 0, 0, fmt.Errorf("look at stream %s: %w", Stream, err)
	}
	stored = s.CachedInfo().State.LastSeq
	if s.CachedInfo().State.Msgs == 0 {
		return 0, stored, nil
	}
	m, err := s.GetLastMsgForSubject(ctx, "hotline.>")
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return 0, stored, nil
	}
	if err != nil {
		return 0, 0, fmt.Errorf("look at stream %s: %w", Stream, err)
	}
	return m.Sequence, max(stored, m.Sequence), nil
}

// Close ends a connection made by Dial; the embedded server's stays.
func (p *Public) Close() {
	if p.own {
		p.nc.Close()
	}
}

package drill

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"go.uber.org/zap"

	"sansheng/cmd/sansheng/config"
	"sansheng/cti/bus"
)

// dedupeWindow is that of the stream in this row, so that an outage outlasts it.
const dedupeWindow = 5 * time.Second

var _ = register(&Row{
	Name: "nats-away", Guards: []Guard{{Off: "dedupe", Breaks: "faults in the sequence of facts"}},
	Fault:    "the NATS that carries the facts is away for three times its dedupe window",
	Promise:  "no failed call, hand-over as quick as before, facts complete ≤ 30 s after it is back, each once",
	Upstream: true, Bounds: Bounds{Sighted: true},
	Run: func(ctx context.Context, t *Trial) error {
		return t.awayFor(ctx, 3*dedupeWindow, func() (func() error, error) {
			return func() error { return t.upstream.start(context.WithoutCancel(ctx)) }, t.upstream.stop()
		})
	},
})

// upstream is a NATS beside the hotline, as a site's cluster is.
type upstream struct {
	dir    string
	port   int
	server *bus.Server
}

// newUpstream starts one and points a configuration to it.
func newUpstream(ctx context.Context, dir string, cfg *config.Config) (*upstream, error) {
	ports, err := freePorts(ctx, 1)
	if err != nil {
		return nil, err
	}
	u := &upstream{dir: filepath.Join(dir, "upstream"), port: ports[0]}
	if err := u.start(ctx); err != nil {
		return nil, err
	}
	c := u.server.Credentials(bus.RoleEngine)
	file := filepath.Join(dir, "upstream.password")
	if err := os.WriteFile(file, []byte(c.Password), 0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("write the upstream's password: %w", err), u.stop())
	}
	cfg.NATS = config.NATS{URL: "nats://" + loopback(u.port), User: c.User, PasswordFile: file}
	return u, nil
}

// start starts it, with the stream of facts made as an administrator would.
func (u *upstream) start(ctx context.Context) error {
	server, err := bus.Start(ctx, bus.Options{StoreDir: u.dir, Port: u.port, AnonymousReader: true, Log: zap.NewNop()})
	if err != nil {
		return fmt.Errorf("start the upstream NATS: %w", err)
	}
	u.server = server
	_, err = server.Public(ctx, bus.StreamLimits{Duplicates: dedupeWindow})
	return err
}

func (u *upstream) stop() error {
	if u == nil || u.server == nil {
		return nil
	}
	server := u.server
	u.server = nil
	return server.Close()
}

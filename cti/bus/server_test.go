package bus_test

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"sansheng/cti/bus"
	"sansheng/cti/bus/journal"
)

// loseJournal removes the journal's stream from a stopped server's folder.
func loseJournal(t *testing.T, dir string) {
	t.Helper()
	if err := os.RemoveAll(filepath.Join(dir, "jetstream", "$G", "streams", journal.Stream)); err != nil {
		t.Fatal(err)
	}
}

func TestPortTaken(t *testing.T) {
	t.Parallel()
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	port := l.Addr().(*net.TCPAddr).Port
	_, err = bus.Start(t.Context(), bus.Options{StoreDir: t.TempDir(), Port: port})
	var pe *bus.PortError
	if !errors.As(err, &pe) || pe.Port != port || !strings.Contains(err.Error(), "already taken") {
		t.Errorf("start: %v", err)
	}
}

func TestStoreInUse(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := start(t, bus.Options{StoreDir: dir})
	if _, err := bus.Start(t.Context(), bus.Options{StoreDir: dir}); !errors.Is(err, bus.ErrStoreInUse) {
		t.Errorf("second start: %v", err)
	}
	s.Close()
	start(t, bus.Options{StoreDir: dir})
}

// TestRights: who may do what.
func TestRights(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := start(t, bus.Options{StoreDir: dir, Port: -1, AnonymousReader: true})
	p := public(t, s, bus.StreamLimits{})
	j := open(t, s, journal.Options{Public: p})
	r := relay(t, j, p)
	add(t, j, 1, 10)
	if err := r.Wait(limit(t), 10); err != nil {
		t.Fatal(err)
	}
	if fi, err := os.Stat(filepath.Join(dir, "nats.json")); err != nil || fi.Mode().Perm() != 0o600 {
		t.Errorf("credentials file: %v %v", fi, err)
	}
	creds, err := bus.ReadCredentials(dir)
	if err != nil {
		t.Fatal(err)
	}
	for name, opt := range map[string]nats.Option{
		"anonymous": nats.Name("somebody"),
		"reader":    nats.UserInfo(creds[bus.RoleReader].User, creds[bus.RoleReader].Password),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx := limit(t)
			refusedC := make(chan error, 10)
			nc, err := nats.Connect(s.URL(), opt, nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { refusedC <- err }))
			if err != nil {
				t.Fatal(err)
			}
			defer nc.Close()
			if n, err := fetch(ctx, nc, bus.Stream); n != 10 || err != nil {
				t.Errorf("read %d messages: %v", n, err)
			}
			if sub, err := nc.SubscribeSync("hotline.>"); err != nil || !sub.IsValid() {
				t.Errorf("subscribe hotline.>: %v", err)
			}
			if err := nc.Flush(); err != nil || len(refusedC) > 0 {
				t.Errorf("after allowed things: %v, %d refusals", err, len(refusedC))
			}
			for _, subject := range []string{"journal." + engine, "hotline.demo.call.c1.ended", "hotline.demo.cmd.1001.ready",
				"$JS.API.STREAM.DELETE.HOTLINE", "$JS.API.STREAM.PURGE.HOTLINE", "$JS.API.STREAM.CREATE.X", "$JS.API.STREAM.MSG.GET.JOURNAL",
				"$JS.API.CONSUMER.CREATE.JOURNAL", "$JS.API.DIRECT.GET.JOURNAL", "$SYS.REQ.SERVER.PING", "$KV.RELAY.e1"} {
				if err := nc.Publish(subject, nil); err != nil {
					t.Fatal(err)
				}
				if err := <-refusedC; !errors.Is(err, nats.ErrPermissionViolation) {
					t.Errorf("publish %s: %v", subject, err)
				}
			}
			for _, subject := range []string{"journal.>", ">", "$JS.>", "$SYS.>", "*.>"} {
				if _, err := nc.SubscribeSync(subject); err != nil {
					t.Fatal(err)
				}
				if err := <-refusedC; !errors.Is(err, nats.ErrPermissionViolation) {
					t.Errorf("subscribe %s: %v", subject, err)
				}
			}
		})
	}
	if _, err := nats.Connect(s.URL(), nats.UserInfo("engine", "guess")); !errors.Is(err, nats.ErrAuthorization) {
		t.Errorf("wrong password: %v", err)
	}
}

func TestNoAnonymousByDefault(t *testing.T) {
	t.Parallel()
	s := start(t, bus.Options{Port: -1})
	if _, err := nats.Connect(s.URL()); !errors.Is(err, nats.ErrAuthorization) {
		t.Errorf("connect without credentials: %v", err)
	}
	c := s.Credentials(bus.RoleEngine)
	nc, err := nats.Connect(s.URL(), nats.UserInfo(c.User, c.Password))
	if err != nil {
		t.Fatal(err)
	}
	nc.Close()
}

// TestRevive: the store stops as it does on a full disk, and everything that was
// open goes on when it is back.
func TestRevive(t *testing.T) {
	t.Parallel()
	s := start(t, bus.Options{})
	p := public(t, s, bus.StreamLimits{})
	j := open(t, s, journal.Options{Public: p, CommitTimeout: 200 * time.Millisecond, RetryMin: time.Millisecond})
	r := relay(t, j, p)
	rd := reader(t, p, bus.ReaderOptions{})
	add(t, j, 1, 10)
	expect(t, rd, 1, 10)
	if err := bus.StopStore(s); err != nil {
		t.Fatal(err)
	}
	add(t, j, 11, 20)
	if err := r.Wait(limit(t), 20); err != nil {
		t.Fatal(err)
	}
	expect(t, rd, 11, 20)
	if err := s.Revive(limit(t)); err != nil {
		t.Errorf("revive of a healthy store: %v", err)
	}
}

// TestKeyValue: buckets of others live in the same store.
func TestKeyValue(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := start(t, bus.Options{StoreDir: dir})
	put := func(ctx context.Context, s *bus.Server) (jetstream.KeyValue, error) {
		return s.JetStream().CreateOrUpdateKeyValue(ctx, jetstream.KeyValueConfig{Bucket: "PLAN", History: 2})
	}
	kv, err := put(limit(t), s)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := kv.Put(limit(t), "plan", []byte("1")); err != nil {
		t.Fatal(err)
	}
	s.Close()
	if kv, err = put(limit(t), start(t, bus.Options{StoreDir: dir})); err != nil {
		t.Fatal(err)
	}
	if e, err := kv.Get(limit(t), "plan"); err != nil || string(e.Value()) != "1" {
		t.Errorf("get: %v", err)
	}
}

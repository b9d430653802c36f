package service

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"sansheng/cmd/sansheng/config"
	"sansheng/cti"
	"sansheng/cti/bus"
	"sansheng/pbx/asterisk"
	"sansheng/pbx/sip/phone"
	"sansheng/store"
	"sansheng/store/cluster"
)

// TestOwnServers: the service uses an Asterisk, a PostgreSQL and a NATS that are
// there already, named by URL, and starts none of its own. They go on when it stops.
func TestOwnServers(t *testing.T) {
	t.Parallel()
	dir := dataFolder(t)
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	plan := cti.DemoPlan(0)
	own := asterisk.Config{Data: filepath.Join(dir, "asterisk"), FreePorts: true}
	fallback(&own, plan)
	pbx, err := asterisk.Start(ctx, own)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { check(t, pbx.Stop()) })
	db, err := cluster.Start(ctx, cluster.Config{Data: filepath.Join(dir, "postgres")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { check(t, db.Stop()) })
	nats, err := bus.Start(ctx, bus.Options{StoreDir: filepath.Join(dir, "nats"), Port: -1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { check(t, nats.Close()) })

	cfg := config.Default()
	cfg.Data = filepath.Join(dir, "service")
	cfg.Hotline = plan
	cfg.Asterisk = config.Asterisk{URL: pbx.ARIURL, User: pbx.ARIUser, PasswordFile: secret(t, dir, "ari", pbx.ARIPassword)}
	cfg.Postgres.URLFile = secret(t, dir, "pg", db.DSN)
	c := nats.Credentials(bus.RoleEngine)
	cfg.NATS = config.NATS{URL: nats.URL(), User: c.User, PasswordFile: secret(t, dir, "nats-password", c.Password)}
	st := startStack(t, cfg)
	st.sip, st.spool = pbx.SIPAddr, pbx.SpoolRecordingDir

	agent := st.agent("1001", phone.AnswerAfter(0))
	call := st.dial("13900000001", "800100")
	st.next(agent)
	st.hears(call, agentTone("1001"))
	st.hangup(call)
	st.record("13900000001")
	st.seamless()
	records, err := store.Open(ctx, store.Config{URL: db.DSN})
	if err != nil {
		t.Fatal(err)
	}
	defer records.Close()
	if list, err := records.Calls(ctx, store.Filter{}); err != nil || len(list) != 1 {
		t.Errorf("the database named holds %d records, %v", len(list), err)
	}
	public, err := nats.Public(ctx, bus.StreamLimits{})
	if err != nil {
		t.Fatal(err)
	}
	if facts, err := public.Facts(ctx, st.cfg.Engine.Name, 1, 0); err != nil || len(facts) != len(st.all()) {
		t.Errorf("the NATS named holds %d facts, %v", len(facts), err)
	}
}

func secret(t *testing.T, dir, name, value string) string {
	t.Helper()
	file := filepath.Join(dir, name)
	if err := os.WriteFile(file, []byte(fmt.Sprintln(value)), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Error(err)
	}
}

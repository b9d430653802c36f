package service

import (
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest"

	"sansheng/cmd/sansheng/config"
	"sansheng/store/cluster"
)

// TestDatabaseLater: a database that cannot be used when the service starts, as one that
// another host has not made yet, is used as soon as it can be.
func TestDatabaseLater(t *testing.T) {
	t.Parallel()
	dir, ctx := dataFolder(t), deadline(t)
	cfg := config.Default()
	cfg.Data, cfg.Roles = filepath.Join(dir, "service"), []string{"store"}
	cfg.Postgres.URLFile = filepath.Join(dir, "pg")
	triedC := make(chan struct{})
	var once sync.Once
	log := zaptest.NewLogger(t, zaptest.WrapOptions(zap.Hooks(func(e zapcore.Entry) error {
		if strings.HasPrefix(e.Message, "database not ready") {
			once.Do(func() { close(triedC) })
		}
		return nil
	})))
	s, err := Start(ctx, cfg, Options{FreePorts: true, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { check(t, s.Close()) }()
	select {
	case <-triedC:
	case <-ctx.Done():
		t.Fatal("it is not told that there is no database")
	}
	db, err := cluster.Start(ctx, cluster.Config{Data: filepath.Join(dir, "postgres")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { check(t, db.Stop()) })
	secret(t, dir, "pg", db.DSN)
	select {
	case <-s.database.readyC:
	case <-ctx.Done():
		t.Error("the database is there, and not used")
	}
}

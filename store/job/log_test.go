package job

import (
	"log/slog"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
)

// What River says is in our log, and not again and again.
func TestLog(t *testing.T) {
	t.Parallel()
	core, logs := observer.New(zapcore.InfoLevel)
	log := newLog(zap.New(core)).With(slog.String("client", "a"))
	for range 3 {
		log.Error("away", slog.Int("queue", 1))
		log.Warn("late")
		log.Info("started") // for who debugs
	}
	all := logs.All()
	if len(all) != 2 || all[0].Level != zapcore.ErrorLevel || all[0].Message != "away" || all[1].Level != zapcore.WarnLevel {
		t.Fatalf("%+v", all)
	}
	if f := all[0].ContextMap(); f["client"] != "a" || f["queue"] != int64(1) {
		t.Errorf("%+v", f)
	}
}

package job

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// handler writes what River says into our own log: warnings and errors as they are, the
// rest for who debugs.
type handler struct {
	log    *zap.Logger
	fields []zap.Field
	said   *said
}

// said remembers when each sentence was last said: while the database is away, every queue
// says so every second.
type said struct {
	mu   sync.Mutex
	last map[string]time.Time
}

// saidEvery is how often the same is said.
const saidEvery = 10 * time.Second

// newLog is River's log.
func newLog(log *zap.Logger) *slog.Logger {
	return slog.New(handler{log: log, said: &said{last: map[string]time.Time{}}})
}

// again tells whether something was said a moment ago. River's sentences are few.
func (s *said) again(message string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Since(s.last[message]) < saidEvery {
		return true
	}
	s.last[message] = time.Now()
	return false
}

func levelOf(l slog.Level) zapcore.Level {
	switch {
	case l >= slog.LevelError:
		return zapcore.ErrorLevel
	case l >= slog.LevelWarn:
		return zapcore.WarnLevel
	}
	return zapcore.DebugLevel
}

// Enabled implements slog.Handler.
func (h handler) Enabled(_ context.Context, l slog.Level) bool {
	return h.log.Core().Enabled(levelOf(l))
}

// Handle implements slog.Handler.
func (h handler) Handle(_ context.Context, r slog.Record) error {
	if h.said.again(r.Message) {
		return nil
	}
	fields := h.fields[:len(h.fields):len(h.fields)]
	r.Attrs(func(a slog.Attr) bool {
		fields = append(fields, zap.Any(a.Key, a.Value.Resolve().Any()))
		return true
	})
	h.log.Log(levelOf(r.Level), r.Message, fields...)
	return nil
}

// WithAttrs implements slog.Handler.
func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	fields := h.fields[:len(h.fields):len(h.fields)]
	for _, a := range attrs {
		fields = append(fields, zap.Any(a.Key, a.Value.Resolve().Any()))
	}
	return handler{log: h.log, fields: fields, said: h.said}
}

// WithGroup implements slog.Handler. River has no groups.
func (h handler) WithGroup(string) slog.Handler { return h }

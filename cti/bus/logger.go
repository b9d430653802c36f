package bus

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

	"go.uber.org/zap"
)

// logger gives the server's log to zap and listens for what the server tells in
// no other way: that it cannot start, and that a store gave up writing.
type logger struct {
	log    *zap.SugaredLogger
	broken atomic.Bool

	mu    sync.Mutex // protects fatal
	fatal string
}

func (l *logger) Noticef(format string, v ...any) { l.log.Debugf(format, v...) }
func (l *logger) Debugf(string, ...any)           {}
func (l *logger) Tracef(string, ...any)           {}

func (l *logger) Warnf(format string, v ...any) {
	if strings.HasPrefix(format, "Websocket not configured with TLS") {
		return // it is on loopback, behind the console's own address
	}
	l.watch(fmt.Sprintf(format, v...))
	l.log.Warnf(format, v...)
}

func (l *logger) Errorf(format string, v ...any) {
	l.watch(fmt.Sprintf(format, v...))
	l.log.Errorf(format, v...)
}

func (l *logger) Fatalf(format string, v ...any) {
	l.mu.Lock()
	if l.fatal == "" {
		l.fatal = fmt.Sprintf(format, v...)
	}
	l.mu.Unlock()
	l.log.Errorf(format, v...)
}

// watch takes note of a store that will not write until JetStream starts again.
// The disk-full test fails should a new server version word it otherwise.
func (l *logger) watch(text string) {
	text = strings.ToLower(text)
	if strings.Contains(text, "critical write error") || strings.Contains(text, "disabling jetstream") {
		l.broken.Store(true)
	}
}

func (l *logger) fatalText() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.fatal
}

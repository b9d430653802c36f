package web

import (
	"context"
	"sync"
)

// lasting are the requests of each account that go on for as long as a page is open: they
// must end when the account may do nothing any more. The zero value is ready.
type lasting struct {
	mu   sync.Mutex // protects the following
	open map[string]map[*context.CancelFunc]struct{}
}

// begin keeps what ends a request; the function that it answers is called when it is over.
func (l *lasting) begin(account string, end context.CancelFunc) (over func()) {
	key := &end
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open == nil {
		l.open = map[string]map[*context.CancelFunc]struct{}{}
	}
	if l.open[account] == nil {
		l.open[account] = map[*context.CancelFunc]struct{}{}
	}
	l.open[account][key] = struct{}{}
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.open[account], key)
		if len(l.open[account]) == 0 {
			delete(l.open, account)
		}
	}
}

// end ends an account's.
func (l *lasting) end(account string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for cancel := range l.open[account] {
		(*cancel)()
	}
}

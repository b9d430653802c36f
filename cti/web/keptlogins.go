package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"time"

	"go.uber.org/zap"
)

// LoginsFile is the name of the file in which logins outlive the process.
const LoginsFile = "logins.json"

// keptEvery is how often it is written how long logins last; that they begin and end is
// written at once.
const keptEvery = 5 * time.Minute

// keptLogins are the logins as in their file. Of a cookie it has the hash only, so that
// who reads it is logged in nowhere.
type keptLogins struct {
	Active map[string]login   `json:"active"`
	Shelf  map[string]shelved `json:"shelf"`
}

// takeOver takes in the logins of the process before. What the accounts say by now counts
// as for any other login: see current. The error tells why nothing is taken over.
func (l *logins) takeOver() error {
	if l.file == "" {
		return nil
	}
	var kept keptLogins
	err := readSecret(l.file, &kept)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("take over logins: %w", err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for key, s := range kept.Shelf {
		l.shelf.commit(key, s.Data, s.Expiry)
	}
	for number, a := range kept.Active {
		if l.shelf.has(a.Key) {
			l.active[number] = a
		}
	}
	return nil
}

// changed has the file written soon. Nobody waits for it: a disk that is full or stands
// still keeps nobody from logging in. So a logout just before the process dies may be
// lost; its cookie is gone all the same.
func (l *logins) changed() {
	select {
	case l.changedC <- struct{}{}:
	default: // it is to be written already
	}
}

// keep writes the file as logins begin and end, and how long they last, until ctx ends.
func (l *logins) keep(ctx context.Context, log *zap.Logger) {
	t := time.NewTicker(keptEvery)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-l.changedC:
		case <-t.C:
		}
		l.write(log)
	}
}

// write puts the logins into their file, unless it has them; one at a time.
func (l *logins) write(log *zap.Logger) {
	if l.file == "" {
		return
	}
	l.mu.Lock()
	kept := keptLogins{Active: maps.Clone(l.active), Shelf: l.shelf.all()}
	l.mu.Unlock()
	b, err := json.Marshal(kept)
	if err == nil && bytes.Equal(b, l.written) {
		return
	}
	if err == nil {
		err = writeSecret(l.file, kept)
	}
	if err != nil {
		log.Warn("logins not written: a restart logs everybody in anew", zap.Error(err))
		return
	}
	l.written = b
}

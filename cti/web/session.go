package web

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"net/http"
	"sync"
	"time"

	"github.com/alexedwards/scs/v2"
)

const (
	loginLife = 12 * time.Hour
	loginIdle = time.Hour
)

// Keys of what a login keeps.
const (
	keyAccount = "account"
	keyLogin   = "login"
	keyProof   = "proof"
)

// Ended tells of a login that another of the same account ended.
type Ended struct {
	Since  time.Time `json:"since" doc:"When the other login began."`
	Source string    `json:"source" doc:"Where it came from."`
}

// logins are the logins with a cookie: one for each account. They are in memory, and in a
// file for the process to come (keptlogins.go).
type logins struct {
	cookies *scs.SessionManager
	shelf   *shelf

	file     string        // empty keeps them in memory only
	changedC chan struct{} // the file is to be written
	written  []byte        // what it holds; its writer's

	mu     sync.Mutex // protects the following
	active map[string]login
}

type login struct {
	ID string `json:"id"`
	// Key is that of its data on the shelf.
	Key    string    `json:"key"`
	Since  time.Time `json:"since"`
	Source string    `json:"source"`
	// Ended is the key of the login that this one ended, kept so that it can be told why.
	Ended string `json:"ended,omitempty"`
}

func newLogins(cookie string, secure bool, file string) *logins {
	l := &logins{file: file, changedC: make(chan struct{}, 1), active: map[string]login{}}
	l.shelf = &shelf{items: map[string]shelved{}, added: l.changed}
	l.cookies = &scs.SessionManager{ // not scs.New, whose own store's goroutine cannot be ended
		Lifetime:    loginLife,
		IdleTimeout: loginIdle,
		Store:       l.shelf,
		Codec:       scs.GobCodec{},
		Cookie: scs.SessionCookie{
			Name: cookie, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: secure,
		},
	}
	return l
}

// begin logs an account in and answers the other login that this has ended, if
// there was one.
func (l *logins) begin(ctx context.Context, a Account, source string) (*Ended, error) {
	mine := l.cookies.GetString(ctx, keyLogin)
	if err := l.cookies.RenewToken(ctx); err != nil {
		return nil, err
	}
	next := login{ID: rand.Text(), Key: hashToken(l.cookies.Token(ctx)), Since: time.Now().UTC(), Source: source}
	l.cookies.Put(ctx, keyAccount, a.Number)
	l.cookies.Put(ctx, keyLogin, next.ID)
	l.cookies.Put(ctx, keyProof, proof(a))

	l.mu.Lock()
	defer l.mu.Unlock()
	last, had := l.active[a.Number]
	l.shelf.drop(last.Ended)
	other := had && last.ID != mine && l.shelf.has(last.Key)
	if other {
		next.Ended = last.Key
	}
	l.active[a.Number] = next
	if !other {
		return nil, nil
	}
	return &Ended{Since: last.Since, Source: last.Source}, nil
}

// current is the account a request's cookie belongs to. Where another login has
// ended this one, it answers that.
func (l *logins) current(ctx context.Context, accounts *Accounts) (Account, *Ended, bool) {
	id := l.cookies.GetString(ctx, keyLogin)
	if id == "" {
		return Account{}, nil, false
	}
	a, known := accounts.Account(l.cookies.GetString(ctx, keyAccount))
	if !known || a.Disabled || l.cookies.GetString(ctx, keyProof) != proof(a) {
		return Account{}, nil, false
	}
	l.mu.Lock()
	now, ok := l.active[a.Number]
	l.mu.Unlock()
	switch {
	case !ok:
		return Account{}, nil, false
	case now.ID != id:
		return Account{}, &Ended{Since: now.Since, Source: now.Source}, false
	}
	return a, nil, true
}

// end logs out.
func (l *logins) end(ctx context.Context) error {
	number, id := l.cookies.GetString(ctx, keyAccount), l.cookies.GetString(ctx, keyLogin)
	l.mu.Lock()
	if now, ok := l.active[number]; ok && now.ID == id {
		l.shelf.drop(now.Ended)
		delete(l.active, number)
	}
	l.mu.Unlock()
	defer l.changed()
	return l.cookies.Destroy(ctx)
}

// forget ends an account's login, whoever has it.
func (l *logins) forget(number string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now, ok := l.active[number]; ok {
		l.shelf.drop(now.Ended)
		l.shelf.drop(now.Key)
		delete(l.active, number)
		l.changed()
	}
}

// renew lets the login of a request go on after its account's password has changed.
func (l *logins) renew(ctx context.Context, a Account) {
	if l.cookies.GetString(ctx, keyLogin) != "" && l.cookies.GetString(ctx, keyAccount) == a.Number {
		l.cookies.Put(ctx, keyProof, proof(a))
	}
}

// proof changes with the password, so that a reset ends the logins before it.
func proof(a Account) string {
	sum := sha256.Sum256([]byte(a.Number + "\x00" + a.Hash))
	return hex.EncodeToString(sum[:16])
}

// shelf keeps the logins' data in memory, which is as much as there are logins
// in loginIdle, under the hashes of their cookies.
type shelf struct {
	added func() // something new is on it

	mu    sync.Mutex // protects the following
	items map[string]shelved
	swept time.Time
}

type shelved struct {
	Data   []byte    `json:"data"`
	Expiry time.Time `json:"expiry"`
}

// Find implements scs.Store.
func (s *shelf) Find(token string) ([]byte, bool, error) {
	data, ok := s.find(hashToken(token))
	return data, ok, nil
}

func (s *shelf) find(key string) ([]byte, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, ok := s.items[key]
	if !ok || !time.Now().Before(i.Expiry) {
		return nil, false
	}
	return i.Data, true
}

// Commit implements scs.Store.
func (s *shelf) Commit(token string, data []byte, expiry time.Time) error {
	if s.commit(hashToken(token), data, expiry) {
		s.added()
	}
	return nil
}

// commit keeps data under a key, and tells whether that is new.
func (s *shelf) commit(key string, data []byte, expiry time.Time) (added bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := time.Now(); now.Sub(s.swept) > time.Minute {
		for k, i := range s.items {
			if !now.Before(i.Expiry) {
				delete(s.items, k)
			}
		}
		s.swept = now
	}
	_, had := s.items[key]
	s.items[key] = shelved{Data: data, Expiry: expiry}
	return !had
}

// Delete implements scs.Store.
func (s *shelf) Delete(token string) error {
	s.drop(hashToken(token))
	return nil
}

func (s *shelf) drop(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.items, key)
}

func (s *shelf) has(key string) bool {
	_, ok := s.find(key)
	return ok
}

// all is what is on the shelf.
func (s *shelf) all() map[string]shelved {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.items)
}

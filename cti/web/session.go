package web

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
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

// logins are the logins with a cookie: one for each account.
type logins struct {
	cookies *scs.SessionManager
	shelf   *shelf

	mu     sync.Mutex // protects the following
	active map[string]login
}

type login struct {
	id, token string
	since     time.Time
	source    string
	// ended is the cookie of the login that this one ended, kept so that it can
	// be told why.
	ended string
}

func newLogins(cookie string, secure bool) *logins {
	l := &logins{shelf: &shelf{items: map[string]shelved{}}, active: map[string]login{}}
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
	next := login{id: rand.Text(), token: l.cookies.Token(ctx), since: time.Now().UTC(), source: source}
	l.cookies.Put(ctx, keyAccount, a.Number)
	l.cookies.Put(ctx, keyLogin, next.id)
	l.cookies.Put(ctx, keyProof, proof(a))

	l.mu.Lock()
	defer l.mu.Unlock()
	last, had := l.active[a.Number]
	l.shelf.drop(last.ended)
	other := had && last.id != mine && l.shelf.has(last.token)
	if other {
		next.ended = last.token
	}
	l.active[a.Number] = next
	if !other {
		return nil, nil
	}
	return &Ended{Since: last.since, Source: last.source}, nil
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
	case now.id != id:
		return Account{}, &Ended{Since: now.since, Source: now.source}, false
	}
	return a, nil, true
}

// end logs out.
func (l *logins) end(ctx context.Context) error {
	number, id := l.cookies.GetString(ctx, keyAccount), l.cookies.GetString(ctx, keyLogin)
	l.mu.Lock()
	if now, ok := l.active[number]; ok && now.id == id {
		l.shelf.drop(now.ended)
		delete(l.active, number)
	}
	l.mu.Unlock()
	return l.cookies.Destroy(ctx)
}

// forget ends an account's login, whoever has it.
func (l *logins) forget(number string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now, ok := l.active[number]; ok {
		l.shelf.drop(now.ended)
		l.shelf.drop(now.token)
		delete(l.active, number)
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
// in loginIdle.
type shelf struct {
	mu    sync.Mutex // protects the following
	items map[string]shelved
	swept time.Time
}

type shelved struct {
	data   []byte
	expiry time.Time
}

// Find implements scs.Store.
func (s *shelf) Find(token string) ([]byte, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, ok := s.items[token]
	if !ok || !time.Now().Before(i.expiry) {
		return nil, false, nil
	}
	return i.data, true, nil
}

// Commit implements scs.Store.
func (s *shelf) Commit(token string, data []byte, expiry time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := time.Now(); now.Sub(s.swept) > time.Minute {
		for t, i := range s.items {
			if !now.Before(i.expiry) {
				delete(s.items, t)
			}
		}
		s.swept = now
	}
	s.items[token] = shelved{data: data, expiry: expiry}
	return nil
}

// Delete implements scs.Store.
func (s *shelf) Delete(token string) error {
	s.drop(token)
	return nil
}

func (s *shelf) drop(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.items, token)
}

func (s *shelf) has(token string) bool {
	_, ok, _ := s.Find(token)
	return ok
}

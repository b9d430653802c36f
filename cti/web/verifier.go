package web

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"sync"
	"time"
)

const (
	rememberFor   = time.Minute
	maxRemembered = 1024
)

var (
	errCredentials = errors.New("account and password do not belong together")
	errClosing     = errors.New("the server is being stopped")
	errCodeNeeded  = errors.New("this account logs in with a one-time code, too")
)

// verifier tells whether a password is an account's. See the package comment
// for its promises.
type verifier struct {
	accounts *Accounts
	throttle throttle
	codes    throttle // of one-time codes
	slots    *slots
	key      [sha256.Size]byte // of the digests, this process's own
	decoy    string            // hash for accounts that do not exist

	mu         sync.Mutex // protects the following
	remembered map[digest]remembered
	flights    map[digest]*flight
}

// digest stands for an account, a password and a source.
type digest [sha256.Size]byte

type remembered struct {
	account Account
	until   time.Time
}

// flight is a verification under way, shared by equal attempts.
type flight struct {
	doneC   chan struct{}
	account Account
	err     error
}

func newVerifier(a *Accounts, stopC <-chan struct{}) *verifier {
	v := &verifier{
		accounts:   a,
		throttle:   throttle{stopC: stopC, slowest: slowest, guessed: map[guess]*guesses{}},
		codes:      throttle{stopC: stopC, slowest: slowestCode, guessed: map[guess]*guesses{}},
		slots:      newSlots(),
		decoy:      hashPassword(rand.Text()),
		remembered: map[digest]remembered{},
		flights:    map[digest]*flight{},
	}
	_, _ = rand.Read(v.key[:]) // never fails (crypto/rand)
	return v
}

// verify answers the account whose number and password these are. Otherwise the
// error Is errCredentials, errClosing or the context's, or is a *busyError.
func (v *verifier) verify(ctx context.Context, number, password, source string) (Account, error) {
	d := v.digest(number, password, source)
	for {
		v.mu.Lock()
		if r, ok := v.remembered[d]; ok {
			if now, known := v.accounts.Account(number); known && now.same(r.account) && time.Now().Before(r.until) {
				v.mu.Unlock()
				return r.account, nil
			}
			delete(v.remembered, d)
		}
		f, shared := v.flights[d]
		if !shared {
			f = &flight{doneC: make(chan struct{})}
			v.flights[d] = f
		}
		v.mu.Unlock()
		if !shared {
			v.fly(ctx, d, f, guess{account: number, source: source}, password)
			return f.account, f.err
		}
		select {
		case <-f.doneC:
		case <-ctx.Done():
			return Account{}, ctx.Err()
		}
		if !errors.Is(f.err, context.Canceled) && !errors.Is(f.err, context.DeadlineExceeded) {
			return f.account, f.err
		}
		// Whoever began it went away: begin anew.
	}
}

// fly verifies and lands whatever comes.
func (v *verifier) fly(ctx context.Context, d digest, f *flight, g guess, password string) {
	f.err = errCredentials // should the computation panic
	defer func() {
		v.mu.Lock()
		delete(v.flights, d)
		if f.err == nil {
			v.remember(d, f.account)
		}
		v.mu.Unlock()
		close(f.doneC)
	}()
	f.account, f.err = v.compute(ctx, g, password)
}

func (v *verifier) compute(ctx context.Context, g guess, password string) (Account, error) {
	if err := v.throttle.turn(ctx, g); err != nil {
		return Account{}, err
	}
	release, err := v.slots.take(ctx, g.source)
	if err != nil {
		return Account{}, err
	}
	defer release()
	account, known := v.accounts.Account(g.account)
	known = known && !account.Disabled && account.Hash != ""
	hash := account.Hash
	if !known {
		hash = v.decoy // takes as long
	}
	if right := fits(hash, password); !right || !known {
		return Account{}, errCredentials
	}
	v.throttle.succeeded(g)
	return account, nil
}

// code tells whether a code is the next of an account whose password was right, and takes
// it. Without a secret none is asked for. The error Is errCodeNeeded, errCode, errClosing
// or the context's, or is a *busyError, or tells that the code could not be kept.
func (v *verifier) code(ctx context.Context, a Account, code, source string) (Account, error) {
	switch {
	case a.Secret == "":
		return a, nil
	case code == "":
		return Account{}, errCodeNeeded
	}
	return v.guessed(ctx, guess{account: a.Number, source: source}, func() (Account, error) {
		return v.accounts.takeCode(a.Number, code)
	})
}

// guessed has a code tried when its turn has come.
func (v *verifier) guessed(ctx context.Context, g guess, try func() (Account, error)) (Account, error) {
	if err := v.codes.turn(ctx, g); err != nil {
		return Account{}, err
	}
	a, err := try()
	if err == nil {
		v.codes.succeeded(g)
	}
	return a, err
}

// hash makes the hash of a new password when memory for one is free.
func (v *verifier) hash(ctx context.Context, password string) (string, error) {
	release, err := v.slots.take(ctx, "") // whoever sets one was let in
	if err != nil {
		return "", err
	}
	defer release()
	return hashPassword(password), nil
}

// remember keeps a success for a while; v.mu is held.
func (v *verifier) remember(d digest, a Account) {
	now := time.Now()
	if len(v.remembered) >= maxRemembered {
		for k, r := range v.remembered {
			if !now.Before(r.until) || len(v.remembered) > maxRemembered/2 {
				delete(v.remembered, k)
			}
		}
	}
	v.remembered[d] = remembered{account: a, until: now.Add(rememberFor)}
}

// digest is a keyed hash: what is remembered is of no use elsewhere.
func (v *verifier) digest(parts ...string) digest {
	mac := hmac.New(sha256.New, v.key[:])
	var size [8]byte
	for _, p := range parts {
		binary.BigEndian.PutUint64(size[:], uint64(len(p)))
		mac.Write(size[:])
		mac.Write([]byte(p))
	}
	return digest(mac.Sum(nil))
}

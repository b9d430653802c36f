package web

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"sansheng/cti"
)

// ErrNoAccount: nobody has this number.
var ErrNoAccount = errors.New("no such account")

// Account is a person who may log in. The number is his name here: an agent's
// is that of cti.Agent.
type Account struct {
	Number  string        `json:"number"`
	Name    string        `json:"name,omitempty"`
	Role    Role          `json:"role"`
	Company cti.CompanyID `json:"company"`
	// Department is where a clerk works.
	Department string `json:"department,omitempty"`
	// Queues are those of the company to which he is limited, by name and each once; none is
	// no limit. One that the plan does not have (any more) is no error: nothing is in it.
	Queues []cti.QueueID `json:"queues,omitempty"`
	// Hash is the argon2id hash of his password, in PHC string form. It is empty
	// where a link is to set one, and in what CreateAccounts is given.
	Hash string `json:"password_hash,omitempty"`
	// Disabled accounts stay, and may not log in.
	Disabled bool `json:"disabled,omitempty"`
	// LinkHash is the SHA-256 of the token of his one-time link, which serves until LinkUntil.
	LinkHash  string    `json:"link_hash,omitempty"`
	LinkUntil time.Time `json:"link_until,omitzero"`
	// Secret makes his one-time codes (RFC 6238) and is empty where none are asked for;
	// Pending is one that he has not confirmed yet.
	Secret  string `json:"totp_secret,omitempty"`
	Pending string `json:"totp_pending,omitempty"`
	// Step is that of the last code taken: each serves once.
	Step int64 `json:"totp_step,omitempty"`
}

// Credential is an account with its password in plain, to be handed to its
// owner and not kept.
type Credential struct {
	Number   string        `json:"number"`
	Role     Role          `json:"role"`
	Company  cti.CompanyID `json:"company"`
	Password string        `json:"password"`
}

// Accounts are the people who may log in, as in one file. Use it from any
// goroutine.
type Accounts struct {
	file  string
	write sync.Mutex // one change at a time, file and map

	mu       sync.RWMutex // protects the following
	byNumber map[string]Account
}

type accountFile struct {
	Accounts []Account `json:"accounts"`
}

var numberForm = regexp.MustCompile(`^[0-9]{3,15}$`)

// LoadAccounts reads the accounts of a file, whose mode must be 0600. The error
// Is fs.ErrNotExist where there is none yet.
func LoadAccounts(file string) (*Accounts, error) {
	people, err := readAccounts(file)
	if err != nil {
		return nil, fmt.Errorf("load accounts: %w", err)
	}
	return &Accounts{file: file, byNumber: people}, nil
}

func readAccounts(file string) (map[string]Account, error) {
	var doc accountFile
	if err := readSecret(file, &doc); err != nil {
		return nil, err
	}
	people := map[string]Account{}
	for i, p := range doc.Accounts {
		err := p.check()
		if _, twice := people[p.Number]; twice && err == nil {
			err = fmt.Errorf("number %q is there twice", p.Number)
		}
		if _, _, _, hashErr := parseHash(p.Hash); err == nil && p.Hash != "" {
			err = hashErr
		}
		for _, secret := range []string{p.Secret, p.Pending} {
			if _, secretErr := decodeSecret(secret); err == nil && secret != "" {
				err = secretErr
			}
		}
		if err != nil {
			return nil, fmt.Errorf("%s: accounts[%d]: %w", file, i, err)
		}
		people[p.Number] = p
	}
	return people, nil
}

// CreateAccounts opens the accounts of a file, made when missing, and adds the
// people it does not have yet, each with a strong random password: those are
// answered, and kept nowhere. People who are there stay as they are.
func CreateAccounts(file string, people []Account) (*Accounts, []Credential, error) {
	made := make([]Credential, 0, len(people))
	a, err := addAccounts(file, people, hashCost, func(p Account) string {
		c := Credential{Number: p.Number, Role: p.Role, Company: p.Company, Password: rand.Text()}
		made = append(made, c)
		return c.Password
	})
	if err != nil {
		return nil, nil, err
	}
	return a, made, nil
}

// addAccounts adds people who are missing, with the passwords given, hashed at a cost.
func addAccounts(file string, people []Account, c cost, password func(Account) string) (*Accounts, error) {
	a, err := LoadAccounts(file)
	if errors.Is(err, fs.ErrNotExist) {
		a, err = &Accounts{file: file, byNumber: map[string]Account{}}, nil
	}
	if err != nil {
		return nil, err
	}
	if err := a.change(people, func(Account) bool { return true }, c, password); err != nil {
		return nil, fmt.Errorf("create accounts: %w", err)
	}
	return a, nil
}

// change adds people who are missing, with the passwords given, hashed at a cost, and takes
// those away who are not to stay.
func (a *Accounts) change(people []Account, stays func(Account) bool, c cost, password func(Account) string) error {
	return a.edit(func(next map[string]Account) error {
		maps.DeleteFunc(next, func(_ string, p Account) bool { return !stays(p) })
		var missing []Account
		for _, p := range people {
			if err := p.check(); err != nil {
				return err
			}
			if _, ok := next[p.Number]; !ok {
				missing = append(missing, p)
				next[p.Number] = p
			}
		}
		plain := make([]string, len(missing))
		for i, p := range missing {
			plain[i] = password(p)
		}
		for i, hash := range hashAll(c, plain) {
			missing[i].Hash = hash
			next[missing[i].Number] = missing[i]
		}
		return nil
	})
}

// edit has a change made to all accounts as the file has them, so that none is lost that a
// command has made there; it counts once it is in the file.
func (a *Accounts) edit(change func(map[string]Account) error) error {
	a.write.Lock()
	defer a.write.Unlock()
	kept, err := readAccounts(a.file)
	if errors.Is(err, fs.ErrNotExist) {
		a.mu.RLock()
		kept, err = a.byNumber, nil // which nothing changes in place
		a.mu.RUnlock()
	}
	if err != nil {
		return err
	}
	next, had := maps.Clone(kept), administrators(kept)
	if err := change(next); err != nil {
		return err
	}
	if had > 0 && administrators(next) == 0 {
		return ErrLastAdministrator
	}
	if !reflect.DeepEqual(next, kept) {
		if err := a.save(next); err != nil {
			return err
		}
	}
	a.mu.Lock()
	a.byNumber = next
	a.mu.Unlock()
	return nil
}

// hashAll hashes on two processors, as many as memory is meant for.
func hashAll(c cost, plain []string) []string {
	hashes := make([]string, len(plain))
	var wg sync.WaitGroup
	for worker := range parallel {
		wg.Go(func() {
			for i := worker; i < len(plain); i += parallel {
				hashes[i] = c.hash(plain[i])
			}
		})
	}
	wg.Wait()
	return hashes
}

// Account is the person with a number.
func (a *Accounts) Account(number string) (Account, bool) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	p, ok := a.byNumber[number]
	return p, ok
}

// List is everybody, ordered by number, without secrets.
func (a *Accounts) List() []AccountView {
	a.mu.RLock()
	defer a.mu.RUnlock()
	out := make([]AccountView, 0, len(a.byNumber))
	for _, p := range slices.SortedFunc(maps.Values(a.byNumber), byNumber) {
		out = append(out, p.view())
	}
	return out
}

func (a *Accounts) save(people map[string]Account) error {
	return writeSecret(a.file, accountFile{Accounts: slices.SortedFunc(maps.Values(people), byNumber)})
}

// same tells that nothing about an account has changed.
func (p Account) same(o Account) bool { return reflect.DeepEqual(p, o) }

func byNumber(a, b Account) int { return cmp.Compare(a.Number, b.Number) }

// nameMost is how many letters a name may have, queuesMost to how many queues an account may
// be limited.
const (
	nameMost   = 64
	queuesMost = 200
)

var queueForm = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,31}$`)

func (p Account) check() error {
	if !numberForm.MatchString(p.Number) {
		return fmt.Errorf("number %q is not allowed: 3 to 15 digits", p.Number)
	}
	if p.Company == "" {
		return fmt.Errorf("account %s has no company", p.Number)
	}
	if (p.Role == Clerk) != (p.Department != "") {
		return fmt.Errorf("account %s: a clerk has a department, and nobody else", p.Number)
	}
	if utf8.RuneCountInString(p.Name) > nameMost || strings.ContainsFunc(p.Name, unicode.IsControl) {
		return fmt.Errorf("account %s: the name is not allowed: at most %d letters in one line", p.Number, nameMost)
	}
	if err := p.Role.check(); err != nil {
		return err
	}
	return p.checkQueues()
}

// limitable tells whether accounts of a role may be limited to queues: those who look over all
// companies may not.
func (r Role) limitable() bool { return r != Administrator && r != Auditor }

func (p Account) checkQueues() error {
	switch {
	case len(p.Queues) == 0:
		return nil
	case !p.Role.limitable():
		return fmt.Errorf("account %s: the role %s sees all companies; allowed: no queues", p.Number, p.Role)
	case len(p.Queues) > queuesMost:
		return fmt.Errorf("account %s: %d queues are too many; allowed: at most %d", p.Number, len(p.Queues), queuesMost)
	}
	for i, q := range p.Queues {
		if !queueForm.MatchString(string(q)) {
			return fmt.Errorf("account %s: queue %q is not allowed: 1 to 32 of a-z 0-9 _ -", p.Number, q)
		}
		if i > 0 && p.Queues[i-1] >= q {
			return fmt.Errorf("account %s: queues are by name, each once; %q is not", p.Number, q)
		}
	}
	return nil
}

// orderly are queues by name and each once; nil where there are none.
func orderly(queues []cti.QueueID) []cti.QueueID {
	if len(queues) == 0 {
		return nil
	}
	return slices.Compact(slices.Sorted(slices.Values(queues)))
}

package web

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"sansheng/cti"
)

// Why an account is not changed.
var (
	ErrLastAdministrator = errors.New("the last administrator stays: make another one first")
	ErrAccountTaken      = errors.New("an account has this number")
	errLink              = errors.New("this link does not serve (any more): it was used, is older than a day, or there is a newer one; ask whoever keeps the accounts for another")
	errCode              = errors.New("the one-time code is not right, or was used")
	errCodesOn           = errors.New("one-time codes are asked for already; allowed: turn them off first")
	errCodesOff          = errors.New("no one-time codes are asked for, or none are being set up")
)

// linkLife is how long a one-time link serves.
const linkLife = 24 * time.Hour

// Passwords that people choose.
const (
	passwordLeast = 10
	passwordMost  = 256 // bytes
)

// AccountView is an account as those see it who keep accounts: without secrets.
type AccountView struct {
	Number     string        `json:"number"`
	Name       string        `json:"name,omitempty"`
	Role       Role          `json:"role" enum:"agent,shift_leader,operator,administrator,finance,auditor,clerk"`
	Company    cti.CompanyID `json:"company"`
	Department string        `json:"department,omitempty" doc:"Where a clerk works."`
	Queues     []cti.QueueID `json:"queues,omitempty" doc:"The queues of the company to which he is limited; all where it is left out."`
	Unknown    []cti.QueueID `json:"unknown_queues,omitempty" doc:"Those of them that the company does not have by the plan in force."`
	Disabled   bool          `json:"disabled" doc:"He may not log in."`
	Password   bool          `json:"password" doc:"He has a password; else a link is to set one."`
	TOTP       bool          `json:"totp" doc:"He is asked for a one-time code."`
	LinkUntil  *time.Time    `json:"link_until,omitempty" doc:"Until when his one-time link serves, where there is one."`
}

func (p Account) view() AccountView {
	v := AccountView{
		Number: p.Number, Name: p.Name, Role: p.Role, Company: p.Company, Department: p.Department, Queues: p.Queues,
		Disabled: p.Disabled, Password: p.Hash != "", TOTP: p.Secret != "",
	}
	if p.LinkHash != "" && time.Now().Before(p.LinkUntil) {
		v.LinkUntil = &p.LinkUntil
	}
	return v
}

// Link lets whoever has it set an account's password, once. It is told once and kept only as
// a hash.
type Link struct {
	Number string    `json:"number" doc:"Whose password it sets."`
	Token  string    `json:"token" doc:"What stands behind # in the address /reset of the console."`
	Until  time.Time `json:"until" doc:"Until when it serves."`
}

// Change is what is to be different about an account; what is nil stays.
type Change struct {
	Name       *string        `json:"name,omitempty" maxLength:"64"`
	Role       *Role          `json:"role,omitempty" enum:"agent,shift_leader,operator,administrator,finance,auditor,clerk"`
	Company    *cti.CompanyID `json:"company,omitempty" pattern:"^[a-z0-9][a-z0-9_-]{0,31}$" patternDescription:"1 to 32 of a-z 0-9 _ -"`
	Department *string        `json:"department,omitempty" maxLength:"64" doc:"A clerk has one, and nobody else."`
	Queues     *[]cti.QueueID `json:"queues,omitempty" maxItems:"200" doc:"The queues of the company to which he is limited; none is no limit. Who sees all companies has none."`
	Disabled   *bool          `json:"disabled,omitempty" doc:"He may not log in; a login that he has ends."`
}

// of is an account with the change made. Who is no clerk any more has no department, who sees
// all companies from now on no limit.
func (c Change) of(p Account) Account {
	for _, f := range []struct{ to, from *string }{{&p.Name, c.Name}, {&p.Department, c.Department}} {
		if f.from != nil {
			*f.to = strings.TrimSpace(*f.from)
		}
	}
	if c.Role != nil {
		if p.Role == Clerk && *c.Role != Clerk && c.Department == nil {
			p.Department = ""
		}
		if p.Role = *c.Role; !p.Role.limitable() && c.Queues == nil {
			p.Queues = nil
		}
	}
	if c.Queues != nil {
		p.Queues = orderly(*c.Queues)
	}
	if c.Company != nil {
		p.Company = *c.Company
	}
	if c.Disabled != nil {
		p.Disabled = *c.Disabled
	}
	return p
}

// administrators counts those who may log in.
func administrators(people map[string]Account) int {
	n := 0
	for _, p := range people {
		if p.Role == Administrator && !p.Disabled {
			n++
		}
	}
	return n
}

// alter changes one account. may is asked first, nil allows all; the error Is ErrNoAccount
// where nobody has the number.
func (a *Accounts) alter(number string, may func(Account) error, change func(*Account) error) (Account, error) {
	var after Account
	err := a.edit(func(next map[string]Account) error {
		p, ok := next[number]
		if !ok {
			return ErrNoAccount
		}
		if may != nil {
			if err := may(p); err != nil {
				return err
			}
		}
		if err := change(&p); err != nil {
			return err
		}
		if err := p.check(); err != nil {
			return &AccountError{err}
		}
		next[number], after = p, p
		return nil
	})
	return after, err
}

// AccountError is an account that is not allowed as it is to be.
type AccountError struct{ Err error }

func (e *AccountError) Error() string { return e.Err.Error() }

func (e *AccountError) Unwrap() error { return e.Err }

// Add makes an account without a password, and the link that sets one. The error Is
// ErrAccountTaken where the number is somebody's, or is an *AccountError.
func (a *Accounts) Add(p Account) (AccountView, Link, error) {
	p = Account{Number: p.Number, Name: strings.TrimSpace(p.Name), Role: p.Role, Company: p.Company, Department: strings.TrimSpace(p.Department), Queues: orderly(p.Queues)}
	var link Link
	err := a.edit(func(next map[string]Account) error {
		if err := p.check(); err != nil {
			return &AccountError{err}
		}
		if _, taken := next[p.Number]; taken {
			return fmt.Errorf("%w: %s", ErrAccountTaken, p.Number)
		}
		link = p.newLink()
		next[p.Number] = p
		return nil
	})
	if err != nil {
		return AccountView{}, Link{}, fmt.Errorf("add account: %w", err)
	}
	return p.view(), link, nil
}

// Change changes an account if may, asked of it before and after, allows that. Errors are
// as of alter, ErrLastAdministrator, or may's.
func (a *Accounts) Change(number string, c Change, may func(Account) error) (AccountView, error) {
	p, err := a.alter(number, may, func(p *Account) error {
		*p = c.of(*p)
		if may == nil {
			return nil
		}
		return may(*p)
	})
	if err != nil {
		return AccountView{}, fmt.Errorf("change account %s: %w", number, err)
	}
	return p.view(), nil
}

// Remove takes an account away; errors are as of Change.
func (a *Accounts) Remove(number string, may func(Account) error) error {
	err := a.edit(func(next map[string]Account) error {
		p, ok := next[number]
		if !ok {
			return ErrNoAccount
		}
		if may != nil {
			if err := may(p); err != nil {
				return err
			}
		}
		delete(next, number)
		return nil
	})
	if err != nil {
		return fmt.Errorf("remove account %s: %w", number, err)
	}
	return nil
}

// Reset takes a person's password away and answers the link that sets a new one
// (requirement H1: lost ones are reset, not told). His login ends, and so does an older link.
func (a *Accounts) Reset(number string, may func(Account) error) (Link, error) {
	var link Link
	_, err := a.alter(number, may, func(p *Account) error {
		p.Hash = ""
		link = p.newLink()
		return nil
	})
	if err != nil {
		return Link{}, fmt.Errorf("reset password of %s: %w", number, err)
	}
	return link, nil
}

// CodesOff asks a person for no one-time codes any more.
func (a *Accounts) CodesOff(number string, may func(Account) error) error {
	_, err := a.alter(number, may, func(p *Account) error {
		p.Secret, p.Pending, p.Step = "", "", 0
		return nil
	})
	if err != nil {
		return fmt.Errorf("turn off codes of %s: %w", number, err)
	}
	return nil
}

func (p *Account) newLink() Link {
	token := rand.Text()
	p.LinkHash, p.LinkUntil = hashToken(token), time.Now().UTC().Add(linkLife).Truncate(time.Second)
	return Link{Number: p.Number, Token: token, Until: p.LinkUntil}
}

// hashToken needs no salt and no cost: a token is 128 random bits.
func hashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// opens tells whether a token's hash is that of the account's link.
func (p Account) opens(hash string, now time.Time) bool {
	return p.LinkHash != "" && !p.Disabled && now.Before(p.LinkUntil) && subtle.ConstantTimeCompare([]byte(p.LinkHash), []byte(hash)) == 1
}

// linked is whose link a token is. The error is errLink.
func (a *Accounts) linked(token string) (Account, error) {
	hash, now := hashToken(token), time.Now()
	a.mu.RLock()
	defer a.mu.RUnlock()
	for _, p := range a.byNumber {
		if p.opens(hash, now) {
			return p, nil
		}
	}
	return Account{}, errLink
}

// redeem sets the password of a link, which serves nobody after.
func (a *Accounts) redeem(number, token, passwordHash string) error {
	_, err := a.alter(number, nil, func(p *Account) error {
		if !p.opens(hashToken(token), time.Now()) {
			return errLink // another was faster
		}
		p.Hash, p.LinkHash, p.LinkUntil = passwordHash, "", time.Time{}
		return nil
	})
	return err
}

// setPassword sets a password where that before is still old's.
func (a *Accounts) setPassword(old Account, passwordHash string) error {
	_, err := a.alter(old.Number, nil, func(p *Account) error {
		if p.Hash != old.Hash || p.Disabled {
			return errCredentials
		}
		p.Hash, p.LinkHash, p.LinkUntil = passwordHash, "", time.Time{}
		return nil
	})
	return err
}

// beginCodes makes a secret that counts once one of its codes was said.
func (a *Accounts) beginCodes(number string) (secret string, err error) {
	secret = newCodeSecret()
	_, err = a.alter(number, nil, func(p *Account) error {
		if p.Secret != "" {
			return errCodesOn
		}
		p.Pending = secret
		return nil
	})
	return secret, err
}

// confirmCodes has codes asked for from now on.
func (a *Accounts) confirmCodes(number, code string) error {
	_, err := a.alter(number, nil, func(p *Account) error {
		if p.Pending == "" {
			return errCodesOff
		}
		step, ok := stepOfCode(p.Pending, code, time.Now(), 0)
		if !ok {
			return errCode
		}
		p.Secret, p.Pending, p.Step = p.Pending, "", step
		return nil
	})
	return err
}

// takeCode takes a code, which serves once. It is in the file before it counts: a restart
// does not make it good again.
func (a *Accounts) takeCode(number, code string) (Account, error) {
	return a.alter(number, nil, func(p *Account) error {
		if p.Secret == "" {
			return errCodesOff
		}
		step, ok := stepOfCode(p.Secret, code, time.Now(), p.Step)
		if !ok {
			return errCode
		}
		p.Step = step
		return nil
	})
}

// checkPassword tells what is wrong with a password that somebody chose.
func checkPassword(number, password string) error {
	if len(password) > passwordMost {
		return fmt.Errorf("the password has %d bytes; allowed: at most %d", len(password), passwordMost)
	}
	if n := utf8.RuneCountInString(strings.ReplaceAll(password, number, "")); n < passwordLeast {
		return fmt.Errorf("the password is too short: allowed are %d letters and more, those of the account's number not counted", passwordLeast)
	}
	return nil
}

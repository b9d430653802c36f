package web

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"go.uber.org/zap"

	"sansheng/cti"
)

// keptRoles are whose accounts an operator keeps, in his company: none that sees more than
// he does, or looks over what he does.
var keptRoles = []Role{Agent, ShiftLeader, Clerk}

type accountsInput struct {
	CompanyFilter
	Role Role `query:"role" enum:"agent,shift_leader,operator,administrator,finance,auditor,clerk" doc:"Only this role's."`
}

// AccountList is a list of accounts.
type AccountList struct {
	Accounts []AccountView  `json:"accounts" nullable:"false" doc:"Those that you may change, by number."`
	Queues   []AccountQueue `json:"queues" nullable:"false" doc:"The queues to which you may limit accounts, by the plan in force."`
}

// AccountQueue is a queue to which accounts of its company may be limited.
type AccountQueue struct {
	Company cti.CompanyID `json:"company"`
	Queue   cti.QueueID   `json:"queue"`
}

type accountsOutput struct{ Body AccountList }

type accountOutput struct{ Body AccountView }

type linkOutput struct{ Body Link }

// AccountPath is whose account a request is about; exported, or its field would not be filled.
type AccountPath struct {
	Number string `path:"number" pattern:"^[0-9]{3,15}$" patternDescription:"3 to 15 digits" doc:"The account's number."`
}

// NewAccount is an account that was made.
type NewAccount struct {
	Account AccountView `json:"account"`
	Link    Link        `json:"link" doc:"With it he sets his password. It is told this once."`
}

type addAccountInput struct {
	Body struct {
		Number     string        `json:"number" pattern:"^[0-9]{3,15}$" patternDescription:"3 to 15 digits" doc:"An agent's is that of the plan."`
		Name       string        `json:"name,omitempty" maxLength:"64"`
		Role       Role          `json:"role" enum:"agent,shift_leader,operator,administrator,finance,auditor,clerk"`
		Company    cti.CompanyID `json:"company,omitempty" pattern:"^[a-z0-9][a-z0-9_-]{0,31}$" patternDescription:"1 to 32 of a-z 0-9 _ -" doc:"Your own company by default."`
		Department string        `json:"department,omitempty" maxLength:"64" doc:"A clerk has one, and nobody else."`

		Queues []cti.QueueID `json:"queues,omitempty" maxItems:"200" doc:"The queues of the company to which he is limited; no limit where it is left out. Who sees all companies has none."`
	}
}

type newAccountOutput struct{ Body NewAccount }

type changeAccountInput struct {
	AccountPath
	Body Change
}

func (s *Server) registerAccounts(api huma.API) {
	changes := append([]int{http.StatusNotFound, http.StatusConflict}, readErrors...)
	operation := func(id, method, path, summary string, status int) huma.Operation {
		return huma.Operation{
			OperationID: id, Method: method, Path: "/api/v1/accounts" + path, Tags: []string{"accounts"}, Summary: summary,
			Security: secured, Errors: changes, DefaultStatus: status,
		}
	}
	huma.Register(api, operation("accounts", http.MethodGet, "", "List the accounts that you may change.", http.StatusOK), s.listAccounts)
	huma.Register(api, operation("add-account", http.MethodPost, "", "Make an account, and the link with which its owner sets his password.", http.StatusCreated), s.addAccount)
	huma.Register(api, operation("change-account", http.MethodPatch, "/{number}", "Change an account, disable it, enable it.", http.StatusOK), s.changeAccount)
	huma.Register(api, operation("remove-account", http.MethodDelete, "/{number}", "Take an account away. What it has done stays on record.", http.StatusNoContent), s.removeAccount)
	huma.Register(api, operation("reset-account", http.MethodPost, "/{number}/reset", "End an account's password and login; the answer is the one-time link that sets a new one.", http.StatusOK), s.resetAccount)
	huma.Register(api, operation("account-totp-off", http.MethodDelete, "/{number}/totp", "Ask an account for no one-time code any more: its owner has lost what makes them.", http.StatusNoContent), s.codesOffFor)
}

// keeps tells whether a person may change an account. One out of reach is answered like one
// that does not exist. The error is a problem.
func (p person) keeps(a Account) error {
	if p.reach == all || p.reach == company && a.Company == p.Company && slices.Contains(keptRoles, a.Role) && p.covers(a.Queues) {
		return nil
	}
	return noAccount(a.Number)
}

// covers tells whether a limit to queues goes no further than a person's own.
func (p person) covers(queues []cti.QueueID) bool {
	w := p.within()
	return !w.Bounded() || len(queues) > 0 && !slices.ContainsFunc(queues, func(q cti.QueueID) bool { return !w.Has(string(q)) })
}

// changes is keeps without his own account: nobody gives himself a role, and nobody locks
// himself out.
func (p person) changes(a Account) error {
	if a.Number == p.Number {
		return newProblem(http.StatusForbidden, notAllowed, "your own account is changed by another; allowed: POST /api/v1/me/password and /api/v1/me/totp")
	}
	return p.keeps(a)
}

func noAccount(number string) error {
	return newProblem(http.StatusNotFound, notFound, "there is no account %s among those you may change", number)
}

// mayGive tells whether a person may make an account what it is to be; the error is a problem.
func (p person) mayGive(a Account) error {
	switch {
	case p.reach == all:
		return nil
	case a.Company != p.Company:
		return newProblem(http.StatusForbidden, notAllowed, "company %s is not yours; allowed: %s", a.Company, p.Company)
	case !slices.Contains(keptRoles, a.Role):
		return newProblem(http.StatusForbidden, notAllowed, "the role %s is an administrator's to give; allowed: %s", a.Role, join(keptRoles))
	case !p.covers(a.Queues):
		return newProblem(http.StatusForbidden, notAllowed, "you are limited to queues, and so is who has his account from you; allowed: some of %s", strings.Join(texts(p.Queues), ", "))
	}
	return nil
}

// unknown are the queues of an account that its company does not have by the plan in force.
func (s *Server) unknown(company cti.CompanyID, queues []cti.QueueID) []cti.QueueID {
	var out []cti.QueueID
	for _, id := range queues {
		if !slices.ContainsFunc(s.plan().Queues, func(q cti.Queue) bool { return q.ID == id && q.Company == company }) {
			out = append(out, id)
		}
	}
	return out
}

// queuesThere refuses queues that the plan does not have; those that an account has already may
// stay. The error is a problem.
func (s *Server) queuesThere(a Account, had []cti.QueueID) error {
	for _, id := range s.unknown(a.Company, a.Queues) {
		if slices.Contains(had, id) {
			continue
		}
		there := []string{}
		for _, q := range s.plan().Queues {
			if q.Company == a.Company {
				there = append(there, string(q.ID))
			}
		}
		return newProblem(http.StatusUnprocessableEntity, badQuery, "queues: company %s has no queue %q; allowed: %s", a.Company, id, cmp.Or(strings.Join(there, ", "), "none"))
	}
	return nil
}

// shown is an account as it is shown, held against the plan in force.
func (s *Server) shown(v AccountView) AccountView {
	v.Unknown = s.unknown(v.Company, v.Queues)
	return v
}

func (s *Server) listAccounts(ctx context.Context, in *accountsInput) (*accountsOutput, error) {
	only, err := companyOf(ctx, in.Company)
	if err != nil {
		return nil, err
	}
	p, out := personOf(ctx), &accountsOutput{Body: AccountList{Accounts: []AccountView{}, Queues: []AccountQueue{}}}
	for _, v := range s.accounts.List() {
		if (only == "" || string(v.Company) == only) && (in.Role == "" || v.Role == in.Role) &&
			p.keeps(Account{Number: v.Number, Role: v.Role, Company: v.Company, Queues: v.Queues}) == nil {
			out.Body.Accounts = append(out.Body.Accounts, s.shown(v))
		}
	}
	for _, q := range s.plan().Queues {
		if (only == "" || string(q.Company) == only) && p.within().Has(string(q.ID)) {
			out.Body.Queues = append(out.Body.Queues, AccountQueue{Company: q.Company, Queue: q.ID})
		}
	}
	return out, nil
}

func (s *Server) addAccount(ctx context.Context, in *addAccountInput) (*newAccountOutput, error) {
	p, b := personOf(ctx), in.Body
	if b.Company == "" {
		b.Company = p.Company
	}
	a := Account{Number: b.Number, Name: b.Name, Role: b.Role, Company: b.Company, Department: b.Department, Queues: b.Queues}
	err := p.mayGive(a)
	if other := s.others(a); err == nil && p.reach != all && other != "" { // who has it all the same is given no phone
		err = newProblem(http.StatusForbidden, notAllowed, "%s is the number of an agent of company %s; allowed: another number", a.Number, other)
	}
	if err == nil {
		err = s.queuesThere(a, nil)
	}
	if err != nil {
		return nil, err
	}
	v, link, err := s.accounts.Add(a)
	if err = s.changed(ctx, "added", b.Number, err, zap.String("given", string(b.Role)), zap.String("in", string(b.Company)), zap.Strings("queues", texts(a.Queues))); err != nil {
		return nil, err
	}
	return &newAccountOutput{Body: NewAccount{Account: s.shown(v), Link: link}}, nil
}

func (s *Server) changeAccount(ctx context.Context, in *changeAccountInput) (*accountOutput, error) {
	p, c := personOf(ctx), in.Body
	var before Account
	v, err := s.accounts.Change(in.Number, c, func(a Account) error {
		if before.Number == "" {
			before = a
			return p.changes(a)
		}
		if err := p.mayGive(a); err != nil {
			return err
		}
		return s.queuesThere(a, before.Queues)
	})
	fields := []zap.Field{}
	for _, f := range []struct {
		name     string
		was, now string
	}{
		{"role", string(before.Role), string(v.Role)}, {"company", string(before.Company), string(v.Company)},
		{"department", before.Department, v.Department}, {"name", before.Name, v.Name},
		{"queues", strings.Join(texts(before.Queues), ","), strings.Join(texts(v.Queues), ",")},
	} {
		if err == nil && f.was != f.now {
			fields = append(fields, zap.Strings(f.name, []string{f.was, f.now}))
		}
	}
	if err == nil && before.Disabled != v.Disabled {
		fields = append(fields, zap.Bool("disabled", v.Disabled))
	}
	if err = s.changed(ctx, "changed", in.Number, err, fields...); err != nil {
		return nil, err
	}
	if v.Disabled || before.Role != v.Role || before.Company != v.Company || !slices.Equal(before.Queues, v.Queues) {
		s.expel(in.Number)
	}
	return &accountOutput{Body: s.shown(v)}, nil
}

func (s *Server) removeAccount(ctx context.Context, in *AccountPath) (*struct{}, error) {
	err := s.accounts.Remove(in.Number, personOf(ctx).changes)
	if err = s.changed(ctx, "removed", in.Number, err); err != nil {
		return nil, err
	}
	s.expel(in.Number)
	return nil, nil
}

func (s *Server) resetAccount(ctx context.Context, in *AccountPath) (*linkOutput, error) {
	link, err := s.accounts.Reset(in.Number, personOf(ctx).changes)
	if err = s.changed(ctx, "reset", in.Number, err, zap.Time("until", link.Until)); err != nil {
		return nil, err
	}
	s.expel(in.Number)
	return &linkOutput{Body: link}, nil
}

func (s *Server) codesOffFor(ctx context.Context, in *AccountPath) (*struct{}, error) {
	err := s.accounts.CodesOff(in.Number, personOf(ctx).changes)
	return nil, s.changed(ctx, "codes off", in.Number, err)
}

// expel ends all that an account has open: its login, what its pages follow, its phone's way.
func (s *Server) expel(number string) {
	s.logins.forget(number)
	s.hush(number)
	s.lasting.end(number)
}

// changed is the line of audit of what was done to an account, or the problem of what was not.
func (s *Server) changed(ctx context.Context, how, number string, err error, more ...zap.Field) error {
	p := personOf(ctx)
	fields := append([]zap.Field{
		zap.String("how", how), zap.String("account", number), zap.String("by", p.Number), zap.String("role_of_by", string(p.Role)),
		zap.String("source", p.source), zap.Error(err),
	}, more...)
	s.log.Named("audit").Info("account", fields...)
	var problem *Problem
	var account *AccountError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &problem):
		return problem
	case errors.As(err, &account):
		return newProblem(http.StatusUnprocessableEntity, badQuery, "%v", account)
	case errors.Is(err, ErrNoAccount):
		return noAccount(number)
	case errors.Is(err, ErrAccountTaken):
		return newProblem(http.StatusConflict, badState, "%v", err)
	case errors.Is(err, ErrLastAdministrator):
		return newProblem(http.StatusConflict, badState, "%v", ErrLastAdministrator)
	}
	return s.accountNotKept(number, err)
}

// accountNotKept is the problem of accounts that could not be written.
func (s *Server) accountNotKept(number string, err error) error {
	s.log.Error("accounts not kept", zap.String("account", number), zap.Error(err))
	return newProblem(http.StatusInternalServerError, broken, "the accounts could not be written; nothing was changed")
}

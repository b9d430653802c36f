package web

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"go.uber.org/zap"

	"sansheng/cti"
)

// Me is who somebody is logged in as.
type Me struct {
	Number  string        `json:"number"`
	Name    string        `json:"name,omitempty"`
	Role    Role          `json:"role"`
	Company cti.CompanyID `json:"company"`
	// Department is where a clerk works.
	Department string `json:"department,omitempty"`
	// Queues are those to which he is limited.
	Queues []cti.QueueID `json:"queues,omitempty" doc:"The queues of the company to which he is limited; all where it is left out."`
	TOTP   bool          `json:"totp" doc:"A one-time code is asked for when he logs in."`
	Phone  bool          `json:"phone,omitempty" doc:"He has a phone of his own: an agent's, or a leader's, by which he listens."`
	// Ended is the login of the same account that this one has ended.
	Ended *Ended `json:"ended,omitempty" doc:"Another login of the same account that this login has ended."`
}

type loginInput struct {
	Body Credentials
}

// Credentials open a login.
type Credentials struct {
	Account  string `json:"account" pattern:"^[0-9]{3,15}$" patternDescription:"3 to 15 digits" doc:"The number of the account."`
	Password string `json:"password" minLength:"1" maxLength:"256"`
	Code     string `json:"code,omitempty" pattern:"^[0-9]{6}$" patternDescription:"6 digits" doc:"The one-time code, of an account that is asked for one (problem code-needed)."`
}

type meOutput struct {
	Body Me
}

func (s *Server) registerLogin(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "login", Method: http.MethodPost, Path: "/api/v1/login", Tags: []string{"login"},
		Summary:      "Log in with a cookie. A login of the same account elsewhere ends.",
		Errors:       []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests},
		MaxBodyBytes: 4 << 10, BodyReadTimeout: 3 * time.Second,
	}, s.login)
	huma.Register(api, huma.Operation{
		OperationID: "logout", Method: http.MethodPost, Path: "/api/v1/logout", Tags: []string{"login"},
		Summary: "End the login of this cookie.", Security: secured, Errors: []int{http.StatusUnauthorized, http.StatusForbidden},
	}, s.logout)
	huma.Register(api, huma.Operation{
		OperationID: "me", Method: http.MethodGet, Path: "/api/v1/me", Tags: []string{"login"},
		Summary: "Who is logged in.", Security: secured, Errors: []int{http.StatusUnauthorized},
	}, func(ctx context.Context, _ *struct{}) (*meOutput, error) {
		return &meOutput{Body: s.me(personOf(ctx).Account)}, nil
	})
}

func (s *Server) me(a Account) Me {
	return Me{
		Number: a.Number, Name: a.Name, Role: a.Role, Company: a.Company, Department: a.Department, Queues: a.Queues,
		TOTP: a.Secret != "", Phone: s.ownPhone(a),
	}
}

func (s *Server) login(ctx context.Context, in *loginInput) (*meOutput, error) {
	from := personOf(ctx).source
	a, err := s.verifier.verify(ctx, in.Body.Account, in.Body.Password, from)
	if err == nil {
		a, err = s.verifier.code(ctx, a, in.Body.Code, from)
	}
	if err != nil {
		return nil, s.refusal(err, in.Body.Account, from)
	}
	ended, err := s.logins.begin(ctx, a, from)
	if err != nil {
		s.log.Error("login not kept", zap.String("account", a.Number), zap.Error(err))
		return nil, newProblem(http.StatusInternalServerError, broken, "the login could not be kept")
	}
	s.log.Info("logged in", zap.String("account", a.Number), zap.String("role", string(a.Role)), zap.String("source", from))
	out := &meOutput{Body: s.me(a)}
	if out.Body.Ended = ended; ended != nil {
		s.hush(a.Number)
		s.log.Warn("login ended by another", zap.String("account", a.Number), zap.String("source", ended.Source), zap.String("by", from))
	}
	return out, nil
}

func (s *Server) logout(ctx context.Context, _ *struct{}) (*struct{}, error) {
	if err := s.logins.end(ctx); err != nil {
		return nil, newProblem(http.StatusInternalServerError, broken, "the login could not be ended")
	}
	s.hush(personOf(ctx).Number)
	s.log.Info("logged out", zap.String("account", personOf(ctx).Number))
	return nil, nil
}

// hush ends what an account's pages follow.
func (s *Server) hush(number string) {
	if s.cast != nil {
		s.cast.server.Revoke(number)
	}
}

// identify finds out whose request this is: by Basic credentials if there are
// any, else by cookie. The error is a problem.
func (s *Server) identify(ctx context.Context, r *http.Request, from string) (Account, error) {
	if r.Header.Get("Authorization") != "" {
		number, password, ok := r.BasicAuth()
		if !ok || len(number) > 32 || len(password) > 256 {
			return Account{}, newProblem(http.StatusUnauthorized, badCredentials,
				"the Authorization header is not understood; allowed: Basic with an account's number and its password")
		}
		a, err := s.verifier.verify(ctx, number, password, from)
		if err != nil {
			return Account{}, s.refusal(err, number, from)
		}
		if a.Secret != "" {
			return Account{}, newProblem(http.StatusUnauthorized, codeNeeded,
				"account %s logs in with a one-time code, which Basic cannot carry; allowed: POST /api/v1/login, or an account for scripts", number)
		}
		return a, nil
	}
	a, ended, ok := s.logins.current(ctx, s.accounts)
	switch {
	case ok:
		return a, nil
	case ended != nil:
		return Account{}, newProblem(http.StatusUnauthorized, loginEnded,
			"this login has ended: the account logged in again at %s from %s", ended.Since.Format(time.RFC3339), ended.Source)
	}
	return Account{}, newProblem(http.StatusUnauthorized, loginNeeded,
		"nobody is logged in; allowed: POST /api/v1/login, or Basic with an account's number and its password")
}

// refusal is the problem of a failed attempt. Only numbers of known accounts
// are logged: people type passwords into the wrong field.
func (s *Server) refusal(err error, number, from string) error {
	var busy *busyError
	switch {
	case errors.Is(err, errCredentials):
		if _, known := s.accounts.Account(number); !known {
			number = "unknown"
		}
		s.log.Warn("login failed", zap.String("account", number), zap.String("source", from))
		return newProblem(http.StatusUnauthorized, badCredentials, "%v", errCredentials)
	case errors.Is(err, errCodeNeeded):
		return newProblem(http.StatusUnauthorized, codeNeeded, "%v", errCodeNeeded)
	case errors.Is(err, errCode):
		s.log.Warn("one-time code refused", zap.String("account", number), zap.String("source", from))
		return newProblem(http.StatusUnauthorized, badCode, "%v", errCode)
	case errors.As(err, &busy):
		return huma.ErrorWithHeaders(newProblem(http.StatusTooManyRequests, tooMany, "%v", busy), retryAfter(busy.seconds()))
	}
	return newProblem(http.StatusServiceUnavailable, unavailable, "the login could not be checked in time: %v", err)
}

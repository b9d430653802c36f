package web

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"go.uber.org/zap"
)

type linkedPasswordInput struct {
	Body struct {
		Token    string `json:"token" minLength:"1" maxLength:"64" doc:"The one-time link's."`
		Password string `json:"password" minLength:"1" maxLength:"256" doc:"The new one: 10 letters and more, those of the account's number not counted."`
	}
}

// PasswordSet tells whose password was set.
type PasswordSet struct {
	Number string `json:"number"`
}

type passwordSetOutput struct{ Body PasswordSet }

type myPasswordInput struct {
	Body struct {
		Old      string `json:"old" minLength:"1" maxLength:"256" doc:"The password that you have."`
		Password string `json:"password" minLength:"1" maxLength:"256" doc:"The new one: 10 letters and more, those of your number not counted."`
	}
}

type beginCodesInput struct {
	Body struct {
		Password string `json:"password" minLength:"1" maxLength:"256" doc:"Yours: a desk that was left alone is not enough."`
	}
}

// CodeSecret is what an authenticator is given.
type CodeSecret struct {
	Secret string `json:"secret" doc:"In base32. It is told this once."`
	URI    string `json:"uri" doc:"The same as an authenticator reads it from a QR code (otpauth://totp/…)."`
}

type codeSecretOutput struct{ Body CodeSecret }

type codeInput struct {
	Body struct {
		Code string `json:"code" pattern:"^[0-9]{6}$" patternDescription:"6 digits" doc:"What the authenticator shows."`
	}
}

// registerMine registers what everybody does about his own account.
func (s *Server) registerMine(api huma.API) {
	operation := func(id, path, summary string, errs ...int) huma.Operation {
		return huma.Operation{
			OperationID: id, Method: http.MethodPost, Path: "/api/v1/" + path, Tags: []string{"login"}, Summary: summary, Security: secured,
			Errors:       append([]int{http.StatusUnauthorized, http.StatusForbidden, http.StatusUnprocessableEntity, http.StatusTooManyRequests}, errs...),
			MaxBodyBytes: 4 << 10, BodyReadTimeout: 3 * time.Second,
		}
	}
	linked := operation("set-password", "password", "Set the password of a one-time link's account.", http.StatusGone)
	linked.Security = nil
	huma.Register(api, linked, s.setLinkedPassword)
	huma.Register(api, operation("change-password", "me/password", "Change your password. Your login goes on."), s.changeMyPassword)
	huma.Register(api, operation("begin-totp", "me/totp", "Have a secret made for one-time codes (RFC 6238). None are asked for before one was confirmed.", http.StatusConflict), s.beginMyCodes)
	huma.Register(api, operation("confirm-totp", "me/totp/confirm", "Confirm with a first code: from now on one is asked for at each login.", http.StatusConflict), s.confirmMyCodes)
	huma.Register(api, operation("totp-off", "me/totp/off", "Be asked for no code any more; it takes one.", http.StatusConflict), s.endMyCodes)
}

func (s *Server) setLinkedPassword(ctx context.Context, in *linkedPasswordInput) (*passwordSetOutput, error) {
	from := personOf(ctx).source
	a, err := s.accounts.linked(in.Body.Token)
	if err != nil {
		s.log.Warn("link refused", zap.String("source", from))
		return nil, newProblem(http.StatusGone, badLink, "%v", err)
	}
	if err := checkPassword(a.Number, in.Body.Password); err != nil {
		return nil, newProblem(http.StatusUnprocessableEntity, weakPassword, "%v", err)
	}
	hash, err := s.verifier.hash(ctx, in.Body.Password)
	if err != nil {
		return nil, s.refusal(err, a.Number, from)
	}
	switch err := s.accounts.redeem(a.Number, in.Body.Token, hash); {
	case errors.Is(err, errLink), errors.Is(err, ErrNoAccount):
		return nil, newProblem(http.StatusGone, badLink, "%v", errLink)
	case err != nil:
		return nil, s.accountNotKept(a.Number, err)
	}
	s.expel(a.Number)
	s.log.Named("audit").Info("account", zap.String("how", "password set by link"), zap.String("account", a.Number), zap.String("source", from))
	return &passwordSetOutput{Body: PasswordSet{Number: a.Number}}, nil
}

func (s *Server) changeMyPassword(ctx context.Context, in *myPasswordInput) (*passwordSetOutput, error) {
	a, err := s.again(ctx, in.Body.Old)
	if err != nil {
		return nil, err
	}
	if err := checkPassword(a.Number, in.Body.Password); err != nil {
		return nil, newProblem(http.StatusUnprocessableEntity, weakPassword, "%v", err)
	}
	if in.Body.Password == in.Body.Old {
		return nil, newProblem(http.StatusUnprocessableEntity, weakPassword, "the new password is the old one")
	}
	hash, err := s.verifier.hash(ctx, in.Body.Password)
	if err != nil {
		return nil, s.refusal(err, a.Number, personOf(ctx).source)
	}
	if err := s.mine(ctx, "password changed", s.accounts.setPassword(a, hash)); err != nil {
		return nil, err
	}
	if now, ok := s.accounts.Account(a.Number); ok {
		s.logins.renew(ctx, now)
	}
	return &passwordSetOutput{Body: PasswordSet{Number: a.Number}}, nil
}

// again asks a person who is logged in for his password once more. A wrong one is no reason
// to think him logged out: it is 422. The error is a problem.
func (s *Server) again(ctx context.Context, password string) (Account, error) {
	p := personOf(ctx)
	a, err := s.verifier.verify(ctx, p.Number, password, p.source)
	if errors.Is(err, errCredentials) {
		s.log.Warn("password of a login refused", zap.String("account", p.Number), zap.String("source", p.source))
		return Account{}, newProblem(http.StatusUnprocessableEntity, badCredentials, "this is not your password")
	}
	if err != nil {
		return Account{}, s.refusal(err, p.Number, p.source)
	}
	return a, nil
}

func (s *Server) beginMyCodes(ctx context.Context, in *beginCodesInput) (*codeSecretOutput, error) {
	a, err := s.again(ctx, in.Body.Password)
	if err != nil {
		return nil, err
	}
	secret, err := s.accounts.beginCodes(a.Number)
	if err := s.mine(ctx, "codes begun", err); err != nil {
		return nil, err
	}
	return &codeSecretOutput{Body: CodeSecret{Secret: secret, URI: codeURI(a.Number, secret)}}, nil
}

func (s *Server) confirmMyCodes(ctx context.Context, in *codeInput) (*struct{}, error) {
	return nil, s.tryMine(ctx, "codes on", func(number string) error { return s.accounts.confirmCodes(number, in.Body.Code) })
}

func (s *Server) endMyCodes(ctx context.Context, in *codeInput) (*struct{}, error) {
	return nil, s.tryMine(ctx, "codes off", func(number string) error {
		if _, err := s.accounts.takeCode(number, in.Body.Code); err != nil {
			return err
		}
		return s.accounts.CodesOff(number, nil)
	})
}

// tryMine tries a code of who asks: as slowly as at the login.
func (s *Server) tryMine(ctx context.Context, how string, try func(number string) error) error {
	p := personOf(ctx)
	_, err := s.verifier.guessed(ctx, guess{account: p.Number, source: p.source}, func() (Account, error) {
		return Account{}, try(p.Number)
	})
	return s.mine(ctx, how, err)
}

// mine is the line of audit of what somebody did about his own account, or the problem of
// what was not done.
func (s *Server) mine(ctx context.Context, how string, err error) error {
	p := personOf(ctx)
	s.log.Named("audit").Info("account", zap.String("how", how), zap.String("account", p.Number), zap.String("by", p.Number),
		zap.String("source", p.source), zap.Error(err))
	var busy *busyError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errCode):
		return newProblem(http.StatusUnprocessableEntity, badCode, "%v", errCode)
	case errors.Is(err, errCodesOn), errors.Is(err, errCodesOff):
		return newProblem(http.StatusConflict, badState, "%v", err)
	case errors.Is(err, errCredentials), errors.Is(err, ErrNoAccount):
		return newProblem(http.StatusConflict, badState, "your account was changed meanwhile; nothing was done")
	case errors.As(err, &busy), errors.Is(err, errClosing), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return s.refusal(err, p.Number, p.source)
	}
	return s.accountNotKept(p.Number, err)
}

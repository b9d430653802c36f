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

// configMost bounds a configuration's document, configTime the time in which it is taken.
const (
	configMost = 2 << 20
	configTime = 15 * time.Second
)

// ConfigKeeper shows the running configuration and publishes another one. Its errors are
// *ConfigError or *cti.PlanError where that cannot be.
type ConfigKeeper interface {
	// Export is the document of what is in force, or of a version where one is named, as a
	// person of a company may see it; of all where that is empty.
	Export(_ context.Context, of cti.CompanyID, version int) (ConfigDocument, error)
	// Diff tells what an order would change.
	Diff(context.Context, ConfigOrder) ([]ConfigChange, error)
	Apply(context.Context, ConfigOrder) (ConfigApplied, error)
	Versions(context.Context) ([]cti.VersionView, error)
	// Cancel takes a planned version back; one of his own where he sees one company.
	Cancel(context.Context, cti.CancelPlan, cti.CompanyID) error
}

// ConfigOrder is a document to be put in force, or a version's plan.
type ConfigOrder struct {
	Document string
	// Version counts where Document is empty; 0 is the one before.
	Version int
	// From is the version with which Diff compares; the one in force where it is 0.
	From int
	// Base, where given, is the hash of the plan that must be in force when it is applied:
	// who publishes has looked at that one.
	Base string
	// At is now where it is zero.
	At       time.Time
	By, Note string
	// Company, where given, is the only one whose part may be changed.
	Company cti.CompanyID
}

// ConfigError is a document that is not taken.
type ConfigError struct {
	// Faults are what is wrong with the document, each with its line.
	Faults []string
	// Foreign: it changes what is not his to change.
	Foreign bool
	Text    string
}

func (e *ConfigError) Error() string { return "configuration: " + e.Text }

// ConfigDocument is the configuration in force.
type ConfigDocument struct {
	Version  int    `json:"version" doc:"The version of the plan in force."`
	Hash     string `json:"hash" doc:"Tells plans apart."`
	Document string `json:"document" doc:"The configuration as YAML: what is not as by default. KEPT stands for a secret as it is."`
}

// ConfigChange is what a document would change.
type ConfigChange struct {
	Place string `json:"place" doc:"As in hotline.queues[service].max_wait."`
	What  string `json:"what" enum:"added,removed,changed"`
	Old   string `json:"old,omitempty"`
	New   string `json:"new,omitempty"`
	Live  bool   `json:"live" doc:"Taken while the hotline runs; else it needs a restart, and the document is refused."`
	Text  string `json:"text" doc:"All that in a line."`
}

// ConfigApplied is what came of an order.
type ConfigApplied struct {
	Version int            `json:"version" doc:"The version in force, or planned."`
	Changes []ConfigChange `json:"changes" nullable:"false" doc:"Nothing where it was in force already: then there is no new version."`
	// At is when it comes into force.
	At *time.Time `json:"at,omitempty" doc:"When it comes into force, of a planned one."`
	// Notes are what is to be known.
	Notes []string `json:"notes,omitempty" doc:"What is to be known: what has not followed yet, and why."`
}

// noConfig is where no engine runs.
type noConfig struct{}

func (noConfig) Export(context.Context, cti.CompanyID, int) (d ConfigDocument, err error) {
	return d, errNoEngine
}
func (noConfig) Diff(context.Context, ConfigOrder) ([]ConfigChange, error) { return nil, errNoEngine }
func (noConfig) Apply(context.Context, ConfigOrder) (a ConfigApplied, err error) {
	return a, errNoEngine
}
func (noConfig) Versions(context.Context) ([]cti.VersionView, error)         { return nil, errNoEngine }
func (noConfig) Cancel(context.Context, cti.CancelPlan, cti.CompanyID) error { return errNoEngine }

type configInput struct {
	Version int `query:"version" minimum:"1" doc:"A version that is kept or planned, in place of the one in force."`
}

type configOutput struct {
	Body ConfigDocument
}

type configDiffInput struct {
	Body struct {
		Document string `json:"document,omitempty" maxLength:"2000000" doc:"The configuration as YAML, the whole of it."`
		Version  int    `json:"version,omitempty" minimum:"1" doc:"In place of a document: a version that is kept or planned."`
		From     int    `json:"from,omitempty" minimum:"1" doc:"The version with which it is compared; the one in force by default."`
	}
}

// ConfigChanges are what a document would change.
type ConfigChanges struct {
	Changes []ConfigChange `json:"changes" nullable:"false"`
}

type configDiffOutput struct {
	Body ConfigChanges
}

type configApplyInput struct {
	Body struct {
		Document string    `json:"document,omitempty" maxLength:"2000000" doc:"The configuration as YAML, the whole of it."`
		Undo     *int      `json:"undo,omitempty" minimum:"0" doc:"In place of a document: the version whose plan is put in force again, 0 for the one before."`
		Base     string    `json:"base,omitempty" maxLength:"64" doc:"The hash of the plan that must be in force: who has looked at another one is refused."`
		Note     string    `json:"note,omitempty" maxLength:"500" doc:"What people read beside it."`
		At       time.Time `json:"at,omitzero" doc:"When; now by default, at most 366 days ahead."`
	}
}

type configApplyOutput struct {
	Body ConfigApplied
}

// ConfigVersion is a plan that was, is, or will be in force.
type ConfigVersion cti.VersionView

// ConfigVersions are those kept and those planned.
type ConfigVersions struct {
	Versions []ConfigVersion `json:"versions" nullable:"false" doc:"Oldest first, then those planned."`
}

type configVersionsOutput struct {
	Body ConfigVersions
}

type configCancelInput struct {
	Version int `path:"version" minimum:"1" doc:"The planned version's number."`
}

func (s *Server) registerConfig(api huma.API) {
	read := append([]int{}, readErrors...)
	changes := append([]int{http.StatusNotFound, http.StatusConflict}, readErrors...)
	huma.Register(api, huma.Operation{
		OperationID: "config", Method: http.MethodGet, Path: "/api/v1/config", Tags: []string{"configuration"},
		Summary: "The configuration in force, or that of a version, as a document that can be sent back.", Security: secured,
		Errors: append([]int{http.StatusNotFound}, read...),
	}, s.config)
	huma.Register(api, huma.Operation{
		OperationID: "config-diff", Method: http.MethodPost, Path: "/api/v1/config/diff", Tags: []string{"configuration"},
		Summary: "What a document, or a version, would change; nothing is changed.", Security: secured,
		Errors: append([]int{http.StatusNotFound}, read...), MaxBodyBytes: configMost,
	}, s.configDiff)
	huma.Register(api, huma.Operation{
		OperationID: "config-versions", Method: http.MethodGet, Path: "/api/v1/config/versions", Tags: []string{"configuration"},
		Summary: "Which plans were, are and will be in force, since when, and by whom.", Security: secured, Errors: read,
	}, s.configVersions)
	huma.Register(api, huma.Operation{
		OperationID: "config-apply", Method: http.MethodPost, Path: "/api/v1/config/versions", Tags: []string{"configuration"},
		Summary:     "Put a document in force, or a version's plan again: all of it or nothing.",
		Description: "What needs a restart, and what callers need who are here now, is refused with its name.",
		Security:    secured, Errors: changes, MaxBodyBytes: configMost,
	}, s.configApply)
	huma.Register(api, huma.Operation{
		OperationID: "config-cancel", Method: http.MethodDelete, Path: "/api/v1/config/versions/{version}", Tags: []string{"configuration"},
		Summary: "Take a planned version back.", Security: secured, Errors: changes, DefaultStatus: http.StatusNoContent,
	}, s.configCancel)
}

// nobodys is no company: an auditor reads configurations without the callers' numbers that
// any company's rules name.
const nobodys = cti.CompanyID("-")

// readsOf is whose such numbers a person reads in a configuration; all where it is empty.
func (p person) readsOf() cti.CompanyID {
	if p.Role == Auditor {
		return nobodys
	}
	return p.onlyCompany()
}

func (s *Server) config(ctx context.Context, in *configInput) (*configOutput, error) {
	ctx, cancel := context.WithTimeout(ctx, configTime)
	defer cancel()
	d, err := s.configs.Export(ctx, personOf(ctx).readsOf(), in.Version)
	if err != nil {
		return nil, notConfigured(err)
	}
	return &configOutput{Body: d}, nil
}

func (s *Server) configDiff(ctx context.Context, in *configDiffInput) (*configDiffOutput, error) {
	if (in.Body.Document == "") == (in.Body.Version == 0) {
		return nil, newProblem(http.StatusUnprocessableEntity, badQuery, "a document is needed, or a version; allowed: one of the two")
	}
	ctx, cancel := context.WithTimeout(ctx, configTime)
	defer cancel()
	changes, err := s.configs.Diff(ctx, ConfigOrder{
		Document: in.Body.Document, Version: in.Body.Version, From: in.Body.From, Company: personOf(ctx).readsOf(),
	})
	if err != nil {
		return nil, notConfigured(err)
	}
	return &configDiffOutput{Body: ConfigChanges{Changes: changes}}, nil
}

func (s *Server) configApply(ctx context.Context, in *configApplyInput) (*configApplyOutput, error) {
	if (in.Body.Document == "") == (in.Body.Undo == nil) {
		return nil, newProblem(http.StatusUnprocessableEntity, badQuery, "a document is needed, or undo with a version's number; allowed: one of the two")
	}
	p := personOf(ctx)
	o := ConfigOrder{Document: in.Body.Document, Base: in.Body.Base, At: in.Body.At, Note: in.Body.Note, By: p.Number, Company: p.onlyCompany()}
	if in.Body.Undo != nil {
		o.Version = *in.Body.Undo
	}
	ctx, cancel := context.WithTimeout(ctx, configTime)
	defer cancel()
	done, err := s.configs.Apply(ctx, o)
	s.log.Info("configuration", zap.String("by", o.By), zap.String("note", o.Note), zap.Time("at", o.At), zap.Int("version", done.Version), zap.Int("changes", len(done.Changes)), zap.Error(err))
	if err != nil {
		return nil, notConfigured(err)
	}
	return &configApplyOutput{Body: done}, nil
}

func (s *Server) configVersions(ctx context.Context, _ *struct{}) (*configVersionsOutput, error) {
	ctx, cancel := context.WithTimeout(ctx, configTime)
	defer cancel()
	list, err := s.configs.Versions(ctx)
	if err != nil {
		return nil, notConfigured(err)
	}
	out := &configVersionsOutput{Body: ConfigVersions{Versions: []ConfigVersion{}}}
	for _, v := range list {
		out.Body.Versions = append(out.Body.Versions, ConfigVersion(v))
	}
	return out, nil
}

func (s *Server) configCancel(ctx context.Context, in *configCancelInput) (*struct{}, error) {
	p := personOf(ctx)
	ctx, cancel := context.WithTimeout(ctx, configTime)
	defer cancel()
	err := s.configs.Cancel(ctx, cti.CancelPlan{Version: in.Version, By: p.Number}, p.onlyCompany())
	s.log.Info("configuration: a planned version is cancelled", zap.String("by", p.Number), zap.Int("version", in.Version), zap.Error(err))
	if err != nil {
		return nil, notConfigured(err)
	}
	return nil, nil //nolint:nilnil // 204 has no body
}

// notConfigured is the answer where the configuration is not what was asked for.
func notConfigured(err error) error {
	var config *ConfigError
	switch {
	case errors.As(err, &config) && config.Foreign:
		return newProblem(http.StatusForbidden, notAllowed, "%s", config.Text)
	case errors.As(err, &config) && len(config.Faults) > 0:
		p := newProblem(http.StatusUnprocessableEntity, badQuery, "%s", config.Text)
		for _, f := range config.Faults {
			p.Errors = append(p.Errors, &huma.ErrorDetail{Location: "body.document", Message: f})
		}
		return p
	case errors.As(err, &config):
		return newProblem(http.StatusConflict, badState, "%s", config.Text)
	}
	return notDone(err)
}

package web

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"go.uber.org/zap"

	"sansheng/cti"
)

// promptMost bounds an upload. Three minutes of two channels at 44.1 kHz have 32 MB as
// WAV, and less than 20 as FLAC; a prompt of a few seconds has one.
const promptMost = 20 << 20

// uploadRoute is the one route whose requests may be larger than maxBody.
const uploadRoute = "PUT /api/v1/prompts/{name}/audio"

// PromptKeeper keeps the operators' prompts. Its errors are *PromptError where it is not
// our fault.
type PromptKeeper interface {
	// Prompts are those that the callers of a company hear, of all where it is empty.
	Prompts(ctx context.Context, company cti.CompanyID) ([]PromptView, error)
	// Prompt is one with its versions.
	Prompt(context.Context, PromptID) (PromptView, error)
	Upload(ctx context.Context, id PromptID, by string, sound io.Reader) (PromptVersion, error)
	Speak(ctx context.Context, id PromptID, by, text string) (PromptVersion, error)
	Undo(ctx context.Context, id PromptID, by string) (PromptVersion, error)
	Remove(ctx context.Context, id PromptID, by string) (PromptVersion, error)
	// Hear rings a phone, of an agent of the company where one is given, and plays it.
	Hear(ctx context.Context, id PromptID, phone string, only cti.CompanyID) error
	// Sound opens what the switch plays by that name, a WAV file.
	Sound(context.Context, PromptID) (io.ReadCloser, error)
}

// PromptID is which prompt it is.
type PromptID struct {
	Name string
	// Language is its company's where it is empty.
	Language string
	// Company whose callers hear it; all where it is empty.
	Company cti.CompanyID
}

// PromptError is why a prompt is not changed, or not played.
type PromptError struct {
	// Status is the HTTP status that says so.
	Status int
	Text   string
}

func (e *PromptError) Error() string { return e.Text }

// nobodysPrompts are those where there is no switch of ours.
type nobodysPrompts struct{}

var errNoSwitch = &PromptError{http.StatusServiceUnavailable, "no switch of ours runs here, so that there are no prompts; ask where one does"}

func (nobodysPrompts) Prompts(context.Context, cti.CompanyID) ([]PromptView, error) {
	return nil, errNoSwitch
}
func (nobodysPrompts) Prompt(context.Context, PromptID) (p PromptView, err error) {
	return p, errNoSwitch
}
func (nobodysPrompts) Upload(context.Context, PromptID, string, io.Reader) (v PromptVersion, err error) {
	return v, errNoSwitch
}
func (nobodysPrompts) Speak(context.Context, PromptID, string, string) (v PromptVersion, err error) {
	return v, errNoSwitch
}
func (nobodysPrompts) Undo(context.Context, PromptID, string) (v PromptVersion, err error) {
	return v, errNoSwitch
}
func (nobodysPrompts) Remove(context.Context, PromptID, string) (v PromptVersion, err error) {
	return v, errNoSwitch
}
func (nobodysPrompts) Hear(context.Context, PromptID, string, cti.CompanyID) error {
	return errNoSwitch
}
func (nobodysPrompts) Sound(context.Context, PromptID) (io.ReadCloser, error) {
	return nil, errNoSwitch
}

// PromptView is what callers hear by a name.
type PromptView struct {
	Name     string `json:"name"`
	Language string `json:"language"`
	Company  string `json:"company,omitempty" doc:"Whose callers hear it; all where it is absent."`
	Plays    string `json:"plays" enum:"own,everybody's,shipped,missing" doc:"What is heard: this prompt's newest version, the one for all companies, the one that is shipped, or nothing."`
	Voice    string `json:"voice,omitempty" enum:"person,placeholder" doc:"Whose voice is heard; a placeholder is a program's."`
	Version  int    `json:"version,omitempty" doc:"The version that is heard, where it is an own one."`

	LengthMs int64           `json:"length_ms,omitempty"`
	Loudness float64         `json:"loudness_lufs,omitempty" doc:"Gated, by ITU-R BS.1770-4."`
	Used     []PromptUse     `json:"used" nullable:"false" doc:"Where the configuration plays it."`
	Versions []PromptVersion `json:"versions,omitempty" doc:"The oldest first; not in the list of prompts."`
	Warnings []string        `json:"warnings,omitempty" doc:"What callers will not hear of it."`
}

// PromptUse is a place that plays a prompt.
type PromptUse struct {
	Where   string `json:"where"`
	Company string `json:"company,omitempty"`
	MostMs  int64  `json:"most_ms,omitempty" doc:"How much of it is heard there: then the call goes on."`
}

// PromptVersion is one state of a prompt.
type PromptVersion struct {
	Version  int       `json:"version"`
	At       time.Time `json:"at"`
	By       string    `json:"by,omitempty"`
	How      string    `json:"how" enum:"uploaded,spoken,undone,removed,found" doc:"Found is one that lay there before the first upload."`
	Of       int       `json:"of,omitempty" doc:"The version that an undone one brings back; absent where there was none before."`
	SHA256   string    `json:"sha256,omitempty" doc:"Of the file that the switch plays; absent where there is none of ours."`
	Source   string    `json:"source_sha256,omitempty" doc:"Of the file that was uploaded."`
	Format   string    `json:"format,omitempty" doc:"Its format."`
	Text     string    `json:"text,omitempty" doc:"What was spoken by a program."`
	Voice    string    `json:"voice,omitempty" enum:"person,placeholder"`
	LengthMs int64     `json:"length_ms,omitempty"`
	Loudness float64   `json:"loudness_lufs,omitempty"`
	Warnings []string  `json:"warnings,omitempty" doc:"What callers will not hear of it."`
}

// PromptFilter is which prompt a request is about.
type PromptFilter struct {
	CompanyFilter
	Name     string `path:"name" maxLength:"64" doc:"The prompt's name, its slash as %2F."`
	Language string `query:"language" enum:"zh,en" doc:"Its company's by default."`
}

// id is the prompt, of a company that the asker may see.
func (f PromptFilter) id(ctx context.Context) (PromptID, error) {
	company, err := companyOf(ctx, f.Company)
	return PromptID{Name: f.Name, Language: f.Language, Company: cti.CompanyID(company)}, err
}

type promptsInput struct {
	CompanyFilter
}

// Prompts is a list of prompts.
type Prompts struct {
	Prompts []PromptView `json:"prompts" nullable:"false"`
}

type promptsOutput struct{ Body Prompts }

type promptOutput struct{ Body PromptView }

type promptVersionOutput struct{ Body PromptVersion }

// uploadInput takes the body as it comes: it is never in memory as a whole.
type uploadInput struct {
	PromptFilter
	sound io.Reader
}

// Resolve implements huma.Resolver.
func (in *uploadInput) Resolve(c huma.Context) []error {
	in.sound = c.BodyReader()
	return nil
}

type speakInput struct {
	PromptFilter
	Body struct {
		Text string `json:"text" minLength:"1" maxLength:"500" doc:"What is to be said."`
	}
}

type hearInput struct {
	PromptFilter
	Body struct {
		Phone string `json:"phone" pattern:"^[0-9]{3,15}$" patternDescription:"3 to 15 digits" doc:"An agent's number whose phone is registered."`
	}
}

func (s *Server) registerPrompts(api huma.API) {
	changes := append([]int{http.StatusNotFound, http.StatusConflict}, readErrors...)
	operation := func(id, method, path, summary string, errs []int) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: "/api/v1/prompts" + path, Tags: []string{"prompts"}, Summary: summary, Security: secured, Errors: errs}
	}
	huma.Register(api, operation("prompts", http.MethodGet, "", "What callers hear, by name, and where.", readErrors), s.promptList)
	huma.Register(api, operation("prompt", http.MethodGet, "/{name}", "A prompt with its versions.", changes), s.prompt)
	upload := operation("upload-prompt", http.MethodPut, "/{name}/audio", "Make a recording what callers hear by a name.",
		append([]int{http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType}, changes...))
	upload.Description = "WAV, MP3 or FLAC, of up to 20 MB and three minutes: told apart by what is in it. It is made 8 kHz of one channel, trimmed, and " +
		"levelled; the next caller hears it. Who is listening hears the one before to its end."
	binary := map[string]*huma.MediaType{"application/octet-stream": {Schema: &huma.Schema{Type: "string", Format: "binary"}}}
	upload.RequestBody = &huma.RequestBody{Content: binary}
	huma.Register(api, upload, s.uploadPrompt)
	huma.Register(api, operation("speak-prompt", http.MethodPut, "/{name}/text", "Have a program say what callers hear by a name, until a person has.", changes), s.speakPrompt)
	huma.Register(api, operation("undo-prompt", http.MethodPost, "/{name}/undo", "Bring back the version before, as a new one.", changes), s.undoPrompt)
	huma.Register(api, operation("remove-prompt", http.MethodDelete, "/{name}", "Take away a prompt that is not used anywhere.", changes), s.removePrompt)
	hear := operation("hear-prompt", http.MethodPost, "/{name}/hear", "Ring a phone and play a prompt.", changes)
	hear.DefaultStatus = http.StatusNoContent
	huma.Register(api, hear, s.hearPrompt)
	huma.Register(api, operation("prompt-sound", http.MethodGet, "/{name}/sound", "What callers hear by a name, as a WAV file.", changes), s.promptSound)
}

// unheard is the answer where a prompt was not changed, or not played.
func (s *Server) unheard(what string, err error) error {
	var p *PromptError
	if errors.As(err, &p) {
		kind := badState
		switch p.Status {
		case http.StatusNotFound:
			kind = notFound
		case http.StatusRequestEntityTooLarge:
			kind = tooLarge
		case http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity:
			kind = badSound
		case http.StatusServiceUnavailable:
			kind = unavailable
		}
		return newProblem(p.Status, kind, "%s", p.Text)
	}
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return newProblem(http.StatusRequestEntityTooLarge, tooLarge, "the file is larger than %d MB; allowed: at most so much", large.Limit>>20)
	}
	if errors.Is(err, os.ErrDeadlineExceeded) { // of the connection
		return newProblem(http.StatusRequestTimeout, tooLarge, "the file was not here within %s; allowed: a smaller one, or a faster line", fileTime)
	}
	s.log.Error(what, zap.Error(err))
	return newProblem(http.StatusInternalServerError, broken, "the prompt could not be changed or played; it is in the log")
}

func (s *Server) promptList(ctx context.Context, in *promptsInput) (*promptsOutput, error) {
	company, err := companyOf(ctx, in.Company)
	if err != nil {
		return nil, err
	}
	list, err := s.prompts.Prompts(ctx, cti.CompanyID(company))
	if err != nil {
		return nil, s.unheard("list prompts", err)
	}
	if list == nil {
		list = []PromptView{}
	}
	return &promptsOutput{Body: Prompts{list}}, nil
}

func (s *Server) prompt(ctx context.Context, in *PromptFilter) (*promptOutput, error) {
	id, err := in.id(ctx)
	if err != nil {
		return nil, err
	}
	p, err := s.prompts.Prompt(ctx, id)
	if err != nil {
		return nil, s.unheard("show prompt", err)
	}
	return &promptOutput{Body: p}, nil
}

// change has a prompt changed, and the log say by whom.
func (s *Server) change(ctx context.Context, in PromptFilter, what string, do func(PromptID, string) (PromptVersion, error)) (*promptVersionOutput, error) {
	id, err := in.id(ctx)
	if err != nil {
		return nil, err
	}
	by := personOf(ctx).Number
	v, err := do(id, by)
	s.log.Info("prompt", zap.String("by", by), zap.String("what", what), zap.String("name", id.Name), zap.String("company", string(id.Company)), zap.Int("version", v.Version), zap.Error(err))
	if err != nil {
		return nil, s.unheard(what+" prompt", err)
	}
	return &promptVersionOutput{Body: v}, nil
}

func (s *Server) uploadPrompt(ctx context.Context, in *uploadInput) (*promptVersionOutput, error) {
	return s.change(ctx, in.PromptFilter, "upload", func(id PromptID, by string) (PromptVersion, error) {
		return s.prompts.Upload(ctx, id, by, in.sound)
	})
}

func (s *Server) speakPrompt(ctx context.Context, in *speakInput) (*promptVersionOutput, error) {
	return s.change(ctx, in.PromptFilter, "speak", func(id PromptID, by string) (PromptVersion, error) {
		return s.prompts.Speak(ctx, id, by, in.Body.Text)
	})
}

func (s *Server) undoPrompt(ctx context.Context, in *PromptFilter) (*promptVersionOutput, error) {
	return s.change(ctx, *in, "undo", func(id PromptID, by string) (PromptVersion, error) { return s.prompts.Undo(ctx, id, by) })
}

func (s *Server) removePrompt(ctx context.Context, in *PromptFilter) (*promptVersionOutput, error) {
	return s.change(ctx, *in, "remove", func(id PromptID, by string) (PromptVersion, error) { return s.prompts.Remove(ctx, id, by) })
}

func (s *Server) hearPrompt(ctx context.Context, in *hearInput) (*struct{}, error) {
	id, err := in.id(ctx)
	if err != nil {
		return nil, err
	}
	p := personOf(ctx)
	err = s.prompts.Hear(ctx, id, in.Body.Phone, p.onlyCompany())
	s.log.Info("prompt", zap.String("by", p.Number), zap.String("what", "hear"), zap.String("name", id.Name), zap.String("phone", in.Body.Phone), zap.Error(err))
	if err != nil {
		return nil, s.unheard("hear prompt", err)
	}
	return nil, nil //nolint:nilnil // 204 has no body
}

// promptSound sends what is played. Browsers play it from the answer's body.
func (s *Server) promptSound(ctx context.Context, in *PromptFilter) (*huma.StreamResponse, error) {
	id, err := in.id(ctx)
	if err != nil {
		return nil, err
	}
	sound, err := s.prompts.Sound(ctx, id)
	if err != nil {
		return nil, s.unheard("open prompt", err)
	}
	return &huma.StreamResponse{Body: func(h huma.Context) {
		defer sound.Close()
		h.SetHeader("Content-Type", "audio/wav")
		_, _ = io.Copy(h.BodyWriter(), sound) // whoever asked is gone
	}}, nil
}

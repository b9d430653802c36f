package service

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"

	"go.uber.org/zap"

	"sansheng/cti"
	"sansheng/cti/web"
	"sansheng/pbx"
	"sansheng/pbx/ari"
	"sansheng/pbx/asterisk"
	"sansheng/pbx/audio"
	"sansheng/pbx/prompt"
)

// openPrompts takes the operators' prompts and gives the switch what it lacks of them.
// Calls do not depend on it: what the switch has it plays.
func (s *Service) openPrompts() {
	if s.asterisk == nil {
		return
	}
	var err error
	if s.prompts, err = prompt.Open(s.promptsDir(), s.asterisk.SoundsDir); err != nil {
		s.log.Error("the operators' prompts cannot be read: they cannot be changed now", zap.Error(err))
	}
}

func (s *Service) promptsDir() string { return filepath.Join(s.cfg.Data, "prompts") }

// promptKeeper makes prompts of what operators send, for the API.
type promptKeeper struct{ s *Service }

func refusePrompt(status int, format string, args ...any) error {
	return &web.PromptError{Status: status, Text: fmt.Sprintf(format, args...)}
}

// key is the prompt that is meant, in its company's language where none is named.
func (p promptKeeper) key(id web.PromptID) (prompt.Key, error) {
	k := prompt.Key{Language: id.Language, Company: string(id.Company), Name: id.Name}
	var spoken []string // by those whom it is for
	for _, co := range p.s.plan().Companies {
		if id.Company == "" || co.ID == id.Company {
			spoken = append(spoken, co.Language)
		}
	}
	switch spoken = slices.Compact(slices.Sorted(slices.Values(spoken))); {
	case len(spoken) == 0 && id.Company != "":
		return k, refusePrompt(http.StatusNotFound, "there is no company %s", id.Company)
	case k.Language == "" && len(spoken) == 1:
		k.Language = spoken[0]
	case k.Language == "":
		return k, refusePrompt(http.StatusUnprocessableEntity, "name the language: %v", prompt.Languages)
	}
	if err := k.Check(); err != nil {
		return k, refusePrompt(http.StatusUnprocessableEntity, "%v", err)
	}
	return k, nil
}

// Upload implements web.PromptKeeper.
func (p promptKeeper) Upload(ctx context.Context, id web.PromptID, by string, sound io.Reader) (v web.PromptVersion, err error) {
	k, err := p.key(id)
	if err != nil {
		return v, err
	}
	f, sum, err := p.receive(sound)
	if err != nil {
		return v, err
	}
	defer f.Close() //nolint:errcheck // it has no name any more
	return p.add(ctx, k, f, prompt.Version{How: prompt.Uploaded, By: by, Source: sum})
}

// receive keeps what is sent in a file without a name, which is gone with its end.
func (p promptKeeper) receive(sound io.Reader) (*os.File, string, error) {
	if err := os.MkdirAll(p.s.promptsDir(), 0o755); err != nil {
		return nil, "", fmt.Errorf("receive prompt: %w", err)
	}
	f, err := os.CreateTemp(p.s.promptsDir(), ".upload-*")
	if err != nil {
		return nil, "", fmt.Errorf("receive prompt: %w", err)
	}
	sum := sha256.New()
	_, err = io.Copy(io.MultiWriter(f, sum), sound)
	if err := errors.Join(err, os.Remove(f.Name())); err != nil {
		return nil, "", errors.Join(fmt.Errorf("receive prompt: %w", err), f.Close())
	}
	return f, hex.EncodeToString(sum.Sum(nil)), nil
}

// Speak implements web.PromptKeeper.
func (p promptKeeper) Speak(ctx context.Context, id web.PromptID, by, text string) (v web.PromptVersion, err error) {
	k, err := p.key(id)
	if err != nil {
		return v, err
	}
	b, err := asterisk.Speak(ctx, p.s.opts.Finder, k.Language, text)
	if err != nil {
		p.s.log.Warn("a prompt is not spoken", zap.Error(err))
		return v, refusePrompt(http.StatusUnprocessableEntity, "the voice does not say %q; allowed: words of the language %s", text, k.Language)
	}
	return p.add(ctx, k, bytes.NewReader(b), prompt.Version{How: prompt.Spoken, By: by, Text: text, Placeholder: true})
}

// making lets one file be made a prompt at a time: each takes memory.
var making = make(chan struct{}, 1)

// add makes a prompt of a file and gives it to the switch.
func (p promptKeeper) add(ctx context.Context, k prompt.Key, f io.ReadSeeker, v prompt.Version) (out web.PromptVersion, err error) {
	select {
	case making <- struct{}{}:
		defer func() { <-making }()
	case <-ctx.Done():
		return out, ctx.Err()
	}
	made, err := audio.Make(ctx, f)
	var bad *audio.Error
	switch {
	case errors.Is(err, audio.ErrFormat):
		return out, refusePrompt(http.StatusUnsupportedMediaType, "%v", audio.ErrFormat)
	case errors.As(err, &bad):
		return out, refusePrompt(http.StatusUnprocessableEntity, "%s", bad.Text)
	case err != nil:
		return out, err
	}
	v.At, v.LengthMs, v.Loudness = now(), made.Length.Milliseconds(), made.Loudness
	if v.How == prompt.Uploaded {
		v.Format = made.Format
	}
	v, err = p.s.prompts.Add(k, v, made.WAV, p.tell(ctx, k))
	return p.changed(k, v, err)
}

func now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

// Undo implements web.PromptKeeper.
func (p promptKeeper) Undo(ctx context.Context, id web.PromptID, by string) (v web.PromptVersion, err error) {
	k, err := p.key(id)
	if err != nil {
		return v, err
	}
	beneath := pbx.Voice(k.Language, "")
	if k.Company == "" {
		beneath = k.Language
	}
	may := asterisk.HasPrompt(p.s.asterisk.Data, beneath, k.Name) || len(p.uses(k)) == 0
	back, err := p.s.prompts.Undo(k, prompt.Version{At: now(), By: by}, may, p.tell(ctx, k))
	return p.changed(k, back, err)
}

// Remove implements web.PromptKeeper.
func (p promptKeeper) Remove(ctx context.Context, id web.PromptID, by string) (v web.PromptVersion, err error) {
	k, err := p.key(id)
	if err != nil {
		return v, err
	}
	if used := p.uses(k, p.planned(ctx)...); len(used) > 0 {
		return v, refusePrompt(http.StatusConflict, "prompt %s is used: %s; allowed: undo, or one that is not used", k, places(used))
	}
	gone, err := p.s.prompts.Remove(k, prompt.Version{At: now(), By: by}, p.tell(ctx, k))
	return p.changed(k, gone, err)
}

// planned are the plans that will be in force.
func (p promptKeeper) planned(ctx context.Context) (all []*cti.Plan) {
	e, err := p.s.leader()
	if err != nil || e == nil {
		return nil // then nothing is removed either
	}
	versions, err := e.Versions(ctx)
	if err != nil {
		return nil
	}
	for _, v := range versions {
		if v.State != cti.VersionPlanned {
			continue
		}
		if plan, err := e.PlanOf(ctx, v.Version); err == nil && plan != nil {
			all = append(all, plan)
		}
	}
	return all
}

// tellWithin is how long the engine may take to put a change on record.
const tellWithin = 2 * time.Second

// tell has the engine that leads put a change on record.
func (p promptKeeper) tell(ctx context.Context, k prompt.Key) prompt.Tell {
	return func(v prompt.Version) error {
		ctx, cancel := context.WithTimeout(ctx, tellWithin)
		defer cancel()
		e, err := p.s.leader()
		if err == nil && e == nil {
			err = errStandingBy
		}
		if err == nil {
			err = e.ChangePrompt(ctx, cti.ChangePrompt{Company: cti.CompanyID(k.Company), PromptData: cti.PromptData{
				Language: k.Language, Name: k.Name, Version: v.N, How: string(v.How), By: v.By, SHA256: v.SHA256, Source: v.Source,
				Text: v.Text, Length: cti.Millis(v.LengthMs), Of: v.Of,
			}})
		}
		if err != nil {
			return refusePrompt(http.StatusServiceUnavailable, "who changes it cannot be put on record, so it stays as it is: %v", err)
		}
		return nil
	}
}

// changed is the answer to a change, with what callers will not hear of it.
func (p promptKeeper) changed(k prompt.Key, v prompt.Version, err error) (web.PromptVersion, error) {
	var state *prompt.StateError
	if errors.As(err, &state) {
		err = refusePrompt(http.StatusConflict, "%s", state.Text)
	}
	if err != nil {
		return web.PromptVersion{}, err
	}
	p.s.watchPrompts(p.s.ctx) // one that was missing may be there now
	out := webVersion(v)
	out.Warnings = tooLong(v.LengthMs, p.uses(k))
	return out, nil
}

// Hear implements web.PromptKeeper.
func (p promptKeeper) Hear(ctx context.Context, id web.PromptID, phone string, only cti.CompanyID) error {
	k, err := p.key(id)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(p.s.plan().Agents, func(a cti.Agent) bool {
		return string(a.ID) == phone && (only == "" || a.Company == only)
	}) {
		return refusePrompt(http.StatusNotFound, "there is no agent %s; allowed: an agent's number", phone)
	}
	if asterisk.FindPrompt(p.s.asterisk.Data, k.Voice(), k.Name) == "" {
		return refusePrompt(http.StatusNotFound, "there is no prompt %s", k)
	}
	access, err := p.s.switchAccess()
	if err != nil {
		return err
	}
	client, err := ari.NewClient(access)
	if err != nil {
		return err
	}
	defer client.Close()
	e, err := client.Endpoints.Get(ctx, "PJSIP", phone)
	switch {
	case err != nil && !ari.Gone(err):
		return err
	case err != nil, e.State != "online":
		return refusePrompt(http.StatusConflict, "phone %s is not registered; allowed: one that is", phone)
	case len(e.ChannelIDs) > 0:
		return refusePrompt(http.StatusConflict, "phone %s is in a call; allowed: one that is free", phone)
	}
	_, err = client.Channels.Originate(ctx, ari.OriginateChannel{
		ID: "hear-" + rand.Text(), Endpoint: "PJSIP/" + phone, Context: "hear", Extension: "s", Priority: 1,
		CallerID: "Prompt", Timeout: 30 * time.Second, Vars: map[string]string{"HEAR": k.Name, "HEAR_VOICE": k.Voice()},
	})
	return err
}

// Sound implements web.PromptKeeper. A file that was put there by hand, in a format that
// only the switch plays, is heard by phone.
func (p promptKeeper) Sound(_ context.Context, id web.PromptID) (io.ReadCloser, error) {
	k, err := p.key(id)
	if err != nil {
		return nil, err
	}
	file := asterisk.FindPrompt(p.s.asterisk.Data, k.Voice(), k.Name)
	switch {
	case file == "":
		return nil, refusePrompt(http.StatusNotFound, "there is no prompt %s", k)
	case filepath.Ext(file) != ".wav":
		return nil, refusePrompt(http.StatusConflict, "prompt %s is a %s file, which the switch alone plays; allowed: hear it by phone", k, filepath.Ext(file))
	}
	return os.Open(file)
}

package service

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"sansheng/cti"
	"sansheng/cti/web"
	"sansheng/pbx"
	"sansheng/pbx/asterisk"
	"sansheng/pbx/audio"
	"sansheng/pbx/prompt"
)

// Where prompts come from, as the API says it.
const (
	playsOwn     = "own"
	playsAll     = "everybody's"
	playsShipped = "shipped"
	playsNone    = "missing"
)

// Prompts implements web.PromptKeeper.
func (p promptKeeper) Prompts(_ context.Context, company cti.CompanyID) ([]web.PromptView, error) {
	made, err := p.s.prompts.List()
	if err != nil {
		return nil, err
	}
	entries := map[prompt.Key]prompt.Entry{}
	for _, e := range made {
		if company == "" || e.Company == string(company) {
			entries[e.Key] = e
		}
	}
	for _, u := range p.s.plan().Prompts() {
		k := prompt.Key{Language: u.Language, Company: string(u.Company), Name: u.Name}
		if _, there := entries[k]; !there && (company == "" || u.Company == company) {
			entries[k] = prompt.Entry{Key: k}
		}
	}
	bySwitch, others := asterisk.DialplanPrompts()
	if company == "" {
		bySwitch = append(bySwitch, others...)
	}
	for _, co := range p.s.plan().Companies {
		for _, name := range bySwitch {
			k := prompt.Key{Language: co.Language, Company: string(company), Name: name}
			if _, there := entries[k]; !there && (company == "" || co.ID == company) {
				entries[k] = prompt.Entry{Key: k}
			}
		}
	}
	list := make([]web.PromptView, 0, len(entries))
	for _, e := range entries {
		list = append(list, p.view(e))
	}
	slices.SortFunc(list, func(a, b web.PromptView) int {
		return cmp.Or(cmp.Compare(a.Language, b.Language), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Company, b.Company))
	})
	return list, nil
}

// Prompt implements web.PromptKeeper.
func (p promptKeeper) Prompt(ctx context.Context, id web.PromptID) (out web.PromptView, err error) {
	k, err := p.key(id)
	if err != nil {
		return out, err
	}
	e, err := p.s.prompts.Get(k)
	if err != nil {
		return out, err
	}
	if out = p.view(e); out.Plays == playsNone && len(out.Used) == 0 && len(e.Versions) == 0 {
		return out, refusePrompt(http.StatusNotFound, "there is no prompt %s, and nothing plays it", k)
	}
	for _, v := range e.Versions {
		out.Versions = append(out.Versions, webVersion(v))
	}
	if out.Plays != playsNone && out.LengthMs == 0 { // not made here: it is measured
		b, err := os.ReadFile(asterisk.FindPrompt(p.s.asterisk.Data, k.Voice(), k.Name))
		if err != nil {
			return out, err
		}
		if long, loudness, err := audio.Look(ctx, b); err == nil { // else by hand, in another format
			out.LengthMs, out.Loudness = long.Milliseconds(), loudness
		}
	}
	out.Warnings = tooLong(out.LengthMs, p.uses(k))
	return out, nil
}

// view is a prompt as the API shows it, without its versions.
func (p promptKeeper) view(e prompt.Entry) web.PromptView {
	out := web.PromptView{Name: e.Name, Language: e.Language, Company: e.Company, Used: []web.PromptUse{}}
	for _, u := range p.uses(e.Key) {
		out.Used = append(out.Used, web.PromptUse{Where: u.Where, Company: string(u.Company), MostMs: u.Most.Milliseconds()})
	}
	out.Plays = p.plays(e.Key)
	v := e.Newest()
	switch out.Plays {
	case playsNone:
		return out
	case playsOwn:
		out.Version = v.N // 0 of one that lies there by hand
	case playsAll:
		all, _ := p.s.prompts.Get(prompt.Key{Language: e.Language, Name: e.Name}) // else by hand
		v = all.Newest()
	default:
		v = prompt.Version{Placeholder: true}
	}
	out.Voice, out.LengthMs, out.Loudness = voiceOf(v), v.LengthMs, v.Loudness
	return out
}

// plays tells whose file the switch plays.
func (p promptKeeper) plays(k prompt.Key) string {
	path, err := filepath.Rel(p.s.asterisk.SoundsDir, asterisk.FindPrompt(p.s.asterisk.Data, k.Voice(), k.Name))
	if err != nil {
		return playsNone
	}
	switch voice, _, _ := strings.Cut(path, string(filepath.Separator)); voice {
	case k.Voice():
		return playsOwn
	case pbx.Voice(k.Language, ""):
		return playsAll
	case k.Language:
		return playsShipped
	}
	return playsNone
}

// uses are the places that play a prompt, by the plan in force and those that are to come: one
// for all companies not where a company has its own.
func (p promptKeeper) uses(k prompt.Key, coming ...*cti.Plan) []cti.PromptUse {
	own := map[cti.CompanyID]bool{}
	hears := func(co cti.CompanyID) bool {
		if k.Company != "" {
			return string(co) == k.Company
		}
		if _, known := own[co]; !known {
			e, err := p.s.prompts.Get(prompt.Key{Language: k.Language, Company: string(co), Name: k.Name})
			own[co] = err == nil && e.Newest().SHA256 != ""
		}
		return !own[co]
	}
	var list []cti.PromptUse
	for _, plan := range append([]*cti.Plan{p.s.plan()}, coming...) {
		for _, u := range plan.Prompts() {
			if u.Language == k.Language && u.Name == k.Name && hears(u.Company) && !slices.Contains(list, u) {
				list = append(list, u)
			}
		}
	}
	if callers, others := asterisk.DialplanPrompts(); slices.Contains(callers, k.Name) || k.Company == "" && (slices.Contains(others, k.Name) || strings.HasPrefix(k.Name, "alarm-")) {
		list = append(list, cti.PromptUse{Language: k.Language, Name: k.Name, Company: cti.CompanyID(k.Company), Where: "the switch by itself"})
	}
	if k.Company == "" && cti.CodePrompt(k.Name) {
		list = append(list, cti.PromptUse{Language: k.Language, Name: k.Name, Where: "codes of agents' phones"})
	}
	return list
}

// places names uses, the first of them.
func places(used []cti.PromptUse) string {
	const most = 5
	var names []string
	for _, u := range used {
		names = append(names, u.Where)
	}
	text := strings.Join(names[:min(most, len(names))], ", ")
	if more := len(names) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// tooLong says where callers do not hear a prompt to its end.
func tooLong(ms int64, used []cti.PromptUse) []string {
	var list []string
	long := time.Duration(ms) * time.Millisecond
	for _, u := range used {
		if u.Most > 0 && long > u.Most {
			list = append(list, fmt.Sprintf("%s goes on after %v, and it lasts %v", u.Where, u.Most, long.Round(100*time.Millisecond)))
		}
	}
	return list
}

func voiceOf(v prompt.Version) string {
	if v.Placeholder {
		return "placeholder"
	}
	return "person"
}

func webVersion(v prompt.Version) web.PromptVersion {
	out := web.PromptVersion{
		Version: v.N, At: v.At, By: v.By, How: string(v.How), Of: v.Of, SHA256: v.SHA256, Source: v.Source,
		Format: v.Format, Text: v.Text, LengthMs: v.LengthMs, Loudness: v.Loudness,
	}
	if v.SHA256 != "" {
		out.Voice = voiceOf(v)
	}
	return out
}

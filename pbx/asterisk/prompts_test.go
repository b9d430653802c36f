package asterisk

import (
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sansheng/deploy/debian"
	"sansheng/pbx"
)

// length checks that a file has the one format and returns its length and its
// mean level in dBFS.
func length(t *testing.T, path string) (time.Duration, float64) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Error(err)
		return 0, 0
	}
	var h struct {
		RIFF, _, WAVE, FMT uint32
		Size               uint32
		Format, Channels   uint16
		Rate, ByteRate     uint32
		Align, Bits        uint16
		Data, Length       uint32
	}
	if err := binary.Read(bytes.NewReader(b), binary.LittleEndian, &h); err != nil {
		t.Fatal(err)
	}
	if h.Format != 1 || h.Channels != 1 || h.Rate != 8000 || h.Bits != 16 || int(h.Length) != len(b)-44 {
		t.Errorf("%s: %+v", path, h)
	}
	var sum float64
	for _, s := range samplesOf(b[44:]) {
		sum += float64(s) * float64(s) / (32768 * 32768)
	}
	return time.Duration(h.Length) * time.Second / 16000, 10 * math.Log10(sum/float64(h.Length/2))
}

// All prompts are there in both languages, in one format, level, and short
// where callers wait for them.
func TestPrompts(t *testing.T) {
	dir := t.TempDir()
	p := Prompts{Companies: map[string]map[string]string{"demo": {"zh": "三声演示热线", "en": "Sansheng demo"}}}
	if err := MakePrompts(t.Context(), dir, p); err != nil {
		t.Fatal(err)
	}
	names := strings.Fields(`greeting greeting-demo please-hold agent-number at-your-service beep goodbye apology
		emergency-hold all-agents-busy closed silent-1 silent-2 number-unknown
		alarm-call alarm-hotline_silent alarm-switch_silent alarm-sip_dead alarm-no_agents alarm-emergency_waiting
		alarm-other alarm-take alarm-taken
		digits/0 digits/1 digits/2 digits/3 digits/4 digits/5 digits/6 digits/7 digits/8 digits/9`)
	for _, language := range languages {
		lengths := map[string]time.Duration{}
		for _, name := range names {
			long, level := length(t, filepath.Join(dir, language, name+".wav"))
			lengths[name] = long
			if long < 100*time.Millisecond || long > 5*time.Second {
				t.Errorf("%s/%s is %v long", language, name, long)
			}
			// Peaks may keep a short word below the level of a sentence.
			if level > promptLevel+0.5 || level < promptLevel-6 {
				t.Errorf("%s/%s: level %.1f dB", language, name, level)
			}
		}
		if g := lengths["greeting-demo"]; g > 2500*time.Millisecond {
			t.Errorf("%s: the greeting takes %v", language, g)
		}
		number := lengths["agent-number"] + lengths["digits/1"] + 2*lengths["digits/0"] + lengths["digits/7"] + lengths["at-your-service"]
		if number > 2*time.Second {
			t.Errorf("%s: announcing agent 1007 takes %v", language, number)
		}
	}
}

// An unchanged prompt is not made again, a changed one is, and what the cache
// has needs no speech programs at all.
func TestPromptsAreMadeOnce(t *testing.T) {
	cache, dir := t.TempDir(), t.TempDir()
	p := Prompts{Companies: map[string]map[string]string{"demo": {"zh": "三声"}}, Finder: debian.Finder{Cache: cache}}
	if err := MakePrompts(t.Context(), dir, p); err != nil {
		t.Fatal(err)
	}
	stat := func(name string) os.FileInfo {
		t.Helper()
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return info
	}
	hold, greeting := stat("zh/please-hold.wav"), stat("zh/greeting-demo.wav")
	p.Companies["demo"]["zh"] = "三声二号"
	if err := MakePrompts(t.Context(), dir, p); err != nil {
		t.Fatal(err)
	}
	if !os.SameFile(hold, stat("zh/please-hold.wav")) {
		t.Error("an unchanged prompt was made again")
	}
	if os.SameFile(greeting, stat("zh/greeting-demo.wav")) {
		t.Error("a changed prompt was not made again")
	}
	// Speech programs could only be had from a mirror, and there is none.
	t.Setenv("http_proxy", "http://127.0.0.1:9")
	t.Setenv("https_proxy", "http://127.0.0.1:9")
	p.Finder.Unpack = true
	other := t.TempDir()
	if err := MakePrompts(t.Context(), other, p); err != nil {
		t.Error("from the cache alone:", err)
	}
	if _, err := os.Stat(filepath.Join(other, "zh/greeting-demo.wav")); err != nil {
		t.Error(err)
	}
}

func TestMusic(t *testing.T) {
	dir := t.TempDir()
	if err := MakeMusic(t.Context(), dir, debian.Finder{}); err != nil {
		t.Fatal(err)
	}
	if long, level := length(t, filepath.Join(dir, "molihua.wav")); long < 30*time.Second || level > -20 {
		t.Errorf("music of %v at %.1f dB", long, level)
	}
}

// Readings that the voice gets wrong by itself.
func TestSpoken(t *testing.T) {
	for text, want := range map[string]string{
		"您好，请稍候。": "nin2 hao3, qing3 shao1 hou4.",
		"我的":      "wo3 de5",
		"工号":      "gong1 hao4",
		"女士":      "nv3 shi4",
		"，":       "",
		"您好，":     "nin2 hao3",
	} {
		if got := spoken("zh", text, ""); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
	if got := spoken("zh", "重庆", "chong2 qing4"); got != "chong2 qing4" {
		t.Errorf("the given reading became %q", got)
	}
}

// TestDialplanPrompts: what the dialplan plays is found there, and made in both languages.
func TestDialplanPrompts(t *testing.T) {
	callers, others := DialplanPrompts()
	if got := strings.Join(callers, " "); got != "please-hold apology goodbye on-call-calling message-kept survey-thanks" {
		t.Errorf("to callers: %s", got)
	}
	if got := strings.Join(others, " "); got != "beep on-call-take apology-later caller-left alarm-call alarm-taken" {
		t.Errorf("to others: %s", got)
	}
	sounds, err := Prompts{}.sounds()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range append(callers, others...) {
		for _, language := range languages {
			if !slices.ContainsFunc(sounds, func(s sound) bool { return s.name == language+"/"+name }) {
				t.Errorf("%s/%s is not made", language, name)
			}
		}
	}
}

// TestFindPrompt: a company's own goes before everybody's, and that before the shipped one.
func TestFindPrompt(t *testing.T) {
	data := t.TempDir()
	own := pbx.Voice("zh", "gas_works")
	for _, dir := range []string{"zh", "zh_own", "zh_own_gas.works"} {
		path := filepath.Join(data, "data/sounds", dir, "closed.wav")
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if got := FindPrompt(data, own, "closed"); got != path {
			t.Errorf("found %q, want %q", got, path)
		}
	}
	if other := FindPrompt(data, pbx.Voice("zh", "gas"), "closed"); filepath.Base(filepath.Dir(other)) != "zh_own" {
		t.Errorf("another company's callers hear %q", other)
	}
	if HasPrompt(data, own, "clos") || HasPrompt(data, pbx.Voice("en", "gas_works"), "closed") {
		t.Error("found what is not there")
	}
}

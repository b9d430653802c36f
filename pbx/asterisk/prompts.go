package asterisk

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"unicode"

	"github.com/mozillazg/go-pinyin"
	"go.yaml.in/yaml/v3"
	"golang.org/x/sync/errgroup"

	asteriskconf "sansheng/asterisk-conf"
	"sansheng/deploy/debian"
)

// Prompts says what MakePrompts makes beyond prompts.yaml.
type Prompts struct {
	// Companies are spoken names by company and language, for the greetings
	// greeting-<company>.
	Companies map[string]map[string]string
	// Finder finds the speech programs and the cache.
	Finder debian.Finder
}

// speech is one language of prompts.yaml.
type speech struct {
	Voice   string            `yaml:"voice"`
	Speed   int               `yaml:"speed"`
	Prompts map[string]prompt `yaml:"prompts"`
}

type prompt struct {
	Text   string `yaml:"text"`
	Pinyin string `yaml:"pinyin"`
	Speed  int    `yaml:"speed"`
}

// sound is one file to be made. Sounds are equal when their keys are.
type sound struct {
	name  string // as in zh/greeting
	voice string
	speed int
	said  string // empty for tones
	notes []note
	level float64 // of notes, dBFS
}

// recipe changes when the same text is made into other audio.
const recipe = "2"

func (s sound) key() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%d\n%s\n%v\n%v", recipe, s.voice, s.speed, s.said, s.notes, s.level))
	return hex.EncodeToString(sum[:16])
}

const manifestFile = ".made.json" // music on hold plays what does not begin with a dot

// MakePrompts makes every prompt of prompts.yaml into dir/<language>/<name>.wav.
// What was made before from the same text is kept, also across data folders by
// way of the cache, so that an unchanged set costs nothing and needs no programs.
func MakePrompts(ctx context.Context, dir string, p Prompts) error {
	sounds, err := p.sounds()
	if err != nil {
		return fmt.Errorf("make prompts: %w", err)
	}
	if err := makeSounds(ctx, dir, sounds, p.Finder); err != nil {
		return fmt.Errorf("make prompts: %w", err)
	}
	return nil
}

// speeches reads prompts.yaml, by language.
func speeches() (map[string]speech, error) {
	b, err := asteriskconf.Files.ReadFile("prompts.yaml")
	if err != nil {
		return nil, err
	}
	texts := map[string]speech{}
	d := yaml.NewDecoder(bytes.NewReader(b))
	d.KnownFields(true)
	if err := d.Decode(&texts); err != nil {
		return nil, fmt.Errorf("read prompts.yaml: %w", err)
	}
	return texts, nil
}

// Speak has the voice of the shipped prompts say a text, as a WAV file. It serves until a
// person has said it.
func Speak(ctx context.Context, f debian.Finder, language, text string) ([]byte, error) {
	texts, err := speeches()
	if err != nil {
		return nil, err
	}
	tree, err := f.Find(ctx, debian.Speech)
	if err != nil {
		return nil, fmt.Errorf("speak: %w", err)
	}
	s := sound{voice: texts[language].Voice, speed: texts[language].Speed, said: spoken(language, text, "")}
	if s.said == "" {
		return nil, fmt.Errorf("speak: there is nothing to say in %q", text)
	}
	b, err := s.make(ctx, tree)
	if err != nil {
		return nil, fmt.Errorf("speak: %w", err)
	}
	return b, nil
}

// sounds lists all prompts with their words as the voice takes them.
func (p Prompts) sounds() ([]sound, error) {
	texts, err := speeches()
	if err != nil {
		return nil, err
	}
	var all []sound
	for language, t := range texts {
		for name, pr := range t.Prompts {
			s := sound{name: language + "/" + name, voice: t.Voice, speed: t.Speed}
			if pr.Speed != 0 {
				s.speed = pr.Speed
			}
			if !strings.Contains(pr.Text, "{company}") {
				s.said = spoken(language, pr.Text, pr.Pinyin)
				all = append(all, s)
				continue
			}
			s.said = spoken(language, strings.ReplaceAll(pr.Text, "{company}", ""), "")
			all = append(all, s)
			for company, names := range p.Companies {
				if names[language] == "" {
					continue
				}
				own := s
				own.name += "-" + company
				own.said = spoken(language, strings.ReplaceAll(pr.Text, "{company}", names[language]), "")
				all = append(all, own)
			}
		}
		all = append(all, sound{name: language + "/beep", notes: []note{{880, 0.25}}, level: promptLevel})
	}
	return all, nil
}

// spoken is what the voice is given. Chinese goes as pinyin: the voice's own
// reading of characters is wrong for those with several readings.
func spoken(language, text, reading string) string {
	if language != "zh" {
		return strings.TrimSpace(text)
	}
	if reading != "" {
		return reading
	}
	args := pinyin.NewArgs()
	args.Style = pinyin.Tone3
	var b strings.Builder
	for _, r := range text {
		if !unicode.Is(unicode.Han, r) {
			switch r {
			case '，', '、', '：', '；':
				r = ','
			case '。', '！', '？':
				r = '.'
			}
			b.WriteRune(r)
			continue
		}
		read := pinyin.SinglePinyin(r, args)
		if len(read) == 0 {
			continue
		}
		syllable := read[0]
		if last := syllable[len(syllable)-1]; last < '1' || last > '5' {
			syllable += "5" // the light tone
		}
		b.WriteString(" " + syllable)
	}
	return strings.Trim(b.String(), " ,")
}

// makeSounds brings sounds into dir, making what neither it nor the cache has.
func makeSounds(ctx context.Context, dir string, sounds []sound, f debian.Finder) error {
	manifest := filepath.Join(dir, manifestFile)
	made := map[string]string{}
	if b, err := os.ReadFile(manifest); err == nil {
		_ = json.Unmarshal(b, &made) // damaged: all are brought again
	}
	cache, err := soundCache(f)
	if err != nil {
		return err
	}
	// The programs are looked for only when something must be made.
	tree := sync.OnceValues(func() (debian.Tree, error) { return f.Find(ctx, debian.Speech) })
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(2)
	now := map[string]string{}
	for _, s := range sounds {
		now[s.name] = s.key()
		path := filepath.Join(dir, s.name+".wav")
		if _, err := os.Stat(path); err == nil && made[s.name] == s.key() {
			continue
		}
		g.Go(func() error {
			b, err := os.ReadFile(filepath.Join(cache, s.key()+".wav"))
			if err != nil {
				t, err := tree()
				if err != nil {
					return err
				}
				if b, err = s.make(ctx, t); err != nil {
					return fmt.Errorf("make %s: %w", s.name, err)
				}
				if err := place(filepath.Join(cache, s.key()+".wav"), b); err != nil {
					return err
				}
			}
			return place(path, b)
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	b, err := json.MarshalIndent(now, "", "\t")
	if err != nil {
		return err
	}
	if old, err := os.ReadFile(manifest); err == nil && bytes.Equal(old, b) {
		return nil
	}
	return place(manifest, b)
}

func soundCache(f debian.Finder) (string, error) {
	dir := f.Cache
	if dir == "" {
		var err error
		if dir, err = debian.CacheDir(); err != nil {
			return "", err
		}
	}
	return filepath.Join(dir, "prompts"), nil
}

// place writes a file whole or not at all.
func place(path string, b []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	half, err := os.CreateTemp(filepath.Dir(path), ".half-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(half.Name()) }()
	_, werr := half.Write(b)
	if err := errors.Join(werr, half.Chmod(0o644), half.Close()); err != nil {
		return err
	}
	return os.Rename(half.Name(), path)
}

// makeSounds makes the prompts and the waiting music of the instance.
func (i *Instance) makeSounds(ctx context.Context, companies map[string]map[string]string) error {
	p := Prompts{Companies: companies, Finder: i.config.Finder}
	if err := MakePrompts(ctx, i.SoundsDir, p); err != nil {
		return err
	}
	return MakeMusic(ctx, filepath.Join(i.Data, "data/moh"), i.config.Finder)
}

package asterisk

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	asteriskconf "sansheng/asterisk-conf"
)

// HasPrompt tells whether an instance with this data folder finds a prompt in a voice
// (pbx.Voice), be it a recording of the operators' or one that was made. The switch takes
// any of its formats.
func HasPrompt(data, voice, name string) bool { return FindPrompt(data, voice, name) != "" }

// FindPrompt is the file that the switch plays, empty where it has none.
func FindPrompt(data, voice, name string) string {
	for voice != "" {
		if found, err := filepath.Glob(filepath.Join(data, "data/sounds", voice, name) + ".?*"); err == nil && len(found) > 0 {
			return found[0]
		}
		voice = voice[:max(strings.LastIndexByte(voice, '_'), 0)]
	}
	return ""
}

var (
	contextForm = regexp.MustCompile(`^\[([a-z-]+)\]`)
	playedForm  = regexp.MustCompile(`(?:Playback|Background)\(([^)]*)\)|Read\([A-Z]+,([^,)]*)`)
	promptForm  = regexp.MustCompile(`^[a-z-]+[a-z]$`)
)

// DialplanPrompts are those that the switch plays by itself: to callers who have come to its
// fallback or leave a message, each in his company's voice, and to others, as who is on call, in everybody's.
// Those with a number or an alarm in their name are not among them.
func DialplanPrompts() (callers, others []string) {
	b, err := asteriskconf.Files.ReadFile("extensions.conf")
	if err != nil {
		return nil, nil
	}
	to := &others
	for line := range strings.Lines(string(b)) {
		if m := contextForm.FindStringSubmatch(line); m != nil {
			if to = &others; m[1] == "fallback" || m[1] == "message" || m[1] == "survey" {
				to = &callers
			}
		}
		for _, m := range playedForm.FindAllStringSubmatch(line, -1) {
			for name := range strings.SplitSeq(m[1]+m[2], "&") {
				if promptForm.MatchString(name) && !slices.Contains(*to, name) {
					*to = append(*to, name)
				}
			}
		}
	}
	return callers, others
}

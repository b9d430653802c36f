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

var playedForm = regexp.MustCompile(`(?:Playback|Background)\(([a-z_&-]+)|Read\([A-Z]+,([a-z_&-]+)`)

// DialplanPrompts are those that the switch plays by itself: without the hotline, and to
// those on call. Those with a number or an alarm in their name are not among them.
func DialplanPrompts() []string {
	b, err := asteriskconf.Files.ReadFile("extensions.conf")
	if err != nil {
		return nil
	}
	var names []string
	for _, m := range playedForm.FindAllStringSubmatch(string(b), -1) {
		for name := range strings.SplitSeq(m[1]+m[2], "&") {
			if name != "" && !strings.HasSuffix(name, "-") && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

package asterisk

import "path/filepath"

// HasPrompt tells whether an instance with this data folder finds a prompt: a recording
// of the operators', or one that was made. The switch takes any of its formats.
func HasPrompt(data, language, name string) bool {
	for _, dir := range []string{"data/sounds/custom", "data/sounds"} {
		if found, err := filepath.Glob(filepath.Join(data, dir, language, name) + ".?*"); err == nil && len(found) > 0 {
			return true
		}
	}
	return false
}

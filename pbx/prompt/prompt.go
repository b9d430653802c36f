// Package prompt keeps the operators' prompts: each with all its versions, who made them
// and of what, and the newest where the switch reads it.
//
// # Files
//
// A prompt's folder, DIR/<voice>/<name>, holds versions.json and a file of sound for each
// version that has one. What the switch plays is a copy, SOUNDS/<voice>/<name>.wav: every
// file is written beside its place, synced, and renamed, so that a playback that has opened
// the one before plays it to its end. A voice is a language, or a language of one company
// (pbx.Voice): the switch looks for a company's prompt first, then for everybody's.
//
// # Order and failure
//
// A change is told to whoever keeps records before it is heard: first the sound goes into
// the folder, then it is told, then it is entered in versions.json, then the switch has it.
// An error in between leaves what is heard as it was, or, in the last step, is mended by
// the next Open. Names are checked here, and are nobody's but an operator's.
package prompt

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"sansheng/pbx"
)

// Languages that prompts are spoken in.
var Languages = []string{"zh", "en"}

// Key is which prompt it is.
type Key struct {
	Language string `json:"language"`
	// Company whose callers hear it; all where it is empty.
	Company string `json:"company,omitempty"`
	Name    string `json:"name"`
}

// Voice is where the switch looks for it.
func (k Key) Voice() string { return pbx.Voice(k.Language, k.Company) }

func (k Key) String() string { return k.Voice() + "/" + k.Name }

var (
	// Beside a plain name, those of what times and numbers are made up of.
	nameForm    = regexp.MustCompile(`^([a-z0-9][a-z0-9_-]{0,63}|(digits|hour|minute|weekday|month|day)/[a-z0-9]{1,8})$`)
	companyForm = regexp.MustCompile(`^[a-z0-9_-]{0,32}$`)
)

// Check refuses what is no name, and so would be a path of its own.
func (k Key) Check() error {
	switch {
	case !nameForm.MatchString(k.Name):
		return fmt.Errorf("%q is no prompt's name; allowed: 1 to 64 of a-z 0-9 - _, or digits/1, hour/9, minute/15, weekday/mon, month/10, day/8", k.Name)
	case !slices.Contains(Languages, k.Language):
		return fmt.Errorf("language %q is unknown; allowed: %s", k.Language, strings.Join(Languages, ", "))
	case !companyForm.MatchString(k.Company):
		return fmt.Errorf("%q is no company's name", k.Company)
	}
	return nil
}

// How a version came about.
type How string

// Ways.
const (
	Uploaded How = "uploaded"
	// Spoken by a program: a placeholder for a person's voice.
	Spoken How = "spoken"
	Undone How = "undone"
	// Removed: there is none of ours any more.
	Removed How = "removed"
	// Found: it lay there before the first upload, put there by hand.
	Found How = "found"
)

// Version is one state of a prompt.
type Version struct {
	N   int       `json:"version"`
	At  time.Time `json:"at"`
	By  string    `json:"by,omitempty"`
	How How       `json:"how"`
	// SHA256 is of what the switch plays; empty where there is none of ours: it plays
	// everybody's, or the one that is shipped.
	SHA256 string `json:"sha256,omitempty"`
	// Source is the SHA-256 of what was uploaded, Format its format.
	Source string `json:"source_sha256,omitempty"`
	Format string `json:"format,omitempty"`
	// Text is what was spoken; Placeholder tells that a program did.
	Text        string  `json:"text,omitempty"`
	Placeholder bool    `json:"placeholder,omitempty"`
	LengthMs    int64   `json:"length_ms,omitempty"`
	Loudness    float64 `json:"loudness_lufs,omitempty"`
	// Of is the version that an undone one brings back; 0 is before the first.
	Of int `json:"of,omitempty"`
}

// base is the version that this one stands for.
func (v Version) base() int {
	if v.How == Undone {
		return v.Of
	}
	return v.N
}

// StateError says that a prompt's state forbids what was asked.
type StateError struct{ Text string }

func (e *StateError) Error() string { return e.Text }

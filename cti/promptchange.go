package cti

import "time"

// Operators own the prompts that callers hear. Their sound lies where the switch is; the
// facts tell who changed which one, when, and into what. The hotline itself keeps nothing
// of it: it plays prompts by name.

// ChangePrompt puts on record that a prompt is about to be changed. It is never refused:
// what may be changed has been looked at by who keeps the sound.
type ChangePrompt struct {
	// Company whose callers hear it; all where it is empty.
	Company CompanyID
	PromptData
}

// PromptData goes with prompt.changed.
type PromptData struct {
	data
	Language string `json:"language"`
	Name     string `json:"name"`
	Version  int    `json:"version"`
	// How it came about: uploaded, spoken, undone, removed.
	How string `json:"how"`
	By  string `json:"by,omitempty"`
	// SHA256 is of what is played; empty where there is none any more. Source is of what
	// was uploaded.
	SHA256 string `json:"sha256,omitempty"`
	Source string `json:"source_sha256,omitempty"`
	Text   string `json:"text,omitempty"`
	Length Millis `json:"length_ms,omitempty"`
	// Of is the version that an undone one brings back.
	Of int `json:"of,omitempty"`
}

func (h *Hotline) changePrompt(now time.Time, in ChangePrompt) {
	d := in.PromptData
	h.emit(now, PromptChanged, in.Company, "", "", &d)
}

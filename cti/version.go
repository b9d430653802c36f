package cti

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// A plan that operators publish is a version: it is told by a fact with the whole plan in
// it, and in force from that fact on, for every engine that applies it. The plan of the
// file with which the engine was started is version 1; nothing tells of it until a second
// one is published.

// PublishedData goes with plan.published, of a plan that is in force from here on, and
// with plan.planned, of one that will be.
type PublishedData struct {
	data
	Version int `json:"version"`
	// By is the person, or ByFile.
	By   string `json:"by"`
	Note string `json:"note,omitempty"`
	// Due is when a planned one is to come into force.
	Due time.Time `json:"due,omitzero"`
	// Since is when a plan of the file came into force of which no fact told then.
	Since time.Time `json:"since,omitzero"`
	// Hash is the SHA-256 of Plan, which is the plan's JSON.
	Hash string `json:"hash"`
	Plan string `json:"plan"`
}

// PlanCancelledData: a planned version will not come into force.
type PlanCancelledData struct {
	data
	Version int    `json:"version"`
	By      string `json:"by"`
}

// ByFile is who publishes the plan of the file with which an engine is started.
const ByFile = "file"

// version is a plan with its number.
type version struct {
	*PublishedData
	at   time.Time
	plan *Plan

	// What a planned one waits for that is due, and when it is tried again; a restart
	// may forget both.
	waits string
	retry time.Time
}

const (
	// versionsMost is how many versions are kept that can be published again.
	versionsMost = 10
	plannedMost  = 10
	// planMost bounds a plan, in bytes: some four thousand agents.
	planMost = 512 << 10
	// dueMost is how far ahead a plan may be published.
	dueMost = 366 * 24 * time.Hour
)

// VersionState is how a version stands.
type VersionState string

// States of versions.
const (
	VersionOver    VersionState = "over"
	VersionInForce VersionState = "in_force"
	VersionPlanned VersionState = "planned"
)

// VersionView is what people see of a version.
type VersionView struct {
	Version int          `json:"version"`
	State   VersionState `json:"state"`
	// At is when it came into force, or will.
	At   time.Time `json:"at"`
	By   string    `json:"by"`
	Note string    `json:"note,omitempty"`
	Hash string    `json:"hash"`
	// Waits is what keeps a planned one that is due from coming into force.
	Waits string `json:"waits,omitempty"`
}

// Plan is the one in force. Nobody changes it.
func (h *Hotline) Plan() *Plan { return h.plan }

// Versions are those kept and those planned, oldest first.
func (h *Hotline) Versions() []VersionView {
	var all []VersionView
	for i, v := range slices.Concat(h.history(), h.planned) {
		view := VersionView{Version: v.Version, State: VersionOver, At: v.at, By: v.By, Note: v.Note, Hash: v.Hash, Waits: v.waits}
		switch {
		case i >= len(h.history()):
			view.State, view.At = VersionPlanned, v.Due
		case i == len(h.history())-1:
			view.State = VersionInForce
		}
		all = append(all, view)
	}
	return all
}

// history are the versions kept that are, or were, in force: the file's alone where
// nobody has published one.
func (h *Hotline) history() []*version {
	if len(h.versions) > 0 {
		return h.versions
	}
	text, hash := h.plan.text()
	d := &PublishedData{Version: 1, By: ByFile, Hash: hash, Plan: text}
	return []*version{{PublishedData: d, at: h.fileSince, plan: h.plan}}
}

// PlanOf is the plan of a version that is kept, of the one before the one in force where
// number is 0; nil where it is not.
func (h *Hotline) PlanOf(number int) *Plan {
	if all := h.history(); number == 0 && len(all) > 1 {
		number = all[len(all)-2].Version
	}
	for _, v := range slices.Concat(h.history(), h.planned) {
		if v.Version == number {
			return v.plan
		}
	}
	return nil
}

// Hash tells plans apart: two that say the same have the same one.
func (p *Plan) Hash() string {
	_, hash := p.text()
	return hash
}

// text is the plan as JSON without what is empty, and its hash.
func (p *Plan) text() (text, hash string) {
	b, err := json.Marshal(p)
	var tree any
	if err == nil {
		d := json.NewDecoder(bytes.NewReader(b))
		d.UseNumber()
		err = d.Decode(&tree)
	}
	if err == nil {
		b, err = json.Marshal(withoutEmpty(tree))
	}
	if err != nil {
		panic(fmt.Sprintf("a plan has no JSON: %v", err)) // it is made of plain values
	}
	sum := sha256.Sum256(b)
	return string(b), hex.EncodeToString(sum[:])
}

// replaces are groups that count without content too: they stand in place of the company's.
var replaces = []string{"survey", "voicemail"}

// withoutEmpty leaves out lists and groups without content, which no list or group is too.
func withoutEmpty(tree any) any {
	switch t := tree.(type) {
	case map[string]any:
		for k, v := range t {
			_, group := v.(map[string]any)
			switch v = withoutEmpty(v); {
			case v != nil:
				t[k] = v
			case group && slices.Contains(replaces, k):
				t[k] = map[string]any{}
			default:
				delete(t, k)
			}
		}
		if len(t) == 0 {
			return nil
		}
	case []any:
		for i, v := range t {
			if t[i] = withoutEmpty(v); t[i] == nil {
				t[i] = map[string]any{} // its place counts
			}
		}
		if len(t) == 0 {
			return nil
		}
	}
	return tree
}

// planOf reads a plan's JSON.
func planOf(text string) (*Plan, error) {
	p := new(Plan)
	if err := json.Unmarshal([]byte(text), p); err != nil {
		return nil, fmt.Errorf("read plan: %w", err)
	}
	return p, nil
}

// applyPublished is Apply for plan.published and plan.planned. A text that this program
// cannot read changes nothing.
func (h *Hotline) applyPublished(f Fact, d *PublishedData) {
	h.numbered = max(h.numbered, d.Version)
	h.planned = slices.DeleteFunc(h.planned, func(v *version) bool { return v.Version == d.Version })
	p, err := planOf(d.Plan)
	if err != nil {
		return
	}
	v := &version{PublishedData: d, at: f.At, plan: p}
	if f.Kind == PlanPlanned {
		h.planned = append(h.planned, v)
		return
	}
	if !d.Since.IsZero() {
		v.at = d.Since
	}
	h.versions = append(h.versions, v)
	h.versions = h.versions[max(0, len(h.versions)-versionsMost):]
	h.configure(p)
}

// applyCancelled is Apply for plan.cancelled.
func (h *Hotline) applyCancelled(d *PlanCancelledData) {
	h.numbered = max(h.numbered, d.Version)
	h.planned = slices.DeleteFunc(h.planned, func(v *version) bool { return v.Version == d.Version })
}

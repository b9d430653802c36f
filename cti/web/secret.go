package web

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"sansheng/cti"
)

type sipFile struct {
	Passwords map[cti.AgentID]string `json:"sip_passwords"`
}

// SIPNumbers are the numbers in the file of SIPPasswords: also those of agents who are gone.
func SIPNumbers(file string) ([]cti.AgentID, error) {
	var doc sipFile
	if err := readSecret(file, &doc); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read sip passwords: %w", err)
	}
	return slices.Sorted(maps.Keys(doc.Passwords)), nil
}

// SIPPasswords gives each agent the secret his phone registers with: those of
// the file, whose mode is 0600, and new strong ones for agents it lacks, which
// are in the file before it returns. They stay the same over restarts, and an
// agent who is gone keeps his for when he comes back.
func SIPPasswords(file string, agents []cti.AgentID) (map[cti.AgentID]string, error) {
	var doc sipFile
	if err := readSecret(file, &doc); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read sip passwords: %w", err)
	}
	if doc.Passwords == nil {
		doc.Passwords = map[cti.AgentID]string{}
	}
	out := make(map[cti.AgentID]string, len(agents))
	changed := false
	for _, id := range agents {
		if doc.Passwords[id] == "" {
			doc.Passwords[id] = rand.Text()
			changed = true
		}
		out[id] = doc.Passwords[id]
	}
	if !changed {
		return out, nil
	}
	if err := writeSecret(file, doc); err != nil {
		return nil, fmt.Errorf("write sip passwords: %w", err)
	}
	return out, nil
}

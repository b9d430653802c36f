package asterisk

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// secrets are made once per data folder and kept, so that a later service can
// talk to a switch it adopts.
type secrets struct {
	ARIPassword string `json:"ari_password"`
	// SentinelPassword is that of the user "sentinel", of ARI and of SIP.
	SentinelPassword string `json:"sentinel_password"`
	EntityID         string `json:"entity_id"`
	SystemName       string `json:"system_name"`
}

const secretsFile = "secrets.json"

// loadSecrets reads the folder's secrets. What it has not yet, because it is new
// or from an earlier version, is made and kept.
func loadSecrets(dir string) (secrets, error) {
	path := filepath.Join(dir, secretsFile)
	var s secrets
	b, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		s.make()
	case err != nil:
		return s, fmt.Errorf("read secrets: %w", err)
	case json.Unmarshal(b, &s) != nil || s.ARIPassword == "":
		return s, fmt.Errorf("read secrets: %s is damaged; remove it with the switch stopped", path)
	case s.SentinelPassword != "":
		return s, nil
	}
	s.SentinelPassword = password()
	return s, s.keep(path)
}

// make makes everything but the sentinel's password.
func (s *secrets) make() {
	s.ARIPassword = password()
	raw := make([]byte, 9)
	_, _ = rand.Read(raw) // never fails
	s.SystemName = "s" + hex.EncodeToString(raw[:3])
	raw[3] = raw[3]&^1 | 2 // a local address, nobody's
	for n, octet := range raw[3:] {
		if n > 0 {
			s.EntityID += ":"
		}
		s.EntityID += hex.EncodeToString([]byte{octet})
	}
}

func (s *secrets) keep(path string) error {
	b, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("make secrets: %w", err)
	}
	if err := os.WriteFile(path+".new", b, 0o600); err != nil {
		return fmt.Errorf("write secrets: %w", err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return fmt.Errorf("write secrets: %w", err)
	}
	return nil
}

func password() string {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // never fails
	return hex.EncodeToString(raw)
}

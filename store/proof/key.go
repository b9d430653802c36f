package proof

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// Key signs heads.
type Key struct {
	signer note.Signer
	// Public is the key by which others check.
	Public PublicKey
	// Made tells that it was made just now.
	Made bool
}

// PublicKey checks heads. Its text is a note's verifier key, as in NAME+HASH+BASE64.
type PublicKey struct {
	text     string
	verifier note.Verifier
}

func (p PublicKey) String() string { return p.text }

// ParsePublicKey reads a key's text.
func ParsePublicKey(text string) (PublicKey, error) {
	text = strings.TrimSpace(text)
	v, err := note.NewVerifier(text)
	if err != nil {
		return PublicKey{}, fmt.Errorf("read public key %q: %w; allowed: NAME+HASH+BASE64, as `sansheng record witness --print` shows it", text, err)
	}
	return PublicKey{text: text, verifier: v}, nil
}

// keyFile is the private key's name in the data folder.
const keyFile = "witness.key"

// OpenKey reads the key in a data folder; the first time it makes one.
func OpenKey(data string) (*Key, error) {
	k, err := ReadKey(data)
	if !errors.Is(err, fs.ErrNotExist) {
		return k, err
	}
	if err := makeKey(filepath.Join(data, keyFile)); err != nil {
		return nil, fmt.Errorf("make the witness key: %w", err)
	}
	if k, err = ReadKey(data); err == nil {
		k.Made = true
	}
	return k, err
}

// ReadKey is OpenKey for who makes none: it must be readable by the service.
func ReadKey(data string) (*Key, error) {
	file := filepath.Join(data, keyFile)
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the witness key: %w", err)
	}
	secret, public, ok := strings.Cut(strings.TrimSpace(string(text)), "\n")
	if !ok {
		return nil, fmt.Errorf("read %s: it has no two lines", file)
	}
	k := &Key{}
	if k.signer, err = note.NewSigner(secret); err != nil {
		return nil, fmt.Errorf("read %s, line 1: %w", file, err)
	}
	if k.Public, err = ParsePublicKey(public); err != nil {
		return nil, fmt.Errorf("read %s, line 2: %w", file, err)
	}
	return k, nil
}

// makeKey writes a new key; of two who do at once, one wins, and both read his.
func makeKey(file string) error {
	name := make([]byte, 4)
	_, _ = rand.Read(name) // it never fails
	secret, public, err := note.GenerateKey(rand.Reader, "sansheng-"+hex.EncodeToString(name))
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(file), keyFile+".*") // of mode 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }() // its link stays
	_, err = f.WriteString(secret + "\n" + public + "\n")
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), file); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

package proof

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/transparency-dev/formats/log"
	"golang.org/x/mod/sumdb/note"
)

// Head says which seals a company's chain had at a time.
type Head struct {
	Company string
	Size    uint64
	Root    []byte
	At      time.Time
	// Text is the signed note.
	Text string
	// Place is where it was read, as FILE:LINE.
	Place string
}

// headExt is how the names of a witness's files end.
const headExt = ".heads"

// Sign completes a head by its text.
func (k *Key) Sign(h Head) (Head, error) {
	h.At = h.At.UTC().Truncate(time.Second)
	point := log.Checkpoint{Origin: k.signer.Name() + "/" + h.Company, Size: h.Size, Hash: h.Root}
	text, err := note.Sign(&note.Note{Text: string(point.Marshal()) + h.At.Format(time.RFC3339) + "\n"}, k.signer)
	if err != nil {
		return Head{}, fmt.Errorf("sign the head of company %q: %w", h.Company, err)
	}
	h.Text = string(text)
	return h, nil
}

// ErrForeign is wrapped by Open's error where a head is signed, but not by this key.
var ErrForeign = errors.New("the signature is not by this key")

// Open reads a head that must be signed by a key.
func Open(text string, key PublicKey) (Head, error) {
	n, err := note.Open([]byte(text), note.VerifierList(key.verifier))
	var unverified *note.UnverifiedNoteError
	switch {
	case errors.As(err, &unverified):
		return Head{}, ErrForeign
	case err != nil:
		return Head{}, err
	}
	var point log.Checkpoint
	rest, err := point.Unmarshal([]byte(n.Text))
	if err != nil {
		return Head{}, err
	}
	company, ok := strings.CutPrefix(point.Origin, key.verifier.Name()+"/")
	if !ok {
		return Head{}, fmt.Errorf("%q is no chain of key %s", point.Origin, key.verifier.Name())
	}
	line, _, _ := bytes.Cut(rest, []byte("\n"))
	at, err := time.Parse(time.RFC3339, string(line))
	if err != nil {
		return Head{}, fmt.Errorf("its time: %w", err)
	}
	return Head{Company: company, Size: point.Size, Root: point.Hash, At: at, Text: text}, nil
}

// ErrNoHeads is wrapped by ReadHeads's error.
var ErrNoHeads = errors.New("there is no head in it")

// textLines is how many lines of a head stand before its signatures, the empty one too.
const textLines = 5

// signatureMark begins a signature's line.
const signatureMark = "— "

// ReadHeads reads what a witness has: a file, or all files of a folder that end in .heads.
// Lines that are no head are passed over, so that a head copied from paper may have words
// around it; a head whose signature does not fit is an error.
func ReadHeads(path string, key PublicKey) ([]Head, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("read witness: %w", err)
	}
	files := []string{path}
	if info.IsDir() {
		if files, err = filepath.Glob(filepath.Join(escapeGlob(path), "*"+headExt)); err != nil {
			return nil, fmt.Errorf("read witness: %w", err)
		}
	}
	var all []Head
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("read witness: %w", err)
		}
		heads, err := parseHeads(file, string(text), key)
		if err != nil {
			return nil, err
		}
		all = append(all, heads...)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("read witness %s: %w", path, ErrNoHeads)
	}
	slices.SortStableFunc(all, func(a, b Head) int {
		return strings.Compare(a.Company, b.Company)
	})
	return all, nil
}

func escapeGlob(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

func parseHeads(file, text string, key PublicKey) ([]Head, error) {
	var heads []Head
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	for i := 0; i < len(lines); i++ {
		if !strings.HasPrefix(lines[i], signatureMark) || i < textLines {
			continue
		}
		first := i - textLines
		for i+1 < len(lines) && strings.HasPrefix(lines[i+1], signatureMark) {
			i++
		}
		h, err := Open(strings.Join(lines[first:i+1], "\n")+"\n", key)
		if err != nil {
			return nil, fmt.Errorf("read witness %s:%d: %w", file, first+1, err)
		}
		h.Place = fmt.Sprintf("%s:%d", file, first+1)
		heads = append(heads, h)
	}
	return heads, nil
}

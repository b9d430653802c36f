package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"

	"github.com/jackc/pgx/v5"

	"sansheng/store/internal/sql"
)

// recordingExt is how the names of recordings' files end.
const recordingExt = ".wav"

// recordingFiles is the folder of recordings; a name in the database cannot lead out of it.
type recordingFiles struct{ root *os.Root }

// openRecordings opens a folder; without one nothing is read.
func openRecordings(folder string) (*recordingFiles, error) {
	if folder == "" {
		return nil, nil //nolint:nilnil // nothing is to be read
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, fmt.Errorf("open the recordings' folder: %w", err)
	}
	return &recordingFiles{root}, nil
}

func (f *recordingFiles) close() {
	if f != nil {
		_ = f.root.Close() // nothing was written
	}
}

// sum is a recording's SHA-256.
func (f *recordingFiles) sum(name string) (string, error) {
	file, err := f.root.Open(name + recordingExt)
	if err != nil {
		return "", err
	}
	defer func() { _ = file.Close() }() // nothing was written
	h := sha256.New()
	if _, err := io.Copy(h, file); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// recordingChecks reads what was found in the recordings of some calls.
func (s *Store) recordingChecks(ctx context.Context, tx pgx.Tx, ids []string) (map[string][]RecordingCheck, error) {
	rows, err := s.q.RecordingChecksByCall(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	checks := make(map[string][]RecordingCheck, len(rows))
	for _, r := range rows {
		c, err := newRecordingCheck(r)
		if err != nil {
			return nil, err
		}
		checks[r.CallID] = append(checks[r.CallID], c)
	}
	return checks, nil
}

func newRecordingCheck(r sql.RecordingChecksByCallRow) (RecordingCheck, error) {
	sides, err := readList[RecordingSide](r.Sides)
	if err != nil {
		return RecordingCheck{}, fmt.Errorf("recording %s: %w", r.Name, err)
	}
	return RecordingCheck{
		Name: r.Name, CheckedAt: r.CheckedAt.UTC(), Result: RecordingResult(r.Result), TalkMs: r.TalkMs, LengthMs: r.LengthMs,
		LoudMs: r.LoudMs, Bytes: r.Bytes, SHA256: r.Sha256, Sides: sides, DestroyedAt: utc(r.DestroyedAt),
	}, nil
}

// recording holds what was found in a recording against its row and its files.
func (v *verification) recording(l sql.SealsRow, a Amendment, p sealsPage) error {
	if a.Author != systemAuthor || a.Reason != recordingChecked {
		return nil
	}
	var told RecordingCheck
	if json.Unmarshal([]byte(a.Body), &told) != nil {
		return nil // it was changed: its hash has shown it
	}
	checks := p.checks[l.CallID]
	i := slices.IndexFunc(checks, func(c RecordingCheck) bool { return c.Name == told.Name })
	if i < 0 {
		v.fault(l.N, l.CallID, "what was found in recording %q was removed", told.Name)
		return nil
	}
	row := checks[i]
	row.DestroyedAt = nil
	same, err := json.Marshal(row)
	if err != nil {
		return fmt.Errorf("recording %s: %w", row.Name, err)
	}
	if again, err := json.Marshal(told); err != nil || string(same) != string(again) {
		v.fault(l.N, l.CallID, "what was found in recording %q changed after it was sealed", told.Name)
	}
	sealed := slices.ContainsFunc(p.of[l.CallID], func(d Amendment) bool {
		var end DestroyedRecording
		return d.Hash != "" && d.Author == systemAuthor && d.Reason == recordingDestroyed && json.Unmarshal([]byte(d.Body), &end) == nil && end.Name == told.Name
	})
	noted := checks[i].DestroyedAt != nil
	switch {
	case noted && !sealed:
		v.fault(l.N, l.CallID, "recording %q is noted as destroyed, and no seal says so", told.Name)
	case sealed && !noted:
		v.fault(l.N, l.CallID, "a seal says that recording %q was destroyed, and it is not noted so", told.Name)
	}
	if v.files == nil || noted && sealed || told.SHA256 == "" {
		return nil
	}
	return v.recordingFiles(l, told)
}

// recordingFiles reads a recording's files.
func (v *verification) recordingFiles(l sql.SealsRow, told RecordingCheck) error {
	sealed := map[string]string{told.Name: told.SHA256}
	names := []string{told.Name}
	for _, side := range told.Sides {
		sealed[side.Name] = side.SHA256
		names = append(names, side.Name)
	}
	for _, name := range names {
		sum, err := v.files.sum(name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			v.fault(l.N, l.CallID, "recording %q is gone, and no rule has destroyed it", name)
		case err != nil:
			return fmt.Errorf("recording %q of call %s: %w", name, l.CallID, err)
		case sum != sealed[name]:
			v.fault(l.N, l.CallID, "recording %q is not the one that was sealed: its SHA-256 is %s, sealed was %s", name, sum, sealed[name])
		default:
			v.Recordings++
		}
	}
	return nil
}

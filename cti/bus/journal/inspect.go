package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const (
	markFile    = "journal.mark"
	rebuildFile = "journal.rebuild"
	asideDir    = "damaged"
)

// Inspection is what Inspect found in a journal's files.
type Inspection struct {
	// Engine owns the journal; empty where it is new.
	Engine string
	// First and Last are the lowest and highest readable facts; 0 where none.
	First, Last uint64
	// Damages are stretches that cannot be read. A single one at the tail, with
	// nothing Missing, is a write cut short that nobody was told of.
	Damages []Damage
	// Missing are acknowledged facts that no readable record holds.
	Missing []Range
	// Aside is where the files were put when the journal must be written anew.
	Aside string
	// Rebuild: Open writes the journal anew from Aside.
	Rebuild bool
	// Unreadable: not one record could be read. Either all is destroyed or the
	// server writes its files in a way this program does not know: Aside is a
	// copy, and the server itself is asked.
	Unreadable bool

	storeDir string
	mark     markValue
	marked   bool
}

// rebuildNote survives a crash in the middle of writing the journal anew.
type rebuildNote struct {
	Aside string `json:"aside"`
}

// streamDir is where the server keeps the stream of the global account.
func streamDir(storeDir string) string {
	return filepath.Join(storeDir, "jetstream", "$G", "streams", Stream)
}

// Inspect reads the journal's files in a server's store folder before the server
// opens them. Damage is no error: it is found, put aside and told.
func Inspect(storeDir string) (*Inspection, error) {
	in := &Inspection{storeDir: storeDir}
	in.mark, in.marked = readMark(filepath.Join(storeDir, markFile))
	if in.marked {
		in.Engine = in.mark.Engine
	}
	note, err := readNote(storeDir)
	if err != nil {
		return nil, err
	}
	if note != nil {
		if err := in.resume(*note); err != nil {
			return nil, err
		}
		_, err := in.scan(in.Aside, nil)
		return in, err
	}
	dir := streamDir(storeDir)
	metaOK, err := in.scan(dir, nil)
	if err != nil {
		return nil, err
	}
	torn := len(in.Damages) == 1 && in.Damages[0].Tail
	switch {
	case in.Last == 0 && len(in.Damages) > 0 && metaOK:
		in.Unreadable = true
		return in, in.copyAll(dir)
	case len(in.Missing) > 0, len(in.Damages) > 0 && !torn, !metaOK && in.Last > 0:
		return in, in.putAside(dir)
	case torn:
		return in, in.copyTail()
	}
	return in, nil
}

// Again is the inspection for opening the journal once more while its server
// runs: what was found has been dealt with.
func (in *Inspection) Again() *Inspection {
	next := &Inspection{storeDir: in.storeDir}
	next.mark, next.marked = readMark(filepath.Join(in.storeDir, markFile))
	next.Engine = next.mark.Engine
	return next
}

// scan reads every block in dir. fn, where given, gets each message in order.
func (in *Inspection) scan(dir string, fn func(run, record) error) (metaOK bool, err error) {
	if dir == "" {
		in.note()
		return true, nil
	}
	blocks, err := blockFiles(dir)
	if err != nil {
		return false, err
	}
	in.First, in.Last, in.Damages, in.Missing = 0, 0, nil, nil
	for i, path := range blocks {
		damages, err := readBlock(path, func(rec record) error { return in.see(path, rec, fn) })
		if err != nil {
			return false, err
		}
		for k, d := range damages {
			if fi, err := os.Stat(path); err == nil && i == len(blocks)-1 && k == len(damages)-1 {
				d.Tail = d.Offset+d.Length == fi.Size()
			}
			in.Damages = append(in.Damages, d)
		}
	}
	in.note()
	return len(blocks) == 0 || metaWhole(dir), nil
}

// see takes one readable message into account.
func (in *Inspection) see(path string, rec record, fn func(run, record) error) error {
	r, err := runOfRecord(rec.header)
	if err != nil {
		in.Damages = append(in.Damages, Damage{File: path, Why: err.Error()})
		return nil
	}
	in.Engine = strings.TrimPrefix(rec.subject, subjectPrefix)
	switch {
	case in.Last == 0:
		in.First = r.From
	case r.To <= in.Last:
		return nil
	case r.From > in.Last+1:
		in.Missing = append(in.Missing, Range{in.Last + 1, r.From - 1})
	}
	in.Last = r.To
	if fn != nil {
		return fn(r, rec)
	}
	return nil
}

// note compares what was read with what the mark says was acknowledged.
func (in *Inspection) note() {
	if !in.marked {
		return
	}
	if in.Last == 0 {
		if in.mark.Last >= in.mark.First && in.mark.Last > 0 {
			in.Missing = []Range{{max(in.mark.First, 1), in.mark.Last}}
		}
		return
	}
	if in.First > in.mark.First && in.mark.First > 0 {
		in.Missing = append([]Range{{in.mark.First, in.First - 1}}, in.Missing...)
	}
	if in.mark.Last > in.Last {
		in.Missing = append(in.Missing, Range{in.Last + 1, in.mark.Last})
	}
}

// putAside moves the stream's folder away. The note comes first: whatever
// happens after it, the next start goes on from here.
func (in *Inspection) putAside(dir string) error {
	in.Rebuild = true
	in.Aside = filepath.Join(in.storeDir, asideDir, Stream+"-"+time.Now().UTC().Format("20060102T150405.000000000"))
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		in.Aside = ""
	}
	note := rebuildNote{}
	if in.Aside != "" {
		note.Aside = filepath.Base(in.Aside)
		if err := os.MkdirAll(filepath.Dir(in.Aside), 0o700); err != nil {
			return fmt.Errorf("put damaged journal aside: %w", err)
		}
	}
	b, err := json.Marshal(note)
	if err != nil {
		return fmt.Errorf("put damaged journal aside: %w", err)
	}
	if err := writeSynced(filepath.Join(in.storeDir, rebuildFile), b); err != nil {
		return fmt.Errorf("put damaged journal aside: %w", err)
	}
	if in.Aside == "" {
		return nil
	}
	if err := os.Rename(dir, in.Aside); err != nil {
		return fmt.Errorf("put damaged journal aside: %w", err)
	}
	for i := range in.Damages {
		in.Damages[i].File = filepath.Join(in.Aside, "msgs", filepath.Base(in.Damages[i].File))
	}
	return syncDir(filepath.Dir(in.Aside))
}

// resume goes on with a rebuild that a crash interrupted.
func (in *Inspection) resume(note rebuildNote) error {
	in.Rebuild = true
	dir := streamDir(in.storeDir)
	if note.Aside != "" {
		in.Aside = filepath.Join(in.storeDir, asideDir, note.Aside)
		if _, err := os.Stat(in.Aside); errors.Is(err, fs.ErrNotExist) {
			if err := os.Rename(dir, in.Aside); err != nil {
				return fmt.Errorf("put damaged journal aside: %w", err)
			}
			return syncDir(filepath.Dir(in.Aside))
		}
	}
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("remove half-written journal: %w", err)
	}
	return nil
}

// copyAll keeps a copy of the stream's folder before the server repairs it.
func (in *Inspection) copyAll(dir string) error {
	in.Aside = filepath.Join(in.storeDir, asideDir, Stream+"-"+time.Now().UTC().Format("20060102T150405.000000000"))
	if err := os.CopyFS(in.Aside, os.DirFS(dir)); err != nil {
		return fmt.Errorf("copy damaged journal: %w", err)
	}
	return nil
}

// copyTail keeps a copy of the bytes that the server is about to cut off.
func (in *Inspection) copyTail() error {
	d := in.Damages[0]
	b, err := os.ReadFile(d.File)
	if err != nil {
		return fmt.Errorf("copy torn journal tail: %w", err)
	}
	dir := filepath.Join(in.storeDir, asideDir)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("copy torn journal tail: %w", err)
	}
	in.Aside = filepath.Join(dir, Stream+"-"+time.Now().UTC().Format("20060102T150405.000000000")+".tail")
	if err := writeSynced(in.Aside, b[d.Offset:]); err != nil {
		return fmt.Errorf("copy torn journal tail: %w", err)
	}
	return nil
}

func readNote(storeDir string) (*rebuildNote, error) {
	b, err := os.ReadFile(filepath.Join(storeDir, rebuildFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read journal rebuild note: %w", err)
	}
	var note rebuildNote
	if err := json.Unmarshal(b, &note); err != nil {
		return nil, fmt.Errorf("read journal rebuild note: %w", err)
	}
	if note.Aside != filepath.Base(note.Aside) && note.Aside != "" {
		return nil, fmt.Errorf("read journal rebuild note: %q is no folder name", note.Aside)
	}
	return &note, nil
}

// writeSynced replaces a file so that after a crash it is the old one or the new.
func writeSynced(path string, b []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return syncDir(filepath.Dir(path))
}

func syncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

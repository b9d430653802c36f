package journal

import (
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// markSize is fixed, so that writing the mark needs no new disk space.
const markSize = 512

// mark remembers outside the stream which facts the journal holds: first is the
// lowest not yet trimmed, last the highest acknowledged. It is written in place
// after each commit, unsynced; synced before anything is trimmed, which is durable at once.
type mark struct {
	mu    sync.Mutex
	file  *os.File
	value markValue
}

type markValue struct {
	Engine      string
	First, Last uint64
}

// encode pads to markSize; the checksum tells a torn or foreign file.
func (v markValue) encode() []byte {
	body := fmt.Sprintf("sansheng journal 1 %d %d %q", v.First, v.Last, v.Engine)
	line := fmt.Sprintf("%s %08x\n", body, crc32.ChecksumIEEE([]byte(body)))
	if len(line) < markSize {
		line += strings.Repeat(" ", markSize-len(line))
	}
	return []byte(line)
}

// readMark returns ok false where there is no readable mark.
func readMark(path string) (v markValue, ok bool) {
	b, err := os.ReadFile(path)
	if err != nil {
		return v, false
	}
	line, _, found := strings.Cut(string(b), "\n")
	cut := strings.LastIndexByte(line, ' ')
	if !found || cut < 0 {
		return v, false
	}
	body, sum := line[:cut], line[cut+1:]
	if fmt.Sprintf("%08x", crc32.ChecksumIEEE([]byte(body))) != sum {
		return v, false
	}
	_, err = fmt.Sscanf(body, "sansheng journal 1 %d %d %q", &v.First, &v.Last, &v.Engine)
	return v, err == nil
}

// Acknowledged is whose journal a server's store folder holds and the highest fact
// it has acknowledged, as noted beside it; 0 where no note can be read. It may be
// asked while the server runs.
func Acknowledged(storeDir string) (engine string, last uint64) {
	v, _ := readMark(filepath.Join(storeDir, markFile))
	return v.Engine, v.Last
}

// openMark opens or makes the mark and sets it to v, synced.
func openMark(path string, v markValue) (*mark, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open journal mark: %w", err)
	}
	m := &mark{file: f, value: v}
	if err := m.update(func(*markValue) {}); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if err := f.Sync(); err != nil {
		return nil, errors.Join(fmt.Errorf("sync journal mark: %w", err), f.Close())
	}
	return m, nil
}

// update changes the mark and writes it.
func (m *mark) update(change func(*markValue)) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	change(&m.value)
	if m.file == nil {
		return nil
	}
	if _, err := m.file.WriteAt(m.value.encode(), 0); err != nil {
		return fmt.Errorf("write journal mark: %w", err)
	}
	return nil
}

// sync has what the mark says outlive a power cut.
func (m *mark) sync() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.file == nil {
		return nil
	}
	if err := m.file.Sync(); err != nil {
		return fmt.Errorf("sync journal mark: %w", err)
	}
	return nil
}

func (m *mark) close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.file == nil {
		return nil
	}
	if err := errors.Join(m.file.Sync(), m.file.Close()); err != nil {
		return fmt.Errorf("close journal mark: %w", err)
	}
	return nil
}

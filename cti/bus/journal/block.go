package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/minio/highwayhash"
)

// The server's block files, as written by nats-server 2.15 (filestore.go):
//
//	length(4) sequence(8) time(8) subject length(2) subject [header length(4) header] message hash(8)
//
// little endian; the length's top bit marks a header, the sequence's top bits an
// erased message and a tombstone. The hash is HighwayHash-64 keyed with the
// SHA-256 of the stream's name and the block's number, over sequence, time,
// subject, header and message. A test writes a real store and reads it here, so a
// new server version that writes otherwise fails the tests; and where not one
// record can be read, the server is asked before anything is called lost.
const (
	recordHeader = 22
	recordHash   = 8
	recordMax    = 1 << 25
	headerBit    = 1 << 31
	eraseBit     = 1 << 63
	tombBit      = 1 << 62
)

// record is one readable message of a block. Its slices point into the file's
// buffer.
type record struct {
	seq     uint64
	subject string
	header  []byte
	data    []byte
}

// Damage is a stretch of a file that cannot be read.
type Damage struct {
	File   string `json:"file"`
	Offset int64  `json:"offset"`
	Length int64  `json:"length"`
	Why    string `json:"why"`
	// Tail is true where it reaches the end of the last block: as a write cut
	// short leaves it.
	Tail bool `json:"tail,omitempty"`
}

func (d Damage) String() string {
	return fmt.Sprintf("%s: %d bytes at %d: %s", filepath.Base(d.File), d.Length, d.Offset, d.Why)
}

// keyedHash is the hash the server uses for the file of a name: a stream's for
// its description, stream-number for a block.
func keyedHash(name string) (hash.Hash64, error) {
	key := sha256.Sum256([]byte(name))
	h, err := highwayhash.New64(key[:])
	if err != nil {
		return nil, fmt.Errorf("make block hash: %w", err)
	}
	return h, nil
}

// blockFiles lists a stream's block files in the order they were written.
func blockFiles(dir string) ([]string, error) {
	names, err := filepath.Glob(filepath.Join(dir, "msgs", "*.blk"))
	if err != nil {
		return nil, fmt.Errorf("list journal blocks: %w", err)
	}
	index := func(name string) int {
		n, err := strconv.Atoi(strings.TrimSuffix(filepath.Base(name), ".blk"))
		if err != nil {
			return -1
		}
		return n
	}
	slices.SortFunc(names, func(a, b string) int { return index(a) - index(b) })
	return names, nil
}

// readBlock calls fn for every readable live message of a block file and returns
// the stretches between them that could not be read.
func readBlock(path string, fn func(record) error) ([]Damage, error) {
	h, err := keyedHash(Stream + "-" + strings.TrimSuffix(filepath.Base(path), ".blk"))
	if err != nil {
		return nil, err
	}
	buf, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read journal block: %w", err)
	}
	var damages []Damage
	for at := 0; at < len(buf); {
		rec, n, why := parseRecord(buf[at:], h)
		if why == "" {
			if rec.seq != 0 && rec.seq&(eraseBit|tombBit) == 0 {
				if err := fn(rec); err != nil {
					return damages, err
				}
			}
			at += n
			continue
		}
		next := resync(buf, at, h)
		damages = append(damages, Damage{File: path, Offset: int64(at), Length: int64(next - at), Why: why})
		at = next
	}
	return damages, nil
}

// parseRecord reads the record at the start of buf; why is empty where it is whole.
func parseRecord(buf []byte, h hash.Hash64) (rec record, n int, why string) {
	if len(buf) < recordHeader+recordHash {
		return record{}, 0, "record cut short"
	}
	le := binary.LittleEndian
	length := le.Uint32(buf)
	hasHeader := length&headerBit != 0
	n = int(length &^ headerBit)
	subjectLen := int(le.Uint16(buf[20:]))
	body := n - recordHeader - recordHash
	need := subjectLen
	if hasHeader {
		need += 4
	}
	switch {
	case n > recordMax || body < need:
		return record{}, 0, "impossible record length"
	case n > len(buf):
		return record{}, 0, "record cut short"
	}
	data := buf[recordHeader : n-recordHash]
	rec.seq = le.Uint64(buf[4:])
	subject, rest := data[:subjectLen], data[subjectLen:]
	h.Reset()
	h.Write(buf[4:20])
	h.Write(subject)
	if hasHeader {
		headerLen := int(le.Uint32(rest))
		rest = rest[4:]
		if headerLen > len(rest) {
			return record{}, 0, "impossible header length"
		}
		rec.header, rec.data = rest[:headerLen], rest[headerLen:]
	} else {
		rec.data = rest
	}
	h.Write(rest)
	if !bytes.Equal(h.Sum(nil), buf[n-recordHash:n]) {
		return record{}, 0, "wrong checksum"
	}
	rec.subject = string(subject)
	return rec, n, ""
}

// resync finds the next readable record after a bad one at from.
func resync(buf []byte, from int, h hash.Hash64) int {
	for at := from + 1; ; at++ {
		i := bytes.Index(buf[min(at+recordHeader, len(buf)):], []byte(subjectPrefix))
		if i < 0 {
			return len(buf)
		}
		at += i
		if _, _, why := parseRecord(buf[at:], h); why == "" {
			return at
		}
	}
}

// metaWhole tells whether the server will recognize the stream's folder.
func metaWhole(dir string) bool {
	h, err := keyedHash(Stream)
	if err != nil {
		return false
	}
	meta, err := os.ReadFile(filepath.Join(dir, "meta.inf"))
	if err != nil {
		return false
	}
	sum, err := os.ReadFile(filepath.Join(dir, "meta.sum"))
	if err != nil {
		return false
	}
	h.Reset()
	h.Write(meta)
	return hex.EncodeToString(h.Sum(nil)) == string(sum)
}

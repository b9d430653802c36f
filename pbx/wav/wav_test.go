package wav

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"testing"
	"testing/iotest"
	"time"
)

// file makes a recording of 8000 samples a second.
func file(extra string, samples ...int16) []byte {
	var b bytes.Buffer
	b.WriteString("RIFF\x00\x00\x00\x00WAVE")
	b.WriteString("fmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x80\x3e\x00\x00\x02\x00\x10\x00")
	b.WriteString(extra)
	b.WriteString("data")
	_ = binary.Write(&b, binary.LittleEndian, uint32(2*len(samples)))
	_ = binary.Write(&b, binary.LittleEndian, samples)
	return b.Bytes()
}

func TestRead(t *testing.T) {
	t.Parallel()
	half := make([]int16, 4000)
	for i := range 800 {
		half[i] = -2000
	}
	for name, extra := range map[string]string{"plain": "", "with a list": "LIST\x03\x00\x00\x00abc\x00"} {
		b := file(extra, half...)
		m, err := Read(bytes.NewReader(b))
		if err != nil || m.Length != 500*time.Millisecond || m.Loud != 100*time.Millisecond || m.Bytes != int64(len(b)) || len(m.SHA256) != 64 || !m.Finished {
			t.Errorf("%s: %+v, %v", name, m, err)
		}
		if m, err := Read(bytes.NewReader(b[:len(b)-100])); err != nil || m.Finished {
			t.Errorf("%s, while it is written: %+v, %v", name, m, err)
		}
	}
	for name, b := range map[string][]byte{
		"nothing": nil, "no file of ours": []byte("ID3 and so on, longer than a header"), "no samples": file("")[:36], "cut": file("")[:20],
	} {
		if m, err := Read(bytes.NewReader(b)); !errors.Is(err, ErrFormat) {
			t.Errorf("%s: %+v, %v", name, m, err)
		}
	}
}

// TestBrokenOff: a reader that breaks off has no measure, wherever that is: the header's
// beginning, between two samples, within one.
func TestBrokenOff(t *testing.T) {
	t.Parallel()
	b := file("", make([]int16, 100)...)
	for _, n := range []int{0, 20, len(b) - 10, len(b) - 9} {
		in := io.MultiReader(bytes.NewReader(b[:n]), iotest.ErrReader(io.ErrUnexpectedEOF))
		if m, err := Read(in); !errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, ErrFormat) || m != (Measure{}) {
			t.Errorf("after %d bytes: %+v, %v", n, m, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(file("", 1, 2, 3))
	f.Add(file("LIST\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := Read(bytes.NewReader(b))
		if err == nil && (m.Bytes != int64(len(b)) || m.Loud > m.Length) {
			t.Errorf("%+v of %d bytes", m, len(b))
		}
	})
}

package media

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"

	"sansheng/pbx/sip/tone"
)

// wav writes what is heard as a WAV file: 8 kHz, 16 bit, one channel. Missing
// packets are silence, so that the file's time is the call's time.
type wav struct {
	f       *os.File
	buf     []byte
	samples int
	next    uint32 // timestamp the next packet should have
	ssrc    uint32
	begun   bool
	err     error
}

// maxHole bounds the silence written for one jump of the timestamp: a minute.
const maxHole = 60 * tone.Rate

const wavHeader = 44

func newWAV(path string) (*wav, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("create recording: %w", err)
	}
	w := &wav{f: f}
	if _, err := f.Write(w.header()); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("write recording: %w", err)
	}
	return w, nil
}

func (w *wav) header() []byte {
	h := make([]byte, 0, wavHeader)
	data := uint32(2 * w.samples)
	h = append(h, "RIFF"...)
	h = binary.LittleEndian.AppendUint32(h, wavHeader-8+data)
	h = append(h, "WAVEfmt "...)
	h = binary.LittleEndian.AppendUint32(h, 16)
	h = binary.LittleEndian.AppendUint16(h, 1) // PCM
	h = binary.LittleEndian.AppendUint16(h, 1) // one channel
	h = binary.LittleEndian.AppendUint32(h, tone.Rate)
	h = binary.LittleEndian.AppendUint32(h, 2*tone.Rate)
	h = binary.LittleEndian.AppendUint16(h, 2)
	h = binary.LittleEndian.AppendUint16(h, 16)
	h = append(h, "data"...)
	return binary.LittleEndian.AppendUint32(h, data)
}

// write adds a packet's samples at its place. Errors surface in close.
func (w *wav) write(ssrc, timestamp uint32, pcm []int16) {
	if hole := int32(timestamp - w.next); w.begun && ssrc == w.ssrc && hole > 0 && hole <= maxHole {
		w.add(make([]int16, hole))
	} else if w.begun && ssrc == w.ssrc && hole < 0 && hole > -maxHole {
		return // a late packet: its silence is written already
	}
	w.begun, w.ssrc, w.next = true, ssrc, timestamp+uint32(len(pcm))
	w.add(pcm)
}

func (w *wav) add(pcm []int16) {
	for _, s := range pcm {
		w.buf = binary.LittleEndian.AppendUint16(w.buf, uint16(s))
	}
	w.samples += len(pcm)
	if len(w.buf) >= 64<<10 {
		w.flush()
	}
}

// flush writes the buffer; the first error is kept for close.
func (w *wav) flush() {
	if w.err == nil {
		_, w.err = w.f.Write(w.buf)
	}
	w.buf = w.buf[:0]
}

func (w *wav) close() error {
	w.flush()
	err := w.err
	if err == nil {
		if _, err = w.f.Seek(0, io.SeekStart); err == nil {
			_, err = w.f.Write(w.header())
		}
	}
	if cerr := w.f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return fmt.Errorf("finish recording: %w", err)
	}
	return nil
}

package audio

import (
	"encoding/binary"
	"io"

	"github.com/hajimehoshi/go-mp3"
)

// isMP3 tells whether a frame of MPEG audio begins here, of layer III and with a rate of
// bits and of samples that there are.
func isMP3(head []byte) bool {
	return len(head) >= 4 && head[0] == 0xff && head[1]&0xe6 == 0xe2 && head[2]>>4 != 0 && head[2]>>4 != 15 && head[2]>>2&3 != 3
}

// readMP3 reads to the last whole frame: how many there should be the file does not say,
// so that one which was cut off is a shorter one.
func readMP3(s source, in *intake) error {
	// Without the way to seek, with which the decoder would read all of it twice.
	d, err := mp3.NewDecoder(struct{ io.Reader }{s})
	if err != nil {
		return fail("the MP3 file cannot be read: %v", err)
	}
	if err := in.begin(d.SampleRate(), 2); err != nil { // of one channel it makes two
		return err
	}
	frame, values := make([]byte, 4), make([]float32, 2)
	for {
		switch _, err := io.ReadFull(d, frame); err {
		case nil:
		case io.EOF, io.ErrUnexpectedEOF:
			return nil
		default:
			return fail("the MP3 file cannot be read: %v", err)
		}
		for c := range values {
			values[c] = float32(int16(binary.LittleEndian.Uint16(frame[2*c:]))) / (1 << 15)
		}
		if err := in.put(values); err != nil {
			return err
		}
	}
}

package audio

import (
	"errors"
	"io"

	"github.com/mewkiz/flac"
)

func readFLAC(s source, in *intake) error {
	stream, err := flac.New(s)
	if err != nil {
		return fail("the FLAC file cannot be read: %v", err)
	}
	if err := in.begin(int(stream.Info.SampleRate), int(stream.Info.NChannels)); err != nil {
		return err
	}
	values, full := make([]float32, in.channels), float32(uint64(1)<<(stream.Info.BitsPerSample-1))
	for {
		f, err := stream.ParseNext()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fail("the FLAC file cannot be read: %v", err)
		}
		if len(f.Subframes) != in.channels {
			return fail("the FLAC file changes the number of its channels")
		}
		for i := range f.Subframes[0].Samples {
			for c := range values {
				values[c] = float32(f.Subframes[c].Samples[i]) / full
			}
			if err := in.put(values); err != nil {
				return err
			}
		}
	}
	if want := stream.Info.NSamples; uint64(len(in.samples)) < want {
		return fail("the FLAC file says that it has %d samples, and %d are there: it is cut off", want, len(in.samples))
	}
	return nil
}

package summary

import (
	"encoding/binary"
	"errors"
)

// Sizes and marks of a font's file, by the OpenType specification.
const (
	fontHead   = 12
	tableEntry = 16
	trueType   = 0x00010000
	collection = "ttcf"
)

var errCutOff = errors.New("the font is cut off")

// single is a TrueType font as a file of its own: the first one of a collection. It refuses
// what is none, or not whole: the library would write a PDF without letters.
func single(file []byte) ([]byte, error) {
	at := 0
	if len(file) >= fontHead+4 && string(file[:4]) == collection {
		at = int(binary.BigEndian.Uint32(file[fontHead:]))
	}
	if at < 0 || at+fontHead > len(file) || binary.BigEndian.Uint32(file[at:]) != trueType {
		return nil, errors.New("the font is no TrueType font")
	}
	tables := int(binary.BigEndian.Uint16(file[at+4:]))
	end := fontHead + tables*tableEntry
	if at+end > len(file) {
		return nil, errCutOff
	}
	font := make([]byte, end, len(file))
	copy(font, file[at:at+end])
	glyphs := false
	for i := range tables {
		entry := font[fontHead+i*tableEntry:][:tableEntry]
		offset, length := uint64(binary.BigEndian.Uint32(entry[8:])), uint64(binary.BigEndian.Uint32(entry[12:]))
		if offset+length > uint64(len(file)) {
			return nil, errCutOff
		}
		binary.BigEndian.PutUint32(entry[8:], uint32(len(font)))
		font = append(font, file[offset:offset+length]...)
		font = append(font, make([]byte, -len(font)&3)...) // tables begin at multiples of four
		glyphs = glyphs || string(entry[:4]) == "glyf"
	}
	if !glyphs {
		return nil, errors.New("the font has no TrueType outlines")
	}
	return font, nil
}

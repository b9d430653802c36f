// Package offer reads and writes the audio part of session descriptions
// (RFC 8866) and answers offers with them (RFC 3264), as far as a telephone
// needs it: one audio stream in G.711, telephone-event, a direction.
//
// Descriptions are values; the package does no I/O and may be used from
// anywhere. Parse takes foreign bytes: it returns an error for what it cannot
// use and never panics.
package offer

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/pion/sdp/v3"

	"sansheng/pbx/sip/tone"
)

// Errors of Parse and Answer.
var (
	// ErrNoAudio means no audio stream that is open (port not 0).
	ErrNoAudio = errors.New("no audio stream")
	// ErrNoCodec means no codec in common: 488 Not Acceptable Here.
	ErrNoCodec = errors.New("no common codec")
	// ErrNoAddress means the audio stream's address is not a usable IP address.
	ErrNoAddress = errors.New("no media address")
)

// Direction says which way audio flows, seen from who wrote the description
// (RFC 3264 section 5.1).
type Direction string

// The four directions.
const (
	SendRecv Direction = "sendrecv"
	SendOnly Direction = "sendonly"
	RecvOnly Direction = "recvonly"
	Inactive Direction = "inactive"
)

// Sends reports whether the writer of the description sends audio.
func (d Direction) Sends() bool { return d == SendRecv || d == SendOnly }

// Receives reports whether the writer of the description takes audio.
func (d Direction) Receives() bool { return d == SendRecv || d == RecvOnly }

// direction builds the word for the two abilities.
func direction(sends, receives bool) Direction {
	switch {
	case sends && receives:
		return SendRecv
	case sends:
		return SendOnly
	case receives:
		return RecvOnly
	}
	return Inactive
}

// Description is a session description with one audio stream.
type Description struct {
	// Addr is where audio is to be sent. The address 0.0.0.0 is the old way of
	// saying hold (RFC 3264 section 8.4).
	Addr netip.AddrPort
	// Codecs in order of preference, best first.
	Codecs []tone.Codec
	// Event is the payload type of telephone-event (RFC 4733), 0 for none.
	Event uint8
	// Direction is never empty after Parse.
	Direction Direction
	// ID and Version are those of the o= line: the version grows with each change.
	ID, Version uint64
	// Others are the m= lines that are not our audio stream, by their position,
	// so that an answer can refuse each (RFC 3264 section 6).
	Others []Other
}

// Other is a stream a telephone refuses.
type Other struct {
	// Before is true when it stood before the audio stream.
	Before bool
	// Line is the refusing line's content: media, port 0, protocol and formats.
	Line string
}

// Held reports whether the writer has put the other side on hold.
func (d Description) Held() bool {
	return !d.Direction.Receives() || d.Addr.Addr().IsUnspecified()
}

// Parse reads a description.
func Parse(body []byte) (Description, error) {
	var doc sdp.SessionDescription
	if err := doc.Unmarshal(body); err != nil {
		return Description{}, fmt.Errorf("parse description: %w", err)
	}
	d := Description{ID: doc.Origin.SessionID, Version: doc.Origin.SessionVersion, Direction: SendRecv}
	var audio *sdp.MediaDescription
	for _, m := range doc.MediaDescriptions {
		if audio == nil && m.MediaName.Media == "audio" && m.MediaName.Port.Value != 0 &&
			slices.Equal(m.MediaName.Protos, []string{"RTP", "AVP"}) {
			audio = m
			continue
		}
		d.Others = append(d.Others, Other{Before: audio == nil, Line: refusal(m.MediaName)})
	}
	if audio == nil {
		return Description{}, fmt.Errorf("parse description: %w", ErrNoAudio)
	}
	conn := audio.ConnectionInformation
	if conn == nil {
		conn = doc.ConnectionInformation
	}
	addr, err := mediaAddr(conn, audio.MediaName.Port.Value)
	if err != nil {
		return Description{}, err
	}
	d.Addr = addr
	d.readDirection(doc.Attributes)
	d.readDirection(audio.Attributes)
	d.readFormats(audio)
	if len(d.Codecs) == 0 {
		return Description{}, fmt.Errorf("parse description: %w among %v", ErrNoCodec, audio.MediaName.Formats)
	}
	return d, nil
}

func refusal(m sdp.MediaName) string {
	return fmt.Sprintf("%s 0 %s %s", m.Media, strings.Join(m.Protos, "/"), strings.Join(m.Formats, " "))
}

func mediaAddr(conn *sdp.ConnectionInformation, port int) (netip.AddrPort, error) {
	if conn == nil || conn.Address == nil {
		return netip.AddrPort{}, fmt.Errorf("parse description: %w", ErrNoAddress)
	}
	ip, err := netip.ParseAddr(conn.Address.Address)
	if err != nil || ip.IsMulticast() || port < 1 || port > 65535 {
		return netip.AddrPort{}, fmt.Errorf("parse description: %w: %q port %d", ErrNoAddress, conn.Address.Address, port)
	}
	return netip.AddrPortFrom(ip.Unmap(), uint16(port)), nil
}

func (d *Description) readDirection(attrs []sdp.Attribute) {
	for _, a := range attrs {
		switch w := Direction(a.Key); w {
		case SendRecv, SendOnly, RecvOnly, Inactive:
			d.Direction = w
		}
	}
}

// readFormats keeps what a telephone speaks. Static payload types need no
// rtpmap; one that contradicts its number is believed over it.
func (d *Description) readFormats(m *sdp.MediaDescription) {
	names := map[string]string{"0": "PCMU/8000", "8": "PCMA/8000"}
	for _, a := range m.Attributes {
		if pt, name, ok := strings.Cut(a.Value, " "); a.Key == "rtpmap" && ok {
			names[pt] = strings.TrimSuffix(strings.TrimSpace(name), "/1")
		}
	}
	for _, pt := range m.MediaName.Formats {
		n, err := strconv.ParseUint(pt, 10, 7)
		if err != nil {
			continue
		}
		name := names[pt]
		switch {
		case n == 0 && strings.EqualFold(name, "PCMU/8000"):
			d.addCodec(tone.ULaw)
		case n == 8 && strings.EqualFold(name, "PCMA/8000"):
			d.addCodec(tone.ALaw)
		case d.Event == 0 && strings.EqualFold(name, "telephone-event/8000"):
			d.Event = uint8(n)
		}
	}
}

func (d *Description) addCodec(c tone.Codec) {
	if !slices.Contains(d.Codecs, c) {
		d.Codecs = append(d.Codecs, c)
	}
}

// Bytes writes the description.
func (d Description) Bytes() []byte {
	family := "IP4"
	if d.Addr.Addr().Is6() {
		family = "IP6"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "v=0\r\no=- %d %d IN %s %s\r\ns=-\r\nc=IN %s %s\r\nt=0 0\r\n",
		d.ID, d.Version, family, d.Addr.Addr(), family, d.Addr.Addr())
	for _, o := range d.Others {
		if o.Before {
			fmt.Fprintf(&b, "m=%s\r\n", o.Line)
		}
	}
	fmt.Fprintf(&b, "m=audio %d RTP/AVP", d.Addr.Port())
	for _, c := range d.Codecs {
		fmt.Fprintf(&b, " %d", c.PayloadType())
	}
	if d.Event != 0 {
		fmt.Fprintf(&b, " %d", d.Event)
	}
	b.WriteString("\r\n")
	for _, c := range d.Codecs {
		fmt.Fprintf(&b, "a=rtpmap:%d %s/8000\r\n", c.PayloadType(), c.Encoding())
	}
	if d.Event != 0 {
		fmt.Fprintf(&b, "a=rtpmap:%d telephone-event/8000\r\na=fmtp:%d 0-15\r\n", d.Event, d.Event)
	}
	fmt.Fprintf(&b, "a=ptime:20\r\na=%s\r\n", d.Direction)
	for _, o := range d.Others {
		if !o.Before {
			fmt.Fprintf(&b, "m=%s\r\n", o.Line)
		}
	}
	return []byte(b.String())
}

// Answer makes the answer of local to an offer: the offer's payload types, the
// codecs both have in local's order of preference, the direction the offer
// allows (RFC 3264 section 6.1).
func Answer(local, offered Description) (Description, error) {
	answer := local
	answer.Codecs = nil
	for _, c := range local.Codecs {
		if slices.Contains(offered.Codecs, c) {
			answer.Codecs = append(answer.Codecs, c)
		}
	}
	if len(answer.Codecs) == 0 {
		return Description{}, fmt.Errorf("answer offer of %v with %v: %w", offered.Codecs, local.Codecs, ErrNoCodec)
	}
	if local.Event != 0 {
		answer.Event = offered.Event
	}
	answer.Direction = direction(
		local.Direction.Sends() && offered.Direction.Receives(),
		local.Direction.Receives() && offered.Direction.Sends())
	answer.Others = offered.Others
	return answer, nil
}

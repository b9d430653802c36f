package phone

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"
	"sync"
	"time"

	"sansheng/pbx/sip/media"
)

// Printer tells what phones do, line by line, for a person or as JSON lines. It
// may be used from several goroutines. Errors of the writer are kept: see Err.
type Printer struct {
	mu    sync.Mutex
	w     io.Writer
	json  bool
	start time.Time
	err   error
}

// NewPrinter writes to w. Times of the plain form count from now.
func NewPrinter(w io.Writer, asJSON bool) *Printer {
	return &Printer{w: w, json: asJSON, start: time.Now()}
}

// Err is the first error of the writer.
func (p *Printer) Err() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err
}

// line is an event as JSON. Times are RFC 3339 with milliseconds, durations ms.
type line struct {
	At         string      `json:"at"`
	Phone      string      `json:"phone"`
	Event      string      `json:"event"`
	Call       string      `json:"call,omitempty"`
	Caller     string      `json:"caller,omitempty"`
	CallerName string      `json:"caller_name,omitempty"`
	Called     string      `json:"called,omitempty"`
	Status     int         `json:"status,omitempty"`
	Reason     string      `json:"reason,omitempty"`
	Cause      int         `json:"cause,omitempty"`
	By         Side        `json:"by,omitempty"`
	Hz         float64     `json:"hz,omitempty"`
	Digit      string      `json:"digit,omitempty"`
	Via        DigitMethod `json:"via,omitempty"`
	MS         int64       `json:"ms,omitempty"`
	Error      string      `json:"error,omitempty"`
	Heard      *heardLine  `json:"heard,omitempty"`
}

type heardLine struct {
	Packets      int        `json:"packets"`
	Sent         int        `json:"sent"`
	Lost         int        `json:"lost"`
	RMS          float64    `json:"rms_dbm0"`
	LongestGapMS int64      `json:"longest_gap_ms"`
	SilentForMS  int64      `json:"silent_for_ms"`
	Tones        []toneLine `json:"tones"`
	OtherMS      int64      `json:"other_ms"`
	SilenceMS    int64      `json:"silence_ms"`
	Digits       string     `json:"digits"`
	Codec        string     `json:"codec"`
}

type toneLine struct {
	Hz           float64 `json:"hz"`
	FirstAt      string  `json:"first_at"`
	MS           int64   `json:"ms"`
	LongestGapMS int64   `json:"longest_gap_ms"`
}

const stamp = "2006-01-02T15:04:05.000Z07:00"

// Event tells one event; Ended brings the summary of what was heard.
func (p *Printer) Event(e Event) {
	if p.json {
		p.writeJSON(e)
		return
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%8.3f s  %-12s %s", e.At.Sub(p.start).Seconds(), e.Phone, e)
	if e.Kind == Incoming {
		fmt.Fprintf(&b, " from %s", e.Call.caller.Number)
		if n := e.Call.caller.Name; n != "" {
			fmt.Fprintf(&b, " (%s)", n)
		}
	}
	b.WriteByte('\n')
	if e.Kind == Ended {
		fmt.Fprintf(&b, "%24s heard %s\n", "", describeHeard(e.Call.Heard()))
	}
	p.write([]byte(printable(b.String())))
}

// printable keeps a hostile caller id from writing to a terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' || r == 0x7f || r >= 0x80 && r < 0xa0 {
			return '\uFFFD'
		}
		return r
	}, s)
}

func describeHeard(h media.Heard) string {
	if h.Packets == 0 {
		return "nothing: no packet came"
	}
	var parts []string
	for _, t := range h.Tones {
		parts = append(parts, fmt.Sprintf("%.0f Hz for %.1f s", t.Hz, t.Total.Seconds()))
	}
	if h.Other > 0 {
		parts = append(parts, fmt.Sprintf("voice or music for %.1f s", h.Other.Seconds()))
	}
	if !h.Audible() {
		parts = append(parts, "only silence")
	}
	if h.Digits != "" {
		parts = append(parts, "keys "+h.Digits)
	}
	return fmt.Sprintf("%s; %d packets %v, %d lost, longest gap %d ms, %.1f dBm0",
		strings.Join(parts, ", "), h.Packets, h.Codec, h.Lost, h.LongestGap.Milliseconds(), h.RMS)
}

func (p *Printer) writeJSON(e Event) {
	l := line{At: e.At.Format(stamp), Phone: e.Phone, Event: string(e.Kind), Status: e.Status, Reason: e.Reason, Cause: int(e.Cause),
		By: e.By, Hz: round(e.Hz), Digit: e.Digit, Via: e.Via, MS: e.Duration.Milliseconds()}
	if e.Err != nil {
		l.Error = e.Err.Error()
	}
	if c := e.Call; c != nil {
		l.Call, l.Caller, l.CallerName, l.Called = c.id, c.caller.Number, c.caller.Name, c.called
		if e.Kind == Ended {
			l.Heard = heardJSON(c.Heard())
		}
	}
	b, err := json.Marshal(l)
	if err != nil {
		p.write(nil)
		return
	}
	p.write(append(b, '\n'))
}

func heardJSON(h media.Heard) *heardLine {
	out := &heardLine{Packets: h.Packets, Sent: h.Sent, Lost: h.Lost, RMS: round(h.RMS), LongestGapMS: h.LongestGap.Milliseconds(),
		SilentForMS: h.SilentFor.Milliseconds(), OtherMS: h.Other.Milliseconds(), SilenceMS: h.Silence.Milliseconds(),
		Digits: h.Digits, Codec: h.Codec.String(), Tones: []toneLine{}}
	for _, t := range h.Tones {
		out.Tones = append(out.Tones, toneLine{Hz: round(t.Hz), FirstAt: t.First.Format(stamp), MS: t.Total.Milliseconds(),
			LongestGapMS: t.LongestGap.Milliseconds()})
	}
	return out
}

func round(f float64) float64 { return math.Round(f*10) / 10 }

func (p *Printer) write(b []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, err := p.w.Write(b); err != nil && p.err == nil {
		p.err = err
	}
}

package cti

import (
	"strings"
	"time"

	"sansheng/pbx"
)

// codeDone is how long after its last digit a number is taken to be whole.
const codeDone = 3 * time.Second

// codeMost is the longest code: *1 or *2, the longest number, #.
const codeMost = 2 + 15 + 1

// digit collects the codes that an agent presses in a talk: *1 and a number for a
// blind transfer, *2 and a number for an announced one, each ended by # or by a
// pause; *3 completes it, *4 takes the caller back; *5: he lingers; *6: he is asked how
// it was. A caller has keys of his own.
func (h *Hotline) digit(at time.Time, e pbx.DigitPressed) {
	l := h.legs[e.Channel]
	if l != nil && l.role == RoleCaller {
		h.callerDigit(at, l.call, e.Digit)
		return
	}
	if l != nil && h.pressedOnCall(at, l, e.Digit) {
		return
	}
	if l == nil || l.role != RoleAgent || e.Digit != "*" && l.code == "" {
		return
	}
	if e.Digit == "*" {
		l.code = ""
	}
	l.code, l.codeAt = l.code+e.Digit, at
	switch {
	case l.code == "*3" || l.code == "*4" || l.code == "*5" || l.code == "*6" || strings.HasSuffix(l.code, "#"):
		h.code(at, l)
	case len(l.code) == 2 && l.code != "*1" && l.code != "*2", len(l.code) > codeMost:
		l.code = ""
	}
}

// code carries out what an agent pressed; a beep tells him that it cannot be done.
func (h *Hotline) code(at time.Time, l *leg) {
	o := Order{Agent: l.agent, By: string(l.agent), To: strings.TrimSuffix(l.code[min(2, len(l.code)):], "#"), Reason: "code on the phone"}
	switch {
	case strings.HasPrefix(l.code, "*1"):
		o.Verb = OrderBlind
	case strings.HasPrefix(l.code, "*2"):
		o.Verb = OrderTransfer
	case l.code == "*3":
		o.Verb = OrderComplete
	case l.code == "*4":
		o.Verb = OrderTakeBack
	case l.code == "*5":
		o.Verb = OrderLinger
	case l.code == "*6":
		o.Verb = OrderSurvey
	}
	l.code = ""
	if err := h.accept(at, o); err != nil {
		h.do(pbx.Play{Channel: l.channel, Playback: pbx.PlaybackID(string(l.channel) + "-code"), Media: []string{"sound:beeperr"}})
	}
}

// tickCode takes a number to be whole that nobody ended.
func (h *Hotline) tickCode(now time.Time, l *leg) {
	if l.hungUp || !l.hangupAt.IsZero() {
		l.code = ""
	}
	if l.code == "" || now.Before(l.codeAt.Add(codeDone)) {
		return
	}
	if len(l.code) > 2 {
		h.code(now, l)
	}
	l.code = "" // without a number it is none
}

package cti

import "time"

// The procedure for a caller who does not hang up when everything is said (requirement
// A6): the agent asks him, asks again after lingerPause, and may hang up after another.
const (
	lingerPause = 3 * time.Second
	lingerLast  = 3
)

// linger begins the procedure, or begins it anew.
func (h *Hotline) linger(at time.Time, c *call) {
	h.emitCall(at, c, CallerLingers, c.Agent, &LingersData{Step: 1})
}

// tickLinger takes the procedure's next step.
func (h *Hotline) tickLinger(now time.Time, c *call) {
	if c.State != CallTalking || c.Lingers == 0 || c.Lingers >= lingerLast || now.Before(c.LingersAt.Add(lingerPause)) {
		return
	}
	h.emitCall(now, c, CallerLingers, c.Agent, &LingersData{Step: c.Lingers + 1})
}

// speaksAgain ends it where the caller is heard to have something to say.
func (h *Hotline) speaksAgain(at time.Time, c *call) {
	if c.Lingers > 0 && c.State == CallTalking {
		h.emitCall(at, c, CallerLingers, c.Agent, &LingersData{Step: 0})
	}
}

// mayHangUp tells whether an agent may end the call first: a procedure for a caller who
// is not there any more, or lingers, has come to its end.
func (c *call) mayHangUp() bool {
	return c.Lingers >= lingerLast || c.Conduct.silent >= len(silentSteps) && len(c.Conduct.caller) == 0
}

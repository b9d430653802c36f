package cti

import (
	"time"

	"sansheng/pbx"
)

// The recording is the switch's: its dialplan begins it, on the caller's leg. To pause
// it, to resume it, and to begin it for who is called, the caller's channel goes through
// the dialplan for a few milliseconds and comes back.

// ReasonPassedOn is why a recording goes on that nobody has resumed.
const ReasonPassedOn = "another agent has the caller"

// recordingContext is the dialplan's place where a recording pauses and goes on; where it begins
// for who is called is Outbound.
const recordingContext = "recording"

// onVisit tells whether a channel is in one of them, and comes back at once.
func onVisit(ch pbx.Channel) bool {
	return !ch.InApp && (ch.Context == recordingContext || ch.Context == Outbound)
}

// visit sends the caller's channel through a place of the dialplan that gives him back.
func (h *Hotline) visit(at time.Time, c *call, context, extension string) {
	c.Returns, c.JoinAt = true, at.Add(joinLimit)
	h.do(pbx.Continue{Channel: c.Channel, Context: context, Extension: extension})
}

// returned: the caller's channel is back.
func (h *Hotline) returned(at time.Time, ch pbx.Channel) {
	l := h.legs[ch.ID]
	switch {
	case l == nil || l.role != RoleCaller || l.call.State == CallNative && h.queues[l.call.home()] == nil:
		// There is no fact of his call, or no queue for him: as if the hotline were silent.
		h.do(pbx.Continue{Channel: ch.ID, Context: recordingContext, Extension: "T"})
		return
	case l.call.leaving():
		h.do(pbx.Hangup{Channel: ch.ID, Cause: pbx.CauseNormal})
		return
	case l.call.State == CallNative: // he was on such a visit when an engine took over
		h.comeBack(at, l.call, ch)
		return
	}
	c := l.call
	c.Returns, c.Left = false, false
	switch {
	case c.State == CallTalking && !c.OnHold:
		c.Bridged = nil
		h.join(at, c)
	case c.apart():
		h.soothe(at, c)
	default:
		h.proceed(at, c)
	}
}

// neverRecorded tells of a number outside that has answered whether its channel is with us as
// it was made: the place of the dialplan where its recording begins has not given it back.
func (c *call) neverRecorded(ch pbx.Channel) bool {
	return c.Direction == Outbound && (c.State == CallPickedUp || c.State == CallTalking) &&
		ch.InApp && len(ch.Args) > 0 && ch.Args[0] == calledArg
}

// recordingName is the name under which the switch keeps the recording of a call. So
// extensions.conf has it, too.
func recordingName(id CallID) string { return recordingFolder(id) + string(id) }

// recordingFolder is where the recordings of a call lie, by how its id ends: for each that is
// asked for the switch looks through the folder.
func recordingFolder(id CallID) string { return string(id[max(0, len(id)-2):]) + "/" }

// orderRecording pauses the recording of a talk, as while a card's number is told, or
// resumes it.
func (h *Hotline) orderRecording(now time.Time, c *call, a *agent, o Order) *OrderError {
	pause := o.Verb == OrderPauseRecording
	switch {
	case c.State != CallTalking || c.OnHold:
		return o.refuse(RefusedNotInTalk, "the caller is not in a talk; the recording is paused and resumed in one only")
	case c.Returns:
		return o.refuse(RefusedRecordingChanging, "it is being paused or resumed already")
	case pause == c.Unrecorded:
		return nil
	}
	kind := RecordingResumed
	if pause {
		kind = RecordingPaused
	}
	h.emitCall(now, c, kind, a.ID, &RecordingData{Reason: o.Reason})
	h.setRecording(now, c)
	return nil
}

func (c *call) pausedByAnother() bool { return c.Unrecorded && c.PausedBy != c.Agent }

// recordOn resumes the recording where another talks now than the agent who has paused it:
// what was not to be kept was for him.
func (h *Hotline) recordOn(at time.Time, c *call) {
	if c.pausedByAnother() {
		h.emitCall(at, c, RecordingResumed, "", &RecordingData{Reason: ReasonPassedOn})
		h.setRecording(at, c)
	}
}

// setRecording has the recording of a talk pause, or go on, as the facts say; twice is as once.
func (h *Hotline) setRecording(at time.Time, c *call) {
	if c.Unrecorded {
		h.visit(at, c, recordingContext, "pause")
		return
	}
	h.visit(at, c, recordingContext, "resume")
}

// RecordingData: the recording pauses, or goes on.
type RecordingData struct {
	data
	Reason string `json:"reason,omitempty"`
}

package cti

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"sansheng/pbx"
)

// A message that a caller has left lies there until a person takes it, and is his until he
// has finished with it. Who is first to take it has it: the engine's one loop decides.

// MessageLeftData: the fact's call has left a message.
type MessageLeftData struct {
	data
	DID string `json:"did"`
	// Box is the queue for which it is.
	Box QueueID `json:"box"`
	// Caller is who called, Number the one to be called; empty where nobody knows.
	Caller string `json:"caller,omitempty"`
	Number string `json:"number,omitempty"`
	// Recording is the name under which the switch keeps it.
	Recording string `json:"recording"`
	LengthMs  Millis `json:"length_ms"`
	// Calendar has the hours in which somebody takes it.
	Calendar string `json:"calendar,omitempty"`
	// Native: the switch's fallback took it, and nobody has heard yet whether he spoke.
	Native bool `json:"native,omitempty"`
}

// MessageTakenData: the message of the fact's call is this person's.
type MessageTakenData struct {
	data
	By string `json:"by"`
}

// MessageFinishedData: nothing more is to be done about the message of the fact's call.
type MessageFinishedData struct {
	data
	By     string `json:"by"`
	Result string `json:"result"`
}

// message is one that is not finished.
type message struct {
	MessageLeftData
	Call    CallID
	Company CompanyID
	LeftAt  time.Time
	TakenBy string
	TakenAt time.Time
}

// messagesMost bounds how many there are; the oldest are tickets all the same.
const messagesMost = 2000

// messageLamp and its number are the name of a lamp of messages.
const messageLamp = "voicemail-"

// boxLamp is on while a message for one of its queues is untaken. It is a lamp of our own,
// as agents' are, and no message-waiting indication: the switch's packages lack the modules
// by which a mailbox could be told from outside (res_mwi_external, res_stasis_mailbox,
// res_ari_mailboxes).
type boxLamp struct {
	number    string
	boxes     []QueueID
	lit       pbx.LampState
	darkUntil time.Time
}

// configureBoxes takes over how callers leave messages.
func (h *Hotline) configureBoxes(plan *Plan) {
	h.boxes, h.boxLamps = map[QueueID]Voicemail{}, nil
	for _, q := range plan.Queues {
		v := plan.Voicemail(q)
		h.boxes[q.ID] = v
		if v.Lamp == "" {
			continue
		}
		i := slices.IndexFunc(h.boxLamps, func(l *boxLamp) bool { return l.number == v.Lamp })
		if i < 0 {
			i = len(h.boxLamps)
			h.boxLamps = append(h.boxLamps, &boxLamp{number: v.Lamp})
		}
		h.boxLamps[i].boxes = append(h.boxLamps[i].boxes, q.ID)
	}
}

// box is how callers leave messages for a queue, also for one that is in the plan no more.
func (h *Hotline) box(q QueueID) Voicemail {
	if v, ok := h.boxes[q]; ok {
		return v
	}
	return voicemailDefault
}

// message is the one that was left in a call; nil where none is to be done with.
func (h *Hotline) message(id CallID) *message {
	i := slices.IndexFunc(h.messages, func(m *message) bool { return m.Call == id })
	if i < 0 {
		return nil
	}
	return h.messages[i]
}

// applyMessage is Apply for the facts of messages.
func (h *Hotline) applyMessage(f Fact) {
	m := h.message(f.Call)
	switch d := f.Data.(type) {
	case *MessageLeftData:
		if c := h.calls[f.Call]; c != nil {
			c.Mail.Left = true
		}
		if m == nil {
			h.messages = append(h.messages, &message{MessageLeftData: *d, Call: f.Call, Company: f.Company, LeftAt: f.At})
			h.messages = h.messages[max(0, len(h.messages)-messagesMost):]
		}
	case *MessageTakenData:
		if m != nil {
			m.TakenBy, m.TakenAt = d.By, f.At
		}
	case *MessageFinishedData:
		h.messages = slices.DeleteFunc(h.messages, func(o *message) bool { return o == m })
	}
}

// keepMessage makes what a caller has said a message, once: it has ended, or he has.
func (h *Hotline) keepMessage(at time.Time, c *call) {
	m := c.Mail
	d := &MessageLeftData{
		DID: c.DID, Box: m.Box, Caller: c.Caller.Number, Number: m.Number, Recording: m.Recording, LengthMs: m.Length, Calendar: m.Calendar,
	}
	if d.Number == "" {
		d.Number = m.Asked // entered, and not confirmed: better than none
	}
	if d.Recording == "" && c.Voicemail != "" && c.ServedBy == "" {
		d.Recording, d.LengthMs, d.Native = c.Voicemail, MillisOf(at.Sub(c.VoicemailAt)), true
		if d.Number == "" && callerForm.MatchString(c.Caller.Number) {
			d.Number = c.Caller.Number
		}
	}
	if d.Box == "" {
		d.Box = c.home()
	}
	if d.Native && !c.Emergency { // an emergency's is late at any hour
		d.Calendar = h.mailHours(c, d.Box)
	}
	if d.Recording == "" || m.Left || h.message(c.ID) != nil || d.LengthMs.Duration() < time.Duration(h.box(d.Box).Least) {
		return
	}
	h.emitCall(at, c, CallMessageLeft, "", d)
}

// TakeMessage makes a message one person's.
type TakeMessage struct {
	Call CallID
	// Company, where given, is the only one whose messages he may take.
	Company CompanyID
	By      string
}

// FinishMessage says that nothing more is to be done about a message.
type FinishMessage struct {
	Call    CallID
	Company CompanyID
	By      string
	// Leader: he may finish others' messages.
	Leader bool
	Result string
}

// MessageError is a message that cannot be taken, or finished, as things are.
type MessageError struct {
	// Unknown: there is no such message, or it is finished.
	Unknown bool
	Text    string
}

func (e *MessageError) Error() string { return "message: " + e.Text }

func (h *Hotline) takeMessage(at time.Time, in TakeMessage) error {
	m := h.message(in.Call)
	if m == nil || in.Company != "" && in.Company != m.Company {
		return noMessage(in.Call)
	}
	switch m.TakenBy {
	case in.By:
		return nil
	case "":
	default:
		return &MessageError{Text: fmt.Sprintf("%s has it since %s", m.TakenBy, m.TakenAt.UTC().Format(time.RFC3339))}
	}
	// He who has it calls the caller, so that nobody else does. Who is being called is told.
	owed := func(cb *callback) bool {
		return m.Number != "" && !cb.stand.Emergency && cb.stand.from() == origin{m.Company, m.Number}
	}
	i := slices.IndexFunc(h.callbacks, owed)
	if i >= 0 && h.callbacks[i].attempt != "" {
		return &MessageError{Text: "its caller is being called back now; allowed when that has ended"}
	}
	h.emit(at, MessageTaken, m.Company, m.Call, "", &MessageTakenData{By: in.By})
	if i >= 0 {
		h.cancel(at, h.callbacks[i], in.By, "message of "+string(m.Call)+" taken")
	}
	return nil
}

// answerMessages finishes with the messages of one who was promised a call and has been
// reached by it: nobody is to call him for them once more. What another person has taken is
// his.
func (h *Hotline) answerMessages(at time.Time, c *call, o origin) {
	by := string(c.By)
	for _, m := range slices.Clone(h.messages) {
		if (origin{m.Company, m.Number}) != o || m.TakenBy != "" && m.TakenBy != by || !m.LeftAt.Before(c.ArrivedAt) {
			continue
		}
		if m.TakenBy == "" {
			h.emit(at, MessageTaken, m.Company, m.Call, "", &MessageTakenData{By: by})
		}
		h.emit(at, MessageFinished, m.Company, m.Call, "", &MessageFinishedData{By: by, Result: "reached by the promised call " + string(c.ID)})
	}
}

func noMessage(id CallID) error {
	return &MessageError{Unknown: true, Text: "there is no message of call " + string(id) + " that is not finished"}
}

func (h *Hotline) finishMessage(at time.Time, in FinishMessage) error {
	m := h.message(in.Call)
	switch {
	case m == nil || in.Company != "" && in.Company != m.Company:
		return noMessage(in.Call)
	case m.TakenBy != "" && m.TakenBy != in.By && !in.Leader:
		return &MessageError{Text: m.TakenBy + " has it; allowed: he, or a leader"}
	case strings.TrimSpace(in.Result) == "":
		return &MessageError{Text: "without a result it is not finished"}
	case m.TakenBy == "":
		if err := h.takeMessage(at, TakeMessage{Call: in.Call, By: in.By}); err != nil {
			return err
		}
	}
	h.emit(at, MessageFinished, m.Company, m.Call, "", &MessageFinishedData{By: in.By, Result: in.Result})
	return nil
}

// untaken tells whether a message for one of these queues is nobody's.
func (h *Hotline) untaken(boxes []QueueID) bool {
	return slices.ContainsFunc(h.messages, func(m *message) bool { return m.TakenBy == "" && slices.Contains(boxes, m.Box) })
}

// lightBoxes orders the lamps of messages that show something else than there is.
func (h *Hotline) lightBoxes(now time.Time) {
	for _, l := range h.boxLamps {
		shows := pbx.LampIdle
		if h.untaken(l.boxes) {
			shows = pbx.LampInUse
		}
		if shows == l.lit || now.Before(l.darkUntil) {
			continue
		}
		l.lit = shows
		h.do(pbx.Light{Lamp: pbx.LampID(messageLamp + l.number), Shows: shows})
	}
}

// boxNotLit is a lamp of messages of which nobody knows what it shows; it tells whether it
// is one.
func (h *Hotline) boxNotLit(at time.Time, lamp pbx.LampID) bool {
	number, ours := strings.CutPrefix(string(lamp), messageLamp)
	for _, l := range h.boxLamps {
		if l.number == number {
			l.lit, l.darkUntil = "", at.Add(lampRetry)
		}
	}
	return ours
}

// MessageView is a message that is not finished.
type MessageView struct {
	Call    CallID
	Company CompanyID
	Box     QueueID
	LeftAt  time.Time
	TakenBy string
	// DueAt is when it is late if nobody has taken it.
	DueAt time.Time
}

// Messages lists those that are not finished, the oldest first.
func (h *Hotline) Messages() []MessageView {
	all := make([]MessageView, len(h.messages))
	for i, m := range h.messages {
		all[i] = MessageView{Call: m.Call, Company: m.Company, Box: m.Box, LeftAt: m.LeftAt, TakenBy: m.TakenBy, DueAt: h.dueAt(m)}
	}
	return all
}

// dueAt is when a message is late: so long after it was left, or when people answer again
// where they do not then.
func (h *Hotline) dueAt(m *message) time.Time {
	due := m.LeftAt.Add(time.Duration(h.box(m.Box).Untaken))
	s := h.hours[m.Calendar]
	if s == nil {
		return due
	}
	closed := h.closures.of(m.Calendar, m.DID)
	for _, at := range []time.Time{m.LeftAt, due} {
		if st := s.At(at, closed); !st.Open && !st.Until.IsZero() {
			return st.Until
		}
	}
	return due
}

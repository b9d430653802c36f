package cti

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"sansheng/pbx"
)

// A caller leaves a message:
//
//	greeting ─▶ recording ─▶ menu ─1─▶ number ─1─▶ farewell
//	              ▲  ▲        │ │        │  ▲
//	              │  └───3────┘ 2        2  │
//	   nothing heard            ▼        ▼  │
//	              unheard    listening  entering
//
// The switch records by itself, in its dialplan (context message), so that an engine's
// death loses nothing of what is said; he comes back with how long it is. Where nobody is
// there then, he is told that it is kept. Whoever hangs up, wherever he is, leaves what he
// has said, if it is long enough; who presses nothing leaves it with the number he calls
// from. A message that is recorded anew is there until the new one is.

// MailStep is where a caller is who leaves a message.
type MailStep string

// Steps of leaving a message.
const (
	MailGreeting  MailStep = "greeting"
	MailRecording MailStep = "recording"
	// MailUnheard: he has said nothing, and is asked once more.
	MailUnheard   MailStep = "unheard"
	MailMenu      MailStep = "menu"
	MailListening MailStep = "listening"
	// MailNumber: the number that will be called is said back.
	MailNumber MailStep = "number"
	// MailEntering: he enters another one.
	MailEntering MailStep = "entering"
	MailFarewell MailStep = "farewell"
)

// MailSteppedData: a caller who leaves a message has come to a step of it.
type MailSteppedData struct {
	data
	Step MailStep `json:"step"`
	// Box is the queue for which it is.
	Box QueueID `json:"box"`
	// Calendar has the hours in which somebody takes it.
	Calendar string `json:"calendar,omitempty"`
	// Take counts the recordings of the call; Recording is the one that is made here.
	Take      int    `json:"take,omitempty"`
	Recording string `json:"recording,omitempty"`
	// Number is the one that will be called; while it is said back, the one he is asked for.
	Number string `json:"number,omitempty"`
	// By is the key that he pressed.
	By string `json:"by,omitempty"`
}

// RecordingEnd is what ended a recording of a message.
type RecordingEnd string

// Ends of such recordings.
const (
	RecordedSilence RecordingEnd = "silence"
	RecordedKey     RecordingEnd = "key"
	RecordedLimit   RecordingEnd = "limit"
	RecordedHungUp  RecordingEnd = "hung_up"
	RecordedFailed  RecordingEnd = "failed"
)

// MailRecordedData: a recording of a message has ended.
type MailRecordedData struct {
	data
	Take      int          `json:"take"`
	Recording string       `json:"recording"`
	LengthMs  Millis       `json:"length_ms"`
	End       RecordingEnd `json:"end"`
	// Kept: it is long enough to be the message, in place of one before.
	Kept bool `json:"kept"`
	// Estimated: the length is the time that he had.
	Estimated bool `json:"estimated,omitempty"`
}

// mail is what a caller's leaving a message has come to; Step is empty where he leaves none.
type mail struct {
	Step     MailStep
	StepAt   time.Time
	Steps    int
	Box      QueueID
	Calendar string
	Take     int
	// Recording is the one that counts, empty where there is none yet.
	Recording string
	Length    Millis
	// Number will be called; Asked is the one said back to him last.
	Number, Asked string
	Left          bool
}

// mailing is what a restart may forget of it.
type mailing struct {
	told   int
	play   pbx.PlaybackID
	keyBy  time.Time
	digits string
	wrong  int
}

// Limits on how a caller leaves a message.
const (
	mailWait    = 4 * time.Second // for a key
	mailTells   = 2               // of each question
	mailTakes   = 5
	mailUnheard = 2  // recordings in which nothing is said
	mailSteps   = 40 // who goes on and on
	numberTries = 3
	// numberLeast and numberMost are the digits of a number that can be called back.
	numberLeast, numberMost = 5, 15
	// mailTone is how long after the caller was sent to be recorded he is.
	mailTone = 500 * time.Millisecond
	// mailSlack is how much longer than it may be a recording may take to come back.
	mailSlack = 20 * time.Second
)

// messageContext is the dialplan's place where messages are recorded; what comes back from
// there has its name as first argument.
const messageContext = "message"

// messageName is the name of a recording of a message, beside the call's.
func messageName(id CallID, take int) string {
	return fmt.Sprintf("%svoicemail-%s-%d", recordingFolder(id), id, take)
}

// mailID is the prompt that plays to who leaves a message.
func (c *call) mailID() pbx.PlaybackID {
	if c.State != CallMessage {
		return ""
	}
	return c.Mailing.play
}

// applyAlone is applyCall for what happens without an agent of ours: in the switch's fallback,
// and as the caller leaves a message.
func (c *call) applyAlone(f Fact) {
	switch d := f.Data.(type) {
	case *FellBack:
		c.State, c.FellBy, c.FellAt = CallNative, d.Reason, f.At
	case *Served:
		c.ServedBy = f.Agent
	case *VoicemailData:
		c.Voicemail, c.VoicemailAt = d.Recording, f.At
	case *MailSteppedData:
		c.applyMailStepped(f.At, d)
	case *MailRecordedData:
		c.applyMailRecorded(d)
	}
}

func (c *call) applyMailStepped(at time.Time, d *MailSteppedData) {
	m := &c.Mail
	if m.Step == "" {
		m.Calendar = d.Calendar
	}
	c.State, m.Step, m.StepAt, m.Box, m.Steps = CallMessage, d.Step, at, d.Box, m.Steps+1
	if d.Step == MailRecording {
		m.Take = d.Take
	}
	switch {
	case d.Step == MailNumber:
		m.Asked = d.Number
	case d.Step == MailEntering:
		m.Number = "" // he has refused it: what he enters counts, confirmed or not
	case d.Number != "":
		m.Number = d.Number
	}
	c.Mailing = mailing{}
}

func (c *call) applyMailRecorded(d *MailRecordedData) {
	if d.Kept {
		c.Mail.Recording, c.Mail.Length = d.Recording, d.LengthMs
	}
}

// toMail has a caller leave a message for a queue. He is told by standMail.
func (h *Hotline) toMail(at time.Time, c *call, box QueueID) {
	d := &MailSteppedData{Step: MailGreeting, Box: box, Calendar: h.mailHours(c, box)}
	if callerForm.MatchString(c.Caller.Number) {
		d.Number = c.Caller.Number
	}
	if !c.up() {
		h.do(pbx.Answer{Channel: c.Channel})
	}
	h.emitCall(at, c, CallMailStepped, "", d)
	h.withdraw(at, c)
	h.transferOver(at, c, TransferFellBack)
}

// mailHours is the calendar with the hours in which somebody takes what a caller leaves.
func (h *Hotline) mailHours(c *call, box QueueID) string {
	calendar := h.boxes[box].Calendar
	if calendar == "" && c.Walk != nil {
		calendar = c.Walk.calendar
	}
	return calendar
}

// stepMail brings a caller to a step; number is one that is said back there, or that counts
// from there on.
func (h *Hotline) stepMail(at time.Time, c *call, step MailStep, by, number string) {
	if c.Mail.Steps >= mailSteps {
		step = MailFarewell
	}
	d := &MailSteppedData{Step: step, Box: c.Mail.Box, Number: number, By: by}
	if step == MailRecording {
		d.Take = c.Mail.Take + 1
		d.Recording = messageName(c.ID, d.Take)
	}
	h.emitCall(at, c, CallMailStepped, "", d)
	h.standMail(at, c)
}

// standMail does what the step asks at which a caller is.
func (h *Hotline) standMail(at time.Time, c *call) {
	c.Mailing = mailing{}
	switch c.Mail.Step {
	case MailRecording:
		h.record(c)
	case MailFarewell:
		h.keepMessage(at, c)
		h.tellMail(at, c)
	default:
		h.tellMail(at, c)
	}
}

// record sends a caller to where the switch records him.
func (h *Hotline) record(c *call) {
	v := h.box(c.Mail.Box)
	seconds := func(s Span) string { return strconv.Itoa(int(time.Duration(s).Seconds())) }
	h.do(pbx.SetVars{Channel: c.Channel, Vars: map[string]string{
		"MESSAGE_TAKE": strconv.Itoa(c.Mail.Take), "MESSAGE_SILENCE": seconds(v.Silence), "MESSAGE_LONGEST": seconds(v.Longest),
	}})
	c.Returns = true
	h.do(pbx.Continue{Channel: c.Channel, Context: messageContext, Extension: "s"})
}

// tellMail says what belongs to a step.
func (h *Hotline) tellMail(at time.Time, c *call) {
	w := &c.Mailing
	w.told++
	w.digits, w.keyBy = "", time.Time{}
	// Of its own each time, also after a restart: what played then may play still.
	w.play = pbx.PlaybackID(fmt.Sprintf("%s-mail%d-%d", c.ID, h.seq, w.told))
	if c.Mail.Step == MailListening {
		long := c.Mail.Length.Duration() + promptLimit
		c.LeaseAt = at.Add(long)
		h.do(
			pbx.Lease{Channel: c.Channel, For: long + leaseTime},
			pbx.Play{Channel: c.Channel, Playback: w.play, Media: []string{"recording:" + c.Mail.Recording}},
		)
		c.Prompt, c.PromptOn, c.PromptAt = w.play, at, at.Add(long)
		return
	}
	h.lease(at, c)
	h.prompt(at, c, w.play, h.mailPrompts(c)...)
	c.PromptAt = at.Add(flowPrompt)
}

// mailPrompts are what is said at the step at which a caller is.
func (h *Hotline) mailPrompts(c *call) []string {
	switch c.Mail.Step {
	case MailGreeting:
		return []string{h.box(c.Mail.Box).Greeting}
	case MailUnheard:
		return []string{"message-unheard"}
	case MailMenu:
		return []string{"message-menu"}
	case MailNumber:
		names := []string{"number-is"}
		for _, d := range strings.TrimPrefix(c.Mail.Asked, "+") {
			names = append(names, "digits/"+string(d))
		}
		return append(names, "number-menu")
	case MailEntering:
		if c.Mailing.wrong > 0 {
			return []string{"number-wrong", "number-enter"}
		}
		return []string{"number-enter"}
	}
	if !c.Mail.Left {
		return []string{"message-none"}
	}
	return []string{"message-kept"}
}

// mailTold goes on when a step's prompts have been played, or cannot be.
func (h *Hotline) mailTold(at time.Time, c *call) {
	if c.leaving() {
		return
	}
	switch c.Mail.Step {
	case MailGreeting, MailUnheard:
		h.stepMail(at, c, MailRecording, "", "")
	case MailListening:
		h.stepMail(at, c, MailMenu, "", "")
	case MailFarewell:
		h.letGo(at, c, pbx.CauseNormal)
	case MailRecording:
	default:
		c.Mailing.keyBy = at.Add(mailWait)
	}
}

// mailDigit is a key of who leaves a message.
func (h *Hotline) mailDigit(at time.Time, c *call, key string) {
	m, w := &c.Mail, &c.Mailing
	if m.Step == MailRecording || m.Step == MailFarewell || c.Prompt == "" && w.keyBy.IsZero() {
		return // the switch hears the key that ends a recording
	}
	if c.Prompt != "" {
		h.do(pbx.StopPlay{Channel: c.Channel, Playback: c.Prompt})
		c.Prompt, c.PromptAt = "", time.Time{}
	}
	w.keyBy = time.Time{}
	switch {
	case m.Step == MailGreeting || m.Step == MailUnheard:
		h.stepMail(at, c, MailRecording, key, "")
	case m.Step == MailEntering:
		h.enterDigit(at, c, key)
	case m.Step == MailNumber && key == "1":
		h.stepMail(at, c, MailFarewell, key, m.Asked)
	case m.Step == MailNumber && key == "2":
		h.stepMail(at, c, MailEntering, key, "")
	case m.Step == MailNumber:
		h.askMail(at, c)
	case key == "1" && m.Number == "":
		h.stepMail(at, c, MailEntering, key, "")
	case key == "1":
		h.stepMail(at, c, MailNumber, key, m.Number)
	case key == "2":
		h.stepMail(at, c, MailListening, key, "")
	case key == "3" && m.Take < mailTakes:
		h.stepMail(at, c, MailRecording, key, "")
	case m.Step == MailListening:
		h.stepMail(at, c, MailMenu, key, "")
	default:
		h.askMail(at, c)
	}
}

// enterDigit adds a digit to the number that a caller enters; # ends it, * begins anew.
func (h *Hotline) enterDigit(at time.Time, c *call, key string) {
	w := &c.Mailing
	switch key {
	case "#":
		h.numberEntered(at, c)
		return
	case "*":
		w.digits = ""
	default:
		w.digits += key
	}
	if len(w.digits) > numberMost {
		h.numberEntered(at, c)
		return
	}
	w.keyBy = at.Add(codeDone)
}

// numberEntered says a number back that a caller has entered, if it can be called.
func (h *Hotline) numberEntered(at time.Time, c *call) {
	w := &c.Mailing
	if h.canCallBack(c, w.digits) {
		h.stepMail(at, c, MailNumber, "", w.digits)
		return
	}
	if w.wrong++; w.wrong < numberTries {
		h.tellMail(at, c)
		return
	}
	h.stepMail(at, c, MailFarewell, "", "")
}

// canCallBack tells whether a number that a caller has entered is one: of so many digits,
// none of the hotline's own, and where the company's agents may dial numbers outside, one of
// these. It is looked at again by the rules when it is dialled.
func (h *Hotline) canCallBack(c *call, number string) bool {
	if len(number) < numberLeast || len(number) > numberMost || !callerForm.MatchString(number) || h.agents[AgentID(number)] != nil {
		return false
	}
	if _, ours := h.lines[number]; ours {
		return false
	}
	ruled := false
	for _, r := range h.companies[c.Company].Outside {
		if r.Role == DialAgent {
			if r.allows(number) {
				return true
			}
			ruled = true
		}
	}
	return !ruled
}

// askMail asks again, or goes on without an answer: the message is kept.
func (h *Hotline) askMail(at time.Time, c *call) {
	if c.Mailing.told < mailTells {
		h.tellMail(at, c)
		return
	}
	h.stepMail(at, c, MailFarewell, "", "")
}

// messageBack: a caller is back from where the switch records; what it says of that are
// the call, the number of the recording, what ended it and its length.
func (h *Hotline) messageBack(at time.Time, ch pbx.Channel) {
	l := h.legs[ch.ID]
	if l == nil || l.role != RoleCaller || l.call.State != CallMessage || l.call.leaving() {
		h.do(pbx.Continue{Channel: ch.ID, Context: messageContext, Extension: "kept"})
		return
	}
	c := l.call
	c.Returns, c.Left = false, false
	if c.Mail.Step != MailRecording || !backFrom(ch, c.Mail.Take) {
		h.standMail(at, c)
		return
	}
	ms, err := strconv.Atoi(ch.Args[4])
	if err != nil {
		ms = 0
	}
	long, end := Millis(ms), recordingEnds[ch.Args[3]]
	if end == RecordedSilence { // the switch counts it, though it cuts most of it off
		long -= MillisOf(time.Duration(h.box(c.Mail.Box).Silence))
	}
	if !h.recorded(at, c, long, end, false) && c.Mail.Recording == "" {
		if c.Mail.Take < mailUnheard {
			h.stepMail(at, c, MailUnheard, "", "")
		} else {
			h.stepMail(at, c, MailFarewell, "", "")
		}
		return
	}
	h.stepMail(at, c, MailMenu, "", "")
}

// backFrom tells whether a channel has come back from a recording.
func backFrom(ch pbx.Channel, take int) bool {
	return isMessageBack(ch) && ch.Args[2] == strconv.Itoa(take)
}

func isMessageBack(ch pbx.Channel) bool { return len(ch.Args) == 5 && ch.Args[0] == messageContext }

// recordingEnds are the switch's own words.
var recordingEnds = map[string]RecordingEnd{
	"SILENCE": RecordedSilence, "DTMF": RecordedKey, "TIMEOUT": RecordedLimit, "HANGUP": RecordedHungUp, "ERROR": RecordedFailed, "": RecordedFailed,
}

// recorded notes that a recording has ended, and tells whether it is the message now. The
// one that it is not is dropped.
func (h *Hotline) recorded(at time.Time, c *call, long Millis, end RecordingEnd, estimated bool) bool {
	d := &MailRecordedData{
		Take: c.Mail.Take, Recording: messageName(c.ID, c.Mail.Take), LengthMs: max(long, 0), End: end, Estimated: estimated,
		Kept: long.Duration() >= time.Duration(h.box(c.Mail.Box).Least),
	}
	drop := d.Recording
	if d.Kept {
		drop = c.Mail.Recording
	}
	h.emitCall(at, c, CallMailRecorded, "", d)
	if drop != "" {
		h.do(pbx.DropRecording{Recording: drop})
	}
	return d.Kept
}

// mailOver keeps what a caller has said who is gone. Where nobody knows since when, what he
// has said before counts, if he has.
func (h *Hotline) mailOver(at time.Time, c *call, unsure bool) {
	if c.State == CallMessage && c.Mail.Step == MailRecording && (!unsure || c.Mail.Recording == "") {
		h.recorded(at, c, MillisOf(at.Sub(c.Mail.StepAt)-mailTone), RecordedHungUp, true)
	}
	h.keepMessage(at, c)
}

// tickMail ends the waits of who leaves a message.
func (h *Hotline) tickMail(now time.Time, c *call) {
	if c.State != CallMessage {
		return
	}
	m, w := &c.Mail, &c.Mailing
	if m.Step == MailRecording {
		if late := m.StepAt.Add(time.Duration(h.box(m.Box).Longest) + mailSlack); !now.Before(late) && h.legs[c.Channel].hangupAt.IsZero() {
			h.letGo(now, c, pbx.CauseNormal) // nobody knows where he is
		}
		return
	}
	if !now.Before(c.LeaseAt) {
		h.lease(now, c)
	}
	if w.keyBy.IsZero() || now.Before(w.keyBy) {
		return
	}
	w.keyBy = time.Time{}
	if m.Step == MailEntering && w.digits != "" {
		h.numberEntered(now, c)
		return
	}
	h.askMail(now, c)
}

// reconcileMail goes on with who leaves a message: who is being recorded is left alone.
func (h *Hotline) reconcileMail(at time.Time, c *call, ch pbx.Channel) {
	switch {
	case !ch.InApp:
		c.Returns = true
	case c.Mail.Step == MailRecording && backFrom(ch, c.Mail.Take):
		h.messageBack(at, ch)
	default:
		c.Prompt = ""
		h.standMail(at, c)
	}
}

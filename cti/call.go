package cti

import (
	"fmt"
	"slices"
	"time"

	"sansheng/cti/flow"
	"sansheng/pbx"
)

// CallState is where a call stands.
type CallState string

// Call states. The diagram is in the package comment.
const (
	CallWaiting  CallState = "Waiting"  // for a person; greeted meanwhile
	CallInFlow   CallState = "InFlow"   // before he waits
	CallPickedUp CallState = "Answered" // a person is there, prompts are spoken
	CallTalking  CallState = "Talking"
	// CallConsulting: the agent speaks to the receiver of a transfer, the caller waits.
	CallConsulting CallState = "Consulting"
	// CallDialling: a call to outside that nobody has answered yet.
	CallDialling CallState = "Dialling"
	CallNative   CallState = "FellBack" // the switch serves it by itself
	CallMessage  CallState = "Message"  // he leaves one
	CallSurvey   CallState = "Survey"   // the talk is over, he is asked how it was
	CallOver     CallState = "Ended"
)

// call is one call of a member of the public.
type call struct {
	Arrived
	ID        CallID
	Company   CompanyID
	Line      Line
	Ring      RingPlan
	State     CallState
	Order     uint64 // place in the order of arrivals
	ArrivedAt time.Time
	// WaitsSince is since when his place in the queues counts: earlier than he came for who
	// was owed a call.
	WaitsSince time.Time

	Queue    QueueID
	Priority int
	QueuedAt time.Time
	// EnteredAt is since when he is in this queue; QueuedAt since when he waits at all.
	EnteredAt time.Time
	// Widened are further queues whose members may be asked.
	Widened []QueueID
	Overran bool

	// Offer is the one under way, nil when none is.
	Offer  *offer
	Offers int
	// Beside are the offers to further agents whose phones ring at the same time.
	Beside []*offer
	// Tried says until when an agent is spared this call.
	Tried map[AgentID]time.Time

	// Agent has the call, since he took offer number Taken.
	Agent      AgentID
	Taken      int
	AnsweredAt time.Time
	Greeted    bool
	Announced  bool
	// Met is the last offer whose agent the caller was joined with.
	Met int
	// OnHold: the caller is out of the talk by an order. KeyHeld: his agent's phone holds
	// him by its own key, for which the switch plays the music.
	OnHold, KeyHeld bool
	// HeldAt is since when he is out of the talk, as long as he is.
	HeldAt time.Time
	// Lingers is the step of the procedure for a caller who does not hang up, taken at
	// LingersAt; 0 where there is none.
	Lingers   int
	LingersAt time.Time
	// Transfer is the one under way, nil when none is.
	Transfer *transfer
	// PassedOn is what the last who passed him on has said of it; nil where nobody has.
	PassedOn *BriefedData
	// Walk is where he is in his line's flow; nil where he has met none. Keyed are the
	// numbers that he pressed there, Told what look-ups have said of him.
	Walk        *walker
	Keyed, Told Sheet
	// Tickets is what is known of his tickets: TicketOpen, TicketNone, failed; empty where nobody
	// has asked.
	Tickets flow.Exit
	// TookOver: the agent who has the call came to it as its supervisor.
	TookOver bool
	// Supervisions are the leaders on the call.
	Supervisions []supervision

	// ServedBy answered in the switch's native fallback.
	ServedBy AgentID
	// FellBy is why he fell back last, at FellAt; BackAt when he came back.
	FellBy FallBackReason
	FellAt time.Time
	BackAt time.Time
	// Voicemail is the message he was asked for there, at VoicemailAt.
	Voicemail   string
	VoicemailAt time.Time
	// Mail is how far he has come in leaving a message.
	Mail mail
	// Inquiry is how far he has come in being asked how the talk was.
	Inquiry inquiry
	// HungUpBy is who asked for the end first; nobody yet when empty.
	HungUpBy   Role
	HungUpAt   time.Time
	CallerGone bool
	// CallerGoneAt is the call's end: a leg that takes longer to clear is not heard by him.
	CallerGoneAt time.Time
	CallerCause  pbx.Cause
	CallerTech   int
	// OnCall: those on call have been called for him, CalledOut last.
	OnCall    bool
	CalledOut Callee
	// Overflowed: he has been passed on to a number outside once.
	Overflowed bool
	// OwedAgain: he was owed a call as an emergency, and has called himself.
	OwedAgain bool
	// Broken is the promise of a call that he came before, until he talks to somebody.
	Broken brokenPromise
	// Unrecorded: the recording is paused, by PausedBy.
	Unrecorded bool
	PausedBy   AgentID
	// AskedBack: he is promised a call, and has only to be told.
	AskedBack bool
	// Owed: nobody is there any more, this stands for one who is to be called back.
	Owed *callback
	// DialledAt is when the number outside was dialled.
	DialledAt time.Time
	// Estimated: the time of the caller's end is not the switch's own.
	Estimated bool

	volatileCall
}

// volatileCall is what a restart may forget: when things we asked for are due.
type volatileCall struct {
	// ToldOf: the ledger told of him when the switch could not be asked.
	ToldOf bool
	// LeaseAt is when the lease must be renewed.
	LeaseAt time.Time
	// PromptAt is when a prompt under way must have ended.
	PromptAt time.Time
	Prompt   pbx.PlaybackID
	PromptOn time.Time // began
	// RemindAt is when his agent is reminded that he is on hold.
	RemindAt  time.Time
	Reminders int
	// ToldAt is when he was last told his place, ToldBack that he may be called back.
	ToldAt   time.Time
	ToldBack bool
	// JoinAt is when the two must be in the bridge.
	JoinAt  time.Time
	Bridged map[pbx.ChannelID]bool
	// Spent are bridges that a transfer has left.
	Spent []pbx.BridgeID
	// Conduct is who was heard when.
	Conduct conduct
	// RangAt is since when it rings at who is called.
	RangAt time.Time
	// Returns: the dialplan has the caller's channel for a moment.
	Returns bool
	// Left: the caller's channel is out of our hands without having been hung up.
	Left   bool
	LeftAt time.Time
	// Retry are commands the switch refused for no reason of the call's.
	Retry   []pbx.Command
	RetryAt time.Time
	Retries int
	// Spies are what listens for each leader, Spied how many have been made.
	Spies map[AgentID]*spies
	Spied int
	// FreedUntil is until when an agent taken back from another caller is waited for.
	FreedUntil time.Time
	// RespyAt is when what the switch refused to make is tried again.
	RespyAt time.Time
	// AloneSince is since when nobody on duty serves him; OnCallTold when he was last told
	// that those on call are called.
	AloneSince, OnCallTold time.Time
	// Asking are those on call who have picked up, by offer.
	Asking map[int]*asking
	// Mailing is what he is told of it, and presses.
	Mailing mailing
	// Inquiring is what he is asked, and presses, in a survey.
	Inquiring inquiring
	// Stray is the highest number of an agent's leg that was not ours to keep.
	Stray int
}

// Limits on what the switch and the phones may take. Rings are not among them:
// they follow the country's cadence.
const (
	leaseTime    = 15 * time.Second // a waiting caller's, see Lease
	leaseRenewal = 5 * time.Second
	talkGuard    = 4 * time.Hour // an end to what everybody has forgotten
	alertLimit   = 3 * time.Second
	promptLimit  = 12 * time.Second
	joinLimit    = 2 * time.Second
	leftLimit    = 300 * time.Millisecond
	hangupLimit  = 3 * time.Second
	retryDelay   = 500 * time.Millisecond
	retriesMost  = 10
)

func (c *call) greetingID() pbx.PlaybackID { return pbx.PlaybackID(string(c.ID) + "-greeting") }
func (c *call) holdID() pbx.PlaybackID     { return pbx.PlaybackID(string(c.ID) + "-hold") }

func (c *call) announceID() pbx.PlaybackID {
	return pbx.PlaybackID(fmt.Sprintf("%s-number%d", c.ID, c.Taken))
}

// talkBridge is in the names of our bridges, behind the call's.
const talkBridge = "-talk"

func (c *call) bridgeID() pbx.BridgeID {
	return pbx.BridgeID(fmt.Sprintf("%s%s%d", c.ID, talkBridge, c.Taken))
}

// agentLeg is in the names of agents' channels, behind the call's.
const agentLeg = "-agent"

func (c *call) agentChannel(n int) pbx.ChannelID {
	return pbx.ChannelID(fmt.Sprintf("%s%s%d", c.ID, agentLeg, n))
}

// talkChannel is the leg of the agent who has the call.
func (c *call) talkChannel() pbx.ChannelID {
	if c.TookOver {
		return c.superChannel(c.Taken)
	}
	return c.agentChannel(c.Taken)
}

// up tells whether the caller's channel has been answered, by us or by a person.
func (c *call) up() bool {
	return c.Mode == Greeted || c.Overran || c.OnCall || c.Mail.Step != "" || !c.AnsweredAt.IsZero()
}

// leaving tells whether the call needs nobody any more.
func (c *call) leaving() bool { return c.HungUpBy != "" || c.CallerGone }

// emitCall makes a fact of a call.
func (h *Hotline) emitCall(at time.Time, c *call, k Kind, a AgentID, d Data) {
	h.emit(at, k, c.Company, c.ID, a, d)
}

// applyCall is Apply for call.* facts of a known call.
func (h *Hotline) applyCall(c *call, f Fact) {
	switch d := f.Data.(type) {
	case *GreetedData:
		c.Greeted = true
	case *SteppedData, *KeyedData, *LookedUpData:
		h.applyFlow(c, f.Data)
	case *Queued:
		c.applyQueued(f.At, d)
	case *Offered:
		h.applyOffered(c, f, d)
	case *Alerted:
		if o := c.offerN(d.Offer); o != nil {
			o.AlertedAt = f.At
		}
	case *OfferEnded:
		h.applyOfferEnded(c, f, d)
	case *Overran:
		c.Overran, c.Widened = true, d.Widened
	case *WidenedData:
		c.Widened = d.Queues
	case *OnCallBeganData:
		c.OnCall = true
	case *PickedUpData:
		if o := c.offerN(d.Offer); o != nil {
			o.PickedUpAt = f.At
		}
	case *Answered:
		h.applyAnswered(c, f, d)
	case *RecordingData:
		c.Unrecorded, c.PausedBy = f.Kind == RecordingPaused, f.Agent
	case *DialledData:
		c.DialledAt, c.Agent, c.Taken = f.At.UTC(), f.Agent, d.Offer
	case *ReachedData:
		c.State, c.AnsweredAt, c.Announced = CallPickedUp, f.At, true
	case *AnnouncedData:
		c.Announced = true
	case *Joined:
		c.State, c.Met, c.Broken = CallTalking, c.Taken, brokenPromise{}
	case *LingersData:
		c.Lingers, c.LingersAt = d.Step, f.At
	case *HoldData:
		c.HeldAt = f.At
		if d.Ordered {
			c.OnHold, c.KeyHeld, c.Lingers = f.Kind == CallHeld, false, 0
			if f.Kind == CallUnheld && c.State == CallTalking {
				c.State, c.Announced = CallPickedUp, true
			}
		} else if d.Channel == c.talkChannel() {
			c.KeyHeld, c.Lingers = f.Kind == CallHeld, 0
		}
	case *TransferBeganData, *ConsultedData, *TurnedData, *TransferredData, *TransferEndedData:
		c.Lingers = 0
		h.applyTransfer(c, f)
	case *SupervisionBeganData, *SupervisedData, *SupervisionEndedData:
		h.applySupervision(c, f)
	case *HungUp:
		c.HungUpBy, c.HungUpAt = d.By, f.At
		if l := h.legs[c.talkChannel()]; l != nil && (d.By == RoleAgent || d.By == RoleOutside) && !d.Ordered {
			l.hungUp = true
		}
	case *FellBack, *Served, *VoicemailData, *MailSteppedData, *MailRecordedData:
		c.applyAlone(f)
	case *SurveyBeganData, *RatedData, *SurveyEndedData:
		h.applySurvey(c, f)
	case *LegEnded:
		delete(h.legs, d.Channel)
		if d.Role == RoleCaller {
			c.CallerGone, c.CallerGoneAt, c.Estimated = true, f.At, d.Estimated
			c.CallerCause, c.CallerTech = d.Cause, d.TechCause
		}
		if d.Role == RoleAgent && f.Agent == c.Agent && c.State == CallPickedUp {
			c.Tried[f.Agent] = f.At.Add(retryAfter) // he went before the two could hear one another: others first
		}
	case *Ended:
		h.recall(c, f.At, d)
		h.rememberLast(c)
		c.State = CallOver
		h.forget(c)
	}
}

func (c *call) applyQueued(at time.Time, d *Queued) {
	if c.State == CallNative {
		c.BackAt = at
	}
	if d.Queue != c.Queue {
		c.EnteredAt, c.Widened = at, nil
	}
	c.State, c.Queue, c.Priority = CallWaiting, d.Queue, d.Priority
	if c.QueuedAt.IsZero() || c.Agent != "" { // a talk is no wait
		c.QueuedAt, c.EnteredAt = at, at
	}
	c.Announced, c.Agent, c.OnHold, c.KeyHeld = false, "", false, false
	c.Emergency = c.Emergency || d.Emergency
}

// arrive takes a new caller under the hotline's care.
func (h *Hotline) arrive(at time.Time, ch pbx.Channel) {
	id, did := CallID(ch.Args[2]), ch.Args[1]
	switch c := h.calls[id]; {
	case c == nil:
	case c.State != CallNative && (c.Returns || c.Left):
		h.returned(at, ch)
		return
	default:
		h.comeBack(at, c, ch)
		return
	}
	line, ok := h.lines[did]
	if !ok {
		h.do(pbx.Hangup{Channel: ch.ID, Cause: pbx.CauseUnallocated})
		return
	}
	came := ch.CreatedAt // he has waited since, whether or not we were there
	if came.IsZero() {
		came = at
	}
	c := h.register(came, line, ch)
	switch {
	case !line.Emergency && slices.Contains(h.companies[line.Company].Refused, ch.Caller.Number):
		h.refuse(at, c)
		return
	}
	h.do(
		pbx.Watch{Channel: ch.ID},
		pbx.SetVars{Channel: ch.ID, Report: map[string]string{"call": string(id), "role": string(RoleCaller)}},
	)
	h.lease(at, c)
	switch {
	case c.State == CallMessage: // his queue has overflowed to the voicemail
		if ch.State != pbx.ChannelUp {
			h.do(pbx.Answer{Channel: ch.ID})
		}
		h.standMail(at, c)
	case c.Mode != Greeted:
	case h.flows[line.Flow] != nil:
		if ch.State != pbx.ChannelUp {
			h.do(pbx.Answer{Channel: ch.ID})
		}
		h.step(at, c, h.flows[line.Flow].First(), "")
	case ch.State == pbx.ChannelUp: // another engine has answered, and greets him
		h.awaitGreeting(at, c)
	default:
		h.do(pbx.Answer{Channel: ch.ID})
		h.prompt(at, c, c.greetingID(), c.Line.Greeting)
	}
}

// comeBack takes a caller whom the switch has served by itself under the hotline's care
// again, at his old place: nobody has answered him there.
func (h *Hotline) comeBack(at time.Time, c *call, ch pbx.Channel) {
	q := h.queues[c.home()]
	if c.State != CallNative || c.Channel != ch.ID || c.leaving() || q == nil {
		return
	}
	h.emitCall(at, c, CallQueued, "", &Queued{Queue: q.ID, Priority: h.priority(c, q), Ahead: h.ahead(at, q.ID, h.priority(c, q))})
	c.Left, c.Prompt, c.Retry = false, "", nil // what was ordered before he left is ordered anew
	h.do(
		pbx.Watch{Channel: ch.ID},
		pbx.SetVars{Channel: ch.ID, Report: map[string]string{"call": string(c.ID), "role": string(RoleCaller)}},
	)
	h.lease(at, c)
	switch {
	case ch.State != pbx.ChannelUp && !c.up():
		h.do(pbx.Indicate{Channel: ch.ID})
	case ch.State != pbx.ChannelUp:
		// Also on a direct line where somebody took him in the moment in which he left: his
		// answer has not reached him.
		h.do(pbx.Answer{Channel: ch.ID}, pbx.StartMusic{Channel: ch.ID})
	default:
		h.do(pbx.StartMusic{Channel: ch.ID})
	}
}

// home is the queue to which a caller comes back.
func (c *call) home() QueueID {
	if c.Emergency && c.Queue != "" {
		return c.Queue
	}
	return c.Line.Queue
}

// refuse turns away a caller whom the operator does not want to hear.
func (h *Hotline) refuse(at time.Time, c *call) {
	h.do(pbx.Watch{Channel: c.Channel})
	h.letGo(at, c, pbx.CauseRejected)
}

// letGo ends a call by the operator's rule.
func (h *Hotline) letGo(at time.Time, c *call, cause pbx.Cause) {
	h.emitCall(at, c, CallHungUp, "", &HungUp{By: RoleSystem, Ordered: true})
	h.hangup(at, c.Channel, cause)
}

// awaitGreeting leaves a greeting that was ordered before time to end.
func (h *Hotline) awaitGreeting(at time.Time, c *call) {
	h.awaitPrompt(at, c, c.greetingID(), c.ArrivedAt)
	if over := c.ArrivedAt.Add(promptLimit); over.Before(c.PromptAt) {
		c.PromptAt = over
	}
}

// awaitPrompt leaves a prompt that may have ended unseen time to end; the switch is
// asked, for whoever hears none is in silence.
func (h *Hotline) awaitPrompt(at time.Time, c *call, id pbx.PlaybackID, began time.Time) {
	c.Prompt, c.PromptOn, c.PromptAt = id, began, at.Add(snapshotPrompt)
	h.do(pbx.AskPlay{Channel: c.Channel, Playback: id})
}

// promptOverUnseen goes on after a prompt that ended while we did not look.
func (h *Hotline) promptOverUnseen(at time.Time, c *call) {
	if c.Prompt != c.greetingID() {
		h.promptOver(at, c, false)
		return
	}
	c.Prompt, c.PromptAt = "", time.Time{}
	h.greetedUnseen(at, c)
	h.proceed(at, c)
}

// greetedUnseen is the end of a greeting as it is taken from what followed.
func (h *Hotline) greetedUnseen(at time.Time, c *call) {
	h.emitCall(at, c, CallGreeted, "", &GreetedData{
		Prompt: c.Line.Greeting, Playback: c.greetingID(), Began: c.ArrivedAt, Whole: true, Estimated: true,
	})
}

// register puts a caller on record and into his line's queue.
func (h *Hotline) register(came time.Time, line Line, ch pbx.Channel) *call {
	id, co := CallID(ch.Args[2]), h.companies[line.Company]
	h.emit(came, CallArrived, line.Company, id, "", &Arrived{
		DID: line.DID, Caller: ch.Caller, Channel: ch.ID, Direction: "inbound", Mode: line.Mode,
		Language: co.Language, RingPeriod: MillisOf(RingPlans[co.Country].Period), Emergency: line.Emergency,
		RingbackAt: came.UTC(), Recording: recordingName(id),
	})
	c := h.calls[id]
	if h.flows[line.Flow] == nil {
		h.queueUp(came, c, h.queues[line.Queue])
	}
	return c
}

// queueUp puts a caller behind those who wait, or where his queue sends who finds too
// many.
func (h *Hotline) queueUp(came time.Time, c *call, q *queue) {
	if ahead := h.lineUp(came, c, q); q.tooLong(c, ahead) {
		h.overflow(came, c, q)
	}
}

// lineUp gives a caller his place in a queue, and tells how many are before him.
func (h *Hotline) lineUp(came time.Time, c *call, q *queue) (ahead int) {
	h.cameBack(came, c, q.ID)
	return h.queued(came, c, q.ID, max(h.priority(c, q), c.Priority))
}

// priority is a caller's in a queue.
func (h *Hotline) priority(c *call, q *queue) int {
	if slices.Contains(h.companies[c.Company].VIPs, c.Caller.Number) {
		return q.Priority + vipPriority
	}
	return q.Priority
}

// vipPriority is how far a VIP is before others of his queue.
const vipPriority = 10

// prompt plays prompts to the caller and sets the time by which they must be over.
func (h *Hotline) prompt(at time.Time, c *call, id pbx.PlaybackID, names ...string) {
	media := make([]string, len(names))
	for i, n := range names {
		media[i] = "sound:" + n
	}
	c.Prompt, c.PromptOn, c.PromptAt = id, at, at.Add(promptLimit)
	h.do(pbx.Play{Channel: c.Channel, Playback: id, Media: media, Language: pbx.Voice(c.Language, string(c.Company))})
}

// lease renews the time the switch leaves a waiting caller with us.
func (h *Hotline) lease(at time.Time, c *call) {
	if c.tellingOnCall() {
		h.leaseFor(at, c, toldRenewal, toldLease)
		return
	}
	h.leaseFor(at, c, leaseRenewal, leaseTime)
}

func (h *Hotline) leaseFor(at time.Time, c *call, renewal, long time.Duration) {
	c.LeaseAt = at.Add(renewal)
	h.do(pbx.Lease{Channel: c.Channel, For: long})
}

// promptOver goes on after a prompt has ended, failed or taken too long.
func (h *Hotline) promptOver(at time.Time, c *call, failed bool) {
	id, began := c.Prompt, c.PromptOn
	c.Prompt, c.PromptAt = "", time.Time{}
	switch id {
	case c.greetingID():
		h.greetingOver(at, c, began, !failed && !c.leaving(), failed)
		return
	case c.flowID():
		h.stepOver(at, c, failed)
		return
	case c.mailID():
		h.mailTold(at, c)
		return
	case c.surveyID():
		h.surveyTold(at, c, failed)
		return
	case c.announceID():
		h.emitCall(at, c, CallAnnounced, c.Agent, &AnnouncedData{Began: began, Failed: failed})
	}
	h.proceed(at, c)
}

func (h *Hotline) greetingOver(at time.Time, c *call, began time.Time, whole, failed bool) {
	if c.Greeted {
		return
	}
	h.emitCall(at, c, CallGreeted, "", &GreetedData{
		Prompt: c.Line.Greeting, Playback: c.greetingID(), Began: began, Whole: whole, Failed: failed,
	})
	h.proceed(at, c)
}

// proceed does what a call needs next: music while it waits, the announcement
// and the bridge once a person is there.
func (h *Hotline) proceed(at time.Time, c *call) {
	if c.leaving() || c.Prompt != "" {
		return
	}
	switch {
	case c.State == CallWaiting && c.AskedBack:
		h.letGo(at, c, pbx.CauseNormal) // he was told of his callback
	case c.State == CallWaiting && c.up():
		h.soothe(at, c)
	case c.State == CallPickedUp && c.Line.Announce && !c.Announced:
		h.lease(at, c)
		h.prompt(at, c, c.announceID(), announcement(c.Agent)...)
	case c.State == CallPickedUp && !c.Returns:
		h.join(at, c)
	}
}

// join lets caller and agent hear each other. The lease ends first: a talking
// pair must outlive us.
func (h *Hotline) join(at time.Time, c *call) {
	c.JoinAt = at.Add(joinLimit)
	h.do(
		pbx.StopMusic{Channel: c.Channel},
		pbx.Lease{Channel: c.Channel, For: talkGuard},
		pbx.Join{
			Bridge: c.bridgeID(), Channels: []pbx.ChannelID{c.Channel, c.talkChannel()},
			Mixed:  c.Met != 0 && c.Met != c.Taken,
			Report: map[string]string{"call": string(c.ID)},
		},
	)
}

// entered notes that a party is in the bridge he was ordered into last.
func (c *call) entered(ch pbx.ChannelID) {
	if c.Bridged == nil {
		c.Bridged = map[pbx.ChannelID]bool{}
	}
	c.Bridged[ch] = true
}

// bridgeEntered notes that a party is in the talk bridge; with both there, the
// call is joined.
func (h *Hotline) bridgeEntered(at time.Time, b pbx.BridgeID, ch pbx.ChannelID) {
	l := h.legs[ch]
	switch {
	case l == nil:
		return
	case l.call.State == CallConsulting && l.call.consultID() == b:
		h.consultEntered(at, l.call, ch)
		return
	case l.call.State == CallConsulting && l.call.Transfer.With == TurnBoth && l.call.partyID() == b:
		l.call.entered(ch)
		if len(l.call.Bridged) == 3 {
			l.call.JoinAt = time.Time{}
			h.listenIn(at, l.call)
		}
		return
	case l.call.bridgeID() != b:
		return
	}
	c := l.call
	c.entered(ch)
	agent := c.talkChannel()
	if !c.Bridged[c.Channel] || !c.Bridged[agent] {
		return
	}
	c.JoinAt = time.Time{}
	if c.State == CallTalking || c.State == CallConsulting && c.Transfer.With == TurnCaller {
		h.listenIn(at, c) // again
	}
	if c.State == CallPickedUp {
		h.dropSpent(c)
		h.emitCall(at, c, CallJoined, c.Agent, &Joined{Bridge: b, Channels: []pbx.ChannelID{c.Channel, agent}})
		h.follow(at, c)
		h.listenIn(at, c)
		h.recordOn(at, c)
	}
}

// bridgeLeft: a party is out of the talk. Where that is not the end of it, as when an
// order of before came late, the two are brought together again.
func (h *Hotline) bridgeLeft(at time.Time, b pbx.BridgeID, ch pbx.ChannelID) {
	l := h.legs[ch]
	if l == nil {
		return
	}
	c := l.call
	if c.bridgeID() == b || c.State == CallConsulting && c.partyID() == b {
		c.parted(at)
	}
	if c.bridgeID() != b {
		return
	}
	delete(c.Bridged, ch)
	if c.State == CallTalking && !c.OnHold && !c.leaving() && c.JoinAt.IsZero() {
		c.JoinAt = at.Add(leftLimit)
	}
}

// fallBack hands a caller to the switch's native fallback.
func (h *Hotline) fallBack(at time.Time, c *call, why FallBackReason) {
	h.emitCall(at, c, CallFellBack, "", &FellBack{Reason: why})
	h.withdraw(at, c)
	h.transferOver(at, c, TransferFellBack)
	if why == FellByLimit {
		h.do(pbx.Continue{Channel: c.Channel, Context: "fallback", Extension: "limit"})
	}
}

// away tells whether a caller has left for the dialplan and it was not said yet that the
// switch serves him: what happens to him now happens there. Who is asked how it was is served.
func (c *call) away() bool {
	return c.Left && !c.Returns && c.State != CallNative && c.State != CallSurvey && !c.leaving()
}

// strayed: a caller is out of our hands without having been hung up.
func (h *Hotline) strayed(now time.Time, c *call) {
	if c.State == CallSurvey {
		h.surveyAway(now, c)
		return
	}
	h.fallBack(now, c, FellByLease)
}

// wants tells whether a command that the switch refused is still to be carried out:
// the caller's music and lease go with what he does.
func (c *call) wants(cmd pbx.Command) bool {
	waits := c.State == CallWaiting || c.State == CallInFlow || c.State == CallMessage || c.State == CallSurvey || c.apart()
	switch cmd := cmd.(type) {
	case pbx.StartMusic:
		return waits && c.State != CallSurvey && c.State != CallMessage && (c.State != CallInFlow || c.Walk.asked != "" && c.Prompt == "")
	case pbx.Unjoin:
		return c.apart() || c.State == CallSurvey
	case pbx.Continue:
		return c.Returns // else he has been there
	case pbx.Lease:
		announcing := c.State == CallPickedUp && c.Prompt != ""
		return (cmd.For == leaseTime || cmd.For == toldLease) == (waits || announcing)
	}
	return true
}

// orderAgain carries out what the switch refused. An answer ends the music that began
// before it, also where the switch had answered him all the same.
func (h *Hotline) orderAgain(c *call) {
	for _, cmd := range c.Retry {
		if !c.wants(cmd) {
			continue
		}
		h.do(cmd)
		music := pbx.StartMusic{Channel: c.Channel}
		if _, answer := cmd.(pbx.Answer); answer && c.Prompt == "" && c.wants(music) {
			h.do(music)
		}
	}
	c.Retry = nil
}

// tickCall ends a call's waits whose time is over.
func (h *Hotline) tickCall(now time.Time, c *call) {
	due := func(at time.Time) bool { return !at.IsZero() && !now.Before(at) }
	switch {
	case c.Left && c.State != CallNative && !c.leaving() && due(c.LeftAt.Add(leftLimit)):
		h.strayed(now, c)
		return
	case c.leaving() || c.State == CallNative:
		return
	}
	if c.Prompt != "" && due(c.PromptAt) {
		h.do(pbx.StopPlay{Channel: c.Channel, Playback: c.Prompt})
		h.promptOver(now, c, true)
	}
	if len(c.Retry) > 0 && due(c.RetryAt) {
		h.orderAgain(c)
	}
	switch {
	case !due(c.JoinAt):
	case c.State == CallPickedUp, c.State == CallTalking && !c.OnHold:
		h.join(now, c)
	case c.State == CallConsulting && c.Transfer.Answered:
		h.joinTransfer(now, c)
	}
	for _, o := range c.offers() {
		h.tickOffer(now, c, o)
	}
	h.remind(now, c)
	h.tickDial(now, c)
	h.tickFlow(now, c)
	h.tickMail(now, c)
	h.tickSurvey(now, c)
	h.tickConduct(now, c)
	h.tickLinger(now, c)
	h.tickSupervision(now, c)
	if c.apart() && due(c.LeaseAt) {
		h.lease(now, c)
	}
	if c.State != CallWaiting || c.AskedBack {
		return
	}
	q := h.queues[c.Queue]
	if q != nil && q.overflows() && (!q.OverflowCallback || h.mayAskBack(c)) && c.Offer == nil && c.Transfer == nil && !c.Emergency && (q.OverflowNumber == "" || !c.Overflowed) &&
		q.OverflowAfter > 0 && due(c.EnteredAt.Add(time.Duration(q.OverflowAfter))) {
		h.overflow(now, c, q)
		if c.State == CallMessage {
			h.standMail(now, c)
		}
		return // his time there begins now
	}
	switch {
	case !c.up() && due(c.RingbackAt.Add(c.Ring.Limit(ThreeRings))):
		h.overrun(now, c)
	case q != nil && q.waited(now, c):
		h.fallBack(now, c, FellByLimit)
	case (c.Prompt == "" || c.tellingOnCall()) && due(c.LeaseAt):
		h.lease(now, c)
	case q != nil && q.Tell > 0 && c.Prompt == "" && c.Offer == nil && c.up() && due(c.told().Add(time.Duration(q.Tell))):
		h.tell(now, c, q)
	}
}

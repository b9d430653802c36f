package cti

import (
	"fmt"
	"time"

	"sansheng/cti/flow"
	"sansheng/cti/hours"
	"sansheng/pbx"
)

// A caller on a line with a flow takes its steps before he waits for a person: each is a
// fact, call.stepped. He is leased meanwhile, as one who waits is, and where the lease
// ends the switch takes him to his line's queue. A restart lets him hear the node again
// in which he is.

// SteppedData: the caller has come to a node of his line's flow.
type SteppedData struct {
	data
	Flow string `json:"flow"`
	// Node is empty where he goes to the person of whom the flow does not speak.
	Node string    `json:"node,omitempty"`
	Kind flow.Kind `json:"kind"`
	// By is the exit by which he left the node before.
	By flow.Exit `json:"by,omitempty"`
	// Language is the one that is spoken from here on, where it changes.
	Language string `json:"language,omitempty"`
}

// flowPrompt is how long the prompts of a node may take.
const flowPrompt = time.Minute

// walker is where a call stands in its flow.
type walker struct {
	flow  *flow.Flow
	node  flow.Node
	steps int
	// calendar is the one that was asked last.
	calendar string

	// A restart may forget how often the menu was told, what is played, and until when a
	// key is waited for.
	told  int
	play  pbx.PlaybackID
	keyBy time.Time
	// digits are those that he has pressed so far; a number was whole at wholeAt without #.
	digits  string
	wholeAt time.Time
	// asked is the question to which a look-up owes an answer by answerBy; answer is what it
	// has said while a prompt plays.
	asked    string
	answerBy time.Time
	answer   *LookedUp
}

// flowID is the prompt that plays in a flow, empty where none does.
func (c *call) flowID() pbx.PlaybackID {
	if c.State != CallInFlow {
		return ""
	}
	return c.Walk.play
}

// applyStepped is Apply for call.stepped. A call stays with the flow it began with.
func (h *Hotline) applyStepped(c *call, d *SteppedData) {
	w := &walker{flow: h.flows[d.Flow]}
	if c.Walk != nil && c.Walk.flow != nil && c.Walk.flow.ID == d.Flow {
		w = c.Walk
	}
	if w.flow == nil { // it is in the plan no more
		w.flow = &flow.Flow{ID: d.Flow, Person: string(c.Line.Queue)}
	}
	w.steps, w.told, w.keyBy = w.steps+1, 0, time.Time{}
	w.digits, w.asked, w.answerBy, w.answer = "", "", time.Time{}, nil
	w.node = w.flow.At(d.Node)
	if w.node.Kind == flow.Hours {
		w.calendar = w.node.Calendar
	}
	c.Walk, c.State = w, CallInFlow
	if d.Language != "" {
		c.Language = d.Language
	}
	c.Greeted = c.Greeted || len(w.node.Say) > 0 || d.Kind == flow.Emergency
	c.Emergency = c.Emergency || d.Kind == flow.Emergency
}

// step brings a caller to a node by an exit of the one before.
func (h *Hotline) step(at time.Time, c *call, n flow.Node, by flow.Exit) {
	if c.Walk != nil && c.Walk.steps >= flow.StepsMost {
		n = c.Walk.flow.At("")
	}
	id := c.Line.Flow
	if c.Walk != nil {
		id = c.Walk.flow.ID
	}
	h.emitCall(at, c, CallStepped, "", &SteppedData{Flow: id, Node: n.ID, Kind: n.Kind, By: by, Language: n.Language})
	h.stand(at, c)
}

// leaveBy takes an exit of the node in which a caller is.
func (h *Hotline) leaveBy(at time.Time, c *call, e flow.Exit) {
	h.step(at, c, c.Walk.flow.Next(c.Walk.node, e), e)
}

// stand does what the node asks in which a caller is.
func (h *Hotline) stand(at time.Time, c *call) {
	n := c.Walk.node
	if h.asksTickets(at, c) { // he hears nothing for as long as that takes, 1.5 s at most
		h.inquire(at, c, TicketQuestion(c.Company, c.Caller.Number))
		return
	}
	open := func(calendar string) bool { return h.hoursAt(at, c, calendar).Open }
	if e, ok := n.Through(open, func(e flow.Exit) bool { return h.is(at, c, e) }); ok {
		h.leaveBy(at, c, e)
		return
	}
	switch n.Kind {
	case flow.Queue:
		h.toQueue(at, c, h.person(c, QueueID(n.To)))
	case flow.Emergency:
		h.toEmergency(at, c, n.To)
	case flow.Lookup:
		h.lookUp(at, c)
	default:
		if len(n.Say) == 0 {
			h.stepEnds(at, c)
			return
		}
		h.speak(at, c)
	}
}

// speak plays a node's prompts.
func (h *Hotline) speak(at time.Time, c *call) {
	c.Walk.told++
	h.lease(at, c)
	names := h.spoken(at, c)
	if len(names) == 0 { // nobody knows when it opens
		h.stepOver(at, c, false)
		return
	}
	// Of its own each time, also after a restart: what played then may play still.
	c.Walk.play = pbx.PlaybackID(fmt.Sprintf("%s-flow%d-%d", c.ID, h.seq, c.Walk.told))
	h.prompt(at, c, c.Walk.play, names...)
	c.PromptAt = at.Add(flowPrompt)
}

// spoken are the prompts of the node in which a caller is.
func (h *Hotline) spoken(at time.Time, c *call) []string {
	var names []string
	say, _ := c.Walk.node.SaysAt(at, h.zones[CompanyID(c.Walk.flow.Company)])
	for _, p := range say {
		switch p {
		case flow.SayOpens:
			names = append(names, h.opens(at, c)...)
		case flow.SayEmergency:
			names = append(names, "emergency-number")
			for _, d := range c.Walk.flow.Emergency() {
				names = append(names, "digits/"+string(d))
			}
		default:
			names = append(names, p)
		}
	}
	return names
}

// opens is when people answer again, by the calendar that was asked last: nothing
// where nobody knows, or where they do now.
func (h *Hotline) opens(at time.Time, c *call) []string {
	s := h.hours[c.Walk.calendar]
	if s == nil {
		return nil
	}
	st := h.hoursAt(at, c, c.Walk.calendar)
	if st.Open || st.Until.IsZero() {
		return nil
	}
	const quarter = 15 * time.Minute // what there are prompts for; who calls later is not too early
	now, then := at.In(s.Zone()), st.Until.In(s.Zone())
	then = then.Add((quarter - time.Duration(then.Minute())*time.Minute%quarter) % quarter)
	names := append([]string{"opens-at"}, dayOf(hours.DateOf(now), hours.DateOf(then))...)
	names = append(names, fmt.Sprintf("hour/%d", then.Hour()))
	if then.Minute() > 0 {
		names = append(names, fmt.Sprintf("minute/%d", then.Minute()))
	}
	return names
}

// dayOf is a day as it is told on another.
func dayOf(now, then hours.Date) []string {
	switch {
	case then == now:
		return []string{"today"}
	case then == now.Add(1):
		return []string{"tomorrow"}
	case now.Add(6).Before(then): // a weekday would be taken for the next one
		return []string{fmt.Sprintf("month/%d", then.Month), fmt.Sprintf("day/%d", then.Day)}
	}
	return []string{"weekday/" + then.Weekday().String()}
}

// stepOver goes on when a node's prompts have been played, or cannot be.
func (h *Hotline) stepOver(at time.Time, c *call, failed bool) {
	n := c.Walk.node
	switch {
	case c.leaving():
	case n.Kind == flow.Lookup && c.Walk.answer != nil:
		h.lookedUp(at, c, *c.Walk.answer)
	case n.Kind == flow.Lookup:
		h.soothe(at, c)
	case failed && !n.Ends():
		h.leaveBy(at, c, flow.Failed)
	case failed && n.Kind == flow.HangUp: // nobody is hung up without a word
		h.step(at, c, c.Walk.flow.At(""), flow.Failed)
	case n.Kind == flow.Menu, n.Kind == flow.Digits:
		_, wait := n.Asked()
		c.Walk.keyBy = at.Add(time.Duration(wait) * time.Second)
	case n.Kind == flow.Say:
		h.leaveBy(at, c, flow.Next)
	default:
		h.stepEnds(at, c)
	}
}

// stepEnds does what an end is for, its prompts having been played.
func (h *Hotline) stepEnds(at time.Time, c *call) {
	switch n := c.Walk.node; n.Kind {
	case flow.Voicemail:
		h.toMail(at, c, h.boxOf(c))
		h.standMail(at, c)
	case flow.HangUp:
		h.letGo(at, c, pbx.CauseNormal)
	case flow.Transfer:
		q := h.person(c, "")
		if q == nil {
			h.fallBack(at, c, FellByLimit)
			return
		}
		h.lineUp(at, c, q) // whom nobody outside takes is there, however many are
		h.welcome(at, c)
		h.sendOutside(at, c, n.To, "flow")
	}
}

// person is a queue of a call's, or the one of the people who take who goes astray.
func (h *Hotline) person(c *call, id QueueID) *queue {
	for _, id := range []QueueID{id, QueueID(c.Walk.flow.Person), c.Line.Queue} {
		if q := h.queues[id]; q != nil {
			return q
		}
	}
	return nil
}

// boxOf is the queue for which a caller in a flow leaves a message.
func (h *Hotline) boxOf(c *call) QueueID {
	if q := h.person(c, ""); q != nil {
		return q.ID
	}
	return c.Line.Queue
}

// toQueue lets a caller wait for a person.
func (h *Hotline) toQueue(at time.Time, c *call, q *queue) {
	if q == nil {
		h.fallBack(at, c, FellByLimit)
		return
	}
	h.queueUp(at, c, q)
	switch c.State {
	case CallMessage: // there were too many
		h.standMail(at, c)
	case CallWaiting:
		h.welcome(at, c)
	}
}

// welcome greets a caller whom his flow has brought to a queue, if nobody has yet.
func (h *Hotline) welcome(at time.Time, c *call) {
	if !c.Greeted {
		h.prompt(at, c, c.greetingID(), c.Line.Greeting)
		return
	}
	h.proceed(at, c)
}

// toEmergency brings a caller to an emergency line, in the switch's eyes too. Where the plan
// has the one of his flow no more it is another.
func (h *Hotline) toEmergency(at time.Time, c *call, did string) {
	line := h.lines[did]
	if !line.Emergency || h.queues[line.Queue] == nil {
		line, _ = h.emergencyLine(c.Company)
	}
	q := h.queues[line.Queue]
	if q == nil {
		h.toQueue(at, c, h.person(c, ""))
		return
	}
	h.tellEmergency(c, q.ID)
	h.queueUp(at, c, q)
	h.lease(at, c)
	h.prompt(at, c, c.holdID(), holdPrompt(true))
}

// stepDigit is a key of a caller who is in a flow.
func (h *Hotline) stepDigit(at time.Time, c *call, digit string) {
	w := c.Walk
	asks := w.node.Kind == flow.Menu || w.node.Kind == flow.Digits
	late := digit == "#" && !w.wholeAt.IsZero() && at.Sub(w.wholeAt) < endsWhole
	w.wholeAt = time.Time{}
	if !asks || late || c.Prompt == "" && w.keyBy.IsZero() {
		return
	}
	if c.Prompt != "" {
		h.do(pbx.StopPlay{Channel: c.Channel, Playback: c.Prompt})
		c.Prompt, c.PromptAt = "", time.Time{}
	}
	w.keyBy = time.Time{}
	if w.node.Kind == flow.Digits {
		h.enter(at, c, digit)
		return
	}
	if e, _ := w.node.Pressed(flow.Exit(digit)); e != flow.Wrong {
		h.leaveBy(at, c, e)
		return
	}
	h.askAgain(at, c, flow.Wrong)
}

// askAgain tells a menu again, or takes the exit for who does not choose.
func (h *Hotline) askAgain(at time.Time, c *call, e flow.Exit) {
	if tries, _ := c.Walk.node.Asked(); c.Walk.told < tries {
		h.speak(at, c)
		return
	}
	h.leaveBy(at, c, e)
}

// tickFlow ends a flow's waits.
func (h *Hotline) tickFlow(now time.Time, c *call) {
	if c.State != CallInFlow {
		return
	}
	if !now.Before(c.LeaseAt) {
		h.lease(now, c)
	}
	switch w := c.Walk; {
	case !w.answerBy.IsZero() && !now.Before(w.answerBy):
		h.lookupAnswer(now, LookedUp{Call: c.ID, N: w.asked, Failure: "no answer in time"})
	case w.keyBy.IsZero() || now.Before(w.keyBy):
	case w.digits != "":
		h.numberWhole(now, c)
	default:
		w.keyBy = time.Time{}
		h.askAgain(now, c, flow.NoInput)
	}
}

// schedules are the calendars of a plan that passed Check.
func schedules(p *Plan) map[string]*hours.Schedule {
	all, tables := map[string]*hours.Schedule{}, p.holidays()
	for _, c := range p.Calendars {
		if s, err := c.Schedule(tables); err == nil {
			all[c.ID] = s
		}
	}
	return all
}

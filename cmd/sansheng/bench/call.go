package bench

import (
	"fmt"
	"time"

	"sansheng/store/ticket"
)

// made is a call that is generated.
type made struct {
	id     string
	co     company
	number string
	at     time.Time
	agent  string
	queue  string
	// ended is when it has ended.
	ended time.Time
}

// Shares of the calls.
const (
	outbound    = 0.28 // nearly all are callbacks
	emergencies = 0.015
	unanswered  = 0.07
)

// ringPeriod is that of the country, in milliseconds.
const ringPeriod = 5000

// call makes a call that begins at a moment, with all that comes of it.
func (y *year) call(at time.Time) error {
	m := made{id: fmt.Sprintf("bench-%09d", y.calls), co: companyOf(y.r), at: at}
	m.agent = m.co.agent(y.r)
	if chance(y.r, outbound) {
		return y.dialled(m)
	}
	m.number = caller(y.r, y.people)
	emergency := chance(y.r, emergencies)
	mode, did := "greeted", m.co.did
	switch m.queue = queues[y.r.IntN(2)]; {
	case emergency:
		m.queue, mode, did = "emergency", "direct", m.co.did+"119"
	}
	y.out.add("step", m.id, 1, at.Add(10*time.Millisecond), "queue", m.queue)
	if !emergency && chance(y.r, unanswered) {
		return y.abandoned(m, mode, did)
	}
	wait := span(y.r, 2*time.Second, 90*time.Second)
	ring := span(y.r, time.Second, 17*time.Second)
	answered := at.Add(wait + ring)
	joined := answered.Add(1500 * time.Millisecond)
	m.ended = joined.Add(span(y.r, 20*time.Second, 12*time.Minute))
	caller, agent := m.id+"-c", m.id+"-a1"
	rings, waits := int32(ring.Milliseconds()/ringPeriod)+1, int32((wait+ring).Milliseconds()/ringPeriod)+1
	y.addCall(m, mode, did, emergency, &joined, "ANSWERED", "caller", false)
	y.out.add("queue_entry", m.id, 1, m.co.id, m.queue, 0, y.r.IntN(4), at, &answered, (wait + ring).Milliseconds(), "answered", at)
	offered := at.Add(wait)
	y.out.add("offer", m.id, 1, m.agent, m.queue, agent, offered, &offered, &answered, "answered", 0, ring.Milliseconds(), rings)
	y.out.add("leg", m.id, caller, "caller", "", at, nil, &joined, &m.ended, 16)
	y.out.add("leg", m.id, agent, "agent", m.agent, offered, &answered, &joined, &m.ended, 16)
	y.out.add("answer", m.id, m.agent, m.queue, agent, answered, (wait + ring).Milliseconds(), ring.Milliseconds(), rings,
		(wait + ring).Milliseconds(), waits, rings, rings <= 3, at)
	greeted := at.Add(3 * time.Second)
	y.out.add("prompt", m.id, 1, "greeting", "welcome", &at, greeted, true, false)
	y.out.add("step", m.id, 2, greeted, "greeting", "welcome")
	y.out.add("step", m.id, 3, answered, "agent", m.agent)
	y.out.add("recording", m.id, m.id, at)
	if chance(y.r, 0.15) {
		began := joined.Add(5 * time.Second)
		ended := began.Add(8 * time.Second)
		y.out.add("hold", m.id, 1, agent, "agent", began, &ended)
	}
	if err := y.matter(m, answered, emergency, true); err != nil {
		return err
	}
	if chance(y.r, 0.5) { // a second matter in the same call
		return y.matter(m, m.ended, false, false)
	}
	return nil
}

func (y *year) addCall(m made, mode, did string, emergency bool, joined *time.Time, disposition, by string, abandoned bool) {
	direction := "inbound"
	if mode == "outbound" {
		direction = "outbound"
	}
	y.out.add("call", m.id, m.co.id, did, m.number, choice(y.r, names), direction, mode, "zh", ringPeriod, emergency, "bench", m.at, &m.at, joined,
		&m.ended, by, &m.ended, by, disposition, 16, abandoned)
}

// abandoned is a caller whom nobody answers: he hangs up, wants to be called back, or leaves
// a message.
func (y *year) abandoned(m made, mode, did string) error {
	wait := span(y.r, 3*time.Second, 3*time.Minute)
	m.agent, m.ended = "", m.at.Add(wait)
	x := y.r.Float64()
	result := "abandoned"
	if x < 0.25 {
		result = "moved"
	}
	y.addCall(m, mode, did, false, nil, "NO ANSWER", "caller", result == "abandoned")
	y.out.add("queue_entry", m.id, 1, m.co.id, m.queue, 0, y.r.IntN(8), m.at, &m.ended, wait.Milliseconds(), result, m.at)
	y.out.add("leg", m.id, m.id+"-c", "caller", "", m.at, nil, nil, &m.ended, 16)
	y.out.add("recording", m.id, m.id, m.at)
	switch later := m.ended.Add(span(y.r, time.Minute, 2*time.Hour)); {
	case x < 0.15: // a message
		by, taken, finished, said := m.co.agent(y.r), &later, &later, choice(y.r, outcomes)
		done := by
		if later.After(y.cfg.Until) || chance(y.r, 0.01) {
			by, taken, done, finished, said = "", nil, "", nil, ""
		}
		y.out.add("message", m.id, m.co.id, m.queue, did, m.number, m.number, "voicemail-"+m.id, wait.Milliseconds(), m.ended, by, taken, done, finished, said)
		return y.unanswered(m, ticket.Voicemail, finished, by, said)
	case x < 0.25: // a promise
		if later.After(y.cfg.Until) || chance(y.r, 0.1) {
			y.out.add("callback", m.id, m.co.id, m.queue, m.number, m.ended, nil, "", "")
		} else {
			y.out.add("callback", m.id, m.co.id, m.queue, m.number, m.ended, &later, "reached", m.id+"-back")
		}
		return nil
	}
	return y.unanswered(m, ticket.Callback, nil, "", "")
}

// dialled is a call to a number outside: mostly a callback that is owed.
func (y *year) dialled(m made) error {
	f := y.next(m)
	matter := ""
	if f != nil {
		m.number, matter = f.Numbers[0], "follow_up:"+f.ID
	} else {
		m.number = caller(y.r, y.people)
	}
	began := m.at.Add(2 * time.Second)
	ring := span(y.r, 3*time.Second, 30*time.Second)
	reached := chance(y.r, 0.8)
	channel, result, disposition := m.id+"-o", "no_answer", "NO ANSWER"
	var at *time.Time
	m.ended = began.Add(ring)
	if reached {
		picked := began.Add(ring)
		at, result, disposition = &picked, "reached", "ANSWERED"
		m.ended = picked.Add(span(y.r, 20*time.Second, 4*time.Minute))
	}
	y.addCall(m, "outbound", m.co.did, false, at, disposition, "agent", false)
	y.out.add("dial", m.id, m.agent, matter, &began, at, ring.Milliseconds(), result)
	y.out.add("leg", m.id, m.id+"-a1", "agent", m.agent, m.at, &m.at, at, &m.ended, 16)
	y.out.add("leg", m.id, channel, "caller", "", began, at, at, &m.ended, 16)
	y.out.add("recording", m.id, m.id, m.at)
	if f == nil {
		return nil
	}
	return y.followed(f, m, reached, ring)
}

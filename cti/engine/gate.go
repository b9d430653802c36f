package engine

import (
	"errors"
	"sync"
	"time"

	"sansheng/cti"
	"sansheng/pbx"
)

// effectsAtMost is how long a command waits for the journal.
const effectsAtMost = 50 * time.Millisecond

// gate holds commands back until the facts they were decided with are durable,
// or effectsAtMost has passed. It lets them go in the order they were decided.
// What no one outside can notice (silent) goes at once.
type gate struct {
	journal Journal
	release func([]pbx.Command)
	lost    func(error) // told when the journal is not ours any more
	metrics *Metrics

	mu     sync.Mutex
	queue  []*batch
	closed bool
}

// silent tells whether a command has no effect on people: a channel that is made
// and not dialled yet. The switch then makes it while the disk writes; should the
// decision be lost, the next engine finds a channel that is nobody's and ends it.
func silent(c pbx.Command) bool {
	_, ok := c.(pbx.Create)
	return ok
}

// batch is one decision.
type batch struct {
	commands []pbx.Command
	began    time.Time
	open     bool // durable, or late
	timer    *time.Timer
}

func newGate(j Journal, release func([]pbx.Command), lost func(error), m *Metrics) *gate {
	return &gate{journal: j, release: release, lost: lost, metrics: m}
}

// add takes one decision. It never blocks on the journal.
func (g *gate) add(facts []cti.Fact, commands []pbx.Command) {
	if len(facts) == 0 && len(commands) == 0 {
		return
	}
	b := &batch{began: time.Now(), open: len(facts) == 0}
	var early []pbx.Command
	for _, c := range commands {
		if silent(c) {
			early = append(early, c)
		} else {
			b.commands = append(b.commands, c)
		}
	}
	g.mu.Lock()
	if !g.closed {
		g.release(early)
	}
	g.queue = append(g.queue, b)
	if !b.open { // also without commands: those of later decisions wait for it
		b.timer = time.AfterFunc(effectsAtMost, func() { g.late(b) })
	}
	g.flush()
	g.mu.Unlock()
	if len(facts) > 0 {
		g.journal.Append(facts, func(err error) { g.written(b, err) })
	}
}

// written: the journal answered. Where it could not write it keeps the facts
// and tries again; the effects have then waited long enough.
func (g *gate) written(b *batch, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if err != nil {
		g.metrics.journalErrors.Inc()
	}
	if errors.Is(err, ErrJournalLost) {
		g.closed = true // no effect without a fact
		g.lost(err)
	}
	g.metrics.journalDelay.Observe(time.Since(b.began).Seconds())
	g.openBatch(b)
}

func (g *gate) late(b *batch) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if b.open {
		return
	}
	if len(b.commands) > 0 {
		g.metrics.lateEffects.Inc()
	}
	for _, earlier := range g.queue {
		if earlier == b {
			break
		}
		earlier.open = true // older still, so late as well
	}
	g.openBatch(b)
}

// openBatch lets b go once what was decided before it has gone. Callers hold mu.
func (g *gate) openBatch(b *batch) {
	b.open = true
	if b.timer != nil {
		b.timer.Stop()
	}
	g.flush()
}

// flush releases open batches from the head. Callers hold mu, so that no two
// flushes can swap the order.
func (g *gate) flush() {
	for len(g.queue) > 0 && g.queue[0].open {
		b := g.queue[0]
		g.queue[0] = nil
		g.queue = g.queue[1:]
		if !g.closed {
			g.release(b.commands)
		}
	}
}

// close stops effects. Facts already handed to the journal are its own matter.
func (g *gate) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
	for _, b := range g.queue {
		if b.timer != nil {
			b.timer.Stop()
		}
	}
}

package engine

import (
	"context"
	"sync"

	"sansheng/pbx"
)

// lanes carry out commands: in order within a lane, lanes beside each other. A
// lane's goroutine lives only while it has work.
type lanes struct {
	do  func(context.Context, pbx.Command)
	ctx context.Context // of the engine's run; set once by start

	mu    sync.Mutex
	wg    sync.WaitGroup
	queue map[string][]pbx.Command // present while the lane's goroutine lives
	// begun holds, by key, what was ordered to begin and not yet replied to: a
	// stop, hang-up or drop goes past all else, but must not overtake the play,
	// dial or join it is meant for.
	begun map[string]*beginning
}

// beginning is what of one key was ordered to begin and has not been replied to.
type beginning struct {
	left  int
	doneC chan struct{}
}

func newLanes(do func(context.Context, pbx.Command)) *lanes {
	return &lanes{do: do, queue: map[string][]pbx.Command{}, begun: map[string]*beginning{}}
}

func (l *lanes) start(ctx context.Context) { l.ctx = ctx }

// add queues commands in order.
func (l *lanes) add(commands []pbx.Command) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ctx == nil || l.ctx.Err() != nil {
		return
	}
	for _, c := range commands {
		if key := begins(c); key != "" {
			if l.begun[key] == nil {
				l.begun[key] = &beginning{doneC: make(chan struct{})}
			}
			l.begun[key].left++
		}
		lane := c.Lane()
		waiting, busy := l.queue[lane]
		l.queue[lane] = append(waiting, c)
		if !busy {
			l.wg.Add(1)
			go l.work(lane)
		}
	}
}

func (l *lanes) work(lane string) {
	defer l.wg.Done()
	for {
		c, ok := l.next(lane)
		if !ok {
			return
		}
		l.started(c)
		l.do(l.ctx, c)
		l.finished(c)
	}
}

func (l *lanes) next(lane string) (pbx.Command, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	q := l.queue[lane]
	if len(q) == 0 || l.ctx.Err() != nil {
		delete(l.queue, lane)
		return nil, false
	}
	l.queue[lane] = q[1:]
	return q[0], true
}

// begins and ends are the key of what a command begins or ends.
func begins(c pbx.Command) string {
	switch c := c.(type) {
	case pbx.Play:
		return "p/" + string(c.Playback)
	case pbx.Dial:
		return "d/" + string(c.Channel)
	case pbx.Spy:
		return "d/" + string(c.Channel)
	case pbx.Join:
		return "b/" + string(c.Bridge)
	}
	return ""
}

func ends(c pbx.Command) string {
	switch c := c.(type) {
	case pbx.StopPlay:
		return "p/" + string(c.Playback)
	case pbx.Hangup:
		return "d/" + string(c.Channel)
	case pbx.DropBridge:
		return "b/" + string(c.Bridge)
	}
	return ""
}

// started waits, for a command that ends something, until its beginning has
// been replied to.
func (l *lanes) started(c pbx.Command) {
	key := ends(c)
	if key == "" {
		return
	}
	l.mu.Lock()
	b := l.begun[key]
	l.mu.Unlock()
	if b == nil {
		return
	}
	select {
	case <-b.doneC:
	case <-l.ctx.Done():
	}
}

func (l *lanes) finished(c pbx.Command) {
	key := begins(c)
	if key == "" {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.begun[key]
	if b == nil {
		return
	}
	if b.left--; b.left == 0 {
		close(b.doneC)
		delete(l.begun, key)
	}
}

// wait returns when no lane works any more; the run's context has ended by then.
func (l *lanes) wait() { l.wg.Wait() }

package media

import (
	"sync"
	"time"
)

// ptime is the length of a packet (RFC 3551 section 4.2).
const ptime = 20 * time.Millisecond

// catchUp is how many packets are sent at once after the process could not run
// for a while; what is older is given up, as a gap the far side can hear.
const catchUp = 5

// pacer is the one clock of all streams of the process: a goroutine that runs
// while there is a stream and calls every one of them each 20 ms. A thousand
// timers would wake the process fifty times as often for the same packets.
type pacer struct {
	mu      sync.Mutex
	streams []*Stream
	running bool
}

var clock pacer

// join adds s; the clock starts with the first.
func (p *pacer) join(s *Stream) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.streams = append(p.streams, s)
	if !p.running {
		p.running = true
		go p.run()
	}
}

// leave removes s. A tick under way may still call it once.
func (p *pacer) leave(s *Stream) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, o := range p.streams {
		if o == s {
			last := len(p.streams) - 1
			p.streams[i], p.streams[last] = p.streams[last], nil
			p.streams = p.streams[:last]
			return
		}
	}
}

// due copies the streams to call, or says that the clock may stop.
func (p *pacer) due(into []*Stream) ([]*Stream, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.streams) == 0 {
		p.running = false
		return nil, false
	}
	return append(into[:0], p.streams...), true
}

func (p *pacer) run() {
	next := time.Now().Add(ptime)
	timer := time.NewTimer(ptime)
	defer timer.Stop()
	var streams []*Stream
	for {
		<-timer.C
		now := time.Now()
		frames := 1 + int(now.Sub(next)/ptime)
		next = next.Add(time.Duration(frames) * ptime)
		var alive bool
		if streams, alive = p.due(streams); !alive {
			return
		}
		for _, s := range streams {
			s.tick(now, frames)
		}
		clear(streams)
		timer.Reset(time.Until(next))
	}
}

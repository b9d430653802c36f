package ariproxy

import (
	"net/http"
	"sync"
	"time"
)

// Outcome is what became of a request.
type Outcome string

// The outcomes.
const (
	// Passed: the switch's own answer was passed on. For the events' WebSocket:
	// it was opened.
	Passed Outcome = "passed"
	// Refused: a false answer, and the switch never saw the request.
	Refused Outcome = "refused"
	// Lost: a false answer, and the switch had done what was asked.
	Lost Outcome = "lost"
	// Reset: the connection was broken in the middle of the answer.
	Reset Outcome = "reset"
	// Abandoned: the client went away before there was an answer.
	Abandoned Outcome = "abandoned"
	// Unreachable: the switch did not answer.
	Unreachable Outcome = "unreachable"
)

// Request is one that came in. Requests that wait behind a cut have not.
type Request struct {
	At     time.Time
	Method string
	// Path is the resource, without its query, which may hold numbers and keys.
	Path string
	// Events is the events' WebSocket, not a REST request.
	Events bool
	// Status of the answer and what became of it; zero while there is none.
	Status  int
	Outcome Outcome
}

// Counts are sums since the start.
type Counts struct {
	// Requests of all kinds, events' WebSockets among them.
	Requests int
	// ByOutcome holds those that are over.
	ByOutcome map[Outcome]int
}

// logMost bounds the requests that are remembered.
const logMost = 20_000

type entryKey struct{}

// journal remembers requests, the newest logMost of them.
type journal struct {
	handlers sync.WaitGroup // of requests under way

	jmu   sync.Mutex // protects the following
	over  bool       // no request is taken any more
	kept  []*Request
	total int
	sums  map[Outcome]int
}

// came notes a request that has come in; nil means that the proxy has ended.
func (j *journal) came(r *http.Request) *Request {
	e := &Request{At: time.Now(), Method: r.Method, Path: r.URL.Path, Events: isEvents(r)}
	j.jmu.Lock()
	defer j.jmu.Unlock()
	if j.over {
		return nil
	}
	j.handlers.Add(1)
	if len(j.kept) >= logMost {
		j.kept = append(j.kept[:0:0], j.kept[logMost/4:]...)
	}
	j.kept = append(j.kept, e)
	j.total++
	return e
}

// finish returns when no request is under way.
func (j *journal) finish() {
	j.jmu.Lock()
	j.over = true
	j.jmu.Unlock()
	j.handlers.Wait()
}

func (j *journal) ended(e *Request, status int, o Outcome) {
	if e == nil {
		return
	}
	j.jmu.Lock()
	defer j.jmu.Unlock()
	if j.sums == nil {
		j.sums = map[Outcome]int{}
	}
	e.Status, e.Outcome = status, o
	j.sums[o]++
}

// Requests are those that came in after a moment, in their order, as far as
// they are remembered.
func (j *journal) Requests(after time.Time) []Request {
	j.jmu.Lock()
	defer j.jmu.Unlock()
	var out []Request
	for _, e := range j.kept {
		if e.At.After(after) {
			out = append(out, *e)
		}
	}
	return out
}

// Counts are the sums so far.
func (j *journal) Counts() Counts {
	j.jmu.Lock()
	defer j.jmu.Unlock()
	c := Counts{Requests: j.total, ByOutcome: map[Outcome]int{}}
	for o, n := range j.sums {
		c.ByOutcome[o] = n
	}
	return c
}

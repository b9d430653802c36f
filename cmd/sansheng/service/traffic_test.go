package service

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"sansheng/cmd/sansheng/config"
	"sansheng/cti"
	"sansheng/pbx/sip/phone"
	"sansheng/store"
)

var trafficFor = flag.Duration("traffic", 3*time.Minute, "how long TestTraffic lasts; an hour before a release")

// traffic is a hotline on which everybody does anything at any moment.
type traffic struct {
	*stack
	life   context.Context
	agents []*phone.Phone
	out    *phone.Phone

	mu     sync.Mutex
	logs   []callLog
	orders map[cti.Verb]int // carried out
}

// callLog is what a caller's own phone says of a call.
type callLog struct {
	from       string
	began, end time.Time
	answered   bool
	// by is who ended it; empty where nobody did.
	by phone.Side
	// story is what his phone saw, for a person.
	story string
}

const (
	trafficCallers = 14
	trafficDesks   = 3
)

// TestTraffic lets callers come and go, agents answer, decline, sleep and hang up, and
// desks order anything at random moments, on a real switch. In the end nothing is left:
// no channel, no bridge, no agent bound; and every call has one record, which says
// what its caller's phone says.
func TestTraffic(t *testing.T) {
	t.Parallel()
	// Two outside may be left with each other; they end it themselves.
	outside := phone.AnswerAfter(300 * time.Millisecond)
	outside.Talk = 20 * time.Second
	out, err := phone.New(phone.Config{Number: "carrier", Policy: outside, Tone: outsideTone})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(out.Die)
	cfg := config.Default()
	cfg.Data = dataFolder(t)
	cfg.Asterisk.Gateway = out.Addr()
	cfg.Hotline = quickRings(0)
	setHours(cfg.Hotline, true)
	cfg.Hotline.Contacts = []cti.Contact{{ID: "water", Company: "demo", Number: "02188880000"}}
	cfg.Hotline.Companies[0].Outside = []cti.DialRule{{Role: cti.DialAgent, Prefixes: []string{"13"}}}
	for i := range cfg.Hotline.Queues {
		q := &cfg.Hotline.Queues[i]
		q.Callback = &cti.CallbackRule{Attempts: 2, Retry: cti.Span(3 * time.Second), Keep: cti.Span(20 * time.Second)}
		q.WrapUp, q.Tell, q.HoldLimit, q.Ageing = cti.Span(time.Second), cti.Span(5*time.Second), cti.Span(3*time.Second), cti.Span(10*time.Second)
	}
	st := startStack(t, cfg)
	life, cancel := context.WithTimeout(context.Background(), *trafficFor)
	defer cancel()
	w := &traffic{stack: st, out: out, life: life, orders: map[cti.Verb]int{}}
	for n := 1001; n <= 1010; n++ {
		w.agents = append(w.agents, st.agent(fmt.Sprint(n), anyPolicy()))
	}
	var all sync.WaitGroup
	for n := range trafficCallers {
		all.Go(func() { w.call(n) })
	}
	for range trafficDesks {
		all.Go(w.desk)
	}
	for _, p := range w.agents {
		all.Go(func() { w.phone(p) })
	}
	all.Wait()
	w.quiet()
	w.compare()
	t.Logf("%d calls; orders carried out: %v; promises of calls: %v", len(w.logs), w.orders, w.promises())
	st.seamless()
}

// promises are how callers were called back, or why not.
func (w *traffic) promises() map[cti.CallbackResult]int {
	results := map[cti.CallbackResult]int{}
	for _, f := range w.all() {
		if d, ok := f.Data.(*cti.CallbackEndedData); ok {
			results[d.Result]++
		}
	}
	return results
}

// some is a time up to most, the short ones more often.
func some(most time.Duration) time.Duration {
	f := rand.Float64()
	return time.Duration(f * f * float64(most))
}

// rest lets a time pass; false when the traffic is over.
func (w *traffic) rest(d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-w.life.Done():
		return false
	}
}

// anyPolicy is how an agent treats his next calls: mostly he answers.
func anyPolicy() phone.Policy {
	switch rand.IntN(12) {
	case 0:
		return phone.Decline()
	case 1:
		return phone.Busy()
	case 2:
		return phone.NoAnswer()
	case 3:
		return phone.Unavailable()
	}
	return phone.AnswerAfter(some(2 * time.Second))
}

// call is one caller after the other on one line into the house.
func (w *traffic) call(line int) {
	for n := 0; ; n++ {
		if !w.rest(some(3 * time.Second)) {
			return
		}
		from := fmt.Sprintf("138%03d%05d", line, n)
		p, err := phone.New(phone.Config{Number: from, Server: w.sip, Tone: callerTone})
		if err != nil {
			w.t.Errorf("caller %s: %v", from, err)
			return
		}
		w.callOnce(p, from)
		p.Die()
	}
}

// trafficLeast is how soon a caller may hang up after he heard that it rings. A call that
// is cancelled before may be gone before the switch's dialplan has begun, and then is in
// no account of it.
const trafficLeast = 50 * time.Millisecond

func (w *traffic) callOnce(p *phone.Phone, from string) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	l := callLog{from: from, began: time.Now()}
	to := []string{"800100", "800100", "800100", "800200", "800119"}[rand.IntN(5)]
	c, err := p.Call(ctx, to, phone.Options{})
	if err != nil {
		w.t.Errorf("call from %s: %v", from, err)
		return
	}
	if _, err := c.Wait(ctx, phone.Ringing, phone.Answered, phone.Rejected); err != nil && ctx.Err() != nil {
		w.t.Errorf("the call of %s gets no answer: %s", from, c.Story())
		return
	}
	stays, leave := context.WithTimeout(ctx, trafficLeast+some(20*time.Second))
	defer leave()
	if rand.IntN(3) == 0 {
		select {
		case <-c.Done():
		case <-stays.Done():
		case <-time.After(some(10 * time.Second)):
			_ = c.Press(ctx, "1", phone.RFC4733) // he would be called back, where he is promised that
		}
	}
	select {
	case <-c.Done():
	case <-stays.Done():
		if err := c.Hangup(ctx); err != nil && ctx.Err() != nil {
			w.t.Errorf("%s cannot hang up: %v; his phone's story: %s", from, err, c.Story())
		}
	}
	end, err := c.WaitEnded(ctx)
	if err != nil {
		w.t.Errorf("the call of %s does not end: %v", from, err)
		return
	}
	_, answered := c.Find(phone.Answered)
	l.end, l.by, l.answered, l.story = end.At, end.By, answered, c.Story()
	w.mu.Lock()
	w.logs = append(w.logs, l)
	w.mu.Unlock()
}

// phone is an agent's: he changes his mind, hangs up, presses codes.
func (w *traffic) phone(p *phone.Phone) {
	for w.rest(some(6 * time.Second)) {
		p.SetPolicy(anyPolicy())
		calls := p.Calls()
		if len(calls) == 0 {
			continue
		}
		ctx, cancel := context.WithTimeout(context.Background(), limit)
		switch c := calls[rand.IntN(len(calls))]; rand.IntN(5) {
		case 0:
			_ = c.Hangup(ctx) // it may be over already
		case 1:
			_ = c.Press(ctx, []string{"*3", "*4", "*21002#", "*11001#", "*9", "*2"}[rand.IntN(6)], phone.RFC4733)
		case 2:
			if c.Hold(ctx) == nil && w.rest(some(2*time.Second)) {
				_ = c.Resume(ctx)
			}
		}
		cancel()
	}
}

// desk orders anything; mostly something that fits, so that much of it is carried out.
func (w *traffic) desk() {
	for w.rest(some(400 * time.Millisecond)) {
		ctx, cancel := context.WithTimeout(context.Background(), limit)
		floor, err := w.svc.floor(ctx)
		cancel()
		if err != nil {
			w.t.Errorf("look at the floor: %v", err)
			return
		}
		in := map[cti.AgentState][]cti.AgentID{}
		for _, a := range floor.Agents {
			in[a.State] = append(in[a.State], a.ID)
		}
		o := anyOrder(in)
		if o.Agent == "" {
			continue
		}
		w.give(o)
		switch o.Verb {
		case cti.OrderPause, cti.OrderLogOff: // not for ever
			if w.rest(some(time.Second)) {
				w.give(cti.Order{Agent: o.Agent, Verb: cti.OrderReady})
			}
		case cti.OrderTransfer:
			for range rand.IntN(4) {
				if w.rest(some(2 * time.Second)) {
					w.give(cti.Order{Agent: o.Agent, Verb: oneOf(cti.OrderSwap, cti.OrderConference, cti.OrderComplete, cti.OrderTakeBack)})
				}
			}
		}
	}
}

func oneOf[T any](all ...T) T { return all[rand.IntN(len(all))] }

// anyOrder is one for somebody, by what everybody does.
func anyOrder(in map[cti.AgentState][]cti.AgentID) cti.Order {
	anybody := cti.AgentID(fmt.Sprint(1001 + rand.IntN(10)))
	o := cti.Order{Agent: anybody, Verb: oneOf(cti.Verbs()...), To: string(anybody), Reason: "traffic"}
	ready, talking := in[cti.Ready], in[cti.Talking]
	switch rand.IntN(6) {
	case 0: // whatever it is
	case 1:
		o.Verb, o.To = cti.OrderDial, fmt.Sprintf("1399%07d", rand.IntN(1e7))
	case 2:
		if len(ready) > 0 && len(talking) > 0 {
			o.Agent, o.To = oneOf(ready...), string(oneOf(talking...))
			o.Verb = oneOf(cti.OrderListen, cti.OrderWhisper, cti.OrderJoin, cti.OrderTakeOver)
		}
	case 3:
		o.Verb = oneOf(cti.OrderPause, cti.OrderLogOff, cti.OrderReady)
	default:
		if len(talking) > 0 {
			o.Agent, o.To = oneOf(talking...), oneOf("service", "repair", "water")
			if len(ready) > 0 && rand.IntN(2) == 0 {
				o.To = string(oneOf(ready...))
			}
			o.Verb = oneOf(cti.OrderTransfer, cti.OrderTransfer, cti.OrderBlind, cti.OrderHold, cti.OrderUnhold, cti.OrderLinger, cti.OrderHangUp)
		}
	}
	return o
}

func (w *traffic) give(o cti.Order) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	err := w.svc.order(ctx, o)
	var refused *cti.OrderError
	switch {
	case err == nil:
		w.mu.Lock()
		w.orders[o.Verb]++
		w.mu.Unlock()
	case !errors.As(err, &refused):
		w.t.Errorf("%s for %s: %v", o.Verb, o.Agent, err)
	}
}

// quiet waits until every call has ended and every agent is free, and looks at what
// the switch has left.
func (w *traffic) quiet() {
	w.t.Helper()
	for _, p := range append(w.agents, w.out) { // two outside may be left with each other
		p.SetPolicy(phone.Decline())
		for _, c := range p.Calls() {
			_ = c.Hangup(deadline(w.t)) // it may be over already
		}
	}
	w.await("every call and every promise of one to end", func(facts []cti.Fact) bool {
		live, owed := map[cti.CallID]bool{}, map[cti.CallID]bool{}
		for _, f := range facts {
			switch f.Kind {
			case cti.CallArrived:
				live[f.Call] = true
			case cti.CallEnded:
				delete(live, f.Call)
			case cti.CallbackAsked:
				owed[f.Call] = true
			case cti.CallbackEnded:
				delete(owed, f.Call)
			}
		}
		return len(live)+len(owed) == 0
	})
	w.await("every agent to be free", func(facts []cti.Fact) bool {
		state := map[cti.AgentID]cti.AgentState{}
		for _, f := range facts {
			if s, ok := cti.StateOf(f.Kind); ok {
				state[f.Agent] = s
			}
		}
		for _, s := range state {
			if s == cti.Reserved || s == cti.Ringing || s == cti.Talking || s == cti.WrapUp {
				return false
			}
		}
		return true
	})
	// The switch clears a channel after it has told of its end.
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for ctx := deadline(w.t); ; {
		client := w.svc.link.Client()
		channels, err1 := client.Channels.List(ctx)
		bridges, err2 := client.Bridges.List(ctx)
		if err := errors.Join(err1, err2); err != nil {
			w.t.Fatal(err)
		}
		if len(channels) == 0 && len(bridges) == 0 {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			for _, c := range channels {
				w.t.Errorf("channel %s (%s) is left", c.ID, c.Name)
			}
			for _, b := range bridges {
				w.t.Errorf("bridge %s is left", b.ID)
			}
			return
		}
	}
}

// recorded waits until every caller has a sealed record. Who left before he was seen is told by the
// switch's ledger, later. Of one who has none all that is known is told.
func (w *traffic) recorded() {
	w.t.Helper()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for _, l := range w.logs {
		for ctx := deadline(w.t); ; {
			records, err := w.records().Calls(ctx, store.Filter{Caller: l.from})
			if err == nil && slices.ContainsFunc(records, func(r store.Record) bool { return r.Hash != nil && r.Direction == cti.Inbound }) {
				break
			}
			select {
			case <-tick.C:
				continue
			case <-ctx.Done():
			}
			logs := filepath.Dir(w.svc.asterisk.LedgerPath)
			if err := os.CopyFS(w.t.ArtifactDir(), os.DirFS(logs)); err != nil { // kept with -artifacts
				w.t.Log(err)
			}
			told, _ := exec.CommandContext(w.t.Context(), "grep", "-h", l.from, w.svc.asterisk.LedgerPath, w.svc.asterisk.LedgerPath+".1").Output()
			w.t.Fatalf("no sealed record of %s's call (%d open, %v); his phone, which ended at %v: %s\nthe ledger:\n%s",
				l.from, len(records), err, l.end, l.story, told)
		}
	}
}

// compare holds the records against what the callers' phones say.
func (w *traffic) compare() {
	w.t.Helper()
	w.recorded()
	calls := map[string]int{}
	for _, f := range w.all() {
		if d, ok := f.Data.(*cti.Arrived); ok && d.Direction == cti.Inbound {
			calls[d.Caller.Number]++
		}
	}
	if len(calls) != len(w.logs) {
		w.t.Errorf("%d callers have called, facts tell of %d", len(w.logs), len(calls))
	}
	crossed := 0
	for _, l := range w.logs {
		r, recording := w.checked(l.from)
		if recording.Result == store.RecordingShort || recording.Result == store.RecordingSilent {
			w.t.Errorf("recording %+v, legs %+v, holds %+v, path %+v", recording, r.Legs, r.Holds, r.FlowPath)
		}
		// A hang-up may cross the other side's, or the answer, on its way.
		if r.EndedBy != nil && (*r.EndedBy == "caller") != (l.by == phone.Us) || r.AnsweredAt != nil && !l.answered {
			if crossed++; crossed > 1+len(w.logs)/100 {
				w.t.Errorf("%s: the %d. of %d calls of which record and phone tell another end: his phone: %+v; record: ended by %s at %s, answered %v",
					l.from, crossed, len(w.logs), l, *r.EndedBy, r.EndedAt, r.AnsweredAt)
			}
		}
		for what, wrong := range map[string]bool{
			"two arrivals":  calls[l.from] != 1,
			"not ended":     r.EndedAt == nil || r.EndedBy == nil,
			"began":         r.StartedAt.Sub(l.began).Abs() > trafficLag,
			"ended":         r.EndedAt != nil && r.EndedAt.Sub(l.end).Abs() > trafficLag,
			"an open offer": openOffer(r),
			"an open leg":   openLeg(r),
			"an open wait":  openWait(r),
			"an open hold":  openHold(r),
			"no recording":  len(r.Recordings) != 1,
			fmt.Sprintf("recording %+v, path %+v", recording, r.FlowPath): recording.Result == store.RecordingMissing || recording.Result == store.RecordingBroken,
			"never answered": r.AnsweredAt == nil && r.Disposition != nil && *r.Disposition == "ANSWERED" && r.Fallback == nil,
		} {
			if wrong {
				w.t.Errorf("%s: %s; his phone: %+v; record %s: %s to %s, ended by %v, answered %v", l.from, what, l, r.ID, r.StartedAt, r.EndedAt, *r.EndedBy, r.AnsweredAt)
			}
		}
	}
}

// trafficLag is how far the switch's time of a message may be from the phone's: both
// are on one machine, which is busy.
const trafficLag = 2 * time.Second

func openOffer(r store.Record) bool {
	for _, o := range r.Offers {
		if o.EndedAt == nil {
			return true
		}
	}
	return false
}

func openLeg(r store.Record) bool {
	for _, l := range r.Legs {
		if l.EndedAt == nil {
			return true
		}
	}
	return false
}

func openWait(r store.Record) bool {
	for _, q := range r.QueueEntries {
		if q.LeftAt == nil {
			return true
		}
	}
	return false
}

func openHold(r store.Record) bool {
	for _, h := range r.Holds {
		if h.EndedAt == nil {
			return true
		}
	}
	return false
}

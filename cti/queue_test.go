package cti

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sansheng/cti/place"
	"sansheng/pbx"
)

// desk is a hotline with one greeted line and agents whose phones are registered.
type desk struct {
	t    *testing.T
	h    *Hotline
	plan *Plan
	now  time.Time
	// last are the facts of the last input, all those of all; facts takes each.
	last, all []Fact
	facts     func(Fact)
	// lamps are as they were ordered.
	lamps map[pbx.LampID]pbx.LampState
}

// newDesk has queue "service" as change wants it, and an overflow queue "second"
// served by agent 1009.
func newDesk(t *testing.T, change func(p *Plan, q *Queue)) *desk {
	t.Helper()
	p := &Plan{
		Companies: []Company{{ID: "demo", Country: "cn", Language: "zh"}},
		Lines: []Line{
			{DID: "800100", Company: "demo", Mode: Greeted, Queue: "service", Greeting: "greeting-demo"},
			{DID: "800119", Company: "demo", Mode: Direct, Queue: "second", Emergency: true},
		},
		Queues: []Queue{
			{ID: "service", Company: "demo", Members: numbers(1001, 1003)},
			{ID: "second", Company: "demo", Members: numbers(1009, 1009)},
		},
	}
	for _, id := range append(numbers(1001, 1004), "1009") {
		p.Agents = append(p.Agents, Agent{ID: id, Company: "demo", AutoReady: true})
	}
	change(p, &p.Queues[0])
	if err := p.Check(); err != nil {
		t.Fatal(err)
	}
	d := &desk{t: t, h: NewHotline("e1", p), plan: p, now: epoch, lamps: map[pbx.LampID]pbx.LampState{}}
	d.do(pbx.LinkUp{At: pbx.At(epoch), Snapshot: pbx.Snapshot{At: epoch, StartedAt: epoch}})
	return d
}

func (d *desk) do(in Input) Outcome {
	d.t.Helper()
	d.now = d.now.Add(time.Second)
	out := d.h.Handle(d.now, in)
	d.last, d.all = out.Facts, append(d.all, out.Facts...)
	for _, f := range out.Facts {
		if d.facts != nil {
			d.facts(f)
		}
	}
	for _, l := range commandsOf[pbx.Light](out) {
		d.lamps[l.Lamp] = l.Shows
	}
	return out
}

func (d *desk) register(agents ...AgentID) {
	for _, a := range agents {
		d.do(pbx.EndpointChanged{At: pbx.At(d.now), Endpoint: pbx.EndpointID("PJSIP/" + string(a)), Reachable: true})
	}
}

// arrive brings a caller and tells who is asked for him.
func (d *desk) arrive(call, did, from string) AgentID {
	at := pbx.At(d.now.Add(time.Second))
	return asked(d.do(pbx.ChannelEntered{At: at, Channel: pbx.Channel{
		ID: pbx.ChannelID(call), CreatedAt: at.Time(), InApp: true, Caller: pbx.Party{Number: from}, Args: []string{"inbound", did, call},
	}}))
}

func asked(out Outcome) AgentID {
	for _, c := range commandsOf[pbx.Create](out) {
		return AgentID(c.Args[2])
	}
	return ""
}

// serve lets the one who is asked for a call answer and hang up; it tells who is
// asked for the next caller.
func (d *desk) serve(call string, offer int) AgentID {
	ch := pbx.ChannelID(fmt.Sprintf("%s-agent%d", call, offer))
	d.do(pbx.PlaybackFinished{At: pbx.At(d.now), Channel: pbx.ChannelID(call), Playback: pbx.PlaybackID(call + "-greeting")})
	d.do(pbx.ChannelAnswered{At: pbx.At(d.now), Channel: ch})
	d.bridged(fmt.Sprintf("%s-talk%d", call, offer), call, string(ch))
	next := asked(d.do(pbx.ChannelGone{At: pbx.At(d.now), Channel: ch, Cause: pbx.CauseNormal}))
	d.do(pbx.ChannelGone{At: pbx.At(d.now), Channel: pbx.ChannelID(call), Cause: pbx.CauseNormal})
	return next
}

// row is who is asked for callers who come one after the other, each served at once.
func (d *desk) row(n int) string {
	var got []string
	for i := range n {
		call := fmt.Sprintf("r%d", i)
		got = append(got, string(d.arrive(call, "800100", fmt.Sprint(100+i))))
		d.serve(call, 1)
	}
	return strings.Join(got, " ")
}

func TestStrategies(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(p *Plan, q *Queue)
		want   string
	}{
		"longest idle": {func(_ *Plan, _ *Queue) {}, "1003 1001 1002 1003"},
		"round robin":  {func(_ *Plan, q *Queue) { q.Strategy = RoundRobin }, "1001 1002 1003 1001"},
		"least calls":  {func(_ *Plan, q *Queue) { q.Strategy = LeastCalls }, "1003 1001 1002 1003"},
		"skill": {func(p *Plan, q *Queue) {
			q.Members, q.Skill, q.Level = nil, "gas", 3
			for i, level := range []int{3, 9, 2, 5} {
				p.Agents[i].Skills = map[string]int{"gas": level}
			}
		}, "1002 1002 1002 1002"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, c.change)
			d.register("1003", "1001", "1002", "1004")
			if got := d.row(4); got != c.want {
				t.Errorf("asked %s, want %s", got, c.want)
			}
		})
	}
}

// TestLeastCalls: who has answered fewer is asked, though he became free later.
func TestLeastCalls(t *testing.T) {
	t.Parallel()
	d := newDesk(t, func(_ *Plan, q *Queue) { q.Strategy = LeastCalls })
	d.register("1001")
	d.row(2)
	d.register("1002")
	for i, want := range []AgentID{"1002", "1002", "1001"} {
		call := fmt.Sprint("c", i)
		if got := d.arrive(call, "800100", "5"); got != want {
			t.Errorf("caller %d: asked %s, want %s", i, got, want)
		}
		d.serve(call, 1)
	}
}

// TestLastAgent: a caller who comes again is given to whom he spoke to.
func TestLastAgent(t *testing.T) {
	t.Parallel()
	d := newDesk(t, func(_ *Plan, q *Queue) { q.LastAgent = true })
	d.register("1001", "1002")
	if got := d.arrive("c1", "800100", "138"); got != "1001" {
		t.Fatalf("asked %s", got)
	}
	d.serve("c1", 1)
	if got := d.arrive("c2", "800100", "138"); got != "1001" {
		t.Errorf("the caller's last agent is not asked: %s", got)
	}
	if got := d.arrive("c3", "800100", "138"); got != "1002" {
		t.Errorf("a busy agent is waited for: %q", got)
	}
}

// TestOrderOfCallers: an emergency first, whatever has been waited; then VIPs; who has
// waited long enough is before those of a higher priority.
func TestOrderOfCallers(t *testing.T) {
	t.Parallel()
	d := newDesk(t, func(p *Plan, q *Queue) {
		p.Companies[0].VIPs = []string{"888"}
		p.Queues[1].Members = numbers(1001, 1001)
		q.Members, q.Ageing = numbers(1001, 1001), Span(10*time.Second)
	})
	d.arrive("old", "800100", "1")
	d.now = d.now.Add(200 * time.Second) // worth more than a VIP
	d.arrive("plain", "800100", "2")
	d.arrive("vip", "800100", "888")
	d.arrive("gas", "800119", "3")
	d.now = d.now.Add(-time.Second)
	d.register("1001")
	var got []CallID
	for _, c := range d.h.waiting(d.now) {
		got = append(got, c.ID)
	}
	if o := d.h.calls["gas"]; o.Offer == nil {
		t.Error("the emergency caller is not served first")
	}
	if want := []CallID{"old", "vip", "plain"}; !slices.Equal(got, want) {
		t.Errorf("order %v, want %v", got, want)
	}
}

// TestOverflow: who waits too long, or finds too many, goes to the other queue and
// keeps his place.
func TestOverflow(t *testing.T) {
	t.Parallel()
	d := newDesk(t, func(_ *Plan, q *Queue) {
		q.OverflowTo, q.OverflowAfter, q.OverflowLength = "second", Span(30*time.Second), 2
	})
	for i := range 3 {
		d.arrive(fmt.Sprint("c", i), "800100", fmt.Sprint(i))
	}
	in := func(call CallID) QueueID { return d.h.calls[call].Queue }
	if in("c0") != "service" || in("c1") != "service" || in("c2") != "second" {
		t.Errorf("queues after arrival: %s %s %s", in("c0"), in("c1"), in("c2"))
	}
	d.now = d.now.Add(30 * time.Second)
	d.do(Tick{})
	if in("c0") != "second" || in("c1") != "second" {
		t.Errorf("queues after 30 s: %s %s", in("c0"), in("c1"))
	}
	d.register("1009")
	if c := d.h.calls["c0"]; c.Offer == nil || c.Offer.Agent != "1009" {
		t.Errorf("the first to come is not the first to be served: %+v", c.Offer)
	}
}

// TestMaxWaitWhileRinging: who has waited long enough is not taken from a phone that rings for
// him; where nobody answers it he is, and from one that rings on and on.
func TestMaxWaitWhileRinging(t *testing.T) {
	t.Parallel()
	d := newDesk(t, func(_ *Plan, q *Queue) { q.MaxWait = Span(time.Minute) })
	d.arrive("c1", "800100", "1")
	c := d.h.calls["c1"]
	d.now = c.EnteredAt.Add(55 * time.Second)
	d.register("1001")
	if c.Offer == nil {
		t.Fatal("no phone rings for him")
	}
	d.do(pbx.ChannelAlerting{At: pbx.At(d.now), Channel: "c1-agent1", Endpoint: "PJSIP/1001"})
	for d.now.Before(c.EnteredAt.Add(65 * time.Second)) {
		d.do(Tick{})
		if c.State != CallWaiting || c.Offer == nil {
			t.Fatalf("after %s he is %s, rung for by %+v", d.now.Sub(c.EnteredAt), c.State, c.Offer)
		}
	}
	q, over := d.h.queues["service"], c.EnteredAt.Add(time.Minute+ringsOut)
	if q.waited(over.Add(-time.Second), c) || !q.waited(over, c) {
		t.Errorf("a phone that rings on keeps him other than until %s", over)
	}
	d.gone("c1-agent1", pbx.CauseBusy)
	d.do(Tick{})
	if c.State != CallNative || c.FellBy != FellByLimit {
		t.Errorf("then he is %s, %s", c.State, c.FellBy)
	}
}

// TestRefusedCaller: a number the operator refuses hears it at once, is on record, and
// reaches the emergency line all the same.
func TestRefusedCaller(t *testing.T) {
	t.Parallel()
	d := newDesk(t, func(p *Plan, _ *Queue) { p.Companies[0].Refused = []string{"666"} })
	d.register("1001", "1009")
	at := pbx.At(d.now)
	out := d.do(pbx.ChannelEntered{At: at, Channel: pbx.Channel{ID: "c1", CreatedAt: d.now, Caller: pbx.Party{Number: "666"}, Args: []string{"inbound", "800100", "c1"}}})
	if h := commandsOf[pbx.Hangup](out); len(h) != 1 || h[0].Cause != pbx.CauseRejected || len(commandsOf[pbx.Answer](out)) > 0 || asked(out) != "" {
		t.Errorf("he is not refused: %+v", out.Commands)
	}
	out = d.do(pbx.ChannelGone{At: pbx.At(d.now), Channel: "c1", Cause: pbx.CauseRejected})
	var ended *Ended
	for _, f := range out.Facts {
		if e, ok := f.Data.(*Ended); ok {
			ended = e
		}
	}
	if ended == nil || ended.By != RoleSystem || ended.Abandoned || ended.Disposition != DispositionFailed {
		t.Errorf("his record ends with %+v", ended)
	}
	if got := d.arrive("c2", "800119", "666"); got != "1009" {
		t.Errorf("he does not reach the emergency line: %q", got)
	}
}

// TestTold: a waiting caller is told his place now and then, never while a phone
// rings for him, and an answer breaks it off.
func TestTold(t *testing.T) {
	t.Parallel()
	d := newDesk(t, func(_ *Plan, q *Queue) { q.Tell = Span(20 * time.Second) })
	for i := range 2 {
		call := fmt.Sprint("c", i)
		d.arrive(call, "800100", fmt.Sprint(i))
		d.do(pbx.PlaybackFinished{At: pbx.At(d.now), Channel: pbx.ChannelID(call), Playback: pbx.PlaybackID(call + "-greeting")})
	}
	told := map[pbx.ChannelID]string{}
	tick := func() {
		for _, p := range commandsOf[pbx.Play](d.do(Tick{})) {
			told[p.Channel] = strings.Join(p.Media, " ")
		}
	}
	d.now = d.now.Add(20 * time.Second)
	tick()
	tick()
	if told["c0"] != "sound:place-is sound:digits/1 sound:place-end" || told["c1"] != "sound:place-is sound:digits/2 sound:place-end" {
		t.Fatalf("told %q", told)
	}
	clear(told)
	d.now = d.now.Add(5 * time.Second)
	tick()
	if len(told) > 0 {
		t.Errorf("told again after 5 s: %q", told)
	}
	d.now = d.now.Add(20 * time.Second)
	d.register("1001") // rings for c0
	tick()
	tick()
	if told["c0"] != "" || told["c1"] == "" {
		t.Errorf("told %q while a phone rings for c0", told)
	}
}

// TestWaitIs: the wait is told in steps, and not at all where nobody knows.
func TestWaitIs(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		0: "", 20 * time.Second: "wait-1", 2 * time.Minute: "wait-3", 4 * time.Minute: "wait-5", 9 * time.Minute: "wait-10", time.Hour: "wait-long",
	} {
		if got := strings.Join(waitIs(d), " "); got != want {
			t.Errorf("%v is told as %q, want %q", d, got, want)
		}
	}
}

// TestQueueCheck: what cannot be meant is refused with its place and what is allowed.
func TestQueueCheck(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(p *Plan){
		`queues[0].strategy: "random"`:                          func(p *Plan) { p.Queues[0].Strategy = "random" },
		"queues[0].level: 0 is not allowed: 1 to 10":            func(p *Plan) { p.Queues[0].Skill = "gas" },
		"queues[1].max_wait: 10ms is not allowed: 1m0s or more": func(p *Plan) { p.Queues[1].MaxWait = Span(10 * time.Millisecond) },
		"queues[1].max_wait: -1m0s is not allowed":              func(p *Plan) { p.Queues[1].MaxWait = Span(-time.Minute) },
		"agents[0].skills.gas: 11":                              func(p *Plan) { p.Agents[0].Skills = map[string]int{"gas": 11} },
		"queues[0].overflow_to: it takes nobody":                func(p *Plan) { p.Queues[0].OverflowTo = "repair" },
		`companies[0].vips[0]: "1;2"`:                           func(p *Plan) { p.Companies[0].VIPs = []string{"1;2"} },
		"callers would go in a circle: [service repair service]": func(p *Plan) {
			p.Queues[0].OverflowTo, p.Queues[0].OverflowLength = "repair", 1
			p.Queues[2].OverflowTo, p.Queues[2].OverflowLength = "service", 1
		},
	} {
		p := DemoPlan(0)
		change(p)
		err := p.Check()
		var fault *place.Error
		if !errors.As(err, &fault) || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// TestHoldReminder: an agent who leaves his caller on hold hears a beep each minute
// until he takes him back.
func TestHoldReminder(t *testing.T) {
	t.Parallel()
	d := newDesk(t, func(_ *Plan, q *Queue) { q.HoldLimit = Span(time.Minute) })
	d.register("1001")
	d.arrive("c1", "800100", "1")
	d.do(pbx.PlaybackFinished{At: pbx.At(d.now), Channel: "c1", Playback: "c1-greeting"})
	d.do(pbx.ChannelAnswered{At: pbx.At(d.now), Channel: "c1-agent1"})
	for _, ch := range []pbx.ChannelID{"c1", "c1-agent1"} {
		d.do(pbx.BridgeEntered{At: pbx.At(d.now), Bridge: "c1-talk1", Channel: ch})
	}
	beeps := func(wait time.Duration) int {
		n := 0
		for range int(wait / time.Second) {
			for _, p := range commandsOf[pbx.Play](d.do(Tick{})) {
				if p.Channel == "c1-agent1" {
					n++
				}
			}
		}
		return n
	}
	d.do(Order{Agent: "1001", Verb: OrderHold})
	if n := beeps(58 * time.Second); n != 0 {
		t.Errorf("%d beeps before the minute is over", n)
	}
	if n := beeps(120 * time.Second); n != 2 {
		t.Errorf("%d beeps in two minutes, want 2", n)
	}
	d.do(Order{Agent: "1001", Verb: OrderUnhold})
	if n := beeps(120 * time.Second); n != 0 {
		t.Errorf("%d beeps after the hold", n)
	}
}

package cti

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sansheng/cti/flow"
	"sansheng/cti/hours"
	"sansheng/pbx"
)

// ride is a caller in a flow of its own plan.
type ride struct {
	t    *testing.T
	h    *Hotline
	at   time.Time
	out  Outcome
	seen []Fact
	said []pbx.Play
	asks []Ask
}

func rideOn(t *testing.T, number string, nodes ...flow.Node) *ride {
	t.Helper()
	p := DemoPlan(0)
	p.Companies[1].VIPs = []string{"13900000009"}
	p.Companies[1].Lookups = []Lookup{{ID: "crm", URL: "http://crm.example/callers", Results: []string{"debtor", "known"}}}
	p.Contacts = []Contact{{ID: "water", Company: "demo2", Number: "02188880000"}}
	p.Flows[0].Start, p.Flows[0].Nodes = nodes[0].ID, nodes
	if err := p.Check(); err != nil {
		t.Fatal(err)
	}
	r := &ride{t: t, h: NewHotline("e1", p), at: epoch}
	r.feed("0s up PJSIP/1001:on")
	r.feed("1s arrives c1 800200 " + number)
	return r
}

func (r *ride) feed(line string) {
	r.t.Helper()
	at, in := parseInput(r.t, line)
	r.handle(at, in)
}

func (r *ride) handle(at time.Time, in Input) {
	r.at, r.out = at, r.h.Handle(at, in)
	r.seen, r.asks = append(r.seen, r.out.Facts...), append(r.asks, r.out.Asks...)
	for _, c := range r.out.Commands {
		if p, ok := c.(pbx.Play); ok {
			r.said = append(r.said, p)
		}
	}
}

// over ends what is played now.
func (r *ride) over(failed bool) {
	r.t.Helper()
	r.handle(r.at.Add(2*time.Second), pbx.PlaybackFinished{At: pbx.At(r.at.Add(2 * time.Second)), Playback: r.said[len(r.said)-1].Playback, Channel: "c1", Failed: failed})
}

func (r *ride) press(key string) {
	r.handle(r.at.Add(time.Second), pbx.DigitPressed{At: pbx.At(r.at.Add(time.Second)), Channel: "c1", Digit: key})
}

// way are the nodes he came to.
func (r *ride) way() string {
	var way []string
	for _, f := range r.seen {
		if d, ok := f.Data.(*SteppedData); ok {
			way = append(way, d.Node)
		}
	}
	return fmt.Sprint(way)
}

func (r *ride) wants(way string, last Kind) {
	r.t.Helper()
	if got := r.way(); got != way {
		r.t.Errorf("his way: %s, want %s", got, way)
	}
	if !slices.ContainsFunc(r.seen, func(f Fact) bool { return f.Kind == last }) {
		r.t.Errorf("no %s: %v", last, r.seen)
	}
}

func exits(pairs ...string) map[flow.Exit]string {
	m := map[flow.Exit]string{}
	for i := 0; i < len(pairs); i += 2 {
		m[flow.Exit(pairs[i])] = pairs[i+1]
	}
	return m
}

func TestFlowLanguageAndHangUp(t *testing.T) {
	r := rideOn(t, "13800138000",
		flow.Node{ID: "english", Kind: flow.Language, Language: "en", Exits: exits("next", "hello")},
		flow.Node{ID: "hello", Kind: flow.Menu, Say: []string{"greeting-demo2"}, Exits: exits("9", "bye")},
		flow.Node{ID: "bye", Kind: flow.HangUp, Say: []string{"goodbye"}})
	r.press("9")
	r.over(false)
	r.wants("[english hello bye]", CallHungUp)
	if len(r.said) != 2 || r.said[0].Language != "en_own_demo2" || r.said[1].Media[0] != "sound:goodbye" || !hungUp(r.out.Commands, "c1") {
		t.Errorf("he heard %+v; %v", r.said, r.out.Commands)
	}
}

func TestFlowKnowsVIPs(t *testing.T) {
	who := flow.Node{ID: "who", Kind: flow.Caller, Exits: exits("vip", "repair", "other", "people")}
	ends := []flow.Node{who, {ID: "repair", Kind: flow.Queue, To: "repair"}, {ID: "people", Kind: flow.Queue, To: "service"}}
	for number, way := range map[string]string{"13900000009": "[who repair]", "13800138000": "[who people]"} {
		rideOn(t, number, ends...).wants(way, CallQueued)
	}
}

// A call to a number outside is one that is passed on; meanwhile he waits for the person.
func TestFlowTransfer(t *testing.T) {
	r := rideOn(t, "13800138000", flow.Node{ID: "water", Kind: flow.Transfer, To: "water"})
	r.wants("[water]", TransferBegan)
	if !slices.ContainsFunc(r.seen, func(f Fact) bool {
		d, ok := f.Data.(*Offered)
		return ok && f.Agent == Outside && d.Number == "02188880000"
	}) {
		t.Errorf("nobody outside is dialled: %v", r.seen)
	}
}

func menuNode(pairs ...string) flow.Node {
	return flow.Node{ID: "menu", Kind: flow.Menu, Say: []string{"closed"}, Tries: 2, Wait: 3, Exits: exits(pairs...)}
}

// When people answer again is told on every day before, also of long holidays: further away
// than a week by its date.
func TestFlowOpens(t *testing.T) {
	shanghai := time.FixedZone("", 8*3600)
	for at, want := range map[time.Time]string{
		time.Date(2026, 9, 30, 8, 0, 0, 0, shanghai):   "opens-at today hour/9",
		time.Date(2026, 9, 30, 20, 0, 0, 0, shanghai):  "opens-at month/10 day/8 hour/9",
		time.Date(2026, 10, 1, 23, 59, 0, 0, shanghai): "opens-at month/10 day/8 hour/9",
		time.Date(2026, 10, 2, 0, 0, 0, 0, shanghai):   "opens-at weekday/thu hour/9",
		time.Date(2026, 10, 7, 10, 0, 0, 0, shanghai):  "opens-at tomorrow hour/9",
		time.Date(2026, 2, 14, 18, 0, 0, 0, shanghai):  "opens-at month/2 day/24 hour/9",
	} {
		h, id := NewHotline("e1", DemoPlan(0)), pbx.ChannelID("c1")
		h.Handle(at, pbx.LinkUp{At: pbx.At(at), Snapshot: pbx.Snapshot{At: at, StartedAt: at}})
		out := h.Handle(at, pbx.ChannelEntered{At: pbx.At(at), Channel: pbx.Channel{ID: id, CreatedAt: at, InApp: true, Args: []string{"inbound", "800200", "c1"}}})
		plays := commandsOf[pbx.Play](out)
		if len(plays) != 1 || !strings.Contains(strings.ReplaceAll(strings.Join(plays[0].Media, " "), "sound:", ""), "closed "+want+" emergency-number") {
			t.Errorf("at %s he hears %+v, want %s", at, plays, want)
		}
	}
}

// A menu is told as often as it says: to who presses what it does not have, and to who
// presses nothing.
func TestFlowMenuTries(t *testing.T) {
	mail := flow.Node{ID: "mail", Kind: flow.Voicemail}
	r := rideOn(t, "13800138000", menuNode("1", "menu", "wrong", "mail", "no_input", "mail"), mail)
	r.press("7")
	if len(r.said) != 2 {
		t.Fatalf("told %d times after a wrong key", len(r.said))
	}
	r.press("8")
	r.wants("[menu mail]", CallMailStepped)

	r = rideOn(t, "13800138000", menuNode("1", "menu", "no_input", "mail"), mail)
	for range 2 {
		r.over(false)
		r.handle(r.at.Add(2900*time.Millisecond), Tick{})
		if n := len(r.seen); r.seen[n-1].Kind == CallFellBack {
			t.Fatal("his time is not over yet")
		}
		r.handle(r.at.Add(200*time.Millisecond), Tick{})
	}
	r.wants("[menu mail]", CallMailStepped)
}

// Whom a prompt fails, and who goes round and round, comes to a person.
func TestFlowAstray(t *testing.T) {
	mail := flow.Node{ID: "mail", Kind: flow.Voicemail}
	r := rideOn(t, "13800138000", menuNode("1", "menu", "no_input", "mail"), mail)
	r.over(true)
	r.wants("[menu ]", CallQueued)

	r = rideOn(t, "13800138000", menuNode("1", "menu", "no_input", "mail"), mail)
	for range 2 * flow.StepsMost {
		r.press("1")
	}
	if n := len(r.seen); r.h.calls["c1"].State != CallWaiting || r.h.calls["c1"].Queue != "service" {
		t.Errorf("after %d facts he is %s", n, r.h.calls["c1"].State)
	}
}

// He is leased all the time, however long the prompts are.
func TestFlowLeases(t *testing.T) {
	r := rideOn(t, "13800138000", menuNode("1", "mail", "no_input", "mail"), flow.Node{ID: "mail", Kind: flow.Voicemail})
	leased := r.at
	for range 20 {
		r.handle(r.at.Add(time.Second), Tick{})
		if slices.ContainsFunc(r.out.Commands, func(c pbx.Command) bool { _, ok := c.(pbx.Lease); return ok }) {
			leased = r.at
		}
		if r.at.Sub(leased) > leaseRenewal {
			t.Fatalf("no lease for %v", r.at.Sub(leased))
		}
	}
}

// He is greeted by the time of day of his line's company, whatever the switch's zone.
func TestFlowGreetsByTime(t *testing.T) {
	greet := func(from, to hours.Clock) []flow.Node {
		return []flow.Node{
			{
				ID: "greet", Kind: flow.Say, Say: []string{"closed"}, Exits: exits("next", "people"),
				Times: []flow.Times{{From: from, To: to, Say: []string{"greeting-demo2"}}},
			},
			{ID: "people", Kind: flow.Queue, To: "service"},
		}
	}
	// epoch is 17:00 in Shanghai.
	for _, c := range []struct {
		from, to hours.Clock
		says     string
	}{{16 * 60, 17*60 + 1, "sound:greeting-demo2"}, {16 * 60, 17 * 60, "sound:closed"}, {17 * 60, 9 * 60, "sound:greeting-demo2"}, {9 * 60, 10 * 60, "sound:closed"}} {
		r := rideOn(t, "13800138000", greet(c.from, c.to)...)
		if len(r.said) != 1 || !slices.Equal(r.said[0].Media, []string{c.says}) {
			t.Errorf("%s to %s: he heard %+v, want %s", c.from, c.to, r.said, c.says)
		}
		r.over(false)
		r.wants("[greet people]", CallQueued)
	}
	p := DemoPlan(0)
	p.Companies[1].Country, p.Flows[0].Start, p.Flows[0].Nodes = "us", "greet", greet(0, 60)
	if err := p.Check(); err == nil || !strings.Contains(err.Error(), "flows[0].nodes[0].times: company demo2 has no time zone") {
		t.Errorf("in a country of many zones: %v", err)
	}
	p.Companies[1].Zone = "America/Denver"
	if err := p.Check(); err != nil {
		t.Error(err)
	}
	p.Companies[1].Zone = "Mars"
	if err := p.Check(); err == nil || !strings.Contains(err.Error(), `companies[1].zone: "Mars" is no time zone`) {
		t.Errorf("a zone that is none: %v", err)
	}
}

// Who is passed on to a number outside by his flow, and not taken there, waits no longer than
// who came to the queue by another way.
func TestFlowTransferOverflows(t *testing.T) {
	p := DemoPlan(0)
	p.Contacts = []Contact{{ID: "water", Company: "demo2", Number: "02188880000"}}
	p.Queues[0].OverflowVoicemail, p.Queues[0].OverflowAfter = true, Span(30*time.Second)
	p.Flows[0].Start, p.Flows[0].Nodes = "water", []flow.Node{{ID: "water", Kind: flow.Transfer, To: "water"}}
	if err := p.Check(); err != nil {
		t.Fatal(err)
	}
	r := &ride{t: t, h: NewHotline("e1", p), at: epoch}
	r.feed("0s up")
	r.feed("1s arrives c1 800200 13800138000")
	r.feed("2s gone c1-agent1 17")
	r.feed("3s played c1-greeting c1")
	r.feed("30s tick")
	if c := r.h.calls["c1"]; c.State != CallWaiting || c.Transfer != nil {
		t.Fatalf("nobody outside has taken him, and he is %s", c.State)
	}
	r.feed("40s tick")
	r.wants("[water]", CallMailStepped)
}

// Who chooses the emergency line while a plan comes into force in which it has another number
// is an emergency caller of that one.
func TestFlowEmergencyLineRenamed(t *testing.T) {
	r := rideOn(t, "13800138000", menuNode("1", "gas", "no_input", "people"),
		flow.Node{ID: "gas", Kind: flow.Emergency, To: "800119"}, flow.Node{ID: "people", Kind: flow.Queue, To: "service"})
	p := DemoPlan(0)
	p.Lines[2].DID, p.Flows[0].Nodes[3].To = "800120", "800120"
	r.handle(r.at.Add(time.Second), Publish{Plan: p, By: "3001"})
	if r.out.Refused != nil {
		t.Fatal(r.out.Refused)
	}
	r.press("1")
	if c := r.h.calls["c1"]; !c.Emergency || c.Queue != "emergency" {
		t.Errorf("emergency %t, he waits in %s", c.Emergency, c.Queue)
	}
	if vars := commandsOf[pbx.SetVars](r.out); len(vars) != 1 || vars[0].Vars["LINE_QUEUE"] != "emergency" {
		t.Errorf("the switch is told %+v", vars)
	}
}

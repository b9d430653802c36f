package cti

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"sansheng/pbx"
)

var rewrite = flag.Bool("rewrite", false, "write what happened into the transcripts; read the diff before you commit it")

var epoch = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// TestTranscripts plays each testdata/*.txt: a header in prose that says what
// must hold, then inputs ("> 1.5s alerting c1-agent1") each followed by the
// facts and commands it led to. After every input the facts alone, replayed,
// must give the same state.
func TestTranscripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no transcripts: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := play(t, string(want))
			if *rewrite {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != string(want) {
				t.Errorf("transcript differs; run with -rewrite and read the diff\n%s", firstDifference(string(want), got))
			}
		})
	}
}

func firstDifference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(w), len(g)) {
		if w[i] != g[i] {
			return fmt.Sprintf("line %d\nwant %s\ngot  %s", i+1, w[i], g[i])
		}
	}
	return fmt.Sprintf("want %d lines, got %d", len(w), len(g))
}

func play(t *testing.T, script string) string {
	t.Helper()
	var out strings.Builder
	plan := DemoPlan(0)
	plan.Contacts = []Contact{{ID: "water", Company: "demo", Number: "02188880000"}}
	for line := range strings.Lines(script) {
		if n, ok := strings.CutPrefix(line, "# ring_at_once: "); ok {
			plan.Queues[0].RingAtOnce, _ = strconv.Atoi(strings.TrimSpace(n))
		}
		if strings.HasPrefix(line, "# survey: two questions") {
			plan.Companies[0].Survey = twoQuestions()
		}
		if chain, ok := strings.CutPrefix(line, "# on_call: "); ok { // in order, or, ended by +, together
			chain, together := strings.CutSuffix(strings.TrimSpace(chain), " +")
			plan.Queues[1].OnCall = &OnCall{Chain: strings.Fields(chain), Together: together, After: Span(5 * time.Second)}
		}
	}
	h := NewHotline("e1", plan)
	var facts []Fact
	for line := range strings.Lines(script) {
		line = strings.TrimRight(line, "\n")
		switch {
		case strings.HasPrefix(line, "#"):
			out.WriteString(line + "\n")
		case strings.HasPrefix(line, "> "):
			out.WriteString("\n" + line + "\n")
			at, in := parseInput(t, line[2:])
			o := h.Handle(at, in)
			facts = append(facts, o.Facts...)
			for _, f := range o.Facts {
				out.WriteString("  " + factLine(f) + "\n")
			}
			for _, c := range o.Commands {
				out.WriteString("  → " + commandLine(c) + "\n")
			}
			if o.Refused != nil {
				out.WriteString("  refused: " + o.Refused.Error() + "\n")
			}
			compareReplay(t, line, h, plan, facts)
		}
	}
	return out.String()
}

func compareReplay(t *testing.T, line string, h *Hotline, plan *Plan, facts []Fact) {
	t.Helper()
	r := NewHotline("e1", plan)
	for _, f := range facts {
		b, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		var back Fact
		if err := json.Unmarshal(b, &back); err != nil {
			t.Fatal(err)
		}
		r.Apply(back)
	}
	if a, b := lasting(h), lasting(r); a != b {
		t.Fatalf("after %q the replayed facts give another state\nlive   %s\nreplay %s", line, a, b)
	}
}

// lasting is the state that facts must bring back: all but the volatile parts.
func lasting(h *Hotline) string {
	var b strings.Builder
	for _, a := range h.order {
		if a.gone() {
			continue
		}
		if a.Moved != nil {
			fmt.Fprintf(&b, "%s serves %v\n", a.ID, a.serves)
		}
		if a.State != LoggedOff || a.Reachable {
			fmt.Fprintf(&b, "%s %s %v %q %s %v %d %s %s\n", a.ID, a.State, a.Since.UTC(), a.Reason, a.Call, a.Reachable, a.Misses, a.Wanted, a.WantedReason)
		}
	}
	for i, c := range h.live {
		v := *c
		v.Order = uint64(i) // only the order itself matters
		v.volatileCall = volatileCall{}
		v.Offer, v.Transfer, v.Beside, v.PassedOn, v.Walk = nil, nil, nil, nil, nil
		v.ArrivedAt, v.QueuedAt, v.AnsweredAt, v.HungUpAt = v.ArrivedAt.UTC(), v.QueuedAt.UTC(), v.AnsweredAt.UTC(), v.HungUpAt.UTC()
		v.RingbackAt = v.RingbackAt.UTC()
		for a, at := range v.Tried {
			v.Tried[a] = at.UTC()
		}
		fmt.Fprintf(&b, "%+v %v %+v %+v %+v\n", v, h.channels(c), c.Offer, c.Transfer, c.PassedOn)
		if w := c.Walk; w != nil {
			fmt.Fprintf(&b, "in %s at %s, step %d, %s\n", w.flow.ID, w.node.ID, w.steps, w.calendar)
		}
		for _, o := range c.Beside {
			fmt.Fprintf(&b, "beside %+v\n", o)
		}
	}
	for _, cb := range h.callbacks {
		if s := cb.stand; cb.by != "" {
			fmt.Fprintf(&b, "%s promised %s %q by %s from %s, tried %d times, now %q\n", cb.by, s.ID, s.Caller.Number, cb.until.UTC(), cb.due.UTC(), cb.attempts, cb.attempt)
		}
	}
	for _, what := range slices.Sorted(maps.Keys(h.closures)) {
		c := h.closures[what]
		fmt.Fprintf(&b, "closed %s until %s by %s: %s\n", what, c.Until.UTC(), c.By, c.Reason)
	}
	for _, v := range slices.Concat(h.versions, h.planned) {
		fmt.Fprintf(&b, "version %d of %s at %s, due %s, by %s: %s\n", v.Version, v.Hash, v.at.UTC(), v.Due.UTC(), v.By, v.Note)
	}
	for _, o := range h.recalls.order {
		fmt.Fprintf(&b, "%s called %s last at %s\n", o.number, o.company, h.recalls.at[o].UTC())
	}
	fmt.Fprintf(&b, "%d ", h.numbered)
	fmt.Fprintf(&b, "%d %v", h.seq, h.switchStarted.UTC())
	return b.String()
}

func factLine(f Fact) string {
	b, _ := json.Marshal(f.Data)
	who := string(f.Call)
	if f.Agent != "" {
		who = strings.TrimSpace(who + " " + string(f.Agent))
	}
	return fmt.Sprintf("%-7s %-18s %-8s %s", f.At.Sub(epoch), f.Kind, who, b)
}

func commandLine(c pbx.Command) string {
	b, _ := json.Marshal(c)
	return fmt.Sprintf("%-12s %s", reflect.TypeOf(c).Name(), b)
}

// parseInput reads "1.5s verb args".
func parseInput(t *testing.T, line string) (time.Time, Input) {
	t.Helper()
	w := strings.Fields(line)
	d, err := time.ParseDuration(w[0])
	if err != nil || len(w) < 2 {
		t.Fatalf("input %q: %v", line, err)
	}
	now := epoch.Add(d)
	at := pbx.At(now)
	arg := func(i int) string {
		if i+2 < len(w) {
			return w[i+2]
		}
		return ""
	}
	number := func(s string) int { n, _ := strconv.Atoi(s); return n }
	switch w[1] {
	case "tick":
		return now, Tick{}
	case "started":
		return now, Started{}
	case "registered", "unregistered":
		return now, pbx.EndpointChanged{At: at, Endpoint: pbx.EndpointID("PJSIP/" + arg(0)), Reachable: w[1] == "registered"}
	case "arrives": // call did number
		return now, pbx.ChannelEntered{At: at, Channel: pbx.Channel{
			ID: pbx.ChannelID(arg(0)), State: pbx.ChannelRing, Caller: pbx.Party{Number: arg(2)},
			CreatedAt: now.Add(-5 * time.Millisecond), InApp: true, Args: []string{"inbound", arg(1), arg(0)},
		}}
	case "dials": // agent code
		return now, pbx.ChannelEntered{At: at, Channel: pbx.Channel{
			ID: "phone", InApp: true, Args: []string{"agent", arg(1), arg(0)},
		}}
	case "alerting":
		return now, pbx.ChannelAlerting{At: at, Channel: pbx.ChannelID(arg(0))}
	case "answered":
		return now, pbx.ChannelAnswered{At: at, Channel: pbx.ChannelID(arg(0))}
	case "hangup":
		return now, pbx.HangupRequested{At: at, Channel: pbx.ChannelID(arg(0)), Cause: pbx.CauseNormal}
	case "gone": // channel cause sip
		return now, pbx.ChannelGone{At: at, Channel: pbx.ChannelID(arg(0)), Cause: pbx.Cause(number(arg(1))), TechCause: number(arg(2))}
	case "enters": // channel args
		return now, pbx.ChannelEntered{At: at, Channel: pbx.Channel{ID: pbx.ChannelID(arg(0)), Args: strings.Split(arg(1), ",")}}
	case "left":
		return now, pbx.ChannelLeft{At: at, Channel: pbx.ChannelID(arg(0))}
	case "bridged":
		return now, pbx.BridgeEntered{At: at, Bridge: pbx.BridgeID(arg(0)), Channel: pbx.ChannelID(arg(1))}
	case "played":
		return now, pbx.PlaybackFinished{At: at, Playback: pbx.PlaybackID(arg(0)), Channel: pbx.ChannelID(arg(1)), Failed: arg(2) == "failed"}
	case "undialled":
		return now, pbx.CommandFailed{At: at, Command: pbx.Create{Channel: pbx.ChannelID(arg(0))}, Err: pbx.ErrUnreachable}
	case "stepped":
		by, err := time.ParseDuration(arg(0))
		if err != nil {
			t.Fatalf("input %q: %v", line, err)
		}
		return now, pbx.ClockStepped{At: at, By: by}
	case "lost":
		return now, pbx.LinkLost{At: at, Err: errors.New("connection reset")}
	case "silent": // for how long
		long, err := time.ParseDuration(arg(0))
		if err != nil {
			t.Fatalf("input %q: %v", line, err)
		}
		return now, pbx.LinkLost{At: at, HeardAt: now.Add(-long), Err: errors.New("fence not back in time")}
	case "up", "restarted": // channel[:state[:app]]…
		return now, pbx.LinkUp{At: at, Snapshot: snapshot(now, w[1] == "restarted", w[2:])}
	case "ready", "paused":
		s := map[string]AgentState{"ready": Ready, "paused": Paused}[w[1]]
		return now, SetState{Agent: AgentID(arg(0)), State: s, Reason: "asked"}
	case "order": // agent verb to due
		o := Order{Agent: AgentID(arg(0)), Verb: Verb(arg(1)), To: strings.TrimPrefix(arg(2), "-"), Reason: "asked", Consent: true}
		if within, err := time.ParseDuration(arg(3)); err == nil {
			o.Due = now.Add(within)
		}
		return now, o
	case "owes": // call number: he has said that his emergency is not solved
		return now, OweEmergency{
			Company: "demo", Call: CallID(arg(0)), Number: arg(1), For: "follow_up:" + arg(0), Reason: ReasonUnsolved,
			Sheet: Sheet{{Name: "ticket", Value: "t1"}},
		}
	case "closes": // what for how long, or no more
		long, err := time.ParseDuration(arg(1))
		if err != nil {
			t.Fatalf("input %q: %v", line, err)
		}
		return now, CloseHours{What: arg(0), Until: now.Add(long), By: "3001", Reason: "burst pipe"}
	case "opens":
		return now, CloseHours{What: arg(0), By: "3001"}
	case "pressed": // channel digit
		return now, pbx.DigitPressed{At: at, Channel: pbx.ChannelID(arg(0)), Digit: arg(1)}
	case "unseen": // call did number
		return now, Unseen{Call: CallID(arg(0)), DID: arg(1), Caller: pbx.Party{Number: arg(2)},
			Channel: pbx.ChannelID(arg(0)), At: now.Add(-time.Minute), FellBackAt: now.Add(-time.Minute),
			EndedAt: now.Add(-20 * time.Second), Cause: pbx.CauseNormal}
	}
	t.Fatalf("unknown verb in %q", line)
	return now, nil
}

func snapshot(now time.Time, restarted bool, channels []string) pbx.Snapshot {
	s := pbx.Snapshot{At: now, StartedAt: epoch.Add(-time.Hour)}
	if restarted {
		s.StartedAt = now.Add(-time.Second)
	}
	for _, e := range channels {
		f := append(strings.Split(e, ":"), "Up", "app")
		if strings.HasPrefix(f[0], "PJSIP/") {
			s.Endpoints = append(s.Endpoints, pbx.Endpoint{ID: pbx.EndpointID(f[0]), Reachable: f[1] != "off"})
			continue
		}
		if b, members, ok := strings.Cut(f[0], "="); ok {
			br := pbx.Bridge{ID: pbx.BridgeID(b), Vars: map[string]string{"call": strings.Split(b, "-")[0]}}
			for _, m := range strings.Split(members, "+") {
				br.Channels = append(br.Channels, pbx.ChannelID(m))
			}
			s.Bridges = append(s.Bridges, br)
			continue
		}
		ch := pbx.Channel{ID: pbx.ChannelID(f[0]), State: pbx.ChannelState(f[1]), InApp: f[2] == "app"}
		if parts := strings.Split(e, ":"); len(parts) > 3 { // what brought it: inbound,did or agent,number
			what, of, _ := strings.Cut(parts[3], ",")
			ch.CreatedAt = now.Add(-time.Minute).Add(time.Duration(len(s.Channels)) * time.Second)
			switch what {
			case "inbound":
				ch.Args = []string{what, of, f[0]}
			case messageContext:
				ch.Args = strings.Split(parts[3], ",")
			default:
				ch.Vars = map[string]string{"role": what, "agent": of}
			}
		}
		s.Channels = append(s.Channels, ch)
	}
	return s
}

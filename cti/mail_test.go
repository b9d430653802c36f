package cti

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sansheng/cti/flow"
	"sansheng/pbx"
)

// mailRide is a caller at the voicemail's greeting.
func mailRide(t *testing.T, number string) *ride {
	t.Helper()
	return rideOn(t, number, flow.Node{ID: "message", Kind: flow.Voicemail})
}

// records ends a recording, so long and so.
func (r *ride) records(ms int, end string) {
	r.t.Helper()
	take := r.h.calls["c1"].Mail.Take
	r.at = r.at.Add(time.Duration(ms) * time.Millisecond)
	r.handle(r.at, pbx.ChannelEntered{At: pbx.At(r.at), Channel: pbx.Channel{
		ID: "c1", InApp: true, Args: []string{"message", "c1", fmt.Sprint(take), end, fmt.Sprint(ms)},
	}})
}

// steps are those he came to.
func (r *ride) steps() string {
	var steps []MailStep
	for _, f := range r.seen {
		if d, ok := f.Data.(*MailSteppedData); ok {
			steps = append(steps, d.Step)
		}
	}
	return fmt.Sprint(steps)
}

// left is the message that he has left; nil where he has left none, and an error where there are more.
func (r *ride) left() *MessageLeftData {
	r.t.Helper()
	var left *MessageLeftData
	for _, f := range r.seen {
		if d, ok := f.Data.(*MessageLeftData); ok {
			if left != nil {
				r.t.Error("left twice")
			}
			left = d
		}
	}
	return left
}

func (r *ride) wait(d time.Duration) { r.handle(r.at.Add(d), Tick{}) }

func (r *ride) hangUp() {
	r.handle(r.at, pbx.ChannelGone{At: pbx.At(r.at), Channel: "c1", Cause: pbx.CauseNormal})
}

// TestMailWhole: he hears it, records it anew, and confirms his number.
func TestMailWhole(t *testing.T) {
	r := mailRide(t, "13800138000")
	r.over(false)
	r.records(12000, "SILENCE")
	r.press("2")
	if p := r.said[len(r.said)-1]; p.Media[0] != "recording:c1/voicemail-c1-1" {
		t.Errorf("he hears %v", p.Media)
	}
	r.over(false)
	r.press("3")
	r.records(5000, "DTMF")
	if drops := commandsOf[pbx.DropRecording](r.out); len(drops) != 1 || drops[0].Recording != "c1/voicemail-c1-1" {
		t.Errorf("dropped: %v", drops)
	}
	r.press("1")
	if p := r.said[len(r.said)-1]; len(p.Media) != 2+11 || p.Media[1] != "sound:digits/1" {
		t.Errorf("said back: %v", p.Media)
	}
	r.press("1")
	if d := r.left(); d == nil || d.Recording != "c1/voicemail-c1-2" || d.LengthMs != 5000 || d.Number != "13800138000" || d.Box != "service" {
		t.Errorf("left %+v", d)
	}
	r.over(false)
	if !hungUp(r.out.Commands, "c1") {
		t.Errorf("he is not let go: %v", r.out.Commands)
	}
	r.hangUp()
	if want := "[greeting recording menu listening menu recording menu number farewell]"; r.steps() != want {
		t.Errorf("steps %s", r.steps())
	}
	i := slices.IndexFunc(r.seen, func(f Fact) bool { return f.Kind == CallEnded })
	if d := r.seen[i].Data.(*Ended); d.Abandoned || d.Disposition != DispositionNoAnswer {
		t.Errorf("ended %+v", d)
	}
}

// TestMailNoMusic: music that was refused while he waited is not begun once he leaves a message.
func TestMailNoMusic(t *testing.T) {
	t.Parallel()
	r := mailRide(t, "13800138000")
	r.handle(r.at, pbx.CommandFailed{At: pbx.At(r.at), Command: pbx.StartMusic{Channel: "c1"}, Err: errors.New("status 500")})
	r.wait(retryDelay)
	if music := commandsOf[pbx.StartMusic](r.out); len(music) > 0 {
		t.Errorf("at the voicemail's greeting: %+v", music)
	}
}

// TestMailHangUp: whoever hangs up leaves what he has said, wherever he is.
func TestMailHangUp(t *testing.T) {
	second := func(r *ride) { r.press("3"); r.wait(400 * time.Millisecond) }
	for name, tt := range map[string]struct {
		until func(*ride)
		want  string // the recording
	}{
		"at the greeting":              {func(*ride) {}, ""},
		"after a word":                 {func(r *ride) { r.over(false); r.wait(time.Second) }, ""},
		"while he speaks":              {func(r *ride) { r.over(false); r.wait(4 * time.Second) }, "c1/voicemail-c1-1"},
		"in the menu":                  {func(r *ride) { r.over(false); r.records(3000, "DTMF") }, "c1/voicemail-c1-1"},
		"while he listens":             {func(r *ride) { r.over(false); r.records(3000, "DTMF"); r.press("2") }, "c1/voicemail-c1-1"},
		"as he records anew":           {func(r *ride) { r.over(false); r.records(3000, "DTMF"); second(r) }, "c1/voicemail-c1-1"},
		"having recorded anew":         {func(r *ride) { r.over(false); r.records(3000, "DTMF"); second(r); r.wait(5 * time.Second) }, "c1/voicemail-c1-2"},
		"while his number is said":     {func(r *ride) { r.over(false); r.records(3000, "DTMF"); r.press("1") }, "c1/voicemail-c1-1"},
		"while he enters another":      {func(r *ride) { r.over(false); r.records(3000, "DTMF"); r.press("1"); r.press("2"); r.press("9") }, "c1/voicemail-c1-1"},
		"after the farewell has begun": {func(r *ride) { r.over(false); r.records(3000, "DTMF"); r.press("1"); r.press("1") }, "c1/voicemail-c1-1"},
	} {
		t.Run(name, func(t *testing.T) {
			r := mailRide(t, "13800138000")
			tt.until(r)
			r.hangUp()
			d := r.left()
			if tt.want == "" {
				i := slices.IndexFunc(r.seen, func(f Fact) bool { return f.Kind == CallEnded })
				if d != nil || !r.seen[i].Data.(*Ended).Abandoned {
					t.Errorf("left %+v; %+v", d, r.seen[i].Data)
				}
				return
			}
			if d == nil || d.Recording != tt.want || d.Number != "13800138000" {
				t.Errorf("left %+v", d)
			}
		})
	}
}

// TestMailNoInput: who presses nothing has left it, with the number he calls from; nowhere
// is he in silence for 5 s.
func TestMailNoInput(t *testing.T) {
	r := mailRide(t, "13800138000")
	r.over(false)
	r.records(7000, "SILENCE")
	for range 2 {
		r.over(false)
		before := len(r.said)
		r.wait(4900 * time.Millisecond)
		if len(r.said) == before {
			t.Fatal("nothing is said to him for 5 s")
		}
	}
	if d := r.left(); d == nil || d.Number != "13800138000" {
		t.Errorf("left %+v", d)
	}
}

// TestMailUnheard: who says nothing is asked once more, and then let go, without a message.
func TestMailUnheard(t *testing.T) {
	r := mailRide(t, "13800138000")
	r.over(false)
	r.records(4020, "SILENCE")
	r.over(false)
	r.records(4020, "SILENCE")
	r.over(false)
	if want := "[greeting recording unheard recording farewell]"; r.steps() != want || r.left() != nil || !hungUp(r.out.Commands, "c1") {
		t.Errorf("steps %s, left %+v, %v", r.steps(), r.left(), r.out.Commands)
	}
	if p := r.said[len(r.said)-1]; p.Media[0] != "sound:message-none" {
		t.Errorf("he is told %v", p.Media)
	}
}

// TestMailNumber: what a caller enters is called only if it is a number, none of ours, and
// one that the company's agents may dial.
func TestMailNumber(t *testing.T) {
	for entered, want := range map[string]string{
		"02155550001#": "02155550001", "021555*02155550002#": "02155550002", "110#": "", "1001#": "", "800119#": "", "00861234567#": "", "1234567890123456": "",
	} {
		t.Run(entered, func(t *testing.T) {
			r := mailRide(t, "13800138000")
			co := r.h.companies["demo2"]
			co.Outside = []DialRule{{Role: DialAgent, Prefixes: []string{"021", "1"}}}
			r.h.companies["demo2"] = co
			r.over(false)
			r.records(3000, "DTMF")
			r.press("1")
			r.press("2")
			for _, k := range entered {
				r.press(string(k))
			}
			if got := r.h.calls["c1"].Mail; want == "" && got.Step != MailEntering || want != "" && got.Asked != want {
				t.Fatalf("at %+v", got)
			}
			if want == "" {
				if p := r.said[len(r.said)-1]; p.Media[0] != "sound:number-wrong" {
					t.Errorf("he is told %v", p.Media)
				}
				return
			}
			r.press("1")
			if d := r.left(); d == nil || d.Number != want {
				t.Errorf("left %+v", d)
			}
		})
	}
	r := mailRide(t, "anonymous") // no number is known, and one that was not confirmed is better than none
	r.over(false)
	r.records(3000, "DTMF")
	r.press("1")
	for _, k := range "02155550001" {
		r.press(string(k))
	}
	r.wait(4 * time.Second)
	r.hangUp()
	if d := r.left(); d == nil || d.Number != "02155550001" {
		t.Errorf("left %+v", d)
	}
}

// TestMailNumberRefused: who says that his number is wrong, and does not confirm the one that
// he enters, is called at that one all the same.
func TestMailNumberRefused(t *testing.T) {
	r := mailRide(t, "13800138000")
	r.over(false)
	r.records(3000, "DTMF")
	for _, k := range "1202155550001#" {
		r.press(string(k))
	}
	r.hangUp()
	if d := r.left(); d == nil || d.Number != "02155550001" {
		t.Errorf("left %+v", d)
	}
}

// TestMailTakenOver: an engine that takes over leaves alone who is being recorded, takes him
// back who has been while nobody looked, asks others again, and keeps what he said who is gone.
func TestMailTakenOver(t *testing.T) {
	again := func(r *ride, channels ...pbx.Channel) {
		h := NewHotline("e2", DemoPlan(0))
		for _, f := range r.seen {
			h.Apply(f)
		}
		r.h, r.at = h, r.at.Add(3*time.Second)
		r.handle(r.at, pbx.LinkUp{At: pbx.At(r.at), Snapshot: pbx.Snapshot{At: r.at, StartedAt: epoch.Add(-time.Hour), Channels: channels}})
	}
	out := pbx.Channel{ID: "c1", State: pbx.ChannelUp}
	in := func(args ...string) pbx.Channel {
		return pbx.Channel{ID: "c1", State: pbx.ChannelUp, InApp: true, Args: args}
	}
	r := mailRide(t, "13800138000")
	r.over(false)
	again(r, out)
	if len(commandsOf[pbx.Continue](r.out)) > 0 || r.h.calls["c1"].State != CallMessage {
		t.Errorf("he is disturbed: %v", r.out.Commands)
	}
	again(r, in("inbound", "800200", "c1"))
	if c := commandsOf[pbx.Continue](r.out); len(c) != 1 || c[0].Context != "message" {
		t.Errorf("he was never sent to be recorded, and is not: %v", r.out.Commands)
	}
	again(r, in("message", "c1", "1", "DTMF", "6000"))
	if got := r.h.calls["c1"].Mail; got.Step != MailMenu || got.Length != 6000 {
		t.Errorf("back from there he is at %+v", got)
	}
	again(r, in("message", "c1", "1", "DTMF", "6000"))
	if p := r.said[len(r.said)-1]; p.Media[0] != "sound:message-menu" {
		t.Errorf("he is told %v", p.Media)
	}
	again(r)
	if d := r.left(); d == nil || d.LengthMs != 6000 {
		t.Errorf("left %+v", d)
	}
}

// TestMessageTaken: who is first has it, its lamp is on until then, also with an engine that
// knows the essence only; a promise to call the same person back is his then, too.
func TestMessageTaken(t *testing.T) {
	plan := DemoPlan(0)
	plan.Companies[0].Lamps, plan.Companies[0].Voicemail = true, &Voicemail{Lamp: "1900"}
	if err := plan.Check(); err != nil {
		t.Fatal(err)
	}
	r := mailRide(t, "13800138000")
	r.over(false)
	r.records(7000, "SILENCE")
	r.hangUp()
	essence := NewEssence()
	for _, f := range r.seen {
		essence.Add(f)
	}
	h := NewHotline("e2", plan)
	for _, f := range essence.Facts() {
		h.Apply(f)
	}
	lit := func(out Outcome) (shows pbx.LampState) {
		for _, l := range commandsOf[pbx.Light](out) {
			if l.Lamp == "voicemail-1900" {
				shows = l.Shows
			}
		}
		return shows
	}
	out := h.Handle(epoch.Add(time.Hour), pbx.LinkUp{At: pbx.At(epoch.Add(time.Hour)), Snapshot: pbx.Snapshot{At: epoch.Add(time.Hour), StartedAt: epoch}})
	if lit(out) != pbx.LampInUse {
		t.Errorf("untaken, it shows %q", lit(out))
	}
	now := epoch.Add(2 * time.Hour)
	if out = h.Handle(now, TakeMessage{Call: "c1", By: "1001"}); out.Refused != nil || lit(out) != pbx.LampIdle {
		t.Errorf("taken: %v, it shows %q", out.Refused, lit(out))
	}
	for _, in := range []Input{TakeMessage{Call: "c1", By: "1002"}, FinishMessage{Call: "c1", By: "1002", Result: "x"}, FinishMessage{Call: "c1", By: "1001"}} {
		var refused *MessageError
		if out = h.Handle(now, in); !errors.As(out.Refused, &refused) || refused.Unknown || len(out.Facts) > 0 {
			t.Errorf("%+v: %v", in, out.Refused)
		}
	}
	if out = h.Handle(now, TakeMessage{Call: "c1", By: "1001"}); out.Refused != nil || len(out.Facts) > 0 {
		t.Errorf("taken again by the same: %v, %v", out.Refused, out.Facts)
	}
	if out = h.Handle(now, FinishMessage{Call: "c1", By: "1001", Result: "called back"}); out.Refused != nil || len(h.Messages()) > 0 {
		t.Errorf("finished: %v, %v", out.Refused, h.Messages())
	}
	var refused *MessageError
	for _, in := range []Input{TakeMessage{Call: "c1", By: "1001"}, TakeMessage{Call: "c9", By: "1001"}} {
		if out = h.Handle(now, in); !errors.As(out.Refused, &refused) || !refused.Unknown {
			t.Errorf("%+v: %v", in, out.Refused)
		}
	}
}

// TestMessageDue: one left by night is late when people answer again, by day a while later.
func TestMessageDue(t *testing.T) {
	h := NewHotline("e1", DemoPlan(0))
	shanghai := time.FixedZone("", 8*3600)
	for left, want := range map[time.Time]time.Time{
		time.Date(2026, 3, 2, 10, 0, 0, 0, shanghai):  time.Date(2026, 3, 2, 10, 15, 0, 0, shanghai),
		time.Date(2026, 3, 2, 16, 50, 0, 0, shanghai): time.Date(2026, 3, 3, 9, 0, 0, 0, shanghai),
		time.Date(2026, 3, 2, 20, 0, 0, 0, shanghai):  time.Date(2026, 3, 3, 9, 0, 0, 0, shanghai),
		time.Date(2026, 3, 6, 20, 0, 0, 0, shanghai):  time.Date(2026, 3, 9, 9, 0, 0, 0, shanghai),
	} {
		m := &message{MessageLeftData: MessageLeftData{DID: "800200", Box: "service", Calendar: "office"}, LeftAt: left}
		if due := h.dueAt(m); !due.Equal(want) {
			t.Errorf("left %s, late at %s, want %s", left, due, want)
		}
	}
}

// TestMessageOfFallbackDue: of a message that the switch's fallback took by night it is the same,
// but for an emergency caller's.
func TestMessageOfFallbackDue(t *testing.T) {
	night := time.Date(2026, 3, 2, 20, 0, 0, 0, time.FixedZone("", 8*3600))
	for did, want := range map[string]time.Duration{"800100": 13 * time.Hour, "800119": 16 * time.Minute} {
		p := DemoPlan(0)
		p.Companies[0].Voicemail = &Voicemail{Calendar: "office"}
		h := NewHotline("e1", p)
		h.Handle(night, Unseen{
			Call: "c1", DID: did, Caller: pbx.Party{Number: "13800138000"}, Channel: "c1", At: night, FellBackAt: night,
			Voicemail: "c1/voicemail-c1", VoicemailAt: night, EndedAt: night.Add(time.Minute),
		})
		if all := h.Messages(); len(all) != 1 || !all[0].DueAt.Equal(night.Add(want)) {
			t.Errorf("%s: %+v, want late after %s", did, all, want)
		}
	}
}

// TestVoicemailCheck: what cannot be is refused.
func TestVoicemailCheck(t *testing.T) {
	for want, v := range map[string]Voicemail{
		"silence":  {Silence: Span(8 * time.Second)},
		"longest":  {Longest: Span(time.Hour)},
		"least":    {Least: Span(1500 * time.Millisecond)},
		"calendar": {Calendar: "moon"},
		"lamp":     {Lamp: "1001"},
		"greeting": {Greeting: "../x"},
	} {
		p := DemoPlan(0)
		p.Companies[0].Lamps, p.Companies[0].Voicemail = true, &v
		if err := p.Check(); err == nil {
			t.Errorf("%s: %+v passes", want, v)
		}
	}
	p := DemoPlan(0)
	p.Companies[0].Lamps, p.Companies[1].Lamps = true, true
	p.Queues[0].Voicemail, p.Queues[2].Voicemail = &Voicemail{Lamp: "1900"}, &Voicemail{Lamp: "1900"}
	if err := p.Check(); err != nil {
		t.Errorf("two queues of a company with one lamp: %v", err)
	}
	p.Companies[1].Voicemail = &Voicemail{Lamp: "1900"}
	if err := p.Check(); err == nil || !strings.Contains(err.Error(), `companies[1].voicemail.lamp: "1900" is a lamp of company demo`) {
		t.Errorf("two companies with one lamp: %v", err)
	}
}

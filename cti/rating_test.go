package cti

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sansheng/pbx"
)

// twoQuestions is a survey: how it was, of three, and whether the matter is settled.
func twoQuestions() *Survey {
	return &Survey{Low: 1, Questions: []Question{
		{ID: "service", Say: "survey-service", Scores: []int{3, 2, 1}},
		{ID: "solved", Say: "survey-solved", Scores: []int{2, 1}},
	}}
}

// poll is caller c1, who talks to 1001 on a line with a survey.
type poll struct {
	*desk
	out Outcome
}

func newPoll(t *testing.T, change func(p *Plan)) *poll {
	t.Helper()
	d := newDesk(t, func(p *Plan, q *Queue) {
		p.Companies[0].Survey, p.Companies[0].Conduct, q.WrapUp = twoQuestions(), true, Span(30*time.Second)
		change(p)
	})
	d.register("1001")
	d.arrive("c1", "800100", "13800000000")
	d.talk("c1", 1)
	d.speaks()
	return &poll{desk: d}
}

func plainPoll(t *testing.T) *poll {
	t.Helper()
	return newPoll(t, func(*Plan) {})
}

func (p *poll) give(in Input) {
	p.t.Helper()
	p.out = p.do(in)
}

func (p *poll) orders() { p.give(Order{Agent: "1001", Verb: OrderSurvey}) }

func (p *poll) byPhone() {
	p.give(pbx.HangupRequested{At: pbx.At(p.now), Channel: "c1-agent1", Cause: pbx.CauseNormal})
}

func (p *poll) key(k string) { p.give(pbx.DigitPressed{At: pbx.At(p.now), Channel: "c1", Digit: k}) }

// told ends what is played to the caller.
func (p *poll) told(failed bool) {
	p.give(pbx.PlaybackFinished{At: pbx.At(p.now), Channel: "c1", Playback: p.h.calls["c1"].Prompt, Failed: failed})
}

// wants the last input to have played this.
func (p *poll) wants(prompts ...string) {
	p.t.Helper()
	plays := commandsOf[pbx.Play](p.out)
	if len(plays) != 1 || strings.Join(plays[0].Media, " ") != "sound:"+strings.Join(prompts, " sound:") {
		p.t.Fatalf("played %+v, want %v", plays, prompts)
	}
}

// story is what facts tell of the survey.
func (p *poll) story() string {
	var told []string
	for _, f := range p.all {
		switch d := f.Data.(type) {
		case *SurveyBeganData:
			told = append(told, fmt.Sprintf("began by %s of %s", d.By, f.Agent))
		case *RatedData:
			low := ""
			if d.Low {
				low = " low"
			}
			told = append(told, fmt.Sprintf("%s %d of %d%s", d.Question, d.Score, d.Best, low))
		case *SurveyEndedData:
			told = append(told, string(d.Result))
		case *HungUp:
			told = append(told, "hung up by "+string(d.By))
		case *Ended:
			told = append(told, string(d.Disposition))
		}
	}
	return strings.Join(told, ", ")
}

func (p *poll) tells(want string) {
	p.t.Helper()
	if got := p.story(); got != want {
		p.t.Errorf("told %q, want %q", got, want)
	}
}

// TestSurveyOrdered: the agent sends his caller to the survey. He writes his notes as soon as
// his phone is free, the caller answers, is thanked and let go; the talk ended when the agent
// left.
func TestSurveyOrdered(t *testing.T) {
	t.Parallel()
	p := plainPoll(t)
	p.orders()
	if p.out.Refused != nil {
		t.Fatal(p.out.Refused)
	}
	p.wants("survey-service")
	if !hungUp(p.out.Commands, "c1-agent1") || hungUp(p.out.Commands, "c1") || len(commandsOf[pbx.Unjoin](p.out)) != 1 {
		t.Errorf("ordered: %v", p.out.Commands)
	}
	vars := commandsOf[pbx.SetVars](p.out)
	if len(vars) != 1 || vars[0].Vars["SURVEY"] != "1" {
		t.Errorf("the switch is told %+v", vars)
	}
	p.give(pbx.ChannelGone{At: pbx.At(p.now), Channel: "c1-agent1", Cause: pbx.CauseNormal})
	if a := p.h.agents["1001"]; a.State != WrapUp || hungUp(p.out.Commands, "c1") {
		t.Errorf("the agent is %s, %v", a.State, p.out.Commands)
	}
	p.told(false)
	p.key("1")
	p.wants("survey-solved")
	p.key("2")
	p.wants("survey-thanks")
	p.key("1")
	p.told(false)
	if !hungUp(p.out.Commands, "c1") {
		t.Errorf("he is not let go: %v", p.out.Commands)
	}
	p.gone("c1", pbx.CauseNormal)
	p.tells("began by agent of 1001, service 3 of 3, solved 1 of 2 low, whole, hung up by system, ANSWERED")
	var talk Millis
	for _, f := range p.all {
		if d, ok := f.Data.(*ConductData); ok {
			talk = d.TalkMs
		}
	}
	if talk <= 0 || talk > 5000 {
		t.Errorf("measured %d ms of talk", talk)
	}
}

// TestSurveyByPhone: an agent hangs up, which is early, and his caller stays: he is asked. The
// agent is free at once. Whoever leaves has left; a leader may order it for an agent, and an
// agent by a key.
func TestSurveyByPhone(t *testing.T) {
	t.Parallel()
	p := plainPoll(t)
	p.byPhone()
	p.wants("survey-service")
	if a := p.h.agents["1001"]; a.State != WrapUp {
		t.Errorf("the agent is %s", a.State)
	}
	if d, ok := p.out.Facts[0].Data.(*SurveyBeganData); !ok || !d.Early || d.Ordered {
		t.Errorf("began %+v", p.out.Facts[0])
	}
	p.gone("c1-agent1", pbx.CauseNormal)
	p.key("3")
	p.give(pbx.HangupRequested{At: pbx.At(p.now), Channel: "c1", Cause: pbx.CauseNormal})
	p.gone("c1", pbx.CauseNormal)
	p.tells("began by agent of 1001, service 1 of 3 low, hung up by caller, left, ANSWERED")

	p = plainPoll(t) // his channel is gone without a word before
	p.give(pbx.ChannelGone{At: pbx.At(p.now), Channel: "c1-agent1", Cause: pbx.CauseNormal})
	p.wants("survey-service")
	if a := p.h.agents["1001"]; a.State != WrapUp || hungUp(p.out.Commands, "c1") {
		t.Errorf("the agent is %s, %v", a.State, p.out.Commands)
	}

	p = plainPoll(t)
	p.give(Order{Agent: "1001", Verb: OrderSurvey, By: "2001", Leader: true})
	p.tells("began by supervisor of 1001")

	p = plainPoll(t)
	p.presses("*6")
	p.tells("began by agent of 1001")
}

// TestSurveyTwice: who presses nothing, or what is no answer, is asked once more and then
// thanked; nobody is in silence for 5 s, and a # says nothing.
func TestSurveyTwice(t *testing.T) {
	t.Parallel()
	p := plainPoll(t)
	p.orders()
	p.key("9")
	p.wants("survey-wrong", "survey-service")
	p.key("*")
	p.wants("survey-thanks")
	p.tells("began by agent of 1001, unanswered")

	p = plainPoll(t)
	p.orders()
	for _, next := range []string{"survey-service", "survey-thanks"} {
		p.told(false)
		for range 4 {
			if p.give(Tick{}); len(commandsOf[pbx.Play](p.out)) > 0 {
				break
			}
		}
		p.wants(next)
	}
	p.tells("began by agent of 1001, unanswered")

	p = plainPoll(t)
	p.orders()
	p.key("2")
	p.key("#")
	p.key("1")
	p.tells("began by agent of 1001, service 2 of 3, solved 2 of 2, whole")

	p = plainPoll(t)
	p.orders()
	p.told(true)
	p.wants("survey-thanks")
	p.told(true)
	if p.tells("began by agent of 1001, failed, hung up by system"); !hungUp(p.out.Commands, "c1") {
		t.Errorf("he is not let go: %v", p.out.Commands)
	}
}

// TestSurveyNone: where nothing is asked the caller is hung up as before: an emergency caller,
// on a line that has none, after the procedure for who lingers. The order says why.
func TestSurveyNone(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(*Plan)
		talk   func(*poll)
		refuse string
	}{
		"no survey":     {func(p *Plan) { p.Companies[0].Survey = nil }, func(*poll) {}, "are asked nothing"},
		"not this line": {func(p *Plan) { p.Lines[0].Survey = &Survey{} }, func(*poll) {}, "are asked nothing"},
		"on hold":       {func(*Plan) {}, func(p *poll) { p.must(Order{Agent: "1001", Verb: OrderHold}) }, "on hold"},
		"emergency":     {func(*Plan) {}, func(p *poll) { p.h.calls["c1"].Emergency = true }, "are asked nothing"},
		"he lingers":    {func(*Plan) {}, func(p *poll) { p.lingers(); p.passes(7) }, ""},
		"to a colleague": {func(*Plan) {}, func(p *poll) {
			p.register("1002")
			p.must(Order{Agent: "1001", Verb: OrderTransfer, To: "1002", Consent: true})
		}, "a transfer is under way"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPoll(t, tt.change)
			tt.talk(p)
			if tt.refuse != "" {
				p.orders()
				var refused *OrderError
				if !errors.As(p.out.Refused, &refused) || !strings.Contains(refused.Text, tt.refuse) || len(p.out.Facts) > 0 {
					t.Fatalf("refused %v, %v", p.out.Refused, p.out.Facts)
				}
			}
			if name == "to a colleague" || name == "on hold" {
				return
			}
			p.byPhone()
			if !hungUp(p.out.Commands, "c1") || len(commandsOf[pbx.Play](p.out)) > 0 {
				t.Errorf("the agent hangs up: %v", p.out.Commands)
			}
		})
	}
}

// TestSurveyAlone: where the hotline is silent for too long the switch thanks the caller. He
// has had his agent: no queue and no fallback get him, and he is let go should he stay.
func TestSurveyAlone(t *testing.T) {
	t.Parallel()
	p := plainPoll(t)
	p.orders()
	p.gone("c1-agent1", pbx.CauseNormal)
	p.give(pbx.ChannelLeft{At: pbx.At(p.now), Channel: "c1"})
	for range 30 {
		if p.give(Tick{}); hungUp(p.out.Commands, "c1") {
			break
		}
	}
	if !hungUp(p.out.Commands, "c1") {
		t.Error("he stays for ever")
	}
	p.gone("c1", pbx.CauseNormal)
	p.tells("began by agent of 1001, lost, hung up by system, ANSWERED")
	for _, f := range p.all {
		if f.Kind == CallFellBack {
			t.Errorf("%+v", f)
		}
	}
}

// TestSurveyTakenOver: an engine that takes over asks what is not answered; whom the switch
// thanks already it lets go; and where the switch has caller and agent together still, the
// talk goes on.
func TestSurveyTakenOver(t *testing.T) {
	t.Parallel()
	again := func(t *testing.T, s pbx.Snapshot, keys ...string) *poll {
		t.Helper()
		p := plainPoll(t)
		p.orders()
		for _, k := range keys {
			p.key(k)
		}
		p.h = NewHotline("e2", p.plan)
		for _, f := range p.all {
			p.h.Apply(f)
		}
		s.At, s.StartedAt = p.now, epoch
		s.Endpoints = []pbx.Endpoint{{ID: "PJSIP/1001", Reachable: true}}
		p.give(pbx.LinkUp{At: pbx.At(p.now), Snapshot: s})
		return p
	}
	caller := pbx.Channel{ID: "c1", State: pbx.ChannelUp, InApp: true, Args: []string{"inbound", "800100", "c1"}}
	agent := pbx.Channel{ID: "c1-agent1", State: pbx.ChannelUp, InApp: true, Args: []string{"offer", "c1", "1001"}}

	p := again(t, pbx.Snapshot{Channels: []pbx.Channel{caller}}, "1")
	p.wants("survey-solved")
	p.key("1")
	p.tells("began by agent of 1001, service 3 of 3, solved 2 of 2, whole")

	away := caller
	away.InApp = false
	p = again(t, pbx.Snapshot{Channels: []pbx.Channel{away}})
	p.give(Tick{})
	p.gone("c1", pbx.CauseNormal)
	p.tells("began by agent of 1001, lost, hung up by switch, ANSWERED")

	p = again(t, pbx.Snapshot{
		Channels: []pbx.Channel{caller, agent},
		Bridges:  []pbx.Bridge{{ID: "c1-talk1", Channels: []pbx.ChannelID{"c1", "c1-agent1"}}},
	})
	p.tells("began by agent of 1001, undone")
	if c := p.h.calls["c1"]; c.State != CallTalking || c.Agent != "1001" || p.h.agents["1001"].State != Talking || len(commandsOf[pbx.Play](p.out)) > 0 || len(commandsOf[pbx.Join](p.out)) > 0 {
		t.Errorf("%s with %s, %v", c.State, c.Agent, p.out.Commands)
	}
	p.orders()
	p.wants("survey-service")
}

// TestSurveyCheck: what cannot be is refused, with its place.
func TestSurveyCheck(t *testing.T) {
	t.Parallel()
	one := Question{ID: "service", Say: "survey-service"}
	for want, s := range map[string]Survey{
		"questions: 4 are too many":   {Questions: []Question{one, {ID: "b", Say: "x"}, {ID: "c", Say: "x"}, {ID: "d", Say: "x"}}},
		"questions[1].id":             {Questions: []Question{one, one}},
		"questions[0].say":            {Questions: []Question{{ID: "service", Say: "../x"}}},
		"questions[0].scores: 1":      {Questions: []Question{{ID: "service", Say: "x", Scores: []int{1}}}},
		"questions[0].scores[1]: 11":  {Questions: []Question{{ID: "service", Say: "x", Scores: []int{1, 11}}}},
		"low: 5 is not allowed":       {Questions: []Question{one}, Low: 5},
		"low: -1 is not allowed":      {Questions: []Question{one}, Low: -1},
		"thanks":                      {Questions: []Question{one}, Thanks: "Thank you"},
		"lines[2].survey: an emerge":  {},
		"companies[0].survey.questio": {Questions: []Question{{ID: "Bad", Say: "x"}}},
	} {
		p := DemoPlan(0)
		if strings.HasPrefix(want, "lines") {
			p.Lines[2].Survey = &s
		} else {
			p.Companies[0].Survey = &s
		}
		if err := p.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	p := DemoPlan(0)
	p.Companies[0].Survey = twoQuestions()
	if err := p.Check(); err != nil {
		t.Error(err)
	}
	uses := p.Prompts()
	for _, name := range []string{"survey-service", "survey-solved", "survey-wrong", "survey-thanks"} {
		if !slices.ContainsFunc(uses, func(u PromptUse) bool { return u.Name == name && u.Company == "demo" && u.Language == "zh" }) {
			t.Errorf("%s is not among what callers hear", name)
		}
	}
	path, err := p.Walk("800100", epoch, "138", "", nil)
	if err != nil || fmt.Sprint(path.Survey) != "[survey-service survey-solved]" || !strings.Contains(path.String(), "when the talk is over") {
		t.Errorf("the dry run says %v, %v", path, err)
	}
	if path, err = p.Walk("800119", epoch, "138", "", nil); err != nil || path.Survey != nil {
		t.Errorf("on the emergency line %v, %v", path, err)
	}
}

// TestSurveyOutbound: who was called, as by a promise to call back, is asked by the order only.
func TestSurveyOutbound(t *testing.T) {
	t.Parallel()
	for _, ordered := range []bool{true, false} {
		d := newCallbackDesk(t)
		co := d.h.companies["demo"]
		co.Survey = twoQuestions()
		d.h.companies["demo"] = co
		d.owe("c1", "0210001")
		d.gone("c0", pbx.CauseNormal)
		id := rung(d.gone("c0-agent1", pbx.CauseNormal))
		c := d.h.calls[id]
		if c == nil {
			t.Fatal("nobody is called back")
		}
		d.do(pbx.ChannelAnswered{At: pbx.At(d.now), Channel: c.agentChannel(1)})
		d.do(pbx.ChannelAnswered{At: pbx.At(d.now), Channel: c.Channel})
		d.do(pbx.ChannelEntered{At: pbx.At(d.now), Channel: pbx.Channel{ID: c.Channel, Args: []string{Outbound, string(id)}}})
		d.bridged(string(c.bridgeID()), string(c.Channel), string(c.agentChannel(1)))
		if ordered {
			if out := d.must(Order{Agent: "1001", Verb: OrderSurvey}); !plays(out, "survey-service") {
				t.Errorf("ordered: %v", out.Commands)
			}
			d.do(pbx.DigitPressed{At: pbx.At(d.now), Channel: c.Channel, Digit: "1"})
			d.gone(string(c.agentChannel(1)), pbx.CauseNormal)
			d.gone(string(c.Channel), pbx.CauseNormal)
			p := &poll{desk: d}
			if got := p.story(); !strings.HasSuffix(got, "began by agent of 1001, service 3 of 3, hung up by caller, left, ANSWERED") {
				t.Errorf("told %q", got)
			}
			if got := callbackFacts(d.all); !slices.Contains(got, "ended reached") {
				t.Errorf("the promise %v", got)
			}
			continue
		}
		out := d.do(pbx.HangupRequested{At: pbx.At(d.now), Channel: c.agentChannel(1), Cause: pbx.CauseNormal})
		if !hungUp(out.Commands, c.Channel) || plays(out, "survey-service") {
			t.Errorf("the agent hangs up: %v", out.Commands)
		}
	}
}

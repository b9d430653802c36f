package cti

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

	"sansheng/pbx"
)

// When the talk is over a caller may be asked how it was (requirement F8): his agent has sent
// him there, or has hung up while he stays on the line.
//
//	Talking ─▶ Survey: question ─its key─▶ the next one … ─▶ thanks ─▶ Ended
//	                     ▲  │
//	                     └──┘ no key, or another: once more; then thanks
//
// It is no talk: the agent is free from there on, and nothing is recorded, for the switch
// records only while two are together. The caller is leased; where the lease ends the switch
// thanks him and lets him go (its context survey), for his agent is gone: he never goes to a
// queue. A restart, or another engine, asks him again what he has not answered.

// Survey is what callers are asked when their talk is over.
type Survey struct {
	// Questions are asked one after the other. With none nothing is asked, as on a line whose
	// company has a survey and which has none.
	Questions []Question `yaml:"questions" json:"questions"`
	// Low is the highest score for which a ticket is opened, so that somebody sees to it; 0
	// opens none.
	Low int `yaml:"low,omitempty" json:"low,omitempty"`
	// Thanks is the prompt at the end; survey-thanks where it is empty.
	Thanks string `yaml:"thanks,omitempty" json:"thanks,omitempty"`
}

// Question is one question of a survey.
type Question struct {
	ID string `yaml:"id" json:"id"`
	// Say is the prompt that asks it, and says what the keys mean.
	Say string `yaml:"say" json:"say"`
	// Scores are what the keys 1, 2 and so on stand for; 1 to 5 where none are given.
	Scores []int `yaml:"scores,omitempty" json:"scores,omitempty"`
}

const (
	questionsMost = 3
	scoresMost    = 9 // one for each key
	scoreMost     = 10
	surveyTells   = 2               // of each question
	surveyWait    = 4 * time.Second // for a key: nobody is in silence for 5 s
	// surveyGone is how long the switch may take to thank a caller and let him go.
	surveyGone = 20 * time.Second
	// surveyThanks and surveyWrong are prompts that every survey has.
	surveyThanks, surveyWrong = "survey-thanks", "survey-wrong"
)

var scoresDefault = []int{1, 2, 3, 4, 5}

// whole is a survey with all that was not given.
func (s Survey) whole() Survey {
	s.Thanks, s.Questions = cmp.Or(s.Thanks, surveyThanks), slices.Clone(s.Questions)
	for i := range s.Questions {
		if q := &s.Questions[i]; len(q.Scores) == 0 {
			q.Scores = scoresDefault
		}
	}
	return s
}

// prompts are all that its callers may hear.
func (s Survey) prompts() []string {
	var names []string
	for _, q := range s.Questions {
		names = append(names, q.Say)
	}
	return append(names, surveyWrong, s.Thanks)
}

// score is what a key stands for; false where it is none of the question's.
func (q Question) score(key string) (int, bool) {
	n, err := strconv.Atoi(key)
	if err != nil || n < 1 || n > len(q.Scores) {
		return 0, false
	}
	return q.Scores[n-1], true
}

// SurveyOf is what a line's callers are asked when their talk is over, whole; nil where
// nothing is asked, as on emergency lines.
func (p *Plan) SurveyOf(l Line) *Survey {
	i := slices.IndexFunc(p.Companies, func(c Company) bool { return c.ID == l.Company })
	if i < 0 {
		return nil
	}
	return surveyOf(p.Companies[i], l)
}

func surveyOf(co Company, l Line) *Survey {
	s := cmp.Or(l.Survey, co.Survey)
	if l.Emergency || s == nil || len(s.Questions) == 0 {
		return nil
	}
	whole := s.whole()
	return &whole
}

// checkSurvey checks what callers are asked when their talk is over.
func checkSurvey(c *checker, at string, s *Survey) {
	if s == nil {
		return
	}
	if len(s.Questions) > questionsMost {
		c.Fail(at+".questions", "%d are too many; allowed: %d, as nobody stays for more", len(s.Questions), questionsMost)
	}
	if s.Thanks != "" {
		c.form(at+".thanks", s.Thanks, promptForm, "a prompt's name: 1 to 64 of a-z 0-9 _ -")
	}
	seen, highest := map[string]bool{}, 0
	for i, q := range s.whole().Questions {
		at := fmt.Sprintf("%s.questions[%d]", at, i)
		c.form(at+".id", q.ID, nameForm, "1 to 32 of a-z 0-9 _ -")
		c.once(at+".id", q.ID, seen[q.ID])
		seen[q.ID] = true
		c.form(at+".say", q.Say, promptForm, "a prompt's name: 1 to 64 of a-z 0-9 _ -")
		if len(q.Scores) < 2 || len(q.Scores) > scoresMost {
			c.Fail(at+".scores", "%d scores are not allowed: 2 to %d, one for each key", len(q.Scores), scoresMost)
		}
		for j, score := range q.Scores {
			c.between(fmt.Sprintf("%s.scores[%d]", at, j), score, 1, scoreMost)
			highest = max(highest, score)
		}
	}
	if s.Low < 0 || s.Low > 0 && s.Low >= highest {
		c.Fail(at+".low", "%d is not allowed: 0, which opens no ticket, or a score below the highest, which is %d", s.Low, highest)
	}
}

// SurveyBeganData: the talk with the fact's agent is over, and the caller is asked how it was.
type SurveyBeganData struct {
	data
	// By has ended the talk: the agent, or a leader for him.
	By Role `json:"by"`
	// Ordered: by the order survey; else his phone has said goodbye.
	Ordered bool `json:"ordered,omitempty"`
	// Early: he hung up on a caller who was there (requirement A6).
	Early bool `json:"early,omitempty"`
	// Asks is what is asked, as the plan had it then.
	Asks Survey `json:"asks"`
}

// RatedData: the caller has answered a question about the talk with the fact's agent.
type RatedData struct {
	data
	Question string `json:"question"`
	// N counts the questions of the survey from 1.
	N int `json:"n"`
	// Key is what he pressed, Score what it stands for, Best the highest there is.
	Key   string `json:"key"`
	Score int    `json:"score"`
	Best  int    `json:"best"`
	// Low: somebody is to see to it.
	Low bool `json:"low,omitempty"`
}

// SurveyResult is how a survey ended.
type SurveyResult string

// Results of surveys.
const (
	SurveyWhole SurveyResult = "whole"
	// SurveyUnanswered: he pressed nothing, or none of the keys, though asked twice.
	SurveyUnanswered SurveyResult = "unanswered"
	SurveyLeft       SurveyResult = "left"
	// SurveyFailed: a question could not be played.
	SurveyFailed SurveyResult = "failed"
	// SurveyLost: the hotline or the switch lost him.
	SurveyLost SurveyResult = "lost"
	// SurveyUndone: the switch has caller and agent together, whatever was ordered.
	SurveyUndone SurveyResult = "undone"
)

// SurveyEndedData: nothing more is asked. Who has not hung up is thanked.
type SurveyEndedData struct {
	data
	Result SurveyResult `json:"result"`
}

// inquiry is how far a caller has come in his survey.
type inquiry struct {
	Asks    Survey
	Agent   AgentID
	BeganAt time.Time
	// Rated is how many questions he has answered; Result is empty while he is asked.
	Rated  int
	Result SurveyResult
}

// inquiring is what a restart may forget of it.
type inquiring struct {
	told  int
	wrong bool
	play  pbx.PlaybackID
	keyBy time.Time
}

// surveyID is the prompt that plays in a survey, empty where none does.
func (c *call) surveyID() pbx.PlaybackID {
	if c.State != CallSurvey {
		return ""
	}
	return c.Inquiring.play
}

// talker is who has the call, or had it until he gave its caller to the survey.
func (c *call) talker() AgentID { return cmp.Or(c.Agent, c.Inquiry.Agent) }

// applySurvey is applyCall for the facts of surveys.
func (h *Hotline) applySurvey(c *call, f Fact) {
	switch d := f.Data.(type) {
	case *SurveyBeganData:
		if l := h.legs[c.talkChannel()]; l != nil && !d.Ordered {
			l.hungUp = true
		}
		c.Inquiry, c.Inquiring = inquiry{Asks: d.Asks, Agent: f.Agent, BeganAt: f.At}, inquiring{}
		c.State, c.Agent, c.OnHold, c.KeyHeld, c.Lingers = CallSurvey, "", false, false, 0
	case *RatedData:
		c.Inquiry.Rated = d.N
		c.Inquiring = inquiring{}
	case *SurveyEndedData:
		c.Inquiry.Result = d.Result
		c.Inquiring = inquiring{}
		if d.Result == SurveyUndone {
			c.State, c.Agent, c.Announced = CallPickedUp, c.Inquiry.Agent, true
			c.Inquiry = inquiry{}
		}
	}
}

// asksOf is what a call's caller is asked when the talk is over; nil where nothing is.
func (h *Hotline) asksOf(c *call) *Survey {
	if c.Emergency {
		return nil
	}
	return surveyOf(h.companies[c.Company], c.Line)
}

// orderSurvey ends a talk and has its caller asked.
func (h *Hotline) orderSurvey(now time.Time, c *call, a *agent, o Order) *OrderError {
	asks := h.asksOf(c)
	switch {
	case asks == nil:
		return o.refuse(RefusedNoSurvey, "callers of line %s are asked nothing; allowed: hang_up", c.DID)
	case c.held():
		return o.refuse(RefusedOnHold, "the caller is on hold; allowed: when he is not, hang_up")
	case c.Returns:
		return o.refuse(RefusedRecordingChanging, "the recording is being paused or resumed; allowed in a moment")
	}
	d := &SurveyBeganData{By: RoleAgent, Ordered: true, Asks: *asks}
	if o.By != "" && o.By != string(a.ID) {
		d.By = RoleSupervisor
	}
	his := c.talkChannel()
	h.survey(now, c, d)
	h.hangup(now, his, pbx.CauseNormal)
	return nil
}

// surveyed has the caller asked whose agent's phone has said goodbye, and tells whether he
// is: not who was called, and not who is not there any more or lingers.
func (h *Hotline) surveyed(at time.Time, c *call, l *leg) bool {
	asks := h.asksOf(c)
	if asks == nil || c.State != CallTalking || l.role != RoleAgent || !l.hangupAt.IsZero() ||
		c.Direction == Outbound || c.leaving() || c.Left || c.Returns || c.mayHangUp() {
		return false
	}
	h.survey(at, c, &SurveyBeganData{By: RoleAgent, Early: true, Asks: *asks})
	return true
}

// survey takes a caller out of the talk and asks him.
func (h *Hotline) survey(at time.Time, c *call, d *SurveyBeganData) {
	held := c.OnHold
	h.emitCall(at, c, CallSurveyBegan, c.Agent, d)
	c.parted(at)
	c.Bridged, c.JoinAt = nil, time.Time{}
	h.dismiss(at, c)
	h.aside(c, true)
	if held {
		h.do(pbx.StopMusic{Channel: c.Channel})
	} else {
		h.do(pbx.Unjoin{Bridge: c.bridgeID(), Channel: c.Channel})
	}
	h.ask(at, c)
}

// aside tells the switch whether it is to thank a caller where the hotline falls silent, in
// place of finding him an agent.
func (h *Hotline) aside(c *call, asked bool) {
	v := "0"
	if asked {
		v = "1"
	}
	h.do(pbx.SetVars{Channel: c.Channel, Vars: map[string]string{"SURVEY": v}})
}

// ask asks the question that is next, or thanks the caller.
func (h *Hotline) ask(at time.Time, c *call) {
	w, q := &c.Inquiring, c.Inquiry
	if q.Result == "" && q.Rated >= len(q.Asks.Questions) {
		h.surveyOver(at, c, SurveyWhole)
		return
	}
	w.told++
	w.keyBy = time.Time{}
	// Of its own each time, also after a restart: what played then may play still.
	w.play = pbx.PlaybackID(fmt.Sprintf("%s-survey%d-%d", c.ID, h.seq, w.told))
	var names []string
	switch {
	case q.Result != "":
		names = []string{q.Asks.Thanks}
	case w.wrong:
		names = []string{surveyWrong, q.Asks.Questions[q.Rated].Say}
	default:
		names = []string{q.Asks.Questions[q.Rated].Say}
	}
	h.lease(at, c)
	h.prompt(at, c, w.play, names...)
	c.PromptAt = at.Add(flowPrompt)
}

// askOnce asks a question once more, or goes on without an answer.
func (h *Hotline) askOnce(at time.Time, c *call, wrong bool) {
	if c.Inquiring.told >= surveyTells {
		h.surveyOver(at, c, SurveyUnanswered)
		return
	}
	c.Inquiring.wrong = wrong
	h.ask(at, c)
}

// surveyTold goes on when a question has been asked, or the thanks been said, or cannot be.
func (h *Hotline) surveyTold(at time.Time, c *call, failed bool) {
	switch {
	case c.leaving() || c.Left:
	case c.Inquiry.Result != "":
		h.letGo(at, c, pbx.CauseNormal)
	case failed:
		h.surveyOver(at, c, SurveyFailed)
	default:
		c.Inquiring.keyBy = at.Add(surveyWait)
	}
}

// rate is a key of a caller who is asked. A # behind an answer says nothing.
func (h *Hotline) rate(at time.Time, c *call, key string) {
	q, w := c.Inquiry, &c.Inquiring
	if q.Result != "" || key == "#" || c.Left || c.Prompt == "" && w.keyBy.IsZero() {
		return
	}
	if c.Prompt != "" {
		h.do(pbx.StopPlay{Channel: c.Channel, Playback: c.Prompt})
		c.Prompt, c.PromptAt = "", time.Time{}
	}
	w.keyBy = time.Time{}
	question := q.Asks.Questions[q.Rated]
	score, ok := question.score(key)
	if !ok {
		h.askOnce(at, c, true)
		return
	}
	h.emitCall(at, c, CallRated, q.Agent, &RatedData{
		Question: question.ID, N: q.Rated + 1, Key: key, Score: score, Best: slices.Max(question.Scores), Low: score <= q.Asks.Low,
	})
	h.ask(at, c)
}

// surveyOver ends the questions; who is there still is thanked.
func (h *Hotline) surveyOver(at time.Time, c *call, r SurveyResult) {
	if c.State != CallSurvey || c.Inquiry.Result != "" {
		return
	}
	h.emitCall(at, c, CallSurveyEnded, c.Inquiry.Agent, &SurveyEndedData{Result: r})
	if r == SurveyWhole || r == SurveyUnanswered || r == SurveyFailed {
		h.ask(at, c)
	}
}

// surveyAway: a caller who was asked is out of our hands, and the switch lets him go.
func (h *Hotline) surveyAway(now time.Time, c *call) {
	h.surveyOver(now, c, SurveyLost)
	if !now.Before(c.LeftAt.Add(surveyGone)) {
		h.letGo(now, c, pbx.CauseNormal)
	}
}

// thankedBySwitch tells whether it was the switch that has let a caller go whose leg has
// ended: he was out of our hands, or his lease was over.
func (c *call) thankedBySwitch(at time.Time) bool {
	return c.State == CallSurvey && (c.Left && at.Sub(c.LeftAt) >= leftLimit || c.unleased(at))
}

// leasedUntil is when a lease ends that is renewed at LeaseAt; unleased tells whether it has.
func (c *call) leasedUntil() time.Time { return c.LeaseAt.Add(leaseTime - leaseRenewal) }

func (c *call) unleased(at time.Time) bool {
	return !c.LeaseAt.IsZero() && !at.Before(c.leasedUntil())
}

// surveyCut ends the questions to a caller whose leg has ended; lost where nobody saw it, or
// it was not his doing.
func (h *Hotline) surveyCut(at time.Time, c *call, lost bool) {
	if lost {
		h.surveyOver(at, c, SurveyLost)
		return
	}
	h.surveyOver(at, c, SurveyLeft)
}

// tickSurvey ends the waits of who is asked.
func (h *Hotline) tickSurvey(now time.Time, c *call) {
	if c.State != CallSurvey || c.Left {
		return
	}
	switch {
	case c.unleased(now): // we stood still: the switch thanks him
		c.Left, c.LeftAt = true, c.leasedUntil()
		return
	case !now.Before(c.LeaseAt):
		h.lease(now, c)
	}
	if w := &c.Inquiring; !w.keyBy.IsZero() && !now.Before(w.keyBy) {
		w.keyBy = time.Time{}
		h.askOnce(now, c, false)
	}
}

// reconcileSurvey asks again who is asked, if the switch has him here.
func (h *Hotline) reconcileSurvey(at time.Time, c *call, ch pbx.Channel) {
	c.Prompt, c.PromptAt, c.Inquiring = "", time.Time{}, inquiring{}
	if c.Left = !ch.InApp; c.Left {
		c.LeftAt = at
		return
	}
	h.dismiss(at, c)
	h.aside(c, true)
	h.ask(at, c)
}

// surveyUndone: the switch has a caller and his agent together, who were parted by what it
// was never told.
func (h *Hotline) surveyUndone(at time.Time, c *call) {
	c.Prompt, c.PromptAt = "", time.Time{}
	h.emitCall(at, c, CallSurveyEnded, c.Inquiry.Agent, &SurveyEndedData{Result: SurveyUndone})
	h.aside(c, false)
}

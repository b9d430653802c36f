package cti

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"sansheng/cti/sheet"
)

// Script is what an agent says in a situation: his opening sentence (requirement A2), and the
// steps of the talk.
type Script struct {
	Situation Situation    `yaml:"situation" json:"situation"`
	Opening   sheet.Text   `yaml:"opening" json:"opening"`
	Steps     []ScriptStep `yaml:"steps,omitempty" json:"steps,omitempty"`
}

// ScriptStep is one sentence, and what it is for.
type ScriptStep struct {
	Title sheet.Text `yaml:"title" json:"title"`
	Text  sheet.Text `yaml:"text" json:"text"`
}

// Situation is what a call is to the agent who takes it.
type Situation string

// Situations, in the order in which they decide: a call of several is of the first.
const (
	SayEmergency   Situation = "emergency"
	SayTransferred Situation = "transferred" // a colleague has passed the caller on
	SayCallback    Situation = "callback"    // we call back as we have promised
	SayFollowUp    Situation = "follow_up"   // we ask about what was done
	SayOutbound    Situation = "outbound"
	SayComplaint   Situation = "complaint"
	SayRepeat      Situation = "repeat" // he has called within a day
	SayClosed      Situation = "closed" // outside working hours
	SayInbound     Situation = "inbound"
)

// Situations are all situations, in the order in which they decide.
func Situations() []Situation {
	return []Situation{
		SayEmergency, SayTransferred, SayCallback, SayFollowUp, SayOutbound, SayComplaint, SayRepeat, SayClosed, SayInbound,
	}
}

// ScriptWords are what a script's place-holders stand for, by name. What they stand for is put
// in as it is: place-holders in it are text.
type ScriptWords map[string]string

// ScriptPlaces are the place-holders that a script may have, each in braces.
func ScriptPlaces() []string {
	return []string{"agent", "agent_name", "caller_name", "colleague", "company", "daypart"}
}

// Bounds of scripts.
const (
	scriptStepsMost  = 20
	scriptTitleMost  = 40
	scriptLettersMax = 500
)

// Fill puts words in the places of a text.
func (w ScriptWords) Fill(text string) string {
	pairs := make([]string, 0, 2*len(w))
	for _, name := range ScriptPlaces() {
		pairs = append(pairs, "{"+name+"}", w[name])
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// ScriptsOf are a company's scripts, one for each situation: its own, else those with which
// each company begins.
func (p *Plan) ScriptsOf(id CompanyID) []Script {
	scripts := defaultScripts()
	for _, co := range p.Companies {
		if co.ID != id {
			continue
		}
		for _, own := range co.Scripts {
			if i := slices.IndexFunc(scripts, func(s Script) bool { return s.Situation == own.Situation }); i >= 0 {
				scripts[i] = own
			}
		}
	}
	return scripts
}

// ScriptOf is a company's script for a situation.
func (p *Plan) ScriptOf(id CompanyID, in Situation) Script {
	scripts := p.ScriptsOf(id)
	i := slices.IndexFunc(scripts, func(s Script) bool { return s.Situation == in })
	return scripts[max(i, 0)]
}

// checkScripts checks a company's scripts.
func (c *checker) checkScripts(at string, scripts []Script) {
	seen := map[Situation]bool{}
	for i, s := range scripts {
		place := fmt.Sprintf("%s.scripts[%d]", at, i)
		if !slices.Contains(Situations(), s.Situation) {
			c.Fail(place+".situation", "%q is unknown; allowed: %v", s.Situation, Situations())
		}
		c.once(place+".situation", string(s.Situation), seen[s.Situation])
		seen[s.Situation] = true
		c.scriptText(place+".opening", s.Opening, scriptLettersMax)
		if len(s.Steps) > scriptStepsMost {
			c.Fail(place+".steps", "there are %d; allowed: up to %d", len(s.Steps), scriptStepsMost)
		}
		for j, step := range s.Steps {
			c.scriptText(fmt.Sprintf("%s.steps[%d].title", place, j), step.Title, scriptTitleMost)
			c.scriptText(fmt.Sprintf("%s.steps[%d].text", place, j), step.Text, scriptLettersMax)
		}
	}
}

// scriptText checks what is said in both languages.
func (c *checker) scriptText(at string, t sheet.Text, most int) {
	for _, x := range []struct{ at, text string }{{at + ".zh", t.Zh}, {at + ".en", t.En}} {
		switch {
		case strings.TrimSpace(x.text) == "" || utf8.RuneCountInString(x.text) > most:
			c.Fail(x.at, "it has %d letters; allowed: 1 to %d", utf8.RuneCountInString(x.text), most)
		case !utf8.ValidString(x.text) || strings.ContainsFunc(x.text, unicode.IsControl):
			c.Fail(x.at, "it is not one line of text in UTF-8")
		case strings.ContainsAny(ScriptWords{}.Fill(x.text), "{}"):
			c.Fail(x.at, "it has braces that are no place-holder; allowed: {%s}", strings.Join(ScriptPlaces(), "}, {"))
		}
	}
}

// defaultScripts are those with which each company begins.
func defaultScripts() []Script {
	return []Script{
		say(SayEmergency, "{company}抢险专线，工号{agent}，请问哪里发生了什么险情？", "{company} emergency line, agent {agent}. Where are you, and what has happened?",
			step("地点", "Place", "请告诉我详细地址，附近有什么明显标志？", "Please tell me the exact address and a landmark nearby."),
			step("险情", "Danger", "有没有泄漏、起火或人员受伤？", "Is there a leak, a fire, or anybody hurt?"),
			step("安全", "Safety", "请不要开关电器、不要动用明火，请打开门窗，并撤到室外安全的地方。", "Do not touch switches or use flames. Open doors and windows, and go outside to a safe place."),
			step("电话", "Telephone", "请留下联系电话并保持畅通，抢险人员马上出发。", "Please leave a number and keep it free. The crew is on its way."),
		),
		say(SayTransferred, "{daypart}，工号{agent}。情况我的同事已经告诉我了，您不用再重复，我来为您处理。", "{daypart}, agent {agent} speaking. My colleague has told me about it; you need not repeat it.",
			step("确认", "Confirm", "我跟您核对一下情况，请您听听对不对。", "Let me read back what I have been told; please say whether it is right."),
			wait(), promised(), ending(),
		),
		say(SayCallback, "{daypart}，这里是{company}，工号{agent}。您之前来电，我们答应给您回电，请问现在方便通话吗？", "{daypart}, this is {company}, agent {agent}. You called us and we promised to call back. Is it convenient now?",
			step("事由", "Matter", "请问您要咨询或反映什么事情？", "What can I do for you?"),
			wait(), ending(),
		),
		say(SayFollowUp, "{daypart}，这里是{company}，工号{agent}。您反映的事情已经处理，想听听您的意见，可以占用您一分钟吗？", "{daypart}, this is {company}, agent {agent}. We have dealt with your matter and would like to hear how it was. May I take a minute?",
			step("结果", "Result", "请问问题解决了吗？", "Has it been solved?"),
			step("满意", "Satisfied", "您对处理的时间、质量和服务态度满意吗？", "Are you satisfied with the time it took, the work and how you were treated?"),
			step("收费", "Charges", "工作人员有没有收费？收费您清楚吗？", "Were you charged, and was it clear for what?"),
			ending(),
		),
		say(SayOutbound, "{daypart}，这里是{company}，工号{agent}，请问是{caller_name}吗？", "{daypart}, this is {company}, agent {agent}. Am I speaking to {caller_name}?",
			step("来意", "Why", "现在方便通话吗？我打电话是为了……", "Is it convenient now? I am calling because …"),
			ending(),
		),
		say(SayComplaint, "{daypart}，{company}，工号{agent}。给您带来不便非常抱歉，请您慢慢说，我记录下来。", "{daypart}, {company}, agent {agent}. I am sorry for the trouble. Please tell me about it, I write it down.",
			step("倾听", "Listen", "请您说，我在听。（不打断）", "Please go on, I am listening. (Do not interrupt.)"),
			step("核对", "Confirm", "您反映的情况是……,对吗？您希望怎么处理？", "You told me that …, is that right? What would you like us to do?"),
			promised(), ending(),
		),
		say(SayRepeat, "{daypart}，{company}，工号{agent}。我看到您刚来过电话，是为同一件事吗？", "{daypart}, {company}, agent {agent}. I see that you called lately; is it about the same matter?",
			step("进度", "Progress", "我先查一下上次的处理情况，请稍等。", "Let me look up how far it has come; one moment please."),
			wait(), promised(), ending(),
		),
		say(SayClosed, "{daypart}，{company}，工号{agent}。现在是非工作时间，抢险报修马上为您处理，请问是什么事？", "{daypart}, {company}, agent {agent}. We are outside working hours; emergencies and repairs are dealt with at once. What is it about?",
			step("急事", "Urgent", "如果是险情或报修，请告诉我地址和情况，我马上派人。", "If it is an emergency or a repair, tell me the address and what happened; I send somebody at once."),
			step("其他", "Other", "其他业务我先登记，工作时间给您答复。", "I note anything else; you get an answer in working hours."),
			ending(),
		),
		say(SayInbound, "{daypart}，{company}，工号{agent}为您服务，请问有什么可以帮您？", "{daypart}, {company}, agent {agent} speaking. How can I help you?",
			step("听不到", "Nobody heard", "您好，请讲。……您好，听不到您的声音，请您换一部电话再打来。", "Hello, please speak. … I am sorry, I cannot hear you. Please call again from another phone."),
			step("按键", "Keys", "电话已经接通，请不要再按键，请直接讲。", "You are through; there is no need to press keys. Please speak."),
			step("声音不好", "Bad audio", "对不起，线路声音不清楚，请您先挂机，我三分钟内给您打回去。", "I am sorry, the line is bad. Please hang up; I call you back within three minutes."),
			wait(), promised(), ending(),
		),
	}
}

func say(in Situation, zh, en string, steps ...ScriptStep) Script {
	return Script{Situation: in, Opening: sheet.Text{Zh: zh, En: en}, Steps: steps}
}

func step(titleZh, titleEn, zh, en string) ScriptStep {
	return ScriptStep{Title: sheet.Text{Zh: titleZh, En: titleEn}, Text: sheet.Text{Zh: zh, En: en}}
}

// wait and promised are requirement A7's, ending is A6's.
func wait() ScriptStep {
	return step("等待", "Hold", "请您稍等，我查一下。……您好，让您久等了。", "One moment please, I look it up. … Hello, thank you for waiting.")
}

func promised() ScriptStep {
	return step("回电", "Call back", "这件事需要时间查询，我三十分钟内给您回电，好吗？", "This takes some time. May I call you back within thirty minutes?")
}

func ending() ScriptStep {
	return step("结束", "End", "请问还有其他需要吗？感谢您的来电，再见。（等对方先挂机）", "Is there anything else? Thank you, goodbye. (Let the caller hang up first.)")
}

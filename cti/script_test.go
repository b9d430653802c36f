package cti

import (
	"strings"
	"testing"

	"sansheng/cti/sheet"
)

// Those with which each company begins are right, in both languages, for each situation.
func TestDefaultScripts(t *testing.T) {
	t.Parallel()
	p := DemoPlan(0)
	p.Companies[0].Scripts = defaultScripts()
	if err := p.Check(); err != nil {
		t.Fatal(err)
	}
	for i, s := range Situations() {
		if got := p.ScriptsOf("demo")[i]; got.Situation != s || len(got.Steps) == 0 {
			t.Errorf("%s: %+v", s, got)
		}
	}
	own := Script{Situation: SayRepeat, Opening: sheet.Text{Zh: "又是您,{caller_name}", En: "You again, {caller_name}"}}
	p.Companies[0].Scripts = []Script{own}
	if got := p.ScriptOf("demo", SayRepeat).Opening; got != own.Opening {
		t.Errorf("a company's own script is %v", got)
	}
	if got := p.ScriptOf("demo", SayInbound); len(got.Steps) == 0 {
		t.Error("a company that has one script has no others")
	}
}

func TestScriptsChecked(t *testing.T) {
	t.Parallel()
	right := func() Script {
		return say(SayInbound, "您好", "Hello", step("等待", "Hold", "请稍等", "One moment"))
	}
	for _, c := range []struct {
		name   string
		change func(*Script)
		want   string
	}{
		{"a situation there is not", func(s *Script) { s.Situation = "party" }, "scripts[0].situation"},
		{"no opening in English", func(s *Script) { s.Opening.En = " " }, "scripts[0].opening.en"},
		{"a place-holder there is not", func(s *Script) { s.Opening.Zh = "{password}" }, "scripts[0].opening.zh"},
		{"a step of two lines", func(s *Script) { s.Steps[0].Text.En = "One\ntwo" }, "scripts[0].steps[0].text.en"},
		{"a title too long", func(s *Script) { s.Steps[0].Title.Zh = strings.Repeat("等", scriptTitleMost+1) }, "scripts[0].steps[0].title.zh"},
		{"too many steps", func(s *Script) { s.Steps = make([]ScriptStep, scriptStepsMost+1) }, "scripts[0].steps"},
	} {
		p, s := DemoPlan(0), right()
		c.change(&s)
		p.Companies[0].Scripts = []Script{s}
		if err := p.Check(); err == nil || !strings.Contains(err.Error(), "companies[0]."+c.want) {
			t.Errorf("%s: %v, want %s named", c.name, err, c.want)
		}
	}
	p := DemoPlan(0)
	p.Companies[0].Scripts = []Script{right(), right()}
	if err := p.Check(); err == nil || !strings.Contains(err.Error(), "scripts[1].situation") {
		t.Errorf("a situation twice: %v", err)
	}
}

// What a caller is called is never taken for a place-holder.
func TestScriptWordsAreData(t *testing.T) {
	t.Parallel()
	w := ScriptWords{"caller_name": "{agent}{company}", "agent": "1001"}
	if got := w.Fill("{agent}: {caller_name}"); got != "1001: {agent}{company}" {
		t.Errorf("filled: %q", got)
	}
}

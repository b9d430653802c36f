package service

import (
	"context"
	"errors"
	"strings"
	"time"

	"sansheng/cti"
	"sansheng/pbx/asterisk"
)

// What is wrong with the plan is found here before a caller finds it.

// watchHolidays looks whether all tables of holidays know what is to come.
func (s *Service) watchHolidays(context.Context) {
	s.alarms.Set("holidays_unknown", holidaysUnknown(s.plan, time.Now()))
}

func holidaysUnknown(p *cti.Plan, at time.Time) error {
	if unknown := p.HolidaysUnknown(at, cti.HolidaysAhead); len(unknown) > 0 {
		return errors.New(strings.Join(unknown, "; "))
	}
	return nil
}

// watchPrompts looks whether our own switch has all prompts.
func (s *Service) watchPrompts(context.Context) {
	var cause error
	if missing := s.plan.PromptsMissing(func(language, name string) bool {
		return asterisk.HasPrompt(s.asterisk.Data, language, name)
	}); missing != "" {
		cause = errors.New(missing)
	}
	s.alarms.Set("prompt_missing", cause)
}

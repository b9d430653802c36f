package service

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"sansheng/cti"
	"sansheng/pbx/asterisk"
)

// What is wrong with the plan is found here before a caller finds it.

// watchHolidays looks whether all tables of holidays know what is to come.
func (s *Service) watchHolidays(context.Context) {
	s.alarms.Set("holidays_unknown", holidaysUnknown(s.plan(), time.Now()))
}

func holidaysUnknown(p *cti.Plan, at time.Time) error {
	if unknown := p.HolidaysUnknown(at, cti.HolidaysAhead); len(unknown) > 0 {
		return errors.New(strings.Join(unknown, "; "))
	}
	return nil
}

// watchPrompts looks whether our own switch has all prompts.
func (s *Service) watchPrompts(context.Context) {
	s.alarms.Set("prompt_missing", s.promptsMissing(s.plan()))
}

// promptsMissing are those of a plan that our own switch has not.
func (s *Service) promptsMissing(p *cti.Plan) error {
	if missing := p.PromptsMissing(func(u cti.PromptUse) bool {
		return asterisk.HasPrompt(s.asterisk.Data, u.Voice(), u.Name)
	}); missing != "" {
		return errors.New(missing)
	}
	return nil
}

// hurts says what is not wrong with a plan, but will hurt callers: who publishes it is told at
// once, before the alarms are.
func (s *Service) hurts(p *cti.Plan, now time.Time) []string {
	var all []string
	if s.asterisk != nil {
		if err := s.promptsMissing(p); err != nil {
			all = append(all, "prompts are missing: "+err.Error())
		}
	}
	if err := openPaths(p, now, nil); err != nil {
		all = append(all, "callers come to nobody: "+err.Error())
	}
	return all
}

// surveyDays is how far ahead ways are looked at, surveyHour when, by the companies'
// clocks.
const (
	surveyDays = 7
	surveyHour = 3
)

// watchPaths walks every number through the days to come, at the start, each night and with
// another plan.
func (s *Service) watchPaths() func(context.Context) {
	var next time.Time
	var last *cti.Plan
	return func(run context.Context) {
		now, plan := time.Now(), s.plan()
		if now.Before(next) && plan == last {
			return
		}
		next, last = nextSurvey(plan, now), plan
		ctx, cancel := context.WithTimeout(run, 5*time.Second)
		defer cancel()
		var closed cti.Closures
		if _, leader, _ := s.leading(); leader != nil {
			_, closed, _ = leader.Hours(ctx) // without it: by the plan alone
		}
		s.alarms.Set("path_open", openPaths(plan, now, closed))
	}
}

// nextSurvey is when it is 03:00 next at some company.
func nextSurvey(p *cti.Plan, now time.Time) time.Time {
	var next time.Time
	for _, co := range p.Companies {
		zone := co.Location()
		y, m, d := now.In(zone).Date()
		at := time.Date(y, m, d, surveyHour, 0, 0, 0, zone)
		if !at.After(now) {
			at = time.Date(y, m, d+1, surveyHour, 0, 0, 0, zone)
		}
		if next.IsZero() || at.Before(next) {
			next = at
		}
	}
	return next
}

// openPaths are the ways that end nowhere, the first of them named.
func openPaths(p *cti.Plan, now time.Time, closed cti.Closures) error {
	const most = 5
	var open []string
	for _, w := range p.Survey(now, surveyDays, closed) {
		if w.Open != "" {
			open = append(open, w.String())
		}
	}
	if len(open) == 0 {
		return nil
	}
	text := strings.Join(open[:min(most, len(open))], "; ")
	if more := len(open) - most; more > 0 {
		text += fmt.Sprintf("; and %d more", more)
	}
	return errors.New(text)
}

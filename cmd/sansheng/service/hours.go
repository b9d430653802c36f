package service

import (
	"context"
	"slices"
	"time"

	"sansheng/cti"
	"sansheng/cti/flow"
	"sansheng/cti/web"
)

// lineHours asks the engine that leads about hours, for the API.
type lineHours struct{ s *Service }

func (l lineHours) Hours(ctx context.Context) ([]cti.HoursView, error) {
	e, err := l.s.leader()
	if err != nil {
		return nil, err
	}
	v, _, err := e.Hours(ctx)
	return v, err
}

func (l lineHours) CloseHours(ctx context.Context, c cti.CloseHours) error {
	e, err := l.s.leader()
	if err != nil {
		return err
	}
	return e.CloseHours(ctx, c)
}

// Walk is the plan's dry run, with what is closed and what is known of who calls, or said to
// be; where it has a document, that one's. No company's service is asked.
func (l lineHours) Walk(ctx context.Context, w web.Walk) (flow.Path, error) {
	e, err := l.s.leader()
	if err != nil {
		return flow.Path{}, err
	}
	_, closed, err := e.Hours(ctx)
	if err != nil {
		return flow.Path{}, err
	}
	if w.At.IsZero() {
		w.At = time.Now()
	}
	plan := l.s.plan()
	if w.Document != "" {
		if plan, err = configs(l).draft(ctx, web.ConfigOrder{Document: w.Document, Company: w.Company}); err != nil {
			return flow.Path{}, err
		}
	}
	only := *plan
	if w.Company != "" {
		only.Lines = nil
		for _, line := range plan.Lines {
			if line.Company == w.Company {
				only.Lines = append(only.Lines, line)
			}
		}
	}
	known, err := e.Caller(ctx, w.DID, w.Caller)
	if err != nil {
		return flow.Path{}, err
	}
	if i := slices.IndexFunc(only.Lines, func(line cti.Line) bool { return line.DID == w.DID }); i >= 0 && !slices.Contains(known, flow.Ticket) {
		if (lookups{store: l.s.records.open}).Ask(ctx, cti.TicketQuestion(only.Lines[i].Company, w.Caller)).Result == cti.TicketOpen {
			known = append(known, flow.Ticket)
		}
	}
	path, err := only.Walk(w.DID, w.At, w.Caller, w.Keys, closed, func(c *flow.Conditions) {
		c.Caller, c.Answers = append(known, w.Is...), w.Answers
	})
	if err != nil {
		return flow.Path{}, &cti.HoursError{Unknown: true, Text: err.Error()}
	}
	return path, nil
}

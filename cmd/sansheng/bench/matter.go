package bench

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"sansheng/cti/callback"
	"sansheng/cti/sheet"
	"sansheng/store/ticket"
)

// file is a ticket that is being made, with its call.
type file struct {
	y *year
	made
	id uuid.UUID
	ticket.Ticket
	// charged and so on are read from the sheet; over tells that the year is.
	over bool
}

// Shares of matters.
const (
	leftDraft     = 0.004
	leftLying     = 0.008
	escalated     = 0.05
	markedMatters = 0.004
)

// kinds are what calls are about, each as often as it is there.
var kinds = []ticket.Kind{
	ticket.Consultation, ticket.Consultation, ticket.Consultation, ticket.Consultation, ticket.Consultation, ticket.Consultation, ticket.Consultation, ticket.Consultation,
	ticket.Repair, ticket.Repair, ticket.Repair, ticket.Repair, ticket.Complaint, ticket.Installation, ticket.Alteration, ticket.Suggestion, ticket.Praise,
}

func (y *year) file(m made) (*file, error) {
	id, err := y.id()
	return &file{y: y, made: m, id: id, Ticket: ticket.Ticket{ID: ticket.ID(id.String()), Company: m.co.id}}, err
}

// matter is what a call was about, and what was done about it, up to the end of the year.
func (y *year) matter(m made, at time.Time, emergency, first bool) error {
	f, err := y.file(m)
	if err != nil {
		return err
	}
	kind := choice(y.r, kinds)
	if emergency {
		kind = ticket.Emergency
	}
	if first {
		err = f.do(ticket.System, &ticket.Opened{Company: m.co.id, Kind: ticket.Consultation, State: ticket.Draft, Owner: m.agent, Call: m.id}, at)
	} else {
		err = f.do(m.agent, &ticket.Opened{
			Company: m.co.id, Kind: kind, Owner: m.agent, Call: m.id,
			Matter: ticket.Matter{Summary: choice(y.r, happenings), Important: chance(y.r, markedMatters)},
		}, at)
	}
	if err == nil {
		err = f.work(kind)
	}
	if err != nil {
		return fmt.Errorf("matter of call %s: %w", m.id, err)
	}
	return y.addTicket(f)
}

// work is what people do, until the matter is closed, somebody lets it lie, or the year is over.
func (f *file) work(kind ticket.Kind) error {
	r, at := f.y.r, f.ended
	if chance(r, leftDraft) {
		return nil
	}
	at = at.Add(span(r, 30*time.Second, 20*time.Minute))
	if err := f.do(f.agent, &ticket.Filled{Kind: kind, Said: f.y.said(kind, f.number), Final: true}, at); err != nil {
		return err
	}
	if chance(r, leftLying) {
		return f.lie()
	}
	forwarded := kind == ticket.Repair || kind == ticket.Emergency || kind == ticket.Installation || kind == ticket.Alteration || kind == ticket.Complaint
	if forwarded {
		clerk := fmt.Sprint(6000 + r.IntN(50))
		steps := []struct {
			by  string
			act ticket.Act
			in  time.Duration
		}{
			{f.agent, &ticket.ForwardedTo{Department: choice(r, departments), Reason: "theirs"}, span(r, time.Minute, time.Hour)},
			{clerk, &ticket.Taken{Clerk: clerk}, span(r, 5*time.Minute, 8*time.Hour)},
			{clerk, &ticket.Finished{Result: choice(r, outcomes)}, span(r, time.Hour, 96*time.Hour)},
		}
		for i, s := range steps {
			if i == 1 && kind == ticket.Complaint && chance(r, escalated) {
				if err := f.do(f.agent, &ticket.Escalated{Reason: "asks for the head"}, at); err != nil {
					return err
				}
			}
			at = at.Add(s.in)
			if err := f.do(s.by, s.act, at); err != nil {
				return err
			}
			if i > 0 && chance(r, leftLying) {
				return f.lie()
			}
		}
	}
	at = at.Add(span(r, time.Minute, 30*time.Hour))
	if err := f.do(f.agent, &ticket.ClosedWith{Result: choice(r, outcomes)}, at); err != nil {
		return err
	}
	return f.lie()
}

// do is an act, unless the year is over by then. What the clock has to tell before is told.
func (f *file) do(by string, a ticket.Act, at time.Time) error {
	if f.over || at.After(f.y.cfg.Until) {
		f.over = true
		return f.lie()
	}
	if err := f.lapse(at); err != nil {
		return err
	}
	fact, err := ticket.Do(f.Ticket, by, a, ticket.Moment{Now: at, Forms: f.y.forms})
	if err != nil {
		return err
	}
	return f.keep(fact)
}

// lie lets the clock go on to the end of the year.
func (f *file) lie() error { return f.lapse(f.y.cfg.Until) }

// lapse is what the clock tells up to a moment.
func (f *file) lapse(until time.Time) error {
	if f.State != ticket.Open && f.State != ticket.Forwarded || f.Due.At.IsZero() || f.Due.Overdue || f.Due.At.After(until) {
		return nil
	}
	at := f.Due.At
	if at.Before(f.ChangedAt) {
		at = f.ChangedAt
	}
	fact, err := ticket.Do(f.Ticket, ticket.System, &ticket.Lapsed{Due: f.Due.At, Over: true}, ticket.Moment{Now: at})
	if err != nil {
		return err
	}
	return f.keep(fact)
}

func (f *file) keep(fact ticket.Fact) error {
	f.Ticket = ticket.Apply(f.Ticket, fact)
	said, err := json.Marshal(fact.Act)
	if err != nil {
		return err
	}
	f.y.acts++
	f.y.out.add("act", fact.ID(), fact.At, "ticket."+string(fact.Act.Verb()), f.co.id, f.made.id, f.Owner, f.id, said, f.y.acts, fact.N, fact.By, nil)
	return nil
}

// unanswered is the ticket of a caller whom nobody has answered; a message is finished by the
// hotline, and not by an act.
func (y *year) unanswered(m made, kind ticket.Kind, finished *time.Time, by, result string) error {
	f, err := y.file(m)
	if err != nil {
		return err
	}
	err = f.keep(ticket.Fact{Ticket: f.ID, N: 1, At: m.ended, By: ticket.System, Act: &ticket.Opened{Company: m.co.id, Kind: kind, State: ticket.Open, Call: m.id}})
	if err == nil {
		err = f.do(ticket.System, &ticket.Dated{}, m.ended.Add(time.Second))
	}
	switch {
	case err != nil:
		return err
	case finished != nil:
		f.State, f.Owner, f.ClosedAt, f.Result = ticket.Closed, by, *finished, result
	case kind == ticket.Callback:
		by, at := m.co.agent(y.r), m.ended.Add(span(y.r, 2*time.Minute, 20*time.Hour))
		for _, a := range []ticket.Act{
			&ticket.Described{Kind: kind, Matter: ticket.Matter{Summary: choice(y.r, happenings)}}, &ticket.Entrusted{Owner: by, Reason: "has called"},
			&ticket.ClosedWith{Result: choice(y.r, outcomes)},
		} {
			if err := f.do(by, a, at); err != nil {
				return err
			}
		}
	}
	if err := f.lie(); err != nil {
		return err
	}
	return y.addTicket(f)
}

// said fills in what a kind's form asks for.
func (y *year) said(kind ticket.Kind, number string) sheet.Values {
	form, said := y.forms.Newest(kind), sheet.Values{}
	for _, field := range form.Fields {
		if form.Needs(field) == sheet.Never && !chance(y.r, 0.4) {
			continue
		}
		var v any
		switch field.Type {
		case sheet.Phone:
			v = number
		case sheet.Address:
			v = address(y.r)
		case sheet.YesNo:
			v = chance(y.r, 0.5)
		case sheet.Choice:
			v = choice(y.r, field.Options).ID
		case sheet.Choices:
			v = []string{choice(y.r, field.Options).ID}
		case sheet.Number:
			v = y.r.IntN(3)
		case sheet.Date:
			v = y.cfg.Until.Format(time.DateOnly)
		default:
			switch {
			case field.Personal:
				v = choice(y.r, names)
			case strings.HasPrefix(field.ID, "done"), strings.HasPrefix(field.ID, "result"):
				v = choice(y.r, outcomes)
			default:
				v = choice(y.r, happenings)
			}
		}
		said[field.ID] = v
	}
	return said
}

// addTicket adds a ticket's row, its sheet's, and the callback that is owed.
func (y *year) addTicket(f *file) error {
	t := f.Ticket
	if t.Facts == 0 {
		return nil // it would have been opened after the year's end
	}
	y.out.add("ticket", f.id, t.Company, string(t.Kind), string(t.State), given(t.Owner), f.made.id, t.OpenedAt, moment(t.Due.At), moment(t.ClosedAt), t.Calls,
		t.Department, t.Clerk, t.Matter.Summary, t.Matter.Place, t.Matter.Phone, t.Matter.Important, t.Matter.Charged,
		t.Due.Promised, moment(t.Due.WarnAt), t.Due.Warned, t.Due.Overdue, t.Level, t.Result, t.Score, moment(t.WorkedAt), t.Facts, t.ChangedAt)
	if f.agent != "" {
		said, err := json.Marshal(t.Sheet.Said)
		if err != nil {
			return err
		}
		kind := t.Sheet.Kind
		if t.Sheet.Version == 0 {
			kind, said = ticket.Consultation, []byte("{}")
		}
		y.out.add("sheet", f.id, f.made.id, t.Company, f.agent, t.OpenedAt, string(kind), t.Sheet.Version, said, moment(t.Sheet.Final))
	}
	if t.State != ticket.Closed || t.Kind == ticket.Voicemail {
		return nil
	}
	return y.plan(f, callback.Matter{
		Ticket: string(t.ID), Kind: string(t.Kind), Charged: t.Matter.Charged, Number: f.number, Place: t.Matter.Place, WorkedAt: t.WorkedAt, ClosedAt: t.ClosedAt,
	})
}

// moment is a time as a column has it, null for none; given a text.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func given(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

package bench

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"sansheng/cti/callback"
	"sansheng/store/ticket"
)

// followUp is a callback about what was done for a caller.
type followUp struct {
	callback.Callback
	id, ticket uuid.UUID
	call       string
	facts      int
}

// from is when it can be made.
func (f *followUp) from() time.Time {
	if f.NextAt.After(f.PlannedAt) {
		return f.NextAt
	}
	return f.PlannedAt
}

// plan plans the callback that is owed for a ticket, if one is.
func (y *year) plan(of *file, m callback.Matter) error {
	if _, owed := y.office.Owes(m); !owed {
		return nil
	}
	id, err := y.id()
	if err != nil {
		return err
	}
	f := &followUp{id: id, ticket: of.id, call: of.made.id}
	if err := y.follow(f, ticket.System, callback.Plan{ID: id.String(), Company: of.Company, Matters: []callback.Matter{m}}, m.ClosedAt); err != nil {
		return err
	}
	if float64(len(y.waiting[f.Company])) > backlogMost*of.co.share {
		leader := callback.Waive{By: "2001", Reason: "too many"}
		if err := y.follow(f, leader.By, leader, m.ClosedAt); err != nil {
			return err
		}
		return y.addFollowUp(f)
	}
	y.wait(f)
	return nil
}

// backlogMost is how many callbacks all companies have before them; more are waived.
const backlogMost = 8000

// wait puts a callback among those that are to be made.
func (y *year) wait(f *followUp) {
	list := y.waiting[f.Company]
	i, _ := slices.BinarySearchFunc(list, f, func(a, b *followUp) int { return a.from().Compare(b.from()) })
	y.waiting[f.Company] = slices.Insert(list, i, f)
}

// follow carries a command out.
func (y *year) follow(f *followUp, by string, c callback.Command, at time.Time) error {
	facts, err := y.office.Decide(f.Callback, c, at)
	if err != nil {
		return err
	}
	for _, fact := range facts {
		f.Callback = callback.Apply(f.Callback, fact)
		f.facts++
		said, err := json.Marshal(fact.Data)
		if err != nil {
			return err
		}
		y.acts++
		y.out.add("act", fmt.Sprintf("follow_up.%s.%d", f.ID, f.facts), fact.At, string(fact.Data.Kind()), f.Company, f.call, f.Agent, f.ticket, said,
			y.acts, f.facts, by, &f.id)
	}
	return nil
}

// lookMost is how many of those that wait are tried.
const lookMost = 20

// next is the callback that a call of an agent's is made for; nil where none is to be made.
func (y *year) next(m made) *followUp {
	list := y.waiting[m.co.id]
	for i, f := range list[:min(len(list), lookMost)] {
		if f.from().Add(time.Hour).After(m.at) {
			return nil
		}
		if y.follow(f, ticket.System, callback.Tick{}, m.at) != nil || y.follow(f, m.agent, callback.Dial{Agent: m.agent, Call: m.id}, m.at) != nil {
			continue // not at this hour
		}
		y.waiting[m.co.id] = slices.Delete(list, i, i+1)
		return f
	}
	return nil
}

// followed is what came of the call.
func (y *year) followed(f *followUp, m made, reached bool, rang time.Duration) error {
	line := callback.LineNoAnswer
	if reached {
		line = callback.LineReached
	}
	err := y.follow(f, ticket.System, callback.EndLine{Call: m.id, Line: line, Rang: rang}, m.ended)
	said := m.ended.Add(time.Minute)
	if reached {
		err = errors.Join(err, y.follow(f, m.agent, callback.Answer{Call: m.id, By: m.agent, Answers: y.answers(f)}, said))
	} else {
		err = errors.Join(err, y.follow(f, m.agent, callback.Miss{Call: m.id, Reason: callback.NoAnswer, By: m.agent}, said))
	}
	if err != nil {
		return fmt.Errorf("callback %s: %w", f.ID, err)
	}
	if !f.State.Over() {
		y.wait(f)
		return nil
	}
	return y.addFollowUp(f)
}

// answers are those of a caller: he is content, mostly.
func (y *year) answers(f *followUp) []callback.Answered {
	var all []callback.Answered
	for _, a := range y.office.Questions.For(f.Tickets) {
		yes, score := true, 5
		if chance(y.r, 0.03) {
			score = 1
		}
		answer := callback.Answered{Question: a.Question.ID, Ticket: a.Ticket}
		switch a.Question.Type {
		case callback.YesNo:
			answer.Yes = &yes
		case callback.Scale:
			answer.Number = &score
		case callback.Words:
			continue
		}
		all = append(all, answer)
	}
	return all
}

func (y *year) addFollowUp(f *followUp) error {
	if !f.State.Over() {
		if err := y.follow(f, ticket.System, callback.Tick{}, y.cfg.Until); err != nil {
			return err
		}
	}
	said, err := json.Marshal(f.Callback)
	if err != nil {
		return err
	}
	tickets, reach := []string{}, []string{}
	for _, o := range f.Tickets {
		tickets = append(tickets, o.Ticket)
		at := y.office.Rules.ReachOf(o.Number, o.Place)
		if at.Number != "" {
			reach = append(reach, "number:"+at.Number)
		}
		if at.Place != "" {
			reach = append(reach, "place:"+at.Place)
		}
	}
	y.out.add("follow_up", f.id, f.Company, string(f.State), f.Agent, tickets, reach, f.PlannedAt, f.Due, f.Overdue, moment(f.NextAt), moment(f.EndedAt),
		f.Outcome != nil && len(f.Outcome.Dissatisfied) > 0, f.facts, said)
	return nil
}

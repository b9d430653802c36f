package web

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"go.uber.org/zap"

	"sansheng/cti"
	"sansheng/store"
)

type orderInput struct {
	Agent string `path:"agent" pattern:"^[0-9]{3,15}$" patternDescription:"3 to 15 digits" doc:"Whose phone and caller it is about."`
	Key   string `header:"Idempotency-Key" maxLength:"64" doc:"Given again with the same key, an order that was carried out is not carried out again."`
	Body  struct {
		Verb    string    `json:"verb" enum:"ready,pause,log_off,dial,hold,unhold,transfer,blind_transfer,emergency,complete,take_back,swap,conference,linger,survey,reconnect,promise,hang_up,pause_recording,resume_recording,move,listen,whisper,join,take_over" doc:"What is to be done; transfer is the announced one; emergency hands the caller over to the emergency queue before all who wait there, as where he says when he is called back that his emergency is not solved; survey ends the talk and has the caller asked how it was; reconnect rings his phone again for the call that he is in, as after a page was loaded again; promise promises his caller a call that the hotline makes in time, also in the notes about one that has ended. The last five are leaders'."`
		Call    string    `json:"call,omitempty" maxLength:"64" doc:"The call that it is about, by its id: an order that comes late is refused where he has another caller by then (not-his-call). Of no meaning for ready, pause, log_off, dial, promise and the last five."`
		To      string    `json:"to,omitempty" maxLength:"64" doc:"Whom a transfer goes to: an agent's number, a queue's name, a contact's, or a number outside that may be dialled. Whose call a leader goes to: an agent's number or a call's id. Which queues an agent is to serve: their names with commas between, nothing for the plan's. Which number is called back, where it is not the caller's."`
		For     string    `json:"for,omitempty" maxLength:"64" doc:"What a number is dialled for. With ticket:ID or follow_up:ID and without a number, the number of that ticket's caller is dialled, or that of the callback. A promise may name its call, as in call:ID: the one that he has or had last."`
		Due     time.Time `json:"due,omitzero" doc:"Until when a promised call is to be made (RFC 3339), within 7 days; in half an hour by default."`
		Reason  string    `json:"reason,omitempty" maxLength:"500" doc:"Why: a pause needs one; of a transfer, what the caller was told."`
		Consent bool      `json:"consent,omitempty" doc:"The caller has agreed to the transfer."`

		Sheet []cti.SheetField `json:"sheet,omitempty" maxItems:"40" doc:"What is written down about the call so far, by field, 4000 bytes in all. The receiver of a transfer is sent it before his phone rings (fact agent.briefed)."`
	}
}

// Ordered is an order that is being carried out.
type Ordered struct {
	Agent string `json:"agent"`
	Verb  string `json:"verb"`
}

type orderOutput struct {
	Body Ordered
}

func (s *Server) registerOrders(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "order", Method: http.MethodPost, Path: "/api/v1/agents/{agent}/orders", Tags: []string{"live"},
		Summary:     "Ready, pause, hold, transfer: what an agent does to his state and his call.",
		Description: "The answer tells that it is being carried out; what comes of it is told by the facts.",
		Security:    secured, Errors: append([]int{http.StatusNotFound, http.StatusConflict}, readErrors...),
	}, s.order)
}

func (s *Server) order(ctx context.Context, in *orderInput) (*orderOutput, error) {
	if err := s.mayOrder(ctx, in.Agent); err != nil {
		return nil, err
	}
	p, verb := personOf(ctx), cti.Verb(in.Body.Verb)
	if verb.Leads() && p.reach == own {
		return nil, newProblem(http.StatusForbidden, notAllowed, "%s is for leaders", verb)
	}
	if err := cti.Sheet(in.Body.Sheet).Check(); err != nil {
		return nil, newProblem(http.StatusUnprocessableEntity, badQuery, "%v", err)
	}
	ctx, cancel := context.WithTimeout(ctx, liveTime)
	defer cancel()
	o := cti.Order{Agent: cti.AgentID(in.Agent), Verb: verb, Call: cti.CallID(in.Body.Call), By: p.Number, Leader: p.reach != own, Key: in.Key, To: in.Body.To, Reason: in.Body.Reason, Consent: in.Body.Consent, Sheet: in.Body.Sheet, For: in.Body.For, Due: in.Body.Due}
	if verb == cti.OrderDial {
		if err := s.dialFor(ctx, p, in.Body.For, &o); err != nil {
			return nil, err
		}
	}
	if err := s.withinOrder(ctx, p, &o); err != nil {
		return nil, err
	}
	if verb == cti.OrderEmergency {
		s.nameTickets(ctx, &o)
	}
	err := s.orders(ctx, o)
	if in.Body.To == "" && verb == cti.OrderDial {
		err = unsaid(err, o.To)
	}
	s.log.Info("order", zap.String("by", p.Number), zap.String("agent", in.Agent), zap.String("verb", in.Body.Verb), scrubbed(err))
	if err != nil {
		return nil, notDone(err)
	}
	return &orderOutput{Body: Ordered{Agent: in.Agent, Verb: in.Body.Verb}}, nil
}

// unsaid is a refusal without the number of a ticket or of a callback: who has it dialled is not
// told it otherwise either.
func unsaid(err error, number string) error {
	var refused *cti.OrderError
	if number == "" || !errors.As(err, &refused) {
		return err
	}
	masked := *refused
	masked.Text = strings.ReplaceAll(refused.Text, number, store.Mask(number))
	masked.About = slices.Clone(refused.About)
	for i := range masked.About {
		masked.About[i] = strings.ReplaceAll(masked.About[i], number, store.Mask(number))
	}
	return &masked
}

// scrubbed is the error of what people order as it may be in the log: refusals repeat what was said.
func scrubbed(err error) zap.Field {
	if err == nil {
		return zap.Skip()
	}
	return zap.String("error", scrub(err.Error()))
}

// ticketsNamedIn is how long an emergency waits for the numbers of its tickets.
const ticketsNamedIn = 300 * time.Millisecond

// nameTickets writes the tickets of which a caller was called back onto the sheet of an order
// that hands him over. An emergency does not wait for them: where they cannot be read it goes
// without, and the call says what it was made for.
func (s *Server) nameTickets(ctx context.Context, o *cti.Order) {
	ctx, cancel := context.WithTimeout(ctx, ticketsNamedIn)
	defer cancel()
	floor, ok := s.floor(ctx)
	if !ok {
		return
	}
	i := slices.IndexFunc(floor.Calls, func(c cti.CallView) bool { return c.Agent == o.Agent && c.For != "" })
	if i < 0 {
		return
	}
	var tickets []string
	if id, ok := strings.CutPrefix(floor.Calls[i].For, "ticket:"); ok {
		tickets = []string{id}
	}
	if id, ok := strings.CutPrefix(floor.Calls[i].For, store.FollowUpPrefix); ok {
		if db, err := s.database(ctx); err == nil {
			if list, err := db.FollowUps(ctx, store.FollowUpFilter{ID: id, Company: string(floor.Calls[i].Company)}); err == nil && len(list) == 1 {
				for _, t := range list[0].Tickets {
					tickets = append(tickets, t.Ticket)
				}
			}
		}
	}
	for _, t := range tickets {
		if more := append(o.Sheet, cti.SheetField{Name: "ticket", Value: t}); more.Check() == nil {
			o.Sheet = more
		}
	}
}

// notDone is the answer where the engine has not done what was asked: it knows no such
// thing, or the state forbids it, or it is not there.
func notDone(err error) error {
	var order *cti.OrderError
	var callback *cti.CallbackError
	var hours *cti.HoursError
	var message *cti.MessageError
	var plan *cti.PlanError
	var record *cti.RecordError
	var unknown bool
	var why string
	switch {
	case errors.As(err, &order):
		unknown, why = order.Unknown, order.Text
	case errors.As(err, &callback):
		unknown, why = callback.Unknown, callback.Text
	case errors.As(err, &hours):
		unknown, why = hours.Unknown, hours.Text
	case errors.As(err, &message):
		unknown, why = message.Unknown, message.Text
	case errors.As(err, &plan):
		unknown, why = plan.Unknown, plan.Text
	case errors.As(err, &record):
		why = record.Text
	default:
		return noLeader()
	}
	p := newProblem(http.StatusConflict, badState, "%s", why)
	if unknown {
		p = newProblem(http.StatusNotFound, notFound, "%s", why)
	}
	if order != nil && order.Why != "" {
		p.Code, p.Args = Code(order.Why), order.About
	}
	return p
}

func noLeader() error {
	return newProblem(http.StatusServiceUnavailable, unavailable, "no engine that leads answers here; ask where one does")
}

// dialFor completes an order to dial by what it is for: the number of a ticket's caller
// is not the agent's to know.
func (s *Server) dialFor(ctx context.Context, p person, what string, o *cti.Order) error {
	o.For = what
	if id, ok := strings.CutPrefix(what, store.FollowUpPrefix); ok && uuid.Validate(id) == nil {
		return s.dialFollowUp(ctx, p, id, o)
	}
	if o.To != "" {
		return nil
	}
	id, ok := strings.CutPrefix(what, "ticket:")
	if !ok || uuid.Validate(id) != nil {
		return newProblem(http.StatusUnprocessableEntity, badQuery, `a number is dialled by "to", or by "for" as in ticket:5e4ac1de-3a0d-5b1a-9d6e-0a5a4e5e5a33`)
	}
	tickets, err := s.records.Tickets(ctx, store.TicketFilter{ID: id, Company: string(p.onlyCompany()), Within: p.within(), Limit: 1})
	if err != nil {
		return s.unread(ctx, "tickets", err)
	}
	if len(tickets) == 0 || tickets[0].Caller == "" {
		return newProblem(http.StatusNotFound, notFound, "there is no ticket %s, or its caller has no number", id)
	}
	o.To, o.Known = tickets[0].Caller, true
	if m := tickets[0].Message; m != nil {
		return dialMessage(tickets[0], o)
	}
	return nil
}

// dialMessage completes an order to call back who has left a message: it is his who dials
// from when the order is carried out. A number that the caller has entered is under the rules for numbers outside.
func dialMessage(t store.Ticket, o *cti.Order) error {
	if t.Message.Number == "" {
		return newProblem(http.StatusConflict, badState, "the caller of ticket %s has left no number", t.ID)
	}
	o.To, o.Known = t.Message.Number, t.Message.Number == t.Caller
	if t.Message.FinishedAt == nil { // or he is called once more
		o.Message = cti.CallID(t.Call)
	}
	return nil
}

// mayOrder tells whether the person who asks has a say about an agent.
func (s *Server) mayOrder(ctx context.Context, agent string) error {
	p := personOf(ctx)
	if p.reach == all || p.Number == agent && s.ownPhone(p.Account) {
		return nil
	}
	if p.reach == company {
		floor, ok := s.floor(ctx)
		if !ok {
			return noLeader()
		}
		if slices.ContainsFunc(floor.Agents, func(a cti.AgentView) bool {
			return string(a.ID) == agent && p.oversees(a)
		}) {
			return nil
		}
	}
	return newProblem(http.StatusForbidden, notAllowed, "agent %s is not yours to give orders to", agent)
}

package store

import (
	"context"
	"encoding/hex"
	"errors"
	"math"
	"strconv"
	"strings"
	"time"

	"sansheng/cti"
	"sansheng/cti/flow"
	"sansheng/store/internal/sql"
	"sansheng/store/ticket"
)

// apply queues the statements of one fact. Queuing does not fail; errors come
// from the pipeline's flush, so that statements of one fact are simply joined.
func (b *batch) apply(ctx context.Context, e entry, acts *readActs) error {
	b.stats.facts++
	if isAct(e.Fact) {
		return b.applyAct(ctx, e, acts)
	}
	if cti.NewData(e.Kind) == nil {
		b.stats.ignored++ // a newer writer's: not ours to keep
		return nil
	}
	subject, _, _ := strings.Cut(string(e.Kind), ".")
	switch subject {
	case "call":
		return b.applyCall(ctx, e)
	case "agent":
		return b.applyAgent(ctx, e.Fact)
	case "callback":
		return b.applyCallback(ctx, e.Fact)
	case "message":
		return b.applyMessage(ctx, e.Fact)
	case "hours":
		return b.applyHours(ctx, e.Fact)
	case "plan":
		return b.applyPlan(ctx, e.Fact)
	case "prompt":
		return b.applyPrompt(ctx, e.Fact)
	case "record":
		if e.Kind == cti.RecordAmended {
			return b.applyAmended(ctx, e)
		}
		return b.applyErased(ctx, e)
	case "engine":
		d, _ := e.Data.(*cti.EngineData)
		if d == nil {
			d = &cti.EngineData{}
		}
		text := d.Text
		if e.Kind == cti.ClockStepped {
			text = d.StepMs.Duration().String()
		}
		return b.s.q.AddEngineEvent(ctx, b.out, sql.AddEngineEventParams{
			FactID: e.ID, Engine: e.Engine, Kind: string(e.Kind), At: e.At, Text: text,
			SwitchStartedAt: given(d.SwitchStartedAt),
		})
	}
	b.stats.ignored++
	return nil
}

// applyHours keeps who closed a calendar or a line, and who opened it, among the orders:
// it is one that is about no agent.
func (b *batch) applyHours(ctx context.Context, f cti.Fact) error {
	d, ok := f.Data.(*cti.ClosureData)
	if !ok {
		return nil
	}
	verb, target := "open", d.What()
	if f.Kind == cti.HoursClosed {
		verb, target = "close", target+" until "+d.Until.UTC().Format(time.RFC3339)
	}
	return b.s.q.AddOrder(ctx, b.out, sql.AddOrderParams{
		FactID: f.ID, Company: string(f.Company), At: f.At, ByPerson: clean(d.By), Verb: verb, Target: clean(target), Reason: clean(d.Reason),
	})
}

// applyPlan keeps who published a plan among the orders, without the plan.
func (b *batch) applyPlan(ctx context.Context, f cti.Fact) error {
	verb := strings.TrimPrefix(string(f.Kind), "plan.")
	o := sql.AddOrderParams{FactID: f.ID, Company: string(f.Company), At: f.At, Verb: verb}
	switch d := f.Data.(type) {
	case *cti.PublishedData:
		o.ByPerson, o.Target, o.Reason = clean(d.By), "version "+strconv.Itoa(d.Version), clean(d.Note)
		if !d.Due.IsZero() {
			o.Target += " for " + d.Due.UTC().Format(time.RFC3339)
		}
	case *cti.PlanCancelledData:
		o.ByPerson, o.Target = clean(d.By), "version "+strconv.Itoa(d.Version)
	}
	return b.s.q.AddOrder(ctx, b.out, o)
}

// applyPrompt keeps who changed a prompt into what among the orders.
func (b *batch) applyPrompt(ctx context.Context, f cti.Fact) error {
	d, ok := f.Data.(*cti.PromptData)
	if !ok {
		return nil
	}
	target := d.Language + "/" + d.Name + " version " + strconv.Itoa(d.Version)
	if d.SHA256 != "" {
		target += " sha256 " + d.SHA256
	}
	return b.s.q.AddOrder(ctx, b.out, sql.AddOrderParams{
		FactID: f.ID, Company: string(f.Company), At: f.At, ByPerson: clean(d.By), Verb: clean("prompt_" + d.How), Target: clean(target), Reason: clean(d.Text),
	})
}

func (b *batch) applyAgent(ctx context.Context, f cti.Fact) error {
	company, agent := string(f.Company), string(f.Agent)
	term := int64(min(f.Term, math.MaxInt64))
	if d, ok := f.Data.(*cti.RegisteredData); ok {
		return b.s.q.SetPhone(ctx, b.out, sql.SetPhoneParams{
			Company: company, Agent: agent, Endpoint: string(d.Endpoint),
			Reachable: f.Kind == cti.AgentRegistered, Since: f.At, Term: term,
		})
	}
	if d, ok := f.Data.(*cti.OrderedData); ok {
		return b.s.q.AddOrder(ctx, b.out, sql.AddOrderParams{
			FactID: f.ID, Company: company, Agent: agent, CallID: string(f.Call), At: f.At,
			ByPerson: clean(d.By), Verb: string(d.Verb), Target: b.told(f.Call, d.To), Reason: b.told(f.Call, d.Reason),
		})
	}
	state, ok := cti.StateOf(f.Kind)
	if !ok {
		return nil
	}
	p := sql.EnterAgentStateParams{Company: company, Agent: agent, State: string(state), At: f.At, Term: term}
	if d, ok := f.Data.(*cti.StateData); ok {
		p.Reason, p.CallID = d.Reason, string(d.Call)
	}
	return errors.Join(
		b.s.q.LeaveAgentState(ctx, b.out, sql.LeaveAgentStateParams{At: f.At, Company: company, Agent: agent, Term: p.Term}),
		b.s.q.EnterAgentState(ctx, b.out, p),
	)
}

// applyCall makes sure that the call has a row, keeps it from changing once
// closed, and queues what the fact says.
func (b *batch) applyCall(ctx context.Context, e entry) error {
	standing := b.calls[e.Call]
	switch {
	case standing != nil && standing.closed:
		b.stats.late++
		return b.amendLate(ctx, e, "fact after the end of the call")
	case standing != nil && standing.late(e.Fact):
		b.stats.late++
		return b.amendLate(ctx, e, "fact of an engine that did not lead any more")
	case standing == nil:
		b.calls[e.Call] = &callStanding{company: e.Company}
	}
	return errors.Join(b.applyLive(ctx, e, standing != nil), b.lead(ctx, e.Fact))
}

// lead notes the term of a call's newest fact.
func (b *batch) lead(ctx context.Context, f cti.Fact) error {
	c := b.calls[f.Call]
	if f.Term <= c.term || f.Term > math.MaxInt64 || c.closed {
		return nil
	}
	c.term = f.Term
	return b.s.q.LeadCall(ctx, b.out, int64(f.Term), string(f.Call))
}

// applyLive queues what a fact of a call that goes on says.
func (b *batch) applyLive(ctx context.Context, e entry, known bool) error {
	if d, ok := e.Data.(*cti.Arrived); ok {
		return b.arrived(ctx, e.Fact, d)
	}
	if !known {
		p := sql.AddUnseenCallParams{
			ID: string(e.Call), Company: string(e.Company), Engine: e.Engine, StartedAt: e.At,
		}
		if err := b.s.q.AddUnseenCall(ctx, b.out, p); err != nil {
			return err
		}
	}
	switch d := e.Data.(type) {
	case *cti.Offered, *cti.Alerted, *cti.PickedUpData, *cti.OfferEnded, *cti.Answered:
		return b.applyOffer(ctx, e.Fact)
	case *cti.HoldData, *cti.Joined, *cti.LegEnded:
		return b.applyLeg(ctx, e.Fact)
	case *cti.DialledData, *cti.ReachedData:
		return b.applyDial(ctx, e.Fact)
	case *cti.TransferBeganData, *cti.ConsultedData, *cti.TurnedData, *cti.TransferredData, *cti.TransferEndedData:
		return b.applyTransfer(ctx, e.Fact)
	case *cti.SupervisionBeganData, *cti.SupervisedData, *cti.SupervisionEndedData:
		return b.applySupervision(ctx, e.Fact)
	case *cti.Ended:
		return b.ended(ctx, e.Fact, d)
	}
	return b.applyFlow(ctx, e.Fact)
}

func (b *batch) arrived(ctx context.Context, f cti.Fact, d *cti.Arrived) error {
	call := string(f.Call)
	return errors.Join(
		b.s.q.Arrive(ctx, b.out, sql.ArriveParams{
			ID: call, Company: string(f.Company), Did: d.DID,
			CallerNumber: d.Caller.Number, CallerName: d.Caller.Name, Direction: d.Direction,
			Mode: string(d.Mode), Language: d.Language, RingPeriodMs: int64(d.RingPeriod),
			Emergency: d.Emergency, Engine: f.Engine, StartedAt: f.At, RingbackAt: given(d.RingbackAt),
		}),
		b.s.q.AddLeg(ctx, b.out, sql.AddLegParams{
			CallID: call, Channel: string(d.Channel), Role: string(cti.RoleCaller), StartedAt: f.At,
		}),
		b.recorded(ctx, f, d.Recording),
		b.dials(ctx, f, d),
	)
}

// dials notes who calls a number outside, and what for.
func (b *batch) dials(ctx context.Context, f cti.Fact, d *cti.Arrived) error {
	if d.Direction != cti.Outbound {
		return nil
	}
	return b.s.q.BeginDial(ctx, b.out, string(f.Call), string(d.By), clean(d.For))
}

// applyDial is the way to a number outside that an agent calls.
func (b *batch) applyDial(ctx context.Context, f cti.Fact) error {
	call, agent := string(f.Call), string(f.Agent)
	switch d := f.Data.(type) {
	case *cti.DialledData:
		return errors.Join(
			b.step(ctx, f, "dialled", agent),
			b.s.q.AnswerLeg(ctx, b.out, f.At, call, string(d.Channel)),
			b.s.q.Dial(ctx, b.out, f.At, agent, call),
		)
	case *cti.ReachedData:
		return errors.Join(
			b.step(ctx, f, "agent", agent),
			b.s.q.AnswerLeg(ctx, b.out, f.At, call, string(d.Channel)),
			b.s.q.ReachDial(ctx, b.out, f.At, int64(d.RingMs), call),
		)
	}
	return nil
}

func (b *batch) recorded(ctx context.Context, f cti.Fact, name string) error {
	if name == "" {
		return nil
	}
	return b.s.q.AddRecording(ctx, b.out, string(f.Call), name, f.At)
}

// callerLeft ends the wait of a caller who hung up; otherwise the call's end does.
func (b *batch) callerLeft(ctx context.Context, f cti.Fact, by cti.Role) error {
	if by != cti.RoleCaller {
		return nil
	}
	return b.leaveQueue(ctx, f, "abandoned")
}

// applyFlow is the caller's way until a person answers.
func (b *batch) applyFlow(ctx context.Context, f cti.Fact) error {
	call := string(f.Call)
	switch d := f.Data.(type) {
	case *cti.GreetedData:
		return errors.Join(
			b.step(ctx, f, "greeting", d.Prompt),
			b.s.q.AddPrompt(ctx, b.out, sql.AddPromptParams{
				CallID: call, Purpose: "greeting", Prompt: d.Prompt, BeganAt: given(d.Began),
				EndedAt: f.At, Whole: d.Whole, Failed: d.Failed,
			}),
		)
	case *cti.AnnouncedData:
		return errors.Join(
			b.step(ctx, f, "announcement", string(f.Agent)),
			b.s.q.AddPrompt(ctx, b.out, sql.AddPromptParams{
				CallID: call, Purpose: "announcement", Agent: string(f.Agent), BeganAt: given(d.Began),
				EndedAt: f.At, Whole: !d.Failed, Failed: d.Failed,
			}),
		)
	case *cti.Queued:
		return errors.Join(
			b.step(ctx, f, "queue", string(d.Queue)),
			b.leaveQueue(ctx, f, "moved"),
			b.s.q.EnterQueue(ctx, b.out, sql.EnterQueueParams{
				CallID: call, Company: string(f.Company), Queue: string(d.Queue),
				Priority: small(d.Priority), Ahead: small(d.Ahead), EnteredAt: f.At,
			}),
			b.handedOver(ctx, f, d.Emergency),
		)
	case *cti.Overran:
		return errors.Join(
			b.step(ctx, f, "overrun", strconv.Itoa(d.Rings)+" rings"),
			b.widened(ctx, f, d.Widened),
			b.s.q.Overrun(ctx, b.out, f.At, call),
		)
	case *cti.WidenedData:
		return b.widened(ctx, f, d.Queues)
	case *cti.OnCallBeganData:
		return b.step(ctx, f, "on_call", onCall(d))
	case *cti.HungUp:
		return errors.Join(
			b.s.q.HangUp(ctx, b.out, hangUp(f, d)),
			b.callerLeft(ctx, f, d.By),
		)
	case *cti.FellBack:
		return errors.Join(
			b.step(ctx, f, "fallback", string(d.Reason)),
			b.leaveQueue(ctx, f, "fell_back"),
			b.s.q.FallBack(ctx, b.out, f.At, string(d.Reason), call),
		)
	case *cti.Served:
		return b.served(ctx, f)
	}
	return b.applyHeard(ctx, f)
}

// applyHeard is what is heard and recorded of a talk.
func (b *batch) applyHeard(ctx context.Context, f cti.Fact) error {
	switch d := f.Data.(type) {
	case *cti.SteppedData:
		return errors.Join(b.step(ctx, f, "flow", stepped(d)), b.emergency(ctx, f, d))
	case *cti.KeyedData:
		return b.step(ctx, f, StepData, field(cti.SheetField{Name: d.Name, Value: d.Digits}))
	case *cti.LookedUpData:
		return b.lookedUp(ctx, f, d)
	case *cti.RecordingData:
		did := "resumed"
		if f.Kind == cti.RecordingPaused {
			did = "paused"
		}
		return b.step(ctx, f, "recording", did)
	case *cti.VoicemailData:
		return errors.Join(b.step(ctx, f, "voicemail", ""), b.recorded(ctx, f, d.Recording))
	case *cti.MailSteppedData, *cti.MailRecordedData, *cti.MessageLeftData:
		return b.applyMail(ctx, f)
	case *cti.SurveyBeganData, *cti.RatedData, *cti.SurveyEndedData:
		return b.applySurvey(ctx, f)
	case *cti.SilentData:
		return b.step(ctx, f, "caller silent", strconv.Itoa(d.Step))
	case *cti.LingersData:
		return b.step(ctx, f, "caller lingers", strconv.Itoa(d.Step))
	case *cti.ConductData:
		return b.s.q.AddConduct(ctx, b.out, sql.AddConductParams{
			CallID: string(f.Call), TalkMs: int64(d.TalkMs), CallerMs: int64(d.CallerMs), AgentMs: int64(d.AgentMs), OverlapMs: int64(d.OverlapMs),
			SilenceMs: int64(d.SilenceMs), LongestSilenceMs: int64(d.LongestSilenceMs), CallerSilent: d.CallerSilent, Partial: d.Partial,
		})
	}
	return nil
}

// stepped says where a caller came to in a flow, and by what, as in "1: gas, emergency".
func stepped(d *cti.SteppedData) string {
	s := string(d.Kind)
	if d.Node != "" {
		s = d.Node + ", " + s
	}
	if d.By != "" {
		s = string(d.By) + ": " + s
	}
	return s
}

// StepData is a step at which something is learnt of the caller; its detail is name=value,
// and the value personal.
const StepData = "data"

func field(f cti.SheetField) string { return clean(f.Name) + "=" + clean(f.Value) }

// lookedUp says what a service said of the caller, as in "crm: known".
func (b *batch) lookedUp(ctx context.Context, f cti.Fact, d *cti.LookedUpData) error {
	said := d.Service + ": " + string(d.Result)
	if d.Failure != "" {
		said += ", " + clean(d.Failure)
	}
	err := b.step(ctx, f, "lookup", said)
	for _, of := range d.Data {
		err = errors.Join(err, b.step(ctx, f, StepData, field(of)))
	}
	return err
}

// emergency notes a caller who came to an emergency line by his line's flow.
func (b *batch) emergency(ctx context.Context, f cti.Fact, d *cti.SteppedData) error {
	if d.Kind != flow.Emergency {
		return nil
	}
	return b.s.q.MarkEmergency(ctx, b.out, string(f.Call))
}

// handedOver notes a caller who is an emergency caller from here on: by an agent, or by the
// queue to which he came.
func (b *batch) handedOver(ctx context.Context, f cti.Fact, emergency bool) error {
	if !emergency {
		return nil
	}
	return b.s.q.MarkEmergency(ctx, b.out, string(f.Call))
}

// served: an agent answered in the switch's fallback. The matter is his, as if
// the call had been offered to him.
func (b *batch) served(ctx context.Context, f cti.Fact) error {
	call, agent := string(f.Call), string(f.Agent)
	return errors.Join(
		b.step(ctx, f, "agent", agent),
		b.s.q.Serve(ctx, b.out, agent, call),
		b.openMatter(ctx, f),
	)
}

// openMatter opens the record sheet and the ticket of a call that a person answered.
func (b *batch) openMatter(ctx context.Context, f cti.Fact) error {
	call, agent := string(f.Call), string(f.Agent)
	return errors.Join(
		b.s.q.OpenConsultation(ctx, b.out, sql.OpenConsultationParams{
			ID: ticketID(f.Call, ticket.Consultation), Company: string(f.Company), Owner: agent, CallID: call, At: f.At,
		}),
		b.s.q.OpenSheet(ctx, b.out, sql.OpenSheetParams{
			TicketID: ticketID(f.Call, ticket.Consultation), CallID: call, Company: string(f.Company), Agent: agent, OpenedAt: f.At,
		}),
	)
}

func hangUp(f cti.Fact, d *cti.HungUp) sql.HangUpParams {
	return sql.HangUpParams{At: f.At, By: string(d.By), Early: d.Early, ID: string(f.Call)}
}

func (b *batch) step(ctx context.Context, f cti.Fact, step, detail string) error {
	return b.s.q.AddStep(ctx, b.out, sql.AddStepParams{CallID: string(f.Call), At: f.At, Step: step, Detail: detail})
}

// onCall is who is called, and how.
func onCall(d *cti.OnCallBeganData) string {
	names := make([]string, len(d.Chain))
	for i, n := range d.Chain {
		names[i] = clean(n)
	}
	if d.Together {
		return "together: " + strings.Join(names, ",")
	}
	return strings.Join(names, ",")
}

func (b *batch) widened(ctx context.Context, f cti.Fact, queues []cti.QueueID) error {
	if len(queues) == 0 {
		return nil
	}
	names := make([]string, len(queues))
	for i, q := range queues {
		names[i] = string(q)
	}
	return b.step(ctx, f, "widened", strings.Join(names, ","))
}

func (b *batch) leaveQueue(ctx context.Context, f cti.Fact, result string) error {
	return b.s.q.LeaveQueue(ctx, b.out, f.At, result, string(f.Call))
}

// applyOffer is how an agent was asked and what came of it.
func (b *batch) applyOffer(ctx context.Context, f cti.Fact) error {
	call, agent := string(f.Call), string(f.Agent)
	switch d := f.Data.(type) {
	case *cti.Offered:
		return errors.Join(
			b.s.q.AddOffer(ctx, b.out, sql.AddOfferParams{
				CallID: call, Offer: small(d.Offer), Agent: agent, Number: clean(d.Number), Queue: string(d.Queue),
				Channel: string(d.Channel), OfferedAt: f.At,
			}),
			b.s.q.AddLeg(ctx, b.out, sql.AddLegParams{
				CallID: call, Channel: string(d.Channel), Role: roleOf(f.Agent), Agent: agent, StartedAt: f.At,
			}),
		)
	case *cti.PickedUpData:
		return b.step(ctx, f, "picked_up", agent)
	case *cti.Alerted:
		return b.s.q.AlertOffer(ctx, b.out, f.At, call, small(d.Offer))
	case *cti.OfferEnded:
		return b.offerEnded(ctx, f, d)
	case *cti.Answered:
		return b.answered(ctx, f, d)
	}
	return nil
}

// roleOf is the role of the leg of who is asked.
func roleOf(a cti.AgentID) string {
	if a == cti.Outside {
		return string(cti.RoleOutside)
	}
	return string(cti.RoleAgent)
}

func (b *batch) offerEnded(ctx context.Context, f cti.Fact, d *cti.OfferEnded) error {
	p := sql.EndOfferParams{
		CallID: string(f.Call), Offer: small(d.Offer), Agent: string(f.Agent), Channel: string(d.Channel),
		At: f.At, Result: string(d.Result), Cause: small(d.Cause), TechCause: small(d.TechCause),
		RingMs: int64(d.RingMs), Rings: small(d.Rings),
	}
	if d.AlertedAt != nil {
		p.AlertedAt = given(*d.AlertedAt)
	}
	return b.s.q.EndOffer(ctx, b.out, p)
}

func (b *batch) answered(ctx context.Context, f cti.Fact, d *cti.Answered) error {
	call, agent := string(f.Call), string(f.Agent)
	return errors.Join(
		b.s.q.Answer(ctx, b.out, sql.AnswerParams{
			CallID: call, Agent: agent, Queue: string(d.Queue), Channel: string(d.Channel), AnsweredAt: f.At,
			WaitMs: int64(d.WaitMs), AgentRingMs: int64(d.AgentRingMs), AgentRings: small(d.AgentRings),
			CallerRingMs: int64(d.CallerRingMs), CallerRings: small(d.CallerRings),
			WithinThreeRings: d.WithinThreeRings,
		}),
		b.step(ctx, f, "agent", agent),
		b.leaveQueue(ctx, f, "answered"),
		b.s.q.AnswerOffer(ctx, b.out, sql.AnswerOfferParams{
			CallID: call, Offer: small(d.Offer), At: f.At, RingMs: int64(d.AgentRingMs), Rings: small(d.AgentRings),
		}),
		b.s.q.AnswerLeg(ctx, b.out, f.At, call, string(d.Channel)),
		b.openMatter(ctx, f),
	)
}

func (b *batch) applyLeg(ctx context.Context, f cti.Fact) error {
	call := string(f.Call)
	switch d := f.Data.(type) {
	case *cti.Joined:
		channels := make([]string, len(d.Channels))
		for i, c := range d.Channels {
			channels[i] = string(clean(c))
		}
		return errors.Join(
			b.s.q.JoinCall(ctx, b.out, f.At, call),
			b.s.q.JoinLegs(ctx, b.out, f.At, call, channels),
		)
	case *cti.HoldData:
		if f.Kind == cti.CallUnheld {
			return b.s.q.Unhold(ctx, b.out, f.At, call, string(d.Channel))
		}
		return b.s.q.Hold(ctx, b.out, sql.HoldParams{
			CallID: call, Channel: string(d.Channel), Role: string(d.Role), BeganAt: f.At,
		})
	case *cti.LegEnded:
		return errors.Join(
			b.s.q.EndLeg(ctx, b.out, sql.EndLegParams{
				CallID: call, Channel: string(d.Channel), Role: string(d.Role), Agent: string(f.Agent), At: f.At,
				Cause: small(d.Cause), TechCause: small(d.TechCause), Estimated: d.Estimated,
			}),
			b.s.q.Unhold(ctx, b.out, f.At, call, string(d.Channel)), // whose phone is gone holds nobody
		)
	}
	return nil
}

// applyTransfer is how a call went on to another person.
func (b *batch) applyTransfer(ctx context.Context, f cti.Fact) error {
	call, agent := string(f.Call), string(f.Agent)
	switch d := f.Data.(type) {
	case *cti.TransferBeganData:
		sheet, err := writeList(cleanSheet(d.Sheet))
		return errors.Join(
			err,
			b.step(ctx, f, "transfer", string(d.Transfer)),
			b.s.q.BeginTransfer(ctx, b.out, sql.BeginTransferParams{
				CallID: call, Kind: string(d.Transfer), FromAgent: agent, ToAgent: string(d.To), Number: clean(d.Number), Queue: string(d.Queue),
				Reason: clean(d.Reason), Consent: d.Consent, Sheet: sheet, BeganAt: f.At,
			}),
			b.handedOver(ctx, f, d.Emergency),
		)
	case *cti.ConsultedData:
		return b.s.q.Consult(ctx, b.out, f.At, agent, call)
	case *cti.TurnedData:
		return b.step(ctx, f, "turned", string(d.To))
	case *cti.TransferredData:
		return errors.Join(
			b.step(ctx, f, "agent", agent),
			b.s.q.TakeLeg(ctx, b.out, call, string(d.Channel)),
			b.s.q.CompleteTransfer(ctx, b.out, f.At, agent, call),
		)
	case *cti.TransferEndedData:
		return b.s.q.EndTransfer(ctx, b.out, f.At, string(d.Result), call)
	}
	return nil
}

// applySupervision is what leaders do in a call: each act ends the one before.
func (b *batch) applySupervision(ctx context.Context, f cti.Fact) error {
	call, phone := string(f.Call), string(f.Agent)
	switch d := f.Data.(type) {
	case *cti.SupervisionBeganData:
		return b.s.q.AddLeg(ctx, b.out, sql.AddLegParams{
			CallID: call, Channel: string(d.Channel), Role: string(cti.RoleSupervisor), Agent: phone, StartedAt: f.At,
		})
	case *cti.SupervisedData:
		return errors.Join(
			b.s.q.EndSupervision(ctx, b.out, sql.EndSupervisionParams{At: f.At, Result: "", CallID: call, Phone: phone}),
			b.s.q.BeginSupervision(ctx, b.out, sql.BeginSupervisionParams{
				CallID: call, ByPerson: clean(d.By), Phone: phone, Mode: string(d.Mode), WithAgent: string(d.With), BeganAt: f.At,
			}),
		)
	case *cti.SupervisionEndedData:
		return b.s.q.EndSupervision(ctx, b.out, sql.EndSupervisionParams{At: f.At, Result: string(d.Result), CallID: call, Phone: phone})
	}
	return nil
}

// ended closes whatever of the call is open, then the record.
func (b *batch) ended(ctx context.Context, f cti.Fact, d *cti.Ended) error {
	call := string(f.Call)
	b.calls[f.Call].closed = true
	b.seals = append(b.seals, sealing{company: f.Company, call: f.Call})
	left := "ended"
	if d.Abandoned {
		left = "abandoned"
	}
	if d.Dial != "" {
		if err := b.s.q.EndDial(ctx, b.out, string(d.Dial), call); err != nil {
			return err
		}
	}
	if secret, err := hex.DecodeString(d.Secret); err == nil && len(secret) == secretBytes {
		if err := b.s.q.AddSecret(ctx, b.out, call, secret); err != nil {
			return err
		}
	}
	return errors.Join(
		b.leaveQueue(ctx, f, left),
		b.s.q.CloseOffers(ctx, b.out, f.At, call),
		b.s.q.CloseHolds(ctx, b.out, f.At, call),
		b.s.q.EndTransfer(ctx, b.out, f.At, string(cti.TransferCallerLeft), call),
		b.s.q.CloseSupervisions(ctx, b.out, f.At, call),
		b.s.q.EndSurvey(ctx, b.out, f.At, string(cti.SurveyLost), call),
		b.s.q.CloseLegs(ctx, b.out, f.At, call),
		b.s.q.EndCall(ctx, b.out, sql.EndCallParams{
			ID: call, At: f.At, By: string(d.By), Disposition: string(d.Disposition), Cause: small(d.Cause),
			Abandoned: d.Abandoned, Estimated: d.Estimated,
		}),
		b.openCallback(ctx, f, false),
	)
}

// openCallback opens a ticket to call back, if nobody has spoken to the caller, or if he
// was promised that.
func (b *batch) openCallback(ctx context.Context, f cti.Fact, promised bool) error {
	return b.s.q.OpenCallback(ctx, b.out, sql.OpenCallbackParams{
		ID: ticketID(f.Call, ticket.Callback), At: f.At, CallID: string(f.Call), Promised: promised,
	})
}

// told is what a fact says in words of a call's caller: nothing once the call's record is erased.
func (b *batch) told(call cti.CallID, text string) string {
	if b.erased(call) {
		return ""
	}
	return clean(text)
}

// erased tells whether a call's record was erased.
func (b *batch) erased(call cti.CallID) bool {
	c := b.calls[call]
	return c != nil && c.erased
}

// given is a time that may be missing.
func given(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC().Truncate(time.Millisecond)
	return &t
}

// small fits a foreign number into a column.
func small[N ~int](n N) int32 {
	return int32(max(min(int(n), math.MaxInt32), math.MinInt32))
}

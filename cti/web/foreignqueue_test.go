package web

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"sansheng/cti"
	"sansheng/store"
	"sansheng/store/ticket"
)

// What is queue repair's is not to be seen, or changed, by anybody whose account is limited to
// queue service of the same company: each route that names or shows calls is asked for it, by
// each role that can be limited. That it is there at all an administrator proves with the same
// request.

// sideCall is the call that waited in queue repair. What stands for it is shown with its name, or
// with that of its queue.
const (
	sideCall = "call-of-repair"
	sideMark = "repair"
)

// wholeCompanys are the routes with a limited reach on which an account's queues have no
// bearing, and why.
var wholeCompanys = map[string]string{
	"POST /api/v1/logout":                      "it is about who asks",
	"GET /api/v1/me":                           "it is about who asks",
	"POST /api/v1/me/password":                 "it is about who asks",
	"POST /api/v1/me/totp":                     "it is about who asks",
	"POST /api/v1/me/totp/confirm":             "it is about who asks",
	"POST /api/v1/me/totp/off":                 "it is about who asks",
	"POST /api/v1/live/pass":                   "its subjects are those of who asks: TestFloorWithinQueues",
	natsRoute:                                  "a pass says what may be read there",
	sipRoute:                                   "the switch asks for a phone's own password",
	"GET /api/v1/follow_ups/rates":             "figures of the company",
	"GET /api/v1/follow_ups/questions":         "the company's form",
	"GET /api/v1/forms":                        "the company's forms",
	"GET /api/v1/contacts":                     "the company's contacts",
	"GET /api/v1/proof":                        "the company's chain",
	"GET /api/v1/alarms":                       "they are the service's",
	"GET /metrics":                             "figures of the service",
	"GET /api/v1/customers":                    "customers are the company's",
	"POST /api/v1/customers":                   "customers are the company's",
	"PATCH /api/v1/customers/{id}":             "customers are the company's",
	"POST /api/v1/customers/{id}/merge":        "customers are the company's",
	importRoute:                                "customers are the company's",
	"GET /api/v1/hours":                        "lines are the company's",
	"PUT /api/v1/hours/{what}/closure":         "lines are the company's",
	"DELETE /api/v1/hours/{what}/closure":      "lines are the company's",
	"GET /api/v1/lines/{number}/walk":          "lines are the company's",
	"GET /api/v1/holidays":                     "the tables are the program's",
	"GET /api/v1/config":                       "the plan is the company's",
	"POST /api/v1/config/diff":                 "the plan is the company's",
	"GET /api/v1/config/versions":              "the plan is the company's",
	"POST /api/v1/config/walk":                 "the plan is the company's",
	"POST /api/v1/config/versions":             "the plan is the company's",
	"DELETE /api/v1/config/versions/{version}": "the plan is the company's",
	"GET /api/v1/prompts":                      "prompts are the company's",
	"GET /api/v1/prompts/{name}":               "prompts are the company's",
	"GET /api/v1/prompts/{name}/sound":         "prompts are the company's",
	uploadRoute:                                "prompts are the company's",
	"PUT /api/v1/prompts/{name}/text":          "prompts are the company's",
	"POST /api/v1/prompts/{name}/undo":         "prompts are the company's",
	"DELETE /api/v1/prompts/{name}":            "prompts are the company's",
	"POST /api/v1/prompts/{name}/hear":         "prompts are the company's",
	"GET /api/v1/webhooks":                     "webhooks are the company's",
	"POST /api/v1/webhooks/{name}/retry":       "webhooks are the company's",
	"POST /api/v1/webhooks/{name}/test":        "webhooks are the company's",
}

// sideRecords are a store's, where the call has a recording and a message.
type sideRecords struct{ *store.Store }

func (s sideRecords) Tickets(ctx context.Context, f store.TicketFilter) ([]store.Ticket, error) {
	switch {
	case f.Kind != string(ticket.Voicemail):
		return s.Store.Tickets(ctx, f)
	case !f.Has("repair"):
		return nil, nil
	}
	return []store.Ticket{{Company: "demo", Call: f.Call, Message: &store.LeftMessage{Recording: "r"}}}, nil
}

func (s sideRecords) Record(ctx context.Context, id string) (store.Record, error) {
	r, err := s.Store.Record(ctx, id)
	if err == nil {
		r.Recordings, r.EndedAt = []store.Recording{{Name: "r"}}, &day
	}
	return r, err
}

type sideHooks struct{ hooksKeeper }

func (*sideHooks) Deliveries(_ context.Context, f store.DeliveryFilter) ([]store.Delivery, error) {
	if !f.Has("repair") {
		return nil, nil
	}
	return []store.Delivery{{ID: uuid.New(), Webhook: "crm", Company: "demo", Call: sideCall}}, nil
}

type sideDays struct{}

func (*sideDays) Summary(_ context.Context, f store.SummaryFilter) (store.Summary, error) {
	if f.Queues != nil && !slices.Contains(f.Queues, "repair") {
		return store.Summary{Company: f.Company}, nil
	}
	return store.Summary{Company: f.Company, Important: []store.DayMatter{{Summary: sideCall}}}, nil
}

func (*sideDays) Board(_ context.Context, f store.SummaryFilter) (store.Board, error) {
	if f.Queues != nil && !slices.Contains(f.Queues, "repair") {
		return store.Board{Company: f.Company}, nil
	}
	return store.Board{Company: f.Company, Queues: []store.BoardQueue{store.NoCalls("repair")}}, nil
}

type sideProofs struct{}

func (sideProofs) CallProof(context.Context, string) (store.CallProof, error) {
	return store.CallProof{Company: "demo"}, nil
}

func (sideProofs) Chains() ChainState { return ChainState{} }

func sideFloor(context.Context) (Floor, error) {
	return Floor{
		Linked: true,
		Agents: []cti.AgentView{
			{ID: "1001", Company: "demo", State: cti.Ready, Queues: []cti.QueueID{"service"}},
			{ID: "1009", Company: "demo", State: cti.Talking, Call: sideCall, Queues: []cti.QueueID{"repair"}},
		},
		Calls:  []cti.CallView{{ID: sideCall, Company: "demo", Queue: "repair", Agent: "1009", Phase: cti.PhaseTalking, StartedAt: day}},
		Queues: []cti.QueueView{{ID: "service", Company: "demo"}, {ID: "repair", Company: "demo"}},
	}, nil
}

// newAside is a server where queue repair has one of everything, and all who can be are limited
// to queue service.
func newAside(t *testing.T) *abroad {
	t.Helper()
	a := &abroad{stand: newStand(t), shows: func(got answer) bool { return got.StatusCode/100 == 2 && strings.Contains(got.text, sideMark) }}
	db := withStore(t, a.stand)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(db.Replay(t.Context(), "side", sideFacts()...))
	complaint := ticket.Opened{Company: "demo", Kind: ticket.Complaint, Owner: "1009", Call: sideCall, Matter: ticket.Matter{Summary: "again", Phone: number2, Place: "Nanjing Rd 1"}}
	for _, id := range []*uuid.UUID{&a.open, &a.closed} {
		opened, err := db.OpenTicket(t.Context(), "1009", complaint)
		must(err)
		*id = opened.ID
	}
	text := []byte("a file")
	_, err := db.Attach(t.Context(), a.open, "1009", "a.txt", "text/plain", text, store.Anybody)
	must(err)
	a.sha256 = hashToken(string(text))
	_, err = db.Act(t.Context(), a.open, "1009", &ticket.ForwardedTo{Department: "gas", Reason: "a leak"}, store.Anybody)
	must(err)
	_, err = db.Act(t.Context(), a.closed, "1009", &ticket.ClosedWith{Result: "said sorry"}, store.Anybody)
	must(err)
	owed, err := db.FollowUps(t.Context(), store.FollowUpFilter{Company: "demo"})
	must(err)
	if len(owed) != 1 {
		t.Fatalf("%d callbacks, want 1", len(owed))
	}
	a.followUp = owed[0].ID
	c, err := db.CreateCustomer(t.Context(), "demo", store.Card{Name: "王伟", Numbers: []string{number2}}, store.Editor{Person: "1009", Reason: "first call"})
	must(err)
	a.customers[0] = c.ID.String()
	for _, id := range []*string{&a.notice, &a.withdrawn} {
		n, err := db.WriteNotice(t.Context(), store.Notice{ID: uuid.New(), Company: "demo", Queue: "repair", Title: "x", Text: "y", From: "9001"})
		must(err)
		*id = n.ID.String()
	}
	_, err = db.DrawSurvey(t.Context(), "demo", store.Quarter{Year: day.Year(), N: 1}, 10, "", "9001")
	must(err)
	plan := cti.DemoPlan(0)
	plan.Queues[2].Members = []cti.AgentID{"1009"} // nobody serves both
	a.plan = func() *cti.Plan { return plan }
	a.removed, a.withCode = "1012", "1013"
	for _, n := range []string{a.removed, a.withCode} {
		_, _, err := a.accounts.Add(Account{Number: n, Role: Agent, Company: "demo", Queues: []cti.QueueID{"repair"}})
		must(err)
	}
	for _, p := range people() {
		if p.Company == "demo" && p.Role.limitable() {
			_, err := a.accounts.Change(p.Number, Change{Queues: &[]cti.QueueID{"service"}}, nil)
			must(err)
		}
	}
	a.sounds = func(context.Context, string) (io.ReadSeekCloser, error) {
		return still{bytes.NewReader([]byte("sound"))}, nil
	}
	a.records, a.proofs, a.messages = sideRecords{db}, sideProofs{}, &strangeMessages{}
	a.webhooks, a.summaries, a.phones, a.live = &sideHooks{}, &sideDays{}, strangePhones{}, sideFloor
	a.cast = newCast(a.live, &told{said: map[string][]Delta{}}, a.log)
	a.orders = func(context.Context, cti.Order) error { return nil }
	a.amend = func(context.Context, cti.AmendRecord) error { return nil }
	a.cancel = func(context.Context, cti.CancelCallback) error { return nil }
	return a
}

// sideFacts are a call that waited in queue repair, was promised a call, and was answered.
func sideFacts() []cti.Fact {
	arrived := &cti.Arrived{DID: "800100", Channel: "side", Direction: cti.Inbound}
	arrived.Caller.Number = number2
	facts := []cti.Fact{
		{Kind: cti.CallArrived, Data: arrived},
		{Kind: cti.CallQueued, Data: &cti.Queued{Queue: "repair"}},
		{Kind: cti.CallbackAsked, Data: &cti.CallbackAskedData{Queue: "repair", Number: number2}},
		{Kind: cti.CallOffered, Agent: "1009", Data: &cti.Offered{Queue: "repair", Channel: "side-agent1", Offer: 1}},
		{Kind: cti.CallAnswered, Agent: "1009", Data: &cti.Answered{Queue: "repair", Channel: "side-agent1", Offer: 1}},
	}
	for i := range facts {
		f := &facts[i]
		f.Version, f.ID, f.Engine, f.Seq = cti.SchemaVersion, "side-"+string(f.Kind), "side", uint64(i+1)
		f.Company, f.Call, f.At = "demo", sideCall, day.Add(time.Duration(i)*time.Second)
	}
	return facts
}

// sideCases are those of the routes that name or show calls, or what came of them.
func (a *abroad) sideCases() map[string]foreign {
	ticketPath, call := "/api/v1/tickets/"+a.open.String(), "/api/v1/calls/"+sideCall
	list := func(path string) foreign { return foreign{path: path, list: true} }
	return map[string]foreign{
		"GET /api/v1/accounts":                                list("/api/v1/accounts"),
		"POST /api/v1/accounts":                               {path: "/api/v1/accounts", body: `{"number":"1014","role":"agent","company":"demo","queues":["repair"]}`},
		"PATCH /api/v1/accounts/{number}":                     {path: "/api/v1/accounts/1013", body: `{"name":"other"}`},
		"DELETE /api/v1/accounts/{number}":                    {path: "/api/v1/accounts/" + a.removed},
		"POST /api/v1/accounts/{number}/reset":                {path: "/api/v1/accounts/1013/reset"},
		"DELETE /api/v1/accounts/{number}/totp":               {path: "/api/v1/accounts/" + a.withCode + "/totp"},
		"GET /api/v1/calls":                                   list("/api/v1/calls"),
		"GET /api/v1/calls/{id}":                              {path: call},
		"GET /api/v1/calls/{id}/proof":                        {path: call + "/proof"},
		"POST /api/v1/calls/{id}/amendments":                  {path: call + "/amendments", body: `{"reason":"wrong matter","text":"the meter"}`},
		"GET /api/v1/calls/{id}/recordings/{recording}/sound": {path: call + "/recordings/r/sound?reason=heard+again"},
		"GET /api/v1/callbacks":                               list("/api/v1/callbacks"),
		"DELETE /api/v1/callbacks/{call}":                     {path: "/api/v1/callbacks/" + sideCall + "?reason=served"},
		"GET /api/v1/tickets":                                 list("/api/v1/tickets"),
		"GET /api/v1/tickets/{id}":                            {path: ticketPath},
		"POST /api/v1/tickets":                                {path: "/api/v1/tickets", body: `{"call":"` + sideCall + `","kind":"complaint","matter":{"summary":"again"}}`},
		"POST /api/v1/tickets/{id}/orders":                    {path: ticketPath + "/orders", body: `{"order":"note","said":{"text":"seen"}}`},
		attachRoute:                                           {path: ticketPath + "/files/b.txt", body: "another"},
		"GET /api/v1/tickets/{id}/files/{sha256}":             {path: ticketPath + "/files/" + a.sha256},
		"GET /api/v1/follow_ups":                              {path: "/api/v1/follow_ups", list: true, mark: a.closed.String()},
		"POST /api/v1/follow_ups/deal":                        {path: "/api/v1/follow_ups/deal"},
		"POST /api/v1/follow_ups/{id}/orders":                 {path: "/api/v1/follow_ups/" + a.followUp + "/orders", body: `{"order":"waive","said":{"reason":"asked for none"}}`},
		"GET /api/v1/summaries/{day}":                         list("/api/v1/summaries/2026-03-02"),
		"GET /api/v1/board":                                   list("/api/v1/board"),
		"POST /api/v1/messages/{call}/take":                   {path: "/api/v1/messages/" + sideCall + "/take"},
		"POST /api/v1/messages/{call}/finish":                 {path: "/api/v1/messages/" + sideCall + "/finish", body: `{"result":"called back"}`},
		"GET /api/v1/messages/{call}/sound":                   {path: "/api/v1/messages/" + sideCall + "/sound?reason=heard+again"},
		"GET /api/v1/customers/{id}":                          list("/api/v1/customers/" + a.customers[0]),
		"GET /api/v1/customers/by-number/{number}":            list("/api/v1/customers/by-number/" + number2 + "?company=demo"),
		"GET /api/v1/exports/{what}":                          list("/api/v1/exports/calls?reason=monthly"),
		"GET /api/v1/agents":                                  list("/api/v1/agents"),
		"POST /api/v1/agents/{agent}/orders":                  {path: "/api/v1/agents/1001/orders", body: `{"verb":"listen","to":"` + sideCall + `"}`},
		"GET /api/v1/agents/{agent}/phone":                    {path: "/api/v1/agents/1009/phone"},
		"PUT /api/v1/agents/{agent}/phone":                    {path: "/api/v1/agents/1009/phone", body: `{"kind":"desk"}`},
		"GET /api/v1/live":                                    list("/api/v1/live?view=floor"),
		"GET /api/v1/desk/day":                                {path: "/api/v1/desk/day?agent=1009"},
		"GET /api/v1/scripts":                                 {path: "/api/v1/scripts?call=" + sideCall},
		"GET /api/v1/notices":                                 list("/api/v1/notices"),
		"POST /api/v1/notices":                                {path: "/api/v1/notices?company=demo", body: `{"title":"x","text":"y","queue":"repair"}`},
		"POST /api/v1/notices/{id}/confirm":                   {path: "/api/v1/notices/" + a.notice + "/confirm", unproven: "he confirms none: that it is there its withdrawal proves"},
		"DELETE /api/v1/notices/{id}":                         {path: "/api/v1/notices/" + a.withdrawn},
		"GET /api/v1/queues":                                  list("/api/v1/queues?since=2026-03-01T00:00:00Z"),
		"GET /api/v1/deliveries":                              list("/api/v1/deliveries"),
		"GET /api/v1/surveys":                                 {path: "/api/v1/surveys"},
		"POST /api/v1/surveys/{quarter}":                      {path: "/api/v1/surveys/2025-Q4?company=demo", body: `{"size":10}`},
		"GET /api/v1/surveys/{quarter}/people":                {path: "/api/v1/surveys/2026-Q1/people?company=demo"},
		"GET /api/v1/surveys/{quarter}/table":                 {path: "/api/v1/surveys/2026-Q1/table?company=demo&reason=monthly"},
		"POST /api/v1/surveys/{quarter}/people/{n}":           {path: "/api/v1/surveys/2026-Q1/people/1?company=demo", body: `{"state":"missed"}`},
	}
}

// TestForeignQueue: every route that a role with a limited reach may use has nothing of another
// queue for whose account is limited, or says why queues have no bearing. A new route without
// either fails.
func TestForeignQueue(t *testing.T) {
	a := newAside(t)
	cases := a.sideCases()
	for _, pattern := range slices.Sorted(slices.Values(a.router.patterns)) {
		var limited []Account
		for _, p := range people() {
			if reach := rules[pattern].row.of(p.Role); p.Company == "demo" && p.Role.limitable() && (reach == own || reach == company) {
				limited = append(limited, p)
			}
		}
		c, ok := cases[pattern]
		delete(cases, pattern)
		switch method, _, _ := strings.Cut(pattern, " "); {
		case len(limited) == 0:
		case ok && wholeCompanys[pattern] != "":
			t.Errorf("%s is the whole company's, and has a case", pattern)
		case ok:
			a.refused(method, c, limited)
		case wholeCompanys[pattern] == "":
			t.Errorf("%s has no case: how is it asked for something of another queue's?", pattern)
		}
	}
	for pattern := range cases {
		t.Errorf("%s has a case, and is no route with a limited reach", pattern)
	}
}

package web

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"sansheng/cti"
	"sansheng/cti/flow"
	"sansheng/store"
	"sansheng/store/ticket"
)

// What is demo2's is not to be seen, or changed, by anybody of demo whose reach ends at his
// company: each route is asked for it, by each role. That it is there at all an administrator
// proves with the same request.

// foreign is how a route is asked for something of demo2's.
type foreign struct {
	path string
	body string
	// list: what demo2 has there is left out rather than refused.
	list bool
	// mark is what stands there instead of what stands for all that is theirs.
	mark string
	// nothing says why there is nothing of a company's in it.
	nothing string
	// unproven says why no administrator may ask for it.
	unproven string
}

// strangers are the engine's, where it is told whose part it is to look at: there is
// nothing but demo2's in them.
type strangers struct{ toyHours }

func (s *strangers) CloseHours(_ context.Context, c cti.CloseHours) error {
	return notOf(c.Company, &cti.HoursError{Unknown: true, Text: "there is no such line"})
}

func (s *strangers) Walk(_ context.Context, w Walk) (flow.Path, error) {
	return flow.Path{}, notOf(w.Company, &cti.HoursError{Unknown: true, Text: "there is no such line"})
}

type strangeConfig struct{ toyConfig }

var errForeign = &ConfigError{Foreign: true, Text: "it is not yours"}

func (*strangeConfig) Export(_ context.Context, of cti.CompanyID, _ int) (ConfigDocument, error) {
	d := ConfigDocument{Document: "demo"}
	if of != "demo" {
		d.Hash = "demo2"
	}
	return d, nil
}

func (*strangeConfig) Diff(_ context.Context, o ConfigOrder) ([]ConfigChange, error) {
	return []ConfigChange{}, notOf(o.Company, errForeign)
}

func (*strangeConfig) Apply(_ context.Context, o ConfigOrder) (ConfigApplied, error) {
	return ConfigApplied{Changes: []ConfigChange{}}, notOf(o.Company, errForeign)
}

func (*strangeConfig) Cancel(_ context.Context, _ cti.CancelPlan, of cti.CompanyID) error {
	return notOf(of, &cti.PlanError{Unknown: true, Text: "there is no such version"})
}

type strangeMessages struct{ box }

func (*strangeMessages) TakeMessage(_ context.Context, t cti.TakeMessage) error {
	return notOf(t.Company, &cti.MessageError{Unknown: true, Text: "there is no such message"})
}

func (*strangeMessages) FinishMessage(_ context.Context, f cti.FinishMessage) error {
	return notOf(f.Company, &cti.MessageError{Unknown: true, Text: "there is no such message"})
}

type strangePhones struct{}

func (strangePhones) Phone(context.Context, cti.AgentID) (Phone, error) { return Phone{}, nil }

func (strangePhones) ChoosePhone(context.Context, cti.AgentID, PhoneKind) (Phone, error) {
	return Phone{}, nil
}

// notOf is err to whoever asks for demo's alone.
func notOf(company cti.CompanyID, err error) error {
	if company == "demo" {
		return err
	}
	return nil
}

// withMessage are a store's records, with a message of demo2's.
type withMessage struct{ *store.Store }

func (w withMessage) Tickets(ctx context.Context, f store.TicketFilter) ([]store.Ticket, error) {
	if f.Kind != string(ticket.Voicemail) {
		return w.Store.Tickets(ctx, f)
	}
	if f.Company == "demo" {
		return nil, nil
	}
	return []store.Ticket{{Company: "demo2", Call: f.Call, Message: &store.LeftMessage{Recording: "r"}}}, nil
}

// Record has a recording of demo2's call.
func (w withMessage) Record(ctx context.Context, id string) (store.Record, error) {
	r, err := w.Store.Record(ctx, id)
	if err == nil && id == "c3" {
		r.Recordings, r.EndedAt = []store.Recording{{Name: "r"}}, &day
	}
	return r, err
}

type still struct{ *bytes.Reader }

func (still) Close() error { return nil }

type strangeProofs struct{}

func (strangeProofs) CallProof(context.Context, string) (store.CallProof, error) {
	return store.CallProof{Company: "demo2"}, nil
}

func (strangeProofs) Chains() ChainState {
	return ChainState{Companies: []CompanyChain{{Company: "demo2"}}}
}

// foreignMark stands where something of demo2's is shown as JSON.
const foreignMark = `"demo2"`

// abroad is a server where somebody else has one of everything: demo2, as newAbroad makes it.
type abroad struct {
	*stand
	// shows tells whether an answer has something of theirs.
	shows             func(answer) bool
	open, closed      uuid.UUID // tickets
	sha256, followUp  string
	customers         [4]string
	removed, withCode string // accounts
	notice, withdrawn string
}

func newAbroad(t *testing.T) *abroad {
	t.Helper()
	a := &abroad{stand: newStand(t), shows: func(got answer) bool { return strings.Contains(got.text, foreignMark) }}
	db := withStore(t, a.stand)
	fact := func(seq uint64, kind cti.Kind, agent cti.AgentID, d cti.Data) cti.Fact {
		return cti.Fact{
			Version: cti.SchemaVersion, ID: "f-" + string(kind), Engine: "f", Seq: seq, At: day.Add(time.Duration(seq) * time.Second), Kind: kind,
			Company: "demo2", Call: "c3", Agent: agent, Data: d,
		}
	}
	arrived := &cti.Arrived{DID: "800200", Channel: "ch3", Direction: cti.Inbound}
	arrived.Caller.Number = number1
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(db.Replay(t.Context(), "foreign", fact(1, cti.CallArrived, "", arrived),
		fact(2, cti.CallOffered, "1002", &cti.Offered{Queue: "q2", Channel: "c3-agent1", Offer: 1}),
		fact(3, cti.CallAnswered, "1002", &cti.Answered{Queue: "q2", Channel: "c3-agent1", Offer: 1})))
	complaint := ticket.Opened{Company: "demo2", Kind: ticket.Complaint, Owner: "1002", Call: "c3", Matter: ticket.Matter{Summary: "again", Phone: number1, Place: "Nanjing Rd 1"}}
	open, err := db.OpenTicket(t.Context(), "1002", complaint)
	must(err)
	a.open = open.ID
	text := []byte("a file")
	_, err = db.Attach(t.Context(), a.open, "1002", "a.txt", "text/plain", text, store.Anybody)
	must(err)
	a.sha256 = hashToken(string(text))
	closed, err := db.OpenTicket(t.Context(), "1002", complaint)
	must(err)
	a.closed = closed.ID
	_, err = db.Act(t.Context(), a.closed, "1002", &ticket.ClosedWith{Result: "said sorry"}, store.Anybody)
	must(err)
	owed, err := db.FollowUps(t.Context(), store.FollowUpFilter{Company: "demo2"})
	must(err)
	if len(owed) != 1 {
		t.Fatalf("%d callbacks, want 1", len(owed))
	}
	a.followUp = owed[0].ID
	for i, number := range []string{number1, "13900000001", "13900000002", "13900000003"} {
		c, err := db.CreateCustomer(t.Context(), "demo2", store.Card{Name: "王伟", Numbers: []string{number}}, store.Editor{Person: "1002", Reason: "first call"})
		must(err)
		a.customers[i] = c.ID.String()
	}
	for _, co := range []string{"demo", "demo2"} {
		_, err := db.DrawSurvey(t.Context(), co, store.Quarter{Year: day.Year(), N: 1}, 10, "", "9001")
		must(err)
	}
	a.removed, a.withCode = "1012", "1013"
	for _, n := range []string{a.removed, a.withCode} {
		_, _, err := a.accounts.Add(Account{Number: n, Role: Agent, Company: "demo2"})
		must(err)
	}
	for _, id := range []*string{&a.notice, &a.withdrawn} {
		n, err := db.WriteNotice(t.Context(), store.Notice{ID: uuid.New(), Company: "demo2", Title: "x", Text: "y", From: "9001"})
		must(err)
		*id = n.ID.String()
	}
	a.sounds = func(context.Context, string) (io.ReadSeekCloser, error) {
		return still{bytes.NewReader([]byte("sound"))}, nil
	}
	a.proofs = strangeProofs{}
	a.records, a.hours, a.configs, a.messages = withMessage{db}, &strangers{}, &strangeConfig{}, &strangeMessages{}
	a.prompts, a.webhooks, a.letters, a.summaries = &toyPrompts{}, &hooksKeeper{}, &letters{}, &days{}
	a.phones, a.cast = strangePhones{}, newCast(a.live, &told{said: map[string][]Delta{}}, a.log)
	a.orders = func(context.Context, cti.Order) error { return nil }
	a.amend = func(context.Context, cti.AmendRecord) error { return nil }
	a.cancel = func(_ context.Context, c cti.CancelCallback) error {
		return notOf(c.Company, &cti.CallbackError{Unknown: true, Text: "nobody is owed a call"})
	}
	plan := cti.DemoPlan(0)
	a.plan = func() *cti.Plan { return plan }
	return a
}

// cases are those of the routes that a role with a limited reach may use.
func (a *abroad) cases() map[string]foreign {
	const filter = "?company=demo2"
	const why = `"reason":"why"`
	ticketPath, customer := "/api/v1/tickets/"+a.open.String(), func(i int) string { return "/api/v1/customers/" + a.customers[i] }
	mine := foreign{nothing: "it is about who asks"}
	return map[string]foreign{
		"POST /api/v1/logout":                                 mine,
		"GET /api/v1/me":                                      mine,
		"POST /api/v1/me/password":                            mine,
		"POST /api/v1/me/totp":                                mine,
		"POST /api/v1/me/totp/confirm":                        mine,
		"POST /api/v1/me/totp/off":                            mine,
		"GET /api/v1/accounts":                                {path: "/api/v1/accounts" + filter},
		"POST /api/v1/accounts":                               {path: "/api/v1/accounts", body: `{"number":"1014","role":"agent","company":"demo2"}`},
		"PATCH /api/v1/accounts/{number}":                     {path: "/api/v1/accounts/1002", body: `{"name":"other"}`},
		"DELETE /api/v1/accounts/{number}":                    {path: "/api/v1/accounts/" + a.removed},
		"POST /api/v1/accounts/{number}/reset":                {path: "/api/v1/accounts/1002/reset"},
		"DELETE /api/v1/accounts/{number}/totp":               {path: "/api/v1/accounts/" + a.withCode + "/totp"},
		"GET /api/v1/calls":                                   {path: "/api/v1/calls" + filter},
		"GET /api/v1/calls/{id}":                              {path: "/api/v1/calls/c3"},
		"GET /api/v1/callbacks":                               {path: "/api/v1/callbacks" + filter},
		"DELETE /api/v1/callbacks/{call}":                     {path: "/api/v1/callbacks/c3?reason=served"},
		"GET /api/v1/tickets":                                 {path: "/api/v1/tickets" + filter},
		"GET /api/v1/tickets/{id}":                            {path: ticketPath},
		"POST /api/v1/tickets":                                {path: "/api/v1/tickets", body: `{"call":"c3","kind":"complaint","matter":{"summary":"again"}}`},
		"POST /api/v1/tickets/{id}/orders":                    {path: ticketPath + "/orders", body: `{"order":"note","said":{"text":"seen"}}`},
		attachRoute:                                           {path: ticketPath + "/files/b.txt", body: "another"},
		"GET /api/v1/tickets/{id}/files/{sha256}":             {path: ticketPath + "/files/" + a.sha256},
		"GET /api/v1/follow_ups":                              {path: "/api/v1/follow_ups" + filter},
		"GET /api/v1/follow_ups/questions":                    {path: "/api/v1/follow_ups/questions" + filter},
		"GET /api/v1/desk/day":                                {path: "/api/v1/desk/day" + filter},
		"GET /api/v1/forms":                                   {path: "/api/v1/forms" + filter},
		"GET /api/v1/contacts":                                {path: "/api/v1/contacts" + filter},
		"GET /api/v1/scripts":                                 {path: "/api/v1/scripts" + filter},
		"GET /api/v1/notices":                                 {path: "/api/v1/notices" + filter},
		"POST /api/v1/notices":                                {path: "/api/v1/notices" + filter, body: `{"title":"x","text":"y"}`},
		"POST /api/v1/notices/{id}/confirm":                   {path: "/api/v1/notices/" + a.notice + "/confirm", unproven: "he confirms none: that it is there its withdrawal proves"},
		"DELETE /api/v1/notices/{id}":                         {path: "/api/v1/notices/" + a.withdrawn},
		"GET /api/v1/calls/{id}/proof":                        {path: "/api/v1/calls/c3/proof"},
		"POST /api/v1/calls/{id}/amendments":                  {path: "/api/v1/calls/c3/amendments", body: `{"reason":"wrong matter","text":"the meter"}`},
		"GET /api/v1/proof":                                   {path: "/api/v1/proof" + filter},
		"GET /api/v1/holidays":                                {nothing: "the tables are the program's"},
		"GET /api/v1/alarms":                                  {nothing: "they are the service's, without their causes: TestAmongOthers"},
		"GET /metrics":                                        {nothing: "it is refused where there are others: TestAmongOthers"},
		"GET /api/v1/prompts/{name}/sound":                    {path: "/api/v1/prompts/closed/sound" + filter},
		"POST /api/v1/config/walk":                            {path: "/api/v1/config/walk", body: `{"document":"hotline: {}","number":"800200"}`},
		"GET /api/v1/calls/{id}/recordings/{recording}/sound": {path: "/api/v1/calls/c3/recordings/r/sound?reason=heard+again"},
		"GET /api/v1/follow_ups/rates":                        {path: "/api/v1/follow_ups/rates" + filter},
		"GET /api/v1/surveys":                                 {path: "/api/v1/surveys" + filter},
		"POST /api/v1/surveys/{quarter}":                      {path: "/api/v1/surveys/2026-Q1" + filter, body: `{"size":10}`},
		"GET /api/v1/surveys/{quarter}/people":                {path: "/api/v1/surveys/2026-Q1/people" + filter},
		"POST /api/v1/surveys/{quarter}/people/{n}":           {path: "/api/v1/surveys/2026-Q1/people/1" + filter, body: `{"state":"missed"}`},
		"GET /api/v1/surveys/{quarter}/table":                 {path: "/api/v1/surveys/2026-Q1/table" + filter + "&" + "reason=quarterly"},
		"POST /api/v1/follow_ups/deal":                        {path: "/api/v1/follow_ups/deal" + filter},
		"POST /api/v1/follow_ups/{id}/orders":                 {path: "/api/v1/follow_ups/" + a.followUp + "/orders", body: `{"order":"waive","said":{"reason":"asked for none"}}`},
		"GET /api/v1/summaries/{day}":                         {path: "/api/v1/summaries/2026-03-02" + filter},
		"POST /api/v1/messages/{call}/take":                   {path: "/api/v1/messages/c3/take"},
		"POST /api/v1/messages/{call}/finish":                 {path: "/api/v1/messages/c3/finish", body: `{"result":"called back"}`},
		"GET /api/v1/messages/{call}/sound":                   {path: "/api/v1/messages/c3/sound?reason=heard+again"},
		"GET /api/v1/customers":                               {path: "/api/v1/customers" + filter},
		"POST /api/v1/customers":                              {path: "/api/v1/customers", body: `{"company":"demo2","name":"x",` + why + `}`},
		"GET /api/v1/customers/{id}":                          {path: customer(0)},
		"PATCH /api/v1/customers/{id}":                        {path: customer(1), body: `{"version":1,"name":"x",` + why + `}`},
		"POST /api/v1/customers/{id}/merge":                   {path: customer(2) + "/merge", body: `{"from":"` + a.customers[3] + `","version":1,"from_version":1,` + why + `}`},
		"GET /api/v1/customers/by-number/{number}":            {path: "/api/v1/customers/by-number/" + number1 + filter},
		importRoute:                                           {path: "/api/v1/customers/import" + filter + "&reason=why&dry=true", body: "numbers,name\n13900000009,x\n"},
		"GET /api/v1/exports/{what}":                          {path: "/api/v1/exports/customers" + filter + "&reason=monthly"},
		"GET /api/v1/agents":                                  {path: "/api/v1/agents" + filter},
		"POST /api/v1/agents/{agent}/orders":                  {path: "/api/v1/agents/1002/orders", body: `{"verb":"ready"}`},
		"GET /api/v1/agents/{agent}/phone":                    {path: "/api/v1/agents/1002/phone"},
		"PUT /api/v1/agents/{agent}/phone":                    {path: "/api/v1/agents/1002/phone", body: `{"kind":"desk"}`},
		"GET /api/v1/live":                                    {path: "/api/v1/live?view=floor", list: true},
		"POST /api/v1/live/pass":                              {nothing: "its subjects are those of who asks: TestCast"},
		natsRoute:                                             {nothing: "a pass says what may be read there"},
		sipRoute:                                              {nothing: "the switch asks for a phone's own password"},
		"GET /api/v1/board":                                   {path: "/api/v1/board" + filter},
		"GET /api/v1/queues":                                  {path: "/api/v1/queues" + filter},
		"GET /api/v1/hours":                                   {path: "/api/v1/hours" + filter},
		"PUT /api/v1/hours/{what}/closure":                    {path: "/api/v1/hours/800200/closure", body: `{"until":"2026-03-02T12:00:00+08:00",` + why + `}`},
		"DELETE /api/v1/hours/{what}/closure":                 {path: "/api/v1/hours/800200/closure?reason=over"},
		"GET /api/v1/lines/{number}/walk":                     {path: "/api/v1/lines/800200/walk"},
		"GET /api/v1/config":                                  {path: "/api/v1/config", list: true},
		"POST /api/v1/config/diff":                            {path: "/api/v1/config/diff", body: `{"document":"hotline: {}"}`},
		"GET /api/v1/config/versions":                         {nothing: "a version is one of the whole plan: its number, note and time"},
		"POST /api/v1/config/versions":                        {path: "/api/v1/config/versions", body: `{"document":"hotline: {}"}`},
		"DELETE /api/v1/config/versions/{version}":            {path: "/api/v1/config/versions/7"},
		"GET /api/v1/prompts":                                 {path: "/api/v1/prompts" + filter},
		"GET /api/v1/prompts/{name}":                          {path: "/api/v1/prompts/closed" + filter},
		uploadRoute:                                           {path: "/api/v1/prompts/closed/audio" + filter, body: "sound"},
		"PUT /api/v1/prompts/{name}/text":                     {path: "/api/v1/prompts/closed/text" + filter, body: `{"text":"closed"}`},
		"POST /api/v1/prompts/{name}/undo":                    {path: "/api/v1/prompts/closed/undo" + filter},
		"DELETE /api/v1/prompts/{name}":                       {path: "/api/v1/prompts/closed" + filter},
		"POST /api/v1/prompts/{name}/hear":                    {path: "/api/v1/prompts/closed/hear" + filter, body: `{"phone":"1002"}`},
		"GET /api/v1/webhooks":                                {path: "/api/v1/webhooks", list: true},
		"POST /api/v1/webhooks/{name}/retry":                  {path: "/api/v1/webhooks/crm2/retry"},
		"POST /api/v1/webhooks/{name}/test":                   {path: "/api/v1/webhooks/crm2/test"},
		"GET /api/v1/deliveries":                              {path: "/api/v1/deliveries" + filter},
	}
}

// TestForeignCompany: every route that a role with a limited reach may use is asked, by each
// such role, for what is another company's. A new route without a case fails.
func TestForeignCompany(t *testing.T) {
	a := newAbroad(t)
	cases := a.cases()
	document := a.get("", "/openapi.json").json(t)["paths"].(map[string]any)
	for _, pattern := range slices.Sorted(slices.Values(a.router.patterns)) {
		var limited []Account
		for _, p := range people() {
			if reach := rules[pattern].row.of(p.Role); p.Company == "demo" && (reach == own || reach == company) {
				limited = append(limited, p)
			}
		}
		c, ok := cases[pattern]
		delete(cases, pattern)
		switch method, path, _ := strings.Cut(pattern, " "); {
		case len(limited) == 0:
		case !ok:
			t.Errorf("%s has no case: how is it asked for something of another company's?", pattern)
		case c.nothing != "":
			if names := parameters(document, method, path); slices.Contains(names, "company") || strings.Contains(path, "{") {
				t.Errorf("%s: %s, and yet it has %v", pattern, c.nothing, names)
			}
		default:
			a.refused(method, c, limited)
		}
	}
	for pattern := range cases {
		t.Errorf("%s has a case, and is no route with a limited reach", pattern)
	}
}

// parameters are the names of a route's, from the OpenAPI document.
func parameters(document map[string]any, method, path string) []string {
	names := []string{}
	route, _ := document[path].(map[string]any) // tunnels are not in it
	op, _ := route[strings.ToLower(method)].(map[string]any)
	all, _ := op["parameters"].([]any)
	for _, p := range all {
		names = append(names, p.(map[string]any)["name"].(string))
	}
	return names
}

// refused asks in each one's name, then in the administrator's.
func (a *abroad) refused(method string, c foreign, limited []Account) {
	a.t.Helper()
	shows := a.shows
	if c.mark != "" {
		shows = func(got answer) bool { return strings.Contains(got.text, c.mark) }
	}
	for _, p := range limited {
		got := a.change(p.Number, method, c.path, c.body)
		switch {
		case shows(got):
			a.t.Errorf("%s %s as %s shows what is another's: %s", method, c.path, p.Role, got.text)
		case c.list && got.StatusCode != http.StatusOK && got.StatusCode != http.StatusForbidden:
			a.t.Errorf("%s %s as %s: %d %s", method, c.path, p.Role, got.StatusCode, got.text)
		case !c.list && got.StatusCode != http.StatusForbidden && got.StatusCode != http.StatusNotFound:
			a.t.Errorf("%s %s as %s: %d, want 403 or 404: %s", method, c.path, p.Role, got.StatusCode, got.text)
		}
		own := strings.Replace(c.path, "company=demo2", "company=demo", 1)
		if own == c.path || method != http.MethodGet {
			continue
		}
		if got := a.change(p.Number, method, own, ""); got.StatusCode/100 != 2 || shows(got) {
			a.t.Errorf("%s %s as %s: %d %s", method, own, p.Role, got.StatusCode, got.text)
		}
	}
	if c.unproven != "" {
		return
	}
	got := a.change("9001", method, c.path, c.body)
	if got.StatusCode/100 != 2 || c.list && !shows(got) {
		a.t.Errorf("%s %s as administrator: %d %s: there is nothing that could be refused", method, c.path, got.StatusCode, got.text)
	}
}

package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.uber.org/zap"

	"sansheng/cti"
	"sansheng/cti/web/console"
	"sansheng/store"
	"sansheng/store/table"
)

const (
	stopTime  = 5 * time.Second
	maxBody   = 64 << 10
	maxHeader = 16 << 10
)

// Config is what a server is made of.
type Config struct {
	// Addr to listen on, as in 127.0.0.1:8080; port 0 takes a free one.
	Addr    string
	Records RecordReader
	// Live asks the engine how things are; nil where none runs in this process.
	Live func(context.Context) (Floor, error)
	// LiveServer carries what changes to browsers; nil where no engine runs in this process.
	LiveServer LiveServer
	// Order has the engine carry out an order; nil where none runs in this process.
	Order func(context.Context, cti.Order) error
	// CancelCallback has the engine take a promise to call back; nil where none runs here.
	CancelCallback func(context.Context, cti.CancelCallback) error
	// EraseRecord has the engine tell that a record is erased; nil where none runs here.
	EraseRecord func(context.Context, cti.EraseRecord) error
	// AmendRecord has the engine tell that a record is corrected; nil where none runs here.
	AmendRecord func(context.Context, cti.AmendRecord) error
	// Phones knows and changes which phone of an agent is rung; nil where no engine runs in
	// this process.
	Phones PhoneKeeper
	// SIP is where the switch speaks SIP over WebSocket to browsers; nil is nowhere.
	SIP func() (*url.URL, error)
	// Hours asks the engine about hours; nil where none runs in this process.
	Hours HoursKeeper
	// Config shows and publishes the configuration; nil where no engine runs here.
	Config ConfigKeeper
	// Prompts keeps the operators' prompts; nil where no switch of ours runs.
	Prompts PromptKeeper
	// Webhooks and DeadLetters ask the store; nil where none runs in this process.
	Webhooks    WebhookKeeper
	DeadLetters DeadLetterKeeper
	// Messages asks the engine about messages; nil where none runs in this process.
	Messages MessageKeeper
	// Sounds opens the recordings of calls; nil where none are in reach.
	Sounds RecordingOpener
	// Proofs checks that records are as they were sealed; nil where no store runs.
	Proofs ProofKeeper
	// Summaries sums up days; nil where no store runs.
	Summaries SummaryKeeper
	// Plan is the one in force; nil is an empty one.
	Plan func() *cti.Plan
	// Font is a TrueType font with Latin and Chinese letters, for PDFs; nil is none.
	Font func(context.Context) ([]byte, error)
	// Departments are a company's; nil is none.
	Departments func(cti.CompanyID) []string
	// Store is the database, for what is asked of it alone: customers, and who has looked;
	// nil where there is none. Its error tells that it is not there yet.
	Store func() (*store.Store, error)
	// System asks a company's own system who has a number, within the context; nil where
	// there is none. Its error Is ErrNoSystem where the company has none.
	System func(ctx context.Context, company, number string) (TheirCard, error)
	// Readiness tells the state of every part, within its context.
	Readiness func(context.Context) []Part
	// Alarms tells which alarms stand; nil is none.
	Alarms func(context.Context) []Alarm
	// Metrics are served as Prometheus text; nil serves none.
	Metrics  prometheus.Gatherer
	Accounts *Accounts
	// Logins is the file in which logins outlive the process; empty lets them end with it.
	Logins string
	// Log gets logins, refusals and, named audit, every reveal; nil means none.
	Log *zap.Logger
	// Secure tells that browsers reach the server by HTTPS only, through a proxy:
	// cookies are then for HTTPS alone, and who asks is whom the proxy names last in
	// X-Forwarded-For, where it is on this machine or in a private network.
	Secure bool
	// Version of the program, for the OpenAPI document.
	Version string
}

// PortError: another program has the port. The error Is syscall.EADDRINUSE.
type PortError struct {
	Addr string
	Port string
	Err  error
}

func (e *PortError) Error() string {
	return fmt.Sprintf("listen on %s for console and API: port %s is taken by another program", e.Addr, e.Port)
}

func (e *PortError) Unwrap() error { return e.Err }

// Server is the HTTP API. Make it with New, run it with Run.
type Server struct {
	records   RecordReader
	live      func(context.Context) (Floor, error)
	orders    func(context.Context, cti.Order) error
	cancel    func(context.Context, cti.CancelCallback) error
	erase     func(context.Context, cti.EraseRecord) error
	amend     func(context.Context, cti.AmendRecord) error
	phones    PhoneKeeper
	sip       func() (*url.URL, error)
	hours     HoursKeeper
	configs   ConfigKeeper
	prompts   PromptKeeper
	messages  MessageKeeper
	sounds    RecordingOpener
	proofs    ProofKeeper
	store     func() (*store.Store, error)
	system    func(ctx context.Context, company, number string) (TheirCard, error)
	summaries SummaryKeeper
	plan      func() *cti.Plan
	font      func(context.Context) ([]byte, error)
	webhooks  WebhookKeeper
	letters   DeadLetterKeeper
	// departments are a company's.
	departments func(cti.CompanyID) []string
	readiness   func(context.Context) []Part
	alarms      func(context.Context) []Alarm
	accounts    *Accounts
	log         *zap.Logger

	console  *console.Console
	cast     *cast // nil where there is no live data
	verifier *verifier
	logins   *logins
	lasting  lasting
	router   *router
	listener net.Listener
	http     *http.Server
	stopC    chan struct{} // closed when Run begins to stop
	secure   bool          // reached by HTTPS only, through a proxy

	boards    boards
	importing sync.Mutex    // one import at a time
	exports   chan struct{} // those under way
	files     chan struct{} // that are being sent
	parts     partsSeen
}

var errNoEngine = errors.New("no engine runs in this process")

// secured marks an operation in the OpenAPI document as one for accounts.
var secured = []map[string][]string{{"basic": {}}, {"cookie": {}}}

// readErrors are what operations that read may answer.
var readErrors = []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusUnprocessableEntity, http.StatusServiceUnavailable}

// New listens and prepares the server; nothing is served before Run. Its error
// is a *PortError where the port is taken.
func New(cfg Config) (*Server, error) {
	if cfg.Records == nil || cfg.Accounts == nil {
		return nil, errors.New("make web server: it needs records and accounts")
	}
	listener, err := listen(cfg.Addr)
	if err != nil {
		return nil, err
	}
	s := &Server{
		records: cfg.Records, live: cfg.Live, orders: cfg.Order, cancel: cfg.CancelCallback, erase: cfg.EraseRecord, amend: cfg.AmendRecord, phones: cfg.Phones, sip: cfg.SIP, hours: cfg.Hours, configs: cfg.Config, prompts: cfg.Prompts,
		messages: cfg.Messages, sounds: cfg.Sounds, proofs: cfg.Proofs, departments: cfg.Departments, summaries: cfg.Summaries, plan: cfg.Plan, font: cfg.Font, webhooks: cfg.Webhooks, letters: cfg.DeadLetters,
		store: cfg.Store, system: cfg.System, exports: make(chan struct{}, exportsMost), files: make(chan struct{}, filesMost), parts: partsSeen{turnC: make(chan struct{}, 1)}, readiness: cfg.Readiness, alarms: cfg.Alarms, accounts: cfg.Accounts, log: cfg.Log,
		listener: listener, stopC: make(chan struct{}), secure: cfg.Secure,
	}
	s.complete()
	if cfg.LiveServer != nil && cfg.Live != nil {
		s.cast = newCast(cfg.Live, cfg.LiveServer, s.log.Named("live"))
	}
	s.verifier = newVerifier(cfg.Accounts, s.stopC)
	s.logins = newLogins(cookieName(listener.Addr(), cfg.Secure), cfg.Secure, cfg.Logins)
	if err := s.logins.takeOver(); err != nil {
		s.log.Warn("everybody logs in anew", zap.Error(err))
	}
	s.logins.cookies.ErrorFunc = func(w http.ResponseWriter, _ *http.Request, err error) {
		s.log.Error("login cookie not kept", zap.Error(err))
		writeProblem(w, newProblem(http.StatusInternalServerError, broken, "the login could not be read"))
	}
	s.router = &router{mux: http.NewServeMux(), guard: s.guard}
	errorLog, err := zap.NewStdLogAt(s.log.Named("http"), zap.DebugLevel)
	if err == nil {
		s.console, err = console.New()
	}
	if err == nil {
		err = s.routes(cfg)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("make web server: %w", err), listener.Close())
	}
	s.http = &http.Server{
		Handler: s.handler(cfg.Secure), ErrorLog: errorLog,
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second,
		WriteTimeout: requestTime + 10*time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: maxHeader,
	}
	return s, nil
}

// complete fills in what this process does not have.
func (s *Server) complete() {
	if s.log == nil {
		s.log = zap.NewNop()
	}
	if s.orders == nil {
		s.orders = func(context.Context, cti.Order) error { return errNoEngine }
	}
	if s.erase == nil {
		s.erase = func(context.Context, cti.EraseRecord) error { return errNoEngine }
	}
	if s.amend == nil {
		s.amend = func(context.Context, cti.AmendRecord) error { return errNoEngine }
	}
	if s.cancel == nil {
		s.cancel = func(context.Context, cti.CancelCallback) error { return errNoEngine }
	}
	if s.phones == nil {
		s.phones = nobodysPhones{}
	}
	if s.sip == nil {
		s.sip = noTunnel("the switch")
	}
	if s.hours == nil {
		s.hours = nobodysHours{}
	}
	if s.configs == nil {
		s.configs = noConfig{}
	}
	if s.prompts == nil {
		s.prompts = nobodysPrompts{}
	}
	if s.messages == nil {
		s.messages = nobodysMessages{}
	}
	if s.sounds == nil {
		s.sounds = noRecordings
	}
	if s.proofs == nil {
		s.proofs = noProofs{}
	}
	if s.summaries == nil {
		s.summaries = noSummaries{}
	}
	if s.plan == nil {
		s.plan = func() *cti.Plan { return &cti.Plan{} }
	}
	if s.font == nil {
		s.font = noFont
	}
	if s.departments == nil {
		s.departments = func(cti.CompanyID) []string { return nil }
	}
	if s.webhooks == nil {
		s.webhooks = nobodysWebhooks{}
	}
	if s.letters == nil {
		s.letters = nobodysDeadLetters{}
	}
}

func listen(addr string) (net.Listener, error) {
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", addr)
	if err == nil {
		return listener, nil
	}
	if _, port, splitErr := net.SplitHostPort(addr); splitErr == nil && errors.Is(err, syscall.EADDRINUSE) {
		return nil, &PortError{Addr: addr, Port: port, Err: err}
	}
	return nil, fmt.Errorf("listen on %s for console and API: %w", addr, err)
}

// cookieName holds the port: cookies do not tell ports apart, and several
// stacks may run side by side.
func cookieName(addr net.Addr, secure bool) string {
	name := "sansheng"
	if _, port, err := net.SplitHostPort(addr.String()); err == nil {
		name += "-" + port
	}
	if secure {
		name = "__Host-" + name
	}
	return name
}

// routes registers everything that is served.
func (s *Server) routes(cfg Config) error {
	hc := huma.DefaultConfig("Sansheng", cmp.Or(cfg.Version, "dev"))
	hc.Info.Description = "The hotline's records and live floor. Errors are problem documents (RFC 9457)."
	hc.OpenAPIPath, hc.DocsPath, hc.SchemasPath, hc.CreateHooks = "", "", "", nil
	hc.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"basic":  {Type: "http", Scheme: "basic"},
		"cookie": {Type: "apiKey", In: "cookie", Name: s.logins.cookies.Cookie.Name},
	}
	api := humago.New(s.router, hc)
	api.UseMiddleware(strictQuery(api))
	s.registerReady(api)
	s.registerAlarms(api)
	s.registerLogin(api)
	s.registerMine(api)
	s.registerAccounts(api)
	s.registerCalls(api)
	s.registerRecordings(api)
	s.registerProof(api)
	s.registerTickets(api)
	s.registerActs(api)
	s.registerAttachments(api)
	s.registerFollowUps(api)
	s.registerSurveys(api)
	s.registerQuestions(api)
	s.registerSummaries(api)
	s.registerBoard(api)
	s.registerCallbacks(api)
	s.registerFloor(api)
	s.registerOrders(api)
	s.registerPhones(api)
	s.registerLive(api)
	s.registerHours(api)
	s.registerHolidays(api)
	s.registerConfig(api)
	s.registerDrafts(api)
	s.registerPrompts(api)
	s.registerMessages(api)
	s.registerCustomers(api)
	s.registerExport(api)
	s.registerAccess(api)
	s.registerErasure(api)
	s.registerAmendments(api)
	s.registerWebhooks(api)
	s.registerDeadLetters(api)
	s.registerDesk(api)

	document, err := api.OpenAPI().MarshalJSON()
	if err != nil {
		return fmt.Errorf("write openapi document: %w", err)
	}
	s.router.HandleFunc("GET /openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/openapi+json")
		_, _ = w.Write(document) // whoever asked is gone
	})
	gatherer := cfg.Metrics
	if gatherer == nil {
		gatherer = prometheus.NewRegistry()
	}
	metrics := promhttp.HandlerFor(gatherer, promhttp.HandlerOpts{
		ErrorHandling: promhttp.ContinueOnError, MaxRequestsInFlight: 4, Timeout: 10 * time.Second,
	})
	s.router.HandleFunc("GET /metrics", s.wholeHouse(metrics.ServeHTTP))
	s.router.HandleFunc(sipRoute, s.tunnel("the switch", s.sip))
	s.router.HandleFunc(natsRoute, s.tunnel("live data", s.nats))
	return nil
}

// strictQuery refuses query parameters that are unknown, given twice or not
// readable, and names the allowed ones: a misspelt filter must not show more.
func strictQuery(api huma.API) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		allowed := []string{}
		for _, p := range ctx.Operation().Parameters {
			if p.In == "query" {
				allowed = append(allowed, p.Name)
			}
		}
		u := ctx.URL()
		query, err := url.ParseQuery(u.RawQuery)
		if err != nil {
			_ = huma.WriteErr(api, ctx, http.StatusUnprocessableEntity, "the query cannot be read", &huma.ErrorDetail{Location: "query", Message: err.Error()})
			return
		}
		var errs []error
		for name, values := range query {
			switch {
			case !slices.Contains(allowed, name):
				errs = append(errs, &huma.ErrorDetail{Location: "query." + name, Message: "unknown parameter; allowed: " + cmp.Or(strings.Join(allowed, ", "), "none")})
			case len(values) > 1:
				errs = append(errs, &huma.ErrorDetail{Location: "query." + name, Message: "given more than once; allowed: once"})
			}
		}
		if len(errs) > 0 {
			_ = huma.WriteErr(api, ctx, http.StatusUnprocessableEntity, "validation failed", errs...)
			return
		}
		next(ctx)
	}
}

// notPages are the addresses that are not the console's.
var notPages = []string{"/api", "/metrics", "/readyz", "/openapi.json", "/sip", "/nats"}

// handler puts around the routes what holds for every request.
func (s *Server) handler(secure bool) http.Handler {
	sameOrigin := http.NewCrossOriginProtection()
	sameOrigin.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		writeProblem(w, newProblem(http.StatusForbidden, crossOrigin, "a page of another origin may not do this; allowed: the same origin"))
	}))
	h := sameOrigin.Handler(s.logins.cookies.LoadAndSave(s.router))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := requestID()
		w.Header().Set(requestIDHeader, id)
		defer s.recover(w, id)
		setHeaders(w.Header(), secure)
		if console.Serves(r, notPages...) {
			s.console.ServeHTTP(w, r)
			return
		}
		most := int64(maxBody)
		switch _, pattern := s.router.mux.Handler(r); {
		case strings.HasPrefix(r.URL.Path, "/api/v1/config/"):
			most = configMost
		case pattern == uploadRoute:
			most = promptMost
		case pattern == attachRoute:
			most = store.AttachmentMost
		case pattern == importRoute:
			most = table.FileMost
		}
		if r.ContentLength > most {
			writeProblem(w, newProblem(http.StatusRequestEntityTooLarge, tooLarge, "the request has %d bytes; allowed: at most %d", r.ContentLength, most))
			return
		}
		if r.Body != nil {
			r.Body = http.MaxBytesReader(w, r.Body, most)
		}
		told := &teller{ResponseWriter: w}
		h.ServeHTTP(told, r)
		if told.status >= http.StatusInternalServerError {
			s.log.Warn("request failed", zap.String("request", id), zap.Int("status", told.status),
				zap.String("method", r.Method), zap.String("path", r.URL.Path))
		}
	})
}

// setHeaders keeps browsers from doing more with an answer than was meant.
func setHeaders(h http.Header, secure bool) {
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Content-Security-Policy", "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	if secure {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// recover answers for a handler that panicked; others go on.
func (s *Server) recover(w http.ResponseWriter, id string) {
	v := recover()
	if v == nil {
		return
	}
	if err, ok := v.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(v)
	}
	s.log.Error("handler panicked", zap.String("request", id), zap.Any("panic", v), zap.Stack("stack"))
	writeProblem(w, newProblem(http.StatusInternalServerError, broken, "this is our fault; it is in the log"))
}

// Addr is where the server listens.
func (s *Server) Addr() string { return s.listener.Addr().String() }

// Close gives the port back where Run was never called.
func (s *Server) Close() error { return s.listener.Close() }

// Run serves until ctx ends, which is no error. It returns after the requests
// under way have ended, or after 5 s, when the connections left are closed.
func (s *Server) Run(ctx context.Context) error {
	base, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	s.http.BaseContext = func(net.Listener) context.Context { return base }
	endC := make(chan error, 1)
	go func() { endC <- s.http.Serve(s.listener) }()
	defer s.logins.write(s.log) // as they are at the end
	var told sync.WaitGroup
	defer told.Wait()
	beside, end := context.WithCancel(ctx)
	defer end()
	told.Go(func() { s.logins.keep(beside, s.log) })
	if s.cast != nil {
		told.Go(func() { s.cast.run(beside) })
	}
	select {
	case err := <-endC:
		return fmt.Errorf("serve http on %s: %w", s.Addr(), err)
	case <-ctx.Done():
	}
	close(s.stopC)
	grace, done := context.WithTimeout(base, stopTime)
	defer done()
	if err := s.http.Shutdown(grace); err != nil {
		s.log.Warn("connections closed under requests", zap.Error(err))
		_ = s.http.Close() // the connections are gone either way
	}
	if err := <-endC; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve http on %s: %w", s.Addr(), err)
	}
	return nil
}

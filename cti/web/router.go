package web

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"go.uber.org/zap"

	"sansheng/cti"
)

// requestTime bounds one request, the wait for a login included; fileTime one that brings a file,
// of which filesMost come at a time: whoever sends a photograph from a house has a slow line, and
// what has come of it is in memory.
const (
	requestTime = 20 * time.Second
	fileTime    = 2 * time.Minute
	filesMost   = 8
)

// router holds the routes. Registering one puts its rule before it, so that
// there is no way around the table.
type router struct {
	mux      *http.ServeMux
	guard    func(pattern string, next http.HandlerFunc) http.HandlerFunc
	patterns []string
}

// HandleFunc implements humago.Mux.
func (m *router) HandleFunc(pattern string, h func(http.ResponseWriter, *http.Request)) {
	m.patterns = append(m.patterns, pattern)
	m.mux.HandleFunc(pattern, m.guard(pattern, h))
}

// ServeHTTP serves a route, or a problem where there is none.
func (m *router) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h, pattern := m.mux.Handler(r)
	if pattern != "" {
		m.mux.ServeHTTP(w, r)
		return
	}
	probe := &muted{header: http.Header{}}
	h.ServeHTTP(probe, r)
	switch probe.status {
	case http.StatusMethodNotAllowed:
		allow := probe.header.Get("Allow")
		w.Header().Set("Allow", allow)
		writeProblem(w, newProblem(probe.status, badMethod, "this address does not take that method; allowed: %s", allow))
	case http.StatusNotFound:
		writeProblem(w, newProblem(probe.status, notFound, "nothing is here; GET /openapi.json lists what there is"))
	default:
		h.ServeHTTP(w, r)
	}
}

// muted finds out what a handler would answer.
type muted struct {
	header http.Header
	status int
}

func (m *muted) Header() http.Header { return m.header }

func (m *muted) Write(b []byte) (int, error) {
	m.WriteHeader(http.StatusOK)
	return len(b), nil
}

func (m *muted) WriteHeader(status int) {
	if m.status == 0 {
		m.status = status
	}
}

// person is who asks, and how far he sees by the route he uses.
type person struct {
	Account
	reach  reach
	source string
}

// onlyCompany is the company to which a person's reach is limited; empty where it is not.
func (p person) onlyCompany() cti.CompanyID {
	if p.reach == all {
		return ""
	}
	return p.Company
}

type personKey struct{}

func personOf(ctx context.Context) person {
	p, _ := ctx.Value(personKey{}).(person)
	return p
}

// guard lets a request to its handler if the route's rule does.
func (s *Server) guard(pattern string, next http.HandlerFunc) http.HandlerFunc {
	ru := rules[pattern] // the zero rule refuses everybody
	return func(w http.ResponseWriter, r *http.Request) {
		long := requestTime
		if ru.file {
			long = fileTime
		}
		ctx, cancel := context.WithTimeout(r.Context(), long)
		if ru.lasts {
			cancel()
			ctx, cancel = context.WithCancel(r.Context())
		}
		defer cancel()
		p := person{source: s.source(r)}
		if !ru.open && (!ru.local || !local(r)) {
			a, refusal := s.identify(ctx, r, p.source)
			if refusal != nil {
				s.refuse(w, r, refusal)
				return
			}
			p.Account, p.reach = a, ru.row.of(a.Role)
			if p.reach == none {
				s.log.Info("request refused", zap.String("account", a.Number), zap.String("role", string(a.Role)), zap.String("route", pattern))
				writeProblem(w, newProblem(http.StatusForbidden, notAllowed, "the role %s may not do this; allowed: %s", a.Role, join(ru.row.allowed())))
				return
			}
			if ru.lasts {
				defer s.lasting.begin(a.Number, cancel)()
			}
		}
		if ru.file {
			select {
			case s.files <- struct{}{}:
				defer func() { <-s.files }()
			default:
				s.refuse(w, r, huma.ErrorWithHeaders(newProblem(http.StatusServiceUnavailable, unavailable, "%d files are being sent; allowed: so many at a time, try again in a moment", filesMost), retryAfter(5)))
				return
			}
			_ = patient(w, fileTime) // else the server's own deadlines hold
		}
		next(w, r.WithContext(context.WithValue(ctx, personKey{}, p)))
	}
}

// refuse writes what kept a request out.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, refusal error) {
	var he huma.HeadersError
	if errors.As(refusal, &he) {
		for k, v := range he.GetHeaders() {
			w.Header()[k] = v
		}
	}
	var p *Problem
	if !errors.As(refusal, &p) {
		p = newProblem(http.StatusInternalServerError, broken, "the login could not be checked")
	}
	if p.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", challenge(r))
	}
	writeProblem(w, p)
}

// source is where a request comes from, as far as attempts are counted: an
// IPv6 host has a whole network of addresses. Behind the proxy that HTTPS needs it is
// whom the proxy names; without that all people would be one who guesses.
func (s *Server) source(r *http.Request) string {
	addr, ok := remote(r)
	if ok && s.secure && (addr.IsLoopback() || addr.IsPrivate()) {
		if named, err := netip.ParseAddr(lastOf(r.Header.Values("X-Forwarded-For"))); err == nil {
			addr = named.Unmap().WithZone("")
		}
	}
	if !ok {
		return "unknown"
	}
	if addr.Is6() {
		if network, err := addr.Prefix(64); err == nil {
			return network.String()
		}
	}
	return addr.String()
}

// lastOf is the last element of a header's list: what the proxy before us has put there itself.
func lastOf(values []string) string {
	if len(values) == 0 {
		return ""
	}
	list := values[len(values)-1]
	return strings.TrimSpace(list[strings.LastIndexByte(list, ',')+1:])
}

func remote(r *http.Request) (netip.Addr, bool) {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}, false
	}
	addr, err := netip.ParseAddr(host)
	return addr.Unmap().WithZone(""), err == nil
}

// local tells whether a request comes from this machine and from no proxy on it.
func local(r *http.Request) bool {
	for name := range r.Header {
		if name == "Forwarded" || name == "Via" || strings.HasPrefix(name, "X-Forwarded-") || name == "X-Real-Ip" {
			return false
		}
	}
	addr, ok := remote(r)
	return ok && addr.IsLoopback()
}

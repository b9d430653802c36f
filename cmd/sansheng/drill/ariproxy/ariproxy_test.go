package ariproxy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"
	"go.uber.org/goleak"

	"sansheng/pbx/ari"
	"sansheng/pbx/pbxtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// server is an HTTP server that counts what it was asked and can send events.
type server struct {
	addr  string
	asked atomic.Int64
	// closedC gets the error with which an events' socket ended.
	closedC chan error
	sent    atomic.Int64
}

func serve(t *testing.T) *server {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &server{addr: l.Addr().String(), closedC: make(chan error, 10)}
	h := &http.Server{Handler: s}
	go func() { _ = h.Serve(l) }()
	t.Cleanup(func() { _ = h.Close() })
	return s
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/ari/events" {
		s.asked.Add(1)
		w.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprintf(w, `{"path":%q,"filler":%q}`, r.URL.Path, strings.Repeat("x", 2000))
		return
	}
	c, err := websocket.Accept(w, r, nil)
	if err != nil {
		s.closedC <- err
		return
	}
	if r.URL.Query().Has("flood") {
		for err == nil {
			ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
			err = c.Write(ctx, websocket.MessageText, make([]byte, 1000))
			cancel()
			s.sent.Add(1)
		}
	} else {
		for err == nil {
			var b []byte
			if _, b, err = c.Read(context.Background()); err == nil {
				err = c.Write(context.Background(), websocket.MessageText, b)
			}
		}
	}
	_ = c.CloseNow()
	s.closedC <- err
}

func start(t *testing.T, target string) *Proxy {
	t.Helper()
	p, err := Start(context.Background(), target)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	return p
}

// client is one with connections of its own, kept between requests.
func client(t *testing.T) *http.Client {
	tr := &http.Transport{}
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr}
}

func get(ctx context.Context, c *http.Client, url string) (status int, body string, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, "", err
	}
	res, err := c.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	return res.StatusCode, string(b), err
}

func mustGet(t *testing.T, c *http.Client, url string) (int, string) {
	t.Helper()
	status, body, err := get(pbxtest.Context(t), c, url)
	if err != nil {
		t.Fatalf("get %s: %v", url, err)
	}
	return status, body
}

func dialEvents(t *testing.T, p *Proxy, query string) *websocket.Conn {
	t.Helper()
	c, res, err := websocket.Dial(pbxtest.Context(t), "ws://"+p.Addr()+"/ari/events"+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	if res.Body != nil {
		_ = res.Body.Close()
	}
	t.Cleanup(func() { _ = c.CloseNow() })
	return c
}

// echo proves that the events' socket carries text both ways.
func echo(ctx context.Context, c *websocket.Conn) error {
	if err := c.Write(ctx, websocket.MessageText, []byte("hello")); err != nil {
		return err
	}
	_, b, err := c.Read(ctx)
	if err == nil && string(b) != "hello" {
		err = fmt.Errorf("got %q", b)
	}
	return err
}

// A cut is silence: neither side is told of anything until it heals.
func TestCut(t *testing.T) {
	t.Parallel()
	s := serve(t)
	p := start(t, s.addr)
	c := client(t)
	if status, body := mustGet(t, c, p.URL()+"/before"); status != 200 || !strings.Contains(body, "/ari/before") {
		t.Fatalf("%d %s", status, body)
	}
	events := dialEvents(t, p, "")
	if err := echo(pbxtest.Context(t), events); err != nil {
		t.Fatal(err)
	}

	p.Cut()
	asked := s.asked.Load()
	silent, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	kept := make(chan error, 1)
	go func() { _, _, err := get(silent, c, p.URL()+"/old"); kept <- err }()
	_, _, err := get(silent, client(t), p.URL()+"/new")
	for _, err := range []error{err, <-kept} {
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("during the cut: %v, want silence", err)
		}
	}
	if err := events.Write(pbxtest.Context(t), websocket.MessageText, []byte("into the void")); err != nil {
		t.Errorf("write during the cut: %v", err)
	}
	readC := make(chan error, 1)
	go func() { _, _, err := events.Read(context.Background()); readC <- err }()
	select {
	case err := <-readC:
		t.Errorf("the client was told during the cut: %v", err)
	case err := <-s.closedC:
		t.Errorf("the switch was told during the cut: %v", err)
	case <-time.After(300 * time.Millisecond):
	}

	p.Heal()
	for who, c := range map[string]chan error{"client": readC, "switch": s.closedC} {
		select {
		case err := <-c:
			if err == nil {
				t.Errorf("the %s got a message across the cut", who)
			}
		case <-time.After(pbxtest.Deadline):
			t.Errorf("the %s's old connection is not broken after the cut", who)
		}
	}
	if n := s.asked.Load(); n != asked {
		t.Errorf("%d requests passed the cut", n-asked)
	}
	if status, _ := mustGet(t, c, p.URL()+"/after"); status != 200 {
		t.Errorf("after the cut: %d", status)
	}
	if err := echo(pbxtest.Context(t), dialEvents(t, p, "")); err != nil {
		t.Error("new events after the cut:", err)
	}
	if got := p.Requests(time.Time{}); len(got) < 4 || got[0].Path != "/ari/before" || got[0].Outcome != Passed {
		t.Errorf("log: %+v", got)
	}
}

// A proxy that ends while it is cut leaves nothing behind (goleak looks).
func TestCloseWhileCut(t *testing.T) {
	t.Parallel()
	s := serve(t)
	p := start(t, s.addr)
	events := dialEvents(t, p, "")
	p.Cut()
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	if _, _, err := events.Read(pbxtest.Context(t)); err == nil {
		t.Error("a message from a closed proxy")
	}
}

func TestDelay(t *testing.T) {
	t.Parallel()
	s := serve(t)
	p := start(t, s.addr)
	c := client(t)
	p.Delay(250 * time.Millisecond)
	began := time.Now()
	if status, _ := mustGet(t, c, p.URL()+"/x"); status != 200 || time.Since(began) < 250*time.Millisecond {
		t.Errorf("%d after %v", status, time.Since(began))
	}
	// Whoever does not wait: the switch has done it all the same.
	hasty, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	before := s.asked.Load()
	if _, _, err := get(hasty, c, p.URL()+"/x"); err == nil || s.asked.Load() != before+1 {
		t.Errorf("hasty client: %v, asked %d", err, s.asked.Load()-before)
	}
	pbxtest.Eventually(t, "the abandoned request to be counted", func() bool { return p.Counts().ByOutcome[Abandoned] == 1 })
	p.Delay(0)
	began = time.Now()
	mustGet(t, c, p.URL()+"/x")
	if took := time.Since(began); took > 200*time.Millisecond {
		t.Errorf("without delay: %v", took)
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]struct {
		moment Moment
		share  float64 // of the requests that were errors, how many were done
		out    Outcome
	}{"before": {Before, 0, Refused}, "after": {After, 1, Lost}, "either": {Either, 0.5, Lost}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t)
			p := start(t, s.addr)
			c := client(t)
			p.Errors(0.3, 503, want.moment, 7)
			const n = 300
			bad := 0
			for range n {
				switch status, body := mustGet(t, c, p.URL()+"/x"); {
				case status == 503 && body == errorBody:
					bad++
				case status != 200:
					t.Fatalf("%d %s", status, body)
				}
			}
			if bad < n/5 || bad > n*2/5 {
				t.Errorf("%d of %d are errors, want about 90", bad, n)
			}
			done := float64(int(s.asked.Load())-(n-bad)) / float64(bad)
			if done < want.share-0.2 || done > want.share+0.2 {
				t.Errorf("of %d errors %.0f %% were done, want %.0f", bad, 100*done, 100*want.share)
			}
			counts := p.Counts()
			if counts.Requests != n || counts.ByOutcome[Passed] != n-bad || counts.ByOutcome[want.out] == 0 {
				t.Errorf("counts: %+v, %d bad", counts, bad)
			}
			p.Clear()
			for range 20 {
				if status, _ := mustGet(t, c, p.URL()+"/x"); status != 200 {
					t.Fatalf("after the errors: %d", status)
				}
			}
		})
	}
}

func TestResetBody(t *testing.T) {
	t.Parallel()
	s := serve(t)
	p := start(t, s.addr)
	p.ResetBody(1, 1)
	status, body, err := get(pbxtest.Context(t), client(t), p.URL()+"/x")
	if err == nil || status != 200 || body == "" {
		t.Fatalf("status %d, %d bytes, %v: want half an answer", status, len(body), err)
	}
	if !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("ended by %v, want a reset", err)
	}
	if s.asked.Load() != 1 || p.Counts().ByOutcome[Reset] != 1 {
		t.Errorf("asked %d, %+v", s.asked.Load(), p.Counts())
	}
	p.Clear()
	mustGet(t, client(t), p.URL()+"/x")
}

// A slow reader holds the switch up, and lets it go again.
func TestSlowReader(t *testing.T) {
	t.Parallel()
	s := serve(t)
	p := start(t, s.addr)
	p.SlowReader(1000)
	c := dialEvents(t, p, "?flood")
	c.SetReadLimit(-1)
	readC := make(chan int, 1<<20)
	go func() {
		defer close(readC)
		for {
			_, b, err := c.Read(context.Background())
			if err != nil {
				return
			}
			readC <- len(b)
		}
	}()
	select {
	case err := <-s.closedC: // its own write timeout of 2 s, as the switch's
		if err == nil {
			t.Error("no error")
		}
	case <-time.After(pbxtest.Deadline):
		t.Fatal("the switch can send without bound to a slow reader")
	}
	// The buffers in between hold what they hold; a fast reader gets all of it.
	if sent := s.sent.Load(); sent > 20_000 {
		t.Errorf("%d KB fitted in between", sent)
	}
	p.SlowReader(0)
	for range readC {
	}
}

// The hotline's own client works through the proxy on a real switch, and finds
// back after a cut.
func TestRealSwitch(t *testing.T) {
	t.Parallel()
	i := pbxtest.Asterisk(t)
	p := start(t, i.HTTPAddr)
	if status, body := func() (int, string) {
		req, _ := http.NewRequestWithContext(pbxtest.Context(t), http.MethodGet, p.URL()+"/asterisk/info", nil)
		req.SetBasicAuth(i.ARIUser, i.ARIPassword)
		res, err := client(t).Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		b, _ := io.ReadAll(res.Body)
		return res.StatusCode, string(b)
	}(); status != 200 || !json.Valid([]byte(body)) {
		t.Fatalf("%d %s", status, body)
	}
	link, err := ari.Open(ari.Options{Config: ari.Config{URL: p.URL(), User: i.ARIUser, Password: i.ARIPassword, App: pbxtest.App}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(link.Close)
	next := func(want string) {
		t.Helper()
		ctx := pbxtest.Context(t)
		for {
			e, err := link.Next(ctx)
			if err != nil {
				t.Fatalf("wait for %s: %v", want, err)
			}
			if fmt.Sprintf("%T", e) == want {
				return
			}
		}
	}
	next("pbx.LinkUp")
	p.Cut()
	cut := time.Now()
	next("pbx.LinkLost")
	t.Logf("the link noticed after %v", time.Since(cut).Round(time.Millisecond))
	p.Heal()
	healed := time.Now()
	next("pbx.LinkUp")
	t.Logf("and was back %v after the cut healed", time.Since(healed).Round(time.Millisecond))
}

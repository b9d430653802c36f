// Package sipp drives the real sipp program as callers from the carrier's side
// and tells, call by call, what they saw: the outside truth that a drill
// compares records with. It shares no code with the hotline or its phones.
//
//	run, err := sipp.Start(ctx, sipp.Config{Server: "127.0.0.1:5060", Dir: dir, Rate: 5, Calls: calls})
//	err = run.Await(ctx, "all to talk", func(o []sipp.Outcome) bool { … })
//	err = run.Hangup("13900000001")
//	err = run.Stop(ctx)
//	for _, o := range run.Outcomes() { … }
//
// # Ownership and order
//
// A Run owns one sipp process, its files in Config.Dir, and two goroutines: one
// follows sipp's own log of messages, the other waits for the process. Calls are
// placed in the order of Config.Calls, at Config.Rate. Times are those sipp
// wrote when it sent or received a message, so it does not matter when the log
// is read; it is read within a few hundredths of a second.
//
// sipp does no audio. With Config.Tone each caller has an ear and a tone of this
// program's own (pbx/sip/media). Without, callers are silent, and what the switch
// sends them goes into a socket that nobody reads, so that the machine is not
// bothered with refusals.
//
// # The end of a call
//
// A call lasts until the far side says BYE, until its Talk is over, until it is
// told to Hangup, or until Stop: then sipp says BYE, or CANCEL when it was not
// answered. sipp is told by a datagram with the call's Call-ID and a method of
// ours, HANGUP. That is sent once the switch has shown that it has the INVITE,
// since a CANCEL before that has no meaning (RFC 3261 section 9.1).
//
// # Failure
//
// A call that the switch refuses, or that gets no answer at all, is an Outcome
// and no error. Errors are sipp's own: it is not to be had, or does not start.
package sipp

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"text/template"
	"time"

	"sansheng/deploy/debian"
	"sansheng/pbx/sip/media"
	"sansheng/pbx/sip/tone"
)

// Call is one call to place.
type Call struct {
	// From is the caller's number, no other call's of the Run; To the number
	// dialled.
	From, To string
	// Talk is how long it lasts after the answer; 0 is until somebody ends it.
	Talk time.Duration
	// GiveUp is how long the caller waits for an answer; 0 is for ever.
	GiveUp time.Duration
}

// Config says who calls whom.
type Config struct {
	// Server is host:port of the switch.
	Server string
	Calls  []Call
	// Rate is in calls per second, 10 by default.
	Rate float64
	// Tone is what the n-th call's caller, from 0, sends; he hears what comes back,
	// see Run.Heard. With nil, callers neither speak nor listen, which costs
	// far less.
	Tone func(n int) tone.Tone
	// Dir keeps sipp's files; it is made if missing and should hold nothing else.
	Dir string
	// Finder finds sipp; its zero value is right outside tests.
	Finder debian.Finder
}

// Run is one sipp process. Its methods may be called from any goroutine.
type Run struct {
	cmd   *exec.Cmd
	dir   string
	sink  *net.UDPConn
	order *net.UDPConn
	// orders is where sipp listens.
	orders *net.UDPAddr
	exitC  chan struct{} // closed when the process is gone
	doneC  chan struct{} // closed when all is read as well

	mu       sync.Mutex // protects the following
	calls    []*call    // in the order of Config.Calls
	byID     map[string]*call
	byFrom   map[string]*call
	movedC   chan struct{} // closed at each change
	stopping bool
	err      error
}

// call is one call with what is to be done to it.
type call struct {
	Call
	Outcome
	sent    requests
	ear     *media.Stream // nil where callers are deaf
	timer   *time.Timer   // of GiveUp, then of Talk
	wanted  bool          // its end is wanted
	ordered bool          // sipp was told so
}

//go:embed caller.xml
var callerXML string

// refusals are the final answers a caller can get in place of 200.
var refusals = []int{
	300, 301, 302, 305, 380, 400, 401, 402, 403, 404, 405, 406, 407, 408, 410, 413, 414, 415, 416, 420, 421, 422, 423,
	480, 481, 482, 483, 484, 485, 486, 487, 488, 491, 493, 500, 501, 502, 503, 504, 505, 513, 580, 600, 603, 604, 606,
}

// sipp's files in Config.Dir.
const (
	messagesLog = "messages.log"
	audioLog    = "audio.log"
)

var scenario = template.Must(template.New("caller").
	Funcs(template.FuncMap{"methods": func() []string { return []string{"OPTIONS", "UPDATE", "INFO", "NOTIFY", "MESSAGE"} }}).
	Parse(callerXML))

var numberPattern = regexp.MustCompile(`^[0-9+*]{1,30}$`)

// lifetime bounds a sipp whose drill was killed.
const lifetime = time.Hour

// Start starts sipp and returns when the first INVITE is out. The process ends
// with its calls, with Stop or Kill, or, like Kill, with the context.
func Start(ctx context.Context, cfg Config) (*Run, error) {
	var r *Run
	var err error
	for range startTries {
		r, err = start(ctx, cfg)
		if err == nil {
			return r, nil
		}
		// It takes ports beside those it is given, and somebody may have them.
		if ctx.Err() != nil || !strings.Contains(err.Error(), "Unable to bind") {
			break
		}
	}
	return nil, fmt.Errorf("start sipp: %w", err)
}

// startTries is how often free ports are looked for.
const startTries = 5

func start(ctx context.Context, cfg Config) (*Run, error) {
	r := &Run{exitC: make(chan struct{}), doneC: make(chan struct{}), movedC: make(chan struct{}),
		byID: map[string]*call{}, byFrom: map[string]*call{}}
	if err := r.take(cfg.Calls); err != nil {
		return nil, err
	}
	if cfg.Rate == 0 {
		cfg.Rate = 10
	}
	if cfg.Rate < 0.01 || cfg.Rate > 1000 {
		return nil, fmt.Errorf("rate %v: allowed are 0.01 to 1000 calls per second", cfg.Rate)
	}
	tree, err := cfg.Finder.Find(ctx, debian.SIPp)
	if err != nil {
		return nil, err
	}
	ports, err := r.open(ctx, cfg.Server)
	if err != nil {
		return nil, err
	}
	if cfg.Tone != nil {
		if err := r.openEars(ports.host, cfg.Tone); err != nil {
			r.closeSockets()
			return nil, err
		}
	}
	args, err := r.furnish(cfg, ports)
	if err != nil {
		r.closeSockets()
		return nil, err
	}
	var out bytes.Buffer
	r.cmd = tree.Command(ctx, "sipp", args...)
	r.cmd.Dir, r.cmd.Stdout, r.cmd.Stderr = cfg.Dir, &out, &out
	r.cmd.Env = append(r.cmd.Env, "TERM=dumb")
	// A Ctrl-C is for the drill, which ends its callers in its own order.
	r.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := r.cmd.Start(); err != nil {
		r.closeSockets()
		return nil, err
	}
	go func() { _ = r.cmd.Wait(); close(r.exitC) }()
	go r.follow()
	err = r.Await(ctx, "the first call", func(o []Outcome) bool { return len(o) > 0 })
	if err != nil {
		r.Kill()
		if ctx.Err() == nil {
			b := bytes.TrimSpace(out.Bytes())
			err = fmt.Errorf("%w; it said: %s", err, b[max(0, len(b)-500):])
		}
		return nil, err
	}
	return r, nil
}

// take checks the calls and gives each its Call-ID.
func (r *Run) take(calls []Call) error {
	if len(calls) == 0 {
		return errors.New("no calls")
	}
	run := strings.ToLower(rand.Text()[:10])
	for n, c := range calls {
		for _, number := range []string{c.From, c.To} {
			if !numberPattern.MatchString(number) {
				return fmt.Errorf("call %d: number %q: allowed are 1 to 30 of 0-9, + and *", n+1, number)
			}
		}
		if r.byFrom[c.From] != nil {
			return fmt.Errorf("call %d: the number %s calls twice", n+1, c.From)
		}
		one := &call{Call: c}
		one.Outcome.From, one.Outcome.To = c.From, c.To
		one.CallID = strconv.Itoa(n+1) + "-" + run
		r.calls = append(r.calls, one)
		r.byID[one.CallID], r.byFrom[c.From] = one, one
	}
	return nil
}

// ports of a sipp process.
type ports struct {
	host         string
	sip, control int
	// own is sipp's idea of an audio port, which no call uses; media swallows
	// the audio of callers without an ear.
	own, media int
}

// open makes the sockets and finds the ports sipp will take.
func (r *Run) open(ctx context.Context, server string) (ports, error) {
	d := net.Dialer{}
	reach, err := d.DialContext(ctx, "udp", server)
	if err != nil {
		return ports{}, err
	}
	local := reach.LocalAddr().(*net.UDPAddr)
	_ = reach.Close()
	p := ports{host: local.IP.String()}
	listen := func() (*net.UDPConn, error) {
		c, err := (&net.ListenConfig{}).ListenPacket(ctx, "udp", net.JoinHostPort(p.host, "0"))
		if err != nil {
			return nil, err
		}
		return c.(*net.UDPConn), nil
	}
	var taken [5]*net.UDPConn
	for i := range taken {
		if taken[i], err = listen(); err != nil {
			for _, c := range taken[:i] {
				_ = c.Close()
			}
			return ports{}, err
		}
	}
	port := func(c *net.UDPConn) int { return c.LocalAddr().(*net.UDPAddr).Port }
	p.sip, p.control, p.own, p.media = port(taken[0]), port(taken[1]), port(taken[2]), port(taken[3])
	_, _, _ = taken[0].Close(), taken[1].Close(), taken[2].Close() // sipp binds these
	r.sink, r.order = taken[3], taken[4]
	_ = r.sink.SetReadBuffer(1)
	r.orders = &net.UDPAddr{IP: local.IP, Port: p.sip}
	return p, nil
}

// furnish writes what sipp reads and returns its arguments.
func (r *Run) furnish(cfg Config, p ports) ([]string, error) {
	if cfg.Dir == "" {
		return nil, errors.New("no folder for sipp's files")
	}
	dir, err := filepath.Abs(cfg.Dir)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	var text bytes.Buffer
	if err := scenario.Execute(&text, refusals); err != nil {
		return nil, err
	}
	table := bytes.NewBufferString("SEQUENTIAL\n")
	for _, c := range r.calls {
		audio := p.media
		if c.ear != nil {
			audio = int(c.ear.Local().Port())
		}
		fmt.Fprintf(table, "%s;%s;%d\n", c.Call.From, c.Call.To, audio)
	}
	r.dir = dir
	if err := errors.Join(
		os.WriteFile(filepath.Join(dir, "caller.xml"), text.Bytes(), 0o600),
		os.WriteFile(filepath.Join(dir, "calls.csv"), table.Bytes(), 0o600),
		// They are there before sipp writes them, and not those of an earlier run.
		os.WriteFile(filepath.Join(dir, messagesLog), nil, 0o600),
		os.WriteFile(filepath.Join(dir, audioLog), nil, 0o600),
	); err != nil {
		return nil, err
	}
	_, run, _ := strings.Cut(r.calls[0].CallID, "-")
	return []string{
		cfg.Server, "-sf", "caller.xml", "-inf", "calls.csv", "-cid_str", "%u-" + run,
		"-i", p.host, "-p", strconv.Itoa(p.sip), "-cp", strconv.Itoa(p.control), "-mp", strconv.Itoa(p.own),
		"-m", strconv.Itoa(len(r.calls)), "-r", strconv.Itoa(max(int(cfg.Rate*100), 1)), "-rp", "100000",
		"-l", strconv.Itoa(len(r.calls) + 1), "-t", "u1", "-nostdin", "-deadcall_wait", "0",
		"-timeout", strconv.Itoa(int(lifetime.Seconds())),
		"-trace_shortmsg", "-shortmessage_file", messagesLog, "-trace_logs", "-log_file", audioLog,
		"-trace_err", "-error_file", "errors.log",
		// All callers may be told to hang up in one moment, and what does not fit is lost.
		"-buff_size", strconv.Itoa(1 << 20),
	}, nil
}

// openEars gives each caller an ear and a voice.
func (r *Run) openEars(host string, voice func(int) tone.Tone) error {
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return err
	}
	for n, c := range r.calls {
		if c.ear, err = media.Open(media.Config{Local: netip.AddrPortFrom(addr, 0)}); err != nil {
			return err
		}
		c.ear.Send(voice(n))
	}
	return nil
}

func (r *Run) closeSockets() {
	_, _ = r.sink.Close(), r.order.Close()
	for _, c := range r.calls {
		if c.ear != nil {
			_ = c.ear.Close()
		}
	}
}

// follow reads sipp's logs until it is gone.
func (r *Run) follow() {
	defer close(r.doneC)
	defer r.closeSockets()
	err := r.read()
	if err != nil {
		_ = r.cmd.Process.Kill()
		<-r.exitC
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.err = err
	for _, c := range r.calls {
		if c.timer != nil {
			c.timer.Stop()
		}
		c.GaveUp = c.Placed() && !c.Ended()
	}
	r.moved()
}

// lookAgain is how often the logs are read.
const lookAgain = 10 * time.Millisecond

func (r *Run) read() error {
	var logs []*tail
	defer func() {
		for _, l := range logs {
			_ = l.file.Close()
		}
	}()
	for name, take := range map[string]func(string) error{messagesLog: r.message, audioLog: r.audio} {
		f, err := os.Open(filepath.Join(r.dir, name))
		if err != nil {
			return fmt.Errorf("read sipp's log: %w", err)
		}
		logs = append(logs, &tail{file: f, lines: bufio.NewReader(f), take: take})
	}
	tick := time.NewTicker(lookAgain)
	defer tick.Stop()
	for over := false; ; {
		for _, l := range logs {
			if err := l.read(); err != nil {
				return err
			}
		}
		if over {
			return nil
		}
		select {
		case <-tick.C:
		case <-r.exitC:
			over = true // read once more what it wrote last
		}
	}
}

// tail is a file that grows.
type tail struct {
	file  *os.File
	lines *bufio.Reader
	part  string // of a line that is not whole yet
	take  func(line string) error
}

// read takes the whole lines that are there.
func (t *tail) read() error {
	for {
		line, err := t.lines.ReadString('\n')
		t.part += line
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read sipp's log: %w", err)
		}
		if err := t.take(t.part); err != nil {
			return err
		}
		t.part = ""
	}
}

// message takes a line of the message log.
func (r *Run) message(line string) error {
	m, err := parseMessage(line)
	if err != nil {
		return err
	}
	r.apply(m)
	return nil
}

// audio takes a line that says where a call's audio comes from: Call-ID,
// address:port.
func (r *Run) audio(line string) error {
	id, at, _ := strings.Cut(strings.TrimSpace(line), " ")
	remote, err := netip.ParseAddrPort(at)
	r.mu.Lock()
	defer r.mu.Unlock()
	c := r.byID[id]
	if c == nil || c.ear == nil {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read sipp's log: address of the audio %q: %w", at, err)
	}
	c.ear.Connect(media.Link{Remote: remote, Codec: tone.ALaw, Event: 101, Send: true, Receive: true})
	return nil
}

func (r *Run) apply(m message) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := r.byID[m.callID]
	if c == nil {
		return
	}
	was := c.Outcome
	c.apply(m, &c.sent)
	switch {
	case !was.Answered() && c.Answered():
		r.plan(c, c.Talk, c.AnsweredAt)
	case !was.Placed() && c.Placed():
		r.plan(c, c.GiveUp, c.InvitedAt)
	}
	if c.Ended() && c.timer != nil {
		c.timer.Stop()
	}
	if c.Ended() && c.ear != nil {
		_ = c.ear.Close()
	}
	if r.stopping {
		c.wanted = true
	}
	r.end(c)
	if c.Outcome != was {
		r.moved()
	}
}

// plan sets when the caller ends the call by himself. r.mu is held.
func (r *Run) plan(c *call, after time.Duration, from time.Time) {
	if c.timer != nil {
		c.timer.Stop()
	}
	if after <= 0 {
		return
	}
	c.timer = time.AfterFunc(time.Until(from.Add(after)), func() { r.hangup(c) })
}

func (r *Run) hangup(c *call) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c.wanted = true
	r.end(c)
}

// end tells sipp to end a call whose end is wanted, as soon as that has a
// meaning. r.mu is held.
func (r *Run) end(c *call) {
	if !c.wanted || c.ordered || c.TryingAt.IsZero() || c.Ended() {
		return
	}
	c.ordered = true
	text := fmt.Sprintf("HANGUP sip:caller SIP/2.0\r\nVia: SIP/2.0/UDP drill;branch=z9hG4bK%[1]s\r\nFrom: <sip:drill>;tag=1\r\n"+
		"To: <sip:caller>\r\nCall-ID: %[1]s\r\nCSeq: 1 HANGUP\r\nContent-Length: 0\r\n\r\n", c.CallID)
	_, _ = r.order.WriteToUDP([]byte(text), r.orders)
}

// moved wakes who waits. r.mu is held.
func (r *Run) moved() {
	close(r.movedC)
	r.movedC = make(chan struct{})
}

// Outcomes are the calls placed so far, in the order of Config.Calls.
func (r *Run) Outcomes() []Outcome {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.outcomes()
}

func (r *Run) outcomes() []Outcome {
	out := make([]Outcome, 0, len(r.calls))
	for _, c := range r.calls {
		if c.Placed() {
			out = append(out, c.Outcome)
		}
	}
	return out
}

// Outcome is that of a caller's call; false when it is not placed yet.
func (r *Run) Outcome(from string) (Outcome, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := r.byFrom[from]
	if c == nil || !c.Placed() {
		return Outcome{}, false
	}
	return c.Outcome, true
}

// Heard is what a caller has heard so far, until his call ended; false where
// there is no such caller or callers are deaf.
func (r *Run) Heard(from string) (media.Heard, bool) {
	c := r.byFrom[from]
	if c == nil || c.ear == nil {
		return media.Heard{}, false
	}
	return c.ear.Heard(), true
}

// ResetGaps makes the LongestGap of everything heard count from now on.
func (r *Run) ResetGaps() {
	for _, c := range r.calls {
		if c.ear != nil {
			c.ear.ResetGap()
		}
	}
}

// ErrOver is wrapped by Await's error when sipp has ended and nothing more will
// happen.
var ErrOver = errors.New("sipp has ended")

// Await returns when cond holds for the calls placed so far. what names it in
// the error.
func (r *Run) Await(ctx context.Context, what string, cond func([]Outcome) bool) error {
	for {
		over := false
		select {
		case <-r.doneC:
			over = true
		default:
		}
		r.mu.Lock()
		ok, movedC, err := cond(r.outcomes()), r.movedC, r.err
		r.mu.Unlock()
		switch {
		case ok:
			return nil
		case over:
			return fmt.Errorf("wait for %s: %w", what, errors.Join(ErrOver, err))
		}
		select {
		case <-movedC:
		case <-r.doneC:
		case <-ctx.Done():
			return fmt.Errorf("wait for %s: %w", what, ctx.Err())
		}
	}
}

// Hangup ends the calls of these callers; those that are over already, or not
// placed yet, are ended as soon as that is possible. It does not wait.
func (r *Run) Hangup(from ...string) error {
	var unknown []string
	for _, number := range from {
		if c := r.byFrom[number]; c != nil {
			r.hangup(c)
		} else {
			unknown = append(unknown, number)
		}
	}
	if len(unknown) > 0 {
		slices.Sort(unknown)
		return fmt.Errorf("hang up: no caller %s", strings.Join(unknown, ", "))
	}
	return nil
}

// Drain places no more calls and returns when the present ones are over.
func (r *Run) Drain(ctx context.Context) error {
	if err := r.signal(syscall.SIGUSR1); err != nil {
		return err
	}
	return r.Wait(ctx)
}

// Stop places no more calls, ends the present ones and returns when they are
// over. When the context ends first, sipp is killed.
func (r *Run) Stop(ctx context.Context) error {
	r.mu.Lock()
	r.stopping = true
	for _, c := range r.calls {
		if c.Placed() {
			c.wanted = true
			r.end(c)
		}
	}
	r.mu.Unlock()
	if err := r.Drain(ctx); err != nil {
		r.Kill()
		return fmt.Errorf("stop callers: %w", err)
	}
	return nil
}

// Kill ends sipp at once: its calls are left without a goodbye. It returns when
// the process is gone and its log is read.
func (r *Run) Kill() {
	_ = r.signal(syscall.SIGKILL)
	<-r.doneC
}

// Wait returns when sipp has ended, because all calls are over. Calls that went
// wrong are no error.
func (r *Run) Wait(ctx context.Context) error {
	select {
	case <-r.doneC:
	case <-ctx.Done():
		return fmt.Errorf("wait for callers: %w", ctx.Err())
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}

// Done is closed when sipp has ended and its log is read.
func (r *Run) Done() <-chan struct{} { return r.doneC }

// PID is sipp's process id.
func (r *Run) PID() int { return r.cmd.Process.Pid }

func (r *Run) signal(s os.Signal) error {
	if err := r.cmd.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("signal sipp: %w", err)
	}
	return nil
}

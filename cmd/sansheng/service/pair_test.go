package service

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"sansheng/cmd/sansheng/config"
	"sansheng/cmd/sansheng/drill/ariproxy"
	"sansheng/cti"
	"sansheng/cti/bus"
	"sansheng/cti/web"
	"sansheng/pbx/asterisk"
	"sansheng/pbx/pbxtest"
	"sansheng/pbx/sip/phone"
	"sansheng/store"
)

// pair is one hotline with two engines, each in a process of its own, on one
// switch; a third process, this one, keeps the records.
type pair struct {
	*stack
	a, b *twin
}

// twin is one of the engines.
type twin struct {
	remote
	name string
	// api is where its API is, made who may use it.
	api  string
	made []web.Credential
	// ari and nats are its ways to the switch and to the cluster.
	ari  *ariproxy.Proxy
	nats *pbxtest.Proxy
}

func startPair(t *testing.T, plan *cti.Plan) *pair {
	t.Helper()
	t.Parallel()
	dir := dataFolder(t)
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	own := asterisk.Config{Data: filepath.Join(dir, "asterisk"), FreePorts: true}
	fallback(&own, plan)
	own.Lamps = lampsOf(plan)
	sw, err := asterisk.Start(ctx, own)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { check(t, sw.Stop()) })
	nats, err := bus.Start(ctx, bus.Options{StoreDir: filepath.Join(dir, "nats"), Port: -1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { check(t, nats.Close()) })
	cluster := func(addr string) config.NATS {
		c := nats.Credentials(bus.RoleEngine)
		return config.NATS{URL: "nats://" + addr, User: c.User, PasswordFile: secret(t, dir, "nats-password", c.Password)}
	}
	natsAddr := strings.TrimPrefix(nats.URL(), "nats://")

	cfg := config.Default()
	cfg.Data = filepath.Join(dir, "records")
	cfg.Hotline, cfg.Roles, cfg.NATS = plan, []string{"store"}, cluster(natsAddr)
	p := &pair{stack: startStack(t, cfg)}
	p.sip, p.spool = sw.SIPAddr, sw.SpoolRecordingDir
	ids := make([]cti.AgentID, len(plan.Agents))
	for i, a := range plan.Agents {
		ids[i] = a.ID
	}
	twinOf := func(name string) *twin {
		x := &twin{name: name, nats: pbxtest.NewProxy(t, natsAddr)}
		x.stack, x.file = p.stack, filepath.Join(dir, name, "test.json")
		if x.ari, err = ariproxy.Start(context.Background(), sw.HTTPAddr); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { check(t, x.ari.Close()) })
		cfg := config.Default()
		cfg.Data = filepath.Join(dir, name)
		cfg.Hotline, cfg.Roles, cfg.NATS = plan, []string{"engine", "web"}, cluster(x.nats.Addr())
		cfg.Engine = config.Engine{Name: name, Lease: "pair"}
		cfg.Asterisk = config.Asterisk{
			URL: x.ari.URL(), User: sw.ARIUser, PasswordFile: secret(t, dir, "ari", sw.ARIPassword), LedgerFile: sw.LedgerPath,
		}
		cfg.Ports = freePorts(t)
		cfg.Ports.Sentinel = 8081 // nobody listens there: there is none
		if err := os.MkdirAll(cfg.Data, 0o755); err != nil {
			t.Fatal(err)
		}
		// The operator gives both hosts the same passwords of the phones.
		if name != "a" {
			b, err := os.ReadFile(filepath.Join(dir, "a", web.SIPPasswordsFile))
			if err != nil {
				t.Fatal(err)
			}
			secret(t, cfg.Data, web.SIPPasswordsFile, string(b))
		} else if p.passwords, err = web.SIPPasswords(filepath.Join(cfg.Data, web.SIPPasswordsFile), ids); err != nil {
			t.Fatal(err)
		}
		if _, x.made, err = web.CreateAccounts(filepath.Join(cfg.Data, web.AccountsFile), []web.Account{{Number: "9001", Role: web.Administrator, Company: "demo"}}); err != nil {
			t.Fatal(err)
		}
		x.api = fmt.Sprintf("http://127.0.0.1:%d", cfg.Ports.Web)
		b, err := json.Marshal(cfg)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(x.file, b, 0o600); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { x.stop(cfg.Data) })
		x.start()
		return x
	}
	p.a = twinOf("a")
	p.leads(p.a, 1)
	p.b = twinOf("b")
	return p
}

// stop ends an engine's process at the end of the test.
func (x *twin) stop(data string) {
	if x.cmd == nil {
		return
	}
	_ = x.cmd.Process.Signal(syscall.SIGCONT)
	_ = x.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-x.diedC:
	case <-time.After(30 * time.Second):
		x.t.Errorf("engine %s does not stop", x.name)
		_ = x.cmd.Process.Kill()
		<-x.diedC
	}
	if x.t.Failed() {
		if b, err := os.ReadFile(filepath.Join(data, "child.log")); err == nil {
			x.t.Logf("the log of engine %s ends:\n%s", x.name, b[max(0, len(b)-5000):])
		}
	}
}

// leads waits until an engine leads for the n-th time and agrees with the switch.
func (p *pair) leads(x *twin, n int) cti.Fact {
	p.t.Helper()
	var found cti.Fact
	p.await(fmt.Sprintf("engine %s to lead", x.name), func(facts []cti.Fact) bool {
		terms := map[uint64]bool{}
		for _, f := range facts {
			if f.Kind == cti.SwitchFound && f.Engine == x.name {
				terms[f.Term], found = true, f
			}
		}
		return len(terms) >= n
	})
	return found
}

// standing checks what must hold at the end: each engine's numbers have no gap,
// no term has two engines, no phone was rung while it was in a call.
func (p *pair) standing() {
	p.t.Helper()
	last, holder := map[string]uint64{}, map[uint64]string{}
	for _, f := range p.all() {
		if last[f.Engine]++; f.Seq != last[f.Engine] {
			p.t.Errorf("fact %s where number %d of engine %s was expected", f.ID, last[f.Engine], f.Engine)
			last[f.Engine] = f.Seq
		}
		if h := holder[f.Term]; h != "" && h != f.Engine || f.Term == 0 {
			p.t.Errorf("fact %s of engine %s has term %d, which is %q's", f.ID, f.Engine, f.Term, h)
		}
		holder[f.Term] = f.Engine
	}
	for number, ph := range p.phones {
		if n := len(ph.Overlaps()); n > 0 {
			p.t.Errorf("phone %s was rung %d times while it was in a call", number, n)
		}
	}
}

// takeoverMost is the longest from an engine's death to another's agreeing with
// the switch.
const takeoverMost = 3 * time.Second

// TestEngineKilled: the engine that leads dies with a pair talking, a phone
// ringing and two callers waiting. The other one takes over: nobody is dropped,
// the talk is not interrupted, the phone rings on, places are kept, each call has
// one record.
func TestEngineKilled(t *testing.T) {
	p := startPair(t, cti.DemoPlan(0))
	first := p.agent("1001", phone.AnswerAfter(0))
	talking := p.dial("13900000001", "800100")
	talk := p.next(first)
	p.fact("13900000001", cti.CallJoined, 1)
	p.hears(talking, agentTone("1001"))
	p.hears(talk, callerTone)
	second := p.agent("1002", phone.NoAnswer())
	rung := p.dial("13900000002", "800100")
	ringing := p.next(second)
	p.fact("13900000002", cti.CallAlerted, 1)
	third := p.dial("13900000003", "800100")
	p.fact("13900000003", cti.CallGreeted, 1)
	last := p.dial("13900000004", "800100")
	p.fact("13900000004", cti.CallGreeted, 1)

	// The other one's disk hangs where it only keeps what helps a start.
	for _, name := range []string{"standby.json", "lease.json"} {
		hang(t, filepath.Join(filepath.Dir(p.b.file), name))
	}
	talking.ResetGap()
	talk.ResetGap()
	p.a.kill()
	died := time.Now()
	p.leads(p.b, 1)
	took := time.Since(died)
	t.Logf("takeover after %v", took.Round(time.Millisecond))
	if took > takeoverMost {
		t.Errorf("the other engine leads after %v", took)
	}
	p.hears(talking, agentTone("1001"))
	p.hears(talk, callerTone)
	for who, gap := range map[string]time.Duration{"caller": talking.Heard().LongestGap, "agent": talk.Heard().LongestGap} {
		if gap > 300*time.Millisecond { // of the test machine; the switch itself notices nothing
			t.Errorf("the %s heard nothing for %v", who, gap)
		}
	}
	if err := ringing.Answer(deadline(t)); err != nil {
		t.Fatalf("the ringing phone was dropped: %v", err)
	}
	p.fact("13900000002", cti.CallJoined, 1)
	p.hangup(talking)
	if got := p.next(first).Caller().Number; got != "13900000003" {
		t.Fatalf("next is %s: the places were lost", got)
	}
	p.hears(third, agentTone("1001"))
	p.hangup(third)
	if got := p.next(first).Caller().Number; got != "13900000004" {
		t.Fatalf("last is %s", got)
	}
	p.fact("13900000004", cti.CallJoined, 1)
	p.hangup(rung)
	p.hangup(last)
	for _, number := range []string{"13900000001", "13900000002", "13900000003", "13900000004"} {
		if r := p.record(number); *r.Disposition != "ANSWERED" || r.Fallback != nil || late(r) > 0 {
			t.Errorf("record of %s: %s, fallback %v, %d amendments", number, *r.Disposition, r.Fallback, late(r))
		}
	}
	p.a.start()
	p.standing()
}

// orders are the requests by which an engine changed something on the switch
// after a moment; reading and waiting for events change nothing.
func (x *twin) orders(after time.Time) []ariproxy.Request {
	var orders []ariproxy.Request
	for _, r := range x.ari.Requests(after) {
		if r.Method != http.MethodGet {
			orders = append(orders, r)
		}
	}
	return orders
}

// standsBy waits until an engine says that it could take over.
func (p *pair) standsBy(x *twin) {
	p.t.Helper()
	ctx := deadline(p.t)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	begun := ""
	for {
		b, _, err := p.public.Leases().Get(ctx, "pair.standby")
		sign := string(b)
		switch {
		case err != nil && ctx.Err() == nil:
			p.t.Logf("read standby: %v", err)
		case !strings.HasPrefix(sign, x.name+" "):
		case begun == "":
			begun = sign
		case sign != begun: // a sign given since we look
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			p.t.Fatalf("engine %s does not stand by: %q", x.name, sign)
		}
	}
}

// serves places a call and waits until an agent and the caller hear each other.
func (p *pair) serves(from string, agent *phone.Phone) *phone.Call {
	p.t.Helper()
	call := p.dial(from, "800100")
	talk := p.next(agent)
	p.hears(call, agentTone(agent.Number()))
	p.hears(talk, callerTone)
	return call
}

// TestEngineFrozen: the engine that leads stands still; the other one takes over.
// When the first goes on it changes nothing on the switch any more, tells nothing
// of calls, and stands by. Then it takes over in its turn.
func TestEngineFrozen(t *testing.T) {
	p := startPair(t, cti.DemoPlan(0))
	first := p.agent("1001", phone.AnswerAfter(0))
	talking := p.serves("13900000001", first)
	waiting := p.dial("13900000002", "800100")
	p.fact("13900000002", cti.CallGreeted, 1)

	p.a.signal(syscall.SIGSTOP)
	frozen := time.Now()
	p.leads(p.b, 1)
	t.Logf("takeover after %v", time.Since(frozen).Round(time.Millisecond))
	p.hangup(talking)
	if got := p.next(first).Caller().Number; got != "13900000002" {
		t.Fatalf("next is %s", got)
	}
	p.hears(waiting, agentTone("1001"))
	before := len(p.all())
	thawed := time.Now()
	p.a.signal(syscall.SIGCONT)
	p.a.alarmed("lease_lost", true)
	p.standsBy(p.a)
	if orders := p.a.orders(thawed); len(orders) > 0 {
		t.Errorf("the engine that had been frozen changed something on the switch: %+v", orders)
	}
	for _, f := range p.all()[before:] {
		if f.Engine == "a" && f.Call != "" {
			t.Errorf("the engine that had been frozen tells %s of call %s", f.Kind, f.Call)
		}
	}
	p.hears(waiting, agentTone("1001"))
	p.b.kill()
	p.leads(p.a, 2)
	p.hangup(waiting)
	p.hangup(p.serves("13900000003", first))
	for _, number := range []string{"13900000001", "13900000002", "13900000003"} {
		if r := p.record(number); *r.Disposition != "ANSWERED" || r.Fallback != nil {
			t.Errorf("record of %s: %s, fallback %v", number, *r.Disposition, r.Fallback)
		}
	}
	p.b.start()
	p.standing()
}

// TestEngineCutOff: with the cluster away for both, the engine that leads goes on
// serving, and still leads when the cluster is back. Cut off alone it goes on
// until the other one takes over, and is silent within a second. Cut off from the
// switch it lets the other one lead.
func TestEngineCutOff(t *testing.T) {
	p := startPair(t, cti.DemoPlan(0))
	agent := p.agent("1001", phone.AnswerAfter(0))
	p.a.nats.Freeze()
	p.b.nats.Freeze()
	during := p.serves("13900000001", agent)
	p.hangup(during)
	p.a.alarmed("lease_unrenewed", true)
	p.a.nats.Thaw()
	p.b.nats.Thaw()
	p.a.alarmed("lease_unrenewed", false)
	p.fact("13900000001", cti.CallEnded, 1)
	p.state("1001", cti.Ready)
	p.standsBy(p.b)

	p.a.nats.Freeze()
	cut := time.Now()
	between := p.dial("13900000002", "800100") // a serves him, and cannot tell b
	p.next(agent)
	p.leads(p.b, 1)
	found := time.Now()
	t.Logf("takeover after %v", found.Sub(cut).Round(time.Millisecond))
	p.hears(between, agentTone("1001"))
	p.fact("13900000002", cti.CallJoined, 1)
	if orders := p.a.orders(found.Add(time.Second)); len(orders) > 0 {
		t.Errorf("the engine cut off still changes something on the switch a second later: %+v", orders)
	}
	p.a.nats.Thaw()
	p.standsBy(p.a)
	p.hangup(between)
	r := p.record("13900000002")
	if *r.Disposition != "ANSWERED" || r.Fallback != nil || len(r.Offers) != 1 || len(r.Legs) != 2 {
		t.Errorf("the call that b knew from the switch only: %s, %d offers, %d legs", *r.Disposition, len(r.Offers), len(r.Legs))
	}
	t.Logf("%d facts came late", late(r))

	// Cut off from the switch alone it lets the other one lead, who reaches it.
	p.b.ari.Cut()
	cut = time.Now()
	p.leads(p.a, 2)
	t.Logf("the engine without a switch let go after %v", time.Since(cut).Round(time.Millisecond))
	p.b.ari.Heal()
	p.hangup(p.serves("13900000003", agent))
	p.record("13900000003")
	p.standing()
}

// handoverMost is the longest way from one engine to the other that a loaded test
// machine may take; by itself it takes a fifth of that.
const handoverMost = time.Second

// TestEnginesRolled: both engines are ended and started again, one after the
// other, while calls come in: every caller reaches an agent through the hotline.
func TestEnginesRolled(t *testing.T) {
	const every, rolled = 250 * time.Millisecond, 2
	plan := cti.DemoPlan(20)
	p := startPair(t, plan)
	p.standsBy(p.b)
	ctx := deadline(t)
	for _, a := range plan.Queues[0].Members {
		p.rolling(ctx, string(a))
	}
	doneC := make(chan struct{})
	var callers sync.WaitGroup
	var numbers []string
	stream := make(chan struct{})
	go func() {
		defer close(stream)
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
			case <-doneC:
				return
			}
			from := fmt.Sprintf("1390000%04d", len(numbers))
			numbers = append(numbers, from)
			callers.Go(func() { reaches(ctx, t, p.sip, from) })
		}
	}()
	old, fresh := p.a, p.b
	for n := range rolled {
		want := 1
		if fresh == p.a {
			want = 2 // it led at the beginning
		}
		p.await("some calls", func(facts []cti.Fact) bool { return joined(facts) >= 6*(n+1) })
		old.signal(syscall.SIGTERM)
		told := time.Now()
		p.leads(fresh, want)
		took := time.Since(told)
		t.Logf("engine %s leads %v after %s was told to end", fresh.name, took.Round(time.Millisecond), old.name)
		if took > handoverMost {
			t.Errorf("the way from one engine to the other took %v", took)
		}
		<-old.diedC
		old.start()
		p.standsBy(old)
		old, fresh = fresh, old
	}
	close(doneC)
	<-stream
	callers.Wait()
	for _, from := range numbers {
		if r := p.record(from); *r.Disposition != "ANSWERED" || r.Fallback != nil {
			t.Errorf("record of %s: %s, fallback %v", from, *r.Disposition, r.Fallback)
		}
	}
	t.Logf("%d calls", len(numbers))
	p.standing()
}

// rolling registers an agent who answers at once; all of them sound alike.
func (p *pair) rolling(ctx context.Context, number string) {
	p.t.Helper()
	ph, err := phone.New(phone.Config{
		Number: number, Password: p.passwords[cti.AgentID(number)], Server: p.sip, Policy: phone.AnswerAfter(0), Tone: agentTone("1001"),
	})
	if err != nil {
		p.t.Fatal(err)
	}
	p.phones[number] = ph
	if err := ph.Register(ctx); err != nil {
		p.t.Fatal(err)
	}
}

// reaches is a caller who hangs up once he hears somebody.
func reaches(ctx context.Context, t *testing.T, sip, from string) {
	ph, err := phone.New(phone.Config{Number: from, Server: sip, Tone: callerTone})
	if err != nil {
		t.Error(err)
		return
	}
	defer ph.Die()
	call, err := ph.Call(ctx, "800100", phone.Options{})
	if err != nil {
		t.Errorf("caller %s: %v", from, err)
		return
	}
	if err := call.WaitTone(ctx, float64(agentTone("1001").Hz)); err != nil {
		t.Errorf("caller %s reaches nobody: %v; %s", from, err, call.Story())
		return
	}
	if err := call.Hangup(ctx); err != nil {
		t.Errorf("caller %s: %v", from, err)
	}
}

func joined(facts []cti.Fact) int {
	n := 0
	for _, f := range facts {
		if f.Kind == cti.CallJoined {
			n++
		}
	}
	return n
}

// late counts the facts that came after their call's end, or after another engine led.
func late(r store.Record) int {
	n := 0
	for _, a := range r.Amendments {
		if strings.HasPrefix(a.Reason, "fact") {
			n++
		}
	}
	return n
}

// ask asks an engine's API as its administrator.
func (x *twin) ask(method, path string, body, into any) error {
	x.t.Helper()
	b, err := json.Marshal(body)
	if err != nil {
		x.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(deadline(x.t), method, x.api+path, bytes.NewReader(b))
	if err != nil {
		x.t.Fatal(err)
	}
	if r.SetBasicAuth(x.made[0].Number, x.made[0].Password); body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	said, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", res.Status, said)
	}
	if err != nil {
		return err
	}
	return json.Unmarshal(said, into)
}

// TestPlanTakenOver: a plan that was published to the engine that leads is in force at the
// one that takes over: the agent who came with it talks on, and serves the next caller.
func TestPlanTakenOver(t *testing.T) {
	p := startPair(t, cti.DemoPlan(0))
	var d web.ConfigDocument
	if err := p.a.ask(http.MethodGet, "/api/v1/config", nil, &d); err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Read("export", []byte(d.Document), nil)
	if err != nil {
		t.Fatal(err)
	}
	cfg.Hotline.Agents = append(cfg.Hotline.Agents, cti.Agent{ID: "1011", Company: "demo", AutoReady: true})
	cfg.Hotline.Queues[0].Members = append(cfg.Hotline.Queues[0].Members, "1011")
	text, err := cfg.Export()
	if err != nil {
		t.Fatal(err)
	}
	var done web.ConfigApplied
	if err := p.a.ask(http.MethodPost, "/api/v1/config/versions", map[string]string{"document": string(text)}, &done); err != nil {
		t.Fatal(err)
	}
	if done.Version != 2 || len(done.Notes) != 1 || !strings.Contains(done.Notes[0], "the switch is not this host's") {
		t.Errorf("done is %+v", done)
	}
	if err := p.b.ask(http.MethodGet, "/api/v1/config", nil, &d); err == nil || !strings.Contains(err.Error(), "no engine that leads answers here") {
		t.Errorf("the one that stands by: %v", err)
	}
	made, err := web.SIPPasswords(filepath.Join(filepath.Dir(p.a.file), web.SIPPasswordsFile), []cti.AgentID{"1011"})
	if err != nil {
		t.Fatal(err)
	}
	p.passwords["1011"] = made["1011"]
	fresh := p.agent("1011", phone.AnswerAfter(0))
	talking := p.dial("13900000001", "800100")
	talk := p.next(fresh)
	p.hears(talking, agentTone("1011"))
	p.hears(talk, callerTone)
	talking.ResetGap()
	p.a.kill()
	p.leads(p.b, 1)
	p.hears(talking, agentTone("1011"))
	if gap := talking.Heard().LongestGap; gap > 300*time.Millisecond { // of the test machine; the switch itself notices nothing
		t.Errorf("the caller heard nothing for %v", gap)
	}
	var list web.ConfigVersions
	if err := p.b.ask(http.MethodGet, "/api/v1/config/versions", nil, &list); err != nil {
		t.Fatal(err)
	}
	if n := len(list.Versions); n != 2 || list.Versions[1].State != cti.VersionInForce || list.Versions[1].By != "9001" {
		t.Errorf("versions %+v", list.Versions)
	}
	p.hangup(talking)
	next := p.dial("13900000002", "800100")
	p.next(fresh)
	p.hears(next, agentTone("1011"))
	p.hangup(next)
	for _, from := range []string{"13900000001", "13900000002"} {
		if r := p.record(from); r.Agent == nil || *r.Agent != "1011" {
			t.Errorf("record of %s: %+v", from, r.Agent)
		}
	}
	p.standing()
}

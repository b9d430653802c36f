package asterisk

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"sansheng/deploy/debian"
	"sansheng/deploy/process"
	"sansheng/pbx/ari"
	own "sansheng/pbx/prompt"
	sip "sansheng/pbx/sip/phone"
	"sansheng/pbx/sip/tone"
)

// patience bounds every wait of these tests; none is expected to take it.
const patience = 20 * time.Second

func demo() Config {
	return Config{
		FreePorts: true,
		Lines: []Line{
			{DID: "800100", Company: "demo", Queue: "service"},
			{DID: "800119", Company: "demo", Queue: "emergency", Direct: true},
		},
		Queues: []Queue{{Name: "service", Members: []string{"1001", "1002"}}, {Name: "emergency", Members: []string{"1007"}}},
		Duty:   []string{"1007", "1008"},
	}
}

// startSwitch starts a private switch that is stopped with the test.
func startSwitch(t *testing.T, c Config) *Instance {
	t.Helper()
	if c.Data == "" {
		c.Data = t.TempDir()
	}
	i, err := Start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			for _, name := range []string{"log/messages", "log/ledger.csv", "asterisk.out"} {
				out, _ := exec.Command("tail", "-n", "30", filepath.Join(c.Data, name)).CombinedOutput()
				t.Logf("%s:\n%s", name, out)
			}
		}
		if err := i.Stop(); err != nil {
			t.Error(err)
		}
	})
	return i
}

// ask sends one ARI request and returns status and body.
func ask(t *testing.T, i *Instance, method, path string, body any) (int, string) {
	t.Helper()
	var r io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		r = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, i.ARIURL+path, r)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.SetBasicAuth(i.ARIUser, i.ARIPassword)
	res, err := i.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

// push gives the switch an agent's phone, as the hotline does.
func push(t *testing.T, i *Instance, a ari.AgentEndpoint) {
	t.Helper()
	c, err := ari.NewClient(ari.Config{URL: i.ARIURL, User: i.ARIUser, Password: i.ARIPassword, App: "sansheng"})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	a.Context, a.MediaAddress = "from-agent", "127.0.0.1"
	if err := c.PushAgent(t.Context(), a); err != nil {
		t.Fatal(err)
	}
}

// eventually polls until ok, which must come within patience.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for over := time.After(patience); ; {
		if ok() {
			return
		}
		select {
		case <-tick.C:
		case <-over:
			t.Fatalf("waited %s for: %s", patience, what)
		}
	}
}

// sipp runs the sipp program to its end in the background; the returned
// function waits for that and returns what it printed.
func sipp(t *testing.T, args ...string) (wait func() (string, error)) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
	tree, err := debian.Find(ctx, debian.SIPp)
	if err != nil {
		t.Fatal(err)
	}
	cmd := tree.Command(ctx, "sipp", args...)
	cmd.Dir = t.TempDir()
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	t.Cleanup(func() { cancel() })
	return func() (string, error) {
		err := <-done
		cancel()
		return out.String(), err
	}
}

func freeUDP(t *testing.T) int {
	t.Helper()
	for port := 20000 + int(time.Now().UnixNano()%9000); ; port++ {
		if process.CheckPort("udp", netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), uint16(port))) == nil {
			return port
		}
	}
}

// phone is a sipp that answers one call; it returns its port.
func phone(t *testing.T) (port int, wait func() (string, error)) {
	t.Helper()
	port = freeUDP(t)
	wait = sipp(t, "-sn", "uas", "-i", "127.0.0.1", "-p", strconv.Itoa(port), "-m", "1", "-nostdin")
	eventually(t, "the phone to listen", func() bool {
		return process.CheckPort("udp", netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), uint16(port))) != nil
	})
	return port, wait
}

// call places one call that the caller ends after the given time.
func call(t *testing.T, i *Instance, did string, talk time.Duration, more ...string) (wait func() (string, error)) {
	t.Helper()
	args := []string{
		i.SIPAddr, "-sn", "uac", "-s", did, "-i", "127.0.0.1", "-p", strconv.Itoa(freeUDP(t)),
		"-m", "1", "-d", strconv.Itoa(int(talk.Milliseconds())), "-nostdin",
	}
	return sipp(t, append(args, more...)...)
}

func ledger(t *testing.T, i *Instance) []Entry {
	t.Helper()
	entries, err := ReadLedger(i.LedgerPath)
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

func find(entries []Entry, event string) *Entry {
	for n := range entries {
		if entries[n].Event == event || entries[n].UserEvent == event {
			return &entries[n]
		}
	}
	return nil
}

// Without the hotline a greeted call is answered and put through by the native
// queue, and the ledger tells who served it.
func TestFallbackQueueServes(t *testing.T) {
	i := startSwitch(t, demo())
	port, answered := phone(t)
	push(t, i, ari.AgentEndpoint{Number: "1001", Password: "secret", Contact: "sip:127.0.0.1:" + strconv.Itoa(port), Qualify: -1})
	out, err := call(t, i, "800100", 4*time.Second)()
	if err != nil {
		t.Fatalf("caller: %v\n%s", err, out)
	}
	if out, err := answered(); err != nil {
		t.Fatalf("agent: %v\n%s", err, out)
	}
	eventually(t, "the end in the ledger", func() bool { return find(ledger(t, i), "fallback_end") != nil })
	all := ledger(t, i)
	for _, want := range []string{"fallback", "ANSWER", "BRIDGE_ENTER", "BRIDGE_EXIT", "HANGUP"} {
		if find(all, want) == nil {
			t.Errorf("no %s in the ledger", want)
		}
	}
	begin, end := find(all, "fallback"), find(all, "fallback_end")
	id, rest, _ := strings.Cut(begin.Extra, "|")
	if len(id) != 36 || rest != "800100||" {
		t.Errorf("fallback: %q, want a call id, the number and no caller (sipp is no number)", begin.Extra)
	}
	if !strings.Contains(end.Extra, "PJSIP/1001") {
		t.Errorf("fallback_end: %q names no member", end.Extra)
	}
	if begin.At.IsZero() || time.Since(begin.At) > time.Minute {
		t.Errorf("time of fallback: %v", begin.At)
	}
	status, body := ask(t, i, http.MethodGet, "/recordings/stored/"+id[34:]+"%2F"+id, nil)
	if status != http.StatusOK {
		t.Errorf("recording %s: %d %s", id, status, body)
	}
}

// Where no phone can be rung the caller is not asked for a message at once: one
// that comes back within seconds takes him.
func TestFallbackPatience(t *testing.T) {
	i := startSwitch(t, demo())
	call(t, i, "800100", time.Minute)
	eventually(t, "the caller in the fallback", func() bool { return find(ledger(t, i), "fallback") != nil })
	port, answered := phone(t)
	push(t, i, ari.AgentEndpoint{Number: "1001", Password: "secret", Contact: "sip:127.0.0.1:" + strconv.Itoa(port), Qualify: -1})
	eventually(t, "the phone to answer", func() bool { return find(ledger(t, i), "BRIDGE_ENTER") != nil })
	if find(ledger(t, i), "voicemail") != nil {
		t.Error("he was asked for a message")
	}
	if status, body := ask(t, i, http.MethodDelete, "/channels/"+find(ledger(t, i), "fallback").ID, nil); status != http.StatusNoContent {
		t.Fatalf("hang up: %d %s", status, body)
	}
	if out, err := answered(); err != nil {
		t.Fatalf("agent: %v\n%s", err, out)
	}
}

// What a company's operators have recorded is heard without the hotline too; another
// company's callers hear what is everybody's.
func TestFallbackPlaysOwnPrompt(t *testing.T) {
	i := startSwitch(t, demo())
	library, err := own.Open(t.TempDir(), i.SoundsDir)
	if err != nil {
		t.Fatal(err)
	}
	samples := make([]int16, 4*sampleRate)
	tone.Tone{Hz: 900}.Samples(samples, 0)
	key := own.Key{Language: "zh", Company: i.config.Lines[0].Company, Name: "please-hold"}
	if _, err := library.Add(key, own.Version{How: own.Uploaded}, wav(samples), func(own.Version) error { return nil }); err != nil {
		t.Fatal(err)
	}
	c := demo()
	c.Companies = map[string]map[string]string{"demo": {"zh": "三声"}}
	if err := i.Reconfigure(t.Context(), c); err != nil { // what is made anew leaves it alone
		t.Fatal(err)
	}
	caller, err := sip.New(sip.Config{Number: "13900000001", Server: i.SIPAddr})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(caller.Die)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	call, err := caller.Call(ctx, i.config.Lines[0].DID, sip.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := call.WaitTone(ctx, 900); err != nil {
		t.Errorf("%v; %s", err, call.Story())
	}
	if err := call.Hangup(ctx); err != nil {
		t.Error(err)
	}
}

// Where nobody can be reached the caller is asked for a message, and it is kept.
func TestFallbackVoicemail(t *testing.T) {
	c := demo()
	c.FallbackTries = -1
	i := startSwitch(t, c)
	call(t, i, "800100", time.Minute)
	var message *Entry
	eventually(t, "voicemail in the ledger", func() bool {
		message = find(ledger(t, i), "voicemail")
		return message != nil
	})
	id, _, _ := strings.Cut(message.Extra, "|")
	path := filepath.Join(i.SpoolRecordingDir, id[34:], "voicemail-"+id+".wav")
	eventually(t, "the recording to begin", func() bool {
		_, err := os.Stat(path)
		return err == nil
	})
	// The caller's end keeps what was said so far.
	if status, body := ask(t, i, http.MethodDelete, "/channels/"+message.ID, nil); status != http.StatusNoContent {
		t.Fatalf("hang up: %d %s", status, body)
	}
	eventually(t, "the end in the ledger", func() bool { return find(ledger(t, i), "fallback_end") != nil })
	if status, body := ask(t, i, http.MethodGet, "/recordings/stored/"+id[34:]+"%2Fvoicemail-"+id, nil); status != http.StatusOK {
		t.Errorf("voicemail: %d %s", status, body)
	}
	if begin := find(ledger(t, i), "fallback"); !strings.HasPrefix(begin.Extra, id+"|800100|") {
		t.Errorf("fallback: %q is of another call than %q", begin.Extra, message.Extra)
	}
}

// Whom a hotline that lives has sent to the fallback, for he has waited as long as his queue
// allows, rings nobody on emergency duty: they are for its emergency callers.
func TestFallbackSparesDuty(t *testing.T) {
	i := startSwitch(t, demo())
	a := listen(t, i)
	a.heartbeat(0)
	port, _ := phone(t)
	push(t, i, ari.AgentEndpoint{Number: "1007", Password: "secret", Contact: "sip:127.0.0.1:" + strconv.Itoa(port), Qualify: -1})
	call(t, i, "800100", time.Minute)
	channel := a.next("StasisStart").Channel.ID
	away := map[string]any{"context": "fallback", "extension": "limit", "priority": 1}
	if status, body := ask(t, i, http.MethodPost, "/channels/"+channel+"/continue", away); status != http.StatusNoContent {
		t.Fatalf("continue: %d %s", status, body)
	}
	eventually(t, "voicemail in the ledger", func() bool { return find(ledger(t, i), "voicemail") != nil })
	for _, e := range ledger(t, i) {
		if strings.HasPrefix(e.Channel, "PJSIP/1007") {
			t.Errorf("1007, who is on duty, is rung: %+v", e)
		}
	}
	if status, body := ask(t, i, http.MethodDelete, "/channels/"+channel, nil); status != http.StatusNoContent {
		t.Fatalf("hang up: %d %s", status, body)
	}
}

// A direct line rings until a person answers: no 200 before the agent's.
func TestFallbackDirectLineRings(t *testing.T) {
	i := startSwitch(t, demo())
	port, answered := phone(t)
	push(t, i, ari.AgentEndpoint{Number: "1007", Password: "secret", Contact: "sip:127.0.0.1:" + strconv.Itoa(port), Qualify: -1})
	if out, err := call(t, i, "800119", time.Second)(); err != nil {
		t.Fatalf("caller: %v\n%s", err, out)
	}
	if out, err := answered(); err != nil {
		t.Fatalf("agent: %v\n%s", err, out)
	}
	var trunk, agent *Entry
	all := ledger(t, i)
	for n := range all {
		if all[n].Event == "ANSWER" && strings.HasPrefix(all[n].Channel, "PJSIP/1007") {
			agent = &all[n]
		}
		if all[n].Event == "ANSWER" && strings.HasPrefix(all[n].Channel, "PJSIP/trunk") {
			trunk = &all[n]
		}
	}
	if trunk == nil || agent == nil || trunk.At.Before(agent.At) {
		t.Errorf("answered: trunk %v, agent %v; the agent must come first", trunk, agent)
	}
}

// A direct line's caller whom the hotline has answered hears ringing in the fallback too,
// also while no phone can be rung: not a minute of silence.
func TestFallbackRingsForWhoWasAnswered(t *testing.T) {
	i := startSwitch(t, demo())
	a := listen(t, i)
	a.heartbeat(0)
	caller, err := sip.New(sip.Config{Number: "13900000001", Server: i.SIPAddr})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(caller.Die)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	call, err := caller.Call(ctx, "800119", sip.Options{})
	if err != nil {
		t.Fatal(err)
	}
	channel := "/channels/" + a.next("StasisStart").Channel.ID
	if status, body := ask(t, i, http.MethodPost, channel+"/answer", nil); status != http.StatusNoContent {
		t.Fatalf("answer: %d %s", status, body)
	}
	away := map[string]any{"context": "fallback", "extension": "sentinel", "priority": 1}
	if status, body := ask(t, i, http.MethodPost, channel+"/continue", away); status != http.StatusNoContent {
		t.Fatalf("continue: %d %s", status, body)
	}
	if err := call.WaitTone(ctx, 450); err != nil {
		t.Errorf("%v; %s", err, call.Story())
	}
	if err := call.Hangup(ctx); err != nil {
		t.Error(err)
	}
}

// An unknown number gets 404 and is in the ledger; what is no number gets 404.
func TestUnknownNumber(t *testing.T) {
	i := startSwitch(t, demo())
	for _, did := range []string{"800999", "+8613800138000", "s", "h", "T", "abc"} {
		out, err := call(t, i, did, 0)()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || !strings.Contains(out, "404 Not Found") {
			t.Errorf("call to %q: %v, want 404\n%s", did, err, out)
		}
	}
	eventually(t, "two unknown numbers in the ledger", func() bool {
		n := 0
		for _, e := range ledger(t, i) {
			if e.UserEvent == "unknown" {
				n++
			}
		}
		return n == 2
	})
}

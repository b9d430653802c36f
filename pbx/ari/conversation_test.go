package ari

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"sansheng/pbx"
	"sansheng/pbx/pbxtest"
)

var rewrite = flag.Bool("rewrite", false, "write what was seen into testdata/*.txt; commit the difference only if you understand it")

// TestLiveConversation plays testdata/*.txt with a real switch and real phones.
// A file is prose, then steps: a line that says what is done, and after ----
// what came of it: requests (>), replies (<) and events in their order. Behind ->
// stand the types of events that end the step. Ids and times are replaced by names.
func TestLiveConversation(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no conversations: %v", err)
	}
	for _, f := range files {
		t.Run(strings.TrimSuffix(filepath.Base(f), ".txt"), func(t *testing.T) {
			in, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			got := converse(t, string(in))
			if *rewrite {
				if err := os.WriteFile(f, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			} else if got != string(in) {
				t.Errorf("%s has changed (go test -run Conversation -rewrite, then look at the difference):\n%s", f, got)
			}
		})
	}
}

// wire notes requests and replies.
type wire struct {
	next http.RoundTripper
	mu   sync.Mutex
	// lines are those of the step under way.
	lines []string
}

func (w *wire) RoundTrip(q *http.Request) (*http.Response, error) {
	line := "> " + q.Method + " " + strings.TrimPrefix(q.URL.EscapedPath(), "/ari/")
	if q.URL.RawQuery != "" {
		line += "?" + q.URL.RawQuery
	}
	if q.GetBody != nil {
		body, _ := q.GetBody()
		b, _ := io.ReadAll(body)
		line += " " + string(b)
	}
	res, err := w.next.RoundTrip(q)
	if err != nil || quiet(line) {
		return res, err
	}
	b, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	_ = res.Body.Close()
	res.Body = io.NopCloser(bytes.NewReader(b))
	reply := fmt.Sprintf("< %d", res.StatusCode)
	if res.StatusCode >= 400 {
		reply += " " + string(b)
	}
	w.mu.Lock()
	w.lines = append(w.lines, line, reply)
	w.mu.Unlock()
	return res, nil
}

// quiet tells what is not part of a conversation: heartbeats, snapshots, agents' objects.
func quiet(line string) bool {
	for _, s := range []string{"> POST events/user/", "> POST asterisk/", "> PUT ", "> GET channels {", "> GET endpoints", "> GET bridges", "> GET asterisk"} {
		if strings.HasPrefix(line, s) {
			return true
		}
	}
	return line == "> GET channels" || strings.HasSuffix(line, "/rtp_statistics") || strings.Contains(line, "endpoint:PJSIP")
}

func (w *wire) take() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := w.lines
	w.lines = nil
	return out
}

// conversation is one file being played.
type conversation struct {
	*liveTest
	wire   *wire
	caller *pbxtest.PhoneCall
	phone  *pbxtest.Phone
	agent  *pbxtest.PhoneCall // the call at the agent's phone
	names  map[string]string  // what is written for an id
}

func converse(t *testing.T, in string) string {
	w := &wire{next: newTransport()}
	v := openLive(t, func(o *Options) { o.Transport = w })
	t.Cleanup(w.next.(*http.Transport).CloseIdleConnections)
	c := &conversation{liveTest: v, wire: w, names: map[string]string{}}
	c.phone = v.liveAgent("1001")
	var out strings.Builder
	inReply := false
	for line := range strings.Lines(in) {
		line = strings.TrimRight(line, "\n")
		switch {
		case line == "----":
			inReply = true
		case line == "":
			inReply = false
			out.WriteString("\n")
		case inReply:
		case strings.HasPrefix(line, "#"):
			out.WriteString(line + "\n")
		default:
			out.WriteString(line + "\n----\n")
			for _, l := range c.step(line) {
				out.WriteString(c.name(l) + "\n")
			}
		}
	}
	return out.String()
}

func (v *liveTest) liveAgent(number string) *pbxtest.Phone {
	p := v.agent(number)
	if err := v.WatchEndpoints(v.ctx, []pbx.EndpointID{pbx.EndpointID("PJSIP/" + number)}); err != nil {
		v.t.Fatal(err)
	}
	// The switch notes a registration a moment after it has accepted it.
	until(v, func(e pbx.EndpointChanged) bool { return e.Reachable })
	return p
}

// step does one line and returns what came of it.
func (c *conversation) step(line string) []string {
	c.t.Helper()
	text, wait, _ := strings.Cut(line, " -> ")
	words := strings.Fields(text)
	var failed error
	switch words[0] {
	case "caller":
		c.callerDoes(words[1:])
	case "agent":
		c.agentDoes(words[1:])
	case "do":
		for _, command := range c.commands(words[1:]) {
			failed = errors.Join(failed, c.Do(c.ctx, command))
		}
	case "wait":
	default:
		c.t.Fatalf("%s: who?", line)
	}
	var events []string
	pending := strings.Fields(wait)
	take := func(e pbx.Event) {
		if up, ok := e.(pbx.ChannelEntered); ok && c.names[string(up.Channel.ID)] == "" && strings.Contains(string(up.Channel.ID), ".") {
			c.names[string(up.Channel.ID)] = "caller"
		}
		if i := slices.Index(pending, reflect.TypeOf(e).Name()); i >= 0 {
			pending = slices.Delete(pending, i, i+1)
		}
		events = append(events, render(e))
	}
	for len(pending) > 0 {
		e, err := c.Next(c.ctx)
		if err != nil {
			c.t.Fatalf("%s: still no %v after %v: %v", line, pending, events, err)
		}
		take(e)
	}
	if err := c.Fence(c.ctx); err != nil {
		c.t.Fatal(err)
	}
	for c.Depth() > 0 {
		e, _ := c.Next(c.ctx)
		take(e)
	}
	out := append(c.wire.take(), events...)
	if failed != nil {
		out = append(out, fmt.Sprintf("! gone=%v unreachable=%v", Gone(failed), Unreachable(failed)))
	}
	return out
}

func (c *conversation) callerDoes(words []string) {
	c.t.Helper()
	switch words[0] {
	case "dials":
		carrier := pbxtest.NewPhone(c.t, c.pbx.SIPAddr, "carrier", "")
		c.caller = carrier.Call(words[1], "13800000000", "张三")
	case "hears":
		if _, err := c.caller.Wait(c.ctx, words[1]); err != nil {
			c.t.Fatal(err)
		}
	case "presses":
		c.caller.Press(words[1], 100)
	case "hangs-up":
		c.caller.Bye()
	case "cancels":
		c.caller.Cancel()
	default:
		c.t.Fatalf("caller %v: what?", words)
	}
}

func (c *conversation) agentDoes(words []string) {
	c.t.Helper()
	var err error
	switch words[0] {
	case "is-called":
		c.agent, err = c.phone.Incoming(c.ctx)
	case "rings":
		c.agent.Ring()
	case "answers":
		c.agent.Answer()
		_, err = c.agent.Wait(c.ctx, "ACK")
	case "declines":
		c.agent.Respond(486, "Busy Here")
	case "hears":
		_, err = c.agent.Wait(c.ctx, words[1])
	case "holds":
		c.agent.Hold()
		_, err = c.agent.Wait(c.ctx, "200")
	case "unholds":
		c.agent.Unhold()
		_, err = c.agent.Wait(c.ctx, "200")
	case "hangs-up":
		c.agent.Bye()
	default:
		c.t.Fatalf("agent %v: what?", words)
	}
	if err != nil {
		c.t.Fatal(err)
	}
}

// id is the channel's id behind a name of the file.
func (c *conversation) id(name string) pbx.ChannelID {
	for id, n := range c.names {
		if n == name {
			return pbx.ChannelID(id)
		}
	}
	return pbx.ChannelID(name)
}

// commands are those that words stand for: one, or the two that ring a phone.
func (c *conversation) commands(words []string) []pbx.Command {
	first := c.command(words)
	if create, ok := first.(pbx.Create); ok {
		n, _ := strconv.Atoi(words[3])
		return []pbx.Command{first, pbx.Dial{Channel: create.Channel, Ring: time.Duration(n) * time.Second}}
	}
	return []pbx.Command{first}
}

func (c *conversation) command(words []string) pbx.Command {
	c.t.Helper()
	ch := c.id(words[1])
	arg := func(i int) string {
		if len(words) <= i {
			c.t.Fatalf("do %v: too short", words)
		}
		return words[i]
	}
	secs := func(i int) time.Duration { n, _ := strconv.Atoi(arg(i)); return time.Duration(n) * time.Second }
	switch words[0] {
	case "watch":
		return pbx.Watch{Channel: ch}
	case "lease":
		return pbx.Lease{Channel: ch, For: secs(2)}
	case "answer":
		return pbx.Answer{Channel: ch}
	case "indicate":
		return pbx.Indicate{Channel: ch}
	case "play":
		return pbx.Play{Channel: ch, Playback: pbx.PlaybackID(arg(2)), Media: words[3:], Language: "en"}
	case "stop-play":
		return pbx.StopPlay{Channel: ch, Playback: pbx.PlaybackID(arg(2))}
	case "music":
		return pbx.StartMusic{Channel: ch, Class: "default"}
	case "no-music":
		return pbx.StopMusic{Channel: ch}
	case "report":
		return pbx.SetVars{Channel: ch, Report: map[string]string{arg(2): arg(3)}}
	case "dial":
		return pbx.Create{
			Channel: ch, Endpoint: pbx.EndpointID(arg(2)), Originator: c.id("caller"), Args: []string{"agent", "1001"},
			Caller: pbx.Party{Number: "13800000000", Name: "张三"}, Report: map[string]string{"ROLE": "agent"},
		}
	case "join":
		return pbx.Join{Bridge: pbx.BridgeID(words[1]), Channels: []pbx.ChannelID{c.id(arg(2)), c.id(arg(3))}, Report: map[string]string{"CALL": "k1"}}
	case "unjoin":
		return pbx.Unjoin{Bridge: pbx.BridgeID(words[1]), Channel: c.id(arg(2))}
	case "drop":
		return pbx.DropBridge{Bridge: pbx.BridgeID(words[1])}
	case "hangup":
		n, _ := strconv.Atoi(arg(2))
		return pbx.Hangup{Channel: ch, Cause: pbx.Cause(n)}
	case "done":
		return pbx.Continue{Channel: ch, Done: true}
	}
	c.t.Fatalf("do %v: what?", words)
	return nil
}

var uuid = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

// name replaces ids.
func (c *conversation) name(line string) string {
	for _, id := range slices.Sorted(maps.Keys(c.names)) {
		line = strings.ReplaceAll(line, id, c.names[id])
	}
	return uuid.ReplaceAllString(line, "{uuid}")
}

// render writes an event with its times left out.
func render(e pbx.Event) string {
	v := reflect.ValueOf(e)
	out := []string{v.Type().Name()}
	for i := 1; i < v.NumField(); i++ { // field 0 is the time
		switch f := v.Field(i).Interface().(type) {
		case pbx.Channel:
			out = append(out, fmt.Sprintf("%s %s %q %q args=%v vars=%v", f.ID, f.State, f.Caller.Number, f.Caller.Name, f.Args, f.Vars))
		case time.Duration:
			out = append(out, f.String())
		default:
			if !v.Field(i).IsZero() {
				out = append(out, fmt.Sprint(f))
			}
		}
	}
	return strings.Join(out, " ")
}

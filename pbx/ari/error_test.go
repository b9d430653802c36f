package ari

import (
	"context"
	"errors"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"sansheng/pbx"
	"sansheng/pbx/pbxtest"
)

// verdict is what an error says of itself.
type verdict struct {
	gone, unreachable, exists, retry, timeout, uncertain bool
}

func verdictOf(err error) verdict {
	return verdict{Gone(err), Unreachable(err), Exists(err), SafeToRetry(err), Timeout(err), errors.Is(err, pbx.ErrUncertain)}
}

func testClient(t *testing.T, url string, timeout time.Duration) *Client {
	t.Helper()
	c, err := NewClient(Config{URL: url, User: "u", Password: "p", App: pbxtest.App, Timeout: timeout})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func TestStatus(t *testing.T) {
	answer := func(c *Client) error { return c.Channels.Answer(context.Background(), "c1") }
	add := func(c *Client) error {
		return c.Bridges.Add(context.Background(), "b1", AddChannel{Channels: []string{"c1"}})
	}
	subscribe := func(c *Client) error {
		return c.Applications.Subscribe(context.Background(), pbxtest.App, "channel:c1")
	}
	create := func(c *Client) error {
		_, err := c.Channels.Create(context.Background(), CreateChannel{ID: "c1", Endpoint: "PJSIP/1"})
		return err
	}
	const answerRoute, addRoute, createRoute = "POST channels/c1/answer", "POST bridges/b1/addChannel", "POST channels/create"
	for _, tt := range []struct {
		name    string
		route   string
		reply   pbxtest.Reply
		do      func(*Client) error
		message string
		want    verdict
	}{
		{"bad request", answerRoute, pbxtest.Reply{Status: 400, Body: `{"message":"Invalid"}`}, answer, "Invalid", verdict{}},
		{"channel unknown to bridge", addRoute, pbxtest.Reply{Status: 400, Body: `{"message":"Channel not found"}`}, add, "Channel not found", verdict{gone: true}},
		{"wrong password", answerRoute, pbxtest.Reply{Status: 401, Body: `{"error":"Authentication required"}`}, answer, "Authentication required", verdict{}},
		{"read only", answerRoute, pbxtest.Reply{Status: 403, Body: `{"message":"Write access denied"}`}, answer, "Write access denied", verdict{}},
		{"gone", answerRoute, pbxtest.Reply{Status: 404, Body: `{"message":"Channel not found"}`}, answer, "Channel not found", verdict{gone: true}},
		{"left the application", answerRoute, pbxtest.Reply{Status: 409, Body: `{"message":"Channel not in Stasis application"}`}, answer, "Channel not in Stasis application", verdict{gone: true}},
		{"recording", addRoute, pbxtest.Reply{Status: 409, Body: `{"message":"Channel c1 currently recording"}`}, add, "Channel c1 currently recording", verdict{}},
		{"wrong state", answerRoute, pbxtest.Reply{Status: 412, Body: `{"message":"Channel in invalid state"}`}, answer, "Channel in invalid state", verdict{}},
		{"too long", answerRoute, pbxtest.Reply{Status: 413}, answer, "Request Entity Too Large", verdict{}},
		{"not in this bridge", addRoute, pbxtest.Reply{Status: 422, Body: `{"message":"Channel not in Stasis application"}`}, add, "Channel not in Stasis application", verdict{gone: true}},
		{"watched too late", "POST applications/sansheng/subscription", pbxtest.Reply{Status: 422, Body: `{"message":"Event source does not exist"}`}, subscribe, "Event source does not exist", verdict{gone: true}},
		{"unreachable", createRoute, pbxtest.Reply{Status: 500, Body: `{"error":"Allocation failed"}`}, create, "Allocation failed", verdict{unreachable: true}},
		{"broken", answerRoute, pbxtest.Reply{Status: 500, Body: `<html>oops</html>`}, answer, "Internal Server Error", verdict{}},
		{"starting", answerRoute, pbxtest.Reply{Status: 503, Body: `{"message":"Asterisk not booted"}`}, answer, "Asterisk not booted", verdict{retry: true}},
		{"no reply", answerRoute, pbxtest.Reply{Hang: true}, answer, "", verdict{retry: true, timeout: true, uncertain: true}},
		{"no reply, not to be repeated", addRoute, pbxtest.Reply{Hang: true}, add, "", verdict{timeout: true, uncertain: true}},
		{"reset", addRoute, pbxtest.Reply{Reset: true}, add, "", verdict{uncertain: true}},
		{"reset in the body", createRoute, pbxtest.Reply{Reset: true, Body: `{"id":"c1`}, create, "", verdict{retry: true, uncertain: true}},
		{"not JSON", createRoute, pbxtest.Reply{Body: `{"id":`}, create, "", verdict{retry: true, uncertain: true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			peer := pbxtest.NewPeer(t)
			peer.Always(tt.route, tt.reply)
			err := tt.do(testClient(t, peer.URL, 100*time.Millisecond))
			if got := verdictOf(err); got != tt.want {
				t.Errorf("%v: %+v, want %+v", err, got, tt.want)
			}
			if e, ok := errors.AsType[*Error](err); !ok || e.Operation == "" || tt.message != "" && (e.Message != tt.message || e.Status != max(tt.reply.Status, 200)) {
				t.Errorf("%#v, want message %q", err, tt.message)
			}
		})
	}
}

func TestNoServer(t *testing.T) {
	proxy := pbxtest.NewProxy(t, "127.0.0.1:1")
	err := testClient(t, "http://"+proxy.Addr()+"/ari", time.Second).Playbacks.Stop(context.Background(), "p")
	if want := (verdict{retry: true, uncertain: true}); verdictOf(err) != want {
		t.Errorf("%v: %+v, want %+v", err, verdictOf(err), want)
	}
	err = testClient(t, "http://127.0.0.1:1/ari", time.Second).Bridges.Add(context.Background(), "b", AddChannel{})
	if want := (verdict{retry: true}); verdictOf(err) != want {
		t.Errorf("%v: %+v, want %+v", err, verdictOf(err), want)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := testClient(t, "http://127.0.0.1:1/ari", time.Second).Playbacks.Stop(ctx, "p"); SafeToRetry(err) || !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
	for _, bad := range []string{"", "localhost:8088", "ftp://h/ari", "http://[::1", "http:///ari"} {
		if _, err := NewClient(Config{URL: bad}); err == nil {
			t.Errorf("%q accepted", bad)
		}
	}
}

// What may be done twice is done again when its connection breaks; what must
// not is left to the caller.
func TestRepeat(t *testing.T) {
	ctx := context.Background()
	peer := pbxtest.NewPeer(t)
	c := testClient(t, peer.URL, time.Second)
	peer.On("POST channels/c1/answer", pbxtest.Reply{Reset: true})
	if err := c.Channels.Answer(ctx, "c1"); err != nil || peer.Count("POST channels/c1/answer") != 2 {
		t.Errorf("answer: %v after %q", err, peer.Requests())
	}
	peer.On("POST channels/c1/play/p1", pbxtest.Reply{Reset: true})
	if _, err := c.Channels.Play(ctx, "c1", PlayMedia{ID: "p1"}); !errors.Is(err, pbx.ErrUncertain) || peer.Count("POST channels/c1/play") != 1 {
		t.Errorf("play: %v after %q", err, peer.Requests())
	}
}

// The first attempt made the channel and its reply was lost: the second meets
// "already exists", which is success.
func TestCreateAfterLostReply(t *testing.T) {
	ctx := context.Background()
	peer := pbxtest.NewPeer(t)
	c := testClient(t, peer.URL, time.Second)
	exists := pbxtest.Reply{Status: 409, Body: `{"message":"Channel with given unique ID already exists"}`}
	peer.On("POST channels/create", pbxtest.Reply{Reset: true})
	peer.On("POST channels/create", exists)
	peer.On("GET channels/c1", pbxtest.Reply{Body: `{"id":"c1","state":"Down","creationtime":""}`})
	got, err := c.Channels.Create(ctx, CreateChannel{ID: "c1"})
	if err != nil || got.ID != "c1" {
		t.Errorf("create: %+v, %v", got, err)
	}
	// A 409 for a channel that is not there is the switch's stale reason.
	peer.On("POST channels/create", exists)
	peer.On("GET channels/c2", pbxtest.Reply{Status: 404, Body: `{"message":"Channel not found"}`})
	if _, err := c.Channels.Create(ctx, CreateChannel{ID: "c2"}); !errors.Is(err, pbx.ErrUnreachable) {
		t.Errorf("create: %v", err)
	}
	peer.On("POST bridges/b1", pbxtest.Reply{Status: 409, Body: `{"message":"Bridge with id 'b1' already exists"}`})
	if err := c.Bridges.Create(ctx, "b1", "mixing", nil); err != nil {
		t.Errorf("bridge: %v", err)
	}
}

func TestPathEscapes(t *testing.T) {
	for in, want := range map[string]string{
		"sys-1.2": "a/sys-1.2", "x y+z": "a/x%20y%2Bz", "a/b?c#d%": "a/a%2Fb%3Fc%23d%25", "..": "a/..", "张": "a/%E5%BC%A0",
	} {
		if got := path("a", in); got != want {
			t.Errorf("path %q: %q, want %q", in, got, want)
		}
	}
}

// enters lets the dialled channel enter, as the switch does before it replies.
func enters(peer *pbxtest.Peer) {
	peer.Send("StasisStart", map[string]any{"args": []string{"agent"}, "channel": channel("c2")})
}

// Each command becomes exactly these requests.
func TestCommands(t *testing.T) {
	peer := pbxtest.NewPeer(t)
	peer.Always("POST channels/create", pbxtest.Reply{Body: `{"id":"c2","creationtime":""}`, Then: func() { enters(peer) }})
	peer.Always("POST channels/c1/play/p1", pbxtest.Reply{Status: 201, Body: `{"id":"p1"}`})
	l := openLink(t, peer, nil)
	next[pbx.LinkUp](l)
	for _, tt := range []struct {
		command pbx.Command
		want    []string
	}{
		{pbx.Watch{Channel: "c1"}, []string{`POST applications/sansheng/subscription {"eventSource":["channel:c1"]}`}},
		{pbx.Answer{Channel: "a+b/c"}, []string{`POST channels/a%2Bb%2Fc/answer`}},
		{pbx.Indicate{Channel: "c1"}, []string{`POST channels/c1/ring`}},
		{pbx.StopIndicate{Channel: "c1"}, []string{`DELETE channels/c1/ring`}},
		{pbx.Play{Channel: "c1", Playback: "p1", Media: []string{"sound:a,b", "digits:1"}, Language: "zh"}, []string{`POST channels/c1/play/p1 {"media":["sound:a,b","digits:1"],"lang":"zh"}`}},
		{pbx.StopPlay{Channel: "c1", Playback: "p1"}, []string{`DELETE playbacks/p1`}},
		{pbx.StartMusic{Channel: "c1", Class: "wait"}, []string{`POST channels/c1/moh {"mohClass":"wait"}`}},
		{pbx.StopMusic{Channel: "c1"}, []string{`DELETE channels/c1/moh`}},
		{pbx.SetVars{Channel: "c1", Report: map[string]string{"CALL": "k"}, Vars: map[string]string{"X": "1"}}, []string{`POST channels/c1/variables {"variables":{"CALL":{"value":"k","report_events":true},"X":"1"}}`}},
		{pbx.Lease{Channel: "c1", For: 1500 * time.Millisecond}, []string{`POST channels/c1/variables {"variables":{"TIMEOUT(absolute)":"2"}}`}},
		{pbx.Lease{Channel: "c1"}, []string{`POST channels/c1/variables {"variables":{"TIMEOUT(absolute)":"0"}}`}},
		{pbx.Create{Channel: "c2", Endpoint: "PJSIP/1001", Originator: "c1", Caller: pbx.Party{Number: "138", Name: "张"}, Args: []string{"agent", "1001"}, Report: map[string]string{"ROLE": "agent"}},
			[]string{
				`POST channels/create {"channelId":"c2","endpoint":"PJSIP/1001","app":"sansheng","originator":"c1","appArgs":"agent,1001","variables":{"CONNECTEDLINE(name,i)":"张","CONNECTEDLINE(num,i)":"138","ROLE":{"value":"agent","report_events":true}}}`,
			}},
		{pbx.Dial{Channel: "c2", Ring: 15 * time.Second}, []string{`POST channels/c2/dial {"timeout":15}`}},
		{pbx.Join{Bridge: "b1", Channels: []pbx.ChannelID{"c1", "c2"}, Report: map[string]string{"CALL": "k"}}, []string{
			`POST bridges/b1 {"type":"mixing,dtmf_events","name":"b1","variables":{"CALL":{"value":"k","report_events":true}}}`,
			`POST bridges/b1/addChannel {"channel":["c1","c2"],"inhibitConnectedLineUpdates":true}`,
		}},
		{pbx.Unjoin{Bridge: "b1", Channel: "c1"}, []string{`POST bridges/b1/removeChannel {"channel":["c1"]}`}},
		{pbx.DropBridge{Bridge: "b1"}, []string{`DELETE bridges/b1`}},
		{pbx.Hangup{Channel: "c1", Cause: pbx.CauseBusy}, []string{`DELETE channels/c1?reason_code=17`}},
		{pbx.Hangup{Channel: "c1"}, []string{`DELETE channels/c1`}},
		{pbx.Continue{Channel: "c1", Context: "fallback", Extension: "s"}, []string{`POST channels/c1/continue {"context":"fallback","extension":"s","priority":1}`}},
		{pbx.Continue{Channel: "c1", Done: true}, []string{`POST channels/c1/variables {"variables":{"CTI_DONE":"1"}}`, `POST channels/c1/continue {}`}},
		{pbx.Light{Lamp: "agent-1001", Shows: pbx.LampInUse}, []string{`PUT deviceStates/Stasis:agent-1001 {"deviceState":"INUSE"}`}},
	} {
		before := len(peer.Requests())
		if err := l.Do(l.ctx, tt.command); err != nil {
			t.Errorf("%T: %v", tt.command, err)
		}
		if got := peer.Requests()[before:]; !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%T:\n got %s\nwant %s", tt.command, strings.Join(got, "\n     "), strings.Join(tt.want, "\n     "))
		}
	}
}

// A channel that was made and could not be dialled is not left behind.
func TestDialLeavesNothing(t *testing.T) {
	peer := pbxtest.NewPeer(t)
	peer.Always("POST channels/create", pbxtest.Reply{Body: `{"id":"c2","creationtime":""}`, Then: func() { enters(peer) }})
	peer.On("POST channels/c2/dial", pbxtest.Reply{Status: 500, Body: `{"error":"Allocation failed"}`})
	l := openLink(t, peer, nil)
	next[pbx.LinkUp](l)
	create, command := pbx.Create{Channel: "c2", Endpoint: "PJSIP/1"}, pbx.Dial{Channel: "c2", Ring: time.Second}
	ring := func() error { return errors.Join(l.Do(l.ctx, create), l.Do(l.ctx, command)) }
	err := ring()
	if e := l.Failed(command, err); !errors.Is(e.Err, pbx.ErrUnreachable) || e.Gone {
		t.Errorf("%+v", e)
	}
	if peer.Count("DELETE channels/c2?reason_code=41") != 1 {
		t.Errorf("requests %q", peer.Requests())
	}
	// One that an earlier command made is not dialled again.
	peer.On("POST channels/create", pbxtest.Reply{Status: 409, Body: `{"message":"Channel with given unique ID already exists"}`})
	peer.On("GET channels/c2", pbxtest.Reply{Body: `{"id":"c2","state":"Down","creationtime":""}`})
	dialled := peer.Count("POST channels/c2/dial")
	if err := ring(); err != nil || peer.Count("POST channels/c2/dial") != dialled {
		t.Errorf("%v after %q", err, peer.Requests())
	}
	// One that this command made, its reply being lost, is.
	peer.On("POST channels/create", pbxtest.Reply{Reset: true})
	peer.On("POST channels/create", pbxtest.Reply{Status: 409, Body: `{"message":"Channel with given unique ID already exists"}`})
	peer.On("GET channels/c2", pbxtest.Reply{Body: `{"id":"c2","state":"Down","creationtime":""}`, Then: func() { enters(peer) }})
	if err := ring(); err != nil || peer.Count("POST channels/c2/dial") != dialled+1 {
		t.Errorf("%v after %q", err, peer.Requests())
	}
	// One that was not made over this connection is not: nobody knows its state.
	if err := l.Do(l.ctx, command); !errors.Is(err, pbx.ErrUncertain) || peer.Count("POST channels/c2/dial") != dialled+1 {
		t.Errorf("%v after %q", err, peer.Requests())
	}
}

func TestRecordingFile(t *testing.T) {
	peer := pbxtest.NewPeer(t)
	peer.On("GET recordings/stored/a%2Fb.wav/file", pbxtest.Reply{Body: "RIFF"})
	peer.On("GET recordings/stored/no/file", pbxtest.Reply{Status: http.StatusNotFound, Body: `{"message":"Recording not found"}`})
	c := testClient(t, peer.URL, time.Second)
	r, err := c.Recordings.File(context.Background(), "a/b.wav")
	if err != nil {
		t.Fatal(err)
	}
	b, _ := io.ReadAll(r)
	_ = r.Close()
	if string(b) != "RIFF" {
		t.Errorf("%q", b)
	}
	if _, err := c.Recordings.File(context.Background(), "no"); !Gone(err) {
		t.Error(err)
	}
}

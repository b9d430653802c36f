package ari

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/zap/zaptest"

	"sansheng/pbx"
	"sansheng/pbx/pbxtest"
)

// linkTest is a link on a scripted peer.
type linkTest struct {
	*Link
	t    *testing.T
	ctx  context.Context
	peer *pbxtest.Peer
}

func openLink(t *testing.T, peer *pbxtest.Peer, change func(*Options)) *linkTest {
	t.Helper()
	o := Options{
		Config:            Config{URL: peer.URL, User: "u", Password: "p", App: pbxtest.App},
		HeartbeatInterval: time.Hour, BackoffMin: time.Millisecond, BackoffMax: 10 * time.Millisecond,
		Log: zaptest.NewLogger(t),
	}
	if change != nil {
		change(&o)
	}
	l, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return &linkTest{Link: l, t: t, ctx: pbxtest.Context(t), peer: peer}
}

// next is the next event, which must be of type E.
func next[E pbx.Event](l *linkTest) E {
	l.t.Helper()
	e, err := l.Next(l.ctx)
	if err != nil {
		l.t.Fatal(err)
	}
	want, ok := e.(E)
	if !ok {
		l.t.Fatalf("event %T %+v, want %T", e, e, want)
	}
	return want
}

func channel(id string) map[string]any {
	return map[string]any{"id": id, "name": "PJSIP/" + id, "state": "Up", "creationtime": "2026-01-02T03:04:05.000+0000"}
}

func TestLinkUp(t *testing.T) {
	peer := pbxtest.NewPeer(t)
	peer.On("GET channels", pbxtest.Reply{Body: `[
		{"id":"c1","name":"PJSIP/trunk-1","state":"Ring","caller":{"name":"n","number":"1"},"dialplan":{"app_name":"Stasis","app_data":"sansheng,inbound,800100"},"creationtime":"2026-01-02T03:04:05.000+0000","channelvars":{"CALL":"k"}},
		{"id":"c2","name":"PJSIP/x","state":"Up","dialplan":{"app_name":"Queue","app_data":"sansheng"},"creationtime":"2026-01-02T03:04:05.000+0000"}]`,
		Then: func() { peer.Send("StasisEnd", map[string]any{"channel": channel("late")}) }})
	peer.On("GET bridges", pbxtest.Reply{Body: `[{"id":"b1","bridge_class":"stasis","channels":["c1"]},{"id":"b2","bridge_class":"basic","channels":["c2"]}]`})
	peer.On("GET endpoints", pbxtest.Reply{Body: `[{"technology":"PJSIP","resource":"1001","state":"online"},{"technology":"PJSIP","resource":"1002","state":"offline"}]`})
	peer.On("PUT applications/sansheng/eventFilter", pbxtest.Reply{Body: "{}",
		Then: func() { peer.Send("StasisEnd", map[string]any{"channel": channel("early")}) }})
	l := openLink(t, peer, func(o *Options) { o.Endpoints = []pbx.EndpointID{"PJSIP/1001"} })

	if e := next[pbx.ChannelLeft](l); e.Channel != "early" {
		t.Errorf("before the fence: %+v", e)
	}
	up := next[pbx.LinkUp](l)
	if e := next[pbx.ChannelLeft](l); e.Channel != "late" {
		t.Errorf("after the fence: %+v", e)
	}
	started := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	if !up.Snapshot.StartedAt.Equal(started) {
		t.Errorf("started at %v", up.Snapshot.StartedAt)
	}
	at, lag := l.LastFence()
	if !up.Snapshot.At.Equal(at) || lag <= 0 || lag > time.Minute {
		t.Errorf("snapshot at %v, fence at %v, lag %v", up.Snapshot.At, at, lag)
	}
	want := []pbx.Channel{
		{ID: "c1", Name: "PJSIP/trunk-1", State: pbx.ChannelRing, Caller: pbx.Party{Number: "1", Name: "n"}, InApp: true, Args: []string{"inbound", "800100"}, Vars: map[string]string{"CALL": "k"}},
		{ID: "c2", Name: "PJSIP/x", State: pbx.ChannelUp},
	}
	for i := range up.Snapshot.Channels {
		if !up.Snapshot.Channels[i].CreatedAt.Equal(started) {
			t.Errorf("created at %v", up.Snapshot.Channels[i].CreatedAt)
		}
		up.Snapshot.Channels[i].CreatedAt = time.Time{}
	}
	if !reflect.DeepEqual(up.Snapshot.Channels, want) {
		t.Errorf("channels %+v\nwant %+v", up.Snapshot.Channels, want)
	}
	if b := up.Snapshot.Bridges; len(b) != 1 || b[0].ID != "b1" || b[0].Channels[0] != "c1" {
		t.Errorf("bridges %+v", b)
	}
	if e := up.Snapshot.Endpoints; len(e) != 2 || !e[0].Reachable || e[1].Reachable {
		t.Errorf("endpoints %+v", e)
	}
	if peer.Count(`POST applications/sansheng/subscription {"eventSource":["endpoint:PJSIP/1001"]}`) != 1 {
		t.Errorf("subscriptions: %q", peer.Requests())
	}
	if err := l.Up(); err != nil {
		t.Error(err)
	}
}

// A clock that was set is told of with the first event that shows it, before it.
func TestClockStepped(t *testing.T) {
	peer := pbxtest.NewPeer(t)
	l := openLink(t, peer, nil)
	next[pbx.LinkUp](l)
	for _, by := range []time.Duration{-time.Hour, 0, time.Hour} {
		at := time.Now().Add(by)
		peer.Send("StasisEnd", map[string]any{"channel": channel("c1"), "timestamp": at.Format("2006-01-02T15:04:05.000-0700")})
		e := next[pbx.ClockStepped](l)
		if off := e.By.Abs() - time.Hour; off.Abs() > 2*time.Second || e.Time().Sub(at).Abs() > time.Millisecond {
			t.Errorf("by %v to %v, want to %v", e.By, e.Time(), at)
		}
		if left := next[pbx.ChannelLeft](l); left.Channel != "c1" || l.Now().Sub(at).Abs() > 2*time.Second {
			t.Errorf("%+v at %v, now %v", left, at, l.Now())
		}
	}
}

func TestReconnect(t *testing.T) {
	peer := pbxtest.NewPeer(t)
	l := openLink(t, peer, func(o *Options) { o.Endpoints = []pbx.EndpointID{"PJSIP/1001"} })
	next[pbx.LinkUp](l)
	for range 3 {
		peer.Refuse(3)
		peer.Drop()
		if e := next[pbx.LinkLost](l); e.Err == nil || !e.HeardAt.IsZero() {
			t.Errorf("lost without a reason, or for its silence: %+v", e)
		}
		next[pbx.LinkUp](l)
	}
	if n := peer.Count("PUT applications/sansheng/eventFilter"); n != 4 {
		t.Errorf("filter set %d times, want 4", n)
	}
	if n := peer.Count("POST applications/sansheng/subscription"); n != 4 {
		t.Errorf("subscribed %d times, want 4", n)
	}
	if s := l.Stats(); s.Connects != 4 || s.Losses != 3 {
		t.Errorf("%+v", s)
	}
}

// A socket to which the application is not bound delivers nothing, though HTTP
// and the socket are well.
func TestFenceMissing(t *testing.T) {
	peer := pbxtest.NewPeer(t)
	peer.Deaf(true)
	l := openLink(t, peer, func(o *Options) { o.FenceTimeout = 20 * time.Millisecond; o.HeartbeatInterval = 10 * time.Millisecond })
	peer.Wait(l.ctx, "a second connect", func() bool { return peer.Connects() >= 2 })
	if err := l.Up(); !errors.Is(err, pbx.ErrLinkDown) {
		t.Errorf("up: %v", err)
	}
	peer.Deaf(false)
	next[pbx.LinkUp](l)
	peer.Deaf(true)
	e := next[pbx.LinkLost](l)
	if !errors.Is(e.Err, ErrFence) && !errors.Is(e.Err, context.DeadlineExceeded) {
		t.Errorf("lost: %v", e.Err)
	}
	if silent := e.Time().Sub(e.HeardAt); silent < 20*time.Millisecond || silent > time.Minute {
		t.Errorf("silent for %v", silent)
	}
	peer.Deaf(false)
	next[pbx.LinkUp](l)
}

func TestReplaced(t *testing.T) {
	peer := pbxtest.NewPeer(t)
	l := openLink(t, peer, func(o *Options) { o.HeartbeatInterval = 5 * time.Millisecond })
	next[pbx.LinkUp](l)
	peer.Send("ApplicationReplaced", map[string]any{"application": "another"})
	peer.Send("ApplicationReplaced", nil)
	if e := next[pbx.LinkLost](l); !errors.Is(e.Err, ErrReplaced) {
		t.Errorf("lost: %v", e.Err)
	}
	if _, err := l.Next(l.ctx); !errors.Is(err, ErrReplaced) {
		t.Errorf("next: %v", err)
	}
	quiet := len(peer.Requests())
	if err := l.Do(l.ctx, pbx.Hangup{Channel: "c1"}); !errors.Is(err, pbx.ErrReplaced) {
		t.Errorf("do: %v", err)
	}
	l.Close()
	if n := len(peer.Requests()); n != quiet || peer.Connects() != 1 {
		t.Errorf("%d requests and %d connects after the replacement", n-quiet, peer.Connects())
	}
}

func TestClose(t *testing.T) {
	peer := pbxtest.NewPeer(t)
	l := openLink(t, peer, nil)
	next[pbx.LinkUp](l)
	l.Close()
	l.Close()
	next[pbx.LinkLost](l)
	if _, err := l.Next(l.ctx); !errors.Is(err, ErrClosed) {
		t.Errorf("next: %v", err)
	}
	if err := l.Do(l.ctx, pbx.Answer{Channel: "c"}); !errors.Is(err, ErrClosed) {
		t.Errorf("do: %v", err)
	}
}

// A burst is neither dropped nor reordered though nobody reads meanwhile.
func TestBurst(t *testing.T) {
	const n = 5000
	peer := pbxtest.NewPeer(t)
	l := openLink(t, peer, func(o *Options) { o.FenceTimeout = pbxtest.Deadline })
	next[pbx.LinkUp](l)
	for i := range n {
		peer.Send("StasisEnd", map[string]any{"channel": channel(fmt.Sprint(i))})
	}
	if err := l.Fence(l.ctx); err != nil {
		t.Fatal(err)
	}
	if d := l.Depth(); d != n {
		t.Errorf("depth %d, want %d", d, n)
	}
	for i := range n {
		if e := next[pbx.ChannelLeft](l); e.Channel != pbx.ChannelID(fmt.Sprint(i)) {
			t.Fatalf("event %d is %s", i, e.Channel)
		}
	}
}

func TestHeartbeatVariable(t *testing.T) {
	peer := pbxtest.NewPeer(t)
	l := openLink(t, peer, func(o *Options) { o.HeartbeatVariable = "CTI_HB"; o.HeartbeatInterval = time.Millisecond })
	next[pbx.LinkUp](l)
	peer.Wait(l.ctx, "two heartbeats", func() bool { return peer.Count("POST asterisk/variable") >= 2 })
	at, _ := l.LastFence()
	for _, r := range peer.Requests() {
		var body struct{ Variable, Value string }
		if cutPrefix(&r, "POST asterisk/variable ") && (json.Unmarshal([]byte(r), &body) != nil || body.Variable != "CTI_HB" || len(body.Value) != len(fmt.Sprint(at.Unix()))) {
			t.Errorf("heartbeat %s", r)
		}
	}
}

// TestHeartbeatNeedsLife: no heartbeat is written while what decides about calls does not.
func TestHeartbeatNeedsLife(t *testing.T) {
	peer := pbxtest.NewPeer(t)
	var hangs atomic.Bool
	l := openLink(t, peer, func(o *Options) {
		o.HeartbeatVariable, o.HeartbeatInterval = "CTI_HB", time.Millisecond
		o.Alive = func() error {
			if hangs.Load() {
				return errors.New("held up")
			}
			return nil
		}
	})
	next[pbx.LinkUp](l)
	const beat, fence = "POST asterisk/variable", "POST events/user"
	peer.Wait(l.ctx, "two heartbeats", func() bool { return peer.Count(beat) >= 2 })
	hangs.Store(true)
	fences := peer.Count(fence)
	peer.Wait(l.ctx, "a fence that was sent after it", func() bool { return peer.Count(fence) >= fences+2 })
	var beats int
	beats, fences = peer.Count(beat), peer.Count(fence)
	peer.Wait(l.ctx, "more fences", func() bool { return peer.Count(fence) >= fences+5 })
	if n := peer.Count(beat); n != beats {
		t.Errorf("%d heartbeats while it is held up", n-beats)
	}
	hangs.Store(false)
	peer.Wait(l.ctx, "a heartbeat again", func() bool { return peer.Count(beat) > beats })
}

func TestWatchEndpoints(t *testing.T) {
	peer := pbxtest.NewPeer(t)
	peer.Always("GET endpoints", pbxtest.Reply{Body: `[{"technology":"PJSIP","resource":"1001","state":"online"},{"technology":"PJSIP","resource":"1003","state":"online"}]`})
	peer.On(`POST applications/sansheng/subscription`, pbxtest.Reply{Status: 422, Body: `{"message":"Event source does not exist"}`})
	peer.On(`POST applications/sansheng/subscription`, pbxtest.Reply{})
	peer.On(`POST applications/sansheng/subscription`, pbxtest.Reply{Status: 422, Body: `{"message":"Event source does not exist"}`})
	l := openLink(t, peer, nil)
	next[pbx.LinkUp](l)
	if err := l.WatchEndpoints(l.ctx, []pbx.EndpointID{"PJSIP/1001", "PJSIP/nobody"}); err != nil {
		t.Fatal(err)
	}
	if e := next[pbx.EndpointChanged](l); e.Endpoint != "PJSIP/1001" || !e.Reachable {
		t.Errorf("%+v", e)
	}
	if e := next[pbx.EndpointChanged](l); e.Endpoint != "PJSIP/nobody" || e.Reachable {
		t.Errorf("%+v", e)
	}
	for _, state := range []string{"online", "offline", "offline", "online"} {
		for _, kind := range []string{"EndpointStateChange", "PeerStatusChange", "ContactStatusChange"} {
			peer.Send(kind, map[string]any{"endpoint": map[string]any{"technology": "PJSIP", "resource": "1001", "state": state}})
		}
	}
	for _, want := range []bool{false, true} {
		if e := next[pbx.EndpointChanged](l); e.Reachable != want {
			t.Errorf("%+v, want %v", e, want)
		}
	}
	peer.On("DELETE applications/sansheng/subscription?eventSource=endpoint%3APJSIP%2F1001", pbxtest.Reply{})
	peer.Always("DELETE applications/sansheng/subscription?eventSource=endpoint%3APJSIP%2F1001", pbxtest.Reply{Status: 409, Body: `{"message":"Application not subscribed to event source"}`})
	if err := l.WatchEndpoints(l.ctx, nil); err != nil {
		t.Fatal(err)
	}
	if n := peer.Count("DELETE applications"); n != 2 {
		t.Errorf("%d unsubscribes, want 2", n)
	}
}

func cutPrefix(s *string, prefix string) bool {
	if len(*s) < len(prefix) || (*s)[:len(prefix)] != prefix {
		return false
	}
	*s = (*s)[len(prefix):]
	return true
}

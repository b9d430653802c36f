package sentinel

import (
	"fmt"
	"net"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"sansheng/pbx/ari"
	"sansheng/pbx/pbxtest"
)

// TestStranded: who is moved, and in what order; and who is left alone.
func TestStranded(t *testing.T) {
	t.Parallel()
	at := time.Now()
	channel := func(id, app, data string, age time.Duration, vars ari.Variables) ari.Channel {
		return ari.Channel{ID: id, ChannelVars: vars, CreationTime: ari.Time{Time: at.Add(-age)}, Dialplan: ari.DialplanCEP{AppName: app, AppData: data}}
	}
	agent := ari.Variables{"role": "agent"}
	found := strandedIn([]ari.Channel{
		channel("late", "Stasis", "sansheng,inbound,800100,c1", time.Second, nil),
		channel("early", "Stasis", "sansheng,inbound,800100,c2", time.Minute, nil),
		channel("emergency", "Stasis", "sansheng,inbound,800119,c3", 0, nil),
		channel("bykey", "Stasis", "sansheng,inbound,800100,c12", 30*time.Minute, ari.Variables{"LINE_EMERGENCY": "1"}),
		channel("ordinary", "Stasis", "sansheng,inbound,800100,c13", 30*time.Minute, ari.Variables{"LINE_EMERGENCY": "0"}),
		channel("c2-agent1", "AppDial2", "(Outgoing Line)", 0, agent), // rings
		channel("c3-agent2", "Stasis", "sansheng,offer,c3,1007", 0, nil),
		channel("talks", "Stasis", "sansheng,inbound,800100,c4", time.Hour, nil),
		channel("c4-agent1", "Stasis", "sansheng,offer,c4,1001", time.Hour, agent),
		channel("alone", "Stasis", "sansheng,inbound,800100,c5", time.Hour, nil), // his agent's phone died
		channel("left", "Stasis", "sansheng,inbound,800100,c6", 2*time.Hour, nil),
		channel("message", "Stasis", "sansheng,message,c14,1,SILENCE,5000", time.Minute, nil),
		channel("code", "Stasis", "sansheng,agent,*11,1001", 0, nil),
		channel("other", "Stasis", "another,inbound,800100,c7", 0, nil),
		channel("native", "Queue", "service,,,,45", 0, nil),
		channel("three", "Stasis", "sansheng,inbound,800119,c9", time.Hour, nil),
		channel("c9-agent1", "Stasis", "sansheng,offer,c9,1001", time.Hour, agent),
		channel("c9-agent2", "Stasis", "sansheng,offer,c9,1002", time.Hour, agent),
		channel("alarm-x", "WaitExten", "4", 0, nil),
		channel("c8-agent1", "AppQueue", "(Outgoing Line)", 0, nil), // a name only: not the hotline's
		channel("resumed", "Stasis", "sansheng,outbound,c10", time.Hour, ari.Variables{"role": "caller"}),
		channel("called", "Stasis", "sansheng,outbound,c11", time.Hour, ari.Variables{"role": "caller", "number": "13800000001"}),
	}, []ari.Bridge{
		{ID: "c4-talk1", Channels: []string{"talks", "c4-agent1"}},
		{ID: "c5-talk1", Channels: []string{"alone"}},
		{ID: "c9-party2", Channels: []string{"three", "c9-agent1", "c9-agent2"}},
		{ID: "c6-snoop", Channels: []string{"left", "x"}},
	}, "sansheng", []string{"800119"})
	want := stranded{
		emergencies: []string{"resumed", "bykey", "emergency"}, // of the first the line is not known
		callers:     []string{"left", "alone", "ordinary", "early", "late"},
		legs:        []string{"c2-agent1", "c3-agent2"},
		messages:    []string{"message"},
	}
	if !reflect.DeepEqual(found, want) {
		t.Errorf("found %+v, want %+v", found, want)
	}
}

// TestEmergencyWaits: who waits as an emergency caller is known wherever he waits, and whatever
// number he has called.
func TestEmergencyWaits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		app, data, flag string
		waits           bool
	}{
		{"Stasis", "sansheng,inbound,800100,c1", "1", true}, {"Stasis", "sansheng,inbound,800100,c1", "0", false},
		{"Stasis", "sansheng,inbound,800119,c1", "", true},
		{"Dial", "Local/0@oncall-emergency/n", "1", true}, {"Dial", "PJSIP/1007", "0", false},
		{"MusicOnHold", "default,5", "1", true}, {"Queue", "service,,,,45", "1", true}, {"Queue", "service,,,,45", "", false},
		{"Record", "x.wav,5,180,k", "1", false},
	} {
		p := pbxtest.NewPeer(t)
		p.Always("GET channels", pbxtest.Reply{Body: fmt.Sprintf(
			`[{"id":"a","dialplan":{"app_name":%q,"app_data":%q},"channelvars":{"LINE_EMERGENCY":%q}}]`, c.app, c.data, c.flag)})
		p.Always("GET bridges", pbxtest.Reply{Body: "[]"})
		s, err := New(t.Context(), Config{URL: p.URL, User: "u", Password: "p", App: "sansheng", Heartbeat: "CTI_HB", Emergency: []string{"800119"}})
		if err != nil {
			t.Fatal(err)
		}
		if got := s.emergencyWaits(t.Context()); got != c.waits {
			t.Errorf("%s(%s), %q: waits %t", c.app, c.data, c.flag, got)
		}
		s.ari.Close()
		_ = s.board.Close(t.Context())
	}
}

// scripted is a sentinel that is not run, before a scripted switch on which these
// channels are in the hotline's application. The heartbeat is 7.
func scripted(t *testing.T, data map[string]string) (*Sentinel, *pbxtest.Peer) {
	t.Helper()
	p := pbxtest.NewPeer(t)
	var all []string
	for id, args := range data {
		all = append(all, fmt.Sprintf(`{"id":%q,"dialplan":{"app_name":"Stasis","app_data":"sansheng,%s"}}`, id, args))
		p.Always("GET channels/"+id, pbxtest.Reply{Body: all[len(all)-1]})
	}
	p.Always("GET channels", pbxtest.Reply{Body: "[" + strings.Join(all, ",") + "]"})
	p.Always("GET asterisk/variable", pbxtest.Reply{Body: `{"value":"7"}`})
	s, err := New(t.Context(), Config{URL: p.URL, User: "u", Password: "p", App: "sansheng", Heartbeat: "CTI_HB", Emergency: []string{"800119"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.ari.Close()
		_ = s.board.Close(t.Context())
	})
	return s, p
}

// acts are the requests that did something.
func acts(p *pbxtest.Peer) []string {
	return slices.DeleteFunc(p.Requests(), func(r string) bool { return strings.HasPrefix(r, "GET ") })
}

// TestJoinedMeanwhile: a hotline whose heartbeat hangs may still join people. Who
// was joined since we looked is left alone, on both sides.
func TestJoinedMeanwhile(t *testing.T) {
	t.Parallel()
	s, p := scripted(t, map[string]string{
		"a": "inbound,800119,c1", "b": "inbound,800100,c2", "c2-agent1": "offer,c2,1001",
	})
	p.On("GET bridges", pbxtest.Reply{Body: "[]"})
	p.Always("GET bridges", pbxtest.Reply{Body: `[{"id":"c2-talk1","channels":["b","c2-agent1"]}]`})
	if err := s.rescue(t.Context(), "7"); err != nil {
		t.Fatal(err)
	}
	if got := acts(p); len(got) != 1 || !strings.HasPrefix(got[0], "POST channels/a/continue ") {
		t.Errorf("acts %q", got)
	}
}

// TestMessageKept: who leaves a message is told that it is kept, and rings nobody.
func TestMessageKept(t *testing.T) {
	t.Parallel()
	s, p := scripted(t, map[string]string{"a": "message,c1,1,SILENCE,5000"})
	p.Always("GET bridges", pbxtest.Reply{Body: "[]"})
	if err := s.rescue(t.Context(), "7"); err != nil {
		t.Fatal(err)
	}
	if got := acts(p); len(got) != 1 || !strings.HasPrefix(got[0], "POST channels/a/continue ") || !strings.Contains(got[0], `"context":"message"`) || !strings.Contains(got[0], `"extension":"kept"`) {
		t.Errorf("acts %q", got)
	}
}

// TestBeatsAgain: once the heart beats nobody else is moved.
func TestBeatsAgain(t *testing.T) {
	t.Parallel()
	s, p := scripted(t, map[string]string{"a": "inbound,800119,c1", "b": "inbound,800100,c2"})
	p.On("GET asterisk/variable", pbxtest.Reply{Body: `{"value":"7"}`})
	p.Always("GET asterisk/variable", pbxtest.Reply{Body: `{"value":"8"}`})
	if err := s.rescue(t.Context(), "7"); err != nil {
		t.Fatal(err)
	}
	if got := acts(p); len(got) != 1 || !strings.HasPrefix(got[0], "POST channels/a/continue ") {
		t.Errorf("acts %q", got)
	}
}

// TestLongRescue: however many wait on however slow a switch, the service manager
// hears of us meanwhile: it must not kill us in the middle.
func TestLongRescue(t *testing.T) {
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: filepath.Join(t.TempDir(), "notify"), Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	t.Setenv("NOTIFY_SOCKET", conn.LocalAddr().String())
	t.Setenv("WATCHDOG_USEC", "2")
	waiting := map[string]string{}
	for n := range 5 {
		waiting[fmt.Sprintf("w%d", n)] = "inbound,800100,c"
	}
	s, p := scripted(t, waiting)
	if err := s.rescue(t.Context(), "7"); err != nil {
		t.Fatal(err)
	}
	if n := len(acts(p)); n != len(waiting) {
		t.Errorf("%d acts", n)
	}
	_ = conn.SetReadDeadline(time.Now().Add(time.Second))
	for n := range len(waiting) {
		if _, err := conn.Read(make([]byte, 64)); err != nil {
			t.Fatalf("told %d times in the middle of %d callers: %v", n, len(waiting), err)
		}
	}
}

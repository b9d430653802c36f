package ari

import (
	"reflect"
	"testing"
	"time"

	"sansheng/pbx"
)

const stateChange = `{"type":"ChannelStateChange","timestamp":"2026-11-22T03:25:25.236+0000","channel":{"id":"leg1","name":"PJSIP/1001-00000001","state":"Up","protocol_id":"21538cb5-93f5-4979-ac83-3db8db9779a4","caller":{"name":"unknown","number":""},"connected":{"name":"张 三","number":"13800000000"},"accountcode":"","dialplan":{"context":"from-agent","exten":"s","priority":1,"app_name":"Stasis","app_data":"cti,agent,1001"},"creationtime":"2026-11-22T03:25:24.923+0000","language":"en","channelvars":{"ROLE":"agent"}},"asterisk_id":"02:fc:00:00:00:01","application":"cti"}`

func TestDecode(t *testing.T) {
	m, err := Decode([]byte(stateChange))
	if err != nil {
		t.Fatal(err)
	}
	c, ok := m.(*ChannelStateChange)
	if !ok || c.Channel.ID != "leg1" || c.Channel.Connected.Name != "张 三" || c.Channel.ChannelVars["ROLE"] != "agent" || c.Application != "cti" {
		t.Errorf("%#v", m)
	}
	if want := time.Date(2026, 11, 22, 3, 25, 25, 236e6, time.UTC); !c.Timestamp.Equal(want) {
		t.Errorf("%v, want %v", c.Timestamp, want)
	}
}

func TestDecodeOdd(t *testing.T) {
	for name, tt := range map[string]struct {
		in   string
		ok   bool
		kind any
	}{
		"unknown type":      {`{"type":"Novelty","application":"a","timestamp":"2026-11-22T03:25:25.236+0800","x":[1]}`, true, &Raw{}},
		"no type":           {`{"message":"oops"}`, true, &Raw{}},
		"type inside":       {`{"channel":{"type":"Dial"},"type":"StasisEnd"}`, true, &StasisEnd{}},
		"type as value":     {`{"application":"type","type" : "StasisEnd"}`, true, &StasisEnd{}},
		"no channel":        {`{"type":"StasisStart","args":null}`, true, &StasisStart{}},
		"null time":         {`{"type":"StasisEnd","timestamp":null}`, true, &StasisEnd{}},
		"invalid UTF-8":     {"{\"type\":\"StasisEnd\",\"channel\":{\"caller\":{\"name\":\"\xff\xfe\"}}}", true, &StasisEnd{}},
		"numeric variables": {`{"type":"StasisEnd","channel":{"channelvars":{"A":1,"B":{"value":"x"},"C":null}}}`, true, &StasisEnd{}},
		"escaped key":       {`{"ty\u0070e":"StasisEnd"}`, true, &Raw{}},
		"not JSON":          {`hello`, false, nil},
		"cut off":           {`{"type":"StasisEnd","channel":{"id":"x`, false, nil},
		"wrong time":        {`{"type":"StasisEnd","timestamp":"2026-11-22T03:25:25Z"}`, false, nil},
		"empty":             {``, false, nil},
		"array":             {`[{"type":"StasisEnd"}]`, false, nil},
		"huge cause":        {`{"type":"ChannelDestroyed","cause":1e99}`, false, nil},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := Decode([]byte(tt.in))
			if (err == nil) != tt.ok {
				t.Fatalf("%v", err)
			}
			if tt.ok && reflect.TypeOf(m) != reflect.TypeOf(tt.kind) {
				t.Errorf("%T, want %T", m, tt.kind)
			}
			if tt.ok {
				newTranslator("a").event(m)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(stateChange))
	for kind := range newMessage {
		f.Add([]byte(`{"type":"` + kind + `","timestamp":"2026-11-22T03:25:25.236+0000","application":"a"}`))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := Decode(b)
		if err != nil {
			return
		}
		if m.Head() == nil {
			t.Fatal("no header")
		}
		tr := newTranslator("a")
		once, twice := tr.event(m), tr.event(m)
		if len(once) > 1 || len(twice) > 1 {
			t.Fatalf("%d and %d events of one message", len(once), len(twice))
		}
		if build, known := newMessage[Sniff(b)]; known && reflect.TypeOf(m) != reflect.TypeOf(build()) {
			t.Fatalf("sniffed %q, decoded %T", Sniff(b), m)
		}
	})
}

// What the switch says twice, from different threads, is told once, and never
// after the end.
func TestTranslateRank(t *testing.T) {
	tr := newTranslator("a")
	c := func(state string) *Channel { return &Channel{ID: "c", State: state} }
	var got []string
	for _, m := range []Message{
		&ChannelStateChange{Channel: c("Down")},
		&Dial{Peer: c("Down")},
		&Dial{Peer: c("Ringing"), Dialstatus: "PROGRESS"},
		&ChannelStateChange{Channel: c("Ringing")},
		&Dial{Peer: c("Ringing"), Dialstatus: "RINGING"},
		&Dial{Peer: c("Up"), Dialstatus: "ANSWER"},
		&ChannelStateChange{Channel: c("Up")},
		&Dial{Peer: c("Ringing"), Dialstatus: "RINGING"},
		&ChannelDestroyed{Channel: c("Up"), Cause: 16},
		&ChannelDestroyed{Channel: c("Up"), Cause: 16},
		&Dial{Peer: c("Up"), Dialstatus: "ANSWER"},
	} {
		for _, e := range tr.event(m) {
			got = append(got, reflect.TypeOf(e).Name())
		}
	}
	if want := []string{"ChannelAlerting", "ChannelAnswered", "ChannelGone"}; !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if len(tr.rank) != 0 {
		t.Errorf("rank kept: %v", tr.rank)
	}
}

func TestTranslateKeepsNothing(t *testing.T) {
	tr := newTranslator("a")
	seen := newRepeats()
	for i := range 10000 {
		id := string(rune('a'+i%26)) + time.Duration(i).String()
		tr.event(&ChannelStateChange{Channel: &Channel{ID: id, State: "Up"}})
		tr.event(&PlaybackStarted{Playback: Playback{ID: id}})
		tr.event(&PlaybackFinished{Playback: Playback{ID: id}})
		tr.event(&ChannelDestroyed{Channel: &Channel{ID: id}})
		if seen.before([]byte(id)) || !seen.before([]byte(id)) {
			t.Fatal("repeat not seen")
		}
	}
	if len(tr.rank) != 0 || len(tr.playing) != 0 || len(tr.gone) > len(tr.goneIDs) || len(seen.set) > repeatWindow {
		t.Errorf("kept %d ranks, %d playbacks, %d ends, %d repeats", len(tr.rank), len(tr.playing), len(tr.gone), len(seen.set))
	}
	if e := tr.event(&PlaybackFinished{Playback: Playback{ID: "p", State: "failed", TargetURI: "channel:c"}})[0].(pbx.PlaybackFinished); !e.Failed || e.Channel != "c" {
		t.Errorf("%+v", e)
	}
}

func BenchmarkSniff(b *testing.B) {
	in := []byte(stateChange)
	b.SetBytes(int64(len(in)))
	for b.Loop() {
		Sniff(in)
	}
}

func BenchmarkDecode(b *testing.B) {
	in := []byte(stateChange)
	b.SetBytes(int64(len(in)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Decode(in); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRepeat(b *testing.B) {
	in, r := []byte(stateChange), newRepeats()
	for b.Loop() {
		r.before(in)
	}
}

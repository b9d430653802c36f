package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"sansheng/cti"
	"sansheng/pbx"
)

func TestCalls(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	if err := s.Replay(t.Context(), "journal", theFacts(t)...); err != nil {
		t.Fatal(err)
	}
	yes, no := true, false
	// e0 abandoned, e1 answered, e2 direct, e3 lost, e4 lost again, e5 taken over; see testdata.
	for name, c := range map[string]struct {
		filter Filter
		want   string
	}{
		"all":       {Filter{}, "e0-c1 e1-c1 e2-c1 e3-c1 e4-c1 e5-c1 e0-c2 e0-c3 e3-c2 e3-c3"},
		"newest":    {Filter{Limit: 3}, "e0-c3 e3-c2 e3-c3"},
		"answered":  {Filter{Answered: &yes}, "e1-c1 e2-c1 e3-c1 e4-c1 e5-c1"},
		"not":       {Filter{Answered: &no, Ended: &yes}, "e0-c1 e0-c2 e0-c3 e3-c2"},
		"live":      {Filter{Ended: &no}, "e3-c3"},
		"agent":     {Filter{Agent: "1001"}, "e3-c1 e4-c1 e5-c1"},
		"company":   {Filter{Company: "demo2"}, ""},
		"did":       {Filter{DID: "800100", Since: storyStart.Add(time.Second)}, "e0-c2 e0-c3 e3-c3"},
		"caller":    {Filter{Caller: "13800138000", Limit: 1}, "e3-c3"},
		"time":      {Filter{Since: storyStart.Add(5 * time.Second), Until: storyStart.Add(6 * time.Second)}, "e0-c2"},
		"injection": {Filter{DID: "' OR true --"}, ""},
	} {
		list, err := s.Calls(t.Context(), c.filter)
		if err != nil {
			t.Fatal(err)
		}
		ids := []string{}
		for _, r := range list {
			ids = append(ids, r.ID)
		}
		if got := strings.Join(ids, " "); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	if _, err := s.Record(t.Context(), "none"); !errors.Is(err, ErrNoCall) {
		t.Errorf("unknown call: %v", err)
	}
	stop := errors.New("enough")
	if err := s.EachCall(t.Context(), Filter{}, func(Record) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("stopped: %v", err)
	}
	owned, err := s.Tickets(t.Context(), TicketFilter{Owner: "1002", Kind: "consultation", State: "draft", Limit: 5})
	if err != nil || len(owned) != 1 || owned[0].Call != "e1-c1" || owned[0].Caller != "13800138000" {
		t.Errorf("tickets: %+v, %v", owned, err)
	}
}

// The record has every member that scripts rely on, and no list is null.
func TestRecordMembers(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	if err := s.Replay(t.Context(), "journal", theFacts(t)...); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"e0-c1", "e1-c1", "e3-c2", "e3-c3"} {
		r, err := s.Record(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		var members map[string]any
		if err := json.Unmarshal(text, &members); err != nil {
			t.Fatal(err)
		}
		for _, name := range strings.Fields(`id company did caller direction started_at greeting flow_path queue_entries
			offers answered_at rings within_three_rings legs holds transfers ended_at ended_by disposition cause
			recordings fallback sheet tickets amendments hash prev_hash`) {
			v, ok := members[name]
			if !ok {
				t.Errorf("%s: no %s", id, name)
			}
			f := reflect.ValueOf(r)
			for i := range f.NumField() {
				if f.Type().Field(i).Tag.Get("json") == name && f.Field(i).Kind() == reflect.Slice && v == nil {
					t.Errorf("%s: %s is null", id, name)
				}
			}
		}
		for _, name := range strings.Fields("flow_path queue_entries offers legs holds transfers recordings tickets amendments announcements") {
			if _, ok := members[name].([]any); !ok {
				t.Errorf("%s: %s is %v", id, name, members[name])
			}
		}
	}
}

func TestMask(t *testing.T) {
	t.Parallel()
	for number, want := range map[string]string{
		"13800138000": "138****8000", "+8613800138000": "+86****8000", "01012345678": "010****5678",
		"": "", "1001": "1001", "95598": "9****8", "8654321": "8****1", "87654321": "87****21", "三声三声三声": "三****声",
	} {
		if got := Mask(number); got != want {
			t.Errorf("Mask(%q) = %q, want %q", number, got, want)
		}
	}
}

// TestEmergencyByWay: of who becomes an emergency caller under way, by an agent or by the queue
// to which he comes, the record says so; not of others.
func TestEmergencyByWay(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	var facts []cti.Fact
	tell := func(k cti.Kind, call cti.CallID, d cti.Data) {
		seq := uint64(len(facts) + 1)
		facts = append(facts, cti.Fact{
			Version: cti.SchemaVersion, ID: fmt.Sprint("w-", seq), Seq: seq, Engine: "w", At: storyStart.Add(time.Duration(seq) * time.Second),
			Kind: k, Company: "demo", Call: call, Data: d,
		})
	}
	for _, id := range []cti.CallID{"overflows", "announced", "plain"} {
		tell(cti.CallArrived, id, &cti.Arrived{DID: "800100", Caller: pbx.Party{Number: "1"}, Channel: pbx.ChannelID(id), Direction: "inbound", Mode: cti.Greeted})
		tell(cti.CallQueued, id, &cti.Queued{Queue: "service"})
	}
	tell(cti.CallQueued, "overflows", &cti.Queued{Queue: "emergency", Emergency: true})
	tell(cti.TransferBegan, "announced", &cti.TransferBeganData{Transfer: cti.Announced, Queue: "emergency", Emergency: true})
	tell(cti.CallQueued, "plain", &cti.Queued{Queue: "repair"})
	if err := s.Replay(t.Context(), "ways", facts...); err != nil {
		t.Fatal(err)
	}
	noFaults(t, s)
	for id, want := range map[string]bool{"overflows": true, "announced": true, "plain": false} {
		if r, err := s.Record(t.Context(), id); err != nil || r.Emergency != want {
			t.Errorf("%s: emergency %t, %v; want %t", id, r.Emergency, err, want)
		}
	}
}

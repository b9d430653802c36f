package service

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"sansheng/cti"
	"sansheng/cti/bus"
	"sansheng/pbx/sip/phone"
	"sansheng/pbx/sip/tone"
	"sansheng/pbx/wav"
)

func (st *stack) order(agent cti.AgentID, verb cti.Verb, to string) {
	st.t.Helper()
	o := cti.Order{Agent: agent, Verb: verb, To: to, Reason: "his bill", Consent: true}
	if err := st.svc.order(deadline(st.t), o); err != nil {
		st.t.Fatal(err)
	}
}

// hearsNo waits until a tone has ceased.
func (st *stack) hearsNo(call *phone.Call, t tone.Tone) {
	st.t.Helper()
	if err := call.WaitNoTone(deadline(st.t), float64(t.Hz)); err != nil {
		st.t.Fatalf("%d Hz is still heard: %v; the phone's story: %s", t.Hz, err, call.Story())
	}
}

// talk is a caller who talks with agent 1001.
func (st *stack) talk(from string) (caller, agent *phone.Call, first *phone.Phone) {
	st.t.Helper()
	first = st.agent("1001", phone.AnswerAfter(0))
	caller = st.dial(from, "800100")
	agent = st.next(first)
	st.fact(from, cti.CallJoined, 1)
	st.hears(caller, agentTone("1001"))
	st.hears(agent, callerTone)
	return caller, agent, first
}

// TestAnnouncedTransfer: the caller is put on hold and taken off it, then passed on.
// He hears music while the two agents speak, and then the receiver; one call, one
// record, whose recording goes on (requirements D1 to D3).
func TestAnnouncedTransfer(t *testing.T) {
	const from = "13900000001"
	st := hotline(t, cti.DemoPlan(0))
	caller, agent, _ := st.talk(from)
	second := st.agent("1002", phone.AnswerAfter(300*time.Millisecond))

	st.order("1001", cti.OrderHold, "")
	st.hearsNo(caller, agentTone("1001"))
	st.hearsNo(agent, callerTone)
	st.order("1001", cti.OrderUnhold, "")
	st.hears(caller, agentTone("1001"))
	st.hears(agent, callerTone)

	st.order("1001", cti.OrderTransfer, "1002")
	receiver := st.next(second)
	if got := receiver.Caller().Number; got != from {
		t.Errorf("the receiver's phone shows %q, not the caller's number", got)
	}
	st.fact(from, cti.CallConsulted, 1)
	st.hears(agent, agentTone("1002"))
	st.hears(receiver, agentTone("1001"))
	st.hearsNo(caller, agentTone("1001"))
	if _, heard := caller.Heard().Tone(float64(agentTone("1002").Hz)); heard {
		t.Error("the caller has heard what the agents say to each other")
	}
	var refused *cti.OrderError
	if err := st.svc.order(deadline(t), cti.Order{Agent: "1001", Verb: cti.OrderHold}); !errors.As(err, &refused) || refused.Unknown {
		t.Errorf("hold in a consultation: %v", err)
	}

	st.order("1001", cti.OrderComplete, "")
	st.hears(caller, agentTone("1002"))
	st.hears(receiver, callerTone)
	if _, err := agent.WaitEnded(deadline(t)); err != nil {
		t.Fatalf("who transferred is not let go: %v", err)
	}
	st.state("1001", cti.Ready)
	st.hangup(caller)
	r := st.record(from)
	if len(r.Transfers) != 1 || *r.Transfers[0].Result != "completed" || r.Transfers[0].To != "1002" || r.Transfers[0].From != "1001" ||
		!r.Transfers[0].Consent || r.Transfers[0].ConsultedAt == nil {
		t.Errorf("transfers on record: %+v", r.Transfers)
	}
	if len(r.Holds) != 1 || r.Holds[0].EndedAt == nil {
		t.Errorf("holds on record: %+v", r.Holds)
	}
	if len(r.Legs) != 3 || len(r.Offers) != 2 || *r.Agent != "1001" || *r.EndedBy != "caller" || len(r.Recordings) != 1 {
		t.Errorf("legs %+v, offers %+v, first agent %v", r.Legs, r.Offers, r.Agent)
	}
	st.seamless()
}

// TestReceiverIsBriefed: the receiver's desk has who is passed on to him, and what is
// written of it, before his phone rings; the record keeps what he saw (requirement D1).
func TestReceiverIsBriefed(t *testing.T) {
	const from = "13900000001"
	st := hotline(t, cti.DemoPlan(0))
	caller, _, _ := st.talk(from)
	second := st.agent("1002", phone.AnswerAfter(0))
	desk := st.public.Reader(bus.ReaderOptions{Filters: []string{"hotline.demo.agent.1002.>"}})
	defer desk.Close()
	next := func() cti.Fact {
		f, _, err := desk.Next(deadline(t))
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	for next().Kind != cti.AgentReady {
	}
	sheet := cti.Sheet{{Name: "matter", Value: "smells gas, \u2028'; DROP\x00 TABLE"}, {Name: "place", Value: "江湾路 8 号"}}
	ordered := make(chan error, 1)
	go func() {
		ordered <- st.svc.order(deadline(t), cti.Order{Agent: "1001", Verb: cti.OrderTransfer, To: "1002", Reason: "his meter", Consent: true, Sheet: sheet})
	}()
	told := next()
	at := time.Now()
	if err := <-ordered; err != nil {
		t.Fatal(err)
	}
	d, ok := told.Data.(*cti.BriefedData)
	if !ok || d.By != "1001" || d.Caller.Number != from || d.DID != "800100" || d.Reason != "his meter" || !d.Consent || !slices.Equal(d.Sheet, sheet) {
		t.Errorf("briefed: %s %+v", told.Kind, told.Data)
	}
	rang, _ := st.next(second).Find(phone.Incoming)
	t.Logf("the desk knew %v before the phone rang", rang.At.Sub(at))
	if !at.Before(rang.At) {
		t.Errorf("the desk was told %v after the phone rang", at.Sub(rang.At))
	}
	st.fact(from, cti.CallConsulted, 1)
	st.order("1001", cti.OrderComplete, "")
	st.hears(caller, agentTone("1002"))
	st.hangup(caller)
	r := st.record(from)
	if got := r.Transfers[0].Sheet; len(got) != 2 || got[0].Value != "smells gas, \u2028'; DROP\u2400 TABLE" || got[1] != sheet[1] {
		t.Errorf("the sheet on record: %+v", got)
	}
}

// TestRecordingGoesOn: whoever gets the caller is on the recording. Asterisk by itself
// loses half of the receivers (asterisk issue 507).
func TestRecordingGoesOn(t *testing.T) {
	const from = "13900000001"
	st := hotline(t, cti.DemoPlan(0))
	caller, _, _ := st.talk(from)
	const enough = time.Second // to be found in the file
	st.hearsFor(caller, agentTone("1001"), enough)
	has := cti.AgentID("1001")
	agents := []cti.AgentID{"1002", "1003", "1004", "1005", "1006"}
	for i, to := range agents {
		next := st.agent(string(to), phone.AnswerAfter(0))
		st.order(has, cti.OrderTransfer, string(to))
		st.next(next)
		st.fact(from, cti.CallConsulted, i+1)
		st.order(has, cti.OrderComplete, "")
		has = to
		st.hearsFor(caller, agentTone(string(to)), enough)
	}
	st.hangup(caller)
	sounds := recorded(t, st.recording(st.record(from)))
	for _, want := range append(agents, "1001") {
		if !slices.ContainsFunc(sounds, func(s tone.Sound) bool { return s.Is(float64(agentTone(string(want)).Hz)) }) {
			t.Errorf("agent %s is not on the recording: %+v", want, sounds)
		}
	}
}

// recorded are the tones in a recording.
func recorded(t *testing.T, file string) []tone.Sound {
	t.Helper()
	b := finished(t, file)
	const header, frame = 44, 2 * 160
	var d tone.Detector
	at := time.Time{}
	for i := header; i+frame <= len(b); i += frame {
		pcm := make([]int16, frame/2)
		for j := range pcm {
			pcm[j] = int16(binary.LittleEndian.Uint16(b[i+2*j:]))
		}
		at = at.Add(20 * time.Millisecond)
		d.Write(pcm, at)
	}
	return d.Sounds()
}

// finished reads a recording when the switch has written the last of it.
func finished(t *testing.T, file string) (b []byte) {
	t.Helper()
	until(t, func(context.Context) (bool, string) {
		var err error
		if b, err = os.ReadFile(file); err != nil {
			t.Fatal(err)
		}
		m, err := wav.Read(bytes.NewReader(b))
		return err == nil && m.Finished && m.Length > 0, fmt.Sprintf("the recording is never finished: %+v, %v", m, err)
	})
	return b
}

// TestTransferByCode: a desk phone's keys do the same. The receiver declines, and
// the two talk on; the second time he hangs up on the agent, who passes the caller on
// blindly, which the receiver takes.
func TestTransferByCode(t *testing.T) {
	const from = "13900000001"
	st := hotline(t, cti.DemoPlan(0))
	caller, agent, _ := st.talk(from)
	second := st.agent("1002", phone.Decline())
	press := func(digits string) {
		t.Helper()
		if err := agent.Press(deadline(t), digits, phone.RFC4733); err != nil {
			t.Fatal(err)
		}
	}
	press("*21002#")
	st.fact(from, cti.TransferEnded, 1)
	st.fact(from, cti.CallJoined, 2)
	st.hears(caller, agentTone("1001"))
	second.SetPolicy(phone.AnswerAfter(0))
	press("*21002#")
	st.fact(from, cti.CallConsulted, 1)
	st.next(second)
	receiver := st.next(second)
	st.hears(agent, agentTone("1002"))
	st.hangup(receiver)
	st.fact(from, cti.CallJoined, 3)
	st.hears(caller, agentTone("1001"))
	press("*11002#")
	st.fact(from, cti.CallTransferred, 1)
	st.hears(caller, agentTone("1002"))
	if _, err := agent.WaitEnded(deadline(t)); err != nil {
		t.Fatal(err)
	}
	st.hangup(caller)
	var results []string
	for _, tr := range st.record(from).Transfers {
		results = append(results, *tr.Result)
	}
	if len(results) != 3 || results[0] != "declined" || results[1] != "receiver_left" || results[2] != "completed" {
		t.Errorf("transfers on record: %v", results)
	}
}

// TestTransferorDies: the phone of who transfers dies while he consults: the caller
// is the receiver's.
func TestTransferorDies(t *testing.T) {
	const from = "13900000001"
	st := hotline(t, cti.DemoPlan(0))
	caller, agent, _ := st.talk(from)
	second := st.agent("1002", phone.AnswerAfter(0))
	st.order("1001", cti.OrderTransfer, "1002")
	receiver := st.next(second)
	st.fact(from, cti.CallConsulted, 1)
	st.hangup(agent)
	st.hears(caller, agentTone("1002"))
	st.hears(receiver, callerTone)
	st.hangup(receiver)
	if r := st.record(from); len(r.Transfers) != 1 || *r.Transfers[0].Result != "completed" || *r.EndedBy != "agent" {
		t.Errorf("transfers %+v, ended by %s", r.Transfers, *r.EndedBy)
	}
}

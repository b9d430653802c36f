package service

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"sansheng/cti"
	"sansheng/pbx/sip/phone"
	"sansheng/pbx/sip/tone"
	"sansheng/store"
	"sansheng/store/ticket"
)

// messageLampNumber is what a key watches to show messages.
const messageLampNumber = "1900"

// messagePlan is closed, and its messages have a lamp on the phones of who takes them.
func messagePlan() *cti.Plan {
	p := nightPlan(false)
	p.Companies[0].Lamps = true
	p.Companies[0].Voicemail = &cti.Voicemail{Lamp: messageLampNumber}
	p.Companies[1].Outside = []cti.DialRule{{Role: cti.DialAgent, Prefixes: []string{"021", "13"}}}
	return p
}

// speaks waits until a message of more than 2 s is recorded, by the fact that it begins, and
// gives its file.
func (st *stack) speaks(began cti.Fact) string {
	st.t.Helper()
	d, ok := began.Data.(*cti.MailSteppedData)
	if !ok || d.Step != cti.MailRecording {
		st.t.Fatalf("he is at %+v, not recorded", began.Data)
	}
	file := st.recordingFile(d.Recording)
	until(st.t, func(context.Context) (bool, string) {
		info, err := os.Stat(file)
		return err == nil && info.Size() > 3*16000, "no message is recorded"
	})
	return file
}

// mailStep wants the n-th step of a caller's message to be this.
func (st *stack) mailStep(from string, n int, want cti.MailStep) cti.Fact {
	st.t.Helper()
	f := st.fact(from, cti.CallMailStepped, n)
	if d := f.Data.(*cti.MailSteppedData); d.Step != want {
		st.t.Fatalf("step %d is %s, want %s", n, d.Step, want)
	}
	return f
}

// leaving brings a caller to where he is recorded.
func (st *stack) leaving(from string) *phone.Call {
	st.t.Helper()
	caller := st.dial(from, "800200")
	if err := caller.WaitSound(deadline(st.t)); err != nil {
		st.t.Fatal(err)
	}
	st.press(caller, "5") // it is none of the menu's
	st.mailStep(from, 1, cti.MailGreeting)
	return caller
}

// voicemail is the ticket of a call's message.
func (st *stack) voicemail(call cti.CallID, ok func(store.Ticket) bool) store.Ticket {
	st.t.Helper()
	var found store.Ticket
	until(st.t, func(ctx context.Context) (bool, string) {
		list, err := st.svc.records.Tickets(ctx, store.TicketFilter{Kind: string(ticket.Voicemail), Call: string(call)})
		if err != nil || len(list) != 1 || list[0].Message == nil {
			return false, fmt.Sprintf("tickets %+v, %v", list, err)
		}
		found = list[0]
		return ok(found), fmt.Sprintf("ticket %+v, message %+v", found, found.Message)
	})
	return found
}

// TestMessage: a caller by night leaves a message, hears it, records it anew, and has
// another number called. It is a ticket, with its file and hash, and lights a key until
// somebody takes it; a second one is told who has it.
func TestMessage(t *testing.T) {
	const from, other = "13900000071", "02155550001"
	st := hotline(t, messagePlan())
	desk := st.agent("1010", phone.NoAnswer())
	if err := desk.Subscribe(deadline(t), messageLampNumber, "dialog", dialogInfo, time.Minute); err != nil {
		t.Fatal(err)
	}
	k := key{st, desk}
	k.told("dialog", "<state>terminated</state>")

	caller := st.leaving(from)
	first := st.speaks(st.mailStep(from, 2, cti.MailRecording))
	st.press(caller, "#")
	st.mailStep(from, 3, cti.MailMenu)
	st.press(caller, "2")
	st.mailStep(from, 4, cti.MailListening)
	st.hears(caller, callerTone)
	st.press(caller, "3")
	second := st.speaks(st.mailStep(from, 5, cti.MailRecording))
	st.press(caller, "#")
	st.mailStep(from, 6, cti.MailMenu)
	if _, err := os.Stat(first); !errors.Is(err, os.ErrNotExist) {
		until(t, func(context.Context) (bool, string) {
			_, err := os.Stat(first)
			return errors.Is(err, os.ErrNotExist), "the first recording is there still"
		})
	}
	st.press(caller, "1")
	if d := st.mailStep(from, 7, cti.MailNumber).Data.(*cti.MailSteppedData); d.Number != from {
		t.Errorf("asked for %s", d.Number)
	}
	st.press(caller, "2")
	st.mailStep(from, 8, cti.MailEntering)
	if err := caller.Press(deadline(t), "999999#", phone.RFC4733); err != nil { // nobody may dial that
		t.Fatal(err)
	}
	if err := caller.WaitSound(deadline(t)); err != nil {
		t.Fatal(err)
	}
	if err := caller.Press(deadline(t), other+"#", phone.RFC4733); err != nil {
		t.Fatal(err)
	}
	if d := st.mailStep(from, 9, cti.MailNumber).Data.(*cti.MailSteppedData); d.Number != other {
		t.Errorf("asked for %s", d.Number)
	}
	st.press(caller, "1")
	left := st.fact(from, cti.CallMessageLeft, 1)
	if _, err := caller.WaitEnded(deadline(t)); err != nil {
		t.Fatal(err)
	}
	k.told("dialog", "<state>confirmed</state>")

	ticket := st.voicemail(left.Call, func(x store.Ticket) bool { return x.Message.SHA256 != "" })
	m := ticket.Message
	if m.Number != other || m.Box != "service" || ticket.Caller != from || ticket.Owner != nil || ticket.State != "open" ||
		m.Checked != store.RecordingGood || m.LengthMs < 2000 || second != st.recordingFile(m.Recording) {
		t.Errorf("ticket %+v, message %+v", ticket, m)
	}
	if r := st.record(from); len(r.Tickets) != 1 || r.Abandoned || len(r.Recordings) != 2 {
		t.Errorf("tickets %+v, abandoned %t, recordings %+v", r.Tickets, r.Abandoned, r.Recordings)
	}
	st.taken(left.Call, k)
}

// taken has two people take a message: who is first has it, hears it and finishes with it.
func (st *stack) taken(call cti.CallID, k key) {
	t := st.t
	t.Helper()
	messages := callersMessages{st.svc}
	if err := messages.TakeMessage(deadline(t), cti.TakeMessage{Call: call, By: "1001"}); err != nil {
		t.Fatal(err)
	}
	k.told("dialog", "<state>terminated</state>")
	var refused *cti.MessageError
	err := messages.TakeMessage(deadline(t), cti.TakeMessage{Call: call, By: "1002"})
	if !errors.As(err, &refused) || refused.Unknown || !strings.Contains(refused.Text, "1001 has it") {
		t.Errorf("the second one takes it: %v", err)
	}
	ticket := st.voicemail(call, func(x store.Ticket) bool { return x.Owner != nil })
	sound, err := messages.Sound(deadline(t), ticket.Message.Recording)
	if err != nil {
		t.Fatal(err)
	}
	defer sound.Close()
	heard, err := io.ReadAll(sound)
	file, ferr := os.ReadFile(st.recordingFile(ticket.Message.Recording))
	if err != nil || ferr != nil || !bytes.Equal(heard, file) {
		t.Errorf("he hears %d bytes, %v, of %d, %v", len(heard), err, len(file), ferr)
	}
	if err := messages.FinishMessage(deadline(t), cti.FinishMessage{Call: call, By: "1002", Result: "no"}); !errors.As(err, &refused) {
		t.Errorf("another one finishes with it: %v", err)
	}
	if err := messages.FinishMessage(deadline(t), cti.FinishMessage{Call: call, By: "1001", Result: "called back"}); err != nil {
		t.Fatal(err)
	}
	ticket = st.voicemail(call, func(x store.Ticket) bool { return x.State == "closed" })
	if *ticket.Owner != "1001" || ticket.Message.Result != "called back" || ticket.ClosedAt == nil {
		t.Errorf("ticket %+v, message %+v", ticket, ticket.Message)
	}
}

// TestMessageSilence: who has said everything and presses nothing has left it, with the number
// he calls from, and is never in silence for 5 s; who says nothing at all is asked once more,
// and is one to call back, as others whom nobody answered.
func TestMessageSilence(t *testing.T) {
	const speaks, mute = "13900000073", "13900000074"
	st := hotline(t, messagePlan())
	silent := st.leaving(mute)
	silent.Send(tone.Tone{})
	caller := st.leaving(speaks)
	st.speaks(st.mailStep(speaks, 2, cti.MailRecording))
	caller.Send(tone.Tone{})
	said := time.Now()
	st.mailStep(speaks, 3, cti.MailMenu)
	if err := caller.WaitSound(deadline(t)); err != nil {
		t.Fatal(err)
	}
	if gap := time.Since(said); gap > 5*time.Second {
		t.Errorf("he waits %v in silence for the menu", gap)
	}
	caller.ResetGap()
	st.mailStep(speaks, 4, cti.MailFarewell)
	if d := st.fact(speaks, cti.CallMailRecorded, 1).Data.(*cti.MailRecordedData); d.End != cti.RecordedSilence || !d.Kept || d.Estimated || d.LengthMs < 2500 || d.LengthMs > 5000 {
		t.Errorf("recorded %+v", d)
	}
	if d := st.fact(speaks, cti.CallMessageLeft, 1).Data.(*cti.MessageLeftData); d.Number != speaks || d.Recording == "" {
		t.Errorf("left %+v", d)
	}
	if _, err := caller.WaitEnded(deadline(t)); err != nil {
		t.Fatal(err)
	}
	st.patient(caller)

	st.mailStep(mute, 3, cti.MailUnheard)
	st.mailStep(mute, 5, cti.MailFarewell)
	if _, err := silent.WaitEnded(deadline(t)); err != nil {
		t.Fatal(err)
	}
	r := st.record(mute)
	if len(r.Tickets) != 1 || r.Tickets[0].Kind != ticket.Callback || !r.Abandoned || len(r.Recordings) != 1 {
		t.Errorf("tickets %+v, abandoned %t, recordings %+v", r.Tickets, r.Abandoned, r.Recordings)
	}
}

// TestMessageUntaken: a message that nobody takes is an alarm, until somebody does; in hours
// after its time, outside at their beginning.
func TestMessageUntaken(t *testing.T) {
	due := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	m := cti.MessageView{Call: "c1", Box: "service", DueAt: due}
	if err := untaken([]cti.MessageView{m}, due.Add(-time.Second)); err != nil {
		t.Errorf("before its time: %v", err)
	}
	if err := untaken([]cti.MessageView{m}, due); err == nil || !strings.Contains(err.Error(), "c1") {
		t.Errorf("after its time: %v", err)
	}
	m.TakenBy = "1001"
	if err := untaken([]cti.MessageView{m}, due.Add(time.Hour)); err != nil {
		t.Errorf("taken: %v", err)
	}
}

// TestMessageEngineKilled: the engine dies while he speaks. He speaks on; the next engine
// asks him what is to become of it, and keeps it when he hangs up.
func TestMessageEngineKilled(t *testing.T) {
	const from = "13900000072"
	p := startPair(t, messagePlan())
	caller := p.leaving(from)
	p.mailStep(from, 2, cti.MailRecording)
	p.a.kill()
	p.leads(p.b, 1)
	p.speaks(p.fact(from, cti.CallMailStepped, 2))
	p.press(caller, "#")
	p.mailStep(from, 3, cti.MailMenu)
	p.hangup(caller)
	left := p.fact(from, cti.CallMessageLeft, 1)
	if d := left.Data.(*cti.MessageLeftData); d.LengthMs < 2000 || d.Number != from {
		t.Errorf("left %+v", d)
	}
}

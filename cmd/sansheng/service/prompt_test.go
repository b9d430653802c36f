package service

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sansheng/cmd/sansheng/config"
	"sansheng/cti"
	"sansheng/cti/web"
	"sansheng/pbx/sip/phone"
	"sansheng/pbx/sip/tone"
)

// recordingOf is a tone of 4 s as somebody may send it: WAV of two channels at 44.1 kHz.
func recordingOf(t tone.Tone) []byte {
	const rate, channels = 44100, 2
	var data bytes.Buffer
	for i := range 4 * rate {
		v := int16(3000 * math.Sin(2*math.Pi*float64(t.Hz)*float64(i)/rate))
		_ = binary.Write(&data, binary.LittleEndian, []int16{v, v})
	}
	var b bytes.Buffer
	b.WriteString("RIFF")
	_ = binary.Write(&b, binary.LittleEndian, uint32(36+data.Len()))
	b.WriteString("WAVEfmt ")
	_ = binary.Write(&b, binary.LittleEndian, uint32(16))
	_ = binary.Write(&b, binary.LittleEndian, []uint16{1, channels})
	_ = binary.Write(&b, binary.LittleEndian, []uint32{rate, rate * channels * 2})
	_ = binary.Write(&b, binary.LittleEndian, []uint16{channels * 2, 16})
	b.WriteString("data")
	_ = binary.Write(&b, binary.LittleEndian, uint32(data.Len()))
	b.Write(data.Bytes())
	return b.Bytes()
}

// operator asks the API as an administrator does.
type operator struct {
	st       *stack
	password string
}

// ask wants a status and returns what was said.
func (o operator) ask(status int, method, path string, body []byte) []byte {
	t := o.st.t
	t.Helper()
	r, err := http.NewRequestWithContext(deadline(t), method, "http://"+o.st.svc.web.Addr()+"/api/v1/prompts"+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.SetBasicAuth("9001", o.password)
	if bytes.HasPrefix(body, []byte("{")) {
		r.Header.Set("Content-Type", "application/json")
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	said, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != status {
		t.Fatalf("%s %s: %s %s %v, want %d", method, path, res.Status, said, err, status)
	}
	return said
}

// TestOwnPrompts: a recording that an operator sends is what the next caller hears, of his
// company only; he hears it on a phone; undone, callers hear what they heard before.
func TestOwnPrompts(t *testing.T) {
	t.Parallel()
	cfg := config.Default()
	cfg.Data, cfg.Hotline = dataFolder(t), nightPlan(false)
	_, made, err := web.CreateAccounts(filepath.Join(cfg.Data, web.AccountsFile), []web.Account{{Number: "9001", Role: web.Administrator, Company: "demo"}})
	if err != nil {
		t.Fatal(err)
	}
	st := startStack(t, cfg)
	op := operator{st, made[0].Password}
	const closed = "/closed?company=demo2"
	first, second := tone.Tone{Hz: 900}, tone.Tone{Hz: 1500}
	add := func(what tone.Tone, version int) {
		t.Helper()
		var v web.PromptVersion
		if err := json.Unmarshal(op.ask(200, "PUT", "/closed/audio?company=demo2", recordingOf(what)), &v); err != nil {
			t.Fatal(err)
		}
		if v.Version != version || v.By != "9001" || v.Voice != "person" || v.Format != "WAV" || math.Abs(float64(v.LengthMs)-4000) > 50 || math.Abs(v.Loudness+18) > 0.2 || len(v.Warnings) > 0 {
			t.Errorf("version %+v", v)
		}
	}
	calls := func(from string, hears ...tone.Tone) {
		t.Helper()
		caller := st.dial(from, "800200")
		for _, what := range hears {
			st.hears(caller, what)
		}
		if len(hears) == 0 {
			st.fact(from, cti.CallStepped, 2)
			if err := caller.WaitSound(deadline(t)); err != nil {
				t.Fatal(err)
			}
			for _, what := range []tone.Tone{first, second} {
				if slices.ContainsFunc(caller.Heard().Tones, func(s tone.Sound) bool { return s.Is(float64(what.Hz)) }) {
					t.Errorf("he hears %d Hz", what.Hz)
				}
			}
		}
		st.hangup(caller)
	}
	add(first, 1)
	calls("13900000071", first)
	listening := st.dial("13900000072", "800200")
	st.hears(listening, first)
	add(second, 2)
	calls("13900000073", second)
	st.hangup(listening)

	op.ask(409, "POST", "/closed/hear?company=demo2", []byte(`{"phone":"1002"}`)) // not registered
	op.ask(404, "POST", "/closed/hear?company=demo2", []byte(`{"phone":"13800138000"}`))
	op.ask(404, "POST", "/nothing/hear?company=demo2", []byte(`{"phone":"1002"}`))
	desk := st.agent("1001", phone.AnswerAfter(0))
	op.ask(204, "POST", "/closed/hear?company=demo2", []byte(`{"phone":"1001"}`))
	heard := st.next(desk)
	st.hears(heard, second)
	if _, err := heard.WaitEnded(deadline(t)); err != nil { // it lasts as long as the prompt
		t.Fatal(err)
	}
	until(t, func(ctx context.Context) (bool, string) { // the phone has said goodbye before the switch has cleared the channel
		e, err := st.svc.link.Client().Endpoints.Get(ctx, "PJSIP", "1001")
		return err == nil && len(e.ChannelIDs) == 0, fmt.Sprintf("phone 1001 has %v, %v", e.ChannelIDs, err)
	})
	op.ask(204, "POST", "/closed/hear?company=demo", []byte(`{"phone":"1001"}`)) // another company's is as it was
	heard = st.next(desk)
	if err := heard.WaitSound(deadline(t)); err != nil {
		t.Fatal(err)
	}
	if slices.ContainsFunc(heard.Heard().Tones, func(s tone.Sound) bool { return s.Is(1500) }) {
		t.Errorf("it hears %+v", heard.Heard())
	}
	st.hangup(heard)

	if said := string(op.ask(409, "DELETE", closed, nil)); !strings.Contains(said, "flow night, node closed") {
		t.Errorf("removed: %s", said)
	}
	op.ask(200, "POST", "/closed/undo?company=demo2", nil)
	calls("13900000074", first)
	op.ask(200, "POST", "/closed/undo?company=demo2", nil)
	calls("13900000075")
	st.seesPrompt(op)
}

// seesPrompt checks what is shown of the prompt, and what is on record.
func (st *stack) seesPrompt(op operator) {
	st.t.Helper()
	var spoken web.PromptVersion
	if err := json.Unmarshal(op.ask(200, "PUT", "/welcome/text", []byte(`{"text":"欢迎致电"}`)), &spoken); err != nil || spoken.Voice != "placeholder" || spoken.LengthMs < 300 {
		st.t.Errorf("spoken: %+v, %v", spoken, err)
	}
	op.ask(200, "DELETE", "/welcome", nil)
	op.ask(415, "PUT", "/closed/audio", []byte("what is this"))
	op.ask(422, "PUT", "/closed/audio", recordingOf(tone.Tone{Hz: 900})[:1000])
	op.ask(422, "PUT", "/Closed/audio", recordingOf(tone.Tone{Hz: 900}))
	op.ask(404, "GET", "/not-there", nil)
	var p web.PromptView
	if err := json.Unmarshal(op.ask(200, "GET", "/closed?company=demo2", nil), &p); err != nil {
		st.t.Fatal(err)
	}
	if p.Plays != "shipped" || p.Voice != "placeholder" || p.LengthMs < 500 || len(p.Versions) != 4 || p.Versions[3].How != "undone" || p.Versions[0].Source == "" ||
		len(p.Used) != 1 || p.Used[0].Where != "flow night, node closed" {
		st.t.Errorf("%+v", p)
	}
	var list web.Prompts
	if err := json.Unmarshal(op.ask(200, "GET", "", nil), &list); err != nil || !slices.ContainsFunc(list.Prompts, func(p web.PromptView) bool { return p.Name == "apology" && p.Plays == "shipped" }) {
		st.t.Errorf("%+v, %v", list, err)
	}
	facts := st.await("six changes", func(facts []cti.Fact) bool {
		return len(slices.DeleteFunc(slices.Clone(facts), func(f cti.Fact) bool { return f.Kind != cti.PromptChanged })) == 6
	})
	for _, f := range facts {
		if d, ok := f.Data.(*cti.PromptData); ok && d.Name == "closed" && (f.Company != "demo2" || d.By != "9001" || d.Language != "zh" || (d.SHA256 == "") != (d.Version == 4)) {
			st.t.Errorf("%s %+v", f.Company, d)
		}
	}
}

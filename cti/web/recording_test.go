package web

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"sansheng/store"
)

type sound struct{ *bytes.Reader }

func (sound) Close() error { return nil }

// withRecording gives the first call a recording with sides, and answers what was opened.
func withRecording(st *stand) *[]string {
	c := &st.memory.calls[0]
	ended := c.StartedAt.Add(time.Minute)
	c.EndedAt, c.Recordings = &ended, []store.Recording{{Name: "c1/c1", BeganAt: c.StartedAt}, {Name: "gone", BeganAt: c.StartedAt}}
	c.RecordingChecks = []store.RecordingCheck{{Name: "c1/c1", Result: store.RecordingGood, Sides: []store.RecordingSide{
		{Side: "caller", Name: "c1/c1-caller"}, {Side: "agent", Name: "c1/c1-agent"},
	}}}
	var opened []string
	st.sounds = func(_ context.Context, name string) (io.ReadSeekCloser, error) {
		opened = append(opened, name)
		if name == "gone" {
			return nil, fmt.Errorf("%w: %s", ErrNoSound, name)
		}
		return sound{bytes.NewReader([]byte("RIFF of " + name))}, nil
	}
	return &opened
}

// TestRecordingSound: a recording is heard in parts and by sides, with a reason, by those who
// may see the call; that is in the log.
func TestRecordingSound(t *testing.T) {
	st := newStand(t)
	opened := withRecording(st)
	const path, why = "/api/v1/calls/c1/recordings/c1%2Fc1/sound", "?reason=complaint+about+the+price"
	for _, c := range []struct {
		account, path string
		status        int
		body          string
	}{
		{"1001", path + why, 200, "RIFF of c1/c1"},
		{"1001", path + why + "&side=caller", 200, "RIFF of c1/c1-caller"},
		{"2001", path + why + "&side=agent", 200, "RIFF of c1/c1-agent"},
		{"1001", path, 422, ""},
		{"1001", path + "?reason=1234", 422, ""},
		{"1001", path + why + "&side=both", 422, ""},
		{"1001", "/api/v1/calls/c1/recordings/c9/sound" + why, 404, ""},
		{"1001", "/api/v1/calls/c1/recordings/gone/sound" + why, 404, ""},
		{"1001", "/api/v1/calls/c1/recordings/gone/sound" + why + "&side=caller", 404, ""},
		{"1001", "/api/v1/calls/c1/recordings/..%2Fc1/sound" + why, 422, ""},
		{"1002", path + why, 404, ""},
		{"1001", "/api/v1/calls/c2/recordings/c1%2Fc1/sound" + why, 404, ""},
		{"4001", path + why, 403, ""},
		{"6001", path + why, 403, ""},
		{"9001", path + why, 200, "RIFF of c1/c1"},
	} {
		a := st.get(c.account, c.path)
		if a.StatusCode != c.status || c.status == 200 && (a.text != c.body || a.Header.Get("Content-Type") != "audio/wav") {
			t.Errorf("%s %s: %d %q", c.account, c.path, a.StatusCode, a.text)
		}
	}
	r := st.request("GET", path+why, "")
	r.SetBasicAuth("1001", st.passwords["1001"])
	r.Header.Set("Range", "bytes=5-6")
	if a := st.do(r); a.StatusCode != http.StatusPartialContent || a.text != "of" || a.Header.Get("Content-Range") != "bytes 5-6/13" {
		t.Errorf("a part: %d %q %v", a.StatusCode, a.text, a.Header)
	}
	heard := st.logs.FilterMessage("recording heard").All()
	if len(heard) != 5 || heard[0].LoggerName != "audit" || heard[0].ContextMap()["reason"] != "complaint about the price" || heard[1].ContextMap()["recording"] != "c1/c1-caller" {
		t.Errorf("%d opened, log %+v", len(*opened), heard)
	}
	destroyed := day
	st.memory.calls[0].RecordingChecks[0].DestroyedAt = &destroyed
	if a := st.get("1001", path+why); a.StatusCode != 404 {
		t.Errorf("destroyed: %d %s", a.StatusCode, a.text)
	}
	st.memory.calls[0].EndedAt = nil
	if a := st.get("1001", path+why); a.StatusCode != 409 {
		t.Errorf("going on: %d %s", a.StatusCode, a.text)
	}
}

// proofs is a ProofKeeper that has a proof of c1 and c3.
type proofs struct {
	faults []store.Fault
	state  ChainState
}

func (p *proofs) CallProof(_ context.Context, call string) (store.CallProof, error) {
	switch call {
	case "c1":
		return store.CallProof{Call: call, Company: "demo", Seals: []store.CheckedSeal{{N: 4, Of: "record", Hash: "h", PrevHash: "p", Good: true}}, Faults: p.faults}, nil
	case "c3":
		return store.CallProof{Call: call, Company: "demo2", Seals: []store.CheckedSeal{}, Faults: []store.Fault{{Problem: "record without a seal"}}}, nil
	}
	return store.CallProof{}, store.ErrOpenCall
}

func (p *proofs) Chains() ChainState { return p.state }

// TestCallProof: a verdict is by what was found in the rows, and in the chain as a whole.
func TestCallProof(t *testing.T) {
	st := newStand(t)
	p := &proofs{faults: []store.Fault{}, state: ChainState{
		CheckedAt: &day, Witnesses: []string{"/mnt/w"}, Companies: []CompanyChain{{Company: "demo", Seals: 3, At: day}, {Company: "demo2", Seals: 9, At: day}},
	}}
	st.proofs = p
	verdict := func(account, call string) (string, bool) {
		a := st.get(account, "/api/v1/calls/"+call+"/proof")
		if a.StatusCode != 200 {
			return a.Status, false
		}
		body := a.json(t)
		return body["verdict"].(string), body["witness"].(map[string]any)["covered"].(bool)
	}
	for _, c := range []struct {
		account, call, want string
		covered             bool
		first               func()
	}{
		{"1001", "c1", "good", false, nil},
		{"4001", "c1", "good", true, func() { p.state.Companies[0].Seals = 4 }},
		{"9001", "c3", "unsealed", false, nil},
		{"1001", "c3", "404 Not Found", false, nil},
		{"6001", "c1", "403 Forbidden", false, nil},
		{"2001", "c2", "409 Conflict", false, nil},
		{"1001", "c1", "good", false, func() { p.state.Late = "/mnt/w: it is no folder" }},
		{"1001", "c1", "altered", false, func() { p.state.Companies[0].Altered = "3 seals are left" }},
		{"1001", "c1", "altered", false, func() {
			p.state.Companies[0].Altered, p.faults = "", []store.Fault{{N: 4, Problem: "record changed after it was sealed"}}
		}},
	} {
		if c.first != nil {
			c.first()
		}
		if got, covered := verdict(c.account, c.call); got != c.want || covered != c.covered {
			t.Errorf("%s %s: %s, covered %t; want %s, %t", c.account, c.call, got, covered, c.want, c.covered)
		}
	}
	for account, companies := range map[string]int{"2001": 1, "9001": 2} {
		if got := len(st.get(account, "/api/v1/proof").json(t)["companies"].([]any)); got != companies {
			t.Errorf("%s sees %d companies' chains, want %d", account, got, companies)
		}
	}
}

// TestCallsOfCaller: calls are found by a whole number, by those who may see it.
func TestCallsOfCaller(t *testing.T) {
	st := newStand(t)
	for account, want := range map[string]int{"1001": 1, "2001": 1, "9001": 2} {
		if got := len(st.get(account, "/api/v1/calls?caller="+number1).json(t)["calls"].([]any)); got != want {
			t.Errorf("%s finds %d calls, want %d", account, got, want)
		}
	}
	for path, status := range map[string]int{"?caller=" + number1: 403, "": 200} {
		if a := st.get("4001", "/api/v1/calls"+path); a.StatusCode != status {
			t.Errorf("finance%s: %d", path, a.StatusCode)
		}
	}
}

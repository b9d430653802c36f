package web

import (
	"encoding/json"
	"testing"
	"time"
)

// What is told of something is its name and what is another, null where it is no more; all
// where it is new, nothing where nothing has changed.
func TestPatch(t *testing.T) {
	at := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	was := AgentState{Company: "demo", Agent: "1001", State: "Talking", Since: at, Call: "c1", Reachable: true}
	now := was
	now.State, now.Call = "WrapUp", ""
	for _, c := range []struct {
		was  *AgentState
		want string
	}{
		{&was, `{"agent":"1001","call":null,"state":"WrapUp"}`},
		{nil, `{"agent":"1001","company":"demo","reachable":true,"since":"2026-03-02T08:00:00Z","state":"WrapUp"}`},
		{&now, `null`},
	} {
		p, err := patchOf("agent", c.was, &now)
		if err != nil {
			t.Fatal(err)
		}
		if b, err := json.Marshal(p); err != nil || string(b) != c.want {
			t.Errorf("%s %v, want %s", b, err, c.want)
		}
	}
}

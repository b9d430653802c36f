package cti

import (
	"testing"
	"time"
)

// TestMeasure: two people talk for ten seconds; who was heard when, by seconds.
func TestMeasure(t *testing.T) {
	t.Parallel()
	spans := func(seconds ...float64) []span {
		var s []span
		for i := 0; i < len(seconds); i += 2 {
			at := func(x float64) time.Time { return epoch.Add(time.Duration(x * float64(time.Second))) }
			s = append(s, span{at(seconds[i]), at(seconds[i+1])})
		}
		return s
	}
	for name, c := range map[string]struct {
		talks, caller, agent []span
		want                 *ConductData
	}{
		"no talk": {},
		"nobody":  {talks: spans(0, 10), want: &ConductData{TalkMs: 10000, SilenceMs: 10000, LongestSilenceMs: 10000, CallerSilent: true}},
		"by turns": {
			talks: spans(0, 10), caller: spans(0, 4), agent: spans(5, 10),
			want: &ConductData{TalkMs: 10000, CallerMs: 4000, AgentMs: 5000, SilenceMs: 1000, LongestSilenceMs: 1000},
		},
		"at once": {
			talks: spans(0, 10), caller: spans(0, 6), agent: spans(4, 7),
			want: &ConductData{TalkMs: 10000, CallerMs: 6000, AgentMs: 3000, OverlapMs: 2000, SilenceMs: 3000, LongestSilenceMs: 3000},
		},
		"with a hold": {
			talks: spans(0, 4, 14, 20), caller: spans(0, 1, 19, 20), agent: spans(1, 2),
			want: &ConductData{TalkMs: 10000, CallerMs: 2000, AgentMs: 1000, SilenceMs: 7000, LongestSilenceMs: 5000},
		},
	} {
		got := measure(c.talks, c.caller, c.agent)
		if (got == nil) != (c.want == nil) || got != nil && *got != *c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

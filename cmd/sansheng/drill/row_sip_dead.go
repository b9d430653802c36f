package drill

import (
	"context"
	"strconv"
	"time"
)

var _ = register(&Row{
	Name:    "sip-dead",
	Fault:   "the switch's SIP side answers the sentinel no more while the process lives",
	Promise: "the test call notices, alarm ≤ 60 s, the phone on call rings ≤ 75 s",
	Run: func(ctx context.Context, t *Trial) error {
		t.Relay.Dead(true)
		t.Alarmed(ctx, "sip_dead", 60*time.Second)
		limit, cancel := context.WithDeadline(ctx, t.began.Add(90*time.Second))
		defer cancel()
		var rang time.Time
		_ = poll(limit, 50*time.Millisecond, func() (bool, error) {
			for _, c := range t.Agents.Calls() {
				if c.Agent == strconv.Itoa(onCallAgents) && c.IncomingAt.After(t.began) {
					rang = c.IncomingAt
					return true, nil
				}
			}
			return false, nil
		})
		if rang.IsZero() {
			rang = time.Now()
		}
		t.AtMost("the phone on call rang after", rang.Sub(t.began), 75*time.Second)
		t.Relay.Dead(false)
		t.Healed()
		return nil
	},
})

package drill

import (
	"context"
	"fmt"
	"time"

	"sansheng/cti"
	"sansheng/pbx/sip/phone"
)

var _ = register(&Row{
	Name:    "phones-return",
	Fault:   "500 phones register at once while calls come in",
	Promise: "all registered ≤ 60 s, no failed call",
	Scale: func(s Size) Size {
		s.Talking, s.Crowd = min(s.Talking, 20), 500
		return s
	},
	Run: func(ctx context.Context, t *Trial) error {
		_, behind := t.Webhook.Heard("task_backlog", true, time.Time{})
		t.Must(fmt.Sprintf("the switch was given %d new phones without falling behind", len(t.crowd)), !behind)
		began := time.Now()
		limit, cancel := context.WithTimeout(ctx, 90*time.Second)
		defer cancel()
		errC := make(chan error, len(t.crowd))
		for _, id := range t.crowd {
			go func() {
				p, err := phone.New(phone.Config{Number: string(id), Password: t.passwords[id], Server: t.SIPAddr(), KeepEvents: 20})
				if err == nil {
					t.mourn(p)
					err = p.Register(limit)
				}
				errC <- err
			}()
		}
		var failed []string
		callers, err := t.place(ctx, handLine, 50, 0)
		for range t.crowd {
			if err := <-errC; err != nil {
				failed = append(failed, err.Error())
			}
		}
		t.None("phones that could not register", failed)
		t.AtMost(fmt.Sprintf("%d phones registered after", len(t.crowd)), time.Since(began), 60*time.Second)
		if err != nil {
			return err
		}
		ready := func() (bool, error) {
			states, err := t.States(limit)
			if err != nil {
				return false, nil //nolint:nilerr // asked again
			}
			for _, id := range t.crowd {
				if states[string(id)].State != string(cti.Ready) {
					return false, nil
				}
			}
			return true, nil
		}
		err = poll(limit, 200*time.Millisecond, ready)
		t.AtMost("all of them shown ready after", time.Since(began), 60*time.Second, text(err)...)
		err = t.until(limit, callers, "be served", func(c *Caller) bool { return !c.Up() })
		t.Must("every caller meanwhile was served", err == nil, text(err)...)
		t.None("callers meanwhile who were thrown out", t.unserved(callers))
		t.Healed()
		return nil
	},
})

// mourn ends a phone with the stage.
func (st *Stage) mourn(p *phone.Phone) {
	st.Agents.mu.Lock()
	defer st.Agents.mu.Unlock()
	st.Agents.others = append(st.Agents.others, p)
}

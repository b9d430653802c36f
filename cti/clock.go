package cti

import "time"

// stepClock carries what is going on over to a clock that was set: what waits goes
// on with the time it had left, and no duration is longer or shorter for it.
func (h *Hotline) stepClock(by time.Duration) {
	step := func(times ...*time.Time) {
		for _, t := range times {
			if !t.IsZero() {
				*t = t.Add(by)
			}
		}
	}
	step(&h.lostAt)
	h.recalls.step(by)
	for _, a := range h.order {
		step(&a.Since, &a.CoolUntil, &a.LostAt, &a.DarkUntil)
		for i := range a.Dialled {
			step(&a.Dialled[i])
		}
	}
	for _, l := range h.legs {
		step(&l.hangupAt, &l.codeAt)
	}
	for _, cb := range h.callbacks {
		step(&cb.askedAt, &cb.due, &cb.until, &cb.stand.WaitsSince)
		for a, t := range cb.stand.Tried {
			step(&t)
			cb.stand.Tried[a] = t
		}
	}
	for _, m := range h.messages {
		step(&m.LeftAt, &m.TakenAt)
	}
	for _, l := range h.boxLamps {
		step(&l.darkUntil)
	}
	for _, c := range h.live {
		step(&c.RingbackAt, &c.ArrivedAt, &c.WaitsSince, &c.HeldAt, &c.QueuedAt, &c.EnteredAt, &c.FellAt, &c.BackAt, &c.RangAt, &c.DialledAt, &c.AnsweredAt, &c.HungUpAt, &c.CallerGoneAt,
			&c.LeaseAt, &c.PromptAt, &c.PromptOn, &c.ToldAt, &c.RemindAt, &c.JoinAt, &c.LeftAt, &c.RetryAt, &c.LingersAt, &c.FreedUntil, &c.RespyAt,
			&c.AloneSince, &c.OnCallTold, &c.VoicemailAt, &c.Mail.StepAt, &c.Mailing.keyBy, &c.Inquiry.BeganAt, &c.Inquiring.keyBy,
			&c.Broken.what.From, &c.Broken.what.Until)
		for _, a := range c.Asking {
			step(&a.since, &a.next)
		}
		if c.Walk != nil {
			step(&c.Walk.keyBy, &c.Walk.wholeAt, &c.Walk.answerBy)
		}
		for a, t := range c.Tried {
			step(&t)
			c.Tried[a] = t
		}
		for i := range c.Supervisions {
			step(&c.Supervisions[i].BeganAt)
		}
		for _, spans := range [][]span{c.Conduct.talks, c.Conduct.caller, c.Conduct.agent} {
			for i := range spans {
				step(&spans[i].from, &spans[i].to)
			}
		}
		for _, o := range c.offers() {
			step(&o.OfferedAt, &o.AlertedAt, &o.PickedUpAt)
		}
	}
}

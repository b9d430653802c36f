package engine

import (
	"context"
	"strings"
	"time"

	"go.uber.org/zap"

	"sansheng/cti"
	"sansheng/pbx"
)

// readLedger catches up with what happened while we were not there, before the
// snapshot is looked at: callers whom the native fallback served, answers and ends
// of channels with the switch's own time and cause. Without a ledger, ends are
// taken to be when they were found out, and marked as estimated.
func (e *Engine) readLedger(ctx context.Context, up pbx.LinkUp) {
	since := up.Time().Add(-ledgerOverlap)
	if heard := e.memory.heard; !heard.IsZero() && heard.Before(since) {
		since = heard.Add(-ledgerOverlap)
	}
	entries, ok := e.missed(ctx, since)
	if !ok {
		return
	}
	answeredAt(entries, up.Snapshot)
	e.catchUp(ctx, entries, time.Time{})
	e.endMissed(ctx, entries, up.Snapshot)
}

// missed are the entries since then, and since before where the ledger could not be read
// for them: the callers of that time have no record yet.
func (e *Engine) missed(ctx context.Context, since time.Time) ([]pbx.LedgerEntry, bool) {
	if !e.unread.IsZero() && e.unread.Before(since) {
		since = e.unread
	}
	entries, ok := e.entries(ctx, since)
	if e.unread = since; ok {
		e.unread = time.Time{}
	}
	return entries, ok
}

// early keeps an end that the switch tells while the link is being made. Others may have
// ended before it, while nobody listened: the ledger has them at LinkUp, and by whom a call
// was ended is a matter of who was first. It tells whether it did.
func (e *Engine) early(end pbx.Event) bool {
	if e.hotline.Linked() || e.cfg.Ledger == nil || e.cfg.Unreconciled {
		return false
	}
	e.ends = append(e.ends, end)
	return true
}

// tellEarly tells these ends, now that the ledger is read, should it not have them.
func (e *Engine) tellEarly(ctx context.Context) {
	for _, end := range e.ends {
		e.handle(ctx, e.cfg.Switch.Now(), end)
	}
	e.ends = nil
}

func (e *Engine) entries(ctx context.Context, since time.Time) ([]pbx.LedgerEntry, bool) {
	if e.cfg.Ledger == nil {
		return nil, false
	}
	entries, err := e.cfg.Ledger.Since(ctx, since)
	if err != nil {
		e.log.Warn("the switch's ledger cannot be read: ends found out later are estimated", zap.Error(err))
		return nil, false
	}
	return entries, true
}

// audit looks into the ledger now and then for callers we never saw: they were gone
// before they reached us, or fell back while the link was being made. Those of a moment
// ago may still be on their way to us as events.
func (e *Engine) audit(ctx context.Context, now time.Time) {
	if now.Before(e.auditAt) || !e.hotline.Linked() || e.cfg.Unaudited {
		return
	}
	e.auditAt = now.Add(auditEvery)
	if entries, ok := e.missed(ctx, now.Add(-ledgerOverlap)); ok {
		e.catchUp(ctx, entries, now.Add(-auditEvery))
	}
}

// catchUp makes the records of callers we did not see. Where before is set only
// calls that had ended, or fallen back, by then count.
func (e *Engine) catchUp(ctx context.Context, entries []pbx.LedgerEntry, before time.Time) {
	calls, joined := unseenCalls(entries)
	for _, u := range calls {
		known := e.memory.seen(u.Call)
		if j, ok := joined[u.Channel]; ok && !known && u.FellBackAt.IsZero() && !u.EndedAt.IsZero() {
			// Somebody else has brought them together, who does not share his facts with us.
			u.Agent, u.FellBackAt = agentOf(j.Endpoint), j.At
		}
		switch {
		case known && (u.FellBackAt.IsZero() || !e.hotline.Knows(u.Call) || !before.IsZero()):
		case !before.IsZero() && last(u).After(before):
		case u.EndedAt.IsZero() && u.FellBackAt.IsZero(): // on his way to us
		default:
			e.cfg.Metrics.repaired(repairLedgerCall, 1)
			e.handle(ctx, e.cfg.Switch.Now(), *u) // it has its own times; who waits now is not matched by them
		}
	}
}

// last is when a caller's call ended or, while it goes on, fell back.
func last(u *cti.Unseen) time.Time {
	if u.EndedAt.IsZero() {
		return u.FellBackAt
	}
	return u.EndedAt
}

// readServed asks the ledger who answered a caller in the native fallback, now
// that his channel is gone. It tells whether the ledger has all of it: the channel's
// end is the last that is written there.
func (e *Engine) readServed(ctx context.Context, gone pbx.ChannelGone, last bool) bool {
	call, since, ok := e.hotline.Native(gone.Channel)
	if !ok || e.cfg.Ledger == nil {
		return true
	}
	// The whole of his time there, and nothing of what the hotline did before: who is the
	// first to answer in it has served him.
	entries, err := e.cfg.Ledger.Since(ctx, since.Add(-time.Second))
	if err != nil {
		e.log.Warn("the switch's ledger cannot be read: who answered in the fallback is not known", zap.Error(err), zap.Bool("asked again", !last))
		return last
	}
	ended := false
	u := cti.Unseen{Call: call, Channel: gone.Channel, At: gone.Time(), EndedAt: gone.Time(), Cause: gone.Cause}
	for _, en := range entries {
		switch {
		case en.Kind == pbx.LedgerHangup && en.Channel == gone.Channel:
			u.HungUp, ended = en.Endpoint, true
		case cti.CallID(en.Call) != call:
		case en.Kind == pbx.LedgerServed:
			u.Agent = agentOf(en.Endpoint)
		case en.Kind == pbx.LedgerVoicemail:
			u.Voicemail, u.VoicemailAt = en.Recording, en.At
		}
	}
	if !ended && !last {
		return false
	}
	if u.Agent != "" || u.Voicemail != "" || u.HungUp != "" {
		e.handle(ctx, gone.Time(), u)
	}
	return true
}

// ledgerLag is how long after an event the ledger has it, unless the machine is busy:
// then it is asked up to ledgerLooks times, as long after one another.
const (
	ledgerLag   = 300 * time.Millisecond
	ledgerLooks = 20
)

// awaitLedger puts the end of a call that the switch served off until the ledger
// can say who served it. It tells whether it did. waited is how often it has.
func (e *Engine) awaitLedger(ctx context.Context, gone pbx.ChannelGone, waited int) bool {
	_, _, native := e.hotline.Native(gone.Channel)
	switch {
	case !native || e.cfg.Ledger == nil:
		return false
	case waited > 0 && e.readServed(ctx, gone, waited == ledgerLooks):
		return false
	}
	time.AfterFunc(ledgerLag, func() { e.inbox.put(message{input: gone, waited: waited + 1}) })
	return true
}

// unwatched is a caller who was gone before his end could be watched: the ledger
// knows when and why.
func (e *Engine) unwatched(ctx context.Context, failed pbx.CommandFailed) {
	watch, ok := e.goneUnwatched(failed)
	if !ok {
		return
	}
	entries, _ := e.entries(ctx, failed.Time().Add(-ledgerOverlap))
	for _, en := range entries {
		if en.Kind == pbx.LedgerHangup && en.Channel == watch.Channel {
			gone := pbx.ChannelGone{At: pbx.At(en.At), Channel: en.Channel, Cause: en.Cause}
			e.readServed(ctx, gone, true)
			e.cfg.Metrics.repaired(repairLedgerEnd, 1)
			e.handle(ctx, en.At, gone)
		}
	}
}

// goneUnwatched tells whether a refusal says that a channel of a live call is gone.
func (e *Engine) goneUnwatched(failed pbx.CommandFailed) (pbx.Watch, bool) {
	watch, ok := failed.Command.(pbx.Watch)
	return watch, ok && failed.Gone && e.hotline.HasLeg(watch.Channel)
}

// awaitEnd puts such a refusal off until the ledger has the channel's end for certain.
// It tells whether it did.
func (e *Engine) awaitEnd(failed pbx.CommandFailed) bool {
	if _, gone := e.goneUnwatched(failed); !gone || e.cfg.Ledger == nil {
		return false
	}
	time.AfterFunc(ledgerLag, func() { e.inbox.put(message{input: failed, waited: 1}) })
	return true
}

// agentOf is the agent whose device it is.
func agentOf(e pbx.EndpointID) cti.AgentID {
	_, number, _ := strings.Cut(string(e), "/")
	return cti.AgentID(number)
}

// answeredAt notes in a snapshot when its channels were answered.
func answeredAt(entries []pbx.LedgerEntry, s pbx.Snapshot) {
	at := map[pbx.ChannelID]time.Time{}
	for _, en := range entries {
		if en.Kind == pbx.LedgerAnswer {
			at[en.Channel] = en.At
		}
	}
	for i := range s.Channels {
		s.Channels[i].AnsweredAt = at[s.Channels[i].ID]
	}
}

// endMissed tells what became of the legs that the switch has no more: answered
// and ended at the times it noted.
func (e *Engine) endMissed(ctx context.Context, entries []pbx.LedgerEntry, s pbx.Snapshot) {
	there := map[pbx.ChannelID]bool{}
	for _, ch := range s.Channels {
		there[ch.ID] = true
	}
	missing := map[pbx.ChannelID]bool{}
	for _, id := range e.hotline.Channels() {
		missing[id] = !there[id]
	}
	for _, en := range entries {
		_, ours := missing[en.Channel]
		switch {
		case ours && en.Kind == pbx.LedgerAnswer:
			e.handle(ctx, en.At, pbx.ChannelAnswered{At: pbx.At(en.At), Channel: en.Channel})
		case missing[en.Channel] && en.Kind == pbx.LedgerHangup:
			gone := pbx.ChannelGone{At: pbx.At(en.At), Channel: en.Channel, Cause: en.Cause}
			e.readServed(ctx, gone, true)
			e.cfg.Metrics.repaired(repairLedgerEnd, 1)
			e.handle(ctx, en.At, gone)
		}
	}
}

// unseenCalls are the callers of the ledger with what became of them, in the
// order they came, and those who were brought together with a device.
func unseenCalls(entries []pbx.LedgerEntry) (order []*cti.Unseen, joined map[pbx.ChannelID]pbx.LedgerEntry) {
	ended := map[pbx.ChannelID]pbx.LedgerEntry{}
	joined = map[pbx.ChannelID]pbx.LedgerEntry{}
	calls := map[string]*cti.Unseen{}
	of := func(en pbx.LedgerEntry) *cti.Unseen {
		u := calls[en.Call]
		if u == nil {
			u = &cti.Unseen{
				Call: cti.CallID(en.Call), DID: en.DID, Caller: pbx.Party{Number: en.Caller}, Channel: en.Channel, At: en.At,
			}
			calls[en.Call] = u
			order = append(order, u)
		}
		return u
	}
	for _, en := range entries {
		switch en.Kind {
		case pbx.LedgerHangup:
			ended[en.Channel] = en
		case pbx.LedgerJoined:
			joined[en.Channel] = en
		case pbx.LedgerArrived:
			of(en)
		case pbx.LedgerFallback:
			u := of(en)
			u.FellBackAt, u.BySentinel = en.At, en.BySentinel
		case pbx.LedgerServed:
			if u := calls[en.Call]; u != nil {
				u.Agent = agentOf(en.Endpoint)
			}
		case pbx.LedgerVoicemail:
			if u := calls[en.Call]; u != nil {
				u.Voicemail, u.VoicemailAt = en.Recording, en.At
			}
		case pbx.LedgerAnswer:
		}
	}
	for _, u := range order {
		if end, ok := ended[u.Channel]; ok {
			u.EndedAt, u.Cause, u.HungUp = end.At.Truncate(time.Millisecond), end.Cause, end.Endpoint
		} else {
			u.Agent = "" // told when he has ended
		}
	}
	return order, joined
}

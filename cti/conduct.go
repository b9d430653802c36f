package cti

import (
	"slices"
	"time"

	"sansheng/pbx"
)

// conduct is who was heard when in a call's talks. It is measured by the switch, leg by
// leg; a restart forgets what was heard before it, and the measure says so.
type conduct struct {
	// talks are the times in which caller and agent were together.
	talks []span
	// caller and agent are the times in which each was heard.
	caller, agent []span
	// watched are the legs whose voices the switch tells of.
	watched map[pbx.ChannelID]bool
	// silent is the last step of the procedure for a caller who is not heard.
	silent int
	// quiet: the agent has not been heard for quietTold.
	quiet bool
	// partial: there was a talk before this engine measured.
	partial bool
}

// span is a time; it goes on while To is zero.
type span struct{ from, to time.Time }

// spansMost bounds what is remembered of one leg.
const spansMost = 20000

// voiceHang is how long a voice must be silent until the switch says that it ended.
const voiceHang = 600 * time.Millisecond

// The procedure for a caller who is not heard (requirement A3): after 3 s the agent says
// another sentence, after 3 s more he apologises, and 2 s later he may end the call.
var silentSteps = []time.Duration{3 * time.Second, 6 * time.Second, 8 * time.Second}

// open begins a span unless one is under way; shut ends it.
func open(s []span, at time.Time) []span {
	if n := len(s); n > 0 && s[n-1].to.IsZero() || n >= spansMost {
		return s
	}
	return append(s, span{from: at})
}

func shut(s []span, at time.Time) {
	if n := len(s); n > 0 && s[n-1].to.IsZero() {
		s[n-1].to = later(at, s[n-1].from)
	}
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// measured tells whether the voices of a call are measured.
func (h *Hotline) measured(c *call) bool { return h.companies[c.Company].Conduct }

// listenIn has the switch tell of the voices of a talk that has begun.
func (h *Hotline) listenIn(at time.Time, c *call) {
	if !h.measured(c) {
		return
	}
	k := &c.Conduct
	if k.watched == nil {
		k.watched = map[pbx.ChannelID]bool{}
		k.partial = k.partial || c.Met != 0 && c.Met != c.Taken
	}
	for _, ch := range []pbx.ChannelID{c.Channel, c.talkChannel()} {
		if !k.watched[ch] {
			k.watched[ch] = true
			h.do(pbx.DetectVoice{Channel: ch, Hang: voiceHang})
		}
	}
	if !c.KeyHeld {
		k.talks = open(k.talks, at)
	}
}

// listenOn goes on with a talk that another engine has measured: the switch tells of its voices
// still. Where the two are not in their bridge they are listened to when they are.
func (h *Hotline) listenOn(at time.Time, c *call, joined bool) {
	k := &c.Conduct
	if !h.measured(c) || c.Met == 0 || k.watched != nil {
		return
	}
	k.partial = true
	if !joined || !c.together() {
		return
	}
	k.watched = map[pbx.ChannelID]bool{c.Channel: true, c.talkChannel(): true}
	h.listenIn(at, c)
}

// parted ends what is measured of a talk.
func (c *call) parted(at time.Time) {
	k := &c.Conduct
	k.quiet = false
	shut(k.talks, at)
	shut(k.caller, at)
	shut(k.agent, at)
}

// voice notes that somebody is heard, or no more.
func (h *Hotline) voice(at time.Time, ch pbx.ChannelID, heard bool) {
	l := h.legs[ch]
	if l == nil || l.call.Conduct.watched == nil {
		return
	}
	k := &l.call.Conduct
	side := &k.caller
	if l.role != RoleCaller {
		if ch != l.call.talkChannel() {
			return
		}
		side = &k.agent
	}
	if !heard {
		shut(*side, at.Add(-voiceHang))
		return
	}
	if n := len(k.talks); n == 0 || !k.talks[n-1].to.IsZero() {
		return // to nobody
	}
	*side = open(*side, at)
	if l.role == RoleCaller {
		h.speaksAgain(at, l.call)
	}
}

// tickConduct takes the steps of the procedure for a caller who is not heard, and notes an
// agent who is not.
func (h *Hotline) tickConduct(now time.Time, c *call) {
	k := &c.Conduct
	since := k.quietSince()
	k.quiet = !since.IsZero() && c.State == CallTalking && !c.held() && now.Sub(since) >= quietTold
	if c.State != CallTalking || c.held() || k.partial || len(k.talks) != 1 || len(k.caller) > 0 || k.silent >= len(silentSteps) {
		return
	}
	if now.Sub(k.talks[0].from) >= silentSteps[k.silent] {
		k.silent++
		h.emitCall(now, c, CallerSilent, c.Agent, &SilentData{Step: k.silent})
	}
}

// quietTold is how long an agent is not heard in a talk until leaders are told.
const quietTold = 10 * time.Second

// quietSince is since when the agent is not heard in the talk that goes on; zero while he
// is, and where there is none.
func (k *conduct) quietSince() time.Time {
	n := len(k.talks)
	if n == 0 || !k.talks[n-1].to.IsZero() {
		return time.Time{}
	}
	since := k.talks[n-1].from
	if m := len(k.agent); m > 0 {
		if k.agent[m-1].to.IsZero() {
			return time.Time{}
		}
		since = later(since, k.agent[m-1].to)
	}
	return since
}

// concludeConduct puts on record what was measured.
func (h *Hotline) concludeConduct(at time.Time, c *call) {
	c.parted(at)
	if d := measure(c.Conduct.talks, c.Conduct.caller, c.Conduct.agent); d != nil {
		d.Partial = c.Conduct.partial
		h.emitCall(at, c, CallMeasured, c.talker(), d)
	}
}

// measure is what was heard of a talk, nil where there was none.
func measure(talks, caller, agent []span) *ConductData {
	if len(talks) == 0 {
		return nil
	}
	type edge struct {
		at   time.Time
		what int // 0 talk, 1 caller, 2 agent
		by   int // +1 begins, -1 ends
	}
	var edges []edge
	for what, spans := range [][]span{talks, caller, agent} {
		for _, s := range spans {
			edges = append(edges, edge{s.from, what, 1}, edge{s.to, what, -1})
		}
	}
	slices.SortStableFunc(edges, func(a, b edge) int { return a.at.Compare(b.at) })
	var sums [4]time.Duration // by who is heard: nobody, caller, agent, both
	var quiet, longest time.Duration
	var on [3]int
	for i, e := range edges {
		if i > 0 && on[0] > 0 {
			dt, who := e.at.Sub(edges[i-1].at), min(on[1], 1)+2*min(on[2], 1)
			sums[who] += dt
			if quiet += dt; who != 0 {
				quiet = 0
			}
			longest = max(longest, quiet)
		} else {
			quiet = 0
		}
		on[e.what] += e.by
	}
	return &ConductData{
		TalkMs:   MillisOf(sums[0] + sums[1] + sums[2] + sums[3]),
		CallerMs: MillisOf(sums[1] + sums[3]), AgentMs: MillisOf(sums[2] + sums[3]), OverlapMs: MillisOf(sums[3]),
		SilenceMs: MillisOf(sums[0]), LongestSilenceMs: MillisOf(longest),
		CallerSilent: len(caller) == 0,
	}
}

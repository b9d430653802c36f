package store

import (
	"context"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sansheng/cti"
	"sansheng/pbx"
)

// life draws legal facts of a few calls, interleaved as on a busy floor.
type life struct {
	t     *rapid.T
	at    time.Time
	facts []cti.Fact
}

func (l *life) tell(k cti.Kind, call string, agent cti.AgentID, d cti.Data) {
	l.at = l.at.Add(time.Duration(rapid.IntRange(0, 9000).Draw(l.t, "ms")) * time.Millisecond)
	seq := uint64(len(l.facts)) + 1
	l.facts = append(l.facts, cti.Fact{
		Version: cti.SchemaVersion, ID: fmt.Sprintf("e-%d", seq), Seq: seq, Engine: "e", At: l.at, Kind: k,
		Company: "demo",
		Call:    cti.CallID(call), Agent: agent, Data: d,
	})
}

// person is one call under way in a life.
type person struct {
	id                         string
	offers                     int
	offered, alerted, answered bool
	held, hungUp, ended, fell  bool
}

func (p *person) channel() pbx.ChannelID {
	return pbx.ChannelID(fmt.Sprintf("%s-agent%d", p.id, p.offers))
}

// step lets one thing happen to a call, chosen among what may.
func (l *life) step(p *person) {
	agent := cti.AgentID(fmt.Sprintf("10%02d", p.offers))
	if !p.offered && !p.answered {
		agent = cti.AgentID(fmt.Sprintf("10%02d", p.offers+1)) // the next to be asked
	}
	type option struct {
		may bool
		do  func()
	}
	end := func(d cti.Disposition) {
		p.ended = true
		secret := ""
		if rapid.Bool().Draw(l.t, "secret") {
			secret = hexSecret(cti.CallID(p.id))
		}
		l.tell(cti.CallEnded, p.id, "", &cti.Ended{By: cti.RoleCaller, Disposition: d, Cause: 16, Abandoned: !p.answered, Secret: secret})
	}
	options := []option{
		{!p.offered && !p.answered && !p.hungUp && !p.fell, func() {
			p.offers++
			p.offered = true
			l.tell(cti.CallOffered, p.id, agent, &cti.Offered{Queue: "service", Channel: p.channel(), Offer: p.offers})
		}},
		{p.offered && !p.alerted, func() {
			p.alerted = true
			l.tell(cti.CallAlerted, p.id, agent, &cti.Alerted{Channel: p.channel(), Offer: p.offers})
		}},
		{p.offered, func() {
			p.offered, p.alerted = false, false
			l.tell(cti.CallOfferEnded, p.id, agent, &cti.OfferEnded{Channel: p.channel(), Offer: p.offers, Result: cti.OfferMissed, Cause: 19, Rings: 3, RingMs: 15000})
			l.tell(cti.CallLegEnded, p.id, agent, &cti.LegEnded{Channel: p.channel(), Role: cti.RoleAgent, Cause: 19})
		}},
		{p.alerted && !p.hungUp, func() {
			p.offered, p.alerted, p.answered = false, false, true
			l.tell(cti.CallAnswered, p.id, agent, &cti.Answered{Queue: "service", Channel: p.channel(), Offer: p.offers, AgentRings: 1, WithinThreeRings: true})
			l.tell(cti.CallJoined, p.id, agent, &cti.Joined{Bridge: "b", Channels: []pbx.ChannelID{pbx.ChannelID(p.id), p.channel()}})
		}},
		{p.answered && !p.held, func() {
			p.held = true
			l.tell(cti.CallHeld, p.id, agent, &cti.HoldData{Channel: p.channel(), Role: cti.RoleAgent})
		}},
		{p.held, func() {
			p.held = false
			l.tell(cti.CallUnheld, p.id, agent, &cti.HoldData{Channel: p.channel(), Role: cti.RoleAgent})
		}},
		{p.answered && !p.hungUp, func() {
			p.answered, p.held = false, false
			l.tell(cti.CallLegEnded, p.id, agent, &cti.LegEnded{Channel: p.channel(), Role: cti.RoleAgent, Cause: 27})
			l.tell(cti.CallQueued, p.id, "", &cti.Queued{Queue: "service"})
		}},
		{!p.fell && !p.answered && !p.offered, func() {
			p.fell = true
			l.tell(cti.CallFellBack, p.id, "", &cti.FellBack{Reason: cti.FellByLimit})
		}},
		{!p.hungUp, func() {
			p.hungUp = true
			l.tell(cti.CallHungUp, p.id, "", &cti.HungUp{By: cti.RoleCaller})
		}},
		{p.hungUp, func() {
			l.tell(cti.CallLegEnded, p.id, "", &cti.LegEnded{Channel: pbx.ChannelID(p.id), Role: cti.RoleCaller, Cause: 16})
			if p.answered {
				end(cti.DispositionAnswered)
			} else {
				end(cti.DispositionNoAnswer)
			}
		}},
	}
	var may []func()
	for _, o := range options {
		if o.may {
			may = append(may, o.do)
		}
	}
	may[rapid.IntRange(0, len(may)-1).Draw(l.t, "what")]()
}

func drawLife(t *rapid.T) []cti.Fact {
	l := &life{t: t, at: storyStart}
	var people []*person
	for n := rapid.IntRange(5, 60).Draw(t, "steps"); n > 0; n-- {
		if len(people) == 0 || rapid.IntRange(0, 9).Draw(t, "new") == 0 {
			p := &person{id: fmt.Sprintf("c%d", len(people))}
			people = append(people, p)
			l.tell(cti.CallArrived, p.id, "", &cti.Arrived{DID: "800100", Channel: pbx.ChannelID(p.id), Direction: "inbound", Mode: cti.Greeted, Recording: p.id})
			l.tell(cti.CallQueued, p.id, "", &cti.Queued{Queue: "service"})
			continue
		}
		if p := rapid.SampledFrom(people).Draw(t, "who"); !p.ended {
			l.step(p)
		} else {
			l.tell(cti.RecordAmended, p.id, "", &cti.AmendedData{By: "2001", Reason: "wrong street", Text: "Lane 5"})
			l.tell(cti.RecordErased, p.id, "", &cti.ErasedData{By: "9001", Reason: "by law"})
			l.tell(cti.CallKeyed, p.id, "", &cti.KeyedData{Name: "meter", Digits: "4711"})
		}
	}
	return l.facts
}

// However often and wherever a projector dies, the rows are those of one that
// was never disturbed: each call one record, each fact once, the same hashes.
func TestLives(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		facts := drawLife(rt)
		want := straight(t, facts)
		url := newDatabase(t, template)
		batch := rapid.IntRange(1, 20).Draw(rt, "batch")
		for i := 0; ; i++ {
			ctx, kill := context.WithCancel(t.Context())
			c := &chaos{}
			deathAt := int64(rapid.IntRange(1, 60+40*i).Draw(rt, "death"))
			how := fate(rapid.IntRange(int(cutBefore), int(cutAfter)).Draw(rt, "how"))
			killed := rapid.Bool().Draw(rt, "killed") // or only cut off
			c.onWrite = func(n int64) fate {
				if n != deathAt {
					return spared
				}
				if killed {
					kill()
				}
				return how
			}
			s := shaky(t, url, c)
			cfg := quick
			cfg.Batch = batch
			p := s.Projector(journal(t, facts), cfg)
			if err := p.Run(ctx); err != nil {
				rt.Fatal(err)
			}
			done := ctx.Err() == nil
			kill()
			c.calm()
			if done {
				noFaults(t, s)
				got := show(t, s)
				if got != want {
					rt.Fatalf("after %d deaths\n got: %s\nwant: %s", i, got, want)
				}
			}
			s.Close()
			if done {
				return
			}
		}
	})
}

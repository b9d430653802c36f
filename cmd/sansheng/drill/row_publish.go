package drill

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"time"

	"sansheng/cmd/sansheng/config"
	"sansheng/cti"
	"sansheng/cti/web"
	"sansheng/pbx/sip/phone"
)

var _ = register(&Row{
	Name: "publish-killed", Guards: []Guard{{Off: "published", Breaks: "one version is in force"}},
	Fault:   "kill -9 of the service while a plan is published: the order on its way, the version in force and the switch being told, just after the answer; a new start each time",
	Promise: "one version is in force, the one that was ordered, or the one before where nobody had an answer; no talk is touched, gap ≤ 60 ms; the next call and the phones follow it",
	Bounds:  Bounds{Gap: killedGap},
	Setup:   func(cfg *config.Config) { publishPlan(cfg.Hotline, 0) },
	Scale:   func(Size) Size { return Small }, // the versions are what is looked at
	Run: func(ctx context.Context, t *Trial) error {
		p := &publishing{phones: map[int]*phone.Phone{}}
		for _, amid := range []struct {
			what string
			when func(*publishing, context.Context, *Trial) error
		}{
			{"with the order on its way", (*publishing).isOrdered},
			{"with the version in force", (*publishing).isInForce},
			{"after the answer", (*publishing).isAnswered},
		} {
			if err := p.killed(ctx, t, amid.what, amid.when); err != nil {
				return err
			}
		}
		return nil
	},
})

// publishLine is direct; who serves it is another one in each version.
const publishLine = "800108"

// publishAgents are the first number of agents of whom each version has one.
const publishAgents = 21001

func publishAgent(n int) cti.AgentID { return cti.AgentID(strconv.Itoa(publishAgents + n)) }

// publishPlan makes a hotline as its n-th version has it: the line leads to a queue of its
// own, which the n-th of the desks serves, and an agent is new in place of the last one.
func publishPlan(p *cti.Plan, n int) {
	queue := cti.QueueID(fmt.Sprintf("version%d", n))
	p.Lines = append(p.Lines, cti.Line{DID: publishLine, Company: "drill", Mode: cti.Direct, Queue: queue})
	p.Queues = append(p.Queues, cti.Queue{ID: queue, Company: "drill", Members: []cti.AgentID{cti.AgentID(desk(n))}})
	p.Agents = append(p.Agents, cti.Agent{ID: publishAgent(n), Company: "drill", Name: fmt.Sprintf("agent of version %d", n), AutoReady: true})
}

// publishing is one order after the other, of which each is killed.
type publishing struct {
	// ordered is the last version that was ordered, inForce the one that was found in force
	// last; 0 is the file's.
	ordered, inForce int
	answerC          chan error
	// answered: the order's answer has come.
	answered bool
	phones   map[int]*phone.Phone // of the versions' agents
}

const publishNote = "drill %d"

// killed publishes another version, kills the service at a moment of that, and looks at what
// is in force after the new start.
func (p *publishing) killed(ctx context.Context, t *Trial, what string, when func(*publishing, context.Context, *Trial) error) error {
	ctx, cancel := context.WithTimeout(ctx, publishMost+40*time.Second)
	defer cancel()
	p.ordered++
	p.answered, p.answerC = false, make(chan error, 1)
	cfg := *t.Config
	cfg.Hotline = plan(t.Size)
	publishPlan(cfg.Hotline, p.ordered)
	go func(n int, answerC chan<- error) { answerC <- t.Publish(ctx, &cfg, fmt.Sprintf(publishNote, n)) }(p.ordered, p.answerC)
	if err := when(p, ctx, t); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	if err := t.Kill(); err != nil {
		return err
	}
	if !p.answered {
		p.answered = <-p.answerC == nil // it came in that moment
	}
	if err := t.restart(ctx); err != nil {
		return err
	}
	now, said, err := t.versionInForce(ctx)
	right := err == nil && (now == p.ordered || now == p.inForce && !p.answered)
	t.Must("one version is in force after a death "+what, right,
		fmt.Sprintf("ordered %d, before it %d, answered: %t; in force: %s; %v", p.ordered, p.inForce, p.answered, said, err))
	if err != nil {
		return err
	}
	t.Note("Of version %d, killed %s, %d was in force; answered: %t.", p.ordered, what, now, p.answered)
	before := p.inForce
	p.inForce = now
	if err := t.follows(ctx, now); err != nil {
		return err
	}
	return p.phonesFollow(ctx, t, before)
}

// isOrdered is the moment in which the order is on its way, or being looked at.
func (p *publishing) isOrdered(ctx context.Context, _ *Trial) error {
	const onItsWay = 20 * time.Millisecond // reading a plan takes as long
	timer := time.NewTimer(onItsWay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case err := <-p.answerC:
		p.answered = err == nil
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// isInForce is the moment in which the version is in force, and everything begins to follow.
func (p *publishing) isInForce(ctx context.Context, t *Trial) error {
	return poll(ctx, 2*time.Millisecond, func() (bool, error) {
		select {
		case err := <-p.answerC:
			p.answered = err == nil
			return p.answered, err
		default:
		}
		n, _, err := t.versionInForce(ctx)
		return n == p.ordered, err
	})
}

// isAnswered is the moment in which who has published knows it.
func (p *publishing) isAnswered(ctx context.Context, _ *Trial) error {
	select {
	case err := <-p.answerC:
		p.answered = err == nil
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// versionInForce is which of the ordered versions the hotline says is in force; 0 is the
// file's. More or less than one is an error.
func (s *Stack) versionInForce(ctx context.Context) (n int, said string, err error) {
	var list web.ConfigVersions
	if err := s.get(ctx, s.Config.Ports.Web, "/api/v1/config/versions", "9001", s.admin, &list); err != nil {
		return 0, "", fmt.Errorf("ask for versions: %w", err)
	}
	found := 0
	for _, v := range list.Versions {
		if v.State != cti.VersionInForce {
			continue
		}
		found++
		said = fmt.Sprintf("version %d by %s, %q", v.Version, v.By, v.Note)
		if v.By != cti.ByFile {
			if _, err := fmt.Sscanf(v.Note, publishNote, &n); err != nil {
				return 0, said, fmt.Errorf("%s is in force, which nobody ordered: %w", said, err)
			}
		}
	}
	if found != 1 {
		return 0, said, fmt.Errorf("%d versions are in force, of %+v", found, list.Versions)
	}
	return n, said, nil
}

// followMost is how long a caller waits for the agent of the version in force: on a direct
// line his phone rings at once, and answers after 200 ms.
const followMost = 3 * time.Second

// follows has the next call come, which the agent of the version in force takes.
func (t *Trial) follows(ctx context.Context, version int) error {
	c, err := t.Callers.Call(ctx, publishLine)
	if err != nil {
		return err
	}
	limit, cancel := context.WithTimeout(ctx, followMost+t.patience)
	defer cancel()
	err = t.until(limit, []*Caller{c}, "talk with the agent of the version in force", func(c *Caller) bool {
		a, ok := t.Agents.With(c.From)
		return ok && a.Agent == desk(version)
	})
	t.AtMost("the next call is with the agent of the version in force after", time.Since(c.placedAt), followMost, text(err)...)
	if err := Hangup(ctx, []*Caller{c}); err != nil {
		return err
	}
	// A queue that a caller is in cannot be taken away by the next version.
	return t.until(ctx, []*Caller{c}, "be on record as ended", func(c *Caller) bool { return t.Facts.Has(c.From, cti.CallEnded) })
}

// phonesMost is how long the switch may take to follow after a start: it is told again 2 s
// after what failed (cmd/sansheng/service/version.go), and once more.
const phonesMost = 5 * time.Second

// phonesFollow has the phone of the version's agent register, and that of the one before
// refused.
func (p *publishing) phonesFollow(ctx context.Context, t *Trial, before int) error {
	if p.inForce == 0 || p.inForce == before {
		return nil
	}
	id := publishAgent(p.inForce)
	passwords, err := web.SIPPasswords(filepath.Join(t.Config.Data, web.SIPPasswordsFile), []cti.AgentID{id})
	if err != nil {
		return err
	}
	own, err := phone.New(phone.Config{Number: string(id), Password: passwords[id], Server: t.SIPAddr(), KeepEvents: 20})
	if err != nil {
		return err
	}
	t.mourn(own)
	p.phones[p.inForce] = own
	limit, cancel := context.WithTimeout(ctx, phonesMost+t.patience)
	defer cancel()
	began := time.Now()
	err = poll(limit, 100*time.Millisecond, func() (bool, error) { return own.Register(limit) == nil, nil })
	if err == nil {
		err = poll(limit, 50*time.Millisecond, func() (bool, error) {
			states, err := t.States(limit)
			if err != nil {
				return false, nil //nolint:nilerr // asked again
			}
			return states[string(id)].State == string(cti.Ready), nil
		})
	}
	t.AtMost("the phone of the version's new agent is registered, and he is ready, after", time.Since(began), phonesMost, text(err)...)
	gone, known := p.phones[before]
	if !known {
		return nil
	}
	began = time.Now()
	err = poll(limit, 100*time.Millisecond, func() (bool, error) {
		var refused *phone.RejectedError
		return errors.As(gone.Register(limit), &refused) && refused.Status/100 == 4, nil
	})
	t.AtMost("the phone of the agent who is in it no more is off the switch after", time.Since(began), phonesMost, text(err)...)
	return nil
}

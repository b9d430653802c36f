package phone

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"sansheng/pbx/sip/tone"
)

// FleetConfig is many agents' phones in one process.
type FleetConfig struct {
	// Size phones with the numbers First, First+1, ….
	Size  int
	First int
	// Password of a number's phone.
	Password func(number string) string
	// Phone is what all have in common; Number and Password are filled in. Without
	// a policy they answer after one second, about one ring.
	Phone Config
	// Tone of the n-th phone, tone.Agent(n) by default.
	Tone func(n int) tone.Tone
}

// Fleet is a set of running phones. Its methods may be called from anywhere.
type Fleet struct {
	phones []*Phone
	byNum  map[string]*Phone
}

// NewFleet opens the phones' sockets. Nothing is sent before Start.
func NewFleet(cfg FleetConfig) (*Fleet, error) {
	f := &Fleet{byNum: map[string]*Phone{}}
	if cfg.Tone == nil {
		cfg.Tone = tone.Agent
	}
	for n := range cfg.Size {
		one := cfg.Phone
		one.Number = strconv.Itoa(cfg.First + n)
		if cfg.Password != nil {
			one.Password = cfg.Password(one.Number)
		}
		one.Tone = cfg.Tone(n)
		if one.Policy == (Policy{}) {
			one.Policy = AnswerAfter(time.Second)
		}
		p, err := New(one)
		if err != nil {
			f.Die()
			return nil, fmt.Errorf("open fleet: %w", err)
		}
		f.phones = append(f.phones, p)
		f.byNum[one.Number] = p
	}
	return f, nil
}

// Start registers all phones, stagger apart (5 ms if 0), and returns when each is registered. A registrar
// that is late is waited for until ctx ends; the phones go on trying also after
// that, and the error names the first that is still missing.
func (f *Fleet) Start(ctx context.Context, stagger time.Duration) error {
	if stagger <= 0 {
		stagger = 5 * time.Millisecond
	}
	tick := time.NewTicker(stagger)
	defer tick.Stop()
	for _, p := range f.phones {
		p.KeepRegistered()
		select {
		case <-tick.C:
		case <-ctx.Done():
		}
	}
	for _, p := range f.phones {
		for e := range p.Follow(ctx) {
			if e.Kind == Registered {
				break
			}
		}
		if _, ok := p.Find(Registered); !ok {
			return fmt.Errorf("start fleet: phone %s is not registered: %w (%s)", p.Number(), context.Cause(ctx), p.Story())
		}
	}
	return nil
}

// Phones are all phones in the order of their numbers.
func (f *Fleet) Phones() []*Phone { return f.phones }

// Phone is the phone of a number, nil if there is none.
func (f *Fleet) Phone(number string) *Phone { return f.byNum[number] }

// SetPolicy changes how every phone treats later calls.
func (f *Fleet) SetPolicy(policy Policy) {
	for _, p := range f.phones {
		p.SetPolicy(policy)
	}
}

// FleetStats are sums over a fleet's phones since its beginning.
type FleetStats struct {
	Registered, Incoming, Answered, Ended int
	// Live is the number of calls not ended.
	Live int
	// Overlaps counts INVITEs to a phone that had a call already.
	Overlaps int
}

// Stats counts. Where KeepEvents bounds the logs, old events are not in it.
func (f *Fleet) Stats() FleetStats {
	var s FleetStats
	for _, p := range f.phones {
		registered := 0
		for _, e := range p.All() {
			switch e.Kind {
			case Registered:
				registered = 1
			case Unregistered:
				registered = 0
			case Incoming:
				s.Incoming++
			case Answered:
				s.Answered++
			case Ended:
				s.Ended++
			}
		}
		s.Registered += registered
		s.Live += len(p.Calls())
		s.Overlaps += len(p.Overlaps())
	}
	return s
}

// Close ends all phones in order and at the same time.
func (f *Fleet) Close(ctx context.Context) error {
	errs := make([]error, len(f.phones))
	var wg sync.WaitGroup
	for i, p := range f.phones {
		wg.Go(func() { errs[i] = p.Close(ctx) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

// Die ends all phones without a goodbye.
func (f *Fleet) Die() {
	for _, p := range f.phones {
		p.Die()
	}
}

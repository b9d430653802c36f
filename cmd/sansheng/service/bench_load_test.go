package service

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"sansheng/pbx/sip/phone"
	"sansheng/pbx/sip/tone"
)

// load is callers without end on a few agents of one switch.
type load struct {
	name, sip, did string
	n              int // hand-overs to measure
	password       func(number string) string
	// ready returns when the switch may give calls to the registered agents.
	ready func(context.Context) error
}

// handOvers are what a load measured.
type handOvers struct {
	name string
	took []time.Duration // sorted
	rate float64         // per second
	// waiting is the least number of callers waiting at any of them.
	waiting int
	// served is how many talks came to their end, in all.
	served int
	// busy is how much of the machine was at work meanwhile, in percent.
	busy  float64
	notes []string
}

// ms is a percentile in milliseconds: the least value that p percent do not exceed.
func (r handOvers) ms(p int) float64 {
	i := max((len(r.took)*p+99)/100-1, 0)
	return float64(r.took[i].Microseconds()) / 1000
}

// clerk counts what the phones tell.
type clerk struct {
	mu       sync.Mutex
	want     int
	up       int // callers whose line was answered
	talking  int // of them with an agent
	served   int
	counting bool // enough wait
	began    time.Time
	r        handOvers
	doneC    chan struct{}
}

func (k *clerk) line(change int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.up += change; k.up >= benchWaiting+2*benchAgents && !k.counting {
		k.counting, k.began = true, time.Now()
	}
}

func (k *clerk) talk(change int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.talking += change
	k.served += max(-change, 0)
}

// waiting is how many callers nobody talks with.
func (k *clerk) waiting() (n int, counting bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.up - k.talking, k.counting
}

func (k *clerk) took(d time.Duration, waiting int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.r.took) == k.want {
		return
	}
	if k.r.took = append(k.r.took, d); len(k.r.took) == 1 || waiting < k.r.waiting {
		k.r.waiting = waiting
	}
	if len(k.r.took) == k.want {
		k.r.rate = float64(k.want) / time.Since(k.began).Seconds()
		close(k.doneC)
	}
}

// talk is how an agent treats one call.
func talk(lengths *rand.Rand) phone.Policy {
	return phone.Policy{Then: phone.ActionAnswer, Talk: benchTalkMin + time.Duration(lengths.Int64N(int64(benchTalkMax-benchTalkMin)))}
}

// watch times an agent's hand-overs.
func (k *clerk) watch(ctx context.Context, agent *phone.Phone) {
	var bye time.Time
	waiting, counting := 0, false
	number, _ := strconv.ParseUint(agent.Number(), 10, 64)
	lengths := rand.New(rand.NewPCG(number, 2)) // the same for both contenders
	for e := range agent.Follow(ctx) {
		switch e.Kind {
		case phone.Answered:
			k.talk(1)
			agent.SetPolicy(talk(lengths)) // of the next call
		case phone.ByeSent:
			bye = e.At
			waiting, counting = k.waiting()
		case phone.Ended:
			k.talk(-1)
		case phone.Incoming:
			if counting && !bye.IsZero() {
				k.took(e.At.Sub(bye), waiting)
			}
			bye = time.Time{}
		}
	}
}

// call is one caller, who calls again as soon as he was served.
func (k *clerk) call(ctx context.Context, carrier *phone.Phone, from, did string) error {
	for ctx.Err() == nil {
		call, err := carrier.Call(ctx, did, phone.Options{From: from})
		if err != nil {
			return err
		}
		if err := call.WaitAnswered(ctx); err != nil {
			return err
		}
		k.line(1)
		_, err = call.WaitEnded(ctx)
		k.line(-1)
		if err != nil {
			return err
		}
	}
	return nil
}

// measure runs a load.
func measure(b *testing.B, l load) handOvers {
	b.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Second)
	defer cancel()
	// Nobody listens: it is the signalling that is measured, and the phones' sound
	// would take the machine from it.
	fleet, err := phone.NewFleet(phone.FleetConfig{
		Size: benchAgents, First: 1001, Password: l.password, Tone: func(int) tone.Tone { return tone.Tone{} },
		Phone: phone.Config{Server: l.sip, Sparse: true, Policy: talk(rand.New(rand.NewPCG(1, 1)))},
	})
	if err != nil {
		b.Fatal(err)
	}
	defer fleet.Die()
	if err := fleet.Start(ctx, 0); err != nil {
		b.Fatal(err)
	}
	if err := l.ready(ctx); err != nil {
		b.Fatal(err)
	}
	carrier, err := phone.New(phone.Config{Number: "carrier", Server: l.sip, Sparse: true, KeepEvents: 2000})
	if err != nil {
		b.Fatal(err)
	}
	defer carrier.Die()

	k := &clerk{want: l.n, doneC: make(chan struct{})}
	run, stop := context.WithCancel(ctx)
	var wg sync.WaitGroup
	for _, agent := range fleet.Phones() {
		wg.Go(func() { k.watch(run, agent) })
	}
	for i := range benchCallers {
		wg.Go(func() {
			if err := k.call(run, carrier, fmt.Sprintf("139%08d", i), l.did); err != nil && run.Err() == nil {
				b.Errorf("%s: caller %d: %v", l.name, i, err)
			}
		})
	}
	work, all := processors(b)
	select {
	case <-k.doneC:
		workAfter, allAfter := processors(b)
		k.r.busy = 100 * (workAfter - work) / (allAfter - all)
	case <-ctx.Done():
		b.Errorf("%s: only %d of %d hand-overs in time", l.name, len(k.r.took), l.n)
	}
	stop()
	wg.Wait()
	if overlaps := fleet.Stats().Overlaps; overlaps != 0 {
		b.Errorf("%s: %d times a phone was offered two calls", l.name, overlaps)
	}
	if b.Failed() {
		b.FailNow()
	}
	k.r.name, k.r.served = l.name, k.served // the watchers have ended
	if k.r.waiting < benchWaiting {
		b.Errorf("%s: only %d callers were waiting at a hand-over; %d are wanted", l.name, k.r.waiting, benchWaiting)
	}
	slices.Sort(k.r.took)
	return k.r
}

// processors is how long the machine's processors have worked, and have been
// there, in the kernel's ticks.
func processors(b *testing.B) (work, all float64) {
	b.Helper()
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		b.Fatal(err)
	}
	first, _, _ := strings.Cut(string(text), "\n")
	for i, field := range strings.Fields(first)[1:] {
		n, err := strconv.ParseFloat(field, 64)
		if err != nil {
			b.Fatalf("/proc/stat: %q: %v", first, err)
		}
		if i > 7 {
			break // guests' time is in user's already
		}
		if all += n; i != 3 && i != 4 { // idle, waiting for the disk
			work += n
		}
	}
	return work, all
}

package service

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"sync"
	"time"

	"go.uber.org/zap"
	"golang.org/x/sys/unix"

	"sansheng/cti"
	"sansheng/cti/bus/journal"
	"sansheng/cti/engine"
	"sansheng/cti/web"
	"sansheng/deploy/alarm"
	"sansheng/deploy/process"
	"sansheng/pbx/ari"
	"sansheng/store"
)

// What raises an alarm. Where a figure goes up and down, the alarm ends only
// well below the mark.
const (
	linkAwayMost   = 2 * time.Second
	backlogHigh    = 1000 // events
	backlogLow     = 100
	lagHigh        = time.Second
	lagLow         = 200 * time.Millisecond
	clockHigh      = 5 * time.Second
	clockLow       = 2 * time.Second
	emergencyMost  = 15 * time.Second
	unstaffedMost  = 10 * time.Second
	databaseAway   = 5 * time.Second
	databaseStarts = 2 * time.Minute // its first start makes it
	behindHigh     = 30 * time.Second
	behindLow      = 5 * time.Second
	diskLeast      = 500 << 20 // bytes
	diskLeastPart  = 0.05
	tasksHigh      = 0.5 // of the mark at which the switch ignores calls
	tasksLow       = 0.1
	unrenewedMost  = 1500 * time.Millisecond // then a standby that reads the lease claims it
	standsBy       = 30 * time.Second        // behind one that leads, and all is in order again
)

// openAlarms makes the board that everything here raises its alarms on.
func (s *Service) openAlarms() {
	s.crashes = &crashes{pids: map[string]int{}}
	s.alarms = alarm.NewBoard(alarm.Options{
		Source: s.cfg.Engine.Name, Webhook: s.cfg.Alarms.Webhook,
		File: filepath.Join(s.cfg.Data, "alarms.json"), Log: s.log.Named("alarm"),
	})
	s.gauges = newGauges()
	s.registry.MustRegister(s.alarms, s.gauges)
}

func (s *Service) closeAlarms() {
	if s.alarms == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if err := s.alarms.Close(ctx); err != nil {
		s.log.Warn("the webhook does not know all alarms", zap.Error(err))
	}
}

// alarm takes the journal's and the relay's alarms.
func (s *Service) alarm(a journal.Alarm) {
	var cause error
	if a.Raised {
		if cause = a.Err; cause == nil {
			cause = fmt.Errorf("%d facts wait", a.Depth)
		}
	}
	s.alarms.Set(string(a.Kind), cause)
}

// standing are the alarms that stand, as the API shows them.
func (s *Service) standing(context.Context) []web.Alarm {
	raised := s.alarms.Raised()
	out := make([]web.Alarm, len(raised))
	for i, a := range raised {
		out[i] = web.Alarm{
			Name: a.Name, Source: a.Source, At: a.At.UTC(), Cause: a.Cause,
			Severity: string(a.Severity), Means: a.Means, Advice: a.Advice,
		}
	}
	return out
}

// crashes remembers which process ids died, by alarm, until their successors are up.
type crashes struct {
	mu   sync.Mutex
	pids map[string]int
}

// crashAlarms are the alarms of the parts that process watches.
var crashAlarms = map[string]string{
	"asterisk": "switch_crashed", "postgresql": "database_crashed", "sentinel": "sentinel_crashed",
}

// crashed is told of each death of the switch, the database and the sentinel.
func (s *Service) crashed(c process.Crash) {
	s.log.Error("a part died and is restarted", zap.String("part", c.Name), zap.Int("pid", c.PID),
		zap.Int("in a row", c.Count), zap.Duration("restart in", c.RestartIn), zap.Error(c.Err))
	s.gauges.crashes.WithLabelValues(c.Name).Inc()
	name := crashAlarms[c.Name]
	s.crashes.mu.Lock()
	s.crashes.pids[name] = c.PID
	s.crashes.mu.Unlock()
	s.alarms.Set(name, fmt.Errorf("process %d died: %w", c.PID, c.Err))
}

// recovered ends a crash's alarm once another process than the dead one serves.
func (s *Service) recovered(name string, pid int) {
	s.crashes.mu.Lock()
	dead, crashed := s.crashes.pids[name]
	over := crashed && pid != 0 && pid != dead
	if over {
		delete(s.crashes.pids, name)
	}
	s.crashes.mu.Unlock()
	if over {
		s.alarms.Set(name, nil)
	}
}

// watch looks, as long as the service runs, at what nobody reports by itself.
// What may hang has a goroutine of its own.
func (s *Service) watch(run context.Context) {
	var wg sync.WaitGroup
	every := func(d time.Duration, look func(context.Context)) {
		wg.Go(func() {
			tick := time.NewTicker(d)
			defer tick.Stop()
			for {
				look(run)
				select {
				case <-tick.C:
				case <-run.Done():
					return
				}
			}
		})
	}
	every(5*time.Second, s.watchDisk)
	every(time.Minute, func(ctx context.Context) { // a stream that was made anew has none
		if err := s.keepReaders(ctx); err != nil && ctx.Err() == nil {
			s.log.Warn("a company's account finds no facts; it is tried again", zap.Error(err))
		}
	})
	if s.asterisk != nil {
		every(10*time.Minute, s.watchRecordings)
		every(time.Minute, s.watchPrompts)
	}
	if s.engine != nil || s.duty != nil {
		every(time.Hour, s.watchHolidays)
		every(time.Minute, s.watchPaths())
		every(time.Second, s.watchLink())
		every(time.Second, s.watchCalls())
		every(5*time.Second, s.watchMessages)
		every(5*time.Second, s.watchPromises)
		every(5*time.Second, s.watchLookups)
	}
	if s.duty != nil {
		every(time.Second, s.watchLease())
	}
	if s.asterisk != nil {
		every(10*time.Second, s.watchTasks())
	}
	if s.database != nil {
		every(2*time.Second, s.watchDatabase())
		every(10*time.Second, s.watchWebhooks())
	}
	wg.Wait()
}

// leading is the link and the engine that serve here, nil where this process
// stands by; the error then says whether it could take over.
func (s *Service) leading() (*ari.Link, *engine.Engine, error) {
	if s.duty == nil {
		return s.link, s.engine, nil
	}
	if seat := s.duty.seat.Load(); seat != nil {
		return seat.link, seat.engine, nil
	}
	if !s.duty.reaches.Load() {
		return nil, nil, errors.New("this engine stands by and does not reach the switch")
	}
	return nil, nil, nil
}

// watchLink looks at the connection to the switch and at its events.
func (s *Service) watchLink() func(context.Context) {
	away := lasting{most: linkAwayMost}
	depth, lag, clock := level{backlogHigh, backlogLow, false}, level{lagHigh.Seconds(), lagLow.Seconds(), false}, level{clockHigh.Seconds(), clockLow.Seconds(), false}
	return func(context.Context) {
		if p := s.sentinel.Load(); p != nil {
			s.recovered("sentinel_crashed", p.PID())
		}
		link, leader, down := s.leading()
		if link != nil {
			down = link.Up()
		}
		s.alarms.Set("switch_link_down", away.over(down))
		if down == nil && s.asterisk != nil {
			s.recovered("switch_crashed", s.asterisk.PID())
		}
		if link == nil {
			for _, name := range []string{"event_backlog", "event_lag", "clock_apart"} {
				s.alarms.Set(name, nil)
			}
			return
		}
		// They wait in the engine, which takes them from the link at once.
		s.alarms.Set("event_backlog", depth.over(float64(link.Depth()+leader.Depth()), "%.0f events wait"))
		_, fence := link.LastFence()
		s.alarms.Set("event_lag", lag.over(fence.Seconds(), "the last fence was under way for %.1f s"))
		if down != nil {
			return
		}
		apart := time.Until(link.Now()).Abs()
		s.gauges.clock.Set(apart.Seconds())
		s.alarms.Set("clock_apart", clock.over(apart.Seconds(), "the switch's clock and ours are %.0f s apart"))
	}
}

// watchCalls looks at the callers and the agents.
func (s *Service) watchCalls() func(context.Context) {
	nobody := lasting{most: unstaffedMost}
	return func(run context.Context) {
		ctx, cancel := context.WithTimeout(run, 5*time.Second)
		defer cancel()
		link, leader, _ := s.leading()
		var loads []cti.Load
		if leader != nil {
			var err error
			if loads, err = leader.Loads(ctx); err != nil {
				return // the engine's end is told by others
			}
		}
		s.gauges.calls(loads)
		var late, unstaffed error
		for _, l := range loads {
			if l.LongestEmergency > emergencyMost {
				late = fmt.Errorf("company %s: waiting for %.0f s", l.Company, l.LongestEmergency.Seconds())
			}
			if len(l.Unstaffed) > 0 {
				unstaffed = fmt.Errorf("company %s: nobody for queue %v", l.Company, l.Unstaffed)
			}
		}
		s.alarms.Set("emergency_waiting", late)
		if link == nil || link.Up() == nil { // else nothing is known of the phones
			s.alarms.Set("no_agents", nobody.over(unstaffed))
		}
	}
}

// watchLease looks at who leads.
func (s *Service) watchLease() func(context.Context) {
	led, stands := false, lasting{most: standsBy}
	return func(run context.Context) {
		k := s.duty.keeper
		holds, r := k.Holds(), k.Seen()
		var late error
		if since := time.Since(k.Renewed()); holds && since > unrenewedMost {
			late = fmt.Errorf("not renewed for %.1f s", since.Seconds())
		}
		s.alarms.Set("lease_unrenewed", late)
		switch {
		case run.Err() != nil: // let go in order
		case holds:
			led = true
			s.alarms.Set("lease_lost", nil)
		case led:
			led, stands.since = false, time.Time{}
			s.alarms.Set("lease_lost", fmt.Errorf("term %d is engine %s's", r.Term, r.Holder))
		case r.Released || r.Holder == s.cfg.Engine.Name:
			stands.since = time.Time{} // nobody leads
		case stands.over(errStandingBy) != nil:
			s.alarms.Set("lease_lost", nil)
		}
	}
}

// watchTasks looks at the work inside our own switch.
func (s *Service) watchTasks() func(context.Context) {
	filled := level{tasksHigh, tasksLow, false}
	return func(run context.Context) {
		ctx, cancel := context.WithTimeout(run, 5*time.Second)
		defer cancel()
		t, err := s.asterisk.Tasks(ctx)
		if err != nil {
			return // a switch that does not answer at all is told by others
		}
		s.gauges.tasks(t)
		part := float64(t.Deepest) / float64(max(t.Mark, 1))
		cause := filled.over(part, "%.1f of the mark at which calls are ignored")
		if cause != nil {
			cause = fmt.Errorf("%s: %d tasks wait: %w", t.Name, t.Deepest, cause)
		}
		s.alarms.Set("task_backlog", cause)
	}
}

// watchDatabase looks at the database and at what it still has to be told.
func (s *Service) watchDatabase() func(context.Context) {
	away, behind := lasting{most: databaseStarts}, level{behindHigh.Seconds(), behindLow.Seconds(), false}
	var far distance
	return func(run context.Context) {
		ctx, cancel := context.WithTimeout(run, 2*time.Second)
		defer cancel()
		err := s.records.ping(ctx)
		if run.Err() != nil {
			return
		}
		if !errors.Is(err, errNoRecords) {
			away.most = databaseAway
		}
		s.gauges.database.Set(boolean(err == nil))
		s.alarms.Set("database_down", away.over(err))
		select {
		case <-s.database.readyC:
		default:
			return
		}
		if c := s.database.cluster; c != nil && err == nil {
			s.recovered("database_crashed", c.PID())
		}
		done := s.database.facts.Stats()
		if open, last, err := s.database.store.CountDeadLetters(ctx); err == nil {
			s.alarms.Set("dead_letters", openLetters(open, last))
		}
		s.watchTickets(ctx)
		if last, err := s.public.Last(ctx); err == nil {
			facts, since := far.of(done.Position, last, time.Now())
			s.gauges.behindFacts.Set(float64(facts))
			s.gauges.behind.Set(since.Seconds())
			s.alarms.Set("projection_lag", behind.over(since.Seconds(), "the records are %.0f s behind"))
		}
	}
}

// watchTickets looks at what lies there longer than it may.
func (s *Service) watchTickets(ctx context.Context) {
	b, err := s.database.store.Backlog(ctx)
	if err != nil {
		return // that the database is away is told otherwise
	}
	var overdue, unsolved, dissatisfied error
	if b.Overdue > 0 {
		overdue = fmt.Errorf("%d tickets", b.Overdue)
	}
	if len(b.Unsolved) > 0 {
		unsolved = fmt.Errorf("%d emergencies, ticket %s the first", len(b.Unsolved), b.Unsolved[0])
	}
	if len(b.Dissatisfied) > 0 {
		dissatisfied = fmt.Errorf("%d callers, callback %s the first", len(b.Dissatisfied), b.Dissatisfied[0])
	}
	s.alarms.Set("caller_dissatisfied", dissatisfied)
	s.alarms.Set("tickets_overdue", overdue)
	s.alarms.Set("emergency_unsolved", unsolved)
}

// openLetters says that there are dead letters. Why they died may hold what a caller has sent:
// a few words of it do.
func openLetters(open int, last string) error {
	if open == 0 {
		return nil
	}
	return fmt.Errorf("%d open; the newest: %.120s", open, store.MaskText(last))
}

// watchDisk looks at the room on the data folder's disk.
func (s *Service) watchDisk(context.Context) {
	var disk unix.Statfs_t
	if err := unix.Statfs(s.cfg.Data, &disk); err != nil {
		s.alarms.Set("disk_low", fmt.Errorf("look at the disk of the data folder: %w", err))
		return
	}
	free, all := float64(disk.Bavail)*float64(disk.Bsize), float64(disk.Blocks)*float64(disk.Bsize)
	s.gauges.disk.WithLabelValues("free").Set(free)
	s.gauges.disk.WithLabelValues("all").Set(all)
	switch least := max(diskLeast, diskLeastPart*all); {
	case free < least:
		s.alarms.Set("disk_low", fmt.Errorf("%.0f MB of %.0f MB are free", free/(1<<20), all/(1<<20)))
	case free > 1.1*least:
		s.alarms.Set("disk_low", nil)
	}
}

// watchRecordings measures the folder of our own switch's recordings.
func (s *Service) watchRecordings(run context.Context) {
	size := int64(0)
	err := filepath.WalkDir(s.asterisk.SpoolRecordingDir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return errors.Join(err, run.Err())
		}
		if info, err := d.Info(); err == nil { // else removed meanwhile
			size += info.Size()
		}
		return nil
	})
	if err == nil {
		s.gauges.recordings.Set(float64(size))
	}
}

// lasting passes a cause on once there has been one for some time.
type lasting struct {
	most  time.Duration
	since time.Time
}

func (l *lasting) over(cause error) error {
	if cause == nil {
		l.since = time.Time{}
		return nil
	}
	if l.since.IsZero() {
		l.since = time.Now()
	}
	if time.Since(l.since) < l.most {
		return nil
	}
	return cause
}

// level is a mark that a figure goes over, and comes back under a lower one.
type level struct {
	high, low float64
	above     bool
}

// over gives the cause, with the figure in it, while the figure is above.
func (l *level) over(v float64, format string) error {
	l.above = v >= l.high || l.above && v > l.low
	if !l.above {
		return nil
	}
	return fmt.Errorf(format, v)
}

// distance reckons how long one who follows has been behind: since the end it
// has not reached yet was first seen.
type distance struct {
	end uint64
	at  time.Time
}

func (d *distance) of(position, end uint64, now time.Time) (behind uint64, since time.Duration) {
	if position >= end {
		d.end, d.at = 0, time.Time{}
		return 0, 0
	}
	if position >= d.end { // what we measured by is reached: measure by the end as it is now
		d.end, d.at = end, now
	}
	return end - position, now.Sub(d.at)
}

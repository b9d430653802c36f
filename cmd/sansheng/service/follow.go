package service

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"sansheng/cti"
	"sansheng/cti/bus"
	"sansheng/cti/engine"
)

// follower reads the public stream behind the engine that leads, so that this one
// can go on with its calls at any moment. What it has read it keeps in a file, so
// that a start does not read everything.
type follower struct {
	public *bus.Public
	file   *keptFile
	log    *zap.Logger
	// subjects are the beginnings of those whose facts matter, engines those whose
	// word about the switch does.
	subjects []string
	// plan is the last that was published; nil where none was.
	plan    atomic.Pointer[cti.Plan]
	engines func() []string
	term    atomic.Uint64 // the highest read
	kept    keptStream

	mu     sync.Mutex // protects the following
	seq    uint64     // of the last message read
	proved bool       // what was read is known to be the stream's
	begun  int        // how often it was begun to read
	caught bool       // all that was in the stream has been read once
	movedC chan struct{}
}

// keptStream is what a follower keeps in its file.
type keptStream struct {
	After bus.Position    `json:"after"`
	State json.RawMessage `json:"state,omitempty"`
	Words []cti.Fact      `json:"words,omitempty"`
}

// heritage is what was read up to a message.
type heritage struct {
	*engine.Inheritance
	after bus.Position
	// words about the switch by engines that do not share our lease as far as we
	// know: it may not have been read yet, or name them only later. Of each its last.
	words []cti.Fact
}

func newFollower(public *bus.Public, file string, plan *cti.Plan, engines func() []string, log *zap.Logger) *follower {
	f := &follower{public: public, file: &keptFile{name: file, log: log}, engines: engines, log: log, movedC: make(chan struct{})}
	f.hear(plan)
	b, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(b, &f.kept)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		log.Warn("what was read of the stream is read again", zap.Error(err))
		f.kept = keptStream{}
	}
	return f
}

// hear makes the facts of a plan's companies matter.
func (f *follower) hear(plan *cti.Plan) {
	for _, c := range plan.Companies {
		all := strings.TrimSuffix(bus.CompanySubjects(c.ID), ">")
		if !slices.Contains(f.subjects, all+"call.") {
			f.subjects = append(f.subjects, all+"call.", all+"agent.", all+"engine.") // of an engine: its lines' hours
		}
	}
}

// published takes note of the last plan that was.
func (f *follower) published(heir *engine.Inheritance) {
	if p := heir.Plan(); p != nil {
		f.plan.Store(p)
		f.hear(p)
	}
}

// keptPlan is the last plan that was published, as far as a follower's file knows; nil
// where it knows of none.
func keptPlan(file string) *cti.Plan {
	var kept keptStream
	b, err := os.ReadFile(file)
	if err != nil || json.Unmarshal(b, &kept) != nil || len(kept.State) == 0 {
		return nil
	}
	heir, err := engine.DecodeInheritance(kept.State)
	if err != nil {
		return nil
	}
	return heir.Plan()
}

// keepEvery is how many messages are read before the file is written anew.
const keepEvery = 20_000

// follow reads until its context ends and returns what has been read.
func (f *follower) follow(ctx context.Context) *engine.Inheritance {
	h := f.begin()
	for rewound := f.read(ctx, h); rewound != nil; rewound = f.read(ctx, h) {
		// What is added twice counts twice: anew, from what is kept where the stream
		// still holds that, or else from its beginning.
		f.log.Error("the stream is not what was read of it; reading it anew", zap.Error(rewound))
		f.anew()
		if f.kept.After.Seq > rewound.After.Seq {
			f.kept = keptStream{}
		}
		h = f.begin()
	}
	f.settle(h)
	f.keep(h)
	return h.Inheritance
}

// read reads on until its context ends, or the stream is no more what was read.
func (f *follower) read(ctx context.Context, h *heritage) (rewound *bus.RewoundError) {
	r := f.public.Reader(bus.ReaderOptions{After: h.after})
	defer r.Close()
	if err := r.Prepare(ctx); err != nil {
		errors.As(err, &rewound)
		return rewound
	}
	f.moved(h.after.Seq)
	for n := 1; ; n++ {
		m, err := r.NextRaw(ctx)
		if errors.As(err, &rewound) || ctx.Err() != nil {
			return rewound
		}
		if err != nil {
			f.log.Error("facts are missing in the stream", zap.Error(err))
			h.Miss()
			continue
		}
		f.take(h, m)
		h.after = m.Position()
		f.moved(m.Seq)
		if n%keepEvery == 0 {
			f.keep(h)
		}
	}
}

// moved takes note of how far the stream has been read.
func (f *follower) moved(seq uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.seq, f.proved = seq, true
	close(f.movedC)
	f.movedC = make(chan struct{})
}

// anew takes note that nothing read so far is known to be the stream's.
func (f *follower) anew() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.seq, f.proved, f.caught = 0, false, false
	f.begun++
}

// caughtUp tells whether all that was in the stream has been read once.
func (f *follower) caughtUp() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.caught
}

func (f *follower) begin() *heritage {
	h := &heritage{Inheritance: engine.NewInheritance()}
	if len(f.kept.State) == 0 {
		return h
	}
	heir, err := engine.DecodeInheritance(f.kept.State)
	if err != nil {
		f.log.Warn("what was read of the stream is read again", zap.Error(err))
		f.kept = keptStream{}
		return h
	}
	f.rise(heir)
	f.published(heir)
	return &heritage{Inheritance: heir, after: f.kept.After, words: f.kept.Words}
}

// rise notes the highest term; what is read anew does not lower it.
func (f *follower) rise(heir *engine.Inheritance) { f.term.Store(max(f.term.Load(), heir.Term())) }

func (f *follower) take(h *heritage, m bus.RawMessage) {
	about := strings.HasPrefix(m.Subject, "hotline._.engine.")
	if !about && !slices.ContainsFunc(f.subjects, func(s string) bool { return strings.HasPrefix(m.Subject, s) }) {
		return
	}
	var fact cti.Fact
	if err := json.Unmarshal(m.Data, &fact); err != nil {
		f.log.Error("fact not understood", zap.Uint64("message", m.Seq), zap.Error(err))
		return
	}
	if len(h.words) > 0 {
		f.settle(h)
	}
	if about && !slices.Contains(f.engines(), fact.Engine) {
		h.words = append(slices.DeleteFunc(h.words, func(w cti.Fact) bool {
			return w.Engine == fact.Engine && !ofPlan(w.Kind) && (w.Kind == fact.Kind || fact.Kind == cti.SwitchFound && w.Kind != cti.EngineStarted)
		}), fact)
		return
	}
	f.add(h, fact)
}

// ofPlan tells whether a fact is about a plan: each of them counts, not the last alone.
func ofPlan(k cti.Kind) bool {
	return k == cti.PlanPublished || k == cti.PlanPlanned || k == cti.PlanCancelled
}

func (f *follower) add(h *heritage, fact cti.Fact) {
	current := h.Add(fact)
	f.rise(h.Inheritance)
	if current && fact.Kind == cti.PlanPublished {
		f.published(h.Inheritance)
	}
	if !current {
		f.log.Info("fact of an engine that did not lead any more", zap.String("fact", fact.ID), zap.String("kind", string(fact.Kind)))
	}
}

// settle adds the words of those engines of which we know by now that they share
// our lease.
func (f *follower) settle(h *heritage) {
	engines := f.engines()
	ours := func(w cti.Fact) bool { return slices.Contains(engines, w.Engine) }
	if !slices.ContainsFunc(h.words, ours) {
		return
	}
	var others []cti.Fact
	for _, w := range h.words {
		if ours(w) {
			f.add(h, w)
		} else {
			others = append(others, w)
		}
	}
	h.words = others
}

// keep has the file written, beside whatever else is done: a disk that hangs must
// not hold up a takeover. It is a help for the next start only.
func (f *follower) keep(h *heritage) {
	state, err := h.Encode()
	if err == nil {
		f.kept = keptStream{After: h.after, State: state, Words: h.words}
		var b []byte
		if b, err = json.Marshal(f.kept); err == nil {
			f.file.write(b)
			return
		}
	}
	f.log.Warn("what was read of the stream is not kept", zap.Error(err))
}

// keptFile is written by a goroutine of its own, the newest content last.
type keptFile struct {
	name string
	log  *zap.Logger

	mu    sync.Mutex // protects the following
	next  []byte
	doneC chan struct{} // closed when all is written; nil when nothing is under way
}

func (k *keptFile) write(b []byte) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.next = b
	if k.doneC == nil {
		k.doneC = make(chan struct{})
		go k.run()
	}
}

func (k *keptFile) run() {
	for {
		k.mu.Lock()
		b := k.next
		if k.next = nil; b == nil {
			close(k.doneC)
			k.doneC = nil
			k.mu.Unlock()
			return
		}
		k.mu.Unlock()
		if err := writeWhole(k.name, b); err != nil {
			k.log.Warn("what was read of the stream is not kept", zap.Error(err))
		}
	}
}

// wait waits until all is written, for a while.
func (k *keptFile) wait() {
	k.mu.Lock()
	doneC := k.doneC
	k.mu.Unlock()
	if doneC == nil {
		return
	}
	select {
	case <-doneC:
	case <-time.After(handoverWithin):
		k.log.Warn("what was read of the stream is not kept: the disk hangs")
	}
}

func writeWhole(file string, b []byte) error {
	if err := os.WriteFile(file+".new", b, 0o600); err != nil {
		return fmt.Errorf("write file: %w", err)
	}
	return os.Rename(file+".new", file)
}

// lag is how many messages of the stream have not been read.
func (f *follower) lag(ctx context.Context) (uint64, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	last, err := f.public.Last(ctx)
	if err != nil {
		return 0, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return last - min(f.seq, last), nil
}

// reach waits until all that is in the stream now has been read.
func (f *follower) reach(ctx context.Context) error {
	f.mu.Lock()
	begun := f.begun
	f.mu.Unlock()
	last, stored, err := f.public.Ends(ctx)
	if err != nil {
		return err
	}
	for {
		f.mu.Lock()
		seq, movedC := f.seq, f.movedC
		if f.begun != begun {
			f.mu.Unlock()
			return f.reach(ctx)
		}
		// One that has read more than was ever stored does not know yet that the
		// stream is another.
		if f.proved && seq >= last && seq <= stored {
			f.caught = true
			f.mu.Unlock()
			return nil
		}
		f.mu.Unlock()
		select {
		case <-movedC:
		case <-ctx.Done():
			return fmt.Errorf("read the stream to message %d: at %d: %w", last, seq, context.Cause(ctx))
		}
	}
}

package journal

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"go.uber.org/zap"
)

// Report is what Open found and did about damage. Zero where all was well.
type Report struct {
	// Damages are the unreadable stretches of the files in Aside.
	Damages []Damage
	// Recovered facts were missing in the files and found in the public stream.
	Recovered []Range
	// Lost facts were acknowledged and are found nowhere.
	Lost []Range
	// Aside holds the damaged files, or the torn tail, untouched.
	Aside string

	engine string
}

// Clean is true where nothing was wrong.
func (r Report) Clean() bool { return len(r.Damages) == 0 && len(r.Recovered) == 0 && len(r.Lost) == 0 }

// Err is a *LossError where facts were lost, else nil.
func (r Report) Err() error {
	if len(r.Lost) == 0 {
		return nil
	}
	return &LossError{Engine: r.engine, Lost: r.Lost, Aside: r.Aside}
}

// Report tells what Open found.
func (j *Journal) Report() Report { return j.rep }

// recover brings the journal to a state where it can be read and written.
func (j *Journal) recover(ctx context.Context) error {
	in := j.opts.Found
	j.rep = Report{Damages: in.Damages, Aside: in.Aside, engine: j.opts.Engine}
	if in.Rebuild {
		if err := j.rebuild(ctx, in); err != nil {
			return err
		}
	} else if err := j.position(ctx); err != nil {
		return err
	}
	upto, err := j.highest(ctx)
	if err != nil {
		return err
	}
	if err := j.fill(ctx, j.durable.Load()+1, upto, true); err != nil {
		return err
	}
	if in.Rebuild {
		if err := j.endRebuild(); err != nil {
			return err
		}
	}
	j.tell()
	return nil
}

// position reads where the stream ends.
func (j *Journal) position(ctx context.Context) error {
	lseq, r, err := j.lastRun(ctx)
	if errors.Is(err, ErrFenced) {
		return &OwnerError{Owner: "another", Engine: j.opts.Engine}
	}
	if err != nil {
		return err
	}
	j.w.lseq, j.w.tail = lseq, r.To
	j.durable.Store(r.To)
	return nil
}

// highest is the highest fact known to have been acknowledged, wherever it says so.
func (j *Journal) highest(ctx context.Context) (uint64, error) {
	upto := j.opts.Found.mark.Last
	seq, err := j.snapshotSeq(ctx)
	if err != nil {
		return 0, err
	}
	return max(upto, seq), nil
}

// rebuild writes the journal anew from the folder put aside, filling holes.
func (j *Journal) rebuild(ctx context.Context, in *Inspection) error {
	if err := j.strm.Purge(ctx); err != nil {
		return fmt.Errorf("rebuild journal: %w", err)
	}
	if err := j.position(ctx); err != nil {
		return err
	}
	scan := &Inspection{storeDir: in.storeDir, mark: in.mark, marked: in.marked}
	next := max(in.mark.First, 1)
	if !in.marked && in.First > 0 {
		next = in.First
	}
	_, err := scan.scan(in.Aside, func(r run, rec record) error {
		if r.To < next {
			return nil
		}
		if r.From > next {
			if err := j.fill(ctx, next, r.From-1, false); err != nil {
				return err
			}
		}
		defer func() { next = r.To + 1 }()
		if r.lost {
			return j.publish(lostMessage(j.opts.Engine, Range{max(next, r.From), r.To}), r.To)
		}
		es, err := entries(r, rec.data)
		if err != nil {
			return j.fill(ctx, max(next, r.From), r.To, false)
		}
		for len(es) > 0 && es[0].Seq < next {
			es = es[1:]
		}
		return j.put(es)
	})
	if err != nil {
		return fmt.Errorf("rebuild journal: %w", err)
	}
	if j.durable.Load() == 0 && next > 1 {
		j.w.tail = next - 1
		j.durable.Store(next - 1)
	}
	return nil
}

// fill writes the facts from one to another out of the public stream and writes
// down as lost what is not there. With open it also takes what the public
// stream has beyond to.
func (j *Journal) fill(ctx context.Context, from, to uint64, open bool) error {
	var found []Entry
	if j.opts.Public != nil && (to >= from || open) {
		limit := to
		if open {
			limit = 0
		}
		var err error
		if found, err = j.opts.Public.Facts(ctx, j.opts.Engine, from, limit); err != nil {
			j.log.Warn("public stream not asked for lost facts", zap.Error(err))
		}
	}
	for len(found) > 0 {
		if first := found[0].Seq; first > from {
			if err := j.lose(Range{from, first - 1}); err != nil {
				return err
			}
			from = first
		}
		n := 1
		for n < len(found) && found[n].Seq == from+uint64(n) {
			n++
		}
		if err := j.put(found[:n]); err != nil {
			return err
		}
		j.rep.Recovered = append(j.rep.Recovered, Range{from, from + uint64(n) - 1})
		from += uint64(n)
		found = found[n:]
	}
	if from <= to {
		return j.lose(Range{from, to})
	}
	return nil
}

// put writes facts that follow each other, in messages of the usual size.
func (j *Journal) put(es []Entry) error {
	for len(es) > 0 {
		n := fit(es, j.opts.MaxBatch)
		if err := j.publish(message(j.opts.Engine, es[:n]), es[n-1].Seq); err != nil {
			return err
		}
		es = es[n:]
	}
	return nil
}

func (j *Journal) lose(r Range) error {
	j.rep.Lost = append(j.rep.Lost, r)
	return j.publish(lostMessage(j.opts.Engine, r), r.To)
}

// endRebuild removes the note: from here on the new stream is the journal.
func (j *Journal) endRebuild() error {
	dir := j.opts.Found.storeDir
	if err := os.Remove(filepath.Join(dir, rebuildFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("end journal rebuild: %w", err)
	}
	if err := syncDir(dir); err != nil {
		return fmt.Errorf("end journal rebuild: %w", err)
	}
	return nil
}

// tell logs and alarms what recover found.
func (j *Journal) tell() {
	if j.rep.Clean() {
		return
	}
	for _, d := range j.rep.Damages {
		j.log.Warn("journal file damaged", zap.Stringer("damage", d))
	}
	if len(j.rep.Recovered) > 0 {
		j.log.Warn("facts recovered from the public stream", zap.String("facts", ranges(j.rep.Recovered)))
	}
	if err := j.rep.Err(); err != nil {
		for _, r := range j.rep.Lost {
			j.opts.Metrics.Lost.Add(float64(r.To - r.From + 1))
		}
		j.log.Error("journal lost facts", zap.Error(err))
		j.alarm(AlarmLoss, true, err)
	}
}

package service

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"go.uber.org/zap"

	"sansheng/pbx/ari"
	"sansheng/pbx/wav"
	"sansheng/store"
)

// The recorder looks at every recording once its call has ended: fetched from the
// switch, measured against the talk, its hash sealed into the record's chain. It
// destroys those whose time is over. It works from the rows, so a restart, or a switch
// or database that is away for a while, costs it nothing but time.
const (
	recorderEvery = time.Second
	recorderBatch = 20
	// Each look is at the calls of late; one at all of them, for calls whose rows came
	// late, is made at the start and then every so often.
	recordedLately = time.Hour
	lookAtAllEvery = 10 * time.Minute
	// fileWithin is how long the switch may take to finish a file.
	fileWithin = 20 * time.Second
	// destroyEvery is the time between two looks for recordings that are too old.
	destroyEvery = time.Hour
	// eraseEvery is that for recordings of erased records.
	eraseEvery = 5 * time.Second
	// badFor is for how long a bad recording is an alarm.
	badFor = 24 * time.Hour
)

// What a recording must hold, against the talk: most of it, and some sound.
const (
	talkLeast  = 2 * time.Second // shorter talks need none
	lengthSlip = 3 * time.Second
	lengthPart = 0.8
)

// needed tells whether people talked long enough for there to be a recording.
func needed(u store.Unchecked) bool { return u.Talk >= talkLeast || u.Served }

// judge tells whether a recording is as it should be.
func judge(u store.Unchecked, m wav.Measure) store.RecordingResult {
	switch {
	case !needed(u):
		return store.RecordingGood
	case m.Length < time.Duration(float64(u.Talk)*lengthPart)-lengthSlip:
		return store.RecordingShort
	case m.Loud == 0 && !u.Message:
		return store.RecordingSilent
	}
	return store.RecordingGood
}

// keepRecordings runs until the service ends.
func (s *Service) keepRecordings(run context.Context) {
	tick := time.NewTicker(recorderEvery)
	defer tick.Stop()
	var destroyed, erased, all time.Time
	for {
		select {
		case <-tick.C:
		case <-run.Done():
			return
		}
		client := s.switchClient()
		records := s.records.store.Load()
		if client == nil || records == nil {
			continue
		}
		since := time.Now().Add(-recordedLately)
		if time.Since(all) > lookAtAllEvery {
			since = time.Time{}
		}
		more, err := s.checkRecordings(run, client, records, since)
		if err != nil {
			s.log.Debug("recordings cannot be looked at now", zap.Error(err))
			continue
		}
		if since.IsZero() && !more {
			all = time.Now()
		}
		if time.Since(erased) > eraseEvery {
			erased = time.Now()
			if err := s.destroyErased(run, client, records); err != nil && run.Err() == nil {
				s.log.Error("recordings of erased records cannot be destroyed; it is tried again", zap.Error(err))
			}
		}
		if days := s.cfg.Recordings.KeepDays; days > 0 && time.Since(destroyed) > destroyEvery {
			destroyed = time.Now()
			if err := s.destroyRecordings(run, client, records, days); err != nil && run.Err() == nil {
				s.log.Error("old recordings cannot be destroyed; it is tried again in an hour", zap.Error(err))
			}
		}
	}
}

// switchClient asks the switch, whichever engine leads; nil where it cannot be reached.
func (s *Service) switchClient() *ari.Client {
	switch link, _, err := s.leading(); {
	case err != nil:
		return nil
	case link != nil:
		return link.Client()
	case s.duty != nil:
		return s.duty.probe
	}
	return nil
}

// checkRecordings looks at recordings of the calls that have ended since then, and tells
// whether there may be more.
func (s *Service) checkRecordings(ctx context.Context, client *ari.Client, records *store.Store, since time.Time) (more bool, err error) {
	list, err := records.Unchecked(ctx, since, recorderBatch)
	if err != nil {
		return false, err
	}
	sealed, err := s.lookAtEach(ctx, client, list, since.IsZero(), func(u store.Unchecked, c store.RecordingCheck) error {
		return records.CheckRecording(ctx, u.Call, c)
	})
	if err != nil {
		return false, err
	}
	if len(list) == 0 && !since.IsZero() {
		return false, nil
	}
	bad, err := records.BadRecordings(ctx, time.Now().Add(-badFor))
	if err != nil {
		return false, err
	}
	if bad > 0 {
		s.alarms.Set("recording_bad", fmt.Errorf("%d of the last 24 hours", bad))
	} else {
		s.alarms.Set("recording_bad", nil)
	}
	return len(list) == recorderBatch && sealed > 0, nil
}

// lookAtEach looks at recordings and has what was found sealed; it tells of how many. One
// that the switch does not give out, as for its disk, holds no other up, and is told of where
// loud is set; it ends where the switch is not there at all.
func (s *Service) lookAtEach(ctx context.Context, client *ari.Client, list []store.Unchecked, loud bool, seal func(store.Unchecked, store.RecordingCheck) error) (sealed int, err error) {
	level := zap.DebugLevel
	if loud {
		level = zap.WarnLevel
	}
	for _, u := range list {
		c, finished, err := lookAt(ctx, client, u)
		switch {
		case err != nil && unanswered(ctx, err):
			return sealed, err
		case err != nil:
			s.log.Log(level, "a recording cannot be looked at; it is tried again", zap.String("call", u.Call), zap.String("name", u.Name), zap.Error(err))
			continue
		case !finished && time.Since(u.EndedAt) < fileWithin:
			continue // it is written still; what is sealed is the whole
		}
		if err := seal(u, c); err != nil {
			return sealed, err
		}
		sealed++
	}
	return sealed, nil
}

// lookAt fetches a recording and its sides and measures them; finished is false where the
// switch may be writing one still.
func lookAt(ctx context.Context, client *ari.Client, u store.Unchecked) (c store.RecordingCheck, finished bool, err error) {
	c = store.RecordingCheck{Name: u.Name, CheckedAt: time.Now(), TalkMs: u.Talk.Milliseconds()}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	m, err := fetch(ctx, client, u.Name)
	switch {
	case errors.Is(err, errNoFile) && !needed(u):
		c.Result = store.RecordingNone
		return c, true, nil
	case errors.Is(err, errNoFile):
		c.Result = store.RecordingMissing
		return c, false, nil
	case errors.Is(err, wav.ErrFormat) && !needed(u):
		c.Result = store.RecordingNone
		return c, false, nil
	case errors.Is(err, wav.ErrFormat):
		c.Result = store.RecordingBroken
		return c, false, nil
	case err != nil:
		return c, false, err
	}
	finished = m.Finished && m.Length > 0
	c.Result, c.LengthMs, c.LoudMs, c.Bytes, c.SHA256 = judge(u, m), m.Length.Milliseconds(), m.Loud.Milliseconds(), m.Bytes, m.SHA256
	for _, side := range store.Sides {
		name := store.SideName(u.Name, side)
		of, err := fetch(ctx, client, name)
		switch {
		case errors.Is(err, errNoFile) || errors.Is(err, wav.ErrFormat):
			continue // a message, or an older recording: it has none
		case err != nil:
			return c, false, err
		}
		finished = finished && of.Finished
		// They run in step: one that is shorter has lost something.
		if c.Result == store.RecordingGood && of.Length < m.Length-lengthSlip {
			c.Result = store.RecordingShort
		}
		c.Sides = append(c.Sides, store.RecordingSide{
			Side: side, Name: name, LengthMs: of.Length.Milliseconds(), LoudMs: of.Loud.Milliseconds(), Bytes: of.Bytes, SHA256: of.SHA256,
		})
	}
	if n := len(c.Sides); n > 0 && n < len(store.Sides) && c.Result == store.RecordingGood {
		c.Result, finished = store.RecordingShort, false // one leg has no file
	}
	return c, finished, nil
}

// errNoFile: the switch has no such recording.
var errNoFile = errors.New("no such recording")

// fetch reads a recording from the switch and measures it.
func fetch(ctx context.Context, client *ari.Client, name string) (wav.Measure, error) {
	file, err := client.Recordings.File(ctx, name)
	var refused *ari.Error
	switch {
	case errors.As(err, &refused) && refused.Status == http.StatusNotFound:
		return wav.Measure{}, errNoFile
	case err != nil:
		return wav.Measure{}, err
	}
	defer file.Close()
	return wav.Read(file)
}

// destroyRecordings destroys recordings older than the rule allows, and puts on record
// that it did. Dying in between it does both again.
func (s *Service) destroyRecordings(ctx context.Context, client *ari.Client, records *store.Store, days int) error {
	before := time.Now().AddDate(0, 0, -days)
	return destroyEach(
		func(skip int) ([]store.DestroyedRecording, error) {
			return records.OldRecordings(ctx, before, recorderBatch, skip)
		},
		s.destroyer(ctx, client, records, fmt.Sprintf("recordings.keep_days: %d", days)),
	)
}

// destroyErased destroys the recordings of records that were erased by law.
func (s *Service) destroyErased(ctx context.Context, client *ari.Client, records *store.Store) error {
	return destroyEach(
		func(skip int) ([]store.DestroyedRecording, error) {
			return records.ErasedRecordings(ctx, recorderBatch, skip)
		},
		s.destroyer(ctx, client, records, "the record was erased"),
	)
}

// destroyEach destroys recordings, a list at a time; one that cannot be destroyed stays in the
// lists, is skipped in the next, and holds no other up. It ends where the switch is not there.
func destroyEach(lists func(skip int) ([]store.DestroyedRecording, error), destroy func(store.DestroyedRecording) (away bool, err error)) error {
	kept, first := 0, error(nil)
	for {
		list, err := lists(kept)
		if err != nil || len(list) == 0 {
			if first != nil {
				err = errors.Join(err, fmt.Errorf("%d recordings, the first: %w", kept, first))
			}
			return err
		}
		for _, d := range list {
			away, err := destroy(d)
			switch {
			case away:
				return err
			case err != nil:
				kept++
				first = cmp.Or(first, fmt.Errorf("%s: %w", d.Name, err))
			}
		}
	}
}

// destroyer destroys recordings by a rule; away tells that the switch is not there.
func (s *Service) destroyer(ctx context.Context, client *ari.Client, records *store.Store, rule string) func(store.DestroyedRecording) (away bool, err error) {
	return func(d store.DestroyedRecording) (bool, error) {
		d.Rule = rule
		err := s.destroy(ctx, client, records, d)
		return err != nil && unanswered(ctx, err), err
	}
}

// unanswered tells whether the switch is not there at all, or we are to end.
func unanswered(ctx context.Context, err error) bool {
	var refused *ari.Error
	return ctx.Err() != nil || errors.As(err, &refused) && refused.Status == 0 && !refused.Timeout()
}

// destroy removes a recording and its sides, and puts it on record.
func (s *Service) destroy(ctx context.Context, client *ari.Client, records *store.Store, d store.DestroyedRecording) error {
	d.At = time.Now()
	for _, name := range []string{d.Name, store.SideName(d.Name, store.Sides[0]), store.SideName(d.Name, store.Sides[1])} {
		if err := client.Recordings.DeleteStored(ctx, name); err != nil && !ari.Gone(err) {
			return err
		}
	}
	if err := records.Destroyed(ctx, d); err != nil {
		return err
	}
	s.log.Info("recording destroyed", zap.String("call", d.Call), zap.String("name", d.Name), zap.String("rule", d.Rule))
	return nil
}

package service

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"go.uber.org/zap"

	"sansheng/cmd/sansheng/config"
	"sansheng/cti/web"
	"sansheng/pbx/asterisk"
	"sansheng/store"
	"sansheng/store/proof"
)

// giveAgainAfter is the time until a head is given again to a witness that did not take it.
const giveAgainAfter = time.Minute

// Witnesses are those that a configuration names.
func Witnesses(cfg *config.Config) []proof.Witness {
	var all []proof.Witness
	for _, f := range cfg.Witness.Folders {
		all = append(all, proof.Folder(f))
	}
	for _, u := range cfg.Witness.URLs {
		all = append(all, proof.NewLink(u))
	}
	return all
}

// witnessing gives the chains' signed heads to witnesses.
type witnessing struct {
	records *store.Store
	key     *proof.Key
	all     []proof.Witness
	// known are the heads against which the chains are held.
	known  map[string]proof.Head
	learnt bool
	// late are the witnesses that lack the last heads.
	late map[proof.Witness]bool
	// looked is when the chains were last held against heads, chains what was found.
	looked time.Time
	chains []web.CompanyChain
	// faulty says of companies what was wrong when all their records were last looked at.
	faulty map[string]string
}

// state is what was last found, with why a witness may be late; nil before the first look.
func (w *witnessing) state(late error) *web.ChainState {
	if w.looked.IsZero() {
		return nil
	}
	at := w.looked.UTC()
	state := &web.ChainState{CheckedAt: &at, Witnesses: []string{}, Companies: w.chains}
	for _, one := range w.all {
		state.Witnesses = append(state.Witnesses, one.Name())
	}
	if late != nil && len(w.all) > 0 {
		state.Late = late.Error()
	}
	return state
}

// keepWitness runs until the service ends. It begins with what the witnesses know already.
func (s *Service) keepWitness(run context.Context, every time.Duration) {
	select {
	case <-s.database.readyC:
	case <-run.Done():
		return
	}
	key := s.witnessKey(run)
	if key == nil {
		return
	}
	if key.Made {
		s.log.Info("a key for the records' witnesses was made", zap.Stringer("public key", key.Public))
	}
	w := &witnessing{records: s.database.store, key: key, all: Witnesses(s.cfg), known: map[string]proof.Head{}, late: map[proof.Witness]bool{}}
	var due time.Time
	whole := time.Now().Add(every) // not while everything starts
	for {
		if again := time.Duration(s.cfg.Witness.Verify); again > 0 && time.Now().After(whole) {
			if err := w.verify(run); err == nil {
				whole = time.Now().Add(again)
			} else if run.Err() == nil {
				s.log.Warn("records are not verified; that is tried again", zap.Error(err))
			}
		}
		if time.Now().After(due) {
			due = time.Now().Add(every)
			for _, one := range w.all {
				w.late[one] = true
			}
		}
		altered, err := w.give(run)
		if run.Err() != nil {
			return
		}
		if state := w.state(err); state != nil {
			s.chains.Store(state)
		}
		late := err
		if len(w.all) == 0 {
			late = nil // what keeps us from looking is told by others
		}
		s.alarms.Set("witness_late", late)
		if altered != nil || err == nil {
			s.alarms.Set("records_altered", altered)
		}
		wait := time.Until(due)
		if err != nil {
			wait = min(wait, giveAgainAfter)
		}
		select {
		case <-time.After(wait):
		case <-run.Done():
			return
		}
	}
}

// witnessKey is the key that signs, which is waited for where it can neither be read nor made,
// as on a full disk; nil where the service ends before.
func (s *Service) witnessKey(run context.Context) *proof.Key {
	for {
		key, err := proof.OpenKey(s.cfg.Data)
		if err == nil {
			return key
		}
		s.alarms.Set("witness_late", err)
		select {
		case <-time.After(giveAgainAfter):
		case <-run.Done():
			return nil
		}
	}
}

// give makes the heads as they are now and gives them to those that lack some. What the
// chains are not any more they are told as it is: the witness has both.
func (w *witnessing) give(ctx context.Context) (altered, late error) {
	late = w.learn()
	trees, err := w.records.Trees(ctx, w.known)
	if err != nil {
		return nil, errors.Join(late, err)
	}
	var heads []proof.Head
	chains := []web.CompanyChain{}
	for _, g := range trees {
		h, err := w.key.Sign(g.Head)
		if err != nil {
			return altered, errors.Join(late, err)
		}
		heads = append(heads, h)
		wrong := cmp.Or(g.Altered, w.faulty[h.Company])
		chains = append(chains, web.CompanyChain{Company: h.Company, Seals: h.Size, Root: hex.EncodeToString(h.Root), At: h.At, Altered: wrong})
		if wrong != "" {
			altered = errors.Join(altered, errors.New(wrong))
		}
		if g.Altered == "" {
			w.known[h.Company] = h
		}
	}
	w.looked, w.chains = time.Now(), chains
	for _, one := range w.all {
		if !w.late[one] {
			continue
		}
		var failed error
		for _, h := range heads {
			failed = errors.Join(failed, one.Give(ctx, h))
		}
		if late = errors.Join(late, failed); failed == nil {
			delete(w.late, one)
		}
	}
	return altered, late
}

// verify holds all rows against their seals: who changes a row and no seal is not found by heads.
func (w *witnessing) verify(ctx context.Context) error {
	checks, err := w.records.Verify(ctx, "")
	if err != nil {
		return err
	}
	w.faulty = map[string]string{}
	for _, v := range checks {
		if len(v.Faults) > 0 {
			f := v.Faults[0]
			w.faulty[v.Company] = fmt.Sprintf("company %s: %d faults, the first: seal %d, call %s: %s", v.Company, len(v.Faults)+v.MoreFaults, f.N, f.Call, f.Problem)
		}
	}
	return nil
}

// learn reads, once, what the folders among the witnesses know.
func (w *witnessing) learn() error {
	if w.learnt {
		return nil
	}
	var failed error
	for _, one := range w.all {
		folder, ok := one.(proof.Folder)
		if !ok {
			continue
		}
		newest, err := folder.Newest(w.key.Public)
		failed = errors.Join(failed, err)
		for _, h := range newest {
			if h.Size > w.known[h.Company].Size {
				w.known[h.Company] = h
			}
		}
	}
	w.learnt = failed == nil
	return failed
}

// RecordingsFolder is where our own switch keeps recordings.
func RecordingsFolder(cfg *config.Config) string {
	return filepath.Join(cfg.Data, "asterisk", asterisk.RecordingFolder)
}

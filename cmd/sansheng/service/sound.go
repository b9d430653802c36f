package service

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"sansheng/cti/web"
	"sansheng/pbx/ari"
	"sansheng/store"
)

// openRecording opens a recording's file: where our own switch keeps it, or fetched from the
// switch. It implements web.RecordingOpener.
func (s *Service) openRecording(ctx context.Context, name string) (io.ReadSeekCloser, error) {
	if s.cfg.Asterisk.URL == "" {
		// A name in the database cannot lead out of the folder.
		file, err := os.OpenInRoot(RecordingsFolder(s.cfg), name+".wav")
		if err == nil || !errors.Is(err, fs.ErrNotExist) {
			return file, err
		}
	}
	return s.receive(ctx, name)
}

// receiveWithin is how long the switch may take to send a file.
const receiveWithin = time.Minute

// receive fetches a recording from the switch, all of it, however slow who hears it is: the
// connection is one of those by which the engine orders what calls need.
func (s *Service) receive(ctx context.Context, name string) (io.ReadSeekCloser, error) {
	client := s.switchClient()
	if client == nil {
		return nil, errors.New("the switch cannot be reached")
	}
	ctx, cancel := context.WithTimeout(ctx, receiveWithin)
	defer cancel()
	sound, err := client.Recordings.File(ctx, name)
	switch {
	case ari.Gone(err):
		return nil, fmt.Errorf("%w: %s", web.ErrNoSound, name)
	case err != nil:
		return nil, err
	}
	defer sound.Close()
	file, err := spool(sound)
	if err != nil {
		return nil, fmt.Errorf("fetch recording %s: %w", name, err)
	}
	return file, nil
}

// spool keeps what can be read once in a file without a name, from its beginning.
func spool(r io.Reader) (*os.File, error) {
	file, err := os.CreateTemp("", "sansheng-sound-*")
	if err != nil {
		return nil, err
	}
	err = os.Remove(file.Name())
	if err == nil {
		_, err = io.Copy(file, r)
	}
	if err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// proofKeeper checks records by the store, and tells what the witness loop last found.
type proofKeeper struct{ s *Service }

// CallProof implements web.ProofKeeper.
func (k proofKeeper) CallProof(ctx context.Context, call string) (store.CallProof, error) {
	db, err := k.s.records.open()
	if err != nil {
		return store.CallProof{}, err
	}
	folder := ""
	if own := RecordingsFolder(k.s.cfg); k.s.cfg.Asterisk.URL == "" {
		if _, err := os.Stat(own); err == nil {
			folder = own
		}
	}
	return db.VerifyCall(ctx, call, folder)
}

// Chains implements web.ProofKeeper.
func (k proofKeeper) Chains() web.ChainState {
	if state := k.s.chains.Load(); state != nil {
		return *state
	}
	none := web.ChainState{Witnesses: []string{}, Companies: []web.CompanyChain{}}
	for _, one := range Witnesses(k.s.cfg) {
		none.Witnesses = append(none.Witnesses, one.Name())
	}
	return none
}

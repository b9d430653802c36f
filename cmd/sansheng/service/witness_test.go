package service

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"sansheng/cmd/sansheng/config"
	"sansheng/cti"
	"sansheng/cti/web"
	"sansheng/store"
	"sansheng/store/proof"
)

// raised tells whether an alarm stands, and why.
func (st *stack) raised(name string) (string, bool) {
	for _, a := range st.svc.alarms.Raised() {
		if a.Name == name {
			return a.Cause, true
		}
	}
	return "", false
}

// TestWitnesses: heads go to a folder and to an address by themselves; one that takes none is
// an alarm, and gets them once it does; what somebody makes anew in the database is another.
// A record is erased by law, and the witness's chain is whole.
func TestWitnesses(t *testing.T) {
	t.Parallel()
	const from = "13900000021"
	var away atomic.Bool
	away.Store(true)
	postedC := make(chan string, 1000)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if away.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		b, _ := io.ReadAll(r.Body)
		postedC <- string(b)
	}))
	defer server.Close()
	folder := filepath.Join(dataFolder(t), "witness")
	cfg := config.Default()
	cfg.Data, cfg.Hotline = dataFolder(t), cti.DemoPlan(0)
	cfg.Witness = config.Witness{Every: cti.Span(time.Second), Verify: cti.Span(time.Second), Folders: []string{folder}, URLs: []string{server.URL}}
	st := startStack(t, cfg)
	caller, _, _ := st.talk(from)
	st.hangup(caller)
	r, _ := st.checked(from)
	alarm := func(name, cause string) {
		t.Helper()
		until(t, func(context.Context) (bool, string) {
			got, _ := st.raised(name)
			return strings.Contains(got, cause), fmt.Sprintf("alarm %s: %q, want %q", name, got, cause)
		})
	}
	over := func(name string) {
		t.Helper()
		until(t, func(context.Context) (bool, string) {
			cause, up := st.raised(name)
			return !up, name + " stands: " + cause
		})
	}
	alarm("witness_late", folder)
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	away.Store(false)
	over("witness_late")
	away.Store(true)
	alarm("witness_late", "503")
	away.Store(false)
	over("witness_late")
	key, err := proof.ReadKey(cfg.Data)
	if err != nil {
		t.Fatal(err)
	}
	if h, err := proof.Open(<-postedC, key.Public); err != nil || h.Company != "demo" || h.Size == 0 {
		t.Errorf("posted %+v, %v", h, err)
	}

	evidence := func() store.Evidence {
		t.Helper()
		heads, err := proof.ReadHeads(folder, key.Public)
		if err != nil {
			t.Fatal(err)
		}
		return store.Evidence{Heads: heads, Recordings: RecordingsFolder(cfg)}
	}
	verify := func() store.Verification {
		t.Helper()
		checks, err := st.records().VerifyAgainst(deadline(t), "demo", evidence())
		if err != nil || len(checks) != 1 {
			t.Fatalf("%+v, %v", checks, err)
		}
		return checks[0]
	}
	if v := verify(); len(v.Faults) > 0 || v.Witnessed == 0 || v.Recordings == 0 {
		t.Errorf("%+v", v)
	}

	checkProof(t, st, r)

	// Somebody changes a row and no seal: no head shows it, the next look at all records does.
	change := func(did string) {
		t.Helper()
		statement := fmt.Sprintf("SET session_replication_role = replica; UPDATE call SET did = '%s' WHERE id = '%s'; RESET session_replication_role", did, r.ID)
		if _, err := st.records().Pool().Exec(deadline(t), statement); err != nil {
			t.Fatal(err)
		}
	}
	change("1")
	alarm("records_altered", "call "+r.ID+": record changed after it was sealed")
	change(r.DID)
	over("records_altered")

	// The record is erased: by the engine's fact, with its recordings.
	order := cti.EraseRecord{Call: cti.CallID(r.ID), Company: "demo", ErasedData: cti.ErasedData{By: "9001", Reason: "asked for by letter"}}
	if err := st.svc.eraseRecord(deadline(t), order); err != nil {
		t.Fatal(err)
	}
	until(t, func(ctx context.Context) (bool, string) {
		r, err := st.records().Record(ctx, r.ID)
		if err != nil {
			return false, err.Error()
		}
		gone := r.Erased != nil && r.Caller == "" && len(r.RecordingChecks) == 1 && r.RecordingChecks[0].DestroyedAt != nil
		return gone, fmt.Sprintf("the record is %+v", r)
	})
	if _, err := os.Stat(st.recording(r)); !os.IsNotExist(err) {
		t.Errorf("the recording: %v", err)
	}
	if v := verify(); len(v.Faults) > 0 || len(v.Erased) != 1 || v.Erased[0].By != "9001" {
		t.Errorf("%+v", v)
	}
	if _, up := st.raised("records_altered"); up {
		t.Error("an erasure is an alarm")
	}

	// Somebody makes the chain anew; the next head shows it.
	const forge = `SET session_replication_role = replica; UPDATE seal SET hash = md5('x') || md5('y') WHERE n = 1; RESET session_replication_role`
	if _, err := st.records().Pool().Exec(deadline(t), forge); err != nil {
		t.Fatal(err)
	}
	alarm("records_altered", "company demo: the first")
	if c := (proofKeeper{st.svc}).Chains(); len(c.Companies) != 1 || !strings.HasPrefix(c.Companies[0].Altered, "company demo: the first") {
		t.Errorf("chains %+v", c)
	}
}

// checkProof: one record's proof is good, the state of the chains is the witnesses', and the
// recording is heard from any place in it.
func checkProof(t *testing.T, st *stack, r store.Record) {
	t.Helper()
	k := proofKeeper{st.svc}
	if p, err := k.CallProof(deadline(t), r.ID); err != nil || len(p.Faults) > 0 || len(p.Seals) != 2 || p.Recordings == 0 || p.Seals[0].Hash != *r.Hash {
		t.Errorf("proof %+v, %v", p, err)
	}
	if c := k.Chains(); c.CheckedAt == nil || len(c.Witnesses) != 2 || c.Late != "" || len(c.Companies) != 1 || c.Companies[0].Company != "demo" || c.Companies[0].Altered != "" {
		t.Errorf("chains %+v", c)
	}
	sound, err := st.svc.openRecording(deadline(t), r.Recordings[0].Name)
	if err != nil {
		t.Fatal(err)
	}
	defer sound.Close()
	if _, err := sound.Seek(8, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	kind := make([]byte, 4)
	if _, err := io.ReadFull(sound, kind); err != nil || string(kind) != "WAVE" {
		t.Errorf("recording %q, %v", kind, err)
	}
	if _, err := st.svc.openRecording(deadline(t), "none"); !errors.Is(err, web.ErrNoSound) {
		t.Errorf("no recording: %v", err)
	}
	if _, err := st.svc.openRecording(deadline(t), "../../accounts"); err == nil {
		t.Error("a name led out of the folder")
	}
}

// TestWitnessKeyUnreadable: a key that cannot be read is an alarm, for nobody is given a head
// then, and what the chains are is not looked at.
func TestWitnessKeyUnreadable(t *testing.T) {
	t.Parallel()
	cfg := config.Default()
	cfg.Data = t.TempDir()
	if err := os.WriteFile(filepath.Join(cfg.Data, "witness.key"), []byte("cut off"), 0o600); err != nil {
		t.Fatal(err)
	}
	readyC := make(chan struct{})
	close(readyC)
	s := &Service{cfg: cfg, log: zap.NewNop(), registry: prometheus.NewRegistry(), database: &database{readyC: readyC}}
	s.openAlarms()
	defer s.closeAlarms()
	run, end := context.WithCancel(deadline(t))
	var kept sync.WaitGroup
	kept.Go(func() { s.keepWitness(run, time.Hour) })
	defer kept.Wait()
	defer end()
	st := &stack{svc: s}
	until(t, func(context.Context) (bool, string) {
		cause, _ := st.raised("witness_late")
		return strings.Contains(cause, "witness.key"), fmt.Sprintf("alarm witness_late: %q", cause)
	})
}

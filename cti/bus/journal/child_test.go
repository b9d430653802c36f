package journal_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"sansheng/cti/bus"
	"sansheng/cti/bus/journal"
)

// child is this program as a process of its own: it writes facts as fast as it
// can and prints what it is told.
func child(what string) int {
	name, dir, _ := strings.Cut(what, ":")
	ctx := context.Background()
	s, err := bus.Start(ctx, bus.Options{StoreDir: dir})
	if err != nil {
		fmt.Println("error", err)
		return 1
	}
	opts := journal.Options{Engine: engine, RetryMin: 10 * time.Millisecond, RetryMax: 100 * time.Millisecond,
		CommitTimeout: 500 * time.Millisecond,
		Alarm:         func(a journal.Alarm) { fmt.Println("alarm", a.Kind, a.Raised) }}
	j, err := s.OpenJournal(ctx, opts)
	if err != nil {
		fmt.Println("error", err)
		return 1
	}
	switch name {
	case "write":
		writeForEver(j)
	case "full":
		if err := writeOnFullDisk(ctx, j); err != nil {
			fmt.Println("error", err)
			return 1
		}
	}
	// The writer has told its alarms when Close returns, not when a fact is durable.
	last := j.Last()
	if err := j.Close(); err != nil {
		fmt.Println("error", err)
		return 1
	}
	fmt.Println("done", last)
	s.Close()
	return 0
}

// writeForEver keeps ten batches in flight and prints each acknowledged fact.
func writeForEver(j *journal.Journal) {
	slotC := make(chan struct{}, 10)
	for seq := j.Last() + 1; ; {
		slotC <- struct{}{}
		upto := seq + seq%4
		j.Append(facts(seq, upto), func(err error) {
			if err == nil {
				fmt.Println("ack", upto)
			} else {
				fmt.Println("error", err)
			}
			<-slotC
		})
		seq = upto + 1
	}
}

// writeOnFullDisk lets no file grow beyond 200 kB, as a full disk would, then
// gives the space back.
func writeOnFullDisk(ctx context.Context, j *journal.Journal) error {
	var was unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_FSIZE, &was); err != nil {
		return err
	}
	if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: 200_000, Max: was.Max}); err != nil {
		return err
	}
	late := make(chan struct{}, 1)
	const n = 1500
	for seq := uint64(1); seq <= n; seq += 5 {
		doneC := make(chan error, 1)
		j.Append(facts(seq, seq+4), func(err error) { doneC <- err })
		if err := <-doneC; isDelayed(err) {
			select {
			case late <- struct{}{}:
			default:
			}
		} else if err != nil {
			return err
		}
	}
	<-late
	if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &was); err != nil {
		return err
	}
	return j.Wait(ctx, n)
}

// spawn starts this program as a child and gives its lines.
func spawn(t *testing.T, what string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	cmd := exec.CommandContext(limit(t), os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+what)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, bufio.NewScanner(out)
}

// TestKill: after kill -9 every acknowledged fact is there, and no gap.
func TestKill(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var acked uint64
	for round := range 4 {
		cmd, lines := spawn(t, "write:"+dir)
		n := 0
		for lines.Scan() {
			rest, ok := strings.CutPrefix(lines.Text(), "ack ")
			if !ok {
				t.Fatalf("round %d: child says %q", round, lines.Text())
			}
			seq, err := strconv.ParseUint(rest, 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			if acked = seq; n == 100+37*round {
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
			n++
		}
		if err := cmd.Wait(); err == nil {
			t.Fatal("child ended by itself")
		}
		s := start(t, dir)
		j := open(t, s, journal.Options{})
		got, last := seqs(t, j, 0)
		if last < acked || !slices.Equal(got, span(journal.Range{1, last})) {
			t.Fatalf("round %d: acknowledged up to %d, replay gave %d facts, last %d, report %+v", round, acked, len(got), last, j.Report())
		}
		if err := j.Report().Err(); err != nil {
			t.Error(err)
		}
		j.Close()
		s.Close()
	}
}

// TestFullDisk: writes fail with an error of the file system, the store gives
// up, and is revived when there is space; nothing is lost.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cmd, lines := spawn(t, "full:"+dir)
	var said []string
	for lines.Scan() {
		said = append(said, lines.Text())
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("child: %v, said %q", err, said)
	}
	want := []string{"alarm journal_write true", "alarm journal_write false", "done 1500"}
	if !slices.Equal(said, want) {
		t.Errorf("child said %q, want %q", said, want)
	}
	j := open(t, start(t, dir), journal.Options{})
	if got, _ := seqs(t, j, 0); !slices.Equal(got, span(journal.Range{1, 1500})) {
		t.Errorf("replay gave %d facts", len(got))
	}
	if !j.Report().Clean() {
		t.Errorf("report %+v", j.Report())
	}
}

package bus_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"sansheng/cti/bus"
	"sansheng/cti/bus/journal"
)

// child runs the whole bus in a process of its own, appends for ever and prints
// each fact that a reader has read, with its place in the stream.
func child(dir string) int {
	fail := func(err error) int {
		fmt.Println("error", err)
		return 1
	}
	ctx := context.Background()
	s, err := bus.Start(ctx, bus.Options{StoreDir: dir})
	if err != nil {
		return fail(err)
	}
	p, err := s.Public(ctx, bus.StreamLimits{})
	if err != nil {
		return fail(err)
	}
	j, err := s.OpenJournal(ctx, journal.Options{Engine: engine, Public: p})
	if err != nil {
		return fail(err)
	}
	if err := j.Report().Err(); err != nil {
		return fail(err)
	}
	bus.StartRelay(j, p, bus.RelayOptions{})
	from := j.Last()
	go func() {
		slotC := make(chan struct{}, 20)
		for seq := from + 1; ; seq++ {
			slotC <- struct{}{}
			j.Append(facts(seq, seq), func(error) { <-slotC })
		}
	}()
	for rd := p.Reader(bus.ReaderOptions{}); ; {
		m, err := rd.NextRaw(ctx)
		if err != nil {
			return fail(err)
		}
		fmt.Println(m.Seq, m.ID)
	}
}

// TestKill: after kill -9 of everything at once HOTLINE goes on, in order, each
// fact once, and what a reader had read is where it was.
func TestKill(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	seen := map[string]string{}
	for round := range 3 {
		cmd := exec.CommandContext(limit(t), os.Args[0])
		cmd.Env = append(os.Environ(), childEnv+"="+dir)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		n := 0
		for lines := bufio.NewScanner(out); lines.Scan(); n++ {
			seq, id, ok := strings.Cut(lines.Text(), " ")
			if !ok || seq == "error" {
				t.Fatalf("child says %q", lines.Text())
			}
			if was, ok := seen[seq]; ok && was != id {
				t.Errorf("round %d: message %s was %s, is %s", round, seq, was, id)
			}
			seen[seq] = id
			if n == 300+500*round {
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := cmd.Wait(); err == nil {
			t.Fatal("child ended by itself")
		}
	}
	s := start(t, bus.Options{StoreDir: dir})
	p := public(t, s, bus.StreamLimits{})
	j := open(t, s, journal.Options{Public: p})
	if err := j.Report().Err(); err != nil {
		t.Error(err)
	}
	if err := relay(t, j, p).Wait(limit(t), j.Last()); err != nil {
		t.Fatal(err)
	}
	expect(t, reader(t, p, bus.ReaderOptions{}), 1, j.Last())
	if n := stored(t, s.Conn()); n != j.Last() {
		t.Errorf("%d messages of %d facts", n, j.Last())
	}
}

package fault

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"sansheng/cti"
	"sansheng/cti/bus"
	"sansheng/cti/bus/journal"
	"sansheng/deploy/debian"
	"sansheng/pbx"
	"sansheng/pbx/ari"
	"sansheng/pbx/asterisk"
	"sansheng/pbx/pbxtest"
	"sansheng/pbx/sip/probe"
)

// victimEnv makes this test program run as a process to be broken: a folder.
const victimEnv = "SANSHENG_FAULT_VICTIM"

func TestMain(m *testing.M) {
	if dir := os.Getenv(victimEnv); dir != "" {
		os.Exit(victim(dir))
	}
	goleak.VerifyTestMain(m)
}

// victim does what it is told, a word per line, and says how it went.
func victim(dir string) int {
	file, err := os.Create(filepath.Join(dir, "file"))
	if err != nil {
		return 1
	}
	var open []net.PacketConn
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		var err error
		switch lines.Text() {
		case "write":
			_, err = file.WriteString("something\n")
		case "open":
			var c net.PacketConn
			if c, err = net.ListenPacket("udp", "127.0.0.1:0"); err == nil {
				open = append(open, c)
			}
		}
		fmt.Println(err)
	}
	for _, c := range open {
		_ = c.Close()
	}
	return 0
}

// told is a running victim.
type told struct {
	t   *testing.T
	cmd *exec.Cmd
	in  *bufio.Writer
	out *bufio.Scanner
}

func newVictim(t *testing.T) *told {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), victimEnv+"="+t.TempDir())
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	return &told{t: t, cmd: cmd, in: bufio.NewWriter(in), out: bufio.NewScanner(out)}
}

// does has the victim do something and returns how it went.
func (v *told) does(what string) string {
	v.t.Helper()
	if _, err := v.in.WriteString(what + "\n"); err != nil {
		v.t.Fatal(err)
	}
	if err := v.in.Flush(); err != nil {
		v.t.Fatal(err)
	}
	if !v.out.Scan() {
		v.t.Fatalf("the process is gone: %v", v.out.Err())
	}
	return v.out.Text()
}

const well = "<nil>"

func TestFileLimit(t *testing.T) {
	t.Parallel()
	v := newVictim(t)
	if said := v.does("write"); said != well {
		t.Fatal(said)
	}
	restore, err := FileLimit(v.cmd.Process.Pid, 0)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if said := v.does("write"); !strings.Contains(said, "file too large") {
			t.Fatalf("with a full disk: %s", said)
		}
	}
	for range 2 {
		if err := restore(); err != nil {
			t.Fatal(err)
		}
		if said := v.does("write"); said != well {
			t.Fatal(said)
		}
	}
}

func TestOpenFiles(t *testing.T) {
	t.Parallel()
	v := newVictim(t)
	v.does("write") // a Go program sets its own limit when it starts
	restore, err := OpenFiles(v.cmd.Process.Pid, 20)
	if err != nil {
		t.Fatal(err)
	}
	said := well
	for n := 0; said == well && n < 30; n++ {
		said = v.does("open")
	}
	if !strings.Contains(said, "too many open files") {
		t.Errorf("the limit does not bite: %s", said)
	}
	if err := restore(); err != nil {
		t.Fatal(err)
	}
	if said := v.does("open"); said != well {
		t.Error(said)
	}
	// The way back from a fault that died with its process.
	restore, err = FileLimit(v.cmd.Process.Pid, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := Kill(v.cmd.Process.Pid); err != nil {
		t.Fatal(err)
	}
	_ = v.cmd.Wait()
	if err := restore(); err != nil {
		t.Error(err)
	}
	if _, err := OpenFiles(v.cmd.Process.Pid, 20); !errors.Is(err, os.ErrProcessDone) {
		t.Errorf("limit a dead process: %v", err)
	}
	if err := Freeze(v.cmd.Process.Pid); !errors.Is(err, os.ErrProcessDone) {
		t.Errorf("freeze a dead process: %v", err)
	}
	for _, pid := range []int{-1, 0, 1} {
		if Kill(pid) == nil {
			t.Errorf("pid %d is killed", pid)
		}
	}
}

// state is a process's, as in R, S, T.
func state(t *testing.T, pid int) string {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:]))[0]
}

func TestFreeze(t *testing.T) {
	t.Parallel()
	v := newVictim(t)
	if err := Freeze(v.cmd.Process.Pid); err != nil {
		t.Fatal(err)
	}
	pbxtest.Eventually(t, "the process to stand still", func() bool { return state(t, v.cmd.Process.Pid) == "T" })
	if err := Thaw(v.cmd.Process.Pid); err != nil {
		t.Fatal(err)
	}
	if said := v.does("write"); said != well {
		t.Error(said)
	}
}

func TestDisk(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "disk")
	d, err := NewDisk(dir, 8<<20)
	if errors.Is(err, ErrUnsupported) {
		t.Logf("this machine mounts nothing for us: %v", err)
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	write := func(name string) error { return os.WriteFile(filepath.Join(dir, name), make([]byte, 8192), 0o600) }
	for range 2 {
		if err := write("before"); err != nil {
			t.Error(err)
		}
		if err := d.Fill(); err != nil {
			t.Error(err)
		}
		if err := write("full"); !errors.Is(err, unix.ENOSPC) {
			t.Errorf("on a full disk: %v", err)
		}
		if err := d.Free(); err != nil {
			t.Error(err)
		}
		if err := write("after"); err != nil {
			t.Error(err)
		}
	}
	if _, err := NewDisk(dir, 1<<20); err == nil {
		t.Error("a disk on a folder with files")
	}
	for range 2 {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "after")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the disk is still there: %v", err)
	}
}

// writeJournal makes a real journal of so many facts and stops it.
func writeJournal(t *testing.T, dir string, n uint64) {
	t.Helper()
	s, err := bus.Start(t.Context(), bus.Options{StoreDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	j, err := s.OpenJournal(t.Context(), journal.Options{Engine: "e1"})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	for seq := uint64(1); seq <= n; seq++ {
		at := time.Unix(1_700_000_000, 0).UTC()
		doneC := make(chan error, 1)
		j.Append([]cti.Fact{{
			Version: cti.SchemaVersion, ID: fmt.Sprintf("e1-%d", seq), Seq: seq, Engine: "e1", At: at, Kind: cti.CallArrived, Company: "demo",
			Call: "c1", Data: &cti.Arrived{DID: "800100", Channel: pbx.ChannelID("ch"), Direction: "inbound", RingbackAt: at},
		}}, func(err error) { doneC <- err })
		if err := <-doneC; err != nil {
			t.Fatal(err)
		}
	}
}

// The journal itself says what is broken.
func TestJournal(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		do    func(dir string) error
		holds func(in *journal.Inspection) bool
	}{
		"whole":  {func(string) error { return nil }, func(in *journal.Inspection) bool { return in.Last == 20 && len(in.Damages) == 0 }},
		"torn":   {func(dir string) error { return TearTail(dir, 40) }, func(in *journal.Inspection) bool { return in.Last == 19 && len(in.Missing) == 1 }},
		"half":   {func(dir string) error { return HalfWrite(dir, 40) }, func(in *journal.Inspection) bool { return in.Last == 20 && len(in.Missing) == 0 }},
		"bit":    {func(dir string) error { return FlipBit(dir, 100) }, func(in *journal.Inspection) bool { return len(in.Damages) == 1 && in.Last == 20 }},
		"at end": {func(dir string) error { return FlipBit(dir, -3) }, func(in *journal.Inspection) bool { return len(in.Damages) == 1 && in.Last == 19 }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			writeJournal(t, dir, 20)
			if err := c.do(dir); err != nil {
				t.Fatal(err)
			}
			in, err := journal.Inspect(dir)
			if err != nil || !c.holds(in) {
				t.Errorf("%v: last %d, damages %v, missing %v", err, in.Last, in.Damages, in.Missing)
			}
		})
	}
	empty := t.TempDir()
	if TearTail(empty, 1) == nil || HalfWrite(empty, 1) == nil || FlipBit(empty, 0) == nil {
		t.Error("damage to nothing")
	}
}

// A power cut takes what was not synced, and nothing else.
func TestPowerCut(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	journal := filepath.Join(dir, "jetstream/A/streams/JOURNAL/msgs")
	public := filepath.Join(dir, "jetstream/A/streams/HOTLINE/msgs")
	if err := errors.Join(os.MkdirAll(journal, 0o700), os.MkdirAll(public, 0o700)); err != nil {
		t.Fatal(err)
	}
	synced := bytes.Repeat([]byte("s"), 3*os.Getpagesize()+100)
	for _, folder := range []string{journal, public} {
		f, err := os.Create(filepath.Join(folder, "1.blk"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(synced); err != nil {
			t.Fatal(err)
		}
		if err := f.Sync(); err != nil {
			t.Fatal(err)
		}
		if folder == public {
			if _, err := f.Write(bytes.Repeat([]byte("u"), 40*os.Getpagesize())); err != nil {
				t.Fatal(err)
			}
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	v := newVictim(t)
	torn, others, err := PowerCut(t.Context(), v.cmd.Process.Pid, dir)
	if err != nil || torn != 0 || others < int64(40*os.Getpagesize()) {
		t.Fatalf("%d bytes of the journal torn, %d of others: %v", torn, others, err)
	}
	if kept, err := os.ReadFile(filepath.Join(journal, "1.blk")); err != nil || !bytes.Equal(kept, synced) {
		t.Errorf("of the synced journal %d bytes of %d are left: %v", len(kept), len(synced), err)
	}
	if left, err := os.ReadFile(filepath.Join(public, "1.blk")); err != nil || bytes.Contains(left, []byte("u")) {
		t.Errorf("unsynced bytes are left among %d: %v", len(left), err)
	}
}

// A switch of another user gets its limit, and a clock that jumps while it
// serves calls.
func TestSwitch(t *testing.T) {
	t.Parallel()
	clock, err := NewClock(pbxtest.Context(t), clockFolder(t), debian.Finder{})
	if err != nil {
		t.Fatal(err)
	}
	i := pbxtest.AsteriskWith(t, asterisk.Config{
		Language: "en", Environ: clock.Environ(),
		Queues: []asterisk.Queue{{Name: "main", Members: []string{"1001"}}},
		Lines:  []asterisk.Line{{DID: pbxtest.Greeted, Company: "test", Queue: "main"}},
	})
	if pid, err := ServerPID(i.Data); err != nil || pid != i.PID() {
		t.Errorf("pid %d, %v: want %d", pid, err, i.PID())
	}
	client, err := ari.NewClient(ari.Config{URL: i.ARIURL, User: i.ARIUser, Password: i.ARIPassword, App: pbxtest.App})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	call := func(when string) {
		t.Helper()
		res, err := probe.Call(pbxtest.Context(t), probe.Target{Server: i.SIPAddr}, probe.Order{To: pbxtest.Greeted, From: "13900000001"})
		if err != nil {
			t.Errorf("%s: %v %+v", when, err, res)
		}
	}
	call("on time")
	for _, offset := range []time.Duration{time.Hour, -time.Hour, 0} {
		if err := clock.Set(offset); err != nil {
			t.Fatal(err)
		}
		pbxtest.Eventually(t, fmt.Sprintf("the switch's clock to be off by %v", offset), func() bool {
			pong, err := client.Asterisk.Ping(pbxtest.Context(t))
			if err != nil {
				return false
			}
			now, err := time.Parse("2006-01-02T15:04:05.000-0700", pong.Timestamp)
			return err == nil && (time.Until(now)-offset).Abs() < 5*time.Second
		})
		call(fmt.Sprintf("off by %v", offset))
	}

	openFiles := func() string {
		t.Helper()
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/limits", i.PID()))
		if err != nil {
			t.Fatal(err)
		}
		_, rest, _ := strings.Cut(string(b), "Max open files")
		return strings.Fields(rest)[0]
	}
	before := openFiles()
	restore, err := OpenFiles(i.PID(), 40)
	if err != nil {
		t.Fatal(err)
	}
	if got := openFiles(); got != "40" {
		t.Errorf("the switch may have %s files open", got)
	}
	if err := restore(); err != nil {
		t.Error(err)
	}
	if got := openFiles(); got != before {
		t.Errorf("the switch may have %s files open, before %s", got, before)
	}
	call("with its files back")
}

// TestDeafen: to who calls the switch is dead, and it lives.
func TestDeafen(t *testing.T) {
	t.Parallel()
	i := pbxtest.AsteriskWith(t, asterisk.Config{Language: "en"})
	ping := func() error {
		ctx, cancel := context.WithTimeout(pbxtest.Context(t), 2*time.Second)
		defer cancel()
		_, err := probe.Ping(ctx, probe.Target{Server: i.SIPAddr})
		return err
	}
	for range 2 {
		hear, err := Deafen(i.PID(), int(netip.MustParseAddrPort(i.SIPAddr).Port()))
		if err != nil {
			t.Fatal(err)
		}
		var silent *probe.StageError
		if err := ping(); !errors.As(err, &silent) || silent.Status != 0 {
			t.Errorf("a deaf switch: %v", err)
		}
		if out, err := i.CLI(pbxtest.Context(t), "core show uptime"); err != nil {
			t.Errorf("it does not live: %v %s", err, out)
		}
		if err := hear(); err != nil {
			t.Fatal(err)
		}
		if err := ping(); err != nil {
			t.Errorf("it does not hear again: %v", err)
		}
	}
	if _, err := Deafen(i.PID(), 1); err == nil {
		t.Error("a port that it does not have")
	}
}

// clockFolder is one that a server under another account can enter.
func clockFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "clock")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

package systemd

import (
	"bytes"
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// settings are those of a unit that the promises rest on.
var settings = map[string]map[string]string{
	"sansheng.service": {
		"Type": "notify", "NotifyAccess": "main", "WatchdogSec": "10s", "TimeoutAbortSec": "3s", "Restart": "always",
		"KillMode": "process", "RestartKillSignal": "SIGKILL", "NoNewPrivileges": "yes", "ProtectSystem": "strict", "User": "sansheng",
	},
	"sansheng-sentinel.service": {
		"Type": "notify", "NotifyAccess": "main", "WatchdogSec": "10s", "TimeoutAbortSec": "3s", "Restart": "always",
		"NoNewPrivileges": "yes", "ProtectSystem": "strict", "User": "sansheng",
	},
}

// TestUnits: each unit has what it must have, its service manager understands all
// of it, and its command is one of ours.
func TestUnits(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.service")
	if err != nil || len(files) != len(settings) {
		t.Fatalf("units %v, %v; want %d", files, err, len(settings))
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		have := map[string]string{}
		for line := range strings.Lines(string(text)) {
			line = strings.TrimSpace(line)
			if key, value, ok := strings.Cut(line, "="); ok && !strings.HasPrefix(line, "#") {
				have[key] = value
			}
		}
		for key, want := range settings[file] {
			if have[key] != want {
				t.Errorf("%s: %s=%s, want %s", file, key, have[key], want)
			}
		}
		if !strings.HasPrefix(have["ExecStart"], "/usr/local/bin/sansheng s") {
			t.Errorf("%s: ExecStart=%s", file, have["ExecStart"])
		}
		// The configuration is refused without the keys that it names, which are in the
		// environment of the service alone: nobody would watch.
		if file == "sansheng-sentinel.service" && strings.Contains(have["ExecStart"], "--config") {
			t.Errorf("%s depends on the configuration: ExecStart=%s", file, have["ExecStart"])
		}
		analyze(t, file, text)
	}
}

// analyze asks systemd itself, where it is installed. The command is replaced by
// one that every machine has.
func analyze(t *testing.T, file string, text []byte) {
	t.Helper()
	program, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Logf("%s: no systemd-analyze here, settings looked at only", file)
		return
	}
	copied := filepath.Join(t.TempDir(), file)
	text = bytes.ReplaceAll(text, []byte("/usr/local/bin/sansheng"), []byte("/bin/true"))
	if err := os.WriteFile(copied, text, 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), program, "verify", "--man=no", "--generators=no", copied).CombinedOutput()
	for line := range strings.Lines(string(out)) {
		// It looks at the machine's own units too; only ours is ours.
		if strings.Contains(line, file) {
			t.Errorf("systemd-analyze: %s", strings.TrimSpace(line))
			err = nil
		}
	}
	if err != nil {
		t.Logf("systemd-analyze verify %s: %v: %s", file, err, out)
	}
}

// TestNotify: what is told arrives, and nothing is told to nobody.
func TestNotify(t *testing.T) {
	name := filepath.Join(t.TempDir(), "notify")
	if err := Notify(t.Context(), Ready); err != nil || WatchdogEvery() != 0 {
		t.Fatalf("without a service manager: %v, %v", err, WatchdogEvery())
	}
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: name, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	t.Setenv("NOTIFY_SOCKET", name)
	t.Setenv("WATCHDOG_USEC", "10000000")
	if err := Notify(t.Context(), Alive); err != nil {
		t.Fatal(err)
	}
	_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
	b := make([]byte, 64)
	n, err := conn.Read(b)
	if err != nil || string(b[:n]) != Alive {
		t.Errorf("heard %q, %v", b[:n], err)
	}
	if every := WatchdogEvery(); every != 5*time.Second {
		t.Errorf("every %v", every)
	}
	for _, e := range Environ() {
		if strings.HasPrefix(e, "NOTIFY_SOCKET") || strings.HasPrefix(e, "WATCHDOG") {
			t.Errorf("a child would get %s", e)
		}
	}
	t.Setenv("WATCHDOG_PID", "1")
	if every := WatchdogEvery(); every != 0 {
		t.Errorf("another process's watchdog: %v", every)
	}
	t.Setenv("NOTIFY_SOCKET", name+"-gone")
	if err := Notify(context.Background(), Ready); err == nil {
		t.Error("a manager that is not there was told")
	}
}

package asterisk

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"sansheng/pbx/ari"
)

// deafEnv marks the second run of TestNoNameIsResolved, in a world of its own.
const deafEnv = "SANSHENG_TEST_DEAF"

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// deaf enters a world where the machine has a name that nobody knows and its
// name server never answers, and runs the program there.
const deaf = `hostname sansheng-nowhere && mount --bind "$1" /etc/resolv.conf && shift && exec "$@"`

// A call's answers come at once although the machine's own name cannot be
// resolved: addresses are literals everywhere, so no name is ever asked for. As
// root, where the machine allows it, the test runs itself again with a name
// server that never answers; any look-up would then take seconds.
func TestNoNameIsResolved(t *testing.T) {
	if os.Geteuid() == 0 && os.Getenv(deafEnv) == "" {
		conf := filepath.Join(t.TempDir(), "resolv.conf")
		// An address for documentation (RFC 5737): packets to it go nowhere.
		if err := os.WriteFile(conf, []byte("nameserver 192.0.2.1\noptions timeout:5 attempts:2\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		enter := []string{"-u", "-m", "sh", "-c", deaf, "sh", conf}
		if exec.CommandContext(t.Context(), "unshare", append(enter, "true")...).Run() == nil {
			again := exec.CommandContext(t.Context(), "unshare", append(enter, os.Args[0], "-test.run=^TestNoNameIsResolved$", "-test.count=1")...)
			again.Env = append(os.Environ(), deafEnv+"=1")
			if out, err := again.CombinedOutput(); err != nil {
				t.Fatalf("with a deaf name server: %v\n%s", err, out)
			}
			return
		}
		t.Log("no world of its own to be had here: tried with the machine's name server only")
	}
	i := startSwitch(t, demo())
	port, answered := phone(t)
	push(t, i, ari.AgentEndpoint{Number: "1007", Password: "secret", Contact: "sip:127.0.0.1:" + strconv.Itoa(port), Qualify: -1})
	if out, err := call(t, i, "800119", time.Second, "-trace_stat", "-fd", "1")(); err != nil {
		t.Fatalf("caller: %v\n%s", err, out)
	}
	if out, err := answered(); err != nil {
		t.Fatalf("agent: %v\n%s", err, out)
	}
	all := ledger(t, i)
	begin := find(all, "fallback")
	for _, e := range all {
		if e.Event == "ANSWER" && strings.HasPrefix(e.Channel, "PJSIP/trunk") {
			// The way to the phone and back: two offers and an answer.
			if took := e.At.Sub(begin.At); took > 2*time.Second {
				t.Errorf("answered after %v", took)
			}
			return
		}
	}
	t.Error("no answer in the ledger")
}

// Package asterisk installs, configures, starts and watches a local Asterisk.
// It owns the switch's data folder: configuration rendered from asterisk-conf,
// secrets, prompts, recordings, the ledger.
//
// The switch runs apart from the service (package deploy/process): a service
// that dies leaves it running with its calls, and the next Start with the same
// data folder adopts it, with the same secrets. A switch that dies, or in which ARI and
// SIP are silent for about 10 s and which is killed for that, is reported and restarted with
// growing waits; its calls are lost with it.
//
// # Order and failure
//
// Start returns when the switch answers ARI, or says why it cannot: a port that
// is taken is named with its holder before anything is started. When it adopts
// a switch whose configuration has changed, it reloads what can be reloaded and
// restarts it only for what cannot, which are addresses and ports. Stop ends the
// switch and with it all calls; Release leaves it running.
package asterisk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"sansheng/deploy/debian"
	"sansheng/deploy/process"
	"sansheng/pbx"
	"sansheng/pbx/sip/probe"
)

// SentinelUser is the sentinel's name, in ARI and in SIP.
const SentinelUser = "sentinel"

// Instance is a running switch and where to find what belongs to it.
type Instance struct {
	// ARIURL is the base of ARI's resources, as in http://127.0.0.1:8088/ari.
	ARIURL      string
	ARIUser     string
	ARIPassword string
	// SentinelPassword is that of SentinelUser, of ARI and of SIP.
	SentinelPassword string
	// SIPAddr and HTTPAddr are host:port. Browsers find SIP at ws://HTTPAddr/ws.
	SIPAddr  string
	HTTPAddr string
	Ports    Ports
	// SystemName prefixes channel ids.
	SystemName string
	// Version is the package's version.
	Version string

	Data string
	// SpoolRecordingDir is what ARI calls stored recordings.
	SpoolRecordingDir string
	// LedgerPath is the CSV file with eventtype, eventtime, uniqueid, linkedid,
	// channame, eventextra, userdeftype; see ReadLedger.
	LedgerPath string
	// SoundsDir holds the made prompts by language, and by voice those of
	// the operators, which win.
	SoundsDir string
	LogDir    string

	config  Config
	secrets secrets
	tree    debian.Tree
	modules string
	run     string
	account *process.Account
	proc    *process.Process
	client  *http.Client

	mu sync.Mutex // one configuration change at a time
}

// audioFirst is the switch's priority: what people hear comes before records,
// reports and whatever else the machine does.
const audioFirst = -10

// startTries is how often a switch that crashes while it starts is started.
const startTries = 3

// Start unpacks the switch if need be, and adopts or starts it. The context
// bounds the start only.
func Start(ctx context.Context, c Config) (*Instance, error) {
	i, err := prepare(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("start asterisk: %w", err)
	}
	if err := i.start(ctx); err != nil {
		return nil, err
	}
	return i, nil
}

func prepare(ctx context.Context, c Config) (*Instance, error) {
	c, err := c.normal()
	if err != nil {
		return nil, err
	}
	account, err := process.Unprivileged()
	if err != nil {
		return nil, err
	}
	i := &Instance{config: c, account: account, Data: c.Data, ARIUser: "sansheng", client: &http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}}
	if i.tree, err = c.Finder.Find(ctx, debian.Asterisk); err != nil {
		return nil, err
	}
	i.Version = i.tree.Versions["asterisk"]
	if err := i.layOut(); err != nil {
		return nil, err
	}
	if i.secrets, err = loadSecrets(c.Data); err != nil {
		return nil, err
	}
	if i.Ports, err = c.choosePorts(); err != nil {
		return nil, err
	}
	i.ARIPassword, i.SystemName, i.SentinelPassword = i.secrets.ARIPassword, i.secrets.SystemName, i.secrets.SentinelPassword
	if c.SystemName != "" {
		i.SystemName = c.SystemName
	}
	if i.SIPAddr, err = hostportValue(c.Bind, i.Ports.SIP); err != nil {
		return nil, err
	}
	if i.HTTPAddr, err = hostportValue(c.Bind, i.Ports.HTTP); err != nil {
		return nil, err
	}
	i.ARIURL = "http://" + i.HTTPAddr + "/ari"
	return i, nil
}

// RecordingFolder is where in its data a switch keeps recordings.
const RecordingFolder = "spool/recording"

// layOut makes the folders and gives them to the account the switch runs as.
func (i *Instance) layOut() error {
	d := i.Data
	i.SpoolRecordingDir = filepath.Join(d, RecordingFolder)
	i.LogDir = filepath.Join(d, "log")
	i.LedgerPath = filepath.Join(i.LogDir, "ledger.csv")
	i.SoundsDir = filepath.Join(d, "data/sounds")
	var err error
	if i.run, err = runDir(d, i.account); err != nil {
		return err
	}
	found := i.tree.Glob("usr/lib/*/asterisk/modules")
	if len(found) == 0 {
		return fmt.Errorf("find modules: none in %s", i.tree.Root)
	}
	i.modules = found[0]
	for _, dir := range []string{
		"etc", "cache", "lib/keys", "db", "agi", "log",
		"data/moh", "data/sounds/" + pbx.Voice("zh", ""), "data/sounds/" + pbx.Voice("en", ""),
		"spool/recording", "spool/monitor", "spool/tmp",
	} {
		if err := os.MkdirAll(filepath.Join(d, dir), 0o755); err != nil {
			return fmt.Errorf("make data folder: %w", err)
		}
	}
	// Recordings, the ledger and secrets are nobody else's business.
	for _, dir := range []string{"etc", "spool", "log", "db"} {
		if err := os.Chmod(filepath.Join(d, dir), 0o750); err != nil {
			return fmt.Errorf("make data folder: %w", err)
		}
	}
	for _, name := range []string{"documentation", "rest-api"} {
		link, target := filepath.Join(d, "data", name), filepath.Join(i.tree.Root, "usr/share/asterisk", name)
		if have, err := os.Readlink(link); err == nil && have == target {
			continue
		}
		_ = os.Remove(link)
		if err := os.Symlink(target, link); err != nil {
			return fmt.Errorf("make data folder: %w", err)
		}
	}
	for _, dir := range []string{"etc", "cache", "lib", "db", "agi", "log", "data", "spool"} {
		if err := i.account.Own(filepath.Join(d, dir)); err != nil {
			return err
		}
	}
	for _, path := range []string{filepath.Join(d, "etc"), i.modules} {
		if err := i.account.Reach(path); err != nil {
			return err
		}
	}
	return nil
}

func runDir(dir string, a *process.Account) (string, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("make data folder: %w", err)
	}
	// Whatever the umask: the account passes through; secrets are files of 0600.
	if err := os.Chmod(dir, 0o755); err != nil {
		return "", fmt.Errorf("make data folder: %w", err)
	}
	return process.SocketDir(dir, "asterisk.ctl", a)
}

func (i *Instance) start(ctx context.Context) error {
	v := i.values(i.config)
	unread, err := i.furnish(ctx, v)
	if err != nil {
		return fmt.Errorf("start asterisk: %w", err)
	}
	spec := process.Spec{
		Name: "asterisk", Dir: i.Data, Account: i.account,
		Nice: audioFirst,
		Mark: v.fixed(),
		Command: func() *exec.Cmd {
			cmd := i.command(context.Background(), "-f")
			cmd.Env = append(cmd.Env, i.config.Environ...)
			return cmd
		},
		Before:      func(context.Context) error { return i.config.checkPorts(i.Ports) },
		Ready:       i.ready,
		ReadyWithin: 60 * time.Second,
		Lives:       i.lives,
		OnCrash:     i.config.OnCrash,
	}
	if slices.Contains(i.config.Unprotected, HangGuard) {
		spec.Lives = nil
	}
	for range startTries {
		// This release now and then dies of a race among its modules while it loads.
		i.proc, err = process.Start(ctx, spec)
		if err == nil || ctx.Err() != nil || !strings.Contains(err.Error(), "segmentation fault") {
			break
		}
	}
	if err != nil {
		return err
	}
	if !i.proc.Adopted() {
		i.allRead()
		return nil
	}
	if err := i.reload(ctx, unread); err != nil {
		_ = i.proc.Release()
		return fmt.Errorf("adopt asterisk: %w", err)
	}
	return nil
}

// furnish makes sounds and configuration and names the files that the switch has not read.
func (i *Instance) furnish(ctx context.Context, v values) ([]string, error) {
	files, err := render(v)
	if err != nil {
		return nil, err
	}
	if err := i.makeSounds(ctx, v.Companies); err != nil {
		return nil, err
	}
	return i.install(files)
}

// fixed stands for what a running switch cannot change: its folders, identity,
// addresses and ports. A switch that differs in these is not adopted.
func (v values) fixed() string {
	tls := tlsValues{}
	if v.TLS != nil {
		tls = *v.TLS
	}
	sum := sha256.Sum256(fmt.Appendln(nil, v.Dir, v.Run, v.Modules, v.SystemName, v.EntityID, v.ARIUser, v.ARIPassword,
		v.Bind, v.SIPPort, v.HTTPPort, tls))
	return hex.EncodeToString(sum[:])
}

// command runs the switch's program with nothing of our environment: it may
// hold secrets, and the switch reads some of it.
func (i *Instance) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := i.tree.Command(ctx, "asterisk", append([]string{"-C", filepath.Join(i.Data, "etc/asterisk.conf")}, args...)...)
	cmd.Env = append([]string{
		"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=" + i.Data, "LANG=C.UTF-8",
		// Should a name be looked up after all, it must not hold up a call long.
		"RES_OPTIONS=timeout:1 attempts:1",
	}, i.tree.Env()...)
	if tz, ok := os.LookupEnv("TZ"); ok {
		cmd.Env = append(cmd.Env, "TZ="+tz)
	}
	return cmd
}

// ready asks ARI, which refuses (503) until everything is loaded.
func (i *Instance) ready(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, i.ARIURL+"/asterisk/ping", nil)
	if err != nil {
		return fmt.Errorf("ask switch: %w", err)
	}
	req.SetBasicAuth(i.ARIUser, i.ARIPassword)
	res, err := i.client.Do(req)
	if err != nil {
		return fmt.Errorf("ask switch: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	_, _ = io.Copy(io.Discard, res.Body)
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("ask switch: ARI answers %s", res.Status)
	}
	return nil
}

// lookMost bounds each of the two questions whether the switch lives.
const lookMost = 1500 * time.Millisecond

// lives asks ARI and, where that is silent, the SIP side. As long as one answers, be it by
// a refusal, the switch is of use: with SIP it serves callers by itself, and with ARI the
// hotline still has those who are on it. A switch in which both are silent is of none, also
// to those who talk: not even their good-byes are heard.
func (i *Instance) lives(ctx context.Context) error {
	ask, cancel := context.WithTimeout(ctx, lookMost)
	defer cancel()
	ari := i.ready(ask)
	if ari == nil {
		return nil
	}
	ping, cancelPing := context.WithTimeout(ctx, lookMost)
	defer cancelPing()
	pong, err := probe.Ping(ping, probe.Target{Server: i.SIPAddr})
	if err == nil || pong.Status != 0 {
		return nil
	}
	return errors.Join(ari, err)
}

// CLI runs one console command and returns what it printed.
func (i *Instance) CLI(ctx context.Context, command string) (string, error) {
	cmd := i.command(ctx, "-rx", command)
	cmd.SysProcAttr = i.account.Attr()
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("run switch command %q: %w: %s", command, err, strings.TrimSpace(string(out)))
	}
	return string(out), nil
}

// Reconfigure gives the switch new lines, queues and duty for its fallback, new lamps and
// new spoken names. Everything else of c is ignored. Calls go on: what runs in the dialplan
// runs on as it was, and a queue that is gone lets go when the last caller has left it.
func (i *Instance) Reconfigure(ctx context.Context, c Config) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	next, err := i.with(c)
	if err != nil {
		return fmt.Errorf("reconfigure switch: %w", err)
	}
	unread, err := i.furnish(ctx, i.values(next))
	if err == nil {
		i.config = next
		err = i.reload(ctx, unread)
	}
	if err != nil {
		return fmt.Errorf("reconfigure switch: %w", err)
	}
	return nil
}

// CheckPlan says why Reconfigure would refuse a configuration; nothing is changed.
func (i *Instance) CheckPlan(c Config) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	next, err := i.with(c)
	if err == nil {
		_, err = render(i.values(next))
	}
	return err
}

// with is the configuration with the parts of another one that Reconfigure takes.
func (i *Instance) with(c Config) (Config, error) {
	next := i.config
	next.Lines, next.Queues, next.Duty, next.Companies = c.Lines, c.Queues, c.Duty, c.Companies
	next.Lamps, next.MessageLamps = c.Lamps, c.MessageLamps
	if c.Language != "" {
		next.Language = c.Language
	}
	if c.Country != "" {
		next.Country = c.Country
	}
	return next.fallback()
}

// reloads are the commands that make a running switch read a file again.
var reloads = map[string]string{
	"extensions.conf":  "dialplan reload",
	"queues.conf":      "queue reload all",
	"musiconhold.conf": "moh reload",
	"ari.conf":         "module reload res_ari.so",
	"rtp.conf":         "module reload res_rtp_asterisk.so",
	"indications.conf": "module reload indications",
	"pjsip.conf":       "module reload res_pjsip.so",
	"logger.conf":      "logger reload",
	"cel.conf":         "module reload cel",
}

func (i *Instance) reload(ctx context.Context, unread []string) error {
	var errs []error
	for _, name := range unread {
		if command, ok := reloads[name]; ok {
			_, err := i.CLI(ctx, command)
			errs = append(errs, err)
		}
	}
	err := errors.Join(errs...)
	if err == nil {
		i.allRead()
	}
	return err
}

// PID is the switch's process id, 0 while it is down.
func (i *Instance) PID() int { return i.proc.PID() }

// Adopted tells that Start found the switch running.
func (i *Instance) Adopted() bool { return i.proc.Adopted() }

// WaitReady returns when the switch is up, at once or after its restart.
func (i *Instance) WaitReady(ctx context.Context) error { return i.proc.WaitReady(ctx) }

// Stop ends the switch with all calls.
func (i *Instance) Stop() error {
	err := i.proc.Stop()
	if filepath.Dir(i.run) != i.Data {
		_ = os.RemoveAll(i.run)
	}
	return err
}

// Release leaves the switch and its calls running for the next Start.
func (i *Instance) Release() error { return i.proc.Release() }

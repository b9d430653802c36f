package asterisk

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"text/template"

	asteriskconf "sansheng/asterisk-conf"
	"sansheng/pbx"
)

// values are what the templates of asterisk-conf are filled with.
type values struct {
	Config
	Dir, Run, Modules, Programs    string
	Recordings, Ledger             string
	EntityID, ARIUser, ARIPassword string
	SentinelPassword               string
	SIPPort, HTTPPort              int
	RTPFirst, RTPLast              int
	HostCandidates                 []netip.Addr
	UnknownPatterns                []string
	FeatureCodes                   []string
	MaxCalls, MaxFiles             int
	Lease, HeartbeatLimit          int // seconds
	QueueSeconds, DutySeconds      int
	RoundSeconds                   int
	OnCallRings, OnCallSeconds     int // how long one on call is rung, and may take with the key
	FallbackLimit                  int // seconds
	TestSeconds, AlarmSeconds      int
	HearSeconds                    int
	OrdinaryCalls                  int
	Guards                         guards
	TLS                            *tlsValues
}

type tlsValues struct {
	Bind      netip.Addr
	Port      int
	Cert, Key string
}

const (
	// leaseSeconds is how long a call may be with a hotline that does nothing.
	leaseSeconds = 6
	// heartbeatSeconds is the age at which the hotline's heartbeat is too old.
	heartbeatSeconds = 3
	queueSeconds     = 45
	// roundSeconds is how often an emergency caller who waits there is given back to a
	// hotline that is there again.
	roundSeconds = 5
	dutySeconds  = 40
	// onCallRings is for how long one on call is rung, onCallSeconds with the time in
	// which he is asked for the key.
	onCallRings   = 30
	onCallSeconds = 60
	// fallbackSeconds bounds a call that nobody watches.
	fallbackSeconds = 4 * 3600
	// testSeconds bounds the sentinel's test call, alarmSeconds its call to a
	// person on call.
	testSeconds  = 5
	alarmSeconds = 60
	// hearSeconds bounds an operator's listening to a prompt: the longest, and a little.
	hearSeconds = 190
	maxCalls    = 2000
	maxFiles    = 65536
)

// Feature codes an agent dials: ready, not ready, wrap-up done.
var featureCodes = []string{"*11", "*10", "*12"}

func (i *Instance) values(c Config) values {
	v := values{
		Config: c, Dir: c.Data, Run: i.run,
		Modules: i.modules, Programs: filepath.Join(i.tree.Root, "usr/sbin"),
		Recordings: i.SpoolRecordingDir, Ledger: i.LedgerPath,
		EntityID: i.secrets.EntityID, ARIUser: i.ARIUser, ARIPassword: i.ARIPassword,
		SIPPort: i.Ports.SIP, HTTPPort: i.Ports.HTTP, RTPFirst: i.Ports.RTPFirst, RTPLast: i.Ports.RTPLast,
		FeatureCodes: featureCodes, MaxCalls: maxCalls, MaxFiles: openFiles(),
		Lease: leaseSeconds, HeartbeatLimit: heartbeatSeconds,
		QueueSeconds: queueSeconds, RoundSeconds: roundSeconds, DutySeconds: dutySeconds,
		OnCallRings: onCallRings, OnCallSeconds: onCallSeconds, FallbackLimit: fallbackSeconds,
		SentinelPassword: i.SentinelPassword, TestSeconds: testSeconds, AlarmSeconds: alarmSeconds, HearSeconds: hearSeconds,
		OrdinaryCalls: c.ordinaryCalls(i.Ports), Guards: c.guards(),
	}
	v.SystemName = i.SystemName
	// Every length of its own: an open-ended pattern would match anything.
	for n := 1; n <= longestDID; n++ {
		v.UnknownPatterns = append(v.UnknownPatterns, "_"+strings.Repeat("X", n))
		if n > 2 {
			v.UnknownPatterns = append(v.UnknownPatterns, "_+"+strings.Repeat("X", n))
		}
	}
	if c.Bind.IsLoopback() {
		v.HostCandidates = ownAddresses()
	}
	if c.TLS != nil {
		v.TLS = &tlsValues{c.Bind, c.TLS.Port + c.Offset, c.TLS.Cert, c.TLS.Key}
	}
	return v
}

// openFiles is how many files the switch may open: six per call leg, within
// what the machine allows.
func openFiles() int {
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l); err == nil && l.Max < maxFiles {
		return int(l.Max)
	}
	return maxFiles
}

func ownAddresses() []netip.Addr {
	var own []netip.Addr
	found, _ := net.InterfaceAddrs()
	for _, a := range found {
		if n, ok := a.(*net.IPNet); ok {
			if ip, ok := netip.AddrFromSlice(n.IP); ok && ip.Unmap().Is4() && !ip.IsLoopback() {
				own = append(own, ip.Unmap())
			}
		}
	}
	return own
}

// render makes all configuration files, by name. Every value passes a function
// that refuses what would not stay in its place, also values that were checked
// before: a template is edited more often than it is reviewed.
func render(v values) (map[string][]byte, error) {
	t, err := template.New("").Option("missingkey=error").Funcs(template.FuncMap{
		"word": wordValue, "voice": voiceValue, "digits": digitsValue, "number": numberValue, "path": pathValue, "addr": addrValue,
		"hostport": hostportValue, "gateway": gatewayValue, "origins": originsValue,
	}).ParseFS(asteriskconf.Files, "*.conf")
	if err != nil {
		return nil, fmt.Errorf("read configuration templates: %w", err)
	}
	names, err := fs.Glob(asteriskconf.Files, "*.conf")
	if err != nil {
		return nil, fmt.Errorf("list configuration templates: %w", err)
	}
	files := map[string][]byte{}
	for _, name := range names {
		var b bytes.Buffer
		if err := t.ExecuteTemplate(&b, name, v); err != nil {
			return nil, fmt.Errorf("render configuration: %w", err)
		}
		files[name] = b.Bytes()
	}
	return files, nil
}

// unreadFile names, in the data folder, the configuration files that the switch may not
// have read again: neither an error nor our own death between the file and its reading
// may leave the switch with what it was, for the files would be as they should be then.
const unreadFile = "unread"

// install writes changed files and names those that the switch has not read.
func (i *Instance) install(files map[string][]byte) ([]string, error) {
	etc, list := filepath.Join(i.Data, "etc"), filepath.Join(i.Data, unreadFile)
	before, err := os.ReadFile(list)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("write configuration: %w", err)
	}
	var changed []string
	for name, b := range files {
		if old, err := os.ReadFile(filepath.Join(etc, name)); err != nil || !bytes.Equal(old, b) {
			changed = append(changed, name)
		}
	}
	unread := slices.Concat(strings.Fields(string(before)), changed)
	slices.Sort(unread)
	unread = slices.Compact(unread)
	if len(changed) == 0 {
		return unread, nil
	}
	if err := place(list, []byte(strings.Join(unread, "\n"))); err != nil {
		return nil, fmt.Errorf("write configuration: %w", err)
	}
	for _, name := range changed {
		path := filepath.Join(etc, name)
		if err := os.WriteFile(path+".new", files[name], 0o640); err != nil {
			return nil, fmt.Errorf("write configuration: %w", err)
		}
		if err := os.Rename(path+".new", path); err != nil {
			return nil, fmt.Errorf("write configuration: %w", err)
		}
		if err := i.account.Own(path); err != nil {
			return nil, err
		}
	}
	return unread, nil
}

// allRead notes that the switch has read its configuration; a list that stays only has it
// read once more.
func (i *Instance) allRead() { _ = os.Remove(filepath.Join(i.Data, unreadFile)) }

var (
	safeWord = regexp.MustCompile(`^[A-Za-z0-9_:-]{1,64}$`)
	safePath = regexp.MustCompile(`^/[\pL\pN ._/+@=~-]{1,400}$`)
)

func wordValue(s string) (string, error) {
	if !safeWord.MatchString(s) {
		return "", fmt.Errorf("not a plain word: %q", s)
	}
	return s, nil
}

// voiceValue is a company's voice, or everybody's; see pbx.Voice.
func voiceValue(language, company string) (string, error) {
	if _, err := wordValue(language); err != nil {
		return "", err
	}
	if _, err := wordValue(company); err != nil && company != "" {
		return "", err
	}
	return pbx.Voice(language, company), nil
}

func digitsValue(s string) (string, error) {
	if !regexp.MustCompile(`^[0-9]{1,20}$`).MatchString(s) {
		return "", fmt.Errorf("not digits: %q", s)
	}
	return s, nil
}

func numberValue(s string) (string, error) {
	if !calleePattern.MatchString(s) {
		return "", fmt.Errorf("not a number: %q", s)
	}
	return s, nil
}

func pathValue(s string) (string, error) {
	if !safePath.MatchString(s) {
		return "", fmt.Errorf("not a plain absolute path: %q", s)
	}
	return s, nil
}

func addrValue(v any) (string, error) {
	switch a := v.(type) {
	case netip.Addr:
		if a.IsValid() && a.Zone() == "" {
			return a.String(), nil
		}
	case netip.Prefix:
		if a.IsValid() {
			return a.String(), nil
		}
	}
	return "", fmt.Errorf("not an address: %v", v)
}

func hostportValue(a netip.Addr, port int) (string, error) {
	if !a.IsValid() || a.Zone() != "" || port < 1 || port > 65535 {
		return "", fmt.Errorf("not an address with a port: %v %d", a, port)
	}
	return netip.AddrPortFrom(a, uint16(port)).String(), nil
}

func gatewayValue(a netip.AddrPort) (string, error) { return hostportValue(a.Addr(), int(a.Port())) }

func originsValue(all []string) (string, error) {
	for _, o := range all {
		if !originPattern.MatchString(o) {
			return "", fmt.Errorf("not an origin: %q", o)
		}
	}
	return strings.Join(all, ","), nil
}

// Package config is the service's configuration file: one YAML document with
// the machine's settings and, under hotline, the plan of numbers, queues and
// agents. Every setting has a usable default; secrets are named by file.
//
// Reading is strict: an unknown key or a wrong type is an error that names file,
// line and what is allowed, and nothing of a faulty file takes effect.
//
// A configuration can be written down again (Export) and compared with another (Diff).
// What is under hotline is changed while the service runs; all else needs a restart.
// Secrets within values, as a password in an address, are left out of both: an export
// has Kept in their place, which stands for what is there already (Restore).
package config

import (
	"fmt"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"sansheng/cti"
	"sansheng/cti/place"
	"sansheng/store"
	"sansheng/store/webhook"
)

// Config is the whole configuration. The zero value of each field means its default.
type Config struct {
	// Data is the folder of everything the service keeps.
	Data string `yaml:"data"`
	// Host is the address all ports listen on; 127.0.0.1 by default.
	Host string `yaml:"host"`
	// HTTPS: browsers reach the console by HTTPS only, through a proxy on this machine or in a
	// private network, which names in X-Forwarded-For who asks.
	HTTPS bool `yaml:"https"`
	// PortOffset shifts every port, so that several stacks run side by side.
	PortOffset int        `yaml:"port_offset"`
	Ports      Ports      `yaml:"ports"`
	Asterisk   Asterisk   `yaml:"asterisk"`
	Postgres   Postgres   `yaml:"postgres"`
	NATS       NATS       `yaml:"nats"`
	Engine     Engine     `yaml:"engine"`
	Sentinel   Sentinel   `yaml:"sentinel"`
	Alarms     Alarms     `yaml:"alarms"`
	Recordings Recordings `yaml:"recordings"`
	Witness    Witness    `yaml:"witness"`
	// Transcription is the machine that writes down callers' messages; none by default.
	Transcription Transcription `yaml:"transcription"`
	// Webhooks are told of facts by who plays store.
	Webhooks []Webhook `yaml:"webhooks"`
	// Roles are the parts this process plays: engine, store, web; all by default.
	Roles   []string  `yaml:"roles"`
	Hotline *cti.Plan `yaml:"hotline"`
	// Unprotected turns protections off, each by its name. It is for the drill,
	// which proves with it that it sees what they prevent, and for nobody else.
	Unprotected []string `yaml:"unprotected"`
}

// Ports before the offset.
type Ports struct {
	SIP      int `yaml:"sip"`       // 5060, UDP and TCP
	Asterisk int `yaml:"asterisk"`  // 8088, ARI and SIP over WebSocket
	RTPFirst int `yaml:"rtp_first"` // 10000
	RTPLast  int `yaml:"rtp_last"`  // 11999
	Web      int `yaml:"web"`       // 8080
	NATS     int `yaml:"nats"`      // 4222
	Sentinel int `yaml:"sentinel"`  // 8081, its metrics and health
}

// Asterisk names a switch that is there already; without a URL the service
// starts its own.
type Asterisk struct {
	URL          string `yaml:"url"` // of ARI, as in http://10.0.0.5:8088/ari
	User         string `yaml:"user"`
	PasswordFile string `yaml:"password_file"`
	// LedgerFile is that switch's ledger.csv where this machine can read it; with
	// it, ends that were missed get the switch's own time and cause.
	LedgerFile string `yaml:"ledger_file"`
	// Carriers are the addresses, as in 203.0.113.0/28, from which our own switch
	// takes calls without registration; loopback by default.
	Carriers []netip.Prefix `yaml:"carriers"`
	// Gateway is the carrier's address, as in 203.0.113.5:5060, that our own switch
	// sends calls to outside to; without one, none leaves.
	Gateway netip.AddrPort `yaml:"gateway"`
	// Refer lets the agents' phones transfer with their own key. Off by default: see
	// deploy/README.md for what it risks.
	Refer bool `yaml:"refer,omitempty"`
	// Via is an ARI address to be used instead of our own switch's, as a proxy's.
	Via string `yaml:"via"`
	// Environ is added to our own switch's environment, as NAME=value.
	Environ []string `yaml:"environ"`
}

// Engine is this process's engine, and those that may stand in for it.
type Engine struct {
	// Name is part of every fact's id; e1 by default. Each of several has its own.
	Name string `yaml:"name"`
	// Lease is the name that engines which stand in for one another share: one of
	// them is active, the others stand by. Empty: this engine is alone. It needs
	// nats.url, an external NATS that all of them use.
	Lease string `yaml:"lease"`
}

// Sentinel is the process that watches over switch and hotline.
type Sentinel struct {
	// Off starts none beside the service.
	Off bool `yaml:"off"`
	// TestCall is the time between two test calls; 30s by default.
	TestCall cti.Span `yaml:"test_call"`
	// SIP is host:port of the switch's SIP side; our own switch's by default.
	SIP string `yaml:"sip"`
	// PasswordFile holds the password of the switch's user "sentinel", of ARI and
	// SIP, where the switch is not our own.
	PasswordFile string `yaml:"password_file"`
}

// Alarms say who is told of them beside log and metrics.
type Alarms struct {
	// Webhook is a URL that each alarm's rise and end is posted to.
	Webhook string `yaml:"webhook"`
	// OnCall are the numbers of the phones rung one after the other until a
	// person takes the alarm; the emergency queues' agents by default.
	OnCall []string `yaml:"on_call"`
}

// Recordings says how long they are kept.
type Recordings struct {
	// KeepDays is after how many days they are destroyed; 0 keeps them for ever.
	KeepDays int `yaml:"keep_days"`
}

// Witness says who outside the database is given the signed heads of the chains of records.
type Witness struct {
	// Every is the time between two heads; 1h by default.
	Every cti.Span `yaml:"every"`
	// Verify is the time between two looks at all records, each of which is held against its
	// seal; 24h by default, 0 is never.
	Verify cti.Span `yaml:"verify"`
	// Folders get a file for each company, to which heads are appended; best on another
	// host's disk.
	Folders []string `yaml:"folders"`
	// URLs get each head by POST.
	URLs []string `yaml:"urls"`
}

// Transcription is an HTTP service to which each message's recording is posted, and which
// answers with its text. Recordings leave the machine only where URL is set.
type Transcription struct {
	URL string `yaml:"url"`
	// Header goes with it; its value is in HeaderFile.
	Header     string `yaml:"header"`
	HeaderFile string `yaml:"header_file"`
	// Deadline is how long an answer may take; 1m by default.
	Deadline cti.Span `yaml:"deadline"`
}

// Patience is how long an answer may take.
func (t Transcription) Patience() time.Duration {
	if t.Deadline == 0 {
		return time.Minute
	}
	return time.Duration(t.Deadline)
}

// Webhook is a company's own system that is told of facts.
type Webhook struct {
	// Name is told nobody outside: with a fact's id it makes the id of what is posted.
	Name    string        `yaml:"name"`
	Company cti.CompanyID `yaml:"company"`
	URL     string        `yaml:"url"`
	// Facts are kinds, as in call.ended, or subjects, as in ticket.*.
	Facts []string `yaml:"facts"`
	// SecretEnv is the environment variable with the key that signs.
	SecretEnv string `yaml:"secret_env"`
	// WholeNumbers tells facts as they are; without it they are masked.
	WholeNumbers bool `yaml:"whole_numbers,omitempty"`
}

// Postgres names a database that is there already; without one the service
// starts its own, reached over a socket in the data folder.
type Postgres struct {
	// URLFile holds the connection URL, password and all.
	URLFile string `yaml:"url_file"`
}

// NATS names a cluster that carries the facts beyond this process; without one
// the embedded server does.
type NATS struct {
	URL string `yaml:"url"` // one or more, separated by commas
	// CredentialsFile is a NATS credentials file; else User with PasswordFile.
	CredentialsFile string `yaml:"credentials_file"`
	User            string `yaml:"user"`
	PasswordFile    string `yaml:"password_file"`
	// Readers are companies that have an account of their own in our own server, which reads
	// their facts and nothing else.
	Readers []cti.CompanyID `yaml:"readers"`
}

// Roles a process can play.
var roles = []string{"engine", "store", "web"}

// Default is the configuration without a file.
func Default() *Config {
	return &Config{
		Data:  defaultData(),
		Host:  "127.0.0.1",
		Ports: Ports{SIP: 5060, Asterisk: 8088, RTPFirst: 10000, RTPLast: 11999, Web: 8080, NATS: 4222, Sentinel: 8081},
		Roles: slices.Clone(roles), Engine: Engine{Name: "e1"}, Sentinel: Sentinel{TestCall: cti.Span(30 * time.Second)},
		Witness: Witness{Every: cti.Span(time.Hour), Verify: cti.Span(24 * time.Hour)},
	}
}

func defaultData() string {
	if os.Geteuid() == 0 {
		return "/var/lib/sansheng"
	}
	if dir := os.Getenv("XDG_DATA_HOME"); dir != "" {
		return filepath.Join(dir, "sansheng")
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return filepath.Join(os.TempDir(), fmt.Sprintf("sansheng-%d", os.Getuid()))
	}
	return filepath.Join(home, ".local", "share", "sansheng")
}

// Load reads a configuration file over the defaults and checks all of it.
func Load(file string) (*Config, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	return Read(file, text, nil)
}

// Read is Load for a text. over, where given, is what wins over the text, as flags of the
// command line do.
func Read(file string, text []byte, over func(*Config)) (*Config, error) {
	c := Default()
	doc, err := decode(file, text, c)
	if err != nil {
		return nil, err
	}
	if over != nil {
		over(c)
	}
	if err := c.Check(); err != nil {
		return nil, doc.locate(err)
	}
	return c, nil
}

// Check returns all that is wrong with the configuration as joined
// *place.Error, or nil.
func (c *Config) Check() error {
	var wrong place.Errors
	fail := wrong.Fail
	for name, p := range map[string]int{
		"sip": c.Ports.SIP, "asterisk": c.Ports.Asterisk, "rtp_first": c.Ports.RTPFirst,
		"rtp_last": c.Ports.RTPLast, "web": c.Ports.Web, "nats": c.Ports.NATS, "sentinel": c.Ports.Sentinel,
	} {
		if p+c.PortOffset < 1 || p+c.PortOffset > 65535 {
			fail("ports."+name, "%d with offset %d is no port; allowed: 1 to 65535", p, c.PortOffset)
		}
	}
	if c.Ports.RTPLast < c.Ports.RTPFirst+9 {
		fail("ports.rtp_last", "%d leaves no room after rtp_first %d; allowed: at least rtp_first+9", c.Ports.RTPLast, c.Ports.RTPFirst)
	}
	for i, r := range c.Roles {
		if !slices.Contains(roles, r) {
			fail(fmt.Sprintf("roles[%d]", i), "%q is unknown; allowed: %s", r, strings.Join(roles, ", "))
		}
	}
	if c.Asterisk.URL != "" && (c.Asterisk.User == "" || c.Asterisk.PasswordFile == "") {
		fail("asterisk.url", "needs asterisk.user and asterisk.password_file too")
	}
	if c.Recordings.KeepDays < 0 {
		fail("recordings.keep_days", "%d is not allowed: 0, which keeps them for ever, or more", c.Recordings.KeepDays)
	}
	if c.NATS.User != "" && c.NATS.PasswordFile == "" {
		fail("nats.user", "needs nats.password_file too")
	}
	c.checkWatch(fail)
	c.checkWitness(fail)
	c.checkTranscription(fail)
	c.checkWebhooks(fail)
	c.checkReaders(fail)
	if _, err := netip.ParseAddr(c.Host); err != nil {
		fail("host", "%q is no IP address", c.Host)
	}
	for place, file := range map[string]string{
		"asterisk.password_file": c.Asterisk.PasswordFile, "postgres.url_file": c.Postgres.URLFile,
		"nats.credentials_file": c.NATS.CredentialsFile, "nats.password_file": c.NATS.PasswordFile,
		"sentinel.password_file": c.Sentinel.PasswordFile, "transcription.header_file": c.Transcription.HeaderFile,
	} {
		if _, err := os.Stat(file); file != "" && err != nil {
			fail(place, "%v", err)
		}
	}
	if c.Hotline != nil {
		wrong.Within("hotline", c.Hotline.Check())
		c.checkOnCall(fail)
		c.checkLookups(fail)
	}
	return wrong.Err()
}

// checkOnCall wants a way out for those on call who are outside; another host's switch
// has its own.
func (c *Config) checkOnCall(fail func(place, format string, args ...any)) {
	if c.Asterisk.URL != "" || c.Asterisk.Gateway.IsValid() {
		return
	}
	for i, q := range c.Hotline.Queues {
		for k, m := range c.Hotline.Callees(q) {
			if m.Agent == cti.Outside {
				fail(fmt.Sprintf("hotline.queues[%d].on_call.chain[%d]", i, k), "%q is outside and cannot be called; allowed: agents, or set asterisk.gateway", q.OnCall.Chain[k])
			}
		}
	}
}

// checkLookups wants the keys that go with look-ups to be there.
func (c *Config) checkLookups(fail func(place, format string, args ...any)) {
	for i, co := range c.Hotline.Companies {
		for k, l := range co.Lookups {
			if l.HeaderEnv != "" && os.Getenv(l.HeaderEnv) == "" {
				fail(fmt.Sprintf("hotline.companies[%d].lookups[%d].header_env", i, k), "environment variable %q is not set", l.HeaderEnv)
			}
		}
	}
}

// checkWitness does not ask whether a folder is there: its disk may be away for a while.
func (c *Config) checkWitness(fail func(place, format string, args ...any)) {
	if time.Duration(c.Witness.Every) < time.Second {
		fail("witness.every", "%s is too often; allowed: at least 1s", time.Duration(c.Witness.Every))
	}
	if v := time.Duration(c.Witness.Verify); v != 0 && v < time.Second {
		fail("witness.verify", "%s is too often; allowed: at least 1s, or 0 for never", v)
	}
	for i, folder := range c.Witness.Folders {
		if !filepath.IsAbs(folder) {
			fail(fmt.Sprintf("witness.folders[%d]", i), "%q is not allowed: a path from the root, as in /mnt/witness", folder)
		}
	}
	for i, link := range c.Witness.URLs {
		if u, err := url.Parse(link); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			fail(fmt.Sprintf("witness.urls[%d]", i), "%q is no http or https address", link)
		}
	}
}

// checkTranscription looks at where callers' messages are sent.
func (c *Config) checkTranscription(fail func(place, format string, args ...any)) {
	t := c.Transcription
	if u, err := url.Parse(t.URL); t.URL != "" && (err != nil || u.Host == "" || u.User != nil || u.Scheme != "http" && u.Scheme != "https") {
		fail("transcription.url", "%q is not allowed: an http or https address without a password, which is for header_file", t.URL)
	}
	if (t.Header == "") != (t.HeaderFile == "") || t.Header != "" && !headerPattern.MatchString(t.Header) {
		fail("transcription.header", "%q is not allowed: a header's name, as in Authorization, with header_file, or neither", t.Header)
	}
	if d := t.Patience(); d < time.Second || d > 10*time.Minute {
		fail("transcription.deadline", "%s is not allowed: 1s to 10m", d)
	}
}

// checkWebhooks wants names, addresses and keys that can be used.
func (c *Config) checkWebhooks(fail func(place, format string, args ...any)) {
	seen := map[string]bool{}
	for i, w := range c.Webhooks {
		at := fmt.Sprintf("webhooks[%d].", i)
		switch {
		case !webhookPattern.MatchString(w.Name) || len(w.Name) > 32:
			fail(at+"name", "%q is not allowed: 1 to 32 of a-z and 0-9 with single _ or - between", w.Name)
		case seen[w.Name]:
			fail(at+"name", "%q is there already; allowed: once", w.Name)
		}
		seen[w.Name] = true
		c.checkCompany(at+"company", w.Company, fail)
		if err := webhook.CheckURL(w.URL); err != nil {
			fail(at+"url", "%q is not allowed; %v", hideHook(w.URL), err)
		}
		if len(w.Facts) == 0 {
			fail(at+"facts", "names none; allowed: kinds as in call.ended, subjects as in ticket.*")
		}
		for k, p := range w.Facts {
			if err := store.CheckPattern(p); err != nil {
				fail(fmt.Sprintf("%sfacts[%d]", at, k), "%v", err)
			}
		}
		if !secretPattern.MatchString(w.SecretEnv) {
			fail(at+"secret_env", "%q is not allowed: an environment variable's name, as in SANSHENG_WEBHOOK_CRM", w.SecretEnv)
		} else if _, err := webhook.ReadKeys(os.Getenv(w.SecretEnv)); err != nil {
			fail(at+"secret_env", "environment variable %q: %v", w.SecretEnv, err)
		}
	}
}

// checkCompany wants a company of the plan, where the file has a plan.
func (c *Config) checkCompany(at string, company cti.CompanyID, fail func(place, format string, args ...any)) {
	if c.Hotline == nil && company != "" {
		return
	}
	var all []string
	if c.Hotline != nil {
		for _, co := range c.Hotline.Companies {
			all = append(all, string(co.ID))
		}
	}
	if !slices.Contains(all, string(company)) {
		fail(at, "%q is unknown; allowed: %s", company, strings.Join(all, ", "))
	}
}

// checkReaders wants companies that are there, for our own NATS.
func (c *Config) checkReaders(fail func(place, format string, args ...any)) {
	for i, r := range c.NATS.Readers {
		c.checkCompany(fmt.Sprintf("nats.readers[%d]", i), r, fail)
	}
	if len(c.NATS.Readers) > 0 && c.NATS.URL != "" {
		fail("nats.readers", "are accounts of our own NATS; allowed: without nats.url, or make them there")
	}
}

// checkWatch looks at what stands in and stands guard: engine, sentinel, alarms.
func (c *Config) checkWatch(fail func(place, format string, args ...any)) {
	for at, name := range map[string]string{"engine.name": c.Engine.Name, "engine.lease": c.Engine.Lease} {
		if name != "" && !namePattern.MatchString(name) {
			fail(at, "%q is not allowed: 1 to 32 of the letters a-z, A-Z, digits, _ and -", name)
		}
	}
	if c.Engine.Name == "" {
		fail("engine.name", "must not be empty")
	}
	if c.Engine.Lease != "" && c.NATS.URL == "" {
		fail("engine.lease", "needs nats.url, the NATS that all engines of this lease use")
	}
	if time.Duration(c.Sentinel.TestCall) < time.Second {
		fail("sentinel.test_call", "%s is too often; allowed: at least 1s", time.Duration(c.Sentinel.TestCall))
	}
	for place, link := range map[string]string{"alarms.webhook": c.Alarms.Webhook, "asterisk.via": c.Asterisk.Via} {
		if u, err := url.Parse(link); link != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
			fail(place, "%q is no http or https address", link)
		}
	}
	for i, number := range c.Alarms.OnCall {
		if !numberPattern.MatchString(number) {
			fail(fmt.Sprintf("alarms.on_call[%d]", i), "%q is not allowed: 1 to 15 digits", number)
		}
	}
	for i, p := range c.Unprotected {
		if !slices.Contains(Protections, p) {
			fail(fmt.Sprintf("unprotected[%d]", i), "%q is unknown; allowed: %s", p, strings.Join(Protections, ", "))
		}
	}
}

var (
	namePattern   = regexp.MustCompile(`^[A-Za-z0-9_-]{1,32}$`)
	numberPattern = regexp.MustCompile(`^[0-9]{1,15}$`)
	headerPattern = regexp.MustCompile(`^[A-Za-z0-9-]{1,64}$`)
	// webhookPattern is what a queue of River's may be called.
	webhookPattern = regexp.MustCompile(`^[a-z0-9]+([_-][a-z0-9]+)*$`)
	secretPattern  = regexp.MustCompile(`^SANSHENG_WEBHOOK_[A-Z0-9_]{1,48}$`)
)

// Protections that can be turned off, for the drill.
var Protections = []string{"lease", "heartbeat", "fence", "reconcile", "sync", "dedupe", "reserve", "sentinel", "audit", "tenure", "hang", "audio", "takeback", "published"}

// Protected tells whether a protection is on.
func (c *Config) Protected(name string) bool { return !slices.Contains(c.Unprotected, name) }

// SilentAfter is for how long a phone may send no audio in a talk; 0 means the usual
// time, less than 0 for ever.
func (c *Config) SilentAfter() time.Duration {
	if c.Protected("audio") {
		return 0
	}
	return -1
}

// Port is a port with the offset.
func (c *Config) Port(base int) int { return base + c.PortOffset }

// Has tells whether this process plays a role.
func (c *Config) Has(role string) bool { return slices.Contains(c.Roles, role) }

package asterisk

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	asteriskconf "sansheng/asterisk-conf"

	"sansheng/deploy/process"
)

// Every text of the configuration is refused when it could break out of its
// line, section or argument.
func TestInjectionIsRefused(t *testing.T) {
	evil := []string{
		"", "a;b", "a]b", "a\nb", "a\r\nexten => x,1,System(id)", "${SHELL(id)}", "a,b", "a&PJSIP/x", "a b", "a\x00b", "名字", strings.Repeat("a", 65),
	}
	places := map[string]func(*Config, string){
		"queue":          func(c *Config, s string) { c.Queues[0].Name = s; c.Lines[0].Queue = s },
		"member":         func(c *Config, s string) { c.Queues[0].Members[0] = s },
		"on call":        func(c *Config, s string) { c.Queues[0].OnCall = OnCall{Chain: []Callee{{s, true}}, Key: "1"} },
		"on call's key":  func(c *Config, s string) { c.Queues[0].OnCall = OnCall{Chain: []Callee{{"1001", false}}, Key: s} },
		"duty":           func(c *Config, s string) { c.Duty[0] = s },
		"DID":            func(c *Config, s string) { c.Lines[0].DID = s },
		"company":        func(c *Config, s string) { c.Lines[0].Company = s },
		"line language":  func(c *Config, s string) { c.Lines[0].Language = s },
		"language":       func(c *Config, s string) { c.Language = s },
		"country":        func(c *Config, s string) { c.Country = s },
		"system name":    func(c *Config, s string) { c.SystemName = s },
		"origin":         func(c *Config, s string) { c.Origins = []string{s} },
		"spoken":         func(c *Config, s string) { c.Companies = map[string]map[string]string{s: {"zh": "x"}} },
		"lamps' company": func(c *Config, s string) { c.Lamps = map[string][]string{s: {"1001"}} },
		"lamp":           func(c *Config, s string) { c.Lamps = map[string][]string{"gas": {s}} },
		"folder":         func(c *Config, s string) { c.Data = "/tmp/" + s },
	}
	optional := []string{"line language", "language", "country", "system name"}
	inPath := []string{"", "a b", "名字", strings.Repeat("a", 65)} // folders may be called so
	for place, set := range places {
		for _, value := range evil {
			if value == "" && slices.Contains(optional, place) || place == "folder" && slices.Contains(inPath, value) {
				continue
			}
			c := demo()
			c.Data = "/tmp/x"
			set(&c, value)
			_, err := c.normal()
			var bad *ValueError
			if !errors.As(err, &bad) {
				t.Errorf("%s %q: %v, want a ValueError", place, value, err)
			}
		}
	}
	if _, err := func() (Config, error) { c := demo(); c.Data = "/tmp/x"; return c.normal() }(); err != nil {
		t.Errorf("the demo itself: %v", err)
	}
}

// The template functions refuse by themselves, whatever was checked before.
func TestTemplateFunctionsRefuse(t *testing.T) {
	for _, s := range []string{"", "a b", "a\nb", "a;b", "a]", "${X}"} {
		if v, err := wordValue(s); err == nil {
			t.Errorf("word %q became %q", s, v)
		}
		if v, err := pathValue("/x/" + s + ";"); err == nil {
			t.Errorf("path %q became %q", s, v)
		}
		if v, err := digitsValue(s); err == nil {
			t.Errorf("digits %q became %q", s, v)
		}
		if v, err := originsValue([]string{"http://x" + s + ";"}); err == nil {
			t.Errorf("origin %q became %q", s, v)
		}
	}
	for _, v := range []netip.AddrPort{{}, netip.MustParseAddrPort("127.0.0.1:0"), netip.MustParseAddrPort("[fe80::1%eth0]:5060")} {
		if s, err := gatewayValue(v); err == nil {
			t.Errorf("gateway %v became %q", v, s)
		}
	}
	for _, v := range []any{"127.0.0.1", netip.Addr{}, netip.MustParseAddr("fe80::1%eth0"), nil} {
		if s, err := addrValue(v); err == nil {
			t.Errorf("address %v became %q", v, s)
		}
	}
}

// Every value in a template passes one of those functions, unless it is a
// number or one of our constants.
func TestTemplatesQuoteEverything(t *testing.T) {
	allowed := regexp.MustCompile(`^(-? *)?(word|voice|digits|number|path|addr|hostport|gateway|origins|range|with|if|else|end|\.(Lease|HeartbeatLimit|FallbackLimit|QueueSeconds|RoundSeconds|DutySeconds|MaxCalls|MaxFiles|TestSeconds|AlarmSeconds|HearSeconds|OrdinaryCalls|FallbackTries|RTPFirst|RTPLast|HTTPPort)\b|\$\.(Lease|HeartbeatLimit|OnCallRings|OnCallSeconds)\b|\$i\b)`)
	constants := []string{"extensions.conf {{.}}"} // patterns and feature codes
	entries, err := asteriskconf.Files.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		b, err := asteriskconf.Files.ReadFile(e.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`\{\{-? ?(.*?)-?\}\}`).FindAllStringSubmatch(string(b), -1) {
			if !allowed.MatchString(m[1]) && !slices.Contains(constants, e.Name()+" "+m[0]) {
				t.Errorf("%s: %s is not quoted", e.Name(), m[0])
			}
		}
	}
}

// unstarted is a switch with everything that its configuration is made from.
func unstarted(t *testing.T, c Config) *Instance {
	t.Helper()
	c.Data = "/tmp/x"
	c, err := c.normal()
	if err != nil {
		t.Fatal(err)
	}
	i := &Instance{config: c, Data: c.Data, SpoolRecordingDir: "/tmp/x/rec", LedgerPath: "/tmp/x/l.csv", modules: "/m", run: "/r",
		ARIUser: "sansheng", ARIPassword: "p", SentinelPassword: "q", SystemName: "s1", Ports: standardPorts}
	i.secrets.EntityID = "02:00:00:00:00:01"
	i.tree.Root = "/t"
	return i
}

// rendered are its files by name.
func rendered(t *testing.T, i *Instance, c Config) map[string][]byte {
	t.Helper()
	files, err := render(i.values(c))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// No pattern of the dialplan is open-ended, and no name is left to a resolver.
func TestRenderedConfiguration(t *testing.T) {
	i := unstarted(t, demo())
	files := rendered(t, i, i.config)
	dialplan := string(files["extensions.conf"])
	for _, m := range regexp.MustCompile(`(?m)^exten => (_[^,]*),`).FindAllStringSubmatch(dialplan, -1) {
		if !regexp.MustCompile(`^_\+?X{1,20}$`).MatchString(m[1]) {
			t.Errorf("pattern %s", m[1])
		}
	}
	if !strings.Contains(dialplan, "exten => 800100,1,") {
		t.Error("the known number is not an extension of its own")
	}
	// A caller's words appear inside FILTER only.
	for _, m := range regexp.MustCompile(`.{12}\$\{(CALLERID|PJSIP_HEADER|EXTEN)\b`).FindAllString(dialplan, -1) {
		if !strings.HasPrefix(m, "FILTER(0-9+,") {
			t.Errorf("unfiltered: %s", m)
		}
	}
	for _, m := range regexp.MustCompile(`(?m)^(bind|bindaddr|media_address|from_domain|match|tlsbindaddr)=(.*)$`).
		FindAllStringSubmatch(string(files["pjsip.conf"])+string(files["http.conf"]), -1) {
		host := m[2]
		if h, _, err := net.SplitHostPort(host); err == nil {
			host = h
		}
		host, _, _ = strings.Cut(host, "/")
		if _, err := netip.ParseAddr(host); err != nil {
			t.Errorf("%s is not a literal address", m[0])
		}
	}
}

// What Reconfigure takes of a new plan reaches the files: all lamps, too.
func TestLampsOfNewPlan(t *testing.T) {
	i := unstarted(t, demo())
	plan := demo()
	plan.Lamps, plan.MessageLamps = map[string][]string{"demo": {"1001"}}, map[string][]string{"demo": {"1900"}}
	next, err := i.with(plan)
	if err != nil {
		t.Fatal(err)
	}
	dialplan := string(rendered(t, i, next)["extensions.conf"])
	for _, hint := range []string{"exten => 1001,hint,Stasis:agent-1001\n", "exten => 1900,hint,Stasis:voicemail-1900\n"} {
		if !strings.Contains(dialplan, hint) {
			t.Errorf("the dialplan lacks %q", hint)
		}
	}
}

// Who is on emergency duty for two lines is rung once.
func TestDutyOnce(t *testing.T) {
	c := demo()
	c.Duty = []string{"1007", "1008", "1007"}
	i := unstarted(t, c)
	if dialplan := string(rendered(t, i, i.config)["extensions.conf"]); !strings.Contains(dialplan, "Dial(PJSIP/1007&PJSIP/1008,") {
		t.Error("the dialplan does not ring each of those on duty once")
	}
}

// Each country that may be chosen has its tones.
func TestCountriesHaveTones(t *testing.T) {
	for _, country := range []string{"cn", "us", "uk", "de", "fr", "jp"} { // those of cti.RingPlans
		c := demo()
		c.Country = country
		i := unstarted(t, c)
		tones := string(rendered(t, i, i.config)["indications.conf"])
		_, own, found := strings.Cut(tones, "\n["+country+"]\n")
		own, _, _ = strings.Cut(own, "\n[")
		for _, tone := range []string{"dial", "busy", "ring", "congestion"} {
			if !found || !strings.Contains(own, "\n"+tone+" = ") {
				t.Errorf("%s has no tone %s", country, tone)
			}
		}
	}
}

// A file that was changed is read by the switch, whatever happens in between: an error at
// the next file, or our own death.
func TestUnreadFiles(t *testing.T) {
	i := &Instance{Data: t.TempDir()}
	obstacle := filepath.Join(i.Data, "etc/queues.conf.new")
	if err := os.MkdirAll(obstacle, 0o755); err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{"extensions.conf": []byte("a"), "queues.conf": []byte("b")}
	if unread, err := i.install(files); err == nil {
		t.Fatalf("a file that cannot be written is installed: %v", unread)
	}
	if err := os.Remove(obstacle); err != nil {
		t.Fatal(err)
	}
	for _, when := range []string{"after the error", "after a death"} {
		unread, err := i.install(files)
		if err != nil || !slices.Equal(unread, []string{"extensions.conf", "queues.conf"}) {
			t.Errorf("%s: %v, %v; want both files", when, unread, err)
		}
	}
	i.allRead()
	if unread, err := i.install(files); err != nil || len(unread) > 0 {
		t.Errorf("when all is read: %v, %v", unread, err)
	}
}

func TestPortTaken(t *testing.T) {
	l, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	c := demo()
	c.FreePorts = false
	c.Data = t.TempDir()
	c.Ports = Ports{SIP: l.LocalAddr().(*net.UDPAddr).Port, HTTP: 18999}
	_, err = Start(t.Context(), c)
	var taken *process.PortTakenError
	if !errors.As(err, &taken) {
		t.Fatalf("got %v", err)
	}
	if taken.Network != "udp" || taken.PID != os.Getpid() || !strings.Contains(err.Error(), filepath.Base(os.Args[0])) {
		t.Errorf("%v; want udp and process %d", err, os.Getpid())
	}
}

// Offsets keep stacks apart; zero fields are the standard ports.
func TestPorts(t *testing.T) {
	c := Config{Data: "/tmp/x", Offset: 100}
	c, err := c.normal()
	if err != nil {
		t.Fatal(err)
	}
	if want := (Ports{5160, 8188, 10100, 12099}); c.Ports != want {
		t.Errorf("got %+v, want %+v", c.Ports, want)
	}
}

package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func load(t *testing.T, text string) (*Config, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "hotline.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return Load(file)
}

const good = `
data: /srv/hotline
port_offset: 100
roles: [engine, store]
hotline:
  companies:
    - {id: gas, name: 燃气, country: cn, language: zh}
  agents:
    - {id: 1001, company: gas, auto_ready: true}
  queues:
    - {id: service, company: gas, members: [1001], max_wait: 10m}
  lines:
    - {did: 95777, company: gas, mode: greeted, queue: service, greeting: greeting, announce: true}
`

func TestLoad(t *testing.T) {
	c, err := load(t, good)
	if err != nil {
		t.Fatal(err)
	}
	if c.Port(c.Ports.SIP) != 5160 || c.Host != "127.0.0.1" || c.Has("web") {
		t.Errorf("settings or defaults are wrong: %+v", c)
	}
	q := c.Hotline.Queues[0]
	if q.Members[0] != "1001" || time.Duration(q.MaxWait) != 10*time.Minute || c.Hotline.Lines[0].DID != "95777" {
		t.Errorf("hotline is wrong: %+v", c.Hotline)
	}
}

// TestFaults: each fault is named by file, line, place and what is allowed.
func TestFaults(t *testing.T) {
	for _, c := range []struct{ name, from, to, want string }{
		{"unknown key", "port_offset:", "port_ofset:", "hotline.yaml:3: port_ofset: unknown key; allowed: alarms, asterisk, data, engine, host, hotline, nats, port_offset, ports, postgres, recordings, roles, sentinel, unprotected"},
		{"unknown deep key", "announce: true", "anounce: true", "hotline.yaml:13: hotline.lines[0].anounce: unknown key; allowed: announce, company, did"},
		{"wrong type", "port_offset: 100", "port_offset: much", "hotline.yaml:3: port_offset: a text (much) is no whole number"},
		{"wrong bool", "auto_ready: true", "auto_ready: sure", "hotline.yaml:9: hotline.agents[0].auto_ready: a text (sure) is no yes or no; allowed: true, false"},
		{"list wanted", "members: [1001]", "members: 1001", "hotline.yaml:11: hotline.queues[0].members: a number (1001) stands where a list is wanted"},
		{"duration", "max_wait: 10m", "max_wait: soon", `hotline.yaml:11: hotline.queues[0].max_wait: "soon" is no duration: write it as in 90s, 10m or 1h30m`},
		{"unknown queue", "queue: service", "queue: servixe", `hotline.yaml:13: hotline.lines[0].queue: "servixe" is unknown; allowed: service`},
		{"unknown role", "[engine, store]", "[engine, stroe]", `hotline.yaml:4: roles[1]: "stroe" is unknown; allowed: engine, store, web`},
		{"port", "port_offset: 100", "port_offset: 100000", "is no port; allowed: 1 to 65535"},
		{"evil did", "did: 95777", "did: '95777&PJSIP/x'", `hotline.lines[0].did: "95777&PJSIP/x" is not allowed: 3 to 15 digits`},
		{"syntax", "roles: [engine, store]", "roles: [engine, store", "hotline.yaml: yaml: line 3: did not find expected ',' or ']'"},
		{"host", "port_offset: 100", "host: somewhere", `hotline.yaml:3: host: "somewhere" is no IP address`},
		{"secret", "port_offset: 100", "postgres: {url_file: /nowhere}", "hotline.yaml:3: postgres.url_file: stat /nowhere: no such file or directory"},
		{"country", "country: cn", "country: xx", `hotline.yaml:7: hotline.companies[0].country: "xx" is unknown; allowed: cn, de, fr, jp, uk, us`},
		{"lease", "port_offset: 100", "engine: {name: a, lease: main}", "hotline.yaml:3: engine.lease: needs nats.url, the NATS that all engines of this lease use"},
		{"on call", "port_offset: 100", "alarms: {on_call: ['1007&1008']}", `hotline.yaml:3: alarms.on_call[0]: "1007&1008" is not allowed: 1 to 12 digits`},
		{"chain without a gateway", "members: [1001],", "members: [1001], on_call: {chain: [1001, water]},", `hotline.yaml:11: hotline.queues[0].on_call.chain[1]: "water" is outside and cannot be called; allowed: agents, or set asterisk.gateway`},
		{"webhook", "port_offset: 100", "alarms: {webhook: 'ftp://x'}", `alarms.webhook: "ftp://x" is no http or https address`},
		{"carrier", "port_offset: 100", "asterisk: {carriers: [203.0.113.7]}", `hotline.yaml:3: asterisk.carriers[0]: netip.ParsePrefix("203.0.113.7"): no '/'`},
		{"protection", "port_offset: 100", "unprotected: [everything]", `unprotected[0]: "everything" is unknown; allowed: lease, `},
		{"asterisk", "port_offset: 100", "asterisk: {url: 'http://x/ari'}", "asterisk.url: needs asterisk.user and asterisk.password_file too"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if !strings.Contains(good, c.from) {
				t.Fatalf("%q is not in the good file", c.from)
			}
			_, err := load(t, strings.Replace(good, c.from, c.to, 1))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("want an error with\n%s\ngot\n%v", c.want, err)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte("hotline: {lines: [{did: 1}]}"))
	f.Add([]byte("a: &x [*x]"))
	f.Fuzz(func(_ *testing.T, text []byte) {
		c := Default()
		if _, err := decode("f.yaml", text, c); err == nil {
			_ = c.Check()
		}
	})
}

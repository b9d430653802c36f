package config

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"sansheng/cti/place"
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
	t.Setenv("SANSHENG_WEBHOOK_GOOD", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	for _, c := range []struct{ name, from, to, want string }{
		{"unknown key", "port_offset:", "port_ofset:", "hotline.yaml:3: port_ofset: unknown key; allowed: alarms, asterisk, data, engine, host, hotline, https, nats, port_offset, ports, postgres, recordings, roles, sentinel, transcription, unprotected, webhooks, witness"},
		{"unknown deep key", "announce: true", "anounce: true", "hotline.yaml:13: hotline.lines[0].anounce: unknown key; allowed: announce, company, did"},
		{"wrong type", "port_offset: 100", "port_offset: much", "hotline.yaml:3: port_offset: a text (much) is no whole number"},
		{"wrong bool", "auto_ready: true", "auto_ready: sure", "hotline.yaml:9: hotline.agents[0].auto_ready: a text (sure) is no yes or no; allowed: true, false"},
		{"list wanted", "members: [1001]", "members: 1001", "hotline.yaml:11: hotline.queues[0].members: a number (1001) stands where a list is wanted"},
		{"duration", "max_wait: 10m", "max_wait: soon", `hotline.yaml:11: hotline.queues[0].max_wait: "soon" is no duration: write it as in 90s, 10m or 1h30m`},
		{"too short a wait", "max_wait: 10m", "max_wait: 10s", "hotline.yaml:11: hotline.queues[0].max_wait: 10s is not allowed: 1m0s or more"},
		{"chain too late", "members: [1001],", "members: [1001], on_call: {chain: [1001], after: 10h},", "hotline.yaml:11: hotline.queues[0].on_call.after: 10h0m0s is not allowed: 0s to 5m0s"},
		{"unknown queue", "queue: service", "queue: servixe", `hotline.yaml:13: hotline.lines[0].queue: "servixe" is unknown; allowed: service`},
		{"unknown role", "[engine, store]", "[engine, stroe]", `hotline.yaml:4: roles[1]: "stroe" is unknown; allowed: engine, store, web`},
		{"port", "port_offset: 100", "port_offset: 100000", "is no port; allowed: 1 to 65535"},
		{"evil did", "did: 95777", "did: '95777&PJSIP/x'", `hotline.lines[0].did: "95777&PJSIP/x" is not allowed: 3 to 15 digits`},
		{"syntax", "roles: [engine, store]", "roles: [engine, store", "hotline.yaml: yaml: line 3: did not find expected ',' or ']'"},
		{"host", "port_offset: 100", "host: somewhere", `hotline.yaml:3: host: "somewhere" is no IP address`},
		{"secret", "port_offset: 100", "postgres: {url_file: /nowhere}", "hotline.yaml:3: postgres.url_file: stat /nowhere: no such file or directory"},
		{"exits", "lines:", "flows: [{nodes: [{exits: [a]}]}]\n  lines:", `hotline.yaml:12: hotline.flows[0].nodes[0].exits: a list stands where names with values are wanted`},
		{"twice", "queue: service,", "queue: service, queue: service,", `hotline.yaml:13: hotline.lines[0].queue: it is there already, on line 13; allowed: once`},
		{"too much", "port_offset: 100", "port_offset: 0xffffffffffffffff", "hotline.yaml:3: port_offset: 0xffffffffffffffff is too much for a whole number"},
		{"two documents", "roles:", "---\nroles:", "hotline.yaml:4: a second document begins; allowed: one"},
		{"a look-up's key", "language: zh}", "language: zh, lookups: [{id: crm, url: 'http://crm/', header: X-Key, header_env: SANSHENG_LOOKUP_NONE, results: [known]}]}", `hotline.yaml:7: hotline.companies[0].lookups[0].header_env: environment variable "SANSHENG_LOOKUP_NONE" is not set`},
		{"a look-up's address", "language: zh}", "language: zh, lookups: [{id: crm, url: 'file:///etc/passwd', results: [known]}]}", `hotline.companies[0].lookups[0].url: "file:///etc/passwd" is not allowed: an http or https address`},
		{"a look-up's deadline", "language: zh}", "language: zh, lookups: [{id: crm, url: 'http://crm/', deadline: 4s, results: [known]}]}", `hotline.companies[0].lookups[0].deadline: 4s is not allowed: 50ms to 3s`},
		{"a look-up's results", "language: zh}", "language: zh, lookups: [{id: crm, url: 'http://crm/', results: [known, failed]}]}", `hotline.companies[0].lookups[0].results[1]: "failed" is the exit for no answer`},
		{"country", "country: cn", "country: xx", `hotline.yaml:7: hotline.companies[0].country: "xx" is unknown; allowed: cn, de, fr, jp, uk, us`},
		{"lease", "port_offset: 100", "engine: {name: a, lease: main}", "hotline.yaml:3: engine.lease: needs nats.url, the NATS that all engines of this lease use"},
		{"on call", "port_offset: 100", "alarms: {on_call: ['1007&1008']}", `hotline.yaml:3: alarms.on_call[0]: "1007&1008" is not allowed: 1 to 15 digits`},
		{"chain without a gateway", "members: [1001],", "members: [1001], on_call: {chain: [1001, water]},", `hotline.yaml:11: hotline.queues[0].on_call.chain[1]: "water" is outside and cannot be called; allowed: agents, or set asterisk.gateway`},
		{"webhook", "port_offset: 100", "alarms: {webhook: 'ftp://x'}", `alarms.webhook: "ftp://x" is no http or https address`},
		{"witness's folder", "port_offset: 100", "witness: {folders: [heads]}", `hotline.yaml:3: witness.folders[0]: "heads" is not allowed: a path from the root`},
		{"witness's address", "port_offset: 100", "witness: {urls: ['ftp://x']}", `hotline.yaml:3: witness.urls[0]: "ftp://x" is no http or https address`},
		{"witness too often", "port_offset: 100", "witness: {every: 10ms}", `hotline.yaml:3: witness.every: 10ms is too often; allowed: at least 1s`},
		{"verified too often", "port_offset: 100", "witness: {verify: 10ms}", `hotline.yaml:3: witness.verify: 10ms is too often; allowed: at least 1s, or 0 for never`},
		{"transcription", "port_offset: 100", "transcription: {url: 'ftp://x'}", `transcription.url: "ftp://x" is not allowed: an http or https address without a password`},
		{"transcription's key", "port_offset: 100", "transcription: {url: 'http://x', header: Authorization}", `transcription.header: "Authorization" is not allowed: a header's name, as in Authorization, with header_file`},
		{"transcription's deadline", "port_offset: 100", "transcription: {url: 'http://x', deadline: 1h}", `transcription.deadline: 1h0m0s is not allowed: 1s to 10m`},
		{"survey", "language: zh}", "language: zh, survey: {questions: [{id: service, say: survey-service, scores: [3]}]}}", `hotline.yaml:7: hotline.companies[0].survey.questions[0].scores: 1 scores are not allowed: 2 to 9, one for each key`},
		{"carrier", "port_offset: 100", "asterisk: {carriers: [203.0.113.7]}", `hotline.yaml:3: asterisk.carriers[0]: netip.ParsePrefix("203.0.113.7"): no '/'`},
		{"protection", "port_offset: 100", "unprotected: [everything]", `unprotected[0]: "everything" is unknown; allowed: lease, `},
		{"a webhook's company", "port_offset: 100", "webhooks: [{name: crm, company: water, url: 'http://crm/', facts: [call.ended], secret_env: SANSHENG_WEBHOOK_GOOD}]", `hotline.yaml:3: webhooks[0].company: "water" is unknown; allowed: gas`},
		{"a webhook's name", "port_offset: 100", "webhooks: [{name: Crm_, company: gas, url: 'http://crm/', facts: [call.ended], secret_env: SANSHENG_WEBHOOK_GOOD}]", `webhooks[0].name: "Crm_" is not allowed: 1 to 32 of a-z and 0-9`},
		{"a webhook twice", "port_offset: 100", "webhooks: [{name: crm, company: gas, url: 'http://crm/', facts: [call.ended], secret_env: SANSHENG_WEBHOOK_GOOD}, {name: crm, company: gas, url: 'http://crm/', facts: [call.ended], secret_env: SANSHENG_WEBHOOK_GOOD}]", `webhooks[1].name: "crm" is there already`},
		{"a webhook's address", "port_offset: 100", "webhooks: [{name: crm, company: gas, url: 'file:///etc/passwd', facts: [call.ended], secret_env: SANSHENG_WEBHOOK_GOOD}]", `webhooks[0].url: "file:///KEPT" is not allowed; allowed: an http or https address`},
		{"a webhook's facts", "port_offset: 100", "webhooks: [{name: crm, company: gas, url: 'http://crm/', facts: [call.ended, plan.published], secret_env: SANSHENG_WEBHOOK_GOOD}]", `webhooks[0].facts[1]: "plan.published" is not allowed`},
		{"a webhook without facts", "port_offset: 100", "webhooks: [{name: crm, company: gas, url: 'http://crm/', secret_env: SANSHENG_WEBHOOK_GOOD}]", `webhooks[0].facts: names none`},
		{"another secret", "port_offset: 100", "webhooks: [{name: crm, company: gas, url: 'http://crm/', facts: [call.ended], secret_env: PATH}]", `webhooks[0].secret_env: "PATH" is not allowed: an environment variable's name, as in SANSHENG_WEBHOOK_CRM`},
		{"no secret", "port_offset: 100", "webhooks: [{name: crm, company: gas, url: 'http://crm/', facts: [call.ended], secret_env: SANSHENG_WEBHOOK_NONE}]", `webhooks[0].secret_env: environment variable "SANSHENG_WEBHOOK_NONE": 0 keys; allowed: whsec_`},
		{"readers", "port_offset: 100", "nats: {readers: [water]}", `nats.readers[0]: "water" is unknown; allowed: gas`},
		{"readers of another NATS", "port_offset: 100", "nats: {url: 'nats://10.0.0.7', readers: [gas]}", `nats.readers: are accounts of our own NATS`},
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

// FuzzDecode: whatever a file holds, each of its faults is told with its place.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte("hotline: {lines: [{did: 1}]}"))
	f.Add([]byte("a: &x [*x]"))
	f.Add([]byte("port_offset: 99999999999999999999\nport_offset: 0x8000000000000000"))
	f.Add([]byte("hotline: {flows: [{nodes: [{exits: [a]}, {exits: {? [a] : b, a: b, a: c}}]}]}"))
	f.Add([]byte("--- {}\n--- {}"))
	f.Add(demoText(f))
	f.Fuzz(func(t *testing.T, text []byte) {
		if _, err := read(text); err != nil {
			told(t, text, err)
		}
	})
}

// read is Load without a file.
func read(text []byte) (*Config, error) {
	c := Default()
	doc, err := decode("f.yaml", text, c)
	if err != nil {
		return nil, err
	}
	if err := c.Check(); err != nil {
		return nil, doc.locate(err)
	}
	return c, nil
}

// aFault has a place, or is one that the file cannot be read for.
var aFault = regexp.MustCompile(`(?s)^f\.yaml(:[0-9]+: ([^ ].*: .|a second document)|: yaml: .)`)

// told wants each fault to be told with its place.
func told(t *testing.T, text []byte, err error) {
	t.Helper()
	for _, e := range place.Split(err) {
		if !aFault.MatchString(e.Error()) {
			t.Fatalf("a fault without a place: %v, of\n%s", e, text)
		}
	}
}

package config

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sansheng/cti"
	"sansheng/cti/hours"
)

// whole has something in every part of the document.
const whole = `
data: /srv/hotline
host: 0.0.0.0
port_offset: 100
ports: {web: 9080}
asterisk: {carriers: [203.0.113.0/28], gateway: "203.0.113.5:5060", environ: ["TOKEN=s3cret"]}
nats: {url: "nats://user:s3cret@10.0.0.7:4222,nats://10.0.0.8:4222"}
engine: {name: a, lease: main}
sentinel: {test_call: 1m}
alarms: {webhook: "https://hooks.example/services/s3cret?token=s3cret", on_call: ["1001"]}
recordings: {keep_days: 90}
witness: {every: 30m, folders: [/mnt/witness], urls: ["https://heads.example/s3cret"]}
roles: [engine, web]
hotline:
  companies:
    - {id: gas, name: 燃气, country: cn, language: zh, vips: ["13800138000"], outside: [{role: agent, prefixes: ["021"], per_hour: 20}]}
    - {id: water, name: "Water: the works", country: cn, language: en, vips: ["13800138001"]}
  agents:
    - {id: 1001, company: gas, auto_ready: true, skills: {pipes: 3}}
    - {id: 1002, company: gas}
    - {id: "0999", company: water}
  queues:
    - {id: service, company: gas, members: [1001, 1002], max_wait: 10m, skill: pipes, level: 2, tell: 45s, callback: {attempts: 3, retry: 5m, keep: 4h}}
    - {id: taps, company: water, members: ["0999"]}
  contacts:
    - {id: works, company: gas, name: 自来水公司, number: "02188880000"}
  calendars:
    - id: office
      zone: Asia/Shanghai
      holidays: cn
      week: [{days: [mon, fri], from: "09:00", to: "17:00"}]
      days: [{date: 2026-12-31, name: stocktaking, hours: [{from: "09:00", to: "12:00"}]}, {date: 2026-12-24, until: 2026-12-26, name: feast}]
  flows:
    - id: night
      company: gas
      person: service
      start: hours
      nodes:
        - {id: hours, kind: hours, calendar: office, exits: {open: people, closed: message}}
        - {id: people, kind: queue, to: service}
        - {id: message, kind: voicemail, say: [closed, "@opens"]}
  lines:
    - {did: 95777, company: gas, mode: greeted, queue: service, greeting: greeting, announce: true, flow: night}
    - {did: 95778, company: water, mode: direct, queue: taps}
`

func mustRead(t *testing.T, text string) *Config {
	t.Helper()
	c, err := Read("hotline.yaml", []byte(text), nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func diff(t *testing.T, a, b *Config) []Change {
	t.Helper()
	changes, err := Diff(a, b)
	if err != nil {
		t.Fatal(err)
	}
	return changes
}

// TestExport: what is written down passes the check and gives the same configuration
// again, secrets too, which are not in it; written down again it is the same text.
func TestExport(t *testing.T) {
	demo := Default()
	demo.Hotline = cti.DemoPlan(30)
	nothing := mustRead(t, good)
	nothing.Hotline.Lines[0].Survey, nothing.Hotline.Queues[0].Voicemail = &cti.Survey{}, &cti.Voicemail{}
	for name, c := range map[string]*Config{"nothing said": nothing, "whole": mustRead(t, whole), "good": mustRead(t, good), "demo": demo} {
		text, err := c.Export()
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "s3cret") {
			t.Errorf("%s: a secret is in the export:\n%s", name, text)
		}
		back := mustRead(t, string(text))
		back.Restore(c)
		if changes := diff(t, c, back); len(changes) != 0 {
			t.Errorf("%s: the export is another configuration: %v\n%s", name, changes, text)
		}
		if c.Hotline.Hash() != back.Hotline.Hash() || c.NATS.URL != back.NATS.URL || c.Alarms.Webhook != back.Alarms.Webhook {
			t.Errorf("%s: the export is another configuration:\n%s", name, text)
		}
		if again, err := back.Export(); err != nil || string(again) != string(text) {
			t.Errorf("%s: written down again it is\n%s\nnot\n%s", name, again, text)
		}
	}
}

func TestDiff(t *testing.T) {
	const live, restart = true, false
	for _, c := range []struct {
		name    string
		change  func(*Config)
		want    string
		live    bool
		company string
	}{
		{"nothing", func(*Config) {}, "", live, ""},
		{"a member", func(c *Config) { c.Hotline.Queues[0].Members = []cti.AgentID{"1002"} }, "changed hotline.queues[service].members (live): [1001, 1002] → [1002]", live, "gas"},
		{"a span", func(c *Config) { c.Hotline.Queues[0].MaxWait = cti.Span(time.Minute) }, "changed hotline.queues[service].max_wait (live): 10m0s → 1m0s", live, "gas"},
		{"no span", func(c *Config) { c.Hotline.Queues[0].MaxWait = 0 }, "removed hotline.queues[service].max_wait (live): 10m0s", live, "gas"},
		{"an agent", func(c *Config) {
			c.Hotline.Agents = append(c.Hotline.Agents, cti.Agent{ID: "1003", Company: "water", Name: "Li Lei"})
		},
			`added hotline.agents[1003] (live): {id: 1003, company: water, name: "Li Lei"}`, live, "water"},
		{"a line less", func(c *Config) { c.Hotline.Lines = c.Hotline.Lines[:1] }, "removed hotline.lines[95778] (live): {did: 95778, company: water, mode: direct, queue: taps}", live, "water"},
		{"a line's company", func(c *Config) { c.Hotline.Lines[1].Company = "gas" }, "changed hotline.lines[95778].company (live): water → gas", live, ""},
		{"agents in another order", func(c *Config) {
			a := c.Hotline.Agents
			a[0], a[1] = a[1], a[0]
		}, "changed hotline.agents order (live): 1001, 1002, 0999 → 1002, 1001, 0999", live, ""},
		{"no survey", func(c *Config) { c.Hotline.Lines[0].Survey = &cti.Survey{} }, "added hotline.lines[95777].survey (live): {}", live, "gas"},
		{"voicemail as usual", func(c *Config) { c.Hotline.Queues[0].Voicemail = &cti.Voicemail{} }, "added hotline.queues[service].voicemail (live): {}", live, "gas"},
		{"a node", func(c *Config) { c.Hotline.Flows[0].Nodes[2].Say = []string{"closed"} }, `changed hotline.flows[night].nodes[message].say (live): [closed, @opens] → [closed]`, live, "gas"},
		{"a special day", func(c *Config) { c.Hotline.Calendars[0].Days[0].Hours = []hours.Hours{{From: 600, To: 700}} },
			`changed hotline.calendars[office].days[2026-12-31].hours (live): [{from: "09:00", to: "12:00"}] → [{from: "10:00", to: "11:40"}]`, live, "gas"},
		{"a port", func(c *Config) { c.Ports.Web = 8080 }, "changed ports.web (needs a restart): 9080 → 8080", restart, ""},
		{"no gateway", func(c *Config) { c.Asterisk.Gateway = Default().Asterisk.Gateway }, `removed asterisk.gateway (needs a restart): "203.0.113.5:5060"`, restart, ""},
		{"a secret", func(c *Config) { c.Alarms.Webhook += "x" }, `changed alarms.webhook (needs a restart): https://hooks.example/KEPT → https://hooks.example/KEPT (another secret)`, restart, ""},
		{"a witness's secret", func(c *Config) { c.Witness.URLs = []string{"https://heads.example/other"} }, `changed witness.urls (needs a restart): https://heads.example/KEPT → https://heads.example/KEPT (another secret)`, restart, ""},
		{"roles", func(c *Config) { c.Roles = []string{"engine"} }, "changed roles (needs a restart): [engine, web] → [engine]", restart, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, b := mustRead(t, whole), mustRead(t, whole)
			c.change(b)
			changes := diff(t, a, b)
			if c.want == "" {
				if len(changes) != 0 {
					t.Errorf("got %v", changes)
				}
				return
			}
			if len(changes) != 1 || changes[0].String() != c.want || changes[0].Live != c.live || string(changes[0].Company) != c.company {
				t.Errorf("got  %v\nwant [%s]; company %q", changes, c.want, fmt.Sprint(changes))
			}
		})
	}
}

// TestOf: an operator of one company sees no callers' numbers of another's, and what he
// sends back has them all the same.
func TestOf(t *testing.T) {
	c := mustRead(t, whole)
	text, err := c.Of("gas").Export()
	if err != nil || strings.Contains(string(text), "13800138001") || !strings.Contains(string(text), "13800138000") {
		t.Fatalf("%v\n%s", err, text)
	}
	back := mustRead(t, string(text))
	back.Restore(c)
	back.RestoreOf("gas", c)
	if changes := diff(t, c, back); len(changes) != 0 {
		t.Error(changes)
	}
}

// TestCalendarOwners: a calendar is one company's alone where nobody else's callers, deadlines or
// messages go by it.
func TestCalendarOwners(t *testing.T) {
	mail := &cti.Voicemail{Calendar: "office"}
	for name, tt := range map[string]struct {
		uses  func(*cti.Plan)
		owner cti.CompanyID
	}{
		"its own flow":        {func(*cti.Plan) {}, "gas"},
		"its own deadlines":   {func(p *cti.Plan) { p.Companies[0].Calendar = "office" }, "gas"},
		"another's deadlines": {func(p *cti.Plan) { p.Companies[1].Calendar = "office" }, ""},
		"another's messages":  {func(p *cti.Plan) { p.Companies[1].Voicemail = mail }, ""},
		"another's queue":     {func(p *cti.Plan) { p.Queues[1].Voicemail = mail }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			a, b := mustRead(t, whole), mustRead(t, whole)
			tt.uses(a.Hotline)
			tt.uses(b.Hotline)
			b.Hotline.Calendars[0].Days = nil
			for _, c := range diff(t, a, b) {
				if c.Company != tt.owner {
					t.Errorf("%s is %q's, want %q's", c.Place, c.Company, tt.owner)
				}
			}
		})
	}
}

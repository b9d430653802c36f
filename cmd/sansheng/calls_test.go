package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"sansheng/cmd/sansheng/config"
	"sansheng/cti"
	"sansheng/store"
	"sansheng/store/cluster"
	"sansheng/store/proof"
)

// recordsRoot is the reading commands over a database of their own.
func recordsRoot(t *testing.T) (root func() *cobra.Command, s *store.Store, dir string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "sansheng-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil { // PostgreSQL runs as another account
		t.Fatal(err)
	}
	pg, err := cluster.Start(t.Context(), cluster.Config{Data: filepath.Join(dir, "pg")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := pg.Stop(); err != nil {
			t.Error(err)
		}
	})
	if s, err = store.Open(t.Context(), store.Config{URL: pg.DSN}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	open := func(context.Context) (*store.Store, func(), error) { return s, func() {}, nil }
	configured := func() (*config.Config, error) {
		cfg := config.Default()
		cfg.Data = dir
		cfg.Hotline = &cti.Plan{Companies: []cti.Company{{ID: "gas"}}}
		return cfg, nil
	}
	return func() *cobra.Command {
		c := &cobra.Command{Use: "sansheng", SilenceUsage: true, SilenceErrors: true}
		c.AddCommand(callsCommand(open), recordCommand(open, configured), ticketsCommand(open), agentsCommand(open),
			queuesCommand(open), migrateCommand(open))
		return c
	}, s, dir
}

func TestRecordCommands(t *testing.T) {
	t.Parallel()
	root, s, _ := recordsRoot(t)
	run := func(args ...string) (string, error) {
		var out bytes.Buffer
		c := root()
		c.SetOut(&out)
		c.SetErr(&out)
		c.SetArgs(args)
		err := c.ExecuteContext(t.Context())
		return out.String(), err
	}
	must := func(args ...string) string {
		t.Helper()
		out, err := run(args...)
		if err != nil {
			t.Fatalf("%v: %v", args, err)
		}
		return out
	}
	if out := must("migrate", "up"); strings.Contains(out, " no") {
		t.Errorf("migrate up:\n%s", out)
	}
	if out := must("calls", "--json"); strings.TrimSpace(out) != "[]" {
		t.Errorf("no calls as JSON: %q", out)
	}
	told(t, s, "c1", "13800138000")
	told(t, s, "c2", "\x1b[2Jevil\u202e")

	var records []map[string]any
	if err := json.Unmarshal([]byte(must("calls", "--json")), &records); err != nil {
		t.Fatal(err)
	}
	if len(records) != 2 || records[0]["id"] != "c1" || records[1]["hash"] == nil {
		t.Errorf("calls --json: %v", records)
	}
	if legs, ok := records[0]["legs"].([]any); !ok || len(legs) != 2 {
		t.Errorf("legs: %v", records[0]["legs"])
	}
	if out := must("calls", "--limit", "1", "--answered"); strings.Count(out, "\n") != 2 || strings.ContainsAny(out, "\x1b\u202e") {
		t.Errorf("calls:\n%q", out)
	}
	if out := must("record", "show", "c1"); !strings.Contains(out, "by agent 1001") || !strings.Contains(out, "within three rings") {
		t.Errorf("record show:\n%s", out)
	}
	var r map[string]any
	if err := json.Unmarshal([]byte(must("record", "show", "c2", "--json")), &r); err != nil || r["caller"] != "\x1b[2Jevil\u202e" {
		t.Errorf("record show --json: %v, %v", r["caller"], err)
	}
	if _, err := run("record", "show", "nobody"); err == nil || !strings.Contains(err.Error(), `no call has the id "nobody"`) {
		t.Errorf("unknown call: %v", err)
	}
	for _, args := range [][]string{{"tickets"}, {"agents"}, {"queues"}, {"migrate", "status"}} {
		var list []any
		if err := json.Unmarshal([]byte(must(append(args, "--json")...)), &list); err != nil || len(list) == 0 {
			t.Errorf("%v --json: %v, %v", args, list, err)
		}
		if out := must(args...); strings.Count(out, "\n") != len(list)+1 {
			t.Errorf("%v:\n%s", args, out)
		}
	}
	amended := cti.Fact{
		Version: cti.SchemaVersion, ID: "a-1", Engine: "a", Seq: 1, At: time.Now(), Kind: cti.RecordAmended, Company: "demo", Call: "c1",
		Data: &cti.AmendedData{By: "2001", Reason: "typing error", Text: "it was the meter"},
	}
	if err := s.Replay(t.Context(), "a", amended); err != nil {
		t.Fatal(err)
	}
	if out := must("record", "show", "c1"); !strings.Contains(out, "by 2001: typing error: it was the meter") {
		t.Errorf("record show:\n%s", out)
	}
	for _, args := range [][]string{{"record", "verify"}, {"record", "verify", "--company", "demo"}} {
		if out := must(args...); !strings.Contains(out, "demo: 2 records, 1 amendments") {
			t.Errorf("%v:\n%s", args, out)
		}
	}
	must("record", "verify", "--company", "gas") // it is configured, and nobody has called it yet
	if out, err := run("record", "verify", "--company", "dmeo"); err == nil || !strings.Contains(err.Error(), `company "dmeo" is not in the configuration`) {
		t.Errorf("a company that there is not: %v\n%s", err, out)
	}
	const forge = `SET session_replication_role = replica; UPDATE answer SET rings = 1 WHERE call_id = 'c1'`
	if _, err := s.Pool().Exec(t.Context(), forge); err != nil {
		t.Fatal(err)
	}
	if out, err := run("record", "verify", "--json"); err == nil || !strings.Contains(out, "record changed after it was sealed") {
		t.Errorf("forged record: %v\n%s", err, out)
	}
	if _, err := run("migrate", "down"); err == nil || !strings.Contains(err.Error(), "--yes") {
		t.Errorf("migrate down without --yes: %v", err)
	}
	// Whoever has the machine is written down, too, without the number that he asked for.
	must("calls", "--caller", "13800138000")
	seen, err := s.Accesses(t.Context(), store.AccessFilter{})
	if err != nil || len(seen) == 0 || seen[0].Role != shellRole || seen[0].What != "calls --caller 138****8000" || seen[0].Person == "" {
		t.Errorf("%+v, %v", seen, err)
	}
	if seen, err = s.Accesses(t.Context(), store.AccessFilter{Of: "c1"}); err != nil || len(seen) != 2 || seen[0].What != "record show" {
		t.Errorf("of c1: %+v, %v", seen, err)
	}
	must("migrate", "down", "--all", "--yes")
}

// told projects an answered call.
func told(t *testing.T, s *store.Store, id, caller string) {
	t.Helper()
	at := time.Now().UTC().Truncate(time.Millisecond)
	number, err := json.Marshal(caller)
	if err != nil {
		t.Fatal(err)
	}
	var facts []cti.Fact
	for i, l := range []struct{ kind, agent, data string }{
		{"agent.ready", "1001", `{"from":"LoggedOff"}`},
		{"call.arrived", "", `{"did":"800100","caller":{"number":` + string(number) + `},"channel":"a","direction":"inbound","mode":"greeted"}`},
		{"call.queued", "", `{"queue":"service"}`},
		{"call.offered", "1001", `{"queue":"service","channel":"b","offer":1}`},
		{"call.answered", "1001", `{"queue":"service","channel":"b","offer":1,"wait_ms":2,"agent_rings":2,"within_three_rings":true}`},
		{"call.leg_ended", "", `{"channel":"a","role":"caller","cause":16}`},
		{"call.ended", "", `{"by":"caller","disposition":"ANSWERED","cause":16}`},
	} {
		call := id
		if strings.HasPrefix(l.kind, "agent") {
			call = ""
		}
		text := fmt.Sprintf(`{"v":1,"id":"%s-%d","seq":%d,"engine":%q,"at":%q,"kind":%q,"company":"demo","call":%q,"agent":%q,"data":%s}`,
			id, i+1, i+1, id, at.Add(time.Duration(i)*time.Millisecond).Format(time.RFC3339Nano), l.kind, call, l.agent, l.data)
		var f cti.Fact
		if err := json.Unmarshal([]byte(text), &f); err != nil {
			t.Fatal(err)
		}
		facts = append(facts, f)
	}
	if err := s.Replay(t.Context(), id, facts...); err != nil {
		t.Fatal(err)
	}
}

// TestProofCommands: heads are printed and given to witnesses, by which records are
// verified; a call is proven, and its proof checked without the database.
func TestProofCommands(t *testing.T) {
	t.Parallel()
	root, s, dir := recordsRoot(t)
	run := func(args ...string) (string, error) {
		var out bytes.Buffer
		c := root()
		c.SetOut(&out)
		c.SetErr(&out)
		c.SetArgs(args)
		err := c.ExecuteContext(t.Context())
		return out.String(), err
	}
	must := func(args ...string) string {
		t.Helper()
		out, err := run(args...)
		if err != nil {
			t.Fatalf("%v: %v", args, err)
		}
		return out
	}
	refused := func(want string, args ...string) {
		t.Helper()
		if out, err := run(args...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q\n%s", args, err, want, out)
		}
	}
	file := func(text string) string {
		t.Helper()
		f := filepath.Join(t.TempDir(), "f")
		if err := os.WriteFile(f, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return f
	}
	must("migrate", "up")
	told(t, s, "c1", "13800138000")
	refused("has `sansheng serve` run with this data folder?", "record", "witness", "--print")
	refused("no witness is configured", "record", "witness")
	key, err := proof.OpenKey(dir)
	if err != nil {
		t.Fatal(err)
	}
	paper := must("record", "witness", "--print")
	if !strings.Contains(paper, "public key "+key.Public.String()) || !strings.Contains(paper, "/demo\n1\n") {
		t.Errorf("on paper:\n%s", paper)
	}
	heads := file(paper)
	if out := must("record", "verify", "--witness", heads); !strings.Contains(out, "1 seals as a witness saw them") {
		t.Errorf("verify:\n%s", out)
	}
	refused("no such file", "record", "verify", "--witness", heads+".no")
	refused("NAME+HASH+BASE64", "record", "verify", "--witness", heads, "--key", "x")
	told(t, s, "c2", "13800138001")
	part, whole := file(must("record", "prove", "c1")), file(must("record", "prove", "c1", "--whole"))
	growth := file(must("record", "prove", "--since", heads, "--company", "demo"))
	public := file(key.Public.String())
	if out := must("record", "check", part, "--key", public); !strings.Contains(out, "good: call c1 of demo, 1 seals, content of 0") {
		t.Errorf("check:\n%s", out)
	}
	if out := must("record", "check", whole); !strings.Contains(out, "content of 1") {
		t.Errorf("check of the whole:\n%s", out)
	}
	if out := must("record", "check", growth); !strings.Contains(out, "good: the 2 seals of demo") || !strings.Contains(out, "begin with the 1 of") {
		t.Errorf("check of the growth:\n%s", out)
	}
	refused("allowed: a call's id, or --since", "record", "prove")
	refused("allowed: a call's id, or --since", "record", "prove", "c1", "--since", heads)
	refused(`no head of company "x"`, "record", "prove", "--since", heads, "--company", "x")
	refused("is unknown; allowed: sansheng/proof/1", "record", "check", file("{}"))
	refused("name the account with --as", "record", "erase", "c1", "--reason", "by law")
	refused(`required flag(s) "reason"`, "record", "erase", "c1")
	refused("name the account with --as", "record", "amend", "c1", "it was the meter", "--reason", "typing error")
}

package web

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sansheng/cti"
)

func TestHash(t *testing.T) {
	h := hashPassword("三声")
	if !fits(h, "三声") || fits(h, "三聲") || fits(h, "") || h == hashPassword("三声") {
		t.Error(h)
	}
	// From the reference implementation: echo -n password | argon2 somesalt -id -t 2 -m 16 -p 1 (64 MiB).
	if !fits("$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", "password") {
		t.Error("not the argon2id of the others")
	}
	for _, bad := range []string{"", "x", "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$", "$argon2i$v=19$m=64,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=4194304,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=64,t=0,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"} {
		if _, _, _, err := parseHash(bad); err == nil || fits(bad, "password") {
			t.Errorf("%q is taken", bad)
		}
	}
}

func FuzzParseHash(f *testing.F) {
	f.Add("$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc")
	f.Fuzz(func(t *testing.T, hash string) {
		c, salt, key, err := parseHash(hash)
		if err == nil && (c.memory > maxCost.memory || c.passes > maxCost.passes || c.threads > maxCost.threads || len(salt) == 0 || len(key) < 16) {
			t.Errorf("%q: %+v", hash, c)
		}
	})
}

func TestAccountsFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "new", "accounts.json")
	if _, err := LoadAccounts(file); !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	a, made, err := CreateAccounts(file, people())
	if err != nil || len(made) != len(people()) || len(a.List()) != len(people()) {
		t.Fatalf("%v %d", err, len(made))
	}
	st, err := os.Stat(file)
	if err != nil || st.Mode().Perm() != 0o600 {
		t.Fatal(err, st.Mode())
	}
	text, _ := os.ReadFile(file)
	for _, c := range made {
		if len(c.Password) < 26 || bytes.Contains(text, []byte(c.Password)) {
			t.Errorf("%s: password is weak or in the file", c.Number)
		}
	}
	a, again, err := CreateAccounts(file, append(people(), Account{Number: "1003", Role: Agent, Company: "demo"}))
	if err != nil || len(again) != 1 || again[0].Number != "1003" {
		t.Fatalf("%v %v", err, again)
	}
	if p, ok := a.Account(made[0].Number); !ok || !fits(p.Hash, made[0].Password) {
		t.Error("a second start changed a password")
	}
}

func TestAccountsFileRefused(t *testing.T) {
	h := hashPassword("x")
	ok := `{"number":"1001","role":"agent","company":"demo","password_hash":"` + h + `"}`
	for _, c := range []struct{ text, says string }{
		{`{`, "decode"},
		{`{"accounts":[]} {}`, "after the end"},
		{`{"people":[]}`, "unknown field"},
		{`{"accounts":[` + ok + `,` + ok + `]}`, "twice"},
		{`{"accounts":[{"number":"10","role":"agent","company":"demo","password_hash":"` + h + `"}]}`, "3 to 15 digits"},
		{`{"accounts":[{"number":"1001","role":"boss","company":"demo","password_hash":"` + h + `"}]}`, "allowed: agent, shift_leader, operator"},
		{`{"accounts":[{"number":"1001","role":"agent","password_hash":"` + h + `"}]}`, "no company"},
		{`{"accounts":[{"number":"1001","role":"agent","company":"demo","password_hash":"plain"}]}`, "argon2id"},
	} {
		file := filepath.Join(t.TempDir(), "accounts.json")
		if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := LoadAccounts(file)
		if err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), file) || strings.Contains(err.Error(), h) {
			t.Errorf("%s: %v, want %q", c.text, err, c.says)
		}
	}
	file := filepath.Join(t.TempDir(), "accounts.json")
	if err := os.WriteFile(file, []byte(`{"accounts":[]}`), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadAccounts(file); err == nil || !strings.Contains(err.Error(), "allowed: 0600") {
		t.Error(err)
	}
	if _, err := LoadAccounts(t.TempDir()); err == nil || !strings.Contains(err.Error(), "no regular file") {
		t.Error(err)
	}
}

func TestSIPPasswords(t *testing.T) {
	file := filepath.Join(t.TempDir(), SIPPasswordsFile)
	one, err := SIPPasswords(file, []cti.AgentID{"1001", "1002"})
	if err != nil || len(one) != 2 || one["1001"] == one["1002"] || len(one["1001"]) < 26 {
		t.Fatal(one, err)
	}
	if _, err := SIPPasswords(file, nil); err != nil {
		t.Fatal(err)
	}
	two, err := SIPPasswords(file, []cti.AgentID{"1002", "1003"})
	if err != nil || two["1002"] != one["1002"] || two["1003"] == "" || len(two) != 2 {
		t.Fatal(two, err)
	}
	three, err := SIPPasswords(file, []cti.AgentID{"1001"})
	if err != nil || three["1001"] != one["1001"] {
		t.Fatal("an agent who was gone has another secret", err)
	}
}

func TestDemo(t *testing.T) {
	dir := t.TempDir()
	if _, err := DemoAccounts(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	check := func(agents []cti.Agent) map[string]DemoAccount {
		a, sip, err := OpenDemo(dir, agents)
		if err != nil {
			t.Fatal(err)
		}
		list, err := DemoAccounts(dir)
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]DemoAccount{}
		for _, d := range list {
			out[d.Number] = d
			p, ok := a.Account(d.Number)
			if !ok || !fits(p.Hash, d.Password) || p.Role != d.Role || p.Company != d.Company {
				t.Errorf("%s: file and accounts differ", d.Number)
			}
			if d.SIPPassword != sip[cti.AgentID(d.Number)] || (d.Role == Agent || d.Number == "2001") != (d.SIPPassword != "") {
				t.Errorf("%s: sip password %q", d.Number, d.SIPPassword)
			}
		}
		return out
	}
	one := check(cti.DemoPlan(0).Agents)
	if len(one) != 16 || one["6001"].Role != Clerk || one["9001"].Role != Administrator || one["2001"].Role != ShiftLeader || one["3001"].Role != Operator ||
		one["4001"].Role != Finance || one["5001"].Role != Auditor {
		t.Fatal(one)
	}
	// Dead between the two files: the passwords shown are still those that serve.
	if err := os.Remove(filepath.Join(dir, AccountsFile)); err != nil {
		t.Fatal(err)
	}
	two := check(cti.DemoPlan(20).Agents)
	if len(two) != 26 || two["1001"] != one["1001"] {
		t.Error("a later start changed a password")
	}
	for _, name := range []string{AccountsFile, DemoAccountsFile, SIPPasswordsFile} {
		if st, err := os.Stat(filepath.Join(dir, name)); err != nil || st.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

package web

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"sansheng/cti"
)

// Names of the files of accounts in the data folder.
const (
	AccountsFile     = "accounts.json"
	DemoAccountsFile = "demo-accounts.json"
	SIPPasswordsFile = "sip-passwords.json"
)

// DemoAccount is what `sansheng demo accounts` shows of one person.
type DemoAccount struct {
	Number   string        `json:"number"`
	Role     Role          `json:"role"`
	Company  cti.CompanyID `json:"company"`
	Password string        `json:"password"`
	// SIPPassword is empty for those without a phone.
	SIPPassword string `json:"sip_password,omitempty"`
}

type demoFile struct {
	Accounts []DemoAccount `json:"accounts"`
}

// OpenDemo opens the accounts of the demo hotline in a folder, making what is
// missing: the plan's agents, shift leader 2001, operator 3001, finance 4001,
// auditor 5001, clerk 6001 of the department gas, administrator 9001. Unlike everywhere else their passwords are
// kept in plain too, in DemoAccountsFile with mode 0600, before any takes effect.
// It answers the SIP secrets of the plan's phones as well.
func OpenDemo(dir string, agents []cti.Agent) (*Accounts, map[cti.AgentID]string, error) {
	ids := make([]cti.AgentID, len(agents))
	for i, a := range agents {
		ids[i] = a.ID
	}
	sip, err := SIPPasswords(filepath.Join(dir, SIPPasswordsFile), ids)
	if err != nil {
		return nil, nil, err
	}
	people := demoPeople(agents)
	plain, err := demoPasswords(dir, people)
	if err != nil {
		return nil, nil, err
	}
	a, err := addAccounts(filepath.Join(dir, AccountsFile), people, demoCost, func(p Account) string { return plain[p.Number] })
	if err != nil {
		return nil, nil, err
	}
	return a, sip, nil
}

// FollowDemo lets the demo's accounts follow a plan: agents who are new get one, and those
// of agents who are gone end. Who comes back has the password he had.
func (a *Accounts) FollowDemo(dir string, agents []cti.Agent) error {
	people := demoPeople(agents)
	plain, err := demoPasswords(dir, people)
	if err != nil {
		return err
	}
	is := map[string]bool{}
	for _, p := range people {
		is[p.Number] = true
	}
	stays := func(p Account) bool { return p.Role != Agent || is[p.Number] }
	if err := a.change(people, stays, demoCost, func(p Account) string { return plain[p.Number] }); err != nil {
		return fmt.Errorf("follow the plan's agents: %w", err)
	}
	return nil
}

// DemoAccounts reads the demo's people with their passwords in plain. The error
// Is fs.ErrNotExist where no demo was started in the folder.
func DemoAccounts(dir string) ([]DemoAccount, error) {
	var doc demoFile
	if err := readSecret(filepath.Join(dir, DemoAccountsFile), &doc); err != nil {
		return nil, fmt.Errorf("read demo accounts: %w", err)
	}
	var sip sipFile
	if err := readSecret(filepath.Join(dir, SIPPasswordsFile), &sip); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read sip passwords: %w", err)
	}
	for i, a := range doc.Accounts {
		doc.Accounts[i].SIPPassword = sip.Passwords[cti.AgentID(a.Number)]
	}
	return doc.Accounts, nil
}

func demoPeople(agents []cti.Agent) []Account {
	people := make([]Account, 0, len(agents)+6)
	for _, a := range agents {
		if !a.Leader {
			people = append(people, Account{Number: string(a.ID), Name: a.Name, Role: Agent, Company: a.Company})
		}
	}
	return append(people,
		Account{Number: "2001", Name: "班长 2001", Role: ShiftLeader, Company: "demo"},
		Account{Number: "3001", Name: "操作员 3001", Role: Operator, Company: "demo"},
		Account{Number: "4001", Name: "财务 4001", Role: Finance, Company: "demo"},
		Account{Number: "5001", Name: "审计 5001", Role: Auditor, Company: "demo"},
		Account{Number: "6001", Name: "燃气部 6001", Role: Clerk, Company: "demo", Department: "gas"},
		Account{Number: "9001", Name: "管理员 9001", Role: Administrator, Company: "demo"})
}

// demoPasswords makes and keeps the passwords in plain, by number.
func demoPasswords(dir string, people []Account) (map[string]string, error) {
	var doc demoFile
	err := readSecret(filepath.Join(dir, DemoAccountsFile), &doc)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read demo accounts: %w", err)
	}
	plain := make(map[string]string, len(people))
	for _, k := range doc.Accounts {
		plain[k.Number] = k.Password
	}
	changed := false
	for _, p := range people {
		if plain[p.Number] != "" {
			continue
		}
		plain[p.Number] = rand.Text()
		doc.Accounts = append(doc.Accounts, DemoAccount{Number: p.Number, Role: p.Role, Company: p.Company, Password: plain[p.Number]})
		changed = true
	}
	if !changed {
		return plain, nil
	}
	if err := writeSecret(filepath.Join(dir, DemoAccountsFile), doc); err != nil {
		return nil, fmt.Errorf("write demo accounts: %w", err)
	}
	return plain, nil
}

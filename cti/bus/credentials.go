package bus

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/nats-io/nats-server/v2/server"

	"sansheng/cti"
)

// Role is what a client of the embedded server may do.
type Role string

// Roles.
const (
	RoleEngine Role = "engine"
	RoleReader Role = "reader"

	roleAnonymous Role = "anonymous"
)

// CompanyRole is the role of an integrator: it reads the facts of one company, through a
// consumer of the same name that EnsureReader makes, and can do nothing else.
func CompanyRole(c cti.CompanyID) Role { return Role("company_" + Token(string(c))) }

// Credentials are a role's user and password.
type Credentials struct {
	User     string `json:"user"`
	Password string `json:"password"`
}

const credentialsFile = "nats.json"

// ReadCredentials reads the generated credentials from a store folder.
func ReadCredentials(storeDir string) (map[Role]Credentials, error) {
	b, err := os.ReadFile(filepath.Join(storeDir, credentialsFile))
	if err != nil {
		return nil, fmt.Errorf("read NATS credentials: %w", err)
	}
	var all map[Role]Credentials
	if err := json.Unmarshal(b, &all); err != nil {
		return nil, fmt.Errorf("read NATS credentials %s: %w", filepath.Join(storeDir, credentialsFile), err)
	}
	return all, nil
}

// credentials reads the folder's credentials and makes those that are missing.
func credentials(storeDir string, readers []cti.CompanyID) (map[Role]Credentials, error) {
	all, err := ReadCredentials(storeDir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if all == nil {
		all = map[Role]Credentials{}
	}
	fresh := false
	roles := []Role{RoleEngine, RoleReader}
	for _, c := range readers {
		roles = append(roles, CompanyRole(c))
	}
	for _, role := range roles {
		if c := all[role]; c.User == "" || c.Password == "" {
			all[role] = Credentials{User: string(role), Password: rand.Text()}
			fresh = true
		}
	}
	if !fresh {
		return all, nil
	}
	b, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write NATS credentials: %w", err)
	}
	path := filepath.Join(storeDir, credentialsFile)
	tmp := path + ".new"
	if err := os.WriteFile(tmp, append(b, '\n'), 0o600); err != nil {
		return nil, fmt.Errorf("write NATS credentials: %w", err)
	}
	if err := os.Rename(tmp, path); err != nil {
		return nil, fmt.Errorf("write NATS credentials: %w", err)
	}
	return all, nil
}

// users are the server's accounts of persons and programs.
func users(all map[Role]Credentials, readers []cti.CompanyID, anonymous bool) []*server.User {
	list := []*server.User{
		{Username: all[RoleEngine].User, Password: all[RoleEngine].Password},
		{Username: all[RoleReader].User, Password: all[RoleReader].Password, Permissions: readerPermissions()},
	}
	for _, c := range readers {
		role := CompanyRole(c)
		list = append(list, &server.User{Username: all[role].User, Password: all[role].Password, Permissions: companyPermissions(role)})
	}
	if anonymous {
		// Its password is known to nobody: it is entered by giving none.
		list = append(list, &server.User{Username: string(roleAnonymous), Password: rand.Text(), Permissions: readerPermissions()})
	}
	return list
}

// readerPermissions let a client follow facts and read the stream HOTLINE.
func readerPermissions() *server.Permissions {
	return &server.Permissions{
		Subscribe: &server.SubjectPermission{Allow: []string{"hotline.>", "_INBOX.>"}},
		Publish: &server.SubjectPermission{Allow: []string{
			"$JS.API.INFO",
			"$JS.API.STREAM.NAMES",
			"$JS.API.STREAM.INFO." + Stream,
			"$JS.API.STREAM.MSG.GET." + Stream,
			"$JS.API.DIRECT.GET." + Stream,
			"$JS.API.DIRECT.GET." + Stream + ".>",
			"$JS.API.CONSUMER.CREATE." + Stream,
			"$JS.API.CONSUMER.CREATE." + Stream + ".>",
			"$JS.API.CONSUMER.INFO." + Stream + ".*",
			"$JS.API.CONSUMER.DELETE." + Stream + ".*",
			"$JS.API.CONSUMER.MSG.NEXT." + Stream + ".*",
			"$JS.ACK." + Stream + ".>",
			"$JS.FC." + Stream + ".>",
		}},
	}
}

// InboxOf is where a client with a company's role must have its answers sent: it hears no
// others'.
func InboxOf(r Role) string { return "_INBOX_" + string(r) }

// companyPermissions let a client take what its consumer has for it, and say that it did.
// Making consumers is not among them: one could read other companies' facts.
func companyPermissions(r Role) *server.Permissions {
	consumer := Stream + "." + string(r)
	return &server.Permissions{
		Subscribe: &server.SubjectPermission{Allow: []string{InboxOf(r) + ".>"}},
		Publish: &server.SubjectPermission{Allow: []string{
			"$JS.API.CONSUMER.INFO." + consumer,
			"$JS.API.CONSUMER.MSG.NEXT." + consumer,
			"$JS.ACK." + consumer + ".>",
		}},
	}
}

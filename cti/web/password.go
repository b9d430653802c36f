package web

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// cost of one argon2id hash.
type cost struct {
	memory  uint32 // KiB
	passes  uint32
	threads uint8
}

// hashCost is what new hashes cost (OWASP's first choice for argon2id); a hash
// carries its own. Tests make it cheap.
var hashCost = cost{memory: 19 * 1024, passes: 2, threads: 1}

// demoCost is what the demo's cost. A password of 130 random bits gains nothing from a slow
// hash, a thousand of them would keep the hotline from starting for a minute, and who the
// demo's people are, which a quick answer tells, is no secret.
var demoCost = cost{memory: 64, passes: 1, threads: 1}

// maxCost bounds what a hash in a file may ask for.
var maxCost = cost{memory: 256 * 1024, passes: 16, threads: 16}

const (
	saltLen = 16
	keyLen  = 32
)

var errHash = errors.New("no argon2id hash as in $argon2id$v=19$m=19456,t=2,p=1$salt$hash")

var b64 = base64.RawStdEncoding

// hashPassword makes the hash of a password that a person has chosen.
func hashPassword(password string) string { return hashCost.hash(password) }

// hash makes a hash in the PHC string form.
func (c cost) hash(password string) string {
	salt := make([]byte, saltLen)
	_, _ = rand.Read(salt) // never fails (crypto/rand)
	key := argon2.IDKey([]byte(password), salt, c.passes, c.memory, c.threads, keyLen)
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.memory, c.passes, c.threads,
		b64.EncodeToString(salt), b64.EncodeToString(key))
}

// parseHash takes a hash apart.
func parseHash(hash string) (c cost, salt, key []byte, err error) {
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return c, nil, nil, errHash
	}
	_, err = fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.memory, &c.passes, &c.threads)
	if err != nil || c.memory < 8 || c.passes < 1 || c.threads < 1 ||
		c.memory > maxCost.memory || c.passes > maxCost.passes || c.threads > maxCost.threads {
		return c, nil, nil, errHash
	}
	salt, err = b64.DecodeString(parts[4])
	if err != nil || len(salt) < 8 || len(salt) > 64 {
		return c, nil, nil, errHash
	}
	key, err = b64.DecodeString(parts[5])
	if err != nil || len(key) < 16 || len(key) > 64 {
		return c, nil, nil, errHash
	}
	return c, salt, key, nil
}

// fits tells whether a password belongs to a hash.
func fits(hash, password string) bool {
	c, salt, key, err := parseHash(hash)
	if err != nil {
		return false
	}
	got := argon2.IDKey([]byte(password), salt, c.passes, c.memory, c.threads, uint32(len(key)))
	return subtle.ConstantTimeCompare(got, key) == 1
}

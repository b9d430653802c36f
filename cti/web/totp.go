package web

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1" // RFC 6238's own; an HMAC with it is sound
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"net/url"
	"time"
)

// One-time codes by time (RFC 6238) as every authenticator makes them: HMAC-SHA1 of the
// step, six digits. They are our own few lines because libraries do not tell the step of a
// code, without which it cannot be kept from serving twice.
const (
	codeStep  = 30 * time.Second
	codeSlack = 1 // steps by which a phone's clock may be off
	codeForm  = "^[0-9]{6}$"
	secretLen = 20 // bytes, as RFC 4226 recommends
	codeOwner = "Sansheng"
)

var (
	errSecret = errors.New("a secret of one-time codes is no base32 of 16 bytes or more")
	b32       = base32.StdEncoding.WithPadding(base32.NoPadding)
)

// newCodeSecret makes a secret in base32.
func newCodeSecret() string {
	b := make([]byte, secretLen)
	_, _ = rand.Read(b) // never fails (crypto/rand)
	return b32.EncodeToString(b)
}

func decodeSecret(secret string) ([]byte, error) {
	b, err := b32.DecodeString(secret)
	if err != nil || len(b) < 16 {
		return nil, errSecret
	}
	return b, nil
}

// codeAt is the code of a step (RFC 4226, section 5.3).
func codeAt(secret []byte, step int64) string {
	mac := hmac.New(sha1.New, secret)
	_ = binary.Write(mac, binary.BigEndian, step) // a hash takes everything
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 0xf
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[at:])&0x7fffffff%1_000_000)
}

// stepOfCode is the step to which a code belongs, later than the last one taken.
func stepOfCode(secret, code string, now time.Time, last int64) (int64, bool) {
	key, err := decodeSecret(secret)
	if err != nil {
		return 0, false
	}
	at := now.Unix() / int64(codeStep/time.Second)
	found, ok := int64(0), false
	for step := at - codeSlack; step <= at+codeSlack; step++ {
		if subtle.ConstantTimeCompare([]byte(codeAt(key, step)), []byte(code)) == 1 && step > last {
			found, ok = step, true
		}
	}
	return found, ok
}

// codeURI is what an authenticator reads as a QR code.
func codeURI(number, secret string) string {
	return "otpauth://totp/" + url.PathEscape(codeOwner+":"+number) + "?" + url.Values{
		"secret": {secret}, "issuer": {codeOwner}, "algorithm": {"SHA1"}, "digits": {"6"}, "period": {"30"},
	}.Encode()
}

package bus

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"sansheng/cti"
)

// tokenMax bounds a name in a subject; longer ones end in a digest.
const tokenMax = 128

// Token writes a name as one subject token; see the package comment.
func Token(name string) string {
	if name == "" {
		return "_"
	}
	if name == "_" {
		return "%5F"
	}
	var b strings.Builder
	for i := range len(name) {
		c := name[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_':
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	if t := b.String(); len(t) <= tokenMax {
		return t
	}
	sum := sha256.Sum256([]byte(name))
	cut := b.String()[:tokenMax-35]
	if i := strings.LastIndexByte(cut, '%'); i >= len(cut)-2 && i >= 0 {
		cut = cut[:i]
	}
	return cut + "%~" + hex.EncodeToString(sum[:16])
}

// Name reads a token back; ok is false for a token that Token does not write,
// or that was too long and holds only a digest.
func Name(token string) (name string, ok bool) {
	if token == "_" {
		return "", true
	}
	var b strings.Builder
	for i := 0; i < len(token); i++ {
		if token[i] != '%' {
			b.WriteByte(token[i])
			continue
		}
		if i+2 >= len(token) {
			return "", false
		}
		raw, err := hex.DecodeString(token[i+1 : i+3])
		if err != nil {
			return "", false
		}
		b.WriteByte(raw[0])
		i += 2
	}
	name = b.String()
	return name, Token(name) == token
}

// Subject is where a fact is published. A kind that is neither a call's nor an
// agent's goes to its engine, so that no fact is without a subject.
func Subject(f *cti.Fact) string {
	company := Token(string(f.Company))
	subject, verb, _ := strings.Cut(string(f.Kind), ".")
	switch subject {
	case "call":
		return "hotline." + company + ".call." + Token(string(f.Call)) + "." + Token(verb)
	case "callback", "message", "record":
		return "hotline." + company + ".call." + Token(string(f.Call)) + "." + subject + "_" + Token(verb)
	case "agent":
		return "hotline." + company + ".agent." + Token(string(f.Agent)) + "." + Token(verb)
	case "engine":
	default:
		verb = string(f.Kind)
	}
	return "hotline." + company + ".engine." + Token(f.Engine) + "." + Token(verb)
}

// Filters for readers: the facts of one company, call or agent.

// CompanySubjects matches all facts of a company.
func CompanySubjects(c cti.CompanyID) string { return "hotline." + Token(string(c)) + ".>" }

// CallSubjects matches all facts of a call.
func CallSubjects(c cti.CompanyID, id cti.CallID) string {
	return "hotline." + Token(string(c)) + ".call." + Token(string(id)) + ".>"
}

// AgentSubjects matches all facts of an agent; calls' facts about him are
// under the calls.
func AgentSubjects(c cti.CompanyID, id cti.AgentID) string {
	return "hotline." + Token(string(c)) + ".agent." + Token(string(id)) + ".>"
}

// streamSubjects are what HOTLINE takes in. Commands are not among them.
var streamSubjects = []string{
	"hotline.*.call.*.*", "hotline.*.agent.*.*", "hotline.*.ticket.*.*", "hotline.*.engine.*.*",
}

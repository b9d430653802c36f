package store

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"sansheng/cti"
)

// Mask hides the middle of a caller's number, as in 138****8000: at least half
// of what tells people apart, and never the length of it. Up to four characters
// are a short code or an extension and stay.
func Mask(number string) string {
	r := []rune(number)
	head, tail := 3, 4
	switch n := len(r); {
	case n <= 4:
		return number
	case n <= 7:
		head, tail = 1, 1
	case n <= 10:
		head, tail = 2, 2
	}
	return string(r[:head]) + strings.Repeat("*", 4) + string(r[len(r)-tail:])
}

// longNumber is what may be a telephone number within a text: also one that was typed with an
// input method's full-width digits, as in １３８－００１３８０００.
var longNumber = regexp.MustCompile(`[+＋]?\p{Nd}(?:[\p{Zs}\p{Pd}().（）．]{0,2}\p{Nd}){6,}`)

// MaskText masks numbers within a text.
func MaskText(text string) string { return longNumber.ReplaceAllStringFunc(text, Mask) }

// MaskName keeps the first letter of a person's name.
func MaskName(name string) string {
	r, n := utf8.DecodeRuneInString(name)
	if n == 0 {
		return ""
	}
	return string(r) + "**"
}

// nameless are the fields of facts that are no person's and may look like numbers: ids, the
// operator's own numbers, hashes. All other texts of a fact are masked.
var nameless = map[string]bool{
	"id": true, "call": true, "attempt": true, "channel": true, "channels": true, "bridge": true, "playback": true, "endpoint": true,
	"recording": true, "did": true, "line": true, "by": true, "digest": true, "sha256": true, "source_sha256": true, "hash": true, "file_hash": true,
	"ticket": true,
}

// words are the fields of facts about tickets and callbacks, and of corrections, that are no
// person's words. What people have written there is about callers, and is masked as a whole.
var words = map[string]bool{
	"kind": true, "state": true, "owner": true, "agent": true, "from": true, "into": true, "calls": true, "company": true, "department": true,
	"clerk": true, "line": true, "type": true,
}

// hidden stands for what is masked as a whole.
const hidden = "****"

// uuidForm is an id within a text, as in ticket:5e4ac1de-3a0d-5b1a-9d6e-0a5a4e5e5a33.
var uuidForm = regexp.MustCompile(`[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

// MaskFact is a fact as it may leave the house: its data without whole numbers and names,
// and without what was written down or learnt of a person; of that the fields' names are
// left. What a later version of the program tells is masked likewise.
func MaskFact(fact []byte) ([]byte, error) {
	var whole map[string]json.RawMessage
	if err := json.Unmarshal(fact, &whole); err != nil {
		return nil, fmt.Errorf("mask fact: %w", err)
	}
	if data, ok := whole["data"]; ok {
		in := json.NewDecoder(bytes.NewReader(data))
		in.UseNumber()
		var v any
		if err := in.Decode(&v); err != nil {
			return nil, fmt.Errorf("mask fact: %w", err)
		}
		var kind string
		_ = json.Unmarshal(whole["kind"], &kind) // what is none is masked as others are
		subject, _, _ := strings.Cut(kind, ".")
		m := masker{written: subject == "ticket" || subject == "follow_up" || kind == string(cti.RecordAmended)}
		masked, err := json.Marshal(m.value("", v))
		if err != nil {
			return nil, fmt.Errorf("mask fact: %w", err)
		}
		whole["data"] = masked
	}
	return json.Marshal(whole)
}

// MaskWritten is a document that people have written as it may leave the house: without their
// words, whose fields' names are left.
func MaskWritten(document []byte) ([]byte, error) {
	in := json.NewDecoder(bytes.NewReader(document))
	in.UseNumber()
	var v any
	if err := in.Decode(&v); err != nil {
		return nil, fmt.Errorf("mask document: %w", err)
	}
	return json.Marshal(masker{written: true}.value("", v))
}

// masker masks the data of a fact; written is whether most of it is what people have written.
type masker struct{ written bool }

// value masks what stands under a key.
func (m masker) value(key string, v any) any {
	switch v := v.(type) {
	case map[string]any:
		_, named := v["name"]
		for k, inner := range v {
			text, isText := inner.(string)
			switch {
			case k == "value" && named: // of a sheet's field
				v[k] = hidden
			case k == "name" && key == "caller" && isText:
				v[k] = MaskName(text)
			default:
				v[k] = m.value(k, inner)
			}
		}
		return v
	case []any:
		for i, inner := range v {
			v[i] = m.value(key, inner)
		}
		return v
	case string:
		return m.text(key, v)
	}
	return v
}

// text masks a text under a key.
func (m masker) text(key, text string) string {
	if nameless[key] {
		return text
	}
	switch key {
	case "number", "caller":
		return Mask(text)
	case "digits":
		return hidden
	}
	if _, err := time.Parse(time.RFC3339Nano, text); err == nil {
		return text
	}
	if m.written && !words[key] && text != "" {
		return hidden
	}
	var b strings.Builder
	at := 0
	for _, id := range uuidForm.FindAllStringIndex(text, -1) {
		b.WriteString(MaskText(text[at:id[0]]) + text[id[0]:id[1]])
		at = id[1]
	}
	b.WriteString(MaskText(text[at:]))
	return b.String()
}

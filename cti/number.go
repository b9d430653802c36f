package cti

import (
	"fmt"
	"strings"
)

// ReadNumber is a telephone number as people write it, as in 010-6552 0001 or （021）65520001,
// in the form in which numbers are compared here: digits, a + before them where there is
// one. Nothing else is added or taken away: +86 138… and 138… are two numbers, as they are
// to the switch.
func ReadNumber(text string) (string, error) {
	plain := strings.Map(func(r rune) rune {
		switch {
		case r >= '０' && r <= '９': // as Chinese keyboards write them
			return r - '０' + '0'
		case r == '＋':
			return '+'
		case strings.ContainsRune(" \t\u00a0\u3000-‐‑–—－.．()（）", r):
			return -1
		}
		return r
	}, text)
	if !callerForm.MatchString(plain) {
		return "", fmt.Errorf("%.40q is not allowed: a number, 2 to 20 digits, a + before them where there is one", text)
	}
	return plain, nil
}

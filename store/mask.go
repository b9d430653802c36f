package store

import "strings"

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

package table

import "strings"

// separators may begin a cell in the eyes of a program that separates otherwise than we do.
const separators = ";\t\r\n"

// evaluated are the letters with which a formula may begin, also in the forms of East Asian
// keyboards. A tab or a return before a formula are blanks to spreadsheets.
const evaluated = "=+-@\t\r\n＝＋－＠"

// Guard is a cell's text as no program evaluates it: with an apostrophe before each place
// at which a formula could begin.
func Guard(cell string) string {
	if !strings.ContainsAny(cell, evaluated) {
		return cell
	}
	var b strings.Builder
	begins := true
	for i, r := range cell {
		if begins && guarded(cell[i:]) {
			b.WriteByte('\'')
		}
		b.WriteRune(r)
		begins = strings.ContainsRune(separators, r)
	}
	return b.String()
}

// Unguard takes away what Guard has put in; other text stays as it is.
func Unguard(cell string) string {
	if !strings.Contains(cell, "'") {
		return cell
	}
	var b strings.Builder
	begins := true
	for i, r := range cell {
		if begins && r == '\'' && guarded(cell[i+1:]) {
			begins = false
			continue
		}
		b.WriteRune(r)
		begins = strings.ContainsRune(separators, r)
	}
	return b.String()
}

// guarded tells whether a formula could begin here, behind apostrophes of its own and blanks.
func guarded(rest string) bool {
	rest = strings.TrimLeft(rest, "' ")
	return rest != "" && strings.ContainsAny(firstOf(rest), evaluated)
}

func firstOf(s string) string {
	for i := range s {
		if i > 0 {
			return s[:i]
		}
	}
	return s
}

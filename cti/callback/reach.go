package callback

import (
	"strconv"
	"strings"
	"unicode"
)

// Reach is where somebody is reached, as it is compared: tickets that have one of the two
// in common are one call (requirement F5). What is empty is like nothing else.
type Reach struct{ Number, Place string }

// Meets tells whether one call is enough for both.
func (a Reach) Meets(b Reach) bool {
	return a.Number != "" && a.Number == b.Number || a.Place != "" && a.Place == b.Place
}

// ReachOf makes of a number and a place, as written, what can be compared.
func (r *Rules) ReachOf(number, place string) Reach {
	return Reach{r.numberKey(number), placeKey(place)}
}

// Groups puts together what meets, also over others in between: indexes of the list, in
// its order.
func Groups(list []Reach) [][]int {
	// group is the first of those with which each one goes.
	group := make([]int, len(list))
	first := func(i int) int {
		for group[i] != i {
			group[i] = group[group[i]]
			i = group[i]
		}
		return i
	}
	numbers, places := map[string]int{}, map[string]int{}
	for i, r := range list {
		group[i] = i
		for _, known := range []struct {
			by  map[string]int
			key string
		}{{numbers, r.Number}, {places, r.Place}} {
			if known.key == "" {
				continue
			}
			j, ok := known.by[known.key]
			if !ok {
				known.by[known.key] = i
				continue
			}
			a, b := first(j), first(i)
			group[max(a, b)] = min(a, b)
		}
	}
	var groups [][]int
	at := map[int]int{}
	for i := range list {
		f := first(i)
		if f == i {
			at[i] = len(groups)
			groups = append(groups, nil)
		}
		groups[at[f]] = append(groups[at[f]], i)
	}
	return groups
}

// numberKey is a telephone number without what may be left out when it is written.
func (r *Rules) numberKey(number string) string {
	var b strings.Builder
	for _, c := range narrow(number) {
		if c >= '0' && c <= '9' || c == '+' && b.Len() == 0 {
			b.WriteRune(c)
		}
	}
	n := b.String()
	for _, prefix := range []string{"+", "00"} {
		if rest, ok := strings.CutPrefix(n, prefix); ok {
			if own, ok := strings.CutPrefix(rest, r.Country); ok {
				return own
			}
			return "+" + rest
		}
	}
	return n
}

// placeKey is an address as it is compared; empty where it has no number, for a street
// alone is many households. It makes equal only what is the same place in another
// writing: width, case, blanks, Chinese numerals, 号楼 栋 幢 座, and 室 or 户 behind a number.
// Two calls to one household are a smaller fault than one call about two.
func placeKey(place string) string {
	var b strings.Builder
	digits, gap, last := false, false, rune(0)
	for _, c := range numerals(strings.ToLower(narrow(place))) {
		digit := c >= '0' && c <= '9'
		switch {
		case !unicode.IsLetter(c) && !digit:
			gap = true
			continue
		case (c == '室' || c == '户') && last >= '0' && last <= '9':
			gap = true
			continue
		case gap && digit && last >= '0' && last <= '9':
			b.WriteByte('-') // 3-402 is not 3402
		}
		b.WriteRune(c)
		digits, gap, last = digits || digit, false, c
	}
	if !digits {
		return ""
	}
	return buildings.Replace(b.String())
}

// buildings are the words for one.
var buildings = strings.NewReplacer("号楼", "栋", "幢", "栋", "座", "栋")

// narrow makes the wide letters, digits and signs of East Asian writing plain ones.
func narrow(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '！' && r <= '～' {
			return r - '！' + '!'
		}
		return r
	}, s)
}

// numeral is the value of each of China's numerals up to a hundred.
var numeral = map[rune]int{
	'〇': 0, '零': 0, '一': 1, '二': 2, '三': 3, '四': 4, '五': 5, '六': 6, '七': 7, '八': 8, '九': 9, '十': 10, '百': 100,
}

// numerals writes China's numerals as digits: 三 as 3, 二十三 as 23, 四〇二 as 402.
func numerals(s string) string {
	var b strings.Builder
	var run []int
	flush := func() {
		if len(run) > 0 {
			b.WriteString(worth(run))
			run = run[:0]
		}
	}
	for _, c := range s {
		if v, ok := numeral[c]; ok {
			run = append(run, v)
			continue
		}
		flush()
		b.WriteRune(c)
	}
	flush()
	return b.String()
}

// worth is what a row of numerals says.
func worth(run []int) string {
	var digits strings.Builder
	sum, n, units := 0, 0, false
	for _, v := range run {
		if v < 10 {
			digits.WriteString(strconv.Itoa(v))
			n = v
			continue
		}
		units = true
		if n == 0 { // 十二 is twelve
			n = 1
		}
		sum, n = sum+n*v, 0
	}
	if !units {
		return digits.String()
	}
	return strconv.Itoa(sum + n)
}

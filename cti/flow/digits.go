package flow

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Bounds of digits.
const (
	digitsMost  = 20
	patternMost = 100
)

// digitsEnd ends a number that could be longer, digitsAnew begins it anew.
const (
	digitsEnd  = "#"
	digitsAnew = "*"
)

// Length is how many digits there may be.
func (n Node) Length() (least, most int) { return cmp.Or(n.Least, 1), cmp.Or(n.Most, digitsMost) }

// Enter adds a key to what has been pressed so far at digits, and tells whether that is
// all: it was ended, or there cannot be more.
func (n Node) Enter(pressed, key string) (digits string, whole bool) {
	_, most := n.Length()
	switch key {
	case digitsEnd:
		return pressed, true
	case digitsAnew:
		return "", false
	}
	return pressed + key, len(pressed)+1 >= most
}

// Entered is the exit of digits for what was pressed in one try, and what it means.
func (n Node) Entered(digits string) (Exit, string) {
	least, most := n.Length()
	switch {
	case len(digits) < least || len(digits) > most:
		return Wrong, fmt.Sprintf("he presses %d digits; allowed: %d to %d", len(digits), least, most)
	case n.Pattern != "" && !n.matches(digits):
		return Wrong, "he presses what does not match " + n.Pattern
	}
	return Done, fmt.Sprintf("he presses %d digits", len(digits))
}

// matches tells whether digits match the pattern as a whole; one that cannot be read
// allows all: Check has refused it.
func (n Node) matches(digits string) bool {
	form, err := wholly(n.Pattern)
	return err != nil || form.MatchString(digits)
}

func wholly(pattern string) (*regexp.Regexp, error) {
	if len(pattern) > patternMost {
		return nil, fmt.Errorf("%d bytes are too many; allowed: %d", len(pattern), patternMost)
	}
	return regexp.Compile("^(?:" + pattern + ")$")
}

// digits checks a node that asks for digits.
func (c *checker) digits(at string, n Node) {
	if !idForm.MatchString(n.Name) {
		c.Fail(at+".name", "%q is not allowed: %s", n.Name, idText)
	}
	least, most := n.Length()
	if most < 1 || most > digitsMost {
		c.Fail(at+".max", "%d is not allowed: 1 to %d", most, digitsMost)
	} else if least < 1 || least > most {
		c.Fail(at+".min", "%d is not allowed: 1 to %d", least, most)
	}
	if _, err := wholly(n.Pattern); err != nil {
		c.Fail(at+".pattern", "%v", err)
	}
}

// enter takes the digits that he presses next.
func (c *Conditions) enter(n Node) (Exit, string) {
	pressed, whole, begun := "", false, false
	for c.Keys != "" && !whole {
		key := c.Keys[:1]
		c.Keys = c.Keys[1:]
		if key == "." { // a pause
			break
		}
		begun = true
		pressed, whole = n.Enter(pressed, key)
	}
	if whole && strings.HasPrefix(c.Keys, digitsEnd) {
		c.Keys = c.Keys[1:] // who ends what is whole already means no more by it
	}
	if !begun {
		return NoInput, "he presses nothing"
	}
	return n.Entered(pressed)
}

// Answered is the exit of a look-up for what its service says, and what it means; the
// answer is empty where there was none.
func (n Node) Answered(result Exit) (Exit, string) {
	switch _, drawn := n.Exits[result]; {
	case result == "":
		return Failed, n.Service + " does not answer"
	case !drawn || result == Failed:
		return Failed, fmt.Sprintf("%s says %q, which is none of %v", n.Service, result, n.answers())
	}
	return result, fmt.Sprintf("%s says %s", n.Service, result)
}

// answers are those of a look-up for which there is an exit.
func (n Node) answers() []Exit {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(n.Exits)), func(e Exit) bool { return e == Failed })
}

// alone are the exits that are taken without the caller's doing anything.
func (n Node) alone() []Exit {
	if kinds[n.Kind].words {
		return slices.Sorted(maps.Keys(n.Exits))
	}
	return kinds[n.Kind].alone
}

func words(results []string) []Exit {
	all := make([]Exit, len(results))
	for i, r := range results {
		all[i] = Exit(r)
	}
	return all
}

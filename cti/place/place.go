// Package place says what is wrong with a configuration, and where: every fault at once,
// each with its place, as in flows[0].nodes[3].exits.next, and what is allowed there.
package place

import (
	"errors"
	"fmt"
)

// Error is one thing that is wrong, and where.
type Error struct {
	Place string // as in lines[2].queue
	Text  string // what is wrong and what is allowed
}

func (e *Error) Error() string { return e.Place + ": " + e.Text }

// Errors collects what is wrong. The zero value is ready.
type Errors struct{ all []error }

// Fail adds what is wrong at a place.
func (e *Errors) Fail(at, format string, args ...any) {
	e.all = append(e.all, &Error{at, fmt.Sprintf(format, args...)})
}

// Within takes over what is wrong with a part that stands at a place.
func (e *Errors) Within(at string, part error) {
	for _, err := range Split(part) {
		var p *Error
		if errors.As(err, &p) {
			err = &Error{at + "." + p.Place, p.Text}
		}
		e.all = append(e.all, err)
	}
}

// Err is everything that is wrong, joined; nil where nothing is.
func (e *Errors) Err() error { return errors.Join(e.all...) }

// Split takes joined errors apart.
func Split(err error) []error {
	if err == nil {
		return nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	return []error{err}
}

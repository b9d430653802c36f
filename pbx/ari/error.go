package ari

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"

	"sansheng/pbx"
)

// Error is a failed operation. It keeps what the switch said and knows its own
// verdict; errors.Is finds the sentinels of package pbx in it.
type Error struct {
	// Operation is the resource and verb, as in "channels answer".
	Operation string
	// Status is the HTTP status, 0 when no reply came.
	Status int
	// Message is the switch's own, verbatim.
	Message string
	// Err is what kept the reply from coming, nil when there was one.
	Err error

	// idempotent: to carry it out twice is as good as once.
	idempotent bool
	// unsent: the request cannot have reached the switch.
	unsent bool
}

// Error implements error.
func (e *Error) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("%s: %v", e.Operation, e.Err)
	}
	return fmt.Sprintf("%s: status %d: %s", e.Operation, e.Status, e.Message)
}

// Unwrap gives the cause where no reply came.
func (e *Error) Unwrap() error { return e.Err }

// Is maps the error to package pbx's sentinels.
func (e *Error) Is(target error) bool {
	switch target {
	case pbx.ErrGone:
		return e.Gone()
	case pbx.ErrUnreachable:
		return e.Unreachable()
	case pbx.ErrUncertain:
		return e.Uncertain()
	}
	return false
}

// Gone tells that what the operation acted on is not there any more, or not in
// our hands: a normal end of a race. 404 says it of the thing itself, 409 of a
// channel that left the application, 400 and 422 of a channel given to a bridge,
// 422 of what was to be subscribed.
func (e *Error) Gone() bool {
	switch e.Status {
	case http.StatusNotFound:
		return !e.NoVariable()
	case http.StatusConflict:
		return strings.Contains(e.Message, "not in Stasis") || strings.Contains(e.Message, "not in a Stasis")
	case http.StatusUnprocessableEntity:
		return strings.HasPrefix(e.Operation, "bridges ") || e.Operation == "applications subscribe"
	case http.StatusBadRequest:
		return strings.HasPrefix(e.Operation, "bridges ") && strings.Contains(e.Message, "Channel not found")
	}
	return false
}

// NoVariable tells that the channel is there and the variable is not: both are 404.
func (e *Error) NoVariable() bool {
	return e.Status == http.StatusNotFound && strings.Contains(strings.ToLower(e.Message), "variable")
}

// Exists tells that a thing with our id is already there.
func (e *Error) Exists() bool {
	return e.Status == http.StatusConflict && strings.Contains(e.Message, "already exists")
}

// WrongState tells that the channel is not dialled or not answered yet (412).
func (e *Error) WrongState() bool { return e.Status == http.StatusPreconditionFailed }

// Unreachable tells that no channel to the endpoint could be made: it is
// unknown, or nothing is registered for it. The switch says 500.
func (e *Error) Unreachable() bool {
	return e.Status == http.StatusInternalServerError && e.Message == allocationFailed
}

// Timeout tells that the deadline passed before the reply.
func (e *Error) Timeout() bool {
	var n net.Error
	return errors.Is(e.Err, context.DeadlineExceeded) || (errors.As(e.Err, &n) && n.Timeout())
}

// Uncertain tells that the switch may have carried the operation out although
// no reply came.
func (e *Error) Uncertain() bool { return e.Status == 0 && !e.unsent }

// SafeToRetry tells that repeating the very same operation cannot do harm and
// may help: it never reached the switch, the switch is still starting (503), or
// it is one that may be done twice and no reply came.
func (e *Error) SafeToRetry() bool {
	switch {
	case errors.Is(e.Err, context.Canceled):
		return false
	case e.unsent, e.Status == http.StatusServiceUnavailable:
		return true
	}
	return e.Status == 0 && e.idempotent
}

// Gone asks err whether it is an *Error of a thing that is gone.
func Gone(err error) bool { return ask(err, (*Error).Gone) }

// Unreachable asks err whether it is an *Error of an endpoint without a device.
func Unreachable(err error) bool { return ask(err, (*Error).Unreachable) }

// Timeout asks err whether it is an *Error of a passed deadline.
func Timeout(err error) bool { return ask(err, (*Error).Timeout) }

// Exists asks err whether it is an *Error of an id already taken.
func Exists(err error) bool { return ask(err, (*Error).Exists) }

// SafeToRetry asks err whether it is an *Error that allows a repetition.
func SafeToRetry(err error) bool { return ask(err, (*Error).SafeToRetry) }

func ask(err error, question func(*Error) bool) bool {
	var e *Error
	return errors.As(err, &e) && question(e)
}

const allocationFailed = "Allocation failed"

// message takes the switch's words out of an error body, which has them under
// "message" or under "error".
func message(status int, body []byte) string {
	var m struct{ Message, Error string }
	if json.Unmarshal(body, &m) == nil {
		if m.Message != "" {
			return m.Message
		}
		if m.Error != "" {
			return m.Error
		}
	}
	if len(body) > 0 && len(body) < 200 && body[0] != '<' {
		return strings.TrimSpace(string(body))
	}
	return http.StatusText(status)
}

package pbx

import "errors"

// What a failed command's error may mean; errors.Is finds them in
// CommandFailed.Err whatever adapter made it.
var (
	// ErrGone: what the command acted on exists no more. A normal end of a race.
	ErrGone = errors.New("gone")
	// ErrUnreachable: no channel to the endpoint could be made; nothing is
	// registered for it or it is unknown. It never rang.
	ErrUnreachable = errors.New("endpoint unreachable")
	// ErrUncertain: no reply came, the switch may have carried it out.
	ErrUncertain = errors.New("outcome unknown")
	// ErrReplaced: another hotline has taken the application over; this one must
	// not touch the switch any more.
	ErrReplaced = errors.New("application taken over by another hotline")
	// ErrLinkDown: the connection to the switch does not stand.
	ErrLinkDown = errors.New("link to the switch is down")
)

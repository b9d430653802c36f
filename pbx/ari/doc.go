// Package ari speaks to one Asterisk through its REST interface: a typed
// client, the stream of its events, and the Link that keeps both together and
// turns them into the words of package pbx.
//
// Client carries out single operations, one file per resource. Link is what the
// hotline's engine uses.
//
// # Order and ownership
//
// A Link owns one WebSocket at a time. The goroutine that reads it never
// blocks: what it decodes goes to a FIFO without bound, whose depth Depth
// tells. Events of one connection are delivered in the switch's order and none
// is dropped, except byte-identical repetitions, which the switch sends when a
// channel is watched both by itself and through its endpoint.
//
// Commands go over a pool of HTTP connections, never over the WebSocket, where
// one blocked answer would hold up all others. Do may be called from any
// goroutine; the caller owns the order of commands. Events and replies travel
// apart: an event may be delivered before the reply of the command that caused it.
//
//	down ──dial──▶ open ──filter, subscriptions──▶ fence sent ──fence back──▶
//	   snapshot read ──LinkUp──▶ standing ──any failure──▶ LinkLost ──▶ down
//	standing ──ApplicationReplaced──▶ LinkLost ──▶ replaced (for ever)
//
// # Fence
//
// A fence is a user event with a name of its own that the switch sends back
// behind everything it had queued. It proves what a ping does not: that the
// application is bound to this very socket and its thread lives (an application
// that reconnects while its old socket dies may be bound to neither). Everything
// before the fence is delivered before LinkUp, everything after it after LinkUp;
// what came between the fence and the reading of the snapshot may be in both.
// While the link stands a fence goes out each HeartbeatInterval; one that is not
// back within FenceTimeout ends the connection.
//
// # Failure
//
// Each request has a deadline. A failed one returns *Error, which knows whether
// it may be repeated (SafeToRetry), whether it only lost a race against the end
// of a call (Gone), and whether the switch may have carried it out all the same
// (Uncertain). What to do then is the caller's: the truth comes by event.
//
// A lost connection is reported once as pbx.LinkLost and made again with
// growing waits; pbx.LinkUp then carries the snapshot to reconcile with. A
// process that was stopped and goes on finds stale events in its socket: the
// link sees the gap in its own clock, throws them away and connects anew.
//
// When another process takes the application over, the link falls silent for
// ever with pbx.ErrReplaced. It does not fight back: of two hotlines on one
// switch the later one is meant.
package ari

package ari

import "hash/maphash"

// doubled are the types that come twice for a channel that is watched by itself
// and through its endpoint (seen on 22.10.1). Those of bridges and endpoints do
// not, and there a quick change to and fro may look alike.
var doubled = map[string]bool{
	"ChannelStateChange": true, "ChannelDestroyed": true, "ChannelHangupRequest": true,
	"ChannelDtmfReceived": true, "ChannelHold": true, "ChannelUnhold": true, "Dial": true,
}

// repeats remembers the last events by their bytes: the two copies are alike
// byte for byte, while two different events differ at least in their
// millisecond.
type repeats struct {
	seed maphash.Seed
	ring [repeatWindow]uint64
	next int
	set  map[uint64]int // how often in ring
}

// repeatWindow is how far apart the two copies may be. They are queued
// together; what lies between comes from other channels at the same time.
const repeatWindow = 1024

func newRepeats() repeats {
	return repeats{seed: maphash.MakeSeed(), set: make(map[uint64]int, repeatWindow)}
}

// before tells whether b is among the last events, and remembers it.
func (r *repeats) before(b []byte) bool {
	h := maphash.Bytes(r.seed, b)
	if r.set[h] > 0 {
		return true
	}
	if old := r.ring[r.next]; old != 0 {
		if r.set[old]--; r.set[old] == 0 {
			delete(r.set, old)
		}
	}
	r.ring[r.next] = h
	r.set[h]++
	r.next = (r.next + 1) % repeatWindow
	return false
}

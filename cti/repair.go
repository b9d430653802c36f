package cti

// Repairs counts what one input showed to be otherwise than the hotline thought,
// and what was set right. Legs whose end was found out later are not among them:
// their facts say so.
type Repairs struct {
	// Freed agents were bound to a call that did not bind them.
	Freed int
	// Adopted callers, and phones rung for them, were found on the switch,
	// unknown until then.
	Adopted int
	// Orphans are channels that nobody owned, or needed any more, and that are
	// hung up.
	Orphans int
	// Bridges that no call had are dropped.
	Bridges int
	// Rejoined pairs were not together in their bridge.
	Rejoined int
}

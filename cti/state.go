package cti

// AgentState is what an agent is doing. Exactly one at any time.
type AgentState string

// Agent states.
const (
	LoggedOff AgentState = "LoggedOff"
	Ready     AgentState = "Ready"
	Reserved  AgentState = "Reserved" // chosen for a call, phone being dialled
	Ringing   AgentState = "Ringing"
	Talking   AgentState = "Talking"
	WrapUp    AgentState = "WrapUp"
	Paused    AgentState = "Paused"
)

// kindOfState is the fact that puts an agent into a state.
var kindOfState = map[AgentState]Kind{
	LoggedOff: AgentLoggedOff,
	Ready:     AgentReady,
	Reserved:  AgentReserved,
	Ringing:   AgentRinging,
	Talking:   AgentTalking,
	WrapUp:    AgentWrapUp,
	Paused:    AgentPaused,
}

// stateOfKind is kindOfState the other way round.
var stateOfKind = func() map[Kind]AgentState {
	m := make(map[Kind]AgentState, len(kindOfState))
	for s, k := range kindOfState {
		m[k] = s
	}
	return m
}()

// StateOf is the agent state a fact of this kind leads to; ok is false for
// facts that are not about an agent's state.
func StateOf(k Kind) (AgentState, bool) {
	s, ok := stateOfKind[k]
	return s, ok
}

package cti

import "fmt"

// Refusal names why an order was refused, so that it can be said in any language; its text
// is what programs and people read who have no words of their own for it.
type Refusal string

// Refusals.
const (
	RefusedPhoneBusy           Refusal = "phone-busy"
	RefusedPhoneLost           Refusal = "phone-not-registered"
	RefusedNoAgent             Refusal = "no-such-agent"
	RefusedNoVerb              Refusal = "no-such-verb"
	RefusedForLeaders          Refusal = "for-leaders"
	RefusedLeadersPhone        Refusal = "leaders-phone"
	RefusedIsEmergency         Refusal = "is-emergency"
	RefusedNoEmergencyLine     Refusal = "no-emergency-line"
	RefusedAnothersPhone       Refusal = "anothers-phone"
	RefusedQueueUnknown        Refusal = "no-such-queue"
	RefusedLastOfEmergency     Refusal = "last-of-emergency"
	RefusedKeyUsed             Refusal = "key-used"
	RefusedNoSwitch            Refusal = "switch-unreachable"
	RefusedNoCaller            Refusal = "no-caller"
	RefusedReasonNeeded        Refusal = "reason-needed"
	RefusedReasonReserved      Refusal = "reason-reserved"
	RefusedTransferUnderWay    Refusal = "transfer-under-way"
	RefusedNoTransfer          Refusal = "no-transfer"
	RefusedReceiverNotAnswered Refusal = "receiver-not-answered"
	RefusedHeldByPhone         Refusal = "held-by-phone"
	RefusedOnHold              Refusal = "on-hold"
	RefusedEmergencySeat       Refusal = "emergency-seat"
	RefusedNoLine              Refusal = "no-line"
	RefusedCallbackOfQueue     Refusal = "callback-of-queue"
	RefusedNoReceiver          Refusal = "no-such-receiver"
	RefusedNumberForbidden     Refusal = "number-forbidden"
	RefusedTooManyDialled      Refusal = "too-many-dialled"
	RefusedNotHisCall          Refusal = "not-his-call"
	RefusedTimeOver            Refusal = "time-over"
	RefusedTimeTooLate         Refusal = "time-too-late"
	RefusedTooEarly            Refusal = "too-early"
	RefusedBeingCalledBack     Refusal = "being-called-back"
	RefusedTooManyOwed         Refusal = "too-many-owed"
	RefusedNumberUnknown       Refusal = "number-unknown"
	RefusedNoNumber            Refusal = "no-number"
	RefusedOwnNumber           Refusal = "own-number"
	RefusedNoSurvey            Refusal = "no-survey"
	RefusedRecordingChanging   Refusal = "recording-changing"
	RefusedNotRungAgain        Refusal = "not-rung-again"
	RefusedNotInTalk           Refusal = "not-in-talk"
	RefusedLeaderNotAnswered   Refusal = "leader-not-answered"
	RefusedNotOnCall           Refusal = "not-on-call"
	RefusedOnlyTalk            Refusal = "only-a-talk"
	RefusedOnNoCall            Refusal = "on-no-call"
	RefusedNoSuchCall          Refusal = "no-such-call"
	RefusedCallOfOthers        Refusal = "call-of-others"
	RefusedNotLeadingQueue     Refusal = "not-leading-queue"
	RefusedCallOver            Refusal = "call-over"
	RefusedNotAnothersTalk     Refusal = "not-anothers-talk"
	RefusedQueueOfOthers       Refusal = "queue-of-others"
	RefusedQueueNotFree        Refusal = "queue-not-free"
	RefusedAgentOfOthers       Refusal = "agent-of-others"
	RefusedToHimself           Refusal = "to-himself"
	RefusedAgentBusy           Refusal = "agent-busy"
	RefusedAgentNotReady       Refusal = "agent-not-ready"
)

// Refusals are all of them.
func Refusals() []Refusal {
	return []Refusal{
		RefusedPhoneBusy, RefusedPhoneLost, RefusedNoAgent, RefusedNoVerb, RefusedForLeaders, RefusedLeadersPhone, RefusedAnothersPhone,
		RefusedIsEmergency, RefusedNoEmergencyLine,
		RefusedQueueUnknown, RefusedLastOfEmergency, RefusedKeyUsed, RefusedNoSwitch, RefusedNoCaller,
		RefusedReasonNeeded, RefusedReasonReserved, RefusedTransferUnderWay, RefusedNoTransfer, RefusedReceiverNotAnswered,
		RefusedHeldByPhone, RefusedOnHold, RefusedEmergencySeat, RefusedNoLine, RefusedCallbackOfQueue,
		RefusedNoReceiver, RefusedNumberForbidden, RefusedTooManyDialled, RefusedNotHisCall, RefusedTimeOver,
		RefusedTimeTooLate, RefusedTooEarly, RefusedBeingCalledBack, RefusedTooManyOwed, RefusedNumberUnknown, RefusedNoNumber,
		RefusedOwnNumber, RefusedNoSurvey, RefusedRecordingChanging, RefusedNotRungAgain, RefusedNotInTalk,
		RefusedLeaderNotAnswered, RefusedNotOnCall, RefusedOnlyTalk, RefusedOnNoCall, RefusedNoSuchCall,
		RefusedCallOfOthers, RefusedNotLeadingQueue, RefusedCallOver, RefusedNotAnothersTalk, RefusedQueueOfOthers,
		RefusedQueueNotFree, RefusedAgentOfOthers, RefusedToHimself, RefusedAgentBusy, RefusedAgentNotReady,
	}
}

// refuse is the error of an order that is not carried out: why, and what is allowed. What
// the text is about is told beside it, too.
func (o Order) refuse(why Refusal, format string, args ...any) *OrderError {
	e := &OrderError{Order: o, Why: why, Text: fmt.Sprintf(format, args...)}
	for _, a := range args {
		e.About = append(e.About, fmt.Sprint(a))
	}
	return e
}

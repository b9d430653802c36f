package pbx

import "strconv"

// Cause is a Q.850 cause number; 0 means none was given.
type Cause int

// Causes a hotline decides by (ITU-T Q.850).
const (
	CauseNone              Cause = 0
	CauseUnallocated       Cause = 1
	CauseNormal            Cause = 16
	CauseBusy              Cause = 17
	CauseNoResponse        Cause = 18
	CauseNoAnswer          Cause = 19
	CauseAbsent            Cause = 20
	CauseRejected          Cause = 21
	CauseOutOfOrder        Cause = 27
	CauseNormalUnspecified Cause = 31
	CauseCongestion        Cause = 34
	CauseNetworkOutOfOrder Cause = 38
	CauseTemporaryFailure  Cause = 41
	CauseLost              Cause = 44 // requested channel not available: the audio, or the device, was lost
	CauseInterworking      Cause = 127
)

var causeText = map[Cause]string{
	CauseNone:              "none",
	CauseUnallocated:       "unallocated number",
	CauseNormal:            "normal clearing",
	CauseBusy:              "user busy",
	CauseNoResponse:        "no user responding",
	CauseNoAnswer:          "no answer",
	CauseAbsent:            "subscriber absent",
	CauseRejected:          "call rejected",
	CauseOutOfOrder:        "destination out of order",
	CauseNormalUnspecified: "normal, unspecified",
	CauseCongestion:        "no circuit available",
	CauseNetworkOutOfOrder: "network out of order",
	CauseTemporaryFailure:  "temporary failure",
	CauseLost:              "channel not available",
	CauseInterworking:      "interworking",
}

// String is the cause's name, or its number where this program has no name for it.
func (c Cause) String() string {
	if s, ok := causeText[c]; ok {
		return s
	}
	return "cause " + strconv.Itoa(int(c))
}

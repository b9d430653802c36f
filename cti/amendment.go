package cti

import (
	"fmt"
	"time"
)

// A record that has ended is never changed: a correction stands beside it (requirement C3). It is
// a fact, so that records made anew from the facts have it at the same place of their chain.

// AmendRecord adds a person's correction to an ended call's record.
type AmendRecord struct {
	Call    CallID
	Company CompanyID
	AmendedData
}

// AmendedData goes with record.amended: the record of the fact's call is to be read with this.
type AmendedData struct {
	data
	By     string `json:"by"`
	Reason string `json:"reason"`
	// Text is what is right.
	Text string `json:"text"`
}

func (h *Hotline) amendRecord(now time.Time, in AmendRecord) error {
	if h.calls[in.Call] != nil {
		return &RecordError{fmt.Sprintf("call %s goes on; its record is amended once it has ended", in.Call)}
	}
	d := in.AmendedData
	h.emit(now, RecordAmended, in.Company, in.Call, "", &d)
	return nil
}

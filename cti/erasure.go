package cti

import (
	"fmt"
	"time"
)

// By law a caller may have what is kept of him erased. The records are the store's; the fact
// tells it to, so that records made anew from the facts are without him, too. The hotline
// itself keeps nothing of it.

// EraseRecord takes what is personal from an ended call's record.
type EraseRecord struct {
	Call    CallID
	Company CompanyID
	ErasedData
}

// ErasedData goes with record.erased: the record of the fact's call is without what is
// personal from here on.
type ErasedData struct {
	data
	By     string `json:"by"`
	Reason string `json:"reason"`
}

// RecordError is why a record is not erased, or not amended.
type RecordError struct{ Text string }

func (e *RecordError) Error() string { return e.Text }

func (h *Hotline) eraseRecord(now time.Time, in EraseRecord) error {
	if h.calls[in.Call] != nil {
		return &RecordError{fmt.Sprintf("call %s goes on; its record is erased once it has ended", in.Call)}
	}
	d := in.ErasedData
	h.emit(now, RecordErased, in.Company, in.Call, "", &d)
	return nil
}

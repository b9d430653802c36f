package cti

import (
	"fmt"
	"time"

	"sansheng/pbx"
)

// Sheet is what an agent has written down about a call by the time he passes it on
// (requirement D1): the receiver sees it before he answers. Personal data.
type Sheet []SheetField

// SheetField is one field of a sheet.
type SheetField struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Bounds of a sheet that is passed on; bytes are those of all names and values.
const (
	sheetFieldsMost = 40
	sheetBytesMost  = 4000
)

// Check tells whether a sheet can be passed on.
func (s Sheet) Check() error {
	bytes := 0
	for i, f := range s {
		if f.Name == "" {
			return fmt.Errorf("sheet[%d].name is empty; allowed: a field's name", i)
		}
		bytes += len(f.Name) + len(f.Value)
	}
	if len(s) > sheetFieldsMost || bytes > sheetBytesMost {
		return fmt.Errorf("sheet has %d fields of %d bytes; allowed: %d of %d", len(s), bytes, sheetFieldsMost, sheetBytesMost)
	}
	return nil
}

// BriefedData: the fact's agent will be rung for a caller who is passed on. It is told
// before his phone is dialled, to be on his desk when it rings (requirement D1). So is
// one of whom a flow has learnt something.
type BriefedData struct {
	data
	// Transfer is FromFlow where nobody has passed him on.
	Transfer TransferKind `json:"transfer"`
	// By is who passed the caller on, Reason and Consent what the caller was told, and
	// that he agreed, Sheet what By has written down, and what the flow has learnt.
	By        AgentID   `json:"by"`
	Caller    pbx.Party `json:"caller"`
	DID       string    `json:"did"`
	Emergency bool      `json:"emergency,omitempty"`
	Reason    string    `json:"reason,omitempty"`
	Consent   bool      `json:"consent"`
	Sheet     Sheet     `json:"sheet,omitempty"`
	// For is the matter of one who is an emergency caller again, as in follow_up:ID.
	For string `json:"for,omitempty"`
}

// briefLead is how long before his phone rings an agent's desk is told: on its way to
// NATS a fact was up to 10 ms behind the phone.
const briefLead = 100 * time.Millisecond

// FromFlow is how a caller comes whom no agent has passed on.
const FromFlow TransferKind = "flow"

// brief tells an agent's desk who will be on his phone and what about, where somebody
// has passed the caller on or a flow has learnt something of him, and returns how long the
// phone is to wait for it.
func (h *Hotline) brief(at time.Time, c *call, a *agent) time.Duration {
	b, learnt := c.PassedOn, c.Keyed.with(c.Told)
	switch {
	case b == nil && len(learnt) == 0, b != nil && a.ID == b.By:
		return 0
	case b == nil:
		b = &BriefedData{Transfer: FromFlow}
	}
	d := *b
	d.Sheet = d.Sheet.with(learnt)
	d.Caller, d.DID, d.Emergency = c.Caller, c.DID, c.Emergency
	h.emit(at, AgentBriefed, c.Company, c.ID, a.ID, &d)
	return briefLead
}

package cti

import (
	"time"

	"sansheng/cti/flow"
)

// What a flow learns of a caller, the digits he pressed and what a look-up says, is kept
// on the call and shown to who answers it. It is data: nobody dials it, evaluates it or
// puts it into a file's name.

// KeyedData: the caller has pressed a number for which the flow asked. Personal data.
type KeyedData struct {
	data
	Node string `json:"node"`
	// Name is what the flow calls it.
	Name   string `json:"name"`
	Digits string `json:"digits"`
}

// applyFlow is Apply for the facts of a call's way through its flow.
func (h *Hotline) applyFlow(c *call, d Data) {
	if stepped, ok := d.(*SteppedData); ok {
		h.applyStepped(c, stepped)
		return
	}
	c.learn(d)
}

// learn is Apply for what the flow learns of a caller.
func (c *call) learn(d Data) {
	switch d := d.(type) {
	case *KeyedData:
		c.Keyed = c.Keyed.set(d.Name, d.Digits)
	case *LookedUpData:
		if d.Service == TicketsURL {
			c.Tickets = d.Result
		}
		for _, f := range d.Data {
			c.Told = c.Told.set(f.Name, f.Value)
		}
	}
}

// set puts a field into a sheet, in place of one of the same name.
func (s Sheet) set(name, value string) Sheet {
	for i := range s {
		if s[i].Name == name {
			s[i].Value = value
			return s
		}
	}
	return append(s, SheetField{Name: name, Value: value})
}

// has tells whether a sheet has a field.
func (s Sheet) has(name string) bool {
	for _, f := range s {
		if f.Name == name {
			return true
		}
	}
	return false
}

// with is a sheet with what it does not have of another, as far as there is room.
func (s Sheet) with(o Sheet) Sheet {
	all := append(Sheet(nil), s...)
	for _, f := range o {
		if more := append(all, f); !all.has(f.Name) && more.Check() == nil {
			all = more
		}
	}
	return all
}

// numberWhole takes a number that a caller has pressed, once it is whole.
func (h *Hotline) numberWhole(at time.Time, c *call) {
	w := c.Walk
	digits := w.digits
	w.digits, w.keyBy = "", time.Time{}
	if e, _ := w.node.Entered(digits); e != flow.Done {
		h.askAgain(at, c, e)
		return
	}
	h.emitCall(at, c, CallKeyed, "", &KeyedData{Node: w.node.ID, Name: w.node.Name, Digits: digits})
	h.leaveBy(at, c, flow.Done)
}

// enter is a key of a caller who is asked for digits.
func (h *Hotline) enter(at time.Time, c *call, key string) {
	w := c.Walk
	var whole bool
	w.digits, whole = w.node.Enter(w.digits, key)
	if !whole {
		_, wait := w.node.Asked()
		w.keyBy = at.Add(time.Duration(wait) * time.Second)
		return
	}
	if key != "#" {
		w.wholeAt = at
	}
	h.numberWhole(at, c)
}

// endsWhole is how long after a number was whole a # still means its end: he who is used
// to ending it does.
const endsWhole = 2 * time.Second

package cti

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"sansheng/cti/hours"
)

// An operator or a leader closes a line at once, for a time (requirement A9): whatever
// its hours say, who calls meets what the flow has for when it is closed. He closes a
// calendar, and with it every line that asks it, or one line. It ends at its end by
// itself: no fact tells of that, for whoever looks compares. Who waits for a person
// already, or speaks to one, is not touched: only a node that asks the hours does.
//
// An emergency line has no hours, and cannot be closed.

// CloseHours closes a calendar or a line until a moment, or opens it again.
type CloseHours struct {
	// What is a calendar's name, or a line's number.
	What string
	// Until is when it opens by itself; zero where it opens now.
	Until  time.Time
	By     string
	Reason string
	// Company, where given, is the only one whose lines he may close.
	Company CompanyID
	// Key makes it safe to ask again, as an Order's does.
	Key string
}

// HoursError is a line that cannot be closed, or opened, as things are.
type HoursError struct {
	// Unknown: there is no such calendar or line.
	Unknown bool
	Text    string
}

func (e *HoursError) Error() string { return "close hours: " + e.Text }

// ClosureData goes with hours.closed and hours.opened.
type ClosureData struct {
	data
	// Calendar or Line, the other is empty.
	Calendar string    `json:"calendar,omitempty"`
	Line     string    `json:"line,omitempty"`
	Until    time.Time `json:"until,omitzero"`
	By       string    `json:"by,omitempty"`
	Reason   string    `json:"reason,omitempty"`
	Key      string    `json:"key,omitempty"`
}

// What is the calendar's name, or the line's number.
func (d *ClosureData) What() string { return d.Calendar + d.Line }

// order is what was asked for, as a key remembers it.
func (d *ClosureData) order() string { return closing(d.What(), d.Until) }

func closing(what string, until time.Time) string {
	if until.IsZero() {
		return "open " + what
	}
	return "close " + what + " until " + until.UTC().Format(time.RFC3339)
}

const (
	// closureMost is how far ahead a closure may end: longer is the calendar's matter.
	closureMost = 31 * 24 * time.Hour
	reasonMost  = 500 // bytes
)

// Closures are what is closed, by a calendar's name or a line's number; the plan lets no
// calendar have a number's name. Some may be over.
type Closures map[string]hours.Closure

// of is what closes a calendar for the callers of a line: of its own closure and the
// calendar's the one that ends later.
func (cs Closures) of(calendar, did string) *hours.Closure {
	c, closed := cs[calendar]
	if own, too := cs[did]; too && own.Until.After(c.Until) {
		c, closed = own, true
	}
	if !closed {
		return nil
	}
	return &c
}

// closeHours carries the order out once.
func (h *Hotline) closeHours(now time.Time, in CloseHours) error {
	in.Until = in.Until.Truncate(time.Second).UTC()
	o := Order{By: in.By, Key: in.Key}
	if known, ok := h.keyed(o); ok {
		if asked := closing(in.What, in.Until); known.what != asked {
			return &HoursError{Text: fmt.Sprintf("key %q was given with another order (%s); allowed: a key of its own", in.Key, known.what)}
		}
		return nil
	}
	d := &ClosureData{Until: in.Until, By: in.By, Reason: in.Reason, Key: in.Key}
	company, err := h.closable(in, d)
	if err != nil {
		return err
	}
	kind := HoursClosed
	if in.Until.IsZero() {
		kind = HoursOpened
	}
	if text := h.whyNot(now, in); text != "" {
		return &HoursError{Text: text}
	}
	h.emit(now, kind, company, "", "", d)
	return nil
}

// whyNot says what forbids to close what is closable.
func (h *Hotline) whyNot(now time.Time, in CloseHours) string {
	c, closed := h.closures[in.What]
	switch {
	case len(in.Reason) > reasonMost:
		return fmt.Sprintf("a reason of %d bytes is too long; allowed: %d", len(in.Reason), reasonMost)
	case in.Until.IsZero() && (!closed || !now.Before(c.Until)):
		return in.What + " is not closed by anybody; allowed: close it"
	case in.Until.IsZero():
		return ""
	case strings.TrimSpace(in.Reason) == "":
		return "a reason is needed: it is what people read when they ask why it is closed"
	case !in.Until.After(now):
		return fmt.Sprintf("it would end at %s, which is past; it is %s", in.Until.UTC().Format(time.RFC3339), now.UTC().Format(time.RFC3339))
	case in.Until.Sub(now) > closureMost:
		return fmt.Sprintf("it would end at %s; allowed: within 31 days, by %s; longer is a special day of the calendar's",
			in.Until.UTC().Format(time.RFC3339), now.Add(closureMost).UTC().Format(time.RFC3339))
	}
	return ""
}

// closable finds what is to be closed, puts it into d and tells whose it is: nobody's
// where lines of several companies ask a calendar.
func (h *Hotline) closable(in CloseHours, d *ClosureData) (CompanyID, error) {
	if l, ok := h.lines[in.What]; ok && (in.Company == "" || l.Company == in.Company) {
		d.Line = l.DID
		switch {
		case l.Emergency:
			return "", &HoursError{Text: l.DID + " is an emergency line: its callers always reach a person; allowed: other lines"}
		case len(h.asked(l)) == 0:
			return "", &HoursError{Text: fmt.Sprintf("callers of %s meet no hours; allowed: lines whose flow asks a calendar: %s", l.DID, h.closables(in.Company))}
		}
		return l.Company, nil
	}
	owners := map[CompanyID]bool{}
	for _, l := range h.numbers {
		if slices.Contains(h.asked(h.lines[l]), in.What) {
			owners[h.lines[l].Company] = true
		}
	}
	d.Calendar = in.What
	switch {
	case h.hours[in.What] == nil || len(owners) == 0 || in.Company != "" && !owners[in.Company]:
		return "", &HoursError{Unknown: true, Text: fmt.Sprintf("no line asks a calendar %q, and no line has that number; allowed: %s", in.What, h.closables(in.Company))}
	case in.Company != "" && len(owners) > 1:
		return "", &HoursError{Text: fmt.Sprintf("lines of other companies ask calendar %s too; allowed: your lines, one by one: %s", in.What, h.closables(in.Company))}
	}
	for c := range owners {
		if len(owners) == 1 {
			return c, nil
		}
	}
	return "", nil
}

// asked are the calendars that a line's callers meet.
func (h *Hotline) asked(l Line) []string {
	if f := h.flows[l.Flow]; f != nil {
		return f.Calendars()
	}
	return nil
}

// closables are the calendars and lines that may be closed.
func (h *Hotline) closables(co CompanyID) string {
	var calendars, lines []string
	for _, did := range h.numbers {
		if l := h.lines[did]; co == "" || l.Company == co {
			asked := h.asked(l)
			if calendars = append(calendars, asked...); len(asked) > 0 {
				lines = append(lines, did)
			}
		}
	}
	slices.Sort(calendars)
	if all := append(slices.Compact(calendars), lines...); len(all) > 0 {
		return strings.Join(all, ", ")
	}
	return "none"
}

// applyClosure is Apply for hours.closed and hours.opened.
func (h *Hotline) applyClosure(f Fact, d *ClosureData) {
	if f.Kind == HoursClosed {
		h.closures[d.What()] = hours.Closure{Until: d.Until, By: d.By, Reason: d.Reason}
	} else {
		delete(h.closures, d.What())
	}
	h.remember(orderKey{by: d.By, key: d.Key, what: d.order()})
}

// Closures are those that are not over.
func (h *Hotline) Closures(now time.Time) Closures {
	cs := Closures{}
	for what, c := range h.closures {
		if now.Before(c.Until) {
			cs[what] = c
		}
	}
	return cs
}

// HoursView is whether the callers of a line find it open by a calendar that they meet.
type HoursView struct {
	Line     string    `json:"line"`
	Company  CompanyID `json:"company"`
	Calendar string    `json:"calendar"`
	hours.Status
	// Closure is the switch where somebody has closed it.
	Closure *hours.Closure `json:"closure,omitempty"`
}

// Hours tells how all lines stand whose callers meet hours, in configured order.
func (h *Hotline) Hours(now time.Time) []HoursView {
	closed, all := h.Closures(now), []HoursView{}
	for _, did := range h.numbers {
		l := h.lines[did]
		for _, calendar := range h.asked(l) {
			if s := h.hours[calendar]; s != nil {
				c := closed.of(calendar, did)
				all = append(all, HoursView{Line: did, Company: l.Company, Calendar: calendar, Status: s.At(now, c), Closure: c})
			}
		}
	}
	return all
}

// hoursAt asks a calendar for the callers of a line; one that is not there any more is
// open: a person decides.
func (h *Hotline) hoursAt(at time.Time, c *call, calendar string) hours.Status {
	if s := h.hours[calendar]; s != nil {
		return s.At(at, h.closures.of(calendar, c.Line.DID))
	}
	return hours.Status{Open: true}
}

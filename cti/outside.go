package cti

import (
	"slices"
	"strings"
	"time"

	"sansheng/pbx"
)

// Outside stands where an agent's number does for a party who is none: a department,
// or any number that may be dialled. Which number it is, the offer says.
const Outside AgentID = "outside"

// Contact is a number outside to which calls may always be passed on, as a
// department's.
type Contact struct {
	// ID is what an order names it by; its number does as well.
	ID      string    `yaml:"id" json:"id"`
	Company CompanyID `yaml:"company" json:"company"`
	Name    string    `yaml:"name,omitempty" json:"name,omitempty"`
	Number  string    `yaml:"number" json:"number"`
}

// DialRule allows people of a role to dial numbers outside.
type DialRule struct {
	// Role is agent or leader; a leader has the agents' rules too.
	Role string `yaml:"role" json:"role"`
	// Prefixes are beginnings of numbers that are allowed.
	Prefixes []string `yaml:"prefixes" json:"prefixes"`
	// PerHour is how many such calls one person may order in an hour; 0 sets no bound.
	PerHour int `yaml:"per_hour,omitempty" json:"per_hour,omitempty"`
}

// allows tells whether a number begins as one of the rule's.
func (r DialRule) allows(number string) bool {
	return slices.ContainsFunc(r.Prefixes, func(p string) bool { return strings.HasPrefix(number, p) })
}

// Roles of dial rules.
const (
	DialAgent  = "agent"
	DialLeader = "leader"
)

// outsideRings is how long a number outside may ring, outsideAlert how long its
// network may take until it does.
const (
	outsideRings = 6
	outsideAlert = 20 * time.Second
)

// trunk is the endpoint that leads outside.
const trunk = "trunk"

func outsideEndpoint(number string) pbx.EndpointID {
	return pbx.EndpointID("PJSIP/" + number + "@" + trunk)
}

// contact finds the contact of a company that an order names.
func (h *Hotline) contact(co CompanyID, to string) (Contact, bool) {
	i := slices.IndexFunc(h.contacts, func(c Contact) bool { return c.Company == co && (c.ID == to || c.Number == to) })
	if i < 0 {
		return Contact{}, false
	}
	return h.contacts[i], true
}

// contactOf finds the contact that an order for an agent names: of his company, or of one
// whose queue he serves.
func (h *Hotline) contactOf(a *agent, to string) (Contact, bool) {
	c, ok := h.contact(a.Company, to)
	for i := 0; i < len(a.serves) && !ok; i++ {
		if q := h.queues[a.serves[i]]; q != nil {
			c, ok = h.contact(q.Company, to)
		}
	}
	return c, ok
}

// outsideNumber is the number that an order names, if it may be dialled.
func (h *Hotline) outsideNumber(now time.Time, a *agent, o Order) (string, *OrderError) {
	if c, ok := h.contactOf(a, o.To); ok {
		return c.Number, nil
	}
	if !callerForm.MatchString(o.To) {
		return "", o.refuse(RefusedNoReceiver, "%q is neither an agent's number, a queue's name, a contact's nor a number outside of 2 to 20 digits", o.To)
	}
	per := -1 // a matter's own number needs no rule; those there are bound how many he dials
	for _, r := range h.companies[a.Company].Outside {
		if r.Role == DialLeader && !o.Leader || !o.Known && !r.allows(o.To) {
			continue
		}
		if per < 0 || r.PerHour == 0 || per != 0 && r.PerHour > per {
			per = r.PerHour
		}
	}
	if per < 0 && !o.Known {
		return "", o.refuse(RefusedNumberForbidden, "%q is neither an agent's number, a queue's name nor a contact's, and no rule of company %s lets him dial it", o.To, a.Company)
	}
	lately := slices.DeleteFunc(slices.Clone(a.Dialled), func(t time.Time) bool { return now.Sub(t) >= time.Hour })
	if per > 0 && len(lately) >= per {
		return "", o.refuse(RefusedTooManyDialled, "he has had %d numbers outside dialled in the last hour, which is as many as he may; the next is allowed in %s",
			per, lately[len(lately)-per].Add(time.Hour).Sub(now).Round(time.Minute))
	}
	return o.To, nil
}

// sendOutside passes a waiting caller on to a contact or a number outside, as the
// operator's rule asks.
func (h *Hotline) sendOutside(at time.Time, c *call, to, why string) {
	if o, ok := h.contact(c.Company, to); ok {
		to = o.Number
	}
	h.emitCall(at, c, TransferBegan, "", &TransferBeganData{Transfer: Blind, To: Outside, Number: to, Reason: why})
}

// dialledOutside notes that an agent had a number outside dialled.
func (h *Hotline) dialledOutside(at time.Time, id AgentID) {
	if a := h.agents[id]; a != nil {
		a.Dialled = slices.DeleteFunc(append(a.Dialled, at), func(t time.Time) bool { return at.Sub(t) >= time.Hour })
	}
}

// offerOutside asks a party outside to take a call: his number is dialled, and shown
// the number that the caller called.
func (h *Hotline) offerOutside(at time.Time, c *call, number string) {
	n := c.nextOffer()
	ch := c.agentChannel(n)
	h.emitCall(at, c, CallOffered, Outside, &Offered{Queue: c.Queue, Channel: ch, Offer: n, Number: number})
	h.ringOutside(c, c.offerN(n))
}

// ringOutside makes the leg of a party outside and dials it.
func (h *Hotline) ringOutside(c *call, o *offer) {
	report := map[string]string{"call": string(c.ID), "role": string(RoleOutside), "agent": string(Outside)}
	if asksOnCall(o) {
		report["key"] = o.Key
	}
	h.do(
		pbx.Create{
			Channel: o.Channel, Endpoint: outsideEndpoint(o.Number), Originator: c.Channel, Caller: pbx.Party{Number: c.DID},
			Args: []string{"offer", string(c.ID), string(Outside)}, Report: report,
		},
		pbx.Dial{Channel: o.Channel, Ring: c.Ring.Limit(outsideRings) + outsideAlert},
	)
}

// patience is how long an offer may take until it rings, and how often it may ring.
func (o *offer) patience() (alert time.Duration, rings int) {
	if o.Agent == Outside {
		return outsideAlert, outsideRings
	}
	if asksOnCall(o) {
		return alertLimit, onCallRings
	}
	return alertLimit, ThreeRings
}

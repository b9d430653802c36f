package flow

import (
	"fmt"
	"time"

	"sansheng/cti/hours"
)

// Times are what a Say node plays at a time of day in place of its own: good morning.
type Times struct {
	// From and To are as in hours.Hours: from its first moment to just before its last,
	// on the next day where To is not later. They are by the company's time zone.
	From hours.Clock `yaml:"from" json:"from"`
	To   hours.Clock `yaml:"to" json:"to"`
	Say  []string    `yaml:"say" json:"say"`
}

func (t Times) hours() hours.Hours { return hours.Hours{From: t.From, To: t.To} }

// timesMost is how many a node may have.
const timesMost = 12

// SaysAt are a node's prompts at a moment in a time zone, and which of its times holds
// then; empty where none does. Without a zone it is UTC's.
func (n Node) SaysAt(at time.Time, zone *time.Location) (prompts []string, when string) {
	if zone == nil {
		zone = time.UTC
	}
	clock := hours.ClockOf(at.In(zone))
	for _, t := range n.Times {
		if t.hours().Has(clock) {
			return t.Say, t.hours().String() + " in " + zone.String()
		}
	}
	return n.Say, ""
}

// Prompts are all that a node may play, at whatever time.
func (n Node) Prompts() []string {
	all := append([]string{}, n.Say...)
	for _, t := range n.Times {
		all = append(all, t.Say...)
	}
	return all
}

// times checks a node's times against each other.
func (c *checker) times(at string, n Node) {
	if len(n.Times) > 0 && !c.known.Zone {
		c.Fail(at+".times", "company %s has no time zone; allowed: give it one (zone)", c.Company)
	}
	if len(n.Times) > timesMost {
		c.Fail(at+".times", "%d are too many; allowed: %d", len(n.Times), timesMost)
		return
	}
	for i, t := range n.Times {
		where := fmt.Sprintf("%s.times[%d]", at, i)
		if text := t.hours().Wrong(); text != "" {
			c.Fail(where, "%s", text)
			continue
		}
		for j, o := range n.Times[:i] {
			if t.hours().Meets(o.hours()) {
				c.Fail(where, "%s, %v, overlaps %s, %v, of times[%d]; allowed: times that are apart", t.hours(), t.Say, o.hours(), o.Say, j)
			}
		}
		if len(t.Say) == 0 {
			c.Fail(where+".say", "it needs a prompt")
		}
		c.says(where, t.Say)
	}
}

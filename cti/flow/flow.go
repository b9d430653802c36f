package flow

import (
	"maps"
	"slices"
)

// Flow is a way through nodes.
type Flow struct {
	ID      string `yaml:"id" json:"id"`
	Company string `yaml:"company" json:"company"`
	// Person is the queue of the people who take whoever goes astray.
	Person string `yaml:"person" json:"person"`
	// Start is the first node.
	Start string `yaml:"start" json:"start"`
	Nodes []Node `yaml:"nodes" json:"nodes"`
}

// Kind is what a node does.
type Kind string

// Kinds of nodes that go on.
const (
	// Say plays prompts.
	Say Kind = "say"
	// Hours asks a calendar.
	Hours Kind = "hours"
	// Menu plays prompts and waits for a key.
	Menu Kind = "menu"
	// Digits plays prompts and collects a number that the caller presses.
	Digits Kind = "digits"
	// Caller looks who calls.
	Caller Kind = "caller"
	// Lookup asks a service of the company's about him.
	Lookup Kind = "lookup"
	// Language changes the language of what is played.
	Language Kind = "language"
)

// Kinds of nodes that are ends.
const (
	// Queue lets the caller wait for a person.
	Queue Kind = "queue"
	// Emergency tells him so and brings him to an emergency line.
	Emergency Kind = "emergency"
	// Voicemail takes a message, which becomes a ticket.
	Voicemail Kind = "voicemail"
	// Transfer passes him on to a contact or a number outside.
	Transfer Kind = "transfer"
	// HangUp plays prompts and ends the call.
	HangUp Kind = "hang_up"
)

// Exit is a way out of a node; a menu's are its keys too, a look-up's what its service
// says.
type Exit string

// Exits.
const (
	Next    Exit = "next"
	Open    Exit = "open"
	Closed  Exit = "closed"
	Done    Exit = "done"     // he pressed a number that is allowed
	NoInput Exit = "no_input" // he pressed nothing, as often as the menu asks
	Wrong   Exit = "wrong"    // he pressed what it does not have, as often
	VIP     Exit = "vip"
	Ticket  Exit = "ticket" // he has a ticket that is not closed, or is owed a call
	Repeat  Exit = "repeat" // he has called within a day
	Other   Exit = "other"
	Failed  Exit = "failed" // a prompt is missing, or a look-up's answer
)

// Node is one place of a flow.
type Node struct {
	ID   string `yaml:"id" json:"id"`
	Kind Kind   `yaml:"kind" json:"kind"`
	// Say are the prompts that are played here.
	Say []string `yaml:"say,omitempty" json:"say,omitempty"`
	// Times are what Say plays in place of it at some times of the day.
	Times []Times `yaml:"times,omitempty" json:"times,omitempty"`
	// Calendar is the one that Hours asks.
	Calendar string `yaml:"calendar,omitempty" json:"calendar,omitempty"`
	// Tries is how often a menu is told, or digits are asked for, Wait how many seconds
	// are waited for a key, each time; 2 and 5 where they are 0.
	Tries int `yaml:"tries,omitempty" json:"tries,omitempty"`
	Wait  int `yaml:"wait,omitempty" json:"wait,omitempty"`
	// Name is under which the digits are kept on the call, Least and Most how many there
	// may be (1 and 20 where they are 0), Pattern what they must match as a whole.
	Name    string `yaml:"name,omitempty" json:"name,omitempty"`
	Least   int    `yaml:"min,omitempty" json:"min,omitempty"`
	Most    int    `yaml:"max,omitempty" json:"max,omitempty"`
	Pattern string `yaml:"pattern,omitempty" json:"pattern,omitempty"`
	// Service is the look-up of the company's that Lookup asks.
	Service string `yaml:"service,omitempty" json:"service,omitempty"`
	// Language is the one that is spoken from here on.
	Language string `yaml:"language,omitempty" json:"language,omitempty"`
	// To is where an end leads: a queue's name, an emergency line's number, a contact's
	// name or a number outside.
	To string `yaml:"to,omitempty" json:"to,omitempty"`
	// Exits name the nodes that follow.
	Exits map[Exit]string `yaml:"exits,omitempty" json:"exits,omitempty"`
}

// keys are what a telephone has.
var keys = []Exit{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "#"}

// kind is what is known of a kind of node.
type kind struct {
	end bool
	// needs are exits that must be drawn, may those that go to the person where they
	// are not.
	needs, may []Exit
	// alone are the exits that are taken without the caller's doing anything.
	alone []Exit
	// keys: it has exits for keys; words: for what its service says.
	keys, words bool
	// fields that it has beside id, kind and exits; the first must be given.
	fields []string
}

// callers are the exits of Caller for whom something is known of, in the order in which
// they are asked.
var callers = []Exit{VIP, Ticket, Repeat}

var kinds = map[Kind]kind{
	Say:       {needs: []Exit{Next}, may: []Exit{Failed}, alone: []Exit{Next, Failed}, fields: []string{"say", "times"}},
	Hours:     {needs: []Exit{Open, Closed}, alone: []Exit{Open, Closed}, fields: []string{"calendar"}},
	Menu:      {may: []Exit{NoInput, Wrong, Failed}, alone: []Exit{NoInput, Failed}, keys: true, fields: []string{"say", "tries", "wait"}},
	Digits:    {needs: []Exit{Done}, may: []Exit{NoInput, Wrong, Failed}, alone: []Exit{NoInput, Failed}, fields: []string{"say", "name", "min", "max", "pattern", "tries", "wait"}},
	Caller:    {needs: []Exit{Other}, may: callers, alone: append([]Exit{Other}, callers...)},
	Lookup:    {needs: []Exit{Failed}, alone: []Exit{Failed}, words: true, fields: []string{"service", "say"}},
	Language:  {needs: []Exit{Next}, alone: []Exit{Next}, fields: []string{"language"}},
	Queue:     {end: true, fields: []string{"to"}},
	Emergency: {end: true, fields: []string{"to"}},
	Voicemail: {end: true, fields: []string{"say"}},
	Transfer:  {end: true, fields: []string{"to", "say"}},
	HangUp:    {end: true, fields: []string{"say"}},
}

// Kinds are all kinds of nodes, in the order of their names.
func Kinds() []Kind { return slices.Sorted(maps.Keys(kinds)) }

// StepsMost is how many nodes a call may pass before a person takes it.
const StepsMost = 50

// node finds a node.
func (f *Flow) node(id string) *Node {
	i := slices.IndexFunc(f.Nodes, func(n Node) bool { return n.ID == id })
	if i < 0 {
		return nil
	}
	return &f.Nodes[i]
}

// person is the node to which everything leads that is not drawn.
func (f *Flow) person() Node { return Node{ID: "", Kind: Queue, To: f.Person} }

// First is where a call begins.
func (f *Flow) First() Node { return f.At(f.Start) }

// Next is the node behind an exit of a node; the person where none is drawn.
func (f *Flow) Next(n Node, e Exit) Node { return f.At(n.Exits[e]) }

// At is a node by its name; the person where there is none.
func (f *Flow) At(id string) Node {
	if n := f.node(id); n != nil {
		return *n
	}
	return f.person()
}

// Prompts that are made up in the call.
const (
	// SayOpens tells when people answer again, by the calendar that was asked last.
	SayOpens = "@opens"
	// SayEmergency tells the number of the emergency line to which the flow leads.
	SayEmergency = "@emergency"
)

// Emergency is the number of the first emergency line to which a flow leads; empty
// where it leads to none.
func (f *Flow) Emergency() string {
	i := slices.IndexFunc(f.Nodes, func(n Node) bool { return n.Kind == Emergency })
	if i < 0 {
		return ""
	}
	return f.Nodes[i].To
}

// Calendars are those that a flow asks, in the order of its nodes.
func (f *Flow) Calendars() []string {
	var all []string
	for _, n := range f.Nodes {
		if n.Kind == Hours && !slices.Contains(all, n.Calendar) {
			all = append(all, n.Calendar)
		}
	}
	return all
}

// Through is the exit of a node that is passed without a sound: by the hours, by who
// calls; false where the node is none of these.
func (n Node) Through(open func(calendar string) bool, is func(Exit) bool) (Exit, bool) {
	switch {
	case n.Kind == Hours && open(n.Calendar):
		return Open, true
	case n.Kind == Hours:
		return Closed, true
	case n.Kind == Caller:
		for _, e := range callers {
			if _, drawn := n.Exits[e]; drawn && is(e) {
				return e, true
			}
		}
		return Other, true
	}
	return Next, n.Kind == Language
}

// Callers are all sets of what may be known of a caller that the flow asks for.
func (f *Flow) Callers() [][]Exit {
	sets := [][]Exit{nil}
	for _, e := range callers {
		asks := func(n Node) bool { return n.Kind == Caller && n.Exits[e] != "" }
		if !slices.ContainsFunc(f.Nodes, asks) {
			continue
		}
		for _, s := range sets {
			sets = append(sets, append(slices.Clone(s), e))
		}
	}
	return sets
}

// Ends tells whether a call stays at a node.
func (n Node) Ends() bool { return kinds[n.Kind].end }

// Asked is how often a menu is told or digits are asked for, and for how many seconds a
// key is waited for.
func (n Node) Asked() (tries, wait int) {
	tries, wait = n.Tries, n.Wait
	if tries == 0 {
		tries = 2
	}
	if wait == 0 {
		wait = 5
	}
	return tries, wait
}

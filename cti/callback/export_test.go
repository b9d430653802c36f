package callback

// Lines are all that lines say.
var Lines = lines

// Void tells whether nobody was called, whatever the agent says.
func (l Line) Void() bool { return l.void() }

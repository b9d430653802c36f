package flow

// Said is a prompt that a node plays in a language.
type Said struct{ Node, Language, Prompt string }

// Said are the prompts that callers may hear who begin in a language: a node's own in
// every language that is spoken on some way to it.
func (f *Flow) Said(language string) []Said {
	type place struct{ node, language string }
	first := place{f.Start, language}
	come, all := map[place]bool{first: true}, []Said{}
	for next := []place{first}; len(next) > 0; {
		at := next[0]
		next = next[1:]
		n := f.node(at.node)
		if n == nil {
			continue
		}
		if n.Language != "" {
			at.language = n.Language
		}
		for _, p := range n.Prompts() {
			all = append(all, Said{n.ID, at.language, p})
		}
		for _, to := range n.Exits {
			if p := (place{to, at.language}); !come[p] {
				come[p], next = true, append(next, p)
			}
		}
	}
	return all
}

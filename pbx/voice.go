package pbx

import "strings"

// Voice is what the switch takes as the language of a prompt for the callers of a company,
// or for all where it is none. It is a folder of sounds, and where a prompt is not in it
// the switch takes off what is behind the last underscore: first it looks for the company's
// own recording, zh_own_gas, then for everybody's, zh_own, then for the one that is shipped,
// zh. So a company's name has no underscore there.
func Voice(language, company string) string {
	switch {
	case language == "":
		return ""
	case company == "":
		return language + "_own"
	}
	return language + "_own_" + strings.ReplaceAll(company, "_", ".")
}

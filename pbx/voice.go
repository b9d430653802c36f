package pbx

import "strings"

// Voice is what the switch takes as the language of a prompt for the callers of a company,
// or of none: it looks for the company's own recording, zh_gas, and then, for it takes off
// what is behind the last underscore, for everybody's, zh. So a company's name has none.
func Voice(language, company string) string {
	if language == "" || company == "" {
		return language
	}
	return language + "_" + strings.ReplaceAll(company, "_", ".")
}

// Package asteriskconf holds the templates of the switch's configuration and
// the texts of its prompts, as files that people read and change. It has no
// code: pbx/asterisk renders them, and refuses values that would break out of
// their line.
package asteriskconf

import "embed"

// Files are the configuration templates (*.conf, text/template) and
// prompts.yaml.
//
//go:embed *.conf prompts.yaml
var Files embed.FS

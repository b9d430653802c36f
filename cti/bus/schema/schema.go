// Package schema holds the written form of facts: a JSON Schema (draft 2020-12)
// of the envelope and of every kind's data, with the meaning and unit of each
// field. It is written by hand; its test compares it with the Go types field by
// field, so that neither can change without the other.
//
// Within one cti.SchemaVersion fields and kinds are only added. A reader must
// therefore pass over what it does not know.
package schema

import _ "embed"

// Fact is the schema of a message in the stream HOTLINE that an engine tells.
// Ticket facts have the same envelope without seq and engine.
//
//go:embed fact.json
var Fact []byte

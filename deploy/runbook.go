// Package deploy carries what operators need beside the program.
package deploy

import _ "embed" // of runbook and dashboard

// Runbook is RUNBOOK.md: a section for each alarm, named like it.
//
//go:embed RUNBOOK.md
var Runbook string

// Dashboard is grafana/sansheng.json, to be imported into Grafana.
//
//go:embed grafana/sansheng.json
var Dashboard string

package web

import (
	"fmt"
	"slices"
	"strings"
)

// Role is what a person does at the hotline; it decides what he may see.
type Role string

// Roles. Administrators and auditors see all companies, the others their own.
const (
	Agent         Role = "agent"
	ShiftLeader   Role = "shift_leader"
	Operator      Role = "operator"
	Administrator Role = "administrator"
	Finance       Role = "finance"
	Auditor       Role = "auditor"
	// Clerk works in a department on the tickets that were forwarded to it.
	Clerk Role = "clerk"
)

// roles in the order of the columns of the table of rules.
var roles = [...]Role{Agent, ShiftLeader, Operator, Administrator, Finance, Auditor, Clerk}

// Roles lists all roles.
func Roles() []Role { return slices.Clone(roles[:]) }

func (r Role) check() error {
	if slices.Contains(roles[:], r) {
		return nil
	}
	return fmt.Errorf("role %q is unknown; allowed: %s", r, join(roles[:]))
}

func join(rr []Role) string {
	names := make([]string, len(rr))
	for i, r := range rr {
		names[i] = string(r)
	}
	return strings.Join(names, ", ")
}

// reach is how far a role sees through a route.
type reach int

const (
	none reach = iota
	own
	company
	all
)

// row holds a reach for each role, in the order of roles.
type row [len(roles)]reach

func (w row) of(r Role) reach {
	if i := slices.Index(roles[:], r); i >= 0 {
		return w[i]
	}
	return none
}

// allowed lists the roles that have any reach.
func (w row) allowed() []Role {
	var rr []Role
	for i, r := range roles {
		if w[i] != none {
			rr = append(rr, r)
		}
	}
	return rr
}

// rule is who may use a route.
type rule struct {
	// open routes need no account.
	open bool
	// local routes need none from this machine itself, unless a proxy brought
	// the request.
	local bool
	row   row
	// lasts: a connection that is open for hours, which requestTime does not bound.
	lasts bool
	// file: its request is a file, which may take fileTime to come.
	file bool
}

// rules is the whole of authorisation: a route that is not here is refused.
var rules = map[string]rule{
	"GET /readyz":        {open: true},
	"GET /openapi.json":  {open: true},
	"POST /api/v1/login": {open: true},
	// The token of a link is what lets in.
	"POST /api/v1/password": {open: true},

	"POST /api/v1/me/password":              {row: row{own, own, own, own, own, own, own}},
	"POST /api/v1/me/totp":                  {row: row{own, own, own, own, own, own, own}},
	"POST /api/v1/me/totp/confirm":          {row: row{own, own, own, own, own, own, own}},
	"POST /api/v1/me/totp/off":              {row: row{own, own, own, own, own, own, own}},
	"GET /api/v1/accounts":                  {row: keeping},
	"POST /api/v1/accounts":                 {row: keeping},
	"PATCH /api/v1/accounts/{number}":       {row: keeping},
	"DELETE /api/v1/accounts/{number}":      {row: keeping},
	"POST /api/v1/accounts/{number}/reset":  {row: keeping},
	"DELETE /api/v1/accounts/{number}/totp": {row: keeping},

	// Clerks have no reach where their column, the last, is left out.
	//                           agent    leader   operator admin finance  auditor clerk
	"POST /api/v1/logout":                                  {row: row{own, own, own, own, own, own, own}},
	"GET /api/v1/me":                                       {row: row{own, own, own, own, own, own, own}},
	"GET /api/v1/calls":                                    {row: row{own, company, company, all, company, all}},
	"GET /api/v1/calls/{id}":                               {row: row{own, company, company, all, company, all}},
	"POST /api/v1/calls/{id}/erasure":                      {row: row{none, none, none, all, none, none}},
	"POST /api/v1/calls/{id}/amendments":                   {row: row{none, company, none, all, none, none}},
	"GET /api/v1/callbacks":                                {row: row{company, company, company, all, none, all}},
	"DELETE /api/v1/callbacks/{call}":                      {row: row{none, company, none, all, none, none}},
	"GET /api/v1/tickets":                                  {row: row{company, company, company, all, none, all, own}},
	"GET /api/v1/tickets/{id}":                             {row: row{company, company, company, all, none, all, own}},
	"POST /api/v1/tickets":                                 {row: row{company, company, none, all, none, none}},
	"POST /api/v1/tickets/{id}/orders":                     {row: row{company, company, none, all, none, none, own}},
	attachRoute:                                            {row: attaching, file: true},
	"GET /api/v1/tickets/{id}/files/{sha256}":              {row: row{company, company, none, all, none, all, own}},
	"GET /api/v1/follow_ups":                               {row: row{company, company, company, all, none, all}},
	"GET /api/v1/follow_ups/rates":                         {row: row{company, company, company, all, none, all}},
	"GET /api/v1/follow_ups/questions":                     {row: row{company, company, company, all, none, all}},
	"POST /api/v1/follow_ups/deal":                         {row: row{none, company, none, all, none, none}},
	"POST /api/v1/follow_ups/{id}/orders":                  {row: row{company, company, none, all, none, none}},
	"GET /api/v1/surveys":                                  {row: row{company, company, company, all, none, all}},
	"POST /api/v1/surveys/{quarter}":                       {row: row{none, company, none, all, none, none}},
	"GET /api/v1/surveys/{quarter}/people":                 {row: row{company, company, company, all, none, all}},
	"POST /api/v1/surveys/{quarter}/people/{n}":            {row: row{company, company, none, all, none, none}},
	"GET /api/v1/surveys/{quarter}/table":                  {row: row{none, company, none, all, none, all}},
	"GET /api/v1/summaries/{day}":                          {row: row{none, company, company, all, none, all, own}},
	"GET /api/v1/board":                                    {row: row{none, company, company, all, none, all}},
	"POST /api/v1/messages/{call}/take":                    {row: row{company, company, none, all, none, none}},
	"POST /api/v1/messages/{call}/finish":                  {row: row{company, company, none, all, none, none}},
	"GET /api/v1/messages/{call}/sound":                    {row: row{company, company, none, all, none, all}},
	"GET /api/v1/customers":                                {row: row{company, company, company, all, none, all}},
	"POST /api/v1/customers":                               {row: row{company, company, none, all, none, none}},
	"GET /api/v1/customers/{id}":                           {row: row{company, company, company, all, none, all}},
	"PATCH /api/v1/customers/{id}":                         {row: row{company, company, none, all, none, none}},
	"POST /api/v1/customers/{id}/merge":                    {row: row{none, company, none, all, none, none}},
	"GET /api/v1/customers/by-number/{number}":             {row: row{company, company, none, all, none, all}},
	"GET /api/v1/calls/{id}/recordings/{recording}/sound":  {row: row{own, company, company, all, none, all}},
	"GET /api/v1/calls/{id}/proof":                         {row: row{own, company, company, all, company, all}},
	"GET /api/v1/proof":                                    {row: row{none, company, company, all, none, all}},
	importRoute:                                            {row: row{none, company, company, all, none, none}},
	"GET /api/v1/exports/{what}":                           {row: row{none, company, none, all, none, all}},
	"GET /api/v1/access":                                   {row: row{none, none, none, all, none, all}},
	"GET /api/v1/agents":                                   {row: row{company, company, company, all, none, all}},
	"POST /api/v1/agents/{agent}/orders":                   {row: row{own, company, none, all, none, none}},
	"GET /api/v1/agents/{agent}/phone":                     {row: row{own, company, none, all, none, none}},
	"PUT /api/v1/agents/{agent}/phone":                     {row: row{own, company, none, all, none, none}},
	sipRoute:                                               {row: row{own, company, none, all, none, none}, lasts: true},
	"POST /api/v1/live/pass":                               {row: row{own, company, company, all, none, all}},
	"GET /api/v1/live":                                     {row: row{own, company, company, all, none, all}},
	natsRoute:                                              {row: row{own, company, company, all, none, all}, lasts: true},
	"GET /api/v1/desk/day":                                 {row: row{own, company, none, all, none, none}},
	"GET /api/v1/forms":                                    {row: row{company, company, company, all, none, all, own}},
	"GET /api/v1/contacts":                                 {row: row{own, company, company, all, none, all}},
	"GET /api/v1/scripts":                                  {row: row{own, company, company, all, none, all}},
	"GET /api/v1/notices":                                  {row: row{own, company, company, all, none, all}},
	"POST /api/v1/notices":                                 {row: row{none, company, company, all, none, none}},
	"POST /api/v1/notices/{id}/confirm":                    {row: row{own, own, none, none, none, none}},
	"DELETE /api/v1/notices/{id}":                          {row: row{none, company, company, all, none, none}},
	"GET /api/v1/queues":                                   {row: row{company, company, company, all, none, all}},
	"GET /api/v1/hours":                                    {row: row{company, company, company, all, none, all}},
	"PUT /api/v1/hours/{what}/closure":                     {row: row{none, company, company, all, none, none}},
	"DELETE /api/v1/hours/{what}/closure":                  {row: row{none, company, company, all, none, none}},
	"GET /api/v1/lines/{number}/walk":                      {row: row{none, company, company, all, none, all}},
	"GET /api/v1/holidays":                                 {row: row{none, company, company, all, none, all}},
	"GET /api/v1/config":                                   {row: row{none, none, company, all, none, all}},
	"POST /api/v1/config/diff":                             {row: row{none, none, company, all, none, all}},
	"GET /api/v1/config/versions":                          {row: row{none, none, company, all, none, all}},
	"POST /api/v1/config/walk":                             {row: row{none, none, company, all, none, none}},
	"POST /api/v1/config/versions":                         {row: row{none, none, company, all, none, none}},
	"DELETE /api/v1/config/versions/{version}":             {row: row{none, none, company, all, none, none}},
	"GET /api/v1/prompts":                                  {row: row{none, company, company, all, none, all}},
	"GET /api/v1/prompts/{name}":                           {row: row{none, company, company, all, none, all}},
	"GET /api/v1/prompts/{name}/sound":                     {row: row{none, company, company, all, none, all}},
	uploadRoute:                                            {row: row{none, none, company, all, none, none}, file: true},
	"PUT /api/v1/prompts/{name}/text":                      {row: row{none, none, company, all, none, none}},
	"POST /api/v1/prompts/{name}/undo":                     {row: row{none, none, company, all, none, none}},
	"DELETE /api/v1/prompts/{name}":                        {row: row{none, none, company, all, none, none}},
	"POST /api/v1/prompts/{name}/hear":                     {row: row{none, none, company, all, none, none}},
	"GET /api/v1/alarms":                                   {local: true, row: row{none, company, all, all, none, all}}, // operators read the whole plan
	"GET /metrics":                                         {local: true, row: row{none, none, company, all, none, none}},
	"GET /api/v1/webhooks":                                 {row: row{none, none, company, all, none, all}},
	"POST /api/v1/webhooks/{name}/retry":                   {row: row{none, none, company, all, none, none}},
	"POST /api/v1/webhooks/{name}/test":                    {row: row{none, none, company, all, none, none}},
	"GET /api/v1/deliveries":                               {row: row{none, none, company, all, none, all}},
	"GET /api/v1/dead-letters":                             {row: row{none, none, none, all, none, all}},
	"GET /api/v1/dead-letters/{journal}/{position}":        {row: row{none, none, none, all, none, all}},
	"POST /api/v1/dead-letters/{journal}/{position}/retry": {row: row{none, none, none, all, none, none}},
	"POST /api/v1/dead-letters/{journal}/{position}/close": {row: row{none, none, none, all, none, none}},
}

// keeping is who keeps accounts: operators those of kept roles of their company.
var keeping = row{none, none, company, all, none, none, none}

// revealing is who may see whole numbers, of what he reaches at all.
var revealing = row{own, company, none, all, none, all, none}

package web

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"sansheng/cti"
	"sansheng/store"
)

type contactsInput struct{ CompanyFilter }

// DeskContact is a number outside to which calls may be passed on, as a department's.
type DeskContact struct {
	Company string `json:"company"`
	ID      string `json:"id" doc:"What an order names it by."`
	Name    string `json:"name,omitempty"`
	Number  string `json:"number" doc:"Masked: an order needs the id only."`
}

// DeskContacts are a company's, or those of the companies that an agent serves.
type DeskContacts struct {
	Contacts []DeskContact `json:"contacts" nullable:"false" doc:"By company and name."`
}

type contactsOutput struct{ Body DeskContacts }

func (s *Server) registerContacts(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "contacts", Method: http.MethodGet, Path: "/api/v1/contacts", Tags: []string{"desk"},
		Summary:     "List the contacts to whom calls may be passed on.",
		Description: "An agent sees those of his company and of the companies whose queues he serves; orders know these by their ids.",
		Security:    secured, Errors: readErrors,
	}, s.contacts)
}

func (s *Server) contacts(ctx context.Context, in *contactsInput) (*contactsOutput, error) {
	companies, err := s.contactsOf(ctx, in.Company)
	if err != nil {
		return nil, err
	}
	out := DeskContacts{Contacts: []DeskContact{}}
	for _, c := range s.plan().Contacts {
		if companies == nil || slices.Contains(companies, c.Company) {
			out.Contacts = append(out.Contacts, DeskContact{Company: string(c.Company), ID: c.ID, Name: c.Name, Number: store.Mask(c.Number)})
		}
	}
	slices.SortFunc(out.Contacts, func(a, b DeskContact) int {
		return cmp.Or(cmp.Compare(a.Company, b.Company), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	return &contactsOutput{out}, nil
}

// contactsOf are the companies whose contacts a person is shown; nil is all.
func (s *Server) contactsOf(ctx context.Context, asked string) ([]cti.CompanyID, error) {
	p := personOf(ctx)
	if p.reach != own {
		only, err := companyOf(ctx, asked)
		if err != nil || only == "" {
			return nil, err
		}
		return []cti.CompanyID{cti.CompanyID(only)}, nil
	}
	serves := s.serves(ctx, p)
	switch {
	case asked == "":
		return serves, nil
	case !slices.Contains(serves, cti.CompanyID(asked)):
		names := make([]string, len(serves))
		for i, c := range serves {
			names[i] = string(c)
		}
		return nil, newProblem(http.StatusForbidden, notAllowed, "you serve no queue of company %s; allowed: %s", asked, strings.Join(names, ", "))
	}
	return []cti.CompanyID{cti.CompanyID(asked)}, nil
}

// serves are an agent's own company and those whose queues he serves: now, by the engine's
// word, or by the plan where it cannot be asked.
func (s *Server) serves(ctx context.Context, p person) []cti.CompanyID {
	id, companies := cti.AgentID(p.Number), []cti.CompanyID{p.Company}
	var now []cti.QueueID
	floor, live := s.floor(ctx)
	for _, a := range floor.Agents {
		if a.ID == id {
			now = a.Queues
		}
	}
	plan := s.plan()
	for _, q := range plan.Queues {
		if (slices.Contains(now, q.ID) || !live && slices.Contains(plan.Serve(q), id)) && !slices.Contains(companies, q.Company) {
			companies = append(companies, q.Company)
		}
	}
	return companies
}

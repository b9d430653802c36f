package web

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/uuid"

	"sansheng/store"
	"sansheng/store/ticket"
)

// TestOwnTickets: an agent, who may see whole numbers of his own tickets, makes none his own, or a
// colleague's, whose caller was never at the phone of either; leaders, who may see all, do.
func TestOwnTickets(t *testing.T) {
	st := newStand(t)
	open := func(account, call, owner string) answer {
		return st.post(account, "/api/v1/tickets", `{"call":"`+call+`","kind":"complaint","owner":"`+owner+`","matter":{"summary":"again"}}`)
	}
	for _, c := range []struct {
		account, call, owner string
		status               int // 503 is by the database, which is not there
	}{
		{"1001", "c2", "1001", 403}, {"1001", "c2", "1003", 403}, {"1001", "c2", "2001", 503}, {"1001", "c1", "1003", 503}, {"1001", "c1", "1001", 503}, {"2001", "c2", "2001", 503}, {"1001", "c3", "1001", 404},
	} {
		if a := open(c.account, c.call, c.owner); a.StatusCode != c.status || a.StatusCode == 403 && !strings.Contains(a.text, "another owner") {
			t.Errorf("%s about %s for %s: %d %s", c.account, c.call, c.owner, a.StatusCode, a.text)
		}
	}
	if a := st.post("1001", "/api/v1/tickets", `{"call":"c2","kind":"complaint","matter":{"summary":"again"}}`); a.StatusCode != 403 {
		t.Errorf("his where it is left out: %d %s", a.StatusCode, a.text)
	}

	agent, _ := st.accounts.Account("1001")
	ctx := context.WithValue(t.Context(), personKey{}, person{Account: agent, reach: company})
	his, strangers := st.memory.tickets[0].ID.String(), st.memory.tickets[1].ID.String()
	for name, c := range map[string]struct {
		id  string
		o   ticket.Opened
		may bool
	}{
		"his":                           {his, ticket.Opened{}, true},
		"his, about a stranger":         {his, ticket.Opened{Call: "c2"}, false},
		"a stranger's, for himself":     {strangers, ticket.Opened{Owner: "1001"}, false},
		"a stranger's, for another":     {strangers, ticket.Opened{Owner: "1003"}, false},
		"a stranger's, for a leader":    {strangers, ticket.Opened{Owner: "2001"}, true},
		"his, for another":              {his, ticket.Opened{Owner: "1003"}, true},
		"a stranger's, as it is":        {strangers, ticket.Opened{}, true},
		"a stranger's, about his own":   {strangers, ticket.Opened{Owner: "1001", Call: "c1"}, true},
		"one that is not there":         {uuid.NewString(), ticket.Opened{Owner: "1001"}, false},
		"about another company's":       {his, ticket.Opened{Call: "c3"}, false},
		"another company's for himself": {st.memory.tickets[2].ID.String(), ticket.Opened{Owner: "1001"}, false},
	} {
		if err := st.ownSplit(ctx, c.id, &c.o); (err == nil) != c.may {
			t.Errorf("%s: %v", name, err)
		}
	}
	st.memory.fail = errors.New("away")
	if err := st.ownSplit(ctx, his, &ticket.Opened{Call: "c1"}); err == nil {
		t.Error("nobody knows whose call it is, and yet")
	}
	if spoke(person{Account: agent}, store.Record{}) {
		t.Error("a call without anybody was at his phone")
	}
}

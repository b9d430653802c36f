package main

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"sansheng/store"
	"sansheng/store/ticket"
)

// What stands on the command line is text, but for what never is.
func TestMembers(t *testing.T) {
	t.Parallel()
	got, err := members([]string{"kind=repair", "said.place=Nanjing Rd 1=2", "said.phone=13800138000", "said.charged=true", "final=true", "score=5", "text=true"})
	want := map[string]any{
		"kind": "repair", "said": map[string]any{"place": "Nanjing Rd 1=2", "phone": "13800138000", "charged": true}, "final": true, "score": 5.0, "text": "true",
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v, %v", got, err)
	}
	got, err = members([]string{"call=c1", `answers=[{"question": "solved", "yes": true}]`})
	want = map[string]any{"call": "c1", "answers": []any{map[string]any{"question": "solved", "yes": true}}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v, %v", got, err)
	}
	for _, bad := range []string{"kind", "score=five", "final=yes", "answers=yes"} {
		if _, err := members([]string{bad}); err == nil {
			t.Errorf("%s is taken", bad)
		}
	}
}

// A ticket's story is whole, however long what was said.
func TestTicketStory(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("no hot water, ", 20)
	acts := []store.Act{{N: 1, At: time.Unix(0, 0), By: "1001", Verb: "noted", Said: []byte(`{"text":"` + long + `\u0007","told":false}`)}}
	got := ticketStory(store.Ticket{Kind: ticket.Repair, State: ticket.Closed, Matter: ticket.Matter{Summary: long}}, acts)
	if !strings.Contains(got, "about        "+long) || !strings.Contains(got, "1001 noted text="+long+`\a`) || strings.Contains(got, "due") {
		t.Errorf("%s", got)
	}
}

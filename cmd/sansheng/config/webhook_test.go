package config

import (
	"strings"
	"testing"
)

const hooked = good + `
webhooks:
  - {name: crm, company: gas, url: "https://crm.example/s3cret?key=s3cret", facts: [call.ended, "ticket.*"], secret_env: SANSHENG_WEBHOOK_GOOD}
  - {name: wall, company: gas, url: "http://10.0.0.9:9000", facts: ["call.*"], secret_env: SANSHENG_WEBHOOK_GOOD, whole_numbers: true}
`

// TestWebhookSecrets: what is secret in a webhook's address is in no export and no
// comparison, is kept where the document keeps it, and its change is told.
func TestWebhookSecrets(t *testing.T) {
	t.Setenv("SANSHENG_WEBHOOK_GOOD", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	c := mustRead(t, hooked)
	if w := c.Webhooks[0]; len(c.Webhooks) != 2 || w.Name != "crm" || w.Facts[1] != "ticket.*" || w.WholeNumbers || !c.Webhooks[1].WholeNumbers {
		t.Errorf("%+v", c.Webhooks)
	}
	text, err := c.Export()
	if err != nil || strings.Contains(string(text), "s3cret") || !strings.Contains(string(text), "https://crm.example/KEPT") {
		t.Fatalf("%v\n%s", err, text)
	}
	back := mustRead(t, string(text))
	back.Restore(c)
	if back.Webhooks[0].URL != c.Webhooks[0].URL || len(diff(t, c, back)) != 0 {
		t.Errorf("the export is another configuration: %+v", back.Webhooks)
	}
	back.Webhooks[0].URL += "x"
	back.Webhooks[1].WholeNumbers = false
	var got []string
	for _, change := range diff(t, c, back) {
		got = append(got, change.String())
	}
	want := "removed webhooks[wall].whole_numbers (needs a restart): true; changed webhooks[crm].url (needs a restart): https://crm.example/KEPT → https://crm.example/KEPT (another secret)"
	if strings.Join(got, "; ") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, "; "), want)
	}
}

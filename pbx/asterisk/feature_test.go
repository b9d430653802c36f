package asterisk

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"sansheng/pbx/ari"
)

// dialling is an agent's phone that calls a number with its password. It ends
// well when the number is refused with 404.
const dialling = `<?xml version="1.0" encoding="ISO-8859-1"?>
<scenario name="agent dials">
<send><![CDATA[
INVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:1001@[remote_ip]>;tag=[call_number]
To: <sip:[service]@[remote_ip]>
Call-ID: [call_id]
CSeq: 1 INVITE
Contact: <sip:1001@[local_ip]:[local_port]>
Max-Forwards: 70
Content-Length: 0

]]></send>
<recv response="401" auth="true"/>
<send><![CDATA[
ACK sip:[service]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:1001@[remote_ip]>;tag=[call_number]
[last_To:]
Call-ID: [call_id]
CSeq: 1 ACK
Max-Forwards: 70
Content-Length: 0

]]></send>
<send><![CDATA[
INVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:1001@[remote_ip]>;tag=[call_number]
To: <sip:[service]@[remote_ip]>
Call-ID: [call_id]
CSeq: 2 INVITE
Contact: <sip:1001@[local_ip]:[local_port]>
[authentication username=1001 password=secret]
Max-Forwards: 70
Content-Length: 0

]]></send>
<recv response="100" optional="true"/>
<recv response="180" optional="true"/>
<recv response="404"/>
<send><![CDATA[
ACK sip:[service]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:1001@[remote_ip]>;tag=[call_number]
[last_To:]
Call-ID: [call_id]
CSeq: 2 ACK
Max-Forwards: 70
Content-Length: 0

]]></send>
</scenario>
`

// An agent's feature codes reach the hotline with the agent's number, which
// comes from the account and not from what the phone calls itself; any other
// number is refused.
func TestAgentDials(t *testing.T) {
	i := startSwitch(t, demo())
	push(t, i, ari.AgentEndpoint{Number: "1001", Password: "secret"})
	scenario := filepath.Join(t.TempDir(), "agent.xml")
	if err := os.WriteFile(scenario, []byte(dialling), 0o600); err != nil {
		t.Fatal(err)
	}
	dial := func(number string) func() (string, error) {
		return sipp(t, i.SIPAddr, "-sf", scenario, "-s", number, "-i", "127.0.0.1", "-p", strconv.Itoa(freeUDP(t)), "-m", "1", "-nostdin")
	}
	for _, number := range []string{"800100", "13800138000", "*13", "1002"} {
		if out, err := dial(number)(); err != nil {
			t.Errorf("agent dials %s: %v, want 404\n%s", number, err, out)
		}
	}
	a := listen(t, i)
	for _, code := range featureCodes {
		wait := dial(code)
		start := a.next("StasisStart")
		if want := []string{"agent", code, "1001"}; !slices.Equal(start.Args, want) || !strings.HasPrefix(start.Channel.Name, "PJSIP/1001-") {
			t.Errorf("%s: %s with %q, want %q", code, start.Channel.Name, start.Args, want)
		}
		if status, body := ask(t, i, http.MethodDelete, "/channels/"+start.Channel.ID+"?reason_code=1", nil); status != http.StatusNoContent {
			t.Errorf("hang up: %d %s", status, body)
		}
		if out, err := wait(); err != nil {
			t.Errorf("%s: %v\n%s", code, err, out)
		}
	}
}

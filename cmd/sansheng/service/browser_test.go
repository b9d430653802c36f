package service

import (
	"fmt"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"sansheng/cti"
)

// TestSIPOverWebSocket: a browser's phone reaches the switch (RFC 7118): it is
// asked for its password as a registrar does.
func TestSIPOverWebSocket(t *testing.T) {
	plan := cti.DemoPlan(0)
	plan.Agents[0].WebRTC = true
	st := hotline(t, plan)
	ctx := deadline(t)
	//nolint:bodyclose // the library has handed it to the connection
	conn, _, err := websocket.Dial(ctx, "ws://"+st.svc.asterisk.HTTPAddr+"/ws", &websocket.DialOptions{Subprotocols: []string{"sip"}})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.CloseNow()
	register := strings.ReplaceAll(fmt.Sprintf(`REGISTER sip:%[1]s SIP/2.0
Via: SIP/2.0/WS df7jal23ls0d.invalid;branch=z9hG4bK56sdasks
Max-Forwards: 70
From: <sip:1001@%[1]s>;tag=asdyka899
To: <sip:1001@%[1]s>
Call-ID: asidkj3ss
CSeq: 1 REGISTER
Contact: <sip:1001@df7jal23ls0d.invalid;transport=ws>
Content-Length: 0

`, "127.0.0.1"), "\n", "\r\n")
	if err := conn.Write(ctx, websocket.MessageText, []byte(register)); err != nil {
		t.Fatal(err)
	}
	_, answer, err := conn.Read(ctx)
	if err != nil || !strings.HasPrefix(string(answer), "SIP/2.0 401 ") {
		t.Errorf("answer %q, %v", answer, err)
	}
}

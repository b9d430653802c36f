package ari

import (
	"testing"
	"time"

	"sansheng/pbx"
	"sansheng/pbx/sip/phone"
	"sansheng/pbx/sip/tone"
)

// Of three phones in a talk one loses its network, one goes on and one holds its call:
// the first is hung up when it has been silent for long enough, and only that; the
// others when they fall silent without a hold.
func TestLiveSilence(t *testing.T) {
	v := openLive(t, func(o *Options) { o.SilentAfter = time.Second })
	phones := map[string]*phone.Phone{}
	var watched []pbx.EndpointID
	for _, number := range []string{"1001", "1002", "1003"} {
		a := AgentEndpoint{Number: number, Password: "pw-" + number, Context: "from-agent", MediaAddress: "127.0.0.1", Qualify: -1}
		if err := v.Client().PushAgent(v.ctx, a); err != nil {
			t.Fatal(err)
		}
		watched = append(watched, a.EndpointID())
		p, err := phone.New(phone.Config{
			Number: number, Password: a.Password, Server: v.pbx.SIPAddr, Tone: tone.Tone{Hz: 700}, Policy: phone.AnswerAfter(0),
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(p.Die)
		if err := p.Register(v.ctx); err != nil {
			t.Fatal(err)
		}
		phones[number] = p
	}
	if err := v.WatchEndpoints(v.ctx, watched); err != nil {
		t.Fatal(err)
	}
	calls := map[string]*phone.Call{}
	for number, p := range phones {
		id := pbx.ChannelID("leg-" + number)
		v.do(pbx.Create{Channel: id, Endpoint: pbx.EndpointID("PJSIP/" + number)})
		v.do(pbx.Dial{Channel: id, Ring: 15 * time.Second})
		c, err := p.NextCall(v.ctx)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Wait(v.ctx, phone.Confirmed); err != nil {
			t.Fatal(err)
		}
		calls[number] = c
	}
	if err := calls["1003"].Hold(v.ctx); err != nil {
		t.Fatal(err)
	}
	for _, number := range []string{"1001", "1002", "1003"} {
		switch number {
		case "1001":
			phones[number].Die()
		case "1003":
			if err := calls[number].Resume(v.ctx); err != nil {
				t.Fatal(err)
			}
			fallthrough
		default:
			phones[number].Freeze()
		}
		began := time.Now()
		gone := until[pbx.ChannelGone](v, nil)
		if gone.Channel != pbx.ChannelID("leg-"+number) || gone.Cause != pbx.CauseLost {
			t.Fatalf("gone is %s with %s, want that of %s with %s", gone.Channel, gone.Cause, number, pbx.CauseLost)
		}
		if after := time.Since(began); after < 900*time.Millisecond {
			t.Errorf("the phone %s was hung up after %s", number, after)
		}
	}
}

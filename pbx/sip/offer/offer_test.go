package offer

import (
	"errors"
	"net/netip"
	"reflect"
	"strings"
	"testing"

	"sansheng/pbx/sip/tone"
)

// What Asterisk 22 offers an agent's phone.
const asterisk = "v=0\r\no=- 1234567 7654321 IN IP4 127.0.0.1\r\ns=Asterisk\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n" +
	"m=audio 10002 RTP/AVP 0 8 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\n" +
	"a=fmtp:101 0-16\r\na=ptime:20\r\na=maxptime:140\r\na=sendrecv\r\n"

func local(codecs ...tone.Codec) Description {
	return Description{Addr: netip.MustParseAddrPort("127.0.0.1:40000"), Codecs: codecs, Event: 101, Direction: SendRecv, ID: 7, Version: 1}
}

func TestParse(t *testing.T) {
	d, err := Parse([]byte(asterisk))
	if err != nil {
		t.Fatal(err)
	}
	want := Description{Addr: netip.MustParseAddrPort("127.0.0.1:10002"), Codecs: []tone.Codec{tone.ULaw, tone.ALaw},
		Event: 101, Direction: SendRecv, ID: 1234567, Version: 7654321}
	if !reflect.DeepEqual(d, want) {
		t.Errorf("%+v, want %+v", d, want)
	}
}

func TestParseRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		body string
		want error
	}{
		"port 0":     {strings.Replace(asterisk, "audio 10002", "audio 0", 1), ErrNoAudio},
		"video only": {strings.Replace(asterisk, "m=audio", "m=video", 1), ErrNoAudio},
		"SRTP":       {strings.Replace(asterisk, "RTP/AVP", "RTP/SAVP", 1), ErrNoAudio},
		"host name":  {strings.ReplaceAll(asterisk, "127.0.0.1", "pbx.example"), ErrNoAddress},
		"multicast":  {strings.ReplaceAll(asterisk, "127.0.0.1", "224.0.0.1"), ErrNoAddress},
		"no codec":   {strings.Replace(asterisk, "AVP 0 8 101", "AVP 9 101", 1), ErrNoCodec},
		"lying map":  {strings.NewReplacer("AVP 0 8 101", "AVP 0", "0 PCMU", "0 L16").Replace(asterisk), ErrNoCodec},
		"no c= line": {strings.Replace(asterisk, "c=IN IP4 127.0.0.1\r\n", "", 1), ErrNoAddress},
	} {
		if _, err := Parse([]byte(c.body)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	for _, body := range []string{"", "v=0", "hello", "v=0\r\nm=audio"} {
		if _, err := Parse([]byte(body)); err == nil {
			t.Errorf("%q was taken", body)
		}
	}
}

func TestHold(t *testing.T) {
	for _, c := range []struct {
		from, to string
		held     bool
	}{
		{"a=sendrecv", "a=sendonly", true},
		{"a=sendrecv", "a=inactive", true},
		{"a=sendrecv", "a=recvonly", false},
		{"c=IN IP4 127.0.0.1", "c=IN IP4 0.0.0.0", true},
		{"a=sendrecv\r\n", "", false},
	} {
		d, err := Parse([]byte(strings.Replace(asterisk, c.from, c.to, 1)))
		if err != nil || d.Held() != c.held {
			t.Errorf("%q: held %v, %v", c.to, d.Held(), err)
		}
	}
}

func TestAnswer(t *testing.T) {
	offered, err := Parse([]byte(strings.Replace(asterisk, "a=sendrecv", "a=sendonly", 1) + "m=video 5000 RTP/AVP 31\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	a, err := Answer(local(tone.ALaw, tone.ULaw), offered)
	if err != nil || a.Direction != RecvOnly || a.Codecs[0] != tone.ALaw || a.Event != 101 {
		t.Fatalf("%+v, %v", a, err)
	}
	if text := string(a.Bytes()); !strings.Contains(text, "m=audio 40000 RTP/AVP 8 0 101\r\n") || !strings.HasSuffix(text, "m=video 0 RTP/AVP 31\r\n") {
		t.Errorf("answer:\n%s", text)
	}
	offered.Codecs = []tone.Codec{tone.ULaw}
	if _, err := Answer(local(tone.ALaw), offered); !errors.Is(err, ErrNoCodec) {
		t.Errorf("answered: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(asterisk))
	f.Add(local(tone.ALaw).Bytes())
	f.Add([]byte(strings.ReplaceAll(asterisk, "127.0.0.1", "::1")))
	f.Add([]byte("v=0\r\no=- 1 1 IN IP4 1.2.3.4\r\ns=-\r\nt=0 0\r\nm=video 1 RTP/AVP 31\r\nm=audio 9 RTP/AVP 8\r\nc=IN IP4 1.2.3.4\r\na=inactive\r\n"))
	f.Fuzz(func(t *testing.T, body []byte) {
		d, err := Parse(body)
		if err != nil {
			return
		}
		if !d.Addr.IsValid() || d.Addr.Port() == 0 || len(d.Codecs) == 0 || d.Direction == "" {
			t.Fatalf("half a description: %+v", d)
		}
		a, err := Answer(local(tone.ULaw, tone.ALaw), d)
		if err != nil {
			t.Fatalf("no answer to %+v: %v", d, err)
		}
		// What we write we can read, and it means the same.
		back, err := Parse(a.Bytes())
		if err != nil {
			t.Fatalf("own answer is refused: %v\n%s", err, a.Bytes())
		}
		if !reflect.DeepEqual(back.Codecs, a.Codecs) || back.Event != a.Event || back.Direction != a.Direction || back.Addr != a.Addr {
			t.Fatalf("wrote %+v, read %+v", a, back)
		}
	})
}

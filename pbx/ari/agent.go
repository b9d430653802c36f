package ari

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"sansheng/pbx"
)

// AgentEndpoint is an agent's phone as the switch keeps it.
type AgentEndpoint struct {
	// Number is the agent's number and SIP user name: letters, digits, - and _.
	Number string
	// Password is the SIP password. It is never logged. Empty keeps the one that an
	// agent has whom the switch knows.
	Password    string
	DisplayName string
	// Context is where the phone's own calls enter the dialplan.
	Context string
	// Lamps is the dialplan's context whose hints the phone may watch; empty means that
	// it may subscribe to nothing.
	Lamps string
	// Refer hands the phone's own transfers (REFER) to the application; otherwise they are
	// declined.
	Refer bool
	// WebRTC phones speak from a browser: encrypted, with opus.
	WebRTC bool
	// Language of prompts the phone hears; empty means the switch's.
	Language string
	// Codecs in order of preference; empty means opus (WebRTC only), alaw, ulaw.
	Codecs []string
	// Contact is where a phone is that does not register, as in
	// sip:127.0.0.1:5070; empty means that it registers.
	Contact string
	// MediaAddress binds the sound to one of the switch's addresses; empty means any.
	MediaAddress string
	// Qualify is the time between two OPTIONS that prove the phone is there; 0
	// means 10 s, negative none. A phone that is silent for 2 s is unreachable.
	Qualify time.Duration
	// Extra are further attributes of the endpoint, as in pjsip.conf; they win.
	Extra map[string]string
}

// EndpointID is how the phone is dialled and watched.
func (a AgentEndpoint) EndpointID() pbx.EndpointID { return pbx.EndpointID("PJSIP/" + a.Number) }

const sorceryClass = "res_pjsip"

// PushAgent makes or changes an agent's phone on the switch, which keeps it
// over its own restarts. It may be repeated; a registered phone stays
// registered. One contact only: ARI rings no second one, and a new registration
// takes the old one's place.
//
// Of many new phones give all the locations first, then all the endpoints: for
// each location that is new the switch reads every endpoint it has, which among
// 700 phones keeps it busy for half a minute.
func (c *Client) PushAgent(ctx context.Context, a AgentEndpoint) error {
	if err := c.PushLocation(ctx, a); err != nil {
		return err
	}
	return c.PushEndpoint(ctx, a)
}

// PushLocation is the first half of PushAgent: what the phone registers with, and where
// it is found.
func (c *Client) PushLocation(ctx context.Context, a AgentEndpoint) error {
	if err := c.push(ctx, a, "auth", a.auth()); err != nil {
		return err
	}
	return c.push(ctx, a, "aor", a.aor())
}

// PushEndpoint is the second half of PushAgent: what the phone is and may do.
func (c *Client) PushEndpoint(ctx context.Context, a AgentEndpoint) error {
	return c.push(ctx, a, "endpoint", a.endpoint())
}

func (c *Client) push(ctx context.Context, a AgentEndpoint, kind string, fields []ConfigTuple) error {
	if err := validNumber(a.Number); err != nil {
		return fmt.Errorf("push agent: %w", err)
	}
	if err := c.Dynamic.Put(ctx, sorceryClass, kind, a.Number, fields); err != nil {
		return fmt.Errorf("push agent %s: %s: %w", a.Number, kind, err)
	}
	return nil
}

// AgentWebRTC tells whether the switch has an agent's phone for a browser; of one that it
// does not know it has none.
func (c *Client) AgentWebRTC(ctx context.Context, number string) (bool, error) {
	if err := validNumber(number); err != nil {
		return false, fmt.Errorf("look at agent: %w", err)
	}
	fields, err := c.Dynamic.Get(ctx, sorceryClass, "endpoint", number)
	if Gone(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look at agent %s: %w", number, err)
	}
	return slices.Contains(fields, ConfigTuple{Attribute: "webrtc", Value: "yes"}), nil
}

// RemoveAgent takes an agent's phone off the switch; one that is not there is success.
func (c *Client) RemoveAgent(ctx context.Context, number string) error {
	if err := validNumber(number); err != nil {
		return fmt.Errorf("remove agent: %w", err)
	}
	for _, kind := range []string{"endpoint", "aor", "auth"} {
		if err := c.Dynamic.Delete(ctx, sorceryClass, kind, number); err != nil && !Gone(err) {
			return fmt.Errorf("remove agent %s: %s: %w", number, kind, err)
		}
	}
	return nil
}

func validNumber(s string) error {
	if s == "" || len(s) > 40 || strings.Trim(s, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_") != "" {
		return fmt.Errorf("number %.40q: want 1 to 40 letters, digits, - or _", s)
	}
	return nil
}

func tuples(pairs ...string) []ConfigTuple {
	var out []ConfigTuple
	for p := range slices.Chunk(pairs, 2) {
		out = append(out, ConfigTuple{Attribute: p[0], Value: p[1]})
	}
	return out
}

func (a AgentEndpoint) auth() []ConfigTuple {
	out := tuples("auth_type", "userpass", "username", a.Number)
	if a.Password != "" {
		out = append(out, tuples("password", a.Password)...)
	}
	return out
}

func (a AgentEndpoint) aor() []ConfigTuple {
	every := a.Qualify
	if every == 0 {
		every = 10 * time.Second
	}
	// A minute at most: that long a phone that the switch has lost, by a jump of its
	// clock for example, cannot be rung.
	out := tuples("max_contacts", "1", "remove_existing", "yes", "support_path", "yes",
		"minimum_expiration", "30", "default_expiration", "60", "maximum_expiration", "60",
		"qualify_frequency", strconv.Itoa(seconds(max(every, 0))), "qualify_timeout", "2.0")
	if a.Contact != "" {
		out = append(out, tuples("contact", a.Contact)...)
	}
	return out
}

func (a AgentEndpoint) endpoint() []ConfigTuple {
	codecs := a.Codecs
	if len(codecs) == 0 {
		codecs = []string{"alaw", "ulaw"}
		if a.WebRTC {
			codecs = append([]string{"opus"}, codecs...)
		}
	}
	out := tuples(
		"context", a.Context, "identify_by", "username", "auth", a.Number, "aors", a.Number,
		"disallow", "all", "allow", strings.Join(codecs, ","),
		// Media stays on the switch, where it is recorded and listened to.
		"direct_media", "no", "allow_overlap", "no",
		"rtp_symmetric", "yes", "force_rport", "yes", "rewrite_contact", "yes",
		"dtmf_mode", "auto_info", "trust_id_inbound", "no",
		// No rtp_timeout: it goes by the time of day (see ear).
	)
	if a.Refer {
		out = append(out, tuples("allow_transfer", "yes", "set_var", "PJSIP_TRANSFER_HANDLING()=ari-only")...)
	} else {
		out = append(out, tuples("allow_transfer", "no")...)
	}
	if a.Lamps == "" {
		out = append(out, tuples("allow_subscribe", "no")...)
	} else {
		out = append(out, tuples("allow_subscribe", "yes", "subscribe_context", a.Lamps)...)
	}
	if a.WebRTC {
		out = append(out, tuples("webrtc", "yes", "dtls_auto_generate_cert", "yes")...)
	} else {
		// What webrtc=yes brings along stays when it is taken back alone.
		out = append(out, tuples("webrtc", "no", "dtls_auto_generate_cert", "no", "media_encryption", "no", "use_avpf", "no",
			"ice_support", "no", "rtcp_mux", "no", "bundle", "no", "media_use_received_transport", "no", "dtls_setup", "active", "dtls_verify", "no")...)
	}
	if a.DisplayName != "" {
		out = append(out, tuples("callerid", callerID(a.DisplayName, a.Number))...)
	}
	if a.Language != "" {
		out = append(out, tuples("language", a.Language)...)
	}
	if a.MediaAddress != "" {
		out = append(out, tuples("media_address", a.MediaAddress, "bind_rtp_to_media_address", "yes",
			// Else phones are shown the switch's host name, which they may not know.
			"from_domain", a.MediaAddress)...)
	}
	for _, k := range slices.Sorted(maps.Keys(a.Extra)) {
		// An option given twice would be joined by the switch.
		out = slices.DeleteFunc(out, func(t ConfigTuple) bool { return t.Attribute == k })
		out = append(out, ConfigTuple{Attribute: k, Value: a.Extra[k]})
	}
	return out
}

// callerID writes a display name so that nothing in it can end the quotes.
func callerID(name, number string) string {
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == '"' || r == '<' || r == '>' || r == '\\' {
			return -1
		}
		return r
	}, name)
	return `"` + name + `" <` + number + ">"
}

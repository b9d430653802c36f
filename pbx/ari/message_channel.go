package ari

import "encoding/json"

// StasisStart: a channel entered the application.
type StasisStart struct {
	Header
	Args           []string `json:"args"`
	Channel        *Channel `json:"channel,omitempty"`
	ReplaceChannel *Channel `json:"replace_channel,omitempty"`
}

// StasisEnd: a channel left the application.
type StasisEnd struct {
	Header
	Channel *Channel `json:"channel,omitempty"`
}

// ChannelCreated: a channel was made.
type ChannelCreated struct {
	Header
	Channel *Channel `json:"channel,omitempty"`
}

// ChannelDestroyed: a channel is gone; TechCause is the last SIP status when off-nominal.
type ChannelDestroyed struct {
	Header
	Cause     int64    `json:"cause"`
	CauseTxt  string   `json:"cause_txt"`
	TechCause int64    `json:"tech_cause,omitempty"`
	Channel   *Channel `json:"channel,omitempty"`
}

// ChannelStateChange: a channel has another state.
type ChannelStateChange struct {
	Header
	Channel *Channel `json:"channel,omitempty"`
}

// ChannelDtmfReceived: a key was released; Duration is in ms.
type ChannelDtmfReceived struct {
	Header
	Digit      string   `json:"digit"`
	DurationMS int64    `json:"duration_ms"`
	Channel    *Channel `json:"channel,omitempty"`
}

// ChannelDialplan: a channel stands at another place of the dialplan.
type ChannelDialplan struct {
	Header
	Channel         *Channel `json:"channel,omitempty"`
	DialplanApp     string   `json:"dialplan_app"`
	DialplanAppData string   `json:"dialplan_app_data"`
}

// ChannelCallerId: a channel has another caller id.
type ChannelCallerId struct {
	Header
	CallerPresentation    int64    `json:"caller_presentation"`
	CallerPresentationTxt string   `json:"caller_presentation_txt"`
	Channel               *Channel `json:"channel,omitempty"`
}

// ChannelConnectedLine: a channel shows another party.
type ChannelConnectedLine struct {
	Header
	Channel *Channel `json:"channel,omitempty"`
}

// ChannelHangupRequest: a side asked for the end; Soft when it was this side.
type ChannelHangupRequest struct {
	Header
	Cause     int64    `json:"cause,omitempty"`
	TechCause int64    `json:"tech_cause,omitempty"`
	Soft      bool     `json:"soft,omitempty"`
	Channel   *Channel `json:"channel,omitempty"`
}

// ChannelVarset: a variable was set; without a channel it is global.
type ChannelVarset struct {
	Header
	Variable string   `json:"variable"`
	Value    string   `json:"value"`
	Channel  *Channel `json:"channel,omitempty"`
}

// ChannelHold: the phone put the other on hold.
type ChannelHold struct {
	Header
	Channel    *Channel `json:"channel,omitempty"`
	MusicClass string   `json:"musicclass,omitempty"`
}

// ChannelUnhold: the phone took the other back.
type ChannelUnhold struct {
	Header
	Channel *Channel `json:"channel,omitempty"`
}

// ChannelToneDetected: a tone was heard.
type ChannelToneDetected struct {
	Header
	Channel *Channel `json:"channel,omitempty"`
}

// ChannelTalkingStarted: a voice began.
type ChannelTalkingStarted struct {
	Header
	Channel *Channel `json:"channel,omitempty"`
}

// ChannelTalkingFinished: a voice ended; Duration is in ms.
type ChannelTalkingFinished struct {
	Header
	Channel  *Channel `json:"channel,omitempty"`
	Duration int64    `json:"duration"`
}

// ChannelUserevent: an event somebody made, a fence among them.
type ChannelUserevent struct {
	Header
	EventName string          `json:"eventname"`
	Channel   *Channel        `json:"channel,omitempty"`
	Bridge    *Bridge         `json:"bridge,omitempty"`
	Endpoint  *Endpoint       `json:"endpoint,omitempty"`
	UserEvent json.RawMessage `json:"userevent"`
}

// ChannelTransfer: a phone asks the application to transfer.
type ChannelTransfer struct {
	Header
	State      string     `json:"state,omitempty"`
	ReferTo    ReferTo    `json:"refer_to"`
	ReferredBy ReferredBy `json:"referred_by"`
}

// Dial: a dialled channel made progress.
type Dial struct {
	Header
	Caller     *Channel `json:"caller,omitempty"`
	Peer       *Channel `json:"peer,omitempty"`
	Forward    string   `json:"forward,omitempty"`
	Forwarded  *Channel `json:"forwarded,omitempty"`
	Dialstring string   `json:"dialstring,omitempty"`
	Dialstatus string   `json:"dialstatus"`
}

// CallBroadcast: a channel is offered to several applications.
type CallBroadcast struct {
	Header
	Channel *Channel `json:"channel,omitempty"`
	Caller  string   `json:"caller,omitempty"`
	Called  string   `json:"called,omitempty"`
}

// CallClaimed: one application took an offered channel.
type CallClaimed struct {
	Header
	Channel   *Channel `json:"channel,omitempty"`
	WinnerApp string   `json:"winner_app"`
}

// ReferTo is where a phone wants a call transferred.
type ReferTo struct {
	RequestedDestination RequiredDestination `json:"requested_destination"`
	DestinationChannel   *Channel            `json:"destination_channel,omitempty"`
	ConnectedChannel     *Channel            `json:"connected_channel,omitempty"`
	Bridge               *Bridge             `json:"bridge,omitempty"`
}

// ReferredBy is who wants a call transferred.
type ReferredBy struct {
	SourceChannel    *Channel `json:"source_channel,omitempty"`
	ConnectedChannel *Channel `json:"connected_channel,omitempty"`
	Bridge           *Bridge  `json:"bridge,omitempty"`
}

// RequiredDestination is the target of a transfer as the phone wrote it.
type RequiredDestination struct {
	ProtocolID               string            `json:"protocol_id,omitempty"`
	Destination              string            `json:"destination,omitempty"`
	AdditionalProtocolParams []AdditionalParam `json:"additional_protocol_params,omitempty"`
}

// AdditionalParam is one parameter of a transfer's target.
type AdditionalParam struct {
	ParameterName  string `json:"parameter_name"`
	ParameterValue string `json:"parameter_value"`
}

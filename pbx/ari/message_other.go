package ari

// PlaybackStarted: a medium begins.
type PlaybackStarted struct {
	Header
	Playback Playback `json:"playback"`
}

// PlaybackContinuing: a medium ended and the next follows.
type PlaybackContinuing struct {
	Header
	Playback Playback `json:"playback"`
}

// PlaybackFinished: the last medium ended.
type PlaybackFinished struct {
	Header
	Playback Playback `json:"playback"`
}

// RecordingStarted: a recording began.
type RecordingStarted struct {
	Header
	Recording LiveRecording `json:"recording"`
}

// RecordingFinished: a recording ended.
type RecordingFinished struct {
	Header
	Recording LiveRecording `json:"recording"`
}

// RecordingFailed: a recording broke.
type RecordingFailed struct {
	Header
	Recording LiveRecording `json:"recording"`
}

// ContactStatusChange: a registered contact changed.
type ContactStatusChange struct {
	Header
	Endpoint    *Endpoint   `json:"endpoint,omitempty"`
	ContactInfo ContactInfo `json:"contact_info"`
}

// PeerStatusChange: a peer changed.
type PeerStatusChange struct {
	Header
	Endpoint *Endpoint `json:"endpoint,omitempty"`
	Peer     Peer      `json:"peer"`
}

// EndpointStateChange: an endpoint went on or off line, or has other channels.
type EndpointStateChange struct {
	Header
	Endpoint *Endpoint `json:"endpoint,omitempty"`
}

// DeviceStateChanged: a lamp changed.
type DeviceStateChanged struct {
	Header
	DeviceState DeviceState `json:"device_state"`
}

// TextMessageReceived: a text arrived.
type TextMessageReceived struct {
	Header
	Message  TextMessage `json:"message"`
	Endpoint *Endpoint   `json:"endpoint,omitempty"`
}

// ApplicationReplaced: another connection took the application.
type ApplicationReplaced struct {
	Header
}

// ApplicationRegistered: the application is registered (outgoing connections only).
type ApplicationRegistered struct {
	Header
}

// ApplicationUnregistered: the application is registered no more (outgoing connections only).
type ApplicationUnregistered struct {
	Header
}

// ApplicationMoveFailed: a channel could not be moved to another application.
type ApplicationMoveFailed struct {
	Header
	Channel     *Channel `json:"channel,omitempty"`
	Destination string   `json:"destination"`
	Args        []string `json:"args"`
}

// RESTResponse: a reply to a request over the WebSocket, which this package does not make.
type RESTResponse struct {
	Header
	TransactionID string `json:"transaction_id"`
	RequestID     string `json:"request_id"`
	StatusCode    int64  `json:"status_code"`
	ReasonPhrase  string `json:"reason_phrase"`
	URI           string `json:"uri"`
	ContentType   string `json:"content_type,omitempty"`
	MessageBody   string `json:"message_body,omitempty"`
}

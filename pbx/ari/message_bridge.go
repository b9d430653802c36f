package ari

// BridgeCreated: a bridge was made.
type BridgeCreated struct {
	Header
	Bridge *Bridge `json:"bridge,omitempty"`
}

// BridgeDestroyed: a bridge is gone.
type BridgeDestroyed struct {
	Header
	Bridge *Bridge `json:"bridge,omitempty"`
}

// BridgeMerged: a bridge took another in.
type BridgeMerged struct {
	Header
	Bridge     *Bridge `json:"bridge,omitempty"`
	BridgeFrom *Bridge `json:"bridge_from,omitempty"`
}

// BridgeVideoSourceChanged: a bridge shows another picture.
type BridgeVideoSourceChanged struct {
	Header
	Bridge           *Bridge `json:"bridge,omitempty"`
	OldVideoSourceID string  `json:"old_video_source_id,omitempty"`
}

// BridgeBlindTransfer: a phone transferred blindly.
type BridgeBlindTransfer struct {
	Header
	Channel        *Channel `json:"channel,omitempty"`
	ReplaceChannel *Channel `json:"replace_channel,omitempty"`
	Transferee     *Channel `json:"transferee,omitempty"`
	Exten          string   `json:"exten"`
	Context        string   `json:"context"`
	Result         string   `json:"result"`
	IsExternal     bool     `json:"is_external"`
	Bridge         *Bridge  `json:"bridge,omitempty"`
}

// BridgeAttendedTransfer: a phone transferred after asking.
type BridgeAttendedTransfer struct {
	Header
	TransfererFirstLeg         *Channel `json:"transferer_first_leg,omitempty"`
	TransfererSecondLeg        *Channel `json:"transferer_second_leg,omitempty"`
	ReplaceChannel             *Channel `json:"replace_channel,omitempty"`
	Transferee                 *Channel `json:"transferee,omitempty"`
	TransferTarget             *Channel `json:"transfer_target,omitempty"`
	Result                     string   `json:"result"`
	IsExternal                 bool     `json:"is_external"`
	TransfererFirstLegBridge   *Bridge  `json:"transferer_first_leg_bridge,omitempty"`
	TransfererSecondLegBridge  *Bridge  `json:"transferer_second_leg_bridge,omitempty"`
	DestinationType            string   `json:"destination_type"`
	DestinationBridge          string   `json:"destination_bridge,omitempty"`
	DestinationApplication     string   `json:"destination_application,omitempty"`
	DestinationLinkFirstLeg    *Channel `json:"destination_link_first_leg,omitempty"`
	DestinationLinkSecondLeg   *Channel `json:"destination_link_second_leg,omitempty"`
	DestinationThreewayChannel *Channel `json:"destination_threeway_channel,omitempty"`
	DestinationThreewayBridge  *Bridge  `json:"destination_threeway_bridge,omitempty"`
}

// ChannelEnteredBridge: a channel is in a bridge.
type ChannelEnteredBridge struct {
	Header
	Bridge  *Bridge  `json:"bridge,omitempty"`
	Channel *Channel `json:"channel,omitempty"`
}

// ChannelLeftBridge: a channel is out of a bridge.
type ChannelLeftBridge struct {
	Header
	Bridge  *Bridge  `json:"bridge,omitempty"`
	Channel *Channel `json:"channel,omitempty"`
}

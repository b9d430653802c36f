package ari

import (
	"context"
	"io"
)

// Recordings are the operations on recordings. Names may hold slashes.
type Recordings struct{ c *Client }

// Stored lists the finished recordings in the spool.
func (r Recordings) Stored(ctx context.Context) ([]StoredRecording, error) {
	var out []StoredRecording
	err := r.c.do(ctx, get("recordings listStored", path("recordings", "stored")), &out)
	return out, err
}

// GetStored returns one finished recording.
func (r Recordings) GetStored(ctx context.Context, name string) (*StoredRecording, error) {
	out := new(StoredRecording)
	return out, r.c.do(ctx, get("recordings getStored", path("recordings", "stored", name)), out)
}

// File opens the sound of a finished recording. The caller closes it; ctx bounds
// the whole reading, the client's own time limit does not.
func (r Recordings) File(ctx context.Context, name string) (io.ReadCloser, error) {
	q := get("recordings getStoredFile", path("recordings", "stored", name, "file"))
	res, err := r.c.send(ctx, q)
	if err != nil {
		return nil, err
	}
	if res.StatusCode != 200 {
		defer func() { _ = res.Body.Close() }()
		body, _ := io.ReadAll(io.LimitReader(res.Body, 4096))
		return nil, &Error{Operation: q.operation, Status: res.StatusCode, Message: message(res.StatusCode, body), idempotent: true}
	}
	return res.Body, nil
}

// DeleteStored removes a finished recording.
func (r Recordings) DeleteStored(ctx context.Context, name string) error {
	return r.c.do(ctx, remove("recordings deleteStored", path("recordings", "stored", name)), nil)
}

// CopyStored copies a finished recording.
func (r Recordings) CopyStored(ctx context.Context, name, to string) (*StoredRecording, error) {
	out := new(StoredRecording)
	return out, r.c.do(ctx, post("recordings copyStored", path("recordings", "stored", name, "copy"), struct {
		To string `json:"destinationRecordingName"`
	}{to}), out)
}

// Live returns a recording that is being made.
func (r Recordings) Live(ctx context.Context, name string) (*LiveRecording, error) {
	out := new(LiveRecording)
	return out, r.c.do(ctx, get("recordings getLive", path("recordings", "live", name)), out)
}

// Cancel stops a recording and throws it away.
func (r Recordings) Cancel(ctx context.Context, name string) error {
	return r.c.do(ctx, remove("recordings cancel", path("recordings", "live", name)), nil)
}

// Stop stops a recording and keeps it.
func (r Recordings) Stop(ctx context.Context, name string) error {
	return r.c.do(ctx, post("recordings stop", path("recordings", "live", name, "stop"), nil).again(), nil)
}

// Pause suspends a recording.
func (r Recordings) Pause(ctx context.Context, name string) error {
	return r.c.do(ctx, post("recordings pause", path("recordings", "live", name, "pause"), nil).again(), nil)
}

// Unpause ends Pause.
func (r Recordings) Unpause(ctx context.Context, name string) error {
	return r.c.do(ctx, remove("recordings unpause", path("recordings", "live", name, "pause")), nil)
}

// Mute records silence.
func (r Recordings) Mute(ctx context.Context, name string) error {
	return r.c.do(ctx, post("recordings mute", path("recordings", "live", name, "mute"), nil).again(), nil)
}

// Unmute ends Mute.
func (r Recordings) Unmute(ctx context.Context, name string) error {
	return r.c.do(ctx, remove("recordings unmute", path("recordings", "live", name, "mute")), nil)
}

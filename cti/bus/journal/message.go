package journal

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net/textproto"
	"strconv"

	"github.com/nats-io/nats.go"

	"sansheng/cti"
)

// Stream is the journal's stream.
const Stream = "JOURNAL"

const subjectPrefix = "journal."

// Headers of a journal message: the run of facts in it. A message with
// headerLost has no facts: the run is known to be lost.
const (
	headerFirst = "Sansheng-First"
	headerLast  = "Sansheng-Last"
	headerLost  = "Sansheng-Lost"
)

// Entry is one fact as it is stored.
type Entry struct {
	Seq  uint64
	JSON json.RawMessage
}

// run is a message's place in the order of facts.
type run struct {
	Range
	lost bool
}

// runOf reads a message's headers.
func runOf(get func(string) string) (run, error) {
	from, err := strconv.ParseUint(get(headerFirst), 10, 64)
	if err != nil {
		return run{}, fmt.Errorf("read %s: %w", headerFirst, err)
	}
	to, err := strconv.ParseUint(get(headerLast), 10, 64)
	if err != nil {
		return run{}, fmt.Errorf("read %s: %w", headerLast, err)
	}
	if from == 0 || to < from {
		return run{}, fmt.Errorf("impossible run of facts %d to %d", from, to)
	}
	return run{Range: Range{from, to}, lost: get(headerLost) != ""}, nil
}

// runOfRecord reads the headers as they lie on disk.
func runOfRecord(header []byte) (run, error) {
	_, lines, ok := bytes.Cut(header, []byte("\r\n"))
	if !ok {
		return run{}, fmt.Errorf("read journal header: no version line")
	}
	h, err := textproto.NewReader(bufio.NewReader(bytes.NewReader(lines))).ReadMIMEHeader()
	if err != nil {
		return run{}, fmt.Errorf("read journal header: %w", err)
	}
	return runOf(h.Get)
}

// entries splits a message's body, checked against its run.
func entries(r run, body []byte) ([]Entry, error) {
	if r.lost {
		return nil, nil
	}
	var raw []json.RawMessage
	if err := json.Unmarshal(body, &raw); err != nil {
		return nil, fmt.Errorf("decode facts: %w", err)
	}
	if uint64(len(raw)) != r.To-r.From+1 {
		return nil, fmt.Errorf("facts %s expected, %d found", r.Range, len(raw))
	}
	out := make([]Entry, len(raw))
	for i, b := range raw {
		out[i] = Entry{Seq: r.From + uint64(i), JSON: b}
	}
	return out, nil
}

// decode makes a stored fact a fact again.
func (e Entry) decode() (cti.Fact, error) {
	var f cti.Fact
	if err := json.Unmarshal(e.JSON, &f); err != nil {
		return f, fmt.Errorf("decode fact %d: %w", e.Seq, err)
	}
	if f.Seq != e.Seq {
		return f, fmt.Errorf("decode fact %d: it says it is %d", e.Seq, f.Seq)
	}
	return f, nil
}

// message puts a run of stored facts into one message.
func message(engine string, es []Entry) *nats.Msg {
	size := 2
	for _, e := range es {
		size += len(e.JSON) + 1
	}
	body := make([]byte, 0, size)
	body = append(body, '[')
	for i, e := range es {
		if i > 0 {
			body = append(body, ',')
		}
		body = append(body, e.JSON...)
	}
	body = append(body, ']')
	return envelope(engine, run{Range: Range{es[0].Seq, es[len(es)-1].Seq}}, body)
}

// lostMessage writes down that a run of facts is gone.
func lostMessage(engine string, r Range) *nats.Msg {
	return envelope(engine, run{Range: r, lost: true}, []byte("[]"))
}

func envelope(engine string, r run, body []byte) *nats.Msg {
	m := nats.NewMsg(subjectPrefix + engine)
	m.Data = body
	m.Header.Set(headerFirst, strconv.FormatUint(r.From, 10))
	m.Header.Set(headerLast, strconv.FormatUint(r.To, 10))
	m.Header.Set(nats.MsgIdHdr, fmt.Sprintf("%s-%d-%d", engine, r.From, r.To))
	if r.lost {
		m.Header.Set(headerLost, "1")
		m.Header.Set(nats.MsgIdHdr, engine+"-lost-"+strconv.FormatUint(r.From, 10))
	}
	return m
}

package bus_test

import (
	"errors"
	"fmt"
	"os"
	"testing"

	"sansheng/cti/bus"
	"sansheng/cti/bus/journal"
)

// publish puts numbered messages of a source into HOTLINE.
func publish(t *testing.T, p *bus.Public, source string, from, to uint64) {
	t.Helper()
	var msgs []bus.Message
	for seq := from; seq <= to; seq++ {
		id := fmt.Sprintf("%s-%d", source, seq)
		msgs = append(msgs, bus.Message{Subject: "hotline.demo.call." + id + ".queued", ID: id, Seq: seq, Data: []byte("{}")})
	}
	ctx := limit(t)
	for x := p.Publisher(source); ; { // the server may be on its way back
		_, err := x.Publish(ctx, msgs)
		if err == nil {
			return
		}
		if ctx.Err() != nil {
			t.Fatal(err)
		}
	}
}

// gives expects a reader's next messages.
func gives(t *testing.T, rd *bus.Reader, ids ...string) bus.RawMessage {
	t.Helper()
	var last bus.RawMessage
	for _, id := range ids {
		m, err := rd.NextRaw(limit(t))
		if err != nil || m.ID != id {
			t.Fatalf("message %s, %v; want %s", m.ID, err, id)
		}
		last = m
	}
	return last
}

// rewinds expects a reader to tell that it goes on behind a message.
func rewinds(t *testing.T, rd *bus.Reader, after bus.Position) {
	t.Helper()
	_, err := rd.NextRaw(limit(t))
	if rewound, ok := errors.AsType[*bus.RewoundError](err); !ok || rewound.After.Seq != after.Seq || rewound.After.ID != after.ID {
		t.Fatalf("%v; want to go on after %+v", err, after)
	}
}

// TestRemade: HOTLINE is made anew under running readers, and what it holds now
// stays below their places. They are told, and read what is there.
func TestRemade(t *testing.T) {
	t.Parallel()
	s := start(t, bus.Options{})
	p := public(t, s, bus.StreamLimits{})
	j := open(t, s, journal.Options{Public: p})
	r := relay(t, j, p)
	add(t, j, 1, 30)
	if err := r.Wait(limit(t), 30); err != nil {
		t.Fatal(err)
	}
	r.Close() // it has trimmed what it published
	all := reader(t, p, bus.ReaderOptions{})
	expect(t, all, 1, 30)
	calls := reader(t, p, bus.ReaderOptions{Filters: []string{bus.CallSubjects("demo", "c2"), bus.CallSubjects("demo", "other-2")}})
	gives(t, calls, "e1-20", "e1-21", "e1-22", "e1-24", "e1-25", "e1-26", "e1-28", "e1-29")
	fresh := reader(t, p, bus.ReaderOptions{New: true})
	if err := fresh.Prepare(limit(t)); err != nil {
		t.Fatal(err)
	}
	if err := s.JetStream().DeleteStream(limit(t), bus.Stream); err != nil {
		t.Fatal(err)
	}
	publish(t, p, "other", 1, 2)
	for _, rd := range []*bus.Reader{all, fresh} {
		rewinds(t, rd, bus.Position{})
		gives(t, rd, "other-1", "other-2")
	}
	rewinds(t, calls, bus.Position{})
	gives(t, calls, "other-2")
	publish(t, p, "other", 3, 3)
	gives(t, all, "other-3")
	// One that begins with its old place.
	late := reader(t, p, bus.ReaderOptions{After: bus.Position{Seq: 30, ID: "e1-30"}})
	rewinds(t, late, bus.Position{})
	gives(t, late, "other-1", "other-2", "other-3")
}

// TestRefilled: HOTLINE loses its end, which three publishers then fill again in
// another order, so that where the reader stood the same message stands again. It
// goes back to what was not lost, and misses nothing.
func TestRefilled(t *testing.T) {
	t.Parallel()
	out := external(t)
	p := out.dial(bus.StreamLimits{})
	publish(t, p, "a", 1, 3)
	rd, still := reader(t, p, bus.ReaderOptions{}), reader(t, p, bus.ReaderOptions{})
	kept := gives(t, rd, "a-1", "a-2", "a-3").Position()
	gives(t, still, "a-1", "a-2")
	out.stop()
	before := t.TempDir()
	if err := os.CopyFS(before, os.DirFS(out.opts.StoreDir)); err != nil {
		t.Fatal(err)
	}
	out.start()
	publish(t, p, "b", 1, 2)
	publish(t, p, "a", 4, 4)
	place := gives(t, rd, "b-1", "b-2", "a-4").Position()
	out.stop()
	out.opts.StoreDir = before // a power cut
	out.start()
	publish(t, p, "c", 1, 1)
	publish(t, p, "b", 1, 1)
	publish(t, p, "a", 4, 4)
	publish(t, p, "b", 2, 2)
	rewinds(t, rd, kept)
	gives(t, rd, "c-1", "b-1", "a-4", "b-2")
	gives(t, still, "a-3", "c-1", "b-1", "a-4", "b-2") // it had lost nothing
	late := reader(t, p, bus.ReaderOptions{After: place})
	rewinds(t, late, bus.Position{})
	gives(t, late, "a-1")
}

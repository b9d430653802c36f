// Command integrator is an example: a company's own system that follows its hotline over
// NATS, as the company's account, and keeps a line of JSON for each call that has ended.
// Copy it and put your own work in the place of keep.
//
//	go run ./deploy/integrator --url nats://127.0.0.1:4222 --account company_gas --password-file gas.password --out calls.jsonl
//
// # Once
//
// The server keeps the account's place: what was not acknowledged comes again, also after
// both sides were away for days (as long as the stream keeps facts, by default seven days).
// So the same fact may come twice. It is acknowledged when its line is on disk, and known by
// its id: the lines are the memory of what was taken.
//
// # Order and failure
//
// Facts come in the order of the stream; one that comes again comes late. Kinds and fields
// that are not known are passed over: within a version (v) they are only added. A fact of
// another version is not acknowledged for good: it waits until this program knows it. While
// the server is away the program waits for it.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

const (
	stream = "HOTLINE"
	// version is that of the facts' form which is understood here.
	version = 1
	// retryEvery is the pause where the server is away, or its consumer.
	retryEvery = time.Second
	// laterBy is when a fact is asked for again that cannot be understood.
	laterBy = time.Minute
)

// options say whose facts are kept where.
type options struct{ url, account, passwordFile, out string }

func main() {
	var o options
	flag.StringVar(&o.url, "url", "nats://127.0.0.1:4222", "where the hotline's NATS is")
	flag.StringVar(&o.account, "account", "", "the company's account, as company_gas")
	flag.StringVar(&o.passwordFile, "password-file", "", "file with its password")
	flag.StringVar(&o.out, "out", "calls.jsonl", "file of the calls that have ended")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "integrator:", err)
		os.Exit(1)
	}
}

// run follows until its context ends, which is no error.
func run(ctx context.Context, o options, log io.Writer) error {
	password, err := os.ReadFile(o.passwordFile)
	if err != nil {
		return fmt.Errorf("read password: %w", err)
	}
	calls, err := openBook(o.out)
	if err != nil {
		return err
	}
	defer func() { _ = calls.file.Close() }() // what counts was synced
	nc, err := nats.Connect(o.url, nats.Name("integrator"), nats.UserInfo(o.account, strings.TrimSpace(string(password))),
		// An account may hear answers to itself only.
		nats.CustomInboxPrefix("_INBOX_"+o.account),
		nats.RetryOnFailedConnect(true), nats.MaxReconnects(-1), nats.ReconnectWait(retryEvery))
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer func() { // the server knows that nobody asks any more before it sends the next fact
		_ = nc.FlushTimeout(time.Second)
		nc.Close()
	}()
	js, err := jetstream.New(nc)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	for ctx.Err() == nil {
		if err := follow(ctx, js, o.account, calls); err != nil && ctx.Err() == nil {
			fmt.Fprintln(log, "integrator: trying again:", err)
			select {
			case <-time.After(retryEvery):
			case <-ctx.Done():
			}
		}
	}
	return nil
}

// follow takes facts until something fails, or the context ends.
func follow(ctx context.Context, js jetstream.JetStream, account string, calls *book) error {
	consumer, err := js.Consumer(ctx, stream, account) // the hotline has made it
	if err != nil {
		return fmt.Errorf("find consumer %s: %w", account, err)
	}
	messages, err := consumer.Messages()
	if err != nil {
		return fmt.Errorf("ask for facts: %w", err)
	}
	defer context.AfterFunc(ctx, messages.Stop)()
	defer messages.Stop()
	for {
		m, err := messages.Next()
		if errors.Is(err, jetstream.ErrMsgIteratorClosed) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("take next fact: %w", err)
		}
		if err := take(m, calls); err != nil {
			return err
		}
	}
}

// fact is what this program reads of a fact.
type fact struct {
	Version int       `json:"v"`
	ID      string    `json:"id"`
	At      time.Time `json:"at"`
	Kind    string    `json:"kind"`
	Call    string    `json:"call"`
	Data    struct {
		Disposition string `json:"disposition"`
	} `json:"data"`
}

// take keeps what is to be kept, and acknowledges it when it is on disk.
func take(m jetstream.Msg, calls *book) error {
	var f fact
	if err := json.Unmarshal(m.Data(), &f); err != nil || f.Version != version {
		return m.NakWithDelay(laterBy)
	}
	if f.Kind == "call.ended" {
		if err := calls.keep(line{ID: f.ID, Call: f.Call, EndedAt: f.At, Disposition: f.Data.Disposition}); err != nil {
			return err
		}
	}
	return m.Ack()
}

// line is a call that has ended.
type line struct {
	ID          string    `json:"id"`
	Call        string    `json:"call"`
	EndedAt     time.Time `json:"ended_at"`
	Disposition string    `json:"disposition"`
}

// book is the file of lines, and the ids in it.
type book struct {
	file *os.File
	seen map[string]bool
}

// openBook reads what was kept before. A last line that was cut off is taken away: its fact
// was not acknowledged, and comes again.
func openBook(name string) (*book, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open calls: %w", err)
	}
	b := &book{file: f, seen: map[string]bool{}}
	whole := int64(0)
	r := bufio.NewReader(f)
	for {
		text, err := r.ReadString('\n')
		var l line
		if err != nil || json.Unmarshal([]byte(text), &l) != nil {
			break
		}
		b.seen[l.ID] = true
		whole += int64(len(text))
	}
	_, err = f.Seek(whole, io.SeekStart)
	if err = errors.Join(err, f.Truncate(whole)); err != nil {
		return nil, errors.Join(fmt.Errorf("open calls: %w", err), f.Close())
	}
	return b, nil
}

// keep writes a line, once for each id; it is on disk when keep returns.
func (b *book) keep(l line) error {
	if b.seen[l.ID] {
		return nil
	}
	text, err := json.Marshal(l)
	if err == nil {
		_, err = b.file.Write(append(text, '\n'))
	}
	if err == nil {
		err = b.file.Sync()
	}
	if err != nil {
		return fmt.Errorf("keep call %s: %w", l.Call, err)
	}
	b.seen[l.ID] = true
	return nil
}

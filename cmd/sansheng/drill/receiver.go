package drill

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"sansheng/cmd/sansheng/config"
	"sansheng/cti"
)

// receiver is a company's own system that a webhook tells of calls. While it is ill it
// takes nothing.
type receiver struct {
	name   string
	addr   string
	ill    illness
	server *http.Server

	mu      sync.Mutex
	isIll   bool
	hanging int               // posts that hang now
	posts   map[string]string // ids of what was posted, taken or not, by fact
	took    []cti.Fact        // in the order they were taken, also again
	wrong   []string
}

// illness is how a receiver fails.
type illness string

const (
	illDown    illness = "down"     // nobody listens
	illRefuses illness = "refusing" // it answers 500
	illHangs   illness = "hanging"  // it takes the post, and never answers
)

// receiverKey is the environment variable with the key that signs what they are told: one
// that is known to everybody, for nobody is to be kept out.
const receiverKey = "SANSHENG_WEBHOOK_DRILL"

// newReceivers starts one of each illness, well, and has them told of the facts of calls.
func newReceivers(ctx context.Context, cfg *config.Config) ([]*receiver, error) {
	if err := os.Setenv(receiverKey, "whsec_"+base64.StdEncoding.EncodeToString(make([]byte, 32))); err != nil {
		return nil, fmt.Errorf("set the receivers' key: %w", err)
	}
	var all []*receiver
	for _, ill := range []illness{illDown, illRefuses, illHangs} {
		ports, err := freePorts(ctx, 1)
		if err != nil {
			return all, err
		}
		r := &receiver{name: string(ill), addr: loopback(ports[0]), ill: ill, posts: map[string]string{}}
		if err := r.listen(ctx); err != nil {
			return all, err
		}
		all = append(all, r)
		cfg.Webhooks = append(cfg.Webhooks, config.Webhook{
			Name: r.name, Company: "drill", URL: "http://" + r.addr + "/calls", Facts: []string{"call.*"}, SecretEnv: receiverKey,
		})
	}
	return all, nil
}

func (r *receiver) listen(ctx context.Context) error {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", r.addr)
	if err != nil {
		return fmt.Errorf("start the receiver %s: %w", r.name, err)
	}
	r.server = &http.Server{Handler: r, ReadHeaderTimeout: 5 * time.Second}
	server := r.server
	go func() { _ = server.Serve(l) }()
	return nil
}

// ServeHTTP implements http.Handler.
func (r *receiver) ServeHTTP(res http.ResponseWriter, req *http.Request) {
	var f cti.Fact
	body, err := io.ReadAll(io.LimitReader(req.Body, 1<<20))
	if err == nil {
		err = json.Unmarshal(body, &f)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil {
		r.wrong = append(r.wrong, fmt.Sprintf("webhook %s is told what is no fact: %v", r.name, err))
		return
	}
	id := req.Header.Get("webhook-id")
	if before, again := r.posts[f.ID]; again && before != id || id == "" {
		r.wrong = append(r.wrong, fmt.Sprintf("webhook %s is told %s as %q, and was as %q", r.name, f.ID, id, before))
	}
	r.posts[f.ID] = id
	switch {
	case r.isIll && r.ill == illHangs:
		r.hanging++
		r.mu.Unlock()
		<-req.Context().Done() // who has posted gives up, or the receiver ends
		r.mu.Lock()
		r.hanging--
	case r.isIll:
		res.WriteHeader(http.StatusInternalServerError)
	default:
		r.took = append(r.took, f)
	}
}

// fall makes it ill.
func (r *receiver) fall() error {
	r.mu.Lock()
	r.isIll = true
	r.mu.Unlock()
	if r.ill == illDown {
		return r.close()
	}
	return nil
}

// heal makes it well: what hung is never answered.
func (r *receiver) heal(ctx context.Context) error {
	if r.ill != illDown {
		if err := r.close(); err != nil {
			return err
		}
	}
	r.mu.Lock()
	r.isIll = false
	r.mu.Unlock()
	return r.listen(ctx)
}

// hangs tells whether a post hangs at it now.
func (r *receiver) hangs() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.hanging > 0
}

// lacks are those of some facts that it has not taken, or not as they are: its number in the
// engine's sequence is what puts a call's facts in order.
func (r *receiver) lacks(facts []cti.Fact) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	has := map[string]cti.Fact{}
	for _, f := range r.took {
		has[f.ID] = f
	}
	var lacks []string
	for _, f := range facts {
		if got := has[f.ID]; got.Seq != f.Seq || got.Kind != f.Kind || got.Call != f.Call || !got.At.Equal(f.At) {
			lacks = append(lacks, fmt.Sprintf("%s %s of %s", f.ID, f.Kind, f.Call))
		}
	}
	return lacks
}

// order is how many facts it took, how many of them again, and how many after a later one
// of the same call: none of that is promised.
func (r *receiver) order() (took, again, late int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	seen, last := map[string]bool{}, map[cti.CallID]uint64{}
	for _, f := range r.took {
		switch {
		case seen[f.ID]:
			again++
		case f.Seq < last[f.Call]:
			late++
		}
		seen[f.ID] = true
		last[f.Call] = max(last[f.Call], f.Seq)
	}
	return len(r.took), again, late
}

// faults are what must not be of what it was told.
func (r *receiver) faults() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	wrong := r.wrong
	facts := map[string]string{}
	for fact, id := range r.posts {
		if other, twice := facts[id]; twice {
			wrong = append(wrong, fmt.Sprintf("webhook %s is told %s and %s as one, %s", r.name, fact, other, id))
		}
		facts[id] = fact
	}
	return wrong
}

func (r *receiver) close() error {
	if err := r.server.Close(); err != nil {
		return fmt.Errorf("end the receiver %s: %w", r.name, err)
	}
	return nil
}

func closeReceivers(all []*receiver) error {
	var errs []error
	for _, r := range all {
		errs = append(errs, r.close())
	}
	return errors.Join(errs...)
}

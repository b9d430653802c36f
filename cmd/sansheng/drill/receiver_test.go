package drill

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"sansheng/cmd/sansheng/config"
	"sansheng/cti"
	"sansheng/store/webhook"
)

// TestReceivers: each fails in its way while it is ill, takes what it is told again once it
// is well, and finds what was told otherwise than it must be.
func TestReceivers(t *testing.T) {
	var cfg config.Config
	all, err := newReceivers(t.Context(), &cfg)
	t.Cleanup(func() {
		if err := closeReceivers(all); err != nil {
			t.Error(err)
		}
	})
	if err != nil || len(cfg.Webhooks) != len(all) {
		t.Fatalf("%d receivers of %d webhooks: %v", len(all), len(cfg.Webhooks), err)
	}
	sender := webhook.New()
	defer sender.Close()
	first, second := cti.Fact{ID: "e-1", Seq: 1, Call: "c", Kind: cti.CallArrived}, cti.Fact{ID: "e-2", Seq: 2, Call: "c", Kind: cti.CallEnded}
	fails := map[illness]string{illDown: "connection refused", illRefuses: "status 500"}
	for i, r := range all {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		post := func(id string, f cti.Fact) error {
			body, err := json.Marshal(f)
			if err != nil {
				t.Fatal(err)
			}
			sender.Close() // a connection that is kept may be the one that ends
			return sender.Post(ctx, cfg.Webhooks[i].URL, []webhook.Key{make([]byte, 32)}, id, body)
		}
		if err := post("two", second); err != nil {
			t.Errorf("%s, well: %v", r.name, err)
		}
		if err := r.fall(); err != nil {
			t.Fatal(err)
		}
		errC := make(chan error, 1)
		go func() { errC <- post("one", first) }()
		if r.ill == illHangs {
			if err := poll(ctx, time.Millisecond, func() (bool, error) { return r.hangs(), nil }); err != nil {
				t.Fatalf("nothing hangs: %v", err)
			}
		} else if err := <-errC; err == nil || !strings.Contains(err.Error(), fails[r.ill]) {
			t.Errorf("%s, ill: %v, want %s", r.name, err, fails[r.ill])
		}
		if err := r.heal(ctx); err != nil {
			t.Fatal(err)
		}
		if r.ill == illHangs {
			if err := <-errC; err == nil {
				t.Errorf("%s: what hung was answered", r.name)
			}
		}
		if lacks := r.lacks([]cti.Fact{first, second}); len(lacks) != 1 || !strings.HasPrefix(lacks[0], "e-1 ") {
			t.Errorf("%s lacks %v, want e-1", r.name, lacks)
		}
		for range 2 {
			if err := post("one", first); err != nil {
				t.Errorf("%s, well again: %v", r.name, err)
			}
		}
		took, again, late := r.order()
		if got := fmt.Sprint(took, again, late, len(r.lacks([]cti.Fact{first, second})), r.faults()); got != "3 1 1 0 []" {
			t.Errorf("%s: %s", r.name, got)
		}
		other := first
		other.Kind = cti.CallEnded
		if len(r.lacks([]cti.Fact{other})) != 1 {
			t.Errorf("%s does not see that a fact was told otherwise", r.name)
		}
		if err := post("other", first); err != nil {
			t.Error(err)
		}
		if err := post("two", cti.Fact{ID: "e-3", Seq: 3, Call: "c", Kind: cti.CallEnded}); err != nil {
			t.Error(err)
		}
		if n := len(r.faults()); n != 2 {
			t.Errorf("%s: a fact of two ids and two facts of one make %d faults, want 2: %v", r.name, n, r.faults())
		}
	}
}

package service

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sansheng/cmd/sansheng/config"
	"sansheng/cti"
	"sansheng/pbx/sip/phone"
)

// oddCallers are what a hostile or broken network sends as a caller's number.
func oddCallers(marker string) map[string]string {
	return map[string]string{
		"dial string":   phone.Escape("500&PJSIP/1002"),
		"shell":         phone.Escape("${SHELL(touch " + marker + ")}"),
		"expression":    phone.Escape("$[1+1]"),
		"raw shell":     "${SHELL(touch " + marker + ")}",
		"sql":           phone.Escape("'; DROP TABLE call; --"),
		"html":          phone.Escape("<script>alert(1)</script>"),
		"line break":    "1380\r\nX-Injected: yes",
		"invalid utf8":  "138\xff\xfe",
		"four KiB":      strings.Repeat("9", 4096),
		"subject":       phone.Escape("hotline.*.>"),
		"right to left": phone.Escape("\u202e8001"),
	}
}

// TestOddCallers: whatever stands in From, nothing of it is evaluated or
// dialled, and the line goes on serving.
func TestOddCallers(t *testing.T) {
	st := hotline(t, cti.DemoPlan(0))
	marker := filepath.Join(st.cfg.Data, "evaluated")
	agent := st.agent("1001", phone.AnswerAfter(0))
	bystander := st.agent("1002", phone.NoAnswer())
	bystander.SetPolicy(phone.NoAnswer())
	if err := bystander.Unregister(deadline(t)); err != nil {
		t.Fatal(err)
	}
	st.state("1002", cti.LoggedOff)
	carrier := st.caller("carrier")
	for name, from := range oddCallers(marker) {
		call, err := carrier.Call(deadline(t), "800100", phone.Options{From: from, FromName: "${SHELL(touch " + marker + ")}"})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		// An INVITE that breaks SIP's grammar is dropped by the switch: nothing
		// comes back. Whatever comes, the call is given up and must leave nothing.
		_, _ = call.Wait(within(t, 2*time.Second), phone.Answered, phone.Rejected, phone.Failed)
		_ = call.Hangup(within(t, 2*time.Second))
	}
	anonymous, err := carrier.Call(deadline(t), "800100", phone.Options{Anonymous: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := anonymous.WaitAnswered(deadline(t)); err != nil {
		t.Errorf("an empty number is not served: %v", err)
	}
	_ = anonymous.Hangup(deadline(t))
	st.await("all calls to end", func(facts []cti.Fact) bool {
		arrived, ended := 0, 0
		for _, f := range facts {
			switch f.Kind {
			case cti.CallArrived:
				arrived++
			case cti.CallEnded:
				ended++
			}
		}
		return arrived > 5 && arrived == ended
	})
	if _, err := os.Stat(marker); err == nil {
		t.Fatal("a caller's number was evaluated")
	}
	st.state("1001", cti.Ready)
	agent.SetPolicy(phone.AnswerAfter(0))
	good := st.dial("13900000001", "800100")
	st.hears(good, agentTone("1001"))
	st.hangup(good)
	st.record("13900000001")
	st.seamless()
	chains, err := st.records().Verify(deadline(t), "demo")
	if err != nil || len(chains[0].Faults) != 0 {
		t.Errorf("the records do not verify: %v %+v", err, chains)
	}
}

// TestTornJournal: the journal's last block is cut short while the service is
// down; the next start reads what is whole, fills the rest from the public
// stream and goes on without a gap.
func TestTornJournal(t *testing.T) {
	t.Parallel()
	cfg := config.Default()
	cfg.Data = dataFolder(t)
	cfg.Hotline = cti.DemoPlan(0)
	t.Run("before", func(t *testing.T) {
		st := startStack(t, cfg)
		st.agent("1001", phone.AnswerAfter(0))
		call := st.dial("13900000001", "800100")
		st.hears(call, agentTone("1001"))
		st.hangup(call)
		st.record("13900000001")
	})
	blocks, err := filepath.Glob(filepath.Join(cfg.Data, "nats/jetstream/*/streams/JOURNAL/msgs/*.blk"))
	if err != nil || len(blocks) == 0 {
		t.Fatalf("no journal on disk: %v", err)
	}
	last := blocks[len(blocks)-1]
	info, err := os.Stat(last)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(last, info.Size()-40); err != nil {
		t.Fatal(err)
	}
	t.Run("after", func(t *testing.T) {
		st := startStack(t, cfg)
		st.agent("1001", phone.AnswerAfter(0))
		call := st.dial("13900000002", "800100")
		st.hears(call, agentTone("1001"))
		st.hangup(call)
		st.record("13900000002")
		st.record("13900000001")
		st.seamless()
	})
}

// within is a context for what may well not happen.
func within(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), d)
	t.Cleanup(cancel)
	return ctx
}

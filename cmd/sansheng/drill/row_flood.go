package drill

import (
	"context"
	"fmt"
	"time"

	"sansheng/cmd/sansheng/config"
)

// floodRoom is the RTP ports of the flood's switch: 60 calls' worth, two legs each.
const floodRoom = 240

var _ = register(&Row{
	Name: "flood", Spoils: true,
	Guards:  []Guard{{Off: "reserve", Breaks: "emergency calls refused"}, {Off: "audit", Breaks: "calls without a sealed record", Patient: true}},
	Fault:   "ten times the calls the switch has room for come to the ordinary number, for 15 s",
	Promise: "emergency callers are answered within target, ordinary ones over the limit get busy at once and are on record",
	Bounds:  Bounds{Drained: 90 * time.Second, Sighted: true},
	Setup: func(cfg *config.Config) {
		cfg.Ports.RTPLast = cfg.Ports.RTPFirst + floodRoom - 1
	},
	Scale: func(s Size) Size {
		s.Talking, s.Waiting, s.Ringing, s.Toned = min(s.Talking, 12), min(s.Waiting, 4), min(s.Ringing, 2), min(s.Toned, 6)
		return s
	},
	Run: func(ctx context.Context, t *Trial) error {
		flood, err := t.Callers.Flock(ctx, waitLine, 10*floodRoom/4, 40)
		if err != nil {
			return err
		}
		if err := t.Wait(ctx, 15*time.Second); err != nil {
			return err
		}
		refused, taken := 0, 0
		var other, unanswered []string
		for _, c := range flood {
			switch o := c.Outcome(); {
			case o.InvitedAt.IsZero() && o.Status == 0:
				unanswered = append(unanswered, c.From)
			case o.Status == 486:
				refused++
			case o.Status < 300:
				taken++
			default:
				other = append(other, fmt.Sprintf("%s got %d", c.From, o.Status))
			}
		}
		t.Note("%d ordinary callers were taken, %d got busy.", taken, refused)
		t.None("ordinary callers without any answer", unanswered)
		t.None("ordinary callers refused otherwise than with busy", other)
		t.Must("some were refused, so that room was left", refused > 0)
		err = Hangup(ctx, flood)
		t.Healed()
		return err
	},
})

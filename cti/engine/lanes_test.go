package engine

import (
	"context"
	"testing"
	"time"

	"sansheng/pbx"
)

// A join that is ordered again while the first still waits for its reply: the drop of the
// bridge overtakes the second join, which then makes the bridge again.
func TestDropOvertakesSecondJoin(t *testing.T) {
	began, goOn, doneC := make(chan string, 9), make(chan struct{}), make(chan string, 9)
	l := newLanes(func(_ context.Context, c pbx.Command) {
		switch c.(type) {
		case pbx.Join:
			began <- "join"
			<-goOn
			doneC <- "join"
		case pbx.DropBridge:
			doneC <- "drop"
		}
	})
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	l.start(ctx)
	join := pbx.Join{Bridge: "c1-talk1", Channels: []pbx.ChannelID{"c1", "c1-agent1"}}
	l.add([]pbx.Command{join})
	<-began
	l.add([]pbx.Command{join}) // joinLimit is over
	l.add([]pbx.Command{pbx.DropBridge{Bridge: "c1-talk1"}})
	goOn <- struct{}{} // the first is replied to
	var order []string
	order = append(order, <-doneC)
	select {
	case s := <-doneC:
		order = append(order, s)
	case <-time.After(time.Second):
		goOn <- struct{}{}
		order = append(order, <-doneC, <-doneC)
	}
	if len(order) > 1 && order[1] == "drop" {
		t.Errorf("order %v: the second join is carried out after the drop", order)
	}
	close(goOn)
}

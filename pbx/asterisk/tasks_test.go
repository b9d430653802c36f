package asterisk

import "testing"

func TestReadTasks(t *testing.T) {
	t.Parallel()
	got, err := readTasks(`
Processor                                                               Processed   In Queue  Max Depth  Low water High water Low time(us) High time(us)
ast_msg_queue                                                                   0          0          0        450        500          0          0
pjsip/distributor-0000001c                                                      4        501        600        450        500          0       1275
stasis/m:ari:application/some thing                                             8         12          2         80        100          0       1245

3 taskprocessors
`)
	want := Tasks{Processors: 3, Queued: 513, Deepest: 501, Name: "pjsip/distributor-0000001c", Mark: 100, Over: 1}
	if err != nil || got != want {
		t.Errorf("read %+v, %v; want %+v", got, err, want)
	}
	if _, err := readTasks("No such command 'core show taskprocessors'\n"); err == nil {
		t.Error("an answer without task processors is no error")
	}
}

// TestTasks: the real switch answers in the form that is read.
func TestTasks(t *testing.T) {
	t.Parallel()
	got, err := startSwitch(t, demo()).Tasks(t.Context())
	if err != nil || got.Processors < 20 || got.Mark != 500 || got.Over != 0 {
		t.Errorf("the switch has %+v, %v", got, err)
	}
}

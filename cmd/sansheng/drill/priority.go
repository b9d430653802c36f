package drill

import (
	"os"
	"os/exec"
	"strconv"
	"syscall"

	"sansheng/deploy/process"
)

// outsidePriority is that of the telephones: as high as the switch's. In real life
// they are machines of their own; here a program that starts beside them would show
// as a gap in talks that nobody hears.
const outsidePriority = -10

// raise gives this process, with all the threads it has and will have, and its session
// the telephones' priority, the session until it is taken back. Where that is not
// allowed all stay equal.
func raise() (back func()) {
	back = func() {}
	tasks, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return back
	}
	for _, t := range tasks {
		tid, err := strconv.Atoi(t.Name())
		if err != nil || syscall.Setpriority(syscall.PRIO_PROCESS, tid, outsidePriority) != nil {
			return back
		}
	}
	if process.NiceSession(os.Getpid(), outsidePriority) != nil {
		return back
	}
	return func() { _ = process.NiceSession(os.Getpid(), 0) }
}

// elsewherePriority is that of an engine that stands for one on another host: what it
// does there costs the switch's machine nothing.
const elsewherePriority = 5

// usual makes a command run at the usual priority, or at that of another host's, where
// raise gave us a higher one.
func usual(cmd *exec.Cmd, elsewhere bool) error {
	if ours, err := syscall.Getpriority(syscall.PRIO_PROCESS, 0); err != nil || ours <= 20 { // the call gives 20 less the priority
		return err
	}
	nice, err := exec.LookPath("nice")
	if err != nil {
		return err
	}
	lower := -outsidePriority
	if elsewhere {
		lower += elsewherePriority
	}
	cmd.Args = append([]string{nice, "-n", strconv.Itoa(lower), cmd.Path}, cmd.Args[1:]...)
	cmd.Path = nice
	return nil
}

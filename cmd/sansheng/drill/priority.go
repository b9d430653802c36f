package drill

import (
	"os"
	"os/exec"
	"strconv"
	"syscall"
)

// outsidePriority is that of the telephones: as high as the switch's. In real life
// they are machines of their own; here a program that starts beside them would show
// as a gap in talks that nobody hears.
const outsidePriority = -10

// raise gives this process, with all the threads it has and will have, the
// telephones' priority. Where that is not allowed all stay equal.
func raise() {
	tasks, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return
	}
	for _, t := range tasks {
		tid, err := strconv.Atoi(t.Name())
		if err != nil || syscall.Setpriority(syscall.PRIO_PROCESS, tid, outsidePriority) != nil {
			return
		}
	}
}

// usual makes a command run at the usual priority where raise gave us a higher one.
func usual(cmd *exec.Cmd) error {
	if ours, err := syscall.Getpriority(syscall.PRIO_PROCESS, 0); err != nil || ours <= 20 { // the call gives 20 less the priority
		return err
	}
	nice, err := exec.LookPath("nice")
	if err != nil {
		return err
	}
	cmd.Args = append([]string{nice, "-n", strconv.Itoa(-outsidePriority), cmd.Path}, cmd.Args[1:]...)
	cmd.Path = nice
	return nil
}

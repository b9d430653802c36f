package debian

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// progress tells people about long work: a bar on a terminal, a line at each
// quarter elsewhere. Its methods may be called from several goroutines.
type progress struct {
	out      io.Writer
	terminal bool

	mu  sync.Mutex
	bar *progressbar.ProgressBar
}

func newProgress(out io.Writer) *progress {
	if out == nil {
		out = os.Stderr
	}
	p := &progress{out: out}
	if f, ok := out.(*os.File); ok {
		p.terminal = term.IsTerminal(int(f.Fd()))
	}
	return p
}

// line says one thing.
func (p *progress) line(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.close()
	_, _ = fmt.Fprintln(p.out, text)
}

// phase begins counted work and returns how to report the count so far.
func (p *progress) phase(name string, total int) func(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.close()
	if p.terminal {
		bar := progressbar.NewOptions(total,
			progressbar.OptionSetWriter(p.out),
			progressbar.OptionSetDescription(name),
			progressbar.OptionSetWidth(30),
			progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionClearOnFinish())
		p.bar = bar
		return func(n int) { _ = bar.Set(n) }
	}
	said := 0
	return func(n int) {
		p.mu.Lock()
		defer p.mu.Unlock()
		if quarter := 4 * n / max(total, 1); quarter > said {
			said = quarter
			_, _ = fmt.Fprintf(p.out, "%s: %d%%\n", name, 25*quarter)
		}
	}
}

func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.close()
}

func (p *progress) close() {
	if p.bar != nil {
		_ = p.bar.Finish()
		p.bar = nil
	}
}

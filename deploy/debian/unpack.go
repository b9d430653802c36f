package debian

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"
)

// unpack makes the tree of a set, unless another process has just done so.
func (f Finder) unpack(ctx context.Context, cache string, set Set) (Tree, error) {
	if err := os.MkdirAll(filepath.Join(cache, "trees"), 0o755); err != nil {
		return Tree{}, fmt.Errorf("make cache: %w; set SANSHENG_CACHE to a folder that can be written", err)
	}
	say := newProgress(f.Progress)
	defer say.end()
	lock, err := lockFile(ctx, filepath.Join(cache, set.name+".lock"), func() {
		say.line(fmt.Sprintf("waiting for another process that unpacks %s", set))
	})
	if err != nil {
		return Tree{}, err
	}
	defer func() { _ = lock.Close() }()
	if t, err := load(cache, set); err == nil {
		return t, nil
	}
	sources, err := sourcesOf(set)
	if err != nil {
		return Tree{}, err
	}
	a, err := newApt(ctx, cache, set, sources)
	if err != nil {
		return Tree{}, err
	}
	packages, err := a.get(ctx, set, say)
	if err != nil {
		return Tree{}, err
	}
	return a.install(ctx, cache, set, packages, say)
}

// sourcesOf are the mirrors of a set's suite: the machine's own, with the suite
// changed where the set asks for another.
func sourcesOf(set Set) ([]source, error) {
	sources, err := machineSources()
	if err != nil {
		return nil, err
	}
	if set.suite != "" {
		return []source{{sources[0].uri, set.suite}}, nil
	}
	return sources, nil
}

// get brings the packages of a set into the cache. Without network what was
// fetched earlier serves, if it is whole.
func (a *apt) get(ctx context.Context, set Set, say *progress) ([]pkg, error) {
	say.line(fmt.Sprintf("fetching %s from Debian", set))
	offline := a.update(ctx)
	packages, err := a.resolve(ctx, set.packages)
	if err != nil {
		return nil, unavailable(errors.Join(offline, err))
	}
	versions := map[string]string{}
	for _, p := range packages {
		versions[p.name] = p.version
	}
	if err := judge(set, versions); err != nil {
		return nil, fmt.Errorf("%w; the mirror has nothing else to offer", err)
	}
	kept := packages[:0]
	for _, p := range packages {
		if !set.skipped(p.name) {
			kept = append(kept, p)
		}
	}
	step := say.phase("fetching "+set.name, 100)
	// Everything is asked for by version, also what is skipped: apt would not
	// leave a dependency out. The download of skipped packages is small.
	if err := a.fetch(ctx, packages, step); err != nil {
		return nil, unavailable(errors.Join(offline, err))
	}
	return kept, nil
}

func unavailable(err error) error {
	return fmt.Errorf("%w: %w; give this machine access to its Debian mirror once, or copy a filled cache here (SANSHENG_CACHE)", ErrUnavailable, err)
}

// install unpacks packages beside the tree's place and moves the result there.
func (a *apt) install(ctx context.Context, cache string, set Set, packages []pkg, say *progress) (Tree, error) {
	final := place(cache, set)
	half := final + ".half"
	// A half tree is what an interrupted process left; the lock says that
	// nobody is working on it.
	for _, dir := range []string{half, final} {
		if err := os.RemoveAll(dir); err != nil {
			return Tree{}, fmt.Errorf("clear broken tree: %w", err)
		}
	}
	if err := os.MkdirAll(half, 0o755); err != nil {
		return Tree{}, fmt.Errorf("unpack: %w", err)
	}
	step := say.phase("unpacking "+set.name, len(packages))
	var done atomic.Int64
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.NumCPU())
	versions := map[string]string{}
	for _, p := range packages {
		versions[p.name] = p.version
		g.Go(func() error {
			out, err := exec.CommandContext(ctx, "dpkg-deb", "-x", filepath.Join(a.debs, p.file()), half).CombinedOutput()
			if err != nil {
				return fmt.Errorf("unpack %s: %w: %s", p.file(), err, strings.TrimSpace(string(out)))
			}
			step(int(done.Add(1)))
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return Tree{}, err
	}
	if _, err := open(half, set, versions); err != nil {
		return Tree{}, err
	}
	if set.unpacked != nil {
		if err := set.unpacked(half); err != nil {
			return Tree{}, err
		}
	}
	if err := complete(half, mark{Set: set.name, Layout: layout, Arch: runtime.GOARCH, Packages: versions}); err != nil {
		return Tree{}, err
	}
	if err := os.Rename(half, final); err != nil {
		return Tree{}, fmt.Errorf("place tree: %w", err)
	}
	say.line(fmt.Sprintf("%s %s is unpacked in %s", set, versions[set.packages[0]], final))
	return load(cache, set)
}

// flush brings everything written to the cache's file system onto the disk.
func flush(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("flush tree: %w", err)
	}
	defer func() { _ = f.Close() }()
	if err := unix.Syncfs(int(f.Fd())); err != nil {
		return fmt.Errorf("flush tree: %w", err)
	}
	return nil
}

// lockFile takes an exclusive lock, calling waits once if it is not free. The
// lock ends with the process, however that ends.
func lockFile(ctx context.Context, path string, waits func()) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("lock cache: %w; set SANSHENG_CACHE to a folder that can be written", err)
	}
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for told := false; ; {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err == nil {
			return f, nil
		}
		if !errors.Is(err, unix.EWOULDBLOCK) {
			_ = f.Close()
			return nil, fmt.Errorf("lock cache: %w", err)
		}
		if !told {
			told = true
			waits()
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			_ = f.Close()
			return nil, fmt.Errorf("lock cache: %w", ctx.Err())
		}
	}
}

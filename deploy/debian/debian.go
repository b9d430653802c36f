// Package debian gets the programs a hotline stands on from Debian packages
// without being root: it owns a per-user cache in which each Set of packages
// is unpacked once into a folder, a Tree, and run from there.
//
// What a set needs that the machine already has is used as it is; only
// Asterisk is always unpacked, because no stable Debian carries it. Packages
// come from the machine's own Debian mirror through a private apt, which
// checks signatures and hashes as it does for the system; nothing outside the
// cache is written.
//
// # Order and failure
//
// One process unpacks a set at a time (a file lock in the cache); others wait
// and then find it done. A tree is unpacked beside its place, marked complete
// as the last thing and renamed into place, so that a tree without its mark is
// a broken one and is made anew. A complete tree is used without any network.
// The .deb files are kept: making a tree again needs no network either, as
// long as they are there. With neither, Find says what is missing and where it
// looked.
package debian

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Set is a group of packages that are unpacked and used together.
type Set struct {
	name     string
	packages []string
	// suite is the Debian suite; empty means the machine's own.
	suite string
	// closed sets run on their own loader and C library, because they come
	// from another suite than the machine does.
	closed bool
	// programs are what the machine must offer for the set not to be unpacked;
	// empty means that it is always unpacked.
	programs []string
	// files are what the machine must offer instead, below its root, of a set that has no
	// programs, and so no libraries either.
	files []string
	// check judges the version of the first of packages, or of the first of
	// programs where the machine has it.
	check func(version) error
	// version asks the machine's own program for its version.
	version []string
	// skip are name prefixes of packages that apt's dependencies bring and
	// that nothing here runs.
	skip []string
	// unpacked changes a tree before it is marked complete, opened whenever it
	// is taken into use; both may be nil.
	unpacked func(root string) error
	opened   func(*Tree) error
}

// String is the set's name as it is shown to people and used in the cache.
func (s Set) String() string { return s.name }

// The sets of a hotline. Their lower bounds are those the design names.
var (
	// Asterisk 22.10.1 or newer, but not 22.11.0, with its modules.
	Asterisk = Set{
		name: "asterisk", suite: "sid", closed: true,
		packages: []string{"asterisk", "asterisk-modules", "asterisk-config"},
		check:    checkAsterisk,
		skip:     []string{"libpam", "libperl", "perl", "libdebconf", "libsemanage"},
	}
	// PostgreSQL 15 or newer: the server and its own tools.
	PostgreSQL = Set{
		name:     "postgresql",
		packages: []string{"postgresql"},
		programs: []string{"postgres", "initdb", "pg_controldata"},
		version:  []string{"postgres", "--version"},
		check:    atLeast("PostgreSQL", 15),
		skip:     []string{"perl", "libperl", "libpam", "debconf", "libllvm", "python3", "libpython3", "udev", "systemd"},
	}
	// Speech makes prompts from text: espeak-ng and sox.
	Speech = Set{
		name:     "speech",
		packages: []string{"espeak-ng", "sox"},
		programs: []string{"espeak-ng", "sox"},
	}
	// Node builds the console: node and npm.
	Node = Set{
		name:     "node",
		packages: []string{"nodejs", "npm"},
		programs: []string{"node", "npm"},
		version:  []string{"node", "--version"},
		check:    atLeast("Node", 18),
		skip:     []string{"perl", "libperl", "debconf", "libpam", "python3", "libpython3", "git", "gcc", "g++", "cpp", "binutils"},
		unpacked: relinkNode,
		opened:   openNode,
	}
	// Chromium is the browser of the console's tests.
	Chromium = Set{
		name:     "chromium",
		packages: []string{"chromium", "fonts-wqy-microhei"},
		programs: []string{"chromium"},
		version:  []string{"chromium", "--version"},
		check:    atLeast("Chromium", 120),
		skip:     []string{"perl", "libperl", "debconf", "libpam", "python3", "libpython3", "systemd", "udev", "libllvm"},
		unpacked: wrapChromium,
		opened:   openChromium,
	}
	// SIPp places test calls.
	SIPp = Set{
		name:     "sipp",
		packages: []string{"sip-tester"},
		programs: []string{"sipp"},
		skip:     []string{"debconf", "libpam"},
	}
	// FakeTime is a library that gives one process another clock.
	FakeTime = Set{
		name:     "faketime",
		packages: []string{"libfaketime"},
	}
	// Font has a TrueType font with Latin and Chinese letters, for PDFs, in FontFile.
	Font = Set{
		name:     "font",
		packages: []string{"fonts-wqy-microhei"},
		files:    []string{FontFile},
	}
)

// FontFile is the file of the set Font, below a tree's root.
const FontFile = "usr/share/fonts/truetype/wqy/wqy-microhei.ttc"

// Sets are all sets, for a command that fetches everything beforehand.
func Sets() []Set { return []Set{Asterisk, PostgreSQL, Speech, Node, Chromium, SIPp, FakeTime, Font} }

// ErrUnavailable is wrapped by every error that says a set is neither on the
// machine, nor in the cache, nor to be had from a mirror.
var ErrUnavailable = errors.New("not on this machine, not in the cache and not to be fetched")

// Finder finds sets in one cache. Its zero value is what the product uses.
type Finder struct {
	// Cache is the folder trees are kept in; empty means CacheDir.
	Cache string
	// Progress is told about long work; nil means standard error.
	Progress io.Writer
	// Unpack uses an unpacked tree even where the machine has the programs.
	Unpack bool
}

// Find returns the tree of a set with the zero Finder.
func Find(ctx context.Context, set Set) (Tree, error) { return Finder{}.Find(ctx, set) }

// Find returns the tree of a set: the machine's own programs where they serve,
// else the tree in the cache, else one it fetches and unpacks now.
func (f Finder) Find(ctx context.Context, set Set) (Tree, error) {
	var own error
	if !f.Unpack && len(set.programs)+len(set.files) > 0 {
		t, err := machine(ctx, set)
		if err == nil {
			return t, nil
		}
		own = err
	}
	cache, err := f.cache()
	if err != nil {
		return Tree{}, fmt.Errorf("find %s: %w", set, err)
	}
	if t, err := load(cache, set); err == nil {
		return t, nil
	}
	t, err := f.unpack(ctx, cache, set)
	if err != nil {
		if own != nil {
			err = fmt.Errorf("%w (on this machine: %w)", err, own)
		}
		return Tree{}, fmt.Errorf("find %s: %w", set, err)
	}
	return t, nil
}

func (f Finder) cache() (string, error) {
	if f.Cache != "" {
		return filepath.Abs(f.Cache)
	}
	return CacheDir()
}

// CacheDir is where trees and made prompts are kept: $SANSHENG_CACHE, else
// /var/cache/sansheng for root, else sansheng in the user's cache folder.
func CacheDir() (string, error) {
	if dir := os.Getenv("SANSHENG_CACHE"); dir != "" {
		return filepath.Abs(dir)
	}
	if os.Geteuid() == 0 {
		return "/var/cache/sansheng", nil
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("locate cache: %w; set SANSHENG_CACHE to a folder", err)
	}
	return filepath.Join(dir, "sansheng"), nil
}

func (s Set) skipped(pkg string) bool {
	// The machine's own C library must serve where the loader is the machine's.
	if !s.closed && (pkg == "libc6" || pkg == "libc-bin") {
		return true
	}
	for _, p := range s.skip {
		if strings.HasPrefix(pkg, p) {
			return true
		}
	}
	return false
}

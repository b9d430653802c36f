package debian

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// version is an upstream version: the leading numbers, without Debian's epoch
// and revision.
type version [3]int

var versionDigits = regexp.MustCompile(`(\d+)(?:\.(\d+))?(?:\.(\d+))?`)

// parseVersion takes the upstream numbers of a package version such as
// 1:22.10.1+dfsg-1, or of a program's answer such as "postgres (PostgreSQL) 15.18".
func parseVersion(s string) (version, error) {
	if epoch, rest, ok := strings.Cut(s, ":"); ok && epoch != "" && strings.Trim(epoch, "0123456789") == "" {
		s = rest
	}
	m := versionDigits.FindStringSubmatch(s)
	if m == nil {
		return version{}, fmt.Errorf("read version %q: no number in it", s)
	}
	var v version
	for i := range v {
		if m[i+1] == "" {
			break
		}
		n, err := strconv.Atoi(m[i+1])
		if err != nil {
			return version{}, fmt.Errorf("read version %q: %w", s, err)
		}
		v[i] = n
	}
	return v, nil
}

func (v version) less(o version) bool {
	for i := range v {
		if v[i] != o[i] {
			return v[i] < o[i]
		}
	}
	return false
}

func (v version) String() string { return fmt.Sprintf("%d.%d.%d", v[0], v[1], v[2]) }

func atLeast(what string, major int) func(version) error {
	return func(v version) error {
		if v[0] < major {
			return fmt.Errorf("%s %s is too old: %d or newer is needed", what, v, major)
		}
		return nil
	}
}

// checkAsterisk refuses releases with known faults that a hotline meets:
// before 22.10.1 advisories in ARI and a one-packet kill over SIP, in 22.11.0
// broken whisper and bridging after spying.
func checkAsterisk(v version) error {
	switch {
	case v.less(version{22, 10, 1}):
		return fmt.Errorf("asterisk %s is too old: 22.10.1 or newer is needed", v)
	case v == version{22, 11, 0}:
		return fmt.Errorf("asterisk %s must not be used: its whisper and bridging are broken; 22.10.1 or one newer than 22.11.0 is needed", v)
	}
	return nil
}

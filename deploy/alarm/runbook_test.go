package alarm_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"sansheng/deploy"
	"sansheng/deploy/alarm"
)

// TestRunbook: every alarm has its section, whole and with its severity, and
// every section its alarm, in the same order; links within it lead somewhere.
func TestRunbook(t *testing.T) {
	t.Parallel()
	var alarms, sections []string
	for _, k := range alarm.Kinds {
		alarms = append(alarms, k.Name)
	}
	parts := strings.Split(deploy.Runbook, "\n## ")
	for _, p := range parts[1:] {
		name, text, _ := strings.Cut(p, "\n")
		sections = append(sections, name)
		for _, heading := range []string{"\n**Callers now:** ", "\n**Likely:** ", "\n1. ", "\n**Ends** "} {
			if !strings.Contains(text, heading) {
				t.Errorf("section %s has no %q", name, strings.TrimSpace(heading))
			}
		}
		if k, _ := alarm.KindOf(name); !strings.HasPrefix(strings.TrimSpace(text), "*"+string(k.Severity)) {
			t.Errorf("section %s does not begin with its severity, %s", name, k.Severity)
		}
	}
	if !slices.Equal(alarms, sections) {
		t.Errorf("the table has\n%v\nthe runbook\n%v", alarms, sections)
	}
	for _, m := range regexp.MustCompile(`\(#(\w+)\)`).FindAllStringSubmatch(deploy.Runbook, -1) {
		if !slices.Contains(sections, m[1]) {
			t.Errorf("link to #%s leads nowhere", m[1])
		}
	}
}

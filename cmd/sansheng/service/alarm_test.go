package service

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"sansheng/cmd/sansheng/config"
	"sansheng/cmd/sansheng/drill/fault"
	"sansheng/cti"
	"sansheng/cti/web"
	"sansheng/deploy"
	"sansheng/deploy/alarm"
	"sansheng/pbx/pbxtest"
	"sansheng/pbx/sip/phone"
)

// hook is a webhook that keeps what it is told.
type hook struct {
	*httptest.Server
	t *testing.T

	mu     sync.Mutex
	told   []alarm.Alarm
	movedC chan struct{}
}

func newHook(t *testing.T) *hook {
	t.Helper()
	h := &hook{t: t, movedC: make(chan struct{})}
	h.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var a alarm.Alarm
		if err := json.NewDecoder(r.Body).Decode(&a); err != nil {
			t.Errorf("webhook: %v", err)
		}
		h.mu.Lock()
		defer h.mu.Unlock()
		h.told = append(h.told, a)
		close(h.movedC)
		h.movedC = make(chan struct{})
	}))
	t.Cleanup(h.Close)
	return h
}

// await waits until an alarm has risen, or ended, as often as told.
func (h *hook) await(name string, raised bool, times int) alarm.Alarm {
	h.t.Helper()
	ctx := deadline(h.t)
	for {
		h.mu.Lock()
		told, movedC := slices.Clone(h.told), h.movedC
		h.mu.Unlock()
		n := 0
		for _, a := range told {
			if a.Name == name && a.Raised == raised {
				if n++; n == times {
					return a
				}
			}
		}
		select {
		case <-movedC:
		case <-ctx.Done():
			h.t.Fatalf("waited in vain for alarm %s (raised %t); told: %+v", name, raised, told)
		}
	}
}

// TestAlarms: what hurts callers and records is told to a webhook, in the API and
// in the figures, and ends when it is over.
func TestAlarms(t *testing.T) {
	t.Parallel()
	h := newHook(t)
	cfg := config.Default()
	cfg.Data = dataFolder(t)
	cfg.Hotline = cti.DemoPlan(0)
	cfg.Alarms.Webhook = h.URL
	st := startStack(t, cfg)
	api := "http://" + st.svc.web.Addr()

	// An emergency caller finds nobody; PostgreSQL dies meanwhile.
	caller := st.dial("13900000001", "800119")
	arrived := st.fact("13900000001", cti.CallArrived, 1)
	st.database(deadline(t))
	if err := syscall.Kill(st.svc.database.cluster.PID(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	h.await("database_crashed", true, 1)
	h.await("database_crashed", false, 1)
	h.await("no_agents", true, 1)
	late := h.await("emergency_waiting", true, 1)
	if d := late.At.Sub(arrived.At); d < emergencyMost || d > emergencyMost+3*time.Second {
		t.Errorf("told of the waiting emergency caller after %v", d)
	}
	if strings.Contains(late.Cause, "13900000001") || late.Severity != alarm.Page {
		t.Errorf("alarm is %+v", late)
	}
	agent := st.agent("1007", phone.AnswerAfter(0))
	st.next(agent)
	st.hears(caller, agentTone("1007"))
	h.await("emergency_waiting", false, 1)
	h.await("no_agents", false, 1)
	st.hangup(caller)
	st.record("13900000001")

	// The switch stands still, and then dies.
	frozen := st.svc.asterisk.PID()
	if err := syscall.Kill(frozen, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	h.await("switch_link_down", true, 1)
	if got := standing(t, api); !slices.Contains(got, "switch_link_down") {
		t.Errorf("the API lists %v", got)
	}
	if err := syscall.Kill(frozen, syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	h.await("switch_link_down", false, 1)
	if err := syscall.Kill(frozen, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	h.await("switch_crashed", true, 1)
	h.await("switch_crashed", false, 1)

	figures := figuresOf(t, api)
	for name, least := range map[string]float64{
		`sansheng_link_up`: 1, `sansheng_link_connects_total`: 3, `sansheng_link_losses_total`: 2,
		`sansheng_link_fence_lag_seconds`: 1e-6, `sansheng_restarts_total{part="asterisk"}`: 1,
		`sansheng_restarts_total{part="postgresql"}`: 1, `sansheng_alarm_raises_total{alarm="switch_link_down"}`: 1,
		`sansheng_calls_answered_total{company="demo",within_three_rings="false"}`: 1,
		`sansheng_calls_ended_total{company="demo",disposition="ANSWERED"}`:        1,
		`sansheng_offers_total{result="answered"}`:                                 1, `sansheng_projection_facts_total`: 10, `sansheng_projection_retries_total`: 0,
		`sansheng_switch_task_processors`: 20, `sansheng_data_disk_bytes{of="free"}`: 1 << 20, `sansheng_recordings_bytes`: 0,
		`sansheng_agents{company="demo",state="Talking"}`: 0, `sansheng_repairs_total{kind="orphan_swept"}`: 0,
		`sansheng_projection_lag_facts`: 0, `sansheng_journal_facts_total`: 10, `sansheng_relay_facts_total`: 10,
		// Of ten posts the last may have been heard and its answer be under way.
		`sansheng_database_up`: 1, `sansheng_alarm_posts_total{end="sent"}`: 9,
	} {
		if v, ok := figures[name]; !ok || v < least {
			t.Errorf("%s is %v (there: %t), want at least %v", name, v, ok, least)
		}
	}
	if v := figures[`sansheng_alarm{alarm="switch_link_down"}`]; v != 0 {
		t.Errorf("the ended alarm's figure is %v", v)
	}
	// What runbook and dashboard have operators look at is there.
	for _, name := range regexp.MustCompile(`sansheng_[a-z_]*[a-z]`).FindAllString(deploy.Runbook+deploy.Dashboard, -1) {
		if strings.HasPrefix(name, "sansheng_lease_") {
			continue // where engines stand in for one another
		}
		if !slices.ContainsFunc(keys(figures), func(k string) bool { return strings.HasPrefix(k, name) }) {
			t.Errorf("%s is named in runbook or dashboard, and there is none", name)
		}
	}
}

// database waits until the records can be read.
func (st *stack) database(ctx context.Context) {
	st.t.Helper()
	select {
	case <-st.svc.database.readyC:
	case <-ctx.Done():
		st.t.Fatal("no database")
	}
}

func keys(m map[string]float64) []string {
	var all []string
	for k := range m {
		all = append(all, k)
	}
	return all
}

func get(t *testing.T, url string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(deadline(t), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer http.DefaultClient.CloseIdleConnections()
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("get %s: %s %v", url, res.Status, err)
	}
	return string(body)
}

// standing are the alarms that the API lists, to one who asks on this machine.
func standing(t *testing.T, api string) []string {
	t.Helper()
	var list web.Alarms
	if err := json.Unmarshal([]byte(get(t, api+"/api/v1/alarms")), &list); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, a := range list.Alarms {
		names = append(names, a.Name)
	}
	return names
}

func figuresOf(t *testing.T, api string) map[string]float64 {
	t.Helper()
	figures := map[string]float64{}
	for line := range strings.Lines(get(t, api+"/metrics")) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		if v, err := strconv.ParseFloat(value, 64); err == nil && !strings.HasPrefix(name, "#") {
			figures[name] = v
		}
	}
	return figures
}

func TestLevel(t *testing.T) {
	t.Parallel()
	l := level{10, 5, false}
	for i, c := range []struct {
		v     float64
		above bool
	}{{9, false}, {10, true}, {6, true}, {5, false}, {9, false}} {
		if err := l.over(c.v, "%.0f"); (err != nil) != c.above {
			t.Errorf("step %d: %v at %v", i, err, c.v)
		}
	}
}

func TestLasting(t *testing.T) {
	t.Parallel()
	bad := errors.New("bad")
	l := lasting{most: time.Hour}
	if l.over(bad) != nil {
		t.Error("passed on at once")
	}
	l.since = l.since.Add(-time.Hour)
	if l.over(bad) == nil {
		t.Error("not passed on after its time")
	}
	if l.over(nil) != nil || l.over(bad) != nil {
		t.Error("the time does not begin anew")
	}
}

// TestDistance: one who follows a moving end is behind by as long as he has not
// reached what was the end.
func TestDistance(t *testing.T) {
	t.Parallel()
	var d distance
	at := time.Now()
	for i, c := range []struct {
		after         time.Duration
		position, end uint64
		facts         uint64
		since         time.Duration
	}{
		{0, 10, 10, 0, 0},
		{2 * time.Second, 10, 15, 5, 0},
		{4 * time.Second, 12, 20, 8, 2 * time.Second},
		{6 * time.Second, 16, 22, 6, 0}, // reached 15: nothing seen then is missing
		{8 * time.Second, 16, 22, 6, 2 * time.Second},
		{10 * time.Second, 22, 22, 0, 0},
		{12 * time.Second, 22, 30, 8, 0},
	} {
		if facts, since := d.of(c.position, c.end, at.Add(c.after)); facts != c.facts || since != c.since {
			t.Errorf("step %d: %d facts, %v", i, facts, since)
		}
	}
}

// alarmed waits until an alarm stands, or stands no more, in a process of its own.
func (r *remote) alarmed(name string, raised bool) {
	r.t.Helper()
	ctx := deadline(r.t)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	file := filepath.Join(filepath.Dir(r.file), "alarms.json")
	for {
		var stand []alarm.Alarm
		b, err := os.ReadFile(file)
		if err == nil {
			err = json.Unmarshal(b, &stand)
		}
		there := slices.ContainsFunc(stand, func(a alarm.Alarm) bool { return a.Name == name })
		if err == nil && there == raised {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			r.t.Fatalf("alarm %s does not become raised %t; what stands: %s, %v", name, raised, b, err)
		}
	}
}

// TestAlarmOnFullDisk: what stands is written down although the disk has no room left, for
// those on call are rung by what the sentinel reads there.
func TestAlarmOnFullDisk(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "disk")
	disk, err := fault.NewDisk(dir, 4<<20)
	if errors.Is(err, fault.ErrUnsupported) {
		t.Logf("this machine mounts nothing for us: %v", err)
		return
	}
	check(t, err)
	t.Cleanup(func() { check(t, disk.Close()) })
	file := filepath.Join(dir, "alarms.json")
	b := alarm.NewBoard(alarm.Options{File: file})
	t.Cleanup(func() { check(t, b.Close(deadline(t))) })
	stands := func(names ...string) {
		t.Helper()
		pbxtest.Eventually(t, "what stands to be written down", func() bool {
			var stand []alarm.Alarm
			text, err := os.ReadFile(file)
			if err == nil {
				err = json.Unmarshal(text, &stand)
			}
			var have []string
			for _, a := range stand {
				have = append(have, a.Name)
			}
			return err == nil && slices.Equal(have, names)
		})
	}
	b.Set("relay", errors.New("before"))
	stands("relay")
	check(t, disk.Fill())
	if err := os.WriteFile(filepath.Join(dir, "other"), make([]byte, 8192), 0o600); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("the disk is not full: %v", err)
	}
	b.Set("disk_low", errors.New("it is full"))
	stands("relay", "disk_low")
	b.Set("journal_write", errors.New("it is full"))
	b.Set("relay", nil)
	stands("disk_low", "journal_write")
}

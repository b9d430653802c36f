package summary

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"sansheng/deploy/debian"
	"sansheng/store"
	"sansheng/store/ticket"
)

// evil is what a caller may have said.
const evil = `</style><script>alert(1)</script> (x) Tj ET \) 家里闻到气味` + "\u202e\x00\n😀"

func theDay(t testing.TB, language string) store.Summary {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	from := time.Date(2026, 11, 29, 0, 0, 0, 0, zone)
	s := store.Summary{
		Company: "demo", CompanyName: "三声演示", Language: language, Day: "2026-11-29", From: from, Until: from.AddDate(0, 0, 1), At: from.Add(17 * time.Hour),
		Queues:  []string{"service", "repair"},
		Calls:   &store.DayCalls{Arrived: 412, Answered: 398, WithinThreeRings: 377, LeftUnjoined: 2, Abandoned: 11, Emergency: 6, LongestWaitMs: 184000, Dialled: 57, Reached: 44},
		Agents:  []store.DayAgent{{Agent: "1001", Name: "业务代表 1001", Answered: 61, TalkMs: 9_123_000, Final: 60, Draft: 1}, {Agent: "1002", Answered: 58, TalkMs: 8_000_000, Final: 58}},
		Ratings: []store.DayRating{{Question: "solved", Answers: 40, Best: 3, Points: 110, Low: 2}},
		Kinds:   []store.DayKind{{Kind: ticket.Repair, Opened: 40, Closed: 38, Open: 12, Overdue: 2}, {Kind: ticket.Emergency, Opened: 6, Closed: 5, Open: 1}},
		Departments: []store.DayDepartment{
			{Department: "gas", Name: "燃气部", Forwarded: 31, Finished: 29, Held: 11, Overdue: 2},
		},
		Callbacks: store.DayCallbacks{Planned: 20, Done: 18, Missed: 4, Dissatisfied: 1, Owed: 31}, Messages: &store.DayMessages{Left: 4, Untaken: 1},
		Amendments: []store.DayAmendment{{Call: "1764400000.17", Author: "1001", Reason: "wrong house", MadeAt: from.Add(10 * time.Hour)}},
	}
	for i := range 60 {
		s.Important = append(s.Important, store.DayMatter{
			Kind: ticket.Emergency, Causes: []store.Cause{store.Urgent, store.Dissatisfied}, Summary: evil, Place: "南京路 " + strconv.Itoa(i) + " 号",
			Owner: "1001", Department: "gas", State: ticket.Forwarded, Overdue: i == 3, OpenedAt: from.Add(-time.Hour * time.Duration(i)),
		})
	}
	return s
}

// A page says all of it in the company's language, escaped, and its style is the one that its
// policy lets it have.
func TestHTML(t *testing.T) {
	t.Parallel()
	for language, wants := range map[string][]string{
		"zh": {`lang="zh-CN"`, "每日小结", "燃气部", "重要事项", "抢险", "回访不满意", "已转部门，超期", "截至 17:00", "2:32:03", "业务代表 1001"},
		"en": {`lang="en"`, "Summary of the day", "Important matters", "emergency, dissatisfied", "forwarded, overdue", "until 17:00", "Within three rings"},
	} {
		var b bytes.Buffer
		if err := HTML(&b, theDay(t, language)); err != nil {
			t.Fatal(err)
		}
		text := b.String()
		for _, want := range append(wants, "&lt;/style&gt;&lt;script&gt;", "412", "377", "1764400000.17", "2.75 / 3") {
			if !strings.Contains(text, want) {
				t.Errorf("%s: %q is not there", language, want)
			}
		}
		if strings.Contains(text, "<script") || strings.Count(text, "</style>") != 1 || strings.Contains(text, "ZgotmplZ") {
			t.Errorf("%s: a caller's text is part of the page:\n%.2000s", language, text)
		}
		_, rest, _ := strings.Cut(text, "<style>")
		inner, _, _ := strings.Cut(rest, "</style>")
		sum := sha256.Sum256([]byte(inner))
		if !strings.Contains(Policy(), "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'") {
			t.Errorf("%s: the policy %s is for another style", language, Policy())
		}
	}
}

// A summary of a department has nothing of what is not its business.
func TestDepartment(t *testing.T) {
	t.Parallel()
	s := theDay(t, "en")
	s.Department, s.Calls, s.Messages, s.Agents, s.Ratings, s.Queues, s.Important = "gas", nil, nil, nil, nil, nil, nil
	titles := ""
	for _, table := range Tables(s) {
		titles += table.Title + " "
		for _, row := range table.Rows {
			if len(row) != len(table.Heads) || len(row) != len(table.Wide) {
				t.Errorf("%s: %d cells under %d heads of %d widths", table.Title, len(row), len(table.Heads), len(table.Wide))
			}
		}
	}
	if titles != "Important matters Matters Departments Callbacks Amendments " {
		t.Errorf("tables %s", titles)
	}
	var b bytes.Buffer
	if err := HTML(&b, s); err != nil || !strings.Contains(b.String(), `<p class="none">None</p>`) || !strings.Contains(b.String(), "Department: gas") {
		t.Errorf("%v:\n%s", err, b.String())
	}
}

func font(t testing.TB) []byte {
	t.Helper()
	tree, err := debian.Find(t.Context(), debian.Font)
	if err != nil {
		t.Fatal(err)
	}
	file, err := tree.File(debian.FontFile)
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var (
	streams = regexp.MustCompile(`(?s)stream\n(.*?)\nendstream`)
	shown   = regexp.MustCompile(`(?s)\(((?:[^\\()]|\\.)*)\)Tj`)
	escaped = regexp.MustCompile(`(?s)\\(.)`)
)

// written is the text of a PDF, line by line, as its operators show it.
func written(t *testing.T, pdf []byte) string {
	t.Helper()
	var text strings.Builder
	for _, m := range streams.FindAllSubmatch(pdf, -1) {
		z, err := zlib.NewReader(bytes.NewReader(m[1]))
		if err != nil {
			continue
		}
		content, err := io.ReadAll(z)
		if err != nil || !bytes.Contains(content, []byte(")Tj")) {
			continue
		}
		for _, line := range shown.FindAllSubmatch(content, -1) {
			raw := escaped.ReplaceAll(bytes.ReplaceAll(line[1], []byte(`\r`), []byte("\r")), []byte("$1"))
			units := make([]uint16, 0, len(raw)/2)
			for i := 0; i+1 < len(raw); i += 2 {
				units = append(units, uint16(raw[i])<<8|uint16(raw[i+1]))
			}
			text.WriteString(string(utf16.Decode(units)) + "\n")
		}
	}
	return text.String()
}

// A PDF says the same with letters of its own, on as many pages as it needs, and is the same
// file again.
func TestPDF(t *testing.T) {
	t.Parallel()
	letters := font(t)
	for language, wants := range map[string][]string{
		"zh": {"三声演示 · 每日小结 2026-11-29", "燃气部", "重要事项", "家里闻到气味", "业务代表 1001", "2:32:03"},
		"en": {"Summary of the day 2026-11-29", "Important matters", "emergency", "Within", "2:32:03"},
	} {
		var b, again bytes.Buffer
		if err := PDF(&b, theDay(t, language), letters); err != nil {
			t.Fatal(err)
		}
		if err := PDF(&again, theDay(t, language), letters); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(b.Bytes(), again.Bytes()) {
			t.Errorf("%s: another file for the same summary", language)
		}
		if dir := os.Getenv("SUMMARY_PDF"); dir != "" {
			if err := os.WriteFile(fmt.Sprintf("%s/%s.pdf", dir, language), b.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		text := strings.ReplaceAll(written(t, b.Bytes()), "\n", "")
		for _, want := range wants {
			if !strings.Contains(text, want) {
				t.Errorf("%s: %q is not there:\n%.1500s", language, want, text)
			}
		}
		pages := bytes.Count(b.Bytes(), []byte("/Type /Page\n"))
		if pages < 2 || pages > 12 || b.Len() > 400_000 || !bytes.Contains(b.Bytes(), []byte("FontFile2")) || bytes.Contains(b.Bytes(), []byte("/JavaScript")) {
			t.Errorf("%s: %d pages, %d bytes", language, pages, b.Len())
		}
	}
	if err := PDF(io.Discard, theDay(t, "zh"), letters[:1000]); err == nil {
		t.Error("half a font is taken")
	}
	if err := PDF(io.Discard, theDay(t, "zh"), []byte("no font")); err == nil {
		t.Error("no font is taken")
	}
}

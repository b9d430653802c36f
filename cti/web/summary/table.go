package summary

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"sansheng/cti/sheet"
	"sansheng/store"
	"sansheng/store/ticket"
)

// Table is a part of a summary.
type Table struct {
	Title string
	Heads []string
	Rows  [][]string
	// Marks are the numbers of rows that are not as they should be.
	Marks map[int]bool
	// Wide are how much room each column takes beside the others.
	Wide []float64
}

// words are what people read, in each language.
type words struct{ zh, en string }

// in is the text in a language; English where it is none of ours.
func (w words) in(language string) string {
	if language == "zh" {
		return w.zh
	}
	return w.en
}

// Title is the summary's headline, and under it what it is limited to.
func Title(s store.Summary) (title, scope string) {
	say := func(w words) string { return w.in(s.Language) }
	title = cmp.Or(s.CompanyName, s.Company) + " · " + say(words{"每日小结", "Summary of the day"}) + " " + s.Day
	parts := []string{}
	if s.Department != "" {
		parts = append(parts, say(words{"部门：", "Department: "})+cmp.Or(s.DepartmentName, s.Department))
	}
	if s.Queues != nil {
		parts = append(parts, say(words{"队列：", "Queues: "})+cmp.Or(strings.Join(s.Queues, say(words{"、", ", "})), say(words{"无", "none"})))
	}
	until := say(words{"全天", "the whole day"})
	if s.At.Before(s.Until) {
		until = say(words{"截至 ", "until "}) + clockOf(s, s.At)
	}
	parts = append(parts, until+" ("+s.From.Format("MST, UTC-07:00")+")")
	return title, strings.Join(parts, say(words{"；", "; "}))
}

// Tables are the summary's parts in the order in which they are read: what somebody has to do
// something about comes first.
func Tables(s store.Summary) []Table {
	tables := []Table{important(s)}
	if s.Calls != nil {
		tables = append(tables, calls(s), agents(s))
	}
	if len(s.Ratings) > 0 {
		tables = append(tables, ratings(s))
	}
	tables = append(tables, kinds(s), departments(s), callbacks(s))
	if s.Messages != nil {
		tables = append(tables, messages(s))
	}
	return append(tables, amendments(s))
}

func heads(s store.Summary, all ...words) []string {
	list := make([]string, len(all))
	for i, w := range all {
		list[i] = w.in(s.Language)
	}
	return list
}

func even(n int) []float64 {
	wide := make([]float64, n)
	for i := range wide {
		wide[i] = 1
	}
	return wide
}

// figures is a table of one row.
func figures(s store.Summary, title words, values []string, names ...words) Table {
	return Table{Title: title.in(s.Language), Heads: heads(s, names...), Rows: [][]string{values}, Marks: map[int]bool{}, Wide: even(len(names))}
}

func number(n int64) string { return strconv.FormatInt(n, 10) }

func calls(s store.Summary) Table {
	c := s.Calls
	return figures(s, words{"通话", "Calls"},
		[]string{
			number(c.Arrived), number(c.Answered), number(c.WithinThreeRings), number(c.LeftUnjoined), number(c.BySwitch), number(c.Abandoned),
			long(c.LongestWaitMs), number(c.Emergency), number(c.Dialled), number(c.Reached),
		},
		words{"来电", "Calls in"}, words{"接听", "Answered"}, words{"三声内接听", "Within three rings"}, words{"播报中挂断", "Left while greeted"},
		words{"应急接听", "Served by the switch"}, words{"放弃", "Abandoned"}, words{"最长等待", "Longest wait"}, words{"紧急来电", "Emergency"},
		words{"呼出", "Calls out"}, words{"呼出接通", "Reached"})
}

func agents(s store.Summary) Table {
	t := Table{
		Title: words{"业务代表", "Agents"}.in(s.Language), Marks: map[int]bool{}, Wide: []float64{1, 2, 1, 1, 1.4, 1.4, 1.4},
		Heads: heads(s, words{"工号", "Agent"}, words{"姓名", "Name"}, words{"接听", "Answered"}, words{"呼出", "Calls out"},
			words{"通话时长", "Talk time"}, words{"记录单完成", "Sheets final"}, words{"记录单草稿", "Sheets draft"}),
	}
	for i, a := range s.Agents {
		t.Marks[i] = a.Draft > 0
		t.Rows = append(t.Rows, []string{a.Agent, a.Name, number(a.Answered), number(a.Dialled), long(a.TalkMs), number(a.Final), number(a.Draft)})
	}
	return t
}

func ratings(s store.Summary) Table {
	t := Table{
		Title: words{"满意度", "How was it"}.in(s.Language), Marks: map[int]bool{}, Wide: []float64{2, 1, 1.4, 1},
		Heads: heads(s, words{"问题", "Question"}, words{"评价", "Answers"}, words{"平均分", "Average"}, words{"低分", "Low"}),
	}
	for i, r := range s.Ratings {
		t.Marks[i] = r.Low > 0
		average := fmt.Sprintf("%.2f / %d", float64(r.Points)/float64(max(r.Answers, 1)), r.Best)
		t.Rows = append(t.Rows, []string{r.Question, number(r.Answers), average, number(r.Low)})
	}
	return t
}

func kinds(s store.Summary) Table {
	t := Table{
		Title: words{"事项", "Matters"}.in(s.Language), Marks: map[int]bool{}, Wide: []float64{2, 1, 1, 1, 1},
		Heads: heads(s, words{"类别", "Kind"}, words{"新增", "Opened"}, words{"办结", "Closed"}, words{"日终未结", "Open at the day's end"}, words{"其中超期", "Overdue"}),
	}
	for i, k := range s.Kinds {
		t.Marks[i] = k.Overdue > 0
		t.Rows = append(t.Rows, []string{kindName(s, k.Kind), number(k.Opened), number(k.Closed), number(k.Open), number(k.Overdue)})
	}
	return t
}

func departments(s store.Summary) Table {
	t := Table{
		Title: words{"部门", "Departments"}.in(s.Language), Marks: map[int]bool{}, Wide: []float64{2, 1, 1, 1, 1},
		Heads: heads(s, words{"部门", "Department"}, words{"转入", "Forwarded to it"}, words{"办理完毕", "Finished"}, words{"现有", "With it now"}, words{"其中超期", "Overdue"}),
	}
	for i, d := range s.Departments {
		t.Marks[i] = d.Overdue > 0
		t.Rows = append(t.Rows, []string{cmp.Or(d.Name, d.Department), number(d.Forwarded), number(d.Finished), number(d.Held), number(d.Overdue)})
	}
	return t
}

var causes = map[store.Cause]words{
	store.Marked: {"重要", "important"}, store.Urgent: {"抢险", "emergency"}, store.Raised: {"升级投诉", "escalated complaint"},
	store.Dissatisfied: {"回访不满意", "dissatisfied"},
}

var states = map[ticket.State]words{
	ticket.Draft: {"草稿", "draft"}, ticket.Open: {"处理中", "open"}, ticket.Forwarded: {"已转部门", "forwarded"}, ticket.Done: {"待答复", "done"},
	ticket.Closed: {"已办结", "closed"}, ticket.Merged: {"已合并", "merged"},
}

func important(s store.Summary) Table {
	t := Table{
		Title: words{"重要事项", "Important matters"}.in(s.Language), Marks: map[int]bool{}, Wide: []float64{1.3, 1.2, 1.4, 4, 2.4, 1, 1.3, 1.3},
		Heads: heads(s, words{"时间", "Opened"}, words{"类别", "Kind"}, words{"原因", "Why"}, words{"内容", "Summary"}, words{"地点", "Place"},
			words{"责任人", "Owner"}, words{"部门", "With"}, words{"状态", "State"}),
	}
	names := map[string]string{}
	for _, d := range s.Departments {
		names[d.Department] = d.Name
	}
	for i, m := range s.Important {
		why := make([]string, len(m.Causes))
		for j, c := range m.Causes {
			why[j] = causes[c].in(s.Language)
		}
		state := states[m.State].in(s.Language)
		if m.Overdue {
			state += words{"，超期", ", overdue"}.in(s.Language)
		}
		t.Marks[i] = m.Overdue
		t.Rows = append(t.Rows, []string{
			clockOf(s, m.OpenedAt), kindName(s, m.Kind), strings.Join(why, words{"、", ", "}.in(s.Language)), m.Summary, m.Place,
			m.Owner, cmp.Or(names[m.Department], m.Department), state,
		})
	}
	return t
}

func callbacks(s store.Summary) Table {
	c := s.Callbacks
	names := []words{
		{"新增", "Planned"}, {"完成", "Done"}, {"未接通", "Missed"}, {"失败", "Failed"}, {"不满意", "Dissatisfied"}, {"待回访", "Owed"}, {"其中超期", "Overdue"},
	}
	values := []string{number(c.Planned), number(c.Done), number(c.Missed), number(c.Failed), number(c.Dissatisfied), number(c.Owed), number(c.Overdue)}
	if s.Department == "" {
		names = append(names, words{"预约回电", "Promised by queues"}, words{"已回电", "Kept"}, words{"未回到", "Not kept"}, words{"待回电", "Still owed"})
		values = append(values, number(c.Promised), number(c.PromisesKept), number(c.PromisesLost), number(c.PromisesOwed))
	}
	t := figures(s, words{"回访", "Callbacks"}, values, names...)
	t.Marks[0] = c.Overdue > 0 || c.Dissatisfied > 0
	return t
}

func messages(s store.Summary) Table {
	t := figures(s, words{"留言", "Messages"}, []string{number(s.Messages.Left), number(s.Messages.Untaken)},
		words{"当日留言", "Left on the day"}, words{"日终无人处理", "Untaken at the day's end"})
	t.Marks[0] = s.Messages.Untaken > 0
	return t
}

func amendments(s store.Summary) Table {
	t := Table{
		Title: words{"更正", "Amendments"}.in(s.Language), Marks: map[int]bool{}, Wide: []float64{1.3, 3, 1.2, 5},
		Heads: heads(s, words{"时间", "Time"}, words{"通话", "Call"}, words{"更正人", "Author"}, words{"原因", "Reason"}),
	}
	for _, a := range s.Amendments {
		t.Rows = append(t.Rows, []string{clockOf(s, a.MadeAt), a.Call, a.Author, short(a.Reason)})
	}
	return t
}

// shortMost is how much of a text is shown, in characters.
const shortMost = 200

func short(text string) string {
	if r := []rune(text); len(r) > shortMost {
		return string(r[:shortMost-1]) + "…"
	}
	return text
}

// kindName is a kind in the words of the forms with which each company begins.
func kindName(s store.Summary, k ticket.Kind) string {
	if f := sheet.Default().Newest(k); f != nil {
		return f.Name.In(s.Language)
	}
	return string(k)
}

// clockOf is a moment in the company's zone; with its day, where that is another one.
func clockOf(s store.Summary, t time.Time) string {
	t = t.In(s.From.Location())
	if t.Format(time.DateOnly) == s.Day {
		return t.Format("15:04")
	}
	return t.Format("01-02 15:04")
}

// long is a time as hours, minutes and seconds.
func long(ms int64) string {
	d := (time.Duration(ms) * time.Millisecond).Round(time.Second)
	return fmt.Sprintf("%d:%02d:%02d", int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60)
}

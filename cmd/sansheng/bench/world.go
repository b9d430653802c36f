package bench

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"
)

// company is one of the companies that are generated, with its share of the calls.
type company struct {
	id    string
	did   string
	share float64
	// agents are from the first number on.
	first, agents int
}

// companies are a large one, and smaller ones.
var companies = []company{
	{"gas", "800100", 0.5, 1001, 40}, {"water", "800200", 0.3, 1101, 24}, {"heat", "800300", 0.15, 1201, 12}, {"grid", "800400", 0.05, 1301, 6},
}

var (
	queues      = []string{"service", "repair", "emergency"}
	departments = []string{"gas", "repair", "sales", "network", "billing"}
	streets     = []string{"南京路", "人民路", "解放路", "中山路", "建设街", "和平里", "Nanjing Rd", "Station Rd"}
	happenings  = []string{
		"热水器不出热水", "表读数与账单不符", "阀门漏水，楼下已受影响", "家里闻到气味", "要求更改户名", "预约上门时间未到", "询问本月价格", "申请安装新表",
		"no hot water since the morning", "the bill is twice as high as last month's", "asks when the supply comes back", "wants the meter moved",
	}
	outcomes = []string{"已告知", "已派工上门处理", "更换了零件，试用正常", "已向客户说明并致歉", "told the caller", "sent somebody, mended the same day"}
	names    = []string{"李明", "王芳", "张伟", "刘洋", "陈静", "Anna Berg", "J. Smith"}
)

// of is an agent of a company; those with low numbers do more.
func (c company) agent(r *rand.Rand) string {
	x := r.Float64()
	return strconv.Itoa(c.first + int(x*x*float64(c.agents)))
}

// choice is one of some.
func choice[T any](r *rand.Rand, all []T) T { return all[r.IntN(len(all))] }

func chance(r *rand.Rand, p float64) bool { return r.Float64() < p }

// span is a time between two others, short ones more often.
func span(r *rand.Rand, least, most time.Duration) time.Duration {
	x := r.Float64()
	return least + time.Duration(x*x*float64(most-least)).Round(time.Millisecond)
}

// caller is a number out of so many; some call often.
func caller(r *rand.Rand, many int) string {
	x := r.Float64()
	return fmt.Sprintf("1%010d", 3_000_000_000+int64(x*x*float64(many)))
}

func address(r *rand.Rand) string { return fmt.Sprintf("%s %d", choice(r, streets), 1+r.IntN(400)) }

// hourly is how many of a day's calls come in each hour.
var hourly = [24]float64{1, .6, .4, .3, .3, .6, 1.5, 3, 6, 8, 8, 7, 5, 5, 6.5, 7, 6.5, 5.5, 5, 4.5, 4, 3, 2, 1.5}

// weekday tells what share of a working day's calls a day has.
func weekday(d time.Weekday) float64 {
	switch d {
	case time.Saturday:
		return 0.55
	case time.Sunday:
		return 0.45
	case time.Monday:
		return 1.15
	}
	return 1
}

// companyOf draws a company by its share.
func companyOf(r *rand.Rand) company {
	x := r.Float64()
	for _, c := range companies {
		if x -= c.share; x < 0 {
			return c
		}
	}
	return companies[0]
}

// moments are the times of a day at which so many calls come, in order.
func moments(r *rand.Rand, day time.Time, n int) []time.Time {
	sum := 0.0
	for _, h := range hourly {
		sum += h
	}
	all := make([]time.Time, 0, n)
	given, weight := 0, 0.0
	for h, w := range hourly {
		weight += w
		due := int(float64(n)*weight/sum + 0.5)
		step := time.Hour / time.Duration(max(due-given, 1))
		for i := range due - given {
			at := day.Add(time.Duration(h)*time.Hour + time.Duration(i)*step + time.Duration(r.Int64N(int64(step))))
			all = append(all, at.Truncate(time.Millisecond))
		}
		given = due
	}
	return all
}

package store

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"sansheng/store/table"
)

// million is how many customers the benchmarks have.
const million = 1_000_000

// customersOf makes them: names of two and three letters, of which some are frequent,
// addresses of one city, half of the customers with two numbers.
func customersOf(b *testing.B) *Store {
	b.Helper()
	s := newStore(b)
	began := time.Now()
	for _, q := range []string{
		`INSERT INTO customer (id, company, name, address, account, flags, created_at, changed_at)
		 SELECT ('01900000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, CASE WHEN i % 10 = 0 THEN 'gas' ELSE 'demo' END,
		        substr('王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗', 1 + (i * 7 % 20), 1) || substr('伟芳娜敏静丽强磊军洋勇艳杰涛明超秀霞平刚', 1 + (i / 20 % 20), 1)
		            || CASE WHEN i % 2 = 0 THEN chr(20013 + i / 400 % 2000) ELSE '' END,
		        '上海市' || substr('黄浦徐汇长宁静安普陀虹口杨浦闵行宝山嘉定', 1 + 2 * (i % 10), 2) || '区' || chr(20013 + i % 500) || chr(20513 + i / 500 % 300) || '路' || i % 999 || '号',
		        'A' || i, CASE WHEN i % 1000 = 0 THEN '{vip}' ELSE '{}' END::text[], now(), now()
		 FROM generate_series(1, 1000000) AS i`,
		`INSERT INTO customer_number (company, number, customer_id, n)
		 SELECT company, (13000000000 + row_number() OVER (ORDER BY id))::text, id, 1 FROM customer`,
		`INSERT INTO customer_number (company, number, customer_id, n)
		 SELECT company, '+8621' || substr(number, 4), customer_id, 2 FROM customer_number WHERE number < '13000500000'`,
		`ANALYZE customer`, `ANALYZE customer_number`,
	} {
		if _, err := s.pool.Exec(b.Context(), q); err != nil {
			b.Fatal(err)
		}
	}
	b.Logf("a million customers made in %v", time.Since(began).Round(time.Second))
	return s
}

// latencies reports how long most and nearly all took.
func latencies(b *testing.B, took []time.Duration) {
	b.Helper()
	slices.Sort(took)
	at := func(q float64) float64 {
		return float64(took[min(int(q*float64(len(took))), len(took)-1)].Microseconds()) / 1000
	}
	b.ReportMetric(at(0.5), "p50-ms")
	b.ReportMetric(at(0.99), "p99-ms")
	b.ReportMetric(at(1), "max-ms")
}

// BenchmarkCustomers finds customers among a million by number, and searches and lists them.
func BenchmarkCustomers(b *testing.B) {
	s := customersOf(b)
	dice := rand.New(rand.NewPCG(1, 2))
	page := func(f func() CustomerFilter) func(*testing.B) error {
		return func(b *testing.B) error {
			_, err := s.Customers(b.Context(), f())
			return err
		}
	}
	for _, c := range []struct {
		name string
		do   func(*testing.B) error
	}{
		{"ByNumber", func(b *testing.B) error {
			i := 1 + dice.IntN(million)
			company := "demo"
			if i%10 == 0 {
				company = "gas"
			}
			_, err := s.CustomerByNumber(b.Context(), company, fmt.Sprint(13000000000+i))
			return err
		}},
		{"List", page(func() CustomerFilter {
			return CustomerFilter{Company: "demo", After: uuid.MustParse(fmt.Sprintf("01900000-0000-7000-8000-%012x", dice.IntN(million)))}
		})},
		{"NameOfTwo", page(func() CustomerFilter {
			return CustomerFilter{Company: "demo", Name: pick(dice, "王李张刘") + pick(dice, "伟芳娜敏")}
		})},
		{"NameOfTwoRare", page(func() CustomerFilter {
			return CustomerFilter{Company: "gas", Name: "伟" + string(rune(20013+dice.IntN(2000)))}
		})},
		{"NameNobodys", page(func() CustomerFilter { return CustomerFilter{Name: "欧阳" + pick(dice, "伟芳")} })},
		{"AddressOfMany", page(func() CustomerFilter { return CustomerFilter{Company: "gas", Address: "上海市"} })},
		{"AddressOfSome", page(func() CustomerFilter {
			return CustomerFilter{Company: "gas", Address: string(rune(20013+dice.IntN(500))) + string(rune(20513+dice.IntN(300))) + "路"}
		})},
		{"AddressOfDistrict", page(func() CustomerFilter {
			return CustomerFilter{Company: "gas", Address: "杨浦区", Name: pick(dice, "王李张刘") + pick(dice, "伟芳娜敏")}
		})},
		{"Account", page(func() CustomerFilter {
			return CustomerFilter{Company: "demo", Account: fmt.Sprint("A", 1+dice.IntN(million))}
		})},
		{"Flag", page(func() CustomerFilter { return CustomerFilter{Company: "gas", Flag: FlagVIP} })},
	} {
		b.Run(c.name, func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				began := time.Now()
				if err := c.do(b); err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(began))
			}
			latencies(b, took)
		})
	}
}

func pick(dice *rand.Rand, letters string) string {
	r := []rune(letters)
	return string(r[dice.IntN(len(r))])
}

// BenchmarkImport takes customers from a table, beside a million.
func BenchmarkImport(b *testing.B) {
	const lines = 20_000
	s := customersOf(b)
	round := 0
	for b.Loop() {
		b.StopTimer()
		round++
		var file strings.Builder
		file.WriteString("numbers,name,address\n")
		for i := range lines {
			fmt.Fprintf(&file, "1%d%08d,王小%c,上海市中山路 %d 号\n", 90+round, i, rune(20013+i%2000), i)
		}
		b.StartTimer()
		if done, err := importTable(b, s, file.String(), CustomerImport{}); err != nil || done.Created != lines {
			b.Fatalf("%+v, %v", done, err)
		}
	}
	b.ReportMetric(float64(b.N*lines)/b.Elapsed().Seconds(), "lines/s")
}

// BenchmarkExport writes a million customers into a table.
func BenchmarkExport(b *testing.B) {
	s := customersOf(b)
	for _, format := range table.Formats() {
		b.Run(string(format), func(b *testing.B) {
			for b.Loop() {
				w, err := table.New(io.Discard, format, "customers")
				if err != nil {
					b.Fatal(err)
				}
				n, err := s.WriteTable(b.Context(), Export{What: ExportCustomers}, w)
				if err = errors.Join(err, w.Close()); err != nil || n != million {
					b.Fatalf("%d, %v", n, err)
				}
			}
			b.ReportMetric(float64(b.N*million)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

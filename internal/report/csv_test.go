package report_test

import (
	"encoding/csv"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/report"
	"github.com/kgw-dev/kgw/internal/report/reporttest"
)

// TestCellIsNoFormula reads cells back, also as a program does that takes
// another separator or drops the quotes.
func TestCellIsNoFormula(t *testing.T) {
	names := append(reporttest.Hostile(), "=1+1", "+1", "-1", "@SUM(A1)", " =1", "a;=1", "a,=1", `a","=cmd|' /C calc'!A0`, `"=1`, "\t=1", "\r=1", "＝1", "a|@x", "'=1")
	for _, name := range names {
		cell := cellOf(name)
		got, err := csv.NewReader(strings.NewReader(cell + "\n")).ReadAll()
		if err != nil || len(got) != 1 || len(got[0]) != 1 {
			t.Errorf("%q: %v %q", name, err, cell)
			continue
		}
		reporttest.Terminal(t, cell)
		for _, part := range strings.FieldsFunc(cell, func(r rune) bool { return strings.ContainsRune(";,|\"", r) }) {
			if part = strings.TrimSpace(part); part != "" && strings.ContainsRune("=+-@＝＋－＠", []rune(part)[0]) {
				t.Errorf("%q: %q begins a formula in %q", name, part, cell)
			}
		}
	}
	if got := cellOf("GET /orders-1 = x"); got != `"GET /orders-1 = x"` {
		t.Errorf("got %s", got)
	}
}

// cellOf returns a text as the one cell of a table.
func cellOf(text string) string {
	t := report.Table{Rows: [][]report.Inline{{report.Plain(text)}}}
	return strings.Trim(t.CSV(), "\n")
}

func TestCSV(t *testing.T) {
	table := report.Table{Columns: report.Columns("host", "path"), Rows: [][]report.Inline{
		{report.Code("a.example.com"), report.Plain(`/"x"`)}, {report.Join(report.Bold("b"), report.Plain(", c")), nil},
	}}
	const want = `"host","path"` + "\n" + `"a.example.com","/""x"""` + "\n" + `"b, c",""` + "\n"
	if got := table.CSV(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

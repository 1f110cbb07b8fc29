package report

import (
	"strings"

	"github.com/kgw-dev/kgw/internal/lazyregexp"
)

// CSV returns the table for spreadsheets, each row on one line with every cell
// quoted. No cell is read as a formula there.
func (t *Table) CSV() string {
	var b strings.Builder
	line := func(n int, of func(i int) string) {
		for i := range n {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(csvCell(of(i)))
		}
		b.WriteByte('\n')
	}
	line(len(t.Columns), func(i int) string { return t.Columns[i].Name })
	for _, row := range t.Rows {
		line(len(row), func(i int) string { return row[i].Plain() })
	}
	return b.String()
}

// formula finds what a spreadsheet may read as the beginning of a formula: at the
// beginning of a cell, or of text that another separator would make a cell
// (https://owasp.org/www-community/attacks/CSV_Injection).
var formula = lazyregexp.New("(^|[;,|\"'])([ \u00a0]*)([=+\\-@＝＋－＠])")

// csvCell returns a text as a quoted cell, on one line.
func csvCell(s string) string {
	s = formula().ReplaceAllString(Visible(s), "$1$2'$3")
	return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
}

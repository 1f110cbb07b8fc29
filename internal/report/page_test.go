package report_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/kgw-dev/kgw/internal/report"
)

// TestPageKeepsItsLimit holds that a page keeps to its limit, that its last lines
// count each text that has no room, and that none is left out before one that is
// shown.
func TestPageKeepsItsLimit(t *testing.T) {
	rows := func(name string) (out []string) {
		for i := range 40 {
			out = append(out, report.TableRow(name, fmt.Sprintf("%03d é", i)))
		}
		return out
	}
	page := func(limit int) string {
		p := report.NewPage(limit, "head\n")
		p.Add("\n"+report.TableHead("", "call"), rows("call")...)
		p.Add("none")
		p.Add("\n"+report.TableHead("", "change"), rows("change")...)
		return p.End(func(n int) string { return report.Plural(n, "row left", "rows left") }, "tail\n")
	}
	all := page(1 << 16)
	if strings.Count(all, "| call | 0")+strings.Count(all, "| change | 0") != 80 || strings.Contains(all, "none") || strings.Contains(all, "left") || !strings.HasSuffix(all, "tail\n") {
		t.Errorf("with room for all:\n%s", all)
	}
	for limit := range len(all) + 300 {
		got := page(limit)
		if len(got) > limit || !utf8.ValidString(got) {
			t.Fatalf("%d bytes of at most %d:\n%s", len(got), limit, got)
		}
		shown := strings.Count(got, "| call | 0") + strings.Count(got, "| change | 0")
		if limit < 400 || shown == 80 {
			continue
		}
		if want := fmt.Sprintf("\n%s\ntail\n", report.Plural(80-shown, "row left", "rows left")); !strings.HasPrefix(got, "head\n") || !strings.HasSuffix(got, want) {
			t.Fatalf("at most %d bytes: no %q in\n%s", limit, want, got)
		}
		if strings.Contains(got, "| change | 0") && !strings.Contains(got, "| call | 039") {
			t.Fatalf("at most %d bytes: a row is left out before one that is shown:\n%s", limit, got)
		}
	}
}

func TestTable(t *testing.T) {
	const want = "| | a | b |\n|---|---|---|\n| x |  | z |\n"
	if got := report.TableHead("", "a", "b") + report.TableRow("x", "", "z"); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

package report_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kgw-dev/kgw/internal/report"
	"github.com/kgw-dev/kgw/internal/report/reporttest"
)

func junit(t *testing.T, suites ...report.Suite) *reporttest.Suites {
	t.Helper()
	var b strings.Builder
	if err := report.JUnit(&b, suites); err != nil {
		t.Fatal(err)
	}
	reporttest.Runner(t, b.String())
	reporttest.Terminal(t, b.String())
	return reporttest.JUnit(t, b.String())
}

func TestJUnit(t *testing.T) {
	fault := &report.Failure{Message: "m", Type: "KGW402", Text: "a.yaml:1:2: m\n"}
	got := junit(t, report.Suite{Name: "a.yaml", Cases: []report.Case{{Class: "c", Name: "passes", Out: "said\n"}, {Name: "fails", Failure: fault}}},
		report.Suite{Name: "b.yaml", Cases: []report.Case{{Name: "broken", File: "b.yaml", Line: 3, Error: fault}}})
	want := []struct {
		suite string
		c     reporttest.TestCase
	}{
		{"a.yaml", reporttest.TestCase{Class: "c", Name: "passes", Time: "0", Out: "said\n"}},
		{"a.yaml", reporttest.TestCase{Name: "fails", Time: "0", Failure: &reporttest.TestFailure{Message: "m", Type: "KGW402", Text: "a.yaml:1:2: m\n"}}},
		{"b.yaml", reporttest.TestCase{Name: "broken", Time: "0", File: "b.yaml", Line: 3, Error: &reporttest.TestFailure{Message: "m", Type: "KGW402", Text: "a.yaml:1:2: m\n"}}},
	}
	for _, s := range got.Suites {
		for _, c := range s.Cases {
			if len(want) == 0 {
				t.Fatalf("one more: %+v", c)
			}
			if diff := cmp.Diff(want[0].c, c); s.Name != want[0].suite || diff != "" {
				t.Errorf("in %s: %s", s.Name, diff)
			}
			want = want[1:]
		}
	}
	if len(want) > 0 {
		t.Errorf("%d are missing", len(want))
	}
}

// TestJUnitIsText: texts of inputs are texts in a report.
func TestJUnitIsText(t *testing.T) {
	for _, name := range reporttest.Hostile() {
		text := report.XMLText(report.Visible(name))
		got := junit(t, report.Suite{Name: name, Cases: []report.Case{{Class: name, Name: name, File: name, Failure: &report.Failure{Message: name, Type: name, Text: report.Lines(name)}}}})
		c := got.Suites[0].Cases[0]
		for _, got := range []string{got.Suites[0].Name, c.Class, c.Name, c.File, c.Failure.Message, c.Failure.Type} {
			if got != text {
				t.Errorf("got %q, want %q", got, text)
			}
		}
	}
}

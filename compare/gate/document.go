package gate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/report"
)

// inTables are the codes of findings about changes and calls, which are rows of
// tables.
var inTables = []diag.Code{diag.ChangeForbidden, diag.CallBreaks, diag.CallMayBreak}

// Document returns the report with forbidden changes first.
func (r *Report) Document() *report.Document {
	title := "passes"
	if r.Failed() {
		title = "fails"
	}
	calls := &report.Table{Columns: report.Columns("", "call", "before", "after", "recorded in", "id")}
	for i := range r.Calls {
		calls.Rows = append(calls.Rows, r.Calls[i].row())
	}
	rows := &report.Table{Columns: report.Columns("", "requests", "before", "after", "witness", "place", "id")}
	for _, v := range []Verdict{Forbidden, Allowed, Passed} {
		for i := range r.Changes {
			if c := &r.Changes[i]; c.Verdict == v {
				rows.Rows = append(rows.Rows, c.row())
			}
		}
	}
	return &report.Document{
		Title: report.Plain("kgw gate " + title), Level: 3,
		Intro:  report.Join(report.Plain("Against "), report.Code(r.Before), report.Plain(": "+strings.TrimPrefix(r.Count(), "gate: ")+". Forbidden are "+strings.Join(r.Fail, ", ")+".")),
		Blocks: []report.Block{calls, rows, r.furtherFindings()},
		Left: func(n int) string {
			return report.Plural(n, "more row is left out", "more rows are left out") + ": the comment has no more room. The report of the job has them all."
		},
	}
}

// furtherFindings lists the notes and the findings that have no row in the tables.
func (r *Report) furtherFindings() report.List {
	var out report.List
	for i := range r.Findings {
		if f := &r.Findings[i]; f.Severity >= diag.Warning && !slices.Contains(inTables, f.Code) {
			out = append(out, report.Item{Text: report.Plain(fmt.Sprintf("%s %s: %s", f.Code, placeOf(f), f.Message))})
		}
	}
	for _, n := range r.Notes {
		out = append(out, report.Item{Text: report.Plain("Note: " + n)})
	}
	return out
}

func placeOf(f *diag.Finding) string { return fmt.Sprintf("%s:%d", f.Span.File, f.Span.Line) }

// row returns the change in a table.
func (c *Change) row() []report.Inline {
	place := ""
	if places := c.Places(); len(places) > 0 {
		place = places[len(places)-1]
	}
	verdict := report.Plain(string(c.Verdict))
	switch c.Verdict {
	case Forbidden:
		verdict = report.Bold(string(c.Verdict))
	case Allowed:
		verdict = report.Plain(string(c.Verdict) + " until " + c.Until + ": " + c.Reason)
	case Passed:
	}
	return []report.Inline{
		report.Join(report.Plain(string(c.Kind)+" "), verdict), report.Code(c.Requests), report.Plain(c.Before), report.Plain(c.After),
		report.Code(c.Witness.String()), report.Plain(place), report.Code(c.ID),
	}
}

package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/compare/gate"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/report"
)

// maxGateComment leaves room for what the script of a forge adds to a comment.
const maxGateComment = report.MaxComment - 1024

// inTables are the codes of findings about changes and calls, which have rows of their
// own.
var inTables = []diag.Code{diag.ChangeForbidden, diag.CallBreaks, diag.CallMayBreak}

// markdown returns a comment of at most limit bytes: what is forbidden first. Rows
// that do not fit are counted.
func (r *gateReport) markdown(limit int) string {
	title := "passes"
	if r.hasFailed() {
		title = "fails"
	}
	p := report.NewPage(limit, fmt.Sprintf("### kgw gate %s\n\nAgainst %s: %s. Forbidden are %s.\n", title, report.Code(r.Before), report.Literal(strings.TrimPrefix(r.count(), "gate: ")), strings.Join(r.Fail, ", ")))
	var calls, changes, said []string
	for i := range r.Calls {
		calls = append(calls, r.Calls[i].row())
	}
	for _, v := range []gate.Verdict{gate.Forbidden, gate.Allowed, gate.Passed} {
		for i := range r.Changes {
			if c := &r.Changes[i]; c.Verdict == v {
				changes = append(changes, c.row())
			}
		}
	}
	for i := range r.findings {
		if f := &r.findings[i]; f.Severity >= diag.Warning && !slices.Contains(inTables, f.Code) {
			said = append(said, fmt.Sprintf("- %s %s: %s\n", f.Code, report.Literal(placeOf(f)), report.Literal(f.Message)))
		}
	}
	for _, n := range r.Notes {
		said = append(said, "- Note: "+report.Literal(n)+"\n")
	}
	p.Add("\n"+report.TableHead("", "call", "before", "after", "recorded in", "id"), calls...)
	p.Add("\n"+report.TableHead("", "requests", "before", "after", "witness", "place", "id"), changes...)
	p.Add("\n", said...)
	return p.End(func(n int) string {
		return report.Plural(n, "more row is left out", "more rows are left out") + ": the comment has no more room. The report of the job has them all."
	}, "")
}

func placeOf(f *diag.Finding) string { return fmt.Sprintf("%s:%d", f.Span.File, f.Span.Line) }

// row is the change in a table.
func (c *gateChange) row() string {
	place := ""
	if places := c.Places(); len(places) > 0 {
		place = places[len(places)-1]
	}
	verdict := string(c.Verdict)
	switch c.Verdict {
	case gate.Forbidden:
		verdict = "**" + verdict + "**"
	case gate.Allowed:
		verdict += " until " + c.Until + ": " + report.Cell(c.Reason)
	case gate.Passed:
	}
	return report.TableRow(string(c.Kind)+" "+verdict, report.Code(c.Requests), report.Cell(c.Before), report.Cell(c.After),
		report.Code(c.Witness.String()), report.Cell(place), report.Code(c.ID))
}

package main

import (
	"fmt"
	"io"
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

// block is a part of a comment: what comes before its rows, and the rows.
type block struct {
	head string
	rows []string
}

// markdown writes a comment of at most limit bytes: what is forbidden first. Rows
// that do not fit are counted.
func (r *gateReport) markdown(w io.Writer, limit int) {
	title := "passes"
	if r.hasFailed() {
		title = "fails"
	}
	head := fmt.Sprintf("### kgw gate %s\n\nAgainst %s: %s. Forbidden are %s.\n", title, report.Code(r.Before), report.Literal(strings.TrimPrefix(r.count(), "gate: ")), strings.Join(r.Fail, ", "))
	const table = "\n| | requests | before | after | witness | place | id |\n|---|---|---|---|---|---|---|\n"
	changes := block{head: table}
	for _, v := range []gate.Verdict{gate.Forbidden, gate.Allowed, gate.Passed} {
		for i := range r.Changes {
			if c := &r.Changes[i]; c.Verdict == v {
				changes.rows = append(changes.rows, c.row())
			}
		}
	}
	broken := block{head: "\n| | call | before | after | recorded in | id |\n|---|---|---|---|---|---|\n"}
	for i := range r.Calls {
		broken.rows = append(broken.rows, r.Calls[i].row())
	}
	said := block{head: "\n"}
	for i := range r.findings {
		if f := &r.findings[i]; f.Severity >= diag.Warning && !slices.Contains(inTables, f.Code) {
			said.rows = append(said.rows, fmt.Sprintf("- %s %s: %s\n", f.Code, report.Literal(placeOf(f)), report.Literal(f.Message)))
		}
	}
	for _, n := range r.Notes {
		said.rows = append(said.rows, "- Note: "+report.Literal(n)+"\n")
	}
	fmt.Fprint(w, joinBlocks(head, limit, broken, changes, said))
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
	return fmt.Sprintf("| %s %s | %s | %s | %s | %s | %s | %s |\n", c.Kind, verdict, report.Code(c.Requests), report.Cell(c.Before), report.Cell(c.After),
		report.Code(c.Witness.String()), report.Cell(place), report.Code(c.ID))
}

// joinBlocks joins a head and blocks to at most limit bytes. The last line
// counts the rows that are left out.
func joinBlocks(head string, limit int, blocks ...block) string {
	const tail = "\n%s: the comment has no more room. The report of the job has them all.\n"
	var out strings.Builder
	out.WriteString(head)
	room, left := limit-len(head)-len(tail)-len("1000000 more rows are left out"), 0
	for _, b := range blocks {
		begun := false
		for _, row := range b.rows {
			need := len(row)
			if !begun {
				need += len(b.head)
			}
			if left > 0 || need > room {
				left++
				continue
			}
			if !begun {
				out.WriteString(b.head)
				begun = true
			}
			out.WriteString(row)
			room -= need
		}
	}
	if left > 0 {
		fmt.Fprintf(&out, tail, report.Plural(left, "more row is left out", "more rows are left out"))
	}
	return out.String()
}

package main

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/report"
	"github.com/kgw-dev/kgw/migrate"
	"github.com/kgw-dev/kgw/schema"
)

// assessFormats are the forms of an assessment.
var assessFormats = map[string]func(io.Writer, *migrate.Assessment) error{
	"text": writeAssessmentText, "json": writeAssessmentJSON, "markdown": writeAssessmentMarkdown,
}

// assessmentOutputs returns the formats of an assessment. Findings go to standard
// error as text.
func (a *app) assessmentOutputs(f *migrateFlags) ([]output, error) {
	if !f.assess {
		return nil, nil
	}
	values := a.formatsOfCI(f.formats, ownFormats)
	f.formats = nil
	return outputsOf(values, ownFormats)
}

// writeAssessment prints how far the inputs can be moved. Inputs that cannot be
// read are reported to standard error.
func (a *app) writeAssessment(f *migrateFlags, outputs []output, result *migrate.Result, report *compile.Result) error {
	assessment := result.Assess(f.to, report.Findings.Masked(a.secrets))
	addUnread(assessment, result, report.Findings.Masked(a.secrets))
	err := a.writeReport(a.stdout, outputs, func(w io.Writer, o output) error { return assessFormats[o.format](w, assessment) })
	if err != nil {
		return err
	}
	unread := &compile.Result{Fatal: report.Fatal}
	for _, finding := range report.Findings {
		if finding.Code < diag.UnknownField {
			unread.Findings = append(unread.Findings, finding)
		}
	}
	if len(unread.Findings) == 0 {
		return nil
	}
	unread.Summary.Count(unread.Findings)
	return a.report(a.stderr, &f.inputFlags, unread)
}

// addUnread counts the resources in files of which no document could be read, as
// far as their text shows them.
func addUnread(to *migrate.Assessment, result *migrate.Result, found diag.List) {
	read := map[string]bool{}
	for i := range result.Documents {
		read[result.Documents[i].Doc.File.Name] = true
	}
	for _, file := range result.Files {
		n := schema.Sieve.Count(file.Data)
		at := slices.IndexFunc(found, func(g diag.Finding) bool { return g.Span.File == file.Name && g.Code < diag.UnknownField })
		if read[file.Name] || n == 0 || at < 0 {
			continue
		}
		g := &found[at]
		to.Documents += n
		to.Broken += n
		rule, _ := diag.Lookup(g.Code)
		to.Reasons = append(to.Reasons, migrate.Reason{Code: g.Code, Name: rule.Name, Summary: rule.Summary, Documents: n, Resources: []migrate.Left{{
			File: file.Name, Line: g.Span.Line, Kind: "APIRule",
			Decisions: []migrate.Decision{{Code: g.Code, Line: g.Span.Line, Column: g.Span.Column, Message: g.Message, Help: g.Help}},
		}}})
	}
}

func writeAssessmentJSON(w io.Writer, a *migrate.Assessment) error {
	return report.JSON(w, a)
}

func writeAssessmentText(w io.Writer, a *migrate.Assessment) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d move to %s by themselves, %d need a decision, %d are at it or newer, %d are in broken files\n",
		report.Counted(a.Documents, "resource"), a.Moves, a.To, a.Decisions, a.Current, a.Broken)
	for _, r := range a.Reasons {
		fmt.Fprintf(&b, "\n%s %s, %s: %s\n", r.Code, r.Name, report.Counted(r.Documents, "resource"), r.Summary)
		for _, l := range r.Resources {
			fmt.Fprintf(&b, "  %s:%d %s %s\n", report.Visible(l.File), l.Line, report.Visible(l.Kind), report.Visible(l.Name))
			for _, d := range l.Decisions {
				fmt.Fprintf(&b, "    line %d: %s\n", d.Line, report.Visible(d.Message))
				if d.Help != "" {
					fmt.Fprintf(&b, "      %s\n", report.Visible(d.Help))
				}
			}
		}
	}
	if len(a.Notes) > 0 {
		b.WriteString("\nfor the resources that move:\n")
	}
	for _, n := range a.Notes {
		fmt.Fprintf(&b, "  %s %s, %d in %s: %s\n", n.Code, n.Name, n.Findings, report.Counted(n.Documents, "resource"), n.Summary)
	}
	_, err := io.WriteString(w, report.Lines(b.String()))
	return err
}

func writeAssessmentMarkdown(w io.Writer, a *migrate.Assessment) error {
	_, err := io.WriteString(w, assessmentDocument(a).Markdown(report.NoLimit))
	return err
}

// assessmentDocument returns the assessment with the remaining resources by reason.
func assessmentDocument(a *migrate.Assessment) *report.Document {
	number := func(n int) report.Inline { return report.Plain(strconv.Itoa(n)) }
	d := &report.Document{Title: report.Plain("Migration to " + string(a.To)), Level: 1}
	d.Add(&report.Table{Columns: []report.Column{{}, {Name: "resources", Number: true}}, Rows: [][]report.Inline{
		{report.Plain("move by themselves"), number(a.Moves)},
		{report.Plain("need a decision"), number(a.Decisions)},
		{report.Plain(fmt.Sprintf("are at %s or newer", a.To)), number(a.Current)},
		{report.Plain("are in broken files"), number(a.Broken)},
		{report.Bold("all"), report.Bold(strconv.Itoa(a.Documents))},
	}})
	if len(a.Reasons) > 0 {
		t := &report.Table{Columns: []report.Column{{Name: "reason"}, {Name: "resources", Number: true}, {}}}
		for _, r := range a.Reasons {
			t.Rows = append(t.Rows, []report.Inline{report.Plain(string(r.Code) + " " + r.Name), number(r.Documents), report.Plain(r.Summary)})
		}
		d.Add(report.Heading{Level: 2, Text: report.Plain("Left, by reason")}, t)
	}
	for _, r := range a.Reasons {
		d.Add(report.Heading{Level: 3, Text: report.Plain(string(r.Code) + " " + r.Name)}, leftList(r.Resources))
	}
	if len(a.Notes) > 0 {
		t := &report.Table{Columns: []report.Column{{Name: "finding"}, {Name: "times", Number: true}, {Name: "resources", Number: true}, {}}}
		for _, n := range a.Notes {
			t.Rows = append(t.Rows, []report.Inline{report.Plain(string(n.Code) + " " + n.Name), number(n.Findings), number(n.Documents), report.Plain(n.Summary)})
		}
		d.Add(report.Heading{Level: 2, Text: report.Plain("Findings about the resources that move")}, t)
	}
	return d
}

// leftList lists the remaining resources with the decisions that they need.
func leftList(resources []migrate.Left) report.List {
	var out report.List
	for _, l := range resources {
		item := report.Item{Text: report.Join(report.Code(fmt.Sprintf("%s:%d", l.File, l.Line)), report.Plain(" "+l.Kind+" "+l.Name))}
		for _, decision := range l.Decisions {
			text := fmt.Sprintf("line %d: %s", decision.Line, decision.Message)
			if decision.Help != "" {
				text += ". To do: " + decision.Help
			}
			item.Items = append(item.Items, report.Plain(text))
		}
		out = append(out, item)
	}
	return out
}

package main

import (
	"fmt"
	"io"
	"slices"
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

// assessmentOutputs returns the formats of an assessment, which are not those of
// findings: these go to standard error as text.
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

// addUnread counts the resources that files seem to hold of which no document
// could be read.
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
	var b strings.Builder
	fmt.Fprintf(&b, "# Migration to %s\n\n| | resources |\n|---|---:|\n| move by themselves | %d |\n| need a decision | %d |\n| are at %s or newer | %d |\n| are in broken files | %d |\n| **all** | **%d** |\n",
		a.To, a.Moves, a.Decisions, a.To, a.Current, a.Broken, a.Documents)
	if len(a.Reasons) > 0 {
		b.WriteString("\n## Left, by reason\n\n| reason | resources | |\n|---|---:|---|\n")
		for _, r := range a.Reasons {
			fmt.Fprintf(&b, "| %s %s | %d | %s |\n", r.Code, r.Name, r.Documents, r.Summary)
		}
	}
	for _, r := range a.Reasons {
		fmt.Fprintf(&b, "\n### %s %s\n", r.Code, r.Name)
		for _, l := range r.Resources {
			fmt.Fprintf(&b, "\n- %s %s %s\n", report.Code(fmt.Sprintf("%s:%d", l.File, l.Line)), report.Literal(l.Kind), report.Literal(l.Name))
			for _, d := range l.Decisions {
				fmt.Fprintf(&b, "  - line %d: %s", d.Line, report.Literal(d.Message))
				if d.Help != "" {
					fmt.Fprintf(&b, ". To do: %s", report.Literal(d.Help))
				}
				b.WriteByte('\n')
			}
		}
	}
	if len(a.Notes) > 0 {
		b.WriteString("\n## Findings about the resources that move\n\n| finding | times | resources | |\n|---|---:|---:|---|\n")
		for _, n := range a.Notes {
			fmt.Fprintf(&b, "| %s %s | %d | %d | %s |\n", n.Code, n.Name, n.Findings, n.Documents, n.Summary)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

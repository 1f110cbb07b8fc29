package main

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/diag"
)

// isColored reports whether text on the stream is coloured.
func (a *app) isColored(f *inputFlags, w io.Writer) bool {
	terminal := w == a.stdout && a.terminal.stdout || w == a.stderr && a.terminal.stderr
	return diag.ColorEnabled(f.color, a.getenv, terminal)
}

// report prints the findings of a run in every format asked for, to w where
// the format names no file, and sets the exit code.
func (a *app) report(w io.Writer, f *inputFlags, result *compile.Result) error {
	return a.reportWith(w, f, result, nil)
}

// reportWith is report with a value that the JSON form shows under "changes".
func (a *app) reportWith(w io.Writer, f *inputFlags, result *compile.Result, changes any) error {
	report := &diag.Report{Findings: result.Findings, Summary: result.Summary, Version: version(), Root: filepath.ToSlash(a.dir), Changes: changes, Secrets: a.secrets}
	for i := range result.Resources {
		report.Resources = append(report.Resources, result.Resources[i].Doc)
	}
	f.cutDown(report)
	outputs, err := outputsOf(f.formats, diag.Formats())
	if err != nil {
		return err
	}
	err = a.runTimed("report", func() error {
		return a.writeReport(w, outputs, func(out io.Writer, o output) error {
			r, err := diag.NewRenderer(o.format, o.file == "" && a.isColored(f, w))
			if err != nil {
				return usage("--format: %w", err)
			}
			return r.Render(out, report)
		})
	})
	if err != nil {
		return err
	}
	return a.judge(f, result)
}

// cutDown reduces a report to the findings that are shown: one for each fault, none
// below --severity.
func (f *inputFlags) cutDown(r *diag.Report) {
	r.Findings = r.Findings.Join()
	least, _ := diag.ParseSeverity(f.severity)
	if f.quiet {
		least = diag.Error
	}
	r.Findings = slices.DeleteFunc(r.Findings, func(g diag.Finding) bool { return g.Severity < least })
	r.Limit, r.Quiet = f.limit, f.quiet
	r.Summary.Count(r.Findings)
}

// judge sets the exit code that the result of a run asks for.
func (a *app) judge(f *inputFlags, result *compile.Result) error {
	if threshold, _ := diag.ParseSeverity(f.failOn); result.Findings.Max() >= threshold {
		a.fail(exitFindings)
	}
	if result.Fatal {
		a.fail(exitInput)
	}
	if len(result.Disagreements) > 0 {
		return &exitError{exitInternal, fmt.Errorf("internal error, please report it:\n%s", strings.Join(result.Disagreements, "\n"))}
	}
	return nil
}

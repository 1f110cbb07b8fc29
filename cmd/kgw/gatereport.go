package main

import (
	"fmt"
	"io"
	"path/filepath"

	"github.com/kgw-dev/kgw/compare/gate"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/report"
)

// maxGateComment leaves room for what the script of a forge adds to a comment.
const maxGateComment = report.MaxComment - 1024

// reportGate writes the report in every format asked for, and the findings about
// the inputs to standard error, and sets the exit code.
func (a *app) reportGate(f *gateFlags, outputs []output, r *gate.Report, s *gated) error {
	inputs := a.joinFindings(&f.inputFlags, s.before, s.after)
	r.Faults = inputs.Summary.Errors
	if err := a.tellFindings(&f.inputFlags, inputs); err != nil {
		return err
	}
	found := &diag.Report{Findings: r.Findings, Version: version(), Root: filepath.ToSlash(a.dir), Secrets: a.secrets}
	f.cutDown(found)
	found.Summary.Resources = s.after.Result.Summary.Resources
	if err := a.writeReport(a.stdout, outputs, func(w io.Writer, o output) error { return a.writeGate(f, w, o, r, found) }); err != nil {
		return err
	}
	if r.Failed() {
		a.fail(exitFindings)
	}
	a.judgeDiff(s.before, s.after)
	return a.appendSummary(r.Document().Markdown)
}

// writeGate writes the report in one format.
func (a *app) writeGate(f *gateFlags, w io.Writer, o output, r *gate.Report, found *diag.Report) error {
	switch o.format {
	case "markdown":
		_, err := io.WriteString(w, r.Document().Markdown(maxGateComment))
		return err
	case "json":
		return r.JSON(w, found)
	}
	renderer, err := diag.NewRenderer(o.format, o.file == "" && a.isColored(&f.inputFlags, a.stdout))
	if err != nil {
		return err
	}
	if err := renderer.Render(w, found); err != nil || o.format != "text" {
		return err
	}
	for i := range r.Changes {
		if c := &r.Changes[i]; c.Verdict == gate.Passed && !f.quiet {
			c.Text(w, "")
		}
	}
	for _, n := range r.Notes {
		fmt.Fprintf(w, "note: %s\n", report.Visible(n))
	}
	fmt.Fprintln(w, r.Count())
	return nil
}

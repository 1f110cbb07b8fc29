package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/compare"
	"github.com/kgw-dev/kgw/compare/diff"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/report"
)

// printDiff prints the findings and the differences in every format asked for, and
// sets the exit code for the findings.
func (a *app) printDiff(f *diffFlags, r *diff.Report, before, after *compare.Side) error {
	findings := a.joinFindings(&f.inputFlags, before, after)
	if err := a.tellBeside(f, findings, "text", "markdown"); err != nil {
		return err
	}
	err := a.writeDiff(f, before, after, &comparison{r.Findings(), r.Totals(), func(w io.Writer, o output) error {
		return a.formatDiff(f, o, w, r, findings)
	}})
	if err != nil {
		return err
	}
	if err := a.writeStepSummary(f, r, findings); err != nil {
		return err
	}
	a.judgeDiff(before, after)
	return a.runExternalDiff(r)
}

// comparison has the differences of two sides as findings and in one line. write
// prints them in their own formats.
type comparison struct {
	found  diag.List
	totals string
	write  func(io.Writer, output) error
}

// ownFormats are the formats of differences. All others are formats of findings.
var ownFormats = []string{"text", "json", "markdown"}

// writeDiff writes a comparison in every format asked for. Formats of findings
// include the findings about both sides.
func (a *app) writeDiff(f *diffFlags, before, after *compare.Side, c *comparison) error {
	c.found = diag.Levels{}.Apply(c.found)
	c.found.Resolve()
	return a.writeReport(a.stdout, f.outputs, func(w io.Writer, o output) error {
		if slices.Contains(ownFormats, o.format) {
			return c.write(w, o)
		}
		side, printed := before, o.format == "github" || o.format == "azure"
		if before.Result != nil && (printed || o.format == "gitlab") {
			side = &compare.Side{} // annotations of a change do not mention the state before it
		}
		r := a.joinFindings(&f.inputFlags, side, after)
		r.Findings = append(r.Findings, c.found...)
		r.Findings.Sort()
		r.Summary.Count(r.Findings)
		renderer, err := diag.NewRenderer(o.format, false)
		if err != nil {
			return err
		}
		if err := renderer.Render(w, r); err != nil || !printed {
			return err
		}
		_, err = fmt.Fprintln(w, "kgw diff: "+c.totals)
		return err
	})
}

// joinFindings returns one report of the findings about both sides, as far as they
// are to be shown.
func (a *app) joinFindings(f *inputFlags, before, after *compare.Side) *diag.Report {
	r := &diag.Report{Findings: append(append(diag.List{}, before.Found...), after.Found...), Version: version(), Root: filepath.ToSlash(a.dir), Secrets: a.secrets}
	r.Findings.Sort()
	f.cutDown(r)
	if after.Result != nil {
		r.Summary.Resources, r.Summary.Objects = after.Result.Summary.Resources, after.Result.Summary.Objects
		r.Summary.Suppressed = after.Result.Summary.Suppressed
	}
	return r
}

func (a *app) formatDiff(f *diffFlags, o output, w io.Writer, r *diff.Report, found *diag.Report) error {
	view := diff.View{Before: r.Before, After: r.After, Context: f.context, Color: o.file == "" && a.isColored(&f.inputFlags, a.stdout)}
	text := ""
	switch {
	case o.format == "json":
		return writeDiffJSON(w, r, found)
	case o.format == "markdown":
		text = r.Document(view, f.summary).Markdown(report.MaxComment)
	case f.summary:
		text = r.Summary(view)
	case a.getenv("KUBECTL_EXTERNAL_DIFF") == "" || o.file != "":
		text = r.Text(view)
	}
	_, err := io.WriteString(w, text)
	return err
}

// tellBeside prints findings to standard error if a format that does not include
// them is asked for.
func (a *app) tellBeside(f *diffFlags, found *diag.Report, formats ...string) error {
	if !slices.ContainsFunc(f.outputs, func(o output) bool { return slices.Contains(formats, o.format) }) {
		return nil
	}
	return a.tellFindings(&f.inputFlags, found)
}

// tellFindings prints findings for people to standard error, if there are any.
func (a *app) tellFindings(f *inputFlags, found *diag.Report) error {
	if len(found.Findings) == 0 {
		return nil
	}
	return diag.Text{Color: a.isColored(f, a.stderr)}.Render(a.stderr, found)
}

// writeDiffJSON returns the report of the findings with the differences in it. The
// shape is public: additions only.
func writeDiffJSON(w io.Writer, r *diff.Report, found *diag.Report) error {
	n := &found.Summary
	return report.JSON(w, struct {
		Before      string         `json:"before"`
		After       string         `json:"after"`
		Differences []diff.Item    `json:"differences"`
		Findings    any            `json:"findings"`
		Summary     map[string]int `json:"summary"`
	}{r.Before, r.After, r.Items(), found.JSON().Findings, map[string]int{
		"errors": n.Errors, "warnings": n.Warnings, "infos": n.Infos, "suppressed": n.Suppressed, "resources": n.Resources, "objects": n.Objects,
		"created": r.Count(diff.Create), "changed": r.Count(diff.Update), "renamed": r.Count(diff.Rename), "deleted": r.Count(diff.Delete),
		"unchanged": r.Same, "skipped": r.Skipped,
	}})
}

// judgeDiff sets the exit code for findings, which is never 1, since that means
// differences. A question that a cluster does not answer counts as an input that
// cannot be read.
func (a *app) judgeDiff(sides ...*compare.Side) {
	for _, s := range sides {
		for i := range s.Found {
			if s.Found[i].Severity < diag.Error {
				continue
			}
			a.fail(exitUsage)
			if strings.HasPrefix(string(s.Found[i].Code), "KGW6") {
				a.fail(exitInput)
			}
		}
		if s.Fatal {
			a.fail(exitInput)
		}
	}
}

// writeStepSummary appends to the summary of a GitHub job.
func (a *app) writeStepSummary(f *diffFlags, r *diff.Report, found *diag.Report) error {
	return a.appendSummary(func(room int) string {
		view := diff.View{Before: r.Before, After: r.After, Context: f.context}
		text := r.Document(view, f.summary).Markdown(room)
		if n := found.Summary.Errors + found.Summary.Warnings; n > 0 && len(text)+footnote < room {
			text += fmt.Sprintf("\n%s and %s in the inputs.\n", report.Counted(found.Summary.Errors, "error"), report.Counted(found.Summary.Warnings, "warning"))
		}
		return text
	})
}

// appendSummary appends a text to the summary of a GitHub job, if there is one;
// write gets the number of bytes that are left.
func (a *app) appendSummary(write func(room int) string) error {
	file := a.getenv("GITHUB_STEP_SUMMARY")
	if a.getenv("GITHUB_ACTIONS") != "true" || file == "" {
		return nil
	}
	room := report.MaxSummary
	if info, err := os.Stat(a.abs(file)); err == nil {
		room -= int(info.Size())
	}
	out, err := os.OpenFile(a.abs(file), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err == nil {
		_, err = out.WriteString(write(room))
		err = errors.Join(err, out.Close())
	}
	if err != nil {
		return &exitError{exitInput, fmt.Errorf("cannot write the job summary: %w", err)}
	}
	return nil
}

const footnote = 100 // bytes of the line about findings, at most

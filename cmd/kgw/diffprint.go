package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/kgw-dev/kgw/compare"
	"github.com/kgw-dev/kgw/compare/diff"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/report"
)

// printDiff prints what was found and what differs, in every format asked for,
// and sets the exit code that findings ask for.
func (a *app) printDiff(f *diffFlags, r *diff.Report, before, after *compare.Side) error {
	findings := a.findings(&f.inputFlags, before, after)
	outputs, err := outputsOf(f.views, diffFormats)
	if err != nil {
		return err
	}
	err = a.writeReport(a.stdout, outputs, func(w io.Writer, o output) error {
		if o.format == "github" && before.Result != nil { // nothing can be repaired where a state is over
			return a.formatDiff(f, o, w, r, a.findings(&f.inputFlags, &compare.Side{}, after))
		}
		return a.formatDiff(f, o, w, r, findings)
	})
	if err != nil {
		return err
	}
	if err := a.stepSummary(f, r, findings); err != nil {
		return err
	}
	a.judgeDiff(before, after)
	return a.externalDiff(r)
}

// findings is one report of what was found on both sides, as much of it as is to
// be shown.
func (a *app) findings(f *inputFlags, before, after *compare.Side) *diag.Report {
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
	view := diff.View{Before: r.Before, After: r.After, Context: f.context, Color: o.file == "" && a.color(&f.inputFlags, a.stdout)}
	if o.format == "json" {
		return diffJSON(w, r, found)
	}
	text := ""
	switch o.format {
	case "github":
		if err := (diag.GitHub{}).Render(w, found); err != nil {
			return err
		}
		text = r.GitHub()
	case "markdown":
		text = r.Markdown(view, report.MaxComment, f.summary)
	default:
		if f.summary {
			text = r.Summary(view)
		} else if a.getenv("KUBECTL_EXTERNAL_DIFF") == "" || o.file != "" {
			text = r.Text(view)
		}
	}
	if o.format != "github" {
		if err := a.tellFindings(&f.inputFlags, found); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w, text)
	return err
}

// tellFindings prints findings for people to standard error, if there are any.
func (a *app) tellFindings(f *inputFlags, found *diag.Report) error {
	if len(found.Findings) == 0 {
		return nil
	}
	return diag.Text{Color: a.color(f, a.stderr)}.Render(a.stderr, found)
}

// diffJSON is the report of the findings with the differences in it. The shape
// is public: additions only.
func diffJSON(w io.Writer, r *diff.Report, found *diag.Report) error {
	var b bytes.Buffer
	if err := (diag.JSON{}).Render(&b, found); err != nil {
		return err
	}
	var base struct {
		Findings json.RawMessage `json:"findings"`
		Summary  map[string]any  `json:"summary"`
	}
	if err := json.Unmarshal(b.Bytes(), &base); err != nil {
		return err
	}
	for op, key := range map[diff.Op]string{diff.Create: "created", diff.Update: "changed", diff.Rename: "renamed", diff.Delete: "deleted"} {
		base.Summary[key] = r.Count(op)
	}
	base.Summary["unchanged"], base.Summary["skipped"] = r.Same, r.Skipped
	return report.JSON(w, struct {
		Before      string          `json:"before"`
		After       string          `json:"after"`
		Differences []diff.Item     `json:"differences"`
		Findings    json.RawMessage `json:"findings"`
		Summary     map[string]any  `json:"summary"`
	}{r.Before, r.After, r.Items(), base.Findings, base.Summary})
}

// judgeDiff sets the exit code of what was found: never 1, which means
// differences. A question that a cluster does not answer counts as an input
// that cannot be read.
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

// stepSummary appends to the summary of a GitHub job.
func (a *app) stepSummary(f *diffFlags, r *diff.Report, found *diag.Report) error {
	return a.appendSummary(func(room int) string {
		view := diff.View{Before: r.Before, After: r.After, Context: f.context}
		text := r.Markdown(view, room, f.summary)
		if n := found.Summary.Errors + found.Summary.Warnings; n > 0 && len(text)+footnote < room {
			text += fmt.Sprintf("\n%s and %s in the inputs.\n", report.Counted(found.Summary.Errors, "error"), report.Counted(found.Summary.Warnings, "warning"))
		}
		return text
	})
}

// appendSummary appends a text to the summary of a GitHub job, if there is one;
// write gets the number of bytes that there is room for.
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

package main

import (
	"fmt"
	"io"

	"github.com/kgw-dev/kgw/compare"
	"github.com/kgw-dev/kgw/internal/report"
	"github.com/kgw-dev/kgw/prove/changes"
	"github.com/kgw-dev/kgw/prove/classes"
)

// showSemantic compares both sides by class of requests and prints what is
// answered differently.
func (a *app) showSemantic(f *diffFlags, before, after *compare.Side) error {
	a.collectRarely()
	before, after, notes := supposeMissing(before, after)
	var found *classes.Report
	a.runStage("compare", func() { found = compare.Classes(before, after, f.scope()) })
	found.Notes = append(found.Notes, notes...)
	if err := a.printSemantic(f, changes.New(found, a.secrets), before, after); err != nil {
		return err
	}
	if !f.exitZero && found.Has(f.grave...) {
		a.fail(exitDifferent)
	}
	return nil
}

// printSemantic prints the report in every format asked for, and the findings
// about the inputs.
func (a *app) printSemantic(f *diffFlags, r *changes.Report, before, after *compare.Side) error {
	if err := a.tellBeside(f, a.joinFindings(&f.inputFlags, before, after), ownFormats...); err != nil {
		return err
	}
	r.Before, r.After = before.Name, after.Name
	err := a.writeDiff(f, before, after, &comparison{r.Findings(), r.Totals(), func(w io.Writer, o output) error { return r.Write(w, o.format) }})
	if err != nil {
		return err
	}
	a.judgeDiff(before, after)
	return a.appendSummary(func(room int) string {
		d := r.Document()
		d.Title, d.Level = report.Plain(fmt.Sprintf("kgw diff --semantic: %s to %s", before.Name, after.Name)), 3
		return d.Markdown(room)
	})
}

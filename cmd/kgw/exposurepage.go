package main

import (
	"fmt"
	"io"

	"github.com/kgw-dev/kgw/compare"
	"github.com/kgw-dev/kgw/exposure"
	"github.com/kgw-dev/kgw/exposure/page"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/prove/changes"
)

// writePage writes a report as a page.
func (a *app) writePage(f *reportFlags, paths []string, r *exposure.Report) error {
	p := &page.Page{Inputs: paths, Report: r}
	if f.against != "" {
		var err error
		if p.Changes, err = a.changed(f, paths); err != nil || p.Changes == nil {
			return err
		}
	}
	return a.writeReport(nil, []output{{file: f.html}}, func(w io.Writer, _ output) error { return page.Write(w, p) })
}

// changed compares what the paths name with the state that --against names. Nil
// means that a configuration is at fault and was reported. What could not be
// compared is in the notes.
func (a *app) changed(f *reportFlags, paths []string) (*changes.Report, error) {
	d := &diffFlags{inputFlags: f.inputFlags, sideFlags: sideFlags{against: f.against}}
	before, after, err := a.sides(d, paths)
	if err != nil || before == nil {
		return nil, err
	}
	a.compareMuch()
	before, after, notes := supposed(before, after)
	found := compare.Classes(before, after, d.scope())
	for _, f := range before.Found.Masked(a.secrets) {
		if f.Severity >= diag.Warning { // the before side is not, or not wholly, what is compared
			notes = append(notes, fmt.Sprintf("%s: %s", f.Code, f.Message))
		}
	}
	if before.Fatal {
		a.fail(exitInput)
	}
	found.Notes = append(found.Notes, notes...)
	out := changes.New(found, a.secrets)
	out.Before, out.After = before.Name, after.Name
	return out, nil
}

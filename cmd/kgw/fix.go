package main

import (
	"fmt"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/compile/fix"
	"github.com/kgw-dev/kgw/internal/edit"
	"github.com/kgw-dev/kgw/internal/report"
	"github.com/kgw-dev/kgw/internal/source"
)

// fix applies the patch and reports the remaining findings.
func (a *app) fix(f *validateFlags, patch *fix.Patch) error {
	var files []edit.Replacement
	for _, p := range patch.Files {
		if p.File.Rendered {
			return usage("%s is rendered, so that it cannot be fixed in place: --fix --diff prints what to change in its source", p.File.Name)
		}
		files = append(files, edit.Replacement{Path: a.abs(p.File.Name), Old: p.File.Data, New: p.Data})
	}
	if err := edit.Replace(files); err != nil {
		return &exitError{exitInput, fmt.Errorf("nothing was fixed: %w", err)}
	}
	if err := a.report(a.stdout, &f.inputFlags, patch.Result); err != nil {
		return err
	}
	a.say("fixed %s in %s", report.Counted(patch.Fixed, "finding"), report.Counted(len(files), "file"))
	return nil
}

// showPatch prints the patch to standard output and all findings to standard error.
// If there is a patch, the exit code is that of findings.
func (a *app) showPatch(f *validateFlags, patch *fix.Patch, before *compile.Result) error {
	if err := a.report(a.stderr, &f.inputFlags, before); err != nil {
		return err
	}
	for _, p := range patch.Files {
		a.fail(exitFindings)
		if err := a.printPatch(p.File, p.Data); err != nil {
			return err
		}
	}
	return nil
}

// printPatch prints the changes of a file. Secrets are masked, so that a patch that
// shows "***" does not apply.
func (a *app) printPatch(before *source.File, data []byte) error {
	after := &source.File{Name: before.Name, Data: data}
	return a.printText(report.Patch(edit.Diff(before.Name, a.secrets.File(before), a.secrets.File(after))))
}

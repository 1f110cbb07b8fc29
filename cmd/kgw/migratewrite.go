package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/edit"
	"github.com/kgw-dev/kgw/internal/gitref"
	"github.com/kgw-dev/kgw/internal/report"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/migrate"
	"github.com/kgw-dev/kgw/prove/moves"
)

// writeMigration replaces the files that change, all or none. If one of them could
// not be restored from git, it prints the patch instead.
func (a *app) writeMigration(f *migrateFlags, result *migrate.Result, about *compile.Result, proof *moves.Moves) error {
	var files []edit.Replacement
	for _, file := range result.Files {
		if file.After != nil && file.Rendered {
			return usage("-w cannot write %s, which is rendered: -o yaml prints the documents", file.Name)
		}
		if file.After != nil {
			files = append(files, edit.Replacement{Path: a.abs(file.Name), Old: file.Data, New: file.After})
		}
	}
	if !f.force {
		if refused := a.uncommittedError(files); refused != nil {
			if err := a.reportMoves(a.stderr, f, about, proof); err != nil {
				return err
			}
			_, err := a.printChanges(result)
			return cmp.Or(err, refused)
		}
	}
	if err := edit.Replace(files); err != nil {
		return &exitError{exitInput, fmt.Errorf("nothing was migrated: %w", err)}
	}
	if err := a.reportMoves(a.stdout, f, about, proof); err != nil {
		return err
	}
	moved := 0
	for i := range result.Documents {
		if result.Documents[i].Outcome == migrate.Moved {
			moved++
		}
	}
	a.say("migrated %s in %s to %s", report.Counted(moved, "resource"), report.Counted(len(files), "file"), f.to)
	return nil
}

// uncommittedError returns the error for files with changes that are not committed.
func (a *app) uncommittedError(files []edit.Replacement) error {
	contents := gitref.Contents{}
	for _, file := range files {
		data, err := source.Bounds{}.ReadFile(file.Path, source.MaxFileBytes)
		if err != nil {
			return &exitError{exitInput, fmt.Errorf("nothing was migrated: %w", err)}
		}
		contents[file.Path] = data
	}
	found, err := gitref.Uncommitted(a.context(), contents)
	if err != nil {
		return &exitError{exitInput, fmt.Errorf("nothing was written: cannot ask git what it has of the files: %w (--force writes without asking)", err)}
	}
	var names []string
	for _, file := range files {
		if found[file.Path] {
			names = append(names, a.display(file.Path))
		}
	}
	if len(names) == 0 {
		return nil
	}
	slices.Sort(names)
	list := strings.Join(names[:min(len(names), 5)], ", ")
	if len(names) > 5 {
		list += fmt.Sprintf(" and %d more", len(names)-5)
	}
	return &exitError{exitInput, fmt.Errorf("nothing was written: git does not have the present text of %s: commit first, or write with --force", list)}
}

// reportMoves prints the findings of a migration and what it changes for
// callers: to w, or to standard error where w gets a format that is not for
// people. Where standard error gets that format, nothing else is written to it;
// the JSON form has the changes itself.
func (a *app) reportMoves(w io.Writer, f *migrateFlags, result *compile.Result, m *moves.Moves) error {
	var changes any
	if m != nil {
		changes = m
	}
	if err := a.reportWith(w, &f.inputFlags, result, changes); err != nil {
		return err
	}
	if printedFormat(f.formats) != "" {
		if w == a.stderr {
			return nil
		}
		w = a.stderr
	}
	return m.Write(w)
}

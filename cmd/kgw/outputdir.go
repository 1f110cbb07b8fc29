package main

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/renderdir"
	"github.com/kgw-dev/kgw/internal/report"
	"github.com/kgw-dev/kgw/internal/source"
)

// writeDir brings the output directory to the result, or with --check reports how it differs.
func (a *app) writeDir(f *buildFlags, result *compile.Result) error {
	files, err := renderedFiles(f.output, result)
	if err != nil {
		return &exitError{exitFindings, err}
	}
	if err := source.WithoutLinks(a.abs(f.outputDir)); err != nil {
		return &exitError{exitInput, err}
	}
	if !f.check {
		unlock, err := renderdir.Lock(a.abs(f.outputDir))
		if err != nil {
			return &exitError{exitInput, fmt.Errorf("cannot read the output directory: %s: %w", f.outputDir, err)}
		}
		defer unlock()
		if err := renderdir.Recover(a.abs(f.outputDir)); err != nil {
			return &exitError{exitInput, fmt.Errorf("cannot complete what a killed run began: %w", err)}
		}
	}
	plan, err := renderdir.Compare(a.abs(f.outputDir), files)
	if err != nil {
		return &exitError{exitInput, fmt.Errorf("cannot read the output directory: %w", err)}
	}
	if f.check {
		return a.checkDir(f, plan)
	}
	for _, d := range plan.With(renderdir.Left) {
		a.say("warning: %s: edited since kgw wrote it, and no longer wanted: it was left, delete it", a.nameInDir(f, d.Name))
	}
	blocked := plan.With(renderdir.Edited, renderdir.Foreign)
	for _, d := range blocked {
		a.say("%s: %s", a.nameInDir(f, d.Name), obstacleOf(d.Status))
	}
	if len(blocked) > 0 {
		return &exitError{exitFindings, fmt.Errorf("%s was not touched, because of the files above", f.outputDir)}
	}
	if err := plan.Apply(); err != nil {
		return &exitError{exitInput, fmt.Errorf("cannot write the output directory: %w", err)}
	}
	return nil
}

func obstacleOf(s renderdir.Status) string {
	if s == renderdir.Edited {
		return "edited since kgw wrote it: make the change in the inputs and delete the file"
	}
	return "kgw did not write this file and does not replace it: move it away, or use another directory"
}

// nameInDir names a file of the output directory.
func (a *app) nameInDir(f *buildFlags, name string) string {
	return a.display(filepath.Join(f.outputDir, name))
}

// checkDir lists what is out of date.
func (a *app) checkDir(f *buildFlags, plan *renderdir.Plan) error {
	differences := plan.Differences()
	if len(differences) == 0 {
		return nil
	}
	for _, d := range differences {
		fmt.Fprintf(a.stderr, "%s: %s\n", d.Status, report.Visible(a.nameInDir(f, d.Name)))
	}
	return &exitError{exitFindings, fmt.Errorf("%s is not up to date: run the same command without --check", f.outputDir)}
}

// rendered is a file with the origin of its content, for messages.
type rendered struct {
	renderdir.File
	from string
	// first are the kinds that protect others and are applied before them.
	first bool
}

// renderedFiles returns the files of the output directory: one for each object
// and each document that is passed through, and the kustomization.yaml.
func renderedFiles(format string, result *compile.Result) ([]renderdir.File, error) {
	all := make([]rendered, 0, len(result.Objects)+len(result.Others))
	for i := range result.Objects {
		all = append(all, objectFile(format, &result.Objects[i]))
	}
	var wrong []error
	for _, d := range result.Others {
		file, err := documentFile(format, d)
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		all = append(all, file)
	}
	slices.SortStableFunc(all, func(a, b rendered) int {
		switch {
		case a.first && !b.first:
			return -1
		case b.first && !a.first:
			return 1
		}
		return cmp.Compare(a.Name, b.Name)
	})
	files, names := make([]renderdir.File, len(all), len(all)+1), make([]string, len(all))
	for i, r := range all {
		files[i], names[i] = r.File, r.Name
		if i > 0 && names[i-1] == r.Name {
			wrong = append(wrong, fmt.Errorf("%s and %s would both be written to %q: rename one, or leave it out", all[i-1].from, r.from, r.Name))
		}
	}
	return append(files, renderdir.KustomizationFor(names)), errors.Join(wrong...)
}

func objectFile(format string, o *manifest.Object) rendered {
	r := rendered{from: place(o.Origin.Doc), first: o.First}
	r.Name = renderdir.FileName(o.Kind, o.Meta.Namespace, o.Meta.Name, "."+format)
	if format == "json" {
		r.Data = append(manifest.AppendJSON(nil, o.Value(), 0), '\n')
	} else {
		r.Data = o.AppendYAML(nil)
	}
	return r
}

// documentFile returns the file of a document that is passed through.
func documentFile(format string, d *source.Document) (rendered, error) {
	r := rendered{from: place(d)}
	if d.Kind == "" || d.Name == "" {
		return r, fmt.Errorf("%s: the document has no kind or no name that a file could be named after: leave it out, for example with .kgwignore", r.from)
	}
	r.Name = renderdir.FileName(d.Kind, d.Namespace, d.Name, "."+format)
	if format != "json" {
		r.Data = d.Verbatim(nil)
		return r, nil
	}
	value, err := jsonValue(d)
	r.Data = append(manifest.AppendJSON(nil, value, 0), '\n')
	return r, err
}

// jsonValue returns a document that is passed through as a value to be written
// as JSON.
func jsonValue(d *source.Document) (any, error) {
	root, problems := d.Parse()
	if root == nil {
		message := "it is empty"
		if len(problems) > 0 {
			message = problems[0].Message
		}
		return nil, fmt.Errorf("%s: the document cannot be written as JSON: %s", place(d), message)
	}
	return source.Value(root), nil
}

// place names a document in messages.
func place(d *source.Document) string {
	if d == nil {
		return "what --emit writes"
	}
	s := fmt.Sprintf("%s:%d", d.File.Name, d.Line())
	if d.Item() != "" {
		s += " " + d.Item()
	}
	return s
}

// writtenFiles returns the files that kgw itself wrote from inputs: all that the
// output directory lists, and those that another directory lists unless the file or
// the directory is named as a PATH.
func (a *app) writtenFiles(outputDir string, paths []string) func(real string) bool {
	named := map[string]bool{}
	for _, p := range paths {
		named[resolveLinks(a.abs(p))] = true
	}
	output := ""
	if outputDir != "" {
		output = resolveLinks(a.abs(outputDir))
	}
	lists := map[string][]string{}
	return func(file string) bool {
		dir, name := filepath.Split(file)
		dir = filepath.Clean(dir)
		list, known := lists[dir]
		if !known {
			// A damaged list of the output directory is reported when it is compared.
			list, _ = renderdir.Written(dir)
			lists[dir] = list
		}
		if _, found := slices.BinarySearchFunc(list, name, strings.Compare); !found {
			return false
		}
		return dir == output || !named[dir] && !named[file]
	}
}

// resolveLinks returns a path with its links resolved, or as it is where that
// fails.
func resolveLinks(path string) string {
	if r, err := filepath.EvalSymlinks(path); err == nil {
		return r
	}
	return filepath.Clean(path)
}

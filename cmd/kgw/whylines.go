package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/lazyregexp"
	"github.com/kgw-dev/kgw/internal/report"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/why"
)

var fileLine = lazyregexp.New(`^(.+):([1-9][0-9]{0,8})$`)

// splitLine reads FILE:LINE. It reports false if there is no such file, so that the
// text is the name of an object.
func (a *app) splitLine(text string) (file string, line int, ok bool) {
	m := fileLine().FindStringSubmatch(text)
	if m == nil {
		return "", 0, false
	}
	info, err := os.Stat(a.abs(m[1]))
	line, _ = strconv.Atoi(m[2])
	return m[1], line, err == nil && !info.IsDir()
}

// whyLine prints the fields that come from a line. Without a PATH it compiles the
// directory of the file.
func (a *app) whyLine(f *whyFlags, outputs []output, file string, line int, paths []string) error {
	if len(paths) == 0 {
		paths = []string{filepath.Dir(file)}
	}
	result, o, err := a.compileOrigins(&f.inputFlags, paths)
	if err != nil || o == nil {
		return err
	}
	objects := why.At(why.Objects(result, o, nil), a.display(file), line)
	if len(objects) > 0 || !printsText(outputs) {
		return a.printWhy(outputs, objects)
	}
	if err := a.reportErrors(&f.inputFlags, result); err != nil {
		return err
	}
	if data, err := os.ReadFile(a.abs(file)); err == nil && line > bytes.Count(data, []byte("\n"))+1 {
		return &exitError{exitFindings, fmt.Errorf("%s has no line %d", a.display(file), line)}
	}
	return a.printText(report.Visible(fmt.Sprintf("no field of a manifest is made of %s:%d", a.display(file), line)) + "\n")
}

// whyLive prints the objects on standard input with the origins of their fields.
func (a *app) whyLive(f *whyFlags, outputs []output, paths []string) error {
	if !printsText(outputs) {
		return usage("--format is not for objects of standard input: they are printed as YAML")
	}
	loader := &source.Loader{Dir: a.dir, Stdin: a.stdin, StdinName: f.stdinName}
	files, problems := loader.Load([]string{"-"})
	if len(problems) > 0 {
		return &exitError{exitInput, fmt.Errorf("cannot read standard input: %s", problems[0].Message)}
	}
	a.secrets.Watch(files...)
	live, err := liveObjects(files[0])
	if err != nil {
		return err
	}
	result, o, err := a.compileOrigins(&f.inputFlags, paths)
	if err != nil || o == nil {
		return err
	}
	objects := why.Objects(result, o, nil)
	for _, one := range live {
		text, note := why.Live(one, objects, a.secrets.Text)
		if note != "" {
			note = "# " + why.Comment(note) + "\n"
		}
		if err := a.printText("---\n" + note + string(text)); err != nil {
			return err
		}
	}
	return nil
}

// liveObjects returns the objects of a file, those of Lists one by one.
func liveObjects(file *source.File) ([]source.Object, error) {
	docs, problems := source.Split(file)
	var out []source.Object
	for _, doc := range docs {
		resources, found := doc.Resources()
		problems = append(problems, found...)
		for _, r := range resources {
			root, _ := r.Parse()
			if o, ok := source.Value(root).(source.Object); ok {
				out = append(out, o)
			}
		}
	}
	for _, p := range problems {
		if p.Kind.Fatal() {
			return nil, &exitError{exitInput, fmt.Errorf("cannot read standard input: line %d: %s", p.Line, p.Message)}
		}
	}
	return out, nil
}

// printAnnotated prints the manifests as YAML, with the origins of their fields as
// comments.
func (a *app) printAnnotated(result *compile.Result, o *compile.Options) error {
	leaves := map[string]map[string]string{}
	for _, e := range why.Objects(result, o, nil) {
		of := map[string]string{}
		for i := range e.Leaves {
			of[e.Leaves[i].Path] = a.secrets.Text(e.Leaves[i].Origin())
		}
		leaves[e.Key()] = of
	}
	for i := range result.Objects {
		o := &result.Objects[i]
		of := leaves[o.Key()]
		text := why.Annotate(o.AppendYAML(nil), func(path string) string { return of[path] })
		if err := a.printText("---\n" + string(text)); err != nil {
			return err
		}
	}
	rest := *result
	rest.Objects = nil
	return a.print("yaml", &rest)
}

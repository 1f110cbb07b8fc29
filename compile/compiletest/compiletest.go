// Package compiletest compares what inputs compile to with golden files.
//
// It is for tests of the packages below compile, which know no input: a case is
// an archive of inputs (txtar) with an optional kgw.yaml.
package compiletest

import (
	"bytes"
	"flag"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/sebdah/goldie/v2"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/source"
)

// Golden compiles the cases of a directory in both modes and compares what is
// found, what is written and what the controllers would say with NAME.golden
// beside NAME.txtar; -update writes it. The comment of an archive may hold the
// lines "skipper-api: routegroup", "accept: CODES", "emit: NAMES" and "emit-file:
// NAME".
func Golden(t *testing.T, dir string) {
	t.Helper()
	cases, err := filepath.Glob(filepath.Join(dir, "*.txtar"))
	if err != nil || len(cases) == 0 {
		t.Fatal("no cases", err)
	}
	for _, file := range cases {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		t.Run(name, func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			text := bothModes(t, archive)
			g := goldie.New(t, goldie.WithFixtureDir(dir), goldie.WithDiffEngine(goldie.ColoredDiff))
			if flag.Lookup("update").Value.String() == "true" {
				if err := g.Update(t, name, text); err != nil {
					t.Fatal(err)
				}
			}
			g.Assert(t, name, text)
		})
	}
}

// bothModes is the golden text of a case: once where the modes agree.
func bothModes(t *testing.T, archive *txtar.Archive) []byte {
	t.Helper()
	strict, controller := inMode(t, archive, "strict"), inMode(t, archive, "controller")
	if bytes.Equal(strict, controller) {
		return strict
	}
	return slices.Concat([]byte("## strict\n"), strict, []byte("\n## controller\n"), controller)
}

func inMode(t *testing.T, archive *txtar.Archive, mode string) []byte {
	t.Helper()
	in, o := Load(t, archive, mode)
	r := compile.Run(in, o)
	if len(r.Disagreements) > 0 {
		t.Error(r.Disagreements)
	}
	return text(r)
}

// Input returns texts as the files 0.yaml, 1.yaml and so on.
func Input(t testing.TB, texts ...string) compile.Input {
	t.Helper()
	var in compile.Input
	for i, text := range texts {
		f, problem := source.NewFile(fmt.Sprintf("%d.yaml", i), []byte(text))
		if problem != nil {
			t.Fatal(problem)
		}
		in.Files = append(in.Files, f)
	}
	return in
}

// Load returns what a case compiles in a mode, "strict" or "controller".
func Load(t *testing.T, archive *txtar.Archive, mode string) (compile.Input, compile.Options) {
	t.Helper()
	return inputs(t, archive), options(t, archive, mode)
}

func inputs(t *testing.T, archive *txtar.Archive) compile.Input {
	t.Helper()
	in := compile.Input{}
	for _, f := range archive.Files {
		if f.Name == config.FileName {
			continue
		}
		file, problem := source.NewFile(f.Name, f.Data)
		if problem != nil {
			t.Fatal(problem)
		}
		in.Files = append(in.Files, file)
	}
	return in
}

func options(t *testing.T, archive *txtar.Archive, mode string) compile.Options {
	t.Helper()
	o := compile.Options{Config: config.Default(), Schema: compile.SchemaAll, Status: true}
	for _, f := range archive.Files {
		if f.Name == config.FileName {
			conf, found := config.Parse(f.Name, f.Data)
			if len(found) > 0 {
				t.Fatal(found)
			}
			o.Config = conf
		}
	}
	o.Config.Compat = mode
	for line := range strings.Lines(string(archive.Comment)) {
		key, value, _ := strings.Cut(line, ":")
		switch key {
		case "route-api":
			o.RouteAPI = strings.TrimSpace(value)
		case "emit":
			o.Emit, o.Beside = strings.Fields(value), true
		case "emit-file":
			o.EmitFile = strings.TrimSpace(value)
		case "skipper-api":
			o.SkipperAPI = strings.TrimSpace(value)
		case "accept":
			for _, code := range strings.Fields(value) {
				o.Accept = append(o.Accept, diag.Code(code))
			}
		}
	}
	return o
}

func text(r *compile.Result) []byte {
	var b []byte
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Code == diag.PublicRoute {
			continue
		}
		b = fmt.Appendf(b, "%s:%d:%d: %s[%s] %s\n", f.Span.File, f.Span.Line, f.Span.Column, f.Severity, f.Code, f.Message)
		for _, rel := range f.Related {
			b = fmt.Appendf(b, "  %s:%d:%d: %s\n", rel.Span.File, rel.Span.Line, rel.Span.Column, rel.Message)
		}
		if f.Help != "" {
			b = fmt.Appendf(b, "  help: %s\n", f.Help)
		}
	}
	for _, res := range r.Resources {
		if res.Refused != "" {
			b = fmt.Appendf(b, "no status: %s\n", res.Refused)
			continue
		}
		b = fmt.Appendf(b, "status: %s\n", bytes.TrimSpace(manifest.AppendJSON(nil, res.Status, 0)))
	}
	for i := range r.Objects {
		b = append(b, "---\n"...)
		b = r.Objects[i].AppendYAML(b)
	}
	for _, f := range r.Files {
		b = fmt.Appendf(b, "--- %s\n%s", f.Name, f.Data)
	}
	return b
}

package compile_test

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

// TestMesh compiles the cases of testdata/mesh, resources that Istio enforces,
// in both modes: what is found, what is written, and what the controller would
// say of the resources. A case is an archive of inputs and an optional kgw.yaml.
func TestMesh(t *testing.T) {
	cases, err := filepath.Glob("testdata/mesh/*.txtar")
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
			text := meshText(t, archive)
			g := goldie.New(t, goldie.WithFixtureDir("testdata/mesh"), goldie.WithDiffEngine(goldie.ColoredDiff))
			if flag.Lookup("update").Value.String() == "true" {
				if err := g.Update(t, name, text); err != nil {
					t.Fatal(err)
				}
			}
			g.Assert(t, name, text)
		})
	}
}

// meshText is the golden text of a case: once where the modes agree.
func meshText(t *testing.T, archive *txtar.Archive) []byte {
	t.Helper()
	strict, controller := meshMode(t, archive, "strict"), meshMode(t, archive, "controller")
	if bytes.Equal(strict, controller) {
		return strict
	}
	return slices.Concat([]byte("## strict\n"), strict, []byte("\n## controller\n"), controller)
}

func meshMode(t *testing.T, archive *txtar.Archive, mode string) []byte {
	t.Helper()
	conf := config.Default()
	in := compile.Input{}
	for _, f := range archive.Files {
		if f.Name == config.FileName {
			var found diag.List
			if conf, found = config.Parse(f.Name, f.Data); len(found) > 0 {
				t.Fatal(found)
			}
			continue
		}
		file, problem := source.NewFile(f.Name, f.Data)
		if problem != nil {
			t.Fatal(problem)
		}
		in.Files = append(in.Files, file)
	}
	conf.Compat = mode
	r := compile.Run(in, compile.Options{Config: conf, Schema: true, Status: true})
	if len(r.Disagreements) > 0 {
		t.Error(r.Disagreements)
	}
	return meshResult(r)
}

func meshResult(r *compile.Result) []byte {
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
	return b
}

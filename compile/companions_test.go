package compile_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/compile/compiletest"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
)

// TestCompanions compiles gateways with the resources around them and checks the
// findings and the manifests.
func TestCompanions(t *testing.T) { compiletest.Golden(t, "testdata/companions") }

// TestCompanionsOfTheCorpus reads documents of the kinds around gateways:
// each is decoded, or has a finding with a place. None is passed over.
func TestCompanionsOfTheCorpus(t *testing.T) {
	seen := 0
	for _, kind := range []string{"OAuth2Client", "IDPPreset", "Group", "RateLimit", "APIGateway", "Api"} {
		files, err := filepath.Glob("../testdata/conformance/corpus/" + kind + "/*.yaml")
		if err != nil {
			t.Fatal(err)
		}
		more, err := filepath.Glob("../../shared/corpus/" + kind + "/*/*.yaml")
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, more...)
		for _, name := range files {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			f, problem := source.NewFile(name, data)
			if problem != nil {
				t.Errorf("%s: %v", name, problem)
				continue
			}
			seen++
			r := compile.Run(compile.Input{Files: []*source.File{f}}, compile.Options{Schema: compile.SchemaAll})
			placed := slices.ContainsFunc(r.Findings, func(f diag.Finding) bool { return f.Span.Line > 0 })
			if r.Summary.Resources == 0 && !placed {
				t.Errorf("%s is passed over", name)
			}
			for i := range r.Disagreements {
				t.Error(r.Disagreements[i])
			}
		}
	}
	if seen < 7 {
		t.Errorf("only %d documents are read", seen)
	}
}

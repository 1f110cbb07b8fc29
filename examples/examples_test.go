// Package examples_test compiles every example and compares what comes out
// with what the example promises: expected/want.yaml holds its manifests,
// findings.txt what kgw validate prints. An example without findings.txt has
// no findings at all. After a change on purpose: go test ./examples -update.
package examples_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sebdah/goldie/v2"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
)

func TestExamples(t *testing.T) {
	for _, name := range examples(t) {
		t.Run(name, func(t *testing.T) {
			result := run(t, name)
			findings(t, name, result)
			objects(t, name, result)
		})
	}
}

// TestIndex checks that each example is explained and listed.
func TestIndex(t *testing.T) {
	index, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range examples(t) {
		if !bytes.Contains(index, []byte("]("+name+")")) {
			t.Errorf("examples/README.md does not list %s", name)
		}
		if !exists(name, "README.md") {
			t.Errorf("%s has no README.md", name)
		}
	}
}

// examples lists the folders with a configuration of their own.
func examples(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("*/" + config.FileName)
	if err != nil || len(files) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	for i, f := range files {
		files[i] = filepath.Dir(f)
	}
	return files
}

// run compiles an example as kgw validate does in the repository's root.
func run(t *testing.T, name string) *compile.Result {
	t.Helper()
	c, found := config.Read(filepath.Join(name, config.FileName), name, source.Bounds{})
	if len(found) > 0 {
		t.Fatal(found)
	}
	loader := source.Loader{Dir: ".."}
	files, problems := loader.Load([]string{"examples/" + name})
	result := compile.Run(compile.Input{Files: files, Problems: problems}, compile.Options{Config: c, Schema: compile.SchemaAll, Beside: true, Emit: c.Emit})
	if len(result.Disagreements) > 0 {
		t.Errorf("decoder and JSON Schema disagree: %q", result.Disagreements)
	}
	return result
}

func findings(t *testing.T, name string, result *compile.Result) {
	t.Helper()
	var text bytes.Buffer
	if err := (diag.Text{}).Render(&text, &diag.Report{Findings: result.Findings, Summary: result.Summary}); err != nil {
		t.Fatal(err)
	}
	if exists(name, "findings.txt") {
		golden(t, name, "findings", ".txt").Assert(t, "findings", text.Bytes())
		if len(result.Findings) == 0 {
			t.Error("findings.txt is there and there are no findings")
		}
		return
	}
	if len(result.Findings) > 0 {
		t.Errorf("there is no findings.txt, and there are findings:\n%s", text.Bytes())
	}
}

func objects(t *testing.T, name string, result *compile.Result) {
	t.Helper()
	var yaml []byte
	for i := range result.Objects {
		yaml = result.Objects[i].AppendYAML(append(yaml, "---\n"...))
	}
	if len(yaml) > 0 {
		golden(t, filepath.Join(name, "expected"), "want", ".yaml").Assert(t, "want", yaml)
		return
	}
	if result.Findings.Max() < diag.Error {
		t.Error("nothing is written, and nothing is wrong")
	}
	if exists(name, "expected", "want.yaml") {
		t.Error("expected/want.yaml is there and nothing is written")
	}
}

func exists(path ...string) bool {
	_, err := os.Stat(filepath.Join(path...))
	return err == nil
}

func golden(t *testing.T, dir, name, suffix string) *goldie.Goldie {
	t.Helper()
	if !updating() && !exists(dir, name+suffix) {
		t.Fatalf("%s is missing: write it with -update", filepath.Join(dir, name+suffix))
	}
	return goldie.New(t, goldie.WithFixtureDir(dir), goldie.WithNameSuffix(suffix), goldie.WithDiffEngine(goldie.ColoredDiff))
}

// updating reports whether goldie's flag is set.
func updating() bool {
	f := flag.Lookup("update")
	return f != nil && !strings.EqualFold(f.Value.String(), "false")
}

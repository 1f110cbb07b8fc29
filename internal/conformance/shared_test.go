// Package conformance holds kgw to data that was measured or found elsewhere:
// what the controllers made of APIRules, and manifests that people wrote.
//
// Its tests run over testdata/conformance, which is of the repository, and over a
// larger folder beside the repository; tests that need that one are skipped
// where it is not.
package conformance

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/source"
)

// own is the data of the repository.
var own = filepath.Join("..", "..", "testdata", "conformance")

// shared returns the path of a part of the data, and skips the test when it is
// not there.
func shared(t *testing.T, parts ...string) string {
	t.Helper()
	dir := filepath.Join(append([]string{"..", "..", "..", "shared"}, parts...)...)
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("the data is not there: %v", err)
	}
	return dir
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func glob(t *testing.T, parts ...string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(parts...))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// compiled runs the line over one file.
func compiled(t *testing.T, name string, data []byte, c *config.Config) *compile.Result {
	t.Helper()
	in := compile.Input{}
	f, problem := source.NewFile(name, data)
	if problem != nil {
		in.Problems = append(in.Problems, *problem)
	} else {
		in.Files = append(in.Files, f)
	}
	r := compile.Run(in, compile.Options{Config: c, Schema: compile.SchemaAll})
	for _, d := range r.Disagreements {
		t.Errorf("decoder and JSON Schema disagree: %s", d)
	}
	return r
}

// configuration reads a configuration file and sets what to measure against.
func configuration(t *testing.T, file, compat string) *config.Config {
	t.Helper()
	c, found := config.Parse(file, read(t, file))
	if len(found) > 0 {
		t.Fatalf("%s: %v", file, found)
	}
	c.Compat = compat
	return c
}

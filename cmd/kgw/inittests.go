package main

import (
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/testfile"
	"github.com/kgw-dev/kgw/simulate"
)

// testsFile is where the boundary cases of a directory are written.
const testsFile = "boundary.kgw-test.yaml"

const testsHead = "# Boundary cases as they are decided now: read them, correct what is not meant, and keep them.\n" +
	"# \"kgw test\" runs them; \"kgw schema test\" prints the JSON Schema of this file.\n"

// writeTests writes tests with the current decisions about requests at the
// boundaries of all routes and rules below a directory.
func (a *app) writeTests(f *initFlags, dir string) error {
	if f.schema != "" || f.withSchema {
		return usage("--tests writes no kgw.yaml: leave --schema and --with-schema out")
	}
	inputs := &inputFlags{}
	inputs.register(&cobra.Command{})
	cluster, err := a.simulateInputs(inputs, []string{dir}, nil)
	if err != nil || cluster == nil {
		return err
	}
	purse := match.NewPurse(0)
	var entries []simulate.Entry
	for _, e := range cluster.Entries() {
		entries = append(entries, cluster.WithTokens(e, purse))
	}
	tests := testfile.Boundary(entries, func(r *simulate.Request) simulate.Decision { return cluster.Mesh.Decide(r, nil) })
	return a.createFile(newFile{filepath.Join(dir, testsFile), manifest.AppendYAMLValue([]byte(testsHead), tests)})
}

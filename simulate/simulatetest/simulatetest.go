// Package simulatetest reads the manifests that tests of the engines write as
// text.
package simulatetest

import (
	"testing"

	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// Manifests reads the documents of a text. Those that name no namespace are in
// the given one. The test ends where the text cannot be read.
func Manifests(t *testing.T, namespace, text string) []simulate.Manifest {
	t.Helper()
	file, problem := source.NewFile("in.yaml", []byte(text))
	if problem != nil {
		t.Fatal(problem.Message)
	}
	docs, problems := source.Split(file)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	out := make([]simulate.Manifest, 0, len(docs))
	for _, d := range docs {
		root, problems := d.Parse()
		if root == nil {
			t.Fatalf("%s\n%v", text, problems)
		}
		out = append(out, simulate.ReadManifest(root, source.Ref{Doc: d}, false, namespace))
	}
	return out
}

package diag_test

import (
	"testing"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
)

// TestPlacesAreOfTheirDocument resolves findings of one name and path in documents
// that follow each other: each has its own place.
func TestPlacesAreOfTheirDocument(t *testing.T) {
	document := func(text string) *source.Document {
		f, problem := source.NewFile("a.yaml", []byte(text))
		if problem != nil {
			t.Fatal(problem)
		}
		docs, _ := source.Split(f)
		return docs[0]
	}
	before, after := document("spec:\n  host: a\n"), document("# a line more\nspec:\n\n  host: a\n")
	known := &diag.Places{}
	for step, run := range []struct {
		doc  *source.Document
		key  bool
		line int
		col  int
	}{{before, false, 2, 9}, {before, true, 2, 3}, {after, false, 4, 9}, {after, true, 4, 3}, {before, false, 2, 9}} {
		known.Next()
		found := diag.List{{At: source.Ref{Doc: run.doc, Path: "spec.host", Key: run.key}, Related: []diag.Related{{At: source.Ref{Doc: before, Path: "spec.host"}}}}}
		found.ResolveWith(known)
		if s := found[0].Span; s.Line != run.line || s.Column != run.col {
			t.Errorf("step %d: %d:%d, want %d:%d", step, s.Line, s.Column, run.line, run.col)
		}
		if s := found[0].Related[0].Span; s.Line != 2 || s.Column != 9 {
			t.Errorf("step %d: the related place is %d:%d", step, s.Line, s.Column)
		}
	}
}

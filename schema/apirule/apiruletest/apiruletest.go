// Package apiruletest reads APIRules from text and words what is found in them,
// for tests of the packages of versions.
package apiruletest

import (
	"fmt"
	"testing"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/shape"
	"github.com/kgw-dev/kgw/internal/source"
)

// Parse returns the document of an APIRule library/books with a spec, and its root.
func Parse(t *testing.T, apiVersion, spec string) (*source.Document, *source.Node) {
	t.Helper()
	text := fmt.Sprintf("apiVersion: %s\nkind: APIRule\nmetadata: {name: books, namespace: library}\nspec: {%s}\n", apiVersion, spec)
	f, problem := source.NewFile("a.yaml", []byte(text))
	if problem != nil {
		t.Fatal(problem.Message)
	}
	docs, problems := source.Split(f)
	if len(docs) != 1 || len(problems) > 0 {
		t.Fatal(len(docs), problems)
	}
	root, problems := docs[0].Parse()
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	_, docs[0].Kind, docs[0].Namespace, docs[0].Name = source.Head(root)
	return docs[0], root
}

// Check returns what a description finds in a document, worded by Lines.
func Check(t *shape.Type, doc *source.Document, root *source.Node) []string {
	return Lines(t.Check(root, source.Ref{Doc: doc}))
}

// Lines words findings: code, place and message, and behind an arrow the failure
// that the controller reports, "" where it reports none for this one.
func Lines(found diag.List) []string {
	var out []string
	for i := range found {
		f := &found[i]
		line := fmt.Sprintf("%s %s: %s", f.Code, f.At.Path, f.Message)
		if f.Upstream != nil {
			line += fmt.Sprintf(" -> %s: %s", f.Upstream.Attribute, f.Upstream.Message)
		}
		out = append(out, line)
	}
	return out
}

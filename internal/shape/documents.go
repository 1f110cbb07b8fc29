package shape

import (
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
)

// Documents reads a file of kgw's own: it holds each document against the type
// and visits those without a fault. It returns what is wrong, with its place.
func (t *Type) Documents(name string, data []byte, visit func(*source.Document, *source.Node)) diag.List {
	f, problem := source.NewFile(name, data)
	if problem != nil {
		return diag.List{diag.FromProblem(*problem)}
	}
	docs, problems := source.Split(f)
	found := diag.List(nil).WithProblems(problems)
	for _, doc := range docs {
		root, more := doc.Parse()
		if root == nil {
			found = found.WithProblems(more)
			continue
		}
		doc.APIVersion, doc.Kind, doc.Namespace, doc.Name = source.Head(root)
		faults := t.Check(root, source.Ref{Doc: doc})
		if found = append(found, faults.WithProblems(more)...); len(faults)+len(more) == 0 {
			visit(doc, root)
		}
	}
	return found
}

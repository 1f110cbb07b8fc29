package compare

import (
	"slices"

	"github.com/kgw-dev/kgw/compare/diff"
	"github.com/kgw-dev/kgw/internal/kinds"
	"github.com/kgw-dev/kgw/internal/parallel"
	"github.com/kgw-dev/kgw/internal/source"
)

// manifestsIn reads the objects of the kinds that kgw writes, alone and in
// Lists, and what is wrong with the files.
func manifestsIn(files []*source.File) (objects []diff.Object, problems []source.Problem) {
	perFile := make([][]*source.Document, len(files))
	found := make([][]source.Problem, len(files))
	parallel.Each(len(files), func(i int) { perFile[i], found[i] = source.Split(files[i]) })
	docs := slices.Concat(perFile...)
	read := make([][]diff.Object, len(docs))
	wrong := make([][]source.Problem, len(docs))
	parallel.Each(len(docs), func(i int) { read[i], wrong[i] = objectsOf(docs[i]) })
	return slices.Concat(read...), slices.Concat(slices.Concat(found...), slices.Concat(wrong...))
}

func objectsOf(doc *source.Document) ([]diff.Object, []source.Problem) {
	items, problems := doc.Resources()
	lists := make([][]diff.Object, len(items))
	parallel.Each(len(items), func(i int) { lists[i] = objectOf(items[i]) })
	return slices.Concat(lists...), problems
}

// objectOf reads one document, or one item of a List; none if kgw does not
// write its kind.
func objectOf(doc *source.Document) []diff.Object {
	root, _ := doc.Parse()
	value := plainObject(source.Value(root))
	o := diff.Object{Value: value, Origin: source.Ref{Doc: doc}}
	if id := o.ID(); !kinds.Written(id.Group, id.Kind) {
		return nil
	}
	return []diff.Object{o}
}

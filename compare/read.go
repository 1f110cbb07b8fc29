package compare

import (
	"slices"

	"github.com/kgw-dev/kgw/compare/diff"
	"github.com/kgw-dev/kgw/internal/kinds"
	"github.com/kgw-dev/kgw/internal/parallel"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// manifestsIn reads the objects of some kinds, alone and in Lists, and the faults
// of the files.
func manifestsIn(files []*source.File, wanted func(diff.ID) bool) (objects []diff.Object, problems []source.Problem) {
	perFile := make([][]*source.Document, len(files))
	found := make([][]source.Problem, len(files))
	parallel.Each(len(files), func(i int) { perFile[i], found[i] = source.Split(files[i]) })
	docs := slices.Concat(perFile...)
	read := make([][]diff.Object, len(docs))
	wrong := make([][]source.Problem, len(docs))
	parallel.Each(len(docs), func(i int) { read[i], wrong[i] = objectsOf(docs[i], wanted) })
	return slices.Concat(read...), slices.Concat(slices.Concat(found...), slices.Concat(wrong...))
}

func objectsOf(doc *source.Document, wanted func(diff.ID) bool) ([]diff.Object, []source.Problem) {
	items, problems := doc.Resources()
	lists := make([][]diff.Object, len(items))
	parallel.Each(len(items), func(i int) { lists[i] = objectOf(items[i], wanted) })
	return slices.Concat(lists...), problems
}

// objectOf reads one document, or one item of a List. It returns none if the kind
// is another one.
func objectOf(doc *source.Document, wanted func(diff.ID) bool) []diff.Object {
	root, _ := doc.Parse()
	value := plainObject(source.Value(root))
	o := diff.Object{Value: value, Origin: source.Ref{Doc: doc}}
	if !wanted(o.ID()) {
		return nil
	}
	return []diff.Object{o}
}

// isWritten reports whether kgw compiles objects of a kind.
func isWritten(id diff.ID) bool {
	return kinds.Written(id.Group, id.Kind) || kinds.Binds(id.Group, id.Kind)
}

// isRouting reports whether objects of a kind are written, or are Gateways of the
// Gateway API, which a move to it writes.
func isRouting(id diff.ID) bool {
	return isWritten(id) || id.Kind == "Gateway" && id.Group == simulate.GatewayAPI
}

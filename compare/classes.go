package compare

import (
	"bytes"
	"slices"

	"github.com/kgw-dev/kgw/compare/diff"
	"github.com/kgw-dev/kgw/internal/kinds"
	"github.com/kgw-dev/kgw/internal/parallel"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/prove"
	"github.com/kgw-dev/kgw/prove/classes"
	"github.com/kgw-dev/kgw/simulate"
)

// Classes compares both sides by class of requests and returns what is answered
// differently. Objects that the comparison leaves out stay as they are.
func Classes(before, after *Side, scope Scope) *classes.Report {
	return classes.Compare(ClassSides(before, after, scope))
}

// ClassSides returns both sides as they are compared by class of requests.
func ClassSides(before, after *Side, scope Scope) (was, is classes.Side) {
	if before.Options.Config == nil {
		before.Options = after.Options
	}
	pairs, _ := Pairs(before, after, scope)
	sides, around := [2]*Side{before, after}, [2][]simulate.Manifest{}
	parallel.Each(2, func(i int) { around[i] = sides[i].readAround() })
	objects := [2][]diff.Object{before.Objects, append(unconcerned(before.Objects, pairs), after.Objects...)}
	var out [2]classes.Side
	parallel.Each(2, func(i int) {
		s, other := sides[i], sides[1-i]
		out[i] = s.classSide(objects[i], s.manifestsAround(around[i], other, around[1-i]))
	})
	return out[0], out[1]
}

// unconcerned lists the objects that belong to both sides because the inputs do not
// change them: those of another owner, and those of withheld resources.
func unconcerned(objects []diff.Object, pairs []diff.Pair) []diff.Object {
	paired := map[diff.ID]bool{}
	for _, p := range pairs {
		if p.Before != nil {
			paired[p.Before.ID()] = true
		}
	}
	var out []diff.Object
	for i := range objects {
		if !paired[objects[i].ID()] {
			out = append(out, objects[i])
		}
	}
	return out
}

// classSide makes objects comparable as those of the side, with the objects around
// them. The last of several objects with one identity counts.
func (s *Side) classSide(objects []diff.Object, around []simulate.Manifest) classes.Side {
	var entries map[*source.Document][]source.Ref
	if s.Result != nil {
		entries = prove.RouteOrigins(s.Result)
	}
	last := map[diff.ID]int{}
	for i := range objects {
		last[objects[i].ID()] = i
	}
	var list []diff.Object
	for i := range objects {
		if last[objects[i].ID()] == i {
			list = append(list, objects[i])
		}
	}
	read := readObjects(list, entries, s.Options.Namespace)
	return prove.WithAPIs(slices.Concat(around, s.nativeManifests(), read), s.apis(), s.Result, s.Options)
}

// readObjects returns objects as engines read them. entries are where the routes
// of VirtualServices come from, by the document that they were compiled from.
func readObjects(objects []diff.Object, entries map[*source.Document][]source.Ref, namespace string) []simulate.Manifest {
	out := make([]simulate.Manifest, len(objects))
	parallel.Ranges(len(objects), func(from, to int) {
		nodes := source.NewNodes()
		for i := from; i < to; i++ {
			o := &objects[i]
			doc := o.Origin.Doc
			written := doc != nil && doc.Kind != o.ID().Kind
			out[i] = simulate.ReadManifest(nodes.Of(source.ObjectOf(o.Value)), o.Origin, written, namespace)
			if written && out[i].Kind == kinds.VirtualService {
				out[i].Entries = entries[doc]
			}
		}
	})
	return out
}

// nativeManifests returns the inputs of the side that Oathkeeper itself reads.
func (s *Side) nativeManifests() []simulate.Manifest {
	var docs []*source.Document
	for _, file := range s.Input.Files {
		own, _ := source.Split(file)
		docs = append(docs, own...)
	}
	return prove.Natives(docs)
}

// readAround reads the objects among the inputs of the side that kgw does not write.
func (s *Side) readAround() []simulate.Manifest { return prove.Around(s.Input, s.Options) }

// manifestsAround returns the objects among the inputs of the side that kgw does
// not write, its own and some of those of the other: gateways, workloads, and
// objects that make answers unknown. Services of the other side supply facts
// about pods that this side lacks. A cluster and a render lack some kinds; the
// resources that they are compared with have them.
func (s *Side) manifestsAround(own []simulate.Manifest, other *Side, others []simulate.Manifest) []simulate.Manifest {
	silent, kinds, held := !s.hasResources() && other.hasResources(), map[string]bool{}, map[string]bool{}
	for i := range own {
		kinds[own[i].Kind], held[own[i].Kind+" "+own[i].ID()] = true, true
	}
	// In two states of one repository, a Service that one of them lacks does not exist there.
	whole := kinds["Service"] && !s.Live && !other.Live
	var out []simulate.Manifest
	for _, m := range others {
		switch {
		case held[m.Kind+" "+m.ID()]:
		case m.Kind == "Service" && !whole, silent && !kinds[m.Kind]:
			out = append(out, m)
		}
	}
	return append(out, own...)
}

// hasResources reports whether resources were compiled.
func (s *Side) hasResources() bool { return s.Result != nil && s.Result.Summary.Resources > 0 }

// apis returns the Apis among the inputs of the side.
func (s *Side) apis() []*source.Document {
	var out []*source.Document
	s.visitDocuments("Api", func(doc *source.Document, _ *source.Node) { out = append(out, doc) })
	return out
}

// visitDocuments visits the documents of a kind among the inputs of the side.
func (s *Side) visitDocuments(kind string, visit func(*source.Document, *source.Node)) {
	for _, file := range s.Input.Files {
		docs, _ := source.Split(file)
		for _, doc := range docs {
			if !bytes.Contains(doc.Text(), []byte(kind)) {
				continue
			}
			items, _ := doc.Resources()
			for _, item := range items {
				if item.Kind == kind {
					root, _ := item.Parse()
					visit(item, root)
				}
			}
		}
	}
}

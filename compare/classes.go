package compare

import (
	"bytes"

	"github.com/kgw-dev/kgw/compare/diff"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/prove"
	"github.com/kgw-dev/kgw/prove/classes"
	"github.com/kgw-dev/kgw/simulate"
)

// Classes compares both sides by class of requests: what is answered
// differently. What the comparison of objects leaves out stays as it is.
func Classes(before, after *Side, scope Scope) *classes.Report {
	return classes.Compare(ClassSides(before, after, scope))
}

// ClassSides returns both sides as they are compared by class of requests.
func ClassSides(before, after *Side, scope Scope) (was, is classes.Side) {
	if before.Options.Config == nil {
		before.Options = after.Options
	}
	pairs, _ := Pairs(before, after, scope)
	was = before.compared(before.Objects, after)
	is = after.compared(append(stays(before.Objects, pairs), after.Objects...), before)
	return was, is
}

// stays lists the objects that are on both sides because nothing of the inputs
// is about them: another owner's, and what is withheld.
func stays(objects []diff.Object, pairs []diff.Pair) []diff.Object {
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

// compared makes objects comparable as those of the side; of two of one
// identity the last counts.
func (s *Side) compared(objects []diff.Object, other *Side) classes.Side {
	var entries map[*source.Document][]source.Ref
	if s.Result != nil {
		entries = prove.RouteOrigins(s.Result)
	}
	manifests := append(s.around(other), s.native()...)
	last := map[diff.ID]int{}
	for i := range objects {
		last[objects[i].ID()] = i
	}
	for i := range objects {
		o := &objects[i]
		if last[o.ID()] != i {
			continue
		}
		doc := o.Origin.Doc
		written := doc != nil && doc.Kind != o.ID().Kind
		m := simulate.ReadManifest(source.NodeOf(source.ObjectOf(o.Value)), o.Origin, written, s.Options.Namespace)
		if written && m.Kind == "VirtualService" {
			m.Entries = entries[doc]
		}
		manifests = append(manifests, m)
	}
	return prove.WithAPIs(manifests, s.apis(), s.Result, s.Options)
}

// native are what Oathkeeper itself reads of the inputs of the side.
func (s *Side) native() []simulate.Manifest {
	var docs []*source.Document
	for _, file := range s.Input.Files {
		own, _ := source.Split(file)
		docs = append(docs, own...)
	}
	return prove.Natives(docs)
}

// around are the objects among the inputs of the side that kgw does not write:
// gateways, workloads, what makes answers unknown. Services of the other side
// tell about pods of which it says nothing. A cluster and a render say nothing
// about the kinds that they do not hold, and resources that they are compared
// with do.
func (s *Side) around(other *Side) []simulate.Manifest {
	own, others := prove.Around(s.Input, s.Options), prove.Around(other.Input, other.Options)
	silent, kinds, held := !s.resources() && other.resources(), map[string]bool{}, map[string]bool{}
	for i := range own {
		kinds[own[i].Kind], held[own[i].Kind+" "+own[i].ID()] = true, true
	}
	// Of two states of one repository, a Service that one lacks is gone.
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

// resources reports whether anything was compiled.
func (s *Side) resources() bool { return s.Result != nil && s.Result.Summary.Resources > 0 }

// apis are the Apis among the inputs of the side.
func (s *Side) apis() []*source.Document {
	var out []*source.Document
	s.documents("Api", func(doc *source.Document, _ *source.Node) { out = append(out, doc) })
	return out
}

// documents visits those of a kind among the inputs of the side.
func (s *Side) documents(kind string, visit func(*source.Document, *source.Node)) {
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

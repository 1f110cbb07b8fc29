package prove

import (
	"fmt"
	"slices"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

type identity struct{ kind, namespace, name string }

// liveObjects lists the resources whose objects are among the inputs as their
// controllers made them, under names that are not kgw's.
type liveObjects struct {
	resources map[ir.Name][]*ir.Gateway
	// own are the resources that have an object under kgw's name among the
	// inputs: kgw wrote them, and names identify them.
	own map[*source.Document]bool
	// live are the kinds of live objects of a resource.
	live map[*source.Document]map[string]bool
}

// markLive marks among what is written the live objects of the resources that
// were compiled, and returns the compiled objects that none of them
// replaces.
func markLive(there []simulate.Manifest, result *compile.Result) []manifest.Object {
	s := &liveObjects{map[ir.Name][]*ir.Gateway{}, map[*source.Document]bool{}, map[*source.Document]map[string]bool{}}
	for _, r := range result.Resources {
		if r.Gateway != nil && !r.Withheld {
			s.resources[r.Gateway.Name] = append(s.resources[r.Gateway.Name], r.Gateway)
		}
	}
	names := make(map[identity]*source.Document, len(result.Objects))
	kinds := map[*source.Document]map[string]bool{}
	for i := range result.Objects {
		o := &result.Objects[i]
		doc := o.Origin.Doc
		names[identity{o.Kind, o.Meta.Namespace, o.Meta.Name}] = doc
		if kinds[doc] == nil {
			kinds[doc] = map[string]bool{}
		}
		kinds[doc][o.Kind] = true
	}
	for i := range there {
		if doc := names[identity{there[i].Kind, there[i].Namespace, there[i].Name}]; doc != nil {
			s.own[doc] = true
		}
	}
	for i := range there {
		s.noteLive(&there[i], kinds)
	}
	return slices.DeleteFunc(slices.Clone(result.Objects), func(o manifest.Object) bool { return s.live[o.Origin.Doc][o.Kind] })
}

// noteLive notes whom a live object is for, if it is of a kind that was compiled
// for it.
func (s *liveObjects) noteLive(m *simulate.Manifest, kinds map[*source.Document]map[string]bool) {
	g := s.ownerOf(m)
	if g == nil || s.own[g.Origin.Doc] || !kinds[g.Origin.Doc][m.Kind] {
		return
	}
	doc := g.Origin.Doc
	if s.live[doc] == nil {
		s.live[doc] = map[string]bool{}
	}
	s.live[doc][m.Kind] = true
	m.Instead = simulate.Source{Origin: source.Ref{Doc: doc}, Text: fmt.Sprintf("%s %q", g.Kind, g.Name)}
}

func (s *liveObjects) ownerOf(m *simulate.Manifest) *ir.Gateway {
	kind, of, ok := ir.MadeFor(m.Labels)
	if !ok {
		return nil
	}
	for _, g := range s.resources[of] {
		if kind == "" || kind == g.Kind {
			return g
		}
	}
	return nil
}

// ownedDocuments returns those of the documents that were made for a resource that
// was compiled.
func ownedDocuments(docs []written, result *compile.Result) []*source.Document {
	names := map[ir.Name]bool{}
	for _, r := range result.Resources {
		if r.Gateway != nil && !r.Withheld {
			names[r.Gateway.Name] = true
		}
	}
	var out []*source.Document
	for _, d := range docs {
		if _, of, ok := ir.MadeFor(d.labels); ok && names[of] {
			out = append(out, d.doc)
		}
	}
	return out
}

// NoteLive begins the trail with the resources that the request met as they are
// live, rather than as they would be compiled.
func (c *Cluster) NoteLive(trail *simulate.Trail) {
	said, first := map[*source.Document]bool{}, &simulate.Trail{}
	for _, s := range trail.Steps {
		if r, ok := c.live[s.At.Doc]; ok && !said[r.Origin.Doc] {
			said[r.Origin.Doc] = true
			first.Say("Inputs", r.Origin, "%s is simulated as it is live", r.Text)
		}
	}
	trail.Steps = append(first.Steps, trail.Steps...)
}

package compile

import (
	"bytes"
	"slices"

	"github.com/kgw-dev/kgw/compile/oathkeeper"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/parallel"
	"github.com/kgw-dev/kgw/internal/sim"
	"github.com/kgw-dev/kgw/internal/source"
)

// simulated are the kinds that engines read, and those that tell about the
// cluster around them.
var simulated = []string{"Rule", "VirtualService", "AuthorizationPolicy", "RequestAuthentication", "Ingress", "RouteGroup", "Service"}

// Manifests gives everything among the input that an engine reads: what the
// resources compile to, and what others made. The findings are those of
// compiling; a resource that is withheld has no manifests.
//
// Rules that can have nothing to do with the requests of the URLs, given
// without "scheme://", may be left out; nil leaves none out.
func Manifests(in Input, o Options, urls []string) ([]sim.Manifest, *Result) {
	rest := Input{Problems: in.Problems}
	var ready []*source.Document
	result := &Result{}
	for _, f := range in.Files {
		if docs, ok := finished(f); ok {
			ready = append(ready, docs...)
		} else {
			rest.Files = append(rest.Files, f)
		}
	}
	if len(rest.Files)+len(rest.Problems) > 0 {
		o.Passthrough, o.Model = true, true
		result = Run(rest, o)
		ready = append(ready, result.Others...)
	}
	if len(urls) > 0 {
		ready = leaveOut(ready, urls)
	}
	out := parse(ready, o, result)
	entries := routeOrigins(result)
	for i := range result.Objects {
		object := &result.Objects[i]
		m := sim.ReadManifest(source.NodeOf(object.Value()), object.Origin, true, "")
		if m.Kind == "VirtualService" {
			m.Entries = entries[object.Origin.Doc]
		}
		out = append(out, m)
	}
	return lastOfEach(out), result
}

// leaveOut drops Rules that have nothing to do with the URLs, but for one: that
// there are Rules matters too.
func leaveOut(docs []*source.Document, urls []string) []*source.Document {
	first := true
	return slices.DeleteFunc(docs, func(d *source.Document) bool {
		if d.Item() != "" || lineValue(d.Text(), "kind") != "Rule" {
			return false
		}
		if first {
			first = false
			return false
		}
		return oathkeeper.CannotTake(d.Text(), urls)
	})
}

// lastOfEach keeps one object of each name, as a cluster does: the last, and
// what was compiled rather than a copy of it that was written earlier.
func lastOfEach(list []sim.Manifest) []sim.Manifest {
	type identity struct{ kind, namespace, name string }
	last := make(map[identity]int, len(list))
	for i := range list {
		last[identity{list[i].Kind, list[i].Namespace, list[i].Name}] = i
	}
	out := list[:0]
	for i := range list {
		if last[identity{list[i].Kind, list[i].Namespace, list[i].Name}] == i {
			out = append(out, list[i])
		}
	}
	return out
}

// routeOrigins tells, for each resource, what the entries of its
// VirtualService are written for.
func routeOrigins(result *Result) map[*source.Document][]source.Ref {
	out := map[*source.Document][]source.Ref{}
	for _, r := range result.Resources {
		if r.Gateway == nil {
			continue
		}
		for _, route := range r.Gateway.Routes {
			if route.RoutedBy == nil {
				out[r.Doc] = append(out[r.Doc], route.Origin)
			}
		}
	}
	return out
}

// finished splits a file that holds nothing but what engines read, as far as
// its lines show that: it need not be compiled. Services serve both.
func finished(f *source.File) ([]*source.Document, bool) {
	docs, problems := source.Split(f)
	if len(problems) > 0 {
		return nil, false
	}
	for _, d := range docs {
		kind := lineValue(d.Text(), "kind")
		if kind == "Service" || !slices.Contains(simulated, kind) {
			return nil, false
		}
	}
	return docs, true
}

// lineValue gives the plain value of a key that stands at the beginning of a
// line.
func lineValue(text []byte, key string) string {
	for line := range bytes.Lines(text) {
		if rest, ok := bytes.CutPrefix(line, []byte(key+":")); ok {
			return string(bytes.TrimSpace(rest))
		}
	}
	return ""
}

// parse reads documents on every core and drops those that no engine reads.
func parse(docs []*source.Document, o Options, result *Result) []sim.Manifest {
	o = o.withDefaults()
	parsed, problems := make([]sim.Manifest, len(docs)), make([][]source.Problem, len(docs))
	parallel.Each(len(docs), func(i int) {
		var root *source.Node
		if root, problems[i] = docs[i].Parse(); root == nil {
			return
		}
		d := docs[i]
		d.APIVersion, d.Kind, d.Namespace, d.Name = source.Head(root)
		if slices.Contains(simulated, d.Kind) {
			parsed[i] = sim.ReadManifest(root, source.Ref{Doc: d}, false, o.Namespace)
		}
	})
	var found diag.List
	for i := range problems {
		for _, p := range problems[i] {
			result.Fatal = result.Fatal || p.Kind.Fatal()
			found.Add(diag.FromProblem(p))
		}
	}
	found = diag.Levels{Mode: o.Config.Mode()}.Apply(found)
	found.Resolve()
	result.Findings = append(result.Findings, found...)
	return slices.DeleteFunc(parsed, func(m sim.Manifest) bool { return m.Root == nil })
}

package prove

import (
	"cmp"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/kinds"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/parallel"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema"
	"github.com/kgw-dev/kgw/schema/kube"
	"github.com/kgw-dev/kgw/simulate"
)

// simulated are the kinds that engines read, and kinds with facts about the
// cluster around them.
var simulated = slices.Concat(companions, kinds.Names(), simulate.GatewayRoutes, []string{
	"PeerAuthentication", "DestinationRule", "EnvoyFilter", "WasmPlugin", "TrafficExtension", "Sidecar", "ProxyConfig",
	"GatewayClass", "BackendTLSPolicy", "ServiceEntry", "Istio", "IstioOperator",
	"WorkloadEntry", "ListenerSet", "XListenerSet",
	"Rollout", "DeploymentConfig", "CloneSet",
})

// companions are kinds that resources are linked with too.
var companions = []string{
	"Service", "Function", "Gateway", "Namespace",
	"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job", "CronJob", "Pod",
}

// Manifests returns everything among the input that an engine reads: what the
// resources compile to, and what others made. The findings are those of
// compiling; a resource that is withheld has no manifests.
//
// Objects that a controller made for one of the resources, known by their
// labels, replace the objects of their kind that the resource compiles to.
//
// Resources and manifests that can have nothing to do with the requests of the
// URLs, given without "scheme://", may be left out; nil leaves none out.
func Manifests(in compile.Input, o compile.Options, urls []string) ([]simulate.Manifest, *compile.Result) {
	o = o.WithDefaults()
	docs, rest := unfold(in, o.Namespace)
	if len(urls) > 0 {
		kept, left := leaveOut(docs, urls, &o)
		manifests, result := manifestsOf(kept, left, rest, o)
		if len(left) == 0 || !mayNeed(manifests, result, left, o) {
			return manifests, result
		}
	}
	return manifestsOf(docs, nil, rest, o)
}

// mayNeed reports whether documents that were left out may matter after all:
// where a request may be sent on under another URL, where one of them may replace
// a document that was read, and where an engine has nothing
// without them.
func mayNeed(manifests []simulate.Manifest, result *compile.Result, left []written, o compile.Options) bool {
	have := map[identity]bool{}
	for i := range manifests {
		m := &manifests[i]
		if m.Kind == "VirtualService" && mayRewrite(m.Root, "") {
			return true
		}
		have[identity{m.Kind, m.Namespace, m.Name}] = true
	}
	for _, r := range result.Resources {
		have[identity{r.Doc.Kind, r.Doc.Namespace, r.Doc.Name}] = true
	}
	c := Simulate(manifests, o)
	return slices.ContainsFunc(left, func(d written) bool {
		return have[d.name] || d.kind != "Rule" && c.Gateway.Services == 0 || d.kind != "VirtualService" && c.Oathkeeper.Size() == 0
	})
}

// mayRewrite reports whether routes of a VirtualService may change the URL of a
// request, or its host.
func mayRewrite(n *source.Node, parent string) bool {
	sets := parent == "set" || parent == "add"
	for _, key := range source.Keys(n) {
		if key == "rewrite" || sets && (strings.EqualFold(key, "host") || strings.EqualFold(key, ":authority")) {
			return true
		}
		if mayRewrite(source.Field(n, key), key) {
			return true
		}
	}
	return slices.ContainsFunc(source.Elements(n), func(e *source.Node) bool { return mayRewrite(e, "") })
}

func manifestsOf(docs, left []written, rest compile.Input, o compile.Options) ([]simulate.Manifest, *compile.Result) {
	rest.Documents = slices.Clone(rest.Documents)
	var ready []*source.Document
	docs, native := takeNatives(docs)
	alone := !slices.ContainsFunc(docs, func(d written) bool { return !slices.Contains(simulated, d.kind) })
	for _, d := range docs {
		if alone || !slices.Contains(companions, d.kind) && slices.Contains(simulated, d.kind) {
			ready = append(ready, d.doc)
		} else {
			rest.Documents = append(rest.Documents, d.doc)
		}
	}
	result := &compile.Result{}
	if len(rest.Documents)+len(rest.Problems) > 0 {
		o.Passthrough, o.Model, o.RulesAside = true, true, true
		result = compile.Run(rest, o)
		ready = append(ready, result.Others...)
	}
	if len(result.Objects) > 0 {
		ready = append(ready, ownedDocuments(left, result)...)
	}
	out := append(parse(ready, o, result), append(native, natives(nativeDocs(docs, result))...)...)
	return lastOfEach(append(out, compiledManifests(markLive(out, result), result)...)), result
}

// takeNatives removes the files that Oathkeeper itself reads from the documents.
func takeNatives(docs []written) (left []written, native []simulate.Manifest) {
	for _, d := range docs {
		if d.kind == "" && (!d.read || d.version == "") {
			if found := natives([]*source.Document{d.doc}); found != nil {
				native = append(native, found...)
				continue
			}
		}
		left = append(left, d)
	}
	return left, native
}

// nativeDocs returns the ConfigMaps that Oathkeeper may read.
func nativeDocs(docs []written, result *compile.Result) []*source.Document {
	var out []*source.Document
	for _, d := range docs {
		if d.kind == "ConfigMap" {
			out = append(out, d.doc)
		}
	}
	for _, d := range result.Others {
		if d.Kind == "ConfigMap" && !slices.Contains(out, d) {
			out = append(out, d)
		}
	}
	return out
}

// compiledManifests returns objects as engines read them.
func compiledManifests(objects []manifest.Object, result *compile.Result) []simulate.Manifest {
	entries := RouteOrigins(result)
	out, nodes := make([]simulate.Manifest, 0, len(objects)), source.NewNodes()
	for i := range objects {
		object := &objects[i]
		m := simulate.ReadManifest(nodes.Of(object.Value()), object.Origin, true, "")
		if m.Entries = object.Entries; m.Kind == "VirtualService" {
			m.Entries = entries[object.Origin.Doc]
		}
		out = append(out, m)
	}
	return out
}

// lastOfEach keeps one object of each name, as a cluster does: the last, and
// what was compiled rather than a copy of it that was written earlier.
func lastOfEach(list []simulate.Manifest) []simulate.Manifest {
	key := func(m *simulate.Manifest) identity {
		if m.Native { // Oathkeeper does not mind two rules of one id
			return identity{"AccessRule", m.Name, m.Text}
		}
		group, _, _ := strings.Cut(m.APIVersion, "/")
		return identity{group + "/" + m.Kind, m.Namespace, m.Name}
	}
	last := make(map[identity]int, len(list))
	for i := range list {
		last[key(&list[i])] = i
	}
	out := list[:0]
	for i := range list {
		if last[key(&list[i])] == i {
			out = append(out, list[i])
		}
	}
	return out
}

// RouteOrigins returns, for each resource of a result with models, what the
// http entries of its VirtualService were compiled from.
func RouteOrigins(result *compile.Result) map[*source.Document][]source.Ref {
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

// parse reads documents on every core and drops those that no engine reads.
func parse(docs []*source.Document, o compile.Options, result *compile.Result) []simulate.Manifest {
	parsed, problems := make([]simulate.Manifest, 2*len(docs)), make([][]source.Problem, len(docs)) // a Function is two
	parallel.Each(len(docs), func(i int) {
		var root *source.Node
		if root, problems[i] = docs[i].Parse(); root == nil {
			return
		}
		d := docs[i]
		d.APIVersion, d.Kind, d.Namespace, d.Name = source.Head(root)
		if d.Kind == "Function" {
			if schema.Group(d.APIVersion) == kube.FunctionGroup {
				service := source.NodeOf(kube.FunctionService(cmp.Or(d.Namespace, o.Namespace), d.Name))
				parsed[2*i] = simulate.ReadManifest(service, source.Ref{Doc: d}, false, o.Namespace)
				parsed[2*i+1] = simulate.ReadManifest(root, source.Ref{Doc: d}, false, o.Namespace)
			}
			return
		}
		if enginesRead(d.Kind, d.Name) {
			parsed[2*i] = simulate.ReadManifest(root, source.Ref{Doc: d}, false, o.Namespace)
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
	return slices.DeleteFunc(parsed, func(m simulate.Manifest) bool { return m.Root == nil })
}

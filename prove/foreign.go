package prove

import (
	"fmt"
	"slices"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema"
	"github.com/kgw-dev/kgw/simulate"
	"github.com/kgw-dev/kgw/simulate/envoy"
	"github.com/kgw-dev/kgw/simulate/gatewayapi"
	"github.com/kgw-dev/kgw/simulate/sidecar"
)

// unfollowed are the kinds that may change any answer and that no engine reads,
// by group.
var unfollowed = map[string][]string{
	"networking.istio.io":       {"EnvoyFilter", "Sidecar", "ProxyConfig"},
	"extensions.istio.io":       {"WasmPlugin", "TrafficExtension"},
	"gateway.networking.k8s.io": {"HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute"},
}

// Foreign reports what Istio refuses of the objects among the input that no
// resource was compiled to, what kgw does not read of them, and objects that it
// does not follow: answers about what they touch are not known. It returns how
// many objects of Istio there are.
func Foreign(in compile.Input, o compile.Options) (diag.List, int) {
	o = o.WithDefaults()
	docs, _ := unfold(in, o.Namespace)
	followed := followedRoutes(docs, o)
	var found diag.List
	n := 0
	for _, d := range docs {
		if !slices.Contains(simulated, d.kind) {
			continue
		}
		root, _ := d.doc.Parse()
		if root == nil {
			continue
		}
		d.doc.APIVersion, d.doc.Kind, d.doc.Namespace, d.doc.Name = source.Head(root)
		m := simulate.ReadManifest(root, source.Ref{Doc: d.doc}, false, o.Namespace)
		switch group := schema.Group(m.APIVersion); {
		case m.Is(simulate.GatewayAPI, "HTTPRoute") && followed[d.doc]:
			n++
		case slices.Contains(unfollowed[group], m.Kind):
			n++
			found.Add(diag.Finding{
				Code: diag.NotFollowed, At: m.At("kind"), Help: "what it touches is not known to trace, test and diff --semantic: ask the cluster",
				Message: fmt.Sprintf("kgw does not follow the %s %s", m.Kind, m.ID()),
			})
		case group == simulate.Networking || group == simulate.Security:
			n++
			foreign(&m, &found)
		}
	}
	found = diag.Levels{Mode: o.Config.Mode()}.Apply(found)
	found.Resolve()
	return found, n
}

// followedRoutes are the HTTPRoutes among the documents that engines follow.
func followedRoutes(docs []written, o compile.Options) map[*source.Document]bool {
	if !slices.ContainsFunc(docs, func(d written) bool { return d.kind == "HTTPRoute" }) {
		return nil
	}
	var manifests []simulate.Manifest
	out := map[*source.Document]bool{}
	for _, d := range docs {
		if root, _ := d.doc.Parse(); root != nil && slices.Contains(simulated, d.kind) {
			manifests = append(manifests, simulate.ReadManifest(root, source.Ref{Doc: d.doc}, false, o.Namespace))
			out[d.doc] = d.kind == "HTTPRoute"
		}
	}
	left, _ := gatewayapi.Convert(manifests, gatewayOptions(o.Config))
	for i := range left {
		if m := &left[i]; m.Is(simulate.GatewayAPI, "HTTPRoute") {
			out[m.Origin.Doc] = false
		}
	}
	return out
}

// foreign reports what is wrong with one object.
func foreign(m *simulate.Manifest, found *diag.List) {
	var why, path string
	switch m.Kind {
	case "VirtualService":
		why, path = envoy.RefusedVirtualService(m)
	case "Gateway":
		why, path = envoy.RefusedGateway(m)
	case "AuthorizationPolicy":
		why, path = sidecar.RefusedPolicy(m)
	case "RequestAuthentication":
		why, path = sidecar.RefusedTokens(m)
	}
	if why != "" {
		found.Add(diag.Finding{
			Code: diag.IstioRefuses, At: m.At(path), Help: "repair it: Istio's webhook refuses the object, and what was there before stays",
			Message: fmt.Sprintf("Istio refuses the %s %s: %s", m.Kind, m.ID(), why),
		})
	}
	table := simulate.TableOf(m)
	if table == nil {
		return
	}
	for _, f := range table.Unread(m.Root) {
		if f.Why != "" {
			found.Add(diag.Finding{
				Code: diag.NotFollowed, At: m.At(f.Path), Help: "what the object touches is not known to trace, test and diff --semantic: ask the cluster",
				Message: fmt.Sprintf("kgw does not follow %s of the %s %s: %s", f.Path, m.Kind, m.ID(), f.Why),
			})
			continue
		}
		found.Add(diag.Finding{
			Code: diag.FieldUnread, At: m.At(f.Path), Help: "correct the name of the field; else what the object touches is not known to trace, test and diff --semantic",
			Message: fmt.Sprintf("kgw does not know the field %s: the API server refuses or drops it", f.Path),
		})
	}
}

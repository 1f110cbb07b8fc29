package prove

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/definition"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/host"
	"github.com/kgw-dev/kgw/internal/kinds"
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
	simulate.Networking:   {"EnvoyFilter", "Sidecar", "ProxyConfig"},
	"extensions.istio.io": {"WasmPlugin", "TrafficExtension"},
	simulate.GatewayAPI:   append(slices.Clone(simulate.GatewayRoutes), "BackendTLSPolicy"),
}

// reportForeign reports, for objects among the input that no resource was
// compiled to, fields that Istio refuses, fields that kgw does not read, and
// objects that it does not follow: answers that depend on them are not known.
// For the result, it reports callers that policies refuse. It returns how many
// objects of Istio there are.
func (mem *Memory) reportForeign(in compile.Input, o compile.Options, result *compile.Result) (diag.List, int) {
	o = o.WithDefaults()
	manifests := slices.Concat(mem.manifestsOf(in.Files, o.Namespace)...)
	followed := followedRoutes(manifests, o)
	var found diag.List
	n := 0
	for i := range manifests {
		m := &manifests[i]
		group, refused, path := schema.Group(m.APIVersion), "", ""
		if group == simulate.GatewayAPI {
			refused, path = definition.Refused(m.Kind, m.Spec())
		}
		switch {
		case refused != "":
			n++
			found.Add(diag.Finding{
				Code: diag.DefinitionRefuses, At: m.At(path), Help: "repair it: the API server refuses the object, and what was there before stays",
				Message: fmt.Sprintf("the API server refuses the %s %s: %s", m.Kind, m.ID(), refused),
			})
		case followed[m.Origin.Doc]:
			n++
		case slices.Contains(unfollowed[group], m.Kind):
			n++
			found.Add(diag.Finding{
				Code: diag.NotFollowed, At: m.At("kind"), Help: "what it touches is not known to trace, test and diff --semantic: ask the cluster",
				Message: fmt.Sprintf("kgw does not follow the %s %s", m.Kind, m.ID()),
			})
		case group == simulate.Networking || group == simulate.Security:
			n++
			reportUnread(m, &found)
		}
	}
	reportTwoFronts(manifests, &found)
	mem.reportInsideRefused(manifests, result, o, &found)
	found = diag.Levels{Mode: o.Config.Mode()}.Apply(found)
	found.Resolve()
	return found, n
}

// Around returns the objects among the input that engines read and that kgw does
// not write.
func Around(in compile.Input, o compile.Options) []simulate.Manifest {
	return slices.DeleteFunc(slices.Concat((*Memory)(nil).manifestsOf(in.Files, o.WithDefaults().Namespace)...), func(m simulate.Manifest) bool {
		return kinds.Written(schema.Group(m.APIVersion), m.Kind)
	})
}

// enginesRead reports whether engines read objects of the kind.
func enginesRead(kind, name string) bool {
	return slices.Contains(simulated, kind) || kind == "ConfigMap" && simulate.IsMesh(name)
}

// followedRoutes returns the documents of the HTTPRoutes that engines follow.
func followedRoutes(manifests []simulate.Manifest, o compile.Options) map[*source.Document]bool {
	out := map[*source.Document]bool{}
	for i := range manifests {
		if m := &manifests[i]; isHTTPRoute(m) {
			out[m.Origin.Doc] = true
		}
	}
	if len(out) == 0 {
		return nil
	}
	left, _ := gatewayapi.Convert(manifests, gatewayOptions(o.Config))
	for i := range left {
		if m := &left[i]; isHTTPRoute(m) {
			delete(out, m.Origin.Doc)
		}
	}
	return out
}

// reportTwoFronts reports hosts that both a VirtualService and an HTTPRoute
// serve: a request is answered by the one whose gateway it reaches.
func reportTwoFronts(manifests []simulate.Manifest, found *diag.List) {
	type front struct {
		at   source.Ref
		id   string
		host string
	}
	hosts := func(m *simulate.Manifest, field string) []front {
		var out []front
		for i, h := range source.Texts(source.Field(m.Spec(), field)) {
			out = append(out, front{m.At(source.JoinIndex("spec."+field, i)), m.ID(), strings.ToLower(h)})
		}
		return out
	}
	var services []front
	for i := range manifests {
		m := &manifests[i]
		if m.Is(simulate.Networking, "VirtualService") && slices.ContainsFunc(source.Texts(source.Field(m.Spec(), "gateways")), func(g string) bool { return g != "mesh" }) {
			services = append(services, hosts(m, "hosts")...)
		}
	}
	for i := range manifests {
		m := &manifests[i]
		if !isHTTPRoute(m) {
			continue
		}
		for _, route := range hosts(m, "hostnames") {
			for _, service := range services {
				if !host.Meet(route.host, service.host) {
					continue
				}
				found.Add(diag.Finding{
					Code: diag.TwoFronts, At: route.at, Help: "remove one of the two once requests reach the other's gateway only",
					Message: fmt.Sprintf("host %q is served by the HTTPRoute %s and by the VirtualService %s: which one answers depends on the gateway that a request reaches", route.host, route.id, service.id),
					Related: []diag.Related{{Message: "the VirtualService", At: service.at}},
				})
			}
		}
	}
}

func isHTTPRoute(m *simulate.Manifest) bool { return m.Is(simulate.GatewayAPI, "HTTPRoute") }

// Refused returns why Istio's webhook refuses an object, and the path of the field;
// "" for both where it does not, or where kgw does not judge the kind.
func Refused(m *simulate.Manifest) (why, path string) {
	switch m.Kind {
	case "VirtualService":
		return envoy.RefusedVirtualService(m)
	case "Gateway":
		return envoy.RefusedGateway(m)
	case "AuthorizationPolicy":
		return sidecar.RefusedPolicy(m)
	case "RequestAuthentication":
		return sidecar.RefusedTokens(m)
	case "PeerAuthentication":
		return sidecar.RefusedPeers(m)
	case "DestinationRule":
		return sidecar.RefusedDestination(m)
	}
	return "", ""
}

// reportUnread reports the faults of one object of Istio, and the fields that
// kgw does not read.
func reportUnread(m *simulate.Manifest, found *diag.List) {
	why, path := Refused(m)
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

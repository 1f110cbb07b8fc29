// Package gatewayapi reads HTTPRoutes and Gateways of the Gateway API as istiod
// does: it makes VirtualServices and Gateways of Istio, which package envoy
// then simulates (istio, pilot/pkg/config/kube/gateway, 1.24 to 1.31).
//
// It reads manifests, whoever wrote them. An object that it does not fully
// understand stays as it is: package envoy then knows that kgw does not follow
// it.
package gatewayapi

import (
	"maps"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/definition"
	"github.com/kgw-dev/kgw/internal/host"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// Options are what the configuration says of Gateways.
type Options struct {
	// Identity is that of the proxy of a Gateway, by its namespace/name and its
	// document, nil where that is not among the inputs.
	Identity func(gateway string, document *source.Node) string
	// Class is a class of Gateways that istiod serves besides "istio".
	Class string
	// Assumed reports that objects of kgw have the ReferenceGrants that they
	// need.
	Assumed bool
	// Istio is the identity of the gateways of VirtualServices.
	Istio string
	// StandsFor names the Istio Gateway that a Gateway replaces, if it has
	// another name.
	StandsFor map[string]string
}

// Convert returns the manifests with VirtualServices and Gateways of Istio in
// the place of the HTTPRoutes that are understood, and the identity of the
// proxies that serve them, "" without any.
func Convert(manifests []simulate.Manifest, o Options) (out []simulate.Manifest, identity string) {
	c := &converter{options: o, parents: map[string]*parent{}}
	if !c.read(manifests) {
		return manifests, ""
	}
	c.findFollowed()
	if len(c.followed) == 0 {
		return manifests, ""
	}
	out = c.write() // excludes some of the followed routes
	followed := map[*simulate.Manifest]bool{}
	for _, r := range c.followed {
		followed[r.manifest] = true
	}
	for i := range manifests {
		if !followed[&manifests[i]] {
			out = append(out, manifests[i])
		}
	}
	return out, c.identity
}

// converter is the state of one Convert.
type converter struct {
	options  Options
	routes   []*httpRoute
	gateways []*simulate.Manifest
	grants   []*simulate.Manifest
	// told are the namespaces with a Service or a ReferenceGrant among the inputs.
	// Their grants are known, if kgw understands all of them.
	told    map[string]bool
	parents map[string]*parent
	// istio are the Gateways of Istio.
	istio map[string]bool
	// targeted are the Gateways that policies name, "" for all. kgw does not follow
	// the effect of such policies.
	targeted map[string]bool
	classes  map[string]bool // whose Gateways istiod serves
	mixed    bool            // there are VirtualServices of gateways
	services []*simulate.Manifest
	policies []*simulate.Manifest // which may ask who a gateway is
	followed []*httpRoute
	identity string
}

// read sorts the manifests, and reports whether there is an HTTPRoute.
func (c *converter) read(manifests []simulate.Manifest) bool {
	c.targeted, c.istio, c.told = map[string]bool{}, map[string]bool{}, map[string]bool{}
	c.classes = map[string]bool{"istio": true, c.options.Class: true}
	for i := range manifests {
		switch m := &manifests[i]; {
		case m.Is(simulate.GatewayAPI, "HTTPRoute"):
			c.routes = append(c.routes, &httpRoute{manifest: m})
		case m.Is(simulate.GatewayAPI, "Gateway"):
			c.gateways = append(c.gateways, m)
		case m.Is(simulate.GatewayAPI, "GatewayClass"):
			if source.Text(source.Field(m.Spec(), "controllerName")) == istioController {
				c.classes[m.Name] = true
			}
		case m.Is(simulate.GatewayAPI, "ReferenceGrant"):
			c.grants = append(c.grants, m)
			if _, said := c.told[m.Namespace]; !said {
				c.told[m.Namespace] = true
			}
			if len(simulate.ReferenceGrantFields.Unread(m.Root)) > 0 || !isAccepted(m) {
				c.told[m.Namespace] = false
			}
		case m.APIVersion == "v1" && m.Kind == "Service":
			if _, said := c.told[m.Namespace]; !said {
				c.told[m.Namespace] = true
			}
		case m.Is(simulate.Networking, "Gateway"):
			c.istio[m.ID()] = true
		case m.Is(simulate.Networking, "VirtualService"):
			if len(source.Elements(source.Field(m.Spec(), "gateways"))) > 0 {
				c.mixed, c.services = true, append(c.services, m)
			}
		case m.Is(simulate.Security, "AuthorizationPolicy"), m.Is(simulate.Security, "RequestAuthentication"):
			c.policies = append(c.policies, m)
			c.noteTarget(m)
		case m.Is(simulate.Networking, "EnvoyFilter"), m.Is("extensions.istio.io", "WasmPlugin"), m.Is("extensions.istio.io", "TrafficExtension"):
			c.noteTarget(m)
		}
	}
	return len(c.routes) > 0
}

// istioController is the controller of the classes whose Gateways are ingress gateways
// of istiod (pilot/pkg/config/kube/gateway).
const istioController = "istio.io/gateway-controller"

// noteTarget notes the Gateways that a policy, or an object that changes proxies, is
// for.
func (c *converter) noteTarget(m *simulate.Manifest) {
	refs := source.Elements(source.Field(m.Spec(), "targetRefs"))
	if one := source.Field(m.Spec(), "targetRef"); one != nil {
		refs = append(refs, one)
	}
	for _, ref := range refs {
		switch source.Text(source.Field(ref, "kind")) {
		case "Gateway":
			c.targeted[m.Namespace+"/"+source.Text(source.Field(ref, "name"))] = true
		case "GatewayClass":
			c.targeted[""] = true
		}
	}
}

// findFollowed finds the HTTPRoutes that are fully understood and whose
// Gateways have one identity, or identities that policies do not distinguish.
// The others stay: requests for their hosts are not decided.
func (c *converter) findFollowed() {
	if c.mixed {
		c.identity = c.options.Istio
	}
	for _, r := range c.routes {
		if !c.isUnderstood(r) {
			continue
		}
		if c.identity == "" {
			c.identity = c.parents[r.parents[0].gateway].identity
		}
		other := func(ref parentRef) bool { return c.parents[ref.gateway].identity != c.identity }
		told := func(ref parentRef) bool {
			return c.isShared(r, ref) || !c.sameToPolicies(c.identity, c.parents[ref.gateway].identity)
		}
		if !slices.ContainsFunc(r.parents, other) || !slices.ContainsFunc(r.parents, told) {
			c.followed = append(c.followed, r)
		}
	}
}

// isShared reports whether a VirtualService serves a host of an HTTPRoute at a
// Gateway of Istio that has the name of the route's Gateway, and neither is among
// the inputs: nothing says which of the two requests come to.
func (c *converter) isShared(r *httpRoute, ref parentRef) bool {
	return !c.parents[ref.gateway].found && slices.ContainsFunc(c.services, func(m *simulate.Manifest) bool {
		gateways := manifest.GatewayRefs(source.Texts(source.Field(m.Spec(), "gateways")), m.Namespace)
		return slices.Contains(gateways, ref.gateway) && slices.ContainsFunc(source.Texts(source.Field(m.Spec(), "hosts")), func(h string) bool {
			return len(r.hosts) == 0 || slices.ContainsFunc(r.hosts, func(own string) bool { return host.Meet(own, h) })
		})
	})
}

// isUnderstood reports whether an HTTPRoute is read whole.
func (c *converter) isUnderstood(r *httpRoute) bool {
	m := r.manifest
	if len(simulate.HTTPRouteFields.Unread(m.Root)) > 0 || !isAccepted(m) || !r.readParents() {
		return false
	}
	for _, ref := range r.parents {
		if !c.parentOf(ref).ok {
			return false
		}
	}
	return c.readRules(r)
}

// isAccepted reports whether the API server admits an object. If it refuses the
// object, an older version may be in the cluster, which is not known.
func isAccepted(m *simulate.Manifest) bool {
	if m.Compiled {
		return true
	}
	why, _ := definition.Refused(m.Kind, m.Spec())
	return why == ""
}

// permission says whether HTTPRoutes may use a Service.
type permission int

const (
	untold permission = iota
	granted
	missing
)

// permissionFor returns the permission of a route to send requests to a Service of
// another namespace.
func (c *converter) permissionFor(m *simulate.Manifest, namespace, service string) permission {
	switch {
	case namespace == m.Namespace, m.Compiled && c.options.Assumed, c.isGranted(m.Namespace, namespace, service):
		return granted
	case c.told[namespace]:
		return missing
	}
	return untold
}

// isGranted reports whether a ReferenceGrant lets HTTPRoutes of a namespace use a
// Service.
func (c *converter) isGranted(from, namespace, service string) bool {
	return slices.ContainsFunc(c.grants, func(g *simulate.Manifest) bool {
		if g.Namespace != namespace || len(simulate.ReferenceGrantFields.Unread(g.Root)) > 0 || !isAccepted(g) {
			return false
		}
		is := func(n *source.Node, key, value string) bool { return source.Text(source.Field(n, key)) == value }
		lets := slices.ContainsFunc(source.Elements(source.Field(g.Spec(), "from")), func(n *source.Node) bool {
			return is(n, "group", simulate.GatewayAPI) && is(n, "kind", "HTTPRoute") && is(n, "namespace", from)
		})
		return lets && slices.ContainsFunc(source.Elements(source.Field(g.Spec(), "to")), func(n *source.Node) bool {
			return is(n, "group", "") && is(n, "kind", "Service") && (is(n, "name", "") || is(n, "name", service))
		})
	})
}

// write makes the VirtualServices of what is followed, and the Gateways of the
// parents that are among the inputs.
func (c *converter) write() []simulate.Manifest {
	var out []simulate.Manifest
	order, groups := c.group()
	for c.dropTied(groups) {
		order, groups = c.group()
	}
	ports := map[string]int64{}
	for _, p := range c.parents {
		for i, section := range p.sections {
			ports[p.name+internalName+"-"+section] = p.ports[i]
		}
	}
	for _, b := range order {
		out = append(out, b.virtualService(groups[b], ports[b.gateway]))
	}
	for _, name := range slices.Sorted(maps.Keys(c.parents)) {
		out = append(out, c.parents[name].made...)
	}
	return out
}

// group groups the matches that are tried in one list: those of one listener and
// host.
func (c *converter) group() (order []binding, groups map[binding][]*match) {
	groups = map[binding][]*match{}
	for _, r := range c.followed {
		if len(r.matches) == 0 {
			continue
		}
		hosts := r.hosts
		if len(hosts) == 0 {
			hosts = []string{"*"}
		}
		for _, ref := range r.parents {
			for _, gateway := range c.gatewaysOf(r.manifest, ref) {
				for _, host := range hosts {
					b := binding{gateway, strings.ToLower(host)}
					if groups[b] == nil {
						order = append(order, b)
					}
					groups[b] = append(groups[b], r.matches...)
				}
			}
		}
	}
	return order, groups
}

// dropTied leaves out HTTPRoutes whose order depends on their ages, which are
// not known, and reports whether there were any.
func (c *converter) dropTied(groups map[binding][]*match) bool {
	tied := map[*simulate.Manifest]bool{}
	for _, list := range groups {
		for _, m := range tiedRoutes(list) {
			tied[m] = true
		}
	}
	c.followed = slices.DeleteFunc(c.followed, func(r *httpRoute) bool { return tied[r.manifest] })
	return len(tied) > 0
}

package others

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema/kube"
)

// door is an object that somebody else wrote and that leads from outside the
// cluster to a Service.
type door struct {
	document *Document
	what     string // its kind and name
	place    kube.Door
	labels   map[string]string
}

// checkDoors reports objects that lead to a Service which a gateway guards: a caller
// that uses them is not asked for a token. It leaves out objects that are reported for
// serving a gateway's host.
func (in *Inputs) checkDoors(reported diag.List) diag.List {
	guarded := in.guardedServices()
	if len(guarded) == 0 {
		return nil
	}
	entrances := in.newEntrances(guarded)
	var found diag.List
	var own map[string]bool // what is written for the gateways
	for _, d := range in.collectDoors(reported) {
		behind := entrances.servicesBehind(&d.place)
		if len(behind) == 0 || in.isOwned(&d) {
			continue
		}
		if own == nil {
			own = in.written()
		}
		if in.Replaces(d.document.Document) || own[d.document.key()] {
			continue
		}
		for _, service := range behind {
			found.Add(diag.Finding{
				Code: diag.SecondDoor, At: d.place.Origin,
				Message: fmt.Sprintf("%s leads to Service %q, which a gateway guards: callers come in without what the gateway demands", d.what, service),
				Help:    "remove the one or the other, or suppress the finding where the Service itself asks for a token",
				Related: []diag.Related{{Message: "the route that guards the Service", At: guarded[service]}},
			})
		}
	}
	return found
}

// guardedServices lists the Services behind routes that demand something of the caller,
// each with the first such route. Where policies are written, the pods themselves
// demand it, whichever way a caller comes.
func (in *Inputs) guardedServices() map[ir.Name]source.Ref {
	out := map[ir.Name]source.Ref{}
	for i := range in.Gateways {
		g := &in.Gateways[i]
		if g.Target == nil || g.Target.Plan.Policies {
			continue
		}
		for _, route := range g.Routes {
			forward, ok := route.Action.(ir.Forward)
			if !ok || route.Access.Open() {
				continue
			}
			to := forward.To
			if len(to) == 0 {
				for i := range g.Hosts {
					to = append(to, g.Hosts[i].Upstreams...)
				}
			}
			for i := range to {
				name := ir.Name{Namespace: to[i].Namespace, Name: to[i].Name}
				if _, seen := out[name]; !seen {
					out[name] = route.Origin
				}
			}
		}
	}
	return out
}

// collectDoors lists the doors among the inputs.
func (in *Inputs) collectDoors(reported diag.List) []door {
	var out []door
	delegates := in.delegates()
	for i := range in.Documents {
		document := &in.Documents[i]
		add := func(what string, doors []kube.Door, labels map[string]string) {
			for _, d := range doors {
				out = append(out, door{document, what, d, labels})
			}
		}
		switch o := document.Object.(type) {
		case *kube.Exposure:
			if !slices.ContainsFunc(o.Owners, func(kind string) bool { return kind == "FabricGateway" || kind == "APIRule" }) && !isReported(reported, document.Document) {
				add(o.Kind+" "+o.Name.String(), o.Doors, nil)
			}
		case *kube.VirtualService:
			if o.Outside || delegates[o.Name] {
				add("VirtualService "+o.Name.String(), o.Doors, o.Labels)
			}
		case *kube.Route:
			add(o.Kind+" "+o.Name.String(), o.Doors, o.Labels)
		case *kube.Service:
			if o.Outside != "" {
				add(fmt.Sprintf("Service %s %s", o.Name, o.Outside), []kube.Door{{Origin: o.OutsideAt, Service: o.Name}}, nil)
			}
		case *kube.AuthorizationPolicy, *kube.ConfigMap, *kube.ExternalGateway, *kube.Gateway, *kube.Namespace, *kube.Pod,
			*kube.ParentGateway, *kube.RequestAuthentication, *kube.Rule, *kube.ServiceEntry, *kube.StackSet, nil:
		}
	}
	return out
}

// delegates returns the VirtualServices to which another one delegates requests from
// outside the cluster.
func (in *Inputs) delegates() map[ir.Name]bool {
	out := map[ir.Name]bool{}
	for i := range in.Documents {
		if v, ok := in.Documents[i].Object.(*kube.VirtualService); ok && v.Outside {
			for _, d := range v.Delegates {
				out[d] = true
			}
		}
	}
	return out
}

// entrances finds the guarded Services behind the names that doors have.
type entrances struct {
	guarded  map[ir.Name]source.Ref
	spaces   map[string][]ir.Name // the guarded ones of a namespace
	services map[ir.Name]*kube.Service
	entries  map[string][]*kube.ServiceEntry // by host
}

func (in *Inputs) newEntrances(guarded map[ir.Name]source.Ref) *entrances {
	e := &entrances{guarded: guarded, spaces: map[string][]ir.Name{}, services: map[ir.Name]*kube.Service{}, entries: map[string][]*kube.ServiceEntry{}}
	for _, name := range slices.SortedFunc(maps.Keys(guarded), ir.Name.Compare) {
		e.spaces[name.Namespace] = append(e.spaces[name.Namespace], name)
	}
	for i := range in.Documents {
		if o, ok := in.Documents[i].Object.(*kube.Service); ok {
			e.services[o.Name] = o
		}
		if o, ok := in.Documents[i].Object.(*kube.ServiceEntry); ok {
			for _, h := range o.Hosts {
				e.entries[h] = append(e.entries[h], o)
			}
		}
	}
	return e
}

// servicesBehind returns the guarded Services that a door leads to: the one
// that it names, the ones with the same pods, and the ones that its name refers
// to.
func (e *entrances) servicesBehind(d *kube.Door) []ir.Name {
	seen, out := map[ir.Name]bool{}, []ir.Name(nil)
	var follow func(ir.Name)
	reach := func(name ir.Name) {
		if _, ok := e.guarded[name]; ok && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	follow = func(name ir.Name) {
		if seen[name] || name.Name == "" {
			return
		}
		seen[name] = true
		reach(name)
		s := e.services[name]
		if s == nil {
			return
		}
		if other, ok := kube.ServiceOfHost(s.External, ""); ok {
			follow(other)
		}
		for _, other := range e.servicesOfPods(name.Namespace, s.Selector) {
			reach(other)
		}
	}
	follow(d.Service)
	for _, entry := range e.entries[d.Host] {
		for _, address := range entry.Addresses {
			if other, ok := kube.ServiceOfHost(address, ""); ok {
				follow(other)
			}
		}
		for _, other := range e.servicesOfPods(entry.Name.Namespace, entry.Selector) {
			reach(other)
		}
	}
	return out
}

// servicesOfPods lists the guarded Services of a namespace whose pods a
// selector may choose too.
func (e *entrances) servicesOfPods(namespace string, selector map[string]string) []ir.Name {
	if len(selector) == 0 {
		return nil
	}
	var out []ir.Name
	for _, name := range e.spaces[namespace] {
		s := e.services[name]
		if s != nil && len(s.Selector) > 0 && (source.MapWithin(selector, s.Selector) || source.MapWithin(s.Selector, selector)) {
			out = append(out, name)
		}
	}
	return out
}

// isReported reports whether a document is among the findings.
func isReported(found diag.List, doc *source.Document) bool {
	return slices.ContainsFunc(found, func(f diag.Finding) bool { return f.At.Doc == doc })
}

// isOwned reports whether a controller made the object for one of the gateways,
// or kgw did: an HTTPRoute has a name of kgw's own.
func (in *Inputs) isOwned(d *door) bool {
	if len(d.labels) == 0 {
		return false
	}
	_, route := d.document.Object.(*kube.Route)
	if _, service := d.document.Object.(*kube.VirtualService); !route && !service {
		return false // neither makes another entrance
	}
	named := func(g *ir.Gateway) bool {
		return d.document.Namespace == g.Name.Namespace && strings.HasPrefix(d.document.Name, g.ID()+"-")
	}
	return slices.ContainsFunc(in.Gateways, func(g Gateway) bool {
		if route && !named(g.Gateway) {
			return false
		}
		legacy := g.Convention.LegacyOwner
		return g.Owns(d.labels) || legacy.Key != "" && d.labels[legacy.Key] == legacy.Value
	})
}

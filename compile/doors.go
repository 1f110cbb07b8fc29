package compile

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema/kube"
)

// door is an object that somebody else wrote and that leads from outside the
// cluster to a Service.
type door struct {
	unit   *unit
	what   string // its kind and name
	place  kube.Door
	labels map[string]string
}

// reportDoors reports objects that lead to a Service which a gateway guards: a caller
// that uses them is not asked for a token.
func (r *run) reportDoors() {
	guarded := r.guardedServices()
	if len(guarded) == 0 {
		return
	}
	in := r.newEntrances(guarded)
	var own map[string]bool // what is written for the gateways
	for _, d := range r.collectDoors() {
		behind := in.servicesBehind(&d.place)
		if len(behind) == 0 || r.isOwned(&d) {
			continue
		}
		if own == nil {
			own = r.writtenKeys()
		}
		if r.options.Earlier != nil && r.options.Earlier(d.unit.doc) || own[documentKey(d.unit.doc)] {
			continue
		}
		for _, service := range behind {
			r.found.Add(diag.Finding{
				Code: diag.SecondDoor, At: d.place.Origin,
				Message: fmt.Sprintf("%s leads to Service %q, which a gateway guards: callers come in without what the gateway demands", d.what, service),
				Help:    "remove the one or the other, or suppress the finding where the Service itself asks for a token",
				Related: []diag.Related{{Message: "the route that guards the Service", At: guarded[service]}},
			})
		}
	}
}

// guardedServices lists the Services behind routes that demand something of the caller,
// each with the first such route. Where policies are written, the pods themselves
// demand it, whichever way a caller comes.
func (r *run) guardedServices() map[ir.Name]source.Ref {
	out := map[ir.Name]source.Ref{}
	for _, u := range r.compiled {
		if u.target == nil || u.target.Plan.Policies {
			continue
		}
		for _, route := range u.gateway.Routes {
			forward, ok := route.Action.(ir.Forward)
			if !ok || route.Access.Open() {
				continue
			}
			to := forward.To
			if len(to) == 0 {
				for i := range u.gateway.Hosts {
					to = append(to, u.gateway.Hosts[i].Upstreams...)
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
func (r *run) collectDoors() []door {
	var out []door
	delegates := r.delegates()
	for _, u := range r.units {
		add := func(what string, doors []kube.Door, labels map[string]string) {
			for _, d := range doors {
				out = append(out, door{u, what, d, labels})
			}
		}
		switch o := u.companion.(type) {
		case *kube.Exposure:
			if !slices.ContainsFunc(o.Owners, func(kind string) bool { return kind == "FabricGateway" || kind == "APIRule" }) && !r.reportedForeign(u.doc) {
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
func (r *run) delegates() map[ir.Name]bool {
	out := map[ir.Name]bool{}
	for _, u := range r.units {
		if v, ok := u.companion.(*kube.VirtualService); ok && v.Outside {
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

func (r *run) newEntrances(guarded map[ir.Name]source.Ref) *entrances {
	e := &entrances{guarded: guarded, spaces: map[string][]ir.Name{}, services: map[ir.Name]*kube.Service{}, entries: map[string][]*kube.ServiceEntry{}}
	for _, name := range slices.SortedFunc(maps.Keys(guarded), ir.Name.Compare) {
		e.spaces[name.Namespace] = append(e.spaces[name.Namespace], name)
	}
	for _, u := range r.units {
		if o, ok := u.companion.(*kube.Service); ok {
			e.services[o.Name] = o
		}
		if o, ok := u.companion.(*kube.ServiceEntry); ok {
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

// reportedForeign reports whether an object is already reported for serving a gateway's
// host.
func (r *run) reportedForeign(doc *source.Document) bool {
	return slices.ContainsFunc(r.found, func(f diag.Finding) bool { return f.Code == diag.ForeignRoutes && f.At.Doc == doc })
}

// isOwned reports whether a controller made the object for one of the gateways,
// or kgw did: an HTTPRoute has a name of kgw's own.
func (r *run) isOwned(d *door) bool {
	if len(d.labels) == 0 {
		return false
	}
	_, route := d.unit.companion.(*kube.Route)
	if _, service := d.unit.companion.(*kube.VirtualService); !route && !service {
		return false // neither makes another entrance
	}
	named := func(g *ir.Gateway) bool {
		return d.unit.doc.Namespace == g.Name.Namespace && strings.HasPrefix(d.unit.doc.Name, g.ID()+"-")
	}
	return slices.ContainsFunc(r.compiled, func(u *unit) bool {
		if route && !named(u.gateway) {
			return false
		}
		legacy := u.gateway.Convention.LegacyOwner
		return u.gateway.Owns(d.labels) || legacy.Key != "" && d.labels[legacy.Key] == legacy.Value
	})
}

// writtenKeys returns the keys of all objects that would be written.
func (r *run) writtenKeys() map[string]bool {
	out := map[string]bool{}
	for _, u := range r.compiled {
		if u.target == nil {
			continue
		}
		for _, o := range u.target.objects(u) {
			out[o.Key()] = true
		}
	}
	return out
}

// documentKey is the key that the object of a document has.
func documentKey(doc *source.Document) string {
	o := manifest.Object{APIVersion: doc.APIVersion, Kind: doc.Kind, Meta: manifest.Meta{Namespace: doc.Namespace, Name: doc.Name}}
	return o.Key()
}

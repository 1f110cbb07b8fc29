package compile

import (
	"fmt"
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

// doors reports objects that lead to a Service which a gateway guards: whoever
// comes through them is asked for no token.
func (r *run) doors() {
	guarded := r.guarded()
	if len(guarded) == 0 {
		return
	}
	var own map[string]bool // what is written for the gateways
	for _, d := range r.otherDoors(guarded) {
		route, ok := guarded[d.place.Service]
		if !ok || r.isOwned(&d) {
			continue
		}
		if own == nil {
			own = r.writtenKeys()
		}
		if r.options.Earlier != nil && r.options.Earlier(d.unit.doc) || own[documentKey(d.unit.doc)] {
			continue
		}
		r.found.Add(diag.Finding{
			Code: diag.SecondDoor, At: d.place.Origin,
			Message: fmt.Sprintf("%s leads to Service %q, which a gateway guards: callers come in without what the gateway demands", d.what, d.place.Service),
			Help:    "remove the one or the other, or suppress the finding where the Service itself asks for a token",
			Related: []diag.Related{{Message: "the route that guards the Service", At: route}},
		})
	}
}

// guarded lists the Services that a route leads to which demands something of
// the caller, with the first such route. Where policies are written, the pods
// themselves demand it, whichever way a caller comes.
func (r *run) guarded() map[ir.Name]source.Ref {
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

// otherDoors lists the doors among the inputs. A Service of its own outside
// leads to every guarded Service with the same pods.
func (r *run) otherDoors(guarded map[ir.Name]source.Ref) []door {
	var out []door
	services := map[string][]*kube.Service{}
	for _, u := range r.units {
		if s, ok := u.companion.(*kube.Service); ok && len(s.Selector) > 0 {
			if _, is := guarded[s.Name]; is {
				services[s.Name.Namespace] = append(services[s.Name.Namespace], s)
			}
		}
	}
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
			add("VirtualService "+o.Name.String(), o.Doors, o.Labels)
		case *kube.Route:
			add(o.Kind+" "+o.Name.String(), o.Doors, o.Labels)
		case *kube.Service:
			if o.Outside == "" {
				continue
			}
			at, what := o.Origin.At("spec", "type"), fmt.Sprintf("Service %s of type %s", o.Name, o.Outside)
			add(what, []kube.Door{{Origin: at, Service: o.Name}}, nil)
			for _, s := range services[o.Name.Namespace] {
				if s.Name != o.Name && len(o.Selector) > 0 && (within(o.Selector, s.Selector) || within(s.Selector, o.Selector)) {
					add(what, []kube.Door{{Origin: at, Service: s.Name}}, nil)
				}
			}
		case *kube.AuthorizationPolicy, *kube.ConfigMap, *kube.ExternalGateway, *kube.Gateway, *kube.Namespace, *kube.Pod,
			*kube.ParentGateway, *kube.RequestAuthentication, *kube.Rule, *kube.StackSet, nil:
		}
	}
	return out
}

// reportedForeign reports whether an object is found already to serve a
// gateway's host.
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
		c := &u.gateway.Convention
		return len(c.Owner) > 0 && within(c.Owner, d.labels) || len(c.LegacyOwner) > 0 && within(c.LegacyOwner, d.labels)
	})
}

// writtenKeys are the keys of all objects that would be written.
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

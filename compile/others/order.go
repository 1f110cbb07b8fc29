package others

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/compile/httproute"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/host"
	"github.com/kgw-dev/kgw/internal/kinds"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/routerule"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema/kube"
)

// front is an object whose routes Istio puts into one list with those of others
// for the same listener and host: what is written for a gateway, or a route of
// somebody else.
type front struct {
	gateway   *Gateway // nil for a route of somebody else
	what      string
	at        source.Ref
	namespace string
	hosts     []string // lower case; "*" for those of its listeners
	parents   []kube.RouteParent
	// asked computes its matches, and kept caches them.
	asked func() []httproute.Asked
	kept  []httproute.Asked
}

func (f *front) askedMatches() []httproute.Asked {
	if f.asked != nil {
		f.kept, f.asked = f.asked(), nil
	}
	return f.kept
}

// CheckOrder reports HTTPRoutes of others, and of other gateways, of which Istio asks
// a match before a route of a gateway: it puts the matches of all objects of a host
// into one order, whoever wrote them.
func (in *Inputs) CheckOrder() diag.List {
	var own []*front
	for i := range in.Gateways {
		if g := &in.Gateways[i]; g.Target != nil && g.Target.GatewayAPI.Routes && !g.Copy {
			own = append(own, frontOf(g))
		}
	}
	if len(own) == 0 {
		return nil
	}
	all := append(in.foreignFronts(), own...)
	byHost, wide := map[string][]*front{}, []*front(nil)
	for _, f := range all {
		for _, h := range f.hosts {
			if byHost[h] = append(byHost[h], f); strings.HasPrefix(h, "*") {
				wide = append(wide, f)
			}
		}
	}
	var found diag.List
	for _, f := range own {
		var others []*front
		for _, h := range f.hosts {
			others = append(others, byHost[h]...)
			if others = append(others, wide...); strings.HasPrefix(h, "*") {
				others = all
			}
		}
		in.checkOrderWith(f, others, &found)
	}
	return found
}

// checkOrderWith reports what is asked between the routes of a gateway:
// the first that does something else with a request, and each that shares a
// host and does not.
func (in *Inputs) checkOrderWith(f *front, others []*front, found *diag.List) {
	purse := match.NewPurse(f.gateway.Target.Steps)
	seen := map[*front]bool{f: true}
	for _, other := range others {
		if seen[other] {
			continue
		}
		seen[other] = true
		var shared string
		for _, h := range in.sharedHosts(f, other) {
			if by := httproute.Intruder(f.askedMatches(), other.askedMatches(), h.name, h.byAge, in.Judge, purse); by != nil {
				found.Add(f.intrusionFinding(other, by, h))
				return
			}
			if h.certain {
				shared = h.name
			}
		}
		if shared != "" && len(other.askedMatches()) > 0 {
			found.Add(diag.Finding{
				Code: diag.RoutesInterleave, Severity: diag.Info, At: f.hostAt(shared), Owner: f.gateway.Doc,
				Message: fmt.Sprintf("%s serves host %q too: its rules are asked behind those of %s %q that match the same requests, or do the same", other.what, shared, f.gateway.Kind, f.gateway.Name),
				Help:    "none is needed, as long as neither of the two changes",
				Related: []diag.Related{{Message: "the other object", At: other.at}},
			})
		}
	}
}

// intrusionFinding returns the finding about a match that is asked before a route of f.
func (f *front) intrusionFinding(other *front, in *httproute.Intrusion, h sharedHost) diag.Finding {
	g := f.gateway
	d := diag.Finding{
		Code: diag.RoutesInterleave, At: in.Own.Origin, Owner: f.gateway.Doc,
		Help:    "use another host for one of the two, or put all routes of the host into one resource",
		Related: []diag.Related{{Message: "what is asked before it", At: in.By.Origin}},
	}
	what := fmt.Sprintf("its %q is asked before route %q of %s %q", in.By.Path, in.Own.Path, g.Kind, g.Name)
	switch {
	case h.byAge:
		what = fmt.Sprintf("its %q is asked before route %q of %s %q if it is older, whatever the length of the two", in.By.Path, in.Own.Path, g.Kind, g.Name)
	case in.By.CutsOff() && !in.Own.Exact && !in.Own.Prefix:
		what = fmt.Sprintf("its %q removes the expressions of the host, route %q of %s %q among them", in.By.Path, in.Own.Path, g.Kind, g.Name)
	case !routerule.AskedBefore(&in.By.Rule, &in.Own.Rule):
		what = fmt.Sprintf("its %q is asked before route %q of %s %q if it is older", in.By.Path, in.Own.Path, g.Kind, g.Name)
	}
	d.Message = fmt.Sprintf("%s serves host %q too: %s", other.what, h.name, what)
	if !h.certain {
		d.Severity = diag.Warning
		d.Message = fmt.Sprintf("%s serves host %q too where a listener has that host and no wider one: %s", other.what, h.name, what)
		d.Help = "have the Gateway among the inputs, or name the listener in gatewayAPI.gateways.*.sections of kgw.yaml and in the other object"
	}
	if in.Witness != nil {
		d.Witness = &diag.Witness{Method: in.Witness.Method, URL: in.Witness.URL()}
	}
	return d
}

// hostAt returns the place of a gateway's host that is or covers a host.
func (f *front) hostAt(name string) source.Ref {
	for i := range f.gateway.Hosts {
		if h := &f.gateway.Hosts[i]; host.Within(name, strings.ToLower(h.Name)) {
			return h.Origin
		}
	}
	return f.gateway.Origin
}

// sharedHost is a host under which the matches of two objects are in one list. It is
// certain if it does not depend on an unknown listener. istiod puts matches of hosts
// that are spelled alike into one order; if a listener makes a name and a wildcard the
// same host, istiod asks all matches of the older object first.
type sharedHost struct {
	name           string
	certain, byAge bool
}

// sharedHosts lists the hosts that two objects share at their Gateways.
func (in *Inputs) sharedHosts(a, b *front) []sharedHost {
	var out []sharedHost
	for _, p := range a.parents {
		for _, q := range b.parents {
			if p.Kind != q.Kind || p.Name != q.Name || p.Section != "" && q.Section != "" && p.Section != q.Section {
				continue
			}
			for _, h := range a.hosts {
				for _, o := range b.hosts {
					if host.Meet(h, o) {
						out = append(out, in.sharedHostsAt(a, b, p, cmp.Or(p.Section, q.Section), h, o)...)
					}
				}
			}
		}
	}
	return out
}

// sharedHostsAt lists the hosts under which two objects with the hosts h and o
// share a list at a Gateway, or at the one of its listeners that is named.
func (in *Inputs) sharedHostsAt(a, b *front, p kube.RouteParent, section, h, o string) []sharedHost {
	gateway := in.Parents[p.Name]
	if gateway == nil || p.Kind != "Gateway" {
		if h == o {
			return []sharedHost{{name: h, certain: true}}
		}
		narrow := h
		if host.Within(o, h) {
			narrow = o
		}
		return []sharedHost{{name: narrow, byAge: true}}
	}
	var sections []string
	if section != "" {
		sections = []string{section}
	}
	var out []sharedHost
	for i := range gateway.Listeners {
		l := &gateway.Listeners[i]
		name := l.At(h)
		if name == "" || name != l.At(o) || section != "" && l.Name != section {
			continue
		}
		serves := func(f *front) bool {
			fit, _ := gateway.Fitting(sections, name, f.namespace, in.Namespaces[f.namespace])
			return slices.Contains(fit, l)
		}
		if serves(a) && serves(b) {
			out = append(out, sharedHost{name: name, certain: true, byAge: h != o})
		}
	}
	return out
}

// frontOf returns what is written for a gateway as a front.
func frontOf(g *Gateway) *front {
	p := g.Target.GatewayAPI.ParentOf(g.Gateway)
	f := &front{
		gateway: g, what: fmt.Sprintf("the HTTPRoute of %s %q", g.Kind, g.Name), at: g.Origin.At("metadata", "name"), namespace: g.Name.Namespace,
		asked: func() []httproute.Asked { return httproute.Own(g.Gateway, g.Target) },
	}
	for _, section := range p.Sections {
		f.parents = append(f.parents, kube.RouteParent{Kind: p.Kind, Name: p.Name, Section: section})
	}
	if len(p.Sections) == 0 {
		f.parents = []kube.RouteParent{{Kind: p.Kind, Name: p.Name}}
	}
	for i := range g.Hosts {
		if h := &g.Hosts[i]; h.Name != "" && !h.Short {
			f.hosts = append(f.hosts, strings.ToLower(h.Name))
		}
	}
	return f
}

// foreignFronts returns the HTTPRoutes and GRPCRoutes among the inputs that others
// wrote, without those that a run of kgw writes or wrote.
func (in *Inputs) foreignFronts() []*front {
	var out []*front
	var written map[string]bool
	for i := range in.Documents {
		d := &in.Documents[i]
		o, ok := d.Object.(*kube.Route)
		if !ok || d.Copy || o.Kind != kinds.HTTPRoute && o.Kind != "GRPCRoute" {
			continue
		}
		if written == nil {
			written = in.written()
		}
		if written[d.key()] || in.Replaces(d.Document) {
			continue
		}
		f := &front{
			what: fmt.Sprintf("%s %q", o.Kind, o.Name), at: o.Origin.At("metadata", "name"), namespace: o.Name.Namespace, parents: o.Parents,
			asked: func() []httproute.Asked {
				root, _ := d.Parse()
				return httproute.Foreign(o.Origin, o.Kind, source.Field(root, "spec"))
			},
		}
		for _, h := range o.All {
			f.hosts = append(f.hosts, strings.ToLower(h))
		}
		if len(f.hosts) == 0 {
			f.hosts = []string{"*"}
		}
		out = append(out, f)
	}
	return out
}

package compile

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
	unit      *unit
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

// reportInterleaved reports HTTPRoutes of others, and of other gateways, of
// which Istio asks a match before a route of a gateway: it puts the matches of
// all objects of a host into one order, whoever wrote them.
func (r *run) reportInterleaved() {
	var own []*front
	for _, u := range r.compiled {
		if u.target != nil && u.target.GatewayAPI.Routes && !u.copy {
			own = append(own, frontOf(u))
		}
	}
	if len(own) == 0 {
		return
	}
	c := r.companions()
	all := append(r.foreignFronts(), own...)
	byHost, wide := map[string][]*front{}, []*front(nil)
	for _, f := range all {
		for _, h := range f.hosts {
			if byHost[h] = append(byHost[h], f); strings.HasPrefix(h, "*") {
				wide = append(wide, f)
			}
		}
	}
	for _, f := range own {
		var others []*front
		for _, h := range f.hosts {
			others = append(others, byHost[h]...)
			if others = append(others, wide...); strings.HasPrefix(h, "*") {
				others = all
			}
		}
		r.reportInterleavedWith(f, others, c)
	}
}

// reportInterleavedWith reports what is asked between the routes of a gateway:
// the first that does something else with a request, and each that shares a
// host and does not.
func (r *run) reportInterleavedWith(f *front, others []*front, c *companions) {
	purse := match.NewPurse(f.unit.target.Steps)
	seen := map[*front]bool{f: true}
	for _, other := range others {
		if seen[other] {
			continue
		}
		seen[other] = true
		var shared string
		for _, h := range c.sharedHosts(f, other) {
			if in := httproute.Intruder(f.askedMatches(), other.askedMatches(), h.name, h.byAge, r.judge, purse); in != nil {
				r.found.Add(f.intrusionFinding(other, in, h))
				return
			}
			if h.certain {
				shared = h.name
			}
		}
		if shared != "" && len(other.askedMatches()) > 0 {
			r.found.Add(diag.Finding{
				Code: diag.RoutesInterleave, Severity: diag.Info, At: f.hostAt(shared), Owner: f.unit.doc,
				Message: fmt.Sprintf("%s serves host %q too: its rules are asked behind those of %s %q that match the same requests, or do the same", other.what, shared, f.unit.gateway.Kind, f.unit.gateway.Name),
				Help:    "none is needed, as long as neither of the two changes",
				Related: []diag.Related{{Message: "the other object", At: other.at}},
			})
		}
	}
}

// intrusionFinding returns the finding about a match that is asked before a route of f.
func (f *front) intrusionFinding(other *front, in *httproute.Intrusion, h sharedHost) diag.Finding {
	g := f.unit.gateway
	d := diag.Finding{
		Code: diag.RoutesInterleave, At: in.Own.Origin, Owner: f.unit.doc,
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
	for i := range f.unit.gateway.Hosts {
		if h := &f.unit.gateway.Hosts[i]; host.Within(name, strings.ToLower(h.Name)) {
			return h.Origin
		}
	}
	return f.unit.gateway.Origin
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
func (c *companions) sharedHosts(a, b *front) []sharedHost {
	var out []sharedHost
	for _, p := range a.parents {
		for _, q := range b.parents {
			if p.Kind != q.Kind || p.Name != q.Name || p.Section != "" && q.Section != "" && p.Section != q.Section {
				continue
			}
			for _, h := range a.hosts {
				for _, o := range b.hosts {
					if host.Meet(h, o) {
						out = append(out, c.sharedHostsAt(a, b, p, cmp.Or(p.Section, q.Section), h, o)...)
					}
				}
			}
		}
	}
	return out
}

// sharedHostsAt lists the hosts under which two objects with the hosts h and o
// share a list at a Gateway, or at the one of its listeners that is named.
func (c *companions) sharedHostsAt(a, b *front, p kube.RouteParent, section, h, o string) []sharedHost {
	gateway := c.parents[p.Name]
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
			fit, _ := gateway.Fitting(sections, name, f.namespace, c.namespaces[f.namespace])
			return slices.Contains(fit, l)
		}
		if serves(a) && serves(b) {
			out = append(out, sharedHost{name: name, certain: true, byAge: h != o})
		}
	}
	return out
}

// frontOf returns what is written for a gateway as a front.
func frontOf(u *unit) *front {
	g, t := u.gateway, &u.target.Target
	p := t.GatewayAPI.ParentOf(g)
	f := &front{
		unit: u, what: fmt.Sprintf("the HTTPRoute of %s %q", g.Kind, g.Name), at: g.Origin.At("metadata", "name"), namespace: g.Name.Namespace,
		asked: func() []httproute.Asked { return httproute.Own(g, t) },
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
func (r *run) foreignFronts() []*front {
	var out []*front
	var written map[string]bool
	for _, u := range r.units {
		o, ok := u.companion.(*kube.Route)
		if !ok || u.copy || o.Kind != kinds.HTTPRoute && o.Kind != "GRPCRoute" {
			continue
		}
		if written == nil {
			written = r.writtenKeys()
		}
		if written[documentKey(u.doc)] || r.options.Earlier != nil && r.options.Earlier(u.doc) {
			continue
		}
		f := &front{
			unit: u, what: fmt.Sprintf("%s %q", o.Kind, o.Name), at: o.Origin.At("metadata", "name"), namespace: o.Name.Namespace, parents: o.Parents,
			asked: func() []httproute.Asked {
				root, _ := u.doc.Parse()
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

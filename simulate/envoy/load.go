// Package envoy decides requests over VirtualServices and Gateways, as Istio's
// ingress gateways do.
//
// It reads manifests, whoever wrote them. It must not know the model, nor how
// kgw writes a VirtualService.
package envoy

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// Gateway decides requests as Istio's ingress gateways do with the objects that
// it was loaded with. It is safe for concurrent use.
type Gateway struct {
	// Services counts the VirtualServices that are bound to a gateway.
	Services int
	// Guard returns the function that decides by the policies of the gateway's own
	// pods, those with the labels. Nil means no policies.
	Guard func(selector map[string]string) simulate.AtPort
	// Trusts reports that the gateway believes X-Forwarded-Proto of proxies
	// before it.
	Trusts bool

	tables   []*table
	meshOnly []*simulate.Manifest
	streams  []*stream
	refused  []refusal
	foreign  []*foreign
	space    string // namespace of the gateway's pods
}

// Load reads VirtualServices, Gateways and related objects among the manifests.
// Hosts are in lower case. Where several VirtualServices have one host, their
// routes are ordered by the age of the Gateway, then by the number of namespaces
// they are exported to (fewer first), then by age. Within one VirtualService,
// routes behind one that matches everything are left out; such routes come behind
// all others. A VirtualService without routes is skipped
// (pilot/pkg/networking/core/gateway.go and its package route,
// pilot/pkg/model/push_context.go). The namespace is that of the gateway's pods.
func Load(manifests []simulate.Manifest, namespace string) *Gateway {
	g := &Gateway{space: namespace}
	l := &loader{g: g, named: map[string]*simulate.Manifest{}, absent: map[string]*table{}}
	var services, gateways []*simulate.Manifest
	for i := range manifests {
		switch m := &manifests[i]; {
		case m.Is(simulate.Networking, "VirtualService"):
			services = append(services, m)
			l.named[m.ID()] = m
		case m.Is(simulate.Networking, "Gateway"):
			gateways = append(gateways, m)
		default:
			g.addForeign(m)
		}
	}
	slices.SortStableFunc(services, func(a, b *simulate.Manifest) int {
		return cmp.Or(exportOrder(a, namespace)-exportOrder(b, namespace), byAge(a, b))
	})
	slices.SortStableFunc(gateways, byAge)
	l.makeTables(gateways)
	for _, m := range services {
		l.add(m)
	}
	for _, t := range g.tables {
		t.addRedirects()
		for _, h := range t.hosts {
			slices.SortStableFunc(h.routes, func(a, b *route) int { return cmp.Or(orderOf(a)-orderOf(b), a.rank-b.rank) })
		}
	}
	return g
}

func byAge(a, b *simulate.Manifest) int {
	return cmp.Or(strings.Compare(a.Created, b.Created), strings.Compare(a.Name, b.Name), strings.Compare(a.Namespace, b.Namespace))
}

// exportOrder orders VirtualServices by whom they are exported to: the
// namespace of the gateway's pods alone, namespaces by name, all.
func exportOrder(m *simulate.Manifest, namespace string) int {
	list := source.Texts(source.Field(m.Spec(), "exportTo"))
	switch {
	case len(list) == 0 || slices.Contains(list, "*"):
		return 2
	case slices.Contains(list, ".") && m.Namespace == namespace:
		return 0
	}
	return 1
}

func orderOf(r *route) int {
	if r.catchAll() {
		return 1
	}
	return 0
}

type loader struct {
	g *Gateway
	// named are the VirtualServices, and absent are the tables of Gateways that are
	// not among the inputs.
	named  map[string]*simulate.Manifest
	absent map[string]*table
}

// add binds a VirtualService to the servers of its gateways.
func (l *loader) add(m *simulate.Manifest) {
	spec := m.Spec()
	refs := manifest.GatewayRefs(source.Texts(source.Field(spec, "gateways")), m.Namespace)
	outside := slices.DeleteFunc(slices.Clone(refs), func(s string) bool { return s == "mesh" })
	hosts := source.Texts(source.Field(spec, "hosts"))
	switch {
	case len(hosts) == 0:
		return // others delegate to it
	case len(outside) == 0:
		l.g.meshOnly = append(l.g.meshOnly, m)
		return
	}
	l.g.Services++
	if !m.Compiled {
		if why, path := RefusedVirtualService(m); why != "" {
			l.g.refused = append(l.g.refused, refusal{m, why, path, hosts})
			return
		}
	}
	var unread []simulate.Unknown
	if !m.Compiled {
		for _, f := range simulate.VirtualServiceFields.Unread(m.Root) {
			unread = append(unread, m.UnreadUnknown(simulate.VirtualServiceFields, f, "the gateway"))
		}
	}
	if !isVisible(m, l.g.space) {
		return
	}
	for _, t := range l.tables(outside) {
		l.bind(t, m, refs, hosts, unread)
	}
	l.g.addStreams(m, refs, hosts)
}

// isVisible reports whether an object is exported to a namespace.
func isVisible(m *simulate.Manifest, namespace string) bool {
	list := source.Texts(source.Field(m.Spec(), "exportTo"))
	return len(list) == 0 || slices.ContainsFunc(list, func(s string) bool {
		return s == "*" || s == namespace || s == "." && m.Namespace == namespace
	})
}

// bind puts the routes of a VirtualService into the hosts that a table and it
// have in common.
func (l *loader) bind(t *table, m *simulate.Manifest, refs, hosts []string, unread []simulate.Unknown) {
	names := t.sharedHosts(m, refs, hosts)
	if len(names) == 0 {
		return
	}
	routes := l.routes(m, &binding{t, refs, l.g.space})
	if len(routes) == 0 {
		return
	}
	for _, both := range names {
		h := t.hosts[both.name]
		if h == nil {
			h = &virtualHost{name: both.name, table: t}
			t.hosts[both.name] = h
		}
		h.redirects = h.redirects || both.redirects
		for i := range unread {
			if !strings.Contains(unread[i].Key, " spec.http[") {
				h.unread = append(h.unread, unread[i])
			}
		}
		h.manifests = append(h.manifests, m)
		h.routes = append(h.routes, routes...)
	}
	for _, r := range routes {
		r.rank = slices.IndexFunc(t.gateways, func(g string) bool { return slices.Contains(refs, g) })
		r.addUnread(unread)
	}
}

// addUnread keeps what is not read of the route's own entry. Conditions are asked
// about before the route, the rest once the route matched a request.
func (r *route) addUnread(list []simulate.Unknown) {
	for i := range list {
		switch key := list[i].Key; {
		case !strings.Contains(key, " "+r.path+"."):
		case strings.Contains(key, " "+r.path+".match"), !strings.Contains(key, " "+r.path+"."+actionOf(key, r.path)):
			r.before = append(r.before, list[i])
		default:
			r.within = append(r.within, list[i])
		}
	}
}

// actions are the fields of an entry that act; another field may be a misspelt
// match.
var actions = []string{"route", "redirect", "directResponse", "rewrite", "fault", "mirror", "headers", "corsPolicy", "retries", "delegate"}

func actionOf(key, path string) string {
	_, rest, _ := strings.Cut(key, path+".")
	for _, a := range actions {
		if strings.HasPrefix(rest, a) {
			return a
		}
	}
	return "\x00"
}

// fullName returns a host as istiod spells it: a host without a dot is the name of
// a Service (pilot/pkg/model, ResolveShortnameToFQDN).
func fullName(host, namespace string) string {
	if _, err := netip.ParseAddr(host); err == nil || host == "" || host == "*" || strings.Contains(host, ".") {
		return host
	}
	return host + "." + namespace + ".svc.cluster.local"
}

// binding is a VirtualService bound to a table: the gateways that it names, and the
// namespace of their pods.
type binding struct {
	t     *table
	refs  []string
	space string
}

// concerns reports whether a match is for the table at all: by its gateways, its
// port and the labels of the gateway's pods. Where that is not known, it returns
// the conditions under which it is.
func (b *binding) concerns(n *source.Node, m *simulate.Manifest, path string) (only []simulate.Unknown, ok bool) {
	if own := manifest.GatewayRefs(source.Texts(source.Field(n, "gateways")), m.Namespace); len(own) > 0 {
		if !slices.ContainsFunc(own, func(g string) bool { return b.t.isOf(g) && slices.Contains(b.refs, g) }) {
			return nil, false
		}
	} else {
		space := source.Text(source.Field(n, "sourceNamespace"))
		if space != "" && space != b.space {
			return nil, false
		}
		have := b.t.labels()
		for k, v := range source.TextMap(source.Field(n, "sourceLabels")) {
			switch value, has := have[k]; {
			case has && value != v:
				return nil, false
			case !has:
				only = append(only, simulate.Unknown{
					Why: simulate.Absent, At: m.At(path + ".sourceLabels"), Needs: "the Deployment of the gateway",
					What: fmt.Sprintf("the pods of %s have the label %s: %s", b.t.shown, k, v),
				})
			}
		}
	}
	port := source.Int(source.Field(n, "port"))
	switch {
	case port == 0 || port == b.t.number:
	case b.t.number != 0:
		return nil, false
	case port != 80 && port != 443:
		only = append(only, simulate.Unknown{
			Why: simulate.Absent, At: m.At(path + ".port"), Needs: "the Gateway " + b.t.shown,
			What: fmt.Sprintf("the request comes to the port %d of %s, which is not among the inputs", port, b.t.shown),
		})
	}
	return only, true
}

// routes returns one route for each match of each http entry that concerns the
// table. For entries that name a delegate, it returns the routes of the delegate.
func (l *loader) routes(m *simulate.Manifest, b *binding) []*route {
	var out []*route
	for i, entry := range source.Elements(source.Field(m.Spec(), "http")) {
		path := source.JoinIndex("spec.http", i)
		matches := source.Elements(source.Field(entry, "match"))
		if len(matches) == 0 {
			matches = []*source.Node{nil}
		}
		if source.Field(entry, "delegate") != nil {
			for _, r := range l.delegateRoutes(m, entry, path, matches, b) {
				if out = append(out, r); r.missing == nil && b.isLast(r) {
					return out
				}
			}
			continue
		}
		for j, n := range matches {
			r := &route{manifest: m, owner: m, entry: entry, path: path, at: m.At(path)}
			if n != nil {
				var ok bool
				at := source.JoinIndex(path+".match", j)
				if r.only, ok = b.concerns(n, m, at); !ok {
					continue
				}
				r.at, r.port, r.before = m.At(at), source.Int(source.Field(n, "port")), oddMatches(n, m, at)
			}
			r.conditions = readConditions(n)
			if out = append(out, r); b.isLast(r) {
				return out
			}
		}
	}
	return out
}

// isLast reports whether istiod makes no routes behind one, because it matches
// allOutcomes.
func (b *binding) isLast(r *route) bool {
	return r.catchAll() && len(r.only) == 0 && (r.port == 0 || b.t.number != 0)
}

// catchAll reports whether Istio treats the route as one that matches everything:
// prefix "/" or regex ".*" and nothing else. "/.*" is not such a route.
func (r *route) catchAll() bool {
	if len(r.conditions) == 0 {
		return true
	}
	c := r.conditions[0]
	return len(r.conditions) == 1 && c.isAbout("uri") && (c.kind == "prefix" && c.text == "/" || c.kind == "regex" && c.text == ".*")
}

// refusal is a VirtualService that Istio refuses.
type refusal struct {
	manifest  *simulate.Manifest
	why, path string
	hosts     []string
}

// foreign is an object for hosts that kgw does not follow.
type foreign struct {
	unknown simulate.Unknown
	hosts   []string // empty are all
}

// Hostless lists the objects that kgw does not follow and that name no host: they may
// be for any host.
func (g *Gateway) Hostless() []simulate.Unknown {
	var out []simulate.Unknown
	for _, f := range g.foreign {
		if len(f.hosts) == 0 {
			out = append(out, f.unknown)
		}
	}
	return out
}

func (g *Gateway) addForeign(m *simulate.Manifest) {
	if group, _, _ := strings.Cut(m.APIVersion, "/"); group != simulate.GatewayAPI || !slices.Contains(simulate.GatewayRoutes, m.Kind) {
		return
	}
	g.foreign = append(g.foreign, &foreign{
		unknown: simulate.Unknown{
			Why: simulate.Opaque, At: m.At("spec"), Key: m.Kind + simulate.Canonical(m.Spec()),
			What: fmt.Sprintf("the request comes to the %s %s, which kgw does not follow", m.Kind, m.ID()),
		},
		hosts: source.Texts(source.Field(m.Spec(), "hostnames")),
	})
}

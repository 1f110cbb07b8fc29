package route

import (
	"regexp"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/sim"
	"github.com/kgw-dev/kgw/internal/source"
)

// Group is the API group of VirtualService.
const Group = "networking.istio.io"

// Load reads the VirtualServices among the manifests and gives the ingress
// gateway with the routes that Istio makes of them: hosts in lower case; those
// of several VirtualServices with one host one after the other, the oldest
// first; nothing behind a route that takes everything within one of them, and
// such routes behind all others (pilot/pkg/networking/core/v1alpha3/route).
func Load(manifests []sim.Manifest) *Gateway {
	g := &Gateway{hosts: map[string]*virtualHost{}}
	var all []*sim.Manifest
	for i := range manifests {
		if manifests[i].Is(Group, "VirtualService") {
			all = append(all, &manifests[i])
		}
	}
	slices.SortStableFunc(all, func(a, b *sim.Manifest) int {
		return strings.Compare(a.Created+"\x00"+a.Name+"\x00"+a.Namespace, b.Created+"\x00"+b.Name+"\x00"+b.Namespace)
	})
	for _, m := range all {
		g.add(m)
	}
	for _, h := range g.hosts {
		slices.SortStableFunc(h.routes, func(a, b *route) int { return after(a) - after(b) })
	}
	return g
}

func after(r *route) int {
	if r.catchAll() {
		return 1
	}
	return 0
}

func (g *Gateway) add(m *sim.Manifest) {
	spec := m.Spec()
	gateways := source.Texts(source.Field(spec, "gateways"))
	if !slices.ContainsFunc(gateways, func(s string) bool { return s != "mesh" }) {
		g.meshOnly = append(g.meshOnly, m)
		return
	}
	g.Services++
	routes := readRoutes(m, spec)
	for _, host := range source.Texts(source.Field(spec, "hosts")) {
		host = strings.ToLower(host)
		h := g.hosts[host]
		if h == nil {
			h = &virtualHost{name: host}
			g.hosts[host] = h
		}
		h.manifests = append(h.manifests, m)
		h.routes = append(h.routes, routes...)
	}
}

// readRoutes gives one route for each match of each http entry.
func readRoutes(m *sim.Manifest, spec *source.Node) []*route {
	var out []*route
	for i, entry := range source.Elements(source.Field(spec, "http")) {
		path := source.JoinIndex("spec.http", i)
		matches := source.Elements(source.Field(entry, "match"))
		if len(matches) == 0 {
			matches = []*source.Node{nil}
		}
		for j, n := range matches {
			r := &route{manifest: m, entry: entry, path: path, at: m.At(path)}
			if n != nil {
				r.at = m.At(source.JoinIndex(path+".match", j))
			}
			r.conditions = readConditions(n)
			out = append(out, r)
			if r.catchAll() {
				return out
			}
		}
	}
	return out
}

// condition is one matcher of a route: all of a route's hold.
type condition struct {
	part string // uri, method, scheme, authority, or a header's name
	kind string // exact, prefix, regex, present
	text string
	fold bool // without regard to case
	not  bool
	// query tells that part is a query parameter.
	query bool
	path  *match.Matcher // of a uri that is compared with case
	regex *regexp.Regexp // nil where RE2 refuses the expression
}

func readConditions(n *source.Node) []condition {
	var out []condition
	fold, _ := source.Bool(source.Field(n, "ignoreUriCase"))
	for _, part := range []string{"uri", "method", "scheme", "authority"} {
		if c := source.Field(n, part); c != nil {
			out = append(out, readCondition(part, c, fold && part == "uri"))
		}
	}
	for _, list := range []string{"headers", "withoutHeaders", "queryParams"} {
		m := source.Field(n, list)
		for _, name := range source.Keys(m) {
			c := readCondition(name, source.Field(m, name), false)
			c.not, c.query = list == "withoutHeaders", list == "queryParams"
			out = append(out, c)
		}
	}
	return out
}

// readCondition reads a StringMatch. Without one the value only has to be
// there, as a header's "*" says too.
func readCondition(part string, n *source.Node, fold bool) condition {
	c := condition{part: part, kind: "present", fold: fold}
	for _, kind := range []string{"exact", "prefix", "regex"} {
		if v := source.Field(n, kind); v != nil {
			c.kind, c.text = kind, source.Text(v)
		}
	}
	if c.kind == "regex" && c.text == "*" {
		c.kind = "present"
	}
	if c.kind == "regex" {
		c.regex, _ = regexp.Compile("^(?:" + c.text + ")$")
	}
	if lang, ok := languages[c.kind]; ok && part == "uri" && (!fold || c.kind == "regex") {
		c.path = match.Compile(match.Set{Path: match.Path{Lang: lang, Text: c.text}, View: match.RawPath})
	}
	return c
}

var languages = map[string]match.Lang{"exact": match.Exact, "prefix": match.Prefix, "regex": match.Regex}

// catchAll tells whether Istio takes the route for one that takes everything:
// prefix "/" or regex ".*" and nothing else. "/.*" is not such a route.
func (r *route) catchAll() bool {
	if len(r.conditions) == 0 {
		return true
	}
	c := r.conditions[0]
	return len(r.conditions) == 1 && c.part == "uri" && (c.kind == "prefix" && c.text == "/" || c.kind == "regex" && c.text == ".*")
}

package gatewayapi

import (
	"cmp"
	"slices"
	"strings"

	requests "github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// binding is a listener with one host of the routes at it.
type binding struct{ gateway, host string }

// specificity orders two matches as istiod does: by the kind of their paths, the
// longer text, a method, more headers, more parameters of the query (pilot
// conversion.go, sortHTTPRoutes).
func specificity(a, b *match) int {
	return cmp.Or(
		cmp.Compare(a.kind, b.kind), cmp.Compare(len(b.path), len(a.path)), cmp.Compare(namedConditions(b), namedConditions(a)),
		cmp.Compare(len(b.headers), len(a.headers)), cmp.Compare(len(b.query), len(a.query)),
	)
}

func namedConditions(m *match) int {
	if m.method == "" {
		return 0
	}
	return 1
}

// byAge orders equally specific matches of several objects by age. Those of one
// object keep their order.
func byAge(a, b *match) int {
	return cmp.Or(strings.Compare(a.route.Created, b.route.Created), strings.Compare(a.route.Namespace, b.route.Namespace), strings.Compare(a.route.Name, b.route.Name))
}

// virtualService makes one VirtualService of all matches at a listener with the port and a host.
func (b binding) virtualService(list []*match, port int64) simulate.Manifest {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(x, y *match) int { return cmp.Or(specificity(x, y), byAge(x, y)) })
	var entries []any
	var places []source.Ref
	for _, m := range list {
		entries, places = append(entries, m.entry(port)), append(places, m.at)
	}
	first := list[0].route
	namespace, name, _ := strings.Cut(b.gateway, "/")
	root := source.Object{
		{Key: "apiVersion", Value: simulate.Networking + "/v1"},
		{Key: "kind", Value: "VirtualService"},
		{Key: "metadata", Value: source.Object{{Key: "name", Value: first.Name}, {Key: "namespace", Value: first.Namespace}, {Key: "creationTimestamp", Value: first.Created}}},
		{Key: "spec", Value: source.Object{
			{Key: "gateways", Value: []any{namespace + "/" + name}}, {Key: "hosts", Value: []any{b.host}}, {Key: "http", Value: entries},
		}},
	}
	out := simulate.ReadManifest(source.NodeOf(root), first.At("spec"), true, first.Namespace)
	out.Entries, out.Shown = places, "HTTPRoute"
	return out
}

// tiedRoutes returns HTTPRoutes of which a match is as specific as one of another
// object that may match the same request, where the age of one is not known.
func tiedRoutes(list []*match) []*simulate.Manifest {
	list = slices.Clone(list)
	slices.SortStableFunc(list, specificity)
	limit := requests.NewPurse(purse)
	var out []*simulate.Manifest
	for i, a := range list {
		for _, b := range list[i+1:] {
			if specificity(a, b) != 0 {
				break
			}
			if a.route != b.route && (a.route.Created == "" || b.route.Created == "") && limit.Relate(a.set(), b.set()).Kind != requests.Disjoint {
				out = append(out, a.route, b.route)
			}
		}
	}
	return out
}

// purse bounds the questions about one list. Undecided ones count as tied.
const purse = 4_000_000

// set returns the requests that a match matches, or more, since it ignores headers.
func (m *match) set() *requests.Matcher {
	if m.compiled != nil {
		return m.compiled
	}
	lang := map[string]pathlang.Lang{"exact": pathlang.Exact, "prefix": pathlang.Prefix, "regex": pathlang.Regex}
	text, _ := m.uri[0].Value.(string)
	set := requests.Set{Path: pathlang.Path{Lang: lang[m.uri[0].Key], Text: text}, View: requests.RawPath}
	if m.method != "" {
		set.Methods = []string{m.method}
	}
	m.compiled = requests.Compile(set)
	return m.compiled
}

package routes

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/internal/routerule"
	"github.com/kgw-dev/kgw/internal/source"
)

// addRewrite adds the rewriting of its path to a rule. A VirtualService replaces
// the prefix that matched, or the whole path where none did; an HTTPRoute
// replaces whole segments, and only of a path that is matched by them.
func (s *service) addRewrite(r *rule, c *condition, a *action) {
	at := a.at.At("rewrite", "uri")
	prefix := c.path.Text
	if c.path.Lang != pathlang.Prefix {
		r.modify(&manifest.PathModifier{Type: "ReplaceFullPath", ReplaceFullPath: a.uri})
		return
	}
	segments, stem := strings.TrimSuffix(prefix, "/"), strings.TrimSuffix(a.uri, "/")
	slash := strings.HasSuffix(prefix, "/")
	switch {
	case prefix == a.uri:
		return
	case segments == "" || slash && stem == a.uri || c.folded || !routerule.ExactAllowed(segments):
		s.reportUnsaid(at, "that the prefix %q of a path becomes %q", prefix, a.uri)
		return
	case !slash:
		s.lose(diag.SegmentsRewritten, at, fmt.Sprintf("an HTTPRoute rewrites whole segments: %s is no longer matched, and %s becomes %s instead of %s", prefix+"x", prefix+"/x", stem+"/x", a.uri+"/x"), acceptSegments)
	default:
		r.below = segments
	}
	r.Exact, r.Prefix, r.Text = false, true, segments
	r.Set.Path = pathlang.Path{Lang: pathlang.Regex, Text: regexp.QuoteMeta(segments) + "(/.*)?"}
	if stem == "" {
		stem = "/"
	}
	r.modify(&manifest.PathModifier{Type: "ReplacePrefixMatch", ReplacePrefixMatch: stem})
}

var acceptSegments = "keep the VirtualService, or accept that with --accept " + string(diag.SegmentsRewritten)

// modify adds the change of the path to a copy of the rule's action.
func (r *rule) modify(path *manifest.PathModifier) {
	own := *r.action
	own.Filters = slices.Clone(own.Filters)
	r.action = &own
	i := slices.IndexFunc(own.Filters, func(f manifest.RouteFilter) bool { return f.Type == "URLRewrite" })
	if i < 0 {
		own.Filters = append(own.Filters, manifest.RouteFilter{Type: "URLRewrite", URLRewrite: &manifest.URLRewrite{Path: path}})
		return
	}
	both := *own.Filters[i].URLRewrite
	both.Path = path
	own.Filters[i].URLRewrite = &both
}

// addShields keeps a rule for what is below a path from the path itself, which
// the prefix of an HTTPRoute matches too: that goes where the rule after it
// would have sent it.
func (s *service) addShields(u *unit) {
	for i := 0; i < len(u.rules); i++ {
		r := u.rules[i]
		if r.below == "" {
			continue
		}
		one := r.Rule
		one.Exact, one.Prefix, one.Text = true, false, r.below
		one.Set.Path = pathlang.Path{Lang: pathlang.Exact, Text: r.below}
		if s.judge.Difference(one.Set, certainSets(u.rules[:i])...).Empty && len(one.Headers)+len(one.Queries) == 0 {
			continue
		}
		next := slices.IndexFunc(u.rules[i+1:], func(o *rule) bool { return s.judge.Relate(one.Set, o.Set).Kind != match.Disjoint })
		if next >= 0 {
			next += i + 1
		}
		if next < 0 || !s.judge.Difference(one.Set, certainSets(u.rules[next:next+1])...).Empty || u.rules[next].Prefix {
			s.lose(diag.SegmentsRewritten, u.rules[i].at.At("rewrite", "uri"), fmt.Sprintf("an HTTPRoute rewrites whole segments: a request for %s itself is sent on as those below it are", r.below), acceptSegments)
			continue
		}
		u.rules = slices.Insert(u.rules, i, &rule{Rule: one, unit: u, action: u.rules[next].action, at: u.rules[next].at, shields: true})
		i++
	}
}

// certainSets are the sets of rules that match all that their sets say.
func certainSets(rules []*rule) []match.Set {
	var out []match.Set
	for _, r := range rules {
		if len(r.Queries) == 0 && len(r.Set.Predicates) == len(r.Headers) {
			out = append(out, r.Set)
		}
	}
	return out
}

// orderRules puts the rules of a host into the order in which istiod asks them of
// VirtualServices: those of the oldest first, those that match everything behind
// all others (pilot/pkg/networking/core/route, SortVHostRoutes), and arranges
// them so that it asks them of HTTPRoutes alike.
func (m *mover) orderRules(units []*unit) {
	slices.SortStableFunc(units, func(a, b *unit) int { return byAge(&a.service.Service, &b.service.Service) })
	var rules []*rule
	for _, all := range []bool{false, true} {
		for _, u := range units {
			for _, r := range u.rules {
				if r.all == all {
					rules = append(rules, r)
				}
			}
		}
	}
	spelled := make([]*routerule.Rule, len(rules))
	for i, r := range rules {
		spelled[i] = &r.Rule
	}
	objects := 0
	for _, u := range units {
		objects += len(u.pieces()) * len(u.service.hostnames())
	}
	meets := routerule.Meeting(spelled, m.o.Judge, match.NewPurse(purse))
	m.reportSameAge(rules, meets)
	routerule.Arrange(spelled, meets, objects > 1)
	for _, r := range rules {
		if len(r.Text) > routerule.MaxPath {
			r.unit.service.reportUnsaid(r.at, "the place of the route: its expression has more than %d characters", routerule.MaxPath)
		}
	}
	if i, j, ok := routerule.Misplaced(spelled, meets, objects > 1); ok {
		rules[j].unit.service.reportUnsaid(rules[j].at, "that %q is asked before it, because its path is rewritten by its prefix", rules[i].Text)
	}
}

// reportSameAge reports routes of two VirtualServices that have requests in
// common, where it is not known which of the two is older.
func (m *mover) reportSameAge(rules []*rule, meets [][]int) {
	for i, later := range meets {
		for _, j := range later {
			a, b := rules[i].unit.service, rules[j].unit.service
			known := a.Created != "" && b.Created != "" && a.Created != b.Created
			if a == b || known && !rules[i].shields && !rules[j].shields || rules[i].all != rules[j].all {
				continue
			}
			for _, s := range []*service{a, b} {
				other := map[*service]*service{a: b, b: a}[s]
				s.found.Add(diag.Finding{
					Code: diag.SharedHost, At: source.Ref{Doc: s.Doc, Path: "spec.hosts"}, Help: "put the routes of the host into one VirtualService, or give their paths no request in common",
					Message: fmt.Sprintf("the VirtualService %s has the same host, and some requests go to the older of the two", other.id()),
				})
			}
			return
		}
	}
}

// purse is what the questions about the routes of one host may cost. What it
// does not suffice for counts as having requests in common.
const purse = 4_000_000

package validate

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/parallel"
	"github.com/kgw-dev/kgw/internal/pathlang"
)

// spelling is a way to write a path so that the proxy sees a different path than a
// backend that decodes and cleans it: it turns a protected path, and the literal
// beginning of an open one, into the path of a request.
type spelling struct {
	name  string
	write func(path, open string) string
}

var spellings = []spelling{
	{"a doubled slash", func(p, _ string) string { return "/" + p }},
	{"a final slash", func(p, _ string) string { return strings.TrimSuffix(p, "/") + "/" }},
	{"an encoded slash", encodedSlash},
	{"an encoded letter", encodedLetter},
	{behindDots, func(p, open string) string {
		return open + strings.Repeat("..%2F", strings.Count(strings.Trim(open, "/"), "/")+1) + strings.TrimPrefix(p, "/")
	}},
}

// behindDots is the one spelling that needs the beginning of an open path.
const behindDots = "an encoded slash behind two dots"

func encodedSlash(p, _ string) string {
	i := max(strings.LastIndexByte(p, '/'), 1)
	if i >= len(p) {
		return p
	}
	return p[:i] + strings.Replace(p[i:], "/", "%2F", 1)
}

func encodedLetter(p, _ string) string {
	for i := 1; i < len(p); i++ {
		if c := p[i]; p[i-1] != '%' && (i < 2 || p[i-2] != '%') && (c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z') {
			return fmt.Sprintf("%s%%%02X%s", p[:i], c, p[i+1:])
		}
	}
	return p
}

// maxBeginnings bounds the open paths of a gateway that spellings start with.
const maxBeginnings = 8

// checkNormalisation reports spellings of a protected path that an open route of
// the same gateway matches, although a backend that decodes and cleans paths
// serves the protected one for it.
func checkNormalisation(v *View, found *diag.List) {
	rules := map[*ir.Gateway][]*ir.Entry{}
	for i := range v.Rules {
		rules[v.Rules[i].Gateway] = append(rules[v.Rules[i].Gateway], v.Rules[i])
	}
	policies := v.policiesByRoute()
	var gateways [][]*ir.Entry
	for from := 0; from < len(v.Routes); {
		to := from
		for to < len(v.Routes) && v.Routes[to].Gateway == v.Routes[from].Gateway {
			to++
		}
		if takes := v.Routes[from:to]; hasOpenAndProtected(takes) {
			gateways = append(gateways, takes)
		}
		from = to
	}
	lists, purses := make([]diag.List, len(gateways)), make([]*match.Purse, len(gateways))
	parallel.Each(len(gateways), func(i int) {
		purses[i] = match.Share(len(gateways[i]), len(v.Routes), stepsPerSet)
		newEntrance(v, gateways[i], rules[gateways[i][0].Gateway], policies).reportDoors(purses[i], &lists[i])
	})
	for _, p := range purses {
		v.purse().Undecided += p.Undecided
	}
	*found = append(*found, slices.Concat(lists...)...)
}

// hasOpenAndProtected reports whether a gateway has protected routes and open
// ones that match more than one path.
func hasOpenAndProtected(takes []*ir.Entry) bool {
	open, closed := false, false
	for i := range takes {
		isOpen := takes[i].Route.Access.Open()
		open, closed = open || isOpen && matchesMany(takes[i]), closed || !isOpen
	}
	return open && closed
}

func matchesMany(t *ir.Entry) bool { return !t.Route.Match.Path.Literal() }

// entrance is everything that decides who gets into one gateway.
type entrance struct {
	judge                     *match.Judge
	routes, rules             []*ir.Entry
	routeMatcher, ruleMatcher []*match.Matcher
	policies                  map[*ir.Route]*ir.Entry
	beginnings                []string // of open routes
}

func newEntrance(v *View, routes []*ir.Entry, rules []*ir.Entry, policies map[*ir.Route]*ir.Entry) *entrance {
	judge := v.Judge
	e := &entrance{judge: judge, rules: rules, policies: policies}
	for i := range routes {
		t := routes[i]
		e.routes, e.routeMatcher = append(e.routes, t), append(e.routeMatcher, judge.Compile(t.Set))
		if t.Route.Access.Open() && matchesMany(t) {
			e.beginnings = append(e.beginnings, literalBeginning(t.Route.Match.Path))
		}
	}
	for _, t := range rules {
		e.ruleMatcher = append(e.ruleMatcher, judge.Compile(t.Set))
	}
	slices.SortStableFunc(e.beginnings, func(a, b string) int { return cmp.Compare(len(a), len(b)) })
	e.beginnings = slices.Compact(e.beginnings)
	e.beginnings = e.beginnings[:min(len(e.beginnings), maxBeginnings)]
	return e
}

// decide returns what decides about a request: the route that matches it or, where that
// route sends it to Oathkeeper, the one rule that matches. It returns nil if nothing
// decides.
func (e *entrance) decide(r match.Request) *ir.Entry {
	i := slices.IndexFunc(e.routeMatcher, func(m *match.Matcher) bool { return accepts(m, r) })
	if i < 0 {
		return nil
	}
	if t := e.routes[i]; !t.Delegated {
		if p := e.policies[t.Route]; p != nil && !accepts(e.judge.Compile(p.Set), r) {
			return nil
		}
		return t
	}
	var one *ir.Entry
	for k, m := range e.ruleMatcher {
		if !accepts(m, r) {
			continue
		}
		if one != nil {
			return nil
		}
		one = e.rules[k]
	}
	return one
}

func accepts(m *match.Matcher, r match.Request) bool {
	ok, err := m.Accepts(r)
	return err == nil && ok
}

func (e *entrance) reportDoors(purse *match.Purse, found *diag.List) {
	for _, t := range e.routes {
		if t.Route.Access.Open() {
			continue
		}
		sample := purse.Difference(e.judge.Compile(t.Want())).Witness
		if sample == nil {
			continue
		}
		if e.tryPlain(t, *sample, found) {
			continue
		}
		for i := range spellings {
			if e.trySpelling(t, *sample, &spellings[i], found) {
				break
			}
		}
	}
}

// tryPlain tries the plain spelling of a protected path that is itself written
// with doubled slashes, dot segments or escapes.
func (e *entrance) tryPlain(t *ir.Entry, r match.Request, found *diag.List) bool {
	path := t.Route.Match.Path
	seen, ok := match.SlashedPath.See(path.Text)
	if !ok || path.Lang == pathlang.Regex || path.Lang == pathlang.Regexp2 || strings.ContainsAny(path.Text, "{*") || seen == path.Text {
		return false
	}
	if r.RawPath = (&url.URL{Path: seen}).EscapedPath(); r.RawPath == path.Text {
		return false
	}
	open := e.decide(r)
	if open == nil || open.Route == nil || !open.Route.Access.Open() || !sameUpstream(open.Route, t.Route) {
		return false
	}
	w := witness(&r)
	found.Add(diag.Finding{
		Code: diag.NormalisationDoor, At: t.Origin, Witness: w,
		Message: fmt.Sprintf("%s %s, the plain spelling of %s, is matched by an open route; a backend that decodes and cleans paths serves the same for both", w.Method, w.URL, spell(t)),
		Help:    "protect the plain spelling as well",
		Related: []diag.Related{{Message: "the open route", At: open.Origin}},
	})
	return true
}

// trySpelling tries one spelling of a request to a protected route.
func (e *entrance) trySpelling(t *ir.Entry, r match.Request, s *spelling, found *diag.List) bool {
	beginnings := e.beginnings[:min(len(e.beginnings), 1)]
	if s.name == behindDots {
		beginnings = e.beginnings
	}
	for _, b := range beginnings {
		try := r
		try.RawPath = s.write(r.RawPath, b)
		open := e.decide(try)
		if open == nil || open.Route == nil || !open.Route.Access.Open() || !sameUpstream(open.Route, t.Route) || !e.isProtected(t, try) {
			continue
		}
		w := witness(&try)
		found.Add(diag.Finding{
			Code: diag.NormalisationDoor, At: t.Origin, Witness: w,
			Message: fmt.Sprintf("%s %s, with %s, is matched by an open route; a backend that decodes and cleans paths serves %s for it", w.Method, w.URL, s.name, spell(t)),
			Help:    "let the protected path cover such spellings, narrow the open one, or make the mesh normalise paths (DECODE_AND_MERGE_SLASHES)",
			Related: []diag.Related{{Message: "the open route", At: open.Origin}},
		})
		return true
	}
	return false
}

// isProtected reports whether t decides about the request, spelled plainly, and does
// not let everybody in.
func (e *entrance) isProtected(t *ir.Entry, r match.Request) bool {
	for _, view := range [...]match.View{match.SlashedPath, match.CleanedPath} {
		seen, ok := view.See(r.RawPath)
		if !ok {
			continue
		}
		plain := r
		plain.RawPath = (&url.URL{Path: seen}).EscapedPath()
		if d := e.decide(plain); accepts(e.judge.Compile(t.Want()), plain) && d != nil && (d.Route == nil || !d.Route.Access.Open()) {
			return true
		}
	}
	return false
}

// literalBeginning is the beginning of a path up to its first operator, cut at
// a slash.
func literalBeginning(p pathlang.Path) string {
	text := p.Beginning()
	return text[:strings.LastIndexByte(text, '/')+1]
}

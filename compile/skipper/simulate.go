package skipper

import (
	"bytes"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/sim"
	"github.com/kgw-dev/kgw/internal/source"
)

// Engine decides requests as Skipper v0.27.57 does with the routes it was
// loaded with. It is safe for concurrent use.
type Engine struct {
	// Broken are objects of which Skipper drops routes.
	Broken []Broken

	routes []*liveRoute // those of more weight first
}

const name = "Skipper"

// Size counts the routes.
func (e *Engine) Size() int { return len(e.routes) }

// Decide tells what becomes of a request on which no rate limit was spent.
func (e *Engine) Decide(r *sim.Request, t *sim.Trail) sim.Decision {
	return e.Session().Decide(r, t)
}

// Session is a rate limit period: what its requests spend counts for those
// after them. It is for one caller at a time.
type Session struct {
	engine *Engine
	spent  map[string]int
}

// Session starts a rate limit period with full limits.
func (e *Engine) Session() *Session { return &Session{e, map[string]int{}} }

// Decide tells what becomes of a request.
func (s *Session) Decide(in *sim.Request, t *sim.Trail) sim.Decision {
	r := in.Realise()
	path, ok := match.SlashedPath.See(r.RawPath())
	if !ok {
		t.Say(name, source.Ref{}, "the path has a malformed escape")
		return sim.Decision{Status: http.StatusBadRequest, Cause: sim.BadRequest, Reason: "the path has a malformed escape"}
	}
	route := s.engine.find(r, path)
	if t.On() {
		s.engine.sayUnknown(r, path, t)
	}
	if route == nil {
		d := sim.Decision{Status: http.StatusNotFound, Cause: sim.NoRoute, Reason: fmt.Sprintf("no route takes %s %s%s", r.Method, r.Host, path)}
		t.Say(name, source.Ref{}, "%s", d.Reason)
		return d
	}
	t.Say(name, route.at, "route %s takes %s %s%s", route.name, r.Method, r.Host, path)
	x := &exchange{session: s, route: route, in: r, trail: t}
	return x.run()
}

// find goes through the paths from the most specific one outwards, as
// Skipper's path tree does, and takes at each the route of most weight whose
// predicates hold.
func (e *Engine) find(r *sim.Request, path string) *liveRoute {
	segments := strings.Split(strings.TrimPrefix(path, "/"), "/")
	var best *liveRoute
	var rank []byte
	for _, route := range e.routes {
		if !onHost(route.host, r.Host) {
			continue
		}
		own, ok := route.rank(segments)
		if !ok || best != nil && bytes.Compare(own, rank) >= 0 {
			continue
		}
		if route.holds(r) {
			best, rank = route, own
		}
	}
	return best
}

// sayUnknown tells of routes that may take the request but for a predicate that
// kgw does not know.
func (e *Engine) sayUnknown(r *sim.Request, path string, t *sim.Trail) {
	segments := strings.Split(strings.TrimPrefix(path, "/"), "/")
	for _, route := range e.routes {
		if _, ok := route.rank(segments); !ok || !onHost(route.host, r.Host) {
			continue
		}
		for _, c := range route.predicates {
			if !slices.Contains(knownPredicates, c.name) {
				t.Say(name, route.at, "route %s is passed over: kgw does not know the predicate %s", route.name, c.name)
			}
		}
	}
}

// Serves tells whether some route is for the host.
func (e *Engine) Serves(host string) bool {
	return slices.ContainsFunc(e.routes, func(r *liveRoute) bool { return r.host != "" && onHost(r.host, host) })
}

// onHost compares hosts: a final dot and a port do not count.
func onHost(want, have string) bool {
	rest, ok := strings.CutPrefix(have, want)
	return want == "" || ok && hostRest.MatchString(rest)
}

var hostRest = regexp.MustCompile(`^\.?(:[0-9]+)?$`)

// Ranks of segments: what is written out comes before a parameter, that before
// a rest; a route without a path comes last.
const (
	literal byte = iota
	parameter
	rest
	noPath
)

// rank tells whether the path takes the segments, and how specifically at each
// of them.
func (r *liveRoute) rank(segments []string) (rank []byte, ok bool) {
	if r.path == nil {
		return []byte{noPath}, true
	}
	if r.subtree {
		return r.subtreeRank(segments)
	}
	for i, p := range r.path {
		switch {
		case strings.HasPrefix(p, "*") && i == len(r.path)-1:
			return append(rank, rest), len(segments) > i && strings.Join(segments[i:], "/") != ""
		case i >= len(segments):
			return nil, false
		case len(p) > 1 && p[0] == ':':
			if segments[i] == "" {
				return nil, false
			}
			rank = append(rank, parameter)
		case p != segments[i]:
			return nil, false
		default:
			rank = append(rank, literal)
		}
	}
	return rank, len(segments) == len(r.path)
}

func (r *liveRoute) subtreeRank(segments []string) (rank []byte, ok bool) {
	if len(r.path) == 1 && r.path[0] == "" {
		return []byte{rest}, true
	}
	for i, p := range r.path {
		if i >= len(segments) || p != segments[i] {
			return nil, false
		}
		rank = append(rank, literal)
	}
	if len(segments) > len(r.path) {
		rank = append(rank, rest)
	}
	return rank, true
}

// holds tells whether all predicates do. One that kgw does not know does not.
func (r *liveRoute) holds(q *sim.Request) bool {
	return !slices.ContainsFunc(r.predicates, func(c call) bool { return !c.holds(q) })
}

// knownPredicates are those whose holding kgw can tell.
var knownPredicates = []string{"Method", "Methods", "Header", "HeaderRegexp", "JWTPayloadAllKV", "JWTPayloadAnyKV", "True", "False"}

func (c call) holds(q *sim.Request) bool {
	args := c.texts()
	switch c.name {
	case "Method":
		return len(args) == 1 && args[0] == q.Method
	case "Methods":
		return slices.ContainsFunc(args, func(m string) bool { return strings.EqualFold(m, q.Method) })
	case "Header":
		return len(args) == 2 && q.Header(args[0]) == args[1]
	case "HeaderRegexp":
		expr, ok := c.arg(1).(regexpArg)
		if !ok && len(args) == 2 {
			expr = regexpArg(args[1])
		}
		return len(args) > 0 && matches(string(expr), q.Header(args[0]))
	case "JWTPayloadAllKV":
		return allPairs(args, func(k, v string) bool { return claim(q, k) == v })
	case "JWTPayloadAnyKV":
		return anyPair(args, func(k, v string) bool { return claim(q, k) == v })
	case "True":
		return true
	}
	return false
}

// matches is Go's regexp.MatchString; an expression that does not compile
// matches nothing: Skipper drops the route.
func matches(expr, text string) bool {
	re, err := regexp.Compile(expr)
	return err == nil && re.MatchString(text)
}

// claim reads the token's payload, which nobody has verified; only a JWT in
// "Authorization: Bearer" has one.
func claim(q *sim.Request, key string) any {
	if text, ok := strings.CutPrefix(q.Header("Authorization"), "Bearer "); !ok || !q.Token.Is("jwt", text) {
		return nil
	}
	return q.Token.Claims[key]
}

func allPairs(args []string, holds func(k, v string) bool) bool {
	for i := 0; i+1 < len(args); i += 2 {
		if !holds(args[i], args[i+1]) {
			return false
		}
	}
	return true
}

func anyPair(args []string, holds func(k, v string) bool) bool {
	for i := 0; i+1 < len(args); i += 2 {
		if holds(args[i], args[i+1]) {
			return true
		}
	}
	return false
}

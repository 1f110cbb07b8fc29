package skipper

import (
	"bytes"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/eskip"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
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
func (e *Engine) Decide(r *simulate.Request, t *simulate.Trail) simulate.Decision {
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
func (s *Session) Decide(in *simulate.Request, t *simulate.Trail) simulate.Decision {
	r := in.Realise()
	path, ok := match.SlashedPath.See(r.RawPath())
	if !ok {
		t.Say(name, source.Ref{}, "the path has a malformed escape")
		return simulate.Decision{Status: http.StatusBadRequest, Cause: simulate.BadRequest, Reason: "the path has a malformed escape"}
	}
	route, tied := s.engine.find(r, path)
	if t.On() {
		s.engine.sayUnknown(r, path, t)
	}
	if route == nil {
		d := simulate.Decision{Status: http.StatusNotFound, Cause: simulate.NoRoute, Reason: fmt.Sprintf("no route takes %s %s%s", r.Method, r.Host, path)}
		t.Say(name, source.Ref{}, "%s", d.Reason)
		return d
	}
	t.Say(name, route.at, "route %s takes %s %s%s", route.name, r.Method, r.Host, path)
	for _, other := range tied {
		t.Say(name, other.at, "route %s takes it too, with the same path and as many predicates: Skipper may take either", other.name)
	}
	if route.redirect {
		d := simulate.Decision{Status: http.StatusPermanentRedirect, Cause: simulate.Answered, Reason: "plain HTTP is redirected to https", Route: route.name, At: route.at}
		t.Say(name, route.at, "%s", d.Reason)
		return d
	}
	x := &exchange{session: s, route: route, in: r, trail: t}
	return x.run()
}

// find goes through the paths from the most specific one outwards, as
// Skipper's path tree does, and takes at each the route of most weight whose
// predicates hold. Of several alike Skipper takes any; here it is the first.
func (e *Engine) find(r *simulate.Request, path string) (best *liveRoute, tied []*liveRoute) {
	segments := strings.Split(strings.TrimPrefix(path, "/"), "/")
	var rank []byte
	for _, route := range e.routes {
		if !onHost(route.host, r.Host) {
			continue
		}
		own, ok := route.rank(segments)
		if !ok {
			continue
		}
		c := -1
		if best != nil {
			c = bytes.Compare(own, rank)
		}
		if c > 0 || c == 0 && route.weight < best.weight || !route.holds(r) {
			continue
		}
		if c < 0 {
			best, rank, tied = route, own, nil
		} else {
			tied = append(tied, route)
		}
	}
	return best, tied
}

// sayUnknown tells of routes that may take the request but for a predicate that
// kgw does not know.
func (e *Engine) sayUnknown(r *simulate.Request, path string, t *simulate.Trail) {
	segments := strings.Split(strings.TrimPrefix(path, "/"), "/")
	for _, route := range e.routes {
		if _, ok := route.rank(segments); !ok || !onHost(route.host, r.Host) {
			continue
		}
		for _, c := range route.predicates {
			if !slices.Contains(knownPredicates, c.Name) {
				t.Say(name, route.at, "route %s is passed over: kgw does not know the predicate %s", route.name, c.Name)
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

// subtreeRank is rank for PathSubtree: the path itself, with a final slash or
// without, is written out; what is below is a rest (routing/matcher.go,
// addSubtreeLeafsToPath).
func (r *liveRoute) subtreeRank(segments []string) (rank []byte, ok bool) {
	path := r.path
	if len(path) == 1 && path[0] == "" {
		path = nil
	}
	for i, p := range path {
		switch {
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
	switch below := segments[len(path):]; {
	case len(below) == 1 && below[0] == "":
		rank = append(rank, literal)
	case len(below) > 0:
		rank = append(rank, rest)
	}
	return rank, true
}

// holds tells whether all predicates do. One that kgw does not know does not.
func (r *liveRoute) holds(q *simulate.Request) bool {
	return !slices.ContainsFunc(r.predicates, func(c call) bool { return !c.holds(q) })
}

// knownPredicates are those whose holding kgw can tell.
var knownPredicates = []string{"Method", "Methods", "Header", "HeaderRegexp", "JWTPayloadAllKV", "JWTPayloadAnyKV", "True", "False"}

func (c call) holds(q *simulate.Request) bool {
	args := c.texts()
	switch c.Name {
	case "Method":
		return len(args) == 1 && args[0] == q.Method
	case "Methods":
		return slices.ContainsFunc(args, func(m string) bool { return strings.EqualFold(m, q.Method) })
	case "Header":
		return len(args) == 2 && q.Header(args[0]) == args[1]
	case "HeaderRegexp":
		expr, ok := c.arg(1).(eskip.Regexp)
		if !ok && len(args) == 2 {
			expr = eskip.Regexp(args[1])
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
func claim(q *simulate.Request, key string) any {
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

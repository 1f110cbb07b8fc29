package skipper

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/simulate"
)

// Ranks of segments: a literal segment comes before a parameter, which comes before
// a rest. A route without a path comes last.
const (
	literal byte = iota
	parameter
	rest
	noPath
)

// rank reports whether the path matches the segments, and how specifically at
// each of them.
func (r *route) rank(segments []string) (rank []byte, ok bool) {
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
		}
		one, ok := segmentRank(p, segments[i])
		if !ok {
			return nil, false
		}
		rank = append(rank, one)
	}
	return rank, len(segments) == len(r.path)
}

// segmentRank returns how one segment of a path matches one of a request: as a
// parameter, which is not empty, or as it is written.
func segmentRank(p, segment string) (rank byte, ok bool) {
	if p != "" && p[0] == ':' {
		return parameter, segment != ""
	}
	return literal, p == segment
}

// subtreeRank is rank for PathSubtree: the path itself, with a final slash or
// without, is literal, and what is below it is a rest (routing/matcher.go,
// addSubtreeLeafsToPath).
func (r *route) subtreeRank(segments []string) (rank []byte, ok bool) {
	path := r.path
	if len(path) == 1 && path[0] == "" {
		path = nil
	}
	for i, p := range path {
		if i >= len(segments) {
			return nil, false
		}
		one, ok := segmentRank(p, segments[i])
		if !ok {
			return nil, false
		}
		rank = append(rank, one)
	}
	switch below := segments[len(path):]; {
	case len(below) == 1 && below[0] == "":
		rank = append(rank, literal)
	case len(below) > 0:
		rank = append(rank, rest)
	}
	return rank, true
}

// parameter returns the value of a parameter of the route's path in a path, ""
// for none: a segment, or a rest with the slash before it, whose name is *
// where it has none (routing/matcher.go, matchPathTree).
func (r *route) parameter(name, path string) string {
	segments := strings.Split(strings.TrimPrefix(path, "/"), "/")
	for i, p := range r.path {
		switch {
		case i >= len(segments):
			return ""
		case p == ":"+name:
			return segments[i]
		case strings.HasPrefix(p, "*") && cmp.Or(p[1:], "*") == name:
			return "/" + strings.Join(segments[i:], "/")
		}
	}
	if r.subtree && name == "*" {
		below := segments[min(len(r.path), len(segments)):]
		if len(r.path) == 1 && r.path[0] == "" {
			below = segments
		}
		return "/" + strings.Join(below, "/")
	}
	return ""
}

// candidate is a route whose path matches a request.
type candidate struct {
	route *route
	rank  []byte
}

// find returns the route that gets the request, or nil. It tries the routes from
// the most specific path to the least, those with one path by weight, and returns
// the first whose predicates hold (pathmux/tree.go, routing/matcher.go). The
// request's world decides what the inputs leave open. Pass is the number of times
// that the request was routed before.
func (e *Engine) find(q *simulate.Request, path string, pass int) *route {
	segments := strings.Split(strings.TrimPrefix(path, "/"), "/")
	var found []candidate
	for _, r := range e.routesFor(q.Host) {
		if rank, ok := r.rank(segments); ok && r.mayHold(q) {
			found = append(found, candidate{r, rank})
		}
	}
	slices.SortStableFunc(found, compareCandidates)
	for i := range found {
		if !found[i].route.predicatesHold(q, pass) {
			continue
		}
		chosen := found[i].route
		for _, other := range found[i+1:] {
			if compareCandidates(other, found[i]) != 0 {
				break
			}
			if other.route.predicatesHold(q, pass) && q.Holds(chosen.whereTied(other.route)) {
				return other.route
			}
		}
		return chosen
	}
	return nil
}

// whereTied returns the condition that Skipper chooses the second of two routes with
// the same path and weight.
func (r *route) whereTied(other *route) simulate.Unknown {
	return simulate.Unknown{
		Why: simulate.Opaque, At: other.at,
		What: fmt.Sprintf("Skipper chooses the second of the routes %s and %s, which have the same path and the same number of predicates", r.label(), other.label()),
		Key:  "tie " + r.id + " " + other.id,
	}
}

// label names the route in messages.
func (r *route) label() string {
	if r.object == "" {
		return "that redirects plain HTTP"
	}
	return r.object
}

func compareCandidates(a, b candidate) int {
	if c := bytes.Compare(a.rank, b.rank); c != 0 {
		return c
	}
	return b.route.weight - a.route.weight
}

// mayHold reports whether no predicate of the route certainly fails.
func (r *route) mayHold(q *simulate.Request) bool {
	for i := range r.tests {
		if is, _ := r.tests[i].holds(q); is == no {
			return false
		}
	}
	return true
}

// predicatesHold reports whether all predicates hold, and asks about those that are not known.
func (r *route) predicatesHold(q *simulate.Request, pass int) bool {
	if d := r.uncertain; d != nil && !q.Holds(simulate.Unknown{Why: simulate.Opaque, At: d.at, What: d.reason, Key: d.key}) {
		return false
	}
	for i := range r.tests {
		t := &r.tests[i]
		is, reason := t.holds(q)
		if is != unknown {
			continue
		}
		kind := predicateKinds[t.Name]
		u := simulate.Unknown{Why: kind.why, At: r.at, What: fmt.Sprintf("the predicate %s of route %s holds: %s", t.String(), r.label(), reason), Needs: kind.needs, Key: r.key(t, pass)}
		if t.isLeftOpen(q) {
			u.Why, u.Example = simulate.Chosen, t.exampleHeaders()
		}
		if !q.Holds(u) {
			return false
		}
	}
	return true
}

// key returns the key of a condition. One predicate holds for all routes or for
// none, except for shares of the traffic, which are drawn for each route and each
// time that a request is routed.
func (r *route) key(t *test, pass int) string {
	if t.Name == "Traffic" {
		return fmt.Sprintf("%s %s %d", r.id, t.String(), pass)
	}
	return t.String()
}

// sameHost reports whether two hosts are equal, except for a final dot and a port. Case counts.
func sameHost(want, have string) bool {
	rest, ok := strings.CutPrefix(have, want)
	return want == "" || ok && isHostRest(rest)
}

// isHostRest reports whether a text may follow the name in a host: a dot or a port.
func isHostRest(text string) bool {
	text = strings.TrimPrefix(text, ".")
	if text == "" {
		return true
	}
	port, ok := strings.CutPrefix(text, ":")
	return ok && port != "" && strings.Trim(port, "0123456789") == ""
}

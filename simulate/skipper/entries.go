package skipper

import (
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/simulate"
)

// Entries lists the routes with the requests that each matches, by path, host,
// method, headers and claims, and with tokens that it lets through. A route whose
// predicates have alternatives has an entry for each. The order of entries does not
// decide which of several routes gets a request; see Ranked. Routes that Skipper
// adds are left out: redirects to https, and answers to requests that no route of a
// host matches.
func (e *Engine) Entries() []simulate.Entry {
	out := make([]simulate.Entry, 0, len(e.routes))
	for _, r := range e.routes {
		if r.redirect == 0 && r.dropped == "" && r.object != "" {
			out = append(out, r.entries()...)
		}
	}
	return out
}

// containing returns an expression for texts that contain a match of another expression.
func containing(expr string) string { return "(?s:.*)(?:" + expr + ")(?s:.*)" }

// hasPlainHosts reports whether all hosts of the route are names.
func (r *route) hasPlainHosts() bool {
	return r.hosts != nil && !slices.ContainsFunc(r.hosts, func(h string) bool { return !isPlainHost(h) })
}

// Others lists the requests that other controllers serve, or may serve: all requests
// for the hosts of their objects.
func (e *Engine) Others() []simulate.Entry {
	var out []simulate.Entry
	for i := range e.elsewhere {
		o := &e.elsewhere[i]
		entry := simulate.Entry{Name: o.m.Name, At: o.at, Set: match.Set{Path: pathlang.Path{Lang: pathlang.Prefix, Text: "/"}, View: match.SlashedPath}}
		if len(o.hosts) > 0 && !slices.Contains(o.hosts, "") {
			entry.Set.Hosts = o.hosts
		}
		out = append(out, entry)
	}
	return out
}

// Ranked lists the entries, including redirects and routes that only a Skipper with
// more filters or predicates has. The function reports for two entries, by index,
// whether the first one gets a request that both match. Skipper chooses the most
// specific path, then the route with the most weight. Its choice between equal
// routes is not known.
func (e *Engine) Ranked() (entries []simulate.Entry, before func(first, second int) bool) {
	var owner []int
	shapes := make([][]byte, len(e.routes))
	for i, r := range e.routes {
		if r.dropped != "" && !r.foreign {
			continue
		}
		shapes[i] = r.shape()
		for _, entry := range r.entries() {
			entries, owner = append(entries, entry), append(owner, i)
		}
	}
	return entries, func(first, second int) bool {
		a, b := owner[first], owner[second]
		if c := compareShapes(shapes[a], shapes[b]); c != 0 {
			return c < 0
		}
		return e.routes[a].weight > e.routes[b].weight
	}
}

// Elsewhere returns the condition that another controller serves a host, and reports whether one
// may.
func (e *Engine) Elsewhere(host string) (at simulate.Unknown, other bool) {
	if u := e.unreadFlag(); u != nil {
		return *u, true
	}
	switch o := e.otherFor(host); {
	case o == nil:
		return at, false
	case e.namesHost(host):
		return o.whereSkipperIsReached(host), true
	default:
		return o.whereOpen(host), true
	}
}

// Further kinds of segments in shapes. A final slash is written out, and a
// subtree's path may be followed by that slash, by nothing, or by a rest.
const (
	slash = noPath + 1 + iota
	perhaps
)

// shape returns the rank of each segment of the route's path.
func (r *route) shape() []byte {
	if r.path == nil {
		return []byte{noPath}
	}
	var out []byte
	for i, p := range r.path {
		last := i == len(r.path)-1
		switch {
		case p == "" && last && !r.subtree:
			out = append(out, slash)
		case p == "" && last:
		case strings.HasPrefix(p, "*") && last && !r.subtree:
			out = append(out, rest)
		case p != "" && p[0] == ':':
			out = append(out, parameter)
		default:
			out = append(out, literal)
		}
	}
	if r.subtree {
		out = append(out, perhaps)
	}
	return out
}

// compareShapes compares two routes on the paths that both match.
func compareShapes(a, b []byte) int {
	at := func(shape []byte, i int, other []byte) byte {
		switch {
		case i >= len(shape):
			return literal
		case shape[i] == slash:
			return literal
		case shape[i] != perhaps:
			return shape[i]
		case i >= len(other) || other[i] == slash || other[i] == perhaps:
			return literal // both paths end here, or both go on
		}
		return rest
	}
	for i := range max(len(a), len(b)) {
		if x, y := at(a, i, b), at(b, i, a); x != y {
			return int(x) - int(y)
		}
	}
	return 0
}

// entries returns the route's entries: one for each way in which its predicates can
// hold.
func (r *route) entries() []simulate.Entry {
	base := simulate.Entry{Name: r.object, At: r.at, To: r.destination(), Exact: r.uncertain == nil && r.dropped == "", Admits: r.admits(), Example: r.credentials()}
	if len(r.hosts) == 1 {
		base.Group = r.hosts[0]
	}
	if base.To == Again {
		base.Again = r.loopPath()
	}
	base.Set = match.Set{Path: pathlang.Path{Lang: pathlang.Prefix, Text: "/"}, View: match.SlashedPath}
	if r.hasPlainHosts() {
		base.Set.Hosts = r.hosts
	} else if r.hosts != nil {
		base.Exact, base.Group = false, ""
	}
	if r.path != nil {
		base.Set.Path = r.pathSet()
	}
	if len(r.filters) > 0 && slices.ContainsFunc(r.filters, isOpaque) {
		base.Exact = false
	}
	out := []simulate.Entry{base}
	for i := range r.tests {
		out = r.tests[i].narrowEntries(out)
	}
	return out
}

// pathSet returns the set of paths that the tree of paths matches for the route.
func (r *route) pathSet() pathlang.Path {
	text := "/" + strings.Join(r.path, "/")
	named := slices.ContainsFunc(r.path, func(p string) bool { return strings.HasPrefix(p, ":") })
	switch {
	case !r.subtree:
		return pathlang.Path{Lang: pathlang.Skipper, Text: text}
	case !named:
		return pathlang.Path{Lang: pathlang.Subtree, Text: text}
	}
	var b strings.Builder
	for _, p := range r.path {
		if b.WriteByte('/'); strings.HasPrefix(p, ":") {
			b.WriteString("[^/]+")
		} else {
			b.WriteString(regexp.QuoteMeta(p))
		}
	}
	return pathlang.Path{Lang: pathlang.Regex, Text: b.String() + "(/(?s:.*))?"}
}

// narrowEntries adds a predicate to the sets of entries. A set that cannot express
// the predicate stays too large, and the entry gets an example for which the
// predicate holds.
func (t *test) narrowEntries(entries []simulate.Entry) []simulate.Entry {
	args := textsOf(t.Args)
	var out []simulate.Entry
	for _, e := range entries {
		switch {
		case t.Name == "True", t.Name == "Traffic" && isWhole(t):
			out = append(out, e)
		case t.Name == "Method" && e.Set.Methods == nil:
			e.Set.Methods = args
			out = append(out, e)
		case t.Name == "Methods" && e.Set.Methods == nil:
			e.Set.Methods, e.Set.AnyCase = args, true
			out = append(out, e)
		case t.Name == "Header":
			out = append(out, addPredicate(e, match.Predicate{Source: match.Header, Name: args[0], Values: args[1:]}))
		case t.Name == "JWTPayloadAllKV":
			for i := 0; i+1 < len(args); i += 2 {
				e = addPredicate(e, match.Predicate{Source: match.Claim, Name: args[i], Values: args[i+1 : i+2]})
			}
			out = append(out, e)
		case t.Name == "JWTPayloadAnyKV":
			for _, p := range alternatives(args) {
				out = append(out, addPredicate(e, p))
			}
		case t.Name == "PathRegexp" && e.Set.Path.Lang == pathlang.Prefix:
			e.Set.Path = pathlang.Path{Lang: pathlang.Regex, Text: containing(args[0])}
			out = append(out, e)
		case t.Name == "False", t.Name == "Shutdown":
		default:
			e.Exact = false
			e.Example = append(slices.Clip(e.Example), t.example()...)
			out = append(out, e)
		}
	}
	return out
}

// isWhole reports whether the predicate's share is all of the traffic.
func isWhole(t *test) bool {
	share, _ := number(t.Args, 0)
	return share == 1 && len(t.Args) == 1
}

// example returns headers for which a predicate holds, as far as one can be made.
// The name "?" is a parameter of the query.
func (t *test) example() []simulate.Header {
	args := textsOf(t.Args)
	if len(args) == 0 {
		return nil
	}
	switch t.Name {
	case "HeaderRegexp":
		return []simulate.Header{{Name: args[0], Value: exampleText(args[1])}}
	case "Cookie":
		return []simulate.Header{{Name: "Cookie", Value: args[0] + "=" + exampleText(args[1])}}
	case "QueryParam":
		return []simulate.Header{{Name: "?", Value: args[0] + "=" + exampleText(append(args, "")[1])}}
	case "ForwardedHost":
		return []simulate.Header{{Name: "Forwarded", Value: "host=" + exampleText(args[0])}}
	case "ForwardedProtocol":
		return []simulate.Header{{Name: "Forwarded", Value: "proto=" + args[0]}}
	case "Source", "SourceFromLast":
		address, _, _ := strings.Cut(args[0], "/")
		return []simulate.Header{{Name: "X-Forwarded-For", Value: address}}
	}
	return nil
}

// exampleText returns a text that an expression matches, as far as that is easy to
// find; the caller tries it.
func exampleText(expr string) string {
	parsed, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return ""
	}
	return exampleOf(parsed.Simplify())
}

func exampleOf(x *syntax.Regexp) string {
	var b strings.Builder
	switch x.Op {
	case syntax.OpLiteral:
		return string(x.Rune)
	case syntax.OpCharClass:
		for i := 0; i+1 < len(x.Rune); i += 2 {
			for c := max(x.Rune[i], '0'); c <= x.Rune[i+1] && c < 0x7F; c++ {
				return string(c)
			}
		}
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return "x"
	case syntax.OpCapture, syntax.OpPlus:
		return exampleOf(x.Sub[0])
	case syntax.OpAlternate:
		return exampleOf(x.Sub[0])
	case syntax.OpConcat:
		for _, sub := range x.Sub {
			b.WriteString(exampleOf(sub))
		}
	}
	return b.String()
}

func addPredicate(e simulate.Entry, p match.Predicate) simulate.Entry {
	e.Set.Predicates = append(slices.Clone(e.Set.Predicates), p)
	return e
}

// alternatives makes a predicate for each claim, with all values of it.
func alternatives(pairs []string) []match.Predicate {
	var out []match.Predicate
	for i := 0; i+1 < len(pairs); i += 2 {
		at := slices.IndexFunc(out, func(p match.Predicate) bool { return p.Name == pairs[i] })
		if at < 0 {
			at = len(out)
			out = append(out, match.Predicate{Source: match.Claim, Name: pairs[i]})
		}
		out[at].Values = append(out[at].Values, pairs[i+1])
	}
	return out
}

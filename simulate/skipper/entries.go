package skipper

import (
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/simulate"
)

// Entries lists the routes with what each takes, by path, host, method,
// headers and claims, and with tokens that it lets through; a route whose
// predicates have alternatives gives an entry for each. Which route of several
// gets a request is not their order: Ranked tells it. Redirects to https that
// Skipper adds are left out.
func (e *Engine) Entries() []simulate.Entry {
	out := make([]simulate.Entry, 0, len(e.routes))
	for _, r := range e.routes {
		if !r.redirect {
			out = append(out, r.entries()...)
		}
	}
	return out
}

// Ranked lists the entries with those of redirects, and tells of two of them,
// by their numbers, whether of a request that both take the first one gets it
// and not the second: Skipper takes the most specific path, then the route of
// most weight. Which of two alike it takes is not known.
func (e *Engine) Ranked() (entries []simulate.Entry, before func(first, second int) bool) {
	var owner []int
	shapes := make([][]byte, len(e.routes))
	for i, r := range e.routes {
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

// Further kinds of segments in shapes: a final slash is written out, and what
// is below a subtree's path is that slash, or nothing, or a rest.
const (
	slash = noPath + 1 + iota
	perhaps
)

// shape is how specific the route is at each segment of its path.
func (r *liveRoute) shape() []byte {
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
		case len(p) > 1 && p[0] == ':':
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

// compareShapes compares two routes on the paths that both take.
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
			return literal // both end here, or both go on
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

// entries gives the route's sets: one for each way in which its predicates can
// hold.
func (r *liveRoute) entries() []simulate.Entry {
	base := simulate.Entry{Name: r.name, At: r.at, Group: r.host, To: r.reaches(), Exact: true, Admits: r.admits()}
	base.Set = match.Set{Path: pathlang.Path{Lang: pathlang.Prefix, Text: "/"}, View: match.SlashedPath}
	if r.host != "" {
		base.Set.Hosts = []string{r.host}
	}
	if r.path != nil {
		lang := pathlang.Skipper
		if r.subtree {
			lang = pathlang.Subtree
		}
		base.Set.Path = pathlang.Path{Lang: lang, Text: "/" + strings.Join(r.path, "/")}
		if r.subtree && slices.ContainsFunc(r.path, func(p string) bool { return strings.HasPrefix(p, ":") }) {
			base.Set.Path, base.Exact = pathlang.Path{Lang: pathlang.Prefix, Text: "/"}, false
		}
	}
	out := []simulate.Entry{base}
	for _, c := range r.predicates {
		out = c.narrow(out)
	}
	return out
}

// narrow puts a predicate into sets; a set is too large where it has no place
// for the predicate.
func (c call) narrow(entries []simulate.Entry) []simulate.Entry {
	args := c.texts()
	var out []simulate.Entry
	for _, e := range entries {
		switch {
		case c.Name == "True":
			out = append(out, e)
		case c.Name == "Method" && e.Set.Methods == nil:
			e.Set.Methods = args
			out = append(out, e)
		case c.Name == "Methods" && e.Set.Methods == nil:
			e.Set.Methods, e.Set.AnyCase = args, true
			out = append(out, e)
		case c.Name == "Header" && len(args) == 2:
			out = append(out, with(e, match.Predicate{Source: match.Header, Name: args[0], Values: args[1:]}))
		case c.Name == "JWTPayloadAllKV":
			for i := 0; i+1 < len(args); i += 2 {
				e = with(e, match.Predicate{Source: match.Claim, Name: args[i], Values: args[i+1 : i+2]})
			}
			out = append(out, e)
		case c.Name == "JWTPayloadAnyKV":
			for _, p := range alternatives(args) {
				out = append(out, with(e, p))
			}
		default:
			e.Exact = false
			out = append(out, e)
		}
	}
	return out
}

func with(e simulate.Entry, p match.Predicate) simulate.Entry {
	e.Set.Predicates = append(slices.Clone(e.Set.Predicates), p)
	return e
}

// alternatives gives a predicate for each claim, with all values of it.
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

// reaches is the service that the route sends requests to; "" where it answers
// itself, or has no requests left in its limit.
func (r *liveRoute) reaches() string {
	for i := range r.filters {
		c := &r.filters[i]
		if most, ok := c.arg(1).(int); c.Name == "inlineContent" || c.Name == "clusterClientRatelimit" && ok && most <= 0 {
			return ""
		}
	}
	return r.upstream
}

// admits lists the one way through the filters: the first proof that they
// demand, or none, and a token that has what filters and predicates want.
func (r *liveRoute) admits() []simulate.Admission {
	proof, info := "", map[string]any{}
	for _, c := range r.filters {
		if p := c.proof(); p != "" && proof == "" {
			proof = p
		}
		c.demand(info)
	}
	claims := map[string]any{}
	for _, c := range r.predicates {
		pairs := c.texts()
		if c.Name == "JWTPayloadAnyKV" && len(pairs) > 2 {
			pairs = pairs[:2]
		}
		for i := 0; strings.HasPrefix(c.Name, "JWTPayload") && i+1 < len(pairs); i += 2 {
			claims[pairs[i]] = pairs[i+1]
		}
	}
	return []simulate.Admission{{Proof: proof, Token: bearer(proof, info, claims)}}
}

// bearer is a token of the claims for which the token information service says
// what is demanded.
func bearer(proof string, info, claims map[string]any) simulate.Token {
	if proof == "" && len(claims) == 0 {
		return simulate.Token{}
	}
	t := simulate.Token{Kind: "opaque", Via: simulate.Via{In: "bearer"}}
	if len(claims) > 0 || proof == "jwt" {
		t.Kind, t.Claims = "jwt", claims
	}
	if proof == tokeninfo {
		info["uid"] = "someone"
		if _, named := info["realm"]; named && claims[realmClaim] == "users" {
			info["realm"] = "/employees"
		}
		t.Introspection = info
	}
	return t
}

// demand puts into a token's information what a filter wants of it.
func (c *call) demand(info map[string]any) {
	args := c.texts()
	switch c.Name {
	case "oauthTokeninfoAllScope", "oauthTokeninfoAnyScope":
		have, _ := info["scope"].([]any)
		info["scope"] = append(have, anyTexts(args)...)
	case "oauthTokeninfoAnyKV", "oauthTokeninfoAllKV":
		for i := 0; i+1 < len(args) && (i == 0 || c.Name == "oauthTokeninfoAllKV"); i += 2 {
			info[args[i]] = args[i+1]
		}
	}
}

func anyTexts(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}

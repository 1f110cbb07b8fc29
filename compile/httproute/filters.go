package httproute

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/kgw-dev/kgw/compile/envoy"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/manifest"
)

// filters are what a rule changes on the way, at most one of each type.
func filters(g *ir.Gateway, r *ir.Route) []manifest.RouteFilter {
	var out []manifest.RouteFilter
	if h := envoy.Headers(g, r); h != nil {
		if m := modifier(h.Request); m != nil {
			out = append(out, manifest.RouteFilter{Type: "RequestHeaderModifier", RequestHeaderModifier: m})
		}
		if m := modifier(h.Response); m != nil {
			out = append(out, manifest.RouteFilter{Type: "ResponseHeaderModifier", ResponseHeaderModifier: m})
		}
	}
	if c := cors(r.CORS); c != nil {
		out = append(out, manifest.RouteFilter{Type: "CORS", CORS: c})
	}
	return out
}

// modifier is nil where nothing changes.
func modifier(ops *manifest.HeaderOperations) *manifest.HeaderModifier {
	if ops == nil || len(ops.Set)+len(ops.Remove) == 0 {
		return nil
	}
	m := &manifest.HeaderModifier{Remove: ops.Remove}
	for _, name := range slices.SortedFunc(maps.Keys(ops.Set), byName) {
		value := ops.Set[name]
		if manifest.IsAuthority(name) {
			name = "Host"
		}
		m.Set = append(m.Set, manifest.HeaderValue{Name: name, Value: value})
	}
	return m
}

// byName orders names of headers without regard to case, equal ones by their
// bytes.
func byName(a, b string) int {
	if c := strings.Compare(strings.ToLower(a), strings.ToLower(b)); c != 0 {
		return c
	}
	return strings.Compare(a, b)
}

// defaultMaxAge is what the CRD fills in and what browsers take without a
// header (Fetch standard, 4.9).
const defaultMaxAge = 5 * time.Second

// cors is what browsers may do, nil where no origin is left that can be said:
// a policy without origins has no effect.
func cors(c *ir.CORS) *manifest.RouteCORS {
	if c == nil {
		return nil
	}
	origins, _ := originsOf(c)
	if len(origins) == 0 {
		return nil
	}
	out := &manifest.RouteCORS{
		AllowOrigins: origins, AllowMethods: starAlone(c.Methods), AllowHeaders: namesBesideStar(c.Headers),
		ExposeHeaders: distinct(c.ExposeHeaders), AllowCredentials: c.Credentials != nil && *c.Credentials,
	}
	age := defaultMaxAge
	if c.MaxAge != nil {
		age = *c.MaxAge
	}
	out.MaxAge = int32(age / time.Second)
	return out
}

// plainOrigin is what the CRD allows as an origin, but for wildcards.
var plainOrigin = regexp.MustCompile(`^https?://[A-Za-z0-9](?:[-.A-Za-z0-9]*[A-Za-z0-9])?(?::[0-9]{1,5})?$`)

// originsOf are the allowed origins in the words of an HTTPRoute, and those
// that it has no words for.
func originsOf(c *ir.CORS) (said []string, unsaid []ir.Origin) {
	for _, o := range c.Origins {
		switch {
		case o.Kind == "exact" && o.Value == "*", o.Kind == "regex" && anyOrigin(o.Value):
			return []string{"*"}, nil // the others are among them
		case o.Kind == "exact" && plainOrigin.MatchString(o.Value):
			said = append(said, o.Value)
		default:
			unsaid = append(unsaid, o)
		}
	}
	return distinct(said), unsaid
}

// anyOrigin reports whether an expression is one of the spellings of "all".
func anyOrigin(expression string) bool {
	return expression == ".*" || expression == "^.*$" || expression == ".+" || expression == "^.+$"
}

// starAlone are names, or * alone: it covers the others.
func starAlone(names []string) []string {
	if slices.Contains(names, "*") {
		return []string{"*"}
	}
	return distinct(names)
}

// namesBesideStar are the names that * is beside, or * alone.
func namesBesideStar(names []string) []string {
	left := distinct(slices.DeleteFunc(slices.Clone(names), func(n string) bool { return n == "*" }))
	if len(left) == 0 && len(names) > 0 {
		return []string{"*"}
	}
	return left
}

// distinct drops names that are there already, without regard to case.
func distinct(names []string) []string {
	var out []string
	for _, n := range names {
		if !slices.ContainsFunc(out, func(o string) bool { return strings.EqualFold(o, n) }) {
			out = append(out, n)
		}
	}
	return out
}

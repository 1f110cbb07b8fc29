package routerule

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/lazyregexp"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/source"
)

// defaultMaxAge is the value that the CRD fills in and that browsers use
// without a header (Fetch standard, 4.9).
const defaultMaxAge = 5 * time.Second

// CORS is what browsers may do, nil where no origin is left that can be said:
// a policy without origins has no effect.
func CORS(c *ir.CORS) *manifest.RouteCORS {
	if c == nil {
		return nil
	}
	origins, _ := originsOf(c)
	if len(origins) == 0 {
		return nil
	}
	out := &manifest.RouteCORS{
		AllowOrigins: origins, AllowMethods: starAlone(c.Methods), AllowHeaders: namesBesideStar(c.Headers),
		ExposeHeaders: Distinct(c.ExposeHeaders), AllowCredentials: c.Credentials != nil && *c.Credentials,
	}
	out.MaxAge = int32(maxAge(c) / time.Second)
	return out
}

// maxAge is how long browsers keep the answer to a preflight, in whole seconds.
// The CRD has no shorter time than one.
func maxAge(c *ir.CORS) time.Duration {
	if c.MaxAge == nil {
		return defaultMaxAge
	}
	return max(c.MaxAge.Truncate(time.Second), time.Second)
}

// CheckCORS reports what an HTTPRoute allows browsers less than a policy does.
func CheckCORS(c *ir.CORS, at source.Ref, found *diag.List) {
	origins, unsaid := originsOf(c)
	for _, o := range unsaid {
		found.Add(diag.Finding{
			Code: diag.OriginUnsaid, At: at, Help: "list the origins one by one, or accept with --accept " + string(diag.OriginUnsaid) + " that browsers there are refused",
			Message: fmt.Sprintf("an HTTPRoute cannot allow the origin %q (%s): it knows http(s)://host[:port] and *", o.Value, o.Kind),
		})
	}
	if len(origins) == 0 {
		return
	}
	differs := func(s diag.Severity, help, format string, args ...any) {
		found.Add(diag.Finding{Code: diag.CORSDiffers, Severity: s, At: at, Help: help, Message: fmt.Sprintf(format, args...)})
	}
	if names := namesBesideStar(c.Headers); slices.Contains(c.Headers, "*") && !slices.Equal(names, []string{"*"}) {
		differs(diag.Warning, "name the headers that browsers may send in cors.allowHeaders of kgw.yaml",
			"an HTTPRoute allows any header or the ones that it names, and * does not include Authorization: browsers may send %s and no others", strings.Join(names, ", "))
	}
	if c.MaxAge != nil && *c.MaxAge < time.Second {
		differs(diag.Info, "none is needed unless browsers must ask before every request", "browsers keep the answer to a preflight for 1s, and not for %s", *c.MaxAge)
	}
	if slices.Equal(origins, []string{"*"}) {
		differs(diag.Info, "none is needed for pages of http and https", "the origin null is no longer allowed")
	} else {
		differs(diag.Info, "none is needed where the gateway alone decides about origins", "preflights of other origins are answered by the gateway and no longer reach the Service")
	}
}

// plainOrigin is what the CRD allows as an origin, except for wildcards.
var plainOrigin = lazyregexp.New(`^https?://[A-Za-z0-9](?:[-.A-Za-z0-9]*[A-Za-z0-9])?(?::[0-9]{1,5})?$`)

// originsOf are the allowed origins in the words of an HTTPRoute, and those
// that it has no words for.
func originsOf(c *ir.CORS) (said []string, unsaid []ir.Origin) {
	for _, o := range c.Origins {
		switch {
		case o.Kind == "exact" && o.Value == "*", o.Kind == "regex" && anyOrigin(o.Value):
			return []string{"*"}, nil // the others are among them
		case o.Kind == "exact" && plainOrigin().MatchString(o.Value):
			said = append(said, o.Value)
		default:
			unsaid = append(unsaid, o)
		}
	}
	return Distinct(said), unsaid
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
	return Distinct(names)
}

// namesBesideStar are the names listed together with *, or * alone.
func namesBesideStar(names []string) []string {
	left := Distinct(slices.DeleteFunc(slices.Clone(names), func(n string) bool { return n == "*" }))
	if len(left) == 0 && len(names) > 0 {
		return []string{"*"}
	}
	return left
}

// Distinct drops names that are there already, without regard to case.
func Distinct(names []string) []string {
	var out []string
	for _, n := range names {
		if !slices.ContainsFunc(out, func(o string) bool { return strings.EqualFold(o, n) }) {
			out = append(out, n)
		}
	}
	return out
}

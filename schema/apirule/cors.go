package apirule

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/internal/source"
)

// CORSHeaders are the response headers that the controllers remove when they
// set a CORS policy themselves, in their order.
var CORSHeaders = []string{
	"Access-Control-Allow-Origin", "Access-Control-Expose-Headers", "Access-Control-Allow-Headers",
	"Access-Control-Allow-Credentials", "Access-Control-Allow-Methods", "Access-Control-Max-Age",
}

// DecodeCORS reads a CORS policy; maxAge turns the field of that name into a
// duration. It returns nil when there is none.
func DecodeCORS(n *source.Node, maxAge func(*source.Node) *time.Duration) *ir.CORS {
	if n == nil || source.Keys(n) == nil {
		return nil
	}
	c := &ir.CORS{
		Methods:       source.Texts(source.Field(n, "allowMethods")),
		Headers:       source.Texts(source.Field(n, "allowHeaders")),
		ExposeHeaders: source.Texts(source.Field(n, "exposeHeaders")),
	}
	if b, ok := source.Bool(source.Field(n, "allowCredentials")); ok {
		c.Credentials = &b
	}
	for _, origin := range source.Elements(source.Field(n, "allowOrigins")) {
		c.Origins = append(c.Origins, origins(origin)...)
	}
	if age := source.Field(n, "maxAge"); age != nil {
		c.MaxAge = maxAge(age)
	}
	return c
}

// origins reads one element of allowOrigins. Several keys are several origins,
// in the order of the keys; a key that is not a match type is a prefix, as the
// controller reads it.
func origins(n *source.Node) []ir.Origin {
	values := source.TextMap(n)
	keys := source.Keys(n)
	sort.Strings(keys)
	var out []ir.Origin
	for _, k := range keys {
		kind := k
		if !originKind(k) {
			kind = "prefix"
		}
		out = append(out, ir.Origin{Kind: kind, Value: values[k]})
	}
	return out
}

func originKind(k string) bool { return k == "exact" || k == "prefix" || k == "regex" }

// CheckCORS reports what an author's policy does that is likely not meant: one
// without origins is not written, and one for all origins lets browsers send
// credentials from everywhere.
func CheckCORS(n *source.Node, at source.Ref, found *diag.List) {
	if n == nil || n.Tag != "!!map" {
		return // what is not an object is said elsewhere
	}
	CheckOrigins(n, at, found)
	written := source.Field(n, "allowOrigins")
	list := source.Elements(written)
	if written != nil && written.Tag != "!!seq" {
		return // it is not a list, which is said
	}
	if len(list) == 0 {
		found.Add(diag.Finding{
			Code: diag.CORSDropped, At: at, Help: "add allowOrigins, such as [{exact: https://www.example.com}]; without corsPolicy an older version applies its default policy, and v2 none",
			Message: "the CORS policy has no allowOrigins: it is not written, and the Access-Control headers of the Service's own answers are removed",
		})
		return
	}
	if credentials, _ := source.Bool(source.Field(n, "allowCredentials")); !credentials {
		return
	}
	for i, origin := range list {
		for _, o := range origins(origin) {
			if matchesAnyOrigin(o) {
				found.Add(diag.Finding{
					Code: diag.CORSCredentials, At: at.At("allowOrigins").Elem(i), Help: "list the origins that are meant, or leave allowCredentials out",
					Message: fmt.Sprintf("%s %q allows every origin, and allowCredentials lets each of them send the user's cookies", o.Kind, o.Value),
				})
				break
			}
		}
	}
}

// strangers are origins that nobody lists: an expression that matches one of
// them matches those of every site.
var strangers = []string{"https://a.kgw-stranger.example", "http://kgw-stranger.example"}

// matchesAnyOrigin reports whether an origin matches all origins, or all of one
// scheme.
func matchesAnyOrigin(o ir.Origin) bool {
	switch o.Kind {
	case "exact":
		return o.Value == "*"
	case "prefix":
		return o.Value == "" || o.Value == "*" || strings.HasPrefix("https://", o.Value)
	}
	// Envoy compares the whole origin with the expression.
	expr, err := pathlang.CompileWhole(o.Value)
	return o.Value == "*" || err == nil && slices.ContainsFunc(strangers, expr.MatchString)
}

// CheckOrigins reports match types of origins that do not exist, and origins
// without one.
func CheckOrigins(n *source.Node, at source.Ref, found *diag.List) {
	for i, origin := range source.Elements(source.Field(n, "allowOrigins")) {
		if origin.Tag == "!!map" && len(source.Keys(origin)) == 0 {
			found.Add(diag.Finding{
				Code: diag.BadOrigin, At: at.At("allowOrigins").Elem(i), Help: "use exact, prefix or regex, or remove it",
				Message: "an origin has no match type and allows nothing",
			})
		}
		for _, k := range source.Keys(origin) {
			if !originKind(k) {
				f := found.Add(diag.Finding{
					Code: diag.BadOrigin, At: at.At("allowOrigins").Elem(i).At(k), Help: "use exact, prefix or regex",
					Message: fmt.Sprintf("%q is not a match type of an origin and is read as prefix", k),
				})
				f.At.Key = true
			}
		}
	}
}

// PlaceCORS returns the CORS policy of an APIRule with its place; nil where there is
// none, or one without origins, which the controllers drop.
func PlaceCORS(c *ir.CORS, doc *source.Document) *ir.CORS {
	if c == nil || len(c.Origins) == 0 {
		return nil
	}
	c.Origin = source.Ref{Doc: doc, Path: "spec.corsPolicy"}
	return c
}

package rule

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/handlers"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/source"
)

// checkPipeline reports authenticators that are not asked about requests that are
// meant for them, because one before them decides.
func checkPipeline(g *ir.Gateway, r *ir.Route, t *ir.Target, purse *match.Purse, found *diag.List) {
	grants := r.Access.Grants
	names := make([]string, len(grants))
	for i := range grants {
		if grants[i].Verbatim != nil {
			names[i] = grants[i].Verbatim.Name
		}
	}
	if i := slices.Index(names, "noop"); i >= 0 && i < len(names)-1 {
		found.Add(diag.Finding{
			Code: diag.OpenFirst, At: grants[i].Origin.At("handler"), Witness: witness(g, r, t, purse),
			Message: fmt.Sprintf("noop lets every request through, so that %s is never asked", strings.Join(names[i+1:], ", ")),
			Help:    "remove noop, or what is behind it",
		})
	}
	for j := range grants {
		i := slices.IndexFunc(grants[:j], func(before ir.Grant) bool { return sharesToken(before.Verbatim, grants[j].Verbatim, t) })
		if i < 0 {
			continue
		}
		f := diag.Finding{At: grants[i].Origin.At("handler"), Witness: witness(g, r, t, purse)}
		f.Related = []diag.Related{{Message: "the strategy behind it", At: grants[j].Origin.At("handler")}}
		behind := names[j]
		if behind == names[i] {
			behind = "the second " + behind
		}
		if names[i] == "jwt" {
			f.Code = diag.TokenKinds
			f.Message = fmt.Sprintf("jwt answers 401 to every JWT that it does not accept, before %s is asked: access tokens in the form of JWTs never reach it", behind)
			f.Help = "let one of the two read its token from a header of its own, with token_from, unless all introspected tokens are opaque"
			if names[j] == "jwt" {
				f.Help = "write one jwt with the issuers and keys of both, or let one of the two read its token from a header of its own, with token_from"
			}
		} else {
			f.Code = diag.TokenShadowed
			f.Message = fmt.Sprintf("oauth2_introspection checks every bearer token before %s does, and refuses a token that it does not know", behind)
			f.Help = "let one of the two read its token from a header of its own, with token_from"
			if names[j] == "jwt" {
				f.Help = "put jwt first: it passes on what is not a JWT"
			}
		}
		found.Add(f)
		return
	}
}

// sharesToken reports whether two handlers check tokens of one place, and the
// first decides about those that it does not accept. Where one wants a prefix,
// the prefix says whose a token is.
func sharesToken(first, second *ir.Handler, t *ir.Target) bool {
	tokens := func(h *ir.Handler) bool { return h != nil && (h.Name == "jwt" || h.Name == "oauth2_introspection") }
	if !tokens(first) || !tokens(second) {
		return false
	}
	a, b := configOf(first, t), configOf(second, t)
	for _, c := range []source.Object{a, b} {
		if prefix, _ := c.Get("prefix"); prefix != nil && prefix != "" {
			return false
		}
	}
	return tokenPlace(a) == tokenPlace(b)
}

// configOf is the configuration of an authenticator, merged over the cluster's.
func configOf(h *ir.Handler, t *ir.Target) source.Object {
	return handlers.MergeConfig(t.Handlers[handlers.Authenticators.Group][h.Name].Config, h.Config)
}

// tokenPlace names where a handler looks for a token: in the Authorization header by
// default. Names of headers are compared without regard to case.
func tokenPlace(config source.Object) string {
	v, _ := config.Get("token_from")
	from, _ := v.(source.Object)
	for _, kind := range []string{"query_parameter", "cookie"} {
		if name, _ := from.Get(kind); name != nil {
			return fmt.Sprintf("%s %v", kind, name)
		}
	}
	if name, _ := from.Get("header"); name != nil {
		return "header " + strings.ToLower(fmt.Sprint(name))
	}
	return "header authorization"
}

// witness is a request that the Rule of a route matches, or nil where none is found.
func witness(g *ir.Gateway, r *ir.Route, t *ir.Target, purse *match.Purse) *diag.Witness {
	set, ok := matched(g, r, t)
	if !ok {
		return nil
	}
	w := purse.Difference(match.Compile(set)).Witness
	if w == nil {
		return nil
	}
	return &diag.Witness{Method: w.Method, URL: w.URL()}
}

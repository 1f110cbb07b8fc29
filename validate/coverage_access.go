package validate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
)

// compareAccess compares who may send a request by the description and by the
// route that gets it.
func (c *covered) compareAccess(d *documented, r *served, w *match.Request) {
	say := func(code diag.Code, message, help string) {
		key := difference{code, d.op.Origin, r.Origin}
		if c.differences[key] {
			return
		}
		c.differences[key] = true
		c.found.Add(diag.Finding{
			Code: code, At: r.Origin, Witness: witness(w), Message: message, Help: help,
			Related: []diag.Related{{Message: "what is described", At: d.op.Security}},
		})
	}
	what := fmt.Sprintf("%s %s", d.op.Method, d.path)
	open := slices.ContainsFunc(d.op.Allowed, func(a ir.Credentials) bool { return a.None() })
	others := othersOf(d.op)
	switch {
	case asksAuthorizer(r.Route) || byOtherHandler(r.Route):
		say(diag.CredentialsUnchecked, what+" is decided by an authorizer or a handler that knows no scopes: who may send it is not compared with the description", "nothing, if that is meant")
	case open && r.Access.Open():
	case open:
		say(diag.AccessStricter, fmt.Sprintf("%s is described as open to anyone, and the route demands %s", what, demandedText(r)), "correct the security of the operation, or the access strategy of the rule")
	case len(others) > 0 && r.Access.Open():
		say(diag.CredentialsUnchecked, fmt.Sprintf("%s demands %s, which the gateway leaves to the service", what, strings.Join(others, ", ")), "nothing, if the service checks it")
	case r.Access.Open():
		say(diag.AccessWeaker, fmt.Sprintf("%s is open to anyone, and its description demands %s", what, describedText(d.op.Allowed)), "demand a token in the rule, or correct the security of the operation")
	default:
		compareScopes(d, r, what, say)
	}
}

// byOtherHandler reports whether a handler decides that does not ask for tokens
// with scopes.
func byOtherHandler(r *ir.Route) bool {
	return slices.ContainsFunc(r.Access.Grants, func(g ir.Grant) bool {
		p, ok := g.Proof.(ir.ByHandler)
		return ok && !slices.Contains([]string{"noop", "anonymous", "unauthorized", "jwt", "oauth2_introspection", "oauth2_client_credentials"}, p.Handler.Name)
	})
}

// othersOf lists the schemes of an operation that a gateway does not check.
func othersOf(op *ir.Operation) []string {
	var out []string
	for _, a := range op.Allowed {
		for _, name := range a.Others {
			if !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	return out
}

// compareScopes compares the scopes of tokens: a token with exactly what one side
// demands must be enough for the other.
func compareScopes(d *documented, r *served, what string, say func(diag.Code, string, string)) {
	grants := grantsOf(r)
	enough := func(scopes []string) bool {
		return slices.ContainsFunc(d.op.Allowed, func(a ir.Credentials) bool { return allAmong(a.Scopes, scopes) })
	}
	for _, g := range grants {
		if !enough(g) {
			say(diag.AccessWeaker, fmt.Sprintf("%s lets tokens with %s in, and its description demands %s", what, scopesText(g), describedText(d.op.Allowed)),
				"demand the scopes in the rule, or correct the security of the operation")
		}
	}
	for _, a := range d.op.Allowed {
		if !slices.ContainsFunc(grants, func(g []string) bool { return allAmong(g, a.Scopes) }) {
			say(diag.AccessStricter, fmt.Sprintf("%s refuses tokens with %s, which its description lets in: the route demands %s", what, scopesText(a.Scopes), demandedText(r)),
				"correct the security of the operation, or the scopes of the rule")
		}
	}
}

// allAmong reports whether all of some scopes are among others.
func allAmong(some, all []string) bool {
	return !slices.ContainsFunc(some, func(s string) bool { return !slices.Contains(all, s) })
}

// grantsOf lists the scopes of each way to be let in. Ways for named callers
// (services, employees) count only if there is no other: a description cannot
// name callers.
func grantsOf(r *served) [][]string {
	var named, others [][]string
	for i := range r.Access.Grants {
		g := &r.Access.Grants[i]
		scopes := slices.DeleteFunc(slices.Clone(g.Scopes), func(s string) bool { return slices.Contains(r.gateway.Convention.ImpliedScopes, s) })
		if g.Who != nil {
			named = append(named, scopes)
		} else {
			others = append(others, scopes)
		}
	}
	if len(others) > 0 {
		return others
	}
	return named
}

func demandedText(r *served) string {
	grants := grantsOf(r)
	if len(grants) == 0 {
		return "what nobody has"
	}
	var out []string
	for _, g := range grants {
		if text := "a token with " + scopesText(g); !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	return strings.Join(out, " or ")
}

func describedText(allowed []ir.Credentials) string {
	var out []string
	for _, a := range allowed {
		var parts []string
		if a.Token {
			parts = append(parts, "a token with "+scopesText(a.Scopes))
		}
		parts = append(parts, a.Others...)
		out = append(out, strings.Join(parts, " and "))
	}
	return strings.Join(out, " or ")
}

func scopesText(scopes []string) string {
	switch len(scopes) {
	case 0:
		return "any scopes"
	case 1:
		return fmt.Sprintf("the scope %q", scopes[0])
	}
	return fmt.Sprintf("the scopes %q", scopes)
}

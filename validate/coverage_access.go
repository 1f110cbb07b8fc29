package validate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
)

// compareAccess compares who may send a request by the description and by the route
// that gets it.
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
	others := strings.Join(othersOf(d.op), ", ")
	switch {
	case asksAuthorizer(r.Route) || byOtherHandler(r.Route):
		say(diag.CredentialsUnchecked, what+" is decided by an authorizer or a handler that knows no scopes: who may send it is not compared with the description", "nothing, if that is meant")
	case open && r.Access.Open():
	case open:
		say(diag.AccessStricter, fmt.Sprintf("%s is described as open to anyone, and the route demands %s", what, demandedText(d, r)), "correct the security of the operation, or the access strategy of the rule")
	case others != "" && r.Access.Open():
		say(diag.CredentialsUnchecked, fmt.Sprintf("%s demands %s, which the gateway leaves to the service", what, others), "nothing, if the service checks it")
	case r.Access.Open():
		say(diag.AccessWeaker, fmt.Sprintf("%s is open to anyone, and its description demands %s", what, describedText(d, r)), "demand a token in the rule, or correct the security of the operation")
	default:
		if others != "" {
			say(diag.CredentialsUnchecked, fmt.Sprintf("%s is described with %s, which the gateway does not check", what, others), "nothing, if the service checks it")
		}
		compareCallers(d, r, what, say)
	}
}

// byOtherHandler reports whether the deciding handler does not ask for tokens with
// scopes.
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

// compareCallers compares who is let in, by name and by the scopes of tokens: both sides
// must let in the same callers.
func compareCallers(d *documented, r *served, what string, say func(diag.Code, string, string)) {
	grants, allowed := grantsOf(d, r), allowedBy(d, r)
	for _, g := range grants {
		if !slices.ContainsFunc(allowed, g.within) {
			say(diag.AccessWeaker, fmt.Sprintf("%s lets %s in, and its description demands %s", what, g.callers(), describedText(d, r)),
				"demand the scopes in the rule, or correct the security of the operation")
		}
	}
	for _, a := range allowed {
		if !slices.ContainsFunc(grants, a.within) {
			say(diag.AccessStricter, fmt.Sprintf("%s refuses %s, which its description lets in: the route demands %s", what, a.callers(), demandedText(d, r)),
				"correct the security of the operation, or the scopes of the rule")
		}
	}
	if d.op.Named == nil {
		return
	}
	if theirs, mine := d.op.Named.Deny, r.Access.Deny; len(theirs) > len(mine) {
		say(diag.AccessWeaker, what+" lets employees in whom its description refuses", "refuse them in the gateway, or correct the description")
	} else if len(mine) > len(theirs) {
		say(diag.AccessStricter, what+" refuses employees whom its description lets in", "correct the description, or the gateway")
	}
}

// admission is one way to be let in.
type admission struct {
	who     ir.Principal // nil for anyone
	scopes  []string
	issuers []string // of the tokens, each of which is demanded; nil if unknown
	others  []string // what a caller brings instead of a token
}

// within reports whether another way lets in every caller that this one does. Issuers
// are compared where both sides name them.
func (w admission) within(o admission) bool {
	return among(w.who, o.who) && allAmong(o.scopes, w.scopes) && (len(w.others) == 0 || len(o.others) > 0) &&
		(len(w.issuers) == 0 || allAmong(o.issuers, w.issuers))
}

// among reports whether all callers of one name are callers of another.
func among(some, all ir.Principal) bool {
	switch a := all.(type) {
	case nil:
		return true
	case ir.Services:
		s, ok := some.(ir.Services)
		return ok && allAmong(s.IDs, a.IDs)
	case ir.Employees:
		s, ok := some.(ir.Employees)
		return ok && (a.All || !s.All && allAmong(s.IDs, a.IDs))
	}
	return false
}

// allAmong reports whether all of some texts are among others.
func allAmong(some, all []string) bool {
	return !slices.ContainsFunc(some, func(s string) bool { return !slices.Contains(all, s) })
}

// grantsOf lists the ways to be let in by a route. If the description names nobody,
// ways for named callers (services, employees) count only if there are no others.
func grantsOf(d *documented, r *served) []admission {
	var named, others []admission
	for i := range r.Access.Grants {
		g := &r.Access.Grants[i]
		w := admission{who: g.Who, scopes: withoutImplied(r, g.Scopes)}
		list := &others
		if g.Who != nil && d.op.Named == nil {
			w.who, list = nil, &named
		}
		for _, issuer := range issuersOf(g) {
			w.issuers = []string{issuer}
			*list = append(*list, w)
		}
		if w.issuers == nil {
			*list = append(*list, w)
		}
	}
	if len(others) > 0 {
		return others
	}
	return named
}

// issuersOf lists the issuers whose tokens a grant accepts; nil where it does not name
// them.
func issuersOf(g *ir.Grant) []string {
	var out []string
	switch p := g.Proof.(type) {
	case ir.JWT:
		for i := range p.Issuers {
			out = append(out, p.Issuers[i].Issuer)
		}
	case ir.ByHandler:
		if p.Handler.Name == "jwt" {
			out = p.Handler.Config.Texts("trusted_issuers")
		}
	case ir.None, ir.Passthru, ir.TokenInfo, ir.External:
	}
	if slices.Contains(out, "") {
		return nil
	}
	return plainIssuers(out)
}

// plainIssuers returns issuers without their final slash: an issuer with one has its
// discovery document below it.
func plainIssuers(issuers []string) []string {
	var out []string
	for _, issuer := range issuers {
		out = append(out, strings.TrimSuffix(issuer, "/"))
	}
	return out
}

// allowedBy lists the ways to be let in by a description.
func allowedBy(d *documented, r *served) []admission {
	var out []admission
	for _, c := range d.op.Allowed {
		w := admission{scopes: withoutImplied(r, c.Scopes), issuers: plainIssuers(c.Issuers)}
		if !c.Token {
			w.others = c.Others
		}
		if d.op.Named == nil {
			out = append(out, w)
			continue
		}
		for i := range d.op.Named.Grants {
			g := &d.op.Named.Grants[i]
			named := admission{who: g.Who, scopes: withoutImplied(r, slices.Concat(w.scopes, g.Scopes)), issuers: w.issuers, others: w.others}
			if _, people := g.Who.(ir.Employees); people {
				named.scopes = withoutImplied(r, g.Scopes) // the same whatever else is demanded
			}
			out = append(out, named)
		}
	}
	return out
}

// withoutImplied returns each scope once, except those that every route of a gateway
// demands.
func withoutImplied(r *served, scopes []string) []string {
	out := slices.DeleteFunc(slices.Clone(scopes), func(s string) bool { return slices.Contains(r.gateway.Convention.ImpliedScopes, s) })
	slices.Sort(out)
	return slices.Compact(out)
}

// callers describes whom a way lets in.
func (w admission) callers() string {
	switch {
	case w.who != nil:
		return nameOf(w.who) + " with " + scopesText(w.scopes)
	case len(w.others) > 0:
		return "callers with " + strings.Join(w.others, " and ")
	}
	return "tokens" + ofIssuers(w.issuers) + " with " + scopesText(w.scopes)
}

// nameOf describes named callers.
func nameOf(who ir.Principal) string {
	switch p := who.(type) {
	case ir.Services:
		return fmt.Sprintf("services %q", p.IDs)
	case ir.Employees:
		if !p.All {
			return fmt.Sprintf("employees %q", p.IDs)
		}
		return "all employees"
	}
	return "anyone"
}

func demandedText(d *documented, r *served) string { return waysText(grantsOf(d, r)) }

// describedText describes what a description demands.
func describedText(d *documented, r *served) string {
	if d.op.Named != nil {
		return waysText(allowedBy(d, r))
	}
	var out []string
	for _, a := range d.op.Allowed {
		var parts []string
		if a.Token {
			parts = append(parts, "a token"+ofIssuers(plainIssuers(a.Issuers))+" with "+scopesText(a.Scopes))
		}
		parts = append(parts, a.Others...)
		out = append(out, strings.Join(parts, " and "))
	}
	return strings.Join(out, " or ")
}

// waysText describes ways to be let in.
func waysText(ways []admission) string {
	if len(ways) == 0 {
		return "what nobody has"
	}
	var out []string
	for _, w := range ways {
		text := "a token" + ofIssuers(w.issuers) + " with " + scopesText(w.scopes)
		if w.who != nil {
			text = "a token of " + nameOf(w.who) + " with " + scopesText(w.scopes)
		}
		if !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	return strings.Join(out, " or ")
}

// ofIssuers describes the issuers of a token, "" where they are not named.
func ofIssuers(issuers []string) string {
	if len(issuers) == 0 {
		return ""
	}
	return " of " + strings.Join(issuers, " and of ")
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

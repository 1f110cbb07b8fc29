package lsp

import (
	"fmt"
	"strings"

	"github.com/kgw-dev/kgw/internal/ir"
)

// callersOf describes who may send a request that a route matches, one line for each
// way to be let in.
func callersOf(a *ir.Access) []string {
	var out []string
	for i := range a.Grants {
		out = append(out, caller(&a.Grants[i]))
	}
	if len(out) == 0 {
		if a.Restricted {
			return []string{"nobody"}
		}
		return []string{"not known to kgw: the proxy decides"}
	}
	for _, d := range a.Deny {
		out = append(out, "but not "+principal(d))
	}
	return out
}

func caller(g *ir.Grant) string {
	who := "anyone"
	if g.Who != nil {
		who = principal(g.Who)
	}
	out := who + proof(g.Proof)
	if len(g.Scopes) > 0 {
		out += " and the scopes " + strings.Join(g.Scopes, ", ")
	}
	if len(g.Aud) > 0 {
		out += " for the audiences " + strings.Join(g.Aud, ", ")
	}
	return out
}

func principal(p ir.Principal) string {
	switch who := p.(type) {
	case ir.Services:
		return "the services " + strings.Join(who.IDs, ", ")
	case ir.Employees:
		if who.All {
			return "all employees"
		}
		return "the employees " + strings.Join(who.IDs, ", ")
	}
	return "anyone"
}

// proof returns what the caller needs, as the end of a sentence.
func proof(p ir.Authenticator) string {
	switch p := p.(type) {
	case ir.None, ir.Passthru:
		return ""
	case ir.JWT:
		return " with a token of " + issuers(&p)
	case ir.TokenInfo:
		return " with a token that the token information service knows"
	case ir.External:
		var names []string
		for _, e := range p.Providers {
			names = append(names, e.Name)
		}
		out := " whom the external authorizer " + strings.Join(names, ", ") + " lets in"
		if p.Then != nil {
			out += ", with a token of " + issuers(p.Then)
		}
		return out
	case ir.ByHandler:
		if p.Handler.Name == "noop" || p.Handler.Name == "anonymous" {
			return ""
		}
		return fmt.Sprintf(" whom the handler %s lets in", p.Handler.Name)
	}
	return ""
}

func issuers(j *ir.JWT) string {
	var out []string
	for _, i := range j.Issuers {
		out = append(out, i.Issuer)
	}
	if len(out) == 0 {
		return "any issuer"
	}
	return strings.Join(out, " or ")
}

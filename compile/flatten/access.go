package flatten

import (
	"slices"

	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
)

// access says who may send the requests of a route in the target's terms.
func (w *writer) access(r *ir.Route) ir.Access {
	if w.native {
		return w.tokens(r)
	}
	return w.handlers(r)
}

// tokens returns a grant of a token for each group of callers. Issuers represent
// realms; issuers that a Deny names get in only where a grant is exempt.
func (w *writer) tokens(r *ir.Route) ir.Access {
	a := ir.Access{Restricted: r.Access.Restricted}
	denied := deniedRealms(r)
	for i := range r.Access.Grants {
		g := r.Access.Grants[i]
		info, ok := g.Proof.(ir.TokenInfo)
		if !ok {
			a.Grants = append(a.Grants, g)
			continue
		}
		realms := info.Realms
		if of := realmOf(g.Who); of != "" {
			realms = []string{of}
		}
		if !g.Exempt {
			realms = slices.DeleteFunc(slices.Clone(realms), func(s string) bool { return slices.Contains(denied, s) })
		}
		g.Proof, g.Limit, g.Exempt = ir.JWT{Issuers: w.issuers(realms, g.Origin)}, nil, false
		if len(g.Proof.(ir.JWT).Issuers) > 0 {
			a.Grants = append(a.Grants, g)
		}
	}
	if len(a.Grants) == 0 {
		a.Restricted = true
	}
	return a
}

// handlers returns one handler of Oathkeeper for the callers that the target can
// identify: those with a token with the scopes. Other callers that the author
// lets in are reported as lost, and excluded ones are refused.
func (w *writer) handlers(r *ir.Route) ir.Access {
	var widest *ir.Grant
	for i := range r.Access.Grants {
		g := &r.Access.Grants[i]
		if _, service := g.Who.(ir.Services); g.Who == nil || widest == nil && service {
			widest = g
		}
	}
	if widest == nil {
		refuse := ir.Handler{Origin: r.Origin, Name: "unauthorized"}
		return ir.Access{Restricted: true, Grants: []ir.Grant{{Origin: r.Origin, Proof: ir.ByHandler{Handler: refuse}, Verbatim: &refuse}}}
	}
	h := w.handler(widest, deniedRealms(r))
	return ir.Access{Grants: []ir.Grant{{Origin: widest.Origin, Proof: ir.ByHandler{Handler: h}, Verbatim: &h, Scopes: widest.Scopes}}}
}

// handler verifies tokens by their issuers' keys where those are known, and
// asks an introspection service otherwise.
func (w *writer) handler(g *ir.Grant, denied []string) ir.Handler {
	info, _ := g.Proof.(ir.TokenInfo)
	realms := slices.DeleteFunc(slices.Clone(info.Realms), func(s string) bool { return slices.Contains(denied, s) })
	issuers := w.issuers(realms, g.Origin)
	config := source.Object{{Key: "required_scope", Value: source.ListOf(g.Scopes)}, {Key: "scope_strategy", Value: "exact"}}
	if len(issuers) == 0 {
		return ir.Handler{Origin: g.Origin, Name: "oauth2_introspection", Config: config}
	}
	var names, keys []string
	for i := range issuers {
		names, keys = append(names, issuers[i].Issuer), append(keys, issuers[i].JWKS)
	}
	config = append(config, source.Member{Key: "trusted_issuers", Value: source.ListOf(names)}, source.Member{Key: "jwks_urls", Value: source.ListOf(keys)})
	return ir.Handler{Origin: g.Origin, Name: "jwt", Config: config}
}

// issuers are the issuers of the tokens of realms.
func (w *writer) issuers(realms []string, at source.Ref) []ir.Issuer {
	var out []ir.Issuer
	for _, r := range w.target.Realms {
		if slices.Contains(realms, r.Name) {
			out = append(out, ir.Issuer{Origin: at, Setting: r.Setting, Issuer: r.Issuer, JWKS: r.JWKS, NilHeaders: true, NilParams: true})
		}
	}
	return out
}

func realmOf(who ir.Principal) string {
	switch who := who.(type) {
	case ir.Services:
		return who.Realm
	case ir.Employees:
		return who.Realm
	}
	return ""
}

func deniedRealms(r *ir.Route) []string {
	var out []string
	for _, p := range r.Access.Deny {
		out = append(out, realmOf(p))
	}
	return out
}

// filters are the filters that the target has, and replacements for the others.
func (w *writer) filters(r *ir.Route) []ir.Filter {
	var out []ir.Filter
	for _, f := range r.Filters {
		switch f := f.(type) {
		case ir.ForwardIdentity:
			if w.native {
				out = append(out, f)
				continue
			}
			headers := source.Object{{Key: f.Header, Value: `{"uid":{{ print .Subject | toJson }}}`}}
			out = append(out, ir.Mutate{Handler: ir.Handler{Origin: r.Origin, Name: "header", Config: source.Object{{Key: "headers", Value: headers}}}})
		case ir.Compress, ir.Native, ir.TraceRequest, ir.Audit:
		case ir.ForwardedHost, ir.SetRequestHeaders, ir.SetRequestCookies, ir.RemoveResponseHeaders, ir.Mutate:
			out = append(out, f)
		}
	}
	return out
}

package policy

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/host"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/manifest"
)

// checkGuards reports headers that a rule sets on the way to pods which decide
// by these headers who is let in: the pods see what the rule writes, not what
// the caller sent.
func checkGuards(g *ir.Gateway, r *ir.Route, t *ir.Target, found *diag.List) {
	if t.Plan.Delegated(r) {
		return // Oathkeeper has decided before
	}
	set := headersOf(r)
	for _, name := range slices.Sorted(maps.Keys(set)) {
		f := diag.Finding{Code: diag.GuardReplaced, At: r.Origin.At("path"), Help: "set another header, which the Service reads"}
		value := set[name]
		switch {
		case manifest.IsAuthority(name):
			if !replacesHost(g, value) {
				continue
			}
			f.Help = "remove the header: x-forwarded-host tells the Service which host the caller used"
			f.Message = fmt.Sprintf("the rule sets the header %q to %q: policies for this host, of other resources too, decide who is let in", name, value)
			if g.Convention.PolicyHosts && !serves(g, value) {
				f.Message += ", and the rule's own refuse its requests"
			} else {
				f.Severity = diag.Warning
			}
		case carriesToken(r, name):
			if asCallerSent(value) {
				continue
			}
			f.Message = fmt.Sprintf("the rule sets the header %q, in which its callers' tokens are: every caller has the token that the rule sets, or none", name)
		case len(providers(r)) > 0 && strings.EqualFold(name, tokenHeader):
			if asCallerSent(value) {
				continue
			}
			f.Severity = diag.Warning
			f.Message = fmt.Sprintf("the rule sets the header %q: the external authorizer is asked about this value, not about the one that the caller sent", name)
		default:
			continue
		}
		found.Add(f)
	}
}

// tokenHeader is where Istio looks for the tokens of an issuer for which no
// other place is named (https://istio.io/latest/docs/reference/config/security/jwt/#JWTRule).
const tokenHeader = "authorization"

// headersOf are the request headers that the author of a rule sets.
func headersOf(r *ir.Route) map[string]string {
	out := map[string]string{}
	for _, f := range r.Filters {
		switch f := f.(type) {
		case ir.SetRequestHeaders:
			maps.Copy(out, f.Headers)
		case ir.SetRequestCookies:
			if len(f.Cookies) > 0 {
				out["Cookie"] = ""
			}
		case ir.ForwardedHost, ir.RemoveResponseHeaders, ir.Compress, ir.Mutate, ir.Native, ir.Audit, ir.ForwardIdentity, ir.TraceRequest:
		}
	}
	return out
}

// asCallerSent reports whether Envoy fills a value in from a header of the request.
func asCallerSent(value string) bool { return strings.Contains(strings.ToUpper(value), "%REQ(") }

// replacesHost reports whether a value of the header Host is another host than
// the one that the caller used.
func replacesHost(g *ir.Gateway, value string) bool {
	own := len(g.Hosts) == 1 && strings.EqualFold(value, g.Hosts[0].Name)
	return !own && !strings.EqualFold(value, "%REQ(:AUTHORITY)%") && !strings.EqualFold(value, "%REQ(HOST)%")
}

// serves reports whether the policies of a gateway are about a host.
func serves(g *ir.Gateway, name string) bool {
	return slices.ContainsFunc(g.Hosts, func(h ir.Host) bool {
		return strings.EqualFold(h.Name, name) || host.Match(h.Name, strings.ToLower(name))
	})
}

// carriesToken reports whether Istio looks for a token of a rule in a header.
func carriesToken(r *ir.Route, name string) bool {
	return slices.ContainsFunc(issuersOf(r), func(i ir.Issuer) bool {
		if len(i.FromHeaders)+len(i.FromParams) == 0 {
			return strings.EqualFold(name, tokenHeader)
		}
		return slices.ContainsFunc(i.FromHeaders, func(h ir.TokenHeader) bool { return strings.EqualFold(h.Name, name) })
	})
}

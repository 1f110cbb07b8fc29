package validate

import (
	"fmt"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
)

// issuerUse is a place that names the keys which verify tokens of an issuer.
type issuerUse struct {
	at           source.Ref
	issuer, keys string
}

// checkIssuers reports an issuer that two places name different keys for, and one
// that is known to be gone.
func checkIssuers(v *View, found *diag.List) {
	first := map[string]issuerUse{}
	for _, use := range v.issuerUses() {
		if isGoneDex(use.issuer, use.keys, v.Policy.DefaultDomain) {
			found.Add(diag.Finding{
				Code: diag.IssuerGone, At: use.at,
				Message: fmt.Sprintf("the issuer %q with the keys of %q is the Dex of Kyma 1, which Kyma 2 does not have", use.issuer, use.keys),
				Help:    "name an identity provider that still issues tokens",
			})
		}
		other, seen := first[use.issuer]
		switch {
		case use.issuer == "" || use.keys == "":
		case !seen:
			first[use.issuer] = use
		case other.keys != use.keys && !isReported(*found, use.at):
			found.Add(diag.Finding{
				Code: diag.IssuerTwoKeySets, At: use.at,
				Message: fmt.Sprintf("tokens of issuer %q are verified with the keys of %q here, and with those of %q elsewhere", use.issuer, shownKeys(use.keys), shownKeys(other.keys)),
				Help:    "an issuer has one key set: write the same address everywhere",
				Related: []diag.Related{{At: other.at, Message: "the other key set"}},
			})
		}
	}
}

// isReported reports whether the difference is reported already, on the same pods or
// in the same place.
func isReported(found diag.List, at source.Ref) bool {
	for i := range found {
		if f := &found[i]; (f.Code == diag.KeySetsDiffer || f.Code == diag.IssuerTwoKeySets) && f.At == at {
			return true
		}
	}
	return false
}

// issuerUses lists the presets, the key sets of rules, and those of policies
// and Rules that somebody else wrote.
func (v *View) issuerUses() []issuerUse {
	var out []issuerUse
	for _, p := range v.Presets {
		out = append(out, issuerUse{p.Origin.At("spec", "jwksUri"), p.Issuer, p.JWKS})
	}
	for _, g := range v.Gateways {
		for _, r := range g.Routes {
			for i := range r.Access.Grants {
				out = append(out, usesOf(&r.Access.Grants[i])...)
			}
		}
	}
	for i := range v.KeySets {
		if k := &v.KeySets[i]; k.Name != "" {
			out = append(out, issuerUse{k.Origin, k.Issuer, k.Keys})
		}
	}
	for i := range v.RuleKeys {
		k := &v.RuleKeys[i]
		out = append(out, issuerUse{k.Origin, k.Issuer, k.Keys})
	}
	return out
}

// IssuersOf returns the issuers whose keys the routes of a gateway name.
func IssuersOf(g *ir.Gateway) []string {
	var out []string
	for _, r := range g.Routes {
		for i := range r.Access.Grants {
			for _, use := range usesOf(&r.Access.Grants[i]) {
				if use.keys != "" {
					out = append(out, use.issuer)
				}
			}
		}
	}
	return out
}

// usesOf lists the issuers of a grant with their keys. Oathkeeper's lists of
// several issuers do not say whose keys are whose.
func usesOf(g *ir.Grant) []issuerUse {
	jwt, ok := g.Proof.(ir.JWT)
	if external, isExternal := g.Proof.(ir.External); isExternal && external.Then != nil {
		jwt, ok = *external.Then, true
	}
	if !ok || g.Verbatim != nil && len(jwt.Issuers) != 1 {
		return nil
	}
	var out []issuerUse
	for _, i := range jwt.Issuers {
		at := i.Origin
		if at.Doc == nil {
			at = g.Origin.At("config")
		}
		out = append(out, issuerUse{at, i.Issuer, i.JWKS})
	}
	return out
}

// isGoneDex reports whether an issuer is the Dex that Kyma 1 ran in each
// cluster: its keys are asked of a Service that Kyma 2 does not have.
func isGoneDex(issuer, keys, domain string) bool {
	_, at, _ := strings.Cut(keys, "://")
	if strings.HasPrefix(at, "dex-service.kyma-system") {
		return true
	}
	return domain != "" && keys == "" && issuer == "https://dex."+domain
}

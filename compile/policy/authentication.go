package policy

import (
	"maps"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/kinds"
	"github.com/kgw-dev/kgw/internal/manifest"
)

// authentication is one RequestAuthentication before it is written, with the
// route that demands it.
type authentication struct {
	route    *ir.Route
	upstream *ir.Upstream
	issuers  []ir.Issuer
	identity []string
	// key is what makes RequestAuthentications one.
	key string
}

// authentications lists what each route demands of tokens, in order.
func authentications(g *ir.Gateway) []*authentication {
	var out []*authentication
	names := identities(g)
	for k, r := range g.Routes {
		issuers := issuersOf(r)
		forward, _ := r.Action.(ir.Forward)
		if len(issuers) == 0 {
			continue
		}
		for i := range forward.To {
			a := &authentication{route: r, upstream: &forward.To[i], issuers: issuers, identity: withUpstream(names[k], r, &forward.To[i])}
			a.key = a.keyBy(g.Convention.AuthMerge)
			out = append(out, a)
		}
	}
	return out
}

// issuersOf lists the issuers of all grants of a route. What a grant repeats of
// an earlier one is listed once.
func issuersOf(r *ir.Route) []ir.Issuer {
	var out []ir.Issuer
	for i := range r.Access.Grants {
		more := issuersIn(&r.Access.Grants[i])
		if len(out) == 0 {
			out = slices.Clip(more)
			continue
		}
		earlier := out
		for _, issuer := range more {
			if !slices.ContainsFunc(earlier, func(o ir.Issuer) bool { return o.Issuer == issuer.Issuer && o.JWKS == issuer.JWKS }) {
				out = append(out, issuer)
			}
		}
	}
	return out
}

func issuersIn(g *ir.Grant) []ir.Issuer {
	switch p := g.Proof.(type) {
	case ir.JWT:
		return p.Issuers
	case ir.External:
		if p.Then != nil {
			return p.Then.Issuers
		}
	case ir.None, ir.Passthru, ir.TokenInfo, ir.ByHandler:
	}
	return nil
}

// keyBy spells what makes RequestAuthentications one: the pods, by the label app
// alone or by all labels, the issuers with their keys, and the namespace.
func (a *authentication) keyBy(merge ir.AuthMerge) string {
	var labels map[string]string
	if a.upstream.Selector != nil {
		labels = *a.upstream.Selector
	}
	var b strings.Builder
	if merge == ir.MergeByApp {
		b.WriteString(labels["app"])
	} else {
		for _, k := range slices.Sorted(maps.Keys(labels)) {
			b.WriteString(k + "=" + labels[k] + ",")
		}
	}
	for i := range a.issuers {
		b.WriteString("|" + a.issuers[i].Issuer + ":" + a.issuers[i].JWKS)
	}
	return b.String() + "|" + a.upstream.Namespace
}

func (a *authentication) spec() *manifest.RequestAuthentication {
	s := &manifest.RequestAuthentication{Selector: selector(a.upstream)}
	for i := range a.issuers {
		issuer := &a.issuers[i]
		rule := manifest.JWTRule{Issuer: issuer.Issuer, JWKSURI: issuer.JWKS, FromParams: issuer.FromParams, ForwardOriginalToken: true}
		for _, h := range issuer.FromHeaders {
			rule.FromHeaders = append(rule.FromHeaders, manifest.JWTHeader(h))
		}
		s.JWTRules = append(s.JWTRules, rule)
	}
	return s
}

func (a *authentication) object(g *ir.Gateway, t *ir.Target) manifest.Object {
	return manifest.Object{
		APIVersion: "security.istio.io/" + t.IstioAPI,
		Kind:       kinds.RequestAuthentication,
		Meta:       manifest.Meta{Name: manifest.StableName(g.ID(), a.identity...), Namespace: a.upstream.Namespace, Labels: t.LabelsOf(g)},
		Spec:       a.spec(),
		Origin:     a.route.Origin,
	}
}

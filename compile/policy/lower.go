// Package policy writes AuthorizationPolicies and RequestAuthentications: who
// may reach the pods of a gateway's Services.
//
// It takes the model, with the Services' selectors filled in, and a target,
// and returns manifests and findings. It must not know which dialect a gateway
// came from; what differs between dialects is in the gateway's Convention.
package policy

import (
	"slices"
	"strconv"
	"strings"

	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/kinds"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/pathlang"
)

// Labels that the controllers put on policies: a hash of what the policy
// applies to, and its place among those of one rule.
const (
	hashLabel  = "gateway.kyma-project.io/hash"
	indexLabel = "gateway.kyma-project.io/index"
)

// policy is one AuthorizationPolicy before it is written, with the route it is
// for.
type policy struct {
	route    *ir.Route
	upstream *ir.Upstream
	index    int
	hash     string
	spec     *manifest.AuthorizationPolicy
	// grant is whom the policy lets in, provider who is asked instead.
	grant     *ir.Grant
	provider  *ir.Provider
	identity  []string
	namespace string
}

// policyKey is what the controllers keep policies by: of two with one key, the
// later replaces the earlier.
type policyKey struct {
	namespace, hash string
	index           int
}

func (p *policy) key() policyKey { return policyKey{p.namespace, p.hash, p.index} }

// drafts are the objects of a gateway before they are written.
type drafts struct {
	policies []*policy
	tokens   []*authentication
}

// draftsOf makes the drafts of a gateway. Check does, and Lower again: those of all
// gateways would be more in memory than making them twice costs.
func draftsOf(g *ir.Gateway, t *ir.Target) drafts { return drafts{policies(g, t), authentications(g)} }

// Lower writes the policies of a gateway. Where the controller would have kept
// only the last of several, so does kgw: Check has said so.
func Lower(g *ir.Gateway, t *ir.Target) []manifest.Object {
	if !t.WritesPolicies(g) {
		return nil
	}
	policies, tokens := draftsOf(g, t).last()
	out := make([]manifest.Object, 0, len(policies)+len(tokens))
	for _, p := range policies {
		out = append(out, p.object(g, t))
	}
	for _, a := range tokens {
		out = append(out, a.object(g, t))
	}
	return out
}

// last returns the drafts that no later one replaces.
func (d drafts) last() ([]*policy, []*authentication) {
	return lastOfEach(d.policies, (*policy).key), lastOfEach(d.tokens, func(a *authentication) string { return a.key })
}

// lastOfEach keeps the last element for each key, in the order of the first ones.
func lastOfEach[T any, K comparable](list []*T, key func(*T) K) []*T {
	at := make(map[K]int, len(list))
	out := make([]*T, 0, len(list))
	for _, e := range list {
		k := key(e)
		if i, seen := at[k]; seen {
			out[i] = e
			continue
		}
		at[k] = len(out)
		out = append(out, e)
	}
	return out
}

// policies lists the AuthorizationPolicies of all routes, in order.
func policies(g *ir.Gateway, t *ir.Target) []*policy {
	var out []*policy
	names := identities(g)
	for i, r := range g.Routes {
		forward, _ := r.Action.(ir.Forward)
		for j := range forward.To {
			out = append(out, routePolicies(g, r, &forward.To[j], names[i], t)...)
		}
	}
	return out
}

// identities lists, for each route, what distinguishes its objects from the
// objects of the gateway's other routes: the path; where routes share it, the
// methods too; and where they share both, the number.
func identities(g *ir.Gateway) [][]string {
	shared, seen := map[string]int{}, map[string]int{}
	for _, r := range g.Routes {
		shared[r.Match.Path.Text]++
	}
	out := make([][]string, len(g.Routes))
	for i, r := range g.Routes {
		out[i] = []string{g.Kind, g.Name.Namespace, g.ID(), r.Match.Path.Text}
		if shared[r.Match.Path.Text] == 1 {
			continue
		}
		methods := strings.Join(r.Match.Methods, ",")
		out[i] = append(out[i], methods)
		key := r.Match.Path.Text + " " + methods
		if seen[key]++; seen[key] > 1 {
			out[i] = append(out[i], strconv.Itoa(seen[key]))
		}
	}
	return out
}

func routePolicies(g *ir.Gateway, r *ir.Route, u *ir.Upstream, identity []string, t *ir.Target) []*policy {
	to := []manifest.PolicyTo{{Operation: operation(g, r)}}
	var out []*policy
	add := func(gr *ir.Grant, provider *ir.Provider, spec *manifest.AuthorizationPolicy) {
		spec.Selector = selector(u)
		p := &policy{route: r, upstream: u, grant: gr, provider: provider, index: len(out), spec: spec, namespace: u.Namespace, identity: withUpstream(identity, r, u)}
		p.hash = hash(g.Convention.PolicyHash, u.Namespace, spec.Selector, to)
		out = append(out, p)
	}
	for _, p := range providers(r) {
		add(nil, &p, &manifest.AuthorizationPolicy{Action: "CUSTOM", Provider: &manifest.Provider{Name: p.Name}, Rules: []manifest.PolicyRule{{To: to}}})
	}
	for _, gr := range allowGrants(r, t) {
		add(gr, nil, &manifest.AuthorizationPolicy{Rules: allowRules(g, gr, to, t)})
	}
	return out
}

// withUpstream adds the upstream to an identity where a route has several.
func withUpstream(identity []string, r *ir.Route, u *ir.Upstream) []string {
	if forward, _ := r.Action.(ir.Forward); len(forward.To) > 1 {
		return append(slices.Clone(identity), u.Name)
	}
	return identity
}

// providers lists the external authorizers that a route asks, once each grant
// names the same ones.
func providers(r *ir.Route) []ir.Provider {
	for i := range r.Access.Grants {
		if ext, ok := r.Access.Grants[i].Proof.(ir.External); ok {
			return ext.Providers
		}
	}
	return nil
}

// allowGrants returns the grants that become ALLOW policies: those that differ in
// what they demand. Handlers of one route all come through Oathkeeper, and are
// one.
func allowGrants(r *ir.Route, t *ir.Target) []*ir.Grant {
	var out []*ir.Grant
	for i := range r.Access.Grants {
		g := &r.Access.Grants[i]
		switch g.Proof.(type) {
		case ir.JWT, ir.External:
			out = append(out, g)
		case ir.None, ir.Passthru, ir.TokenInfo, ir.ByHandler:
			if len(out) == 0 {
				out = append(out, g)
			}
		}
	}
	return out
}

// operation describes a route's requests as policies match them: paths are
// literal except for "*" at an end and for templates.
func operation(g *ir.Gateway, r *ir.Route) *manifest.Operation {
	op := &manifest.Operation{Methods: r.Match.Methods, Paths: []string{policyPath(r.Match.Path)}}
	if g.Convention.PolicyHosts {
		for i := range g.Hosts {
			op.Hosts = append(op.Hosts, g.Hosts[i].Name)
		}
	}
	for _, p := range r.Except {
		op.NotPaths = append(op.NotPaths, policyPath(p))
	}
	return op
}

func policyPath(p pathlang.Path) string {
	switch {
	case p.Lang == pathlang.Template && p.Text == "/*":
		return "/{**}"
	case p.Lang == pathlang.Regex && p.Text == "/.*":
		return "/*"
	}
	return p.Text
}

func selector(u *ir.Upstream) *manifest.Selector {
	if u.Selector == nil || len(*u.Selector) == 0 {
		return nil
	}
	return &manifest.Selector{MatchLabels: *u.Selector}
}

// allowRules says who may send: the ingress gateway, Oathkeeper, or bearers of
// a token. The claim that holds the scopes is not fixed, so that each of its
// three names gets a rule.
func allowRules(g *ir.Gateway, gr *ir.Grant, to []manifest.PolicyTo, t *ir.Target) []manifest.PolicyRule {
	from, claims := sources(g, gr, t), scopeClaims(gr)
	out := make([]manifest.PolicyRule, len(claims))
	for i, claim := range claims {
		out[i] = manifest.PolicyRule{From: from, To: to, When: conditions(gr, claim)}
	}
	return out
}

func sources(g *ir.Gateway, gr *ir.Grant, t *ir.Target) []manifest.PolicyFrom {
	return []manifest.PolicyFrom{{Source: policySource(g, gr, t)}}
}

// scopeClaims are the claims that the scopes of a grant can be in, one where it
// demands none.
func scopeClaims(gr *ir.Grant) []string {
	claims := []string{"scp", "scope", "scopes"}
	if len(gr.Scopes) == 0 || !tokenBound(gr) {
		return claims[:1]
	}
	return claims
}

// tokenBound reports whether the proxy itself sees the token's claims.
func tokenBound(gr *ir.Grant) bool {
	switch p := gr.Proof.(type) {
	case ir.JWT:
		return true
	case ir.External:
		return p.Then != nil
	case ir.None, ir.Passthru, ir.TokenInfo, ir.ByHandler:
	}
	return false
}

func conditions(gr *ir.Grant, claim string) []manifest.Condition {
	if !tokenBound(gr) {
		return nil
	}
	var out []manifest.Condition
	for _, s := range gr.Scopes {
		out = append(out, manifest.Condition{Key: "request.auth.claims[" + claim + "]", Values: []string{s}})
	}
	for _, a := range gr.Aud {
		out = append(out, manifest.Condition{Key: "request.auth.claims[aud]", Values: []string{a}})
	}
	return append(out, callers(gr.Who)...)
}

// callers are the conditions on a token that identify a group of callers.
func callers(who ir.Principal) []manifest.Condition {
	claim := func(name string, values ...string) manifest.Condition {
		return manifest.Condition{Key: "request.auth.claims[" + name + "]", Values: values}
	}
	var out []manifest.Condition
	switch who := who.(type) {
	case ir.Services:
		out = append(out, claim(who.Claim, who.IDs...))
	case ir.Employees:
		if who.All || who.Marked {
			out = append(out, claim(who.Mark.Name, who.Mark.Value))
		}
		if len(who.IDs) > 0 {
			out = append(out, claim(who.Claim, who.IDs...))
		}
	}
	return out
}

func policySource(g *ir.Gateway, gr *ir.Grant, t *ir.Target) manifest.PolicySource {
	ingress := t.IngressPrincipalsOf(g)
	switch p := gr.Proof.(type) {
	case ir.JWT:
		return tokenSource(g, p.Issuers, ingress)
	case ir.External:
		if p.Then != nil {
			return tokenSource(g, p.Then.Issuers, ingress)
		}
	case ir.TokenInfo, ir.ByHandler:
		return manifest.PolicySource{Principals: []string{t.OathkeeperPrincipal}}
	case ir.None, ir.Passthru:
	}
	return manifest.PolicySource{Principals: ingress}
}

func tokenSource(g *ir.Gateway, issuers []ir.Issuer, ingress []string) manifest.PolicySource {
	s := manifest.PolicySource{}
	if g.Convention.IngressOnly {
		s.Principals = ingress
	}
	for i := range issuers {
		s.RequestPrincipals = append(s.RequestPrincipals, issuers[i].Issuer+"/*")
	}
	return s
}

func (p *policy) object(g *ir.Gateway, t *ir.Target) manifest.Object {
	labels := map[string]string{hashLabel: p.hash, indexLabel: strconv.Itoa(p.index)}
	if g.Convention.PolicyHash == ir.HashNone {
		labels = map[string]string{}
	}
	for k, v := range t.LabelsOf(g) {
		labels[k] = v
	}
	return manifest.Object{
		APIVersion: "security.istio.io/" + t.IstioAPI,
		Kind:       kinds.AuthorizationPolicy,
		Meta: manifest.Meta{
			Name:      manifest.StableName(g.ID(), append(p.identity[:len(p.identity):len(p.identity)], strconv.Itoa(p.index))...),
			Namespace: p.namespace,
			Labels:    labels,
		},
		Spec:   p.spec,
		Origin: p.route.Origin,
	}
}

package validate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/source"
)

// holder is one claim on a host: a gateway's, or another object's.
type holder struct {
	gateway *ir.Gateway // nil for another object
	claim   *Claim
	origin  source.Ref
	written string
	name    string // lower case, complete
}

func (h *holder) String() string {
	if h.gateway != nil {
		return fmt.Sprintf("%s %q", h.gateway.Kind, h.gateway.Name)
	}
	return fmt.Sprintf("%s %q", h.claim.Kind, h.claim.Name)
}

// checkHostConflicts reports hosts that several resources claim: each of them is
// refused. A wildcard covers every host below it.
func checkHostConflicts(v *View, found *diag.List) {
	byHost := map[string][]*holder{}
	var order []*holder
	add := func(h holder) {
		byHost[h.name] = append(byHost[h.name], &h)
		order = append(order, &h)
	}
	for _, g := range v.Gateways {
		for i := range g.Hosts {
			if h := &g.Hosts[i]; h.Name != "" && !h.Short {
				add(holder{gateway: g, origin: h.Origin, written: h.Written, name: strings.ToLower(h.Name)})
			}
		}
	}
	for i := range v.Claims {
		c := &v.Claims[i]
		add(holder{claim: c, origin: c.Origin, written: c.Host, name: strings.ToLower(c.Host)})
	}
	for _, h := range order {
		reportSameHost(h, byHost[h.name], found)
	}
	told := map[*holder]bool{}
	for _, h := range order {
		for _, wildcard := range covering(h.name) {
			reportUnderWildcard(h, byHost[wildcard], told, found)
		}
	}
}

// covering lists the wildcards that cover a host, other than itself.
func covering(host string) []string {
	if host == "*" {
		return nil
	}
	var out []string
	rest := strings.TrimPrefix(host, "*.")
	if rest == host {
		_, rest, _ = strings.Cut(host, ".")
	} else {
		_, rest, _ = strings.Cut(rest, ".")
	}
	for rest != "" {
		out = append(out, "*."+rest)
		_, rest, _ = strings.Cut(rest, ".")
	}
	return append(out, "*")
}

// maxOthers bounds how many other holders a finding about a host names.
const maxOthers = 10

// reportSameHost reports a gateway's host that others have too, in one finding.
func reportSameHost(h *holder, holders []*holder, found *diag.List) {
	if h.gateway == nil {
		return
	}
	var others []*holder
	for _, o := range holders {
		if len(others) < maxOthers && claimSameRequests(h, o) {
			others = append(others, o)
		}
	}
	if len(others) == 0 {
		return
	}
	f := diag.Finding{
		Code: diag.HostConflict, At: h.origin, Group: h.name, Place: h.describe(),
		Message: fmt.Sprintf("host %q is also claimed by %s", h.name, others[0]),
		Help:    "give each resource a host of its own, or merge the two",
	}
	if len(others) > 1 {
		f.Message = fmt.Sprintf("host %q is claimed by %d resources", h.name, len(holders))
		f.Help = "give each resource a host of its own, or merge them"
	}
	for _, o := range others {
		f.Related = append(f.Related, diag.Related{Message: o.describe(), At: o.origin})
	}
	if says := h.gateway.Convention.Says.HostTaken; says != "" {
		held := slices.ContainsFunc(others, func(o *holder) bool { return o.gateway == nil })
		f.Upstream = &diag.Upstream{Attribute: "." + h.origin.Path, Message: says, Later: !held}
	}
	found.Add(f)
}

func (h *holder) describe() string { return fmt.Sprintf("%s has the host %q", h, h.written) }

// reportUnderWildcard reports, to both resources, a host that a wildcard of another one
// covers; told holds the wildcards that were already reported.
func reportUnderWildcard(h *holder, holders []*holder, told map[*holder]bool, found *diag.List) {
	reported := false
	for _, o := range holders {
		if !claimSameRequests(h, o) || canCoexist(h, o) {
			continue
		}
		if h.gateway != nil && !reported {
			addWildcardFinding(h, o, o.name, found)
			reported = true
		}
		if o.gateway != nil && !told[o] {
			told[o] = true
			addWildcardFinding(o, h, o.name, found)
		}
	}
}

// canCoexist reports whether a host and the wildcard of another gateway can coexist. The proxy uses the
// specific host's routes, and policies that name their hosts do not affect each other, except those of
// the wildcard, which also admit to the specific host on the same pods: if that host is not open, they
// must not ask for less (https://github.com/kyma-project/api-gateway, wildcard-host-name.md).
func canCoexist(specific, wildcard *holder) bool {
	a, b := specific.gateway, wildcard.gateway
	if a == nil || b == nil || !a.Convention.PolicyHosts || !b.Convention.PolicyHosts {
		return false
	}
	for _, r := range a.Routes {
		for _, w := range b.Routes {
			if !r.Access.Open() && admitsMore(w, r) && meetAtPods(r, w) && mayMeet(pathsOf(r), pathsOf(w)) {
				return false
			}
		}
	}
	return true
}

// pathsOf returns what a route matches, on any host.
func pathsOf(r *ir.Route) *match.Set {
	return &match.Set{Methods: r.Match.Methods, Path: r.Match.Path}
}

// meetAtPods reports whether two routes end at the same pods.
func meetAtPods(a, b *ir.Route) bool {
	for _, x := range upstreams(a) {
		if slices.ContainsFunc(upstreams(b), func(y ir.Upstream) bool { return samePods(&x, &y) }) {
			return true
		}
	}
	return false
}

// admitsMore reports whether a route may let in callers whom another route, which is
// not open, refuses: it has a grant that asks for less than every grant of the other.
func admitsMore(a, than *ir.Route) bool {
	return slices.ContainsFunc(a.Access.Grants, func(g ir.Grant) bool {
		return !slices.ContainsFunc(than.Access.Grants, func(h ir.Grant) bool { return asksNoLess(&g, &h) })
	})
}

// asksNoLess reports whether every caller that satisfies a grant also satisfies the
// other, as far as policies decide: an external authorizer is asked in any case.
func asksNoLess(g, than *ir.Grant) bool {
	have, want := tokensOf(g), tokensOf(than)
	switch {
	case want == nil:
		_, external := than.Proof.(ir.External)
		return external
	case have == nil:
		return false
	}
	for _, i := range have.Issuers {
		if !slices.ContainsFunc(want.Issuers, func(w ir.Issuer) bool { return w.Issuer == i.Issuer && w.JWKS == i.JWKS }) {
			return false
		}
	}
	return allAmong(than.Scopes, g.Scopes) && allAmong(than.Aud, g.Aud)
}

// tokensOf returns the tokens that policies ask for on behalf of a grant, or nil.
func tokensOf(g *ir.Grant) *ir.JWT {
	switch p := g.Proof.(type) {
	case ir.JWT:
		return &p
	case ir.External:
		return p.Then
	case ir.None, ir.Passthru, ir.TokenInfo, ir.ByHandler:
	}
	return nil
}

// addWildcardFinding reports at h that h and another holder match the same requests.
func addWildcardFinding(h, other *holder, wildcard string, found *diag.List) {
	found.Add(diag.Finding{
		Code: diag.WildcardHostConflict, At: h.origin, Group: wildcard, Place: h.describe(),
		Message: fmt.Sprintf("host %q and host %q of %s match the same requests", h.name, other.name, other),
		Help:    "use hosts that do not cover each other, or set the level of " + string(diag.WildcardHostConflict) + " in kgw.yaml",
		Related: []diag.Related{{Message: other.describe(), At: other.origin}},
	})
}

func claimSameRequests(a, b *holder) bool {
	switch {
	case a.gateway == nil && b.gateway == nil:
		return false
	case a.gateway != nil && b.gateway != nil:
		return a.gateway != b.gateway
	case a.gateway != nil:
		return !owns(a.gateway, b.claim)
	default:
		return !owns(b.gateway, a.claim)
	}
}

// owns reports whether the object was made for the gateway: by its labels, as
// controllers do, or by an owner reference.
func owns(g *ir.Gateway, c *Claim) bool {
	if c.Name.Namespace == g.Name.Namespace && slices.Contains(c.Owners, OwnerRef{Kind: g.Kind, Name: g.Name.Name}) {
		return true
	}
	if legacy := g.Convention.LegacyOwner; legacy.Key != "" {
		if have, ok := c.Labels[legacy.Key]; ok {
			return have == legacy.Value
		}
	}
	return g.Owns(c.Labels)
}

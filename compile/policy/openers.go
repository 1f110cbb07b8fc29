package policy

import (
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
)

// openers lists the rules of the ALLOW policies of a gateway that let the ingress
// gateway's requests through, and what its RequestAuthentications say of keys.
func openers(g *ir.Gateway, t *ir.Target, made drafts) (openers []ir.Opener, keys []ir.KeySet) {
	for _, p := range made.policies {
		if p.spec.Action != "" {
			continue
		}
		pods, sets := podsOf(p.namespace, p.spec.Selector), setsOf{}
		for i := range p.spec.Rules {
			rule := &p.spec.Rules[i]
			demand, admitted := demandOf(rule, t.IngressPrincipalOf(g))
			if !admitted {
				continue
			}
			o := ir.Opener{Origin: p.route.Origin.At("path"), Gateway: g, Route: p.route, Pods: pods, Demand: demand}
			o.Sets, o.Except = sets.operations(rule.To)
			openers = append(openers, o)
		}
	}
	for _, a := range made.tokens {
		for i := range a.issuers {
			issuer := &a.issuers[i]
			at := issuer.Origin
			if at.Doc == nil {
				at = a.route.Origin
			}
			keys = append(keys, ir.KeySet{Origin: at, Pods: podsOf(a.upstream.Namespace, selector(a.upstream)), Issuer: issuer.Issuer, Keys: issuer.JWKS})
		}
	}
	return openers, keys
}

// setsOf are the sets of the operations of a rule, which the next rule mostly has
// too.
type setsOf struct {
	to           []manifest.PolicyTo
	sets, except []match.Set
}

// operations returns the sets of operations, and what they leave out.
func (s *setsOf) operations(to []manifest.PolicyTo) (sets, except []match.Set) {
	if len(to) > 0 && len(to) == len(s.to) && &to[0] == &s.to[0] {
		return s.sets, s.except
	}
	*s = setsOf{to: to}
	for _, one := range to {
		if one.Operation != nil {
			s.sets, s.except = addOperation(s.sets, one.Operation), addExclusions(s.except, one.Operation)
		}
	}
	s.sets, s.except = slices.Clip(s.sets), slices.Clip(s.except)
	return s.sets, s.except
}

func podsOf(namespace string, s *manifest.Selector) ir.Pods {
	pods := ir.Pods{Namespace: namespace}
	if s != nil {
		pods.Labels = s.MatchLabels
	}
	return pods
}

// addOperation appends a set for each path of an operation, as Istio reads it.
func addOperation(sets []match.Set, op *manifest.Operation) []match.Set {
	set := match.Set{Methods: op.Methods, View: match.RawPath}
	for _, h := range op.Hosts {
		set.Hosts = append(set.Hosts, strings.ToLower(h))
	}
	sets = slices.Grow(sets, len(op.Paths))
	for _, p := range op.Paths {
		set.Path = pathlang.PolicyPath(p)
		sets = append(sets, set)
	}
	return sets
}

// addExclusions appends what an operation leaves out.
func addExclusions(sets []match.Set, op *manifest.Operation) []match.Set {
	sets = slices.Grow(sets, len(op.NotPaths))
	for _, p := range op.NotPaths {
		sets = append(sets, match.Set{Path: pathlang.PolicyPath(p), View: match.RawPath})
	}
	return sets
}

// demandOf returns what a rule demands of a request that the caller, an
// identity in the mesh, sends on; admitted is false where it demands another
// caller.
func demandOf(r *manifest.PolicyRule, caller string) (d ir.Demand, admitted bool) {
	for _, f := range r.From {
		if len(f.Source.Principals) > 0 && !slices.Contains(f.Source.Principals, caller) {
			return d, false
		}
		for _, p := range f.Source.RequestPrincipals {
			d.Issuers = append(d.Issuers, strings.TrimSuffix(p, "/*"))
		}
	}
	for _, c := range r.When {
		d.Claims = append(d.Claims, ir.ClaimDemand{Name: c.Key, Values: c.Values})
	}
	return d, true
}

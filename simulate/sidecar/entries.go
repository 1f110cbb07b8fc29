package sidecar

import (
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/simulate"
)

// Entries lists the requests of a caller in the mesh that ALLOW policies let
// through to a service, and the requests about which external authorizers are asked
// before. Guarded is false if there is no ALLOW policy, so that all requests get
// through.
func (s *Sidecars) Entries(to, caller string) (through, asked []simulate.Entry, guarded bool) {
	p := s.placeOf(to, "")
	for _, g := range p.groups {
		for _, a := range g.allow.all {
			guarded = true
			through = append(through, a.entries(caller)...)
		}
		for _, a := range g.custom.all {
			for _, e := range a.entries(caller) {
				e.Admits = []simulate.Admission{{Proof: "extAuth:" + a.provider}}
				asked = append(asked, e)
			}
		}
	}
	for i := range through {
		p.placeTokens(through[i].Admits)
	}
	return through, asked, guarded
}

// placeTokens puts tokens where the place's RequestAuthentications look for them.
func (p *place) placeTokens(ways []simulate.Admission) {
	for i := range ways {
		issuer, _ := ways[i].Token.Claims["iss"].(string)
		if places := p.vias(issuer); ways[i].Token.Kind != "" && len(places) > 0 {
			ways[i].Token.Via = places[0]
		}
	}
}

func (a *authorization) entries(caller string) []simulate.Entry {
	var out []simulate.Entry
	for i := range a.rules {
		r := &a.rules[i]
		admission, possible := r.admission(caller)
		if !possible {
			continue
		}
		operations := r.to
		if len(operations) == 0 {
			operations = [][]condition{nil}
		}
		for _, operation := range operations {
			for _, e := range operationSets(operation) {
				e.Name, e.At, e.Admits = a.manifest.ID(), a.manifest.At(r.path), []simulate.Admission{admission}
				e.Exact = e.Exact && r.looksAtOperationsOnly()
				out = append(out, e)
			}
		}
	}
	return out
}

// looksAtOperationsOnly reports whether a rule looks at nothing but operations
// and identities.
func (r *rule) looksAtOperationsOnly() bool {
	for _, list := range append(slices.Clone(r.from), r.when) {
		for _, c := range list {
			if c.field != "principals" && c.field != "requestPrincipals" && !strings.HasPrefix(c.field, "request.auth.") {
				return false
			}
		}
	}
	return true
}

// operationSets returns one set for each path of an operation. It ignores notPaths
// and the like, so that the sets may be too large.
func operationSets(operation []condition) []simulate.Entry {
	paths, exact := []string{"*"}, true
	var set match.Set
	for _, c := range operation {
		switch {
		case c.not || c.field == "ports":
			exact = false
		case c.field == "paths":
			paths = c.values
		case c.field == "methods" && !slices.ContainsFunc(c.values, func(m string) bool { return strings.Contains(m, "*") }):
			set.Methods = c.values
		case c.field == "methods":
			exact = false
		case c.field == "hosts":
			set.Hosts = hostSet(c.values)
		}
	}
	var out []simulate.Entry
	for _, p := range paths {
		own := set
		own.Path, own.View = pathlang.PolicyPath(p), match.RawPath
		out = append(out, simulate.Entry{Set: own, Exact: exact})
	}
	return out
}

// hostSet returns the hosts of an operation without their ports.
func hostSet(values []string) []string {
	var out []string
	for _, h := range values {
		h = strings.ToLower(h)
		if name, _, ported := strings.Cut(h, ":"); ported {
			h = name
		}
		if strings.HasSuffix(h, "*") && h != "*" {
			return nil // a prefix
		}
		if !slices.Contains(out, h) {
			out = append(out, h)
		}
	}
	return out
}

// admission returns what a rule demands of a request that the caller sends on: a
// token, or nothing. Possible is false if the rule does not match the caller.
func (r *rule) admission(caller string) (out simulate.Admission, possible bool) {
	claims := map[string]any{}
	possible, bound := len(r.from) == 0, len(r.from) > 0
	for _, list := range r.from {
		requested, may := "", true
		for _, c := range list {
			switch {
			case c.not:
			case c.field == "principals":
				may = may && slices.ContainsFunc(c.values, func(v string) bool { return pathlang.PolicyText(v, caller) })
			case c.field == "requestPrincipals":
				requested = c.values[0]
			}
		}
		if !may {
			continue
		}
		if possible = true; requested == "" {
			bound = false
			continue
		}
		p := readPrincipal(requested)
		claims["iss"], claims["sub"] = p.issuer.example("https://any-issuer.test"), p.subject.example("someone")
	}
	for _, c := range r.when {
		if name, ok := strings.CutPrefix(c.field, "request.auth.claims["); ok && !c.not {
			bound = true
			name = strings.TrimSuffix(name, "]")
			have, _ := claims[name].([]any)
			claims[name] = append(have, strings.Trim(c.values[0], "*"))
		}
	}
	if !bound {
		return simulate.Admission{}, possible
	}
	return simulate.Admission{Proof: "jwt", Token: simulate.Token{Kind: "jwt", Claims: claims, Via: simulate.Via{In: "bearer"}}}, possible
}

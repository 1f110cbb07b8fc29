package sidecar

import (
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// Parts gives a set for every condition on host, method and path that the
// policies of a service have, in either sense: requests that are in the same of
// them differ in nothing else that policies look at but ports and callers.
func (s *Sidecars) Parts(to string) []match.Set {
	name, namespace := serviceOf(to)
	var out []match.Set
	g := s.guarding(name, namespace)
	for _, list := range [][]*authorization{g.custom, g.deny, g.allow} {
		for _, a := range list {
			out = append(out, a.parts()...)
		}
	}
	return out
}

func (a *authorization) parts() []match.Set {
	anyPath := match.Path{Lang: match.Prefix, Text: "/"}
	var out []match.Set
	for _, rule := range a.rules {
		for _, to := range source.Elements(source.Field(rule, "to")) {
			n := source.Field(to, "operation")
			var hosts []string
			for _, e := range operationSets(n) {
				out = append(out, e.Set)
				hosts = e.Set.Hosts
			}
			for _, p := range source.Texts(source.Field(n, "notPaths")) {
				out = append(out, match.Set{Hosts: hosts, Path: policyPattern(p), View: match.RawPath})
			}
			if methods := source.Texts(source.Field(n, "notMethods")); len(methods) > 0 {
				out = append(out, match.Set{Hosts: hosts, Methods: methods, Path: anyPath, View: match.RawPath})
			}
		}
	}
	return out
}

// Places lists where the RequestAuthentications of a service look for tokens of
// an issuer.
func (s *Sidecars) Places(to, issuer string) []simulate.Via {
	name, namespace := serviceOf(to)
	var out []simulate.Via
	add := func(v simulate.Via) {
		if !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	for _, a := range s.guarding(name, namespace).authentications {
		for _, r := range a.rules {
			if r.issuer == issuer || issuer == "" {
				r.places(add)
			}
		}
	}
	return out
}

func (r *tokenRule) places(add func(simulate.Via)) {
	for _, h := range r.headers {
		scheme := strings.TrimSpace(h[1])
		if strings.EqualFold(h[0], "Authorization") && scheme == "Bearer" {
			add(simulate.Via{In: "bearer"})
		} else {
			add(simulate.Via{In: "header", Name: h[0], Scheme: scheme})
		}
	}
	for _, p := range r.params {
		if p != "access_token" || len(r.headers) == 0 || !strings.EqualFold(r.headers[0][0], "Authorization") {
			add(simulate.Via{In: "query", Name: p})
		}
	}
	for _, c := range r.cookies {
		add(simulate.Via{In: "cookie", Name: c})
	}
}

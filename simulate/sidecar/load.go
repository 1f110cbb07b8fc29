// Package sidecar decides requests over AuthorizationPolicies and
// RequestAuthentications, as the proxy beside a pod does.
//
// It reads manifests, whoever wrote them. It must not know the model, nor how
// kgw writes a policy.
package sidecar

import (
	"strings"

	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// Group is the API group of the policies.
const Group = "security.istio.io"

// Service is what is known of a Service's pods: the labels that all of them
// have.
type Service struct {
	Namespace, Name string
	Selector        map[string]string
}

// rootNamespace is where policies hold for the whole mesh.
const rootNamespace = "istio-system"

// Load reads the AuthorizationPolicies and RequestAuthentications among the
// manifests, and the Services that tell which pods they select, and gives the
// sidecars of all pods. Services that are not among the manifests may be
// given.
func Load(manifests []simulate.Manifest, services []Service) *Sidecars {
	s := &Sidecars{services: map[string]map[string]string{}}
	for _, known := range services {
		s.services[known.Name+"."+known.Namespace] = known.Selector
	}
	for i := range manifests {
		m := &manifests[i]
		switch {
		case m.Kind == "Service" && m.APIVersion == "v1":
			s.services[m.Name+"."+m.Namespace] = source.TextMap(source.Field(m.Spec(), "selector"))
		case m.Is(Group, "AuthorizationPolicy"):
			s.Policies++
			a := readPolicy(m)
			a.order = i
			s.add(a)
		case m.Is(Group, "RequestAuthentication"):
			s.Policies++
			a := readAuthentication(m)
			a.order = i
			s.authentications = append(s.authentications, a)
		}
	}
	return s
}

// chosen is what selects pods.
type chosen struct {
	manifest *simulate.Manifest
	order    int // in which it was loaded
	labels   map[string]string
}

func readChosen(m *simulate.Manifest) chosen {
	return chosen{manifest: m, labels: source.TextMap(source.Field(source.Field(m.Spec(), "selector"), "matchLabels"))}
}

// authorization is an AuthorizationPolicy.
type authorization struct {
	chosen
	action string
	rules  []*source.Node
}

func readPolicy(m *simulate.Manifest) *authorization {
	a := &authorization{chosen: readChosen(m), action: source.Text(source.Field(m.Spec(), "action")), rules: source.Elements(source.Field(m.Spec(), "rules"))}
	if a.action == "" {
		a.action = "ALLOW"
	}
	return a
}

func (s *Sidecars) add(a *authorization) {
	switch a.action {
	case "ALLOW":
		s.allow = append(s.allow, a)
	case "DENY":
		s.deny = append(s.deny, a)
	case "CUSTOM":
		s.custom = append(s.custom, a)
	}
}

// tokens is a RequestAuthentication.
type tokens struct {
	chosen
	rules []tokenRule
}

// tokenRule is one issuer and where its tokens may stand.
type tokenRule struct {
	issuer, jwks string
	audiences    []string
	headers      [][2]string // name and prefix
	params       []string
	cookies      []string
}

func readAuthentication(m *simulate.Manifest) *tokens {
	out := &tokens{chosen: readChosen(m)}
	for _, n := range source.Elements(source.Field(m.Spec(), "jwtRules")) {
		r := tokenRule{
			issuer: source.Text(source.Field(n, "issuer")), jwks: source.Text(source.Field(n, "jwksUri")),
			audiences: source.Texts(source.Field(n, "audiences")), params: source.Texts(source.Field(n, "fromParams")), cookies: source.Texts(source.Field(n, "fromCookies")),
		}
		for _, h := range source.Elements(source.Field(n, "fromHeaders")) {
			r.headers = append(r.headers, [2]string{source.Text(source.Field(h, "name")), source.Text(source.Field(h, "prefix"))})
		}
		if len(r.headers)+len(r.params)+len(r.cookies) == 0 {
			r.headers, r.params = [][2]string{{"Authorization", "Bearer "}}, []string{"access_token"}
		}
		out.rules = append(out.rules, r)
	}
	return out
}

// holds tells whether the policy selects the pods of a service: by the labels
// that all of its pods have. Of a service that is not known it is taken that
// its pods carry its name in some label.
func (c *chosen) holds(s *Sidecars, name, namespace string) bool {
	if c.manifest.Namespace != namespace && (c.manifest.Namespace != rootNamespace || len(c.labels) > 0) {
		return false
	}
	labels, known := s.services[name+"."+namespace]
	if !known {
		labels = nil
	}
	named := len(c.labels) == 0
	for k, v := range c.labels {
		if have, has := labels[k]; known && (!has || have != v) {
			return false
		}
		named = named || v == name
	}
	return known || named
}

// serviceOf splits the name of a service in the mesh.
func serviceOf(host string) (name, namespace string) {
	host, _, _ = strings.Cut(host, ":")
	parts := strings.SplitN(host, ".", 3)
	if len(parts) < 2 {
		return host, ""
	}
	return parts[0], parts[1]
}

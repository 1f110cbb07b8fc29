package kube

import (
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
)

// AuthorizationPolicy is an Istio AuthorizationPolicy that somebody wrote.
type AuthorizationPolicy struct {
	Origin source.Ref
	Name   ir.Name
	Labels map[string]string // of the selector; nil for all pods
	Own    map[string]string // the object's own labels
	Action string            // "ALLOW" where it is absent
	Rules  []*source.Node
}

// RequestAuthentication is an Istio RequestAuthentication that somebody wrote.
type RequestAuthentication struct {
	Origin source.Ref
	Name   ir.Name
	Labels map[string]string // of the selector; nil for all pods
	Own    map[string]string // the object's own labels
	// Issuers are those of its rules, in order, and where their keys are: an
	// address, or the keys themselves.
	Issuers []Issuer
}

// Issuer is an issuer of tokens and where its keys are.
type Issuer struct{ Issuer, Keys string }

func (*AuthorizationPolicy) object()   {}
func (*RequestAuthentication) object() {}

// Protects reports whether objects of this kind say who may reach pods.
func Protects(group, kind string) bool {
	return group == "security.istio.io" && (kind == "AuthorizationPolicy" || kind == "RequestAuthentication")
}

func decodePolicy(at source.Ref, name ir.Name, root, spec *source.Node) *AuthorizationPolicy {
	p := &AuthorizationPolicy{
		Origin: at, Name: name, Labels: selectorLabels(spec), Own: ownLabels(root),
		Action: source.Text(source.Field(spec, "action")), Rules: source.Elements(source.Field(spec, "rules")),
	}
	if p.Action == "" {
		p.Action = "ALLOW"
	}
	return p
}

func decodeAuthentication(at source.Ref, name ir.Name, root, spec *source.Node) *RequestAuthentication {
	a := &RequestAuthentication{Origin: at, Name: name, Labels: selectorLabels(spec), Own: ownLabels(root)}
	for _, n := range source.Elements(source.Field(spec, "jwtRules")) {
		keys := source.Text(source.Field(n, "jwksUri"))
		if keys == "" {
			keys = source.Text(source.Field(n, "jwks_uri"))
		}
		if inline := source.Text(source.Field(n, "jwks")); keys == "" && inline != "" {
			keys = "inline " + inline
		}
		a.Issuers = append(a.Issuers, Issuer{source.Text(source.Field(n, "issuer")), keys})
	}
	return a
}

func selectorLabels(spec *source.Node) map[string]string {
	return source.TextMap(source.Field(source.Field(spec, "selector"), "matchLabels"))
}

func ownLabels(root *source.Node) map[string]string {
	return source.TextMap(source.Field(source.Field(root, "metadata"), "labels"))
}

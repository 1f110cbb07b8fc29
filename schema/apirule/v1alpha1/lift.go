package v1alpha1

import (
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema/apirule"
)

// OwnerLabel marks what the controller made for an APIRule: its value is
// name.namespace.
const OwnerLabel = "apirule.gateway.kyma-project.io/v1alpha1"

var defaultCORS = ir.CORS{
	Origins: []ir.Origin{{Kind: "regex", Value: ".*"}},
	Methods: []string{"GET", "POST", "PUT", "DELETE"},
	Headers: []string{"Authorization", "Content-Type", "*"},
}

// Lift turns the document into the model.
func (a *APIRule) Lift(s *ir.Settings) (*ir.Gateway, diag.List) {
	g := &ir.Gateway{
		Origin:     source.Ref{Doc: a.doc},
		Name:       ir.Name{Namespace: a.doc.Namespace, Name: a.doc.Name},
		Kind:       "APIRule",
		Labels:     map[string]string{OwnerLabel: a.doc.Name + "." + a.doc.Namespace},
		Convention: ir.Convention{Owner: []string{OwnerLabel}, Says: apirule.LegacySays, AllowDefault: true},
		Hosts:      []ir.Host{apirule.LegacyHost(a.host, source.Ref{Doc: a.doc, Path: "spec.service.host"}, s)},
		Ingress:    apirule.LegacyIngress(a.gateway, a.doc.Namespace, source.Ref{Doc: a.doc, Path: "spec.gateway"}),
		Order:      match.FirstMatch,
	}
	cors := s.WithDefaults(defaultCORS)
	to := ir.Upstream{Namespace: a.doc.Namespace, Name: a.service, Port: ir.Port{Number: a.port}, Origin: source.Ref{Doc: a.doc, Path: "spec.service"}}
	for i := range a.rules {
		g.Routes = append(g.Routes, a.rules[i].lift(g.Hosts[0].Name, to, cors))
	}
	return g, nil
}

func (r *rule) lift(host string, to ir.Upstream, cors *ir.CORS) *ir.Route {
	route := &ir.Route{
		Origin:    r.at,
		Match:     match.Set{Hosts: []string{host}, Methods: r.methods, Path: pathlang.Path{Lang: pathlang.Regex, Text: r.path}},
		AnyMethod: true,
		Access:    ir.Access{Grants: apirule.Grants(r.strategies)},
		Action:    ir.Forward{To: []ir.Upstream{to}},
		CORS:      cors,
	}
	for _, m := range r.mutators {
		route.Filters = append(route.Filters, ir.Mutate{Handler: m})
	}
	return route
}

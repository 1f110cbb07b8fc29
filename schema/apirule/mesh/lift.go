package mesh

import (
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema/apirule"
)

// Labels of what the controller makes for an APIRule.
const (
	NameLabel      = "apirule.gateway.kyma-project.io/name"
	NamespaceLabel = "apirule.gateway.kyma-project.io/namespace"
	legacyLabel    = "apirule.gateway.kyma-project.io/v1beta1"
)

// owner are the labels by which the controller knows its objects.
var owner = []string{NameLabel, NamespaceLabel}

// Lift turns the document into the model. Short hosts, Services and Gateways
// are left to link.
func (a *APIRule) Lift(*ir.Settings) (*ir.Gateway, diag.List) {
	name, namespace := a.doc.Name, a.doc.Namespace
	g := &ir.Gateway{
		Origin: source.Ref{Doc: a.doc},
		Name:   ir.Name{Namespace: namespace, Name: name},
		Kind:   "APIRule",
		Labels: map[string]string{
			NameLabel: name, NamespaceLabel: namespace,
			"kyma-project.io/module":       "api-gateway",
			"app.kubernetes.io/managed-by": "api-gateway",
			"app.kubernetes.io/component":  "api-gateway",
			"app.kubernetes.io/part-of":    "api-gateway",
		},
		Convention: ir.Convention{
			PolicyHash: ir.HashHashedNamespace, PolicyHosts: true, IngressOnly: true, AuthMerge: ir.MergeByAllLabels, NativeSidecars: true,
			Owner:       owner,
			LegacyOwner: ir.Label{Key: legacyLabel, Value: name + "." + namespace},
			Says: ir.Says{
				HostTaken:  "Host is occupied by another Virtual Service",
				NoService:  "Failed to execute sidecar injection validation, err: services %q not found",
				NoSelector: "Target service label selectors are not defined", NoSelectorAt: ".injection",
				NoSidecar: "Pod %s does not have an injected istio sidecar",
				NoGateway: "Unable to find Gateway %q",
				NoGatewayDomain: "Lowercase RFC 1123 label (short host) is only supported as the APIRule host when selected Gateway " +
					"has a single host definition matching *.<fqdn> format",
			},
		},
		Ingress: a.ingress(),
		Order:   match.FirstMatch,
	}
	for i, h := range a.hosts {
		g.Hosts = append(g.Hosts, ir.Host{Origin: source.Ref{Doc: a.doc, Path: "spec.hosts"}.Elem(i), Name: h, Written: h, Short: !strings.Contains(h, ".")})
	}
	cors := apirule.PlaceCORS(a.cors, a.doc)
	for i := range a.rules {
		route := a.liftRule(i)
		route.CORS = cors
		g.Routes = append(g.Routes, route)
	}
	return g, nil
}

func (a *APIRule) ingress() ir.Ingress {
	in := ir.Ingress{Origin: source.Ref{Doc: a.doc, Path: "spec.gateway"}, Text: a.gateway, Ref: nameOf(a.gateway)}
	if a.external != "" {
		in.Origin.Path = "spec.externalGateway"
		in.External = nameOf(a.external)
	}
	return in
}

func nameOf(text string) ir.Name {
	namespace, name, _ := strings.Cut(text, "/")
	return ir.Name{Namespace: namespace, Name: name}
}

func (a *APIRule) liftRule(i int) *ir.Route {
	r := &a.rules[i]
	return &ir.Route{
		Origin:  r.at,
		Match:   match.Set{Hosts: a.hosts, Methods: r.methods, Path: pathlang.Path{Lang: pathlang.Template, Text: r.path}},
		Except:  a.except(i),
		Access:  ir.Access{Grants: r.grants()},
		Filters: r.filters(),
		Action:  ir.Forward{To: []ir.Upstream{apirule.Upstream(r.service, a.service, a.doc.Namespace, r.at)}},
		Timeout: apirule.TimeoutOf(r.timeout, a.timeout),
		InMesh:  r.at,
	}
}

func (r *rule) grants() []ir.Grant {
	switch {
	case r.jwt != nil:
		return r.jwt.Grants(ir.JWT{Issuers: r.jwt.Issuers})
	case r.extAuth != nil:
		return r.extAuth.grants()
	case r.noAuth:
		return []ir.Grant{{Origin: r.at.At("noAuth"), Proof: ir.None{}}}
	}
	return nil // the API server refuses the rule
}

func (e *extAuth) grants() []ir.Grant {
	proof := ir.External{}
	for i, name := range e.authorizers {
		proof.Providers = append(proof.Providers, ir.Provider{Origin: e.at.At("authorizers").Elem(i), Name: name})
	}
	if e.restrictions == nil {
		return []ir.Grant{{Origin: e.at, Proof: proof}}
	}
	proof.Then = &ir.JWT{Issuers: e.restrictions.Issuers}
	return e.restrictions.Grants(proof)
}

func (r *rule) filters() []ir.Filter {
	filters := []ir.Filter{ir.ForwardedHost{}}
	if len(r.headers) > 0 {
		filters = append(filters, ir.SetRequestHeaders{Headers: r.headers})
	}
	if len(r.cookies) > 0 {
		filters = append(filters, ir.SetRequestCookies{Cookies: r.cookies})
	}
	return append(filters, ir.RemoveResponseHeaders{Names: apirule.CORSHeaders})
}

func matchesEverything(path string) bool { return path == "/" || path == "/*" || path == "/{**}" }

// except lists the paths of other rules that the policies of rule i leave out,
// as the controller collects them: those of earlier rules with a common
// method, and for a rule on everything those of later rules too.
func (a *APIRule) except(i int) []pathlang.Path {
	r := &a.rules[i]
	var out []pathlang.Path
	collecting := true
	for j := range a.rules {
		o := &a.rules[j]
		switch {
		case matchesEverything(o.path):
			continue
		case o.path == r.path:
			collecting = matchesEverything(r.path)
		case collecting && shareMethod(o.methods, r.methods):
			out = append(out, pathlang.Path{Lang: pathlang.Template, Text: o.path})
		}
	}
	return out
}

func shareMethod(a, b []string) bool {
	return slices.ContainsFunc(a, func(m string) bool { return slices.Contains(b, m) })
}

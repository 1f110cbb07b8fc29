package v1

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/internal/source"
)

// FiltersAnnotation holds filters that are put behind those of every
// operation.
const FiltersAnnotation = "fabric/additional-filters"

// uid is the scope that every token must have.
const uid = "uid"

// What the operator's gateways answer themselves.
const (
	bodyUnmatched = `{"title":"Gateway Rejected","status":404,"detail":"Gateway Route Not Matched"}`
	bodyInsecure  = `{"title":"Gateway Rejected","status":400,"detail":"TLS is required","type":"https://cloud.docs.zalando.net/howtos/ingress/#redirect-http-to-https"}`
	bodyRefused   = `{"title":"Gateway Rejected","status":403,"detail":"Illegal attempt to access whitelisted route"}`
	bodyDenied    = `{"title":"Gateway Rejected","status":403,"detail":"Employee tokens are not allowed access this route"}`
	bodyExceeded  = `{"title": "Rate limit exceeded", "detail": "See the retry-after header for how many seconds to wait before retrying.", "status": 429}`
)

var (
	unmatched = &ir.Respond{Status: 404, Body: bodyUnmatched}
	insecure  = &ir.Respond{Status: 400, Body: bodyInsecure}
	refused   = &ir.Respond{Status: 403, Body: bodyRefused}
	denied    = &ir.Respond{Status: 403, Body: bodyDenied}
	exceeded  = &ir.Respond{Status: 429, Headers: map[string]string{"Content-Type": "application/problem+json"}, Body: bodyExceeded}
)

// callers is the proof that every operation demands.
var callers = ir.TokenInfo{Realms: []string{serviceRealm, employeeRealm}}

// Lift turns the document into the model.
func (f *FabricGateway) Lift(*ir.Settings) (*ir.Gateway, diag.List) {
	g := &ir.Gateway{
		Origin:      source.Ref{Doc: f.doc},
		Name:        ir.Name{Namespace: f.doc.Namespace, Name: f.doc.Name},
		Slug:        gatewaySlug(f.doc.Name),
		Kind:        "FabricGateway",
		Labels:      f.labels,
		Annotations: f.annotations,
		Order:       match.MostSpecific,
		Convention:  ir.Convention{ImpliedScopes: []string{uid}},
		Unmatched:   unmatched, Insecure: insecure,
		UnmatchedAccess: ir.Access{Grants: []ir.Grant{{Proof: ir.TokenInfo{}, Scopes: []string{uid}}}},
	}
	f.liftHosts(g)
	var names []string
	for i := range g.Hosts {
		names = append(names, g.Hosts[i].Name)
	}
	filters := f.filters()
	for i := range f.operations {
		o := &f.operations[i]
		g.Routes = append(g.Routes, &ir.Route{
			Origin:  o.at,
			Slug:    pathSlug(o.path),
			Match:   match.Set{Hosts: names, Methods: []string{o.method}, Path: pathlang.Path{Lang: pathlang.Fabric, Text: o.path}},
			Access:  f.access(o, g.Slug),
			Filters: filters,
			Action:  o.action(),
			CORS:    f.liftCORS(o.path),
		})
	}
	return g, nil
}

func (f *FabricGateway) liftHosts(g *ir.Gateway) {
	for i := range f.services {
		s := &f.services[i]
		up := ir.Upstream{Origin: s.at, Namespace: f.doc.Namespace, Name: s.name, Port: ir.Port{Name: s.port}}
		g.Hosts = append(g.Hosts, ir.Host{Origin: s.at.At("host"), Name: s.host, Written: s.host, Upstreams: []ir.Upstream{up}})
	}
	if p := f.provider; p != nil {
		g.Traffic = ir.Traffic{Origin: p.at.At("stackSetName"), Ref: ir.Name{Namespace: f.doc.Namespace, Name: p.stackSet}}
		for i, h := range p.hosts {
			g.Hosts = append(g.Hosts, ir.Host{Origin: p.at.At("hosts").Elem(i), Name: h, Written: h})
		}
	}
}

// filters are what every operation does on the way.
func (f *FabricGateway) filters() []ir.Filter {
	out := []ir.Filter{ir.Audit{}, ir.TraceRequest{}, ir.ForwardIdentity{Header: "X-TokenInfo-Forward", Fields: []string{"uid", "scope", "realm"}}}
	if c := f.compression; c != nil {
		out = append(out, ir.Compress{Factor: int(c.factor), Encoding: c.encoding})
	}
	at := source.Ref{Doc: f.doc}.At("metadata", "annotations", FiltersAnnotation)
	for _, text := range splitFilters(f.annotations[FiltersAnnotation]) {
		out = append(out, ir.Native{Origin: at, Engine: "skipper", Text: text})
	}
	return out
}

// splitFilters reads the annotation as the operator does: at every arrow, also
// at one inside a string.
func splitFilters(text string) []string {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	parts := strings.Split(text, "->")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts
}

func (o *operation) action() ir.Action {
	if o.static == nil {
		return ir.Forward{}
	}
	return ir.Respond{Status: int(o.static.status), Headers: maps.Clone(o.static.headers), Body: o.static.body}
}

// liftCORS returns the policy of a path: its verbs, and OPTIONS.
func (f *FabricGateway) liftCORS(path string) *ir.CORS {
	if f.cors == nil {
		return nil
	}
	c := &ir.CORS{Headers: f.cors.headers}
	for _, o := range f.cors.origins {
		c.Origins = append(c.Origins, ir.Origin{Kind: "exact", Value: originOf(o)})
	}
	for i := range f.operations {
		if f.operations[i].path == path {
			c.Methods = append(c.Methods, f.operations[i].method)
		}
	}
	slices.Sort(c.Methods)
	c.Methods = append(c.Methods, "OPTIONS")
	return c
}

// originOf spells an origin as the operator does: https, whatever the author
// wrote, and the port if there is one.
func originOf(text string) string {
	host, port, ok := cutOrigin(text)
	if ok && port > 0 {
		return "https://" + host + ":" + strconv.Itoa(port)
	}
	return "https://" + host
}

// cutOrigin reads host[:port]. ok is false when the text is not of this form.
func cutOrigin(text string) (host string, port int, ok bool) {
	bare := strings.ReplaceAll(strings.ReplaceAll(text, "http://", ""), "https://", "")
	parts := strings.Split(bare, ":")
	if len(parts) == 1 {
		return bare, 0, originHost().MatchString(bare)
	}
	n, err := strconv.Atoi(parts[1])
	return parts[0], n, len(parts) == 2 && err == nil && n > 0 && n < 1<<16 && originHost().MatchString(parts[0])
}

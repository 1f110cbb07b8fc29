package routes

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/kgw-dev/kgw/internal/definition"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/routerule"
	"github.com/kgw-dev/kgw/internal/source"
)

const group = "gateway.networking.k8s.io"

// write makes the objects that are written instead of the service, and reports
// what the API server refuses of them.
func (s *service) write() {
	s.findParents()
	for _, u := range s.units {
		for _, hosts := range s.hostnames() {
			for _, rules := range u.pieces() {
				spec := &manifest.HTTPRoute{ParentRefs: s.parentRefs(u), Hostnames: hosts, Rules: rules}
				s.objects = append(s.objects, s.httpRoute(len(s.objects), spec))
			}
		}
	}
	s.reportResult(len(s.objects))
	s.objects = append(s.objects, s.grants()...)
	for _, o := range s.objects {
		kind, _ := o.Get("kind")
		spec, _ := o.Get("spec")
		if why, path := definition.Refused(kind.(string), source.NodeOf(spec)); why != "" {
			s.found.Add(diag.Finding{
				Code: diag.RouteUnsaid, At: source.Ref{Doc: s.Doc, Path: "spec"}, Help: "keep the VirtualService, or change the value",
				Message: fmt.Sprintf("the API server refuses %s of the %s that would be written: %s", path, kind, why),
			})
			return
		}
	}
}

// result is what becomes of the service.
func (s *service) result() Moved {
	switch {
	case s.left:
		levelled := diag.Levels{}.Apply(s.found)
		return Moved{Left: true, Found: slices.DeleteFunc(levelled, func(f diag.Finding) bool { return f.Severity != diag.Error })}
	case len(s.gateways) == 0:
		return Moved{}
	}
	return Moved{Mesh: s.mesh, Gateways: s.gateways, Objects: s.objects, Found: s.found}
}

// httpRoute is the HTTPRoute of a number, the first of which is 0.
func (s *service) httpRoute(n int, spec *manifest.HTTPRoute) source.Object {
	meta := slices.Clone(s.meta)
	if n > 0 {
		number := strconv.Itoa(n + 1)
		meta[0].Value = manifest.StableName(s.Doc.Name+"-"+number, "HTTPRoute", "VirtualService", s.Namespace, s.Doc.Name, number)
	}
	return newDocument(group+"/v1", "HTTPRoute", meta, spec)
}

func newDocument(apiVersion, kind string, meta source.Object, spec any) source.Object {
	o := manifest.Object{APIVersion: apiVersion, Kind: kind, Spec: spec}
	value, _ := o.Value().Get("spec")
	return source.Object{{Key: "apiVersion", Value: apiVersion}, {Key: "kind", Value: kind}, {Key: "metadata", Value: meta}, {Key: "spec", Value: value}}
}

// hostnames are the hosts of each HTTPRoute: as many as one may have.
func (s *service) hostnames() [][]string {
	if s.hosts[0] == "*" {
		return [][]string{nil}
	}
	return slices.Collect(slices.Chunk(s.hosts, maxHosts))
}

// maxHosts is the most hosts of one HTTPRoute (gateway-api v1.6).
const maxHosts = 16

// maxMatches is the most matches of one rule (gateway-api v1.6).
const maxMatches = 64

// pieces are the rules of each HTTPRoute: neighbours that do the same are one
// rule.
func (u *unit) pieces() [][]manifest.RouteRule {
	var all []manifest.RouteRule
	var counts []int
	var last *manifest.RouteRule
	for _, r := range u.rules {
		matches := r.Matches()
		if replacesPrefix(r.action) { // the CRD allows that of one match alone
			for _, m := range matches {
				own := *r.action
				own.Matches, last = []manifest.RouteMatch{m}, nil
				all, counts = append(all, own), append(counts, 1)
			}
			continue
		}
		if n := len(all) - 1; r.action == last && counts[n]+len(matches) <= maxMatches {
			all[n].Matches, counts[n] = append(all[n].Matches, matches...), counts[n]+len(matches)
			continue
		}
		own := *r.action
		own.Matches, last = matches, r.action
		all, counts = append(all, own), append(counts, len(matches))
	}
	var out [][]manifest.RouteRule
	for _, n := range routerule.Pieces(counts) {
		out, all = append(out, all[:n]), all[n:]
	}
	return out
}

func replacesPrefix(a *manifest.RouteRule) bool {
	return slices.ContainsFunc(a.Filters, func(f manifest.RouteFilter) bool {
		return f.URLRewrite != nil && f.URLRewrite.Path != nil && f.URLRewrite.Path.ReplacePrefixMatch != ""
	})
}

// grants are the ReferenceGrants for Services of other namespaces.
func (s *service) grants() []source.Object {
	names := map[string][]string{}
	for _, n := range s.granted {
		names[n.Namespace] = append(names[n.Namespace], n.Name)
	}
	var out []source.Object
	for _, namespace := range slices.Sorted(maps.Keys(names)) {
		slices.Sort(names[namespace])
		f, written := routerule.Grant(source.Ref{Doc: s.Doc, Path: "spec.http"}, namespace, names[namespace], s.o.Gateways.Grants)
		if written {
			spec := &manifest.ReferenceGrant{From: []manifest.GrantFrom{{Group: group, Kind: "HTTPRoute", Namespace: s.Namespace}}}
			for _, name := range names[namespace] {
				spec.To = append(spec.To, manifest.GrantTo{Kind: "Service", Name: name})
			}
			name := manifest.StableName(s.Doc.Name, "ReferenceGrant", "VirtualService", s.Namespace, s.Doc.Name, namespace)
			out = append(out, newDocument(group+"/v1beta1", "ReferenceGrant", source.Object{{Key: "name", Value: name}, {Key: "namespace", Value: namespace}}, spec))
		}
		s.found.Add(f)
	}
	return out
}

package openapi

import (
	"fmt"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
	fabric "github.com/kgw-dev/kgw/schema/fabric/v1"
)

// readSecurity returns who may send an operation: as it says itself, or the description
// as a whole. Its x-fabric-privileges are demanded in addition. Without security
// requirements, x-fabric keys demand a token, as FabricGateways do of each caller;
// without these keys nothing is demanded.
func (r *reader) readSecurity(at source.Ref, o *openapi3.Operation) (source.Ref, []ir.Credentials) {
	requirements, place := r.doc.Security, r.origin.At("security")
	if o.Security != nil {
		requirements, place = *o.Security, at.At("security")
	}
	var out []ir.Credentials
	for i, one := range requirements {
		var c ir.Credentials
		for _, name := range sortedKeys(one) {
			r.addScheme(place.Elem(i), name, one[name], &c)
		}
		out = append(out, c)
	}
	_, privileged := o.Extensions[keyPrivileges]
	switch {
	case out != nil:
	case privileged:
		place, out = at.At(keyPrivileges), []ir.Credentials{{}}
	case o.Security == nil:
		place, out = at, []ir.Credentials{{}}
	default:
		out = []ir.Credentials{{}}
	}
	closed := privileged || o.Security == nil && r.doc.Security == nil && (hasFabric(o.Extensions) || hasFabric(r.doc.Extensions))
	for i := range out {
		c := &out[i]
		c.Token = c.Token || closed
		c.Scopes = append(c.Scopes, privileges(o)...)
		slices.Sort(c.Scopes)
		c.Scopes = slices.Compact(c.Scopes)
	}
	return place, out
}

// keyPrivileges is the key of an operation that lists the scopes that a FabricGateway
// demands.
const keyPrivileges = "x-fabric-privileges"

// uid is the scope that each token of a FabricGateway has, in any case of letters.
const uid = "uid"

// privileges returns the scopes that an operation demands by that key; uid is not
// one.
func privileges(o *openapi3.Operation) []string {
	list, _ := o.Extensions[keyPrivileges].([]any)
	var out []string
	for _, p := range list {
		if name, ok := p.(string); ok && !strings.EqualFold(name, uid) {
			out = append(out, name)
		}
	}
	return out
}

// isFabric reports whether a key is one of FabricGateways.
func isFabric(key string) bool {
	return strings.HasPrefix(key, "x-fabric-") || key == "x-external-service-provider"
}

func hasFabric(extensions map[string]any) bool {
	return slices.ContainsFunc(sortedKeys(extensions), isFabric)
}

// readNamed reads whom the x-fabric keys of the document let in by name, as a
// FabricGateway with the same keys does. Documents and operations without such keys
// name nobody.
func (r *reader) readNamed() {
	r.named = map[operation]*ir.Access{}
	var paths source.Object
	whole := hasFabric(r.doc.Extensions)
	for _, path := range r.doc.Paths.InMatchingOrder() {
		item := r.doc.Paths.Value(path)
		if item == nil {
			continue
		}
		var verbs source.Object
		operations := item.Operations()
		for _, method := range sortedKeys(operations) {
			if o := operations[method]; whole || hasFabric(o.Extensions) {
				verbs = append(verbs, source.Member{Key: method, Value: sortExtensions(o.Extensions)})
			}
		}
		paths = append(paths, source.Member{Key: path, Value: verbs})
	}
	spec := append(sortExtensions(r.doc.Extensions), source.Member{Key: "paths", Value: paths})
	gateway, _ := fabric.Decode(r.origin.Doc, source.NodeOf(source.Object{{Key: "spec", Value: spec}})).Lift(nil)
	for _, route := range gateway.Routes {
		for i := range route.Access.Grants {
			g := &route.Access.Grants[i]
			g.Scopes = slices.DeleteFunc(slices.Clone(g.Scopes), func(s string) bool { return s == uid })
		}
		r.named[operation{route.Match.Path.Text, route.Match.Methods[0]}] = &route.Access
	}
}

// addScheme adds what a named scheme demands.
func (r *reader) addScheme(at source.Ref, name string, scopes []string, c *ir.Credentials) {
	var s *openapi3.SecurityScheme
	if r.doc.Components != nil {
		if ref := r.doc.Components.SecuritySchemes[name]; ref != nil {
			s = ref.Value
		}
	}
	if s == nil {
		r.found.Add(diag.Finding{Code: diag.APIUnreadable, At: at, Message: fmt.Sprintf("the security scheme %q is not defined", name), Help: "define it in components.securitySchemes"})
		return
	}
	switch {
	case s.Type == "oauth2", s.Type == "openIdConnect", s.Type == "http" && strings.EqualFold(s.Scheme, "bearer"):
		c.Token = true
		c.Scopes = append(c.Scopes, scopes...)
		if issuer := issuerOf(s); issuer != "" && !slices.Contains(c.Issuers, issuer) {
			c.Issuers = append(c.Issuers, issuer)
		}
	default:
		c.Others = append(c.Others, name)
	}
}

// issuerOf returns the issuer of an OpenID Connect scheme, or ""
// (https://openid.net/specs/openid-connect-discovery-1_0.html section 4).
func issuerOf(s *openapi3.SecurityScheme) string {
	issuer, _ := strings.CutSuffix(s.OpenIdConnectUrl, "/.well-known/openid-configuration")
	if issuer == s.OpenIdConnectUrl {
		return ""
	}
	return issuer
}

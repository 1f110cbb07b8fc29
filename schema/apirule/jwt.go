package apirule

import (
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
)

// JWT is a token configuration in Istio's form: v1beta1 under the Istio
// handler, and v2.
type JWT struct {
	At source.Ref
	// Attribute is how the controller names the place of the configuration.
	Attribute string
	Issuers   []ir.Issuer
	// Authorizations are alternatives. Defined distinguishes an empty list from
	// none.
	Authorizations []Authorization
	Defined        bool
}

// Authorization demands all the scopes and all the audiences. A nil list is
// absent.
type Authorization struct {
	At          source.Ref
	Null        bool
	Scopes, Aud []string
}

// DecodeJWT reads a configuration in Istio's form. It is tolerant: what has
// the wrong type is left out; TypeFault finds it.
func DecodeJWT(config source.Object, at source.Ref, attribute string) *JWT {
	j := &JWT{At: at, Attribute: attribute}
	list, _ := config.Get("authentications")
	for k, v := range elements(list) {
		o, _ := v.(source.Object)
		j.Issuers = append(j.Issuers, decodeIssuer(o, at.At("authentications").Elem(k)))
	}
	list, _ = config.Get("authorizations")
	j.Defined = list != nil
	for k, v := range elements(list) {
		o, isObject := v.(source.Object)
		j.Authorizations = append(j.Authorizations, Authorization{
			At: at.At("authorizations").Elem(k), Null: !isObject,
			Scopes: presentList(o, "requiredScopes"), Aud: presentList(o, "audiences"),
		})
	}
	return j
}

func elements(v any) []any {
	list, _ := v.([]any)
	return list
}

// presentList returns the strings of a list, and an empty, not nil, list when
// it is there without elements.
func presentList(o source.Object, key string) []string {
	v, _ := o.Get(key)
	if v == nil {
		return nil
	}
	list, _ := StringList(v)
	return append([]string{}, list...)
}

func text(o source.Object, key string) string {
	v, _ := o.Get(key)
	s, _ := v.(string)
	return s
}

func decodeIssuer(o source.Object, at source.Ref) ir.Issuer {
	issuer := ir.Issuer{Origin: at, Issuer: text(o, "issuer"), JWKS: text(o, "jwksUri"), FromParams: presentList(o, "fromParams")}
	headers, _ := o.Get("fromHeaders")
	for _, v := range elements(headers) {
		h, _ := v.(source.Object)
		issuer.FromHeaders = append(issuer.FromHeaders, ir.TokenHeader{Name: text(h, "name"), Prefix: text(h, "prefix")})
	}
	return issuer
}

// addFault makes a finding at a place below the configuration; what is the place
// both for kgw and, after the attribute, for the controller.
func (j *JWT) addFault(found *diag.List, code diag.Code, at source.Ref, help, upstream, format string, args ...any) {
	f := found.Add(Fault(code, at, help, upstream, format, args...))
	f.Upstream.Attribute = j.Attribute + strings.TrimPrefix(at.Path, j.At.Path)
}

// CheckIssuers checks the addresses of the issuers and where tokens are read
// from, as the controllers of v1beta1 and v2 both do.
func (j *JWT) CheckIssuers(found *diag.List) {
	headers, params := false, false
	for i := range j.Issuers {
		a := &j.Issuers[i]
		if err := issuerFault(a.Issuer); err != nil {
			j.addFault(found, diag.BadURL, a.Origin.At("issuer"), "write the issuer as in the tokens' iss claim",
				"value is empty or not a valid uri err="+err.Error(), "issuer %q is empty or not a valid URI", a.Issuer)
		}
		if err := RequestURI(a.JWKS); err != nil {
			j.addFault(found, diag.BadURL, a.Origin.At("jwksUri"), "write the full address of the key set",
				"value is empty or not a valid uri err="+err.Error(), "jwksUri %q is empty or not a valid URI", a.JWKS)
		}
		headers, params = j.checkFrom(a, headers, params, found)
	}
}

// issuerFault is RequestURI, but any text without a colon is an issuer (RFC
// 7519, StringOrURI).
func issuerFault(issuer string) error {
	if issuer != "" && !strings.Contains(issuer, ":") {
		return nil
	}
	return RequestURI(issuer)
}

// checkFrom checks one issuer's token places against those before it.
func (j *JWT) checkFrom(a *ir.Issuer, headers, params bool, found *diag.List) (bool, bool) {
	if len(a.FromHeaders) > 1 {
		j.addFault(found, diag.BadJWTConfig, a.Origin.At("fromHeaders"), "keep one header", "multiple fromHeaders are not supported", "a token can be read from one header only")
	}
	if len(a.FromParams) > 1 {
		j.addFault(found, diag.BadJWTConfig, a.Origin.At("fromParams"), "keep one parameter", "multiple fromParams are not supported", "a token can be read from one parameter only")
	}
	const mixed = "mixture of multiple fromHeaders and fromParams is not supported"
	if len(a.FromHeaders) > 0 && params {
		j.addFault(found, diag.BadJWTConfig, a.Origin.At("fromHeaders"), "use headers or parameters for all issuers", mixed, "tokens are read from headers here and from parameters before")
	}
	headers, params = headers || len(a.FromHeaders) > 0, params || len(a.FromParams) > 0
	if len(a.FromParams) > 0 && headers {
		j.addFault(found, diag.BadJWTConfig, a.Origin.At("fromParams"), "use headers or parameters for all issuers", mixed, "tokens are read from parameters here and from headers as well")
	}
	return headers, params
}

// CheckAuthorizations checks that no authorization is empty, and warns of one
// beside which the others have no effect. empty is the
// controller's message for an empty list of them.
func (j *JWT) CheckAuthorizations(empty string, found *diag.List) {
	if j.Defined && len(j.Authorizations) == 0 {
		j.addFault(found, diag.BadJWTConfig, j.At.At("authorizations"), "remove the list, or demand a scope or an audience", empty, "authorizations is empty")
	}
	for i := range j.Authorizations {
		a := &j.Authorizations[i]
		if a.Null {
			j.addFault(found, diag.BadJWTConfig, a.At, "remove it, or demand a scope or an audience", "authorization is empty", "an authorization is empty")
			continue
		}
		if a.Scopes == nil && a.Aud == nil && len(j.Authorizations) > 1 {
			found.Add(diag.Finding{
				Code: diag.BadJWTConfig, Severity: diag.Warning, At: a.At,
				Message: "an authorization without scopes and audiences lets in every token of the issuers: the others have no effect",
				Help:    "remove it, or demand a scope or an audience",
			})
		}
		j.checkTexts(a.At.At("requiredScopes"), a.Scopes, "scope", found)
		j.checkTexts(a.At.At("audiences"), a.Aud, "audience", found)
	}
}

func (j *JWT) checkTexts(at source.Ref, list []string, what string, found *diag.List) {
	switch {
	case list == nil:
	case len(list) == 0:
		j.addFault(found, diag.BadJWTConfig, at, "remove the list, or name a value", "value is empty", "the list of %ss is empty", what)
	case slices.Contains(list, ""):
		j.addFault(found, diag.BadJWTConfig, at, "remove the empty value", what+" value is empty", "an empty %s is demanded", what)
	}
}

// Grants turns the configuration into grants: one for each authorization, or
// one without demands.
func (j *JWT) Grants(proof ir.Authenticator) []ir.Grant {
	if len(j.Authorizations) == 0 {
		return []ir.Grant{{Origin: j.At, Proof: proof}}
	}
	out := make([]ir.Grant, 0, len(j.Authorizations))
	for i := range j.Authorizations {
		a := &j.Authorizations[i]
		out = append(out, ir.Grant{Origin: a.At, Proof: proof, Scopes: a.Scopes, Aud: a.Aud})
	}
	return out
}

// CheckIssuersAlike reports an issuer and key set for which two configurations
// of one resource read tokens from different places. attribute names the
// element in the controller's words.
func CheckIssuersAlike(all []*JWT, attribute func(j *JWT, k int) string, found *diag.List) {
	type key struct{ issuer, jwks string }
	first := map[key]*ir.Issuer{}
	for _, j := range all {
		for k := range j.Issuers {
			a := &j.Issuers[k]
			b, seen := first[key{a.Issuer, a.JWKS}]
			if !seen {
				first[key{a.Issuer, a.JWKS}] = a
				continue
			}
			if slices.Equal(a.FromHeaders, b.FromHeaders) && slices.Equal(a.FromParams, b.FromParams) {
				continue
			}
			f := found.Add(Fault(diag.IssuerConflict, a.Origin, "read the token from the same place in every rule",
				"multiple jwt configurations that differ for the same issuer",
				"issuer %q is configured differently in another rule", a.Issuer))
			f.Upstream.Attribute = attribute(j, k)
			f.Related = []diag.Related{{Message: "the first configuration of this issuer", At: b.Origin}}
		}
	}
}

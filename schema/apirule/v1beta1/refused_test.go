package v1beta1_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/schema/apirule/apiruletest"
	"github.com/kgw-dev/kgw/schema/apirule/v1beta1"
)

// TestRefused holds what the description of the version and the checks of its
// controller refuse: code, place and message.
func TestRefused(t *testing.T) {
	istio := ir.Settings{IstioJWT: true, Strict: true}
	for name, c := range map[string]struct {
		spec     string
		settings ir.Settings
		want     []string
	}{
		"whole": {
			spec: `host: books.example.com, gateway: infra/gw, service: {name: books, port: 80}, rules: [{path: /a, methods: [GET], accessStrategies: [{handler: noop}]}]`,
		},
		"nothing": {
			spec: `a: b`,
			want: []string{
				`KGW201 spec.a: unknown field "a"`,
				`KGW202 spec.host: "host" is required`,
				`KGW202 spec.gateway: "gateway" is required`,
				`KGW202 spec.rules: "rules" is required`,
			},
		},
		"fields of v2": {
			spec: `host: books.example.com, gateway: infra/gw, service: {name: books, port: 80}, rules: [{path: /a, methods: [GET], accessStrategies: [{handler: noop}], jwt: {}, noAuth: true, extAuth: {}, request: {}}], hosts: [a], externalGateway: a`,
			want: []string{
				`KGW201 spec.rules[0].jwt: unknown field "jwt"`,
				`KGW201 spec.rules[0].noAuth: unknown field "noAuth"`,
				`KGW201 spec.rules[0].extAuth: unknown field "extAuth"`,
				`KGW201 spec.rules[0].request: unknown field "request"`,
				`KGW201 spec.hosts: unknown field "hosts"`,
				`KGW201 spec.externalGateway: unknown field "externalGateway"`,
			},
		},
		"host": {
			spec: `host: "https://a.example.com/", gateway: infra/gw, service: {name: books, port: 80}, rules: [{path: /a, methods: [GET], accessStrategies: [{handler: noop}]}]`,
			want: []string{
				`KGW205 spec.host: "https://a.example.com/" is not a host name`,
			},
		},
		"wildcard": {
			spec: `host: "*.example.com", gateway: infra/gw, service: {name: books, port: 80}, rules: [{path: /a, methods: [GET], accessStrategies: [{handler: noop}]}]`,
			want: []string{
				`KGW205 spec.host: "*.example.com" is not a host name`,
			},
		},
		"gateway": {
			spec: `host: books.example.com, gateway: Infra/gw, service: {name: books, port: 80}, rules: [{path: /a, methods: [GET], accessStrategies: [{handler: noop}]}]`,
			want: []string{
				`KGW205 spec.gateway: "Infra/gw" is not a gateway reference`,
			},
		},
		"service": {
			spec: `host: books.example.com, gateway: infra/gw, service: {name: a, port: "80", namespace: A}, rules: [{path: /a, methods: [GET], accessStrategies: [{handler: noop}]}]`,
			want: []string{
				`KGW203 spec.service.port: "port" must be an integer, not the string "80"`,
				`KGW205 spec.service.namespace: "A" is not a DNS-1123 label (lower-case letters, digits and "-")`,
			},
		},
		"no service": {
			spec: `host: books.example.com, gateway: infra/gw, rules: [{path: /a, methods: [GET], accessStrategies: [{handler: noop}]}]`,
			want: []string{
				`KGW211 spec.rules[0].service: the rule names no service and the APIRule has none -> .spec.rules[0].service: No service defined with no main service on spec level`,
			},
		},
		"timeouts": {
			spec: `host: books.example.com, gateway: infra/gw, service: {name: books, port: 80}, rules: [{path: /a, methods: [GET], accessStrategies: [{handler: noop}], timeout: 0}], timeout: 3901`,
			want: []string{
				`KGW206 spec.rules[0].timeout: "timeout" must be at least 1, not 0`,
				`KGW206 spec.timeout: "timeout" must be at most 3900, not 3901`,
			},
		},
		"methods": {
			spec: `host: books.example.com, gateway: infra/gw, service: {name: books, port: 80}, rules: [{path: /a, methods: [get], accessStrategies: [{handler: noop}]}]`,
			want: []string{
				`KGW204 spec.rules[0].methods[0]: "get" is not an allowed value of "methods"`,
			},
		},
		"max age": {
			spec: `host: books.example.com, gateway: infra/gw, service: {name: books, port: 80}, rules: [{path: /a, methods: [GET], accessStrategies: [{handler: noop}]}], corsPolicy: {allowOrigins: [{exact: "https://a"}], maxAge: 10}`,
			want: []string{
				`KGW203 spec.corsPolicy.maxAge: "maxAge" must be a string, not the number 10`,
			},
		},
		"too long an age": {
			spec: `host: books.example.com, gateway: infra/gw, service: {name: books, port: 80}, rules: [{path: /a, methods: [GET], accessStrategies: [{handler: noop}]}], corsPolicy: {allowOrigins: [{exact: "https://a"}], maxAge: 9999999h}`,
			want: []string{
				`KGW205 spec.corsPolicy.maxAge: "9999999h" is too long a duration`,
			},
		},
		"no origins": {
			spec: `host: books.example.com, gateway: infra/gw, service: {name: books, port: 80}, rules: [{path: /a, methods: [GET], accessStrategies: [{handler: noop}]}], corsPolicy: {allowMethods: [GET]}`,
			want: []string{
				`KGW481 spec.corsPolicy: the CORS policy has no allowOrigins: it is not written, and the Access-Control headers of the Service's own answers are removed`,
			},
		},
		"repeated": {
			spec: `host: books.example.com, gateway: infra/gw, service: {name: books, port: 80}, rules: [{path: /a, methods: [GET], accessStrategies: [{handler: noop}]}, {path: /a, methods: [POST, GET], accessStrategies: [{handler: noop}]}, {path: /a, methods: [GET, POST], accessStrategies: [{handler: noop}]}, {path: /b, methods: [GET, GET], accessStrategies: [{handler: noop}]}]`,
			want: []string{
				`KGW210 spec.rules[1].path: GET "/a" is already used by rule 0 -> .spec.rules: multiple rules defined for the same path and method`,
				`KGW210 spec.rules[2].path: GET "/a" is already used by rule 0 -> : `,
			},
		},
		"unknown": {
			spec: `host: books.example.com, gateway: infra/gw, service: {name: books, port: 80}, rules: [{path: /a, methods: [GET], accessStrategies: [{handler: noops}]}]`,
			want: []string{
				`KGW212 spec.rules[0].accessStrategies[0].handler: access strategy "noops" is not supported -> .spec.rules[0].accessStrategies[0].handler: Unsupported accessStrategy: noops`,
			},
		},
		"alone": {
			spec: `host: books.example.com, gateway: infra/gw, service: {name: books, port: 80}, rules: [{path: /a, methods: [GET], accessStrategies: [{handler: noop}, {handler: anonymous}]}, {path: /b, methods: [GET], accessStrategies: [{handler: allow}, {handler: no_auth}]}]`,
			want: []string{
				`KGW213 spec.rules[0].accessStrategies[0].handler: access strategy "noop" must be the only one of its rule -> .spec.rules[0].accessStrategies.accessStrategies[0].handler: noop access strategy is not allowed in combination with other access strategies`,
				`KGW213 spec.rules[1].accessStrategies[0].handler: access strategy "allow" must be the only one of its rule -> .spec.rules[1].accessStrategies.accessStrategies[0].handler: allow access strategy is not allowed in combination with other access strategies`,
				`KGW213 spec.rules[1].accessStrategies[1].handler: access strategy "no_auth" must be the only one of its rule -> .spec.rules[1].accessStrategies.accessStrategies[1].handler: no_auth access strategy is not allowed in combination with other access strategies`,
			},
		},
		"mixed": {
			spec: `host: books.example.com, gateway: infra/gw, service: {name: books, port: 80}, rules: [{path: /a, methods: [GET], accessStrategies: [{handler: oauth2_introspection}, {handler: anonymous}]}, {path: /b, methods: [GET], accessStrategies: [{handler: oauth2_introspection}, {handler: unheard}]}]`,
			want: []string{
				`KGW214 spec.rules[0].accessStrategies: "oauth2_introspection" demands credentials and "anonymous" does not: they cannot be in one rule -> .spec.rules[0].accessStrategies: Secure access strategies cannot be used in combination with unsecure access strategies`,
				`KGW212 spec.rules[1].accessStrategies[1].handler: access strategy "unheard" is not supported -> .spec.rules[1].accessStrategies[1].handler: Unsupported accessStrategy: unheard`,
			},
		},
		"jwt beside": {
			spec:     `host: books.example.com, gateway: infra/gw, service: {name: books, port: 80}, rules: [{path: /a, methods: [GET], accessStrategies: [{handler: jwt, config: {authentications: [{issuer: "https://id", jwksUri: "https://id/keys"}]}}, {handler: oauth2_introspection}]}]`,
			settings: istio,
			want: []string{
				`KGW213 spec.rules[0].accessStrategies[0].handler: access strategy "jwt" must be the only one of its rule -> .spec.rules[0].accessStrategies.accessStrategies[0].handler: jwt access strategy is not allowed in combination with other access strategies`,
			},
		},
		"jwt of Oathkeeper": {
			spec: `host: books.example.com, gateway: infra/gw, service: {name: books, port: 80}, rules: [{path: /a, methods: [GET], accessStrategies: [{handler: jwt, config: {trusted_issuers: ["https:// id"], jwks_urls: [""]}}]}, {path: /b, methods: [GET], accessStrategies: [{handler: jwt, config: {target_audience: a}}]}, {path: /c, methods: [GET], accessStrategies: [{handler: jwt, config: {authentications: [{issuer: "https://id", jwksUri: "https://id/keys"}]}}]}]`,
			want: []string{
				`KGW217 spec.rules[0].accessStrategies[0].config.trusted_issuers[0]: "https:// id" is empty or not a valid URL -> .spec.rules[0].accessStrategies[0].config.trusted_issuers[0]: value is empty or not a valid uri err=parse "https:// id": invalid character " " in host name`,
				`KGW217 spec.rules[0].accessStrategies[0].config.jwks_urls[0]: "" is empty or not a valid URL -> .spec.rules[0].accessStrategies[0].config.jwks_urls[0]: value is empty or not a valid uri err=value is empty`,
				`KGW216 spec.rules[1].accessStrategies[0].config.target_audience: "target_audience" must be a list of strings -> .spec.rules[1].accessStrategies[0].config: Can't read json: json: cannot unmarshal string into Go struct field JWTAccStrConfig.target_audience of type []string`,
				`KGW218 spec.rules[2].accessStrategies[0].config.authentications: authentications belongs to the Istio handler, and jwtHandler is ory -> .spec.rules[2].accessStrategies[0].config.authentications: Configuration for authentications is not supported with Ory handler`,
			},
		},
		"jwt of Istio": {
			spec:     `host: books.example.com, gateway: infra/gw, service: {name: books, port: 80}, rules: [{path: /a, methods: [GET], accessStrategies: [{handler: jwt, config: {required_scope: [a], authentications: [{issuer: "https://id", jwksUri: "https://id/keys"}]}}]}]`,
			settings: istio,
			want: []string{
				`KGW218 spec.rules[0].accessStrategies[0].config.required_scope: required_scope belongs to the Oathkeeper handler, and jwtHandler is istio -> .spec.rules[0].accessStrategies[0].config.required_scopes: Configuration for required_scopes is not supported with Istio handler`,
			},
		},
		"jwt without configuration": {
			spec:     `host: books.example.com, gateway: infra/gw, service: {name: books, port: 80}, rules: [{path: /a, methods: [GET], accessStrategies: [{handler: jwt}]}]`,
			settings: istio,
			want: []string{
				`KGW216 spec.rules[0].accessStrategies[0].config: access strategy "jwt" needs a configuration -> .spec.rules[0].accessStrategies[0].config: supplied config cannot be empty`,
			},
		},
		"jwt without issuers": {
			spec:     `host: books.example.com, gateway: infra/gw, service: {name: books, port: 80}, rules: [{path: /a, methods: [GET], accessStrategies: [{handler: jwt, config: {authorizations: [{requiredScopes: [a]}]}}]}]`,
			settings: istio,
			want: []string{
				`KGW216 spec.rules[0].accessStrategies[0].config.authentications: access strategy "jwt" has no authentications -> .spec.rules[0].accessStrategies[0]: Authentications are required when using JWT access handler`,
			},
		},
		"jwt of other types": {
			spec:     `host: books.example.com, gateway: infra/gw, service: {name: books, port: 80}, rules: [{path: /a, methods: [GET], accessStrategies: [{handler: jwt, config: {authentications: {a: b}}}]}, {path: /b, methods: [GET], accessStrategies: [{handler: jwt, config: {authentications: [{issuer: 5, jwksUri: [a]}]}}]}, {path: /c, methods: [GET], accessStrategies: [{handler: jwt, config: {authentications: [a], authorizations: [{audiences: b}]}}]}]`,
			settings: istio,
			want: []string{
				`KGW216 spec.rules[0].accessStrategies[0].config.authentications: "authentications" must be a list -> .spec.rules[0].accessStrategies[0].config: Can't read json: json: cannot unmarshal object into Go struct field JwtConfig.authentications of type []*v1beta1.JwtAuthentication`,
				`KGW216 spec.rules[0].accessStrategies[0].config:  -> .spec.rules[0].accessStrategy[0]: Can't read json: json: cannot unmarshal object into Go struct field JwtConfig.authentications of type []*v1beta1.JwtAuthentication`,
				`KGW216 spec.rules[1].accessStrategies[0].config.authentications[0].issuer: "issuer" must be a string -> .spec.rules[1].accessStrategies[0].config: Can't read json: json: cannot unmarshal number into Go struct field JwtAuthentication.authentications.issuer of type string`,
				`KGW216 spec.rules[1].accessStrategies[0].config.authentications[0].jwksUri: "jwksUri" must be a string -> : `,
				`KGW216 spec.rules[1].accessStrategies[0].config:  -> .spec.rules[1].accessStrategy[0]: Can't read json: json: cannot unmarshal number into Go struct field JwtAuthentication.authentications.issuer of type string`,
				`KGW216 spec.rules[2].accessStrategies[0].config.authentications[0]: "authentications" must be an object -> .spec.rules[2].accessStrategies[0].config: Can't read json: json: cannot unmarshal string into Go struct field JwtConfig.authentications of type v1beta1.JwtAuthentication`,
				`KGW216 spec.rules[2].accessStrategies[0].config.authorizations[0].audiences: "audiences" must be a list -> : `,
				`KGW216 spec.rules[2].accessStrategies[0].config:  -> .spec.rules[2].accessStrategy[0]: Can't read json: json: cannot unmarshal string into Go struct field JwtConfig.authentications of type v1beta1.JwtAuthentication`,
			},
		},
		"jwt with other keys": {
			spec:     `host: books.example.com, gateway: infra/gw, service: {name: books, port: 80}, rules: [{path: /a, methods: [GET], accessStrategies: [{handler: jwt, config: {authentications: [{issuer: "https://id", jwksUri: "https://id/keys", jwksURI: a, issuers: b}], something: c}}]}]`,
			settings: istio,
			want: []string{
				`KGW216 spec.rules[0].accessStrategies[0].config.authentications[0].jwksURI: "jwksURI" is spelled "jwksUri" -> : `,
				`KGW226 spec.rules[0].accessStrategies[0].config.authentications[0].issuers: "issuers" is not a key of a jwt configuration and has no effect -> : `,
				`KGW226 spec.rules[0].accessStrategies[0].config.something: "something" is not a key of a jwt configuration and has no effect -> : `,
			},
		},
		"jwt addresses": {
			spec:     `host: books.example.com, gateway: infra/gw, service: {name: books, port: 80}, rules: [{path: /a, methods: [GET], accessStrategies: [{handler: jwt, config: {authentications: [{issuer: "", jwksUri: keys}, {issuer: name, jwksUri: "https://id/keys"}, {issuer: "a: b", jwksUri: "https://id/keys"}]}}]}]`,
			settings: istio,
			want: []string{
				`KGW217 spec.rules[0].accessStrategies[0].config.authentications[0].issuer: issuer "" is empty or not a valid URI -> .spec.rules[0].accessStrategies[0].config.authentications[0].issuer: value is empty or not a valid uri err=value is empty`,
				`KGW217 spec.rules[0].accessStrategies[0].config.authentications[0].jwksUri: jwksUri "keys" is empty or not a valid URI -> .spec.rules[0].accessStrategies[0].config.authentications[0].jwksUri: value is empty or not a valid uri err=parse "keys": invalid URI for request`,
			},
		},
		"jwt places of tokens": {
			spec:     `host: books.example.com, gateway: infra/gw, service: {name: books, port: 80}, rules: [{path: /a, methods: [GET], accessStrategies: [{handler: jwt, config: {authentications: [{issuer: "https://a", jwksUri: "https://a/keys", fromHeaders: [{name: a}, {name: b}], fromParams: [c, d]}, {issuer: "https://b", jwksUri: "https://b/keys", fromHeaders: [{name: a}]}]}}]}]`,
			settings: istio,
			want: []string{
				`KGW216 spec.rules[0].accessStrategies[0].config.authentications[0].fromHeaders: a token can be read from one header only -> .spec.rules[0].accessStrategies[0].config.authentications[0].fromHeaders: multiple fromHeaders are not supported`,
				`KGW216 spec.rules[0].accessStrategies[0].config.authentications[0].fromParams: a token can be read from one parameter only -> .spec.rules[0].accessStrategies[0].config.authentications[0].fromParams: multiple fromParams are not supported`,
				`KGW216 spec.rules[0].accessStrategies[0].config.authentications[0].fromParams: tokens are read from parameters here and from headers as well -> .spec.rules[0].accessStrategies[0].config.authentications[0].fromParams: mixture of multiple fromHeaders and fromParams is not supported`,
				`KGW216 spec.rules[0].accessStrategies[0].config.authentications[1].fromHeaders: tokens are read from headers here and from parameters before -> .spec.rules[0].accessStrategies[0].config.authentications[1].fromHeaders: mixture of multiple fromHeaders and fromParams is not supported`,
			},
		},
		"jwt authorizations": {
			spec:     `host: books.example.com, gateway: infra/gw, service: {name: books, port: 80}, rules: [{path: /a, methods: [GET], accessStrategies: [{handler: jwt, config: {authentications: [{issuer: "https://id", jwksUri: "https://id/keys"}], authorizations: []}}]}, {path: /b, methods: [GET], accessStrategies: [{handler: jwt, config: {authentications: [{issuer: "https://id", jwksUri: "https://id/keys"}], authorizations: [null, {requiredScopes: [], audiences: [""]}, {}]}}]}]`,
			settings: istio,
			want: []string{
				`KGW216 spec.rules[0].accessStrategies[0].config.authorizations: authorizations is empty -> .spec.rules[0].accessStrategies[0].config.authorizations: value is empty`,
				`KGW216 spec.rules[1].accessStrategies[0].config.authorizations[0]: an authorization is empty -> .spec.rules[1].accessStrategies[0].config.authorizations[0]: authorization is empty`,
				`KGW216 spec.rules[1].accessStrategies[0].config.authorizations[1].requiredScopes: the list of scopes is empty -> .spec.rules[1].accessStrategies[0].config.authorizations[1].requiredScopes: value is empty`,
				`KGW216 spec.rules[1].accessStrategies[0].config.authorizations[1].audiences: an empty audience is demanded -> .spec.rules[1].accessStrategies[0].config.authorizations[1].audiences: audience value is empty`,
				`KGW216 spec.rules[1].accessStrategies[0].config.authorizations[2]: an authorization without scopes and audiences lets in every token of the issuers: the others have no effect`,
			},
		},
		"jwt alike": {
			spec:     `host: books.example.com, gateway: infra/gw, service: {name: books, port: 80}, rules: [{path: /a, methods: [GET], accessStrategies: [{handler: jwt, config: {authentications: [{issuer: "https://a", jwksUri: "https://a/keys"}]}}]}, {path: /b, methods: [GET], accessStrategies: [{handler: jwt, config: {authentications: [{issuer: "https://a", jwksUri: "https://a/keys", fromParams: [t]}]}}]}, {path: /c, methods: [GET], accessStrategies: [{handler: jwt, config: {authentications: [{issuer: "https://a", jwksUri: "https://a/more", fromParams: [t]}]}}]}]`,
			settings: istio,
			want: []string{
				`KGW221 spec.rules[1].accessStrategies[0].config.authentications[0]: issuer "https://a" is configured differently in another rule -> .spec.rules[1].accessStrategy[0].config.authentications[0]: multiple jwt configurations that differ for the same issuer`,
			},
		},
		"jwt mutators": {
			spec:     `host: books.example.com, gateway: infra/gw, service: {name: books, port: 80}, rules: [{path: /a, methods: [GET], accessStrategies: [{handler: jwt, config: {authentications: [{issuer: "https://id", jwksUri: "https://id/keys"}]}}], mutators: [{handler: header, config: {headers: {}}}, {handler: header, config: {headers: {a: b}}}, {handler: id_token}, {handler: ""}, {handler: cookie, config: {cookies: {"": b, c: 5}}}]}]`,
			settings: istio,
			want: []string{
				`KGW222 spec.rules[0].mutators[0].config.headers: mutator "header" has no headers -> .spec.rules[0].mutators[0].handler.config: headers cannot be empty`,
				`KGW222 spec.rules[0].mutators[1].handler: mutator "header" is given twice -> .spec.rules[0].mutators[1].handler.header: mutator for same handler already exists`,
				`KGW222 spec.rules[0].mutators[2].handler: mutator "id_token" is not supported on a jwt rule -> .spec.rules[0].mutators[2].handler: unsupported mutator: id_token`,
				`KGW222 spec.rules[0].mutators[3].handler: a mutator has no handler -> .spec.rules[0].mutators[3].handler: mutator handler cannot be empty`,
				`KGW222 spec.rules[0].mutators[4].config.cookies.c: "c" of mutator "cookie" must be a string`,
				`KGW222 spec.rules[0].mutators[4].config.cookies: an entry of cookies has an empty name`,
			},
		},
		"conversion": {
			spec:     `host: books.example.com, gateway: infra/gw, service: {name: books, port: 80}, rules: [{path: /a, methods: [GET], accessStrategies: [{handler: jwt, config: {authentications: [{issuer: "https://id", jwksUri: "https://id/keys"}]}}], mutators: [{handler: header}, {handler: cookie, config: {cookies: [a]}}]}]`,
			settings: istio,
			want: []string{
				`KGW222 spec.rules[0].mutators[0].config.headers: mutator "header" has no headers`,
				`KGW222 spec.rules[0].mutators[1].config.cookies: mutator "cookie" has no cookies`,
			},
		},
		"conversion before 3.1": {
			spec:     `host: books.example.com, gateway: infra/gw, service: {name: books, port: 80}, rules: [{path: /a, methods: [GET], accessStrategies: [{handler: no_auth}], mutators: [{handler: header}]}]`,
			settings: ir.Settings{IstioJWT: true, Kyma: "3.0.4"},
		},
		"conversion of an open rule": {
			spec: `host: books.example.com, gateway: infra/gw, service: {name: books, port: 80}, rules: [{path: /a, methods: [GET], accessStrategies: [{handler: no_auth}], mutators: [{handler: header}, {handler: header, config: {headers: null}}, {handler: cookie, config: {cookies: {a: [b]}}}, {handler: hydrator}]}]`,
			want: []string{
				`KGW222 spec.rules[0].mutators[0].config: mutator "header" has no configuration: the API server cannot convert the resource, and refuses it`,
				`KGW222 spec.rules[0].mutators[2].config: cookies of mutator "cookie" are not names and values: the API server cannot convert the resource, and refuses it`,
			},
		},
		"conversion of an expression": {
			spec: `host: books.example.com, gateway: infra/gw, service: {name: books, port: 80}, rules: [{path: /a.*, methods: [GET], accessStrategies: [{handler: no_auth}], mutators: [{handler: header}]}]`,
		},
		"conversion of an issuer": {
			spec: `host: books.example.com, gateway: infra/gw, service: {name: books, port: 80}, rules: [{path: /a, methods: [GET], accessStrategies: [{handler: jwt, config: {trusted_issuers: ["https://id"], jwks_urls: ["https://id/keys"]}}], mutators: [{handler: header}]}]`,
			want: []string{
				`KGW222 spec.rules[0].mutators[0].config: mutator "header" has no configuration: the API server cannot convert the resource, and refuses it`,
			},
		},
		"conversion of two issuers": {
			spec: `host: books.example.com, gateway: infra/gw, service: {name: books, port: 80}, rules: [{path: /a, methods: [GET], accessStrategies: [{handler: jwt, config: {trusted_issuers: ["https://a", "https://b"], jwks_urls: ["https://a/keys"]}}], mutators: [{handler: header}]}]`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			doc, root := apiruletest.Parse(t, v1beta1.APIVersion, c.spec)
			settings := c.settings
			got := apiruletest.Check(v1beta1.Type, doc, root)
			got = append(got, apiruletest.Lines(v1beta1.Decode(doc, root).Check(&settings))...)
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("(- want, + got):\n%s", d)
			}
		})
	}
}

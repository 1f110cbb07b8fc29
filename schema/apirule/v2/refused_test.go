package v2_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/schema/apirule/apiruletest"
	"github.com/kgw-dev/kgw/schema/apirule/v2"
)

// TestRefused holds what the description of the version and the checks of its
// controller refuse: code, place and message.
func TestRefused(t *testing.T) {
	for name, c := range map[string]struct {
		spec string
		want []string
	}{
		"whole": {
			spec: `hosts: [books.example.com], gateway: infra/gw, service: {name: books, port: 80}, rules: [{path: /a, methods: [GET], noAuth: true}]`,
		},
		"nothing": {
			spec: `a: b`,
			want: []string{
				`KGW201 spec.a: unknown field "a"`,
				`KGW202 spec.hosts: "hosts" is required`,
				`KGW202 spec.rules: "rules" is required`,
				`KGW224 spec: neither gateway nor externalGateway is set -> .spec: Either gateway or externalGateway must be specified`,
			},
		},
		"host": {
			spec: `hosts: ["https://a.example.com"], gateway: infra/gw, service: {name: books, port: 80}, rules: [{path: /a, methods: [GET], noAuth: true}], host: a`,
			want: []string{
				`KGW205 spec.hosts[0]: "https://a.example.com" is not a host: a lower-case full name, a short label, or a wildcard such as *.example.com`,
				`KGW201 spec.host: unknown field "host"`,
			},
		},
		"hosts": {
			spec: `hosts: [a.example.com, b.example.com], gateway: infra/gw, service: {name: books, port: 80}, rules: [{path: /a, methods: [GET], noAuth: true}]`,
			want: []string{
				`KGW207 spec.hosts: "hosts" must have at most 1 elements, not 2`,
			},
		},
		"no hosts": {
			spec: `hosts: [], gateway: infra/gw, service: {name: books, port: 80}, rules: [{path: /a, methods: [GET], noAuth: true}]`,
			want: []string{
				`KGW207 spec.hosts: "hosts" must have at least 1 element, not 0`,
			},
		},
		"host in capitals": {
			spec: `hosts: [A.example.com], gateway: infra/gw, service: {name: books, port: 80}, rules: [{path: /a, methods: [GET], noAuth: true}]`,
			want: []string{
				`KGW205 spec.hosts[0]: "A.example.com" is not a host: a lower-case full name, a short label, or a wildcard such as *.example.com`,
			},
		},
		"dotted gateway": {
			spec: `hosts: [books.example.com], gateway: gw.infra.svc.cluster.local, service: {name: books, port: 80}, rules: [{path: /a, methods: [GET], noAuth: true}]`,
			want: []string{
				`KGW205 spec.gateway: "gw.infra.svc.cluster.local" is not a reference of the form namespace/name`,
			},
		},
		"no gateway": {
			spec: `hosts: [books.example.com], service: {name: books, port: 80}, rules: [{path: /a, methods: [GET], noAuth: true}]`,
			want: []string{
				`KGW224 spec: neither gateway nor externalGateway is set -> .spec: Either gateway or externalGateway must be specified`,
			},
		},
		"two gateways": {
			spec: `hosts: [books.example.com], gateway: infra/gw, externalGateway: infra/ext, service: {name: books, port: 80}, rules: [{path: /a, methods: [GET], noAuth: true}]`,
			want: []string{
				`KGW224 spec: gateway and externalGateway are both set -> .spec: Only one of gateway or externalGateway can be specified`,
			},
		},
		"external gateway": {
			spec: `hosts: [books.example.com], externalGateway: ext, service: {name: books, port: 80}, rules: [{path: /a, methods: [GET], noAuth: true}]`,
			want: []string{
				`KGW205 spec.externalGateway: "ext" is not a reference of the form namespace/name`,
			},
		},
		"no service": {
			spec: `hosts: [books.example.com], gateway: infra/gw, rules: [{path: /a, methods: [GET], noAuth: true}]`,
			want: []string{
				`KGW211 spec.rules[0].service: the rule names no service and the APIRule has none -> .spec.rules[0].service: The rule must define a service, because no service is defined on spec level`,
				`KGW211 spec.rules[0]:  -> .spec.rules[0]: Failed to execute sidecar injection validation, err: service name is required but missing`,
			},
		},
		"access": {
			spec: `hosts: [books.example.com], gateway: infra/gw, service: {name: books, port: 80}, rules: [{path: /a, methods: [GET]}, {path: /b, methods: [GET], noAuth: false}, {path: /c, methods: [GET], noAuth: true, extAuth: {authorizers: [a]}}]`,
			want: []string{
				`KGW208 spec.rules[0]: exactly one of noAuth, jwt and extAuth must be set`,
				`KGW208 spec.rules[1]: exactly one of noAuth, jwt and extAuth must be set`,
				`KGW208 spec.rules[2]: exactly one of noAuth, jwt and extAuth must be set`,
			},
		},
		"older access": {
			spec: `hosts: [books.example.com], gateway: infra/gw, service: {name: books, port: 80}, rules: [{path: /a, methods: [GET], noAuth: true, accessStrategies: [], jwtAuth: {}, mutators: []}]`,
			want: []string{
				`KGW201 spec.rules[0].accessStrategies: unknown field "accessStrategies"`,
				`KGW201 spec.rules[0].jwtAuth: unknown field "jwtAuth"`,
				`KGW201 spec.rules[0].mutators: unknown field "mutators"`,
			},
		},
		"path": {
			spec: `hosts: [books.example.com], gateway: infra/gw, service: {name: books, port: 80}, rules: [{path: /a.*, methods: [GET], noAuth: true}, {path: "/{id}", methods: [GET], noAuth: true}, {path: /*/b, methods: [GET], noAuth: true}, {path: a, methods: [GET], noAuth: true}, {path: "/a b", methods: [GET], noAuth: true}, {path: /a*, methods: [GET], noAuth: true}]`,
			want: []string{
				`KGW205 spec.rules[0].path: "/a.*" is not a path: exact, with {*} or {**} as whole segments, or /*`,
				`KGW205 spec.rules[1].path: "/{id}" is not a path: exact, with {*} or {**} as whole segments, or /*`,
				`KGW205 spec.rules[2].path: "/*/b" is not a path: exact, with {*} or {**} as whole segments, or /*`,
				`KGW205 spec.rules[3].path: "a" is not a path: exact, with {*} or {**} as whole segments, or /*`,
				`KGW205 spec.rules[4].path: "/a b" is not a path: exact, with {*} or {**} as whole segments, or /*`,
				`KGW205 spec.rules[5].path: "/a*" is not a path: exact, with {*} or {**} as whole segments, or /*`,
			},
		},
		"operators": {
			spec: `hosts: [books.example.com], gateway: infra/gw, service: {name: books, port: 80}, rules: [{path: "/{**}/{**}", methods: [GET], noAuth: true}, {path: "/{**}/a/{*}", methods: [GET], noAuth: true}, {path: "/{*}/a/{**}", methods: [GET], noAuth: true}]`,
			want: []string{
				`KGW219 spec.rules[0].path: path "/{**}/{**}" has more than one {**} -> .spec.rules[0].path: Only one {**} operator is allowed in the path.`,
				`KGW219 spec.rules[1].path: path "/{**}/a/{*}" has an operator behind {**} -> .spec.rules[1].path: The {**} operator must be the last operator in the path.`,
				`KGW220 spec.rules[2].path: path "/{*}/a/{**}" with method GET is already matched by an earlier rule -> .spec.rules: Path /{*}/a/{**} with method GET conflicts with at least one of the previous rule paths`,
			},
		},
		"methods": {
			spec: `hosts: [books.example.com], gateway: infra/gw, service: {name: books, port: 80}, rules: [{path: /a, methods: [], noAuth: true}, {path: /b, methods: [FETCH], noAuth: true}]`,
			want: []string{
				`KGW207 spec.rules[0].methods: "methods" must have at least 1 element, not 0`,
				`KGW204 spec.rules[1].methods[0]: "FETCH" is not an allowed value of "methods"`,
			},
		},
		"timeouts": {
			spec: `hosts: [books.example.com], gateway: infra/gw, service: {name: books, port: 80}, rules: [{path: /a, methods: [GET], noAuth: true, timeout: 3901}], timeout: "5"`,
			want: []string{
				`KGW206 spec.rules[0].timeout: "timeout" must be at most 3900, not 3901`,
				`KGW203 spec.timeout: "timeout" must be an integer, not the string "5"`,
			},
		},
		"max age": {
			spec: `hosts: [books.example.com], gateway: infra/gw, service: {name: books, port: 80}, rules: [{path: /a, methods: [GET], noAuth: true}], corsPolicy: {allowOrigins: [{exact: "https://a"}], maxAge: 0}`,
			want: []string{
				`KGW206 spec.corsPolicy.maxAge: "maxAge" must be at least 1, not 0`,
			},
		},
		"origins": {
			spec: `hosts: [books.example.com], gateway: infra/gw, service: {name: books, port: 80}, rules: [{path: /a, methods: [GET], noAuth: true}], corsPolicy: {allowOrigins: [{like: "https://a"}, {}, {regex: ".*"}], allowCredentials: true}`,
			want: []string{
				`KGW225 spec.corsPolicy.allowOrigins[0].like: "like" is not a match type of an origin and is read as prefix`,
				`KGW225 spec.corsPolicy.allowOrigins[1]: an origin has no match type and allows nothing`,
				`KGW482 spec.corsPolicy.allowOrigins[2]: regex ".*" allows every origin, and allowCredentials lets each of them send the user's cookies`,
			},
		},
		"headers": {
			spec: `hosts: [books.example.com], gateway: infra/gw, service: {name: books, port: 80}, rules: [{path: /a, methods: [GET], noAuth: true, request: {headers: {a: 5}, cookies: [a], body: b}}]`,
			want: []string{
				`KGW203 spec.rules[0].request.headers.a: "a" must be a string, not the number 5`,
				`KGW203 spec.rules[0].request.cookies: "cookies" must be an object, not a list`,
				`KGW201 spec.rules[0].request.body: unknown field "body"`,
			},
		},
		"authorizers": {
			spec: `hosts: [books.example.com], gateway: infra/gw, service: {name: books, port: 80}, rules: [{path: /a, methods: [GET], extAuth: {authorizers: []}}]`,
			want: []string{
				`KGW207 spec.rules[0].extAuth.authorizers: "authorizers" must have at least 1 element, not 0`,
			},
		},
		"jwt without issuers": {
			spec: `hosts: [books.example.com], gateway: infra/gw, service: {name: books, port: 80}, rules: [{path: /a, methods: [GET], jwt: {}}, {path: /b, methods: [GET], extAuth: {authorizers: [a], restrictions: {authentications: []}}}]`,
			want: []string{
				`KGW216 spec.rules[0].jwt.authentications: a jwt configuration needs at least one authentication -> .spec.rules[0].jwt.authentications: A JWT config must have at least one authentication`,
				`KGW216 spec.rules[1].extAuth.restrictions.authentications: a jwt configuration needs at least one authentication -> .spec.rules[1].extAuth.authentications: A JWT config must have at least one authentication`,
			},
		},
		"jwt issuers": {
			spec: `hosts: [books.example.com], gateway: infra/gw, service: {name: books, port: 80}, rules: [{path: /a, methods: [GET], jwt: {authentications: [{issuer: "", jwksUri: a}, {issuer: "https://a"}]}}]`,
			want: []string{
				`KGW202 spec.rules[0].jwt.authentications[1].jwksUri: "jwksUri" is required`,
				`KGW217 spec.rules[0].jwt.authentications[0].issuer: issuer "" is empty or not a valid URI -> .spec.rules[0].jwt.authentications[0].issuer: value is empty or not a valid uri err=value is empty`,
				`KGW217 spec.rules[0].jwt.authentications[0].jwksUri: jwksUri "a" is empty or not a valid URI -> .spec.rules[0].jwt.authentications[0].jwksUri: value is empty or not a valid uri err=parse "a": invalid URI for request`,
				`KGW217 spec.rules[0].jwt.authentications[1].jwksUri: jwksUri "" is empty or not a valid URI -> .spec.rules[0].jwt.authentications[1].jwksUri: value is empty or not a valid uri err=value is empty`,
			},
		},
		"restrictions": {
			spec: `hosts: [books.example.com], gateway: infra/gw, service: {name: books, port: 80}, rules: [{path: /a, methods: [GET], extAuth: {authorizers: [a], restrictions: {authentications: [{issuer: "https://a", jwksUri: keys}]}}}]`,
			want: []string{
				`KGW217 spec.rules[0].extAuth.restrictions.authentications[0].jwksUri: jwksUri "keys" is empty or not a valid URI -> .spec.rules[0].extAuth.authentications[0].jwksUri: value is empty or not a valid uri err=parse "keys": invalid URI for request`,
			},
		},
		"jwt authorizations": {
			spec: `hosts: [books.example.com], gateway: infra/gw, service: {name: books, port: 80}, rules: [{path: /a, methods: [GET], jwt: {authentications: [{issuer: "https://id", jwksUri: "https://id/keys"}], authorizations: []}}, {path: /b, methods: [GET], jwt: {authentications: [{issuer: "https://id", jwksUri: "https://id/keys"}], authorizations: [{requiredScopes: [], audiences: [""]}]}}]`,
			want: []string{
				`KGW216 spec.rules[0].jwt.authorizations: authorizations is empty -> .spec.rules[0].jwt.authorizations: authorizations defined, but no configuration exists`,
				`KGW216 spec.rules[1].jwt.authorizations[0].requiredScopes: the list of scopes is empty -> .spec.rules[1].jwt.authorizations[0].requiredScopes: value is empty`,
				`KGW216 spec.rules[1].jwt.authorizations[0].audiences: an empty audience is demanded -> .spec.rules[1].jwt.authorizations[0].audiences: audience value is empty`,
			},
		},
		"jwt alike": {
			spec: `hosts: [books.example.com], gateway: infra/gw, service: {name: books, port: 80}, rules: [{path: /a, methods: [GET], jwt: {authentications: [{issuer: "https://a", jwksUri: "https://a/keys"}]}}, {path: /b, methods: [GET], jwt: {authentications: [{issuer: "https://a", jwksUri: "https://a/keys", fromHeaders: [{name: t, prefix: p}]}]}}]`,
			want: []string{
				`KGW221 spec.rules[1].jwt.authentications[0]: issuer "https://a" is configured differently in another rule -> .spec.rules[1].jwt.authentications[0]: multiple jwt configurations that differ for the same issuer`,
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			doc, root := apiruletest.Parse(t, v2.APIVersion, c.spec)
			settings := ir.Settings{Strict: true}
			got := apiruletest.Check(v2.Type, doc, root)
			got = append(got, apiruletest.Lines(v2.Decode(doc, root).Check(&settings))...)
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("(- want, + got):\n%s", d)
			}
		})
	}
}

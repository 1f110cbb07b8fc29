package v1alpha1_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/schema/apirule/apiruletest"
	"github.com/kgw-dev/kgw/schema/apirule/v1alpha1"
)

// TestRefused holds what the description of the version and the checks of its
// controller refuse: code, place and message.
func TestRefused(t *testing.T) {
	for name, c := range map[string]struct {
		spec string
		want []string
	}{
		"whole": {
			spec: `gateway: ingress.infra.svc.cluster.local, service: {name: books, port: 80, host: books.example.com}, rules: [{path: /a, methods: [GET], accessStrategies: [{handler: noop}]}]`,
		},
		"nothing": {
			spec: `a: b`,
			want: []string{
				`KGW201 spec.a: unknown field "a"`,
				`KGW202 spec.gateway: "gateway" is required`,
				`KGW202 spec.service: "service" is required`,
				`KGW202 spec.rules: "rules" is required`,
			},
		},
		"no rules": {
			spec: `gateway: ingress.infra.svc.cluster.local, service: {name: books, port: 80, host: books.example.com}, rules: []`,
			want: []string{
				`KGW207 spec.rules: "rules" must have at least 1 element, not 0`,
			},
		},
		"fields of later versions": {
			spec: `gateway: ingress.infra.svc.cluster.local, service: {name: books, port: 80, host: books.example.com}, rules: [{path: /a, methods: [GET], accessStrategies: [{handler: noop}], service: {name: a}, timeout: 5}], host: a, timeout: 5, corsPolicy: {}`,
			want: []string{
				`KGW201 spec.rules[0].service: unknown field "service"`,
				`KGW201 spec.rules[0].timeout: unknown field "timeout"`,
				`KGW201 spec.host: unknown field "host"`,
				`KGW201 spec.timeout: unknown field "timeout"`,
				`KGW201 spec.corsPolicy: unknown field "corsPolicy"`,
			},
		},
		"gateway": {
			spec: `gateway: infra/gw, service: {name: books, port: 80, host: books.example.com}, rules: [{path: /a, methods: [GET], accessStrategies: [{handler: noop}]}]`,
			want: []string{
				`KGW205 spec.gateway: "infra/gw" is not a dotted gateway name`,
			},
		},
		"a name of two letters": {
			spec: `gateway: gw.infra.svc.cluster.local, service: {name: books, port: 80, host: books.example.com}, rules: [{path: /a, methods: [GET], accessStrategies: [{handler: noop}]}]`,
			want: []string{
				`KGW205 spec.gateway: "gw.infra.svc.cluster.local" is not a dotted gateway name`,
			},
		},
		"service": {
			spec: `gateway: ingress.infra.svc.cluster.local, service: {name: 5, port: 0, host: a, namespace: b}, rules: [{path: /a, methods: [GET], accessStrategies: [{handler: noop}]}]`,
			want: []string{
				`KGW203 spec.service.name: "name" must be a string, not the number 5`,
				`KGW206 spec.service.port: "port" must be at least 1, not 0`,
				`KGW207 spec.service.host: "host" must have at least 3 characters, not 1`,
				`KGW201 spec.service.namespace: unknown field "namespace"`,
			},
		},
		"port": {
			spec: `gateway: ingress.infra.svc.cluster.local, service: {name: a, port: 65536, host: "*.example.com"}, rules: [{path: /a, methods: [GET], accessStrategies: [{handler: noop}]}]`,
			want: []string{
				`KGW206 spec.service.port: "port" must be at most 65535, not 65536`,
				`KGW205 spec.service.host: "*.example.com" is not a host name`,
			},
		},
		"path": {
			spec: `gateway: ingress.infra.svc.cluster.local, service: {name: books, port: 80, host: books.example.com}, rules: [{path: "^/a", methods: [GET], accessStrategies: [{handler: noop}]}]`,
			want: []string{
				`KGW205 spec.rules[0].path: "^/a" is not a path`,
			},
		},
		"methods": {
			spec: `gateway: ingress.infra.svc.cluster.local, service: {name: books, port: 80, host: books.example.com}, rules: [{path: /a, methods: [], accessStrategies: [{handler: noop}]}, {path: /b, methods: GET, accessStrategies: [{handler: noop}]}]`,
			want: []string{
				`KGW207 spec.rules[0].methods: "methods" must have at least 1 element, not 0`,
				`KGW203 spec.rules[1].methods: "methods" must be a list, not the string "GET"`,
			},
		},
		"strategies": {
			spec: `gateway: ingress.infra.svc.cluster.local, service: {name: books, port: 80, host: books.example.com}, rules: [{path: /a, methods: [GET], accessStrategies: []}, {path: /b, methods: [GET]}]`,
			want: []string{
				`KGW207 spec.rules[0].accessStrategies: "accessStrategies" must have at least 1 element, not 0`,
				`KGW202 spec.rules[1].accessStrategies: "accessStrategies" is required`,
			},
		},
		"repeated": {
			spec: `gateway: ingress.infra.svc.cluster.local, service: {name: books, port: 80, host: books.example.com}, rules: [{path: /a, methods: [GET], accessStrategies: [{handler: noop}]}, {path: /a, methods: [POST], accessStrategies: [{handler: noop}]}, {path: /a, methods: [PUT], accessStrategies: [{handler: noop}]}]`,
			want: []string{
				`KGW210 spec.rules[1].path: path "/a" is already used by rule 0 -> .spec.rules: multiple rules defined for the same path`,
				`KGW210 spec.rules[2].path: path "/a" is already used by rule 0 -> : `,
			},
		},
		"unknown": {
			spec: `gateway: ingress.infra.svc.cluster.local, service: {name: books, port: 80, host: books.example.com}, rules: [{path: /a, methods: [GET], accessStrategies: [{handler: jwts}]}, {path: /b, methods: [GET], accessStrategies: [{handler: no_auth}]}, {path: /c, methods: [GET], accessStrategies: [{handler: something}]}]`,
			want: []string{
				`KGW212 spec.rules[0].accessStrategies[0].handler: access strategy "jwts" is not supported -> .spec.rules[0].accessStrategies[0].handler: Unsupported accessStrategy: jwts`,
				`KGW212 spec.rules[1].accessStrategies[0].handler: access strategy "no_auth" is not supported -> .spec.rules[1].accessStrategies[0].handler: Unsupported accessStrategy: no_auth`,
				`KGW212 spec.rules[2].accessStrategies[0].handler: access strategy "something" is not supported -> .spec.rules[2].accessStrategies[0].handler: Unsupported accessStrategy: something`,
			},
		},
		"configured": {
			spec: `gateway: ingress.infra.svc.cluster.local, service: {name: books, port: 80, host: books.example.com}, rules: [{path: /a, methods: [GET], accessStrategies: [{handler: allow, config: {a: b}}]}, {path: /b, methods: [GET], accessStrategies: [{handler: noop, config: {}}]}]`,
			want: []string{
				`KGW215 spec.rules[0].accessStrategies[0].config: access strategy "allow" takes no configuration -> .spec.rules[0].accessStrategies[0].config: strategy: allow does not support configuration`,
			},
		},
		"jwt without configuration": {
			spec: `gateway: ingress.infra.svc.cluster.local, service: {name: books, port: 80, host: books.example.com}, rules: [{path: /a, methods: [GET], accessStrategies: [{handler: jwt}]}]`,
			want: []string{
				`KGW216 spec.rules[0].accessStrategies[0].config: access strategy "jwt" needs a configuration -> .spec.rules[0].accessStrategies[0].config: supplied config cannot be empty`,
			},
		},
		"jwt lists": {
			spec: `gateway: ingress.infra.svc.cluster.local, service: {name: books, port: 80, host: books.example.com}, rules: [{path: /a, methods: [GET], accessStrategies: [{handler: jwt, config: {trusted_issuers: a}}]}, {path: /b, methods: [GET], accessStrategies: [{handler: jwt, config: {jwks_urls: {a: b}}}]}, {path: /c, methods: [GET], accessStrategies: [{handler: jwt, config: {trusted_issuers: [a, 1]}}]}, {path: /d, methods: [GET], accessStrategies: [{handler: jwt, config: {required_scopes: true}}]}, {path: /e, methods: [GET], accessStrategies: [{handler: jwt, config: {trusted_issuers: 5}}]}]`,
			want: []string{
				`KGW216 spec.rules[0].accessStrategies[0].config.trusted_issuers: "trusted_issuers" must be a list of strings -> .spec.rules[0].accessStrategies[0].config: Can't read json: json: cannot unmarshal string into Go struct field JWTAccStrConfig.trusted_issuers of type []string`,
				`KGW216 spec.rules[1].accessStrategies[0].config.jwks_urls: "jwks_urls" must be a list of strings -> .spec.rules[1].accessStrategies[0].config: Can't read json: json: cannot unmarshal object into Go struct field JWTAccStrConfig.jwks_urls of type []string`,
				`KGW216 spec.rules[2].accessStrategies[0].config.trusted_issuers: "trusted_issuers" must be a list of strings -> .spec.rules[2].accessStrategies[0].config: Can't read json: json: cannot unmarshal number into Go struct field JWTAccStrConfig.trusted_issuers of type string`,
				`KGW216 spec.rules[3].accessStrategies[0].config.required_scopes: "required_scopes" must be a list of strings -> .spec.rules[3].accessStrategies[0].config: Can't read json: json: cannot unmarshal bool into Go struct field JWTAccStrConfig.required_scopes of type []string`,
				`KGW216 spec.rules[4].accessStrategies[0].config.trusted_issuers: "trusted_issuers" must be a list of strings -> .spec.rules[4].accessStrategies[0].config: Can't read json: json: cannot unmarshal number into Go struct field JWTAccStrConfig.trusted_issuers of type []string`,
			},
		},
		"jwt issuers": {
			spec: `gateway: ingress.infra.svc.cluster.local, service: {name: books, port: 80, host: books.example.com}, rules: [{path: /a, methods: [GET], accessStrategies: [{handler: jwt, config: {trusted_issuers: ["", id, "https://id"], jwks_urls: [keys]}}]}]`,
			want: []string{
				`KGW217 spec.rules[0].accessStrategies[0].config.trusted_issuers[0]: "" is empty or not a valid URL -> .spec.rules[0].accessStrategies[0].config.trusted_issuers[0]: value is empty or not a valid url`,
				`KGW217 spec.rules[0].accessStrategies[0].config.trusted_issuers[1]: "id" is empty or not a valid URL -> .spec.rules[0].accessStrategies[0].config.trusted_issuers[1]: value is empty or not a valid url`,
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			doc, root := apiruletest.Parse(t, v1alpha1.APIVersion, c.spec)
			settings := ir.Settings{Strict: true}
			got := apiruletest.Check(v1alpha1.Type, doc, root)
			got = append(got, apiruletest.Lines(v1alpha1.Decode(doc, root).Check(&settings))...)
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("(- want, + got):\n%s", d)
			}
		})
	}
}

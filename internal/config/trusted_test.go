package config_test

import (
	"testing"

	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
)

// TestWhoIsTrusted: identities name one workload each, since policies let in all that
// match them, and an origin of CORS restricts something.
func TestWhoIsTrusted(t *testing.T) {
	const edge = "cluster.local/ns/edge/sa/edge"
	for text, want := range map[string]diag.Code{
		"istio: {ingressPrincipal: " + edge + "}":                                    "",
		"istio: {ingressPrincipal: [" + edge + ", a/ns/b/sa/c]}":                     "",
		"istio: {ingressPrincipal: '*'}":                                             diag.BadFormat,
		"istio: {ingressPrincipal: [" + edge + ", 'cluster.local/*']}":               diag.BadFormat,
		"istio: {ingressPrincipal: cluster.local/ns/edge/sa/*}":                      diag.BadFormat,
		"istio: {ingressPrincipal: spiffe://" + edge + "}":                           diag.BadFormat,
		"istio: {ingressPrincipal: edge}":                                            diag.BadFormat,
		"oathkeeper: {principal: " + edge + "}":                                      "",
		"oathkeeper: {principal: '*'}":                                               diag.BadFormat,
		"oathkeeper: {principal: ''}":                                                diag.BadFormat,
		"gatewayAPI: {gateways: {a/b: {principal: " + edge + "}}}":                   "",
		"gatewayAPI: {gateways: {a/b: {principal: '*/ns/edge/sa/edge'}}}":            diag.BadFormat,
		"cors: {allowOrigins: [{exact: https://a.test}, {regex: 'https://b.test'}]}": "",
		"cors: {allowOrigins: []}":                                                   "",
		"cors: {allowOrigins: [{}]}":                                                 diag.NotExactlyOne,
		"cors: {allowOrigins: [{exact: https://a.test}, {}]}":                        diag.NotExactlyOne,
		"cors: {allowOrigins: [{exact: https://a.test, prefix: https://a.test}]}":    diag.NotExactlyOne,
	} {
		_, found := config.Parse("kgw.yaml", []byte("apiVersion: kgw.dev/v1alpha1\nkind: Config\n"+text+"\n"))
		var got diag.Code
		if len(found) > 0 {
			got = found[0].Code
		}
		if got != want {
			t.Errorf("%s: got %q, want %q: %v", text, got, want, found)
		}
	}
}

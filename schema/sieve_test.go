package schema

import "testing"

// TestSieveNames holds which kinds of a text that cannot be parsed are reported.
func TestSieveNames(t *testing.T) {
	for text, want := range map[string]bool{
		"kind: APIRule":                           true,
		"kind: FabricGateway":                     true,
		"kind: ExternalGateway":                   true,
		"kind: VirtualService":                    true,
		`"kind": "AuthorizationPolicy"`:           true,
		"kind: RequestAuthentication":             true,
		"kind: RouteGroup":                        true,
		"kind: Rule":                              false,
		"kind: Ingress":                           false,
		"kind: HTTPRoute":                         false,
		"kind: ReferenceGrant":                    false,
		"kind: Deployment":                        false,
		"apiVersion: oathkeeper.ory.sh/v1alpha1":  true,
		"apiVersion: networking.istio.io/v1":      true,
		"apiVersion: networking.k8s.io/v1":        false,
		"apiVersion: gateway.networking.k8s.io/1": false,
		"apiVersion: kgw.dev/v1":                  true,
	} {
		if got := Sieve.Names([]byte("metadata: {name: a}\n" + text + "\nspec: {{ .Values.a }}\n")); got != want {
			t.Errorf("%s: named %v", text, got)
		}
	}
}

package main

import "testing"

// proofCases are manifests of any origin and what is so of them: nothing is
// said to be certain that is not.
var proofCases = []safetyCase{
	{"proofs/i01-gateway-policy", "trace GET https://board.example.com/admin/x in.yaml", 0, []string{"403 Forbidden", "at the ingress gateway", "istio-system/no-admin (DENY)"}, nil},
	// The policy names the host without a port, and Envoy compares it with the port.
	{"proofs/i01-gateway-policy", "test in.yaml a.kgw-test.yaml", 1, []string{"https://board.example.com:8443/", "2 tests, 1 failed"}, nil},
	{"proofs/i01-gateway-policy", "diff after --against before --semantic", 1, []string{"EXPOSED"}, nil},
	{"proofs/i03-root-allow-nothing", "trace GET https://api.example.com/x in.yaml", 0, []string{"403 Forbidden", "at the ingress gateway"}, nil},
	{"proofs/i04-delegate", "test in.yaml a.kgw-test.yaml", 1, []string{"2 tests, 2 failed", "cart.cart.svc.cluster.local:8080 without a token"}, nil},
	{"proofs/i04-delegate", "diff after --against before --semantic", 1, []string{"EXPOSED"}, nil},
	{"proofs/i05-two-requestauthentications", "trace GET https://api.example.com/x in.yaml --jwt p.json", 0, []string{"The request reaches api"}, nil},
	{"proofs/i05-two-requestauthentications", "trace GET https://api.example.com/x in.yaml --jwt s.json", 0, []string{"The request reaches api"}, nil},
	{"proofs/i06-claim-routing", "trace GET https://api.example.com/x in.yaml --jwt a.json", 0, []string{"reaches admin.shop"}, nil},
	{"proofs/i06-claim-routing", "trace GET https://api.example.com/x in.yaml -H @request.auth.claims.groups:admin", 0, []string{"reaches api.shop"}, []string{"reaches admin.shop"}},
	{"proofs/i08-two-gateways", "trace GET https://orders.example.com/debug in.yaml", 0, []string{"404 Not Found"}, []string{"reaches orders-debug"}},
	{"proofs/i08-two-gateways", "trace GET http://orders.example.com/debug in.yaml", 0, []string{"It is not known", "istio-system/internal"}, nil},
	{"proofs/i08-two-gateways", "trace GET http://orders.example.com/orders in.yaml --gateway istio-system/public", 0, []string{"301 Moved Permanently"}, nil},
	{"proofs/i08-two-gateways", "diff after --against before --semantic", 1, []string{"EXPOSED"}, nil},
	{"proofs/i09-tls-passthrough", "trace GET https://sso.example.com/x in.yaml", 0, []string{"TLS is passed on to sso"}, nil},
	{"proofs/i09-tls-passthrough", "test in.yaml a.kgw-test.yaml", 1, []string{"1 failed"}, nil},
	{"proofs/i09-tls-passthrough", "diff after --against before --semantic", 1, []string{"MOVED"}, nil},
	{"proofs/i10-ip-blocks", "trace GET https://search.example.com/x deny-ip.yaml", 0, []string{"It is not known", "--source-ip"}, []string{"no policy is for"}},
	{"proofs/i10-ip-blocks", "trace GET https://search.example.com/x deny-ip.yaml --source-ip 203.0.113.9", 0, []string{"403 Forbidden"}, nil},
	{"proofs/i10-ip-blocks", "trace GET https://search.example.com/x allow-ip.yaml --source-ip 198.51.100.7", 0, []string{"The request reaches"}, nil},
	{"proofs/i10-ip-blocks", "trace GET https://search.example.com/x deny-notip.yaml --source-ip 198.51.100.7", 0, []string{"The request reaches"}, nil},
	{"proofs/i10-ip-blocks", "trace GET https://search.example.com/x when-remote.yaml", 0, []string{"It is not known"}, nil},
	{"proofs/i10-ip-blocks", "diff after --against before --semantic", 1, []string{"UNKNOWN"}, nil},
	{"proofs/i11-when-keys", "trace GET https://search.example.com/x when-ns.yaml", 0, []string{"The request reaches"}, nil},
	{"proofs/i11-when-keys", "trace GET https://search.example.com/x when-port.yaml", 0, []string{"The request reaches"}, nil},
	{"proofs/i11-when-keys", "trace GET https://api.example.com/x presenter.yaml --jwt j.json", 0, []string{"The request reaches"}, nil},
	{"proofs/i14-operation-ports", "trace GET https://api.example.com/x ports.yaml", 0, []string{"The request reaches"}, nil},
	{"proofs/i14-operation-ports", "trace GET https://api.example.com/x ports80.yaml", 0, []string{"The request reaches"}, nil},
	{"proofs/i15-dry-run", "trace GET https://api.example.com/admin dry.yaml", 0, []string{"The request reaches"}, nil},
	{"proofs/i18-refused-regex", "trace GET https://api.example.com/other in.yaml", 0, []string{"Istio refuses"}, nil},
	{"proofs/i18-refused-regex", "validate in.yaml", 1, []string{"KGW332"}, nil},
	{"proofs/i18-refused-regex", "validate misspelt.yaml", 1, []string{"KGW333", "mtach", "prefxi"}, nil},
	{"proofs/i18-refused-regex", "trace GET https://api.example.com/other misspelt.yaml", 0, []string{"It is not known"}, nil},
	{"proofs/i19-selector-narrower", "trace GET https://api.example.com/admin version.yaml", 0, []string{"403 Forbidden"}, nil},
	{"proofs/i20-order-without-time", "trace GET https://any.example.com/demo/api/x in.yaml", 0, []string{"not known", "is older than", "EnvoyFilter istio-system/authz"}, nil},
	{"proofs/i20-order-without-time", "validate in.yaml", 0, []string{"KGW334", "EnvoyFilter", "HTTPRoute"}, nil},
	{"proofs/i21-deny-statement", "test in.yaml t.kgw-test.yaml", 0, []string{"3 tests, 0 failed"}, nil},
	{"proofs/t01-vacuous", "test in.yaml t.kgw-test.yaml", 1, []string{"nothing among the inputs serves"}, nil},
	{"proofs", "trace GET https://shop.example.com/customers two-issuers --jwt two-issuers/a.json", 0, []string{"The request reaches"}, nil},
	{"proofs", "trace GET https://shop.example.com/partners two-issuers --jwt two-issuers/b.json", 0, []string{"The request reaches"}, nil},
	{"proofs/semantic-deny-all", "diff b --against a --semantic", 1, []string{"EXPOSED"}, nil},
	{"proofs/semantic-ok-issuer-added", "diff b --against a --semantic", 1, []string{"EXPOSED", "https://j"}, nil},
	{"proofs/semantic-ok-jwks-added", "diff b --against a --semantic", 1, []string{"https://evil/k"}, nil},
	{"proofs/semantic-ok-introspect-url", "diff b --against a --semantic", 1, []string{"https://evil/i"}, nil},
	{"proofs/semantic-v2-jwks", "diff b --against a --semantic", 1, []string{"https://evil/k"}, nil},
	{"proofs/F07-no-sidecar", "validate .", 1, []string{"KGW313", `Deployment "web"`}, nil},
	{"proofs/F08-in-cluster", "trace GET http://orders.shop.svc.cluster.local:8080/ .", 1, []string{"403 Forbidden"}, nil},
}

// TestProofCases runs the cases that are kept beside the repository.
func TestProofCases(t *testing.T) { runCases(t, proofCases) }
